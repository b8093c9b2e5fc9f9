//! Whole charts, judged: the rules of section 8 on both sides of their thresholds.

use super::super::sample::*;
use super::super::{Assessment, assess};
use super::*;
use crate::clinical::chart::{
    Chart, Condition, Measurement, MedicationRecord, Procedure, ProcedureKind, Recognition, Sex, Unreadable, Value,
};
use crate::clinical::knowledge::{Knowledge, SiteFile};
use crate::clinical::units::{ConditionGroup, Day, Days, Form, Instrument, Moment, Span, When};
use ContributorStatus::{Clear, NotChecked, Present};
use ContributorWeight::{Alongside, Line, TreatFirst};

fn today() -> Day {
    day(TODAY)
}

fn judged(change: impl FnOnce(&mut Chart)) -> Assessment {
    let mut record = chart(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 92)], vec![phq9("a", 18, "2026-02-20")]);
    change(&mut record);
    assess(&record, Knowledge::builtin(), today())
}

/// Status, treated and weight of one contributor.
fn of(id: &str, change: impl FnOnce(&mut Chart)) -> Option<(ContributorStatus, bool, ContributorWeight)> {
    let found = judged(change).contributors.into_iter().find(|found| found.id == id)?;
    assert!(!found.label.is_empty());
    Some((found.status, found.treated, found.weight))
}

fn weight(id: &str, change: impl FnOnce(&mut Chart)) -> Option<ContributorWeight> {
    of(id, change).filter(|(status, ..)| *status == Present).map(|(_, _, weight)| weight)
}

fn label(id: &str, change: impl FnOnce(&mut Chart)) -> String {
    judged(change).contributors.into_iter().find(|found| found.id == id).map(|found| found.label).unwrap_or_default()
}

fn has_note(id: &str, change: impl FnOnce(&mut Chart)) -> bool {
    judged(change).notes.iter().any(|note| note.id == id)
}

fn lab(instrument: Instrument, value: f64, days_ago: Days) -> Measurement {
    Measurement {
        instrument,
        at: Moment { day: today() - days_ago, second: None },
        source: SourceRef::new(format!("Observation/{instrument}-{days_ago}")),
        value: Value::Number(value),
        lower_limit: None,
        upper_limit: None,
        finished: true,
    }
}

fn labs(all: &[(Instrument, f64, Days)]) -> impl FnOnce(&mut Chart) + use<> {
    let all: Vec<Measurement> = all.iter().map(|(instrument, value, days_ago)| lab(*instrument, *value, *days_ago)).collect();
    |record| record.measurements.extend(all)
}

/// A current diagnosis of one group, recorded so many days ago.
fn code(group: ConditionGroup, days_ago: Days) -> Condition {
    let recorded = today() - days_ago;
    Condition { recorded: Some(recorded), onset: Some(When::on(recorded)), ..condition(group) }
}

fn with_code(group: ConditionGroup, days_ago: Days) -> impl FnOnce(&mut Chart) {
    move |record| record.conditions.push(code(group, days_ago))
}

fn both(one: impl FnOnce(&mut Chart), two: impl FnOnce(&mut Chart)) -> impl FnOnce(&mut Chart) {
    |record| {
        one(record);
        two(record);
    }
}

/// A drug supplied from so many days ago until after today.
fn taking(name: &'static str, mg: f64, since: Days) -> impl FnOnce(&mut Chart) {
    move |record| {
        let start = (today() - since).to_string();
        record.medications.push(dispensed(&format!("{name}-{since}"), name, mg, &start, since + 30));
    }
}

fn changed(name: &'static str, mg: f64, since: Days, change: impl FnOnce(&mut MedicationRecord)) -> impl FnOnce(&mut Chart) {
    both(taking(name, mg, since), |record| change(record.medications.last_mut().expect("the drug")))
}

fn sex(sex: Option<Sex>) -> impl FnOnce(&mut Chart) {
    move |record| record.patient.as_mut().expect("a patient").sex = sex
}

