use super::super::sample::*;
use super::*;
use crate::clinical::cards::{CardCode, Indicator, cards};
use crate::clinical::derive::{Assessment, ContributorStatus, ScopeStatus, WorkupItem, WorkupStatus};
use crate::clinical::units::SourceRef;

fn found(id: &'static str, weight: ContributorWeight, short: Option<&str>) -> Contributor {
    Contributor {
        id,
        status: ContributorStatus::Present,
        treated: false,
        weight,
        label: format!("label of {id}"),
        basis: vec![SourceRef::new(format!("Observation/{id}"))],
        short: short.map(ToOwned::to_owned),
    }
}

fn anemia() -> Contributor {
    found("anemia", ContributorWeight::Alongside, Some("anaemia (Hb 10.9)"))
}

fn with(contributors: Vec<Contributor>) -> Assessment {
    Assessment { contributors, ..assessment(vec![trial("sertraline", 50.0, 60)]) }
}

fn speaks(assessment: &Assessment) -> Option<Card> {
    let card = card(situation(assessment))?;
    assert_well_formed(&card);
    Some(card)
}

fn summary(assessment: &Assessment) -> Option<String> {
    speaks(assessment).map(|card| card.summary)
}

#[test]
fn the_wording_is_complete() {
    assert!(Wording::read(include_str!("card.toml"), &TEXTS, &NAMES).is_ok());
}

// rule 8/card-fires: speaks
// rule 8/card-fires: silent
#[test]
fn speaks_with_a_score_of_ten_within_sixty_days() {
    for (score, days_ago, expected) in [(10, 60, true), (9, 60, false), (10, 61, false)] {
        let assessment = Assessment { current_score: Some(phq9(score, days_ago)), ..with(vec![anemia()]) };
        assert_eq!(summary(&assessment).is_some(), expected, "{score}, {days_ago}");
    }
    assert_eq!(summary(&Assessment { current_score: None, ..with(vec![anemia()]) }), None);
}

// rule 8/card-needs-a-trial: speaks
// rule 8/card-needs-a-trial: silent
#[test]
fn speaks_with_any_trial_of_the_episode_and_without_a_current_one() {
    let of = |trials| Assessment { contributors: vec![anemia()], ..assessment(trials) };
    assert!(summary(&of(vec![ended("sertraline", 50.0, 10, 200)])).is_some(), "short, long over");
    assert_eq!(summary(&of(Vec::new())), None);
    let mut earlier = trial("sertraline", 50.0, 60);
    earlier.in_episode = false;
    assert_eq!(summary(&of(vec![earlier])), None);
    let mut hypnotic = trial("trazodone", 50.0, 60);
    hypnotic.reasons = vec![Reason::NotATrial];
    assert_eq!(summary(&of(vec![hypnotic])), None);
}

// rule 8/treated-is-a-line: speaks
// rule 8/treated-is-a-line: silent
// rule 8/line-raises-no-card: speaks
// rule 8/line-raises-no-card: silent
#[test]
fn lines_treated_ones_and_those_not_looked_for_raise_no_card() {
    assert_eq!(summary(&with(vec![anemia()])).as_deref(), Some("Possible contributor to non-response: anaemia (Hb 10.9)"));
    let line = || Contributor { weight: ContributorWeight::Line, ..anemia() };
    let treated = || Contributor { treated: true, id: "thyroid-low", ..anemia() };
    let missing = || Contributor { status: ContributorStatus::NotChecked, id: "vitamin-d", basis: Vec::new(), ..anemia() };
    let clear = || Contributor { status: ContributorStatus::Clear, ..anemia() };
    for quiet in [line(), treated(), missing(), clear()] {
        assert_eq!(summary(&with(vec![quiet])), None);
    }
    let detail = speaks(&with(vec![anemia(), line(), treated(), missing()])).expect("speaks").detail;
    assert!(detail.contains("**Other findings that bear on it**") && detail.contains("Treated already"), "{detail}");
    assert!(!detail.contains("Not looked for"), "what was never looked for stands in the workup: {detail}");
    let in_part = Contributor { basis: vec![SourceRef::new("Observation/d")], ..missing() };
    let detail = speaks(&with(vec![anemia(), in_part])).expect("speaks").detail;
    assert!(detail.contains("Not looked for in full: Vitamin D"), "{detail}");
}

