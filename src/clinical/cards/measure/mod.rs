//! Response cannot be judged: no usable score.
//!
//! Speaks when the current trial has at least 28 covered days and no score is at most 60 days old, also beside complete-trial.
//! Silent with any recent score, of whatever scale.

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::Finding;
use super::table::evidence_word;
use super::wording::{Values, Wording};
use crate::clinical::derive::Extent;

const TEXTS: [&str; 3] = ["none", "old", "not-had"];

const NAMES: [&str; 5] = ["drug", "days", "evidence", "last", "recent"];

pub(super) static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("card.toml"), &TEXTS, &NAMES).unwrap_or_else(|defects| panic!("measure/card.toml: {}", defects.join("; ")))
});

/// The card, if it speaks.
pub(super) fn card(situation: Situation<'_>) -> Option<Card> {
    decide(situation).map(|finding| finding.card(CardCode::Measure, &WORDING, situation))
}

fn decide(situation: Situation<'_>) -> Option<Finding> {
    let trial = situation.current_trial()?;
    let parameters = situation.knowledge.parameters();
    let score = situation.assessment.current_score.as_ref();
    if !situation.in_scope() || trial.days < parameters.end_score_min_day || score.is_some_and(|score| situation.is_recent(score.date)) {
        return None;
    }
    let last = score.map(|score| score.date.to_string());
    let text = match (situation.assessment.coverage.observations, &last) {
        (Extent::None | Extent::Partial, _) => "not-had",
        (Extent::Full, Some(_)) => "old",
        (Extent::Full, None) => "none",
    };
    let mut values = Values::from([
        ("drug", trial.drug.to_string()),
        ("days", trial.days.to_string()),
        ("evidence", evidence_word(trial.evidence).to_owned()),
        ("recent", parameters.phq9_recent_days.to_string()),
    ]);
    values.extend(last.clone().map(|last| ("last", last)));
    let ground = vec![trial.drug.to_string(), trial.start.map(|start| start.to_string()).unwrap_or_default(), last.unwrap_or_default()];
    Some(Finding { variant: None, text, values, overview: Vec::new(), body: Vec::new(), end: None, ground })
}

#[cfg(test)]
mod tests;
