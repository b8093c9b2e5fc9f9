//! Substances, stressors, drugs that lower mood, other illness.

use super::*;

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

// rule 8/nicotine-and-caffeine: speaks
// rule 8/nicotine-and-caffeine: silent
#[test]
fn nicotine_and_caffeine_alone_are_no_substance_use() {
    use crate::clinical::knowledge::Knowledge;
    use crate::clinical::units::{Code, System};
    let is_use = |code| {
        let groups = Knowledge::builtin().condition_groups([Code { system: System::Icd10, code }]);
        groups.has(ConditionGroup::ContributorSubstanceUse)
    };
    assert!(!is_use("F17.210") && is_use("F15.20") && is_use("F18.10"));
    let named = |group, label: &str| {
        let found = Condition { label: label.to_owned(), ..code(group, 3) };
        weight("substance-use", |record: &mut Chart| record.conditions.push(found))
    };
    assert_eq!(named(ConditionGroup::ContributorSubstanceUse, "Other stimulant dependence (caffeine)"), None);
    assert_eq!(named(ConditionGroup::SubstanceIntoxication, "Caffeine intoxication"), None);
    assert_eq!(named(ConditionGroup::ContributorSubstanceUse, "Other stimulant dependence"), Some(Alongside));
}

// rule 8/stressor-reaffirmed: speaks
// rule 8/stressor-reaffirmed: silent
#[test]
fn a_stressor_written_down_again_counts_from_then_and_a_resolved_one_does_not() {
    let stressor = ConditionGroup::ContributorActiveStressor;
    assert_eq!(weight("stressor", with_code(stressor, 400)), None);
    assert_eq!(weight("stressor", both(with_code(stressor, 400), with_code(stressor, 30))), Some(Alongside));
    let resolved = |record: &mut Chart| record.conditions.push(Condition { current: false, ..code(stressor, 30) });
    assert_eq!(weight("stressor", both(with_code(stressor, 400), resolved)), None);
}
