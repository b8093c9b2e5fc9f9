use super::super::assess;
use super::super::sample::*;
use super::*;
use crate::clinical::chart::{Chart, Intolerance, MedicationRecord, RecordState, Stop};

fn judged(medications: Vec<MedicationRecord>, change: impl FnOnce(&mut Chart)) -> Vec<Trial> {
    let mut record = chart(medications, Vec::new());
    change(&mut record);
    assess(&record, Knowledge::builtin(), day(TODAY)).trials
}

fn first(medications: Vec<MedicationRecord>) -> Trial {
    judged(medications, |_| ()).remove(0)
}

fn sertraline(mg: f64, start: &str, days: i32) -> MedicationRecord {
    dispensed(&format!("{mg}-{start}"), "sertraline", mg, start, days)
}

#[test]
fn a_run_goes_on_while_its_last_day_lies_within_the_longest_break() {
    // an order stands, so that the trial is ongoing though nothing is dispensed
    let standing = || MedicationRecord { ..ordered("o", "sertraline", 50.0, "2025-12-01") };
    let now = |days| first(vec![sertraline(50.0, "2025-12-01", days), standing()]).at_dose_days_now;
    assert_eq!((now(78), now(77)), (78, 0), "14 and 15 days ago");
}

// rule 5/in-episode: speaks
// rule 5/in-episode: silent
#[test]
fn a_trial_belongs_to_the_episode_if_its_run_reaches_the_first_day() {
    let belongs = |onset| {
        let change = |record: &mut Chart| record.conditions[0].onset = Some(crate::clinical::units::When::on(day(onset)));
        judged(vec![sertraline(50.0, "2025-06-01", 60)], change)[0].in_episode
    };
    assert_eq!((belongs("2025-07-29"), belongs("2025-07-30"), belongs("2025-07-31")), (true, true, false));
    let undated = |start| {
        let record = MedicationRecord { state: RecordState::Unknown, ..ordered("1", "sertraline", 50.0, start) };
        judged(vec![record], |_| ())[0].in_episode
    };
    assert_eq!((undated("2025-05-01"), undated("2025-05-02"), undated("2025-04-30")), (true, true, false));
}

// rule 3.4/increase: speaks
// rule 3.4/increase: silent
#[test]
fn the_same_dose_after_a_break_is_no_increase() {
    let increase = |mg| first(vec![sertraline(50.0, "2026-01-01", 20), sertraline(mg, "2026-01-25", 60)]).last_increase;
    assert_eq!((increase(50.0), increase(25.0), increase(100.0)), (None, None, Some(day("2026-01-25"))));
}

// rule 3.4/settling: speaks
// rule 3.4/settling: silent
#[test]
fn a_raised_dose_settles_until_its_twenty_eighth_day() {
    let settling = |raised: &str| {
        let trial = first(vec![sertraline(50.0, "2025-12-01", 120), sertraline(100.0, raised, 120)]);
        trial.has_marker(Marker::Settling)
    };
    assert_eq!((settling("2026-02-03"), settling("2026-02-04"), settling("2026-03-01")), (false, true, true));
    assert!(!settling("2026-01-01"));
}

// rule 3.3/short: speaks
// rule 3.3/short: silent
#[test]
fn an_adequate_trial_is_short_below_fifty_six_days() {
    let short = |days| first(vec![sertraline(50.0, "2025-11-01", days)]).has_marker(Marker::Short);
    assert_eq!((short(41), short(42), short(55), short(56), short(80)), (false, true, true, false, false));
}

// rule 3.5/augmentation-early: speaks
// rule 3.5/augmentation-early: silent
#[test]
fn an_augmentation_is_early_before_the_trial_was_adequate() {
    // adequate on 2026-01-11
    let early = |start| {
        let trial = first(vec![sertraline(50.0, "2025-12-01", 120), dispensed("2", "aripiprazole", 2.0, start, 60)]);
        trial.has_marker(Marker::AugmentationEarly)
    };
    assert_eq!((early("2026-01-10"), early("2026-01-11"), early("2026-01-20")), (true, false, false));
}

