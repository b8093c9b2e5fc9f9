//! What raises the safety card and what ends it (rules.md 10 and 11). No risk level is computed.
//!
//! Preliminary results and unfinished forms raise, but end nothing; nor does a screen of the same day. What rests on item 9 ends with
//! a later item 9 of 0; everything else only with a later assessment (`assessed`).

mod assessed;
mod code;
mod item9;
mod screen;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::Note;
use super::ground::Ground;
use crate::clinical::units::{Day, Days, SourceRef};

pub use code::OverdoseRisk;

/// A finding of the safety card (rules.md 10, 11): a fact of the record with its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct SafetyFinding {
    pub id: &'static str,
    /// How loud the card is for it.
    pub indicator: SafetyIndicator,
    /// The fact with its date, in our own words.
    pub label: String,
    pub date: Day,
    pub basis: Vec<SourceRef>,
}

/// How loud a finding is: a property of the fact, not a level of risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum SafetyIndicator {
    Critical,
    Warning,
}

/// Every finding that stands today, the critical ones first, the newest first among them. None below 18 (rules.md 1.1).
pub fn safety(ground: &Ground<'_>) -> Vec<SafetyFinding> {
    if ground.age.is_some_and(|age| age < ground.parameters().min_age_years) {
        return Vec::new();
    }
    let mut found: Vec<SafetyFinding> = item9::findings(ground);
    found.extend(screen::findings(ground));
    found.extend(code::findings(ground));
    found.sort_by(|a, b| (a.indicator, b.date, a.id).cmp(&(b.indicator, a.date, b.id)));
    found
}

/// What raises the caution about an overdose (rules.md 9.2): item 9 of 2 or more, a critical finding, or an attempt on file within a year.
pub fn overdose_risk(ground: &Ground<'_>, safety: &[SafetyFinding]) -> Option<OverdoseRisk> {
    code::overdose_risk(ground, safety)
}

/// What might have raised the card and could not be judged.
pub fn notes(ground: &Ground<'_>) -> Vec<Note> {
    let mut notes = code::undated(ground);
    notes.extend(assessed::not_understood(ground));
    notes
}

/// Whether a day lies at most so many days back, and not after today.
fn is_within(day: Day, days: Days, ground: &Ground<'_>) -> bool {
    day <= ground.as_of && ground.as_of - day <= days
}

/// What is said of a result that is not final.
const fn unfinished(finished: bool) -> &'static str {
    if finished { "" } else { " (not final)" }
}
