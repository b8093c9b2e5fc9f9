//! A recent suicidal finding: the fact, its date, the site's protocol (rules.md 10 and 11).
//!
//! Speaks with any finding of `derive::safety`, whatever the scope, the diagnosis, the score or the treatment; where the age is not on
//! file it speaks and says so.
//!
//! Silent: below 18; deceased; no finding that stands. It reckons no level of risk, sets no order of urgency, and reads no zero as "no risk".

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::{Block, Finding};
use super::wording::{Values, Wording};
use crate::clinical::derive::{SafetyIndicator, ScopeReason};

const TEXTS: [&str; 2] = ["critical", "warning"];

const NAMES: [&str; 2] = ["finding", "age"];

pub(super) static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("card.toml"), &TEXTS, &NAMES).unwrap_or_else(|defects| panic!("safety/card.toml: {}", defects.join("; ")))
});

/// The card, if it speaks.
pub(super) fn card(situation: Situation<'_>) -> Option<Card> {
    decide(situation).map(|finding| finding.card(CardCode::Safety, &WORDING, situation))
}

/// Whether the card stands on its own facts: what other cards say beside it depends on this.
fn is_covered(situation: Situation<'_>) -> bool {
    let reasons = &situation.assessment.scope.reasons;
    !reasons.contains(&ScopeReason::Under18) && !reasons.contains(&ScopeReason::Deceased)
}

fn decide(situation: Situation<'_>) -> Option<Finding> {
    let findings = &situation.assessment.safety;
    let first = findings.first().filter(|_| is_covered(situation))?;
    let parameters = situation.knowledge.parameters();
    let age = if situation.assessment.patient.age_years.is_none() { "Age not on file: this card is for adults." } else { "" };
    let mut body = Vec::new();
    body.push(Block::List(
        "Also on record",
        findings.iter().skip(1).map(|finding| super::markdown::inline(&finding.label).into_owned()).collect(),
    ));
    body.push(Block::Paragraph(parameters.safety_protocol.clone()));
    body.push(Block::Paragraph(parameters.safety_crisis_line.clone()));
    body.extend(boxed_warning(situation).map(Block::Paragraph));
    let ground = findings.iter().map(|finding| format!("{} {}", finding.id, finding.date)).collect();
    Some(Finding {
        variant: None,
        text: match first.indicator {
            SafetyIndicator::Critical => "critical",
            SafetyIndicator::Warning => "warning",
        },
        values: Values::from([("finding", capitalised(&first.label)), ("age", age.to_owned())]),
        overview: body,
        body: Vec::new(),
        end: None,
        ground,
    })
}

/// Below 25 while an antidepressant starts or has been changed in the last weeks (rules.md 11).
fn boxed_warning(situation: Situation<'_>) -> Option<String> {
    let parameters = situation.knowledge.parameters();
    let today = situation.assessment.as_of;
    let young = situation.assessment.patient.age_years.is_some_and(|age| age < parameters.boxed_warning_below_age);
    let fresh = |day| today - day < parameters.boxed_warning_watch_days;
    let changed = situation.assessment.trials.iter().filter(|trial| trial.ongoing).find_map(|trial| {
        let day = trial.doses.iter().map(|dose| dose.start).chain(trial.start).filter(|day| fresh(*day)).max()?;
        Some((trial.drug, day))
    });
    let (drug, day) = changed.filter(|_| young)?;
    let (age, days) = (parameters.boxed_warning_below_age, parameters.boxed_warning_watch_days);
    Some(format!(
        "{} was started or changed on {day}. Boxed warning below {age}: suicidal thoughts may increase after a start or a change of dose; watch closely, above all in the first {days} days.",
        super::markdown::inline(drug.name())
    ))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
