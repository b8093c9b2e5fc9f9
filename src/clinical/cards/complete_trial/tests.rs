use super::super::sample::*;
use super::*;
use crate::clinical::derive::Evidence;
use crate::clinical::derive::{Assessment, Interaction, Score, Severity};
use crate::clinical::units::{Days, Instrument, SourceRef, Span};

fn spoken(assessment: &Assessment) -> Option<(&'static str, String)> {
    let card = card(situation(assessment))?;
    assert_well_formed(&card);
    Some((card.variant.expect("complete-trial has variants"), card.summary))
}

fn variant_of(assessment: &Assessment) -> Option<&'static str> {
    spoken(assessment).map(|(variant, _)| variant)
}

fn of_trial(change: impl FnOnce(&mut Trial)) -> Assessment {
    let mut trial = trial("sertraline", 50.0, 30);
    change(&mut trial);
    assessment(vec![trial])
}

/// Not adequate with at least 42 days at dose, for this reason.
fn inadequate(reason: Reason) -> Trial {
    Trial { adequacy: Adequacy::Inadequate, reasons: vec![reason], failed: false, ..trial("sertraline", 50.0, 60) }
}

fn lapsed(mut trial: Trial, days: Days) -> Trial {
    trial.ongoing = false;
    trial.markers.push(Marker::Lapsed);
    trial.last_covered = Some(today() - days);
    trial.end = trial.last_covered;
    trial
}

#[test]
fn the_wording_is_complete() {
    assert!(Wording::read(include_str!("card.toml"), &TEXTS, &words::NAMES).is_ok());
}

// rule 10/complete-trial-duration: speaks
// rule 10/complete-trial-current: speaks
// rule 10/complete-trial-no-trial: silent
// rule 10/complete-trial-interrupted: silent
#[test]
fn duration_gives_the_date_of_day_42() {
    let assessment = of_trial(|_| {});
    let card = card(situation(&assessment)).expect("speaks");
    assert_eq!(card.variant, Some("duration"));
    assert_eq!(card.summary, "sertraline 50 mg: day 30 of 42 at or above the usual minimum dose, trial not complete");
    assert!(card.detail.contains("on 2026-03-14"), "{}", card.detail);
}

// rule 10/complete-trial-quiet-days: speaks
// rule 10/complete-trial-quiet-days: silent
#[test]
fn quiet_until_day_14_and_loud_from_day_15() {
    assert_eq!(variant_of(&assessment(vec![trial("sertraline", 50.0, 14)])), None);
    assert_eq!(variant_of(&assessment(vec![trial("sertraline", 50.0, 15)])), Some("duration"));
}

// rule 10/complete-trial-quiet-days: speaks
// rule 10/complete-trial-quiet-days: silent
#[test]
fn loud_in_the_first_days_where_something_is_amiss() {
    let contradicted = |t: &mut Trial| t.reasons.push(Reason::AdherenceContradicted);
    let mut young = trial("sertraline", 50.0, 10);
    contradicted(&mut young);
    assert_eq!(variant_of(&assessment(vec![young])), Some("duration"));
    assert_eq!(variant_of(&assessment(vec![lapsed(trial("sertraline", 50.0, 10), 0)])), Some("duration"));
    let earlier = ended("citalopram", 20.0, 60, 20);
    assert_eq!(variant_of(&assessment(vec![earlier.clone(), trial("sertraline", 50.0, 10)])), Some("duration"));
    let other_episode = Trial { in_episode: false, ..earlier };
    assert_eq!(variant_of(&assessment(vec![other_episode, trial("sertraline", 50.0, 10)])), None);
}

// rule 10/complete-trial-score: speaks
// rule 10/complete-trial-score: silent
#[test]
fn silent_below_a_score_of_ten_of_whatever_age() {
    for (score, days_ago, speaks) in [(10, 2, true), (9, 2, false), (9, 200, false), (10, 200, true)] {
        let mut assessment = of_trial(|_| {});
        assessment.current_score = Some(phq9(score, days_ago));
        assert_eq!(variant_of(&assessment).is_some(), speaks, "{score} {days_ago} days ago");
    }
    let mut assessment = of_trial(|_| {});
    assessment.current_score = None;
    assert!(variant_of(&assessment).is_some(), "no score");
    assessment.current_score = Some(Score { instrument: Instrument::Madrs, score: 4, date: today(), source: SourceRef::new("o") });
    assert!(variant_of(&assessment).is_some(), "a scale without a cut-off");
}

