//! Who is present, and what the rows ask of the patient.

use std::rc::Rc;

use super::present::{How, Present, draft_dose, with_drafts};
use super::{InteractionCap, cap};
use crate::clinical::chart::{Chart, Condition, Extent, Kind, Measurement, Value};
use crate::clinical::derive::ground::Ground;
use crate::clinical::derive::taken::{Taken, lane, products_of};
use crate::clinical::derive::{Augmentation, Trial};
use crate::clinical::knowledge::{DrugPair, Knowledge, Parameters, Profile, Selector, Side, Window};
use crate::clinical::units::{ConditionGroup, DailyDose, Day, Days, DrugGroup, Ingredient, Instrument, SourceRef};

/// The drugs that the rows run over, and the record they ask.
pub struct Scene<'a> {
    pub chart: &'a Chart,
    pub knowledge: &'a Knowledge,
    pub as_of: Day,
    pub age: Option<i32>,
    pub augmentation: &'a [Augmentation],
    pub present: Vec<Rc<Present<'a>>>,
    /// Which drug of each row is among them, the one that is only thought of left aside.
    met: Rc<Met>,
    /// The drug among them that is only thought of.
    pub option: Option<Ingredient>,
}

/// Which drug of each row, by its place, some drug that is present may be.
struct Met {
    windows: Vec<Side>,
    pairs: Vec<Side>,
}

impl Met {
    fn by(present: &[Rc<Present<'_>>], knowledge: &Knowledge) -> Met {
        let tables = knowledge.interactions();
        let mut met = Met { windows: vec![Side::default(); tables.windows.len()], pairs: vec![Side::default(); tables.pairs.len()] };
        for present in present {
            for (rows, of) in [(&mut met.windows, &present.profile.windows), (&mut met.pairs, &present.profile.pairs)] {
                for (place, side) in of {
                    rows[*place] = rows[*place].or(*side);
                }
            }
        }
        met
    }
}

/// Whether something holds, with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It does; with a word on it for the reason, which may be empty, and the records.
    Yes(String, Vec<SourceRef>),
    /// It does not, and that was had.
    No,
    /// Not to be told: what is missing.
    Unknown(&'static str),
}

impl<'a> Scene<'a> {
    /// What is taken, with the draft orders laid over it.
    pub fn new(ground: &Ground<'a>) -> Scene<'a> {
        let Ground { chart, knowledge, as_of, age, taken, trials, augmentation, .. } = *ground;
        Scene::of(chart, knowledge, taken, trials, as_of, age).augmented(augmentation)
    }

    /// The same from its parts, before there is a [`Ground`].
    pub fn of(
        chart: &'a Chart,
        knowledge: &'a Knowledge,
        taken: &'a [Taken<'a>],
        trials: &[Trial],
        as_of: Day,
        age: Option<i32>,
    ) -> Scene<'a> {
        let present = taken.iter().map(|drug| Present::taken(drug, trials, knowledge, as_of)).collect();
        let present: Vec<_> = with_drafts(present, chart, knowledge, as_of).into_iter().map(Rc::new).collect();
        let met = Rc::new(Met::by(&present, knowledge));
        Scene { chart, knowledge, as_of, age, augmentation: &[], present, met, option: None }
    }

    fn augmented(self, augmentation: &'a [Augmentation]) -> Scene<'a> {
        Scene { augmentation, ..self }
    }

    /// The same with a drug that is thought of, and without one that is thought away.
    pub fn with_option(&self, drug: Ingredient, without: Option<Ingredient>) -> Scene<'a> {
        let mut present = Vec::with_capacity(self.present.len() + 1);
        present.extend(self.present.iter().filter(|present| Some(present.drug) != without).cloned());
        present.push(Rc::new(Present::option(drug, self.knowledge, self.as_of)));
        Scene { present, met: Rc::clone(&self.met), option: Some(drug), ..*self }
    }

