//! Each limit of rules.md 9.2 on both sides of its threshold.

use super::*;

// rule 9.3/lithium-kidney: speaks
// rule 9.3/lithium-kidney: silent
#[test]
fn lithium_by_kidney() {
    let of = |value| scene().result(Instrument::Egfr, value, 10);
    left_out(&of(29.0), Augment, "lithium", "eGFR 29 on 2026-02-20: lithium is not given below 30");
    says(&of(30.0), Augment, "lithium", Caution, "specialist, lower dose");
    says(&of(59.0), Augment, "lithium", Caution, "specialist, lower dose");
    assert_eq!(of(60.0).option(Augment, "lithium").verdict, Suitable);
    assert_eq!(of(29.0).option(Augment, "lithium").basis, [SourceRef::new("Observation/egfr")]);
    left_out(&scene().code(ConditionGroup::ContraindicationLithiumRenal, 900), Augment, "lithium", "severe kidney disease");
}

// rule 9.3/lithium-kept: speaks
// rule 9.3/lithium-kept: silent
#[test]
fn lithium_is_kept_with_words_beside_a_drug_that_raises_it_and_in_old_age() {
    let kidney = || scene().result(Instrument::Egfr, 80.0, 10);
    says(&kidney().takes("lisinopril", 10.0), Augment, "lithium", Caution, "beside lisinopril: specialist, lower dose, level in 5-7 days");
    assert_eq!(kidney().takes("omeprazole", 20.0).option(Augment, "lithium").verdict, Suitable);
    let two = kidney().takes("lisinopril", 10.0).takes("ibuprofen", 400.0);
    says(&two, Augment, "lithium", Caution, "beside lisinopril: ");
    says(&two, Augment, "lithium", Caution, "beside ibuprofen: ");
    says(&kidney().aged(65), Augment, "lithium", Caution, "target 0.4-0.6");
    assert_eq!(kidney().aged(64).option(Augment, "lithium").verdict, Suitable);
}

// rule 9.2/lithium-addison: speaks
// rule 9.2/lithium-addison: silent
// rule 9.3/lithium-sodium: speaks
// rule 9.3/lithium-sodium: silent
#[test]
fn lithium_by_adrenals_and_sodium() {
    left_out(&scene().code(ConditionGroup::ContraindicationAddison, 900), Augment, "lithium", "adrenal insufficiency");
    not_left_out(&scene().code(ConditionGroup::CautionAdrenal, 900), Augment, "lithium");
    left_out(&scene().code(ConditionGroup::CautionVolumeDepletion, 30), Augment, "lithium", "depleted");
    left_out(&scene().code(ConditionGroup::CautionVolumeDepletion, 2), Augment, "lithium", "depleted");
    not_left_out(&scene().code(ConditionGroup::CautionVolumeDepletion, 31), Augment, "lithium");
    says(&scene().result(Instrument::Sodium, 134.0, 180), Augment, "lithium", Caution, "low sodium");
    silent(&scene().result(Instrument::Sodium, 135.0, 180), Augment, "lithium", "low sodium");
    silent(&scene().result(Instrument::Sodium, 134.0, 181), Augment, "lithium", "low sodium");
}

// rule 9.2/liothyronine: speaks
// rule 9.2/liothyronine: silent
#[test]
fn liothyronine_by_thyroid_heart_and_age() {
    left_out(&scene().result(Instrument::Tsh, 0.3, 365), Augment, "liothyronine", "low TSH");
    assert_eq!(scene().result(Instrument::Tsh, 0.4, 365).option(Augment, "liothyronine").verdict, Suitable);
    left_out(&scene().code(ConditionGroup::CardiacArrhythmia, 900), Augment, "liothyronine", "arrhythmia");
    left_out(&scene().code(ConditionGroup::CardiacCoronary, 900), Augment, "liothyronine", "strains the heart");
    not_left_out(&scene().past_code(ConditionGroup::CardiacArrhythmia, 900), Augment, "liothyronine");
    says(&scene().aged(65), Augment, "liothyronine", Caution, "5-12.5 mcg start");
    silent(&scene().aged(64), Augment, "liothyronine", "5-12.5 mcg start");
}

// rule 9.2/esketamine-contraindicated: speaks
// rule 9.2/esketamine-contraindicated: silent
#[test]
fn esketamine_and_ketamine_are_contraindicated_by_vessels_current_or_past() {
    for group in [ConditionGroup::ContraindicationEsketamineVascular, ConditionGroup::ContraindicationEsketamineHaemorrhage] {
        left_out(&scene().past_code(group, 3000), RapidActing, "esketamine", "contraindicated");
        left_out(&scene().code(group, 10), RapidActing, "ketamine-iv", "contraindicated");
    }
    assert_eq!(scene().option(RapidActing, "esketamine").verdict, Suitable);
}

