//! What was had of the record, and what was not.

use serde::Serialize;

use crate::clinical::units::SourceRef;

/// A kind of fact that is had or not had as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Kind {
    Patient,
    /// Requests, statements, dispenses and administrations are one kind (rules.md 1).
    Medications,
    Conditions,
    /// Observations and filled-in questionnaires.
    Observations,
    Procedures,
    Encounters,
    FamilyHistory,
    Allergies,
    AdverseEvents,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 9] = [
        Kind::Patient,
        Kind::Medications,
        Kind::Conditions,
        Kind::Observations,
        Kind::Procedures,
        Kind::Encounters,
        Kind::FamilyHistory,
        Kind::Allergies,
        Kind::AdverseEvents,
    ];

    /// Its name in the assessment.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Patient => "patient",
            Kind::Medications => "medications",
            Kind::Conditions => "conditions",
            Kind::Observations => "observations",
            Kind::Procedures => "procedures",
            Kind::Encounters => "encounters",
            Kind::FamilyHistory => "family-history",
            Kind::Allergies => "allergies",
            Kind::AdverseEvents => "adverse-events",
        }
    }
}

/// How much of a kind was had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// None of it: nothing may be concluded from its absence.
    #[default]
    None,
    /// Some: a page, a query or an entry was lost.
    Partial,
    /// All that was asked for. Only here may "none found" be said.
    Full,
}

/// Something that was not had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Gap {
    /// Of which kind.
    pub kind: Kind,
    /// What is missing and why, in words for the prescriber; no text from the record.
    pub why: String,
}

/// How much was had of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    extents: [Extent; Kind::ALL.len()],
    /// What was not had, sorted.
    pub gaps: Vec<Gap>,
}

impl Coverage {
    /// How much of this kind was had.
    pub fn of(&self, kind: Kind) -> Extent {
        self.extents[kind as usize]
    }

    /// Notes how much of a kind was had.
    pub fn set(&mut self, kind: Kind, extent: Extent) {
        self.extents[kind as usize] = extent;
    }
}

/// A resource that counted for nothing though it might have mattered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Unread {
    /// Which.
    pub source: SourceRef,
    /// Why it did not count, in plain words.
    pub why: String,
}
