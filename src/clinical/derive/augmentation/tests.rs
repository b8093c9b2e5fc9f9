use super::super::sample::*;
use super::super::{Assessment, Augmentation, Marker, assess};
use crate::clinical::chart::{Chart, Extent, Kind, Measurement, MedicationRecord, RecordState, Stop, StopReason, Value};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day, Days, Instrument, Moment, SourceRef};

/// An antidepressant taken since November and to today.
fn base() -> MedicationRecord {
    dispensed("base", "sertraline", 50.0, "2025-11-01", 122)
}

fn judged(medications: Vec<MedicationRecord>, change: impl FnOnce(&mut Chart)) -> Assessment {
    let mut record = chart(medications, Vec::new());
    change(&mut record);
    assess(&record, Knowledge::builtin(), day(TODAY))
}

fn augmentation(medications: Vec<MedicationRecord>) -> Vec<Augmentation> {
    judged(medications, |_| ()).augmentation
}

/// Days at dose of 60 days of lithium below its least dose, from 2026-01-01 to 2026-03-01, with these levels.
fn lithium(mg: f64, levels: &[(&str, f64)]) -> Days {
    let level = |(on, value): &(&str, f64)| Measurement {
        instrument: Instrument::LithiumLevel,
        at: Moment { day: day(on), second: None },
        source: SourceRef::new(format!("Observation/{on}")),
        value: Value::Number(*value),
        lower_limit: None,
        upper_limit: None,
        finished: true,
    };
    let measurements = levels.iter().map(level).collect();
    lithium_measured(mg, measurements)
}

fn lithium_measured(mg: f64, measurements: Vec<Measurement>) -> Days {
    let found = judged(vec![base(), dispensed("li", "lithium", mg, "2026-01-01", 60)], |record| record.measurements = measurements);
    assert_eq!(found.augmentation.len(), 1);
    found.augmentation[0].at_dose_days
}

// rule 3.5/augmentation: speaks
// rule 3.5/augmentation: silent
#[test]
fn an_ended_agent_needs_fourteen_days_beside_the_antidepressant() {
    let beside = |days| augmentation(vec![base(), dispensed("add", "aripiprazole", 2.0, "2025-12-01", days)]).len();
    assert_eq!((beside(13), beside(14), beside(15)), (0, 1, 1));
}

#[test]
fn an_agent_still_taken_counts_from_its_first_day_beside_one_still_taken() {
    let from = |base: MedicationRecord, start| augmentation(vec![base, dispensed("add", "aripiprazole", 2.0, start, 30)]).len();
    assert_eq!(from(base(), TODAY), 1);
    let short = || dispensed("base", "sertraline", 50.0, "2025-11-01", 115);
    assert_eq!(from(short(), "2026-02-23"), 1, "one day together, and ongoing within the grace");
    assert_eq!(from(short(), "2026-02-24"), 0, "no day together");
    let ended = || dispensed("base", "sertraline", 50.0, "2025-11-01", 105);
    assert_eq!(from(ended(), "2026-02-10"), 0, "four days beside an antidepressant that has ended");
}

#[test]
fn an_agent_is_ongoing_for_fourteen_uncovered_days() {
    let lasting = |days| {
        let found = augmentation(vec![base(), dispensed("add", "aripiprazole", 2.0, "2025-12-01", days)]).remove(0);
        (found.ongoing, found.end)
    };
    assert_eq!(lasting(78), (true, None), "last covered on 2026-02-16");
    assert_eq!(lasting(77), (false, Some(day("2026-02-15"))));
}

#[test]
fn an_agent_that_the_record_stops_is_over_on_that_day() {
    let stop = Stop { day: Some(day("2026-02-25")), reason: StopReason::Unstated, label: String::new() };
    let add = MedicationRecord { state: RecordState::Stopped, stop: Some(stop), ..ordered("add", "aripiprazole", 2.0, "2026-01-01") };
    let found = augmentation(vec![base(), add]).remove(0);
    assert_eq!((found.ongoing, found.end), (false, Some(day("2026-02-25"))));
}

