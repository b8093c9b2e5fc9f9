use super::super::super::sample::*;
use super::super::super::{Assessment, assess};
use super::super::*;

use crate::clinical::chart::{Chart, MedicationRecord};
use crate::clinical::knowledge::SiteFile;
use crate::clinical::units::Days;

fn judged(record: &Chart) -> Assessment {
    assess(record, Knowledge::builtin(), day(TODAY))
}

/// Trials of 60 days one after the other, none of which helps.
fn failing(names: &[(&str, f64)]) -> Chart {
    let start = |index: usize| day("2025-06-01") + 65 * Days::try_from(index).expect("few");
    let records = names.iter().enumerate().map(|(index, (name, mg))| dispensed(name, name, *mg, &start(index).to_string(), 60));
    let scores = (0..=names.len()).map(|index| phq9(&format!("s{index}"), 18, &(start(index) - 1).to_string()));
    chart(records.collect(), scores.collect())
}

const THREE: [(&str, f64); 3] = [("sertraline", 100.0), ("escitalopram", 20.0), ("venlafaxine", 150.0)];

// rule 4/counted-once: silent
#[test]
fn two_failures_of_one_class_are_two_and_three_are_as_good() {
    let failures = |names: &[(&str, f64)]| {
        let found = judged(&failing(names));
        (found.adequate_failed_trials, found.two_adequate_failures)
    };
    assert_eq!(failures(&THREE[..1]), (1, Certainty::No));
    assert_eq!(failures(&THREE[..2]), (2, Certainty::Yes));
    assert_eq!(failures(&THREE), (3, Certainty::Yes));
}

#[test]
fn a_partial_response_under_way_goes_on_failing_after_day_fifty_six() {
    let start = "2025-12-01";
    let record = chart(vec![dispensed("1", "sertraline", 50.0, start, 120)], vec![phq9("a", 20, start), phq9("b", 14, "2026-03-01")]);
    assert_eq!(judged(&record).adequate_failed_trials, 1);
}

// rule 4/orders-count: speaks
// rule 4/orders-count: silent
#[test]
fn a_site_may_leave_out_trials_seen_as_orders_alone() {
    let site = |word: &str| {
        let content = format!("[parameters]\nrequest_evidence_counts = {word}\n");
        Knowledge::with_site(&SiteFile { name: "site.toml".to_owned(), content }).expect("within the ranges")
    };
    let failed = |knowledge, change: &dyn Fn(&mut MedicationRecord)| {
        let mut record = failing(&THREE[..1]);
        change(&mut record.medications[0]);
        assess(&record, knowledge, day(TODAY)).adequate_failed_trials
    };
    let order = |record: &mut MedicationRecord| record.evidence = Evidence::Ordered;
    let (with, without) = (site("true"), site("false"));
    assert_eq!((failed(with, &order), failed(without, &order)), (1, 0));
    assert_eq!((failed(with, &|_| ()), failed(without, &|_| ())), (1, 1));
}

// rule 4/probable: speaks
// rule 4/probable: silent
#[test]
fn a_trial_without_scores_probably_failed_when_something_was_tried_after_it() {
    let probable = |others: Vec<MedicationRecord>| {
        let first = dispensed("1", "sertraline", 50.0, "2025-06-01", 90);
        let trials = judged(&chart([vec![first], others].concat(), Vec::new())).trials;
        trials.iter().map(|trial| trial.probable_failure).collect::<Vec<_>>()
    };
    let second = |start| dispensed("2", "venlafaxine", 150.0, start, 90);
    assert_eq!(probable(Vec::new()), [false]);
    assert_eq!(probable(vec![second("2025-06-02")]), [true, false]);
    assert_eq!(probable(vec![second("2025-06-01")]), [false, false], "begun together");
    assert_eq!(probable(vec![dispensed("2", "sertraline", 50.0, "2025-10-15", 90)]), [false, false], "the same drug again");
    assert_eq!(probable(vec![dispensed("2", "trazodone", 50.0, "2025-07-01", 90)]), [false, false], "no trial");
    let added = dispensed("3", "aripiprazole", 2.0, "2025-07-15", 40);
    assert_eq!(probable(vec![added.clone()]), [true]);
    let together = dispensed("2", "mirtazapine", 15.0, "2025-06-01", 90);
    assert_eq!(probable(vec![together, added]).iter().filter(|probable| **probable).count(), 1, "added to one of the two");
}
