mod list;

use super::super::sample::*;
use super::*;
use crate::clinical::derive::{Assessment, Augmentation, Course, CourseKind, StepKind, TreatmentOption};

fn speaks(assessment: &Assessment) -> Option<Card> {
    let card = card(situation(assessment))?;
    assert_well_formed(&card);
    Some(card)
}

fn variant_of(assessment: &Assessment) -> Option<&'static str> {
    speaks(assessment).and_then(|card| card.variant)
}

fn one_failure() -> Assessment {
    assessment(vec![trial("sertraline", 50.0, 60)])
}

fn two_failures() -> Assessment {
    assessment(vec![ended("citalopram", 20.0, 60, 70), trial("venlafaxine", 150.0, 60)])
}

#[test]
fn the_wording_is_complete() {
    assert!(Wording::read(include_str!("card.toml"), &TEXTS, &NAMES).is_ok());
}

// rule 10/next-step-tier-1: speaks
// rule 10/next-step-tier-2: silent
// rule 10/next-step-partial-adds-first: silent
// rule 10/next-step-no-room-switches-first: silent
// rule 10/next-step-left-out: silent
// rule 10/one-of-two: silent
#[test]
fn tier_one_without_response_raises_or_switches_first() {
    let card = speaks(&with_options(one_failure())).expect("speaks");
    assert_eq!(card.variant, Some("tier-1"));
    let place = |text: &str| card.detail.find(text).unwrap_or_else(|| panic!("no {text} in {}", card.detail));
    assert!(place("**Raise the dose:**") < place("**Switch to:**") && place("**Switch to:**") < place("**Add to the antidepressant:**"));
    assert!(place("**Raise the dose**") < place("**Switch to**") && place("**Switch to**") < place("**Add to the antidepressant**"));
    assert!(card.detail.contains("not proved better than continuing"));
    assert!(card.detail.contains("room to 200 mg"), "{}", card.detail);
    assert!(card.detail.contains("Not checked here"));
    assert!(!card.detail.contains("**lithium**"), "tier 2 only");
}

// rule 10/next-step-no-room-switches-first: speaks
#[test]
fn tier_one_without_room_in_the_dose_switches_first() {
    let card = speaks(&with_options(assessment(vec![trial("sertraline", 200.0, 60)]))).expect("speaks");
    assert!(card.summary.ends_with("switch first"), "{}", card.summary);
    assert!(!card.detail.contains("**Raise the dose**"));
}

// rule 10/next-step-left-out: speaks
#[test]
fn what_is_left_out_stands_at_the_end_with_its_reason() {
    let detail = speaks(&with_options(one_failure())).expect("speaks").detail;
    let (_, end) = detail.split_once("Left out: ").expect("some are left out");
    assert!(end.contains("sertraline (already being taken)") && end.contains("lithium"), "{end}");
    assert!(!end.replace("**Not known**", "").contains("**"), "nothing but what was not known and the sources follows: {end}");
}

// rule 10/next-step-partial-adds-first: speaks
#[test]
fn tier_one_with_partial_response_adds_first() {
    let partial = Trial { response: Response::Partial, ..trial("sertraline", 50.0, 60) };
    let card = speaks(&with_options(assessment(vec![partial]))).expect("speaks");
    let place = |text: &str| card.detail.find(text).unwrap_or_else(|| panic!("no {text} in {}", card.detail));
    assert!(place("**Add to the antidepressant**") < place("**Switch to**"));
    assert!(card.summary.contains("add-on first"));
}

// rule 10/next-step-tier-2: speaks
// rule 10/summary-length: silent
#[test]
fn tier_two_from_two_counted_failures_on() {
    let card = speaks(&with_options(two_failures())).expect("speaks");
    assert_eq!(card.variant, Some("tier-2"));
    assert_eq!(card.summary, "2 adequate trials without sufficient response: next-line options");
    assert!(card.detail.contains("Refer to"), "{}", card.detail);
}

// rule 10/next-step-tier-1: silent
#[test]
fn silent_without_a_failure() {
    let judged = Trial { failed: false, response: Response::CannotJudge, ..trial("sertraline", 50.0, 60) };
    assert_eq!(variant_of(&assessment(vec![judged])), None);
}

// rule 10/next-step-score: speaks
// rule 10/next-step-score: silent
#[test]
fn needs_a_phq9_of_ten_within_60_days() {
    for (score, days_ago, expected) in [(10, 60, true), (9, 2, false), (10, 61, false)] {
        let mut assessment = one_failure();
        assessment.current_score = Some(phq9(score, days_ago));
        assert_eq!(variant_of(&assessment).is_some(), expected, "{score} {days_ago} days ago");
    }
    let mut assessment = one_failure();
    assessment.current_score = None;
    assert_eq!(variant_of(&assessment), None);
}

