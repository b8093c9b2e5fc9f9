use super::super::sample::*;
use super::*;
use crate::clinical::chart::{Stop, StopReason};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{PackDay, When};

/// The doses that a record of a 50 mg product claims, in mg a day with their first and last day; its least effective dose is 50 mg.
fn claimed(record: &MedicationRecord) -> Vec<(Option<f64>, String, String)> {
    let told = |portion: &Portion| (portion.dose.map(|dose| dose.mg()), portion.span.first.to_string(), portion.span.last.to_string());
    reckoned(record).portions.iter().map(told).collect()
}

fn reckoned(record: &MedicationRecord) -> Supply<'_> {
    let wanted = Wanted { strength: record.medicine.components[0].strength, minimum: DailyDose::from_mg(50.0) };
    supply(record, wanted, None, Knowledge::builtin().parameters(), day(TODAY))
}

fn days(record: &MedicationRecord) -> Option<Days> {
    supply_period(record).map(Span::days)
}

/// Tablets of 50 mg handed over on 2026-01-01, without a stated length.
fn tablets(quantity: f64, steps: Vec<Step>) -> MedicationRecord {
    let mut record =
        MedicationRecord { supply_days: None, quantity: Some(quantity), ..dispensed("1", "sertraline", 50.0, "2026-01-01", 1) };
    record.instruction.steps = steps;
    record
}

fn step(amount: Amount, length: Option<Days>) -> Step {
    Step { amount, length, first: None, last: None }
}

fn units(number: f64) -> Amount {
    Amount::Units { low: number, high: number }
}

fn milligrams(mg: f64) -> Amount {
    Amount::Milligrams { low: mg, high: mg }
}

// rule 3.1/stated-length: speaks
// rule 3.1/stated-length: silent
#[test]
fn a_stated_length_that_differs_by_more_than_a_third_is_told() {
    let notes = |quantity| {
        let record = MedicationRecord { supply_days: Some(30), ..tablets(quantity, vec![step(units(1.0), None)]) };
        reckoned(&record).notes.iter().map(|note| note.id).collect::<Vec<_>>()
    };
    assert_eq!((notes(30.0), notes(40.0), notes(20.0)), (vec![], vec![], vec![]));
    assert_eq!((notes(41.0), notes(19.0)), (vec!["supply-differs"], vec!["supply-differs"]));
    let unstated = tablets(30.0, vec![step(units(1.0), None)]);
    assert_eq!(reckoned(&unstated).notes.iter().map(|note| note.id).collect::<Vec<_>>(), ["supply-from-quantity"]);
}

// rule 3.1/refills: speaks
// rule 3.1/refills: silent
#[test]
fn the_fills_that_an_order_allows_are_counted_and_those_of_a_dispense_are_not() {
    let with = |evidence| days(&MedicationRecord { evidence, refills: 2, ..dispensed("1", "sertraline", 50.0, "2026-01-01", 30) });
    assert_eq!((with(Evidence::Ordered), with(Evidence::Dispensed), with(Evidence::Stated)), (Some(90), Some(30), Some(30)));
}

#[test]
fn a_quantity_lasts_whole_days_and_part_of_a_day_is_none() {
    let lasts = |quantity, a_day| days(&tablets(quantity, vec![step(units(a_day), None)]));
    assert_eq!((lasts(1.0, 1.0), lasts(0.9, 1.0), lasts(30.0, 2.0), lasts(31.0, 2.0)), (Some(1), None, Some(15), Some(15)));
    assert_eq!(lasts(30.0, 1.0 / 3.0), Some(90));
    assert_eq!((lasts(0.0, 1.0), lasts(-3.0, 1.0), lasts(30.0, 0.0), lasts(30.0, -1.0)), (None, None, None, None));
}

#[test]
fn the_upper_end_of_a_range_shortens_the_supply() {
    assert_eq!(days(&tablets(30.0, vec![step(Amount::Units { low: 1.0, high: 2.0 }, None)])), Some(15));
}

#[test]
fn steps_use_up_the_quantity_one_after_the_other() {
    let steps = |quantity| days(&tablets(quantity, vec![step(units(1.0), Some(7)), step(units(2.0), None)]));
    assert_eq!((steps(27.0), steps(7.0), steps(5.0)), (Some(17), Some(7), Some(5)));
    let full = tablets(100.0, vec![step(units(1.0), Some(7)), step(units(2.0), Some(10))]);
    assert_eq!(days(&full), Some(17), "the steps end before the quantity does");
    let unread = |quantity| days(&tablets(quantity, vec![step(units(1.0), Some(7)), step(Amount::Unknown, None)]));
    assert_eq!((unread(7.0), unread(8.0)), (Some(7), None), "what comes after the last tablet need not be read");
    let doses = [(Some(50.0), "2026-01-01", "2026-01-07"), (Some(100.0), "2026-01-08", "2026-01-17")];
    assert_eq!(claimed(&full), doses.map(|(mg, first, last)| (mg, first.to_owned(), last.to_owned())));
}

