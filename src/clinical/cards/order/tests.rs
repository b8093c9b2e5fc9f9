use super::super::sample::*;
use super::super::{FactHash, Fate, Memory, Occasion, Past, cards};
use super::*;
use crate::clinical::derive::{Assessment, Marker, Response};
use crate::clinical::units::SourceRef;

/// An order of this drug, as the chart has it.
fn order(name: &'static str, mg: f64, role: DraftRole) -> DraftOrder {
    let changes = matches!(role, DraftRole::Switch | DraftRole::Augmentation);
    DraftOrder {
        drug: drug(name),
        rxnorm: None,
        dose: dose(mg),
        role,
        antidepressant: role != DraftRole::Augmentation,
        before_adequate: if changes { Certainty::Yes } else { Certainty::No },
        alone: Certainty::Yes,
        basis: vec![SourceRef::new("MedicationRequest/draft")],
        trial: changes.then_some(0),
        failed_trial: None,
    }
}

/// Sertraline on day 30, and this order.
fn ordering(order: DraftOrder) -> Assessment {
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 30)]);
    assessment.drafts = vec![order];
    assessment
}

fn said(assessment: &Assessment) -> Vec<Card> {
    let cards = cards(signing(assessment));
    cards.iter().for_each(assert_well_formed);
    cards
}

fn codes(assessment: &Assessment) -> Vec<CardCode> {
    said(assessment).iter().map(|card| card.code).collect()
}

// rule 10/order-switch-early: speaks
#[test]
fn a_switch_before_the_trial_is_adequate_is_told_with_the_order() {
    let card = said(&ordering(order("mirtazapine", 15.0, DraftRole::Switch))).remove(0);
    assert_eq!((card.code, card.variant), (CardCode::CompleteTrial, Some("duration")));
    let first = card.detail.lines().next().unwrap_or_default();
    assert!(first.starts_with("**Being ordered: mirtazapine 15 mg a day, before the trial of sertraline was adequate.**"), "{first}");
}

// rule 10/order-augmentation-early: speaks
// rule 10/order-augmentation-early: silent
#[test]
fn an_augmentation_before_the_trial_is_adequate_is_told_and_after_it_not() {
    let early = said(&ordering(order("aripiprazole", 2.0, DraftRole::Augmentation)));
    assert!(early[0].detail.starts_with("**Being ordered: aripiprazole 2 mg a day, before the trial of sertraline was adequate.**"));
    let mut adequate = assessment(vec![trial("sertraline", 50.0, 60)]);
    adequate.drafts = vec![DraftOrder { before_adequate: Certainty::No, ..order("aripiprazole", 2.0, DraftRole::Augmentation) }];
    assert_eq!(codes(&adequate), []);
}

// rule 10/order-switch-early: silent
#[test]
fn a_switch_after_an_adequate_trial_is_not_spoken_of() {
    let mut adequate = assessment(vec![trial("sertraline", 50.0, 60)]);
    adequate.drafts = vec![DraftOrder { before_adequate: Certainty::No, ..order("mirtazapine", 15.0, DraftRole::Switch) }];
    assert_eq!(codes(&adequate), []);
    let mut settling = adequate;
    settling.trials[0].last_increase = Some(today() - 10);
    let card = said(&settling).remove(0);
    assert_eq!(card.variant, Some("settling"));
    assert!(card.detail.contains("while sertraline still has to be judged"), "{}", card.detail);
}

// rule 10/order-renewal: silent
// rule 10/order-renewal: speaks
#[test]
fn a_renewal_is_silent_where_the_chart_would_speak() {
    let renewal = ordering(order("sertraline", 50.0, DraftRole::Continuation));
    assert_eq!(cards(situation(&renewal)).len(), 1);
    assert_eq!(codes(&renewal), []);
    assert_eq!(codes(&ordering(order("trazodone", 50.0, DraftRole::OtherUse))), []);
    assert_eq!(codes(&ordering(order("mirtazapine", 15.0, DraftRole::Switch))), [CardCode::CompleteTrial]);
}

