//! Whole charts, staged: the rules of section 6 on both sides of their limits.

use super::super::sample::*;
use super::super::{Assessment, assess};
use super::*;
use crate::clinical::chart::{Chart, Condition, MedicationRecord, Procedure, ProcedureKind, Screening};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, SourceRef, Span, When};

/// So many drugs, each taken for 60 days without response, the last one until today; the baseline is the first score.
fn failing(drugs: &[(&str, f64)], baseline: u8) -> (Vec<MedicationRecord>, Vec<Screening>) {
    let (mut medications, mut screenings) = (Vec::new(), vec![phq9("s", baseline, "2024-01-01")]);
    for (number, (name, mg)) in drugs.iter().enumerate() {
        let start = day("2024-01-01") + i32::try_from(number * 60).expect("few");
        medications.push(dispensed(&number.to_string(), name, *mg, &start.to_string(), 60));
        screenings.push(phq9(&format!("s{number}"), baseline, &(start + 59).to_string()));
    }
    (medications, screenings)
}

fn staged(drugs: &[(&str, f64)], baseline: u8, change: impl FnOnce(&mut Chart)) -> Assessment {
    let (medications, screenings) = failing(drugs, baseline);
    let mut record = chart(medications, screenings);
    record.conditions[0].onset = Some(When::on(day("2023-12-01")));
    change(&mut record);
    // the day after the last supply: no boundary parts the episode
    let as_of = day("2024-01-01") + i32::try_from(drugs.len() * 60).expect("few");
    assess(&record, Knowledge::builtin(), as_of)
}

fn thase_rush(drugs: &[(&str, f64)]) -> Option<u8> {
    staged(drugs, 18, |_| ()).staging.thase_rush
}

fn items(drugs: &[(&str, f64)], baseline: u8, change: impl FnOnce(&mut Chart)) -> Option<MaudsleyItems> {
    staged(drugs, baseline, change).staging.maudsley.map(|maudsley| maudsley.items)
}

const SSRI: (&str, f64) = ("sertraline", 50.0);
const SECOND_SSRI: (&str, f64) = ("citalopram", 20.0);
const SNRI: (&str, f64) = ("venlafaxine", 150.0);
const TCA: (&str, f64) = ("nortriptyline", 150.0);
const MAOI: (&str, f64) = ("phenelzine", 60.0);

// rule 6/thase-rush-0: speaks
// rule 6/thase-rush-0: silent
// rule 6/thase-rush-1: speaks
// rule 6/thase-rush-1: silent
// rule 6/thase-rush-2: speaks
// rule 6/thase-rush-2: silent
// rule 6/thase-rush-3: speaks
// rule 6/thase-rush-3: silent
// rule 6/thase-rush-4: speaks
// rule 6/thase-rush-4: silent
#[test]
fn each_stage_needs_the_stages_below_it() {
    let well = |record: &mut Chart| record.screenings = vec![phq9("a", 18, "2024-01-01"), phq9("b", 4, "2024-02-29")];
    assert_eq!(staged(&[SSRI], 18, well).staging.thase_rush, Some(0));
    assert_eq!(thase_rush(&[SSRI]), Some(1));
    assert_eq!(thase_rush(&[SSRI, SECOND_SSRI]), Some(1), "one class");
    assert_eq!(thase_rush(&[SSRI, SNRI]), Some(2));
    assert_eq!(thase_rush(&[TCA]), Some(1), "a tricyclic alone is one trial");
    assert_eq!(thase_rush(&[SSRI, SNRI, TCA]), Some(3));
    assert_eq!(thase_rush(&[SSRI, SNRI, MAOI]), Some(2), "no tricyclic yet");
    assert_eq!(thase_rush(&[SSRI, SNRI, TCA, MAOI]), Some(4));
}

fn ect(label: &'static str, on: &'static str) -> impl Fn(&mut Chart) {
    move |record: &mut Chart| {
        record.procedures.push(Procedure {
            source: SourceRef::new("Procedure/e"),
            kind: ProcedureKind::Ect,
            when: Some(Span::of(day(on))),
            label: label.to_owned(),
        });
    }
}

// rule 6/thase-rush-null: speaks
// rule 6/thase-rush-null: silent
#[test]
fn where_no_medicines_were_had_there_is_no_stage() {
    use crate::clinical::chart::{Extent, Kind};
    let with = |extent: Extent| staged(&[], 18, |record| record.coverage.set(Kind::Medications, extent)).staging.thase_rush;
    assert_eq!(with(Extent::None), None);
    assert_eq!(with(Extent::Full), Some(0), "nothing was tried");
}

