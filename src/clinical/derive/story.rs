//! Whole charts, judged: the rules of sections 3 to 5 on both sides of their thresholds.

use super::sample::*;
use super::*;
use crate::clinical::chart::{
    AdherenceFact, Encounter, Evidence, Intolerance, MedicationRecord, Recognition, RecordState, Screening, Stop, StopReason,
};
use crate::clinical::units::{ConditionGroup, GroupSet, SourceRef, Span, When};

fn judged(medications: Vec<MedicationRecord>, screenings: Vec<Screening>) -> Assessment {
    assess(&chart(medications, screenings), Knowledge::builtin(), day(TODAY))
}

fn only(medications: Vec<MedicationRecord>) -> Trial {
    let mut trials = judged(medications, Vec::new()).trials;
    assert_eq!(trials.len(), 1, "{trials:#?}");
    trials.remove(0)
}

// rule 3.3/adequate: speaks
// rule 3.3/adequate: silent
#[test]
fn forty_two_days_at_the_minimum_are_adequate_and_forty_one_are_not() {
    let enough = only(vec![dispensed("1", "sertraline", 50.0, "2026-01-20", 60)]);
    assert_eq!((enough.at_dose_days, enough.adequacy), (42, Adequacy::Adequate));
    assert!(enough.has_marker(Marker::Short));
    let short = only(vec![dispensed("1", "sertraline", 50.0, "2026-01-21", 60)]);
    assert_eq!((short.at_dose_days, short.adequacy), (41, Adequacy::InProgress));
    assert_eq!(short.reasons, [Reason::DurationInProgress]);
}

// rule 3.3/below-minimum: speaks
#[test]
fn a_dose_below_the_minimum_never_becomes_a_trial_by_weeks() {
    let low = only(vec![dispensed("1", "sertraline", 25.0, "2025-10-01", 200)]);
    assert_eq!((low.at_dose_days, low.window, low.pdc), (0, None, None));
    assert_eq!((low.adequacy, low.reasons), (Adequacy::Inadequate, vec![Reason::DoseBelowMinimum]));
}

// rule 3.3/run: speaks
// rule 3.3/run: silent
#[test]
fn a_break_of_fourteen_days_keeps_the_run_and_fifteen_restart_it() {
    let broken =
        |second: &str| only(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 60), dispensed("2", "sertraline", 50.0, second, 60)]);
    let kept = broken("2026-02-13");
    assert_eq!((kept.at_dose_days, kept.window), (78, Some(92)));
    let restarted = broken("2026-02-14");
    assert_eq!((restarted.at_dose_days, restarted.window), (60, Some(60)));
    assert_eq!(restarted.at_dose_days_now, 17);
}

// rule 3.1/weekly: silent
// rule 3.3/run-fluoxetine: speaks
// rule 3.3/run-fluoxetine: silent
#[test]
fn fluoxetine_keeps_its_run_over_a_break_that_would_restart_another_drug() {
    let broken = |drug| only(vec![dispensed("1", drug, 20.0, "2025-12-01", 60), dispensed("2", drug, 20.0, "2026-02-25", 60)]);
    assert_eq!(broken("fluoxetine").at_dose_days, 66);
    assert_eq!(broken("citalopram").at_dose_days, 60);
}

// rule 3.3/one-trial: speaks
// rule 3.3/one-trial: silent
#[test]
fn thirty_uncovered_days_are_one_trial_and_thirty_one_are_two() {
    let two = |second: &str| {
        judged(vec![dispensed("1", "sertraline", 50.0, "2025-11-01", 50), dispensed("2", "sertraline", 50.0, second, 90)], Vec::new())
            .trials
            .len()
    };
    assert_eq!((two("2026-01-20"), two("2026-01-21")), (1, 2));
}

// rule 3.1/roll-over: speaks
#[test]
fn early_refills_of_one_dose_roll_over() {
    let trial = only(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 30), dispensed("2", "sertraline", 50.0, "2025-12-21", 30)]);
    assert_eq!((trial.days, trial.last_covered), (60, Some(day("2026-01-29"))));
}

