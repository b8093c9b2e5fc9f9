//! Who is present: a drug that is taken, was taken lately, is being ordered, or is only thought of.

use crate::clinical::chart::{Chart, Evidence, MedicationRecord, RecordState};
use crate::clinical::derive::Trial;
use crate::clinical::derive::exposure::Exposure;
use crate::clinical::derive::supply::{Wanted, doses, sources, supply_period};
use crate::clinical::derive::taken::{Lane, Taken, lane};
use crate::clinical::knowledge::{DrugTerm, Knowledge, Parameters, Profile, TrialUse};
use crate::clinical::units::{DailyDose, Day, DrugGroup, Form, Ingredient, SourceRef, Strength};

/// One drug that a row may name.
#[derive(Debug, Clone)]
pub struct Present<'a> {
    pub drug: Ingredient,
    /// What the tables say of it beside others.
    pub profile: &'a Profile,
    /// How it comes to be here.
    pub how: How,
    /// What its records may count as; an option is ordinary.
    pub lane: Lane,
    /// Known by text only.
    pub text: bool,
    /// The first of the unbroken covered days up to its last one; today for a draft or option that was not taken before.
    pub since: Option<Day>,
    /// The first day of its spell, gaps bridged as within one trial (rules.md 3.3.1).
    pub spell_since: Option<Day>,
    /// The first day with the dose it has now.
    pub settled: Option<Day>,
    /// The last covered day, today at the latest.
    pub last: Option<Day>,
    /// Whether the supply covers today, or the drug is ordered or thought of (rules.md 9.1).
    pub covers_today: bool,
    /// Whether it is taken in the sense of rules.md 9.2, with the grace.
    pub active: bool,
    /// The dose on the last covered day; of a draft the highest ordered.
    pub dose: Option<DailyDose>,
    pub form: Form,
    /// How its days are known.
    pub evidence: Evidence,
    /// The days it was taken.
    pub exposures: &'a [Exposure<'a>],
    /// The records of its last days, and of the order.
    pub records: Vec<&'a MedicationRecord>,
    pub sources: Vec<SourceRef>,
}

/// How a drug comes to be present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// On the record.
    Taken,
    /// Being ordered now; perhaps taken before.
    Draft,
    /// Thought of as an option.
    Option,
}

