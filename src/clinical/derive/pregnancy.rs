//! Pregnancy and the year after birth, as far as the chart tells (rules.md 9.3, 10; look-backs of observations.csv).

use super::fact::{Fact, dated};
use super::ground::Ground;
use crate::clinical::chart::{Measurement, Sex, Value};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day, Days, Instrument, Meaning};

/// Whether there is a pregnancy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pregnancy {
    /// A code, a status or a test says so.
    Current(Fact),
    /// A status or a test says that there is none, recently enough.
    Excluded(Fact),
    /// A woman of an age to be asked, and nothing recent on file.
    NotOnFile,
    /// Nobody who has to be asked, and nothing on file.
    NotAsked,
}

/// A birth, or a code of the time after it, within a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postpartum {
    /// What stands in the chart.
    pub fact: Fact,
    /// Whether she breastfeeds.
    pub breastfeeding: Breastfeeding,
}

/// Whether she breastfeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Breastfeeding {
    Yes(Fact),
    No(Fact),
    NotOnFile,
}

/// The state of pregnancy. A later birth ends what says "pregnant"; a later negative result ends a result, never a diagnosis.
pub fn pregnancy(ground: &Ground<'_>, postpartum: Option<&Postpartum>) -> Pregnancy {
    let parameters = ground.parameters();
    let birth = postpartum.and_then(|birth| birth.fact.date);
    let holds = |day: Option<Day>| day.is_none_or(|day| within(ground, day, parameters.pregnancy_counts_days) && Some(day) > birth);
    let newest = results(ground).last();
    let coded = ground.current_conditions(ConditionGroup::PregnancyCurrent).find(|condition| holds(dated(condition)));
    if let Some(condition) = coded {
        return Pregnancy::Current(Fact::diagnosis(condition));
    }
    match newest {
        Some((result, true)) if holds(Some(result.at.day)) => Pregnancy::Current(told(result, "pregnant")),
        Some((result, false)) if within(ground, result.at.day, parameters.pregnancy_status_fresh_days) => {
            Pregnancy::Excluded(told(result, "not pregnant"))
        }
        Some(_) | None if is_asked(ground) => Pregnancy::NotOnFile,
        Some(_) | None => Pregnancy::NotAsked,
    }
}

/// The newest code of birth or of the time after it within `postpartum_days`.
pub fn postpartum(ground: &Ground<'_>) -> Option<Postpartum> {
    let recent = |day: &Day| within(ground, *day, ground.parameters().postpartum_days);
    let births = ground.conditions(ConditionGroup::PregnancyPostpartum);
    let newest = births.filter_map(|condition| Some((dated(condition).filter(recent)?, condition))).max_by_key(|(day, _)| *day);
    newest.map(|(_, condition)| Postpartum { fact: Fact::diagnosis(condition), breastfeeding: breastfeeding(ground) })
}

fn breastfeeding(ground: &Ground<'_>) -> Breastfeeding {
    let days = ground.parameters().postpartum_days;
    let coded = ground.current_conditions(ConditionGroup::PregnancyBreastfeeding);
    let mut coded = coded.filter(|condition| dated(condition).is_none_or(|day| within(ground, day, days)));
    let answered = ground.newest_within(Instrument::Breastfeeding, days);
    match (answered.map(|result| (result, &result.value)), coded.next()) {
        (_, Some(condition)) => Breastfeeding::Yes(Fact::diagnosis(condition)),
        (Some((result, Value::YesNo(true))), None) => Breastfeeding::Yes(told(result, "breastfeeding")),
        (Some((result, Value::YesNo(false))), None) => Breastfeeding::No(told(result, "not breastfeeding")),
        (Some(_) | None, None) => Breastfeeding::NotOnFile,
    }
}

fn within(ground: &Ground<'_>, day: Day, days: Days) -> bool {
    ground.as_of - day <= days
}

fn is_asked(ground: &Ground<'_>) -> bool {
    let parameters = ground.parameters();
    let female = ground.chart.patient.as_ref().is_some_and(|patient| patient.sex == Some(Sex::Female));
    let ages = parameters.pregnancy_unknown_min_age..=parameters.pregnancy_unknown_max_age;
    female && ground.age.is_some_and(|age| ages.contains(&age))
}

fn told(result: &Measurement, text: &str) -> Fact {
    Fact { text: format!("{text} on {}", result.at.day), date: Some(result.at.day), basis: vec![result.source.clone()] }
}

/// Results that say pregnant or not, the oldest first; of one moment "not" first, so that a doubt counts as pregnant.
fn results<'a>(ground: &Ground<'a>) -> impl Iterator<Item = (&'a Measurement, bool)> {
    use Instrument::{PregnancyStatus, PregnancyTest, PregnancyTestQuantitative};
    let kinds = [PregnancyStatus, PregnancyTest, PregnancyTestQuantitative];
    let mut found: Vec<(&Measurement, bool)> = kinds
        .into_iter()
        .flat_map(|kind| ground.results(kind))
        .filter_map(|result| Some((result, says_pregnant(ground.knowledge, result)?)))
        .collect();
    found.sort_by_key(|(result, pregnant)| (result.at, *pregnant));
    found.into_iter()
}

/// What a result says; `None` for any other answer. A bare "no" to the status is no exclusion (note of the observation table), to a test
/// it is a negative one.
pub(super) fn says_pregnant(knowledge: &Knowledge, result: &Measurement) -> Option<bool> {
    let parameters = knowledge.parameters();
    match &result.value {
        Value::Number(value) if result.instrument == Instrument::PregnancyTestQuantitative => match *value {
            value if value >= parameters.hcg_positive_from => Some(true),
            value if value < parameters.hcg_negative_below => Some(false),
            _ => None,
        },
        Value::YesNo(true) => Some(true),
        Value::YesNo(false) if result.instrument == Instrument::PregnancyTest => Some(false),
        Value::Answer { code, text } => {
            let coded = code.as_deref().and_then(|code| knowledge.meaning(code));
            match coded.or_else(|| knowledge.meaning(&text.trim().to_lowercase()))? {
                // the code of "pregnant" stands in the table once, as a reason for a stop
                Meaning::AnswerPregnant | Meaning::AnswerPositive | Meaning::StopPregnancy => Some(true),
                Meaning::AnswerNotPregnant | Meaning::AnswerNegative => Some(false),
                _ => None,
            }
        }
        Value::Number(_) | Value::YesNo(false) | Value::Pressure { .. } | Value::Done => None,
    }
}
