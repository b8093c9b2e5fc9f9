use super::super::sample::*;
use super::super::{Indicator, cards};
use super::*;
use crate::clinical::derive::{Assessment, Bipolar, BipolarIndicator, IndicatorWeight};
use crate::clinical::units::SourceRef;

fn indicator(id: &'static str, weight: IndicatorWeight, label: &str) -> BipolarIndicator {
    BipolarIndicator { id, weight, label: label.to_owned(), basis: vec![SourceRef::new(format!("Condition/{id}"))] }
}

fn asked(state: BipolarState, indicators: Vec<BipolarIndicator>) -> Assessment {
    let mut assessment = with_options(assessment(vec![trial("sertraline", 50.0, 60)]));
    assessment.bipolar = Bipolar { state, indicators, current_mania: None };
    assessment
}

fn two_moderate() -> Vec<BipolarIndicator> {
    let moderate = IndicatorWeight::Moderate;
    vec![indicator("family-history", moderate, "mother with <b>Bipolar</b>"), indicator("early-onset", moderate, "first depression at 19")]
}

fn spoken(assessment: &Assessment) -> Card {
    let card = card(situation(assessment)).expect("speaks");
    assert_well_formed(&card);
    card
}

fn codes(assessment: &Assessment) -> Vec<CardCode> {
    cards(situation(assessment)).iter().map(|card| card.code).collect()
}

// rule 10/bipolar-silences: silent
#[test]
fn a_strong_indicator_that_was_answered_lets_the_unipolar_cards_speak_and_is_told_there() {
    let assessment = asked(BipolarState::Settled, vec![indicator("mania", IndicatorWeight::Strong, "Manic episode, 2020-01-01")]);
    assert_eq!(codes(&assessment), [CardCode::NextStep]);
    let cards = cards(situation(&assessment));
    assert!(cards[0].detail.contains("settled before; findings that would raise it: Manic episode, 2020-01-01"), "{}", cards[0].detail);
}

// rule 10/bipolar: speaks
// rule 10/bipolar-silences: silent
#[test]
fn an_open_question_lists_its_findings_and_moderate_ones_leave_next_step() {
    let assessment = asked(BipolarState::Open, two_moderate());
    let card = spoken(&assessment);
    assert_eq!(card.summary, "Before next-line treatment: 2 findings raise the question of bipolar disorder");
    assert_eq!(card.indicator, Indicator::Warning);
    assert!(card.detail.contains(r"- mother with \<b\>Bipolar\</b\>") && card.detail.contains("MDQ or the RMS"), "{}", card.detail);
    assert_eq!(codes(&assessment), [CardCode::Bipolar, CardCode::NextStep]);
}

// rule 10/bipolar: silent
#[test]
fn silent_unless_the_question_is_open_and_the_patient_in_scope() {
    for state in [BipolarState::None, BipolarState::Known, BipolarState::Settled] {
        assert_eq!(card(situation(&asked(state, two_moderate()))), None, "{state:?}");
    }
    let mut outside = asked(BipolarState::Open, two_moderate());
    outside.scope.status = ScopeStatus::OutOfScope;
    assert_eq!(card(situation(&outside)), None);
}

// rule 10/bipolar-silences: speaks
#[test]
fn a_strong_indicator_stands_alone_and_brings_the_trial_table() {
    let strong = vec![indicator("mania", IndicatorWeight::Strong, "Manic episode, 2020-01-01")];
    let assessment = asked(BipolarState::Open, strong.clone());
    assert_eq!(codes(&assessment), [CardCode::Bipolar]);
    let card = spoken(&assessment);
    assert_eq!(card.summary, "Before next-line treatment: 1 finding raises the question of bipolar disorder");
    assert!(card.detail.contains("| Trial |") && card.detail.contains("sertraline"), "{}", card.detail);
    let mut unfinished = asked(BipolarState::Open, strong);
    unfinished.trials = vec![trial("sertraline", 50.0, 30)];
    assert_eq!(codes(&unfinished), [CardCode::Bipolar], "complete-trial too");
}

