mod drug;
mod table;

use super::super::sample::*;
use super::super::{Assessment, assess};
use super::*;
use crate::clinical::chart::{Chart, Extent, Kind, MedicationRecord, Recognition, RecordState, Stop, StopReason, Value};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Days, Instrument, Moment, When};

fn ago(days: Days) -> Day {
    day(TODAY) - days
}

/// Supplied from so many days ago to beyond today.
fn since(id: &str, name: &str, mg: f64, days: Days) -> MedicationRecord {
    dispensed(id, name, mg, &ago(days).to_string(), days + 30)
}

fn result(instrument: Instrument, days: Days, value: f64) -> Measurement {
    Measurement {
        instrument,
        at: Moment { day: ago(days), second: None },
        source: SourceRef::new(format!("Observation/{instrument}-{days}")),
        value: Value::Number(value),
        lower_limit: None,
        upper_limit: None,
        finished: true,
    }
}

fn with(medications: Vec<MedicationRecord>, results: Vec<Measurement>) -> Chart {
    let mut record = chart(medications, Vec::new());
    record.measurements = results;
    record
}

fn born(mut record: Chart, on: &str) -> Chart {
    record.patient.as_mut().expect("a patient").birth = Some(When::on(day(on)));
    record
}

fn judged(record: &Chart) -> Assessment {
    assess(record, Knowledge::builtin(), day(TODAY))
}

fn ids(record: &Chart) -> Vec<&'static str> {
    let mut ids: Vec<&str> = judged(record).monitoring_due.iter().map(|item| item.id).collect();
    ids.sort_unstable();
    ids
}

fn item(record: &Chart, id: &str) -> Option<MonitoringItem> {
    judged(record).monitoring_due.into_iter().find(|item| item.id == id)
}

fn is_due(record: &Chart, id: &str) -> bool {
    item(record, id).is_some()
}

fn why_not_known(record: &Chart, item: &str) -> Option<&'static str> {
    judged(record).monitoring_not_known.iter().find(|entry| entry.item == item).map(|entry| entry.why)
}

/// Aripiprazole added so many days ago to a long sertraline trial.
fn augmented(days: Days, results: Vec<Measurement>) -> Chart {
    with(vec![since("1", "sertraline", 50.0, days + 60), since("2", "aripiprazole", 2.0, days)], results)
}

/// Lithium added so many days ago, the other tests done.
fn lithium(days: Days, mut results: Vec<Measurement>) -> Chart {
    results.extend([Instrument::Creatinine, Instrument::Tsh, Instrument::Calcium, Instrument::Weight].map(|done| result(done, 1, 70.0)));
    with(vec![since("1", "sertraline", 50.0, days + 60), since("2", "lithium", 600.0, days)], results)
}

fn level(days: Days, value: f64) -> Measurement {
    result(Instrument::LithiumLevel, days, value)
}

// rule 13/baseline-due-from-first-day: speaks
// rule 13/antipsychotic-weight: speaks
// rule 13/antipsychotic-waist: speaks
// rule 13/antipsychotic-blood-pressure: speaks
// rule 13/antipsychotic-glucose: speaks
// rule 13/antipsychotic-lipids: speaks
// rule 13/antipsychotic-aims: speaks
#[test]
fn every_baseline_of_an_added_antipsychotic_is_due_from_its_first_day() {
    let record = augmented(0, Vec::new());
    let expected = ["aims", "blood-pressure", "glucose", "lipids", "waist", "weight"].map(|id| format!("antipsychotic-{id}"));
    assert_eq!(ids(&record), expected);
    let found = item(&record, "antipsychotic-lipids").expect("an item");
    assert_eq!((found.due, found.drug, found.makes_card, found.last.clone()), (ago(0), drug("aripiprazole"), true, None));
    assert_eq!(found.basis, [SourceRef::new("MedicationDispense/2")]);
    assert!(!found.baseline_missed, "fourteen days are still the time of the baseline");
    assert!(
        !item(&record, "antipsychotic-waist").expect("an item").makes_card
            && !item(&record, "antipsychotic-aims").expect("an item").makes_card
    );
}

