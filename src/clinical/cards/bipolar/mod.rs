//! Findings that raise the question of bipolar disorder, which nobody has settled (rules.md 7 and 10).
//!
//! Speaks when the question is open: one strong indicator, or two moderate ones of which one says more. Critical where a mania or
//! hypomania asks for a review of the antidepressant today.
//!
//! With known bipolar disorder it speaks only where the site asks for it: an antidepressant is taken and no mood stabiliser.
//!
//! Silent: out of scope (known bipolar disorder among it, but for that); one moderate indicator alone; refuted within a year with moderate ones only.
//! A strong indicator silences complete-trial and next-step: the trial table stands here.

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::{Block, Finding};
use super::markdown::escape_markdown;
use super::wording::{Values, Wording};
use crate::clinical::derive::{BipolarState, CurrentMania, ScopeReason, ScopeStatus};
use crate::clinical::units::Ingredient;

const TEXTS: [&str; 6] = ["one", "several", "mania", "mania-ordered", "mania-alone", "without-mood-stabiliser"];

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
    if bipolar.state == BipolarState::Known {
        return without_mood_stabiliser(situation);
    }
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

/// The card that a site may ask for (rules.md 7). The scope is closed by the disorder alone, or by the depression code it leaves.
fn without_mood_stabiliser(situation: Situation<'_>) -> Option<Finding> {
    let assessment = situation.assessment;
    let drugs = &assessment.circumstances.antidepressants_alone;
    let otherwise_in_scope =
        assessment.scope.reasons.iter().all(|reason| matches!(reason, ScopeReason::KnownBipolar | ScopeReason::NoDepression));
    if drugs.is_empty() || !otherwise_in_scope {
        return None;
    }
    let names = drugs.iter().map(|drug| drug.name()).collect::<Vec<_>>().join(", ");
    Some(Finding {
        variant: None,
        text: "without-mood-stabiliser",
        ground: vec!["without-mood-stabiliser".to_owned(), names.clone()],
        values: Values::from([("drug", names)]),
        overview: Vec::new(),
        body: Vec::new(),
        end: None,
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
