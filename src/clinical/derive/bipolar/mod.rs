//! The bipolar question (rules.md 7): a question, never a diagnosis.
//!
//! ```text
//! known (scope) -> strong: diagnoses, screens, encounters        -> open, settled, none
//!                  moderate: family, course, drugs, reactions
//! beginning: antidepressants begun or raised -> mania: on which of them, and whether it is current
//! ```

mod alone;
mod beginning;
mod drug;
mod mania;
mod moderate;
mod reaction;
mod strong;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::ground::Ground;
use crate::clinical::chart::Condition;
use crate::clinical::units::{ConditionGroup, Day, SourceRef};

pub use alone::antidepressants_alone;
pub use mania::CurrentMania;
pub use reaction::words;

/// The bipolar question (rules.md 7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Bipolar {
    pub state: BipolarState,
    pub indicators: Vec<BipolarIndicator>,
    /// A mania or hypomania that makes the card critical; `null` where there is none.
    pub current_mania: Option<CurrentMania>,
}

/// See [`Bipolar`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum BipolarState {
    None,
    /// The ground of the card holds: one strong indicator, or enough moderate ones, and nobody has settled it.
    Open,
    Known,
    /// Somebody has asked, and refuted it or answered that it is excluded.
    Settled,
}

/// A finding that raises the bipolar question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct BipolarIndicator {
    pub id: &'static str,
    pub weight: IndicatorWeight,
    /// What was found and when, in few words; chart text in it is unescaped.
    pub label: String,
    pub basis: Vec<SourceRef>,
}

/// How much an indicator weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum IndicatorWeight {
    Strong,
    Moderate,
}

/// The question with all its indicators, `known` being what the diagnoses on file settle.
pub fn bipolar(ground: &Ground<'_>, known: Bipolar) -> Bipolar {
    if known.state == BipolarState::Known {
        return known;
    }
    let strong = strong::strong(ground);
    let moderate = moderate::moderate(ground);
    let current_mania = mania::current(ground);
    // A mania of now is asked about again, whatever was answered before.
    let excluded = ground.chart.answers.bipolar_excluded && current_mania.is_none();
    let raised = !strong.is_empty() || moderate::opens(&moderate, ground.parameters()) && !recently_refuted(ground);
    let state = match (raised, excluded || recently_refuted(ground)) {
        (true, _) if !excluded => BipolarState::Open,
        (_, true) => BipolarState::Settled,
        (_, false) => BipolarState::None,
    };
    Bipolar { state, indicators: strong.into_iter().chain(moderate).collect(), current_mania }
}

impl Bipolar {
    /// Whether a strong indicator asks a question that nobody has settled: everything unipolar waits for the answer.
    pub fn is_strongly_open(&self) -> bool {
        self.state == BipolarState::Open && self.indicators.iter().any(|indicator| indicator.weight == IndicatorWeight::Strong)
    }
}

/// Whether a bipolar diagnosis was refuted so recently that moderate indicators need not be asked about again.
fn recently_refuted(ground: &Ground<'_>) -> bool {
    let recent = |day: Day| day <= ground.as_of && ground.as_of - day <= ground.parameters().bipolar_refuted_suppress_days;
    let bipolar = ground.chart.refuted.iter().filter(|condition| condition.groups.has(ConditionGroup::BipolarSpectrum));
    bipolar.into_iter().any(|condition| condition.recorded.or(condition.updated).is_some_and(recent))
}

/// The day a diagnosis began, else was written down.
fn began(condition: &Condition) -> Option<Day> {
    condition.onset.map(|onset| onset.first).or(condition.recorded)
}

/// What the record calls a diagnosis, and when it began: chart text.
fn named(condition: &Condition) -> String {
    let name = if condition.label.is_empty() { &condition.code } else { &condition.label };
    match began(condition) {
        Some(day) => format!("{name}, {day}"),
        None => format!("{name}, undated"),
    }
}

/// One finding out of several records; each record once, in order.
fn indicator(id: &'static str, weight: IndicatorWeight, label: String, mut basis: Vec<SourceRef>) -> BipolarIndicator {
    basis.sort();
    basis.dedup();
    BipolarIndicator { id, weight, label, basis }
}
