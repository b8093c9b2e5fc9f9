//! The rows of each drug (rules.md 13).

use super::*;

// rule 13/lithium-level-first: speaks
// rule 13/lithium-level-first: silent
#[test]
fn the_first_lithium_level_is_due_from_day_eight_unless_one_stands_from_day_five() {
    assert!(!is_due(&lithium(7, Vec::new()), "lithium-level"));
    assert_eq!(item(&lithium(8, Vec::new()), "lithium-level").map(|item| item.due), Some(ago(0)));
    assert!(!is_due(&lithium(8, vec![level(3, 0.6)]), "lithium-level"), "day 5");
    assert!(is_due(&lithium(8, vec![level(4, 0.6)]), "lithium-level"), "day 4");
}

// rule 13/lithium-level-change: speaks
// rule 13/lithium-level-change: silent
#[test]
fn a_change_of_dose_asks_for_a_level_again() {
    let changed = |days: Days, mg: f64, results: Vec<Measurement>| {
        let mut record = lithium(60, results);
        record.medications.push(since("3", "lithium", mg, days));
        is_due(&record, "lithium-level")
    };
    assert!(changed(8, 900.0, vec![level(30, 0.6)]));
    assert!(changed(8, 300.0, vec![level(30, 0.6)]), "a lower dose is a change too");
    assert!(!changed(7, 900.0, vec![level(30, 0.6)]));
    assert!(!changed(8, 600.0, vec![level(30, 0.6)]), "the same dose");
    assert!(!changed(8, 900.0, vec![level(30, 0.6), level(3, 0.7)]));
    assert!(changed(8, 900.0, vec![level(30, 0.6), level(4, 0.7)]));
}

// rule 13/lithium-level-repeat: speaks
// rule 13/lithium-level-repeat: silent
// rule 13/lithium-level-long-overdue: speaks
// rule 13/lithium-level-long-overdue: silent
#[test]
fn a_lithium_level_is_due_after_three_months_and_long_overdue_after_six() {
    let urgency = |days| item(&lithium(300, vec![level(days, 0.6)]), "lithium-level").map(|item| item.urgency);
    assert_eq!((urgency(120), urgency(121)), (None, Some(Urgency::Due)));
    assert_eq!((urgency(180), urgency(181)), (Some(Urgency::Due), Some(Urgency::LongOverdue)));
    let never = |days| item(&lithium(days, Vec::new()), "lithium-level").map(|item| item.urgency);
    assert_eq!((never(180), never(181)), (Some(Urgency::Due), Some(Urgency::LongOverdue)), "else the start counts");
}

// rule 13/lithium-level-above: speaks
// rule 13/lithium-level-above: silent
#[test]
fn a_level_above_its_limit_is_to_be_repeated() {
    let found = |value| item(&lithium(300, vec![level(10, value)]), "lithium-level");
    assert!(found(1.2).is_none());
    let high = found(1.21).expect("due");
    assert_eq!((high.urgency, high.due), (Urgency::AboveLimit, ago(10)));
    assert_eq!(high.last.map(|last| (last.value, last.unit)), Some((Some(1.21), "mmol/L")));
    let later = lithium(300, vec![level(10, 1.4), level(2, 0.8)]);
    assert!(!is_due(&later, "lithium-level"), "the newest counts");
    let of_an_earlier_spell = lithium(5, vec![level(100, 1.4)]);
    assert!(!is_due(&of_an_earlier_spell, "lithium-level"), "older than ninety days before the start");
}

// rule 13/lithium-labs: speaks
// rule 13/lithium-labs: silent
#[test]
fn kidney_thyroid_calcium_and_weight_follow_lithium_every_six_months() {
    let labs = [Instrument::Egfr, Instrument::Tsh, Instrument::Calcium, Instrument::Weight];
    let record = |days: Days| {
        let mut results: Vec<Measurement> = labs.map(|lab| result(lab, days, 50.0)).to_vec();
        results.push(level(10, 0.6));
        with(vec![since("1", "sertraline", 50.0, 600), since("2", "lithium", 600.0, 500)], results)
    };
    assert_eq!(ids(&record(212)), [""; 0]);
    assert_eq!(ids(&record(213)), ["lithium-calcium", "lithium-creatinine", "lithium-tsh", "lithium-weight"]);
}

// rule 13/liothyronine: speaks
// rule 13/liothyronine: silent
#[test]
fn thyroid_tests_follow_liothyronine() {
    let record = |days: Days| {
        let results = [Instrument::Tsh, Instrument::FreeT4].map(|lab| result(lab, days, 2.0)).to_vec();
        with(vec![since("1", "sertraline", 50.0, 400), since("2", "liothyronine", 0.025, days)], results)
    };
    assert_eq!(ids(&record(70)), [""; 0]);
    assert_eq!(ids(&record(71)), ["liothyronine-free-t4", "liothyronine-tsh"]);
    let half_a_year = |days: Days| {
        let results = [Instrument::Tsh, Instrument::FreeT4].map(|lab| result(lab, days - 60, 2.0)).to_vec();
        ids(&with(vec![since("1", "sertraline", 50.0, 400), since("2", "liothyronine", 0.025, days)], results)).len()
    };
    assert_eq!((half_a_year(212), half_a_year(213)), (0, 2));
}

