//! Findings that raise the question of bipolar disorder, which nobody has settled (rules.md 7 and 10).
//!
//! Speaks when the question is open: one strong indicator, or two moderate ones of which one says more. Critical where a mania or
//! hypomania asks for a review of the antidepressant today.
//!
//! Silent: out of scope (known bipolar disorder among it); one moderate indicator alone; refuted within a year with moderate ones only.
//! A strong indicator silences complete-trial and next-step: the trial table stands here.

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::{Block, Finding};
use super::markdown::escape_markdown;
use super::wording::{Values, Wording};
use crate::clinical::derive::{BipolarState, CurrentMania, ScopeStatus};
use crate::clinical::units::Ingredient;

const TEXTS: [&str; 5] = ["one", "several", "mania", "mania-ordered", "mania-alone"];

const NAMES: [&str; 3] = ["count", "date", "drug"];

pub(super) static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("card.toml"), &TEXTS, &NAMES).unwrap_or_else(|defects| panic!("bipolar/card.toml: {}", defects.join("; ")))
});

/// The card, if it speaks.
pub(super) fn card(situation: Situation<'_>) -> Option<Card> {
    decide(situation).map(|finding| finding.card(CardCode::Bipolar, &WORDING, situation))
}

fn decide(situation: Situation<'_>) -> Option<Finding> {
    let bipolar = &situation.assessment.bipolar;
    if situation.assessment.scope.status != ScopeStatus::InScope || bipolar.state != BipolarState::Open {
        return None;
    }
    let mut values = Values::from([("count", bipolar.indicators.len().to_string())]);
    let text = match &bipolar.current_mania {
        Some(mania) => {
            let (text, drugs) = asked_to_review(mania);
            values.insert("date", mania.date.to_string());
            values.insert("drug", drugs.iter().map(|drug| drug.name()).collect::<Vec<_>>().join(", "));
            text
        }
        None if bipolar.indicators.len() == 1 => "one",
        None => "several",
    };
    let findings = bipolar.indicators.iter().map(|indicator| escape_markdown(&indicator.label)).collect();
    let mut ground: Vec<String> = vec![text.to_owned()];
    ground.extend(bipolar.indicators.iter().map(|indicator| {
        // the next supply of the same drug is no new evidence
        let lasting = indicator.basis.iter().map(|source| source.as_str()).filter(|source| !source.starts_with("Medication"));
        format!("{} {}", indicator.id, lasting.collect::<Vec<_>>().join(" "))
    }));
    Some(Finding {
        variant: None,
        text,
        values,
        overview: vec![Block::List("What raises it", findings)],
        body: Vec::new(),
        end: None,
        ground,
    })
}

fn asked_to_review(mania: &CurrentMania) -> (&'static str, &[Ingredient]) {
    if !mania.taken.is_empty() {
        ("mania", &mania.taken)
    } else if !mania.ordered.is_empty() {
        ("mania-ordered", &mania.ordered)
    } else {
        ("mania-alone", &[])
    }
}

#[cfg(test)]
mod tests;
