use super::super::assess;
use super::super::sample::*;
use super::*;
use crate::clinical::chart::{Encounter, MedicationRecord, Screening};
use crate::clinical::units::{GroupSet, When};

/// The first day of the episode of a depression that began on a day.
fn start(onset: &str, medications: Vec<MedicationRecord>, scores: &[(&str, u8)], visits: &[&str]) -> Day {
    let screening = |(on, total): &(&str, u8)| -> Screening { phq9(on, *total, on) };
    let visit = |on: &&str| Encounter {
        source: SourceRef::new(format!("Encounter/{on}")),
        span: Span::of(day(on)),
        groups: GroupSet::EMPTY.with(ConditionGroup::DepressionMddActive),
    };
    let mut record = chart(medications, scores.iter().map(screening).collect());
    record.conditions[0].onset = Some(When::on(day(onset)));
    record.encounters = visits.iter().map(visit).collect();
    assess(&record, Knowledge::builtin(), day(TODAY)).episode.expect("an episode").start
}

/// Taken from 2024-01-01 to 2024-04-09; 120 free days end on 2024-08-07.
fn first() -> MedicationRecord {
    dispensed("1", "sertraline", 50.0, "2024-01-01", 100)
}

fn again(on: &str) -> MedicationRecord {
    dispensed("2", "sertraline", 50.0, on, 100)
}

// rule 5/well: speaks
#[test]
fn two_low_scores_fifty_six_days_apart_end_an_episode_and_so_do_eighty() {
    let from = |second| start("2023-01-01", vec![first()], &[("2024-02-01", 3), (second, 2), ("2024-06-01", 15)], &[]);
    assert_eq!(from("2024-03-27"), day("2023-01-01"), "55 days");
    assert_eq!(from("2024-03-28"), day("2024-06-01"), "56 days");
    assert_eq!(from("2024-04-21"), day("2024-06-01"), "80 days");
}

#[test]
fn a_score_of_ten_or_more_between_two_low_ones_ends_the_time_well() {
    let between = |score| {
        let scores = [("2024-02-01", 3), ("2024-02-20", score), ("2024-03-30", 2), ("2024-06-01", 15)];
        start("2023-01-01", vec![first()], &scores, &[])
    };
    assert_eq!(between(9), day("2024-06-01"));
    assert_eq!((between(10), between(15)), (day("2023-01-01"), day("2023-01-01")));
}

// rule 5/well: silent
#[test]
fn a_score_of_five_is_not_low() {
    let both = |score| start("2023-01-01", vec![first()], &[("2024-02-01", score), ("2024-03-30", score), ("2024-06-01", 15)], &[]);
    assert_eq!((both(4), both(5)), (day("2024-06-01"), day("2023-01-01")));
}

#[test]
fn a_low_score_counts_from_the_day_of_the_onset_on() {
    let from = |onset| start(onset, vec![first()], &[("2024-02-01", 3), ("2024-03-28", 2), ("2024-06-01", 15)], &[]);
    assert_eq!((from("2024-02-01"), from("2024-02-02")), (day("2024-06-01"), day("2024-02-02")));
}

#[test]
fn an_episode_begins_with_a_score_of_ten_after_the_later_low_one() {
    let then = |score| start("2023-01-01", vec![first()], &[("2024-02-01", 3), ("2024-03-28", 2), ("2024-06-01", score)], &[]);
    assert_eq!((then(10), then(9)), (day("2024-06-01"), day("2023-01-01")), "after 9 nothing follows");
    let visit = |on: &str| start("2023-01-01", vec![first()], &[("2024-02-01", 3), ("2024-03-28", 2), ("2024-06-01", 15)], &[on]);
    assert_eq!(visit("2024-03-28"), day("2024-06-01"), "on the day of the boundary is not after it");
    assert_eq!(visit("2024-03-29"), day("2024-03-29"));
}

#[test]
fn a_drug_taken_across_a_boundary_begins_no_episode_by_another_dose() {
    let raised = vec![first(), dispensed("2", "sertraline", 100.0, "2024-04-10", 100)];
    let scores = [("2024-02-01", 3), ("2024-03-28", 2), ("2024-06-01", 15)];
    assert_eq!(start("2023-01-01", raised, &scores, &[]), day("2024-06-01"));
    let later = vec![first(), dispensed("2", "sertraline", 100.0, "2024-04-11", 100)];
    assert_eq!(start("2023-01-01", later, &scores, &[]), day("2024-04-11"), "a day without it before");
}

#[test]
fn a_score_of_ten_or_more_breaks_the_untreated_time_and_one_of_nine_does_not() {
    let between = |score| start("2023-01-01", vec![first(), again("2024-08-08")], &[("2024-06-01", score)], &[]);
    assert_eq!(between(9), day("2024-08-08"));
    assert_eq!((between(10), between(15)), (day("2023-01-01"), day("2023-01-01")));
}

// rule 5/untreated: silent
#[test]
fn one_hundred_and_nineteen_free_days_end_no_episode_whatever_follows() {
    let then = |on| start("2023-01-01", vec![first(), again(on)], &[], &["2024-09-20"]);
    assert_eq!((then("2024-08-07"), then("2024-08-08")), (day("2023-01-01"), day("2024-08-08")));
}

#[test]
fn untreated_time_counts_from_the_last_day_of_a_drug_that_reaches_the_onset() {
    let second = |on| start("2024-04-09", vec![first(), again(on)], &[], &[]);
    assert_eq!((second("2024-08-07"), second("2024-08-08")), (day("2024-04-09"), day("2024-08-08")));
    assert_eq!(start("2024-04-10", vec![first(), again("2024-08-08")], &[], &[]), day("2024-04-10"), "none since the onset");
}
