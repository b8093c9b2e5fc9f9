//! Codes of attempts and of suicidal thoughts, and the caution about an overdose (rules.md 9.2, 10, 17).

use serde::Serialize;

use crate::clinical::chart::Condition;
use crate::clinical::units::{ConditionGroup, Day, SourceRef};

use super::super::Note;
use super::super::ground::Ground;
use super::assessed::last_end;
use super::{SafetyFinding, SafetyIndicator, is_within};

/// Why medicines that are dangerous in overdose come last (rules.md 9.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct OverdoseRisk {
    /// The facts with their dates, in our own words.
    pub label: String,
    pub basis: Vec<SourceRef>,
}

/// What rests on codes.
pub fn findings(ground: &Ground<'_>) -> Vec<SafetyFinding> {
    let ended = last_end(ground);
    let stands = |day: Day| ended.is_none_or(|ended| day >= ended);
    let attempts = ground.conditions(ConditionGroup::SuicideAttempt).filter(|condition| !is_history(condition));
    let behaviour_days = ground.parameters().suicide_behaviour_days;
    let attempt = latest(attempts.filter_map(|condition| Some((happened(condition)?, condition))), |day| {
        stands(day) && is_within(day, behaviour_days, ground)
    });
    let thoughts = ground.current_conditions(ConditionGroup::SuicideIdeation);
    let thought_days = ground.parameters().safety_item9_recent_days;
    let thought = latest(thoughts.filter_map(|condition| Some((written(condition)?, condition))), |day| {
        stands(day) && is_within(day, thought_days, ground)
    });
    let attempt =
        attempt.map(|found| finding("suicide-attempt", SafetyIndicator::Critical, "suicide attempt or suicidal behaviour coded", found));
    let thought = thought.map(|found| finding("suicidal-ideation", SafetyIndicator::Warning, "suicidal thoughts coded", found));
    attempt.into_iter().chain(thought).collect()
}

fn latest<'a>(dated: impl Iterator<Item = (Day, &'a Condition)>, counts: impl Fn(Day) -> bool) -> Option<(Day, &'a Condition)> {
    dated.filter(|(day, _)| counts(*day)).max_by_key(|(day, condition)| (*day, &condition.source))
}

fn finding(id: &'static str, indicator: SafetyIndicator, what: &str, (date, condition): (Day, &Condition)) -> SafetyFinding {
    let label = format!("{what} ({}) on {date}", condition.code);
    SafetyFinding { id, indicator, label, date, basis: vec![condition.source.clone()] }
}

/// A code of a history says nothing of when.
fn is_history(condition: &Condition) -> bool {
    condition.groups.has(ConditionGroup::SuicideHistory)
}

/// Attempts by onset, else recorded.
fn happened(condition: &Condition) -> Option<Day> {
    condition.onset.map(|onset| onset.first).or(condition.recorded)
}

/// Thoughts by recorded, else onset.
fn written(condition: &Condition) -> Option<Day> {
    condition.recorded.or(condition.onset.map(|onset| onset.first))
}

/// See [`super::overdose_risk`]. Codes of a history count by their date: the line adds caution, it removes nothing.
pub fn overdose_risk(ground: &Ground<'_>, safety: &[SafetyFinding]) -> Option<OverdoseRisk> {
    let critical = safety.iter().filter(|finding| finding.indicator == SafetyIndicator::Critical);
    let mut facts: Vec<(String, Vec<SourceRef>)> = critical.map(|finding| (finding.label.clone(), finding.basis.clone())).collect();
    let of_groups = [ConditionGroup::SuicideAttempt, ConditionGroup::SuicideHistory];
    let attempts = ground.chart.conditions.iter().filter(|condition| condition.groups.has_any(&of_groups));
    let recent = |day: Day| is_within(day, ground.parameters().overdose_caution_days, ground);
    if let Some((day, condition)) = latest(attempts.filter_map(|condition| Some((happened(condition)?, condition))), recent)
        && !facts.iter().any(|(_, basis)| basis.contains(&condition.source))
    {
        let what = if is_history(condition) { "history of an attempt or self-harm" } else { "attempt" };
        facts.push((format!("{what} coded ({}) on {day}", condition.code), vec![condition.source.clone()]));
    }
    let label = facts.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>().join("; ");
    let basis: Vec<SourceRef> = facts.into_iter().flat_map(|(_, basis)| basis).collect();
    (!basis.is_empty()).then_some(OverdoseRisk { label, basis })
}

/// Codes without any date: whether they are recent nobody can tell.
pub fn undated(ground: &Ground<'_>) -> Vec<Note> {
    let attempts = ground.conditions(ConditionGroup::SuicideAttempt).filter(|condition| !is_history(condition));
    let thoughts = ground.current_conditions(ConditionGroup::SuicideIdeation);
    let undated = attempts.chain(thoughts).filter(|condition| happened(condition).is_none());
    let note = |condition: &Condition| Note {
        id: "not-understood-suicide-date",
        text: format!("code {} for suicidal thoughts or behaviour has no date: ask when", condition.code),
        basis: vec![condition.source.clone()],
    };
    undated.map(note).collect()
}
