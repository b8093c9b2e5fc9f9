//! What raises the safety card and what ends it (rules.md 10 and 11). No risk level is computed.

use serde::Serialize;

use super::ground::Ground;
use crate::clinical::units::SourceRef;

/// A finding of the safety card (rules.md 10, 11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct SafetyFinding {
    pub id: &'static str,
    pub label: String,
    pub basis: Vec<SourceRef>,
}

/// Every finding that stands today.
pub fn safety(_ground: &Ground<'_>) -> Vec<SafetyFinding> {
    Vec::new()
}
