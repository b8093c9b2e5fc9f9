use super::*;

// rule 9.2/two-reuptake-inhibitors: speaks
// rule 9.2/two-reuptake-inhibitors: silent
#[test]
fn two_reuptake_inhibitors_are_told_after_more_than_thirty_common_days_at_dose() {
    let id = "two-serotonin-reuptake-inhibitors";
    let both = |days_ago, mg| judged(vec![now("sertraline", 50.0), begun("escitalopram", mg, days_ago)]);
    assert_eq!(of_row(&both(30, 10.0), id), [Severity::Warning]);
    assert_eq!(of_row(&both(29, 10.0), id), []);
    assert_eq!(of_row(&both(30, 5.0), id), [], "below the minimum");
    let over = judged(vec![ended("sertraline", 50.0, 15), now("escitalopram", 10.0)]);
    assert_eq!(of_row(&over, id), [], "no longer both");
    let mut unread = begun("escitalopram", 10.0, 30);
    unread.instruction.as_needed = true;
    let unknown = judged(vec![now("sertraline", 50.0), unread]);
    assert_eq!((of_row(&unknown, id), unchecked(&unknown, id)), (vec![], vec!["dose".to_owned()]));
}

// rule 9.2/escitalopram-dose: speaks
// rule 9.2/escitalopram-dose: silent
// rule 9.2/cyp2d6-aripiprazole: speaks
// rule 9.2/cyp2d6-aripiprazole: silent
// rule 9.2/vortioxetine: speaks
// rule 9.2/vortioxetine: silent
// rule 9.2/dextromethorphan-bupropion: speaks
// rule 9.2/dextromethorphan-bupropion: silent
// rule 9.2/cyp3a4-vilazodone: speaks
// rule 9.2/cyp3a4-vilazodone: silent
// rule 9.2/cyp3a4-levomilnacipran: speaks
// rule 9.2/cyp3a4-levomilnacipran: silent
// rule 9.2/cyp3a4-lumateperone: speaks
// rule 9.2/cyp3a4-lumateperone: silent
// rule 9.2/cyp3a4-moderate-gepirone: speaks
// rule 9.2/cyp3a4-moderate-gepirone: silent
#[test]
fn a_dose_is_told_above_its_cap_and_not_at_it() {
    for (drug, at, above, beside, id, severity) in [
        ("escitalopram", 20.0, 20.5, None, "escitalopram-dose", Severity::Warning),
        ("aripiprazole", 7.5, 8.0, Some("paroxetine"), "cyp2d6-aripiprazole-dose", Severity::Info),
        ("vortioxetine", 10.0, 10.5, Some("bupropion"), "cyp2d6-vortioxetine-dose", Severity::Warning),
        ("dextromethorphan-bupropion", 1.0, 2.0, Some("quinidine"), "cyp2d6-dextromethorphan-bupropion-dose", Severity::Warning),
        ("vilazodone", 20.0, 20.5, Some("clarithromycin"), "cyp3a4-vilazodone-dose", Severity::Warning),
        ("levomilnacipran", 80.0, 81.0, Some("nefazodone"), "cyp3a4-levomilnacipran-dose", Severity::Warning),
        ("lumateperone", 10.5, 21.0, Some("ritonavir"), "cyp3a4-lumateperone-dose", Severity::Warning),
        ("gepirone", 36.3, 36.4, Some("fluconazole"), "cyp3a4-gepirone-dose", Severity::Warning),
    ] {
        let with =
            |mg, beside: Option<&str>| judged([Some(now(drug, mg)), beside.map(|name| now(name, 10.0))].into_iter().flatten().collect());
        assert_eq!(of_row(&with(at, beside), id), [], "{drug} {at}");
        assert_eq!(of_row(&with(above, beside), id), [severity], "{drug} {above}");
        if beside.is_some() {
            assert_eq!(of_row(&with(above, None), id), [], "{drug} alone");
        }
    }
}

