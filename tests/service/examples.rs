//! The examples of `../shared/data/cds-hooks-examples`: each is accepted, or refused for a reason that is stated.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{PATIENT_VIEW, call, prefetch};

/// The folder; where it is not there, that is said aloud.
fn folder() -> Option<PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/cds-hooks-examples");
    if !folder.is_dir() {
        eprintln!("SKIPPED: no outside data at ../shared/data/cds-hooks-examples, so nothing is known about it from this run");
        return None;
    }
    Some(folder)
}

/// What an example is answered.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// 412, for it brings no prefetch and there is no FHIR access; with a prefetch it gets 200.
    Accepted,
    /// 400, and why.
    Refused(&'static str),
}
use Fate::{Accepted, Refused};

const OTHER_HOOK: Fate = Refused("`hook` has to be patient-view for this service");

/// Where each example request stands, its hook, and what becomes of it.
const REQUESTS: [(&str, &str, Fate); 14] = [
    ("crd-test-kit--appointment_book_hook_request.json", "appointment-book", OTHER_HOOK),
    ("crd-test-kit--encounter_discharge_hook_request.json", "encounter-discharge", OTHER_HOOK),
    ("crd-test-kit--encounter_start_hook_request.json", "encounter-start", OTHER_HOOK),
    ("crd-test-kit--fancy_structure_hook_request.json", "fancy-structure", OTHER_HOOK),
    ("crd-test-kit--order_dispatch_hook_request.json", "order-dispatch", OTHER_HOOK),
    ("crd-test-kit--order_select_hook_request.json", "order-select", Accepted),
    ("crd-test-kit--order_sign_hook_request.json", "order-sign", Accepted),
    // CDS Hooks 1.0: `context.medications`.
    ("cds-hooks old-docs/examples.md 0", "order-sign", Refused("`context.draftOrders` is missing")),
    ("cds-hooks old-docs/examples.md 2", "order-select", Accepted),
    ("docs docs/examples.md 0", "order-sign", Refused("`context.draftOrders` is missing")),
    ("docs docs/examples.md 2", "order-select", Accepted),
    ("docs docs/quickstart.md 2", "patient-view", Accepted),
    ("docs docs/specification/current.md 4", "patient-view", Accepted),
    // It is about extensions, and shortened.
    ("docs docs/specification/current.md 30", "patient-view", Refused("`context.patientId` is missing")),
];

/// Every JSON value of the folder with its place.
fn examples(folder: &std::path::Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("text");
        if let Some(source) = name.strip_prefix("spec-blocks--").and_then(|rest| rest.strip_suffix(".ndjson")) {
            for line in text.lines() {
                let block: Value = serde_json::from_str(line).expect("JSON");
                let (page, number) = (block["page"].as_str().expect("a page"), &block["block"]);
                found.push((format!("{source} {page} {number}"), block["json"].clone()));
            }
        } else if name.ends_with(".json") {
            found.push((name, serde_json::from_str(&text).expect("JSON")));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// The service of a hook; patient-view for hooks that none of ours answers.
fn path(hook: &str) -> String {
    let hook = if matches!(hook, "order-select" | "order-sign") { hook } else { "patient-view" };
    PATIENT_VIEW.replace("patient-view", hook)
}

/// Everything that a service asks for, of this patient.
fn prefetch_of(patient: &Value) -> Value {
    let mut prefetch = prefetch();
    prefetch["patient"]["id"] = patient.clone();
    prefetch
}

#[test]
fn every_example_request_is_accepted_or_refused_for_a_reason() {
    let Some(folder) = folder() else { return };
    let requests: Vec<_> =
        examples(&folder).into_iter().filter(|(_, json)| json["hook"].is_string() && json.get("context").is_some()).collect();
    let places: Vec<&str> = requests.iter().map(|(place, _)| place.as_str()).collect();
    let mut listed: Vec<&str> = REQUESTS.iter().map(|(place, ..)| *place).collect();
    listed.sort_unstable();
    assert_eq!(places, listed, "every request is in the table");
    for (place, mut request) in requests {
        let (_, hook, fate) = REQUESTS.iter().find(|(listed, ..)| *listed == place).expect("listed");
        assert_eq!(request["hook"], *hook, "{place}");
        let answered = call(&path(hook), request.to_string());
        match fate {
            Refused(why) => {
                assert_eq!(answered.status(), 400, "{place}");
                let outcome: Value = answered.json().expect("JSON");
                assert_eq!(outcome["issue"][0]["diagnostics"], *why, "{place}");
            }
            Accepted => {
                assert_eq!(answered.status(), 412, "{place}");
                let ours = prefetch_of(&request["context"]["patientId"]);
                for (key, value) in ours.as_object().expect("an object") {
                    request["prefetch"][key] = value.clone();
                }
                assert_eq!(call(&path(hook), request.to_string()).status(), 200, "{place}");
            }
        }
        println!("{place}: {fate:?}");
    }
}

#[test]
fn every_example_context_of_our_hooks_is_accepted() {
    let Some(folder) = folder() else { return };
    let mut count = 0;
    for (place, block) in examples(&folder) {
        let hook = ["order-select", "order-sign"].into_iter().find(|hook| place.contains(&format!("{hook}.md")));
        let (hook, context) = match hook {
            Some(hook) => (hook, &block["context"]),
            None if place == "crd-test-kit--order_select_context.json" => ("order-select", &block),
            None => continue,
        };
        let request = json!({
            "hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context,
            "prefetch": prefetch_of(&context["patientId"]),
        });
        assert_eq!(call(&path(hook), request.to_string()).status(), 200, "{place}");
        count += 1;
    }
    assert_eq!(count, 10, "the examples of both hooks");
}

/// Feedback, as the table of reasons has it: every code of the standard's list may be picked.
#[test]
fn every_coded_reason_of_the_standard_may_be_picked() {
    let Some(folder) = folder() else { return };
    let text = std::fs::read_to_string(folder.join("override-reasons--CodeSystem.json")).expect("text");
    let system: Value = serde_json::from_str(&text).expect("JSON");
    let items: Vec<Value> = system["concept"]
        .as_array()
        .expect("codes")
        .iter()
        .map(|concept| {
            json!({ "card": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "outcome": "overridden", "outcomeTimestamp": "2026-03-02T10:00:00Z",
                "overrideReason": { "reason": { "system": system["url"], "code": concept["code"] }, "userComment": "see note" } })
        })
        .collect();
    assert!(items.len() > 5);
    let answered = call(&format!("{PATIENT_VIEW}/feedback"), json!({ "feedback": items }).to_string());
    assert_eq!(answered.status(), 200);
}

/// The cards of the examples pass the same checks as ours, but for what the standard allows and we forbid ourselves.
#[test]
fn the_checks_of_cards_agree_with_the_test_kit() {
    let Some(folder) = folder() else { return };
    let text = std::fs::read_to_string(folder.join("crd-test-kit--valid_cards.json")).expect("text");
    let cards: Vec<Value> = serde_json::from_str(&text).expect("cards");
    // What the kit's cards have and ours never do: links over plain HTTP, prose with links, resources that are not drafts.
    let ours_alone = ["a uuid", "live markup", "a resource without", "a link without label or URL", "several actions", "source.topic"];
    for card in &cards {
        let faults = super::checked::faults(&json!({ "cards": [card] }));
        let theirs: Vec<_> = faults.into_iter().filter(|fault| !ours_alone.iter().any(|known| fault.contains(known))).collect();
        assert!(theirs.is_empty(), "{theirs:#?}");
    }
    assert!(cards.len() > 5);
}