// rule 3.1/roll-over: silent
#[test]
fn overlapping_orders_count_their_days_once() {
    let order = |id, start| MedicationRecord { supply_days: Some(30), ..ordered(id, "sertraline", 50.0, start) };
    let trial = only(vec![order("1", "2025-12-01"), order("2", "2025-12-21")]);
    assert_eq!((trial.days, trial.evidence), (50, Evidence::Ordered));
}

// rule 3.1/another-dose: speaks
// rule 3.1/another-dose: silent
#[test]
fn another_dose_on_a_later_day_replaces_and_on_the_same_day_adds() {
    let raised = only(vec![dispensed("1", "sertraline", 50.0, "2026-01-01", 90), dispensed("2", "sertraline", 100.0, "2026-02-01", 90)]);
    assert_eq!(raised.current_dose.map(|dose| dose.mg()), Some(100.0));
    assert_eq!(raised.last_increase, Some(day("2026-02-01")));
    let both = only(vec![dispensed("1", "sertraline", 50.0, "2026-01-01", 90), dispensed("2", "sertraline", 100.0, "2026-01-01", 90)]);
    assert_eq!((both.current_dose.map(|dose| dose.mg()), both.last_increase), (Some(150.0), None));
}

#[test]
fn two_strengths_refilled_on_time_stay_two_lines() {
    let trial = only(vec![
        dispensed("1", "sertraline", 50.0, "2026-01-01", 30),
        dispensed("2", "sertraline", 100.0, "2026-01-01", 60),
        dispensed("3", "sertraline", 50.0, "2026-01-31", 60),
    ]);
    assert_eq!(trial.current_dose.map(|dose| dose.mg()), Some(50.0), "the 100 mg ran out on 1 March");
    assert_eq!(trial.doses.iter().map(|dose| dose.mg_per_day.map(|dose| dose.mg())).collect::<Vec<_>>(), [Some(150.0), Some(50.0)]);
}

// rule 3.1/precedence: silent
#[test]
fn an_order_fills_nothing_inside_or_after_what_was_dispensed() {
    let trial = only(vec![
        dispensed("1", "sertraline", 50.0, "2025-11-01", 30),
        dispensed("2", "sertraline", 50.0, "2025-12-20", 30),
        ordered("3", "sertraline", 50.0, "2025-11-01"),
    ]);
    assert_eq!((trial.days, trial.evidence), (60, Evidence::Dispensed));
    assert!(trial.ongoing, "the order is still active");
    assert_eq!(trial.nothing_dispensed_since, Some(day("2026-01-18")));
    assert_ne!(trial.adequacy, Adequacy::Adequate);
}

// rule 3.1/precedence: speaks
#[test]
fn an_order_that_starts_after_the_last_dispense_goes_on() {
    let trial = only(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 30), ordered("2", "sertraline", 50.0, "2026-01-05")]);
    assert_eq!((trial.days, trial.evidence), (30 + 57, Evidence::Ordered));
}

// rule 3.1/open-end: speaks
// rule 3.1/open-end: silent
#[test]
fn an_open_order_is_believed_for_a_year() {
    let young = only(vec![ordered("1", "sertraline", 50.0, "2025-03-02")]);
    assert_eq!((young.adequacy, young.quality), (Adequacy::Adequate, Quality::Low));
    assert!(young.has_marker(Marker::OpenEnded));
    let old = only(vec![ordered("1", "sertraline", 50.0, "2025-03-01")]);
    assert_eq!((old.adequacy, old.reasons), (Adequacy::Unknown, vec![Reason::UnknownDates]));
    assert_eq!((old.days, old.at_dose_days), (0, 0));
}