// rule 9.2/citalopram-dose: speaks
// rule 9.2/citalopram-dose: silent
#[test]
fn citalopram_has_a_lower_cap_with_age_liver_disease_and_a_cyp2c19_inhibitor() {
    let id = "citalopram-dose";
    let at_age = |mg, years| of_row(&judged_with(vec![now("citalopram", mg)], aged(years)), id);
    assert_eq!((at_age(40.0, 60), at_age(40.0, 61)), (vec![], vec![Severity::Warning]));
    assert_eq!((at_age(20.0, 61), at_age(40.5, 30)), (vec![], vec![Severity::Warning]));
    let beside = |name| of_row(&judged(vec![now("citalopram", 40.0), now(name, 20.0)]), id);
    assert_eq!((beside("omeprazole"), beside("lisinopril")), (vec![Severity::Warning], vec![]));
    let liver = |current| {
        let record = |record: &mut Chart| {
            record.conditions.push(crate::clinical::chart::Condition { current, ..condition(ConditionGroup::ContraindicationLiver) });
        };
        of_row(&judged_with(vec![now("citalopram", 40.0)], record), id)
    };
    assert_eq!((liver(true), liver(false)), (vec![Severity::Warning], vec![]));
    let no_conditions = judged_with(vec![now("citalopram", 40.0)], |record| record.coverage.set(Kind::Conditions, Extent::Partial));
    assert_eq!(unchecked(&no_conditions, id), ["liver disease"]);
    let no_age = judged_with(vec![now("citalopram", 40.0)], |record| record.patient.as_mut().expect("a patient").birth = None);
    assert_eq!(unchecked(&no_age, id), ["age"]);
    let qtc =
        |ms| of_row(&judged_with(vec![now("citalopram", 60.0)], |record| record.measurements = vec![result(Instrument::Qtc, ms, 5)]), id);
    assert_eq!((qtc(499.0), qtc(500.0)), (vec![Severity::Warning], vec![Severity::Critical]));
}

// rule 9.2/escitalopram-line: speaks
// rule 9.2/escitalopram-line: silent
#[test]
fn escitalopram_above_10_mg_from_65_on_is_a_line() {
    let at = |mg, years| lines(&judged_with(vec![now("escitalopram", mg)], aged(years))).len();
    assert_eq!((at(15.0, 65), at(15.0, 64), at(10.0, 65)), (1, 0, 0));
}

#[test]
fn an_unknown_dose_is_not_checked_and_never_a_no() {
    let mut unread = now("vortioxetine", 10.0);
    unread.instruction.as_needed = true;
    let assessment = judged(vec![unread, now("bupropion", 150.0)]);
    assert_eq!(unchecked(&assessment, "cyp2d6-vortioxetine-dose"), ["dose of vortioxetine"]);
}

#[test]
fn a_fixed_combination_counts_for_the_drugs_it_holds_and_for_no_other() {
    let beside = judged(vec![now("citalopram", 41.0), now("dextromethorphan-bupropion", 1.0)]);
    let too_high = beside.interactions.iter().find(|found| found.id == "citalopram-dose").expect("above 40 mg");
    assert_eq!(too_high.drugs, ["citalopram"]);
}

// rule 9.2/cyp2d6-aripiprazole: silent
#[test]
fn a_dose_told_for_information_alone_is_no_limit() {
    let record = chart(vec![now("paroxetine", 20.0), now("aripiprazole", 5.0), now("vortioxetine", 5.0)], Vec::new());
    let drugs = taken(&record, Knowledge::builtin(), today());
    let scene = Scene::of(&record, Knowledge::builtin(), &drugs, &[], today(), Some(34));
    assert_eq!((scene.cap(drug("aripiprazole")), scene.cap(drug("vortioxetine")).map(|cap| cap.maximum.mg())), (None, Some(10.0)));
    let lines = |name| -> Vec<&'static str> {
        let beside = chart(vec![now("paroxetine", 20.0)], Vec::new());
        option(&beside, name, None).lines.iter().map(|line| line.id).filter(|id| id.ends_with("-dose")).collect()
    };
    assert_eq!((lines("aripiprazole"), lines("vortioxetine")), (vec![], vec!["cyp2d6-vortioxetine-dose"]));
}

// rule 9.2/long-qt-code: speaks
// rule 9.2/long-qt-code: silent
#[test]
fn the_ecg_that_a_cap_asks_for_is_newer_than_the_drug_itself() {
    let cap = |days_ago| {
        let change = |record: &mut Chart| {
            record.conditions.push(condition(ConditionGroup::ContraindicationLongQt));
            record.measurements = vec![result(Instrument::Qtc, 440.0, 60)];
        };
        let trials = judged_with(vec![begun("citalopram", 10.0, days_ago), begun("lisinopril", 10.0, 80)], change).trials;
        trials[0].interaction_cap.as_ref().map(|cap| cap.maximum.mg())
    };
    assert_eq!((cap(59), cap(60)), (Some(20.0), Some(40.0)));
}