#[test]
fn an_agent_that_was_stopped_without_a_day_is_over_with_its_supply() {
    let with = |state, days| {
        let order = ordered("add", "aripiprazole", 2.0, "2026-01-01");
        let found = augmentation(vec![base(), MedicationRecord { state, supply_days: Some(days), ..order }]).remove(0);
        (found.ongoing, found.end)
    };
    assert_eq!(with(RecordState::Active, 56), (true, None), "five days ago, within the grace");
    assert_eq!(with(RecordState::Stopped, 56), (false, Some(day("2026-02-25"))));
    assert_eq!(with(RecordState::Stopped, 90), (false, Some(day(TODAY))), "as a trial is");
}

// rule 3.5/augmentation: silent
#[test]
fn an_agent_alone_or_beside_a_hypnotic_dose_augments_nothing() {
    let add = || dispensed("add", "aripiprazole", 2.0, "2026-01-10", 52);
    assert_eq!(augmentation(vec![dispensed("base", "sertraline", 50.0, "2025-11-01", 60), add()]), [], "ended before");
    assert_eq!(augmentation(vec![dispensed("base", "trazodone", 50.0, "2025-11-01", 122), add()]), [], "no trial");
}

#[test]
fn an_agent_augments_the_antidepressant_that_began_last_before_it() {
    let two = |start| {
        let second = dispensed("second", "mirtazapine", 15.0, "2025-12-15", 78);
        judged(vec![base(), second, dispensed("add", "aripiprazole", 2.0, start, 120)], |_| ())
    };
    let of = |start| two(start).augmentation.iter().map(|added| added.base).collect::<Vec<_>>();
    assert_eq!((of("2025-12-14"), of("2025-12-15")), (vec![0], vec![1]), "begun on the same day it is added to it");
    assert_eq!((of("2025-11-01"), of("2025-10-31")), (vec![0], vec![]));
    let carried: Vec<bool> = two("2025-10-31").trials.iter().map(|trial| trial.has_marker(Marker::CarriedOver)).collect();
    assert_eq!(carried, [true, false], "older than both it is carried over into the first");
}

// rule 3.5/augmentation-dose: speaks
// rule 3.5/augmentation-dose: silent
#[test]
fn a_day_at_the_least_dose_is_at_dose_and_one_below_it_is_not() {
    let at = |mg| augmentation(vec![base(), dispensed("add", "aripiprazole", mg, "2026-02-01", 30)])[0].at_dose_days;
    assert_eq!((at(1.9), at(2.0), at(2.1)), (0, 30, 30));
}

#[test]
fn an_augmentation_tells_its_days_its_highest_dose_and_the_day_it_is_adequate() {
    let adequate_on = |start| augmentation(vec![base(), dispensed("add", "aripiprazole", 2.0, start, 60)])[0].adequate_on;
    assert_eq!(adequate_on("2026-02-03"), day(TODAY), "28 days at dose");
    assert_eq!(adequate_on("2026-02-04"), day(TODAY) + 1);
    assert_eq!(adequate_on("2026-01-15"), day(TODAY), "never a day gone by");
    let raised = augmentation(vec![
        base(),
        dispensed("1", "aripiprazole", 5.0, "2026-01-01", 30),
        dispensed("2", "aripiprazole", 2.0, "2026-01-31", 31),
    ]);
    assert_eq!((raised[0].days, raised[0].highest_dose.map(|dose| dose.mg())), (61, Some(5.0)));
    assert_eq!((raised[0].start, raised[0].at_dose_days), (day("2026-01-01"), 61));
}

// rule 3.5/other-indication: speaks
// rule 3.5/other-indication: silent
#[test]
fn a_mood_stabiliser_with_another_reason_on_file_augments_nothing() {
    let with = |drug: &str, mg, current| {
        judged(vec![base(), dispensed("add", drug, mg, "2026-01-01", 61)], |record| {
            record.conditions.push(condition(ConditionGroup::Hospice));
            let mut other = condition(ConditionGroup::IndicationOtherThanMood);
            other.current = current;
            record.conditions.push(other);
        })
        .augmentation
        .len()
    };
    assert_eq!(with("lamotrigine", 100.0, true), 0);
    assert_eq!(with("lamotrigine", 100.0, false), 1, "a reason of the past");
    assert_eq!(with("aripiprazole", 2.0, true), 1, "no mood stabiliser");
    let without = augmentation(vec![base(), dispensed("add", "lamotrigine", 100.0, "2026-01-01", 61)]);
    assert_eq!(without.len(), 1);
}