#[test]
fn silent_where_something_else_comes_first() {
    assert_eq!(variant_of(&with_treat_first(one_failure(), false)), None);
    assert!(variant_of(&with_treat_first(one_failure(), true)).is_some(), "treated already");
    assert_eq!(variant_of(&with_strong_bipolar_indicator(one_failure())), None);
}

// rule 10/next-step-waits-for-trial: speaks
// rule 10/next-step-waits-for-trial: silent
#[test]
fn waits_for_the_current_trial() {
    let after = |current| assessment(vec![ended("citalopram", 20.0, 60, 70), current]);
    assert_eq!(variant_of(&after(trial("sertraline", 50.0, 41))), None, "not adequate yet");
    let better = Trial { response: Response::Response, failed: false, ..trial("sertraline", 50.0, 60) };
    assert_eq!(variant_of(&after(better)), None, "in response");
    let lost =
        Trial { response: Response::Response, failed: false, markers: vec![Marker::LossOfResponse], ..trial("sertraline", 50.0, 60) };
    assert_eq!(variant_of(&after(lost)), None, "loss of response");
    assert_eq!(variant_of(&assessment(vec![ended("citalopram", 20.0, 60, 70)])), Some("tier-1"), "no current trial");
}

// rule 10/next-step-waits-after-increase: speaks
// rule 10/next-step-waits-after-increase: silent
#[test]
fn waits_28_days_after_an_increase() {
    for (days_ago, expected) in [(26, None), (27, Some("tier-1"))] {
        let raised = Trial { last_increase: Some(today() - days_ago), ..trial("sertraline", 100.0, 80) };
        assert_eq!(variant_of(&assessment(vec![raised])), expected, "{days_ago} days ago");
    }
}

// rule 10/next-step-waits-for-augmentation: speaks
// rule 10/next-step-waits-for-augmentation: silent
#[test]
fn waits_for_an_augmentation() {
    for (days, at_dose, expected) in [(27, 27, None), (28, 28, Some("tier-1")), (56, 0, None), (57, 0, Some("tier-1"))] {
        let mut assessment = one_failure();
        assessment.augmentation = vec![Augmentation { at_dose_days: at_dose, ..added("aripiprazole", days) }];
        assert_eq!(variant_of(&assessment), expected, "{at_dose} of {days}");
    }
}

// rule 10/next-step-waits-for-course: speaks
// rule 10/next-step-waits-for-course: silent
#[test]
fn waits_for_a_course_and_14_days_after_it() {
    for (days_ago, expected) in [(0, None), (14, None), (15, Some("tier-1"))] {
        let mut assessment = one_failure();
        let last = today() - days_ago;
        assessment.courses = vec![Course { kind: CourseKind::Ect, first: last - 20, last, sessions: 8, basis: Vec::new() }];
        assert_eq!(variant_of(&assessment), expected, "{days_ago} days ago");
    }
}

// rule 10/tier-0-intolerance: speaks
// rule 10/tier-0-intolerance: silent
#[test]
fn tier_zero_after_intolerance_without_another_trial() {
    let stopped =
        Trial { markers: vec![Marker::Intolerance], failed: false, adequacy: Adequacy::Inadequate, ..ended("sertraline", 50.0, 20, 20) };
    let card = speaks(&assessment(vec![stopped.clone()])).expect("speaks");
    assert_eq!(card.variant, Some("tier-0"));
    assert_eq!(card.summary, "sertraline was not tolerated: switch to another antidepressant");
    assert!(!card.detail.contains("resistan"));
    assert_eq!(variant_of(&assessment(vec![stopped.clone(), trial("citalopram", 20.0, 10)])), None, "another trial is under way");
    let later = Trial { failed: false, adequacy: Adequacy::Inadequate, ..ended("citalopram", 20.0, 15, 5) };
    assert_eq!(variant_of(&assessment(vec![stopped, later])), None, "not the trial that ended last");
}

// rule 10/tier-0-maximum: speaks
// rule 10/tier-0-with-failures: silent
#[test]
fn tier_zero_where_the_dose_cannot_be_raised() {
    let mut assessment = assessment(vec![trial("reboxetine", 6.0, 70)]);
    assessment.patient.age_years = Some(70);
    let card = speaks(&assessment).expect("speaks");
    assert_eq!(card.variant, Some("tier-0"));
    assert!(card.summary.contains("cannot be raised"), "{}", card.summary);
}

// rule 10/tier-0-with-failures: speaks
// rule 10/tier-0-maximum: silent
#[test]
fn with_failures_the_grounds_of_tier_zero_give_their_tier() {
    let mut assessment = assessment(vec![ended("citalopram", 20.0, 60, 80), trial("reboxetine", 6.0, 70)]);
    assessment.patient.age_years = Some(70);
    assert_eq!(variant_of(&assessment), Some("tier-1"));
}

