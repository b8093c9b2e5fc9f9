//! What of this chart removes an option or is to be said beside it, and what could not be tested (rules.md 9.2, 9.3).

use std::cell::OnceCell;

use super::super::fact::{Fact, dated, newest_date};
use super::super::ground::Ground;
use super::super::pregnancy::{Breastfeeding, Pregnancy};
use super::super::state::Circumstances;
use super::Reasoned;
use super::history::untested;
use crate::clinical::chart::{Condition, Extent, Kind, Measurement, Sex, Value};
use crate::clinical::knowledge::{Effect, Limit, Measure, OptionLimit, OptionRow, Period, PregnancyState, Trigger};
use crate::clinical::units::{ConditionGroup, DrugGroup, Ingredient};

/// What the limits of an option came to.
#[derive(Debug, Default)]
pub(super) struct Weighed {
    /// What removes it.
    pub removed: Vec<Reasoned>,
    /// What asks for caution.
    pub cautions: Vec<Reasoned>,
    /// What is said beside it.
    pub lines: Vec<Reasoned>,
    /// What could have removed it and was not tested.
    pub untested: Vec<Reasoned>,
    /// Whether it comes after all others of its kind.
    pub last: bool,
}

/// The limits of all options, each held against the chart once.
pub(super) struct Limits<'g> {
    ground: &'g Ground<'g>,
    circumstances: &'g Circumstances,
    held: Vec<OnceCell<Held>>,
}

/// What a limit came to.
#[derive(Debug, Clone)]
struct Held {
    /// The facts that meet it, as reasons.
    found: Vec<Reasoned>,
    /// Why a removal could not be tested.
    gap: Option<String>,
}

impl<'g> Limits<'g> {
    pub(super) fn new(ground: &'g Ground<'g>, circumstances: &'g Circumstances) -> Limits<'g> {
        Limits { ground, circumstances, held: vec![OnceCell::new(); ground.knowledge.option_limits().len()] }
    }

    fn held(&self, place: usize, limit: &OptionLimit) -> &Held {
        self.held[place].get_or_init(|| {
            let found: Vec<Reasoned> =
                found(self.ground, self.circumstances, &limit.trigger).iter().map(|fact| reasoned(fact, limit)).collect();
            let gap = if limit.effect == Effect::Remove && found.is_empty() { gap(self.ground, limit) } else { None };
            Held { found, gap }
        })
    }

    /// Every limit of an option, or without a row of a rise.
    pub(super) fn weighed(&self, row: Option<&OptionRow>, drug: Option<Ingredient>) -> Weighed {
        let limits = self.ground.knowledge.limits_on(row, drug);
        let mut weighed = weighed(limits.map(|(place, limit)| (limit, self.held(place, limit))));
        if drug.is_some() && row.is_some() {
            weighed.untested.extend(untested(self.ground));
        }
        weighed
    }
}

fn weighed<'g>(limits: impl Iterator<Item = (&'g OptionLimit, &'g Held)>) -> Weighed {
    let mut weighed = Weighed::default();
    let mut gaps: Vec<(&str, Vec<&'static str>)> = Vec::new();
    for (limit, Held { found, gap }) in limits {
        let reasons = found.iter().cloned();
        match limit.effect {
            Effect::Remove if found.is_empty() => {
                if let Some(why) = gap {
                    match gaps.iter_mut().find(|(known, _)| known == why) {
                        Some((_, whats)) if whats.contains(&limit.what) => {}
                        Some((_, whats)) => whats.push(limit.what),
                        None => gaps.push((why, vec![limit.what])),
                    }
                }
            }
            Effect::Remove => weighed.removed.extend(reasons),
            Effect::Caution | Effect::Cap(_) => weighed.cautions.extend(reasons),
            Effect::Last => {
                weighed.last |= !found.is_empty();
                weighed.cautions.extend(reasons);
            }
            Effect::Line => weighed.lines.extend(reasons),
            // a rise alone; a new drug is begun low
            Effect::NoRise => {}
        }
    }
    weighed.untested = gaps.into_iter().map(|(why, whats)| Reasoned::plain(format!("not checked: {} ({why})", whats.join(", ")))).collect();
    weighed
}

/// The reason in words: the fact of the chart, then what it means. Where the text is the whole reason (rules.md 9.3 fixes it) no more.
fn reasoned(fact: &Fact, limit: &OptionLimit) -> Reasoned {
    let whole = matches!(limit.trigger, Trigger::Pregnancy(PregnancyState::Current | PregnancyState::NotOnFile))
        || matches!(limit.trigger, Trigger::Pregnancy(PregnancyState::BreastfeedingNotOnFile) | Trigger::Failures(_));
    let text = if whole { limit.text.to_owned() } else { format!("{}: {}", fact.text, limit.text) };
    Reasoned { text, basis: fact.basis.clone() }
}

/// The facts of the chart that a trigger asks for.
pub(super) fn found(ground: &Ground<'_>, circumstances: &Circumstances, trigger: &Trigger) -> Vec<Fact> {
    match trigger {
        Trigger::Condition(groups, status) => diagnosis(ground, groups, *status).into_iter().collect(),
        Trigger::Measured(measure) => measured(ground, measure).into_iter().collect(),
        Trigger::Age(limit) => {
            let age = ground.age.filter(|age| limit.is_met(f64::from(*age), None));
            age.map(|age| Fact::plain(format!("age {age}"))).into_iter().collect()
        }
        Trigger::Failures(limit) => {
            let count = Some(ground.counted.len()).filter(|count| limit.is_met(*count as f64, None));
            count.map(|count| Fact::plain(format!("{count} counted failures"))).into_iter().collect()
        }
        Trigger::Pregnancy(state) => pregnancy(circumstances, *state).into_iter().collect(),
        Trigger::Taken(groups) => beside(ground, groups),
        Trigger::OverdoseRisk => circumstances.overdose_risk.clone(),
    }
}

/// The newest diagnosis of the groups that counts.
fn diagnosis(ground: &Ground<'_>, groups: &[ConditionGroup], status: Period) -> Option<Fact> {
    let current = || groups.iter().flat_map(|group| ground.current_conditions(*group));
    let ever = || groups.iter().flat_map(|group| ground.conditions(*group));
    // a current diagnosis without any date may have begun yesterday
    let recent = |condition: &&Condition, days| match newest_date(condition) {
        Some(day) => ground.as_of - day <= days,
        None => condition.current,
    };
    let counting: Vec<&Condition> = match status {
        Period::Current => current().collect(),
        Period::Ever => ever().collect(),
        Period::Recent(days) => ever().filter(|condition| recent(condition, days)).collect(),
        Period::CurrentRecent(days) => current().filter(|condition| recent(condition, days)).collect(),
    };
    counting.into_iter().max_by_key(|condition| (dated(condition), &condition.source)).map(Fact::diagnosis)
}

fn measured(ground: &Ground<'_>, measure: &Measure) -> Option<Fact> {
    let result = fresh(ground, measure)?;
    (holds_for(ground, measure) && is_met(result, measure.limit)).then(|| Fact::result(result, measure))
}

/// The newest result, if it is young enough and has a value.
fn fresh<'a>(ground: &Ground<'a>, measure: &Measure) -> Option<&'a Measurement> {
    let valued = ground.results(measure.instrument).filter(|result| matches!(result.value, Value::Number(_) | Value::Pressure { .. }));
    valued.max_by_key(|result| result.at).filter(|result| ground.as_of - result.at.day <= measure.within)
}

