//! Data of somebody else, and text that would be more than text (users.md 4.3, "Data" and "Injection").

use serde_json::{Value, json};

use super::checked::live;
use super::{PATIENT_VIEW, call, logged, on_sertraline, refused, request};

/// A condition that every card would tell of: nobody with it is treated as depressed.
fn bipolar(reference: Value) -> Value {
    json!({ "resource": {
        "resourceType": "Condition", "id": "foreign", "clinicalStatus": { "coding": [{ "code": "active" }] }, "subject": reference,
        "code": { "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F31.9" }], "text": "Foreignmarker" },
    } })
}

fn assessed(body: &Value) -> Value {
    let answered = call("/assess", body.to_string());
    assert_eq!(answered.status(), 200);
    answered.json().expect("JSON")
}

/// The request, with one condition more of whoever the reference means.
fn with_condition_of(reference: Value) -> Value {
    let mut body = request(on_sertraline("p1"));
    body["prefetch"]["conditions"]["entry"].as_array_mut().expect("a list").push(bipolar(reference));
    body
}

#[test]
fn a_resource_of_another_patient_or_of_none_counts_for_nothing_and_is_told() {
    for reference in [
        json!({ "reference": "Patient/somebody-else" }),
        json!({ "reference": "https://other.example.org/r4/Patient/somebody-else" }),
        json!({ "reference": "Patient/P1" }),
        json!({ "reference": "Group/p1" }),
        json!({ "reference": "Device/p1" }),
        json!({ "reference": "Patient/p1/../somebody-else" }),
        json!({ "reference": "Patient/somebody-else/_history/p1" }),
        json!({ "reference": "urn:uuid:2c1a5a8e-0000-4000-8000-000000000000" }),
    ] {
        let body = with_condition_of(reference.clone());
        let assessment = assessed(&body);
        assert_eq!(assessment["scope"]["status"], "in-scope", "{reference}");
        let unread = assessment["unread"].as_array().expect("a list");
        assert!(unread.iter().any(|one| one["source"] == "Condition/foreign"), "{reference}: {unread:?}");
        let cards = call(PATIENT_VIEW, body.to_string());
        assert_eq!(cards.status(), 200);
        let text = String::from_utf8_lossy(cards.bytes()).into_owned();
        assert!(!text.contains("Foreignmarker") && !text.contains("somebody-else"), "{text}");
    }
}

/// Somebody else's records are no answer to what there is of this patient.
#[test]
fn where_records_of_another_patient_came_nothing_is_said_to_be_none() {
    let foreign = json!({ "reference": "Patient/somebody-else" });
    let coverage = |body: &Value| assessed(body)["coverage"].clone();
    // Beside the patient's own.
    let beside = coverage(&with_condition_of(foreign.clone()));
    assert_eq!(beside["conditions"], "partial");
    assert!(beside["gaps"].to_string().contains("diagnoses: records of another patient came"), "{beside}");
    // In their place.
    let mut body = request(on_sertraline("p1"));
    body["prefetch"]["conditions"]["entry"] = json!([bipolar(foreign.clone())]);
    assert_eq!(coverage(&body)["conditions"], "none");
    assert!(refused(call(PATIENT_VIEW, body.to_string()), 412).contains("conditions"));
    let mut body = request(on_sertraline("p1"));
    body["prefetch"]["allergies"] = json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "resource": {
        "resourceType": "AllergyIntolerance", "id": "a1", "patient": foreign, "code": { "text": "Foreignmarker" } } }] });
    let answered = call(PATIENT_VIEW, body.to_string());
    let text = String::from_utf8_lossy(answered.bytes()).into_owned();
    assert!(text.contains("allergies and intolerances: records of another patient came and were left out"), "{text}");
    assert!(!text.contains("Foreignmarker"), "{text}");
}

#[test]
fn the_patients_own_resources_count_by_whatever_name() {
    for reference in [
        json!({ "reference": "Patient/p1" }),
        json!({ "reference": "https://fhir.example.org/r4/Patient/p1" }),
        json!({ "reference": "Patient/p1/_history/3" }),
    ] {
        let assessment = assessed(&with_condition_of(reference.clone()));
        assert_eq!(assessment["scope"]["status"], "out-of-scope", "{reference}");
    }
}