// rule 13/blood-pressure: speaks
// rule 13/blood-pressure: silent
#[test]
fn blood_pressure_belongs_to_snris_and_bupropion() {
    for (name, mg, due) in
        [("venlafaxine", 150.0, true), ("bupropion", 300.0, true), ("dextromethorphan-bupropion", 1.0, true), ("sertraline", 50.0, false)]
    {
        assert_eq!(is_due(&with(vec![since("1", name, mg, 20)], Vec::new()), "blood-pressure"), due, "{name}");
    }
    let at_start = |days: Days| {
        is_due(&with(vec![since("1", "venlafaxine", 150.0, days)], vec![result(Instrument::BloodPressure, days, 0.0)]), "blood-pressure")
    };
    assert_eq!((at_start(70), at_start(71)), (false, true));
}

// rule 13/ecg-tca: speaks
// rule 13/ecg-tca: silent
#[test]
fn an_ecg_comes_before_a_tca_from_forty_on_or_with_heart_disease() {
    let record = |on: &str| born(with(vec![since("1", "nortriptyline", 75.0, 20)], Vec::new()), on);
    assert!(is_due(&record("1986-03-02"), "tca-ecg"), "40 today");
    assert!(!is_due(&record("1986-03-03"), "tca-ecg"), "39");
    let mut done = record("1986-03-02");
    done.measurements = vec![result(Instrument::Qtc, 30, 420.0)];
    assert!(!is_due(&done, "tca-ecg"));
    let mut heart = record("1996-03-03");
    heart.conditions.push(condition(ConditionGroup::CardiacHeartFailure));
    assert!(is_due(&heart, "tca-ecg"));
    heart.conditions[1].current = false;
    assert!(!is_due(&heart, "tca-ecg"));
    heart.coverage.set(Kind::Conditions, Extent::Partial);
    assert_eq!(why_not_known(&heart, "ECG with QTc"), Some("diagnoses could not all be had"));
}

// rule 13/ecg-citalopram: speaks
// rule 13/ecg-citalopram: silent
#[test]
fn an_ecg_belongs_to_citalopram_above_twenty_milligrams() {
    let record = |mg: f64| born(with(vec![since("1", "citalopram", mg, 20)], Vec::new()), "1980-01-01");
    assert_eq!((is_due(&record(20.0), "citalopram-ecg"), is_due(&record(30.0), "citalopram-ecg")), (false, true));
    let mut unknown = record(40.0);
    unknown.medications[0].instruction.as_needed = true;
    assert!(!is_due(&unknown, "citalopram-ecg"));
    assert_eq!(why_not_known(&unknown, "ECG with QTc"), Some("the dose cannot be read"));
}

// rule 13/gepirone: speaks
// rule 13/gepirone: silent
#[test]
fn ecg_and_electrolytes_come_before_and_during_the_titration_of_gepirone() {
    let record = |days: Days| {
        let results = [Instrument::Qtc, Instrument::Potassium].map(|done| result(done, days + 1, 4.0)).to_vec();
        with(vec![since("1", "gepirone", 36.3, days)], results)
    };
    assert_eq!(ids(&record(28)), [""; 0]);
    assert_eq!(ids(&record(29)), ["gepirone-ecg", "gepirone-electrolytes"]);
}

// rule 13/sodium: speaks
// rule 13/sodium: silent
#[test]
fn sodium_belongs_to_ssris_and_snris_from_sixty_on() {
    let record = |name: &str, mg: f64, on: &str| born(with(vec![since("1", name, mg, 20)], Vec::new()), on);
    assert!(is_due(&record("sertraline", 50.0, "1966-03-02"), "sodium"), "60 today");
    assert!(!is_due(&record("sertraline", 50.0, "1966-03-03"), "sodium"), "59");
    assert!(is_due(&record("duloxetine", 60.0, "1950-01-01"), "sodium"));
    for (name, mg) in [("vortioxetine", 10.0), ("vilazodone", 20.0), ("mirtazapine", 15.0)] {
        assert!(!is_due(&record(name, mg, "1950-01-01"), "sodium"), "{name}");
    }
    let at_start = |days: Days, done: Days| {
        let taken = with(vec![since("1", "sertraline", 50.0, days)], vec![result(Instrument::Sodium, done, 139.0)]);
        is_due(&born(taken, "1950-01-01"), "sodium")
    };
    assert_eq!((at_start(42, 42), at_start(43, 43), at_start(43, 29)), (false, true, false));
    let mut ageless = record("sertraline", 50.0, "1950-01-01");
    ageless.patient.as_mut().expect("a patient").birth = None;
    assert_eq!(why_not_known(&ageless, "sodium"), Some("the age is not on file"));
}

// rule 13/agomelatine: speaks
// rule 13/agomelatine: silent
#[test]
fn liver_tests_follow_agomelatine() {
    let record = |days: Days, done: Days| {
        is_due(&with(vec![since("1", "agomelatine", 25.0, days)], vec![result(Instrument::Ast, done, 20.0)]), "agomelatine-liver")
    };
    assert_eq!((record(35, 35), record(36, 36)), (false, true), "week 3 and 14 days");
    assert_eq!((record(198, 100), record(199, 100)), (false, true), "week 24 and 30 days");
}

#[test]
fn an_ecg_is_due_on_more_than_20_mg_of_citalopram() {
    let due = |mg| is_due(&born(with(vec![since("1", "citalopram", mg, 40)], Vec::new()), "1980-01-01"), "citalopram-ecg");
    assert_eq!((due(10.0), due(20.0), due(20.5), due(40.0)), (false, false, true, true));
}
