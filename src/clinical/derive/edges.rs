//! Whole charts, judged: scores, scope, courses and spells on the very day of a limit, one step before it, and beyond.

use super::sample::*;
use super::*;
use crate::clinical::chart::{
    Encounter, Evidence, Measurement, MedicationRecord, Procedure, ProcedureKind, Recognition, RecordState, Screening, Stop, StopReason,
    Value,
};
use crate::clinical::units::{ConditionGroup, GroupSet, Instrument, Moment, SourceRef, Span, When};

fn judged(medications: Vec<MedicationRecord>, screenings: Vec<Screening>) -> Assessment {
    changed(medications, screenings, |_| ())
}

fn changed(medications: Vec<MedicationRecord>, screenings: Vec<Screening>, change: impl FnOnce(&mut Chart)) -> Assessment {
    let mut record = chart(medications, screenings);
    change(&mut record);
    assess(&record, Knowledge::builtin(), day(TODAY))
}

fn scored(instrument: Instrument, value: f64, on: &str) -> Measurement {
    Measurement {
        instrument,
        at: Moment { day: day(on), second: None },
        source: SourceRef::new(format!("Observation/{instrument}-{on}")),
        value: Value::Number(value),
        lower_limit: None,
        upper_limit: None,
        finished: true,
    }
}

#[test]
fn a_score_of_zero_before_a_trial_leaves_nothing_to_judge() {
    let parameters = Knowledge::builtin().parameters();
    assert_eq!(classify(Instrument::Madrs, 0, 0, parameters), Response::CannotJudge);
    assert_eq!(classify(Instrument::Madrs, -1, -1, parameters), Response::CannotJudge, "no scale goes below zero");
    assert_eq!(classify(Instrument::Madrs, 1, 0, parameters), Response::Response);
}

// rule 4/remission: speaks
// rule 4/remission: silent
// rule 4/not-documented: speaks
// rule 4/not-documented: silent
#[test]
fn without_a_baseline_only_a_phq_9_below_five_tells_a_remission() {
    let last = |score| judged(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 92)], vec![phq9("b", score, "2026-03-01")]);
    let response = |score| last(score).trials[0].response;
    assert_eq!((response(3), response(4), response(5)), (Response::Remission, Response::Remission, Response::NotDocumented));
    let other = changed(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 92)], Vec::new(), |record| {
        record.measurements = vec![scored(Instrument::Madrs, 3.0, "2026-03-01")];
    });
    assert_eq!(other.trials[0].response, Response::NotDocumented);
}

// rule 4/other-scale: speaks
// rule 4/other-scale: silent
#[test]
fn a_trial_is_judged_on_another_scale_where_no_phq_9_is_on_file() {
    let on = |instrument| {
        changed(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 92)], Vec::new(), |record| {
            record.measurements = vec![scored(instrument, 30.0, "2025-12-01"), scored(instrument, 12.0, "2026-03-01")];
        })
        .trials[0]
            .response
    };
    assert_eq!((on(Instrument::Madrs), on(Instrument::Tsh)), (Response::Response, Response::NotDocumented));
}

// rule 4/improving: speaks
// rule 4/improving: silent
#[test]
fn a_fifth_less_by_day_twenty_eight_is_improving() {
    let marked = |baseline, score, on: &str| {
        let scores = vec![phq9("a", baseline, "2026-01-20"), phq9("b", score, on)];
        judged(vec![dispensed("1", "sertraline", 50.0, "2026-01-20", 60)], scores).trials[0].has_marker(Marker::Improving)
    };
    assert!(marked(20, 16, "2026-02-16") && marked(20, 10, "2026-02-16") && !marked(20, 17, "2026-02-16"));
    assert!(!marked(20, 16, "2026-02-17"), "day 29");
    assert!(!marked(0, 0, "2026-02-16"));
}

