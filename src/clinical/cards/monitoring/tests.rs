use super::super::card::Indicator;
use super::super::sample::*;
use super::*;
use crate::clinical::derive::{Assessment, BipolarState, MonitoringNotKnown, ScopeReason, ScopeStatus, Trial};
use crate::clinical::units::{Days, SourceRef};

fn item(name: &'static str, id: &'static str, days: Days) -> MonitoringItem {
    let row = crate::clinical::knowledge::Knowledge::builtin().monitoring().iter().find(|row| row.id == id).expect("a row");
    MonitoringItem {
        drug: drug(name),
        item: row.item.to_owned(),
        due: today() - days,
        basis: Vec::new(),
        id,
        last: None,
        baseline_missed: false,
        urgency: Urgency::Due,
        makes_card: row.card == crate::clinical::knowledge::CardShare::Makes,
    }
}

fn level(value: f64, days: Days, urgency: Urgency) -> MonitoringItem {
    let source = SourceRef::new("Observation/li");
    let last = Some(LastResult { date: today() - days, value: Some(value), unit: "mmol/L", source });
    MonitoringItem { last, urgency, ..item("lithium", "lithium-level", 3) }
}

fn with(due: Vec<MonitoringItem>) -> Assessment {
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 60)]);
    assessment.monitoring_due = due;
    assessment
}

fn said(assessment: &Assessment) -> Option<Card> {
    let card = card(situation(assessment))?;
    assert_well_formed(&card);
    Some(card)
}

// rule 13/card-all-items: speaks
// rule 13/card-all-items: silent
#[test]
fn all_items_of_all_drugs_are_one_card() {
    assert!(said(&with(Vec::new())).is_none());
    let due = vec![
        item("aripiprazole", "antipsychotic-lipids", 9),
        item("aripiprazole", "antipsychotic-waist", 9),
        item("sertraline", "sodium", 2),
    ];
    let card = said(&with(due)).expect("a card");
    assert_eq!(card.summary, "Due for aripiprazole: lipids, waist; sertraline: sodium");
    assert_eq!((card.indicator, card.variant), (Indicator::Info, None));
    assert!(
        card.detail.contains("**Due for aripiprazole**\n\n- lipids: due since 2026-02-21; none on file\n- waist: due since"),
        "{}",
        card.detail
    );
    assert!(card.detail.contains("| sertraline 50 mg"), "{}", card.detail);
}

// rule 13/waist-and-aims-beside: speaks
// rule 13/waist-and-aims-beside: silent
#[test]
fn waist_and_aims_never_make_the_card() {
    let rare = || vec![item("aripiprazole", "antipsychotic-waist", 9), item("aripiprazole", "antipsychotic-aims", 9)];
    assert!(said(&with(rare())).is_none());
    let mut due = rare();
    due.push(item("aripiprazole", "antipsychotic-glucose", 9));
    let card = said(&with(due)).expect("a card");
    assert!(card.summary.contains("waist") && card.summary.contains("AIMS"), "{}", card.summary);
}

// rule 13/card-warning: speaks
// rule 13/card-warning: silent
#[test]
fn a_lithium_level_long_overdue_or_above_its_limit_is_a_warning() {
    assert_eq!(said(&with(vec![level(0.6, 130, Urgency::Due)])).map(|card| card.indicator), Some(Indicator::Info));
    let overdue = said(&with(vec![level(0.6, 200, Urgency::LongOverdue)])).expect("a card");
    assert_eq!(overdue.indicator, Indicator::Warning);
    assert_eq!(overdue.summary, "Long overdue: lithium level (12 h) for lithium. Due for lithium: lithium level (12 h)");
    assert!(
        overdue.detail.contains("The last was on 2025-08-14, more than twice the usual interval of 90 days ago."),
        "{}",
        overdue.detail
    );
    let never = MonitoringItem { urgency: Urgency::LongOverdue, ..item("lithium", "lithium-level", 200) };
    assert!(said(&with(vec![never])).expect("a card").detail.contains("None is on file since the start, more than twice"));
    let high = said(&with(vec![level(1.3, 10, Urgency::AboveLimit), item("sertraline", "sodium", 2)])).expect("a card");
    assert_eq!(high.indicator, Indicator::Warning);
    assert_eq!(
        high.summary,
        "lithium level (12 h) 1.3 mmol/L on 2026-02-20, above 1.2 mmol/L. Due for lithium: lithium level (12 h); sertraline: sodium"
    );
}

