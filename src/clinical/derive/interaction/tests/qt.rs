use super::*;

// rule 9.2/qtc-very-long: speaks
// rule 9.2/qtc-very-long: silent
#[test]
fn a_qtc_of_500_with_any_qt_drug_is_critical() {
    let id = "qtc-very-long";
    let with = |name, ms, ago| judged_with(vec![now(name, 10.0)], |record| record.measurements = vec![result(Instrument::Qtc, ms, ago)]);
    assert_eq!(of_row(&with("hydroxyzine", 500.0, 365), id), [Severity::Critical]);
    assert_eq!(of_row(&with("hydroxyzine", 499.0, 5), id), []);
    assert_eq!(of_row(&with("mirtazapine", 500.0, 5), id), [], "a small effect never counts");
    assert_eq!(unchecked(&with("hydroxyzine", 500.0, 366), id), ["QTc"]);
}

// rule 9.2/qtc-long: speaks
// rule 9.2/qtc-long: silent
#[test]
fn a_long_qtc_with_two_qt_drugs_is_a_warning_by_sex() {
    let id = "qtc-long";
    let with = |sex, ms, two: bool| {
        let drugs = [Some(now("hydroxyzine", 25.0)), two.then(|| now("donepezil", 5.0))];
        judged_with(drugs.into_iter().flatten().collect(), |record| {
            record.patient.as_mut().expect("a patient").sex = sex;
            record.measurements = vec![result(Instrument::Qtc, ms, 5)];
        })
    };
    assert_eq!(of_row(&with(Some(Sex::Male), 450.0, true), id), [Severity::Warning]);
    assert_eq!(of_row(&with(Some(Sex::Male), 449.0, true), id), []);
    assert_eq!(of_row(&with(Some(Sex::Female), 460.0, true), id), [Severity::Warning]);
    assert_eq!(of_row(&with(Some(Sex::Female), 459.0, true), id), []);
    assert_eq!(of_row(&with(Some(Sex::Male), 450.0, false), id), []);
    assert_eq!((of_row(&with(None, 455.0, true), id), unchecked(&with(None, 455.0, true), id)), (vec![], vec!["sex".to_owned()]));
    assert_eq!(of_row(&with(None, 460.0, true), id), [Severity::Warning]);
}

// rule 9.2/gepirone-qtc: speaks
// rule 9.2/gepirone-qtc: silent
#[test]
fn gepirone_is_contraindicated_above_450_ms() {
    let with = |ms| judged_with(vec![now("gepirone", 36.3)], |record| record.measurements = vec![result(Instrument::Qtc, ms, 5)]);
    assert_eq!(of_row(&with(451.0), "gepirone-qtc"), [Severity::Warning]);
    assert!(with(451.0).interactions.iter().any(|found| found.contraindicated));
    assert_eq!(of_row(&with(450.0), "gepirone-qtc"), []);
}

// rule 9.2/qt-without-ecg: speaks
// rule 9.2/qt-without-ecg: silent
#[test]
fn two_qt_drugs_one_of_them_major_need_a_normal_ecg_since_both_are_taken() {
    let id = "qt-without-ecg";
    let with = |a: MedicationRecord, b, ecg: Option<(f64, Days)>| {
        of_row(
            &judged_with(vec![a, begun(b, 5.0, 20)], |record| {
                record.measurements = ecg.map(|(ms, ago)| result(Instrument::Qtc, ms, ago)).into_iter().collect()
            }),
            id,
        )
    };
    assert_eq!(with(now("citalopram", 20.0), "donepezil", None), [Severity::Warning]);
    assert_eq!(with(now("citalopram", 20.0), "donepezil", Some((449.0, 20))), []);
    assert_eq!(with(now("citalopram", 20.0), "donepezil", Some((449.0, 21))), [Severity::Warning], "older than the second drug");
    assert_eq!(with(now("citalopram", 20.0), "donepezil", Some((450.0, 20))), [Severity::Warning]);
    assert_eq!(with(now("hydroxyzine", 25.0), "donepezil", None), [], "neither is a major one");
    assert_eq!(with(now("citalopram", 20.0), "mirtazapine", None), [], "a small effect never counts");
    assert_eq!(with(now("escitalopram", 10.0), "donepezil", None), []);
    assert_eq!(with(now("escitalopram", 10.5), "donepezil", None), [Severity::Warning]);
    let not_had = judged_with(vec![now("citalopram", 20.0), now("donepezil", 5.0)], |record| {
        record.coverage.set(Kind::Observations, Extent::Partial);
    });
    assert_eq!((of_row(&not_had, id), unchecked(&not_had, id)), (vec![], vec!["ECG".to_owned()]));
}

