//! Well beyond a number that decides, and on the very day of one.

use super::moderate::failing;
use super::*;

// rule 7/two-moderate: speaks
#[test]
fn three_moderate_indicators_open_the_question_as_two_do() {
    let three = with(|record| {
        record.conditions[0].onset = Some(When::on(day("2012-01-01")));
        record.conditions.push(psychotic());
        record.family = vec![mother()];
    });
    assert_eq!((judged(&three).state, ids(&three).len()), (BipolarState::Open, 3));
}

// rule 7/adequate-failures: speaks
#[test]
fn four_failures_are_an_indicator_as_three_are() {
    let drugs = [("sertraline", 100.0), ("venlafaxine", 150.0), ("mirtazapine", 30.0), ("bupropion", 300.0)];
    assert_eq!(ids(&failing(&drugs)), ["adequate-failures"]);
}

// rule 7/many-episodes: speaks
#[test]
fn six_onsets_are_many_episodes_told_from_the_first_on() {
    let onset = |year: i16| Condition {
        source: SourceRef::new(format!("Condition/{year}")),
        onset: crate::clinical::units::Day::new(year, 5, 1).map(When::on),
        ..condition(ConditionGroup::DepressionMddActive)
    };
    let record = with(|record| record.conditions = (2019..2025).map(onset).collect());
    assert_eq!(ids(&record), ["many-episodes"]);
    assert_eq!(judged(&record).indicators[0].label, "6 episodes of depression on record since 2019-05-01");
}

// rule 7/early-onset: speaks
#[test]
fn an_early_onset_rests_on_the_first_diagnosis_alone() {
    let record = with(|record| {
        let first = Condition {
            source: SourceRef::new("Condition/first"),
            onset: Some(When::on(day("2012-01-01"))),
            ..condition(ConditionGroup::DepressionMddActive)
        };
        record.conditions.push(first);
    });
    assert_eq!(judged(&record).indicators[0].basis, [SourceRef::new("Condition/first")]);
}

// rule 7/rms: speaks
#[test]
fn six_of_six_are_a_positive_rms() {
    let record = with(|record| record.measurements = vec![result(Instrument::Rms, "2026-01-01", Value::Number(6.0))]);
    assert_eq!(ids(&record), ["rms-positive"]);
}

// rule 7/refuted: speaks
#[test]
fn a_diagnosis_refuted_today_settles_the_question() {
    assert_eq!(judged(&with(|record| record.refuted = vec![refuted_on(TODAY)])).state, BipolarState::Settled);
}

// rule 7/mania-on-antidepressant: silent
#[test]
fn the_same_dose_after_an_interruption_is_no_increase() {
    let mut record =
        medicines(vec![dispensed("1", "venlafaxine", 75.0, "2025-06-01", 30), dispensed("2", "venlafaxine", 75.0, "2025-07-11", 60)]);
    record.conditions.push(mania_on("2025-08-20"));
    assert_eq!(ids(&record), ["mania"]);
}

// rule 7/antipsychotic: speaks
// rule 7/antipsychotic: silent
#[test]
fn an_antipsychotic_begun_within_fourteen_days_of_an_antidepressant_is_an_adjunct() {
    let begun = |start: &str| {
        // last covered on 2025-11-29
        ids(&medicines(vec![dispensed("1", "sertraline", 100.0, "2025-10-01", 60), dispensed("2", "quetiapine", 300.0, start, 60)]))
    };
    assert_eq!((begun("2025-12-13"), begun("2025-12-14")), (vec![], vec!["antipsychotic"]));
}

// rule 7/activation: speaks
// rule 7/activation: silent
#[test]
fn agitation_counts_from_the_first_to_the_last_day_of_the_drug() {
    let label = |on: &str| {
        let mut record = medicines(vec![
            dispensed("1", "sertraline", 100.0, "2025-10-01", 60),
            dispensed("2", "venlafaxine", 150.0, "2025-12-01", 30),
            dispensed("3", "mirtazapine", 30.0, "2025-12-10", 21),
        ]);
        record.conditions.push(Condition { onset: Some(When::on(day(on))), ..condition(ConditionGroup::BipolarActivation) });
        judged(&record).indicators.into_iter().find(|found| found.id == "activation").map(|found| found.label)
    };
    let on = |drug: &str, day: &str| Some(format!("agitation or activation on {drug}, {day}"));
    assert_eq!((label("2025-09-30"), label("2025-10-01")), (None, on("sertraline", "2025-10-01")));
    assert_eq!((label("2025-11-29"), label("2025-11-30")), (on("sertraline", "2025-11-29"), None));
    assert_eq!(label("2025-12-20"), on("mirtazapine", "2025-12-20"), "of two the one begun last");
}

// rule 7/drafts: speaks
// rule 7/drafts: silent
#[test]
fn an_order_for_a_mood_stabiliser_that_runs_renews_it() {
    let basis = |taken: &str, days| {
        let mut record = medicines(vec![dispensed("1", taken, 600.0, "2026-01-01", days)]);
        record.drafts = vec![ordered("d", "lithium", 600.0, TODAY)];
        judged(&record).indicators.remove(0).basis.len()
    };
    assert_eq!(basis("lithium", 61), 1, "covered to today");
    assert_eq!(basis("lithium", 60), 2, "run out yesterday");
    assert_eq!(basis("lamotrigine", 61), 2, "another one runs");
}

// rule 7/critical-on-antidepressant: speaks
#[test]
fn the_antidepressant_that_was_begun_before_a_mania_is_named_and_not_the_one_beside_it() {
    let mut record = medicines(vec![
        dispensed("1", "venlafaxine", 150.0, "2025-10-01", 160),
        dispensed("2", "mirtazapine", 30.0, "2025-06-01", 300),
        dispensed("3", "sertraline", 100.0, "2025-10-05", 30),
    ]);
    record.conditions.push(Condition { current: false, ..mania_on("2025-11-01") });
    assert_eq!(judged(&record).current_mania.map(|mania| mania.taken), Some(vec![drug("venlafaxine")]));
}

// rule 7/drafts: speaks
#[test]
fn beside_a_mania_the_antidepressant_that_is_taken_is_told_apart_from_the_one_being_ordered() {
    let mut record = medicines(vec![dispensed("1", "mirtazapine", 30.0, "2025-06-01", 300)]);
    record.conditions.push(mania_on(TODAY));
    record.drafts = vec![ordered("d", "venlafaxine", 150.0, TODAY)];
    let mania = judged(&record).current_mania.expect("critical");
    assert_eq!((mania.taken, mania.ordered), (vec![drug("mirtazapine")], vec![drug("venlafaxine")]));
}
