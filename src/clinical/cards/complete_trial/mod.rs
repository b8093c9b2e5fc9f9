//! The trial under way is not yet adequate: what is missing, until which day.
//!
//! Speaks of the current trial when it is not adequate, lost its response, is within 28 days of an increase, or carries an
//! augmentation with fewer than 28 days at dose (rules.md 10). On order-select and order-sign only where a switch or an augmentation is
//! ordered, with a sentence that names the order; a renewal or another dose of the present drug is none.
//!
//! Silent: PHQ-9 below 10 (no score, or one of whatever age, does not silence); no current trial; a drug used for another purpose;
//! stopped for intolerance; a strong bipolar indicator; a critical interaction with the drug; a drug that cannot be raised (that is
//! next-step, tier 0); the first 14 days, unless supply has run out, the record contradicts it, an augmentation began
//! early, or the episode has an earlier adequate trial.

mod words;

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::Finding;
use super::gate::Symptoms;
use super::order;
use super::table::trial_day;
use super::wording::Wording;
use crate::clinical::derive::{Adequacy, Augmentation, Marker, Reason, Trial, dose_room};

pub(super) static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("card.toml"), &TEXTS, &words::NAMES)
        .unwrap_or_else(|defects| panic!("complete_trial/card.toml: {}", defects.join("; ")))
});

/// Every text of the card: one per variant, more where a variant has shades.
const TEXTS: [&str; 15] = [
    "augmentation-early",
    "augmentation-in-progress",
    "unverified",
    "relapse",
    "dose",
    "dose-no-rise",
    "interrupted",
    "interrupted-undated",
    "duration",
    "duration-titrating",
    "duration-lapsed",
    "adherence",
    "adherence-contradicted",
    "adherence-lapsed",
    "settling",
];

/// The variants, in the order in which the first that applies is chosen (rules.md 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    AugmentationEarly,
    AugmentationInProgress,
    Unverified,
    Relapse,
    Dose,
    Interrupted,
    Duration,
    Adherence,
    Settling,
}

impl Variant {
    const fn word(self) -> &'static str {
        match self {
            Variant::AugmentationEarly => "augmentation-early",
            Variant::AugmentationInProgress => "augmentation-in-progress",
            Variant::Unverified => "unverified",
            Variant::Relapse => "relapse",
            Variant::Dose => "dose",
            Variant::Interrupted => "interrupted",
            Variant::Duration => "duration",
            Variant::Adherence => "adherence",
            Variant::Settling => "settling",
        }
    }
}

/// The card, if it speaks. While orders are chosen or signed it speaks of the order that would end or blur the trial, or not at all.
pub(super) fn card(situation: Situation<'_>) -> Option<Card> {
    let card = || decide(situation).map(|finding| finding.card(CardCode::CompleteTrial, &WORDING, situation));
    if situation.occasion.is_order() { order::about_the_trial(situation, card) } else { card() }
}

fn decide(situation: Situation<'_>) -> Option<Finding> {
    let trial = situation.current_trial()?;
    if !situation.unipolar() || situation.symptoms() == Symptoms::Mild || situation.endangered(trial) {
        return None;
    }
    if trial.has_reason(Reason::NotATrial) || trial.has_marker(Marker::Intolerance) || is_quiet(trial, situation) {
        return None;
    }
    let variant = variant(trial, situation)?;
    if variant == Variant::Dose && situation.cannot_be_raised(trial) {
        return None;
    }
    Some(Finding {
        variant: Some(variant.word()),
        text: text(variant, trial, situation),
        values: words::values(trial, agent(variant, trial, situation), situation),
        overview: Vec::new(),
        body: if variant == Variant::Relapse { super::contributors::blocks(situation) } else { Vec::new() },
        end: None,
        ground: words::ground(variant, trial, agent(variant, trial, situation)),
    })
}

/// Whether the trial is in its quiet first days.
fn is_quiet(trial: &Trial, situation: Situation<'_>) -> bool {
    let first_days = situation.knowledge.parameters().quiet_first_days;
    let young = trial_day(trial, situation.assessment.as_of).is_some_and(|day| day <= first_days);
    let loud = trial.has_marker(Marker::Lapsed)
        || trial.has_reason(Reason::AdherenceContradicted)
        || early_agent(trial, situation).is_some()
        || has_earlier_adequate_trial(trial, situation);
    young && !loud
}