// rule 9.2/long-qt-code: speaks
// rule 9.2/long-qt-code: silent
#[test]
fn a_long_qt_code_without_an_ecg_is_told_with_three_drugs() {
    let with = |name, mg, ecg: Option<f64>| {
        let change = |record: &mut Chart| {
            record.conditions.push(condition(ConditionGroup::ContraindicationLongQt));
            record.measurements = ecg.map(|ms| result(Instrument::Qtc, ms, 5)).into_iter().collect();
        };
        of_row(&judged_with(vec![now(name, mg)], change), "qt-without-ecg")
    };
    assert_eq!((with("citalopram", 20.5, None), with("citalopram", 20.0, None)), (vec![Severity::Warning], vec![]));
    assert_eq!((with("ziprasidone", 40.0, None), with("gepirone", 18.2, None)), (vec![Severity::Warning], vec![Severity::Warning]));
    assert_eq!((with("sertraline", 50.0, None), with("ziprasidone", 40.0, Some(440.0))), (vec![], vec![]));
}

// rule 9.2/qt-without-ecg: speaks
#[test]
fn what_is_missing_of_the_ecg_is_said_of_both_from_the_day_they_are_taken_together() {
    let reason = |drafts: Vec<MedicationRecord>, taken: Vec<MedicationRecord>| {
        let change = |record: &mut Chart| {
            record.drafts = drafts;
            record.measurements = vec![result(Instrument::Qtc, 440.0, 5)];
        };
        let found = judged_with(taken, change).interactions;
        found.into_iter().find(|found| found.id == "qt-without-ecg").map(|found| found.reason).unwrap_or_default()
    };
    let ordered_now = reason(vec![ordered("draft", "methadone", 20.0, TODAY)], vec![now("citalopram", 20.0)]);
    assert!(ordered_now.contains("no QTc with both yet"), "{ordered_now}");
    let taken = reason(Vec::new(), vec![now("citalopram", 20.0), begun("methadone", 20.0, 4)]);
    assert!(taken.contains("no QTc below 450 ms since 2026-02-26"), "{taken}");
}

// rule 9.2/long-qt-code: silent
#[test]
fn whether_an_ecg_is_missing_is_not_said_where_results_were_not_had() {
    let change = |record: &mut Chart| {
        record.conditions.push(condition(ConditionGroup::ContraindicationLongQt));
        record.coverage.set(Kind::Observations, Extent::Partial);
    };
    let not_had = judged_with(vec![now("ziprasidone", 40.0)], change);
    assert_eq!((of_row(&not_had, "qt-without-ecg"), unchecked(&not_had, "qt-without-ecg")), (vec![], vec!["ECG".to_owned()]));
}

#[test]
fn a_qt_drug_being_ordered_by_code_is_named_before_its_text_entry() {
    let mut text = now("hydroxyzine", 10.0);
    text.medicine.recognition = Recognition::Text;
    let change = |record: &mut Chart| {
        record.drafts = vec![ordered("draft", "hydroxyzine", 10.0, TODAY)];
        record.measurements = vec![result(Instrument::Qtc, 510.0, 5)];
    };
    let found = judged_with(vec![text], change).interactions;
    assert_eq!((found.len(), found[0].id, found[0].text_entry), (1, "qtc-very-long", false));
}
