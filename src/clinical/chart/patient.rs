//! Whose record it is.

use serde::Serialize;

use crate::clinical::units::{Day, When};

/// The patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patient {
    /// The resource's id.
    pub id: String,
    /// The birth date, of any precision; an age from a year alone is the youngest possible (rules.md 17).
    pub birth: Option<When>,
    /// As recorded.
    pub sex: Option<Sex>,
    /// Dead, and since when if the record says.
    pub deceased: Option<Option<Day>>,
}

/// Administrative sex as the record has it (`unknown` is none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Sex {
    Female,
    Male,
    Other,
}
