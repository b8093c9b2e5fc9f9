//! The public sandbox, played: it calls the real binary as its build of March 2026 does (cds-hooks.md 11).
//!
//! A browser application, so every call is preflighted and every answer has to be readable by its page.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::checked::{Answered, faults, live};
use super::client;
use super::ehr::Signer;
use super::program::Program;
use super::{medicine, on_sertraline};

const ORIGIN: &str = "https://sandbox.cds-hooks.org";
const PATIENT: &str = "smart-1288992";

/// The sandbox with a discovery URL typed into it.
struct Sandbox {
    program: Program,
    discovery: String,
    signer: Signer,
}

impl Sandbox {
    fn with(path: &str) -> Sandbox {
        let program = Program::start("[limits]\ndeadline_ms = 60000");
        let discovery = program.url(path);
        Sandbox { program, discovery, signer: Signer::new(ORIGIN) }
    }

    fn readable(headers: &HeaderMap) {
        let origin = headers["access-control-allow-origin"].to_str().expect("text");
        assert!(origin == "*" || origin == ORIGIN, "{origin}");
    }

    /// A call as axios makes it from a browser: a preflight without a token, then the call with one.
    fn call(&self, method: Method, url: &str, body: Option<&Value>) -> Answered {
        let preflight = client()
            .request(Method::OPTIONS, url)
            .header("Origin", ORIGIN)
            .header("Access-Control-Request-Method", method.as_str())
            .header("Access-Control-Request-Headers", if body.is_some() { "authorization,content-type" } else { "authorization" })
            .send()
            .expect("an answer");
        assert!(preflight.status().is_success(), "{url}: {}", preflight.status());
        Sandbox::readable(preflight.headers());
        let allowed = preflight.headers()["access-control-allow-headers"].to_str().expect("text").to_lowercase();
        assert!(allowed.contains("authorization"), "a star does not cover it: {allowed}");
        let call = client()
            .request(method, url)
            .header("Origin", ORIGIN)
            .header("Accept", "application/json, text/plain, */*")
            .header("Authorization", format!("Bearer {}", self.signer.token(url)));
        let call = match body {
            Some(body) => call.header("Content-Type", "application/json").body(body.to_string()),
            None => call,
        };
        let answered = Answered::from(call.send().expect("an answer"));
        Sandbox::readable(answered.headers());
        answered
    }

    fn services(&self) -> Vec<Value> {
        let answered = self.call(Method::GET, &self.discovery, None);
        assert_eq!(answered.status(), 200);
        let discovery: Value = answered.json().expect("JSON");
        discovery["services"].as_array().expect("services").clone()
    }

    /// The URL of the service of a hook, put together as the sandbox does.
    fn service(&self, hook: &str) -> String {
        let services = self.services();
        let service = services.iter().find(|service| service["hook"] == hook).expect("a service of the hook");
        format!("{}/{}", self.discovery, service["id"].as_str().expect("an id"))
    }

    fn hook(&self, request: &Value) -> Answered {
        let answered = self.call(Method::POST, &self.service(request["hook"].as_str().expect("a hook")), Some(request));
        if answered.status() == 200 {
            let faults = faults(&answered.json().expect("JSON"));
            assert!(faults.is_empty(), "{faults:#?}");
        }
        answered
    }
}

/// What it sends: never an encounter, never null, no extension of ours but for the day.
fn request(hook: &str, context: Value, prefetch: Value) -> Value {
    let mut all = json!({ "userId": "Practitioner/COREPRACTITIONER1", "patientId": PATIENT });
    for (member, value) in context.as_object().expect("an object") {
        all[member] = value.clone();
    }
    json!({
        "hookInstance": uuid::Uuid::new_v4().to_string(), "hook": hook, "fhirServer": "https://launch.smarthealthit.org/v/r4/fhir",
        "context": all, "prefetch": prefetch, "extension": { "org.trialwise.as-of": "2026-03-02" },
    })
}

/// A draft in Rx View: a Bundle without a type, objects where arrays belong, a dose in pills; no drug until one is chosen.
fn draft(drug: Option<(&str, &str)>) -> Value {
    let mut order = json!({
        "resourceType": "MedicationRequest", "id": "request-123", "status": "draft",
        "subject": { "reference": format!("Patient/{PATIENT}") },
        "category": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/medicationrequest-category", "code": "inpatient" }] },
        "reasonCode": { "coding": [{ "system": "http://snomed.info/sct", "code": "370143000", "display": "Major depressive disorder" }] },
    });
    if let Some((rxnorm, name)) = drug {
        order["medicationCodeableConcept"] = medicine(rxnorm, name);
        order["dosageInstruction"] = json!([{
            "doseAndRate": [{ "doseQuantity": { "value": 1, "unit": "{pill}" } }],
            "timing": { "repeat": { "frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": { "start": "2026-03-02" } } },
        }]);
    }
    json!({ "resourceType": "Bundle", "entry": [{ "resource": order }] })
}

