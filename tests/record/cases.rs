//! The worked cases: every story of `fixtures/cases`, in every form its record has, against what its `case.toml` expects.
//!
//! What a case does not state is open, and members added to the assessment are no error. Every mismatch of every case is
//! collected before anything fails. Nothing is excused.

mod compare;
mod expected;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde_json::Value;
use trialwise::hooks::is_hook_request;

use self::compare::{Report, compare};
use self::expected::Case;
use crate::common::{Outcome, day, fixtures, name, read, read_request, text};

/// The forms that a record comes in, and the evidence that each gives (`None`: what the case says). `request.json` is a hook request.
const FORMS: [(&str, Option<&str>); 4] =
    [("bundle.json", None), ("bundle-statement.json", Some("stated")), ("bundle-request.json", Some("ordered")), ("request.json", None)];

#[test]
fn every_case_comes_out_as_its_story_says() {
    let mismatches: Vec<Mismatch> = stories().iter().flat_map(|(story, case)| mismatches(story, case)).collect();
    assert!(mismatches.is_empty(), "{} mismatches\n{}", mismatches.len(), mismatches.iter().map(ToString::to_string).collect::<String>());
}

#[test]
fn every_story_is_told_and_named_once() {
    let stories = stories();
    assert!(stories.len() >= 50, "{} stories", stories.len());
    for (story, case) in &stories {
        assert!(case.who.ends_with('.') && case.expect.ends_with('.'), "{story}: two sentences");
    }
}