// rule 10/bipolar: speaks
#[test]
fn a_mania_to_review_is_critical_and_names_what_is_taken_or_ordered() {
    let of = |taken: &[&'static str], ordered: &[&'static str]| {
        let mut assessment = asked(BipolarState::Open, vec![indicator("mania", IndicatorWeight::Strong, "Manic episode, 2026-02-20")]);
        let drugs = |names: &[&'static str]| names.iter().map(|name| drug(name)).collect();
        let (taken, ordered) = (drugs(taken), drugs(ordered));
        assessment.bipolar.current_mania = Some(CurrentMania { date: today() - 10, taken, ordered, basis: Vec::new() });
        let card = spoken(&assessment);
        assert_eq!(card.indicator, Indicator::Critical);
        card.summary
    };
    assert_eq!(of(&["venlafaxine"], &[]), "Mania or hypomania recorded 2026-02-20 on venlafaxine: review the antidepressant");
    assert_eq!(of(&[], &["venlafaxine"]), "Mania or hypomania recorded 2026-02-20: review the order for venlafaxine");
    assert_eq!(of(&[], &[]), "Mania or hypomania recorded 2026-02-20: review before any antidepressant");
}

// rule 10/ground-without-day-counters: speaks
// rule 10/ground-without-day-counters: silent
#[test]
fn new_evidence_is_a_new_card_and_a_new_day_is_not() {
    let first = asked(BipolarState::Open, two_moderate());
    let mut later = first.clone();
    later.as_of = today() + 1;
    assert_eq!(spoken(&first).ground, spoken(&later).ground);
    later.bipolar.indicators[0].basis.push(SourceRef::new("MedicationDispense/next"));
    assert_eq!(spoken(&first).ground, spoken(&later).ground, "a further supply is no new evidence");
    later.bipolar.indicators.push(indicator("mdq-positive", IndicatorWeight::Strong, "MDQ positive"));
    assert_ne!(spoken(&first).ground, spoken(&later).ground);
}

// rule 7/one-moderate: speaks
// rule 7/one-moderate: silent
#[test]
fn one_moderate_finding_is_a_line_of_another_card() {
    let of = |found: Vec<BipolarIndicator>| {
        let assessment = asked(BipolarState::None, found);
        assert_eq!(codes(&assessment), [CardCode::NextStep]);
        cards(situation(&assessment)).remove(0).detail
    };
    let words = "A pointer to bipolar disorder, too little to raise the question: first depression at 19.";
    assert!(of(two_moderate().split_off(1)).contains(words));
    assert!(!of(Vec::new()).contains("bipolar disorder"));
}

// rule 7/antidepressant-alone: speaks
// rule 7/antidepressant-alone: silent
#[test]
fn an_antidepressant_without_a_mood_stabiliser_is_told_where_the_disorder_alone_closes_the_scope() {
    let known = |reasons: &[ScopeReason], alone: &[&'static str]| {
        let mut assessment = asked(BipolarState::Known, Vec::new());
        (assessment.scope.status, assessment.scope.reasons) = (ScopeStatus::OutOfScope, reasons.to_vec());
        assessment.circumstances.antidepressants_alone = alone.iter().map(|name| drug(name)).collect();
        assessment
    };
    let only = known(&[ScopeReason::NoDepression, ScopeReason::KnownBipolar], &["sertraline"]);
    let card = spoken(&only);
    assert_eq!(card.summary, "Bipolar disorder on record; sertraline without a mood stabiliser on this record: review suggested");
    assert_eq!(codes(&only), [CardCode::Bipolar]);
    assert_eq!(codes(&known(&[ScopeReason::KnownBipolar], &[])), []);
    for other in [ScopeReason::Under18, ScopeReason::Deceased, ScopeReason::Hospice, ScopeReason::NoRecord] {
        assert_eq!(codes(&known(&[ScopeReason::KnownBipolar, other], &["sertraline"])), [], "{other:?}");
    }
}

// rule 7/question-not-diagnosis: speaks
// rule 7/question-not-diagnosis: silent
#[test]
fn it_asks_offers_screens_and_a_history_and_states_no_diagnosis() {
    let card = spoken(&asked(BipolarState::Open, two_moderate()));
    let text = format!("{} {}", card.summary, card.detail);
    for part in ["A question, not a diagnosis", "MDQ or the RMS", "little need for sleep", "at least 4 days", "If it is confirmed"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for stated in ["has bipolar", "is bipolar", "diagnosed", "suffers"] {
        assert!(!text.contains(stated), "{stated}: {text}");
    }
    let alone = next_step_detail(&asked(BipolarState::None, Vec::new()));
    assert!(!alone.contains("MDQ"), "nobody is asked without a finding: {alone}");
}

fn next_step_detail(assessment: &Assessment) -> String {
    cards(situation(assessment)).into_iter().find(|card| card.code == CardCode::NextStep).expect("speaks").detail
}
