use super::super::sample::*;
use super::*;
use crate::clinical::cards::{FactHash, Fate, Indicator, Memory, Past, cards as all_cards};
use crate::clinical::derive::{Assessment, Bipolar, BipolarState, ScopeStatus};

fn with(found: Vec<Interaction>) -> Assessment {
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 30)]);
    assessment.interactions = found;
    assessment
}

fn shown(assessment: &Assessment) -> Vec<Card> {
    let cards = cards(situation(assessment));
    cards.iter().for_each(assert_well_formed);
    cards
}

fn critical() -> Interaction {
    interaction("maoi-to-antidepressant", Severity::Critical)
}

fn warning() -> Interaction {
    interaction("lithium-interaction", Severity::Warning)
}

// rule 10/interaction-cards: speaks
// rule 10/interaction-cards: silent
#[test]
fn each_critical_one_is_a_card_and_all_others_are_one() {
    let other = Interaction { drugs: vec!["tramadol".to_owned(), "phenelzine".to_owned()], ..critical() };
    let info = interaction("cyp2d6-aripiprazole-dose", Severity::Info);
    let found = shown(&with(vec![critical(), other, warning(), info]));
    let indicators: Vec<Indicator> = found.iter().map(|card| card.indicator).collect();
    assert_eq!(indicators, [Indicator::Critical, Indicator::Critical, Indicator::Warning]);
    assert!(found[2].summary.ends_with("; and 1 more"), "{}", found[2].summary);
    let mut grounds: Vec<&str> = found.iter().map(|card| card.ground.as_str()).collect();
    grounds.dedup();
    assert_eq!(grounds.len(), 3);
}

// rule 10/undetermined: silent
#[test]
fn information_alone_is_an_information_card() {
    let found = shown(&with(vec![interaction("cyp2d6-aripiprazole-dose", Severity::Info)]));
    assert_eq!(found.iter().map(|card| card.indicator).collect::<Vec<_>>(), [Indicator::Info]);
}

// rule 10/interaction-gate: speaks
// rule 10/interaction-gate: silent
#[test]
fn a_critical_one_needs_no_depression_code_and_no_hospice_test_but_an_adult_who_lives() {
    for (reason, critical_speaks) in [
        (ScopeReason::NoDepression, true),
        (ScopeReason::Hospice, true),
        (ScopeReason::KnownBipolar, true),
        (ScopeReason::PsychoticDisorder, true),
        (ScopeReason::Under18, false),
        (ScopeReason::Deceased, false),
    ] {
        let mut assessment = with(vec![critical(), warning()]);
        assessment.scope.status = ScopeStatus::OutOfScope;
        assessment.scope.reasons = vec![reason];
        let indicators: Vec<Indicator> = shown(&assessment).iter().map(|card| card.indicator).collect();
        let expected: &[Indicator] = if critical_speaks { &[Indicator::Critical] } else { &[] };
        assert_eq!(indicators, expected, "{reason:?}");
    }
}

// rule 10/undetermined: speaks
#[test]
fn with_an_undetermined_scope_only_the_critical_one_speaks() {
    let mut assessment = with(vec![critical(), warning()]);
    assessment.scope.status = ScopeStatus::Undetermined;
    assessment.scope.reasons = vec![ScopeReason::AgeUnknown];
    assert_eq!(shown(&assessment).len(), 1);
}

// rule 1.4/interaction: speaks
// rule 1.4/interaction: silent
#[test]
fn an_open_bipolar_question_silences_no_warning_and_a_known_disorder_does() {
    let open = with_strong_bipolar_indicator(with(vec![warning()]));
    assert_eq!(shown(&open).len(), 1);
    let mut known = with(vec![warning()]);
    known.bipolar = Bipolar { state: BipolarState::Known, indicators: Vec::new(), current_mania: None };
    assert_eq!(shown(&known).len(), 0);
}

// rule 10/interaction-stood: speaks
// rule 10/interaction-stood: silent
#[test]
fn what_has_stood_for_more_than_a_year_returns_once_a_year() {
    for (days, speaks) in [(365, true), (394, true), (395, false), (700, false), (730, true), (759, true), (760, false)] {
        let old = Interaction { since: Some(today() - days), ..warning() };
        assert_eq!(!shown(&with(vec![old])).is_empty(), speaks, "{days}");
    }
    let old = Interaction { since: Some(today() - 500), ..warning() };
    assert!(shown(&with(vec![old.clone()])).is_empty());
    assert_eq!(shown(&with(vec![Interaction { severity: Severity::Critical, ..old.clone() }])).len(), 1);
    assert_eq!(shown(&with(vec![Interaction { since: None, ..old.clone() }])).len(), 1, "since when is not known");
    assert_eq!(shown(&with(vec![Interaction { id: "mao-b-with-antidepressant", ..old }])).len(), 1, "a row of 9.1 always stands");
}