// rule 3.1/stopped-without-a-day: speaks
// rule 3.1/stopped-without-a-day: silent
#[test]
fn a_stopped_order_without_a_day_claims_its_supply_and_is_not_ongoing() {
    let order = MedicationRecord { state: RecordState::Stopped, supply_days: Some(60), ..ordered("1", "sertraline", 50.0, "2026-01-20") };
    let trial = only(vec![order]);
    assert_eq!((trial.ongoing, trial.end, trial.days), (false, Some(day(TODAY)), 42));
    let bare = only(vec![MedicationRecord { state: RecordState::Stopped, ..ordered("1", "sertraline", 50.0, "2026-01-20") }]);
    assert_eq!(bare.reasons, [Reason::UnknownDates]);
}

// rule 3.3/ended-by-record: speaks
#[test]
fn the_stop_of_the_newest_order_ends_the_days_of_every_source() {
    let stop = Stop { day: Some(day("2026-02-01")), reason: StopReason::NoEffect, label: String::new() };
    let order = MedicationRecord { state: RecordState::Stopped, stop: Some(stop), ..ordered("2", "sertraline", 50.0, "2025-12-02") };
    let trial = only(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 90), order]);
    assert_eq!((trial.ongoing, trial.end, trial.ended_by_record), (false, Some(day("2026-02-01")), true));
}

// rule 3.3/ongoing: speaks
// rule 3.3/ongoing: silent
#[test]
fn fourteen_uncovered_days_are_ongoing_and_fifteen_have_lapsed() {
    let ending = |days| only(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", days)]);
    assert!(ending(78).ongoing);
    let lapsed = ending(77);
    assert!(!lapsed.ongoing && lapsed.has_marker(Marker::Lapsed));
    let assessment = judged(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 77)], Vec::new());
    assert_eq!(assessment.current_trial, Some(0));
}

// rule 3.3/current: speaks
// rule 3.3/current: silent
#[test]
fn of_two_trials_begun_on_one_day_the_one_not_yet_adequate_is_current() {
    let with = |mg| {
        let both = vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 120), dispensed("2", "mirtazapine", mg, "2025-12-01", 120)];
        let assessment = judged(both, Vec::new());
        assessment.current_trial.map(|index| assessment.trials[index].drug)
    };
    assert_eq!(with(10.0), Some(drug("mirtazapine")));
    let other = vec![dispensed("1", "sertraline", 25.0, "2025-12-01", 120), dispensed("2", "mirtazapine", 15.0, "2025-12-01", 120)];
    let assessment = judged(other, Vec::new());
    assert_eq!(assessment.current_trial.map(|index| assessment.trials[index].drug), Some(drug("sertraline")));
}

// rule 3.3/ended-by-switch: speaks
#[test]
fn a_later_antidepressant_ends_the_one_before_it() {
    let trials = judged(
        vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 85), dispensed("2", "venlafaxine", 150.0, "2026-02-20", 30)],
        Vec::new(),
    )
    .trials;
    assert_eq!((trials[0].ongoing, trials[0].end), (false, Some(day("2026-02-23"))));
    assert!(trials[0].has_marker(Marker::CrossTaper) && trials[1].has_marker(Marker::CrossTaper));
}

// rule 3.1/as-needed: speaks
// rule 3.1/as-needed: silent
// rule 3.3/unknown: speaks
// rule 3.3/unknown: silent
#[test]
fn an_unknown_dose_is_unknown_only_where_it_could_be_enough() {
    let unknown = |start, days| {
        let mut record = dispensed("1", "sertraline", 50.0, start, days);
        record.instruction.as_needed = true;
        only(vec![record])
    };
    assert_eq!(unknown("2025-12-01", 90).adequacy, Adequacy::Unknown);
    let short = unknown("2025-12-01", 10);
    assert_eq!(short.adequacy, Adequacy::Inadequate);
    assert_eq!(short.reasons, [Reason::UnknownDose, Reason::DurationTooShort]);
}

// rule 3.6/uncoded: speaks
// rule 3.6/uncoded: silent
#[test]
fn text_alone_is_listed_and_never_counted() {
    let mut record = dispensed("1", "sertraline", 50.0, "2025-12-01", 120);
    record.medicine.recognition = Recognition::Text;
    let trial = only(vec![record.clone()]);
    assert_eq!((trial.adequacy, trial.reasons.as_slice()), (Adequacy::Unknown, [Reason::UncodedDrug].as_slice()));
    let assessment = judged(vec![record], Vec::new());
    assert_eq!((assessment.adequate_failed_trials, assessment.current_trial), (0, None));
}