// rule 10/order-only: silent
// rule 10/order-only: speaks
#[test]
fn without_a_draft_nothing_is_said_while_ordering_and_cards_of_the_chart_stay_there() {
    let mut chart = assessment(vec![trial("sertraline", 50.0, 30)]);
    chart.current_score = None;
    assert_eq!(cards(situation(&chart)).len(), 2, "complete-trial and measure");
    assert_eq!(codes(&chart), []);
    chart.drafts = vec![order("mirtazapine", 15.0, DraftRole::Switch)];
    assert_eq!(codes(&chart), [CardCode::CompleteTrial], "measure does not bear on the order");
    for occasion in [Occasion::OrderSelected, Occasion::OrderSigned] {
        assert_eq!(cards(Situation { occasion, ..situation(&chart) }).len(), 1);
    }
}

#[test]
fn silence_of_the_trial_card_is_silence_of_the_order() {
    let switch = || ordering(order("mirtazapine", 15.0, DraftRole::Switch));
    let mut mild = switch();
    mild.current_score = Some(phq9(9, 2));
    assert_eq!(codes(&mild), []);
    let mut young = assessment(vec![trial("sertraline", 50.0, 14)]);
    young.drafts = vec![order("mirtazapine", 15.0, DraftRole::Switch)];
    assert_eq!(codes(&young), []);
    let mut not_tolerated = switch();
    not_tolerated.trials[0].markers = vec![Marker::Intolerance];
    assert_eq!(codes(&not_tolerated), []);
}

// rule 10/order-bipolar: speaks
// rule 10/order-bipolar: silent
#[test]
fn an_antidepressant_alone_with_a_strong_open_indicator_raises_the_question() {
    let open = |order| with_strong_bipolar_indicator(ordering(order));
    let card = said(&open(order("mirtazapine", 15.0, DraftRole::Switch))).remove(0);
    assert_eq!((card.code, card.indicator.word()), (CardCode::Bipolar, "warning"));
    assert_eq!(card.summary, "Before mirtazapine is started: 1 finding raises the question of bipolar disorder");
    assert!(card.detail.contains("No mood stabiliser is on file"), "{}", card.detail);
    let in_part = open(DraftOrder { alone: Certainty::Undetermined, ..order("mirtazapine", 15.0, DraftRole::Start) });
    assert!(said(&in_part)[0].detail.contains("could not be seen in full"));
    for silent in [
        open(DraftOrder { alone: Certainty::No, ..order("mirtazapine", 15.0, DraftRole::Switch) }),
        open(order("sertraline", 50.0, DraftRole::Continuation)),
        open(order("aripiprazole", 2.0, DraftRole::Augmentation)),
    ] {
        assert_eq!(codes(&silent), []);
    }
    let mut known = open(order("mirtazapine", 15.0, DraftRole::Switch));
    known.bipolar.state = BipolarState::Known;
    assert_eq!(codes(&known), []);
    let mut out_of_scope = open(order("mirtazapine", 15.0, DraftRole::Switch));
    out_of_scope.scope.status = ScopeStatus::OutOfScope;
    assert_eq!(codes(&out_of_scope), []);
    let mut moderate = open(order("mirtazapine", 15.0, DraftRole::Switch));
    moderate.bipolar.indicators[0].weight = IndicatorWeight::Moderate;
    assert_eq!(codes(&moderate), [CardCode::CompleteTrial]);
}

/// Citalopram failed, nothing is taken now, and this is ordered.
fn after_citalopram(order: DraftOrder) -> Assessment {
    let mut assessment = assessment(vec![ended("citalopram", 20.0, 60, 40)]);
    assessment.drafts = vec![order];
    assessment
}

