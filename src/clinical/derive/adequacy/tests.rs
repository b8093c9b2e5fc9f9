use super::super::sample::*;
use super::super::{Adequacy, Reason, Trial, assess};
use crate::clinical::chart::MedicationRecord;
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Days;

/// The one trial of supplies of sertraline: mg a day, first day, days.
fn trial(supplies: &[(f64, &str, Days)]) -> Trial {
    let supply = |(index, (mg, start, days)): (usize, &(f64, &str, Days))| dispensed(&index.to_string(), "sertraline", *mg, start, *days);
    only(supplies.iter().enumerate().map(supply).collect())
}

fn only(medications: Vec<MedicationRecord>) -> Trial {
    let mut trials = assess(&chart(medications, Vec::new()), Knowledge::builtin(), day(TODAY)).trials;
    assert_eq!(trials.len(), 1, "{trials:#?}");
    trials.remove(0)
}

// rule 3.3/adherence: speaks
// rule 3.3/adherence: silent
#[test]
fn four_fifths_of_the_window_are_enough_and_one_day_less_is_not() {
    // Eleven uncovered days after thirty.
    let then = |days| trial(&[(50.0, "2025-11-01", 30), (50.0, "2025-12-12", days)]);
    let enough = then(14);
    assert_eq!((enough.at_dose_days, enough.window, enough.adequacy), (44, Some(55), Adequacy::Adequate));
    let low = then(13);
    assert_eq!((low.at_dose_days, low.window), (43, Some(54)));
    assert_eq!((low.adequacy, low.reasons), (Adequacy::Inadequate, vec![Reason::AdherenceLow]));
}

// rule 3.3/below-minimum: speaks
#[test]
fn a_low_dose_is_too_short_as_well_with_fewer_than_forty_two_days() {
    let ended = |days| trial(&[(25.0, "2025-11-01", days)]).reasons;
    assert_eq!(ended(42), [Reason::DoseBelowMinimum]);
    assert_eq!(ended(41), [Reason::DoseBelowMinimum, Reason::DurationTooShort]);
}

// rule 3.3/too-short: speaks
// rule 3.3/too-short: silent
#[test]
fn forty_one_days_at_dose_of_an_ended_trial_are_too_short() {
    assert_eq!(trial(&[(50.0, "2025-11-01", 41)]).reasons, [Reason::DurationTooShort]);
    assert_eq!(trial(&[(50.0, "2025-11-01", 42)]).reasons, []);
    let with_a_break = |days| trial(&[(50.0, "2025-11-01", 29), (50.0, "2025-12-12", days)]).reasons;
    assert_eq!(with_a_break(13), [Reason::AdherenceLow], "42 days at dose in 54");
    assert_eq!(with_a_break(12), [Reason::DurationTooShort, Reason::AdherenceLow], "41 days at dose in 53");
}

// rule 3.3/in-progress: speaks
// rule 3.3/in-progress: silent
#[test]
fn a_trial_under_way_is_in_progress_until_the_forty_second_day_at_dose() {
    let under_way = |days| trial(&[(50.0, "2026-01-05", 28), (50.0, "2026-02-13", days)]).reasons;
    assert_eq!(under_way(14), [Reason::AdherenceLow], "42 days at dose in 57 to today");
    assert_eq!(under_way(13), [Reason::DurationInProgress, Reason::AdherenceLow]);
}

// rule 3.3/below-minimum: speaks
// rule 3.3/below-minimum: silent
#[test]
fn a_trial_that_ends_below_the_minimum_is_not_in_progress() {
    let lowered = trial(&[(50.0, "2026-01-01", 30), (25.0, "2026-01-31", 60)]);
    assert_eq!((lowered.adequacy, lowered.reasons), (Adequacy::Inadequate, vec![Reason::DoseBelowMinimum]));
    let raised = trial(&[(25.0, "2026-01-01", 45), (50.0, "2026-02-15", 60)]);
    assert_eq!((raised.adequacy, raised.reasons), (Adequacy::InProgress, vec![Reason::DurationInProgress]));
}

// rule 3.3/interrupted: speaks
// rule 3.3/interrupted: silent
#[test]
fn runs_that_come_to_forty_two_days_together_were_interrupted() {
    // Fifteen uncovered days between them.
    let two = |days| trial(&[(50.0, "2025-11-01", 21), (50.0, "2025-12-07", days)]).reasons;
    assert_eq!(two(20), [Reason::DurationTooShort], "41 days");
    assert_eq!(two(21), [Reason::DurationTooShort, Reason::Interrupted], "42 days");
    assert_eq!(two(22), [Reason::DurationTooShort, Reason::Interrupted], "43 days");
}

// rule 3.3/qualifying-run: speaks
// rule 3.3/qualifying-run: silent
#[test]
fn the_run_with_more_days_at_dose_is_judged_and_of_two_alike_the_later() {
    let judged = |first, second| trial(&[(50.0, "2025-11-01", first), (50.0, "2025-12-31", second)]);
    assert_eq!((judged(44, 20).at_dose_days, judged(44, 20).adequacy), (44, Adequacy::Adequate));
    let alike = trial(&[(50.0, "2025-12-01", 20), (50.0, "2026-01-05", 20)]);
    assert_eq!((alike.at_dose_days, alike.run.map(|run| run.first)), (20, Some(day("2026-01-05"))));
}

// rule 3.3/unknown: speaks
// rule 3.3/unknown: silent
#[test]
fn a_dose_unknown_in_one_of_two_runs_leaves_the_verdict_open() {
    let unknown = |days| {
        let mut first = dispensed("1", "sertraline", 50.0, "2025-11-01", days);
        first.instruction.as_needed = true;
        let second = (day("2025-11-01") + days + 19).to_string();
        only(vec![first, dispensed("2", "sertraline", 50.0, &second, 10)]).adequacy
    };
    assert_eq!((unknown(42), unknown(41)), (Adequacy::Unknown, Adequacy::Inadequate));
}