#[test]
fn a_patient_who_is_not_the_one_in_context_is_no_patient() {
    let mut body = request(on_sertraline("p1"));
    body["context"]["patientId"] = json!("somebody-else");
    let said = refused(call(PATIENT_VIEW, body.to_string()), 412);
    assert!(!said.contains("p1") && !said.contains("somebody-else"), "{said}");
    // Nor is one that is only contained, or that comes second.
    let mut body = request(on_sertraline("p1"));
    body["prefetch"]["patient"] = json!({ "resourceType": "Basic", "id": "b", "contained": [body["prefetch"]["patient"]] });
    refused(call(PATIENT_VIEW, body.to_string()), 412);
    let mut body = request(on_sertraline("p1"));
    let second = json!({ "resource": { "resourceType": "Patient", "id": "somebody-else", "birthDate": "2020-01-01" } });
    body["prefetch"]["conditions"]["entry"].as_array_mut().expect("a list").push(second);
    assert_eq!(assessed(&body)["patient"]["ageYears"], 46);
}

/// A subject within the resource itself is nobody's id.
#[test]
fn a_contained_patient_is_not_the_patient() {
    let mut body = with_condition_of(json!({ "reference": "#p1" }));
    let condition = &mut body["prefetch"]["conditions"]["entry"][1]["resource"];
    condition["contained"] = json!([{ "resourceType": "Patient", "id": "p1", "birthDate": "1950-01-01" }]);
    let assessment = assessed(&body);
    assert_eq!(assessment["patient"]["ageYears"], 46);
}

#[test]
fn a_patient_who_was_merged_into_another_is_no_patient() {
    let linked = |kind: &str| {
        let mut body = request(on_sertraline("p1"));
        body["prefetch"]["patient"]["link"] = json!([{ "type": kind, "other": { "reference": "Patient/somebody-else" } }]);
        body
    };
    let said = refused(call(PATIENT_VIEW, linked("replaced-by").to_string()), 412);
    assert!(said.contains("the Patient") && !said.contains("somebody-else"), "{said}");
    let unread = assessed(&linked("replaced-by"))["unread"].to_string();
    assert!(unread.contains("merged into another"), "{unread}");
    for kind in ["replaces", "refer", "seealso"] {
        assert_eq!(call(PATIENT_VIEW, linked(kind).to_string()).status(), 200, "{kind}");
    }
}

#[test]
fn for_the_dead_nothing_is_said() {
    for deceased in [json!({ "deceasedBoolean": true }), json!({ "deceasedDateTime": "2026-02-20" })] {
        let mut body = request(on_sertraline("p1"));
        for (member, value) in deceased.as_object().expect("an object") {
            body["prefetch"]["patient"][member] = value.clone();
        }
        let answered = call(PATIENT_VIEW, body.to_string());
        assert_eq!(answered.json::<Value>().expect("JSON"), json!({ "cards": [] }), "{deceased}");
    }
}

/// What would be more than text, if it reached a card as it is. Each holds the marker.
const HOSTILE: [&str; 11] = [
    "[Evilmarker](https://evil.example.org)",
    "![Evilmarker](https://evil.example.org/beacon.png)",
    "<script>alert('Evilmarker')</script>",
    "<img src=x onerror=Evilmarker>",
    "[Evilmarker](javascript:alert(1))",
    "<javascript:Evilmarker>",
    "a | b | Evilmarker |\n|---|---|",
    "\u{202e}Evilmarker\u{202c}",
    "Evilmarker\n\n# Stop all medicines\n\n",
    "Evilmarker\r\n{\"level\":\"INFO\",\"status\":200}",
    "www.evil.example.org Evilmarker@example.org",
];

