//! Strong indicators, and the mania that is critical.

use super::*;

// rule 7/past: silent
// rule 7/unconfirmed: silent
#[test]
fn without_a_bipolar_code_there_is_no_indicator() {
    assert_eq!(judged(&with(|_| ())), Bipolar { state: BipolarState::None, indicators: Vec::new(), current_mania: None });
}

// rule 7/unconfirmed: speaks
#[test]
fn a_diagnosis_that_is_not_confirmed_is_a_strong_indicator() {
    let record = with(|record| record.conditions.push(Condition { certainty: Certainty::Provisional, ..bipolar_diagnosis() }));
    assert_eq!((judged(&record).state, ids(&record)), (BipolarState::Open, vec!["bipolar-unconfirmed"]));
    assert!(judged(&record).indicators[0].label.ends_with("2025-05-01, not confirmed"), "{:?}", judged(&record).indicators);
}

// rule 7/mania: speaks
#[test]
fn an_old_mania_of_whatever_status_is_a_strong_indicator_and_not_critical() {
    let record = with(|record| record.conditions.push(Condition { current: false, ..mania_on("2020-01-01") }));
    assert_eq!((judged(&record).state, ids(&record)), (BipolarState::Open, vec!["mania"]));
    assert_eq!(judged(&record).current_mania, None);
}

// rule 7/mania: silent
#[test]
fn a_mania_beside_a_known_disorder_is_no_indicator() {
    let record = with(|record| record.conditions.extend([bipolar_diagnosis(), mania_on("2026-02-20")]));
    assert_eq!((judged(&record).state, ids(&record)), (BipolarState::Known, vec![]));
}

// rule 7/mania-on-antidepressant: speaks
// rule 7/mania-on-antidepressant: silent
#[test]
fn sixty_days_after_a_start_are_on_the_antidepressant_and_sixty_one_are_not() {
    let after = |began: &str| {
        let mut record = medicines(vec![dispensed("1", "venlafaxine", 150.0, "2025-06-01", 90)]);
        record.conditions.push(mania_on(began));
        ids(&record)
    };
    assert_eq!(after("2025-06-01"), ["mania-on-antidepressant"]);
    assert_eq!(after("2025-07-31"), ["mania-on-antidepressant"]);
    assert_eq!(after("2025-08-01"), ["mania"]);
    assert_eq!(after("2025-05-31"), ["mania"], "before the start");
}

// rule 7/mania-on-antidepressant: speaks
#[test]
fn an_increase_counts_as_a_start_does_and_the_drug_is_named() {
    let doses =
        |second: f64| vec![dispensed("1", "venlafaxine", 75.0, "2025-06-01", 90), dispensed("2", "venlafaxine", second, "2025-08-30", 30)];
    let label = |second| {
        let mut record = medicines(doses(second));
        record.conditions.push(mania_on("2025-09-19"));
        judged(&record).indicators.remove(0).label
    };
    assert_eq!(label(150.0), "Manic episode, 2025-09-19, 20 days after venlafaxine was raised");
    assert_eq!(label(75.0), "Manic episode, 2025-09-19");
}

// rule 7/mania-on-antidepressant: silent
#[test]
fn a_hypnotic_dose_is_no_antidepressant_here() {
    let mut record = medicines(vec![dispensed("1", "trazodone", 50.0, "2026-02-01", 60)]);
    record.conditions.push(mania_on("2026-02-20"));
    assert_eq!(ids(&record), ["mania"]);
    assert_eq!(judged(&record).current_mania.expect("recent").taken, []);
}

// rule 7/critical-current: speaks
// rule 7/critical-current: silent
#[test]
fn a_current_mania_is_critical_for_sixty_days_after_its_onset_or_recording() {
    let critical = |change: &dyn Fn(&mut Condition)| {
        let mut found = mania_on("2026-01-01");
        change(&mut found);
        judged(&with(|record| record.conditions.push(found))).current_mania.is_some()
    };
    assert!(critical(&|_| ()), "60 days");
    let both = |condition: &mut Condition, on: &str| {
        condition.onset = Some(When::on(day(on)));
        condition.recorded = Some(day(on));
    };
    assert!(!critical(&|condition| both(condition, "2025-12-31")), "61 days");
    assert!(critical(&|condition| condition.onset = Some(When::on(day("2025-06-01")))), "recorded 60 days ago");
    assert!(!critical(&|condition| condition.current = false), "over");
}