fn not_had(kind: Kind, extent: Extent) -> impl FnOnce(&mut Chart) {
    move |record| record.coverage.set(kind, extent)
}

use Instrument::{Ahi, Audit, AuditC, Bmi, Dast10, Ferritin, FreeT3, FreeT4, Hemoglobin, Mcv, StopBang, Tsh, VitaminB12, VitaminD};

// rule 8/thyroid-low-above-10: speaks
// rule 8/thyroid-low-above-10: silent
#[test]
fn a_tsh_above_ten_is_flagged_and_one_of_ten_is_not() {
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 10.1, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 10.0, 20)])), None);
}

// rule 8/thyroid-low-latest-wins: speaks
// rule 8/thyroid-low-latest-wins: silent
#[test]
fn the_newest_tsh_wins() {
    assert_eq!(of("thyroid-low", labs(&[(Tsh, 12.0, 200), (Tsh, 3.0, 20)])), Some((Clear, false, Line)));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 3.0, 200), (Tsh, 12.0, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 12.0, 365)])), Some(Alongside));
    assert_eq!(of("thyroid-low", labs(&[(Tsh, 12.0, 366)])).map(|found| found.0), Some(NotChecked));
    let told = label("thyroid-low", labs(&[(Tsh, 12.0, 366)]));
    assert_eq!(told, "no TSH within 365 days, last TSH 12 mIU/L on 2025-03-01");
}

// rule 8/thyroid-low-twice: speaks
// rule 8/thyroid-low-twice: silent
#[test]
fn a_mildly_high_tsh_counts_when_repeated_after_six_weeks() {
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.6, 62), (Tsh, 4.6, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.6, 61), (Tsh, 4.6, 20)])), None);
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.5, 62), (Tsh, 4.6, 20)])), None);
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 5.0, 90), (Tsh, 3.0, 60), (Tsh, 5.0, 20)])), None, "a normal one between");
}

// rule 8/thyroid-low-once: speaks
// rule 8/thyroid-low-once: silent
#[test]
fn one_mildly_high_tsh_is_a_line_to_repeat_it() {
    assert!(has_note("tsh-repeat", labs(&[(Tsh, 4.6, 20)])));
    assert!(!has_note("tsh-repeat", labs(&[(Tsh, 4.5, 20)])));
    assert_eq!(of("thyroid-low", labs(&[(Tsh, 4.6, 20)])), None, "neither present nor clear");
}

// rule 8/thyroid-low-with-low-t4: speaks
// rule 8/thyroid-low-with-low-t4: silent
#[test]
fn a_mildly_high_tsh_counts_with_low_free_t4_by_the_results_own_range() {
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.6, 20), (FreeT4, 0.79, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 4.6, 20), (FreeT4, 0.8, 20)])), None);
    let own = |limit| {
        move |record: &mut Chart| {
            record.measurements = vec![lab(Tsh, 4.6, 20), Measurement { lower_limit: Some(limit), ..lab(FreeT4, 0.85, 20) }];
        }
    };
    assert_eq!(weight("thyroid-low", own(0.9)), Some(Alongside));
    assert_eq!(weight("thyroid-low", own(0.85)), None);
}

// rule 8/thyroid-low-treat-first: speaks
// rule 8/thyroid-low-treat-first: silent
#[test]
fn overt_and_untreated_hypothyroidism_is_treated_first() {
    assert_eq!(of("thyroid-low", labs(&[(Tsh, 12.4, 20), (FreeT4, 0.6, 20)])), Some((Present, false, TreatFirst)));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 12.4, 20), (FreeT4, 0.9, 20)])), Some(Alongside));
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 10.0, 20), (FreeT4, 0.6, 20)])), Some(Alongside));
    let told = label("thyroid-low", labs(&[(Tsh, 12.4, 20), (FreeT4, 0.6, 20)]));
    assert_eq!(told, "TSH 12.4 mIU/L on 2026-02-10, low free T4 0.6 ng/dL on 2026-02-10");
}

