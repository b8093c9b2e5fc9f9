//! The worked cases: every story of `fixtures/cases`, in every form its record has, against what its `case.toml` expects.
//!
//! What a case does not state is open, and members added to the assessment are no error. Every mismatch of every case is
//! collected before anything fails. Nothing is excused.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use trialwise::hooks::is_hook_request;

use crate::common::{Outcome, day, fixtures, name, read, read_request, text};

/// A story: who this is, what should happen, and what the rules fix of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    who: String,
    expect: String,
    as_of: String,
    expected: Expected,
}

/// What the rules fix of an assessment, in the words of the assessment; an absent member is open.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Expected {
    patient: ExpectedPatient,
    scope: ExpectedScope,
    trials: Vec<ExpectedTrial>,
    current_score: Option<i64>,
    adequate_failed_trials: Option<i64>,
    two_adequate_failures: Option<String>,
    bipolar: Option<ExpectedBipolar>,
    contributors: Option<ExpectedContributors>,
    safety: Option<bool>,
    interactions: Option<Vec<String>>,
    #[serde(default)]
    monitoring_due: Vec<String>,
    #[serde(default)]
    augmentation: Vec<String>,
    #[serde(default)]
    options: Vec<String>,
    staging: Option<Value>,
    cards: Vec<ExpectedCard>,
    #[serde(default)]
    must_not: MustNot,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ExpectedPatient {
    age_years: i64,
    sex: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedScope {
    status: String,
    reasons: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ExpectedTrial {
    drug: String,
    start: String,
    end: Option<String>,
    ongoing: bool,
    days: Option<i64>,
    at_dose_days: Option<i64>,
    window: Option<i64>,
    pdc: Option<f64>,
    adequacy: String,
    reasons: Vec<String>,
    #[serde(default)]
    markers: Vec<String>,
    evidence: Option<String>,
    response: Option<String>,
    baseline: Option<i64>,
    latest: Option<i64>,
    failed: Option<bool>,
    in_episode: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedBipolar {
    state: String,
    weights: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ExpectedContributors {
    present: Vec<ExpectedContributor>,
    not_present: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedContributor {
    id: String,
    weight: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedCard {
    code: String,
    variant: Option<String>,
    indicator: String,
    /// In words what the card must bring across: for readers of snapshots.
    #[serde(rename = "about")]
    _about: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct MustNot {
    cards: Vec<String>,
    card_indicators: Vec<(String, String)>,
    any_card: bool,
    options: Vec<String>,
    option_kinds: Vec<String>,
    raise_dose: bool,
    summaries: Vec<String>,
    two_adequate_failures: Option<String>,
}

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

/// Collects the mismatches of one record.
struct Report<'a> {
    case: &'a str,
    form: &'static str,
    found: BTreeSet<Mismatch>,
}

impl Report<'_> {
    fn note(&mut self, member: impl Into<String>, expected: impl ToString, found: impl ToString) {
        self.found.insert(Mismatch {
            case: self.case.to_owned(),
            form: self.form,
            member: member.into(),
            expected: expected.to_string(),
            found: found.to_string(),
        });
    }

    /// Exactly this; an absent expectation is open.
    fn same<T: Into<Value>>(&mut self, member: impl Into<String>, expected: Option<T>, found: &Value) {
        let Some(expected) = expected.map(Into::into) else { return };
        let equal = match (expected.as_i64(), found.as_f64()) {
            (Some(expected), Some(found)) => expected as f64 == found,
            _ => expected == *found,
        };
        if !equal {
            self.note(member, expected, found);
        }
    }

    fn holds(&mut self, member: impl Into<String>, holds: bool, expected: impl ToString, found: impl ToString) {
        if !holds {
            self.note(member, expected, found);
        }
    }
}

/// Lays an assessment beside what is expected of it.
fn compare(expected: &Expected, evidence: Option<&str>, found: &Value, report: &mut Report<'_>) {
    report.same("patient.ageYears", Some(expected.patient.age_years), &found["patient"]["ageYears"]);
    report.same("patient.sex", Some(expected.patient.sex.clone()), &found["patient"]["sex"]);
    report.same("scope.status", Some(expected.scope.status.clone()), &found["scope"]["status"]);
    contains("scope.reasons", &expected.scope.reasons, &found["scope"]["reasons"], report);
    report.same("currentScore", expected.current_score, &found["currentScore"]["score"]);
    report.same("adequateFailedTrials", expected.adequate_failed_trials, &found["adequateFailedTrials"]);
    report.same("twoAdequateFailures", expected.two_adequate_failures.clone(), &found["twoAdequateFailures"]);
    report.same("staging", expected.staging.clone(), &found["staging"]);
    compare_trials(&expected.trials, evidence, list(&found["trials"]), report);
    compare_findings(expected, found, report);
    compare_cards(&expected.cards, list(&found["cards"]), report);
    compare_must_not(&expected.must_not, found, report);
}

/// Each trial exactly, and no other save one that is not a trial or not coded.
fn compare_trials(expected: &[ExpectedTrial], evidence: Option<&str>, found: &[Value], report: &mut Report<'_>) {
    let mut matched = Vec::new();
    for (number, trial) in expected.iter().enumerate() {
        let member = |name: &str| format!("trials[{number}].{name}");
        let place = found.iter().position(|found| found["drug"] == trial.drug && found["start"] == trial.start);
        let Some(place) = place else {
            let listed: Vec<String> = found.iter().map(|found| format!("{} from {}", found["drug"], found["start"])).collect();
            report.note(format!("trials[{number}]"), format!("{} from {}", trial.drug, trial.start), listed.join(", "));
            continue;
        };
        matched.push(place);
        let found = &found[place];
        report.same(member("end"), Some(trial.end.clone()), &found["end"]);
        report.same(member("ongoing"), Some(trial.ongoing), &found["ongoing"]);
        report.same(member("days"), trial.days, &found["days"]);
        report.same(member("atDoseDays"), trial.at_dose_days, &found["atDoseDays"]);
        report.same(member("window"), trial.window, &found["window"]);
        report.same(member("reasons"), Some(trial.reasons.clone()), &found["reasons"]);
        contains(member("markers"), &trial.markers, &found["markers"], report);
        report.same(member("evidence"), evidence.map(ToOwned::to_owned).or(trial.evidence.clone()), &found["evidence"]);
        report.same(member("response"), trial.response.clone(), &found["response"]);
        report.same(member("baseline"), trial.baseline, &found["baseline"]["score"]);
        report.same(member("latest"), trial.latest, &found["latest"]["score"]);
        report.same(member("failed"), trial.failed, &found["failed"]);
        report.same(member("inEpisode"), trial.in_episode, &found["inEpisode"]);
        if let Some(pdc) = trial.pdc {
            let close = found["pdc"].as_f64().is_some_and(|found| (found - pdc).abs() <= 0.01);
            report.holds(member("pdc"), close, pdc, &found["pdc"]);
        }
        match trial.adequacy.as_str() {
            "not-adequate" => report.holds(member("adequacy"), found["adequacy"] != "adequate", "not adequate", &found["adequacy"]),
            verdict => report.same(member("adequacy"), Some(verdict), &found["adequacy"]),
        }
    }
    report.holds("trials", matched.is_sorted(), "in order of start, then drug", format!("{matched:?}"));
    for (place, other) in found.iter().enumerate().filter(|(place, _)| !matched.contains(place)) {
        let exempt = list(&other["reasons"]).iter().any(|reason| reason == "not-a-trial" || reason == "uncoded-drug");
        report.holds(format!("trials[{place}]"), exempt, "no other trial", format!("{} from {}", other["drug"], other["start"]));
    }
}

/// What else the record comes to.
fn compare_findings(expected: &Expected, found: &Value, report: &mut Report<'_>) {
    if let Some(bipolar) = &expected.bipolar {
        report.same("bipolar.state", Some(bipolar.state.clone()), &found["bipolar"]["state"]);
        contains("bipolar.weights", &bipolar.weights, &each(&found["bipolar"]["indicators"], "weight"), report);
    }
    if let Some(contributors) = &expected.contributors {
        let present: Vec<&Value> = list(&found["contributors"]).iter().filter(|found| found["status"] == "present").collect();
        for ExpectedContributor { id, weight } in &contributors.present {
            let there = present.iter().any(|found| found["id"] == *id && found["weight"] == *weight);
            report.holds("contributors", there, format!("{id}, {weight}"), &found["contributors"]);
        }
        for id in &contributors.not_present {
            report.holds("contributors", !present.iter().any(|found| found["id"] == *id), format!("no {id}"), "present");
        }
    }
    if let Some(safety) = expected.safety {
        report.holds("safety", list(&found["safety"]).is_empty() != safety, safety, &found["safety"]);
    }
    if let Some(severities) = &expected.interactions {
        let found = each(&found["interactions"], "severity");
        contains("interactions", severities, &found, report);
        for other in list(&found).iter().filter_map(Value::as_str).filter(|severity| matches!(*severity, "critical" | "warning")) {
            report.holds("interactions", severities.iter().any(|severity| severity == other), "no other critical or warning", other);
        }
    }
    contains("monitoringDue", &expected.monitoring_due, &each(&found["monitoringDue"], "drug"), report);
    contains("augmentation", &expected.augmentation, &each(&found["augmentation"], "drug"), report);
    for id in &expected.options {
        let offered = offered(found).iter().any(|option| starts(&option["id"], id));
        report.holds("options", offered, format!("{id} among them"), each(&found["options"], "id"));
    }
}

/// Exactly these cards in this order; of each code the same number, with the same indicator and variant.
fn compare_cards(expected: &[ExpectedCard], found: &[Value], report: &mut Report<'_>) {
    let codes: BTreeSet<&str> =
        expected.iter().map(|card| card.code.as_str()).chain(found.iter().filter_map(|card| card["code"].as_str())).collect();
    for code in &codes {
        let wanted: Vec<&ExpectedCard> = expected.iter().filter(|card| card.code == *code).collect();
        let shown: Vec<&Value> = found.iter().filter(|card| card["code"] == *code).collect();
        let same = wanted.len() == shown.len()
            && wanted.iter().zip(&shown).all(|(wanted, shown)| {
                shown["indicator"] == wanted.indicator && wanted.variant.as_ref().is_none_or(|variant| shown["variant"] == *variant)
            });
        let in_words = |indicator: &str, variant: &str| format!("{indicator} {variant}").trim().to_owned();
        let wanted: Vec<String> =
            wanted.iter().map(|card| in_words(&card.indicator, card.variant.as_deref().unwrap_or_default())).collect();
        let shown: Vec<String> = shown
            .iter()
            .map(|card| in_words(card["indicator"].as_str().unwrap_or_default(), card["variant"].as_str().unwrap_or_default()))
            .collect();
        report.holds(format!("cards.{code}"), same, format!("{wanted:?}"), format!("{shown:?}"));
    }
    let wanted: Vec<&str> = expected.iter().map(|card| card.code.as_str()).collect();
    let shown: Vec<&str> = found.iter().filter_map(|card| card["code"].as_str()).collect();
    let both = |codes: &[&str], others: &[&str]| -> Vec<String> {
        codes.iter().filter(|code| others.contains(code)).map(ToString::to_string).collect()
    };
    let (wanted, shown) = (both(&wanted, &shown), both(&shown, &wanted));
    report.holds("cards.order", wanted == shown, format!("{wanted:?}"), format!("{shown:?}"));
}

/// What must not be said or offered.
fn compare_must_not(must_not: &MustNot, found: &Value, report: &mut Report<'_>) {
    let cards = list(&found["cards"]);
    for card in cards {
        let code = card["code"].as_str().unwrap_or_default();
        let member = format!("cards.{code}");
        report.holds(&member, !must_not.any_card, "no card at all", card);
        report.holds(&member, !must_not.cards.iter().any(|forbidden| forbidden == code), format!("no {code} card"), card);
        let loud = must_not.card_indicators.iter().any(|(forbidden, indicator)| forbidden == code && card["indicator"] == *indicator);
        report.holds(&member, !loud, "another indicator", card);
        let summary = card["summary"].as_str().unwrap_or_default().to_lowercase();
        let worded = must_not.summaries.iter().any(|words| summary.contains(&words.to_lowercase()));
        report.holds(&member, !worded, "a summary without these words", &card["summary"]);
        let raises = must_not.raise_dose && card["variant"] == "dose";
        report.holds(&member, !raises, "no increase of the dose", card);
    }
    for option in offered(found) {
        let forbidden = must_not.options.iter().any(|id| starts(&option["id"], id))
            || must_not.option_kinds.iter().any(|kind| option["kind"] == *kind)
            || (must_not.raise_dose && option["kind"] == "optimise");
        report.holds("mustNot.options", !forbidden, "left out", format!("{} {}", option["kind"], option["id"]));
    }
    if let Some(value) = &must_not.two_adequate_failures {
        report.holds("twoAdequateFailures", found["twoAdequateFailures"] != *value, format!("not {value}"), value);
    }
}

/// Each of these must be among those.
fn contains(member: impl Into<String>, expected: &[String], found: &Value, report: &mut Report<'_>) {
    let missing: Vec<&String> = expected.iter().filter(|expected| !list(found).iter().any(|found| found == *expected)).collect();
    report.holds(member, missing.is_empty(), format!("{missing:?} among them"), found);
}

/// The options that are not left out.
fn offered(found: &Value) -> Vec<&Value> {
    list(&found["options"]).iter().filter(|option| option["verdict"] != "left-out").collect()
}

fn starts(value: &Value, beginning: &str) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(beginning))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// One member of each.
fn each(value: &Value, member: &str) -> Value {
    list(value).iter().map(|item| item[member].clone()).collect()
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
