use serde_json::{Value, json};

use super::{PATIENT_VIEW, call, get, logged, on_sertraline, post, prefetch, request};

const MARKER: &str = "Quartzmarker";

/// The log line of the request with this id.
fn line(id: &str) -> Value {
    let log = logged();
    let line = log.lines().find(|line| line.contains(id)).expect("logged");
    serde_json::from_str(line).expect("JSON")
}

#[test]
fn a_call_is_one_line_with_id_service_status_and_duration() {
    let response = call(PATIENT_VIEW, request(json!({})).to_string());
    let line = line(response.headers()["x-request-id"].to_str().expect("text"));
    assert_eq!(line["service"], "trialwise-patient-view");
    assert_eq!(line["status"], 412);
    assert_eq!(line["error"], "not-had");
    for part in ["duration_ms", "jwt_ms", "queue_ms", "body_ms", "fhir_ms", "own_ms"] {
        assert!(line[part].is_number(), "{line}");
    }
    assert_eq!(line["hook_instance"], "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea");
    assert_eq!((line["client"].as_str(), line["mode"].as_str()), (Some("anybody"), Some("visible")));
    assert!(line["gaps"].as_str().expect("text").starts_with("patient,medications,conditions"), "{line}");
}

#[test]
fn the_cards_are_told_by_their_codes() {
    let mut body = request(on_sertraline("log-1"));
    body["context"]["patientId"] = json!("log-1");
    body["hookInstance"] = json!("Quartzmarker");
    let response = call(PATIENT_VIEW, body.to_string());
    let line = line(response.headers()["x-request-id"].to_str().expect("text"));
    assert_eq!(line["cards"], "complete-trial");
    assert_eq!(line["hook_instance"], "not-a-uuid");
    assert!(line["own_ms"].as_f64().expect("a number") > 0.0, "{line}");
}

#[test]
fn nothing_of_the_request_is_logged() {
    let mut full = request(prefetch());
    full["context"]["patientId"] = json!(format!("{MARKER}-1"));
    full["prefetch"]["patient"]["id"] = json!(format!("{MARKER}-1"));
    full["prefetch"]["patient"]["name"] = json!([{ "family": MARKER }]);
    full["hookInstance"] = json!(MARKER);
    call(PATIENT_VIEW, full.to_string());
    call("/assess", full["prefetch"]["patient"].to_string());
    full["prefetch"]["conditions"] = json!(MARKER);
    call(PATIENT_VIEW, full.to_string());
    full["hook"] = json!(MARKER);
    call(PATIENT_VIEW, full.to_string());
    call(PATIENT_VIEW, format!("{{ {MARKER}"));
    call(&format!("/cds-services/{MARKER}"), "{}");
    get(&format!("/{MARKER}?patient={MARKER}"));
    get(&format!("/cds-services?patient={MARKER}"));
    let response = post(PATIENT_VIEW)
        .header("Authorization", format!("Bearer {MARKER}"))
        .header("X-Request-Id", MARKER)
        .header("traceparent", MARKER)
        .header("Cookie", MARKER)
        .header("User-Agent", MARKER)
        .body("{}")
        .send();
    line(response.expect("an answer").headers()["x-request-id"].to_str().expect("text"));
    assert!(!logged().contains(MARKER));
}
