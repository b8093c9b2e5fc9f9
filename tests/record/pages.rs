//! The demo page of every story: each trial is on it with its verdict, and what it shows is what the service says.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;
use trialwise::clinical::cards::trial_verdict;
use trialwise::clinical::knowledge::Knowledge;
use trialwise::clinical::units::Day;
use trialwise::hooks::{CardDialect, Services};
use trialwise::pages::{Entry, HookCall, Origin, Outcome, hook_request, outcome};
use trialwise::server::{DayOf, Judged, record, wire};

use crate::common::{day, fixtures, name, text};

/// The stories that no hook request can carry: answers with errors in them.
const NO_REQUEST: [&str; 1] = ["medication-list-that-failed-to-load"];

#[derive(Deserialize)]
struct Story {
    as_of: String,
}

/// A story, what its record came to, and the page of it.
struct Told {
    story: String,
    body: String,
    as_of: Day,
    judged: Judged,
    page: String,
}

/// Every story, judged once for all tests.
static TOLD: LazyLock<Vec<Told>> = LazyLock::new(|| {
    let told = |(story, body, as_of): (String, String, Day)| {
        let judged = judged(&body, as_of);
        let page = page(&judged, "{}");
        Told { story, body, as_of, judged, page }
    };
    stories().into_iter().map(told).collect()
});

/// Every story: its name, its record, its day.
fn stories() -> Vec<(String, String, Day)> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(fixtures()).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    folders.sort();
    assert!(folders.len() > 70, "{} stories", folders.len());
    let story = |folder: PathBuf| {
        let story: Story = toml::from_str(&text(&folder.join("case.toml"))).expect("a case");
        (name(&folder), text(&folder.join("bundle.json")), day(&story.as_of))
    };
    folders.into_iter().map(story).collect()
}

fn judged(body: &str, as_of: Day) -> Judged {
    let services = Services::builtin().expect("sound");
    let day = DayOf { today: as_of, by_request: true };
    record(&[("record", body.as_bytes())], &services, Knowledge::builtin(), day, Some(as_of)).expect("a record")
}

fn request(body: &str, as_of: Day) -> Option<String> {
    let services = Services::builtin().expect("sound");
    hook_request(body, services.for_hook("patient-view").expect("there"), as_of)
}

fn page(judged: &Judged, body: &str) -> String {
    outcome(&Outcome {
        assessment: &judged.assessment,
        cards: &judged.cards,
        response: &wire(judged, Knowledge::builtin(), CardDialect::default()),
        call: Some(HookCall { service: "trialwise-patient-view", request: body }),
        knowledge: Knowledge::builtin(),
        origin: Origin::Pasted(Entry { record: "", as_of: "" }),
    })
}

/// What stands between two texts, each time.
fn between<'a>(page: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    page.split(before).skip(1).map(|rest| rest.split_once(after).expect("an end").0).collect()
}

/// Text as it stands in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[test]
fn every_trial_of_every_story_is_on_its_page_with_its_verdict_its_dates_and_its_table_row() {
    let mut drawn = 0;
    for Told { story, judged, page, .. } in TOLD.iter() {
        let trials = &judged.assessment.trials;
        let verdicts = between(page, "<span class=\"verdict ", "</span>");
        let verdicts: Vec<&str> = verdicts.into_iter().filter(|found| !found.starts_with("failed")).collect();
        assert_eq!(verdicts.len(), trials.len(), "{story}");
        let rows = between(page, "<caption id=\"trial-table\">", "</table>").concat();
        for (index, (trial, shown)) in trials.iter().zip(&verdicts).enumerate() {
            let verdict = trial_verdict(trial);
            let word = verdict.split(": ").next().expect("a word");
            assert!(shown.ends_with(&format!(">{word}")), "{story}: {shown} for {verdict}");
            assert!(rows.contains(&format!("<td>{}</td>", escaped(&verdict))), "{story}: no row says {verdict}");
            let has_days = trial.start.is_some() || !trial.doses.is_empty();
            assert_eq!(page.contains(&format!("<title id=\"trial-{index}-title\">{}", trial.drug)), has_days, "{story}");
        }
        assert_eq!(page.matches(">failed trial<").count(), trials.iter().filter(|trial| trial.failed).count(), "{story}");
        assert_eq!(page.matches("<circle class=\"point\"").count(), judged.assessment.phq9_scores.len(), "{story}");
        assert_eq!(page.matches("<article class=\"card ").count(), judged.cards.len(), "{story}");
        assert_eq!(*page, self::page(judged, "{}"), "{story}: the same gives the same");
        drawn += trials.len();
    }
    assert!(drawn > 75, "{drawn} trials");
}