fn has_earlier_adequate_trial(current: &Trial, situation: Situation<'_>) -> bool {
    situation.assessment.trials.iter().any(|trial| trial.in_episode && trial.adequacy == Adequacy::Adequate && trial.start < current.start)
}

/// The first that applies.
fn variant(trial: &Trial, situation: Situation<'_>) -> Option<Variant> {
    let adequate = trial.adequacy == Adequacy::Adequate;
    let required = situation.knowledge.parameters().adequate_min_days;
    if early_agent(trial, situation).is_some() {
        Some(Variant::AugmentationEarly)
    } else if adequate && situation.augmentation_in_progress().is_some() {
        Some(Variant::AugmentationInProgress)
    } else if is_unverified(trial) {
        Some(Variant::Unverified)
    } else if trial.has_marker(Marker::LossOfResponse) && !situation.response_lost(trial) {
        Some(Variant::Relapse)
    } else if adequate {
        situation.settles_on(trial).map(|_| Variant::Settling)
    } else if trial.has_marker(Marker::Lapsed) {
        // rules.md 17: a lapsed trial that is not adequate has only these two
        Some(if trial.at_dose_days < required { Variant::Duration } else { Variant::Adherence })
    } else if situation.below_minimum(trial) {
        Some(Variant::Dose)
    } else if trial.has_reason(Reason::Interrupted) {
        Some(Variant::Interrupted)
    } else if trial.at_dose_days < required || trial.has_reason(Reason::DoseBelowMinimum) {
        Some(Variant::Duration)
    } else {
        Some(Variant::Adherence)
    }
}

/// The agent that was added before the trial was adequate and is still taken, while the trial is not adequate.
fn early_agent<'a>(trial: &Trial, situation: Situation<'a>) -> Option<&'a Augmentation> {
    let early = trial.has_marker(Marker::AugmentationEarly) && trial.adequacy != Adequacy::Adequate;
    let base = situation.assessment.current_trial;
    situation
        .assessment
        .augmentation
        .iter()
        .filter(|added| early && added.ongoing && Some(added.base) == base)
        .min_by_key(|added| added.start)
}

fn agent<'a>(variant: Variant, trial: &Trial, situation: Situation<'a>) -> Option<&'a Augmentation> {
    match variant {
        Variant::AugmentationEarly => early_agent(trial, situation),
        Variant::AugmentationInProgress => situation.augmentation_in_progress(),
        Variant::Unverified
        | Variant::Relapse
        | Variant::Dose
        | Variant::Interrupted
        | Variant::Duration
        | Variant::Adherence
        | Variant::Settling => None,
    }
}

fn is_unverified(trial: &Trial) -> bool {
    let unreadable = trial.adequacy != Adequacy::Adequate && trial.current_dose.is_none();
    unreadable || trial.adequacy == Adequacy::Unknown || trial.has_reason(Reason::UncodedDrug)
}

/// The shade of a variant.
fn text(variant: Variant, trial: &Trial, situation: Situation<'_>) -> &'static str {
    let lapsed = trial.has_marker(Marker::Lapsed);
    let low = trial.current_dose.zip(trial.minimum_dose).is_some_and(|(dose, minimum)| dose < minimum);
    let no_rise = dose_room(trial, situation.assessment.patient.age_years, situation.knowledge).advised_against;
    match variant {
        Variant::Dose if no_rise => "dose-no-rise",
        Variant::Duration if lapsed => "duration-lapsed",
        Variant::Duration if low && no_rise => "dose-no-rise",
        Variant::Duration if low => "duration-titrating",
        Variant::Interrupted if words::restart(trial, situation).is_none() => "interrupted-undated",
        Variant::Adherence if lapsed => "adherence-lapsed",
        Variant::Adherence if trial.has_reason(Reason::AdherenceContradicted) => "adherence-contradicted",
        other => other.word(),
    }
}

#[cfg(test)]
mod tests;
