use super::*;

// rule 9.3/option-in-place: speaks
// rule 9.3/option-in-place: silent
#[test]
fn an_option_is_judged_by_the_same_rows_and_a_switch_thinks_the_current_drug_away() {
    let record = chart(vec![now("sertraline", 50.0), now("tramadol", 50.0)], Vec::new());
    let severities = |said: &Interactions| said.found.iter().map(|found| (found.id, found.severity)).collect::<Vec<_>>();
    let beside = option(&record, "venlafaxine", None);
    assert_eq!(
        severities(&beside),
        [("tramadol-with-antidepressant", Severity::Warning), ("two-serotonin-reuptake-inhibitors", Severity::Warning)]
    );
    assert_eq!(severities(&option(&record, "venlafaxine", Some("sertraline"))), [("tramadol-with-antidepressant", Severity::Warning)]);
    assert_eq!(severities(&option(&record, "mirtazapine", None)), []);
    let maoi = option(&record, "selegiline", Some("sertraline"));
    assert!(maoi.found.iter().all(|found| found.drugs.contains(&"selegiline".to_owned())), "only what names the option");
    assert_eq!(maoi.found.iter().filter(|found| found.severity == Severity::Critical).count(), 1, "with tramadol, as a patch");
    let lately = chart(vec![ended("fluoxetine", 20.0, 20)], Vec::new());
    assert_eq!(severities(&option(&lately, "phenelzine", None)), [("fluoxetine-to-maoi", Severity::Critical)]);
}

// rule 9.3/option-line: speaks
// rule 9.3/option-line: silent
#[test]
fn a_cap_is_a_line_to_an_option_and_missing_data_are_not_checked() {
    let record = chart(vec![now("paroxetine", 20.0)], Vec::new());
    let said = option(&record, "vortioxetine", Some("sertraline"));
    let text: Vec<&str> = said.lines.iter().filter(|line| line.id == "cyp2d6-vortioxetine-dose").map(|line| line.text.as_str()).collect();
    assert_eq!(text, ["at most 10 mg a day beside a strong CYP2D6 inhibitor"]);
    assert!(option(&record, "vortioxetine", Some("paroxetine")).lines.is_empty());
    let mut gaps = chart(Vec::new(), Vec::new());
    gaps.coverage.set(Kind::Conditions, Extent::None);
    gaps.coverage.set(Kind::Medications, Extent::Partial);
    let what: Vec<String> = option(&gaps, "bupropion", None).not_checked.into_iter().map(|row| row.what).collect();
    assert!(what.contains(&"seizure disorder".to_owned()) && what.contains(&"other medicines".to_owned()), "{what:?}");
    let ecg: Vec<&str> = option(&chart(Vec::new(), Vec::new()), "citalopram", None).not_checked.iter().map(|row| row.id).collect();
    assert!(ecg.contains(&"qtc-very-long"));
}

// rule 10/interaction-cap: speaks
// rule 10/interaction-cap: silent
#[test]
fn the_interaction_cap_is_the_room_of_the_dose() {
    let cap = |medications, change: &dyn Fn(&mut Chart)| {
        let trials = judged_with(medications, change).trials;
        let trial = trials.iter().find(|trial| trial.ongoing).expect("an ongoing trial");
        (
            trial.interaction_cap.clone().map(|cap| cap.maximum.mg()),
            crate::clinical::derive::dose_room(trial, Some(34), Knowledge::builtin()).maximum.map(DailyDose::mg),
        )
    };
    assert_eq!(cap(vec![now("citalopram", 20.0), now("omeprazole", 20.0)], &|_| ()), (Some(20.0), Some(20.0)));
    assert_eq!(cap(vec![now("citalopram", 20.0)], &|_| ()), (Some(40.0), Some(40.0)));
    assert_eq!(cap(vec![now("vortioxetine", 10.0), now("quinidine", 200.0)], &|_| ()), (Some(10.0), Some(10.0)));
    assert_eq!(cap(vec![now("sertraline", 50.0), now("omeprazole", 20.0)], &|_| ()), (None, Some(200.0)));
    assert_eq!(
        cap(vec![now("bupropion", 150.0), smoking_cessation(150.0)], &|_| ()).0,
        Some(300.0),
        "450 less what the other product gives"
    );
}