// rule 10/unjudged: speaks
// rule 10/unjudged: silent
// rule 10/unjudged-counted-drug: silent
#[test]
fn unjudged_where_the_undocumented_would_make_the_tier() {
    let open =
        |name, days_ago| Trial { failed: false, response: Response::NotDocumented, baseline: None, ..ended(name, 60.0, 60, days_ago) };
    let current = Trial { failed: false, response: Response::NotDocumented, baseline: None, ..trial("sertraline", 50.0, 60) };
    let card = speaks(&assessment(vec![open("citalopram", 140), open("fluoxetine", 70), current.clone()])).expect("speaks");
    assert_eq!(card.variant, Some("unjudged"));
    assert_eq!(card.summary, "Record shows 3 adequate trials, response not documented for 3: judge them together");
    assert_eq!(card.detail.matches("remitted, better, no change, not tolerated?").count(), 1, "asked once");
    let listed = ["- citalopram, ", "- fluoxetine, ", "- sertraline, "];
    assert!(listed.iter().all(|line| card.detail.matches(line).count() == 1), "a line each");
    assert_eq!(variant_of(&assessment(vec![current])), Some("unjudged"), "a single one is enough");
    assert_eq!(
        variant_of(&assessment(vec![ended("citalopram", 20.0, 60, 140), open("fluoxetine", 70)])),
        Some("unjudged"),
        "one counted, one open"
    );
    let mut two = two_failures();
    two.trials.insert(0, open("fluoxetine", 300));
    two.current_trial = two.current_trial.map(|index| index + 1);
    assert_eq!(variant_of(&two), Some("tier-2"), "two are counted already");
}

// rule 10/unjudged-counted-drug: speaks
#[test]
fn an_undocumented_trial_of_a_counted_drug_adds_nothing() {
    let again = Trial { failed: false, response: Response::NotDocumented, ..ended("sertraline", 50.0, 60, 140) };
    assert_eq!(variant_of(&assessment(vec![again, trial("sertraline", 50.0, 60)])), Some("tier-1"));
}

// rule 10/response-lost: speaks
// rule 10/response-lost: silent
#[test]
fn a_confirmed_loss_of_response_is_told_as_such() {
    let lost = Trial {
        response: Response::Response,
        failed: false,
        markers: vec![Marker::LossOfResponse],
        loss_confirmed: true,
        ..trial("sertraline", 50.0, 200)
    };
    let card = speaks(&with_options(assessment(vec![lost.clone()]))).expect("speaks");
    assert_eq!(card.variant, Some("response-lost"));
    assert!(card.lead().contains("no counted failure, so no switch and no add-on is listed here."), "{}", card.lead());
    let counted = speaks(&with_options(assessment(vec![ended("citalopram", 20.0, 60, 220), lost.clone()]))).expect("speaks");
    assert!(counted.lead().contains("no counted failure.") && counted.lead().contains("**Switch to:**"), "{}", counted.lead());
    let settling = Trial { last_increase: Some(today() - 5), ..lost };
    assert_eq!(variant_of(&assessment(vec![settling])), None);
}

// rule 10/orders-unverified: speaks
// rule 10/orders-unverified: silent
#[test]
fn orders_alone_are_said_to_be_unverified() {
    let ordered = Trial { evidence: crate::clinical::derive::Evidence::Ordered, ..trial("sertraline", 50.0, 60) };
    assert!(speaks(&assessment(vec![ordered])).expect("speaks").detail.contains("adherence not verifiable"));
    assert!(!speaks(&one_failure()).expect("speaks").detail.contains("adherence not verifiable"), "supplied");
}

// rule 10/change-over: speaks
// rule 10/change-over: silent
#[test]
fn the_change_over_is_that_of_the_present_drug() {
    let from = |name, mg| speaks(&with_options(assessment(vec![trial(name, mg, 60)]))).expect("speaks").detail;
    assert!(from("fluoxetine", 20.0).contains("stop, wait 4-7 days, start low"));
    assert!(!from("fluoxetine", 20.0).contains("cross-taper at an equivalent dose"));
    assert!(from("sertraline", 50.0).contains("cross-taper at an equivalent dose"));
    assert!(!from("sertraline", 50.0).contains("wait 4-7 days, start low"));
}

#[test]
fn what_is_left_out_is_named_once() {
    let detail = speaks(&with_options(two_failures())).expect("speaks").detail;
    let left_out = detail.lines().find(|line| line.starts_with("Left out: ")).expect("some are left out");
    for name in ["citalopram", "venlafaxine"] {
        assert_eq!(left_out.matches(name).count(), 1, "{left_out}");
    }
    assert!(left_out.contains("citalopram (adequate trial in this episode without sufficient response"), "{left_out}");
}