// rule 8/thyroid-low-treated: speaks
// rule 8/thyroid-low-treated: silent
#[test]
fn treated_thyroid_disease_is_present_and_treated() {
    let taken = || both(labs(&[(Tsh, 12.4, 20), (FreeT4, 0.6, 20)]), taking("levothyroxine", 0.1, 60));
    assert_eq!(of("thyroid-low", taken()), Some((Present, true, Alongside)));
    let normal = || both(labs(&[(Tsh, 2.0, 20)]), with_code(ConditionGroup::ContributorThyroid, 800));
    assert_eq!(of("thyroid-low", both(normal(), taking("levothyroxine", 0.1, 60))), Some((Present, true, Alongside)));
    assert_eq!(of("thyroid-low", normal()), Some((Clear, false, Line)), "without a hormone the newest TSH wins");
    let t3 = both(labs(&[(Tsh, 2.0, 20)]), taking("liothyronine", 0.025, 60));
    assert_eq!(of("thyroid-low", t3), Some((Clear, false, Line)), "T3 may be an augmentation");
    let text = changed("levothyroxine", 0.1, 60, |record| record.medicine.recognition = Recognition::Text);
    assert_eq!(of("thyroid-low", both(labs(&[(Tsh, 12.4, 20)]), text)), Some((Present, false, Alongside)), "text alone treats nothing");
}

// rule 8/thyroid-code-without-tsh: speaks
// rule 8/thyroid-code-without-tsh: silent
#[test]
fn a_thyroid_code_without_a_tsh_of_the_year_is_due_one() {
    let code = || with_code(ConditionGroup::ContributorThyroid, 800);
    assert_eq!(weight("thyroid-low", code()), Some(Alongside));
    assert!(label("thyroid-low", code()).starts_with("TSH due"));
    assert_eq!(weight("thyroid-low", both(code(), labs(&[(Tsh, 2.0, 365)]))), None);
    assert_eq!(weight("thyroid-low", both(code(), labs(&[(Tsh, 2.0, 366)]))), Some(Alongside));
    let high = |record: &mut Chart| {
        let mut hyper = self::code(ConditionGroup::ContributorThyroid, 800);
        hyper.groups = hyper.groups.with(ConditionGroup::ContributorThyroidHigh);
        record.conditions.push(hyper);
    };
    assert_eq!(weight("thyroid-high", high), Some(Alongside));
    assert_eq!(weight("thyroid-low", high), None);
    assert_eq!(of("thyroid-low", both(code(), not_had(Kind::Observations, Extent::Partial))), None, "a TSH may have been lost");
}

// rule 8/thyroid-high-suppressed: speaks
// rule 8/thyroid-high-suppressed: silent
// rule 8/thyroid-high-with-high-t4-or-t3: speaks
// rule 8/thyroid-high-with-high-t4-or-t3: silent
#[test]
fn a_low_tsh_counts_with_high_free_hormone_or_when_suppressed() {
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.09, 20)])), Some(TreatFirst));
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.1, 20)])), None);
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.39, 20), (FreeT4, 1.9, 20)])), Some(TreatFirst));
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.39, 20), (FreeT4, 1.8, 20)])), None);
    assert_eq!(weight("thyroid-high", labs(&[(Tsh, 0.4, 20), (FreeT4, 1.9, 20)])), None);
    let t3 = |value| {
        move |record: &mut Chart| {
            record.measurements = vec![lab(Tsh, 0.3, 20), Measurement { upper_limit: Some(4.2), ..lab(FreeT3, value, 20) }];
        }
    };
    assert_eq!((weight("thyroid-high", t3(4.3)), weight("thyroid-high", t3(4.2))), (Some(TreatFirst), None));
    assert!(has_note("tsh-low", labs(&[(Tsh, 0.3, 20)])), "not judged without free T4 and T3, and never clear for it");
}

