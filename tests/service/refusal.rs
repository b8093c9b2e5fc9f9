use serde_json::{Value, json};

use super::{MAX_BODY_BYTES, PATIENT_VIEW, call, post, prefetch, refused, request};

const SECRET: &str = "Zebedee-4711";

#[test]
fn json_goes_by_several_names() {
    let body = request(json!({})).to_string();
    for media_type in ["application/json", "application/json; charset=utf-8", "application/fhir+json", "application/x+json"] {
        let response = post(PATIENT_VIEW).header("Content-Type", media_type).body(body.clone()).send().expect("an answer");
        assert_eq!(response.status(), 412, "{media_type}");
    }
    assert_eq!(post(PATIENT_VIEW).body(body.clone()).send().expect("an answer").status(), 412, "none");
    for media_type in ["text/plain", "application/xml", "application/x-www-form-urlencoded"] {
        let response = post(PATIENT_VIEW).header("Content-Type", media_type).body(body.clone()).send().expect("an answer");
        refused(response, 415);
    }
    for coding in ["deflate", "br", "gzip, gzip"] {
        let packed = post(PATIENT_VIEW).header("Content-Type", "application/json").header("Content-Encoding", coding).body("x");
        refused(packed.send().expect("an answer"), 415);
    }
}

#[test]
fn a_body_over_the_limit_is_413() {
    let padded = |bytes: usize| {
        let mut body = request(json!({})).to_string();
        body.push_str(&" ".repeat(bytes - body.len()));
        body
    };
    assert_eq!(call(PATIENT_VIEW, padded(MAX_BODY_BYTES)).status(), 412);
    refused(call(PATIENT_VIEW, padded(MAX_BODY_BYTES + 1)), 413);
    refused(call("/assess", padded(MAX_BODY_BYTES + 1)), 413);
    let chunked = reqwest::blocking::Body::new(std::io::Cursor::new(padded(MAX_BODY_BYTES + 1)));
    refused(post(PATIENT_VIEW).body(chunked).send().expect("an answer"), 413);
}

#[test]
fn broken_json_is_told_by_line_and_column() {
    for path in [PATIENT_VIEW, "/assess"] {
        let said = refused(call(path, format!("{{\n \"hook\": {SECRET}")), 400);
        assert!(said.contains("line 2"), "{said}");
        assert!(!said.contains(SECRET), "{said}");
    }
    refused(call(PATIENT_VIEW, ""), 400);
}

#[test]
fn a_wrong_member_is_named_and_not_quoted() {
    let changed = |change: fn(&mut Value)| {
        let mut body = request(json!({}));
        change(&mut body);
        body.to_string()
    };
    for (body, member) in [
        (changed(|body| body["hook"] = json!("order-sign")), "hook"),
        (changed(|body| body["hook"] = json!(SECRET)), "hook"),
        (changed(|body| body["hook"] = json!({ "a": SECRET })), "hook"),
        (changed(|body| body["hook"] = Value::Null), "hook"),
        (changed(|body| body["hookInstance"] = Value::Null), "hookInstance"),
        (changed(|body| body["hookInstance"] = json!([SECRET])), "hookInstance"),
        (changed(|body| body["context"] = json!(SECRET)), "context"),
        (changed(|body| body["context"] = json!({})), "context.patientId"),
        (changed(|body| body["context"]["patientId"] = json!([SECRET])), "context.patientId"),
        (changed(|body| body["prefetch"] = json!(SECRET)), "prefetch"),
        (changed(|body| body["extension"]["org.trialwise.as-of"] = json!(SECRET)), "org.trialwise.as-of"),
    ] {
        let said = refused(call(PATIENT_VIEW, body), 400);
        assert!(said.contains(member), "{member}: {said}");
        assert!(!said.contains(SECRET), "{said}");
    }
    for body in ["[]", "\"x\"", "5", "null"] {
        refused(call(PATIENT_VIEW, body), 400);
    }
}

// rule 10/412: speaks
#[test]
fn without_patient_conditions_or_any_medicine_it_is_412() {
    let medicines = ["medicationRequests", "medicationDispenses", "medicationStatements", "medicationAdministrations"];
    let without = |keys: &[&str]| {
        let mut prefetch = prefetch();
        keys.iter().for_each(|key| drop(prefetch.as_object_mut().expect("an object").remove(*key)));
        request(prefetch).to_string()
    };
    for (keys, word) in [(&["patient"][..], "patient"), (&["conditions"], "conditions"), (&medicines, "medicationRequests")] {
        let said = refused(call(PATIENT_VIEW, without(keys)), 412);
        assert!(said.contains(word), "{said}");
    }
    let mut body = request(json!({}));
    body.as_object_mut().expect("an object").remove("prefetch");
    refused(call(PATIENT_VIEW, body.to_string()), 412);
}

#[test]
fn an_error_in_the_place_of_data_is_not_taken_for_none() {
    let outcome = json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "code": "forbidden" }] });
    for value in [outcome, json!("<html>Service Unavailable</html>"), json!(503)] {
        let mut prefetch = prefetch();
        prefetch["conditions"] = value.clone();
        assert_eq!(call(PATIENT_VIEW, request(prefetch).to_string()).status(), 412, "{value}");
    }
    let mut prefetch = prefetch();
    prefetch["patient"] = Value::Null;
    refused(call(PATIENT_VIEW, request(prefetch).to_string()), 412);
}