// rule 13/elsewhere-ask-once: speaks
// rule 13/elsewhere-ask-once: silent
#[test]
fn a_baseline_that_may_be_elsewhere_is_asked_for_once() {
    let missed = |baseline_missed| vec![MonitoringItem { baseline_missed, ..item("aripiprazole", "antipsychotic-lipids", 40) }];
    let words = "No baseline is on file for aripiprazole. If it was started elsewhere there may be none here: worth asking once.";
    assert!(said(&with(missed(true))).expect("a card").detail.contains(words));
    assert!(!said(&with(missed(false))).expect("a card").detail.contains("elsewhere there"));
}

// rule 13/card-gate: speaks
// rule 13/card-gate: silent
#[test]
fn it_keeps_the_gate_and_asks_for_no_score() {
    let due = || with(vec![item("sertraline", "sodium", 2)]);
    let mut unscored = due();
    unscored.current_score = None;
    assert!(said(&unscored).is_some());
    unscored.current_score = Some(phq9(2, 1));
    assert!(said(&unscored).is_some(), "also in remission");
    assert!(said(&with_strong_bipolar_indicator(due())).is_some(), "a strong indicator silences other cards");
    let mut known = due();
    known.bipolar.state = BipolarState::Known;
    assert!(said(&known).is_none());
    for status in [ScopeStatus::OutOfScope, ScopeStatus::Undetermined] {
        let mut out = due();
        out.scope.status = status;
        out.scope.reasons = vec![ScopeReason::NoDepression];
        assert!(said(&out).is_none());
    }
}

#[test]
fn what_is_not_known_is_told_and_makes_no_card() {
    let mut assessment = with(Vec::new());
    assessment.monitoring_not_known = vec![MonitoringNotKnown { drug: drug("sertraline"), item: "sodium", why: "the age is not on file" }];
    assert!(said(&assessment).is_none());
    assessment.monitoring_due = vec![item("lithium", "lithium-tsh", 2)];
    assert!(said(&assessment).expect("a card").detail.contains("- sertraline, sodium: the age is not on file"));
}

#[test]
fn the_same_on_the_next_day_is_the_same_card() {
    let on = |later: Days| {
        let mut assessment = with(vec![item("sertraline", "sodium", 2)]);
        assessment.as_of = today() + later;
        said(&assessment).expect("a card").ground
    };
    assert_eq!(on(0), on(1));
    assert_ne!(on(0), said(&with(vec![item("sertraline", "sodium", 3)])).expect("a card").ground);
}

#[test]
fn a_long_list_stays_within_a_summary() {
    let rows =
        ["antipsychotic-weight", "antipsychotic-waist", "antipsychotic-blood-pressure", "antipsychotic-glucose", "antipsychotic-lipids"];
    let mut due: Vec<MonitoringItem> = rows.map(|row| item("aripiprazole", row, 9)).to_vec();
    due.extend(["lithium-creatinine", "lithium-tsh", "lithium-calcium", "lithium-weight"].map(|row| item("lithium", row, 4)));
    let trials: Vec<Trial> = vec![trial("sertraline", 50.0, 60)];
    let mut assessment = assessment(trials);
    assessment.monitoring_due = due;
    let card = said(&assessment).expect("a card");
    assert!(card.detail.contains("calcium: due since"), "{}", card.detail);
}