// rule 3.2/floor: speaks
// rule 3.2/floor: silent
#[test]
fn a_hypnotic_dose_is_no_trial_and_ends_none() {
    let assessment =
        judged(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 80), dispensed("2", "trazodone", 50.0, "2026-02-01", 60)], Vec::new());
    assert_eq!(assessment.trials[1].reasons, [Reason::NotATrial]);
    assert!(assessment.trials[0].ongoing);
    assert_eq!(assessment.current_trial, Some(0));
}

// rule 4/classes: speaks
// rule 4/classes: silent
// rule 4/cannot-judge: speaks
// rule 4/cannot-judge: silent
#[test]
fn responses_keep_to_exact_integers() {
    let parameters = Knowledge::builtin().parameters();
    let class = |baseline, end| classify(crate::clinical::units::Instrument::Phq9, baseline, end, parameters);
    assert_eq!((class(20, 10), class(20, 11)), (Response::Response, Response::Partial));
    assert_eq!((class(20, 15), class(20, 16)), (Response::Partial, Response::NonResponse));
    assert_eq!((class(9, 4), class(9, 5), class(10, 5)), (Response::Remission, Response::CannotJudge, Response::Response));
}

// rule 4/partial-under-way: speaks
// rule 4/partial-under-way: silent
#[test]
fn a_partial_response_under_way_fails_from_day_fifty_six() {
    let on = |start: &str| {
        let before = phq9("a", 20, start);
        judged(vec![dispensed("1", "sertraline", 50.0, start, 90)], vec![before, phq9("b", 14, "2026-03-01")]).adequate_failed_trials
    };
    assert_eq!((on("2026-01-07"), on("2026-01-06")), (0, 1));
}

// rule 4/counted-once: speaks
#[test]
fn the_same_drug_failing_twice_counts_once() {
    let assessment = judged(
        vec![dispensed("1", "sertraline", 50.0, "2025-10-01", 60), dispensed("2", "sertraline", 50.0, "2026-01-10", 60)],
        vec![phq9("a", 18, "2025-10-01"), phq9("b", 17, "2025-12-12"), phq9("c", 17, "2026-03-01")],
    );
    assert_eq!(assessment.trials.iter().filter(|trial| trial.failed).count(), 2);
    assert_eq!((assessment.adequate_failed_trials, assessment.two_adequate_failures), (1, Certainty::No));
}

#[test]
fn a_lost_response_is_no_failure() {
    let assessment = judged(
        vec![dispensed("1", "sertraline", 50.0, "2025-06-01", 300)],
        vec![phq9("a", 20, "2025-06-01"), phq9("b", 8, "2025-09-01"), phq9("c", 17, "2026-01-01"), phq9("d", 18, "2026-02-20")],
    );
    let trial = &assessment.trials[0];
    assert_eq!((trial.response, trial.failed, trial.loss_confirmed), (Response::Response, false, true));
    assert!(trial.has_marker(Marker::LossOfResponse));
}

// rule 4/undetermined: speaks
#[test]
fn nobody_knows_two_failures_while_a_trial_is_unjudged() {
    let assessment = judged(
        vec![dispensed("1", "sertraline", 50.0, "2025-06-01", 90), dispensed("2", "venlafaxine", 150.0, "2025-09-01", 182)],
        vec![phq9("c", 17, "2025-08-30"), phq9("d", 17, "2026-02-20")],
    );
    assert_eq!(assessment.trials[0].response, Response::NotDocumented);
    assert!(assessment.trials[0].probable_failure);
    assert_eq!((assessment.adequate_failed_trials, assessment.two_adequate_failures), (1, Certainty::Undetermined));
}

