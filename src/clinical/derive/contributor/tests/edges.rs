//! Well beyond a limit, and on the very day of one.

use super::*;

#[test]
fn what_lies_well_beyond_a_limit_counts_as_what_lies_on_it() {
    let measured = |id, all: &[(Instrument, f64, Days)]| weight(id, labs(all));
    assert_eq!(measured("sleep-apnea", &[(Ahi, 40.0, 20)]), Some(Alongside));
    assert_eq!(measured("sleep-apnea", &[(StopBang, 8.0, 20)]), Some(Alongside));
    assert_eq!(measured("sleep-apnea", &[(StopBang, 4.0, 20), (Bmi, 41.0, 20)]), Some(Alongside));
    assert_eq!(measured("substance-use", &[(Audit, 20.0, 20)]), Some(Alongside));
    assert_eq!(measured("substance-use", &[(Dast10, 9.0, 20)]), Some(Alongside));
    assert_eq!(measured("anemia", &[(Hemoglobin, 11.4, 20), (Hemoglobin, 11.9, 90)]), Some(Alongside));
    assert_eq!(weight("chronic-pain", taking("oxycodone", 10.0, 300)), Some(Alongside));
    assert_eq!(weight("depressogenic-drug", taking("prednisone", 5.0, 60)), Some(Alongside));
    assert_eq!(weight("stressor", with_code(ConditionGroup::ContributorActiveStressor, 9)), Some(Alongside));
    assert_eq!(weight("substance-use", with_code(ConditionGroup::SubstanceWithdrawalOther, 3)), Some(TreatFirst));
    let back = |record: &mut Chart| {
        let mut pain = code(ConditionGroup::ContributorChronicPain, 400);
        pain.groups = pain.groups.with(ConditionGroup::ContributorChronicPainLasting);
        record.conditions.push(pain);
    };
    assert_eq!(weight("chronic-pain", back), Some(Alongside));
}

// rule 8/anemia-code: silent
#[test]
fn a_normal_haemoglobin_of_the_day_of_the_code_answers_it() {
    let coded = || with_code(ConditionGroup::ContributorAnaemia, 100);
    assert_eq!(weight("anemia", both(coded(), labs(&[(Hemoglobin, 13.0, 100)]))), None);
}

// rule 8/sleep-apnea-stop-bang: silent
#[test]
fn of_a_sleep_study_and_a_screen_of_one_day_the_study_counts() {
    assert_eq!(weight("sleep-apnea", labs(&[(StopBang, 6.0, 20), (Ahi, 2.0, 20)])), None);
}

#[test]
fn the_body_mass_index_is_told_where_it_decides() {
    let told = |score| label("sleep-apnea", labs(&[(StopBang, score, 20), (Bmi, 40.0, 20)]));
    assert!(told(4.0).contains("body mass index") && !told(5.0).contains("body mass index"), "{}", told(5.0));
}

// rule 8/sleep-apnea-treated: speaks
#[test]
fn positive_airway_pressure_of_today_is_documented_and_that_of_tomorrow_is_not() {
    let pap = |kind, days_ago: Days| {
        both(with_code(ConditionGroup::ContributorSleepApnoea, 900), move |record: &mut Chart| {
            record.procedures.push(Procedure {
                source: SourceRef::new("Procedure/p"),
                kind,
                when: Some(Span::of(today() - days_ago)),
                label: "as recorded".to_owned(),
            });
        })
    };
    let treated = |kind, days_ago| of("sleep-apnea", pap(kind, days_ago)).map(|(_, treated, _)| treated);
    assert_eq!(treated(ProcedureKind::Pap, 0), Some(true));
    assert_eq!(treated(ProcedureKind::Pap, 100), Some(true));
    assert_eq!(treated(ProcedureKind::Ect, 100), Some(false), "another procedure");
}

// rule 8/depressogenic-window: speaks
// rule 8/depressogenic-window: silent
#[test]
fn a_drug_begun_on_the_last_day_of_a_trial_counts_and_one_begun_later_does_not() {
    let after = |since| {
        let ended = |record: &mut Chart| record.medications = vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 50)];
        weight("depressogenic-drug", both(ended, taking("montelukast", 10.0, since)))
    };
    let ended_on = today() - day("2026-01-19");
    assert_eq!((after(ended_on), after(ended_on - 1)), (Some(Alongside), None));
    assert_eq!(weight("depressogenic-drug", taking("montelukast", 10.0, 0)), Some(Alongside), "begun today, in a trial under way");
}

#[test]
fn a_steroid_is_told_with_its_dose_and_another_drug_without() {
    let told = |name, mg| label("depressogenic-drug", taking(name, mg, 20));
    assert!(told("prednisone", 20.0).starts_with("prednisone 20 mg a day since"), "{}", told("prednisone", 20.0));
    let unknown = |name| label("depressogenic-drug", changed(name, 5.0, 20, |record| record.instruction.as_needed = true));
    assert!(unknown("prednisone").starts_with("prednisone (dose not known) since"), "{}", unknown("prednisone"));
    assert!(unknown("montelukast").starts_with("montelukast since"), "{}", unknown("montelukast"));
}

