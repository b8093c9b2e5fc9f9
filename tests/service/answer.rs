use serde_json::{Value, json};

use super::{PATIENT_VIEW, call, prefetch, request};

fn cards(body: &Value) -> Value {
    let response = call(PATIENT_VIEW, body.to_string());
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let answer: Value = response.json().expect("JSON");
    assert!(answer["cards"].is_array(), "{answer}");
    answer
}

#[test]
fn a_chart_with_nothing_in_it_gets_no_cards() {
    assert_eq!(cards(&request(prefetch())), json!({ "cards": [] }));
}

#[test]
fn null_is_no_data_and_no_error() {
    let mut prefetch = prefetch();
    prefetch["conditions"] = Value::Null;
    prefetch["observations"] = Value::Null;
    cards(&request(prefetch));
}

// rule 10/412: silent
#[test]
fn some_medicines_are_enough_to_answer() {
    let mut prefetch = prefetch();
    prefetch.as_object_mut().expect("an object").remove("medicationStatements");
    prefetch["medicationAdministrations"] = json!({ "resourceType": "OperationOutcome" });
    cards(&request(prefetch));
}

#[test]
fn an_ehr_that_has_orders_only_is_told_apart_in_one_line() {
    let mut prefetch = prefetch();
    for key in ["medicationDispenses", "medicationStatements", "medicationAdministrations"] {
        prefetch.as_object_mut().expect("an object").remove(key);
    }
    prefetch["conditions"] = json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "resource": {
        "resourceType": "Condition", "id": "c", "subject": { "reference": "Patient/p1" },
        "clinicalStatus": { "coding": [{ "code": "active" }] },
        "code": { "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F33.1" }] }
    } }] });
    let body = request(prefetch);
    cards(&body);
    let assessment: Value = call("/assess", body.to_string()).json().expect("JSON");
    assert_eq!(assessment["scope"]["status"], "in-scope");
    assert_eq!(assessment["coverage"]["medications"], "partial");
    let gaps = assessment["coverage"]["gaps"].as_array().expect("a list").clone();
    let of_medicines: Vec<&Value> = gaps.iter().filter(|gap| gap["kind"] == "medications").map(|gap| &gap["why"]).collect();
    assert_eq!(of_medicines, ["medicines: no administrations, dispenses or statements sent"]);
}

#[test]
fn what_nobody_knows_is_let_be() {
    let mut body = request(prefetch());
    body["unknown"] = json!({ "x": [1, 2] });
    body["context"]["encounterId"] = json!("e1");
    body["context"]["unknown"] = json!([{}]);
    body["extension"]["com.example"] = json!({ "a": null });
    body["fhirServer"] = json!("https://fhir.example.org");
    body["fhirAuthorization"] = json!({ "access_token": "t" });
    body["prefetch"]["unknown"] = json!({ "resourceType": "Bundle" });
    cards(&body);
    body["extension"] = json!("not an object");
    cards(&body);
}

#[test]
fn a_patient_reference_is_as_good_as_the_id() {
    let mut body = request(prefetch());
    body["context"]["patientId"] = json!("Patient/p1");
    cards(&body);
}

#[test]
fn the_same_request_gets_the_same_bytes() {
    let body = request(prefetch()).to_string();
    let bytes = || {
        let answered = call(PATIENT_VIEW, body.clone());
        assert_eq!(answered.status(), 200);
        answered.bytes().to_vec()
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn assess_takes_a_bundle_or_a_hook_request() {
    let bundle =
        json!({ "resourceType": "Bundle", "type": "collection", "entry": [{ "resource": { "resourceType": "Patient", "id": "p1" } }] });
    for body in [bundle, request(prefetch())] {
        let response = call("/assess", body.to_string());
        assert_eq!(response.status(), 200);
        let assessment: Value = response.json().expect("JSON");
        assert_eq!(assessment["patient"]["id"], "p1");
        assert!(assessment["trials"].is_array() && assessment["cards"].is_array());
    }
}

#[test]
fn assess_takes_the_day_from_the_request() {
    let assessment: Value = call("/assess", request(prefetch()).to_string()).json().expect("JSON");
    assert_eq!(assessment["asOf"], "2026-03-02");
}
