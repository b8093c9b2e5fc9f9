use serde_json::{Value, json};

use super::{PATIENT_VIEW, call, get, logged, post, prefetch, request};

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
    assert!(line["duration_ms"].is_number());
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
    let response = post(PATIENT_VIEW).header("Authorization", format!("Bearer {MARKER}")).header("X-Request-Id", MARKER).body("{}").send();
    line(response.expect("an answer").headers()["x-request-id"].to_str().expect("text"));
    assert!(!logged().contains(MARKER));
}