#[test]
fn a_result_that_cannot_be_read_hides_one_of_its_day_and_none_of_tomorrow() {
    let unreadable = |instrument, days_ago: Days| {
        move |record: &mut Chart| {
            let Measurement { instrument, at, source, .. } = lab(instrument, 0.0, days_ago);
            record.unreadable.push(Unreadable { instrument, at, source });
        }
    };
    assert_eq!(of("thyroid-low", both(labs(&[(Tsh, 2.0, 20)]), unreadable(Tsh, 20))), None, "of the same day");
    assert_eq!(of("thyroid-low", both(labs(&[(Tsh, 2.0, 20)]), unreadable(Tsh, 0))), None, "of today");
    assert_eq!(of("thyroid-low", both(labs(&[(Tsh, 2.0, 20)]), unreadable(Tsh, -1))), Some((Clear, false, Line)));
    assert_eq!(of("anemia", unreadable(Hemoglobin, 20)), None);
    assert_eq!(of("vitamin-d", unreadable(VitaminD, 20)), None);
    assert_eq!(of("sleep-apnea", unreadable(Ahi, 20)), None);
}

// rule 8/anemia-limit: speaks
// rule 8/anemia-limit: silent
#[test]
fn a_result_of_pregnancy_sets_the_limit_of_haemoglobin_for_280_days() {
    let tested = |value: Value, days_ago: Days| {
        both(labs(&[(Hemoglobin, 11.5, 5), (Ferritin, 12.0, 5)]), move |record: &mut Chart| {
            record.measurements.push(Measurement { value, ..lab(Instrument::PregnancyTest, 0.0, days_ago) });
        })
    };
    let by = |pregnant, days_ago| weight("anemia", tested(Value::YesNo(pregnant), days_ago));
    assert_eq!((by(true, 100), by(true, 280), by(true, 281)), (None, None, Some(Alongside)));
    assert_eq!(by(false, 100), Some(Alongside));
}

#[test]
fn one_diagnosis_in_two_groups_is_named_once_and_two_are_named_both() {
    let (one, other) = (ConditionGroup::ComorbidityPsychiatric, ConditionGroup::ComorbidityEatingDisorder);
    let twice = |one: ConditionGroup, other: ConditionGroup| {
        move |record: &mut Chart| {
            let mut both = code(one, 9);
            both.groups = both.groups.with(other);
            both.label = "as recorded".to_owned();
            record.conditions.push(both);
        }
    };
    let day = today() - 9;
    assert_eq!(label("psychiatric-comorbidity", twice(one, other)), format!("as recorded ({day})"));
    let apart = label("psychiatric-comorbidity", both(with_code(one, 9), with_code(other, 9)));
    assert_eq!(apart, format!("{other} ({day}); {one} ({day})"));
    let (use_, withdrawal) = (ConditionGroup::ContributorSubstanceUse, ConditionGroup::SubstanceWithdrawalOther);
    let basis = |change: &dyn Fn(&mut Chart)| {
        judged(change).contributors.into_iter().find(|found| found.id == "substance-use").map(|found| found.basis.len())
    };
    assert_eq!(basis(&twice(use_, withdrawal)), Some(1));
    assert_eq!(basis(&twice(withdrawal, ConditionGroup::SubstanceIntoxication)), Some(1));
    let three = |record: &mut Chart| {
        record.conditions.extend([code(use_, 9), code(withdrawal, 9), code(ConditionGroup::SubstanceIntoxication, 3)]);
    };
    assert_eq!(basis(&three), Some(3));
}

#[test]
fn the_items_of_an_audit_c_count_where_they_are_newer_than_a_total() {
    let items = |total_days_ago| {
        let items = [Instrument::AuditCItem1, Instrument::AuditCItem2, Instrument::AuditCItem3];
        let mut all: Vec<(Instrument, f64, Days)> = items.into_iter().map(|item| (item, 2.0, 20)).collect();
        all.push((AuditC, 4.0, total_days_ago));
        label("substance-use", labs(&all))
    };
    assert!(items(21).starts_with("AUDIT-C 6 on"), "{}", items(21));
    assert!(items(20).starts_with("AUDIT-C 4 on"), "of one day the total: {}", items(20));
    assert!(items(19).starts_with("AUDIT-C 4 on"), "{}", items(19));
}

#[test]
fn three_diagnoses_are_named_and_the_rest_are_counted() {
    let stressors = |number: usize| {
        label("stressor", move |record| {
            for index in 0..number {
                let label = format!("stressor {index}");
                let source = SourceRef::new(format!("Condition/{index}"));
                record.conditions.push(Condition { label, source, ..code(ConditionGroup::ContributorActiveStressor, 9) });
            }
        })
    };
    assert!(!stressors(3).contains(" more"), "{}", stressors(3));
    assert!(stressors(4).ends_with(" and 1 more"), "{}", stressors(4));
}