// rule 13/baseline-due-from-first-day: silent
// rule 13/antipsychotic-weight: silent
// rule 13/antipsychotic-waist: silent
// rule 13/antipsychotic-blood-pressure: silent
// rule 13/antipsychotic-glucose: silent
// rule 13/antipsychotic-lipids: silent
// rule 13/antipsychotic-aims: silent
#[test]
fn a_baseline_on_file_leaves_nothing_due_and_either_of_two_results_will_do() {
    for (weight, glucose) in [(Instrument::Weight, Instrument::Glucose), (Instrument::Bmi, Instrument::Hba1c)] {
        let done = [weight, glucose, Instrument::Waist, Instrument::BloodPressure, Instrument::Lipids, Instrument::Aims];
        assert_eq!(ids(&augmented(10, done.map(|done| result(done, 12, 5.0)).to_vec())), [""; 0]);
    }
}

// rule 13/baseline-window: speaks
// rule 13/baseline-window: silent
#[test]
fn a_baseline_may_be_ninety_days_older_than_the_drug() {
    let weighed = |days| is_due(&augmented(10, vec![result(Instrument::Weight, days, 70.0)]), "antipsychotic-weight");
    assert_eq!((weighed(100), weighed(101)), (false, true));
}

// rule 13/missed-baseline: speaks
// rule 13/missed-baseline: silent
#[test]
fn a_missed_baseline_is_due_until_any_later_result() {
    let record = |results| augmented(30, results);
    let missed = item(&record(Vec::new()), "antipsychotic-glucose").expect("due");
    assert_eq!((missed.due, missed.baseline_missed), (ago(30), true));
    assert!(!is_due(&record(vec![result(Instrument::Glucose, 1, 90.0)]), "antipsychotic-glucose"));
    let last_day = item(&augmented(14, Vec::new()), "antipsychotic-glucose").expect("due");
    assert!(!last_day.baseline_missed);
    assert!(item(&augmented(15, Vec::new()), "antipsychotic-glucose").expect("due").baseline_missed);
}

// rule 13/scheduled-tolerance: speaks
// rule 13/scheduled-tolerance: silent
#[test]
fn a_scheduled_test_is_due_when_its_day_and_the_tolerance_have_passed() {
    let weighed_at_start = |days: Days| augmented(days, vec![result(Instrument::Weight, days, 70.0)]);
    assert!(!is_due(&weighed_at_start(42), "antipsychotic-weight"), "week 4 and 14 days");
    assert_eq!(item(&weighed_at_start(43), "antipsychotic-weight").map(|item| item.due), Some(ago(0)));
    let sugar = |days: Days| is_due(&augmented(days, vec![result(Instrument::Glucose, days, 90.0)]), "antipsychotic-glucose");
    assert_eq!((sugar(98), sugar(99)), (false, true), "week 12 and 14 days");
}

// rule 13/scheduled-early: speaks
// rule 13/scheduled-early: silent
#[test]
fn a_result_from_the_tolerance_before_the_scheduled_day_counts() {
    // week 4 is day 28: from day 14 on
    let weighed =
        |day_of_drug: Days| is_due(&augmented(50, vec![result(Instrument::Weight, 50 - day_of_drug, 70.0)]), "antipsychotic-weight");
    assert_eq!((weighed(14), weighed(13)), (false, true));
}

// rule 13/repeat-from-last: speaks
// rule 13/repeat-from-last: silent
#[test]
fn a_repeating_test_counts_from_its_last_result() {
    let quarterly = |days| item(&augmented(400, vec![result(Instrument::Weight, days, 70.0)]), "antipsychotic-weight");
    assert!(quarterly(120).is_none());
    let due = quarterly(121).expect("due");
    assert_eq!((due.due, due.last.map(|last| last.date)), (ago(0), Some(ago(121))));
    let yearly = |days| is_due(&augmented(500, vec![result(Instrument::Waist, days, 90.0)]), "antipsychotic-waist");
    assert_eq!((yearly(395), yearly(396)), (false, true));
    let aims = |days| is_due(&augmented(500, vec![result(Instrument::Aims, days, 0.0)]), "antipsychotic-aims");
    assert_eq!((aims(212), aims(213)), (false, true));
}