#[test]
fn a_long_diagnosis_does_not_cut_off_what_follows_it() {
    let label = format!("{} (2024-10-22), index 27 /h on 2024-10-15; to be asked: whether it is treated", "apnoea ".repeat(9).trim_end());
    let detail = speaks(&with(vec![Contributor { label, ..anemia() }])).expect("speaks").detail;
    assert!(detail.contains("2024-10-15; to be asked: whether it is treated."), "{detail}");
    let endless = Contributor { label: format!("{}; treated", "a".repeat(500)), ..anemia() };
    let detail = speaks(&with(vec![endless])).expect("speaks").detail;
    assert!(detail.contains("…; treated.") && !detail.contains(&"a".repeat(200)), "{detail}");
}

// rule 8/out-of-scope: speaks
// rule 8/out-of-scope: silent
#[test]
fn silent_out_of_scope_and_not_silenced_by_a_strong_bipolar_indicator() {
    for status in [ScopeStatus::OutOfScope, ScopeStatus::Undetermined] {
        let mut out = with(vec![anemia()]);
        out.scope.status = status;
        assert_eq!(summary(&out), None);
    }
    assert!(summary(&with_strong_bipolar_indicator(with(vec![anemia()]))).is_some());
}

// rule 8/treat-first-replaces-next-step: speaks
// rule 8/treat-first-replaces-next-step: silent
// rule 8/alongside-keeps-next-step: speaks
// rule 8/alongside-keeps-next-step: silent
#[test]
fn treat_first_takes_the_place_of_next_step_and_alongside_stands_beside_it() {
    let shown = |assessment: &Assessment| -> Vec<(CardCode, Indicator)> {
        cards(situation(assessment)).iter().map(|card| (card.code, card.indicator)).collect()
    };
    let first = with_treat_first(assessment(vec![trial("sertraline", 50.0, 60)]), false);
    assert_eq!(shown(&first), [(CardCode::Contributors, Indicator::Warning)]);
    let alongside = with(vec![anemia()]);
    assert_eq!(shown(&alongside), [(CardCode::NextStep, Indicator::Info), (CardCode::Contributors, Indicator::Info)]);
    let treated = with_treat_first(assessment(vec![trial("sertraline", 50.0, 60)]), true);
    assert_eq!(shown(&treated), [(CardCode::NextStep, Indicator::Info)]);
}

// rule 8/treat-first-says-trials: speaks
// rule 8/treat-first-says-trials: silent
#[test]
fn treat_first_says_how_many_trials_and_what_comes_first() {
    let first = with_treat_first(assessment(vec![trial("sertraline", 50.0, 60)]), false);
    let expected = "1 adequate trial without sufficient response on record; plan the next step after a look at the thyroid (TSH 12.4)";
    assert_eq!(summary(&first).as_deref(), Some(expected));
    let two = with_treat_first(assessment(vec![ended("citalopram", 20.0, 60, 70), trial("sertraline", 50.0, 60)]), false);
    assert!(summary(&two).expect("speaks").starts_with("2 adequate trials without"));
    let none = with_treat_first(assessment(vec![trial("sertraline", 50.0, 20)]), false);
    assert!(!summary(&none).expect("speaks").contains("0 adequate"));
    let drug = found("depressogenic-drug", ContributorWeight::TreatFirst, Some("prednisone"));
    assert!(summary(&with(vec![drug])).expect("speaks").ends_with("after a review of prednisone with the prescriber"));
}

// rule 8/summary-hides-substance-use: speaks
// rule 8/summary-hides-substance-use: silent
#[test]
fn substance_use_stands_in_no_summary() {
    let substance = |weight| found("substance-use", weight, None);
    for weight in [ContributorWeight::Alongside, ContributorWeight::TreatFirst] {
        let card = speaks(&with(vec![substance(weight)])).expect("speaks");
        assert!(!card.summary.to_lowercase().contains("substance"), "{}", card.summary);
        assert!(card.detail.contains("**Substance use**"));
    }
    let both = summary(&with(vec![anemia(), substance(ContributorWeight::Alongside)]));
    assert_eq!(both.as_deref(), Some("Possible contributors to non-response: anaemia (Hb 10.9) and 1 more"));
}

#[test]
fn the_summary_names_three_at_most() {
    let many = ["a", "b", "c", "d"].map(|short| found("anemia", ContributorWeight::Alongside, Some(short)));
    let expected = "Possible contributors to non-response: a, b, c and 1 more";
    assert_eq!(summary(&with(many.to_vec())).as_deref(), Some(expected));
}

#[test]
fn the_words_of_the_record_are_escaped_and_nobody_is_told_to_stop_a_drug() {
    let drug =
        Contributor { label: "x <b> *y*".to_owned(), ..found("depressogenic-drug", ContributorWeight::Alongside, Some("montelukast")) };
    let detail = speaks(&with(vec![drug])).expect("speaks").detail;
    assert!(detail.contains(r"x \<b\> \*y\*"), "{detail}");
    assert!(!detail.to_lowercase().contains("stop"), "{detail}");
}

