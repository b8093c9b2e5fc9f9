//! Moderate indicators: two of them open the question, at least one of them of those that say more (rules.md 7).

use std::collections::BTreeSet;

use crate::clinical::chart::{Condition, Relative};
use crate::clinical::knowledge::Parameters;
use crate::clinical::units::{ConditionGroup, Day, SourceRef};

use super::super::Marker;
use super::super::ground::Ground;
use super::super::scope::DEPRESSION_GROUPS;
use super::{BipolarIndicator, IndicatorWeight, drug, indicator, named, reaction};

/// Those of which one must be among them: early onset, many episodes, many failures and an antipsychotic alone are too common in
/// treated depression.
const SAY_MORE: [&str; 6] = ["family-history", "psychotic-features", "peripartum-onset", "mood-stabiliser", "activation", "lost-responses"];

/// Every moderate indicator, in the order of the rule.
pub fn moderate(ground: &Ground<'_>) -> Vec<BipolarIndicator> {
    [
        family(ground),
        early_onset(ground),
        psychotic_features(ground),
        peripartum(ground),
        failures(ground),
        episodes(ground),
        drug::mood_stabiliser(ground),
        drug::antipsychotic(ground),
        reaction::activation(ground),
        lost_responses(ground),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether they are enough to open the question.
pub fn opens(moderate: &[BipolarIndicator], parameters: &Parameters) -> bool {
    let enough = i32::try_from(moderate.len()).is_ok_and(|count| count >= parameters.bipolar_moderate_needed);
    enough && moderate.iter().any(|indicator| SAY_MORE.contains(&indicator.id))
}

fn found(id: &'static str, label: String, basis: Vec<SourceRef>) -> BipolarIndicator {
    indicator(id, IndicatorWeight::Moderate, label, basis)
}

/// A parent, sibling or child with a bipolar diagnosis. Z81.8 is too general and counts nothing.
fn family(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let near: Vec<_> = ground
        .chart
        .family
        .iter()
        .filter(|history| history.relative == Relative::FirstDegree && history.groups.has(ConditionGroup::BipolarSpectrum))
        .collect();
    let words = near.iter().map(|history| {
        let who = if history.relationship.is_empty() { "a first-degree relative" } else { &history.relationship };
        let day = history.recorded.map(|day| format!(", recorded {day}")).unwrap_or_default();
        format!("{who} with {}{day}", history.label)
    });
    let label = words.collect::<Vec<_>>().join("; ");
    (!near.is_empty()).then(|| found("family-history", label, near.iter().map(|history| history.source.clone()).collect()))
}

/// Every accepted diagnosis of depression, resolved ones too, that gives no more specific indicator: one code gives one.
fn depressions<'a>(ground: &Ground<'a>) -> impl Iterator<Item = &'a Condition> + use<'a> {
    let more_specific = [ConditionGroup::DepressionPsychotic, ConditionGroup::DepressionPeripartum];
    let all = ground.chart.conditions.iter().filter(|condition| condition.groups.has_any(&DEPRESSION_GROUPS));
    all.filter(move |condition| !condition.groups.has_any(&more_specific))
}

/// The first depression began below 25.
fn early_onset(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let birth = ground.chart.patient.as_ref()?.birth?;
    let first = depressions(ground).filter_map(|condition| Some((condition.onset?.first, condition))).min_by_key(|(onset, _)| *onset)?;
    let age = birth.last.years_until(first.0);
    let basis = depressions(ground).filter(|condition| condition.onset.is_some_and(|onset| onset.first == first.0));
    let early = (0..ground.parameters().bipolar_early_onset_below_years).contains(&age);
    early.then(|| {
        let label = format!("first depression at {age}, {}", first.0);
        found("early-onset", label, basis.map(|condition| condition.source.clone()).collect())
    })
}

fn psychotic_features(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    diagnosed("psychotic-features", "depression with psychotic features", ground, |condition| {
        condition.groups.has(ConditionGroup::DepressionPsychotic) && !is_peripartum(condition)
    })
}

/// Peripartum onset, or a postpartum psychosis.
fn peripartum(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    diagnosed("peripartum-onset", "peripartum onset", ground, is_peripartum)
}

fn is_peripartum(condition: &Condition) -> bool {
    condition.groups.has_any(&[ConditionGroup::DepressionPeripartum, ConditionGroup::BipolarPostpartumPsychosis])
}

/// One indicator of the diagnoses of a kind, told by the first of them.
fn diagnosed(id: &'static str, what: &str, ground: &Ground<'_>, is: impl Fn(&Condition) -> bool) -> Option<BipolarIndicator> {
    let mut of_kind: Vec<&Condition> = ground.chart.conditions.iter().filter(|condition| is(condition)).collect();
    of_kind.sort_by_key(|condition| (super::began(condition).is_none(), super::began(condition)));
    let label = format!("{what}: {}", named(of_kind.first()?));
    Some(found(id, label, of_kind.iter().map(|condition| condition.source.clone()).collect()))
}

fn failures(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let counted = ground.counted;
    let enough = i32::try_from(counted.len()).is_ok_and(|count| count >= ground.parameters().bipolar_failures_indicator);
    enough.then(|| {
        let names: Vec<&str> = counted.iter().map(|drug| drug.name()).collect();
        let failed = ground.trials.iter().filter(|trial| trial.failed && counted.contains(&trial.drug));
        let label = format!("{} adequate trials without sufficient response: {}", counted.len(), names.join(", "));
        found("adequate-failures", label, failed.flat_map(|trial| trial.basis.iter().cloned()).collect())
    })
}

/// Episodes by distinct days of onset.
fn episodes(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let dated: Vec<(Day, &Condition)> = depressions(ground).filter_map(|condition| Some((condition.onset?.first, condition))).collect();
    let onsets: BTreeSet<Day> = dated.iter().map(|(onset, _)| *onset).collect();
    let enough = i32::try_from(onsets.len()).is_ok_and(|count| count >= ground.parameters().bipolar_episodes_indicator);
    let first = onsets.first().filter(|_| enough)?;
    let label = format!("{} episodes of depression on record since {first}", onsets.len());
    Some(found("many-episodes", label, dated.iter().map(|(_, condition)| condition.source.clone()).collect()))
}

fn lost_responses(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let lost: Vec<_> = ground.trials.iter().filter(|trial| trial.has_marker(Marker::LossOfResponse)).collect();
    let enough = i32::try_from(lost.len()).is_ok_and(|count| count >= ground.parameters().bipolar_lost_responses_indicator);
    enough.then(|| {
        let start = |trial: &super::super::Trial| trial.start.map(|start| format!(" ({start})")).unwrap_or_default();
        let names: Vec<String> = lost.iter().map(|trial| format!("{}{}", trial.drug, start(trial))).collect();
        let label = format!("response lost {} times: {}", lost.len(), names.join(", "));
        found("lost-responses", label, lost.iter().flat_map(|trial| trial.basis.iter().cloned()).collect())
    })
}
