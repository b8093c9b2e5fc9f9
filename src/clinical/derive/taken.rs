//! Every drug of the record as it was taken: one timeline a drug.

use std::collections::BTreeMap;

use crate::clinical::chart::{Chart, Component, MedicationRecord, Recognition, RecordState};
use crate::clinical::knowledge::{Knowledge, Parameters, TrialUse};
use crate::clinical::units::{DailyDose, Day, Days, Ingredient, ProductUse};

use super::Note;
use super::exposure::{Claim, Exposure, Timeline, timeline};
use super::supply::{Wanted, supply};

/// What the records of a drug may count as; each kind has a timeline of its own, since one never fills the days of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Whatever the drug counts as.
    Ordinary,
    /// Products that are never a trial (rules.md 3.2): insomnia doxepin, smoking-cessation bupropion.
    NeverATrial,
    /// Known by free text only (rules.md 3.6): never counted.
    Uncoded,
}

/// One drug as it was taken.
#[derive(Debug, Clone)]
pub struct Taken<'a> {
    /// Which drug.
    pub ingredient: Ingredient,
    /// What its records may count as.
    pub lane: Lane,
    /// Its days up to today.
    pub timeline: Timeline<'a>,
    /// Records without a day that could be told.
    pub undated: Vec<&'a MedicationRecord>,
    /// What is told about how the days were reckoned.
    pub notes: Vec<Note>,
    /// What is told of instructions that could not be read, where its dose counts and is unknown for that reason.
    pub unclear: Vec<Note>,
}

impl<'a> Taken<'a> {
    /// The highest known dose on a day; `None` where nothing is covered, `Some(None)` where the dose is unknown.
    pub fn on(&self, day: Day) -> Option<Option<DailyDose>> {
        self.timeline.exposures.iter().find(|exposure| exposure.span.contains(day)).map(|exposure| exposure.dose)
    }

    /// The last covered day.
    pub fn last(&self) -> Option<Day> {
        self.timeline.exposures.last().map(|exposure| exposure.span.last)
    }

    /// Whether it is being taken: the supply covers today, or its last covered day lies within the grace (rules.md 9.2).
    pub fn is_taken(&self, parameters: &Parameters, as_of: Day) -> bool {
        let stopped = self.timeline.stopped_on.is_some() || self.timeline.exposures.last().is_some_and(|last| last.stopped_undated);
        self.last().is_some_and(|last| last == as_of || as_of - last <= parameters.ongoing_grace_days && !stopped)
    }

    /// Its uninterrupted spells: stretches parted by more than so many uncovered days (rules.md 3.3.1).
    pub fn spells(&self, max_gap: Days) -> impl Iterator<Item = &[Exposure<'a>]> {
        self.timeline.exposures.chunk_by(move |a, b| b.span.first - a.span.last - 1 <= max_gap)
    }
}

/// Every drug that the tables know, by name.
pub fn taken<'a>(chart: &'a Chart, knowledge: &Knowledge, as_of: Day) -> Vec<Taken<'a>> {
    let mut by_drug: BTreeMap<(Ingredient, Lane), Vec<(&'a MedicationRecord, Component)>> = BTreeMap::new();
    for record in &chart.medications {
        for component in &record.medicine.components {
            let key = (component.ingredient, lane(record, component.ingredient, chart, knowledge));
            by_drug.entry(key).or_default().push((record, *component));
        }
    }
    by_drug.into_iter().map(|((ingredient, lane), records)| one(ingredient, lane, &records, knowledge, as_of)).collect()
}

/// What a record may count as for one of its drugs.
pub fn lane(record: &MedicationRecord, ingredient: Ingredient, chart: &Chart, knowledge: &Knowledge) -> Lane {
    let needs_depression = record.medicine.product_use == ProductUse::NeedsDepressionCode
        || knowledge.antidepressant(ingredient).is_some_and(|row| row.trial_use == TrialUse::WithDepressionCode);
    let never =
        record.medicine.product_use == ProductUse::NeverATrial || needs_depression && !super::scope::has_depression_diagnosis(chart);
    match record.medicine.recognition {
        Recognition::Text => Lane::Uncoded,
        Recognition::Coded | Recognition::Display if never => Lane::NeverATrial,
        Recognition::Coded | Recognition::Display => Lane::Ordinary,
    }
}

fn one<'a>(
    ingredient: Ingredient,
    lane: Lane,
    records: &[(&'a MedicationRecord, Component)],
    knowledge: &Knowledge,
    as_of: Day,
) -> Taken<'a> {
    let row = knowledge.antidepressant(ingredient);
    let newest_mention = records.iter().filter_map(|(record, _)| record.start.map(|start| start.first)).max();
    let claims: Vec<Claim<'a>> = records
        .iter()
        .map(|(record, component)| {
            let minimum = match row {
                Some(row) => row.minimum(record.medicine.form),
                None => knowledge.augmentation_minimum(ingredient),
            };
            let wanted = Wanted { strength: component.strength, minimum };
            Claim { supply: supply(record, wanted, newest_mention, knowledge.parameters(), as_of), minimum }
        })
        .collect();
    let timeline = timeline(&claims, knowledge.parameters().late_refill_days, as_of);
    let mut notes: Vec<Note> = claims.iter().flat_map(|claim| claim.supply.notes.iter().cloned()).collect();
    notes.extend(records.iter().filter_map(|(record, _)| contradiction(record)));
    notes.sort();
    notes.dedup();
    let by_dose = row.is_some() || knowledge.augmentation_minimum(ingredient).is_some();
    let unclear = claims.iter().filter(|_| by_dose).filter_map(|claim| unclear(ingredient, claim)).collect();
    let undated = claims.iter().filter(|claim| claim.supply.portions.is_empty()).map(|claim| claim.supply.record).collect();
    Taken { ingredient, lane, timeline, undated, notes, unclear }
}

