//! Whether the patient is pregnant, as far as a limit of haemoglobin hangs on it.

use super::super::ground::Ground;
use super::super::pregnancy::says_pregnant;
use super::verdict::{sources, written};
use crate::clinical::chart::{Condition, Measurement};
use crate::clinical::units::{ConditionGroup, Day, Instrument, SourceRef};

/// Pregnant or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pregnancy {
    Yes,
    /// Nothing on file says so.
    No,
    /// A result is on file that cannot be read as yes or no.
    NotTold,
}

/// What says anything of a pregnancy.
pub const RESULTS: [Instrument; 3] = [Instrument::PregnancyStatus, Instrument::PregnancyTest, Instrument::PregnancyTestQuantitative];

/// The newest result of any kind that speaks of a pregnancy.
pub fn newest_result<'a>(ground: &Ground<'a>) -> Option<&'a Measurement> {
    RESULTS.iter().filter_map(|instrument| ground.newest(*instrument)).max_by_key(|result| (result.at, &result.source))
}

/// The current codes of a pregnancy that are at most 280 days old; one without a day counts while it is current.
fn current<'a>(ground: &Ground<'a>) -> Vec<&'a Condition> {
    let days = ground.parameters().pregnancy_counts_days;
    let recent = |condition: &&Condition| written(condition).is_none_or(|written| ground.as_of - written <= days);
    ground.current_conditions(ConditionGroup::PregnancyCurrent).filter(recent).collect()
}

/// The records of those codes.
pub fn codes(ground: &Ground<'_>) -> Vec<SourceRef> {
    sources(&current(ground))
}

/// The day of the newest of them.
pub fn coded_on(ground: &Ground<'_>) -> Option<Day> {
    current(ground).iter().filter_map(|condition| written(condition)).max()
}

/// Whether she is pregnant: by a code, else by the newest result of the last 280 days.
pub fn pregnancy(ground: &Ground<'_>) -> Pregnancy {
    if !codes(ground).is_empty() {
        return Pregnancy::Yes;
    }
    let days = ground.parameters().pregnancy_counts_days;
    let Some(result) = newest_result(ground).filter(|result| ground.as_of - result.at.day <= days) else { return Pregnancy::No };
    match says_pregnant(ground.knowledge, result) {
        Some(true) => Pregnancy::Yes,
        Some(false) => Pregnancy::No,
        None => Pregnancy::NotTold,
    }
}