// rule 8/thyroid-high-on-levothyroxine: speaks
// rule 8/thyroid-high-on-levothyroxine: silent
#[test]
fn a_mildly_low_tsh_on_levothyroxine_is_a_line_about_its_dose() {
    let on = |tsh| both(labs(&[(Tsh, tsh, 20), (FreeT4, 1.9, 20)]), taking("levothyroxine", 0.1, 60));
    assert_eq!(weight("thyroid-high", on(0.2)), Some(Line));
    assert_eq!(weight("thyroid-high", on(0.09)), Some(TreatFirst));
    assert!(label("thyroid-high", on(0.2)).contains("levothyroxine is taken"));
}

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
    assert!(
        has_note("vitamin-b12-low", labs(&[(VitaminB12, 199.0, 20)])) && !has_note("vitamin-b12-low", labs(&[(VitaminB12, 200.0, 20)]))
    );
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

// rule 8/substance-use-code: speaks
// rule 8/substance-use-code: silent
// rule 8/substance-use-treated: speaks
// rule 8/substance-use-treated: silent
#[test]
fn a_current_diagnosis_counts_and_a_drug_for_it_treats_it() {
    let coded = || with_code(ConditionGroup::ContributorSubstanceUse, 900);
    assert_eq!(of("substance-use", coded()), Some((Present, false, Alongside)));
    assert_eq!(of("substance-use", both(coded(), taking("naltrexone", 50.0, 30))), Some((Present, true, Alongside)));
    let remission = |record: &mut Chart| {
        let mut past = code(ConditionGroup::ContributorSubstanceUse, 900);
        (past.current, past.in_remission) = (false, true);
        record.conditions.push(past);
    };
    assert_eq!(weight("substance-use", remission), None);
    let found = judged(coded()).contributors.into_iter().find(|found| found.id == "substance-use").expect("there");
    assert_eq!(found.short, None, "never in a summary");
}

// rule 8/substance-use-audit-c: speaks
// rule 8/substance-use-audit-c: silent
// rule 8/substance-use-audit-c-line: speaks
// rule 8/substance-use-audit-c-line: silent
#[test]
fn an_audit_c_is_positive_by_sex_and_weighs_from_five_on() {
    let by = |value, who| weight("substance-use", both(labs(&[(AuditC, value, 20)]), sex(who)));
    assert_eq!((by(2.0, Some(Sex::Female)), by(3.0, Some(Sex::Female))), (None, Some(Line)));
    assert_eq!((by(3.0, Some(Sex::Male)), by(4.0, Some(Sex::Male))), (None, Some(Line)));
    assert_eq!((by(4.0, Some(Sex::Female)), by(5.0, Some(Sex::Female))), (Some(Line), Some(Alongside)));
    assert_eq!((by(3.0, None), by(4.0, None)), (None, Some(Line)));
    assert!(has_note("audit-c-limit", both(labs(&[(AuditC, 3.0, 20)]), sex(None))));
    assert_eq!(weight("substance-use", labs(&[(AuditC, 6.0, 180)])), Some(Alongside));
    assert_eq!(weight("substance-use", labs(&[(AuditC, 6.0, 181)])), None);
    assert_eq!(label("substance-use", labs(&[(AuditC, 6.0, 20)])), "AUDIT-C 6 on 2026-02-10: screen positive");
}

#[test]
fn the_items_of_an_audit_c_are_summed_where_no_total_stands() {
    let items = |third: &[(Instrument, f64, Days)]| {
        let mut all = vec![(Instrument::AuditCItem1, 2.0, 20), (Instrument::AuditCItem2, 2.0, 20)];
        all.extend(third);
        labs(&all)
    };
    assert_eq!(weight("substance-use", items(&[(Instrument::AuditCItem3, 1.0, 20)])), Some(Alongside));
    assert_eq!(weight("substance-use", items(&[])), None, "answered in part");
    assert_eq!(weight("substance-use", items(&[(Instrument::AuditCItem3, 1.0, 21)])), None, "not of one day");
}

