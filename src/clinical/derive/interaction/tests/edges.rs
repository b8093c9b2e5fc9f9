//! Well beyond a limit, on the very day of one, and beside what only looks alike.

use super::*;
use crate::clinical::chart::{Condition, RecordState};

// rule 9.2/escitalopram-line: speaks
#[test]
fn a_limit_of_age_holds_for_the_very_old() {
    assert_eq!(lines(&judged_with(vec![now("escitalopram", 15.0)], aged(90))).len(), 1);
    let level = |record: &mut Chart| {
        aged(90)(record);
        record.measurements = vec![result(Instrument::LithiumLevel, 1.3, 5)];
    };
    assert_eq!(of_row(&judged_with(vec![now("lithium", 600.0)], level), "lithium-level"), [Severity::Critical]);
}

// rule 9.2/lithium-level: silent
#[test]
fn a_lower_lithium_level_is_asked_about_only_where_it_may_be_toxic() {
    let with = |mmol, years: Option<i32>, of: &[&str]| {
        let drugs = of.iter().map(|name| now(name, 600.0)).collect();
        let assessment = judged_with(drugs, |record| {
            record.patient.as_mut().expect("a patient").birth = years.map(|years| When::on(today().plus_years(-years)));
            record.measurements = vec![result(Instrument::LithiumLevel, mmol, 5)];
        });
        (of_row(&assessment, "lithium-level").len(), unchecked(&assessment, "lithium-level").len())
    };
    assert_eq!((with(1.0, None, &["lithium"]), with(1.3, None, &["lithium"])), ((0, 0), (0, 1)));
    assert_eq!((with(1.0, Some(40), &["lithium", "ibuprofen"]), with(1.0, Some(80), &["lithium"])), ((0, 0), (0, 0)));
    assert_eq!(with(1.6, Some(40), &["lithium", "sertraline"]), (1, 0));
    let reason = |of: &[&str]| {
        let drugs = of.iter().map(|name| now(name, 50.0)).collect();
        let change = |record: &mut Chart| record.measurements = vec![result(Instrument::LithiumLevel, 1.6, 5)];
        judged_with(drugs, change).interactions.into_iter().find(|found| found.id == "lithium-level").map(|found| found.reason)
    };
    assert!(reason(&["lithium", "sertraline"]).is_some_and(|reason| !reason.contains("not on the list")));
    assert!(
        reason(&["sertraline"]).is_some_and(|reason| reason.ends_with("; lithium is not on the list")),
        "{:?}",
        reason(&["sertraline"])
    );
}

// rule 9.2/lithium-kidney: speaks
#[test]
fn an_egfr_that_fell_by_more_than_a_quarter_is_told() {
    let with = |newest| {
        let change =
            |record: &mut Chart| record.measurements = vec![result(Instrument::Egfr, 80.0, 62), result(Instrument::Egfr, newest, 5)];
        of_row(&judged_with(vec![now("lithium", 600.0)], change), "lithium-kidney")
    };
    assert_eq!((with(40.0), with(60.0), with(60.5)), (vec![Severity::Warning], vec![Severity::Warning], vec![]));
}

// rule 9.2/qtc-very-long: speaks
// rule 9.2/qtc-long: speaks
// rule 9.2/qtc-long: silent
#[test]
fn a_very_long_qtc_is_critical_and_a_long_one_counts_with_three_drugs_as_with_two() {
    let with = |sex, ms, of: &[&str]| {
        let drugs = of.iter().map(|name| now(name, 10.0)).collect();
        judged_with(drugs, |record| {
            record.patient.as_mut().expect("a patient").sex = sex;
            record.measurements = vec![result(Instrument::Qtc, ms, 0)];
        })
    };
    let three = ["hydroxyzine", "donepezil", "ondansetron"];
    assert_eq!(of_row(&with(None, 560.0, &three[..1]), "qtc-very-long"), [Severity::Critical]);
    assert_eq!(of_row(&with(Some(Sex::Female), 480.0, &three), "qtc-long"), [Severity::Warning]);
    assert_eq!(unchecked(&with(None, 450.0, &three), "qtc-long"), ["sex"]);
    assert_eq!(unchecked(&with(None, 449.0, &three), "qtc-long"), Vec::<String>::new());
}

#[test]
fn a_qt_drug_known_by_code_is_named_before_its_text_entry() {
    let mut text = now("hydroxyzine", 10.0);
    text.source = SourceRef::new("MedicationDispense/text");
    text.medicine.recognition = Recognition::Text;
    let drugs = |records| {
        let change = |record: &mut Chart| record.measurements = vec![result(Instrument::Qtc, 510.0, 5)];
        judged_with(records, change).interactions.into_iter().map(|found| (found.id, found.reason)).collect::<Vec<_>>()
    };
    let both = drugs(vec![now("hydroxyzine", 10.0), text.clone()]);
    assert!(both.len() == 1 && !both[0].1.contains("text entry"), "{both:?}");
    let alone = drugs(vec![text]);
    assert!(alone.len() == 1 && alone[0].1.contains("text entry"), "{alone:?}");
}