/// Sertraline from 2025-06-01 on, and what the scores after a baseline of 18 make of it.
fn response_lost(scores: &[(u8, &str)], added: Option<&str>) -> (Response, bool, bool) {
    let mut medications = vec![dispensed("1", "sertraline", 50.0, "2025-06-01", 300)];
    medications.extend(added.map(|start| dispensed("2", "aripiprazole", 2.0, start, 200)));
    let all = std::iter::once(&(18, "2025-06-01")).chain(scores);
    let screenings = all.map(|(score, on)| phq9(on, *score, on)).collect();
    let trial = judged(medications, screenings).trials.remove(0);
    (trial.response, trial.has_marker(Marker::LossOfResponse), trial.loss_confirmed)
}

// rule 4/response-lost: speaks
// rule 4/response-lost: silent
#[test]
fn a_response_is_lost_with_a_score_of_ten() {
    assert_eq!(response_lost(&[(9, "2025-09-01"), (10, "2025-11-01")], None), (Response::Response, true, false));
    assert_eq!(response_lost(&[(8, "2025-09-01"), (9, "2025-11-01")], None), (Response::Response, false, false));
}

// rule 4/loss-confirmed: speaks
// rule 4/loss-confirmed: silent
#[test]
fn two_scores_twenty_eight_days_apart_confirm_the_loss() {
    let second = |on| response_lost(&[(8, "2025-09-01"), (17, "2025-11-01"), (18, on)], None).2;
    assert_eq!((second("2025-11-28"), second("2025-11-29"), second("2026-02-01")), (false, true, true));
}

// rule 4/before-augmentation: speaks
// rule 4/before-augmentation: silent
#[test]
fn a_response_counts_as_reached_to_the_day_an_augmentation_began() {
    let lost = |added| response_lost(&[(8, "2025-09-01"), (17, "2025-11-01"), (18, "2026-01-01")], Some(added)).1;
    assert_eq!((lost("2025-09-02"), lost("2025-09-01"), lost("2025-08-31")), (true, true, false));
}

// rule 1/nothing-later: speaks
// rule 1/nothing-later: silent
#[test]
fn a_score_of_today_counts_and_one_of_tomorrow_does_not() {
    let current = |on: &str| judged(Vec::new(), vec![phq9("a", 12, on)]).current_score.map(|score| score.score);
    assert_eq!((current(TODAY), current("2026-03-03")), (Some(12), None));
}

// rule 1.2/full-remission: speaks
// rule 1.2/full-remission: silent
#[test]
fn a_depression_in_full_remission_opens_the_gate_with_a_score_of_ten() {
    let status = |score| {
        let scores = vec![phq9("a", score, "2026-02-20")];
        changed(Vec::new(), scores, |record| record.conditions = vec![condition(ConditionGroup::DepressionMddFullRemission)]).scope.status
    };
    assert_eq!((status(9), status(10), status(15)), (ScopeStatus::OutOfScope, ScopeStatus::InScope, ScopeStatus::InScope));
}

// rule 1.1/death: speaks
// rule 1.1/death: silent
#[test]
fn a_death_counts_from_its_day_on() {
    let reasons = |died: Option<&str>| {
        changed(Vec::new(), Vec::new(), |record| record.patient.as_mut().expect("a patient").deceased = Some(died.map(day))).scope.reasons
    };
    assert_eq!((reasons(None), reasons(Some(TODAY))), (vec![ScopeReason::Deceased], vec![ScopeReason::Deceased]));
    assert_eq!((reasons(Some("2026-01-01")), reasons(Some("2026-03-03"))), (vec![ScopeReason::Deceased], vec![]));
}