// rule 9.2/esketamine-caution: speaks
// rule 9.2/esketamine-caution: silent
#[test]
fn esketamine_is_annotated_for_pressure_psychosis_and_substance_use() {
    says(&scene().pressure(140.0, 80.0, 90), RapidActing, "esketamine", Caution, "blood pressure 140/80 mmHg on");
    says(&scene().pressure(120.0, 90.0, 90), RapidActing, "esketamine", Caution, "blood pressure");
    says(&scene().pressure(180.0, 80.0, 10), RapidActing, "esketamine", Caution, "blood pressure 180/80 mmHg on");
    says(&scene().pressure(120.0, 110.0, 10), RapidActing, "esketamine", Caution, "blood pressure 120/110 mmHg on");
    assert_eq!(scene().pressure(139.0, 89.0, 90).option(RapidActing, "esketamine").verdict, Suitable);
    assert_eq!(scene().pressure(180.0, 110.0, 91).option(RapidActing, "esketamine").verdict, Suitable);
    says(&scene().code(ConditionGroup::ContributorSubstanceUse, 10), RapidActing, "esketamine", Caution, "active substance use");
    silent(&scene().past_code(ConditionGroup::ContributorSubstanceUse, 10), RapidActing, "esketamine", "substance use");
    says(&scene().code(ConditionGroup::DepressionPsychotic, 10), RapidActing, "esketamine", Caution, "psychotic features");
}

// rule 9.2/tms: speaks
// rule 9.2/tms: silent
#[test]
fn tms_by_metal_and_seizures() {
    left_out(&scene().code(ConditionGroup::ContraindicationTmsMetal, 900), Neurostimulation, "tms", "near the coil");
    says(&scene().code(ConditionGroup::ContraindicationSeizure, 900), Neurostimulation, "tms", Caution, "the TMS centre decides");
    says(&scene().takes("bupropion", 150.0), Neurostimulation, "tms", Suitable, "beside bupropion");
    assert_eq!(scene().option(Neurostimulation, "tms").verdict, Suitable);
}

// rule 9.2/antipsychotic: speaks
// rule 9.2/antipsychotic: silent
// rule 10/dementia: speaks
// rule 10/dementia: silent
#[test]
fn dementia_removes_every_antipsychotic_and_asks_for_geriatric_psychiatry() {
    let antipsychotics = [
        "aripiprazole",
        "brexpiprazole",
        "cariprazine",
        "quetiapine-xr",
        "olanzapine-fluoxetine",
        "risperidone",
        "lumateperone",
        "ziprasidone",
    ];
    for id in antipsychotics {
        left_out(&scene().code(ConditionGroup::Dementia, 900), Augment, id, "boxed warning");
        left_out(&scene().code(ConditionGroup::DementiaLewyBody, 900), Augment, id, "severe reactions");
        says(&scene().code(ConditionGroup::CautionParkinson, 900), Augment, id, Caution, "specialist");
        says(&scene().code(ConditionGroup::CautionMetabolic, 900), Augment, id, Caution, "sugar");
        says(&scene().past_code(ConditionGroup::CautionNms, 900), Augment, id, Caution, "specialist only");
        not_left_out(&scene().code(ConditionGroup::DementiaMci, 900), Augment, id);
    }
    not_left_out(&scene().code(ConditionGroup::Dementia, 900), Augment, "mirtazapine");
    says(&scene().code(ConditionGroup::Dementia, 900), Switch, "nortriptyline", Caution, "avoid in dementia");
    says(&scene().after(1).code(ConditionGroup::Dementia, 900), Referral, "psychiatry", Suitable, "geriatric psychiatry");
    left_out(&scene().after(1).code(ConditionGroup::DementiaMci, 900), Referral, "psychiatry", "after two adequate failures");
}

// rule 10/antipsychotic-after-one: speaks
// rule 10/antipsychotic-after-one: silent
#[test]
fn an_antipsychotic_after_one_failure_carries_its_label() {
    says(&scene().after(1), Augment, "aripiprazole", Suitable, "label: inadequate response to antidepressants");
    silent(&scene().after(2), Augment, "aripiprazole", "label: inadequate response");
    says(&scene().after(1), Augment, "risperidone", Suitable, "off-label");
}

