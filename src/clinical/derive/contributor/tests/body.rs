//! Sleep apnoea, vitamin D, anaemia, pain.

use super::*;

// rule 8/sleep-apnea-code: speaks
// rule 8/sleep-apnea-code: silent
// rule 8/sleep-apnea-treated: speaks
// rule 8/sleep-apnea-treated: silent
#[test]
fn a_diagnosis_of_sleep_apnoea_counts_unless_pap_is_documented_within_the_year() {
    let coded = || with_code(ConditionGroup::ContributorSleepApnoea, 900);
    let pap = |days_ago: Days| {
        move |record: &mut Chart| {
            record.procedures.push(Procedure {
                source: SourceRef::new("Procedure/p"),
                kind: ProcedureKind::Pap,
                when: Some(Span::of(today() - days_ago)),
                label: "CPAP".to_owned(),
            });
        }
    };
    assert_eq!(of("sleep-apnea", coded()), Some((Present, false, Alongside)));
    assert_eq!(of("sleep-apnea", both(coded(), pap(365))), Some((Present, true, Alongside)));
    assert_eq!(of("sleep-apnea", both(coded(), pap(366))), Some((Present, false, Alongside)));
    let resolved =
        |record: &mut Chart| record.conditions.push(Condition { current: false, ..code(ConditionGroup::ContributorSleepApnoea, 9) });
    assert_eq!(weight("sleep-apnea", resolved), None);
    assert!(label("sleep-apnea", coded()).ends_with("to be asked: whether positive airway pressure is used"), "procedures were not had");
    assert!(label("sleep-apnea", both(coded(), not_had(Kind::Procedures, Extent::Full))).contains("no positive airway pressure on file"));
}

// rule 8/sleep-apnea-ahi: speaks
// rule 8/sleep-apnea-ahi: silent
// rule 8/sleep-apnea-ahi-with-symptoms: speaks
// rule 8/sleep-apnea-ahi-with-symptoms: silent
#[test]
fn an_index_of_fifteen_counts_and_one_of_five_asks_for_symptoms() {
    assert_eq!(weight("sleep-apnea", labs(&[(Ahi, 15.0, 2000)])), Some(Alongside), "of whatever age");
    assert_eq!(of("sleep-apnea", labs(&[(Ahi, 14.9, 20)])), None);
    assert!(has_note("apnea-symptoms", labs(&[(Ahi, 5.0, 20)])));
    assert!(!has_note("apnea-symptoms", labs(&[(Ahi, 4.9, 20)])));
    assert_eq!(of("sleep-apnea", labs(&[(Ahi, 4.9, 20)])), Some((Clear, false, Line)));
}

// rule 8/sleep-apnea-stop-bang: speaks
// rule 8/sleep-apnea-stop-bang: silent
// rule 8/sleep-apnea-stop-bang-bmi: speaks
// rule 8/sleep-apnea-stop-bang-bmi: silent
#[test]
fn a_stop_bang_of_five_counts_and_one_of_three_with_obesity() {
    assert_eq!(weight("sleep-apnea", labs(&[(StopBang, 5.0, 365)])), Some(Alongside));
    assert_eq!(of("sleep-apnea", labs(&[(StopBang, 5.0, 366)])).map(|found| found.0), Some(NotChecked));
    assert_eq!(weight("sleep-apnea", labs(&[(StopBang, 4.0, 20), (Bmi, 34.9, 20)])), None);
    assert_eq!(weight("sleep-apnea", labs(&[(StopBang, 3.0, 20), (Bmi, 35.0, 20)])), Some(Alongside));
    assert_eq!(weight("sleep-apnea", labs(&[(StopBang, 2.0, 20), (Bmi, 40.0, 20)])), None);
    assert!(has_note("stop-bang-without-bmi", labs(&[(StopBang, 3.0, 20)])));
    assert_eq!(weight("sleep-apnea", labs(&[(StopBang, 6.0, 20), (Ahi, 2.0, 10)])), None, "the study came later");
    assert_eq!(weight("sleep-apnea", labs(&[(StopBang, 6.0, 20), (Ahi, 2.0, 30)])), Some(Alongside), "the screen came later");
}

// rule 8/vitamin-d-below-12: speaks
// rule 8/vitamin-d-below-12: silent
// rule 8/vitamin-d-below-20: speaks
// rule 8/vitamin-d-below-20: silent
// rule 8/vitamin-d-note: speaks
// rule 8/vitamin-d-note: silent
#[test]
fn vitamin_d_weighs_by_how_low_it_is() {
    assert_eq!(weight("vitamin-d", labs(&[(VitaminD, 11.9, 20)])), Some(Alongside));
    assert_eq!(weight("vitamin-d", labs(&[(VitaminD, 12.0, 20)])), Some(Line));
    assert_eq!(weight("vitamin-d", labs(&[(VitaminD, 19.9, 20)])), Some(Line));
    assert_eq!(of("vitamin-d", labs(&[(VitaminD, 20.0, 20)])), Some((Clear, false, Line)));
    assert!(has_note("vitamin-d-borderline", labs(&[(VitaminD, 29.9, 20)])));
    assert!(!has_note("vitamin-d-borderline", labs(&[(VitaminD, 30.0, 20)])));
    assert_eq!(of("vitamin-d", labs(&[(VitaminD, 8.0, 90), (VitaminD, 31.0, 20)])), Some((Clear, false, Line)), "replaced, later normal");
}

// rule 8/vitamin-b12: speaks
// rule 8/vitamin-b12: silent
#[test]
fn a_low_vitamin_b12_is_a_line_and_no_contributor() {
    let level = |value| labs(&[(VitaminB12, value, 20)]);
    assert!(has_note("vitamin-b12-low", level(199.0)) && !has_note("vitamin-b12-low", level(200.0)));
    assert_eq!(weight("vitamin-b12", level(100.0)), None);
}

