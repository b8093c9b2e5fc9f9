use std::collections::BTreeMap;
use std::time::Duration;

use jsonwebtoken::Algorithm;
use reqwest::blocking::Response;
use serde_json::json;

use super::ehr::fhir::{Fhir, Way};
use super::keyserver::{Answer, KeyServer};
use super::token::{Signer, claims};
use super::{MARKERS, PATIENT_VIEW, base, call, client, get, on_sertraline, refused, request, serving, trusting};

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
    assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = response.text().expect("text");
    for marker in MARKERS {
        assert!(!text.contains(marker), "{marker}");
    }
    assert!(text.contains("trialwise_feedback_total{client=\"anybody\",outcome=\"overridden\",reason=\"other\"}"), "{text}");
}

#[test]
fn what_is_counted_under_a_service_are_its_hook_calls_and_not_the_feedback() {
    let base = serving("");
    let post = |path: &str, body: &str| {
        let call = client().post(format!("{base}{path}")).header("Content-Type", "application/json").body(body.to_owned());
        call.send().expect("an answer").status().as_u16()
    };
    assert_eq!(post(PATIENT_VIEW, &request(on_sertraline("p1")).to_string()), 200);
    for _ in 0..3 {
        assert_eq!(post(&format!("{PATIENT_VIEW}/feedback"), r#"{"feedback":[]}"#), 200);
    }
    assert_eq!(post("/cds-services/no-such-service/feedback", "{}"), 404);
    let text = client().get(format!("{base}/metrics")).send().expect("an answer").text().expect("text");
    let counted = |service: &str, outcome: &str| {
        let labels = [format!("service=\"{service}\""), format!("outcome=\"{outcome}\"")];
        let mut lines = text.lines().filter(|line| line.starts_with("trialwise_requests_total{"));
        let line = lines.find(|line| labels.iter().all(|label| line.contains(label))).unwrap_or_else(|| panic!("{service}: {text}"));
        line.rsplit(' ').next().expect("a number").to_owned()
    };
    assert_eq!(counted("trialwise-patient-view", "ok"), "1");
    assert_eq!(counted("/cds-services/{id}/feedback", "ok"), "3");
    assert_eq!(counted("/cds-services/{id}/feedback", "unknown-service"), "1");
}

#[test]
fn who_asks_for_openmetrics_gets_it_and_everybody_else_what_any_scraper_reads() {
    let answered = |accept: &str| {
        let response = client().get(format!("{}/metrics", base())).header("Accept", accept).send().expect("an answer");
        let content_type = response.headers()["content-type"].to_str().expect("text").to_owned();
        let vary = response.headers()["vary"].to_str().expect("text").to_lowercase();
        assert!(vary.split(", ").any(|header| header == "accept"), "{vary}");
        (content_type, response.text().expect("text"))
    };
    call(PATIENT_VIEW, request(on_sertraline("p1")).to_string());
    for open in [
        "application/openmetrics-text",
        "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        // Prometheus 3.
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,\
         text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
    ] {
        let (content_type, text) = answered(open);
        assert_eq!(content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8", "{open}");
        assert!(text.ends_with("# EOF\n") && text.contains("# TYPE trialwise_build info\n"), "{text}");
    }
    for plain in [
        "*/*",
        "text/plain",
        "text/html,*/*;q=0.8",
        "application/openmetrics-text;q=0",
        "application/json",
        "",
        ";;;",
        "text/plain;version=0.0.4,application/openmetrics-text;q=0.5",
    ] {
        let (content_type, text) = answered(plain);
        assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8", "{plain}");
        let kinds: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
        assert!(kinds.len() > 10 && kinds.values().all(|kind| ["counter", "gauge", "histogram"].contains(kind)), "{kinds:?}");
        assert!(text.lines().all(|line| !line.starts_with('#') || line.starts_with("# HELP ") || line.starts_with("# TYPE ")), "{text}");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().expect("a name");
            let of = ["_bucket", "_sum", "_count"].iter().find_map(|part| kinds.get(name.strip_suffix(part)?));
            assert!(kinds.get(name).or(of).is_some(), "its kind is told: {line}");
        }
    }
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

const PUBLIC: &str = "https://cds.example.org";
const EHR: &str = "https://ehr.example.org";

/// A service with one client, whose keys and records lie on these servers, and these limits.
pub fn of_ehr(keys: &KeyServer, fhir: &Fhir, limits: &str) -> String {
    trusting(&format!(
        "public_url = \"{PUBLIC}\"\nlimits = {{ deadline_ms = 60000, queue_ms = 60000{limits} }}\n\
         [clients.ehr]\nissuer = \"{EHR}\"\njku = [\"{}\"]\nprivate_network = true\n\
         [[clients.ehr.fhir]]\nurl = \"{}\"\nprivate_network = true\n",
        keys.url,
        fhir.base()
    ))
}

/// The answer to a signed call that sends nothing along but the leave to fetch.
pub fn signed(base: &str, signer: &Signer, fhir: &Fhir, patient: &str) -> Response {
    let mut body = request(json!({}));
    body["context"]["patientId"] = json!(patient);
    body["fhirServer"] = json!(fhir.base());
    body["fhirAuthorization"] =
        json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "trialwise" });
    let token = signer.token(claims(EHR, &format!("{PUBLIC}{PATIENT_VIEW}")));
    client().post(format!("{base}{PATIENT_VIEW}")).bearer_auth(token).body(body.to_string()).send().expect("an answer")
}

pub fn text(base: &str) -> String {
    client().get(format!("{base}/metrics")).send().expect("an answer").text().expect("text")
}

/// What a metric says; nothing where it says nothing.
fn value(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

#[test]
fn key_sets_that_were_fetched_and_servers_that_are_left_alone_are_counted() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let keys = KeyServer::start(Answer::Keys(signer.key_set()));
    let fhir = Fhir::serving(&json!({})).answers("*", Way::Reset);
    let base = of_ehr(&keys, &fhir, "");
    refused(signed(&base, &signer, &fhir, "p1"), 412);
    let seen = text(&base);
    assert_eq!(value(&seen, "trialwise_fhir_circuit_open{client=\"ehr\"}"), Some(1.0), "{seen}");
    assert!(value(&seen, "trialwise_fhir_requests_total{client=\"ehr\",what=\"unreachable\"}") >= Some(10.0), "{seen}");
    keys.set(Answer::Status(500));
    refused(signed(&base, &signer.as_if(Algorithm::ES384, "2"), &fhir, "p1"), 401);
    let fetches = |text: &str, how: &str| value(text, &format!("trialwise_jwks_fetches_total{{client=\"ehr\",what=\"{how}\"}}"));
    // Read twice, it is counted once.
    for seen in [text(&base), text(&base)] {
        assert_eq!((fetches(&seen, "fetched"), fetches(&seen, "status")), (Some(1.0), Some(1.0)), "{seen}");
    }
    let calm = Fhir::serving(&json!({}));
    let base = of_ehr(&keys, &calm, "");
    assert_eq!(value(&text(&base), "trialwise_fhir_circuit_open{client=\"ehr\"}"), Some(0.0));
}

#[test]
fn what_a_call_waited_for_is_measured_part_by_part() {
    const WAIT: Duration = Duration::from_millis(200);
    let signer = Signer::new(Algorithm::ES384, "1");
    let keys = KeyServer::start(Answer::Held(signer.key_set()));
    let fhir = Fhir::serving(&on_sertraline("waited")).answers("Condition", Way::Slow(WAIT.as_millis().try_into().expect("small")));
    let base = of_ehr(&keys, &fhir, ", concurrent_calls = 1");
    std::thread::scope(|scope| {
        let calls = [0, 1].map(|_| scope.spawn(|| signed(&base, &signer, &fhir, "waited").status()));
        // These two, and the one that asks.
        while value(&text(&base), "trialwise_requests_in_flight") != Some(3.0) {
            std::thread::yield_now();
        }
        std::thread::sleep(WAIT);
        keys.release();
        calls.into_iter().for_each(|call| assert_eq!(call.join().expect("an answer"), 200));
    });
    let seen = text(&base);
    let of = |what: &str, part: &str| {
        let name = format!("trialwise_request_duration_seconds_{what}{{service=\"trialwise-patient-view\",part=\"{part}\"}}");
        value(&seen, &name).unwrap_or_else(|| panic!("{name}\n{seen}"))
    };
    let wait = WAIT.as_secs_f64();
    // Both waited for the keys, each for the FHIR server, and one for the other.
    for (part, least) in [("jwt", 2.0 * wait), ("queue", wait), ("fhir", 2.0 * wait), ("body", 0.0), ("own", 0.0)] {
        assert_eq!(of("count", part), 2.0, "{part}");
        assert!(of("sum", part) > least * 0.95, "{part}: {} s", of("sum", part));
    }
    let parts = ["jwt", "queue", "body", "fhir", "own"].map(|part| of("sum", part));
    assert!((parts.iter().sum::<f64>() - of("sum", "total")).abs() < 0.001, "{parts:?}");
    // Were one of the waits counted in it, it would have twice the wait at least; what there is, a busy machine adds.
    assert!(of("sum", "own") < 2.0 * wait, "{parts:?}");
    // Who fetches nothing waits for no FHIR server.
    let base = serving("");
    assert_eq!(
        client().post(format!("{base}{PATIENT_VIEW}")).body(request(on_sertraline("p1")).to_string()).send().expect("an answer").status(),
        200
    );
    assert!(!text(&base).contains("part=\"fhir\""));
}
