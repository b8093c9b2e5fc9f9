//! Diagnoses of the patient and of relatives.

use crate::clinical::units::{Day, GroupSet, SourceRef, When};

/// A diagnosis that stands in at least one group of the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Where it stands.
    pub source: SourceRef,
    /// The groups its codes belong to, with the exclusions of rules.md 16 already applied (the longest depression code alone counts;
    /// a bipolar code is in no depression group; remission codes leave the substance-use group).
    pub groups: GroupSet,
    /// The first coding that was recognised, as written: `F33.1`.
    pub code: String,
    /// What the record calls it: chart text, to be escaped.
    pub label: String,
    /// How sure the record is.
    pub certainty: Certainty,
    /// Current or history, by the clinicalStatus row of rules.md 1 (remission counts as current for the remission groups there, not here).
    pub current: bool,
    /// Whether `clinicalStatus` says remission.
    pub in_remission: bool,
    /// Whether `clinicalStatus` was given at all.
    pub status_given: bool,
    /// Whether it is an encounter diagnosis.
    pub encounter_diagnosis: bool,
    /// When it began, as precisely as written; an age as the birthday of that age.
    pub onset: Option<When>,
    /// When it ended.
    pub abatement: Option<When>,
    /// When it was written down (`recordedDate`).
    pub recorded: Option<Day>,
    /// When the resource was last updated (`meta.lastUpdated`).
    pub updated: Option<Day>,
}

/// The verification of a diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// Confirmed, or no verification given.
    Confirmed,
    /// Unconfirmed, provisional or differential.
    Provisional,
    /// Refuted.
    Refuted,
}

/// A diagnosis of a relative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyHistory {
    /// Where it stands.
    pub source: SourceRef,
    /// Whose.
    pub relative: Relative,
    /// What the record calls them: chart text, to be escaped; empty where it does not say.
    pub relationship: String,
    /// The groups of the diagnosis.
    pub groups: GroupSet,
    /// What the record calls it: chart text, to be escaped.
    pub label: String,
    /// When it was written down.
    pub recorded: Option<Day>,
}

/// How near a relative is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relative {
    /// Parent, sibling or child.
    FirstDegree,
    /// Any other, or not said.
    Other,
}