// rule 3.3/quality: speaks
// rule 3.3/quality: silent
#[test]
fn the_quality_of_a_trial_hangs_on_where_its_days_are_known_from() {
    let quality = |change: &dyn Fn(&mut MedicationRecord)| {
        let mut record = sertraline(50.0, "2025-12-01", 60);
        change(&mut record);
        first(vec![record]).quality
    };
    assert_eq!(quality(&|_| ()), Quality::High);
    assert_eq!(quality(&|record| record.medicine.recognition = Recognition::Display), Quality::Medium);
    assert_eq!(quality(&|record| record.medicine.recognition = Recognition::Text), Quality::Low);
    assert_eq!(quality(&|record| record.evidence = Evidence::Administered), Quality::High);
    assert_eq!(quality(&|record| record.evidence = Evidence::Stated), Quality::Medium);
    assert_eq!(quality(&|record| record.evidence = Evidence::Ordered), Quality::Low);
    assert_eq!(quality(&|record| record.state = RecordState::Unknown), Quality::Low, "without days");
}

// rule 3.3/intolerance: speaks
// rule 3.3/intolerance: silent
#[test]
fn a_trial_stopped_for_a_side_effect_before_day_forty_two_was_not_tolerated() {
    let intolerance = |reason, days| {
        let mut record = sertraline(50.0, "2025-11-01", days);
        record.stop = Some(Stop { day: None, reason, label: String::new() });
        first(vec![record]).has_marker(Marker::Intolerance)
    };
    use StopReason::{NoEffect, SideEffect};
    assert_eq!((intolerance(SideEffect, 41), intolerance(SideEffect, 42), intolerance(NoEffect, 41)), (true, false, false));
}

#[test]
fn a_reaction_counts_from_the_first_day_of_a_trial_to_thirty_days_after_its_last() {
    // from 2025-12-01 to 2025-12-20
    let with = |name: &str, on: Option<&str>| {
        let reaction =
            Intolerance { source: SourceRef::new("AllergyIntolerance/a"), ingredient: drug(name), when: on.map(day), label: String::new() };
        judged(vec![sertraline(50.0, "2025-12-01", 20)], |record| record.intolerances = vec![reaction])[0].has_marker(Marker::Intolerance)
    };
    let on = |on| with("sertraline", Some(on));
    assert_eq!((on("2025-11-30"), on("2025-12-01"), on("2025-12-20")), (false, true, true));
    assert_eq!((on("2026-01-19"), on("2026-01-20")), (true, false));
    assert_eq!((with("sertraline", None), with("mirtazapine", Some("2025-12-10"))), (true, false));
}

// rule 3.4/above-maximum: speaks
// rule 3.4/above-maximum: silent
#[test]
fn a_dose_above_the_usual_maximum_is_marked_and_one_at_it_is_not() {
    let above = |name, mg| first(vec![dispensed("1", name, mg, "2025-12-01", 60)]).has_marker(Marker::AboveUsualMaximum);
    assert_eq!((above("citalopram", 40.0), above("citalopram", 40.5), above("citalopram", 60.0)), (false, true, true));
    assert!(!above("citalopram", 20.0));
    let of_form = |form, mg| {
        let mut record = dispensed("1", "trazodone", mg, "2025-12-01", 60);
        record.medicine.form = form;
        first(vec![record]).has_marker(Marker::AboveUsualMaximum)
    };
    use crate::clinical::units::Form::{ExtendedRelease, Immediate};
    assert_eq!((of_form(ExtendedRelease, 375.0), of_form(ExtendedRelease, 375.5)), (false, true));
    assert_eq!((of_form(Immediate, 400.0), of_form(Immediate, 400.5)), (false, true));
}

#[test]
fn a_strong_inducer_is_told_of_the_trial_it_was_taken_in() {
    let told = |name, start: &str| {
        first(vec![sertraline(50.0, "2025-12-01", 30), dispensed("2", name, 200.0, start, 60)]).has_marker(Marker::Inducer)
    };
    assert_eq!((told("carbamazepine", "2025-12-30"), told("carbamazepine", "2025-12-31")), (true, false));
    assert_eq!((told("carbamazepine", "2025-12-10"), told("lisinopril", "2025-12-10")), (true, false));
}