// rule 6/thase-rush-5: speaks
// rule 6/thase-rush-5: silent
#[test]
fn stage_five_needs_bilateral_ect_and_is_null_where_the_electrodes_are_not_on_record() {
    let all = [SSRI, SNRI, TCA, MAOI];
    let stage = |label, on| staged(&all, 18, ect(label, on)).staging.thase_rush;
    assert_eq!(stage("Bilateral electroconvulsive therapy", "2024-06-01"), Some(5));
    assert_eq!(stage("Unilateral electroconvulsive therapy", "2024-06-01"), Some(4));
    assert_eq!(stage("Electroconvulsive therapy", "2024-06-01"), None);
    assert_eq!(stage("Electroconvulsive therapy", "2023-11-30"), Some(4), "before the episode");
    assert_eq!(staged(&[SSRI], 18, ect("Electroconvulsive therapy", "2024-01-20")).staging.thase_rush, Some(1), "it hangs on nothing");
}

// rule 6/maudsley-duration: speaks
// rule 6/maudsley-duration: silent
#[test]
fn begun_months_of_the_episode_score() {
    // the day of assessment is 2024-03-01
    let since = |onset: &'static str| {
        items(&[SSRI], 18, move |record| record.conditions[0].onset = Some(When::on(day(onset)))).map(|items| items.duration)
    };
    assert_eq!((since("2023-03-02"), since("2023-03-01")), (Some(1), Some(2)));
    assert_eq!((since("2022-03-02"), since("2022-03-01")), (Some(2), Some(3)));
}

// rule 6/maudsley-severity: speaks
// rule 6/maudsley-severity: silent
#[test]
fn severity_is_that_of_the_first_baseline_of_the_episode() {
    let severity = |baseline| items(&[SSRI], baseline, |_| ()).map(|items| items.severity);
    assert_eq!([10, 14, 15, 19, 20].map(severity), [2, 2, 3, 3, 4].map(Some));
    let two = items(&[SSRI, SNRI], 12, |record| record.screenings.last_mut().expect("a score").total = Some(22));
    assert_eq!(two.map(|items| items.severity), Some(2), "the first baseline, not the newest score");
    let late = |record: &mut Chart| record.screenings.remove(0);
    let unscored = items(&[SSRI, SNRI], 12, move |record| drop(late(record)));
    assert_eq!(unscored.map(|items| items.severity), Some(2), "the baseline of the next trial");
}

fn diagnosed(group: ConditionGroup, on: &'static str) -> impl Fn(&mut Chart) {
    move |record: &mut Chart| {
        let mut found: Condition = condition(group);
        (found.onset, found.recorded) = (None, Some(day(on)));
        record.conditions.push(found);
    }
}

// rule 6/maudsley-severity-code: speaks
// rule 6/maudsley-severity-code: silent
#[test]
fn a_severity_code_newer_than_the_score_makes_it_worse_never_better() {
    let with = |group, on| items(&[SSRI], 15, diagnosed(group, on)).map(|items| items.severity);
    assert_eq!(with(ConditionGroup::DepressionSeveritySevere, "2024-01-02"), Some(4));
    assert_eq!(with(ConditionGroup::DepressionSeveritySevere, "2024-01-01"), Some(3), "of the day of the score");
    assert_eq!(with(ConditionGroup::DepressionSeverityMild, "2024-01-02"), Some(3));
}

// rule 6/maudsley-psychotic: speaks
// rule 6/maudsley-psychotic: silent
#[test]
fn psychotic_features_are_the_worst_whenever_they_were_coded() {
    assert_eq!(items(&[SSRI], 12, diagnosed(ConditionGroup::DepressionPsychotic, "2023-12-01")).map(|items| items.severity), Some(5));
    let past = |record: &mut Chart| {
        diagnosed(ConditionGroup::DepressionPsychotic, "2023-12-01")(record);
        record.conditions.last_mut().expect("the code").current = false;
    };
    assert_eq!(items(&[SSRI], 12, past).map(|items| items.severity), Some(2));
}

// rule 6/maudsley-failures: speaks
// rule 6/maudsley-failures: silent
// rule 6/maudsley-null: speaks
// rule 6/maudsley-null: silent
#[test]
fn counted_failures_score_and_without_any_there_is_no_estimate() {
    let failures = |drugs: &[(&str, f64)]| items(drugs, 18, |_| ()).map(|items| items.failures);
    assert_eq!(failures(&[SSRI, SNRI]), Some(1));
    assert_eq!(failures(&[SSRI, SNRI, TCA]), Some(2));
    assert_eq!(items(&[SSRI], 18, |record| record.screenings.truncate(1)), None, "no counted failure");
    let named = staged(&[SSRI], 18, |_| ()).staging.maudsley.expect("one failure");
    assert_eq!((named.name, named.total, named.band), ("MSM (PHQ-9 based estimate)", 5, "mild"));
}

