//! Strong indicators: one of them opens the question (rules.md 7).

use std::collections::BTreeMap;

use crate::clinical::chart::{Certainty, Condition, Measurement, Value};
use crate::clinical::units::{ConditionGroup, Instrument, Meaning, SourceRef};

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

/// One indicator a code, the most specific; a code recorded twice is one, told by its latest record.
fn diagnoses(ground: &Ground<'_>) -> Vec<BipolarIndicator> {
    let mut by_code: BTreeMap<(&'static str, &str), Vec<(&Condition, String, Vec<SourceRef>)>> = BTreeMap::new();
    for condition in ground.conditions(ConditionGroup::BipolarSpectrum) {
        let (id, label, basis) = of_diagnosis(condition, ground);
        by_code.entry((id, condition.code.as_str())).or_default().push((condition, label, basis));
    }
    let one = |((id, _), mut records): ((&'static str, &str), Vec<(&Condition, String, Vec<SourceRef>)>)| {
        records.sort_by_key(|(condition, _, _)| (began(condition), condition.source.clone()));
        let label = records.last().map(|(_, label, _)| label.clone()).unwrap_or_default();
        let basis = records.into_iter().flat_map(|(_, _, basis)| basis).collect();
        indicator(id, IndicatorWeight::Strong, label, basis)
    };
    by_code.into_iter().map(one).collect()
}

fn of_diagnosis(condition: &Condition, ground: &Ground<'_>) -> (&'static str, String, Vec<SourceRef>) {
    let name = named(condition);
    let mut basis = vec![condition.source.clone()];
    if condition.groups.has(ConditionGroup::BipolarDrugInduced) {
        return ("drug-induced-bipolar", name, basis);
    }
    if mania::is_mania(condition) {
        let Some(beginning) = mania::before(condition, ground).pop() else { return ("mania", name, basis) };
        let days = began(condition).map_or(0, |day| day - beginning.day);
        let what = if beginning.raised { "was raised" } else { "began" };
        basis.extend(beginning.basis);
        return ("mania-on-antidepressant", format!("{name}, {days} days after {} {what}", beginning.drug), basis);
    }
    match condition.certainty {
        Certainty::Provisional => ("bipolar-unconfirmed", format!("{name}, not confirmed"), basis),
        Certainty::Confirmed | Certainty::Refuted => ("bipolar-past", format!("{name}, no longer current"), basis),
    }
}

/// Encounters for mania or bipolar disorder, where no diagnosis on file says it already.
fn encounters(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let told = |groups: crate::clinical::units::GroupSet| {
        groups.has(ConditionGroup::BipolarSpectrum) && !groups.has(ConditionGroup::BipolarDrugInduced)
    };
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