#[test]
fn steps_without_a_day_are_no_length() {
    let record = |length| MedicationRecord { quantity: None, ..tablets(0.0, vec![step(units(1.0), Some(length))]) };
    assert_eq!((days(&record(0)), days(&record(1)), days(&record(9))), (None, Some(1), Some(9)));
    let ending = |length| MedicationRecord { end: Some(When::on(day("2026-01-05"))), ..record(length) };
    assert_eq!((days(&ending(0)), days(&ending(1))), (Some(5), Some(1)), "without a length the end counts");
}

#[test]
fn an_instruction_in_milligrams_is_counted_in_tablets_by_their_strength() {
    let record = tablets(30.0, vec![step(milligrams(100.0), None)]);
    assert_eq!(claimed(&record), [(Some(100.0), "2026-01-01".to_owned(), "2026-01-15".to_owned())]);
    assert_eq!(days(&record), Some(15));
    let mut of_two = record.clone();
    of_two.medicine.components.push(crate::clinical::chart::Component { ingredient: drug("lisinopril"), strength: None });
    assert_eq!(claimed(&of_two)[0].0, None, "which of the two drugs is meant?");
    let in_mg = MedicationRecord { quantity_in_mg: true, ..tablets(1500.0, vec![step(units(1.0), None)]) };
    assert_eq!(days(&in_mg), Some(30), "1500 mg at one tablet of 50 mg a day");
}

// rule 3.1/weekly: speaks
#[test]
fn a_weekly_capsule_lasts_seven_days_and_its_strength_is_a_daily_dose() {
    let weekly = |amount| {
        let mut record = tablets(4.0, vec![step(amount, None)]);
        record.medicine.form = Form::Weekly;
        claimed(&record)
    };
    let month = [(Some(50.0), "2026-01-01".to_owned(), "2026-01-28".to_owned())];
    assert_eq!((weekly(milligrams(90.0)), weekly(units(1.0 / 7.0))), (month.to_vec(), month.to_vec()));
}

// rule 3.1/range: speaks
// rule 3.1/range: silent
#[test]
fn a_range_is_unknown_where_only_its_upper_end_reaches_the_minimum() {
    let dose = |low, high| claimed(&tablets(30.0, vec![step(Amount::Units { low, high }, None)]))[0].0;
    assert_eq!((dose(0.5, 0.9), dose(0.5, 1.0), dose(0.5, 2.0)), (Some(25.0), None, None));
    assert_eq!((dose(1.0, 2.0), dose(1.5, 2.0)), (Some(50.0), Some(75.0)));
}

// rule 3.1/no-instruction: speaks
// rule 3.1/no-instruction: silent
#[test]
fn without_an_instruction_the_dose_is_the_quantity_over_the_stated_days() {
    let dose = |quantity, stated| {
        let record = MedicationRecord { supply_days: Some(stated), ..tablets(quantity, Vec::new()) };
        claimed(&record).first().and_then(|claimed| claimed.0)
    };
    assert_eq!((dose(60.0, 30), dose(30.0, 30), dose(1.0, 1)), (Some(100.0), Some(50.0), Some(50.0)));
    let unread = MedicationRecord { supply_days: Some(30), ..tablets(60.0, vec![step(Amount::Unknown, None)]) };
    assert_eq!(claimed(&unread)[0].0, Some(100.0));
    let no_days = MedicationRecord { supply_days: Some(0), ..ordered("1", "sertraline", 50.0, "2026-01-01") };
    let no_days = MedicationRecord { quantity: Some(30.0), ..no_days };
    let wanted = Wanted { strength: no_days.medicine.components[0].strength, minimum: None };
    assert_eq!(dose_from_quantity(&no_days, wanted), None);
}

#[test]
fn a_quantity_of_nothing_leaves_the_length_to_the_pack() {
    let pack = |quantity| {
        let mut record = tablets(quantity, vec![step(units(1.0), None)]);
        record.medicine.pack = vec![PackDay { days: 28, dose: DailyDose::from_mg(20.0).expect("a dose") }];
        days(&record)
    };
    assert_eq!((pack(14.0), pack(0.0), pack(-3.0), pack(f64::INFINITY)), (Some(14), Some(28), Some(28), Some(28)));
}

#[test]
fn a_stop_of_today_has_its_day_and_one_planned_for_tomorrow_has_none_yet() {
    let undated = |state, stop: Option<&str>| {
        let stop = stop.map(|on| Stop { day: Some(day(on)), reason: StopReason::Other, label: String::new() });
        let order = MedicationRecord { state, stop, supply_days: Some(90), ..ordered("1", "sertraline", 50.0, "2026-01-20") };
        reckoned(&order).stopped_undated
    };
    let stopped = |stop| undated(RecordState::Stopped, stop);
    assert_eq!((stopped(Some(TODAY)), stopped(Some("2026-03-03")), stopped(None)), (false, true, true));
    assert_eq!((undated(RecordState::OnHold, None), undated(RecordState::Active, None)), (true, false));
}
