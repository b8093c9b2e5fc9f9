mod limits;

use super::super::sample::*;
use super::super::{Assessment, assess};
use super::*;
use crate::clinical::chart::{MedicationRecord, Screening, Stop, StopReason};
use crate::clinical::knowledge::SiteFile;

fn judged(setting: &str, medications: Vec<MedicationRecord>, screenings: Vec<Screening>) -> Assessment {
    let content = format!("[parameters]\n{setting}\n");
    let site = Knowledge::with_site(&SiteFile { name: "site.toml".to_owned(), content }).expect("within the ranges");
    assess(&chart(medications, screenings), site, day(TODAY))
}

fn counted_drugs(assessment: &Assessment) -> Vec<&str> {
    assessment.counted_failures.iter().map(|drug| drug.name()).collect()
}

fn told(assessment: &Assessment) -> Vec<&str> {
    assessment.notes.iter().filter(|note| note.id == "counted-by-setting").map(|note| note.text.as_str()).collect()
}

/// Sertraline that failed, aripiprazole added on this day, and a PHQ-9 today.
fn augmented(setting: &str, since: &str, score: Option<u8>) -> Assessment {
    let medications = vec![dispensed("1", "sertraline", 50.0, "2025-10-01", 200), dispensed("2", "aripiprazole", 5.0, since, 90)];
    let mut screenings = vec![phq9("a", 18, "2025-10-01"), phq9("b", 17, "2026-01-20")];
    screenings.extend(score.map(|score| phq9("c", score, TODAY)));
    judged(setting, medications, screenings)
}

// rule 4/augmentation-counts: speaks
// rule 4/augmentation-counts: silent
#[test]
fn a_failed_augmentation_counts_only_where_the_site_says_so() {
    const ON: &str = "augmentation_counts = true";
    let ours = augmented("", "2026-02-03", Some(17));
    assert_eq!((counted_drugs(&ours), ours.two_adequate_failures), (vec!["sertraline"], Certainty::No));
    assert!(told(&ours).is_empty());
    let theirs = augmented(ON, "2026-02-03", Some(17));
    assert_eq!((counted_drugs(&theirs), theirs.two_adequate_failures), (vec!["sertraline", "aripiprazole"], Certainty::Yes));
    assert_eq!(told(&theirs), ["aripiprazole: counted by a setting of this site (augmentation without sufficient response)"]);
    assert_eq!(theirs.staging.maudsley.map(|estimate| estimate.items.failures), Some(1), "augmentation is an item of its own");
    assert_eq!(counted_drugs(&augmented(ON, "2026-02-04", Some(17))), ["sertraline"], "27 days at dose");
    assert_eq!(counted_drugs(&augmented(ON, "2026-02-03", Some(8))), ["sertraline"], "it responded");
    let unjudged = augmented(ON, "2026-02-03", None);
    assert_eq!((counted_drugs(&unjudged), unjudged.two_adequate_failures), (vec!["sertraline"], Certainty::Undetermined));
    assert_eq!(augmented("", "2026-02-03", None).two_adequate_failures, Certainty::No);
}

// rule 4/intolerance-counts: speaks
// rule 4/intolerance-counts: silent
#[test]
fn a_drug_that_was_not_tolerated_counts_only_where_the_site_says_so() {
    let with = |setting: &str, reason: StopReason, days: i32| {
        let stop = Stop { day: None, reason, label: String::new() };
        let first = MedicationRecord { stop: Some(stop), ..dispensed("1", "sertraline", 50.0, "2025-07-01", days) };
        let second = dispensed("2", "venlafaxine", 150.0, "2025-10-01", 180);
        judged(setting, vec![first, second], vec![phq9("a", 18, "2025-10-01"), phq9("b", 17, "2026-03-01")])
    };
    const ON: &str = "intolerance_counts = true";
    assert_eq!(counted_drugs(&with("", StopReason::SideEffect, 20)), ["venlafaxine"]);
    let theirs = with(ON, StopReason::SideEffect, 20);
    assert_eq!((counted_drugs(&theirs), theirs.two_adequate_failures), (vec!["sertraline", "venlafaxine"], Certainty::Yes));
    assert_eq!(told(&theirs), ["sertraline: counted by a setting of this site (stopped early for side effects)"]);
    assert!(!theirs.trials[0].failed, "of the trial itself nothing is known");
    assert_eq!(counted_drugs(&with(ON, StopReason::Other, 20)), ["venlafaxine"]);
    assert_eq!(counted_drugs(&with(ON, StopReason::SideEffect, 42)), ["venlafaxine"], "no early stop");
}

// rule 4/augmentation-counts: speaks
// rule 4/augmentation-counts: silent
#[test]
fn a_partial_response_fails_an_augmentation_that_ended_or_has_reached_day_fifty_six() {
    let counts = |since: &str, days, score| {
        let medications = vec![dispensed("1", "sertraline", 50.0, "2025-10-01", 200), dispensed("2", "aripiprazole", 5.0, since, days)];
        let screenings = vec![phq9("a", 18, "2025-10-01"), phq9("b", 18, "2025-12-25"), phq9("c", score, "2026-02-10")];
        let found = judged("augmentation_counts = true", medications, screenings);
        counted_drugs(&found).contains(&"aripiprazole")
    };
    // 18 to 12 is a third less; today is the 57th day from 2026-01-05 on
    assert_eq!((counts("2026-01-07", 90, 12), counts("2026-01-06", 90, 12), counts("2026-01-05", 90, 12)), (false, true, true));
    assert!(counts("2026-01-07", 30, 12), "30 days at dose, ended on 2026-02-05");
    assert!(!counts("2026-01-10", 27, 17), "27 days at dose");
    assert!(counts("2026-01-10", 29, 17) && counts("2026-01-10", 28, 17));
}
