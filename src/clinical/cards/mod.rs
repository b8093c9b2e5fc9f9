//! What to say: one folder per card.
//!
//! A rule sees the assessment, not the raw chart. Early returns are silence; speech is one expression.

mod card;

pub use card::{Card, CardCode, Indicator, OverrideReason};

use crate::clinical::derive::Assessment;
use crate::clinical::knowledge::Knowledge;

/// What a card rule looks at.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// What the record comes to.
    pub assessment: &'a Assessment,
    /// The tables.
    pub knowledge: &'a Knowledge,
}

/// The cards of an assessment, in the order of rules.md 10, at most `max_cards` (safety and critical interactions not counted).
pub fn cards(_situation: Situation<'_>) -> Vec<Card> {
    Vec::new()
}