// rule 8/substance-use-audit: speaks
// rule 8/substance-use-audit: silent
// rule 8/substance-use-dast: speaks
// rule 8/substance-use-dast: silent
#[test]
fn audit_and_dast_have_their_limits_and_the_newest_alcohol_screen_wins() {
    let one = |instrument, value| weight("substance-use", labs(&[(instrument, value, 20)]));
    assert_eq!((one(Audit, 8.0), one(Audit, 7.0)), (Some(Alongside), None));
    assert_eq!((one(Dast10, 3.0), one(Dast10, 2.0)), (Some(Alongside), None));
    assert_eq!(weight("substance-use", labs(&[(Audit, 12.0, 100), (AuditC, 1.0, 20)])), None);
}

#[test]
fn clear_of_substances_needs_an_alcohol_and_a_drug_screen() {
    let status = |all: &[(Instrument, f64, Days)]| of("substance-use", labs(all)).map(|found| found.0);
    assert_eq!(status(&[(AuditC, 1.0, 20), (Dast10, 0.0, 20)]), Some(Clear));
    assert_eq!(status(&[(AuditC, 1.0, 20)]), Some(NotChecked));
    assert_eq!(status(&[]), Some(NotChecked));
    assert!(label("substance-use", labs(&[(AuditC, 1.0, 20)])).ends_with("no drug screen within 180 days"));
}

// rule 8/substance-use-withdrawal: speaks
// rule 8/substance-use-withdrawal: silent
// rule 8/substance-use-intoxication: speaks
// rule 8/substance-use-intoxication: silent
#[test]
fn recent_withdrawal_and_intoxication_come_first() {
    let coded = |group, days| weight("substance-use", with_code(group, days));
    let (withdrawal, other) = (ConditionGroup::SubstanceWithdrawalSedative, ConditionGroup::SubstanceWithdrawalOther);
    assert_eq!((coded(withdrawal, 30), coded(withdrawal, 31)), (Some(TreatFirst), None));
    assert_eq!((coded(other, 30), coded(other, 31)), (Some(TreatFirst), None));
    let intoxication = ConditionGroup::SubstanceIntoxication;
    assert_eq!((coded(intoxication, 7), coded(intoxication, 8)), (Some(TreatFirst), None));
}

// rule 8/stressor-recorded: speaks
// rule 8/stressor-recorded: silent
// rule 8/stressor-abuse: speaks
// rule 8/stressor-abuse: silent
#[test]
fn a_stressor_counts_for_180_days_and_abuse_is_none() {
    let stressor = ConditionGroup::ContributorActiveStressor;
    assert_eq!(weight("stressor", with_code(stressor, 180)), Some(Alongside));
    assert_eq!(weight("stressor", with_code(stressor, 181)), None);
    let resolved = |record: &mut Chart| record.conditions.push(Condition { current: false, ..code(stressor, 9) });
    assert_eq!(weight("stressor", resolved), None);
    let undated = |record: &mut Chart| record.conditions.push(Condition { recorded: None, ..code(stressor, 9) });
    assert_eq!(weight("stressor", undated), None);
    assert!(has_note("stressor-undated", undated));
    let abuse = |record: &mut Chart| {
        let mut both = code(stressor, 9);
        both.groups = both.groups.with(ConditionGroup::SensitiveAbuse);
        record.conditions.push(both);
    };
    assert_eq!(weight("stressor", abuse), None);
    assert!(has_note("safety-at-home", abuse) && !has_note("safety-at-home", with_code(stressor, 9)));
}

// rule 8/depressogenic-window: speaks
// rule 8/depressogenic-window: silent
// rule 8/depressogenic-weak: speaks
// rule 8/depressogenic-weak: silent
#[test]
fn a_drug_counts_that_was_begun_in_the_trial_or_at_most_180_days_before() {
    // the trial began 91 days ago
    let drug = |since| weight("depressogenic-drug", taking("montelukast", 10.0, since));
    assert_eq!((drug(20), drug(271), drug(272)), (Some(Alongside), Some(Alongside), None));
    assert_eq!(weight("depressogenic-drug", taking("propranolol", 40.0, 20)), None, "weak ones never alone");
    let told = label("depressogenic-drug", taking("montelukast", 10.0, 20));
    assert_eq!(told, "montelukast since 2026-02-10: may lower mood; suggested: a review with its prescriber");
    let stopped = |record: &mut Chart| record.medications.push(dispensed("m", "montelukast", 10.0, "2026-01-01", 30));
    assert_eq!(weight("depressogenic-drug", stopped), None, "no longer taken");
    let text = || changed("montelukast", 10.0, 20, |record| record.medicine.recognition = Recognition::Text);
    assert_eq!(weight("depressogenic-drug", text()), None);
    assert!(has_note("depressogenic-not-judged", text()));
}