// rule 10/complete-trial-current: silent
#[test]
fn silent_without_a_current_trial() {
    assert_eq!(variant_of(&assessment(vec![ended("sertraline", 50.0, 30, 40)])), None);
}

// rule 10/complete-trial-no-trial: speaks
#[test]
fn silent_for_another_purpose_and_after_intolerance() {
    assert_eq!(variant_of(&of_trial(|t| t.reasons = vec![Reason::NotATrial])), None);
    assert_eq!(variant_of(&of_trial(|t| t.markers.push(Marker::Intolerance))), None);
}

#[test]
fn silent_with_a_strong_bipolar_indicator() {
    assert_eq!(variant_of(&with_strong_bipolar_indicator(of_trial(|_| {}))), None);
}

#[test]
fn silent_out_of_scope() {
    let mut assessment = of_trial(|_| {});
    assessment.scope.status = crate::clinical::derive::ScopeStatus::Undetermined;
    assert_eq!(variant_of(&assessment), None);
}

#[test]
fn silent_where_a_critical_interaction_names_the_drug() {
    assert_eq!(variant_of(&with_critical_interaction(of_trial(|_| {}), &["tranylcypromine", "Sertraline"])), None);
    assert!(variant_of(&with_critical_interaction(of_trial(|_| {}), &["tranylcypromine", "tramadol"])).is_some());
}

// rule 10/complete-trial-duration: silent
#[test]
fn silent_when_the_trial_is_adequate() {
    assert_eq!(variant_of(&assessment(vec![trial("sertraline", 50.0, 42)])), None);
    assert_eq!(variant_of(&assessment(vec![trial("sertraline", 50.0, 41)])), Some("duration"));
}

// rule 10/complete-trial-dose: speaks
#[test]
fn dose_states_minimum_and_maximum() {
    let assessment = assessment(vec![trial("venlafaxine", 75.0, 70)]);
    let card = card(situation(&assessment)).expect("speaks");
    assert_well_formed(&card);
    assert_eq!(card.variant, Some("dose"));
    assert_eq!(card.summary, "venlafaxine 75 mg a day: below the usual minimum dose of 150 mg, trial not complete");
    assert!(card.detail.contains("225 mg a day") && card.detail.contains("label's range starts at 75 mg"), "{}", card.detail);
}

// rule 10/complete-trial-dose: silent
// rule 10/complete-trial-dose-wait: speaks
// rule 10/complete-trial-dose-wait: silent
#[test]
fn dose_waits_fourteen_days_after_the_start_or_an_increase() {
    let raised = |days_ago| assessment(vec![Trial { last_increase: Some(today() - days_ago), ..trial("sertraline", 25.0, 40) }]);
    assert_eq!(variant_of(&raised(13)), Some("duration"), "day 14");
    assert_eq!(variant_of(&raised(14)), Some("dose"), "day 15");
    let below = spoken(&raised(13)).expect("speaks").1;
    assert!(below.contains("below the usual minimum dose of 50 mg so far"), "{below}");
}

// rule 10/complete-trial-no-rise: speaks
// rule 10/complete-trial-no-rise: silent
#[test]
fn no_rise_of_a_tricyclic_or_paroxetine_from_65_on() {
    for (name, mg, age, rises) in [
        ("amitriptyline", 75.0, 65, false),
        ("amitriptyline", 75.0, 64, true),
        ("paroxetine", 10.0, 65, false),
        ("sertraline", 25.0, 80, true),
    ] {
        let assessment = at_age(assessment(vec![trial(name, mg, 70)]), age);
        let card = card(situation(&assessment)).expect("speaks");
        assert_eq!(card.variant, Some("dose"));
        assert_eq!(card.detail.contains("Suggested: raise"), rises, "{name} at {age}");
    }
}