// rule 10/interaction-draft: speaks
// rule 10/interaction-draft: silent
#[test]
fn beside_an_order_only_what_names_the_order_is_told() {
    let drafted = Interaction { draft: true, ..warning() };
    let assessment = with(vec![critical(), drafted]);
    assert_eq!(shown(&assessment).len(), 2);
    let ordering = cards(signing(&assessment));
    assert_eq!(ordering.iter().map(|card| card.indicator).collect::<Vec<_>>(), [Indicator::Warning]);
}

#[test]
fn the_day_a_window_closes_and_a_text_entry_are_told() {
    let found = Interaction { until: Some(today() + 3), text_entry: true, ..critical() };
    let detail = shown(&with(vec![found])).remove(0).detail;
    assert!(detail.contains("closes after 2026-03-05") && detail.contains("text entry only"), "{detail}");
}

#[test]
fn lines_and_what_was_not_checked_stand_beside_their_drugs_only() {
    let mut assessment = with(vec![warning()]);
    let line = |drug: &str| InteractionLine {
        id: "bleeding-with-reuptake-inhibitor",
        drugs: vec![drug.to_owned(), "aspirin".to_owned()],
        text: "bleeding risk".to_owned(),
        basis: Vec::new(),
    };
    assessment.interaction_lines = vec![line("sertraline"), line("duloxetine")];
    assessment.interactions_not_checked =
        vec![NotChecked { id: "qtc-very-long", drugs: vec!["sertraline".to_owned()], what: "QTc".to_owned() }];
    let detail = shown(&assessment).remove(0).detail;
    assert!(detail.contains("sertraline with aspirin: bleeding risk") && !detail.contains("duloxetine with"), "{detail}");
    assert!(detail.contains("not checked: QTc (sertraline)"), "{detail}");
}

#[test]
fn a_summary_keeps_its_number_where_it_is_cut() {
    let long = Interaction { reason: "a reason of many words ".repeat(12), ..warning() };
    let found = shown(&with(vec![long, warning()]));
    assert!(found[0].summary.ends_with("; and 1 more") && found[0].summary.chars().count() < 140, "{}", found[0].summary);
}

// rule 10/interaction-silences-complete-trial: speaks
// rule 10/interaction-silences-complete-trial: silent
#[test]
fn a_critical_interaction_silences_the_card_about_finishing_the_trial_of_its_drug() {
    let codes = |assessment: &Assessment| all_cards(situation(assessment)).iter().map(|card| card.code).collect::<Vec<_>>();
    assert_eq!(codes(&with(vec![critical()])), [CardCode::Interaction]);
    let other = Interaction { drugs: vec!["tramadol".to_owned()], ..critical() };
    assert_eq!(codes(&with(vec![other])), [CardCode::Interaction, CardCode::CompleteTrial]);
    assert_eq!(codes(&with(vec![warning()])), [CardCode::Interaction, CardCode::CompleteTrial]);
}

#[test]
fn the_detail_does_not_repeat_the_summary() {
    let reason = "above 20 mg a day; supplied since 2026-01-02".to_owned();
    let only = Interaction { drugs: vec!["citalopram".to_owned()], reason, advice: "Suggested: less.".to_owned(), ..warning() };
    let card = shown(&with(vec![only.clone()])).remove(0);
    assert_eq!(card.summary, "citalopram: above 20 mg a day");
    assert!(card.detail.starts_with("**Suggested: less.**\n\nOn record: supplied since 2026-01-02."), "{}", card.detail);
    assert!(!card.detail.contains("above 20 mg"));
    let two = shown(&with(vec![only.clone(), warning()])).remove(0);
    assert!(two.detail.starts_with("**To review: 2 combinations or doses.**"), "{}", two.detail);
    let silent = Interaction { advice: String::new(), ..only };
    assert!(shown(&with(vec![silent])).remove(0).detail.starts_with("**Citalopram: above 20 mg a day.**"));
    let longer = Interaction { advice: "Suggested: less. Worth asking: why?".to_owned(), ..warning() };
    assert!(shown(&with(vec![longer])).remove(0).detail.starts_with("**Suggested: less.** Worth asking: why?"));
}