// rule 8/depressogenic-steroid: speaks
// rule 8/depressogenic-steroid: silent
#[test]
fn a_systemic_steroid_counts_by_dose_or_by_days() {
    let steroid = |name, mg, since| weight("depressogenic-drug", taking(name, mg, since));
    assert_eq!((steroid("prednisone", 20.0, 3), steroid("prednisone", 19.0, 3)), (Some(TreatFirst), None));
    assert_eq!((steroid("methylprednisolone", 16.0, 3), steroid("methylprednisolone", 15.0, 3)), (Some(TreatFirst), None));
    assert_eq!((steroid("prednisone", 5.0, 13), steroid("prednisone", 5.0, 12)), (Some(Alongside), None), "the first day is day 1");
    let unknown = || changed("prednisone", 5.0, 3, |record| record.instruction.as_needed = true);
    assert!(has_note("depressogenic-not-judged", unknown()));
    assert_eq!(weight("depressogenic-drug", unknown()), None);
}

// rule 8/depressogenic-local: speaks
// rule 8/depressogenic-local: silent
#[test]
fn a_local_product_is_none_and_an_unknown_route_is_said() {
    let form = |form| changed("dexamethasone", 6.0, 20, move |record: &mut MedicationRecord| record.medicine.form = form);
    assert_eq!(weight("depressogenic-drug", form(Form::Immediate)), Some(TreatFirst));
    for local in [Form::Topical, Form::Nasal] {
        assert_eq!(weight("depressogenic-drug", form(local)), None);
        assert!(!has_note("depressogenic-not-judged", form(local)));
    }
    assert_eq!(weight("depressogenic-drug", form(Form::Injection)), None);
    assert!(has_note("depressogenic-not-judged", form(Form::Injection)), "into a vein or into a joint");
}

// rule 8/depressogenic-treat-first: speaks
// rule 8/depressogenic-treat-first: silent
#[test]
fn interferon_alfa_and_tetrabenazine_come_first() {
    let drug = |name| weight("depressogenic-drug", taking(name, 10.0, 20));
    for name in ["interferon alfa-2b", "peginterferon alfa-2a", "tetrabenazine"] {
        assert_eq!(drug(name), Some(TreatFirst), "{name}");
    }
    assert_eq!(drug("levetiracetam"), Some(Alongside));
}

// rule 8/chronic-illness: speaks
// rule 8/chronic-illness: silent
// rule 8/psychiatric-comorbidity: speaks
// rule 8/psychiatric-comorbidity: silent
#[test]
fn other_illness_is_a_line_while_it_is_current() {
    for (id, group) in [
        ("chronic-illness", ConditionGroup::ChronicIllness),
        ("psychiatric-comorbidity", ConditionGroup::ComorbidityPsychiatric),
        ("psychiatric-comorbidity", ConditionGroup::ComorbidityEatingDisorder),
    ] {
        assert_eq!(weight(id, with_code(group, 900)), Some(Line));
        let past = |record: &mut Chart| record.conditions.push(Condition { current: false, ..code(group, 900) });
        assert_eq!(weight(id, past), None);
    }
}

