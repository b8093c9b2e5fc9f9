use super::super::sample::*;
use super::super::{Trial, assess};
use super::*;
use crate::clinical::chart::{Stop, StopReason};
use crate::clinical::knowledge::Knowledge;

fn only(medications: Vec<MedicationRecord>) -> Trial {
    let mut trials = assess(&chart(medications, Vec::new()), Knowledge::builtin(), day(TODAY)).trials;
    assert_eq!(trials.len(), 1, "{trials:#?}");
    trials.remove(0)
}

/// The doses of a trial in mg a day, each with its first day.
fn doses(medications: Vec<MedicationRecord>) -> Vec<(String, Option<f64>)> {
    only(medications).doses.iter().map(|dose| (dose.start.to_string(), dose.mg_per_day.map(|dose| dose.mg()))).collect()
}

fn told(doses: &[(&str, f64)]) -> Vec<(String, Option<f64>)> {
    doses.iter().map(|(day, mg)| ((*day).to_owned(), Some(*mg))).collect()
}

fn added(record: MedicationRecord) -> MedicationRecord {
    let mut record = record;
    record.instruction.in_addition = true;
    record
}

#[test]
fn an_order_that_starts_on_the_last_day_dispensed_fills_nothing_and_one_of_the_next_day_does() {
    // dispensed to 2025-12-30
    let with = |start| only(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 30), ordered("2", "sertraline", 50.0, start)]);
    let same_day = with("2025-12-30");
    assert_eq!((same_day.days, same_day.nothing_dispensed_since), (30, Some(day("2025-12-30"))));
    let next_day = with("2025-12-31");
    assert_eq!((next_day.days, next_day.nothing_dispensed_since), (30 + 62, None));
}

#[test]
fn an_order_stands_after_the_last_day_dispensed_while_it_would_still_cover_today() {
    let with = |days, supply_days| {
        let order = MedicationRecord { supply_days, ..ordered("2", "sertraline", 50.0, "2025-12-01") };
        only(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", days), order]).nothing_dispensed_since
    };
    assert_eq!(with(92, None), None, "dispensed to today");
    assert_eq!(with(91, None), Some(day("2026-03-01")));
    assert_eq!(with(60, Some(91)), None, "ordered to yesterday");
    assert_eq!(with(60, Some(92)), Some(day("2026-01-29")));
    assert_eq!(with(60, Some(365)), Some(day("2026-01-29")));
}

// rule 3.3/ended-by-record: speaks
// rule 3.3/ended-by-record: silent
#[test]
fn a_stop_ends_the_days_unless_a_supply_starts_after_it() {
    let stopped = |stop: &str, again: &str| {
        let stop = Stop { day: Some(day(stop)), reason: StopReason::NoEffect, label: String::new() };
        let order = MedicationRecord { state: RecordState::Stopped, stop: Some(stop), ..ordered("2", "sertraline", 50.0, "2025-12-02") };
        let trial = only(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 90), order, dispensed("3", "sertraline", 50.0, again, 30)]);
        (trial.ended_by_record, trial.ongoing)
    };
    assert_eq!(stopped("2026-02-01", "2026-02-01"), (true, false), "on the day of the stop");
    assert_eq!(stopped("2026-02-01", "2026-02-02"), (false, true));
    assert_eq!(stopped("2026-02-01", "2026-02-20"), (false, true));
    assert_eq!(stopped(TODAY, "2026-01-01"), (true, false), "today");
    assert_eq!(stopped("2026-03-03", "2026-01-01"), (false, true), "tomorrow has not come");
}

#[test]
fn an_order_stopped_on_an_unknown_day_ends_the_line_only_where_it_adds_days() {
    let with = |start, days| {
        let first = MedicationRecord { supply_days: Some(60), ..ordered("1", "sertraline", 50.0, "2026-01-10") };
        let second = MedicationRecord { state: RecordState::Stopped, supply_days: Some(days), ..ordered("2", "sertraline", 50.0, start) };
        only(vec![first, second]).ongoing
    };
    assert!(with("2026-01-20", 10), "it lies within the other");
    assert!(!with("2026-01-20", 90));
}

#[test]
fn a_refill_on_the_last_day_rolls_over() {
    let trial = |on| only(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 30), dispensed("2", "sertraline", 50.0, on, 30)]);
    assert_eq!((trial("2025-12-30").days, trial("2025-12-30").last_covered), (60, Some(day("2026-01-29"))));
    assert_eq!((trial("2025-12-31").days, trial("2025-12-31").last_covered), (60, Some(day("2026-01-29"))));
    let beside = vec![
        dispensed("1", "sertraline", 50.0, "2025-12-01", 30),
        dispensed("2", "sertraline", 100.0, "2025-12-01", 92),
        dispensed("3", "sertraline", 50.0, "2025-12-30", 30),
    ];
    assert_eq!(doses(beside), told(&[("2025-12-01", 150.0), ("2026-01-30", 100.0)]));
}

#[test]
fn a_strength_that_ran_out_beside_another_is_refilled_within_fourteen_days() {
    // the 50 mg ran out on 2026-01-10
    let refilled = |on| {
        doses(vec![
            dispensed("1", "sertraline", 50.0, "2026-01-01", 10),
            dispensed("2", "sertraline", 100.0, "2026-01-01", 61),
            dispensed("3", "sertraline", 50.0, on, 60),
        ])
    };
    assert_eq!(refilled("2026-01-12"), told(&[("2026-01-01", 150.0), ("2026-01-11", 100.0), ("2026-01-12", 150.0)]));
    assert_eq!(refilled("2026-01-24"), told(&[("2026-01-01", 150.0), ("2026-01-11", 100.0), ("2026-01-24", 150.0)]));
    assert_eq!(refilled("2026-01-25"), told(&[("2026-01-01", 150.0), ("2026-01-11", 100.0), ("2026-01-25", 50.0)]), "in its place");
}

#[test]
fn a_strength_is_refilled_late_only_beside_one_that_it_was_taken_with() {
    let refilled = |second| {
        doses(vec![
            dispensed("1", "sertraline", 50.0, "2026-01-01", 10),
            added(dispensed("2", "sertraline", 100.0, second, 60)),
            dispensed("3", "sertraline", 50.0, "2026-01-15", 60),
        ])
    };
    let together = [("2026-01-01", 50.0), ("2026-01-10", 150.0), ("2026-01-11", 100.0), ("2026-01-15", 150.0)];
    assert_eq!(refilled("2026-01-10"), told(&together), "one day together");
    assert_eq!(refilled("2026-01-11"), told(&[("2026-01-01", 50.0), ("2026-01-11", 100.0), ("2026-01-15", 50.0)]));
}

#[test]
fn what_is_taken_together_rests_on_every_record() {
    let trial = only(vec![dispensed("1", "sertraline", 50.0, "2026-01-01", 60), dispensed("2", "sertraline", 100.0, "2026-01-01", 60)]);
    assert_eq!(trial.basis.len(), 2);
}
