//! What else may keep the depression going, present or not looked for.
//!
//! Speaks with a PHQ-9 of 10 or more within 60 days, an antidepressant trial in the episode, and at least one contributor that is
//! present, not treated, and more than a line (rules.md 8 and 10). One to be treated first makes it a warning that stands in the
//! place of next-step. A strong bipolar indicator does not silence it.
//!
//! Silent: a lower, older or missing score; contributors that are treated, lines, clear or not looked for alone; and, as `cards`
//! sees to it, wherever next-step speaks of the urgent pathway.

mod words;

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::{Block, Finding};
use super::gate::Symptoms;
use super::wording::{Values, Wording};
use crate::clinical::derive::{Contributor, ContributorWeight, Reason};

const TEXTS: [&str; 4] = ["alongside", "alongside-unnamed", "treat-first", "treat-first-early"];

const NAMES: [&str; 6] = ["list", "contributors", "first", "count", "trial_word", "failed"];

pub(super) static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("card.toml"), &TEXTS, &NAMES)
        .unwrap_or_else(|defects| panic!("contributors/card.toml: {}", defects.join("; ")))
});

/// The card, if it speaks.
pub(super) fn card(situation: Situation<'_>) -> Option<Card> {
    decide(situation).map(|finding| finding.card(CardCode::Contributors, &WORDING, situation))
}

/// What other cards say of contributors: those on record, those not looked for, and the workup.
pub(super) fn blocks(situation: Situation<'_>) -> Vec<Block> {
    words::blocks(situation, false)
}

/// The same beside the urgent pathway, which waits for none of them.
pub(super) fn blocks_beside_urgent(situation: Situation<'_>) -> Vec<Block> {
    words::blocks(situation, true)
}

fn decide(situation: Situation<'_>) -> Option<Finding> {
    let assessment = situation.assessment;
    let in_trial = assessment.trials.iter().any(|trial| trial.in_episode && !trial.has_reason(Reason::NotATrial));
    let active = situation.symptoms() == Symptoms::Active { recent: true };
    if !situation.in_scope() || !active || !in_trial {
        return None;
    }
    let raising: Vec<&Contributor> = assessment.contributors.iter().filter(|found| found.raises_card()).collect();
    let strongest = *raising.first()?;
    let first = strongest.weight == ContributorWeight::TreatFirst;
    let list = words::list(&raising);
    let text = match (first, assessment.adequate_failed_trials, &list) {
        (true, 0, _) => "treat-first-early",
        (true, _, _) => "treat-first",
        (false, _, Some(_)) => "alongside",
        (false, _, None) => "alongside-unnamed",
    };
    let failed = assessment.counted_failures.iter().map(|drug| drug.name()).collect::<Vec<_>>().join(", ");
    let mut values = Values::from([
        ("first", words::first(strongest)),
        ("count", assessment.adequate_failed_trials.to_string()),
        ("trial_word", if assessment.adequate_failed_trials == 1 { "trial" } else { "trials" }.to_owned()),
        ("failed", failed),
        ("contributors", if raising.len() == 1 { "contributor" } else { "contributors" }.to_owned()),
    ]);
    values.extend(list.map(|list| ("list", list)));
    let ground = raising.iter().flat_map(|found| {
        let sources = found.basis.iter().map(|source| source.as_str().to_owned());
        std::iter::once(found.id.to_owned()).chain(sources)
    });
    let mut overview = blocks(situation);
    let body = overview.split_off(overview.len().min(1));
    Some(Finding { variant: None, text, values, overview, body, end: None, ground: ground.collect() })
}

#[cfg(test)]
mod tests;