// rule 8/anemia-below-11: speaks
// rule 8/anemia-below-11: silent
// rule 8/anemia-below-8: speaks
// rule 8/anemia-below-8: silent
// rule 8/anemia-single-mild: speaks
// rule 8/anemia-single-mild: silent
#[test]
fn haemoglobin_below_eleven_counts_alone_and_below_eight_comes_first() {
    assert_eq!(weight("anemia", labs(&[(Hemoglobin, 10.9, 20)])), Some(Alongside));
    assert_eq!(of("anemia", labs(&[(Hemoglobin, 11.0, 20)])), None, "mildly low once: neither present nor clear");
    assert!(has_note("hemoglobin-mild", labs(&[(Hemoglobin, 11.9, 20)])));
    assert!(!has_note("hemoglobin-mild", labs(&[(Hemoglobin, 12.0, 20)])));
    assert_eq!(of("anemia", labs(&[(Hemoglobin, 12.0, 20)])), Some((Clear, false, Line)));
    assert_eq!(weight("anemia", labs(&[(Hemoglobin, 7.9, 20)])), Some(TreatFirst));
    assert_eq!(weight("anemia", labs(&[(Hemoglobin, 8.0, 20)])), Some(Alongside));
}

// rule 8/anemia-supported: speaks
// rule 8/anemia-supported: silent
#[test]
fn a_mildly_low_haemoglobin_counts_with_small_cells_low_ferritin_or_a_second_one() {
    let with = |second| weight("anemia", labs(&[(Hemoglobin, 11.4, 20), second]));
    assert_eq!((with((Mcv, 79.9, 20)), with((Mcv, 80.0, 20))), (Some(Alongside), None));
    assert_eq!((with((Ferritin, 29.9, 20)), with((Ferritin, 30.0, 20))), (Some(Alongside), None));
    assert_eq!((with((Hemoglobin, 11.9, 34)), with((Hemoglobin, 11.9, 33))), (Some(Alongside), None));
    assert_eq!(with((Hemoglobin, 12.0, 34)), None);
    assert_eq!(weight("anemia", labs(&[(Hemoglobin, 12.0, 20), (Ferritin, 12.0, 20)])), None, "not low at all");
}

// rule 8/anemia-limit: speaks
// rule 8/anemia-limit: silent
#[test]
fn the_limit_of_haemoglobin_hangs_on_sex_and_pregnancy() {
    let low_ferritin = |value| labs(&[(Hemoglobin, value, 20), (Ferritin, 12.0, 20)]);
    assert_eq!(weight("anemia", both(low_ferritin(12.9), sex(Some(Sex::Male)))), Some(Alongside));
    assert_eq!(weight("anemia", both(low_ferritin(13.0), sex(Some(Sex::Male)))), None);
    assert_eq!(weight("anemia", low_ferritin(12.9)), None, "a woman");
    assert!(has_note("hemoglobin-limit", both(low_ferritin(12.5), sex(None))));
    assert_eq!(weight("anemia", both(low_ferritin(11.9), sex(None))), Some(Alongside), "low whoever it is");
    let pregnant = |days| both(low_ferritin(11.5), with_code(ConditionGroup::PregnancyCurrent, days));
    assert_eq!((weight("anemia", pregnant(280)), weight("anemia", pregnant(281))), (None, Some(Alongside)));
}

// rule 8/anemia-code: speaks
// rule 8/anemia-code: silent
#[test]
fn a_code_of_anaemia_counts_until_a_newer_haemoglobin_is_normal() {
    let coded = || with_code(ConditionGroup::ContributorAnaemia, 100);
    assert_eq!(weight("anemia", coded()), Some(Alongside));
    assert_eq!(weight("anemia", both(coded(), labs(&[(Hemoglobin, 13.0, 101)]))), Some(Alongside));
    assert_eq!(weight("anemia", both(coded(), labs(&[(Hemoglobin, 13.0, 99)]))), None);
    assert_eq!(weight("anemia", both(coded(), labs(&[(Hemoglobin, 11.5, 99)]))), Some(Alongside), "low still");
}

// rule 8/chronic-pain-code: speaks
// rule 8/chronic-pain-code: silent
// rule 8/chronic-pain-low-back: speaks
// rule 8/chronic-pain-low-back: silent
#[test]
fn chronic_pain_counts_at_once_and_low_back_pain_after_ninety_days() {
    assert_eq!(weight("chronic-pain", with_code(ConditionGroup::ContributorChronicPain, 1)), Some(Alongside));
    assert_eq!(weight("chronic-pain", with_code(ConditionGroup::ContributorThyroid, 1)), None);
    let back = |days: Days| {
        move |record: &mut Chart| {
            let mut pain = code(ConditionGroup::ContributorChronicPain, days);
            pain.groups = pain.groups.with(ConditionGroup::ContributorChronicPainLasting);
            record.conditions.push(pain);
        }
    };
    assert_eq!((weight("chronic-pain", back(90)), weight("chronic-pain", back(89))), (Some(Alongside), None));
    let undated = both(back(9), |record| {
        let pain = record.conditions.last_mut().expect("the pain");
        (pain.onset, pain.recorded) = (None, None);
    });
    assert!(has_note("pain-undated", undated));
}

// rule 8/chronic-pain-opioid: speaks
// rule 8/chronic-pain-opioid: silent
#[test]
fn an_opioid_for_ninety_days_counts() {
    assert_eq!(weight("chronic-pain", taking("oxycodone", 10.0, 89)), Some(Alongside), "its first day is day 1");
    assert_eq!(weight("chronic-pain", taking("oxycodone", 10.0, 88)), None);
}