// rule 13/antipsychotic-as-augmentation: speaks
// rule 13/antipsychotic-as-augmentation: silent
#[test]
fn the_rows_of_antipsychotics_hold_for_augmentation_only() {
    let alone = with(vec![since("2", "quetiapine", 150.0, 20)], Vec::new());
    assert_eq!(ids(&alone), [""; 0]);
    let added = with(vec![since("1", "sertraline", 50.0, 80), since("2", "quetiapine", 150.0, 20)], Vec::new());
    assert!(is_due(&added, "antipsychotic-lipids"));
}

// rule 13/weight-gain: speaks
// rule 13/weight-gain: silent
#[test]
fn a_gain_of_five_percent_since_the_antipsychotic_is_told() {
    let told = |now: f64, start_day: Days| {
        let weights = vec![result(Instrument::Weight, 40 - start_day, 80.0), result(Instrument::Weight, 1, now)];
        judged(&augmented(40, weights)).notes.into_iter().find(|note| note.id == "weight-gain")
    };
    let note = told(84.0, 0).expect("a note");
    assert_eq!(
        note.text,
        "Weight 80 kg on 2026-01-21, 84 kg on 2026-03-01: 5 % or more gained since aripiprazole was added on 2026-01-21; worth asking: is a switch better"
    );
    assert_eq!(note.basis.len(), 2);
    assert!(told(83.99, 0).is_none());
    assert!(told(84.0, 14).is_some() && told(84.0, 15).is_none(), "the baseline is in its window");
    assert!(told(84.0, -90).is_some() && told(84.0, -91).is_none());
    let on_lithium = lithium(40, vec![result(Instrument::Weight, 40, 60.0)]);
    assert!(judged(&on_lithium).notes.iter().all(|note| note.id != "weight-gain"));
}

#[test]
fn a_weight_gain_is_told_between_two_days_the_later_one_after_the_start() {
    let told = |before: Days, now: Days| {
        let newest = Measurement { source: SourceRef::new("Observation/weight-newest"), ..result(Instrument::Weight, now, 84.0) };
        let record = augmented(40, vec![result(Instrument::Weight, before, 80.0), newest]);
        judged(&record).notes.iter().any(|note| note.id == "weight-gain")
    };
    assert_eq!((told(39, 38), told(39, 39)), (true, false), "one day is no trend");
    assert_eq!((told(41, 38), told(41, 40), told(43, 41)), (true, false, false), "gained before the start");
}

// rule 13/taken: speaks
// rule 13/taken: silent
#[test]
fn only_a_drug_being_taken_is_monitored() {
    let ending = |days| with(vec![dispensed("1", "venlafaxine", 150.0, "2025-12-01", days)], Vec::new());
    assert!(is_due(&ending(78), "blood-pressure"), "14 uncovered days");
    assert!(!is_due(&ending(77), "blood-pressure"), "15 uncovered days");
    let stop = Stop { day: Some(ago(1)), reason: StopReason::NoEffect, label: String::new() };
    let stopped = MedicationRecord { state: RecordState::Stopped, stop: Some(stop), ..ordered("1", "venlafaxine", 150.0, "2025-12-01") };
    assert_eq!(ids(&with(vec![stopped], Vec::new())), [""; 0]);
    assert!(is_due(&with(vec![ordered("1", "venlafaxine", 150.0, "2025-12-01")], Vec::new()), "blood-pressure"));
    let unfinished = |finished| {
        let done = Measurement { finished, ..result(Instrument::BloodPressure, 3, 0.0) };
        is_due(&with(vec![since("1", "venlafaxine", 150.0, 20)], vec![done]), "blood-pressure")
    };
    assert_eq!((unfinished(true), unfinished(false)), (false, true));
}

