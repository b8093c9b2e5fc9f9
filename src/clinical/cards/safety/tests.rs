use super::super::sample::*;
use super::super::{Indicator, cards};
use super::*;
use crate::clinical::derive::{Assessment, SafetyFinding, ScopeStatus};
use crate::clinical::knowledge::{Knowledge, SiteFile};

fn spoken(assessment: &Assessment) -> Card {
    let card = card(situation(assessment)).expect("speaks");
    assert_well_formed(&card);
    card
}

// rule 10/safety: speaks
#[test]
fn the_fact_stands_first_with_its_date() {
    let assessment = with_suicidal_finding(assessment(vec![trial("sertraline", 50.0, 30)]));
    let card = spoken(&assessment);
    assert_eq!(card.summary, "PHQ-9 item 9 answered with 2 on 2026-02-27: suicide-risk assessment per local protocol");
    assert_eq!((card.indicator, card.variant), (Indicator::Critical, None));
    let codes: Vec<CardCode> = cards(situation(&assessment)).iter().map(|card| card.code).collect();
    assert_eq!(codes, [CardCode::Safety, CardCode::CompleteTrial]);
}

// rule 10/safety: silent
#[test]
fn silent_without_a_finding_below_18_and_after_death() {
    assert_eq!(card(situation(&assessment(Vec::new()))), None);
    for reason in [ScopeReason::Under18, ScopeReason::Deceased] {
        let mut assessment = with_suicidal_finding(assessment(Vec::new()));
        assessment.scope.status = ScopeStatus::OutOfScope;
        assessment.scope.reasons = vec![reason];
        assert_eq!(card(situation(&assessment)), None, "{reason:?}");
    }
}

// rule 10/safety: speaks
#[test]
fn speaks_whatever_else_the_scope_says() {
    for reason in [ScopeReason::NoDepression, ScopeReason::KnownBipolar, ScopeReason::PsychoticDisorder, ScopeReason::Hospice] {
        let mut assessment = with_suicidal_finding(assessment(Vec::new()));
        assessment.scope.status = ScopeStatus::OutOfScope;
        assessment.scope.reasons = vec![reason];
        spoken(&assessment);
    }
}

// rule 11/age: speaks
#[test]
fn an_unknown_age_is_said() {
    let mut unknown = with_suicidal_finding(assessment(Vec::new()));
    assert!(!spoken(&unknown).detail.contains("Age not on file"));
    unknown.patient.age_years = None;
    assert!(spoken(&unknown).detail.contains("Age not on file"));
}

// rule 11/protocol: speaks
#[test]
fn the_protocol_and_the_crisis_line_are_those_of_the_site() {
    let assessment = with_suicidal_finding(assessment(Vec::new()));
    let detail = spoken(&assessment).detail;
    assert!(detail.contains("Suggested: a suicide-risk assessment by the local protocol.") && detail.contains("988"), "{detail}");
    let content =
        "[parameters]\nsafety_protocol = \"[Risk protocol](https://intranet.example/risk_1)\"\nsafety_crisis_line = \"Team: 12-34\"\n";
    let site = SiteFile { name: "site.toml".to_owned(), content: content.to_owned() };
    let knowledge = Knowledge::with_site(&site).expect("sound");
    let detail = card(Situation { knowledge, ..situation(&assessment) }).expect("speaks").detail;
    assert!(detail.contains("[Risk protocol](https://intranet.example/risk_1)") && detail.contains("Team: 12-34"), "{detail}");
    assert!(!detail.contains("988"));
}

// rule 11/protocol: silent
#[test]
fn the_crisis_line_stands_on_no_other_card() {
    let assessment = with_suicidal_finding(assessment(vec![trial("sertraline", 50.0, 30)]));
    let others: Vec<Card> = cards(situation(&assessment)).into_iter().filter(|card| card.code != CardCode::Safety).collect();
    assert!(!others.is_empty() && others.iter().all(|card| !card.detail.contains("988")));
}

// rule 11/boxed-warning: speaks
// rule 11/boxed-warning: silent
#[test]
fn the_boxed_warning_stands_below_25_for_28_days_after_a_start_or_change() {
    let warned = |age, days| {
        let mut assessment = with_suicidal_finding(assessment(vec![trial("sertraline", 50.0, days)]));
        assessment.patient.age_years = age;
        spoken(&assessment).detail.contains("Boxed warning")
    };
    assert!(warned(Some(24), 28));
    assert!(!warned(Some(24), 29) && !warned(Some(25), 28) && !warned(None, 28));
}

// rule 10/safety-do-not-wait: speaks
// rule 10/safety-do-not-wait: silent
#[test]
fn the_unfinished_trial_is_not_to_be_waited_for() {
    let detail = |assessment: &Assessment| {
        cards(situation(assessment)).into_iter().find(|card| card.code == CardCode::CompleteTrial).expect("speaks").detail
    };
    let words = "Do not wait for day 42 if the patient is worse or unsafe.";
    let plain = assessment(vec![trial("sertraline", 50.0, 30)]);
    assert!(!detail(&plain).contains(words));
    assert!(detail(&with_suicidal_finding(plain)).contains(words));
}

// rule 11/no-level: speaks
// rule 11/no-level: silent
#[test]
fn no_risk_is_reckoned_and_no_zero_is_comfort() {
    let detail = spoken(&with_suicidal_finding(assessment(Vec::new()))).detail.to_lowercase();
    assert!(detail.contains("does not mean no risk"));
    for word in ["low risk", "high risk", "moderate risk", "immediately", "emergency"] {
        assert!(!detail.contains(word), "{word}: {detail}");
    }
}

#[test]
fn a_dismissed_card_is_the_same_card_tomorrow_and_another_with_a_new_finding() {
    let first = with_suicidal_finding(assessment(Vec::new()));
    let mut next_day = first.clone();
    next_day.as_of = today() + 1;
    assert_eq!(spoken(&first).ground, spoken(&next_day).ground);
    let attempt = SafetyFinding { id: "suicide-attempt", ..next_day.safety[0].clone() };
    next_day.safety.push(attempt);
    assert_ne!(spoken(&first).ground, spoken(&next_day).ground);
}
