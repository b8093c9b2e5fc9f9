//! The treatment history as it is printed, whole: what an insurer's reviewer reads.

use std::path::Path;
use std::process::Command;

/// What `trialwise assess --format history` prints for a case.
fn printed(case: &str) -> String {
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(case).join("bundle.json");
    let output = Command::new(env!("CARGO_BIN_EXE_trialwise"))
        .args(["assess", "--as-of", "2026-03-02", "--format", "history"])
        .arg(record)
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The history of this case, as it was read and accepted.
fn accepted(case: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/record/history").join(format!("{case}.md"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The version of the tables changes with every row; all else is compared.
fn without_version(text: &str) -> String {
    text.lines().map(|line| line.split("; Trialwise, knowledge").next().unwrap_or(line).to_owned() + "\n").collect()
}

#[test]
fn two_failed_trials_are_told_whole() {
    let case = "cross-taper-with-two-adequate-failures";
    assert_eq!(without_version(&printed(case)), without_version(&accepted(case)));
}

#[test]
fn an_augmented_trial_under_way_is_told_whole() {
    let case = "aripiprazole-on-day-10-of-28";
    assert_eq!(without_version(&printed(case)), without_version(&accepted(case)));
}

#[test]
fn it_says_nothing_that_it_cannot_know() {
    for case in ["three-adequate-trials-and-one-score", "ordered-but-never-dispensed", "brand-name-behind-an-unknown-code"] {
        let text = printed(case);
        assert!(!text.contains("treatment-resistant") && !text.contains("effective dose"), "{text}");
        assert!(text.contains("## Not on file or not known"), "{text}");
        assert!(!text.contains('\u{1b}'), "no colour in what is to be pasted");
    }
    let ordered = printed("ordered-but-never-dispensed");
    assert!(ordered.contains("ordered only; adherence not verifiable"), "{ordered}");
    let undocumented = printed("three-adequate-trials-and-one-score");
    let open = "Adequate trials of this episode whose response is not documented: sertraline, venlafaxine, mirtazapine";
    assert!(undocumented.contains(open) && undocumented.contains("different drugs: cannot be told from this record"), "{undocumented}");
    assert!(undocumented.contains("Response: not documented") && undocumented.contains("a score from day 28 on"), "{undocumented}");
}
