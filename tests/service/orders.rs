use serde_json::{Value, json};

use super::{PATIENT_VIEW, call, medicine, on_sertraline, once_a_day, refused, request};

const ORDER_SELECT: &str = "/cds-services/trialwise-order-select";
const ORDER_SIGN: &str = "/cds-services/trialwise-order-sign";

const MIRTAZAPINE: (&str, &str) = ("311725", "mirtazapine 15 MG Oral Tablet");
const SERTRALINE: (&str, &str) = ("312941", "sertraline 50 MG Oral Tablet");

/// A draft as the public sandbox builds it: objects where arrays belong, no intent.
fn draft(patient: &str, (rxnorm, name): (&str, &str)) -> Value {
    json!({
        "resourceType": "MedicationRequest",
        "id": "request-123",
        "status": "draft",
        "category": { "coding": [{ "code": "community" }] },
        "reasonCode": { "text": "Depression" },
        "subject": { "reference": format!("Patient/{patient}") },
        "medicationCodeableConcept": medicine(rxnorm, name),
        "dosageInstruction": [once_a_day()],
    })
}

/// A request of an order hook with one draft, all of it selected.
fn ordering(hook: &str, patient: &str, draft: Value) -> Value {
    let mut body = request(on_sertraline(patient));
    body["hook"] = json!(hook);
    body["context"]["patientId"] = json!(patient);
    body["context"]["draftOrders"] = json!({ "resourceType": "Bundle", "entry": [{ "resource": draft }] });
    if hook == "order-select" {
        body["context"]["selections"] = json!(["MedicationRequest/request-123"]);
    }
    body
}

fn cards(path: &str, body: &Value) -> Vec<Value> {
    let response = call(path, body.to_string());
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().expect("JSON");
    answer["cards"].as_array().expect("an array").clone()
}

fn codes(cards: &[Value]) -> Vec<&str> {
    cards.iter().filter_map(|card| card["source"]["topic"]["code"].as_str()).collect()
}

#[test]
fn a_switch_before_day_42_is_told_on_both_order_hooks() {
    for (path, hook) in [(ORDER_SELECT, "order-select"), (ORDER_SIGN, "order-sign")] {
        let cards = cards(path, &ordering(hook, "orders-1", draft("orders-1", MIRTAZAPINE)));
        assert_eq!(codes(&cards), ["complete-trial"], "{hook}");
        let detail = cards[0]["detail"].as_str().expect("text");
        assert!(detail.starts_with("**Being ordered: mirtazapine 15 mg a day, before the trial of sertraline was adequate.**"), "{detail}");
    }
}

#[test]
fn a_renewal_and_what_is_not_selected_are_silent() {
    assert!(cards(ORDER_SIGN, &ordering("order-sign", "orders-2", draft("orders-2", SERTRALINE))).is_empty());
    let mut unselected = ordering("order-select", "orders-2", draft("orders-2", MIRTAZAPINE));
    unselected["context"]["selections"] = json!(["ServiceRequest/other"]);
    assert!(cards(ORDER_SELECT, &unselected).is_empty());
    assert_eq!(
        codes(&cards(PATIENT_VIEW, &{
            let mut body = request(on_sertraline("orders-2"));
            body["context"]["patientId"] = json!("orders-2");
            body
        })),
        ["complete-trial"]
    );
}

#[test]
fn drafts_that_say_nothing_are_no_error() {
    let mut no_drug = draft("orders-3", MIRTAZAPINE);
    no_drug.as_object_mut().expect("an object").remove("medicationCodeableConcept");
    let other_patient = draft("somebody-else", MIRTAZAPINE);
    for draft in [no_drug, other_patient, json!(7), json!({}), Value::Null, json!({ "resourceType": "NutritionOrder" })] {
        assert!(cards(ORDER_SIGN, &ordering("order-sign", "orders-3", draft.clone())).is_empty(), "{draft}");
    }
    for drafts in [json!({}), json!({ "resourceType": "Bundle" }), json!({ "resourceType": "Bundle", "entry": {} })] {
        let mut body = ordering("order-sign", "orders-3", json!({}));
        body["context"]["draftOrders"] = drafts.clone();
        assert!(cards(ORDER_SIGN, &body).is_empty(), "{drafts}");
    }
}

#[test]
fn a_context_that_is_not_the_hooks_is_refused_by_member() {
    for (path, hook, member, value) in [
        (ORDER_SIGN, "order-sign", "draftOrders", None),
        (ORDER_SIGN, "order-sign", "draftOrders", Some(json!([]))),
        (ORDER_SIGN, "order-sign", "userId", None),
        (ORDER_SELECT, "order-select", "selections", None),
        (ORDER_SELECT, "order-select", "selections", Some(json!("Zebedee"))),
        (ORDER_SELECT, "order-select", "draftOrders", Some(Value::Null)),
    ] {
        let mut body = ordering(hook, "p1", draft("p1", MIRTAZAPINE));
        match value {
            Some(value) => body["context"][member] = value,
            None => drop(body["context"].as_object_mut().expect("an object").remove(member)),
        }
        let said = refused(call(path, body.to_string()), 400);
        assert!(said.contains(&format!("context.{member}")) && !said.contains("Zebedee"), "{said}");
    }
}

#[test]
fn a_service_answers_its_own_hook_only() {
    let body = ordering("order-sign", "p1", draft("p1", MIRTAZAPINE)).to_string();
    for path in [PATIENT_VIEW, ORDER_SELECT] {
        assert!(refused(call(path, body.clone()), 400).contains("hook"));
    }
}

#[test]
fn assess_reads_the_drafts_of_a_hook_request() {
    let body = ordering("order-sign", "orders-4", draft("orders-4", MIRTAZAPINE)).to_string();
    let assessment: Value = call("/assess", body).json().expect("JSON");
    assert_eq!(assessment["drafts"][0]["drug"], "mirtazapine");
    assert_eq!(assessment["drafts"][0]["role"], "switch");
    assert_eq!(assessment["cards"][0]["code"], "complete-trial");
    assert_eq!(assessment["trials"].as_array().map(Vec::len), Some(1), "a draft is no exposure");
}