#[test]
fn what_was_added_is_told_with_its_level() {
    let with = |level: Option<&str>| {
        let mut assessment = with_options(one_failure());
        assessment.augmentation = vec![Augmentation { level: level.map(str::to_owned), ..added("lithium", 40) }];
        speaks(&assessment).expect("speaks").lead().to_owned()
    };
    assert!(with(Some("level 0.6 mmol/L on 2026-02-20")).contains("lithium (since 2026-01-22; level 0.6 mmol/L on 2026-02-20)"));
    assert!(with(None).contains("lithium (since 2026-01-22)"));
}

#[test]
fn the_blood_level_of_a_tricyclic_is_no_claim_of_this_record() {
    let lead = |name, mg| speaks(&with_options(assessment(vec![trial(name, mg, 60)]))).expect("speaks").lead().to_owned();
    assert!(lead("nortriptyline", 75.0).contains("blood level: not read here"));
    assert!(!lead("sertraline", 50.0).contains("blood level"));
}

#[test]
fn referral_comes_first_from_three_failures_on() {
    let place = |failures| {
        let mut assessment = with_options(two_failures());
        assessment.adequate_failed_trials = failures;
        let card = speaks(&assessment).expect("speaks");
        card.detail.contains("**Referral first:**")
    };
    assert_eq!((place(2), place(3), place(4)), (false, true, true));
}

#[test]
fn the_figures_of_the_trial_in_older_adults_are_told_from_sixty_after_two_failures() {
    let told = |age, failures: usize| {
        let mut assessment = at_age(with_options(two_failures()), age);
        assessment.adequate_failed_trials = failures;
        speaks(&assessment).expect("speaks").detail.contains("OPTIMUM")
    };
    assert_eq!((told(59, 2), told(60, 2), told(75, 2)), (false, true, true));
    assert_eq!((told(60, 1), told(60, 3)), (false, true));
}

#[test]
fn a_stage_is_told_from_one_on() {
    let told = |stage| {
        let mut assessment = with_options(two_failures());
        assessment.staging.thase_rush = stage;
        speaks(&assessment).expect("speaks").detail
    };
    assert!(!told(None).contains("Thase-Rush") && !told(Some(0)).contains("Thase-Rush"));
    assert!(told(Some(1)).contains("Thase-Rush I.") && told(Some(5)).contains("Thase-Rush V."));
}

#[test]
fn three_options_of_a_kind_are_named_and_the_rest_are_counted() {
    let detail = speaks(&with_options(two_failures())).expect("speaks").detail;
    let (_, added) = detail.split_once("**Add to the antidepressant:** ").expect("some can be added");
    let line = added.lines().next().unwrap_or_default();
    let (named, rest) = line.split_once(" or ").expect("more than three can be added");
    assert!(named.split(", ").count() == 3 && rest.ends_with(" more"), "{line}");
}

#[test]
fn what_holds_for_every_drug_is_said_once_above_them() {
    let told = |with: fn(&TreatmentOption) -> bool| {
        let mut assessment = with_options(one_failure());
        for option in assessment.options.iter_mut().filter(|option| with(option)) {
            option.reasons.push("age 24: watch".to_owned());
        }
        let detail = speaks(&assessment).expect("speaks").detail;
        (detail.contains("**For every drug below:** age 24: watch."), detail.matches("age 24: watch").count())
    };
    let is_drug = |option: &TreatmentOption| matches!(option.kind, StepKind::Switch | StepKind::Augment);
    assert_eq!(told(is_drug), (true, 1));
    let (above, times) = told(|option| option.kind == StepKind::Switch);
    assert!(!above && times > 1, "{times}");
}

// rule 9.3/maoi-washout: speaks
#[test]
fn an_mao_inhibitor_that_stands_by_name_carries_its_free_days() {
    let detail = speaks(&with_options(one_failure())).expect("speaks").detail;
    assert!(detail.contains("change-over, phenelzine, tranylcypromine: stop the SSRI, 14 free days, then start"), "{detail}");
}

#[test]
fn what_is_left_out_has_no_brackets_in_brackets() {
    let detail = speaks(&with_options(one_failure())).expect("speaks").detail;
    let (_, end) = detail.split_once("Left out: ").expect("some are left out");
    let depth = |line: &str| {
        line.chars().fold((0, 0), |(deep, most): (i32, i32), c| {
            let deep = deep + i32::from(c == '(') - i32::from(c == ')');
            (deep, most.max(deep))
        })
    };
    assert_eq!(depth(end.lines().next().unwrap_or_default()), (0, 1), "{end}");
}