// rule 8/never-looked-for: speaks
// rule 8/never-looked-for: silent
#[test]
fn not_looked_for_and_clear_are_said_only_of_a_record_that_was_had_in_full() {
    let listed = |change: &dyn Fn(&mut Chart)| -> Vec<&'static str> { judged(change).contributors.iter().map(|found| found.id).collect() };
    assert_eq!(listed(&|_| ()), ["thyroid-low", "anemia", "sleep-apnea", "substance-use", "vitamin-d"]);
    for extent in [Extent::Partial, Extent::None] {
        let lost = |record: &mut Chart| {
            record.coverage.set(Kind::Observations, extent);
            labs(&[(Hemoglobin, 14.0, 20), (VitaminD, 40.0, 20), (Tsh, 2.0, 20)])(record);
        };
        assert_eq!(listed(&lost), Vec::<&str>::new());
        assert!(judged(lost).notes.iter().any(|note| note.id == "not-judged" && note.text.contains("sleep apnoea")));
    }
    assert!(!has_note("not-judged", |_| ()));
    assert!(has_note("not-judged", not_had(Kind::Medications, Extent::Partial)));
    let known = both(labs(&[(Tsh, 12.0, 20)]), not_had(Kind::Observations, Extent::Partial));
    assert_eq!(weight("thyroid-low", known), Some(Alongside), "what is there is there");
}

#[test]
fn a_result_that_cannot_be_read_is_neither_missing_nor_normal() {
    let unreadable = |days_ago: Days| {
        move |record: &mut Chart| {
            let Measurement { instrument, at, source, .. } = lab(Tsh, 0.0, days_ago);
            record.unreadable.push(Unreadable { instrument, at, source });
        }
    };
    assert_eq!(of("thyroid-low", unreadable(20)), None, "not `not-checked`");
    assert!(has_note("not-judged", unreadable(20)));
    assert_eq!(of("thyroid-low", both(labs(&[(Tsh, 2.0, 30)]), unreadable(20))), None, "not clear by an older one");
    assert_eq!(of("thyroid-low", both(labs(&[(Tsh, 2.0, 10)]), unreadable(20))), Some((Clear, false, Line)));
    let workup = judged(unreadable(20)).workup;
    assert_eq!(workup.first().map(|item| (item.id, item.status)), Some(("tsh", WorkupStatus::NotKnown)));
}

// rule 8/strongest-first: speaks
// rule 8/strongest-first: silent
#[test]
fn the_strongest_untreated_one_stands_first() {
    let all = both(
        both(labs(&[(VitaminD, 15.0, 20), (Hemoglobin, 7.0, 20)]), with_code(ConditionGroup::ContributorSleepApnoea, 9)),
        both(with_code(ConditionGroup::ContributorSubstanceUse, 9), taking("naltrexone", 50.0, 30)),
    );
    let found = judged(all).contributors;
    let order: Vec<(&str, bool)> = found.iter().map(|found| (found.id, found.treated)).collect();
    assert_eq!(order, [("anemia", false), ("sleep-apnea", false), ("vitamin-d", false), ("substance-use", true), ("thyroid-low", false)]);
}

#[test]
fn a_site_that_changes_a_parameter_is_followed() {
    let content = "[parameters]\nlab_lookback_days = 180\nvitamin_d_flag = 15\n".to_owned();
    let site = Knowledge::with_site(&SiteFile { name: "site.toml".to_owned(), content }).expect("within the ranges");
    let mut record = chart(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 92)], Vec::new());
    record.measurements = vec![lab(VitaminD, 16.0, 20), lab(Tsh, 12.0, 181)];
    let status = |knowledge: &Knowledge, id: &str| {
        assess(&record, knowledge, today()).contributors.iter().find(|found| found.id == id).map(|found| found.status)
    };
    assert_eq!((status(Knowledge::builtin(), "vitamin-d"), status(site, "vitamin-d")), (Some(Present), Some(Clear)));
    assert_eq!((status(Knowledge::builtin(), "thyroid-low"), status(site, "thyroid-low")), (Some(Present), Some(NotChecked)));
}

#[test]
fn an_unfinished_result_and_one_of_tomorrow_count_for_nothing() {
    let unfinished = |record: &mut Chart| record.measurements = vec![Measurement { finished: false, ..lab(Tsh, 12.0, 20) }];
    assert_eq!(weight("thyroid-low", unfinished), None);
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 12.0, -1)])), None);
}