// rule 9.2/bupropion: speaks
// rule 9.2/bupropion: silent
#[test]
fn bupropion_in_every_product_by_seizures_eating_disorder_and_withdrawal() {
    for (kind, id) in [(Switch, "bupropion"), (Augment, "bupropion"), (Switch, "dextromethorphan-bupropion")] {
        left_out(&scene().code(ConditionGroup::ContraindicationSeizure, 900), kind, id, "seizure disorder");
        left_out(&scene().past_code(ConditionGroup::ContraindicationEatingDisorder, 5000), kind, id, "anorexia or bulimia");
        left_out(&scene().code(ConditionGroup::SubstanceWithdrawalSedative, 30), kind, id, "abrupt stop");
        not_left_out(&scene().code(ConditionGroup::SubstanceWithdrawalSedative, 31), kind, id);
        not_left_out(&scene().past_code(ConditionGroup::SubstanceWithdrawalSedative, 30), kind, id);
        not_left_out(&scene().code(ConditionGroup::ComorbidityEatingDisorder, 30), kind, id);
    }
}

// rule 9.2/blood-pressure: speaks
// rule 9.2/blood-pressure: silent
#[test]
fn high_blood_pressure_annotates_snri_and_bupropion() {
    for id in ["venlafaxine", "duloxetine", "bupropion", "dextromethorphan-bupropion"] {
        says(&scene().pressure(160.0, 80.0, 90), Switch, id, Caution, "may raise the blood pressure");
        says(&scene().pressure(120.0, 100.0, 90), Switch, id, Caution, "may raise the blood pressure");
        silent(&scene().pressure(159.0, 99.0, 90), Switch, id, "blood pressure");
        says(&scene().code(ConditionGroup::ContraindicationUncontrolledBp, 10), Switch, id, Caution, "may raise the blood pressure");
    }
    silent(&scene().pressure(170.0, 110.0, 10), Switch, "sertraline", "blood pressure");
}

// rule 9.2/liver: speaks
// rule 9.2/liver: silent
#[test]
fn liver_disease_and_alt_remove_duloxetine() {
    left_out(&scene().code(ConditionGroup::ContraindicationLiver, 900), Switch, "duloxetine", "not in liver disease");
    says(&scene().code(ConditionGroup::CautionLiver, 900), Switch, "duloxetine", Caution, "check ALT");
    left_out(&scene().result(Instrument::Alt, 121.0, 365), Switch, "duloxetine", "ALT 121 U/L");
    not_left_out(&scene().result(Instrument::Alt, 120.0, 365), Switch, "duloxetine");
    not_left_out(&scene().result(Instrument::Alt, 121.0, 366), Switch, "duloxetine");
    let mut own = scene().result(Instrument::Alt, 121.0, 10);
    own.chart.measurements[0].upper_limit = Some(50.0);
    not_left_out(&own, Switch, "duloxetine");
    not_left_out(&scene().code(ConditionGroup::ContraindicationLiver, 900), Switch, "escitalopram");
}

// rule 10/kidney: speaks
// rule 10/kidney: silent
#[test]
fn kidney_function_bounds_the_snris() {
    let of = |value| scene().result(Instrument::Egfr, value, 10);
    left_out(&of(29.0), Switch, "duloxetine", "avoid below 30");
    not_left_out(&of(30.0), Switch, "duloxetine");
    says(&of(49.0), Switch, "desvenlafaxine", Caution, "at most 50 mg");
    silent(&of(50.0), Switch, "desvenlafaxine", "at most");
    left_out(&of(29.0), Switch, "dextromethorphan-bupropion", "not recommended below 30");
}

// rule 9.2/recent-infarction: speaks
// rule 9.2/recent-infarction: silent
// rule 9.2/tca: speaks
// rule 9.2/tca: silent
#[test]
fn tricyclics_by_heart_eye_and_bladder() {
    for id in ["nortriptyline", "amitriptyline"] {
        left_out(&scene().code(ConditionGroup::CardiacRecentMi, 180), Switch, id, "infarction");
        not_left_out(&scene().code(ConditionGroup::CardiacRecentMi, 181), Switch, id);
        left_out(&scene().code(ConditionGroup::CardiacHeartBlock, 900), Switch, id, "conduction");
        left_out(&scene().code(ConditionGroup::CautionAngleClosure, 900), Switch, id, "the eye");
        left_out(&scene().code(ConditionGroup::CautionUrinaryRetention, 900), Switch, id, "retention");
        left_out(&scene().past_code(ConditionGroup::ContraindicationLongQt, 900), Switch, id, "QT");
        says(&scene().code(ConditionGroup::CautionProstate, 900), Switch, id, Caution, "urinary retention");
        silent(&scene().past_code(ConditionGroup::CautionProstate, 900), Switch, id, "urinary retention");
    }
}

