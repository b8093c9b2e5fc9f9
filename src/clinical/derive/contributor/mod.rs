//! What else may keep the depression going (rules.md 8): one file a contributor.

use serde::Serialize;

use super::ground::Ground;
use crate::clinical::units::SourceRef;

/// Another reason for not getting better (rules.md 8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Contributor {
    pub id: &'static str,
    pub status: ContributorStatus,
    pub treated: bool,
    pub weight: ContributorWeight,
    pub label: String,
    pub basis: Vec<SourceRef>,
}

/// See [`Contributor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ContributorStatus {
    Present,
    NotChecked,
    Clear,
}

/// See [`Contributor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ContributorWeight {
    TreatFirst,
    Alongside,
    Line,
}

/// Every contributor, the strongest first.
pub fn contributors(_ground: &Ground<'_>) -> Vec<Contributor> {
    Vec::new()
}
