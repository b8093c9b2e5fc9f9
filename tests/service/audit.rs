#![cfg(unix)]

use serde_json::{Value, json};

use super::running::{Running, program};
use super::{MARKERS, PATIENT_VIEW, on_sertraline, prefetch, refused, request};

/// Events of a file, waited for: they are written by a thread of their own.
fn events(file: &std::path::Path, count: usize) -> Vec<Value> {
    for _ in 0..1_000 {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.lines().count() >= count && text.ends_with('\n') {
            return text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("{count} events in {}", file.display());
}

#[test]
fn every_call_about_a_patient_is_one_event_that_names_them() {
    let running = Running::start("audit.file = \"audit.ndjson\"");
    let file = running.folder.0.join("audit.ndjson");
    let mut body = request(on_sertraline("Quartzmarker-a"));
    body["context"]["patientId"] = json!("Quartzmarker-a");
    body["context"]["userId"] = json!("Practitioner/Quartzmarker-u");
    let response = running.call(PATIENT_VIEW, &body);
    let id = response.headers()["x-request-id"].to_str().expect("text").to_owned();
    running.call(PATIENT_VIEW, &request(json!({})));
    running.call(PATIENT_VIEW, &json!({ "hook": "patient-view" }));
    running.call("/assess", &prefetch()["patient"]);
    let events = events(&file, 3);
    assert_eq!(events.len(), 3, "a call that named no patient has none");
    assert_eq!(events[0]["entity"][0]["what"]["reference"], "Patient/Quartzmarker-a");
    assert_eq!(events[0]["agent"][2]["who"]["reference"], "Practitioner/Quartzmarker-u");
    assert_eq!(events[0]["entity"][2]["what"]["identifier"]["value"], id);
    assert_eq!((&events[0]["outcome"], &events[0]["outcomeDesc"]), (&json!("0"), &json!("cards: complete-trial")));
    assert_eq!((&events[1]["outcome"], &events[1]["outcomeDesc"]), (&json!("4"), &json!("not-had")));
    let profile = |event: &Value| event["meta"]["profile"][0].as_str().and_then(|profile| profile.rsplit('.').next()).map(str::to_owned);
    assert_eq!(events.iter().map(profile).collect::<Vec<_>>(), [Some("PatientQuery".to_owned()), None, Some("PatientQuery".to_owned())]);
    // From where, as known by the connection, and to where.
    assert_eq!(events[0]["agent"][0]["network"], json!({ "address": "127.0.0.1", "type": "2" }));
    assert_eq!(events[0]["agent"][1]["network"], json!({ "address": running.base, "type": "5" }));
    assert_eq!(events[2]["entity"][0]["what"]["reference"], "Patient/p1");
    assert_eq!(events[2]["subtype"][1]["code"], "/assess");
    // What the record says is no part of it.
    let text = std::fs::read_to_string(&file).expect("read").replace("Quartzmarker-a", "").replace("Quartzmarker-u", "");
    assert!(MARKERS.iter().all(|marker| !text.contains(marker)), "{text}");
    // A rotated file is left alone.
    let moved = running.folder.0.join("audit.1");
    std::fs::rename(&file, &moved).expect("moved");
    running.signal("HUP");
    running.logged("settings taken");
    running.call(PATIENT_VIEW, &body);
    assert_eq!(self::events(&file, 1).len(), 1);
    assert_eq!(self::events(&moved, 3).len(), 3);
}

#[test]
#[cfg(target_os = "linux")]
fn an_audit_that_has_to_be_and_cannot_costs_the_answer() {
    let running = Running::start("audit.file = \"/dev/full\"\naudit.required = true");
    let said = refused(running.call(PATIENT_VIEW, &request(on_sertraline("p1"))), 503);
    assert!(said.contains("audit"), "{said}");
    let lax = Running::start("audit.file = \"/dev/full\"");
    assert_eq!(lax.call(PATIENT_VIEW, &request(on_sertraline("p1"))).status(), 200);
    lax.logged("audit event not written");
    assert!(lax.get("/metrics").text().expect("text").contains("trialwise_audit_failures_total 1\n"));
}

/// A warning that is told once would be lost.
#[test]
#[cfg(target_os = "linux")]
fn what_was_refused_for_want_of_an_audit_was_not_shown() {
    let settings = "store.url = \"sqlite:store.db\"\naudit.file = \"/dev/full\"\n";
    let running = Running::start(&format!("{settings}audit.required = true"));
    let call = |instance: &str| {
        let mut body = request(on_sertraline("p1"));
        body["hookInstance"] = json!(instance);
        running.call(PATIENT_VIEW, &body).status().as_u16()
    };
    assert_eq!(call("00000000-0000-4000-8000-000000000001"), 503);
    running.settings(settings);
    running.signal("HUP");
    running.logged("settings taken");
    assert_eq!(call("00000000-0000-4000-8000-000000000002"), 200);
    // Cards are written in the order in which they went out.
    let site = running.folder.0.join("site.toml");
    let shown = || {
        let exported = program().args(["feedback", "export", "--config"]).arg(&site).output().expect("it runs");
        String::from_utf8(exported.stdout).expect("text").lines().count()
    };
    let first = (0..500).map(|_| shown()).find(|shown| *shown > 0);
    assert_eq!(first, Some(1));
}

#[test]
fn an_audit_that_is_asked_for_while_the_service_runs_and_cannot_be_yet_costs_the_answer() {
    let running = Running::start("");
    assert_eq!(running.call(PATIENT_VIEW, &request(on_sertraline("p1"))).status(), 200);
    running.settings("audit.file = \"audit.ndjson\"\naudit.required = true");
    running.signal("HUP");
    assert_eq!(running.logged("need a restart")["keys"], "audit.file");
    refused(running.call(PATIENT_VIEW, &request(on_sertraline("p1"))), 503);
}