// rule 9.2/qt: speaks
// rule 9.2/qt: silent
#[test]
fn a_long_qt_or_a_low_potassium_removes_what_prolongs_it() {
    for (kind, id) in [(Switch, "citalopram"), (Switch, "escitalopram"), (Switch, "clomipramine"), (Augment, "ziprasidone")] {
        left_out(&scene().result(Instrument::Qtc, 450.0, 365), kind, id, "QTc 450 ms");
        not_left_out(&scene().result(Instrument::Qtc, 449.0, 365), kind, id);
        left_out(&scene().woman().result(Instrument::Qtc, 460.0, 365), kind, id, "QTc 460 ms");
        not_left_out(&scene().woman().result(Instrument::Qtc, 459.0, 365), kind, id);
        left_out(&scene().result(Instrument::Potassium, 3.4, 90), kind, id, "potassium 3.4 mmol/L");
        not_left_out(&scene().result(Instrument::Potassium, 3.5, 90), kind, id);
        not_left_out(&scene().result(Instrument::Potassium, 3.4, 91), kind, id);
    }
    not_left_out(&scene().result(Instrument::Qtc, 480.0, 10), Switch, "sertraline");
}

// rule 9.2/overdose: speaks
// rule 9.2/overdose: silent
#[test]
fn an_overdose_risk_puts_the_dangerous_last_and_removes_nothing() {
    let attempt = |days_ago| scene().code(ConditionGroup::SuicideAttempt, days_ago);
    for id in ["nortriptyline", "phenelzine", "venlafaxine"] {
        says(&attempt(365), Switch, id, Caution, "overdose risk: limited supply");
        silent(&attempt(366), Switch, id, "overdose risk");
    }
    says(&attempt(365), Augment, "lithium", Caution, "lowers suicide risk, yet is toxic in overdose");
    let place = |scene: &Scene, id: &str| {
        let all = scene.options();
        all.iter().filter(|option| option.kind == Switch).position(|option| option.id == id).expect("a place")
    };
    assert!(place(&attempt(365), "venlafaxine") > place(&attempt(365), "dextromethorphan-bupropion"));
    assert!(place(&attempt(366), "venlafaxine") < place(&attempt(366), "dextromethorphan-bupropion"));
}

// rule 9.3/bleeding: speaks
// rule 9.3/bleeding: silent
#[test]
fn a_bleeding_risk_is_a_line_beside_reuptake_inhibitors() {
    says(&scene().takes("ibuprofen", 400.0), Switch, "sertraline", Suitable, "beside ibuprofen: bleeding risk");
    let said = scene().takes("ibuprofen", 400.0).option(Switch, "sertraline").reasons;
    assert_eq!(said.iter().filter(|reason| reason.contains("bleeding")).count(), 1, "once: {said:?}");
    silent(&scene().takes("ibuprofen", 400.0), Switch, "mirtazapine", "bleeding");
    says(&scene().code(ConditionGroup::CautionBleedingRisk, 900), Switch, "sertraline", Suitable, "bleeding risk");
    silent(&scene(), Switch, "sertraline", "bleeding");
}

// rule 9.2/falls: speaks
// rule 9.2/falls: silent
#[test]
fn falls_are_a_line_beside_every_drug() {
    says(&scene().code(ConditionGroup::CautionFalls, 365), Switch, "mirtazapine", Suitable, "falls");
    silent(&scene().code(ConditionGroup::CautionFalls, 366), Switch, "mirtazapine", "falls");
    says(&scene().aged(75), Switch, "mirtazapine", Suitable, "age 75: falls");
    silent(&scene().aged(74), Switch, "mirtazapine", "falls");
    silent(&scene().aged(80), Psychotherapy, "psychotherapy", "falls");
}

// rule 10/older: speaks
// rule 10/older: silent
#[test]
fn from_65_tricyclics_and_paroxetine_are_better_avoided() {
    for id in ["nortriptyline", "paroxetine"] {
        says(&scene().aged(65), Switch, id, Caution, "(Beers)");
        silent(&scene().aged(64), Switch, id, "(Beers)");
    }
    says(&scene().aged(60), Augment, "bupropion", Caution, "falls were more frequent");
    silent(&scene().aged(59), Augment, "bupropion", "falls were more frequent");
}

// rule 11/young: speaks
// rule 11/young: silent
#[test]
fn under_25_the_boxed_warning_is_said() {
    says(&scene().aged(24), Switch, "sertraline", Suitable, "boxed warning under 25");
    silent(&scene().aged(25), Switch, "sertraline", "boxed warning");
}

#[test]
fn every_limit_of_the_table_bears_on_an_option_or_on_a_rise() {
    let knowledge = Knowledge::builtin();
    let rows = knowledge.options().iter().filter(|row| row.offer == Offer::Option);
    let options = rows.flat_map(|row| row.offered.iter().flat_map(|offered| knowledge.limits_on(Some(row), offered.drug)));
    let rises = knowledge.antidepressants().iter().flat_map(|row| knowledge.limits_on(None, Some(row.ingredient)));
    let bearing: Vec<usize> = options.chain(rises).map(|(place, _)| place).collect();
    for (place, limit) in knowledge.option_limits().iter().enumerate() {
        assert!(bearing.contains(&place), "{}", limit.id);
    }
}