/// Whether the limit is the one for this sex; who is not recorded as a woman has the lower limit of the others.
fn holds_for(ground: &Ground<'_>, measure: &Measure) -> bool {
    let female = ground.chart.patient.as_ref().and_then(|patient| patient.sex) == Some(Sex::Female);
    measure.of_women.is_none_or(|women| women == female)
}

fn is_met(result: &Measurement, limit: Limit) -> bool {
    match (&result.value, limit) {
        (Value::Number(value), limit) => limit.is_met(*value, result.upper_limit),
        (Value::Pressure { systolic, diastolic }, Limit::Pressure { systolic: upper, diastolic: lower }) => {
            systolic.is_some_and(|value| value >= upper) || diastolic.is_some_and(|value| value >= lower)
        }
        (Value::Pressure { .. } | Value::YesNo(_) | Value::Answer { .. } | Value::Done, _) => false,
    }
}

fn pregnancy(circumstances: &Circumstances, state: PregnancyState) -> Option<Fact> {
    match (state, &circumstances.pregnancy, &circumstances.postpartum) {
        (PregnancyState::Current, Pregnancy::Current(fact), _) => Some(fact.clone()),
        (PregnancyState::NotOnFile, Pregnancy::NotOnFile, _) => Some(Fact::plain("pregnancy status not on file".to_owned())),
        (PregnancyState::Postpartum, _, Some(birth)) => Some(birth.fact.clone()),
        (PregnancyState::Breastfeeding, _, Some(birth)) => match &birth.breastfeeding {
            Breastfeeding::Yes(fact) => Some(fact.clone()),
            Breastfeeding::No(_) | Breastfeeding::NotOnFile => None,
        },
        (PregnancyState::BreastfeedingNotOnFile, _, Some(birth)) => {
            (birth.breastfeeding == Breastfeeding::NotOnFile).then(|| birth.fact.clone())
        }
        (
            PregnancyState::Current
            | PregnancyState::NotOnFile
            | PregnancyState::Postpartum
            | PregnancyState::Breastfeeding
            | PregnancyState::BreastfeedingNotOnFile,
            _,
            _,
        ) => None,
    }
}

/// The drugs of the groups that are being taken, each once.
fn beside(ground: &Ground<'_>, groups: &[DrugGroup]) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for taken in groups.iter().flat_map(|group| ground.being_taken_of(*group)) {
        let records = taken.timeline.exposures.last().map(|last| last.records.iter().map(|record| record.source.clone()).collect());
        let fact = Fact { text: format!("beside {}", taken.ingredient), date: taken.last(), basis: records.unwrap_or_default() };
        if !facts.iter().any(|known| known.text == fact.text) {
            facts.push(fact);
        }
    }
    facts
}

/// Why a removal could not be tested; `None` where it was. A result that merely nobody took is a gap only of an absolute
/// contraindication.
fn gap(ground: &Ground<'_>, limit: &OptionLimit) -> Option<String> {
    let full = |kind| ground.chart.coverage.of(kind) == Extent::Full;
    match &limit.trigger {
        Trigger::Condition(..) | Trigger::Pregnancy(_) => (!full(Kind::Conditions)).then(|| "diagnoses not had in full".to_owned()),
        Trigger::Measured(measure) => match fresh(ground, measure) {
            _ if !holds_for(ground, measure) => None,
            Some(_) => None,
            None if !full(Kind::Observations) => Some("results not had in full".to_owned()),
            None if limit.absolute => Some(match ground.newest(measure.instrument) {
                Some(old) => format!("last {} on {}", measure.name, old.at.day),
                None => format!("no {} on file", measure.name),
            }),
            None => None,
        },
        Trigger::Age(_) => ground.age.is_none().then(|| "age not on file".to_owned()),
        Trigger::Taken(_) => (!full(Kind::Medications)).then(|| "medicines not had in full".to_owned()),
        Trigger::Failures(_) | Trigger::OverdoseRisk => None,
    }
}
