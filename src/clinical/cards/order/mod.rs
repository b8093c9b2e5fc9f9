//! What an order that is being chosen or signed meets in this chart.
//!
//! Speaks on order-select and order-sign only, of a switch or a start: an antidepressant without a mood stabiliser while strong findings
//! leave the bipolar question open (code `bipolar`), and a drug that already had its adequate trial in this episode (code
//! `next-step`). What the order does to the trial under way is said by complete-trial, which asks here for its sentence; what endangers
//! is said by the interaction card.
//!
//! Silent: no draft orders; a renewal or another dose of a drug that is taken; a drug ordered for another use; out of scope; for the
//! failed trial also a PHQ-9 below 10, a strong bipolar indicator (that card speaks instead), and beside complete-trial, whose
//! sentence says it too (rules.md 10: only one of complete-trial and next-step).
//!
//! Why `next-step` for the failed trial: the code says "adequate trials without enough response: switch, augment, or refer, fitted to
//! this patient", and that is what is said of this drug; nothing endangers (`interaction`) and nothing is incomplete
//! (`complete-trial`). Its variant is the tier of the number of counted failures.

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::{Block, Finding};
use super::gate::Symptoms;
use super::markdown::{escape_markdown, inline};
use super::table::trial_line;
use super::wording::{Values, Wording};
use crate::clinical::derive::{BipolarState, Certainty, DraftOrder, DraftRole, IndicatorWeight, ScopeStatus, dose_text};

const BIPOLAR_NAMES: [&str; 3] = ["drug", "findings", "alone"];

const FAILED_NAMES: [&str; 2] = ["drug", "trial"];

pub(super) static BIPOLAR: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("bipolar.toml"), &["bipolar"], &BIPOLAR_NAMES)
        .unwrap_or_else(|defects| panic!("order/bipolar.toml: {}", defects.join("; ")))
});

pub(super) static FAILED: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("failed.toml"), &["failed-before"], &FAILED_NAMES)
        .unwrap_or_else(|defects| panic!("order/failed.toml: {}", defects.join("; ")))
});

/// What is said of the orders, beside the cards of the chart that speak of them.
pub(super) fn cards(situation: Situation<'_>, beside: &[Card]) -> Vec<Card> {
    let speaks = |wording: &Wording| wording.hooks.iter().any(|hook| hook == situation.occasion.hook());
    let said = beside.iter().any(|card| card.code == CardCode::CompleteTrial);
    let bipolar = bipolar(situation).filter(|_| speaks(&BIPOLAR));
    let failed = failed_before(situation).filter(|_| speaks(&FAILED) && !said);
    let cards = [
        bipolar.map(|finding| finding.card(CardCode::Bipolar, &BIPOLAR, situation)),
        failed.map(|finding| finding.card(CardCode::NextStep, &FAILED, situation)),
    ];
    cards.into_iter().flatten().collect()
}

/// The card about the trial under way, with the order that would end or blur it; none where no order does.
pub(super) fn about_the_trial(situation: Situation<'_>, card: impl FnOnce() -> Option<Card>) -> Option<Card> {
    let changes = |order: &&DraftOrder| match order.role {
        DraftRole::Switch | DraftRole::Augmentation => order.trial == situation.assessment.current_trial,
        DraftRole::Start | DraftRole::Continuation | DraftRole::OtherUse => false,
    };
    let orders: Vec<&DraftOrder> = situation.assessment.drafts.iter().filter(changes).collect();
    let first = orders.first()?;
    let mut card = card()?;
    let sentence = sentence(&orders, first, situation);
    card.detail = format!("{sentence}\n\n{}", card.detail);
    // An order is a new fact: what was set aside on opening the chart is said once more.
    let drugs: Vec<String> = orders.iter().map(|order| format!("ordered {}", order.drug)).collect();
    card.ground = format!("{}|{}", card.ground, drugs.join("|"));
    card.facts.extend(drugs);
    Some(card)
}

