use super::*;
use crate::clinical::chart::{MedicationRecord, Procedure, RecordState, Stop, StopReason};
use crate::clinical::derive::sample::{TODAY, chart, day, dispensed, ordered, phq9};
use crate::clinical::units::{SourceRef, Span};
use crate::server::{Asked, judge};

fn told(record: Chart) -> String {
    let knowledge = Knowledge::builtin();
    history(&judge(record, knowledge, day(TODAY), Asked::CHART, None), knowledge)
}

fn stopped(reason: StopReason, label: &str) -> MedicationRecord {
    let stop = Stop { day: Some(day("2025-12-20")), reason, label: label.to_owned() };
    MedicationRecord { state: RecordState::Stopped, stop: Some(stop), ..ordered("1", "sertraline", 50.0, "2025-12-01") }
}

#[test]
fn why_a_trial_ended_is_told_in_the_words_of_the_record() {
    let text = told(chart(vec![stopped(StopReason::SideEffect, "severe nausea")], Vec::new()));
    assert!(text.contains("- Ended because: side effects (record: severe nausea)\n"), "{text}");
    assert!(text.contains("- Not tolerated: sertraline\n"), "{text}");
    assert!(!text.contains("why it ended"), "{text}");
    let silent = told(chart(vec![stopped(StopReason::Unstated, "")], Vec::new()));
    assert!(silent.contains("- Ended because: stopped, the reason is not on file\n"), "{silent}");
    assert!(
        silent.contains("sertraline: a score before it; a score from day 28 on; whether it was supplied or taken; why it ended"),
        "{silent}"
    );
}

#[test]
fn scores_before_and_after_are_told_with_their_change() {
    let supply = || vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 120)];
    let changed = |end| told(chart(supply(), vec![phq9("a", 20, "2025-12-01"), phq9("b", end, "2026-02-20")]));
    assert!(changed(14).contains("not halved): not sufficient; 6 points lower (30 %)\n"), "{}", changed(14));
    assert!(changed(20).contains("or not lower); the score is the same\n"), "{}", changed(20));
    assert!(changed(21).contains("or not lower); 1 point higher (5 %)\n"), "{}", changed(21));
    assert!(changed(14).contains("- Score before: PHQ-9 20 on 2025-12-01\n- Latest score: PHQ-9 14 on 2026-02-20\n"), "{}", changed(14));
    let short = told(chart(
        vec![dispensed("1", "sertraline", 50.0, "2026-01-25", 120)],
        vec![phq9("a", 20, "2026-01-24"), phq9("b", 14, "2026-02-25")],
    ));
    assert!(short.contains("- Response: not judged yet; 6 points lower (30 %)\n"), "{short}");
}

#[test]
fn none_on_file_is_said_only_where_that_kind_was_had_in_full() {
    let mut record = chart(Vec::new(), Vec::new());
    let none = told(record.clone());
    assert!(none.contains("## Antidepressant trials\n\nNone on file.\n"), "{none}");
    assert!(none.contains("## Psychotherapy\n\n- Not known: procedures could not all be had\n"), "{none}");
    record.coverage.set(Kind::Procedures, Extent::Full);
    record.coverage.set(Kind::Medications, Extent::Partial);
    let had = told(record.clone());
    assert!(had.contains("## Psychotherapy\n\n- None on file\n"), "{had}");
    assert!(had.contains("None found; the medicines could not all be had."), "{had}");
    let source = SourceRef::new("Procedure/cbt");
    let when = Some(Span::of(day("2025-11-03")));
    record.procedures = vec![Procedure { source, kind: ProcedureKind::Psychotherapy, when, label: "CBT, session 1".to_owned() }];
    assert!(told(record).contains("## Psychotherapy\n\n- 2025-11-03: CBT, session 1\n"));
}

#[test]
fn an_order_is_never_told_as_taken() {
    let text = told(chart(vec![ordered("1", "sertraline", 50.0, "2025-12-01")], Vec::new()));
    assert!(text.contains("- How taking is known: ordered only; adherence not verifiable"), "{text}");
    assert!(text.contains("- Dates: on the list since 2025-12-01, still active\n"), "{text}");
}

#[test]
fn days_are_told_in_weeks_too() {
    assert_eq!(days_and_weeks(1), "1 day");
    assert_eq!(days_and_weeks(6), "6 days");
    assert_eq!(days_and_weeks(7), "7 days (1 week)");
    assert_eq!(days_and_weeks(43), "43 days (6 weeks and 1 day)");
}

#[test]
fn the_record_can_neither_mark_up_nor_steer() {
    let text = told(chart(vec![stopped(StopReason::Other, "**bold** [x](http://e.x)\n# head \u{1b}[31m")], Vec::new()));
    assert!(!text.contains("**bold**") && !text.contains("\n# head") && !text.contains('\u{1b}'), "{text}");
}