// rule 13/not-a-trial: speaks
// rule 13/not-a-trial: silent
#[test]
fn a_drug_that_is_no_trial_has_no_rows() {
    let record = |mg: f64| born(with(vec![since("1", "nortriptyline", mg, 20)], Vec::new()), "1980-01-01");
    assert_eq!((is_due(&record(25.0), "tca-ecg"), is_due(&record(50.0), "tca-ecg")), (false, true));
}

// rule 13/uncoded: speaks
// rule 13/uncoded: silent
#[test]
fn text_beside_a_coded_antidepressant_has_no_rows() {
    let mut text = since("1", "venlafaxine", 150.0, 20);
    text.medicine.recognition = Recognition::Text;
    assert!(is_due(&with(vec![text.clone()], Vec::new()), "blood-pressure"));
    assert!(!is_due(&with(vec![text, since("2", "sertraline", 50.0, 30)], Vec::new()), "blood-pressure"));
}

// rule 13/not-known: speaks
// rule 13/not-known: silent
#[test]
fn results_not_had_in_full_are_never_due() {
    let mut record = augmented(30, vec![result(Instrument::Lipids, 3, 200.0)]);
    for extent in [Extent::Partial, Extent::None] {
        record.coverage.set(Kind::Observations, extent);
        assert_eq!(ids(&record), [""; 0]);
        assert_eq!(why_not_known(&record, "weight or BMI"), Some("results could not all be had"));
        assert_eq!(why_not_known(&record, "lipids"), None, "done is done");
    }
    record.coverage.set(Kind::Observations, Extent::Full);
    assert!(judged(&record).monitoring_not_known.is_empty() && is_due(&record, "antipsychotic-weight"));
    let mut high = lithium(300, vec![level(10, 1.4)]);
    high.coverage.set(Kind::Observations, Extent::Partial);
    assert!(is_due(&high, "lithium-level"), "a high level on file is a fact, whatever else is missing");
}

// rule 13/not-asked-for: speaks
// rule 13/not-asked-for: silent
#[test]
fn what_may_have_been_done_before_the_results_begin_is_not_known() {
    let record = |days: Days| with(vec![dispensed("1", "venlafaxine", 150.0, &ago(days).to_string(), days + 30)], Vec::new());
    // weeks 4 to 8: day 42 of the drug is the first day on which it counts
    assert!(is_due(&record(772), "blood-pressure"));
    assert!(!is_due(&record(773), "blood-pressure"));
    assert_eq!(why_not_known(&record(773), "blood pressure"), Some("it may have been done before the results that are asked for begin"));
}

#[test]
fn without_a_start_nothing_is_due() {
    let mut undated = ordered("1", "venlafaxine", 150.0, "2025-12-01");
    undated.start = None;
    let record = with(vec![undated], Vec::new());
    assert_eq!(ids(&record), [""; 0]);
    assert_eq!(why_not_known(&record, "blood pressure"), Some("since when it has been taken is not on file"));
}

// rule 13/never-by-itself: speaks
// rule 13/never-by-itself: silent
#[test]
fn what_no_observation_shows_is_in_the_table_and_never_due() {
    use crate::clinical::knowledge::CardShare;
    let rows = Knowledge::builtin().monitoring();
    let never: Vec<&str> = rows.iter().filter(|row| row.card == CardShare::Never).map(|row| row.id).collect();
    assert_eq!(never, ["antipsychotic-akathisia", "esketamine-session", "phq-9", "after-remission"]);
    let due = ids(&with(vec![since("1", "venlafaxine", 150.0, 20), since("2", "aripiprazole", 2.0, 5)], Vec::new()));
    assert!(due.contains(&"blood-pressure") && !due.iter().any(|id| never.contains(id)), "{due:?}");
}