/// That the instruction of a record was not understood, if nothing else tells its dose (rules.md 3.1).
fn unclear(ingredient: Ingredient, claim: &Claim<'_>) -> Option<Note> {
    let record = claim.supply.record;
    let counts = record.state != RecordState::Unknown && !record.instruction.as_needed;
    let unknown = claim.supply.portions.iter().all(|portion| portion.dose.is_none());
    (record.instruction.not_understood && counts && unknown).then(|| {
        let of = record.start.map_or_else(String::new, |start| format!(" of {}", start.first));
        Note {
            id: "not-understood-instruction",
            text: format!("{ingredient}{of}: instruction not understood, dose unknown"),
            basis: vec![record.source.clone()],
        }
    })
}

/// The products that give one drug, each with a timeline of its own: what is taken for another use never replaces it.
///
/// A product is known by all the drugs it holds: bupropion alone, bupropion with naltrexone.
pub fn products_of<'a>(
    chart: &'a Chart,
    ingredient: Ingredient,
    of_lane: Lane,
    knowledge: &Knowledge,
    as_of: Day,
) -> Vec<(Vec<Ingredient>, Taken<'a>)> {
    let mut by_product: BTreeMap<Vec<Ingredient>, Vec<(&'a MedicationRecord, Component)>> = BTreeMap::new();
    for record in &chart.medications {
        let of_drug = record.medicine.components.iter().filter(|component| component.ingredient == ingredient);
        for component in of_drug.filter(|component| lane(record, component.ingredient, chart, knowledge) == of_lane) {
            by_product.entry(record.medicine.parts()).or_default().push((record, *component));
        }
    }
    let product = |records: &[(&'a MedicationRecord, Component)]| one(ingredient, of_lane, records, knowledge, as_of);
    by_product.iter().map(|(parts, records)| (parts.clone(), product(records))).collect()
}

fn contradiction(record: &MedicationRecord) -> Option<Note> {
    let display = record.medicine.contradicted_by.as_ref()?;
    Some(Note {
        id: "code-contradicted",
        text: format!("the code says {}, the text says {display}: the code was used", record.medicine.label),
        basis: vec![record.source.clone()],
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::*;
    use crate::clinical::chart::{Instruction, Stop, StopReason};

    fn of_one(record: MedicationRecord) -> Vec<Note> {
        taken(&chart(vec![record], Vec::new()), Knowledge::builtin(), day(TODAY)).remove(0).unclear
    }

    // rule 3.2/needs-a-code: speaks
    // rule 3.2/needs-a-code: silent
    #[test]
    fn what_needs_a_depression_code_is_never_a_trial_without_one() {
        let of = |name: &str, product_use, depressed: bool| {
            let mut record = dispensed("1", name, 50.0, "2026-01-01", 30);
            record.medicine.product_use = product_use;
            let mut chart = chart(Vec::new(), Vec::new());
            chart.conditions.retain(|_| depressed);
            lane(&record, drug(name), &chart, Knowledge::builtin())
        };
        for (name, product_use) in [("milnacipran", ProductUse::Ordinary), ("fluoxetine", ProductUse::NeedsDepressionCode)] {
            assert_eq!((of(name, product_use, true), of(name, product_use, false)), (Lane::Ordinary, Lane::NeverATrial), "{name}");
        }
        assert_eq!(of("fluoxetine", ProductUse::Ordinary, false), Lane::Ordinary);
        assert_eq!(of("fluoxetine", ProductUse::NeverATrial, true), Lane::NeverATrial);
    }

    #[test]
    fn a_drug_is_taken_within_the_grace_unless_its_record_was_stopped() {
        let grace = Knowledge::builtin().parameters().ongoing_grace_days;
        let is_taken = |days_ago: Days, stop: Option<Option<Day>>| {
            let start = day(TODAY) - 60;
            let mut record = ordered("1", "sertraline", 50.0, &start.to_string());
            record.supply_days = Some(61 - days_ago);
            if let Some(day) = stop {
                record.state = RecordState::Stopped;
                record.stop = Some(Stop { day, reason: StopReason::Other, label: String::new() });
            }
            let chart = chart(vec![record], Vec::new());
            taken(&chart, Knowledge::builtin(), day(TODAY)).remove(0).is_taken(Knowledge::builtin().parameters(), day(TODAY))
        };
        assert_eq!((is_taken(grace, None), is_taken(grace + 1, None)), (true, false));
        assert_eq!((is_taken(5, Some(None)), is_taken(5, Some(Some(day(TODAY) - 5)))), (false, false), "stopped, with and without a day");
    }

    #[test]
    fn an_instruction_that_was_not_understood_is_told_where_a_dose_counts_and_nothing_else_tells_it() {
        let with = |name: &str, change: &dyn Fn(&mut MedicationRecord)| {
            let mut record = MedicationRecord { quantity: None, ..dispensed("1", name, 50.0, "2026-01-01", 90) };
            record.instruction = Instruction { not_understood: true, ..Instruction::default() };
            change(&mut record);
            of_one(record).len()
        };
        assert_eq!((with("sertraline", &|_| ()), with("lithium", &|_| ()), with("lisinopril", &|_| ())), (1, 1, 0));
        assert_eq!(with("sertraline", &|record| record.instruction.not_understood = false), 0);
        assert_eq!(with("sertraline", &|record| record.instruction.as_needed = true), 0);
        assert_eq!(with("sertraline", &|record| record.state = RecordState::Unknown), 0);
        assert_eq!(with("sertraline", &|record| record.quantity = Some(90.0)), 0, "the quantity tells it");
    }
}
