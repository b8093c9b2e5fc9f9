use serde_json::json;

use super::{MARKERS, PATIENT_VIEW, call, client, get, on_sertraline, request, serving};

#[test]
fn metrics_are_text_that_prometheus_reads_and_hold_nothing_of_the_request() {
    let mut body = request(on_sertraline("Quartzmarker-m"));
    body["context"]["patientId"] = json!("Quartzmarker-m");
    body["hookInstance"] = json!("Quartzmarker");
    call(PATIENT_VIEW, body.to_string());
    call("/cds-services/Quartzmarker", "{}");
    get("/Quartzmarker?patient=Quartzmarker");
    let item = json!({ "card": "Quartzmarker", "outcome": "overridden", "outcomeTimestamp": "2026-03-02T10:00:00Z",
        "overrideReason": { "reason": { "code": "Quartzmarker" }, "userComment": "Quartzmarker" } });
    call("/cds-services/trialwise-patient-view/feedback", json!({ "feedback": [item] }).to_string());
    let response = get("/metrics");
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-type"].to_str().expect("text").starts_with("application/openmetrics-text"));
    let text = response.text().expect("text");
    for marker in MARKERS {
        assert!(!text.contains(marker), "{marker}");
    }
    assert!(
        text.ends_with("# EOF\n") && text.contains("trialwise_feedback_total{client=\"anybody\",outcome=\"overridden\",reason=\"other\"}")
    );
}

#[test]
fn what_was_asked_and_what_came_of_it_is_counted() {
    let base = serving("");
    let post = |body: String| client().post(format!("{base}{PATIENT_VIEW}")).body(body).send().expect("an answer");
    post(request(on_sertraline("p1")).to_string());
    post(request(json!({})).to_string());
    post("no JSON".to_owned());
    let text = client().get(format!("{base}/metrics")).send().expect("an answer").text().expect("text");
    let of = "trialwise_requests_total{client=\"anybody\",service=\"trialwise-patient-view\",status";
    for line in [
        &*format!("{of}=\"2xx\",outcome=\"ok\"}} 1"),
        &format!("{of}=\"4xx\",outcome=\"not-had\"}} 1"),
        &format!("{of}=\"4xx\",outcome=\"malformed\"}} 1"),
        "trialwise_charts_total{client=\"anybody\",what=\"with-phq9\"} 1",
        "trialwise_charts_total{client=\"anybody\",what=\"without-phq9\"} 1",
        "trialwise_gaps_total{client=\"anybody\",what=\"conditions\"} 1",
        "trialwise_request_duration_seconds_count{service=\"trialwise-patient-view\",part=\"total\"} 3",
        "trialwise_request_duration_seconds_count{service=\"trialwise-patient-view\",part=\"body\"} 3",
        "trialwise_request_body_bytes_count 3",
        "trialwise_requests_in_flight 1",
        "trialwise_settings_current 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.contains("trialwise_build_info{version=\""), "{text}");
}