// rule 10/complete-trial-at-maximum: speaks
// rule 10/complete-trial-at-maximum: silent
#[test]
fn a_dose_at_its_maximum_is_left_to_next_step() {
    let mut assessment = assessment(vec![trial("reboxetine", 6.0, 70)]);
    assessment.patient.age_years = Some(70);
    assert_eq!(variant_of(&assessment), None);
    assessment.patient.age_years = Some(64);
    assert_eq!(variant_of(&assessment), Some("dose"));
}

// rule 10/complete-trial-interrupted: speaks
#[test]
fn interrupted_names_the_break_and_the_count_since() {
    let gap = Span::new(today() - 40, today() - 20).expect("in order");
    let run = Span::new(today() - 19, today());
    let trial = Trial {
        gaps: vec![gap],
        run,
        at_dose_days: 30,
        at_dose_days_now: 20,
        reasons: vec![Reason::DurationInProgress, Reason::Interrupted],
        adequacy: Adequacy::InProgress,
        ..trial("sertraline", 50.0, 80)
    };
    let (variant, summary) = spoken(&assessment(vec![trial])).expect("speaks");
    assert_eq!(variant, "interrupted");
    assert_eq!(summary, "sertraline: interrupted 21 days from 2026-01-21; day 20 of 42 since the restart on 2026-02-11");
}

// rule 10/complete-trial-adherence: speaks
#[test]
fn adherence_names_the_gaps() {
    let gap = Span::new(today() - 40, today() - 30).expect("in order");
    let trial = Trial { gaps: vec![gap], window: Some(60), at_dose_days: 47, pdc: Some(47.0 / 60.0), ..inadequate(Reason::AdherenceLow) };
    let assessment = assessment(vec![trial]);
    let card = card(situation(&assessment)).expect("speaks");
    assert_well_formed(&card);
    assert_eq!(card.variant, Some("adherence"));
    assert!(card.summary.contains("supplied on 47 of 60 days") && card.summary.contains("78 %"), "{}", card.summary);
    assert!(card.detail.contains("11 days from 2026-01-21"), "{}", card.detail);
    let contradicted = spoken(&super::super::sample::assessment(vec![inadequate(Reason::AdherenceContradicted)])).expect("speaks");
    assert_eq!(contradicted.0, "adherence");
    assert!(contradicted.1.contains("not taken as planned"));
}

// rule 10/words-by-evidence: speaks
// rule 10/words-by-evidence: silent
#[test]
fn the_verb_follows_the_evidence() {
    for (evidence, word) in
        [(Evidence::Dispensed, "supplied"), (Evidence::Ordered, "ordered"), (Evidence::Stated, "taken"), (Evidence::Administered, "taken")]
    {
        let summary = spoken(&assessment(vec![Trial { evidence, ..inadequate(Reason::AdherenceLow) }])).expect("speaks").1;
        assert!(summary.contains(&format!("{word} on")), "{summary}");
    }
}

// rule 10/complete-trial-lapsed: speaks
// rule 10/complete-trial-lapsed: silent
// rule 10/complete-trial-adherence: silent
#[test]
fn a_lapsed_trial_asks_whether_it_is_still_taken() {
    let (variant, summary) = spoken(&assessment(vec![lapsed(trial("sertraline", 50.0, 41), 20)])).expect("speaks");
    assert_eq!(variant, "duration");
    assert!(summary.contains("still taken?"), "{summary}");
    assert_eq!(variant_of(&assessment(vec![lapsed(inadequate(Reason::AdherenceLow), 20)])), Some("adherence"));
    assert_eq!(variant_of(&assessment(vec![lapsed(trial("sertraline", 25.0, 70), 20)])), Some("duration"), "below the minimum");
    assert_eq!(variant_of(&assessment(vec![lapsed(trial("sertraline", 50.0, 60), 20)])), None, "adequate");
}