#[test]
fn how_a_pair_is_begun_is_not_told_of_a_pair_that_is_taken() {
    let mut assessment = with(vec![warning()]);
    let drugs = warning().drugs;
    assert_eq!(drugs.len(), 2);
    assessment.interaction_lines =
        vec![InteractionLine { id: "cyp2d6-with-aripiprazole", drugs, text: "2 mg at the start".to_owned(), basis: Vec::new() }];
    assert!(!shown(&assessment).remove(0).detail.contains("at the start"));
}

/// A memory of one card that told this interaction so many days ago.
fn told(found: &Interaction, days_ago: i32, by_this_user: bool) -> Memory {
    let past = Past {
        code: CardCode::Interaction,
        ground: FactHash::of("another ground"),
        facts: vec![FactHash::of(&fact(found))],
        day: today() - days_ago,
        fate: Fate::Shown,
        by_this_user,
        in_this_encounter: false,
    };
    Memory { past: vec![past] }
}

fn speaks(found: &Interaction, memory: &Memory) -> bool {
    let assessment = with(vec![found.clone()]);
    !cards(Situation { memory, ..situation(&assessment) }).is_empty()
}

// rule 10/interaction-stood: speaks
// rule 10/interaction-stood: silent
#[test]
fn where_it_is_remembered_the_year_counts_from_the_day_it_was_last_shown() {
    let old = Interaction { since: Some(today() - 500), ..warning() };
    for (days, again) in [(0, true), (1, false), (364, false), (365, true)] {
        assert_eq!(speaks(&old, &told(&old, days, false)), again, "{days}");
    }
    let returning = Interaction { since: Some(today() - 735), ..warning() };
    assert!(speaks(&returning, Memory::NONE) && !speaks(&returning, &told(&returning, 40, true)));
    let young = Interaction { since: Some(today() - 365), ..warning() };
    assert!(speaks(&young, &told(&young, 40, true)), "it has not stood for more than a year");
    let other = Interaction { drugs: vec!["lithium".to_owned(), "ramipril".to_owned()], ..returning.clone() };
    assert!(speaks(&returning, &told(&other, 40, true)), "another pair is another fact");
    let critical = Interaction { severity: Severity::Critical, ..old.clone() };
    assert!(speaks(&critical, &told(&critical, 40, true)));
}

// rule 9.1/mao-b-once: speaks
// rule 9.1/mao-b-once: silent
#[test]
fn a_mao_b_inhibitor_with_an_antidepressant_is_told_once_to_each_user() {
    let found = interaction("mao-b-with-antidepressant", Severity::Warning);
    assert!(speaks(&found, Memory::NONE), "offline it always stands");
    assert!(!speaks(&found, &told(&found, 40, true)));
    assert!(speaks(&found, &told(&found, 40, false)), "it was shown to another user");
    let others = Interaction { drugs: vec!["rasagiline".to_owned(), "duloxetine".to_owned()], ..found.clone() };
    assert!(speaks(&others, &told(&found, 40, true)), "other drugs");
    assert!(speaks(&Interaction { draft: true, ..found.clone() }, &told(&found, 40, true)), "ordered now");
    let opioid = interaction("mao-b-with-opioid", Severity::Critical);
    assert!(speaks(&opioid, &told(&opioid, 40, true)));
}

#[test]
fn a_line_about_one_drug_of_a_pair_is_told_beside_the_pair() {
    let mut assessment = with(vec![warning()]);
    let drugs = vec![warning().drugs[0].clone()];
    assessment.interaction_lines =
        vec![InteractionLine { id: "escitalopram-dose", drugs, text: "above 10 mg a day".to_owned(), basis: Vec::new() }];
    assert!(shown(&assessment).remove(0).detail.contains("above 10 mg a day"));
}

#[test]
fn that_no_qtc_is_on_file_is_not_said_again_beside_the_row_that_says_it_of_the_same_drugs() {
    let told = |id, drugs: &[String], what: &str| {
        let mut assessment = with(vec![Interaction { id, ..warning() }]);
        let missing = NotChecked { id: "qtc-very-long", drugs: drugs.to_vec(), what: what.to_owned() };
        assessment.interactions_not_checked = vec![missing];
        shown(&assessment).remove(0).detail.contains("not checked: ")
    };
    let pair = warning().drugs;
    assert!(!told("qt-without-ecg", &pair, "QTc"));
    assert!(told("qt-without-ecg", &pair, "sex"), "another gap");
    assert!(told("qt-without-ecg", &pair[..1], "QTc"), "of one of them");
    assert!(told("lithium-interaction", &pair, "QTc"), "another row");
}