// rule 1.3/hospice: speaks
// rule 1.3/hospice: silent
#[test]
fn hospice_counts_for_365_days_and_not_before_it_begins() {
    let encounter = |first: &str, last: &str| {
        let span = Span::new(day(first), day(last)).expect("in order");
        let groups = GroupSet::EMPTY.with(ConditionGroup::Hospice);
        changed(Vec::new(), Vec::new(), |record| {
            record.encounters = vec![Encounter { source: SourceRef::new("Encounter/h"), span, groups }];
        })
        .scope
        .reasons
    };
    let hospice = || vec![ScopeReason::Hospice];
    assert_eq!((encounter("2025-01-01", "2025-03-02"), encounter("2025-01-01", "2025-03-01")), (hospice(), vec![]));
    assert_eq!((encounter("2026-03-01", TODAY), encounter("2026-03-01", "2026-04-01")), (hospice(), hospice()));
    assert_eq!((encounter(TODAY, TODAY), encounter("2026-03-03", "2026-04-01")), (hospice(), vec![]), "from today, from tomorrow on");
    let procedure = |kind, first: &str, last: &str| {
        let when = Span::new(day(first), day(last));
        let source = SourceRef::new("Procedure/h");
        changed(Vec::new(), Vec::new(), |record| record.procedures = vec![Procedure { source, kind, when, label: String::new() }])
            .scope
            .reasons
    };
    assert_eq!(procedure(ProcedureKind::Hospice, "2025-03-02", "2025-03-02"), hospice());
    assert_eq!(procedure(ProcedureKind::Hospice, "2025-03-01", "2025-03-01"), []);
    assert_eq!(procedure(ProcedureKind::Hospice, "2026-03-03", "2026-03-03"), [], "tomorrow");
    assert_eq!(procedure(ProcedureKind::Ect, TODAY, TODAY), []);
}

#[test]
fn sessions_up_to_today_are_one_course_while_fifty_six_days_or_fewer_part_them() {
    let sessions = |all: &[(ProcedureKind, &str)]| {
        let procedure = |(kind, on): &(ProcedureKind, &str)| Procedure {
            source: SourceRef::new(format!("Procedure/{on}")),
            kind: *kind,
            when: Some(Span::of(day(on))),
            label: String::new(),
        };
        let courses = changed(Vec::new(), Vec::new(), |record| record.procedures = all.iter().map(procedure).collect()).courses;
        courses.iter().map(|course| course.sessions).collect::<Vec<_>>()
    };
    use ProcedureKind::{Ect, Tms};
    assert_eq!(sessions(&[(Ect, "2026-01-01"), (Ect, "2026-02-26")]), [2], "56 days");
    assert_eq!(sessions(&[(Ect, "2026-01-01"), (Ect, "2026-01-03")]), [2]);
    assert_eq!(sessions(&[(Ect, "2026-01-01"), (Ect, "2026-02-27")]), [1, 1], "57 days");
    assert_eq!(sessions(&[(Ect, "2026-01-01"), (Tms, "2026-01-03")]), [1, 1]);
    assert_eq!((sessions(&[(Ect, TODAY)]), sessions(&[(Ect, "2026-03-03")])), (vec![1], vec![]));
}

#[test]
fn a_drug_given_by_the_session_is_a_course_and_a_tablet_is_none() {
    let courses = |name, mg, evidence| {
        judged(vec![MedicationRecord { evidence, ..dispensed("1", name, mg, "2026-02-01", 1) }], Vec::new()).courses.len()
    };
    assert_eq!(courses("esketamine", 56.0, Evidence::Administered), 1);
    assert_eq!((courses("esketamine", 56.0, Evidence::Ordered), courses("sertraline", 50.0, Evidence::Dispensed)), (0, 0));
}

#[test]
fn an_undated_record_within_thirty_days_of_a_spell_belongs_to_it() {
    // from 2025-06-01 to 2025-07-30
    let trials = |start| {
        let undated = MedicationRecord { state: RecordState::Unknown, ..ordered("2", "sertraline", 50.0, start) };
        judged(vec![dispensed("1", "sertraline", 50.0, "2025-06-01", 60), undated], Vec::new()).trials.len()
    };
    assert_eq!((trials("2025-05-02"), trials("2025-05-01")), (1, 2));
    assert_eq!((trials("2025-08-29"), trials("2025-08-30")), (1, 2));
    assert_eq!((trials("2025-07-01"), trials("2024-01-01"), trials("2026-01-01")), (1, 2, 2));
}