// rule 10/complete-trial-settling: speaks
// rule 10/complete-trial-settling: silent
#[test]
fn settling_until_day_28_of_the_increase() {
    let raised = |days_ago| assessment(vec![Trial { last_increase: Some(today() - days_ago), ..trial("sertraline", 100.0, 80) }]);
    let (variant, summary) = spoken(&raised(26)).expect("speaks");
    assert_eq!(variant, "settling");
    assert!(summary.contains("to be judged from 2026-03-03"), "{summary}");
    assert_eq!(variant_of(&raised(27)), None, "day 28");
}

// rule 10/complete-trial-relapse: speaks
// rule 10/complete-trial-relapse: silent
#[test]
fn relapse_until_the_loss_is_confirmed() {
    let lost = |confirmed| Trial {
        response: Response::Response,
        failed: false,
        markers: vec![Marker::LossOfResponse],
        loss_confirmed: confirmed,
        ..trial("sertraline", 50.0, 200)
    };
    assert_eq!(variant_of(&assessment(vec![lost(false)])), Some("relapse"));
    assert_eq!(variant_of(&assessment(vec![lost(true)])), None);
    let settling = Trial { last_increase: Some(today() - 5), ..lost(true) };
    assert_eq!(variant_of(&assessment(vec![settling])), Some("settling"));
}

use crate::clinical::derive::Response;

// rule 10/complete-trial-unverified: speaks
// rule 10/complete-trial-unverified: silent
#[test]
fn unverified_where_dose_dates_or_drug_cannot_be_read() {
    assert_eq!(variant_of(&of_trial(|t| t.current_dose = None)), Some("unverified"));
    assert_eq!(variant_of(&of_trial(|t| t.adequacy = Adequacy::Unknown)), Some("unverified"));
    assert_eq!(variant_of(&of_trial(|t| t.reasons.push(Reason::UncodedDrug))), Some("unverified"));
    let adequate = Trial { current_dose: None, ..trial("sertraline", 50.0, 60) };
    assert_eq!(variant_of(&assessment(vec![adequate])), None, "adequate already");
}

// rule 10/complete-trial-augmentation-early: speaks
// rule 10/complete-trial-augmentation-early: silent
#[test]
fn an_early_augmentation_comes_first_and_breaks_the_quiet() {
    let mut assessment = assessment(vec![Trial { markers: vec![Marker::AugmentationEarly], ..trial("sertraline", 50.0, 14) }]);
    assessment.augmentation = vec![added("aripiprazole", 4)];
    let (variant, summary) = spoken(&assessment).expect("speaks");
    assert_eq!(variant, "augmentation-early");
    assert!(summary.contains("on day 11 of sertraline"), "{summary}");
    assessment.augmentation[0].ongoing = false;
    assert_eq!(variant_of(&assessment), None, "the agent is no longer taken");
}

// rule 10/complete-trial-augmentation-in-progress: speaks
// rule 10/complete-trial-augmentation-in-progress: silent
#[test]
fn an_augmentation_is_in_progress_until_day_28_at_dose() {
    let with = |days, at_dose| {
        let mut assessment = assessment(vec![trial("sertraline", 50.0, 90)]);
        assessment.augmentation = vec![Augmentation { at_dose_days: at_dose, ..added("aripiprazole", days) }];
        assessment
    };
    let (variant, summary) = spoken(&with(10, 10)).expect("speaks");
    assert_eq!(variant, "augmentation-in-progress");
    assert!(summary.contains("2026-03-20"), "{summary}");
    assert_eq!(variant_of(&with(27, 27)), Some("augmentation-in-progress"));
    assert_eq!(variant_of(&with(28, 28)), None);
    assert_eq!(variant_of(&with(56, 0)), Some("augmentation-in-progress"));
    assert_eq!(variant_of(&with(57, 0)), None);
}

#[test]
fn the_ground_is_the_same_on_the_next_day() {
    let ground = |days: Days| {
        card(situation(&assessment(vec![Trial { start: Some(today() - 30), ..trial("sertraline", 50.0, days) }]))).expect("speaks").ground
    };
    assert_eq!(ground(20), ground(21));
}