// rule 7/critical-on-antidepressant: speaks
// rule 7/critical-on-antidepressant: silent
#[test]
fn a_mania_on_an_antidepressant_that_is_still_taken_is_critical_and_one_that_was_stopped_is_not() {
    let current = |days| {
        let mut record = medicines(vec![dispensed("1", "venlafaxine", 150.0, "2025-10-01", days)]);
        record.conditions.push(Condition { current: false, ..mania_on("2025-11-01") });
        judged(&record).current_mania
    };
    assert_eq!(current(160).map(|mania| (mania.date, mania.taken)), Some((day("2025-11-01"), vec![drug("venlafaxine")])));
    assert_eq!(current(90), None);
}

// rule 7/drug-induced: speaks
// rule 7/drug-induced: silent
#[test]
fn a_drug_induced_disorder_is_an_indicator_neither_known_nor_a_mania() {
    let groups = mania_on("2026-02-20").groups.with(ConditionGroup::BipolarDrugInduced);
    let record = with(|record| record.conditions.push(Condition { groups, ..mania_on("2026-02-20") }));
    assert_eq!((judged(&record).state, ids(&record)), (BipolarState::Open, vec!["drug-induced-bipolar"]));
    assert_eq!(judged(&record).current_mania, None);
    assert!(!ids(&with(|record| record.conditions.push(mania_on("2026-02-20")))).contains(&"drug-induced-bipolar"));
}

// rule 7/mania-encounter: speaks
// rule 7/mania-encounter: silent
#[test]
fn an_encounter_for_mania_counts_where_no_diagnosis_says_it() {
    let visit =
        |group| Encounter { source: SourceRef::new("Encounter/e"), span: Span::of(day("2022-03-01")), groups: GroupSet::EMPTY.with(group) };
    assert_eq!(ids(&with(|record| record.encounters = vec![visit(ConditionGroup::BipolarSpectrum)])), ["mania-encounter"]);
    assert_eq!(ids(&with(|record| record.encounters = vec![visit(ConditionGroup::DepressionMddActive)])), Vec::<&str>::new());
    let both = with(|record| {
        record.encounters = vec![visit(ConditionGroup::BipolarSpectrum)];
        record.conditions.push(Condition { current: false, ..bipolar_diagnosis() });
    });
    assert_eq!(ids(&both), ["bipolar-past"], "one code gives one indicator");
}

// rule 7/mdq: speaks
// rule 7/mdq: silent
#[test]
fn the_latest_mdq_decides() {
    let mdq = |results: Vec<Measurement>| ids(&with(|record| record.measurements = results));
    let yes = |on: &str| result(Instrument::Mdq, on, Value::YesNo(true));
    let no = |on: &str| result(Instrument::Mdq, on, Value::YesNo(false));
    assert_eq!(mdq(vec![no("2024-01-01"), yes("2025-01-01")]), ["mdq-positive"]);
    assert_eq!(mdq(vec![yes("2024-01-01"), no("2025-01-01")]), Vec::<&str>::new());
    let said = |text: &str| mdq(vec![result(Instrument::Mdq, "2025-01-01", Value::Answer { code: None, text: text.into() })]);
    assert_eq!((said("Positive screen"), said("Negative")), (vec!["mdq-positive"], vec![]));
    let unfinished = Measurement { finished: false, ..yes("2025-01-01") };
    assert_eq!(mdq(vec![unfinished]), Vec::<&str>::new());
}

// rule 7/mdq: silent
#[test]
fn a_bare_number_of_an_mdq_is_no_result_and_hides_none() {
    let number = result(Instrument::Mdq, "2025-06-01", Value::Number(9.0));
    let alone = with(|record| record.measurements = vec![number.clone()]);
    assert_eq!(ids(&alone), Vec::<&str>::new());
    let before = result(Instrument::Mdq, "2025-01-01", Value::YesNo(true));
    assert_eq!(ids(&with(|record| record.measurements = vec![before, number])), ["mdq-positive"]);
}

// rule 7/rms: speaks
// rule 7/rms: silent
#[test]
fn four_of_six_are_a_positive_rms_and_three_are_not() {
    let rms = |yes| ids(&with(|record| record.measurements = vec![result(Instrument::Rms, "2026-01-01", Value::Number(yes))]));
    assert_eq!((rms(4.0), rms(3.0)), (vec!["rms-positive"], vec![]));
    let item = with(|record| record.measurements = vec![result(Instrument::Rms, "2026-01-01", Value::YesNo(true))]);
    assert_eq!(ids(&item), Vec::<&str>::new(), "a single item");
}