#[test]
fn it_opens_a_chart_orders_signs_and_reports() {
    let sandbox = Sandbox::with("/cds-services");
    assert_eq!(sandbox.services().len(), 3);
    let opened = sandbox.hook(&request("patient-view", json!({}), on_sertraline(PATIENT)));
    assert_eq!(opened.status(), 200);
    let opened: Value = opened.json().expect("JSON");
    let card = opened["cards"][0].clone();
    assert!(!live(card["detail"].as_str().expect("a detail")), "raw HTML is switched on there");
    // On entering Rx View nothing is chosen yet; then at every edit, then on signing.
    let selected = |drafts: Value| json!({ "selections": ["MedicationRequest/request-123"], "draftOrders": drafts });
    for drug in [None, Some(("311725", "mirtazapine 15 MG Oral Tablet"))] {
        let answered = sandbox.hook(&request("order-select", selected(draft(drug)), on_sertraline(PATIENT)));
        assert_eq!(answered.status(), 200, "{drug:?}");
        let answered = sandbox.hook(&request("order-sign", json!({ "draftOrders": draft(drug) }), on_sertraline(PATIENT)));
        assert_eq!(answered.status(), 200, "{drug:?}");
    }
    let feedback = json!({ "feedback": [{
        "card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-03-02T10:00:00.123Z",
        "overrideReason": { "reason": { "code": card["overrideReasons"][0]["code"], "system": card["overrideReasons"][0]["system"] } },
    }] });
    let told = sandbox.call(Method::POST, &format!("{}/feedback", sandbox.service("patient-view")), Some(&feedback));
    assert_eq!(told.status(), 200);
}

#[test]
fn a_slash_typed_after_the_discovery_url_is_let_be() {
    let sandbox = Sandbox::with("/cds-services/");
    assert!(sandbox.service("patient-view").contains("//trialwise"));
    assert_eq!(sandbox.hook(&request("patient-view", json!({}), on_sertraline(PATIENT))).status(), 200);
}

/// Its default server speaks DSTU2: no MedicationRequest there, names and states in other shapes.
#[test]
fn records_of_dstu2_are_told_apart_and_never_an_error() {
    let sandbox = Sandbox::with("/cds-services");
    let mut prefetch = json!({
        "patient": { "resourceType": "Patient", "id": PATIENT, "birthDate": "1925-12-23", "gender": "male",
            "name": [{ "use": "official", "family": ["Adams"], "given": ["Daniel", "X."] }] },
        "conditions": { "resourceType": "Bundle", "type": "searchset", "entry": [{ "resource": {
            "resourceType": "Condition", "id": "c", "patient": { "reference": format!("Patient/{PATIENT}") }, "clinicalStatus": "active",
            "verificationStatus": "confirmed", "code": { "coding": [{ "system": "http://snomed.info/sct", "code": "370143000" }] } } }] },
    });
    // Without any medicine nothing may be said (32), which is no error of the client.
    assert_eq!(sandbox.hook(&request("patient-view", json!({}), prefetch.clone())).status(), 412);
    prefetch["medicationStatements"] = json!({ "resourceType": "Bundle", "type": "searchset", "total": 0 });
    let answered = sandbox.hook(&request("patient-view", json!({}), prefetch));
    assert!(matches!(answered.status().as_u16(), 200 | 412), "{}", answered.status());
}

#[test]
fn a_failed_key_is_left_out_and_the_rest_still_answers() {
    let sandbox = Sandbox::with("/cds-services");
    let mut prefetch = on_sertraline(PATIENT);
    for key in ["medicationRequests", "medicationAdministrations", "surveys", "adverseEvents"] {
        prefetch.as_object_mut().expect("an object").remove(key);
    }
    let answered = sandbox.hook(&request("patient-view", json!({}), prefetch));
    assert_eq!(answered.status(), 200);
    let answer: Value = answered.json().expect("JSON");
    let detail = answer["cards"][0]["detail"].as_str().expect("a detail");
    assert!(detail.contains("orders") && detail.contains("administrations"), "what was not sent is told: {detail}");
}

#[test]
fn what_it_shows_as_all_clear_stands_in_our_log() {
    let sandbox = Sandbox::with("/cds-services");
    assert_eq!(sandbox.hook(&request("patient-view", json!({}), json!({}))).status(), 412);
    assert!(sandbox.program.logged("not-had").contains("\"status\":412"));
}