#[test]
fn the_safety_line_stands_when_a_safety_card_fires() {
    let assessment = of_trial(|_| {});
    assert!(!card(situation(&assessment)).expect("speaks").detail.contains("Do not wait"));
    let assessment = with_suicidal_finding(assessment);
    assert!(card(situation(&assessment)).expect("speaks").detail.contains("Do not wait for day 42 if the patient is worse or unsafe."));
}

#[test]
fn beside_another_reuptake_inhibitor_it_is_a_question_first() {
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 20)]);
    let detail = |assessment: &Assessment| card(situation(assessment)).expect("speaks").detail;
    assert!(detail(&assessment).starts_with("**Suggested: continue sertraline;"));
    let pair = vec!["escitalopram".to_owned(), "sertraline".to_owned()];
    assessment.interactions = vec![Interaction { drugs: pair, ..interaction("two-serotonin-reuptake-inhibitors", Severity::Warning) }];
    assert!(detail(&assessment).starts_with("**If sertraline is to stay: continue sertraline;"));
}

// rule 10/complete-trial-lapsed: speaks
#[test]
fn a_lapsed_trial_is_too_short_below_forty_two_days_at_dose() {
    let of = |at_dose| {
        let trial = Trial { at_dose_days: at_dose, ..inadequate(Reason::AdherenceLow) };
        variant_of(&assessment(vec![lapsed(trial, 20)]))
    };
    assert_eq!((of(41), of(42), of(43)), (Some("duration"), Some("adherence"), Some("adherence")));
}

#[test]
fn forty_two_days_at_dose_are_no_matter_of_duration() {
    let of = |at_dose| variant_of(&assessment(vec![Trial { at_dose_days: at_dose, ..inadequate(Reason::AdherenceLow) }]));
    assert_eq!((of(41), of(42), of(43)), (Some("duration"), Some("adherence"), Some("adherence")));
}

#[test]
fn an_earlier_adequate_trial_began_before_this_one() {
    let with = |days_later: Days| {
        let young = trial("sertraline", 50.0, 10);
        let start = young.start.map(|start| start + days_later);
        variant_of(&assessment(vec![Trial { start, ongoing: false, ..trial("citalopram", 20.0, 60) }, young]))
    };
    assert_eq!((with(-1), with(0)), (Some("duration"), None));
}

#[test]
fn a_gap_of_more_than_fourteen_days_is_named_as_the_interruption() {
    let detail = |days: Days| {
        let gap = Span { first: today() - 40, last: today() - 41 + days };
        let trial = Trial { gaps: vec![gap], at_dose_days: 25, ..inadequate(Reason::Interrupted) };
        card(situation(&assessment(vec![trial]))).map(|card| card.detail).unwrap_or_default()
    };
    assert!(detail(15).contains("15 days from 2026-01-21"), "{}", detail(15));
    assert!(!detail(14).contains("14 days from"), "{}", detail(14));
}

#[test]
fn contributors_stand_on_the_card_of_a_lost_response_alone() {
    let detail = |markers| {
        let lost = Trial { response: Response::Response, failed: false, markers, ..trial("sertraline", 50.0, 30) };
        card(situation(&with_treat_first(assessment(vec![lost]), false))).expect("speaks").detail
    };
    assert!(detail(vec![Marker::LossOfResponse]).contains("Thyroid") && !detail(Vec::new()).contains("Thyroid"));
}

// rule 10/complete-trial-no-rise: speaks
#[test]
fn a_low_dose_that_was_just_raised_is_told_without_a_further_rise_where_none_is_advised() {
    let detail = |age| {
        let raised = Trial { last_increase: Some(today() - 5), ..trial("paroxetine", 10.0, 30) };
        card(situation(&at_age(assessment(vec![raised]), age))).expect("speaks").detail
    };
    assert!(detail(65).contains("at this age a switch is more usual than a rise") && !detail(65).contains("Suggested: paroxetine up"));
    assert!(detail(64).contains("Suggested: paroxetine up to at least 20 mg"), "{}", detail(64));
}

