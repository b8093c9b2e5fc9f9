//! What the lists of options say, word for word.

use super::super::super::finding::FOLD;
use super::*;
use crate::clinical::derive::{Fact, Pregnancy};

fn fact(text: &str) -> Fact {
    Fact::plain(text.to_owned())
}

fn detail(assessment: Assessment) -> String {
    speaks(&with_options(assessment)).expect("speaks").detail
}

/// The line of the detail that begins so.
fn line(detail: &str, start: &str) -> String {
    let found = detail.lines().find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no line begins `{start}` in {detail}")).to_owned()
}

fn pregnant(mut assessment: Assessment) -> Assessment {
    assessment.circumstances.pregnancy = Pregnancy::Current(fact("Pregnant state"));
    assessment
}

#[test]
fn before_the_fold_options_stand_by_name_and_what_is_no_drug_in_one_line() {
    let two = detail(two_failures());
    assert_eq!(line(&two, "- **Raise the dose"), "- **Raise the dose:** venlafaxine (now 150, room to 225 mg)");
    assert_eq!(line(&two, "- **Also"), "- **Also:** psychotherapy, TMS, ECT, esketamine, ketamine, a referral to psychiatry");
    let pregnant = detail(pregnant(two_failures()));
    assert_eq!(
        line(&pregnant, "- **Raise the dose"),
        "- **Raise the dose, only with obstetrics or perinatal psychiatry:** venlafaxine (now 150, room to 225 mg)"
    );
}

#[test]
fn an_antipsychotic_that_is_taken_is_named_beside_what_may_be_added_and_nowhere_else() {
    let mut assessment = with_options(one_failure());
    let added = assessment.options.iter_mut().find(|option| option.kind == StepKind::Augment && option.id == "brexpiprazole");
    added.expect("an option").reasons.push("beside aripiprazole: would take its place, not be added to it".to_owned());
    let detail = speaks(&assessment).expect("speaks").detail;
    assert!(line(&detail, "- **Add to the antidepressant").ends_with(" (an antipsychotic only in place of aripiprazole)"));
    assert!(!line(&detail, "- **Switch to").contains("in place of"));
}

#[test]
fn the_line_of_an_option_says_its_start_and_below_it_what_becomes_of_the_present_drug() {
    let detail = detail(one_failure());
    let (_, below) = detail.split_once(FOLD).expect("a fold");
    assert!(line(below, "- **venlafaxine**").starts_with("- **venlafaxine**: start 37.5-75 mg. Usual steps: raise by 75 mg after 4 days"));
    assert!(below.contains("\n  - change-over: direct or short cross-taper") && !below.contains("present drug: direct"), "{below}");
    assert!(below.contains("\n  - present drug: added to the drug or instead") && !below.contains("change-over: added"), "{below}");
    assert!(!below.contains("to note: now"), "the room of the dose stands before the fold: {below}");
}

#[test]
fn what_is_to_note_of_options_that_stand_by_name_is_told_once_for_all_it_holds_for() {
    let detail = detail(one_failure());
    let notes: Vec<&str> = detail.lines().filter(|line| line.starts_with("  - to note, ")).collect();
    assert_eq!(
        notes,
        [
            "  - to note, quetiapine XR, lumateperone: label: inadequate response to antidepressants; usually after dose optimisation",
            "  - to note, risperidone, ziprasidone: off-label; usually after dose optimisation",
        ]
    );
}

#[test]
fn levels_of_care_that_can_do_the_same_share_a_line_and_one_that_adds_nothing_is_not_named() {
    let who = |assessment| line(&detail(assessment), "**Who can do this:**");
    assert_eq!(
        who(one_failure()),
        "**Who can do this:** primary care, psychiatry, telepsychiatry: change of dose, switch, most add-ons, psychotherapy; \
         TMS or esketamine centre: TMS."
    );
    assert_eq!(
        who(two_failures()),
        "**Who can do this:** primary care, psychiatry, telepsychiatry: change of dose, switch, most add-ons, psychotherapy; \
         TMS or esketamine centre: TMS, esketamine, ketamine; ECT centre: ECT."
    );
}

#[test]
fn in_pregnancy_new_drugs_are_left_out_in_one_word_and_ect_never() {
    assert_eq!(
        line(&detail(pregnant(one_failure())), "Left out: "),
        "Left out: sertraline (already being taken); every new drug (none is listed in pregnancy); \
         vagus nerve stimulation (after four adequate failures)."
    );
    assert!(line(&detail(one_failure()), "Left out: ").contains("electroconvulsive therapy"), "after two failures");
}

#[test]
fn the_urgent_pathway_names_ect_alone() {
    let mut assessment = two_failures();
    assessment.circumstances.urgent = vec![fact("PHQ-9 item 9 answered with 3")];
    let detail = urgent_card(situation(&with_options(assessment))).expect("speaks").detail;
    assert!(detail.contains("**Neurostimulation**\n\n- **electroconvulsive therapy (ECT)**"), "{detail}");
    assert!(!detail.contains("transcranial") && !detail.contains("**venlafaxine**"), "{detail}");
}

// rule 10/next-step-no-room-switches-first: silent
#[test]
fn with_room_in_the_dose_a_higher_one_or_a_switch_comes_first() {
    let advice = |mg| detail(assessment(vec![trial("sertraline", mg, 60)])).lines().next().unwrap_or_default().to_owned();
    assert!(advice(50.0).contains("A higher dose or a switch usually comes first"), "{}", advice(50.0));
    assert!(!advice(200.0).contains("A higher dose"), "{}", advice(200.0));
}