// rule 4/undetermined: speaks
// rule 4/undetermined: silent
#[test]
fn nobody_knows_two_failures_where_no_medicines_were_had() {
    use crate::clinical::chart::{Extent, Kind};
    let with = |extent: Extent| {
        let mut record = chart(Vec::new(), Vec::new());
        record.coverage.set(Kind::Medications, extent);
        assess(&record, Knowledge::builtin(), day(TODAY)).two_adequate_failures
    };
    assert_eq!(with(Extent::Full), Certainty::No);
    assert_eq!(with(Extent::None), Certainty::Undetermined);
}

// rule 3.5/duplication: speaks
// rule 3.5/duplication: silent
// rule 3.5/combination: speaks
// rule 3.5/combination: silent
#[test]
fn two_reuptake_inhibitors_together_for_more_than_thirty_days_are_one_failure() {
    let both = |start: &str| {
        judged(vec![dispensed("1", "sertraline", 50.0, "2025-11-01", 150), dispensed("2", "escitalopram", 10.0, start, 90)], Vec::new())
            .trials
    };
    let duplicated = both("2026-01-31");
    assert!(duplicated[1].has_marker(Marker::Duplication) && !duplicated[0].has_marker(Marker::Duplication));
    assert!(both("2026-02-01")[1].has_marker(Marker::CrossTaper));
    let other_class = judged(
        vec![dispensed("1", "sertraline", 50.0, "2025-11-01", 150), dispensed("2", "mirtazapine", 15.0, "2026-01-01", 90)],
        Vec::new(),
    );
    assert!(other_class.trials.iter().all(|trial| trial.has_marker(Marker::Combination)));
}

// rule 3.5/carried-over: speaks
// rule 3.5/carried-over: silent
#[test]
fn an_augmenter_older_than_the_trial_is_carried_over() {
    let early = judged(
        vec![dispensed("1", "sertraline", 50.0, "2026-01-01", 90), dispensed("2", "aripiprazole", 2.0, "2026-01-20", 60)],
        Vec::new(),
    );
    assert!(early.trials[0].has_marker(Marker::AugmentationEarly));
    assert_eq!(early.augmentation.len(), 1);
    assert_eq!((early.augmentation[0].at_dose_days, early.augmentation[0].base), (42, 0));
    let older = judged(
        vec![dispensed("1", "sertraline", 50.0, "2026-01-01", 90), dispensed("2", "aripiprazole", 2.0, "2025-12-20", 90)],
        Vec::new(),
    );
    assert!(older.trials[0].has_marker(Marker::CarriedOver) && older.augmentation.is_empty());
}

// rule 3.3/contradicted: speaks
// rule 3.3/contradicted: silent
#[test]
fn a_contradicted_trial_is_not_adequate() {
    let mut record = chart(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 90)], Vec::new());
    let fact = |ingredient| AdherenceFact {
        source: SourceRef::new("Condition/z"),
        ingredient,
        span: Span::of(day("2026-01-15")),
        non_adherent: true,
        label: String::new(),
    };
    record.adherence = vec![fact(None)];
    let alone = assess(&record, Knowledge::builtin(), day(TODAY));
    assert_eq!(alone.trials[0].reasons, [Reason::AdherenceContradicted]);
    record.medications.push(dispensed("2", "lisinopril", 10.0, "2025-12-01", 90));
    let beside = assess(&record, Knowledge::builtin(), day(TODAY));
    assert_eq!(beside.trials[0].adequacy, Adequacy::Adequate);
    assert_eq!(beside.notes.len(), 1);
}

#[test]
fn a_short_trial_with_a_reaction_is_an_intolerance() {
    let mut record = chart(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 20)], Vec::new());
    record.intolerances = vec![Intolerance {
        source: SourceRef::new("AllergyIntolerance/a"),
        ingredient: drug("sertraline"),
        when: Some(day("2025-12-22")),
        label: String::new(),
    }];
    assert!(assess(&record, Knowledge::builtin(), day(TODAY)).trials[0].has_marker(Marker::Intolerance));
}

