//! `fixtures/load.sh`: the story patients on a FHIR server.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::ehr::fhir::{Fhir, Way};
use super::running::{program, without_settings};

const STORY: &str = "cross-taper-with-two-adequate-failures";

/// The script; `None`, and a word of it, where its tools are missing outside of CI.
fn load(arguments: &[&str]) -> Option<Output> {
    let is_there = |tool: &str| Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if std::env::var_os("CI").is_none() && !["sh", "jq", "curl"].into_iter().all(|tool| tool == "sh" || is_there(tool)) {
        eprintln!("SKIPPED: no jq or curl here, so nothing is known of fixtures/load.sh from this run");
        return None;
    }
    let mut command = without_settings(Command::new("sh"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("fixtures/load.sh").args(arguments);
    Some(command.output().expect("it runs"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// The codes of the cards and the verdicts on the trials.
fn judged(record: &str, as_of: &str) -> (Vec<Value>, Vec<Value>) {
    use std::io::Write;
    let mut child = program()
        .args(["assess", "-", "--format", "json", "--as-of", as_of])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("a pipe").write_all(record.as_bytes()).expect("taken");
    let assessment: Value = serde_json::from_slice(&child.wait_with_output().expect("it ends").stdout).expect("JSON");
    let all = |list: &str, members: &[&str]| {
        let one = |entry: &Value| members.iter().map(|member| entry[*member].clone()).collect::<Value>();
        assessment[list].as_array().expect("a list").iter().map(one).collect::<Vec<_>>()
    };
    (all("cards", &["code", "variant"]), all("trials", &["drug", "adequacy", "atDoseDays", "response"]))
}

#[test]
fn a_story_loaded_twice_is_there_once_and_is_judged_as_it_is_told() {
    let fhir = Fhir::serving(&json!({}));
    let Some(first) = load(&[&fhir.base(), STORY]) else { return };
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert_eq!(text(&first.stdout), format!("p-c19\t2026-03-02\t{STORY}\n"));
    let count = fhir.count();
    assert!(count > 10, "{count}");
    assert!(load(&[&fhir.base(), STORY]).expect("as before").status.success());
    assert_eq!(fhir.count(), count);
    let tried = program().args(["try", "--patient", "p-c19", "--as-of", "2026-03-02", "--fhir", &fhir.base()]).output().expect("it runs");
    let (out, error) = (text(&tried.stdout), text(&tried.stderr));
    assert!(tried.status.success(), "{error}");
    assert!(out.contains("[info] next-step: 2 adequate trials without sufficient response"), "{out}");
    assert!(out.contains("adequate failed trials 2; two adequate failures: yes"), "{out}");
}

#[test]
fn moved_to_today_a_story_is_judged_as_on_its_own_day() {
    for story in [STORY, "positive-suicide-item-on-day-20", "relapse-under-a-full-remission-code"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(story);
        let case = std::fs::read_to_string(folder.join("case.toml")).expect("a case");
        let as_of = case.lines().find_map(|line| line.strip_prefix("as_of = \"")?.strip_suffix('"')).expect("a day").to_owned();
        let before = date();
        let Some(moved) = load(&["--today", "--print", story]) else { return };
        // At midnight it could be the day before or after.
        if before != date() {
            return;
        }
        let own = std::fs::read_to_string(folder.join("bundle.json")).expect("a record");
        let (cards, trials) = judged(&own, &as_of);
        assert!(!cards.is_empty() && !trials.is_empty(), "{story}");
        assert_eq!(judged(&text(&moved.stdout), &before), (cards, trials), "{story}");
    }
}

fn date() -> String {
    text(&Command::new("date").arg("+%F").output().expect("it runs").stdout).trim().to_owned()
}

#[test]
fn every_story_becomes_a_transaction_whose_references_lead_somewhere() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let stories: Vec<String> = std::fs::read_dir(cases)
        .expect("the stories")
        .map(|story| story.expect("a story").file_name().to_string_lossy().into_owned())
        .collect();
    let mut arguments = vec!["--print"];
    arguments.extend(stories.iter().map(String::as_str));
    let Some(printed) = load(&arguments) else { return };
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let mut seen = std::collections::BTreeSet::new();
    let transactions: Vec<Value> = text(&printed.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(transactions.len(), stories.len());
    for transaction in transactions {
        let entries = transaction["entry"].as_array().expect("entries");
        let urls: Vec<&str> = entries.iter().map(|entry| entry["request"]["url"].as_str().expect("a URL")).collect();
        assert!(urls.iter().all(|url| url.split('/').next_back().is_some_and(|id| id.len() <= 64)), "{urls:?}");
        assert!(urls.iter().all(|url| seen.insert((*url).to_owned())), "an id of another story: {urls:?}");
        let mut references = Vec::new();
        pointers(&transaction, &mut references);
        assert!(references.iter().all(|to| to.starts_with('#') || urls.contains(&to.as_str())), "{references:?}");
    }
}

fn pointers(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            into.extend(members.get("reference").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|inner| pointers(inner, into));
        }
        Value::Array(items) => items.iter().for_each(|inner| pointers(inner, into)),
        _ => {}
    }
}

#[test]
fn what_went_wrong_is_told() {
    let refusing = Fhir::serving(&json!({})).answers("", Way::Status(422));
    let Some(refused) = load(&[&refusing.base(), STORY]) else { return };
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains(&format!("refused {STORY}")), "{}", text(&refused.stderr));
    let unknown = load(&["--print", "no-such-story"]).expect("as before");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("no story is called no-such-story"));
    assert_eq!(load(&[]).expect("as before").status.code(), Some(2));
}