    /// The windows that two drugs may meet, with their places: those that may name the option where there is one, since of an option
    /// only what names it is told.
    pub fn windows(&self) -> impl Iterator<Item = (usize, &'a Window)> {
        self.met(&self.knowledge.interactions().windows, |profile| &profile.windows, &self.met.windows)
    }

    /// The pairs that two drugs may meet, likewise.
    pub fn pairs(&self) -> impl Iterator<Item = &'a DrugPair> {
        self.met(&self.knowledge.interactions().pairs, |profile| &profile.pairs, &self.met.pairs).map(|(_, pair)| pair)
    }

    fn met<'s, T>(
        &'s self,
        all: &'a [T],
        of: fn(&Profile) -> &[(usize, Side)],
        met: &'s [Side],
    ) -> impl Iterator<Item = (usize, &'a T)> + use<'s, 'a, T> {
        let of_option = self.profile().map(of);
        let by_others = of_option.is_none().then(|| met.iter().enumerate().filter(|(_, met)| met.meets(**met)).map(|(place, _)| place));
        let with_option = of_option.unwrap_or_default().iter().filter(|(place, side)| side.meets(met[*place])).map(|(place, _)| *place);
        by_others.into_iter().flatten().chain(with_option).map(|place| (place, &all[place]))
    }

    /// The rows of a table that may name the option where there is one; else all.
    pub fn rows<T>(&self, all: &'a [T], of: fn(&Profile) -> &[usize]) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let some = self.profile().map(of);
        (0..some.map_or(all.len(), <[usize]>::len)).map(move |index| &all[some.map_or(index, |some| some[index])])
    }

    /// What the tables say of the option.
    fn profile(&self) -> Option<&'a Profile> {
        let last = self.present.last().filter(|_| self.option.is_some());
        last.map(|option| option.profile)
    }

    /// The most of a drug a day that interactions and circumstances allow (rules.md 10, variant `dose`).
    pub fn cap(&self, drug: Ingredient) -> Option<InteractionCap> {
        cap::cap(self, drug)
    }

    pub fn parameters(&self) -> &'a Parameters {
        self.knowledge.parameters()
    }

    /// The drugs that are taken, ordered or thought of.
    pub fn active(&self) -> impl Iterator<Item = &Present<'a>> {
        self.present.iter().map(|present| &**present).filter(|present| present.active)
    }

    /// Those of them that a selector means.
    pub fn active_of(&self, selector: &Selector) -> impl Iterator<Item = &Present<'a>> {
        self.active().filter(move |present| self.means(selector, present))
    }

    /// Those of them that belong to a group.
    pub fn active_in(&self, group: DrugGroup) -> impl Iterator<Item = &Present<'a>> {
        self.active().filter(move |present| present.in_group(group, self.parameters()))
    }

    /// Whether a selector means the drug.
    pub fn means(&self, selector: &Selector, present: &Present<'_>) -> bool {
        selector.means(|term| present.is(term, self.knowledge))
    }

    /// The daily dose of a drug summed over every product that covers the day, fixed combinations and other uses included; the second
    /// says whether a part of it is unknown. A drug within the grace has the dose of its last day.
    pub fn total_dose(&self, drug: Ingredient) -> (Option<DailyDose>, bool) {
        let holding: Vec<&Present<'a>> = self.active().filter(|present| present.holds(drug)).collect();
        let covering: Vec<&&Present<'a>> = holding.iter().filter(|present| present.covers_today).collect();
        let doses: Vec<Option<DailyDose>> = if covering.is_empty() {
            holding.iter().max_by_key(|present| present.last).map(|present| self.dose_of(present, drug)).into_iter().collect()
        } else {
            covering.iter().flat_map(|present| self.doses_of(present, drug)).collect()
        };
        let known: Vec<DailyDose> = doses.iter().copied().flatten().collect();
        ((!known.is_empty()).then(|| known.iter().copied().sum()), known.len() < doses.len())
    }

    /// The doses of one present drug by its products: what is handed over for another use never replaces it (rules.md 9.2, bupropion).
    fn doses_of(&self, present: &Present<'a>, drug: Ingredient) -> Vec<Option<DailyDose>> {
        let products = products_of(self.chart, present.drug, present.lane, self.knowledge, self.as_of);
        if products.len() < 2 || present.is_option() {
            return vec![self.dose_of(present, drug)];
        }
        let is_ordered =
            |parts: &[Ingredient]| self.chart.drafts.iter().any(|draft| draft.medicine.parts() == parts && !draft.instruction.in_addition);
        let taken = products.iter().filter(|(parts, _)| !is_ordered(parts)).filter_map(|(_, product)| product.on(self.as_of));
        let drafts = self.chart.drafts.iter().flat_map(|draft| {
            let of_drug = draft.medicine.components.iter().filter(|component| component.ingredient == present.drug);
            let same_lane = of_drug.filter(|component| lane(draft, component.ingredient, self.chart, self.knowledge) == present.lane);
            same_lane.map(|component| draft_dose(draft, component.strength))
        });
        taken.chain(drafts).map(|dose| self.share(present, drug, dose)).collect()
    }

    fn dose_of(&self, present: &Present<'_>, drug: Ingredient) -> Option<DailyDose> {
        self.share(present, drug, present.dose)
    }

    /// How much of a drug a dose of what is present holds.
    fn share(&self, present: &Present<'_>, drug: Ingredient, dose: Option<DailyDose>) -> Option<DailyDose> {
        if present.drug == drug {
            return dose;
        }
        let (_, strength) = self.knowledge.contents(present.drug).find(|(content, _)| *content == drug)?;
        strength.times(dose?.mg())
    }

    /// The newest finished number of one kind that is at most so many days old.
    pub fn newest(&self, instrument: Instrument, days: Days) -> Option<(f64, &'a Measurement)> {
        self.numbers(instrument).filter(|(_, result)| self.as_of - result.at.day <= days).max_by_key(|(_, result)| result.at)
    }

    /// The finished numbers of one kind up to today.
    pub fn numbers(&self, instrument: Instrument) -> impl Iterator<Item = (f64, &'a Measurement)> {
        let as_of = self.as_of;
        let of_kind = move |result: &&Measurement| result.instrument == instrument && result.finished && result.at.day <= as_of;
        self.chart.measurements.iter().filter(of_kind).filter_map(|result| match result.value {
            Value::Number(number) => Some((number, result)),
            Value::Pressure { .. } | Value::YesNo(_) | Value::Answer { .. } | Value::Done => None,
        })
    }

    /// The newest QTc that still counts (rules.md 17).
    pub fn qtc(&self) -> Option<(f64, &'a Measurement)> {
        self.newest(Instrument::Qtc, self.parameters().qtc_fresh_days)
    }

    /// Whether results were had in full, so that one that is not there does not exist.
    pub fn results_had(&self) -> bool {
        self.chart.coverage.of(Kind::Observations) == Extent::Full
    }

    /// The accepted diagnoses of any of these groups, current or not.
    pub fn conditions(&self, groups: &[ConditionGroup]) -> impl Iterator<Item = &'a Condition> {
        self.chart.conditions.iter().filter(move |condition| condition.groups.has_any(groups))
    }

    /// That diagnoses with these records were found, were not, or could not be told.
    pub fn diagnosed(&self, found: Vec<&Condition>, what: &'static str) -> Answer {
        if found.is_empty() {
            let had = self.chart.coverage.of(Kind::Conditions) == Extent::Full;
            return if had { Answer::No } else { Answer::Unknown(what) };
        }
        let onset = found.iter().filter_map(|condition| condition.recorded.or(condition.onset.map(|onset| onset.first))).max();
        let when = onset.map(|day| format!("recorded {day}")).unwrap_or_default();
        Answer::Yes(when, found.iter().map(|condition| condition.source.clone()).collect())
    }

    /// Whether a draft or an option is among these.
    pub fn any_planned(of: &[&Present<'_>]) -> bool {
        of.iter().any(|present| present.how != How::Taken)
    }
}