// rule 9.2/two-reuptake-inhibitors: speaks
#[test]
fn two_reuptake_inhibitors_are_told_in_the_order_in_which_they_were_begun() {
    let reason = |a, b| {
        let found = judged(vec![a, b]).interactions;
        found.into_iter().find(|found| found.id == "two-serotonin-reuptake-inhibitors").map(|found| found.reason)
    };
    let told = |reason: Option<String>| reason.and_then(|reason| reason.split_once("; ").map(|(_, told)| told.to_owned()));
    assert_eq!(
        told(reason(now("sertraline", 50.0), begun("escitalopram", 10.0, 40))).as_deref(),
        Some("sertraline supplied since 2026-01-01, escitalopram supplied since 2026-01-21")
    );
    assert_eq!(
        told(reason(begun("sertraline", 50.0, 40), now("escitalopram", 10.0))).as_deref(),
        Some("escitalopram supplied since 2026-01-01, sertraline supplied since 2026-01-21")
    );
}

#[test]
fn an_unknown_dose_of_thirty_common_days_leaves_nothing_open() {
    let id = "two-serotonin-reuptake-inhibitors";
    let both = |days_ago| {
        let mut unread = begun("escitalopram", 10.0, days_ago);
        unread.instruction.as_needed = true;
        unchecked(&judged(vec![now("sertraline", 50.0), unread]), id).len()
    };
    assert_eq!((both(29), both(30)), (0, 1));
}

#[test]
fn a_withdrawal_of_today_counts_and_one_without_a_date_is_asked_about() {
    let withdrawal = |recorded: Option<Day>, current| {
        let coded = condition(ConditionGroup::SubstanceWithdrawalSedative);
        let coded = Condition { recorded, onset: None, current, ..coded };
        let assessment = judged_with(vec![now("bupropion", 150.0)], |record| record.conditions.push(coded));
        let found = assessment.interactions.iter().filter(|found| found.reason.contains("withdrawal")).count();
        (found, assessment.interactions_not_checked.iter().filter(|row| row.what == "date of the withdrawal").count())
    };
    assert_eq!((withdrawal(Some(today()), true), withdrawal(Some(today() - 10), true)), ((1, 0), (1, 0)));
    assert_eq!((withdrawal(Some(today() + 1), true), withdrawal(Some(today() - 31), true)), ((0, 0), (0, 0)));
    assert_eq!((withdrawal(None, true), withdrawal(None, false)), ((0, 1), (0, 0)));
}

// rule 9.1/maoi-to-antidepressant: speaks
#[test]
fn two_drugs_begun_on_one_day_are_told_in_the_order_of_the_row() {
    let found = judged(vec![begun("phenelzine", 45.0, 3), begun("sertraline", 50.0, 3)]);
    let ids: Vec<_> = found.interactions.iter().map(|found| found.id).collect();
    assert_eq!(ids, ["maoi-to-antidepressant"], "not the row of the other order");
    let after = judged(vec![begun("phenelzine", 45.0, 2), begun("sertraline", 50.0, 3)]);
    assert_eq!(after.interactions[0].id, "antidepressant-to-maoi");
    assert!(found.interactions[0].contraindicated && after.interactions[0].contraindicated);
}

// rule 9.2/citalopram-dose: silent
#[test]
fn a_trial_is_told_the_lowest_cap_of_its_own_drug_that_is_more_than_for_information() {
    let cap = |records: Vec<MedicationRecord>| judged(records).trials[0].interaction_cap.clone().map(|cap| (cap.maximum.mg(), cap.reason));
    let alone = cap(vec![now("citalopram", 20.0)]);
    assert_eq!(alone.map(|(mg, _)| mg), Some(40.0));
    let beside = cap(vec![now("citalopram", 20.0), now("omeprazole", 20.0)]);
    assert_eq!(beside.as_ref().map(|(mg, _)| *mg), Some(20.0));
    assert!(beside.is_some_and(|(_, reason)| reason.ends_with(": omeprazole")));
    assert_eq!(cap(vec![now("sertraline", 50.0)]), None);
}

#[test]
fn bupropion_of_another_product_leaves_the_trial_less_room() {
    let cap = |records: Vec<MedicationRecord>| {
        let trials = judged(records).trials;
        let trial = trials.iter().find(|trial| trial.drug == drug("bupropion") && trial.interaction_cap.is_some());
        trial.and_then(|trial| trial.interaction_cap.clone()).map(|cap| (cap.maximum.mg(), cap.reason))
    };
    assert_eq!(cap(vec![now("bupropion", 150.0)]).map(|(mg, _)| mg), Some(450.0));
    let both = cap(vec![now("bupropion", 200.0), smoking_cessation(150.0)]);
    assert_eq!(both.as_ref().map(|(mg, _)| *mg), Some(300.0), "450 less 150");
    assert!(both.is_some_and(|(_, reason)| reason.ends_with("less what other products give")));
}