// rule 6/maudsley-augmentation: speaks
// rule 6/maudsley-augmentation: silent
// rule 6/maudsley-ect: speaks
// rule 6/maudsley-ect: silent
#[test]
fn augmentation_and_ect_count_when_they_reach_into_the_episode() {
    let added = items(&[SSRI], 18, |record| record.medications.push(dispensed("a", "aripiprazole", 2.0, "2024-02-12", 40)));
    assert_eq!(added.map(|items| items.augmentation), Some(1));
    assert_eq!(items(&[SSRI], 18, |_| ()).map(|items| (items.augmentation, items.ect)), Some((0, 0)));
    let with = |on| items(&[SSRI], 18, ect("Electroconvulsive therapy", on)).map(|items| items.ect);
    assert_eq!((with("2023-12-01"), with("2023-11-30")), (Some(1), Some(0)));
}

// rule 6/athf-count: speaks
// rule 6/athf-count: silent
#[test]
fn the_count_of_adequate_failures_is_given() {
    assert_eq!(staged(&[SSRI, SNRI], 18, |_| ()).adequate_failed_trials, 2);
    let short = |record: &mut Chart| record.medications[0].supply_days = Some(41);
    assert_eq!(staged(&[SSRI, SNRI], 18, short).adequate_failed_trials, 1, "41 days are no adequate trial");
}

// rule 6/maudsley-bands: speaks
// rule 6/maudsley-bands: silent
#[test]
fn a_total_of_7_is_moderate_and_of_11_severe() {
    let augmented = |record: &mut Chart| record.medications.push(dispensed("a", "aripiprazole", 2.0, "2024-02-12", 40));
    let band = |change: &dyn Fn(&mut Chart)| {
        let found = staged(&[SSRI], 18, |record| change(record)).staging.maudsley.expect("one failure");
        (found.total, found.band)
    };
    let course = ect("Electroconvulsive therapy", "2024-01-20");
    assert_eq!(band(&|record| course(record)), (6, "mild"));
    let both = |record: &mut Chart| {
        course(record);
        augmented(record);
    };
    assert_eq!(band(&both), (7, "moderate"));
    let long = |record: &mut Chart| {
        record.conditions[0].onset = Some(When::on(day("2021-12-01")));
        diagnosed(ConditionGroup::DepressionPsychotic, "2023-12-01")(record);
        course(record);
    };
    assert_eq!(band(&long), (10, "moderate"));
    assert_eq!(
        band(&|record| {
            long(record);
            augmented(record);
        }),
        (11, "severe")
    );
}

// rule 6/no-icd-code: speaks
// rule 6/no-icd-code: silent
#[test]
fn no_code_of_treatment_resistance_is_written_or_expected() {
    let two = staged(&[SSRI, SNRI], 18, |_| ());
    let written = serde_json::to_string(&(&two.scope, &two.trials, &two.staging, &two.notes)).expect("JSON").to_lowercase();
    assert!(!written.contains("resistan") && written.contains("\"thaserush\":2"), "{written}");
    let tables = Knowledge::builtin().to_markdown().to_lowercase();
    let coded = tables.lines().filter(|line| line.starts_with('|') && (line.contains("icd10") || line.contains("icd-10")));
    assert_eq!(
        coded.filter(|line| line.contains("treatment-resistant") || line.contains("treatment resistant")).collect::<Vec<_>>(),
        [""; 0]
    );
}

// rule 6/maudsley-failure-limits: speaks
// rule 6/maudsley-failure-limits: silent
#[test]
fn failures_score_by_their_limits() {
    let points = Knowledge::builtin().staging_points();
    let of = |counted: usize| points.failures(counted);
    assert_eq!([2, 3, 4, 5, 6, 7, 10, 11].map(of), [1, 2, 2, 3, 3, 4, 4, 5].map(Some));
    assert_eq!(of(0), None);
}

#[test]
fn bilateral_ect_counts_from_the_first_day_of_the_episode_to_today() {
    let with = |on| {
        let (source, label) = (SourceRef::new("Procedure/ect"), "bilateral ECT".to_owned());
        let session = Procedure { source, kind: ProcedureKind::Ect, when: Some(Span::of(on)), label };
        staged(&[SSRI, SNRI, TCA, MAOI], 18, |record| record.procedures = vec![session]).staging.thase_rush
    };
    let today = day("2024-01-01") + 4 * 60;
    assert_eq!((with(day("2023-11-30")), with(day("2023-12-01")), with(today)), (Some(4), Some(5), Some(5)));
}