// rule 3.5/augmentation-dose: speaks
// rule 3.5/augmentation-dose: silent
#[test]
fn lithium_is_at_dose_by_its_dose_or_by_its_level() {
    assert_eq!((lithium(599.0, &[]), lithium(600.0, &[])), (0, 60));
    assert_eq!(lithium(300.0, &[("2026-01-10", 0.5)]), 60, "the first level holds from the start");
    assert_eq!(lithium(300.0, &[("2026-01-10", 0.6)]), 60);
    assert_eq!(lithium(300.0, &[("2026-01-10", 0.49)]), 0);
    assert_eq!(lithium(600.0, &[("2026-01-10", 0.49)]), 60, "enough by its dose");
}

#[test]
fn a_lithium_level_holds_from_its_day_to_the_next() {
    assert_eq!(lithium(300.0, &[("2026-01-10", 0.6), ("2026-02-01", 0.4)]), 31);
    assert_eq!(lithium(300.0, &[("2026-02-01", 0.6), ("2026-01-10", 0.4)]), 29, "whatever the order of the record");
    assert_eq!(lithium(300.0, &[("2026-01-10", 0.4), ("2026-01-20", 0.6), ("2026-02-01", 0.4)]), 12);
    assert_eq!(lithium(300.0, &[("2025-12-20", 0.6)]), 60, "a level from before the lithium of the record");
    assert_eq!(lithium(300.0, &[("2026-01-10", 0.4), ("2026-03-02", 0.6)]), 0, "after the last covered day");
}

#[test]
fn a_lithium_level_counts_when_finished_and_with_a_number_only() {
    let with = |change: &dyn Fn(&mut Measurement)| {
        let mut measurement = Measurement {
            instrument: Instrument::LithiumLevel,
            at: Moment { day: day("2026-01-10"), second: None },
            source: SourceRef::new("Observation/level"),
            value: Value::Number(0.6),
            lower_limit: None,
            upper_limit: None,
            finished: true,
        };
        change(&mut measurement);
        lithium_measured(300.0, vec![measurement])
    };
    assert_eq!(with(&|_| ()), 60);
    assert_eq!(with(&|level| level.finished = false), 0);
    assert_eq!(with(&|level| level.value = Value::Done), 0);
    assert_eq!(with(&|level| level.instrument = Instrument::Tsh), 0);
}

#[test]
fn augmentations_stand_in_order_of_their_start() {
    let found = augmentation(vec![
        base(),
        dispensed("1", "aripiprazole", 2.0, "2026-01-20", 60),
        dispensed("2", "lithium", 600.0, "2026-01-10", 60),
    ]);
    let starts: Vec<Day> = found.iter().map(|added| added.start).collect();
    assert_eq!(starts, [day("2026-01-10"), day("2026-01-20")]);
}

#[test]
fn the_newest_lithium_level_of_today_or_before_is_told() {
    let told = |days_ago: &[Days], extent| {
        let level = |ago: &Days| Measurement {
            instrument: Instrument::LithiumLevel,
            at: Moment { day: day(TODAY) - *ago, second: None },
            source: SourceRef::new(format!("Observation/{ago}")),
            value: Value::Number(0.7),
            lower_limit: None,
            upper_limit: None,
            finished: true,
        };
        let found = judged(vec![base(), dispensed("li", "lithium", 600.0, "2026-01-01", 60)], |record| {
            record.measurements = days_ago.iter().map(level).collect();
            record.coverage.set(Kind::Observations, extent);
        });
        found.augmentation[0].level.clone().expect("lithium has one")
    };
    assert_eq!(told(&[10, 0], Extent::Full), "level 0.7 mmol/L on 2026-03-02");
    assert_eq!(told(&[10, -1], Extent::Full), "level 0.7 mmol/L on 2026-02-20", "none of tomorrow");
    assert_eq!(told(&[], Extent::Full), "no level on file");
    assert_eq!(told(&[], Extent::Partial), "level not known, results not had in full");
}