#[test]
fn an_old_entry_of_a_list_counts_where_it_is_newer_than_what_was_supplied() {
    let with = |supplied_until: &str| {
        let days = day(supplied_until) - day("2024-01-01") + 1;
        let listed = ordered("o", "phenelzine", 45.0, "2024-06-01");
        let listed = MedicationRecord { state: RecordState::Active, ..listed };
        let record = vec![dispensed("d", "phenelzine", 45.0, "2024-01-01", days), listed, now("sertraline", 50.0)];
        found(&judged(record)).len()
    };
    assert_eq!((with("2024-05-31"), with("2024-06-01"), with("2024-03-01")), (1, 0, 1));
}

// rule 9.2/valproate-pregnancy: speaks
// rule 9.2/valproate-pregnancy: silent
#[test]
fn a_positive_test_of_today_counts_and_one_older_than_280_days_does_not() {
    let with = |yes, days_ago| {
        let test = Measurement { value: Value::YesNo(yes), ..result(Instrument::PregnancyTest, 0.0, days_ago) };
        let assessment = judged_with(vec![now("valproate", 500.0)], |record| record.measurements = vec![test]);
        (of_row(&assessment, "valproate-pregnancy").len(), unchecked(&assessment, "valproate-pregnancy").len())
    };
    assert_eq!((with(true, 0), with(true, 280), with(true, 281)), ((1, 0), (1, 0), (0, 1)));
    assert_eq!((with(false, 0), with(false, 90), with(false, 91)), ((0, 0), (0, 0), (0, 1)));
    assert_eq!(with(true, -1), (0, 1), "tomorrow");
}

#[test]
fn what_a_card_says_of_a_drug_hangs_on_how_its_own_days_are_known() {
    let told = |record: MedicationRecord| judged(vec![record, now("phenelzine", 45.0)]).interactions.remove(0).reason;
    assert!(told(now("sertraline", 50.0)).contains("sertraline supplied since 2026-01-01"));
    assert!(told(ordered("o", "sertraline", 50.0, "2026-01-01")).contains("sertraline ordered since 2026-01-01"));
    let broken = judged(vec![
        dispensed("1", "sertraline", 50.0, "2026-01-01", 20),
        dispensed("2", "sertraline", 100.0, "2026-01-21", 10),
        dispensed("3", "sertraline", 50.0, "2026-02-10", 60),
        now("phenelzine", 45.0),
    ]);
    assert!(broken.interactions[0].reason.contains("sertraline supplied since 2026-02-10"), "{}", broken.interactions[0].reason);
    let raised = judged(vec![
        dispensed("1", "sertraline", 50.0, "2026-01-05", 20),
        dispensed("2", "sertraline", 100.0, "2026-01-25", 60),
        now("phenelzine", 45.0),
    ]);
    assert!(raised.interactions[0].reason.contains("sertraline supplied since 2026-01-05"), "{}", raised.interactions[0].reason);
}

// rule 9.2/two-reuptake-inhibitors: speaks
#[test]
fn two_reuptake_inhibitors_begun_on_one_day_are_told_by_name() {
    let found = judged(vec![now("sertraline", 50.0), now("escitalopram", 10.0)]).interactions;
    let both = found.iter().find(|found| found.id == "two-serotonin-reuptake-inhibitors").expect("both at dose");
    assert_eq!(both.drugs, ["escitalopram", "sertraline"]);
}

#[test]
fn of_two_products_of_a_drug_beside_an_mao_inhibitor_the_ordinary_one_is_told() {
    let since = |days_ago: Days| (today() - days_ago).to_string();
    let later = MedicationRecord { start: Some(When::on(today() - 3)), ..smoking_cessation(150.0) };
    let found = judged(vec![begun("phenelzine", 45.0, 5), begun("bupropion", 150.0, 5), later]).interactions;
    let both: Vec<_> = found.iter().filter(|found| found.drugs.contains(&"phenelzine".to_owned())).collect();
    assert_eq!(both.len(), 1);
    assert!(both[0].reason.contains(&format!("bupropion supplied since {}", since(5))), "{}", both[0].reason);
}

#[test]
fn a_finding_stands_since_the_dose_of_today_was_begun_without_a_gap() {
    let found = judged(vec![
        dispensed("1", "citalopram", 40.0, "2026-01-01", 20),
        dispensed("2", "citalopram", 60.0, "2026-01-21", 30),
        dispensed("3", "citalopram", 60.0, "2026-02-20", 60),
    ]);
    assert_eq!((found.interactions[0].id, found.interactions[0].since), ("citalopram-dose", Some(day("2026-01-21"))));
}
