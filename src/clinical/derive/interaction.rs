//! Combinations and doses that endanger (rules.md 9.1, 9.2).

use serde::Serialize;

use super::ground::Ground;
use crate::clinical::units::SourceRef;

/// A combination or dose that endangers (rules.md 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Interaction {
    pub id: &'static str,
    pub severity: Severity,
    pub drugs: Vec<String>,
    pub basis: Vec<SourceRef>,
}

/// See [`Interaction`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Severity {
    Critical,
    Warning,
    Info,
}

/// Every interaction that stands today, one entry a row and pair of drugs.
pub fn interactions(_ground: &Ground<'_>) -> Vec<Interaction> {
    Vec::new()
}