// rule 10/complete-trial-interrupted: speaks
#[test]
fn an_interruption_tells_the_restart_where_the_record_shows_one() {
    let summary = |run: Option<(Days, Days)>, gap: Option<(Days, Days)>| {
        let span = |(first, last): (Days, Days)| Span::new(today() - first, today() - last).expect("in order");
        let gaps = gap.map(span).into_iter().collect();
        let trial = Trial { run: run.map(span), gaps, at_dose_days: 30, ..inadequate(Reason::Interrupted) };
        spoken(&assessment(vec![trial])).expect("speaks").1
    };
    let undated = "no 42 days in a row";
    assert!(summary(Some((19, 0)), None).contains("since the restart on 2026-02-11"), "the run reaches the last covered day");
    assert!(summary(Some((50, 1)), None).contains(undated), "the run was over the day before");
    assert!(summary(Some((50, 30)), Some((29, 1))).contains("since the restart on 2026-03-02"), "the gap ended yesterday");
    assert!(summary(Some((50, 30)), Some((29, 6))).contains("since the restart on 2026-02-25"), "six days ago");
    assert!(summary(Some((50, 30)), Some((29, 0))).contains(undated), "it has not ended");
    assert!(summary(None, None).contains(undated));
}

// rule 10/complete-trial-lapsed: speaks
#[test]
fn a_lapsed_trial_with_missed_days_asks_whether_it_is_still_taken() {
    let told = spoken(&assessment(vec![lapsed(inadequate(Reason::AdherenceLow), 20)])).expect("speaks");
    assert_eq!(told, ("adherence", "sertraline: nothing supplied after 2026-02-10: is it still taken?".to_owned()));
}

#[test]
fn two_other_reuptake_inhibitors_make_no_question_of_this_drug() {
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 20)]);
    let pair = vec!["escitalopram".to_owned(), "fluoxetine".to_owned()];
    assessment.interactions = vec![Interaction { drugs: pair, ..interaction("two-serotonin-reuptake-inhibitors", Severity::Warning) }];
    assert!(card(situation(&assessment)).expect("speaks").detail.starts_with("**Suggested: continue sertraline;"));
}

// rule 10/complete-trial-dose: speaks
#[test]
fn where_the_range_of_the_label_begins_is_told_if_it_begins_lower() {
    let detail = |name, mg| card(situation(&assessment(vec![trial(name, mg, 70)]))).expect("speaks").detail;
    assert!(detail("venlafaxine", 75.0).contains("label's range starts at 75 mg"));
    assert!(!detail("mirtazapine", 10.0).contains("label's range"), "it begins at the usual minimum");
}

// rule 10/complete-trial-dose: speaks
#[test]
fn a_maximum_below_the_usual_minimum_is_said_to_be_one() {
    let said = |mg: Option<f64>| {
        let cap = mg.and_then(dose).map(|maximum| crate::clinical::derive::InteractionCap { maximum, reason: String::new() });
        let low = Trial { interaction_cap: cap, ..trial("venlafaxine", 75.0, 70) };
        card(situation(&assessment(vec![low]))).expect("speaks").detail.contains("That is below the usual minimum")
    };
    assert_eq!((said(Some(100.0)), said(Some(149.0)), said(Some(150.0)), said(None)), (true, true, false, false));
}

#[test]
fn what_of_the_room_of_the_dose_was_not_checked_is_that_of_the_rise_of_this_drug() {
    use crate::clinical::derive::StepKind;
    let told = |kind, name| {
        let mut assessment = with_options(assessment(vec![trial("venlafaxine", 75.0, 70)]));
        assessment.options.truncate(1);
        let option = &mut assessment.options[0];
        (option.kind, option.drug) = (kind, Some(drug(name)));
        option.reasons = vec!["not checked: kidney function (no eGFR on file)".to_owned()];
        card(situation(&assessment)).expect("speaks").detail.contains("225 mg a day (not checked: kidney function")
    };
    assert!(told(StepKind::Optimise, "venlafaxine"));
    assert!(!told(StepKind::Switch, "venlafaxine") && !told(StepKind::Optimise, "sertraline"));
}
