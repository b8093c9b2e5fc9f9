use super::super::sample::*;
use super::super::{EndReason, Trial, assess};
use crate::clinical::chart::{MedicationRecord, RecordState, Stop, StopReason};
use crate::clinical::knowledge::Knowledge;

fn first(medications: Vec<MedicationRecord>) -> Trial {
    assess(&chart(medications, Vec::new()), Knowledge::builtin(), day(TODAY)).trials.remove(0)
}

fn stopped(reason: StopReason, label: &str) -> MedicationRecord {
    let stop = Stop { day: Some(day("2026-01-10")), reason, label: label.to_owned() };
    MedicationRecord { state: RecordState::Stopped, stop: Some(stop), ..ordered("1", "sertraline", 50.0, "2025-12-01") }
}

#[test]
fn a_trial_says_why_it_ended_in_the_words_of_the_record() {
    for (reason, expected) in [
        (StopReason::SideEffect, EndReason::SideEffect),
        (StopReason::NoEffect, EndReason::NoEffect),
        (StopReason::Pregnancy, EndReason::Pregnancy),
        (StopReason::Other, EndReason::Other),
        (StopReason::Unstated, EndReason::NotStated),
    ] {
        let ended = first(vec![stopped(reason, "as written")]).ended_because.expect("a reason");
        assert_eq!((ended.reason, ended.label.as_str(), ended.basis.len()), (expected, "as written", 1));
    }
}

#[test]
fn a_stop_that_names_a_reason_stands_before_one_that_does_not() {
    let mut later = stopped(StopReason::Unstated, "");
    later.source = crate::clinical::units::SourceRef::new("MedicationRequest/2");
    later.stop.as_mut().expect("a stop").day = Some(day("2026-01-20"));
    let ended = first(vec![stopped(StopReason::NoEffect, "no response"), later]).ended_because.expect("a reason");
    assert_eq!((ended.reason, ended.label.as_str()), (EndReason::NoEffect, "no response"));
}

#[test]
fn a_trial_that_another_took_the_place_of_says_so() {
    let two = |first_days| {
        vec![dispensed("1", "sertraline", 50.0, "2025-12-01", first_days), dispensed("2", "venlafaxine", 150.0, "2026-02-01", 60)]
    };
    let ended = first(two(62)).ended_because.expect("a reason");
    assert_eq!((ended.reason, ended.basis.len()), (EndReason::Replaced, 0));
}

#[test]
fn a_trial_under_way_or_run_out_gives_no_reason() {
    assert_eq!(first(vec![dispensed("1", "sertraline", 50.0, "2026-01-01", 90)]).ended_because, None);
    assert_eq!(first(vec![dispensed("1", "sertraline", 50.0, "2025-09-01", 60)]).ended_because, None);
}