impl<'a> Present<'a> {
    /// A drug of the record.
    pub fn taken(drug: &'a Taken<'a>, trials: &[Trial], knowledge: &'a Knowledge, as_of: Day) -> Present<'a> {
        let listed = undated_but_listed(drug);
        // where only an old entry of a list says that it is taken, the days before it say nothing of today
        let exposures: &[Exposure<'_>] = if listed.is_some() { &[] } else { &drug.timeline.exposures };
        let last = exposures.last();
        let records = last.map_or_else(|| drug.undated.clone(), |last| last.records.clone());
        let of_records = records.iter().map(|record| record.evidence).min();
        let longest_gap = knowledge.parameters().max_gap_same_trial_days;
        Present {
            drug: drug.ingredient,
            profile: knowledge.profile(drug.ingredient),
            how: How::Taken,
            lane: drug.lane,
            text: drug.lane == Lane::Uncoded,
            since: unbroken_since(exposures, |_, _| true).or(listed),
            spell_since: drug.spells(longest_gap).last().and_then(|spell| Some(spell.first()?.span.first)).filter(|_| listed.is_none()),
            settled: unbroken_since(exposures, |a, b| a.dose == b.dose),
            last: last.map(|last| last.span.last),
            covers_today: drug.last() == Some(as_of) || listed.is_some(),
            active: is_active(drug, trials, knowledge, as_of) || listed.is_some(),
            dose: last.and_then(|last| last.dose),
            form: records.last().map_or(Form::Unknown, |record| record.medicine.form),
            evidence: last.map(|last| last.evidence).or(of_records).unwrap_or(Evidence::Ordered),
            exposures,
            sources: sources(records.iter().copied()),
            records,
        }
    }

    /// A drug that is thought of: from today on, at no dose in particular. A selegiline that is thought of is the patch.
    pub fn option(drug: Ingredient, knowledge: &'a Knowledge, as_of: Day) -> Present<'a> {
        let profile = knowledge.profile(drug);
        let two_faced = profile.groups.has(DrugGroup::Maoi) && profile.groups.has(DrugGroup::MaoBInhibitor);
        Present {
            drug,
            profile,
            how: How::Option,
            lane: Lane::Ordinary,
            text: false,
            since: Some(as_of),
            spell_since: Some(as_of),
            settled: Some(as_of),
            last: None,
            covers_today: true,
            active: true,
            dose: None,
            form: if two_faced { Form::Patch } else { Form::Unknown },
            evidence: Evidence::Ordered,
            exposures: &[],
            records: Vec::new(),
            sources: Vec::new(),
        }
    }

    pub fn is_draft(&self) -> bool {
        self.how == How::Draft
    }

    pub fn is_option(&self) -> bool {
        self.how == How::Option
    }

    /// Whether the drug, or something that it holds as a fixed combination, belongs to the group.
    ///
    /// A drug that is a full MAO inhibitor or an MAO-B inhibitor by its route and dose (selegiline) is the one or the other.
    pub fn in_group(&self, group: DrugGroup, parameters: &Parameters) -> bool {
        let of = |group| self.profile.groups.has(group);
        if of(DrugGroup::Maoi) && of(DrugGroup::MaoBInhibitor) && matches!(group, DrugGroup::Maoi | DrugGroup::MaoBInhibitor) {
            let most = DailyDose::from_mg(parameters.selegiline_mao_b_max_mg);
            let full = self.form == Form::Patch || self.dose > most;
            return full == (group == DrugGroup::Maoi);
        }
        self.profile.all_groups.has(group)
    }

    /// Whether it is what a term names.
    pub fn is(&self, term: &DrugTerm, knowledge: &Knowledge) -> bool {
        match term {
            DrugTerm::Drug(drug, forms) => self.holds(*drug) && (forms.is_empty() || forms.contains(&self.form)),
            DrugTerm::Group(group) => self.in_group(*group, knowledge.parameters()),
            DrugTerm::Class(class) => knowledge.antidepressant_of(self.profile).is_some_and(|row| row.class == *class),
            DrugTerm::Antidepressants => knowledge
                .antidepressant_of(self.profile)
                .is_some_and(|row| matches!(row.trial_use, TrialUse::Trial | TrialUse::WithDepressionCode | TrialUse::Never)),
        }
    }

    /// Whether it is the drug, or holds it as a fixed combination.
    pub fn holds(&self, drug: Ingredient) -> bool {
        self.drug == drug || self.profile.contents.iter().any(|content| content.contains == drug)
    }

    /// How its days are known, in the words of the cards.
    pub const fn word(&self) -> &'static str {
        match self.evidence {
            Evidence::Dispensed => "supplied",
            Evidence::Administered | Evidence::Stated => "taken",
            Evidence::Ordered => "ordered",
        }
    }

    /// Its name, marked where it is known by text only.
    pub fn name(&self) -> String {
        if self.text { format!("{} (text entry)", self.drug) } else { self.drug.to_string() }
    }

    /// The last day that its records reach, which may lie after today.
    pub fn planned_end(&self) -> Option<Day> {
        let last_day = |record: &&MedicationRecord| supply_period(record).map(|span| span.last);
        self.records.iter().filter_map(last_day).max()
    }

    /// Since when, and how: `sertraline supplied since 2026-01-02`, `sertraline ordered now`.
    pub fn told(&self) -> String {
        let name = self.name();
        match (self.how, self.since) {
            (How::Draft, _) => format!("{name} ordered now"),
            (How::Option, _) => format!("{name} as an option"),
            (How::Taken, Some(since)) if self.last.is_some() => format!("{name} {} since {since}", self.word()),
            (How::Taken, Some(since)) => format!("{name} on the list since {since}"),
            (How::Taken, None) => format!("{name} on the list, dates unknown"),
        }
    }
}

/// The drugs with how and since when they are there; a single one without its name, which stands before it.
pub fn told(of: &[&Present<'_>]) -> String {
    match of {
        [only] => only.told().strip_prefix(only.drug.name()).unwrap_or_default().trim_start().to_owned(),
        // an option is on no record yet
        all => all.iter().filter(|present| !present.is_option()).map(|present| present.told()).collect::<Vec<String>>().join(", "),
    }
}

/// The first day of the last stretch without a gap and, by `alike`, without a change.
fn unbroken_since(exposures: &[Exposure<'_>], alike: impl Fn(&Exposure<'_>, &Exposure<'_>) -> bool) -> Option<Day> {
    let joins = |a: &Exposure<'_>, b: &Exposure<'_>| a.span.last + 1 == b.span.first && alike(a, b);
    exposures.chunk_by(joins).last()?.first().map(|exposure| exposure.span.first)
}

/// The day written on an order or statement that is active though nobody knows for how long: taken for interactions (rules.md 3.1).
fn undated_but_listed(drug: &Taken<'_>) -> Option<Day> {
    let standing = |record: &&&MedicationRecord| {
        record.state == RecordState::Active && matches!(record.evidence, Evidence::Stated | Evidence::Ordered)
    };
    let listed = drug.undated.iter().filter(standing).filter_map(|record| record.start.map(|start| start.first)).max();
    // an order that began before the last hand-over fills nothing
    listed.filter(|listed| drug.timeline.stopped_on.is_none() && drug.last().is_none_or(|last| *listed > last))
}

/// Taken in the sense of rules.md 9.2: covered today, or its trial is ongoing, or (a drug without a trial) within the grace.
fn is_active(drug: &Taken<'_>, trials: &[Trial], knowledge: &Knowledge, as_of: Day) -> bool {
    let covers = drug.last() == Some(as_of);
    let trial =
        trials.iter().find(|trial| trial.drug == drug.ingredient && trial.last_covered.is_some() && trial.last_covered == drug.last());
    covers || trial.map_or_else(|| drug.is_taken(knowledge.parameters(), as_of), |trial| trial.ongoing)
}

/// Lays the draft orders over what is taken: a draft replaces the dose of its drug from today, or adds to it where it says so.
///
/// In whatever order they were sent, those that add come last, and else the name of the drug decides.
pub fn with_drafts<'a>(mut present: Vec<Present<'a>>, chart: &'a Chart, knowledge: &'a Knowledge, as_of: Day) -> Vec<Present<'a>> {
    let mut ordered: Vec<(Ingredient, Lane)> = Vec::new();
    let mut drafts: Vec<&MedicationRecord> = chart.drafts.iter().collect();
    drafts.sort_by_key(|record| (record.instruction.in_addition, record.medicine.parts(), record.source.clone()));
    for record in drafts {
        for component in &record.medicine.components {
            let (drug, lane) = (component.ingredient, lane(record, component.ingredient, chart, knowledge));
            let dose = draft_dose(record, component.strength);
            let place = present.iter().position(|present| present.drug == drug && present.lane == lane);
            let adds = record.instruction.in_addition || ordered.contains(&(drug, lane));
            match place {
                Some(place) => overlay(&mut present[place], record, dose, adds, as_of),
                None => present.push(Present {
                    how: How::Draft,
                    lane,
                    text: lane == Lane::Uncoded,
                    dose,
                    form: record.medicine.form,
                    sources: vec![record.source.clone()],
                    records: vec![record],
                    ..Present::option(drug, knowledge, as_of)
                }),
            }
            ordered.push((drug, lane));
        }
    }
    present
}

fn overlay<'a>(present: &mut Present<'a>, record: &'a MedicationRecord, dose: Option<DailyDose>, adds: bool, as_of: Day) {
    let before = present.covers_today.then_some(present.since).flatten();
    let running = present.covers_today && adds;
    present.dose = if running { present.dose.zip(dose).map(|(before, more)| before + more) } else { dose };
    present.settled = Some(as_of);
    present.how = How::Draft;
    present.since = before.or(Some(as_of));
    present.covers_today = true;
    present.active = true;
    present.form = record.medicine.form;
    present.sources.push(record.source.clone());
    present.records.push(record);
}

/// The highest dose that a draft orders; unknown if any part of it is.
pub fn draft_dose(record: &MedicationRecord, strength: Option<Strength>) -> Option<DailyDose> {
    let doses: Option<Vec<DailyDose>> = doses(record, Wanted { strength, minimum: None }).into_iter().collect();
    doses?.into_iter().max()
}