#[test]
fn every_bar_stands_inside_its_strip() {
    for Told { story, page, .. } in TOLD.iter() {
        for rect in between(page, "<rect ", ">") {
            let share = |name: &str| -> Option<f64> {
                let value = rect.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
                value.strip_suffix('%')?.parse().ok()
            };
            if let (Some(x), Some(width)) = (share("x"), share("width")) {
                assert!(x >= 0.0 && width > 0.0 && x + width <= 100.01, "{story}: {rect}");
            }
        }
        assert!(!page.contains("NaN") && !page.contains("inf%"), "{story}");
    }
}

#[test]
fn what_is_named_on_a_page_stands_on_it_once() {
    for Told { story, page, judged, .. } in TOLD.iter() {
        let ids: Vec<&str> = between(page, " id=\"", "\"");
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(known.len(), ids.len(), "{story}: an id stands twice");
        for names in ["aria-labelledby", "aria-describedby", "for"] {
            let named = between(page, &format!(" {names}=\""), "\"");
            let missing: Vec<&str> = named.into_iter().flat_map(|ids| ids.split(' ')).filter(|id| !known.contains(id)).collect();
            assert!(missing.is_empty(), "{story}: {names} {missing:?}");
        }
        let images = page.matches(" role=\"img\"").count();
        assert!(images > 0 || judged.assessment.trials.is_empty(), "{story}");
    }
}

/// What the page shows is the answer to the request that it shows; so that has to be what the record itself comes to.
#[test]
fn the_hook_request_of_a_story_comes_to_the_same_as_its_record() {
    let mut carried = 0;
    for Told { story, body, as_of, judged: of_record, .. } in TOLD.iter() {
        let Some(request) = request(body, *as_of) else {
            assert!(NO_REQUEST.contains(&story.as_str()), "{story}: no request");
            continue;
        };
        let of_request = judged(&request, *as_of);
        let told = |judged: &Judged| {
            let mut told = serde_json::to_value(&judged.assessment).expect("JSON");
            // How a kind was not had is told otherwise; that it was not is the same.
            told["coverage"]["gaps"].take();
            told
        };
        assert_eq!(told(&of_request), told(of_record), "{story}");
        carried += 1;
    }
    assert_eq!(carried, TOLD.len() - NO_REQUEST.len());
}

#[test]
fn what_is_no_record_of_one_patient_gives_no_request() {
    let day = day("2026-03-02");
    let patient = r#"{"resourceType":"Patient","id":"a"}"#;
    let other = r#"{"resourceType":"Patient","id":"b"}"#;
    for body in [
        "",
        "{",
        "[]",
        "null",
        r#"{"hook":"patient-view"}"#,
        r#"{"resourceType":"Bundle"}"#,
        r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition"}}]}"#,
        r#"{"resourceType":"Patient"}"#,
        &format!("{patient}\n{other}"),
        &format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{patient}}},{{"response":{{"status":"504"}}}}]}}"#),
    ] {
        assert_eq!(request(body, day), None, "{body}");
    }
    let medication = r#"{"resourceType":"Medication","id":"m"}"#;
    let order = r#"{"resourceType":"MedicationRequest","id":"o","medicationReference":{"reference":"Medication/m"}}"#;
    let request = request(&format!("\u{FEFF}{patient}\n{order}\n{medication}\n"), day).expect("a request");
    let request: Value = serde_json::from_str(&request).expect("JSON");
    assert_eq!(request["context"]["patientId"], "a");
    assert_eq!(request["prefetch"]["patient"]["id"], "a");
    let orders = &request["prefetch"]["medicationRequests"];
    assert_eq!((&orders["total"], orders["entry"].as_array().map(Vec::len)), (&Value::from(1), Some(2)));
    assert_eq!(request["prefetch"]["medicationDispenses"]["total"], 0, "of the same kind");
    assert!(request["prefetch"].get("conditions").is_none(), "a kind of which there is nothing was not had");
}
