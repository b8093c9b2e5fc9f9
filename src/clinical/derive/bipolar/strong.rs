//! Strong indicators: one of them opens the question (rules.md 7).

use crate::clinical::chart::{Certainty, Condition, Measurement, Value};
use crate::clinical::units::{ConditionGroup, GroupSet, Instrument, Meaning, SourceRef};

use super::super::ground::Ground;
use super::{BipolarIndicator, IndicatorWeight, began, indicator, mania, named};

/// Every strong indicator; known bipolar disorder has been ruled out before.
pub fn strong(ground: &Ground<'_>) -> Vec<BipolarIndicator> {
    let mut found = diagnoses(ground);
    if found.is_empty() {
        found.extend(encounters(ground));
    }
    found.extend(mood_disorder_questionnaire(ground));
    found.extend(rapid_mood_screener(ground));
    found
}

/// What one diagnosis on file gives: the most specific indicator of its code.
struct Diagnosed<'a> {
    id: &'static str,
    condition: &'a Condition,
    label: String,
    basis: Vec<SourceRef>,
}

/// One indicator a code; a code recorded twice is one, told by its latest record.
fn diagnoses(ground: &Ground<'_>) -> Vec<BipolarIndicator> {
    let mut all: Vec<Diagnosed<'_>> =
        ground.conditions(ConditionGroup::BipolarSpectrum).map(|condition| diagnosed(condition, ground)).collect();
    all.sort_by_key(|found| (found.id, found.condition.code.as_str(), began(found.condition), &found.condition.source));
    let one = |records: &[Diagnosed<'_>]| {
        let latest = records.last()?;
        let basis = records.iter().flat_map(|record| record.basis.iter().cloned()).collect();
        Some(indicator(latest.id, IndicatorWeight::Strong, latest.label.clone(), basis))
    };
    all.chunk_by(|a, b| (a.id, &a.condition.code) == (b.id, &b.condition.code)).filter_map(one).collect()
}

fn diagnosed<'a>(condition: &'a Condition, ground: &Ground<'_>) -> Diagnosed<'a> {
    let name = named(condition);
    let mut basis = vec![condition.source.clone()];
    let (id, label) = if condition.groups.has(ConditionGroup::BipolarDrugInduced) {
        ("drug-induced-bipolar", name)
    } else if !mania::is_mania(condition) {
        match condition.certainty {
            Certainty::Provisional => ("bipolar-unconfirmed", format!("{name}, not confirmed")),
            Certainty::Confirmed | Certainty::Refuted => ("bipolar-past", format!("{name}, no longer current")),
        }
    } else if let Some(beginning) = mania::before(condition, ground).pop() {
        let days = began(condition).map_or(0, |day| day - beginning.day);
        let what = if beginning.raised { "was raised" } else { "began" };
        basis.extend(beginning.basis);
        ("mania-on-antidepressant", format!("{name}, {days} days after {} {what}", beginning.drug))
    } else {
        ("mania", name)
    };
    Diagnosed { id, condition, label, basis }
}

/// Encounters for mania or bipolar disorder, where no diagnosis on file says it already.
fn encounters(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let told = |groups: GroupSet| groups.has(ConditionGroup::BipolarSpectrum) && !groups.has(ConditionGroup::BipolarDrugInduced);
    let found: Vec<_> = ground.chart.encounters.iter().filter(|encounter| told(encounter.groups)).collect();
    let latest = found.iter().map(|encounter| encounter.span.first).max()?;
    let basis = found.iter().map(|encounter| encounter.source.clone()).collect();
    Some(indicator("mania-encounter", IndicatorWeight::Strong, format!("encounter for mania or bipolar disorder, {latest}"), basis))
}

/// The latest MDQ whose result can be told.
fn mood_disorder_questionnaire(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let told = ground.results(Instrument::Mdq).filter_map(|result| Some((result.at, screened(&result.value, ground)?, result)));
    let (_, positive, result) = told.max_by_key(|(at, positive, _)| (*at, *positive))?;
    positive.then(|| screen("mdq-positive", format!("Mood Disorder Questionnaire positive, {}", result.at.day), result))
}

/// The latest RMS whose result can be told: four of six. A bare yes is an item of it that its name was matched by, not its result.
fn rapid_mood_screener(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let least = f64::from(ground.parameters().rms_min_yes);
    let told = ground.results(Instrument::Rms).filter_map(|result| {
        let (positive, said) = match result.value {
            Value::Number(yes) => (yes >= least, format!("{yes} of 6")),
            Value::YesNo(_) => return None,
            ref other => (screened(other, ground)?, "positive".to_owned()),
        };
        Some((result.at, positive, said, result))
    });
    let (_, positive, said, result) = told.max_by_key(|(at, positive, _, _)| (*at, *positive))?;
    positive.then(|| screen("rms-positive", format!("Rapid Mood Screener {said}, {}", result.at.day), result))
}

fn screen(id: &'static str, label: String, result: &Measurement) -> BipolarIndicator {
    indicator(id, IndicatorWeight::Strong, label, vec![result.source.clone()])
}

/// The result of a screen filed as such; a bare number of an MDQ says nothing of the same period or of the problem caused.
fn screened(value: &Value, ground: &Ground<'_>) -> Option<bool> {
    match value {
        Value::YesNo(positive) => Some(*positive),
        Value::Answer { code, text } => {
            let said = |word: &str| ground.knowledge.meaning(word);
            let mut meanings = code.as_deref().into_iter().filter_map(said).chain(super::reaction::words(text).filter_map(|w| said(&w)));
            meanings.find_map(|meaning| match meaning {
                Meaning::AnswerPositive => Some(true),
                Meaning::AnswerNegative => Some(false),
                _ => None,
            })
        }
        Value::Number(_) | Value::Pressure { .. } | Value::Done => None,
    }
}