// rule 10/order-failed-before: speaks
// rule 10/order-failed-before: silent
#[test]
fn a_drug_that_already_failed_in_this_episode_is_told_as_a_next_step() {
    let again = || DraftOrder { failed_trial: Some(0), ..order("citalopram", 20.0, DraftRole::Start) };
    let card = said(&after_citalopram(again())).remove(0);
    assert_eq!((card.code, card.variant), (CardCode::NextStep, Some("tier-1")));
    assert!(card.detail.contains("Look at the earlier trial before citalopram is ordered again:** citalopram, 20 mg"), "{}", card.detail);
    let mut two = after_citalopram(again());
    two.adequate_failed_trials = 2;
    assert_eq!(said(&two)[0].variant, Some("tier-2"));
    assert_eq!(codes(&after_citalopram(order("fluoxetine", 20.0, DraftRole::Start))), []);
    let mut better = after_citalopram(again());
    better.current_score = Some(phq9(9, 2));
    assert_eq!(codes(&better), []);
}

#[test]
fn of_complete_trial_and_the_failed_drug_only_one_speaks_and_says_both() {
    let mut both = assessment(vec![ended("citalopram", 20.0, 60, 40), trial("sertraline", 50.0, 30)]);
    both.trials[0].response = Response::NonResponse;
    both.drafts = vec![DraftOrder { trial: Some(1), failed_trial: Some(0), ..order("citalopram", 20.0, DraftRole::Switch) }];
    let cards = said(&both);
    assert_eq!(cards.len(), 1, "{cards:#?}");
    assert_eq!(cards[0].code, CardCode::CompleteTrial);
    assert!(cards[0].detail.contains("citalopram has had an adequate trial in this episode"), "{}", cards[0].detail);
}

// rule 10/order-after-dismissal: speaks
// rule 10/order-after-dismissal: silent
#[test]
fn an_order_is_a_new_fact_after_a_card_was_set_aside() {
    let chart = ordering(order("mirtazapine", 15.0, DraftRole::Switch));
    let remembered = |card: &Card| Memory {
        past: vec![Past {
            code: card.code,
            ground: FactHash::of(&card.ground),
            facts: Vec::new(),
            day: today(),
            fate: Fate::Dismissed,
            by_this_user: true,
            in_this_encounter: true,
        }],
    };
    let on_opening = remembered(&cards(situation(&chart))[0]);
    assert!(cards(Situation { memory: &on_opening, ..situation(&chart) }).is_empty());
    assert_eq!(cards(Situation { memory: &on_opening, ..signing(&chart) }).len(), 1);
    let on_signing = remembered(&cards(signing(&chart))[0]);
    assert!(cards(Situation { memory: &on_signing, ..signing(&chart) }).is_empty());
}

#[test]
fn an_unknown_dose_and_an_unknown_verdict_are_said_as_such() {
    let mut chart =
        ordering(DraftOrder { dose: None, before_adequate: Certainty::Undetermined, ..order("mirtazapine", 15.0, DraftRole::Switch) });
    chart.trials[0].adequacy = crate::clinical::derive::Adequacy::Unknown;
    let card = said(&chart).remove(0);
    assert_eq!(card.variant, Some("unverified"));
    assert!(
        card.detail.starts_with("**Being ordered: mirtazapine, while it cannot be told whether the trial of sertraline"),
        "{}",
        card.detail
    );
}

// rule 10/order-only: silent
#[test]
fn what_an_order_meets_is_said_while_ordering_alone() {
    let again = DraftOrder { failed_trial: Some(0), ..order("citalopram", 20.0, DraftRole::Start) };
    let chart = after_citalopram(again);
    let told = |situation| super::cards(situation, &[]).len();
    assert_eq!((told(signing(&chart)), told(situation(&chart))), (1, 0));
}

// rule 10/order-failed-before: speaks
#[test]
fn a_drug_that_failed_before_is_told_with_the_tier_of_all_failures() {
    let variant = |failures| {
        let again = DraftOrder { failed_trial: Some(0), ..order("citalopram", 20.0, DraftRole::Start) };
        let mut chart = after_citalopram(again);
        chart.adequate_failed_trials = failures;
        said(&chart).remove(0).variant
    };
    assert_eq!((variant(1), variant(2), variant(3)), (Some("tier-1"), Some("tier-2"), Some("tier-2")));
}
