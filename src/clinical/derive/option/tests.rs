use super::*;
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Form;

fn drug(name: &'static str) -> Ingredient {
    Ingredient::named(name)
}

/// No trial at all, in scope, age 34.
fn ground() -> OptionGround<'static> {
    OptionGround {
        trials: &[],
        current: None,
        counted: &[],
        augmentation: &[],
        taken: &[],
        hints: &[],
        in_scope: true,
        bipolar_strong: false,
        tier_zero: false,
        as_of: "2026-03-02".parse().expect("a day"),
        age: Some(34),
        knowledge: Knowledge::builtin(),
    }
}

fn of_kind(options: &[TreatmentOption], kind: StepKind) -> Vec<&TreatmentOption> {
    options.iter().filter(|option| option.kind == kind).collect()
}

fn find<'a>(options: &'a [TreatmentOption], kind: StepKind, id: &str) -> &'a TreatmentOption {
    options.iter().find(|option| option.kind == kind && option.id == id).unwrap_or_else(|| panic!("no {id}"))
}

fn is_open(option: &TreatmentOption) -> bool {
    option.verdict != Verdict::LeftOut
}

#[test]
fn there_are_none_out_of_scope() {
    assert!(options(&OptionGround { in_scope: false, ..ground() }).is_empty());
}

#[test]
fn ids_are_unique_within_a_kind_and_name_drug_or_procedure() {
    let all = options(&ground());
    let mut ids: Vec<(StepKind, &str)> = all.iter().map(|option| (option.kind, option.id.as_str())).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for (kind, id) in [
        (StepKind::Augment, "aripiprazole"),
        (StepKind::Augment, "quetiapine-xr"),
        (StepKind::Augment, "olanzapine-fluoxetine"),
        (StepKind::Augment, "bupropion"),
        (StepKind::Augment, "lithium"),
        (StepKind::Switch, "bupropion"),
        (StepKind::Switch, "dextromethorphan-bupropion"),
        (StepKind::Switch, "tranylcypromine"),
        (StepKind::RapidActing, "esketamine"),
        (StepKind::RapidActing, "ketamine-iv"),
        (StepKind::Neurostimulation, "tms"),
        (StepKind::Neurostimulation, "vns"),
        (StepKind::Psychotherapy, "psychotherapy"),
        (StepKind::Referral, "psychiatry"),
    ] {
        find(&all, kind, id);
    }
    assert!(!all.iter().any(|option| ["psilocybin", "clozapine", "zuranolone"].contains(&option.id.as_str())));
}

#[test]
fn without_a_failure_only_psychotherapy_is_open() {
    let all = options(&ground());
    let open: Vec<&str> = all.iter().filter(|option| is_open(option)).map(|option| option.id.as_str()).collect();
    assert_eq!(open, ["psychotherapy"]);
    assert!(find(&all, StepKind::Switch, "venlafaxine").reasons.contains(&"no adequate failure yet".to_owned()));
}

#[test]
fn tier_zero_opens_switches_only() {
    let all = options(&OptionGround { tier_zero: true, ..ground() });
    assert!(of_kind(&all, StepKind::Switch).iter().all(|option| is_open(option)));
    assert!(!of_kind(&all, StepKind::Augment).iter().any(|option| is_open(option)));
}

#[test]
fn tier_two_opens_what_tier_one_keeps_back() {
    let one = [drug("sertraline")];
    let two = [drug("sertraline"), drug("venlafaxine")];
    for (counted, open) in [(one.as_slice(), false), (two.as_slice(), true)] {
        let all = options(&OptionGround { counted, ..ground() });
        for (kind, id) in [
            (StepKind::Augment, "lithium"),
            (StepKind::Augment, "liothyronine"),
            (StepKind::Augment, "olanzapine-fluoxetine"),
            (StepKind::RapidActing, "esketamine"),
            (StepKind::RapidActing, "ketamine-iv"),
            (StepKind::Neurostimulation, "ect"),
            (StepKind::Referral, "psychiatry"),
        ] {
            assert_eq!(is_open(find(&all, kind, id)), open, "{id} after {}", counted.len());
        }
        assert!(is_open(find(&all, StepKind::Augment, "aripiprazole")) && is_open(find(&all, StepKind::Neurostimulation, "tms")));
    }
}