// rule 3.3/ended-by-switch: silent
#[test]
fn two_antidepressants_begun_on_one_day_end_neither() {
    let ongoing = |second| {
        let trials = judged(
            vec![dispensed("1", "mirtazapine", 15.0, "2025-12-01", 91), dispensed("2", "sertraline", 50.0, second, 120)],
            Vec::new(),
        )
        .trials;
        trials.iter().find(|trial| trial.drug.name() == "mirtazapine").map(|trial| trial.ongoing)
    };
    assert_eq!((ongoing("2025-12-01"), ongoing("2025-12-02")), (Some(true), Some(false)));
}

#[test]
fn a_drug_known_by_text_is_dropped_beside_the_same_drug_known_by_code_alone() {
    let trials = |coded| {
        let mut text = dispensed("2", "sertraline", 50.0, "2025-12-10", 60);
        text.medicine.recognition = Recognition::Text;
        judged(vec![dispensed("1", coded, 50.0, "2025-12-01", 90), text], Vec::new()).trials.len()
    };
    assert_eq!((trials("sertraline"), trials("mirtazapine")), (1, 2));
}

#[test]
fn of_two_reuptake_inhibitors_begun_together_the_one_not_yet_adequate_is_the_duplicate() {
    let duplicates = |first: (&str, i32), second: (&str, i32)| {
        let trials = judged(
            vec![dispensed("1", "escitalopram", 10.0, first.0, first.1), dispensed("2", "sertraline", 50.0, second.0, second.1)],
            Vec::new(),
        )
        .trials;
        trials.iter().filter(|trial| trial.has_marker(Marker::Duplication)).map(|trial| trial.drug.name()).collect::<Vec<_>>()
    };
    let (long, short) = (("2025-11-01", 100), ("2025-11-01", 35));
    assert_eq!((duplicates(short, long), duplicates(long, short)), (vec!["escitalopram"], vec!["sertraline"]));
    assert_eq!((duplicates(long, long), duplicates(short, short)), (vec!["sertraline"], vec!["sertraline"]), "else the later of the list");
    assert_eq!(duplicates(("2025-10-31", 36), long), ["sertraline"], "begun before it");
}

#[test]
fn days_beside_a_second_dose_are_counted_from_its_first_day() {
    let raised = vec![dispensed("1", "sertraline", 50.0, "2026-01-01", 31), dispensed("2", "sertraline", 100.0, "2026-02-01", 60)];
    let augmentations = |days| {
        let medications = [raised.clone(), vec![dispensed("3", "aripiprazole", 2.0, "2026-01-19", days)]].concat();
        judged(medications, Vec::new()).trials[0].has_marker(Marker::AugmentationEarly)
    };
    assert_eq!((augmentations(14), augmentations(13)), (true, false));
}

#[test]
fn a_trial_is_adequate_from_its_forty_second_day_at_dose() {
    let since = |supplies: &[(f64, &str, i32)]| {
        let records =
            supplies.iter().enumerate().map(|(id, (mg, start, days))| dispensed(&id.to_string(), "sertraline", *mg, start, *days));
        judged(records.collect(), Vec::new()).trials[0].adequate_since
    };
    assert_eq!(since(&[(50.0, "2025-12-01", 42)]), Some(day("2026-01-11")));
    assert_eq!(since(&[(50.0, "2025-12-01", 41)]), None);
    assert_eq!(since(&[(50.0, "2025-12-01", 20), (100.0, "2025-12-21", 22)]), Some(day("2026-01-11")));
    let lowered = [(50.0, "2025-12-01", 20), (25.0, "2025-12-21", 10), (50.0, "2025-12-31", 40)];
    assert_eq!(since(&lowered), Some(day("2026-01-21")), "ten days below the minimum do not count");
}

#[test]
fn a_stop_planned_for_tomorrow_has_no_day_yet() {
    let stopped = |on| {
        let stop = Stop { day: Some(day(on)), reason: StopReason::Unstated, label: String::new() };
        let order = MedicationRecord { state: RecordState::Stopped, stop: Some(stop), ..ordered("1", "sertraline", 50.0, "2026-01-01") };
        let trial = judged(vec![order], Vec::new()).trials.remove(0);
        (trial.ended_by_record, trial.ongoing)
    };
    assert_eq!((stopped("2026-03-01"), stopped(TODAY), stopped("2026-03-03")), ((true, false), (true, false), (false, false)));
}