/// The record with this text wherever a record has text that a card may repeat.
fn saying(text: &str) -> Value {
    let mut body = request(on_sertraline("p1"));
    let prefetch = &mut body["prefetch"];
    let subject = json!({ "reference": "Patient/p1" });
    let list = |resource: Value| json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "resource": resource }] });
    prefetch["patient"]["name"] = json!([{ "family": text }]);
    prefetch["conditions"]["entry"][0]["resource"]["code"]["text"] = json!(text);
    prefetch["conditions"]["entry"][0]["resource"]["code"]["coding"][0]["display"] = json!(text);
    // A diagnosis that nobody has confirmed: a card repeats it as it is called.
    prefetch["conditions"]["entry"].as_array_mut().expect("a list").push(json!({ "resource": {
        "resourceType": "Condition", "id": "c2", "subject": subject, "clinicalStatus": { "coding": [{ "code": "active" }] },
        "verificationStatus": { "coding": [{ "code": "provisional" }] }, "recordedDate": "2026-02-01",
        "code": { "text": text, "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F31.81", "display": text }] },
    } }));
    let medicine = &mut prefetch["medicationDispenses"]["entry"][0]["resource"];
    medicine["medicationCodeableConcept"]["text"] = json!(text);
    medicine["medicationCodeableConcept"]["coding"][0]["display"] = json!(text);
    medicine["dosageInstruction"][0]["text"] = json!(text);
    medicine["dosageInstruction"][0]["patientInstruction"] = json!(text);
    prefetch["medicationStatements"] = list(json!({
        "resourceType": "MedicationStatement", "id": "s1", "status": "active", "subject": subject, "effectivePeriod": { "start": "2026-01-15" },
        "medicationCodeableConcept": { "text": text }, "statusReason": [{ "text": text }], "note": [{ "text": text }],
    }));
    prefetch["familyHistory"] = list(json!({
        "resourceType": "FamilyMemberHistory", "id": "f1", "status": "completed", "patient": subject, "name": text,
        "relationship": { "text": text }, "note": [{ "text": text }],
        "condition": [{ "code": { "text": text, "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F31.9", "display": text }] } }],
    }));
    prefetch["allergies"] = list(json!({
        "resourceType": "AllergyIntolerance", "id": "a1", "patient": subject, "clinicalStatus": { "coding": [{ "code": "active" }] },
        "code": { "text": text, "coding": [{ "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "36437", "display": text }] },
        "reaction": [{ "description": text, "manifestation": [{ "text": text }] }],
    }));
    prefetch["procedures"] = list(json!({
        "resourceType": "Procedure", "id": "x1", "status": "completed", "subject": subject, "performedDateTime": "2025-05-05",
        "code": { "text": text, "coding": [{ "system": "http://www.ama-assn.org/go/cpt", "code": "90870", "display": text }] },
    }));
    body
}

/// The headings, tables and list items of all cards: what stands at the head of their lines.
fn structure(answer: &Value) -> Vec<Vec<&str>> {
    let cards = answer["cards"].as_array().expect("cards").iter();
    let details = cards.map(|card| card["detail"].as_str().unwrap_or_default());
    details.map(|detail| detail.lines().map(|line| line.split_inclusive([' ', '|']).next().unwrap_or_default()).collect()).collect()
}

#[test]
fn text_of_the_record_reaches_a_card_as_text_alone() {
    let answered = |text: &str| call(PATIENT_VIEW, saying(text).to_string()).json::<Value>().expect("JSON");
    let harmless = answered("Evilmarker");
    let harmless = structure(&harmless);
    assert!(!harmless.is_empty(), "there is something to say");
    let mut repeated = 0;
    for text in HOSTILE {
        let answer = answered(text);
        assert_eq!(structure(&answer), harmless, "{text:?}");
        for card in answer["cards"].as_array().expect("cards") {
            let (summary, detail) = (card["summary"].as_str().expect("a summary"), card["detail"].as_str().unwrap_or_default());
            assert!(!live(detail), "{text:?}: {detail}");
            for spoken in [summary, detail] {
                assert!(!spoken.contains(['\u{202e}', '\u{202c}', '\r']), "{text:?}: {spoken:?}");
                assert!(!spoken.contains("Evilmarker@") && !spoken.contains("www.evil"), "{text:?}: {spoken}");
                repeated += usize::from(spoken.contains("Evilmarker"));
            }
        }
        assert!(answer.pointer("/cards/0/links").is_none(), "a link comes from nobody's record");
    }
    assert!(repeated > 0, "some of it is repeated, or this says nothing");
}

#[test]
fn a_text_of_100_kilobytes_is_cut() {
    let text = format!("Evilmarker {}", "x ".repeat(15_000));
    let mut body = saying("harmless");
    body["prefetch"]["familyHistory"]["entry"][0]["resource"]["condition"][0]["code"]["text"] = json!("Evilmarker".repeat(10_000));
    body["prefetch"]["medicationStatements"]["entry"][0]["resource"]["medicationCodeableConcept"]["text"] = json!(text);
    body["prefetch"]["conditions"]["entry"][0]["resource"]["code"]["text"] = json!("Evilmarker".repeat(10_000));
    let answered = call(PATIENT_VIEW, body.to_string());
    assert_eq!(answered.status(), 200);
    assert!(answered.bytes().len() < 20_000, "{} bytes", answered.bytes().len());
}

#[test]
fn no_text_of_a_request_makes_a_line_in_the_log() {
    for text in HOSTILE {
        call(PATIENT_VIEW, saying(text).to_string());
        let feedback = json!({ "feedback": [{
            "card": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "outcome": "overridden", "outcomeTimestamp": "2026-03-02T10:00:00Z",
            "overrideReason": { "reason": { "code": text, "system": text, "display": text }, "userComment": text },
        }] });
        assert_eq!(call(&format!("{PATIENT_VIEW}/feedback"), feedback.to_string()).status(), 200, "{text:?}");
    }
    let log = logged();
    assert!(!log.contains("Evilmarker") && !log.contains("evil.example.org"));
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "a line is a line");
}