#[test]
fn vagus_nerve_stimulation_needs_four_failures() {
    let counted = [drug("sertraline"), drug("venlafaxine"), drug("bupropion"), drug("mirtazapine")];
    for n in [3, 4] {
        let all = options(&OptionGround { counted: &counted[..n], ..ground() });
        assert_eq!(is_open(find(&all, StepKind::Neurostimulation, "vns")), n == 4);
    }
}

#[test]
fn after_two_failures_of_a_class_the_class_is_left_out() {
    let counted = [drug("sertraline"), drug("citalopram")];
    let all = options(&OptionGround { counted: &counted, ..ground() });
    assert!(!is_open(find(&all, StepKind::Switch, "fluoxetine")));
    assert!(is_open(find(&all, StepKind::Switch, "venlafaxine")));
    let all = options(&OptionGround { counted: &counted[..1], ..ground() });
    assert!(is_open(find(&all, StepKind::Switch, "fluoxetine")));
}

#[test]
fn what_is_taken_is_no_option() {
    let (taken, counted) = ([drug("bupropion")], [drug("sertraline")]);
    let all = options(&OptionGround { taken: &taken, counted: &counted, ..ground() });
    assert!(!is_open(find(&all, StepKind::Augment, "bupropion")) && !is_open(find(&all, StepKind::Switch, "bupropion")));
}

#[test]
fn a_strong_bipolar_indicator_closes_everything_but_psychotherapy_and_referral() {
    let counted = [drug("sertraline"), drug("venlafaxine")];
    let all = options(&OptionGround { counted: &counted, bipolar_strong: true, ..ground() });
    let open: Vec<&str> = all.iter().filter(|option| is_open(option)).map(|option| option.id.as_str()).collect();
    assert_eq!(open, ["psychotherapy", "psychiatry"]);
    assert_eq!(find(&all, StepKind::Switch, "bupropion").reasons[0], "bipolar question open");
}

#[test]
fn what_was_not_tested_is_said_and_makes_the_verdict_caution() {
    let counted = [drug("sertraline")];
    let all = options(&OptionGround { counted: &counted, ..ground() });
    for option in all.iter().filter(|option| is_open(option) && option.drug.is_some()) {
        assert_eq!(option.verdict, Verdict::Caution, "{}", option.id);
        assert!(option.reasons.iter().any(|reason| reason.starts_with("not checked: ")), "{}", option.id);
    }
}

#[test]
fn open_options_stand_before_those_left_out_and_by_guideline_line() {
    let counted = [drug("sertraline")];
    let all = options(&OptionGround { counted: &counted, ..ground() });
    let augment = of_kind(&all, StepKind::Augment);
    assert_eq!(augment[0].id, "aripiprazole");
    let first_closed = augment.iter().position(|option| !is_open(option)).expect("lithium");
    assert!(augment[first_closed..].iter().all(|option| !is_open(option)));
}

#[test]
fn monitoring_is_told_without_codes() {
    let all = options(&ground());
    let monitoring = &find(&all, StepKind::Augment, "aripiprazole").monitoring;
    assert_eq!(monitoring[0], "weight+BMI: baseline, wk 4, 8, 12, then quarterly");
}

fn maximum_of(name: &'static str, form: Form, age: i32) -> Option<f64> {
    let row = Knowledge::builtin().antidepressant(drug(name)).expect("an antidepressant of the tables");
    maximum(row, form, Some(age)).map(DailyDose::mg)
}

#[test]
fn the_lowest_maximum_of_setting_form_and_age_holds() {
    assert_eq!(maximum_of("sertraline", Form::Unknown, 80), Some(200.0));
    assert_eq!(maximum_of("venlafaxine", Form::Immediate, 34), Some(225.0), "outside hospital");
    assert_eq!(maximum_of("citalopram", Form::Unknown, 60), Some(40.0));
    assert_eq!(maximum_of("citalopram", Form::Unknown, 61), Some(20.0));
}
