//! Every row of `monitoring.csv`, its baseline for each of its drugs: due on its day, and not one step away.

use super::*;
use crate::clinical::knowledge::{CardShare, DueDay, MonitoringRow};
use crate::clinical::units::{DailyDose, Ingredient};

/// A dose at which the row holds.
fn dose(row: &MonitoringRow, drug: Ingredient) -> f64 {
    let knowledge = Knowledge::builtin();
    let minimum = knowledge.antidepressant(drug).and_then(|row| row.minimum).or(knowledge.augmentation_minimum(drug));
    row.dose_above.map_or(minimum.map_or(10.0, DailyDose::mg), |above| above.mg() + 0.5)
}

/// The drug of a row for so many days, at an age and in a use at which the row holds, with these results.
fn taking(row: &MonitoringRow, drug: Ingredient, mg: f64, days: Days, results: Vec<Measurement>) -> Chart {
    let base = row.only_as_augmentation.then(|| since("1", "sertraline", 50.0, days + 60));
    let record = with(base.into_iter().chain([since("2", drug.name(), mg, days)]).collect(), results);
    born(record, &day(TODAY).plus_years(-row.age_from.unwrap_or(34)).to_string())
}

fn due_after(row: &MonitoringRow, drug: Ingredient, days: Days, done: &[Days]) -> bool {
    let results = done.iter().map(|ago| result(row.observations[0], *ago, 1.0)).collect();
    is_due(&taking(row, drug, dose(row, drug), days, results), row.id)
}

fn every_drug_of(keep: impl Fn(&MonitoringRow) -> bool) -> Vec<(&'static MonitoringRow, Ingredient)> {
    let rows = Knowledge::builtin().monitoring().iter().filter(|row| keep(row));
    let all: Vec<_> = rows.flat_map(|row| row.drugs.iter().map(move |drug| (row, *drug))).collect();
    assert!(!all.is_empty());
    all
}

/// The days of a row hang on no drug: one shows them.
fn one_drug_of(keep: impl Fn(&MonitoringRow) -> bool) -> Vec<(&'static MonitoringRow, Ingredient)> {
    let mut all = every_drug_of(keep);
    all.dedup_by_key(|(row, _)| row.id);
    all
}

#[test]
fn every_baseline_is_due_until_one_of_its_results_stands() {
    for (row, drug) in every_drug_of(|row| row.baseline) {
        assert!(due_after(row, drug, 10, &[]), "{}: {drug}", row.id);
        for instrument in &row.observations {
            let done = taking(row, drug, dose(row, drug), 10, vec![result(*instrument, 1, 1.0)]);
            assert!(!is_due(&done, row.id), "{}: {drug} with {instrument}", row.id);
        }
    }
}

#[test]
fn every_scheduled_day_is_due_once_its_tolerance_has_passed() {
    for (row, drug) in one_drug_of(|row| !row.scheduled.is_empty()) {
        for (place, DueDay { day: scheduled, tolerance }) in row.scheduled.iter().enumerate() {
            // the day before the first, and each scheduled day before this one
            let before = |days: Days| -> Vec<Days> {
                let first = row.baseline.then_some(days + 1);
                first.into_iter().chain(row.scheduled[..place].iter().map(|earlier| days - earlier.day)).collect()
            };
            let due =
                |days: Days, more: Option<Days>| due_after(row, drug, days, &before(days).into_iter().chain(more).collect::<Vec<_>>());
            let last = scheduled + tolerance;
            assert!(!due(last, None), "{}: {drug}, {last} days", row.id);
            assert!(due(last + 1, None), "{}: {drug}, {last} + 1 days", row.id);
            let early = last + 1 - (scheduled - tolerance);
            assert!(!due(last + 1, Some(early)), "{}: {drug}, done {tolerance} days before", row.id);
        }
    }
}

#[test]
fn every_repeating_test_is_due_when_its_interval_and_tolerance_have_passed() {
    // a longer interval than the results are asked for is never known to be over
    let asked_for = 700;
    for (row, drug) in one_drug_of(|row| row.repeat.is_some_and(|repeat| repeat.day < asked_for)) {
        let Some(DueDay { day: interval, tolerance }) = row.repeat else { continue };
        let due = |since_last: Days| {
            let schedule = row.scheduled.last().map_or(0, |last| last.day);
            let days = since_last + schedule;
            let done: Vec<Days> = [days].into_iter().chain(row.scheduled.iter().map(|earlier| days - earlier.day)).collect();
            due_after(row, drug, days, &done)
        };
        assert!(!due(interval + tolerance), "{}: {drug}", row.id);
        assert!(due(interval + tolerance + 1), "{}: {drug}", row.id);
    }
}

#[test]
fn every_condition_of_a_row_is_needed() {
    for (row, drug) in one_drug_of(|row| row.baseline) {
        let mg = dose(row, drug);
        let message = format!("{}: {drug}", row.id);
        if let Some(age) = row.age_from {
            let younger = || born(taking(row, drug, mg, 10, Vec::new()), &(day(TODAY).plus_years(-age) + 1).to_string());
            assert!(!is_due(&younger(), row.id), "{message} a day younger");
            for group in &row.or_conditions {
                let mut record = younger();
                record.conditions.push(condition(*group));
                assert!(is_due(&record, row.id), "{message} with {group}");
                record.conditions[1].current = false;
                assert!(!is_due(&record, row.id), "{message} with {group} in the past");
            }
        }
        if let Some(above) = row.dose_above {
            assert!(!is_due(&taking(row, drug, above.mg(), 10, Vec::new()), row.id), "{message} at the dose");
        }
        if row.only_as_augmentation {
            let mut alone = taking(row, drug, mg, 10, Vec::new());
            alone.medications.remove(0);
            assert!(!is_due(&alone, row.id), "{message} alone");
        }
    }
}

#[test]
fn what_is_told_in_the_table_only_is_never_due() {
    for (row, drug) in one_drug_of(|row| row.card == CardShare::Never) {
        assert!(row.observations.is_empty(), "{}", row.id);
        for days in [0, 30, 400] {
            assert!(!is_due(&taking(row, drug, dose(row, drug), days, Vec::new()), row.id), "{}: {drug}, {days} days", row.id);
        }
    }
}

#[test]
fn every_row_is_due_or_told_in_the_table_only() {
    for row in Knowledge::builtin().monitoring() {
        let never = row.card == CardShare::Never;
        assert_eq!(never, !row.baseline && row.scheduled.is_empty() && row.repeat.is_none(), "{}", row.id);
    }
}
