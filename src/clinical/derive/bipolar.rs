//! The bipolar question (rules.md 7): a question, never a diagnosis.

use serde::Serialize;

use super::ground::Ground;
use crate::clinical::units::SourceRef;

/// The bipolar question (rules.md 7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Bipolar {
    pub state: BipolarState,
    pub indicators: Vec<BipolarIndicator>,
}

/// See [`Bipolar`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum BipolarState {
    None,
    Open,
    Known,
    Settled,
}

/// A finding that raises the bipolar question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct BipolarIndicator {
    pub id: &'static str,
    pub weight: IndicatorWeight,
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
pub fn bipolar(_ground: &Ground<'_>, known: Bipolar) -> Bipolar {
    known
}