/// Every story with its case.
fn stories() -> Vec<(String, Case)> {
    let mut folders: Vec<_> = std::fs::read_dir(fixtures()).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    folders.sort();
    folders
        .iter()
        .map(|folder| {
            let path = folder.join("case.toml");
            (name(folder), toml::from_str(&text(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        })
        .collect()
}

/// Something that came out otherwise than its story says.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Mismatch {
    case: String,
    form: &'static str,
    member: String,
    expected: String,
    found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {} ({}): {} should be {}, is {}", self.case, self.form, self.member, self.expected, self.found)
    }
}

/// The mismatches of one case, in every form of its record.
fn mismatches(story: &str, case: &Case) -> Vec<Mismatch> {
    let folder = fixtures().join(story);
    let mut all = Vec::new();
    for (form, evidence) in FORMS {
        let path = folder.join(form);
        if !path.exists() {
            continue;
        }
        let mut report = Report { case: story, form, found: BTreeSet::new() };
        match outcome(&path, case) {
            Ok(outcome) => compare(&case.expected, evidence, &outcome.json(), &mut report),
            Err(error) => report.note("record", "read", &error),
        }
        all.extend(report.found);
    }
    all
}

fn outcome(path: &Path, case: &Case) -> Result<Outcome, String> {
    let (body, as_of) = (text(path), day(&case.as_of));
    let said = || match is_hook_request(body.as_bytes()) {
        true => read_request(body.as_bytes(), as_of).map_err(|error| error.to_string()),
        false => read(body.as_bytes(), as_of).map_err(|error| error.to_string()),
    };
    std::panic::catch_unwind(said).unwrap_or_else(|_| Err("a panic".to_owned()))
}

#[test]
fn every_case_says_what_it_said_before() {
    let forced = std::env::var("INSTA_FORCE_PASS").is_ok_and(|value| value != "0")
        || std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always" || value == "force");
    assert!(std::env::var_os("CI").is_none() || !forced, "snapshots are not rewritten where nobody reads them");
    let changed: Vec<String> = stories().into_iter().filter(|(story, case)| !snapshots_hold(story, case)).map(|(story, _)| story).collect();
    assert!(changed.is_empty(), "{} stories say something else than before: {}", changed.len(), changed.join(", "));
}

/// Whether assessment and cards of a case are as accepted. The stamp of the knowledge is left out: it changes with every row.
fn snapshots_hold(story: &str, case: &Case) -> bool {
    let folder = fixtures().join(story);
    let Ok(outcome) = outcome(&folder.join("bundle.json"), case) else { return false };
    let mut json = outcome.json();
    json.as_object_mut().expect("an object").remove("knowledge");
    let assessment = serde_json::to_string_pretty(&json).expect("JSON");
    let cards: String = outcome
        .cards
        .iter()
        .map(|card| {
            let variant = card.variant.map(|variant| format!("/{variant}")).unwrap_or_default();
            let (code, indicator) = (card.code.word(), card.indicator.word());
            format!("# {code}{variant} ({indicator})\n{}\n\n{}\n\nground: {}\n\n", card.summary, card.detail, card.ground)
        })
        .collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(format!("{} {}", case.who, case.expect));
    settings.bind(|| {
        let hold = |name: &str, content: &str| std::panic::catch_unwind(|| insta::assert_snapshot!(name, content)).is_ok();
        let (assessment, cards) = (hold("assessment", &assessment), hold("cards", &cards));
        assessment && cards
    })
}

/// The comparison itself: what the first story expects, and each way of missing it.
#[test]
fn a_difference_in_any_member_is_noticed() {
    let stories = stories();
    let (story, case) = stories.iter().find(|(story, _)| story == "dose-exactly-at-the-minimum-on-day-42").expect("the story");
    let right = serde_json::json!({
        "patient": { "ageYears": 34, "sex": "female" },
        "scope": { "status": "in-scope", "reasons": [] },
        "trials": [{
            "drug": "sertraline", "start": "2026-01-20", "end": null, "ongoing": true, "days": 42, "atDoseDays": 42, "window": 42,
            "pdc": 0.995, "adequacy": "adequate", "reasons": [], "markers": ["short"], "evidence": "dispensed", "response": "non-response",
            "baseline": { "score": 18 }, "latest": { "score": 16 }, "failed": true, "inEpisode": true
        }, { "drug": "trazodone", "start": "2026-01-20", "reasons": ["not-a-trial"] }],
        "currentScore": { "score": 16 },
        "adequateFailedTrials": 1,
        "twoAdequateFailures": "no",
        "bipolar": { "state": "none", "indicators": [] },
        "safety": [],
        "interactions": [{ "severity": "info" }],
        "cards": [{ "code": "next-step", "variant": "tier-1", "indicator": "info", "summary": "" }]
    });
    let noticed = |found: &Value| {
        let mut report = Report { case: story, form: "bundle.json", found: BTreeSet::new() };
        compare(&case.expected, None, found, &mut report);
        report.found.into_iter().map(|mismatch| mismatch.member).collect::<Vec<_>>()
    };
    assert_eq!(noticed(&right), Vec::<String>::new());
    for (place, wrong) in [
        ("/patient/ageYears", Value::from(33)),
        ("/patient/sex", Value::Null),
        ("/scope/status", Value::from("undetermined")),
        ("/trials/0/start", Value::from("2026-01-21")),
        ("/trials/0/end", Value::from("2026-03-02")),
        ("/trials/0/ongoing", Value::from(false)),
        ("/trials/0/days", Value::from(41)),
        ("/trials/0/atDoseDays", Value::from(41)),
        ("/trials/0/window", Value::from(43)),
        ("/trials/0/pdc", Value::from(0.98)),
        ("/trials/0/adequacy", Value::from("in-progress")),
        ("/trials/0/reasons", Value::from(vec!["interrupted"])),
        ("/trials/0/evidence", Value::from("ordered")),
        ("/trials/0/response", Value::from("partial")),
        ("/trials/0/baseline", Value::Null),
        ("/trials/0/latest/score", Value::from(15)),
        ("/trials/0/failed", Value::from(false)),
        ("/trials/0/inEpisode", Value::from(false)),
        ("/trials/1/reasons", Value::from(vec!["duration-too-short"])),
        ("/currentScore", Value::Null),
        ("/adequateFailedTrials", Value::from(2)),
        ("/twoAdequateFailures", Value::from("yes")),
        ("/bipolar/state", Value::from("open")),
        ("/safety", Value::from(vec!["item"])),
        ("/interactions/0/severity", Value::from("warning")),
        ("/cards/0/code", Value::from("complete-trial")),
        ("/cards/0/variant", Value::from("tier-2")),
        ("/cards/0/indicator", Value::from("warning")),
        ("/cards", Value::from(Vec::<Value>::new())),
    ] {
        let mut found = right.clone();
        *found.pointer_mut(place).unwrap_or_else(|| panic!("a member at {place}")) = wrong;
        assert!(!noticed(&found).is_empty(), "{place}: not noticed");
    }
}