// rule 8/workup: speaks
// rule 8/workup: silent
#[test]
fn the_workup_is_done_with_its_day_or_not_on_file() {
    let of = |id: &str, change: &dyn Fn(&mut Chart)| {
        judged(change).workup.into_iter().find(|item| item.id == id).map(|item| (item.status, item.done))
    };
    let on = |days_ago| Some(today() - days_ago);
    let tsh = |days_ago| move |record: &mut Chart| record.measurements.push(lab(Tsh, 2.0, days_ago));
    assert_eq!(of("tsh", &tsh(365)), Some((WorkupStatus::Done, on(365))));
    assert_eq!(of("tsh", &tsh(366)), Some((WorkupStatus::Outdated, on(366))));
    assert_eq!(of("tsh", &|_| ()), Some((WorkupStatus::NotOnFile, None)));
    let lost = |record: &mut Chart| record.coverage.set(Kind::Observations, Extent::Partial);
    assert_eq!(of("tsh", &lost), Some((WorkupStatus::NotKnown, None)));
    let half = |record: &mut Chart| record.measurements.push(lab(Instrument::Sodium, 140.0, 20));
    let whole = |record: &mut Chart| record.measurements.extend([lab(Instrument::Sodium, 140.0, 20), lab(Instrument::Egfr, 90.0, 30)]);
    assert_eq!(of("metabolic-panel", &half), Some((WorkupStatus::NotOnFile, None)));
    assert_eq!(of("metabolic-panel", &whole), Some((WorkupStatus::Done, on(30))));
    let screen = |record: &mut Chart| record.measurements.push(lab(AuditC, 1.0, 20));
    assert_eq!(of("substance-use-screen", &screen), Some((WorkupStatus::Done, on(20))));
}

// rule 8/workup-pregnancy: speaks
// rule 8/workup-pregnancy: silent
#[test]
fn pregnancy_status_stands_in_the_workup_where_it_applies() {
    let item = |change: &dyn Fn(&mut Chart)| {
        judged(change).workup.into_iter().find(|item| item.id == "pregnancy-status").map(|item| (item.status, item.done))
    };
    assert_eq!(item(&|_| ()), Some((WorkupStatus::NotOnFile, None)));
    assert_eq!(item(&|record| sex(Some(Sex::Male))(record)), None);
    let born = |on: &'static str| move |record: &mut Chart| record.patient.as_mut().expect("a patient").birth = Some(When::on(day(on)));
    assert!(item(&born("1975-03-03")).is_some(), "50 years");
    assert_eq!(item(&born("1975-03-02")), None, "51 years");
    let told = |days_ago: Days| {
        move |record: &mut Chart| {
            let value = Value::Answer { code: None, text: "Not pregnant".to_owned() };
            record.measurements.push(Measurement { value, ..lab(Instrument::PregnancyStatus, 0.0, days_ago) });
        }
    };
    assert_eq!(item(&told(90)), Some((WorkupStatus::Done, Some(today() - 90))));
    assert_eq!(item(&told(91)), Some((WorkupStatus::Outdated, Some(today() - 91))));
    let coded = |record: &mut Chart| record.conditions.push(code(ConditionGroup::PregnancyCurrent, 100));
    assert_eq!(item(&coded), Some((WorkupStatus::Done, Some(today() - 100))));
}

#[test]
fn labels_keep_the_words_of_the_record_and_are_short() {
    let many = |record: &mut Chart| {
        for (number, name) in ["Diabetes <b>", "Stroke", "Asthma", "Gout", "Lupus"].iter().enumerate() {
            let mut illness = code(ConditionGroup::ChronicIllness, 100);
            (illness.label, illness.source) = ((*name).to_owned(), SourceRef::new(format!("Condition/{number}")));
            record.conditions.push(illness);
        }
    };
    assert_eq!(label("chronic-illness", many), "Diabetes <b> (2025-11-22); Stroke (2025-11-22); Asthma (2025-11-22) and 2 more");
}