#[test]
fn a_birth_ends_a_pregnancy_of_the_same_day_and_none_that_was_told_later() {
    let after = |on: &str| {
        changed(Vec::new(), Vec::new(), |record| {
            let birth = When::on(day("2026-01-10"));
            record.conditions.push(crate::clinical::chart::Condition {
                onset: Some(birth),
                recorded: Some(birth.first),
                ..condition(ConditionGroup::PregnancyPostpartum)
            });
            record.measurements = vec![Measurement { value: Value::YesNo(true), ..scored(Instrument::PregnancyTest, 0.0, on) }];
        })
        .circumstances
        .pregnancy
    };
    assert!(matches!(after("2026-01-11"), Pregnancy::Current(_)));
    assert!(matches!(after("2026-01-10"), Pregnancy::NotOnFile));
}

#[test]
fn hcg_tells_a_pregnancy_from_twenty_five_on_and_none_below_five() {
    let with = |instrument, value| {
        let assessment = changed(Vec::new(), Vec::new(), |record| record.measurements = vec![scored(instrument, value, "2026-02-20")]);
        assessment.circumstances.pregnancy
    };
    let hcg = |value| with(Instrument::PregnancyTestQuantitative, value);
    assert!(matches!(hcg(25.0), Pregnancy::Current(_)) && matches!(hcg(24.0), Pregnancy::NotOnFile));
    assert!(matches!(hcg(12_000.0), Pregnancy::Current(_)));
    assert!(matches!(hcg(5.0), Pregnancy::NotOnFile) && matches!(hcg(4.0), Pregnancy::Excluded(_)));
    assert!(matches!(with(Instrument::PregnancyTest, 30.0), Pregnancy::NotOnFile), "a bare number of another test");
}

#[test]
fn a_screening_of_today_counts_for_safety() {
    let item9 = |answer, on: &str| {
        let mut screening = phq9(&format!("{answer:?}-{on}"), 21, on);
        screening.items[8] = answer;
        screening
    };
    let found = |screenings| judged(Vec::new(), screenings).safety.iter().map(|finding| finding.id).collect::<Vec<_>>();
    assert_eq!(found(vec![item9(Some(1), TODAY)]), ["phq9-item9"]);
    assert_eq!(found(vec![item9(Some(1), "2026-03-03")]), Vec::<&str>::new());
    assert_eq!(found(vec![item9(None, TODAY)]), ["phq9-without-item9"]);
    assert_eq!(found(vec![item9(None, "2026-03-03")]), Vec::<&str>::new());
    assert_eq!(found(vec![item9(Some(1), "2026-03-01"), item9(Some(0), TODAY)]), Vec::<&str>::new(), "a 0 of today ends it");
}

#[test]
fn an_answer_of_the_last_365_days_tells_whether_she_breastfeeds() {
    let told = |days_ago: i32| {
        let on = (day(TODAY) - days_ago).to_string();
        let assessment = changed(Vec::new(), Vec::new(), |record| {
            let birth = When::on(day("2025-06-01"));
            record.conditions.push(crate::clinical::chart::Condition {
                onset: Some(birth),
                recorded: Some(birth.first),
                ..condition(ConditionGroup::PregnancyPostpartum)
            });
            record.measurements = vec![Measurement { value: Value::YesNo(true), ..scored(Instrument::Breastfeeding, 0.0, &on) }];
        });
        matches!(assessment.circumstances.postpartum.expect("a birth").breastfeeding, Breastfeeding::Yes(_))
    };
    assert_eq!([-1, 0, 100, 365, 366].map(told), [false, true, true, true, false]);
}

#[test]
fn a_severe_score_is_urgent_with_a_critical_finding_and_not_with_a_warning() {
    let urgent = |item| {
        let mut severe = phq9("a", 22, "2026-02-25");
        severe.items[8] = Some(item);
        judged(Vec::new(), vec![severe]).circumstances.is_urgent()
    };
    assert_eq!((urgent(1), urgent(2)), (false, true));
}