// rule 5/onset: speaks
// rule 5/onset: silent
// rule 5/untreated: speaks
#[test]
fn an_episode_begins_with_its_onset_unless_a_boundary_came_later() {
    let start = |medications, scores: Vec<Screening>, encounters: Vec<Encounter>| {
        let mut record = chart(medications, scores);
        record.conditions[0].onset = Some(When { first: day("2023-01-01"), last: day("2023-12-31") });
        record.encounters = encounters;
        let episode = assess(&record, Knowledge::builtin(), day(TODAY)).episode.expect("an episode");
        (episode.start, episode.approximate)
    };
    let first = || dispensed("1", "sertraline", 50.0, "2024-01-01", 100);
    assert_eq!(start(vec![first()], vec![], vec![]), (day("2023-01-01"), true), "untreated time before the first drug is no boundary");
    // 2024-04-09 is the last covered day; 120 free days end on 2024-08-07.
    let again = |on| dispensed("2", "sertraline", 50.0, on, 100);
    assert_eq!(start(vec![first(), again("2024-08-07")], vec![], vec![]).0, day("2023-01-01"), "119 free days");
    assert_eq!(start(vec![first(), again("2024-08-08")], vec![], vec![]).0, day("2024-08-08"), "120 free days");
    let visit = Encounter {
        source: SourceRef::new("Encounter/e"),
        span: Span::of(day("2024-06-01")),
        groups: GroupSet::EMPTY.with(ConditionGroup::DepressionMddActive),
    };
    assert_eq!(start(vec![first(), again("2024-08-08")], vec![], vec![visit]).0, day("2023-01-01"), "an encounter in between");
    let well = |second| vec![phq9("a", 3, "2024-02-01"), phq9("b", 7, "2024-02-20"), phq9("c", 2, second), phq9("d", 15, "2024-06-01")];
    assert_eq!(start(vec![first()], well("2024-03-28"), vec![]).0, day("2024-06-01"), "56 days well");
    assert_eq!(start(vec![first()], well("2024-03-27"), vec![]).0, day("2023-01-01"), "55 days well");
}

// rule 1.1/age: speaks
// rule 1.1/age: silent
// rule 1.2/gate: speaks
// rule 1.2/gate: silent
// rule 1.4/psychosis: speaks
// rule 1.4/psychosis: silent
// rule 1/no-record: speaks
// rule 1/no-record: silent
#[test]
fn the_gate_is_kept_by_age_diagnosis_and_what_was_had() {
    let status = |change: &dyn Fn(&mut Chart)| {
        let mut record = chart(Vec::new(), Vec::new());
        change(&mut record);
        let scope = assess(&record, Knowledge::builtin(), day(TODAY)).scope;
        (scope.status, scope.reasons)
    };
    use crate::clinical::chart::{Extent, Kind};
    assert_eq!(status(&|_| ()), (ScopeStatus::InScope, vec![]));
    let born = |on: &'static str| move |record: &mut Chart| record.patient.as_mut().expect("a patient").birth = Some(When::on(day(on)));
    assert_eq!(status(&born("2008-03-03")), (ScopeStatus::OutOfScope, vec![ScopeReason::Under18]));
    assert_eq!(status(&born("2008-03-02")), (ScopeStatus::InScope, vec![]));
    assert_eq!(status(&|record| record.conditions.clear()), (ScopeStatus::OutOfScope, vec![ScopeReason::NoDepression]));
    let not_had = |record: &mut Chart| {
        record.conditions.clear();
        record.coverage.set(Kind::Conditions, Extent::None);
    };
    assert_eq!(status(&not_had), (ScopeStatus::Undetermined, vec![ScopeReason::NoRecord]));
    let known = |record: &mut Chart| record.conditions.push(condition(ConditionGroup::BipolarSpectrum));
    assert_eq!(status(&known), (ScopeStatus::OutOfScope, vec![ScopeReason::KnownBipolar]));
    let psychotic = |record: &mut Chart| record.conditions.push(condition(ConditionGroup::Psychosis));
    assert_eq!(status(&psychotic), (ScopeStatus::OutOfScope, vec![ScopeReason::PsychoticDisorder]));
}
