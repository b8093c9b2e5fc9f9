//! What allows a switch without any counted failure (rules.md 10, tier 0).

use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;

use super::option::dose_room;
use super::{Marker, Trial};

/// Whether the dose is below the usual minimum and has been for long enough to say so (rules.md 10, variant `dose`).
pub fn below_minimum(trial: &Trial, knowledge: &Knowledge, as_of: Day) -> bool {
    let low = trial.current_dose.zip(trial.minimum_dose).is_some_and(|(dose, minimum)| dose < minimum);
    let quiet = knowledge.parameters().dose_card_after_increase_days;
    let settled = |day: Day| as_of - day + 1 > quiet;
    low && trial.start.is_none_or(settled) && trial.last_increase.is_none_or(settled)
}

/// Whether the trial is below the minimum and has reached the maximum for this age, form, kidney, liver and interactions: only a switch is left.
pub fn cannot_be_raised(trial: &Trial, age: Option<i32>, knowledge: &Knowledge, as_of: Day) -> bool {
    trial.ongoing && below_minimum(trial, knowledge, as_of) && dose_room(trial, age, knowledge).is_exhausted(trial)
}

/// The trial that ended last, if it was not tolerated and no other is under way.
pub fn not_tolerated(trials: &[Trial], current: Option<usize>) -> Option<&Trial> {
    let others = current.and_then(|index| trials.get(index)).is_some_and(|trial| !trial.has_marker(Marker::Intolerance));
    let ended = trials.iter().filter(|trial| !trial.ongoing).max_by_key(|trial| (trial.end.or(trial.last_covered), trial.start));
    ended.filter(|trial| !others && trial.has_marker(Marker::Intolerance))
}