// rule 8/workup-on-the-card: speaks
// rule 8/workup-on-the-card: silent
#[test]
fn the_workup_stands_at_the_end_done_with_its_day_or_not_on_file() {
    let item = |id, name, status, done| WorkupItem { id, status, done, basis: Vec::new(), name };
    let mut assessment = with(vec![anemia()]);
    assert!(!speaks(&assessment).expect("speaks").detail.contains("Workup"));
    assessment.workup = vec![
        item("tsh", "TSH", WorkupStatus::Done, Some(today() - 20)),
        item("vitamin-d", "vitamin D", WorkupStatus::Outdated, Some(today() - 500)),
        item("blood-count", "blood count", WorkupStatus::NotOnFile, None),
        item("vitamin-b12", "vitamin B12", WorkupStatus::NotKnown, None),
    ];
    let line = "**Workup of a poor response.** Done: TSH 2026-02-10. Done too long ago: vitamin D 2024-10-18. \
                Not on file: blood count. Not known: vitamin B12.";
    assert!(speaks(&assessment).expect("speaks").detail.contains(line));
    let next = cards(situation(&assessment)).into_iter().find(|card| card.code == CardCode::NextStep).expect("next-step");
    assert!(next.detail.contains(line) && next.detail.contains("**Anaemia**: label of anemia"), "{}", next.detail);
}

#[test]
fn a_screen_for_what_is_diagnosed_already_is_no_part_of_the_workup() {
    let detail = |label: &str| {
        let mut assessment =
            with(vec![Contributor { label: label.to_owned(), ..found("sleep-apnea", ContributorWeight::Alongside, None) }]);
        let (status, basis) = (WorkupStatus::NotOnFile, Vec::new());
        assessment.workup = vec![WorkupItem { id: "sleep-apnea-screen", status, done: None, basis, name: "sleep-apnoea screen" }];
        speaks(&assessment).expect("speaks").detail
    };
    let diagnosed = detail("Obstructive sleep apnoea, 2024-10-22");
    assert!(
        !diagnosed.contains("Workup") && diagnosed.contains("Suggested: treatment.") && !diagnosed.contains("sleep study"),
        "{diagnosed}"
    );
    let screened = detail("STOP-BANG 6 on 2026-01-02: sleep study");
    assert!(screened.contains("Not on file: sleep-apnoea screen") && screened.contains("Suggested: a sleep study"), "{screened}");
}

#[test]
fn beside_the_urgent_pathway_no_contributor_comes_first() {
    let assessment = with(vec![found("thyroid-low", ContributorWeight::TreatFirst, None)]);
    let told = |blocks: Vec<Block>| format!("{blocks:?}");
    let (urgent, usual) = (told(blocks_beside_urgent(situation(&assessment))), told(blocks(situation(&assessment))));
    assert!(urgent.contains("at the same time") && !urgent.contains("first") && !urgent.contains("before the next"), "{urgent}");
    assert!(usual.contains("before the next antidepressant step"), "{usual}");
}

#[test]
fn the_ground_holds_no_day_counter() {
    let ground = speaks(&with(vec![anemia()])).expect("speaks").ground;
    assert_eq!(ground, "contributors||anemia|Observation/anemia");
}

#[test]
fn contributors_stand_under_the_heading_of_their_weight_and_the_first_list_before_the_fold() {
    let detail = |weights: &[ContributorWeight]| {
        let all = ["anemia", "thyroid-low", "vitamin-d"].into_iter().zip(weights).map(|(id, weight)| found(id, *weight, Some(id)));
        speaks(&with(all.collect())).expect("speaks").detail
    };
    use ContributorWeight::{Alongside, Line, TreatFirst};
    let (first, alongside, other) = (
        "**Contributor to look at first**\n\n- **",
        "**Contributors to look at alongside**\n\n- **",
        "**Other findings that bear on it**\n\n- **",
    );
    let all = detail(&[TreatFirst, Alongside, Line]);
    for listed in [format!("{first}Anaemia**"), format!("{alongside}Thyroid, low**"), format!("{other}Vitamin D**")] {
        assert!(all.contains(&listed), "{listed}: {all}");
    }
    let before = |detail: &str, text: &str| detail.find(text) < detail.find("### Details");
    assert!(before(&all, first) && !before(&all, alongside) && !before(&all, other));
    let no_first = detail(&[Alongside, Line]);
    assert!(before(&no_first, alongside) && !before(&no_first, other) && !no_first.contains(first));
}