/// `**Being ordered: mirtazapine 15 mg, before the trial of sertraline was adequate.** ...`
fn sentence(orders: &[&DraftOrder], first: &DraftOrder, situation: Situation<'_>) -> String {
    let names: Vec<String> = orders.iter().map(|order| inline(&named(order, situation)).into_owned()).collect();
    let base = situation.current_trial().map(|trial| inline(trial.drug.name())).unwrap_or_default();
    let when = match first.before_adequate {
        Certainty::Yes => format!("before the trial of {base} was adequate"),
        Certainty::No => format!("while {base} still has to be judged"),
        Certainty::Undetermined => format!("while it cannot be told whether the trial of {base} was adequate"),
    };
    let role = match first.role {
        DraftRole::Augmentation => "As an addition it blurs what either drug does.",
        DraftRole::Switch => "As a switch it ends that trial, as an addition it blurs what either drug does.",
        DraftRole::Start | DraftRole::Continuation | DraftRole::OtherUse => "",
    };
    let again = orders
        .iter()
        .filter(|order| order.failed_trial.is_some())
        .map(|order| format!(" {} has had an adequate trial in this episode, without sufficient response.", inline(order.drug.name())));
    format!("**Being ordered: {}, {when}.** {role}{}", names.join(", "), again.collect::<String>())
}

/// The drug with the dose that is ordered, where it can be read.
fn named(order: &DraftOrder, situation: Situation<'_>) -> String {
    match order.dose {
        Some(dose) => format!("{} {} a day", order.drug, dose_text(dose, order.drug, situation.knowledge)),
        None => order.drug.to_string(),
    }
}

/// An antidepressant that would be new, in the order of the assessment.
fn new_antidepressants(situation: Situation<'_>) -> impl Iterator<Item = &DraftOrder> {
    let new = |order: &&DraftOrder| order.antidepressant && matches!(order.role, DraftRole::Start | DraftRole::Switch);
    situation.assessment.drafts.iter().filter(new)
}

fn bipolar(situation: Situation<'_>) -> Option<Finding> {
    let bipolar = &situation.assessment.bipolar;
    let strong: Vec<_> = bipolar.indicators.iter().filter(|indicator| indicator.weight == IndicatorWeight::Strong).collect();
    if situation.assessment.scope.status != ScopeStatus::InScope || bipolar.state != BipolarState::Open || strong.is_empty() {
        return None;
    }
    let order = new_antidepressants(situation).find(|order| order.alone != Certainty::No)?;
    let alone = match order.alone {
        Certainty::Yes => "No mood stabiliser is on file or ordered with it.",
        Certainty::No | Certainty::Undetermined => "Whether a mood stabiliser is taken could not be seen in full.",
    };
    let findings = match bipolar.indicators.len() {
        1 => "1 finding raises".to_owned(),
        several => format!("{several} findings raise"),
    };
    let labels = bipolar.indicators.iter().map(|indicator| escape_markdown(&indicator.label)).collect();
    let mut ground = vec![order.drug.to_string()];
    ground.extend(situation.strong_evidence());
    Some(Finding {
        variant: None,
        text: "bipolar",
        values: Values::from([("drug", order.drug.to_string()), ("findings", findings), ("alone", alone.to_owned())]),
        overview: vec![Block::List("Findings", labels)],
        body: Vec::new(),
        end: None,
        ground,
    })
}

fn failed_before(situation: Situation<'_>) -> Option<Finding> {
    if !situation.unipolar() || situation.symptoms() == Symptoms::Mild {
        return None;
    }
    let (order, trial) =
        new_antidepressants(situation).find_map(|order| Some((order, situation.assessment.trials.get(order.failed_trial?)?)))?;
    let parameters = situation.knowledge.parameters();
    let many = i32::try_from(situation.assessment.adequate_failed_trials).is_ok_and(|n| n >= parameters.trd_min_adequate_failures);
    let start = trial.start.map(|day| day.to_string()).unwrap_or_default();
    Some(Finding {
        variant: Some(if many { "tier-2" } else { "tier-1" }),
        text: "failed-before",
        values: Values::from([("drug", order.drug.to_string()), ("trial", trial_line(trial, situation.knowledge))]),
        overview: Vec::new(),
        body: Vec::new(),
        end: None,
        ground: vec![order.drug.to_string(), start],
    })
}

#[cfg(test)]
mod tests;
