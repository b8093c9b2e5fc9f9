//! What is not sent is fetched, and what cannot be fetched is told.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::checked::Answered;
use super::ehr::fhir::{Fhir, Way};
use super::{PATIENT_VIEW, client, logged, on_sertraline, prefetch, refused, request, serving};

/// A token that must not be seen anywhere but at the server it is for.
const TOKEN: &str = "Quartz-token-7Ew";

/// The whole deadline of the service under test and what it may be late, and what a machine that does other things may take beside.
const LATEST: Duration = Duration::from_millis(2_100 + 1_400);

/// A call that sends this much along and names this server.
fn about(patient: &str, fhir: &Fhir, prefetch: Value) -> Value {
    let mut body = request(prefetch);
    body["context"]["patientId"] = json!(patient);
    body["fhirServer"] = json!(fhir.base());
    body["fhirAuthorization"] = json!({
        "access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "trialwise", "patient": patient
    });
    body
}

/// A service with the limits that hold where nothing is set.
fn base() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| serving(""))
}

fn answer(body: &Value) -> Answered {
    let begun = Instant::now();
    let response = Answered::from(client().post(format!("{}{PATIENT_VIEW}", base())).json(body).send().expect("an answer"));
    assert!(begun.elapsed() < LATEST, "late: {:?}", begun.elapsed());
    response
}

fn cards(body: &Value) -> Value {
    let response = answer(body);
    assert_eq!(response.status(), 200);
    response.json().expect("JSON")
}

/// The words of the first card.
fn detail(cards: &Value) -> String {
    cards["cards"][0]["detail"].as_str().unwrap_or_else(|| panic!("a card: {cards}")).to_owned()
}

/// A prefetch without these keys.
fn without(mut prefetch: Value, keys: &[&str]) -> Value {
    keys.iter().for_each(|key| drop(prefetch.as_object_mut().expect("an object").remove(*key)));
    prefetch
}

#[test]
fn what_is_not_sent_is_fetched_and_comes_to_the_same() {
    let record = on_sertraline("gather-1");
    let fhir = Fhir::serving(&record);
    let fetched = cards(&about("gather-1", &fhir, json!({})));
    let sent = cards(&about("gather-1", &Fhir::serving(&json!({})), record.clone()));
    assert_eq!(fetched, sent);
    assert_eq!(fetched["cards"][0]["source"]["topic"]["code"], "complete-trial");
    assert!(!detail(&fetched).contains("FHIR server"), "{fetched}");
    // Every key once, each with the token, and asking for FHIR.
    assert_eq!(fhir.asked_for().len(), record.as_object().expect("an object").len());
    for seen in fhir.seen() {
        assert_eq!(seen.headers["authorization"], format!("Bearer {TOKEN}"));
        assert_eq!(seen.headers["accept"], "application/fhir+json");
        assert!(!seen.target.contains("_include") && !seen.target.contains("_sort"), "{}", seen.target);
    }
}

#[test]
fn a_large_record_comes_to_the_same_as_a_small_one() {
    let record = on_sertraline("gather-5");
    let fhir = Fhir::serving(&record);
    let small = cards(&about("gather-5", &fhir, json!({})));
    fhir.hold(json!({ "resourceType": "Procedure", "id": "x", "status": "completed", "subject": { "reference": "Patient/gather-5" },
        "code": { "text": "something done" }, "note": [{ "text": "x".repeat(2 * super::MAX_BODY_BYTES) }] }));
    assert_eq!(detail(&small), detail(&cards(&about("gather-5", &fhir, json!({})))));
    // Refusals too.
    let fhir = fhir.answers("Condition", Way::Status(403));
    assert!(refused(answer(&about("gather-5", &fhir, json!({}))), 412).contains("answered 403"));
}

#[test]
fn null_and_errors_are_answers_and_only_what_is_absent_is_fetched() {
    let fhir = Fhir::serving(&json!({}));
    let mut sent = without(on_sertraline("gather-2"), &["procedures", "allergies"]);
    sent["encounters"] = Value::Null;
    sent["familyHistory"] = json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error" }] });
    cards(&about("gather-2", &fhir, sent));
    assert_eq!(fhir.asked_for(), ["AllergyIntolerance", "Procedure"]);
}

/// Every way to misbehave, and what is said of it.
fn ways(foreign: &Fhir) -> Vec<(Way, &'static str)> {
    vec![
        (Way::Hangs, "did not answer in time"),
        (Way::Slow(60_000), "did not answer in time"),
        (Way::Status(400), "answered 400"),
        (Way::Status(401), "answered 401"),
        (Way::Status(403), "answered 403"),
        (Way::Status(404), "answered 404"),
        (Way::Status(410), "answered 410"),
        (Way::Status(429), "answered 429"),
        (Way::TooMany(60), "answered 429"),
        (Way::TooMany(u64::MAX), "answered 429"),
        (Way::Status(500), "answered 500"),
        (Way::Status(503), "answered 503"),
        (Way::Reset, "could not be reached"),
        (Way::Drip, "did not answer in time"),
        (Way::Endless, "too large"),
        (Way::Html, "no FHIR"),
        (Way::TruncatedGzip, "broke off"),
        (Way::GzipBomb, "too large"),
        (Way::InvalidJson, "no FHIR"),
        (Way::Truncated, "broke off"),
        (Way::Redirect(foreign.base()), "answered 307"),
        (Way::OutcomeInAnswer, "answered with an error"),
        (Way::WrongBundle, "something else than was asked for"),
    ]
}

/// Ways that cost a part of what was asked for.
fn ways_in_part(foreign: &Fhir) -> Vec<(Way, &'static str)> {
    vec![
        (Way::NextLoop, "go round in a circle"),
        (Way::NextForEver, "more pages than are followed"),
        (Way::NextElsewhere(foreign.base()), "lies on another server"),
        (Way::HalfThePages, "answered 500"),
    ]
}

/// Calls in every way, four at a time, each with a server and a patient of its own. `complaint` says what is wrong with the answer; a way
/// that a busy machine made too slow to be told from another has a second try.
fn each_way(kind: &str, ways: &[(Way, &str)], absent: &[&str], complaint: impl Fn(&str, Answered) -> Option<String> + Sync) {
    static PATIENTS: AtomicUsize = AtomicUsize::new(0);
    let try_one = |way: &Way, words: &str| {
        let patient = format!("way-{}", PATIENTS.fetch_add(1, Ordering::Relaxed));
        let mut record = on_sertraline(&patient);
        let entry = |id: &str| {
            json!({ "resource": { "resourceType": "Procedure", "id": id, "status": "completed",
                "subject": { "reference": format!("Patient/{patient}") }, "code": { "text": "something done" } } })
        };
        record["procedures"] =
            json!({ "resourceType": "Bundle", "type": "searchset", "entry": [entry("a"), entry("b"), entry("c"), entry("d")] });
        let fhir = Fhir::serving(&record).answers(kind, way.clone());
        complaint(words, answer(&about(&patient, &fhir, without(record, absent))))
    };
    for several in ways.chunks(4) {
        std::thread::scope(|scope| {
            for (way, words) in several {
                let try_one = &try_one;
                scope.spawn(move || {
                    if let Some(complaint) = try_one(way, words).and_then(|_| try_one(way, words)) {
                        // The words of a panic go to the log of the service.
                        eprintln!("{way:?}: {complaint}");
                        panic!("{way:?}");
                    }
                });
            }
        });
    }
}

#[test]
fn what_a_card_cannot_do_without_ends_in_412_with_the_reason() {
    let foreign = Fhir::serving(&json!({}));
    each_way("Condition", &ways(&foreign), &["conditions", "procedures"], |words, response| {
        let refusal = refused(response, 412);
        let is_told = refusal.contains("not to be had: conditions; send prefetch: conditions") && refusal.contains(words);
        (!is_told).then_some(refusal)
    });
    assert!(foreign.seen().is_empty(), "{:?}", foreign.seen());
}

#[test]
fn what_a_card_can_do_without_is_named_on_it() {
    let foreign = Fhir::serving(&json!({}));
    let all = [ways(&foreign), ways_in_part(&foreign)].concat();
    each_way("Procedure", &all, &["procedures"], |words, response| {
        assert_eq!(response.status(), 200);
        let detail = detail(&response.json().expect("JSON"));
        let is_named = detail.lines().any(|line| line.contains(words) && line.to_lowercase().contains("procedures"));
        (!is_named).then_some(detail)
    });
    assert!(foreign.seen().is_empty(), "{:?}", foreign.seen());
}

#[test]
fn resources_of_another_patient_or_another_version_are_not_taken_for_the_patients() {
    let fhir = |patient: &str, way: Way| Fhir::serving(&on_sertraline(patient)).answers("Condition", way);
    let foreign = refused(answer(&about("other-0", &fhir("other-0", Way::WrongPatient), json!({}))), 412);
    assert!(foreign.contains("not to be had: conditions"), "{foreign}");
    // Without a depression that can be read there is nothing to say.
    let old = cards(&about("other-1", &fhir("other-1", Way::Dstu2), json!({})));
    assert!(!old.to_string().contains("complete-trial"), "{old}");
}

#[test]
fn pages_are_followed_to_the_last_also_from_a_first_page_that_was_sent() {
    let record = on_sertraline("gather-3");
    let fhir = Fhir::serving(&record).answers("Observation", Way::Pages);
    let whole = cards(&about("gather-3", &fhir, json!({})));
    assert!(!detail(&whole).contains("page"), "{whole}");
    assert!(detail(&whole).contains("16"), "the score of the second page: {whole}");

    let mut sent = record.clone();
    let first = record["observations"]["entry"][0].clone();
    let link = json!([{ "relation": "next", "url": format!("{}/Observation?page=1", fhir.base()) }]);
    sent["observations"] = json!({ "resourceType": "Bundle", "type": "searchset", "entry": [first], "link": link });
    let before = fhir.seen().len();
    let completed = cards(&about("gather-3", &fhir, sent.clone()));
    assert_eq!(fhir.seen().len(), before + 1);
    assert_eq!(fhir.seen()[before].target, "/r4/Observation?page=1");
    assert!(!detail(&completed).contains("page"), "{completed}");

    // Without leave to ask it stays a part, and says so. The server is not one of this machine.
    let mut body = about("gather-3", &fhir, sent);
    body["fhirServer"] = json!("https://192.0.2.1/r4");
    assert!(detail(&cards(&body)).contains("not configured for this client"));
    body.as_object_mut().expect("an object").remove("fhirAuthorization");
    assert!(detail(&cards(&body)).contains("only the first page"));
    assert_eq!(fhir.seen().len(), before + 1);
}

#[test]
fn a_server_that_fails_once_is_asked_once_more() {
    for (index, way) in [Way::StatusOnce(500), Way::StatusOnce(503), Way::TooMany(0)].into_iter().enumerate() {
        let patient = format!("once-{index}");
        let fhir = Fhir::serving(&on_sertraline(&patient)).answers("Condition", way.clone());
        let cards = cards(&about(&patient, &fhir, json!({})));
        assert_eq!(cards["cards"][0]["source"]["topic"]["code"], "complete-trial", "{way:?}");
        assert_eq!(fhir.asked_for().iter().filter(|kind| *kind == "Condition").count(), 2, "{way:?}");
    }
    // And no more than once.
    let fhir = Fhir::serving(&on_sertraline("once-9")).answers("Condition", Way::Status(500));
    refused(answer(&about("once-9", &fhir, json!({}))), 412);
    assert_eq!(fhir.asked_for().iter().filter(|kind| *kind == "Condition").count(), 2);
}

#[test]
fn a_server_that_fails_again_and_again_is_left_alone_and_others_are_not() {
    let dead = Fhir::serving(&json!({})).answers("*", Way::Reset);
    refused(answer(&about("dead-1", &dead, json!({}))), 412);
    let before = dead.seen().len();
    assert!((10..=20).contains(&before), "{before} requests until it is left alone");
    let begun = Instant::now();
    let refusal = refused(answer(&about("dead-2", &dead, json!({}))), 412);
    assert!(refusal.contains("left alone"), "{refusal}");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(dead.seen().len(), before);
    cards(&about("dead-3", &Fhir::serving(&on_sertraline("dead-3")), json!({})));
    assert!(logged().contains("circuit-open="), "the log says so");
}

/// A patient on a medicine that the record only refers to.
fn referring(patient: &str, reference: Value) -> Value {
    let mut record = on_sertraline(patient);
    let dispense = &mut record["medicationDispenses"]["entry"][0]["resource"];
    dispense.as_object_mut().expect("an object").remove("medicationCodeableConcept");
    dispense["medicationReference"] = reference;
    record
}

fn medication(id: &str) -> Value {
    json!({ "resourceType": "Medication", "id": id, "code": super::medicine("312941", "sertraline 50 MG Oral Tablet") })
}

#[test]
fn a_medication_that_records_refer_to_is_looked_up() {
    // With everything fetched, from a prefetch that has all but the Medication, and by its whole URL.
    for (index, fetched, absolute) in [(0, true, false), (1, false, false), (2, false, true)] {
        let patient = format!("referring-{index}");
        let fhir = Fhir::serving(&json!({}));
        let reference = if absolute { format!("{}/Medication/m1", fhir.base()) } else { "Medication/m1".to_owned() };
        let record = referring(&patient, json!({ "reference": reference }));
        let fhir = if fetched { Fhir::serving(&record) } else { fhir };
        fhir.hold(medication("m1"));
        let cards = cards(&about(&patient, &fhir, if fetched { json!({}) } else { record }));
        assert_eq!(cards["cards"][0]["source"]["topic"]["code"], "complete-trial", "{index}: {cards}");
        assert!(fhir.seen().iter().any(|seen| seen.target == "/r4/Medication/m1"), "{index}");
    }
}

#[test]
fn many_medications_are_one_request_and_one_by_one_only_where_that_is_refused() {
    let two = |patient: &str| {
        let mut record = referring(patient, json!({ "reference": "Medication/m1" }));
        let mut other = record["medicationDispenses"]["entry"][0].clone();
        other["resource"]["id"] = json!("d2");
        other["resource"]["whenHandedOver"] = json!("2026-01-01");
        other["resource"]["medicationReference"] = json!({ "reference": "Medication/m2" });
        record["medicationDispenses"]["entry"].as_array_mut().expect("an array").push(other);
        record
    };
    let targets = |fhir: &Fhir| {
        let mut targets: Vec<String> = fhir.seen().into_iter().map(|seen| seen.target).collect();
        targets.sort();
        targets
    };
    let fhir = Fhir::serving(&json!({}));
    ["m1", "m2"].into_iter().for_each(|id| fhir.hold(medication(id)));
    cards(&about("batch-1", &fhir, two("batch-1")));
    assert_eq!(targets(&fhir), ["/r4/Medication?_id=m1%2Cm2&_count=1000"]);

    let fhir = Fhir::serving(&json!({})).answers("Medication", Way::StatusOnce(400));
    ["m1", "m2"].into_iter().for_each(|id| fhir.hold(medication(id)));
    let answered = cards(&about("batch-2", &fhir, two("batch-2")));
    assert_eq!(targets(&fhir), ["/r4/Medication/m1", "/r4/Medication/m2", "/r4/Medication?_id=m1%2Cm2&_count=1000"]);
    assert!(!detail(&answered).contains("refer to"), "{answered}");

    let fhir = Fhir::serving(&json!({})).answers("Medication", Way::Status(403));
    let mut record = two("batch-3");
    let known = on_sertraline("batch-3")["medicationDispenses"]["entry"][0].clone();
    record["medicationDispenses"]["entry"].as_array_mut().expect("an array").push(known);
    record["medicationDispenses"]["entry"][0]["resource"]["id"] = json!("d3");
    let answered = cards(&about("batch-3", &fhir, record));
    assert!(detail(&answered).contains("2 drugs that records refer to are not known: the FHIR server answered 403"), "{answered}");
}

#[test]
fn references_elsewhere_are_never_followed() {
    let foreign = Fhir::serving(&json!({}));
    foreign.hold(medication("m1"));
    let fhir = Fhir::serving(&json!({}));
    let mut record = referring("elsewhere", json!({ "reference": format!("{}/Medication/m1", foreign.base()) }));
    record["medicationDispenses"]["entry"][0]["fullUrl"] = json!(format!("{}/MedicationDispense/d1", foreign.base()));
    // The one medicine is not known, so there is nothing to say; what matters is who was asked.
    cards(&about("elsewhere", &fhir, record));
    assert_eq!((foreign.seen().len(), fhir.seen().len()), (0, 0));
}

#[test]
fn a_server_that_is_not_of_this_machine_is_never_asked() {
    for server in [
        "http://169.254.169.254/latest/meta-data",
        "http://[fd00:ec2::254]/",
        "http://10.0.0.1/r4",
        "http://0.0.0.0:1/r4",
        "http://2852039166/",
        "http://0xA9FEA9FE/",
        "http://[::ffff:169.254.169.254]/",
        "http://127.0.0.1@192.0.2.1/r4",
    ] {
        let mut body = about("nowhere", &Fhir::serving(&json!({})), json!({}));
        body["fhirServer"] = json!(server);
        let begun = Instant::now();
        let refusal = refused(answer(&body), 412);
        assert!(refusal.contains("not configured for this client"), "{server}: {refusal}");
        assert!(!refusal.contains("169.254") && begun.elapsed() < Duration::from_secs(1), "{refusal}");
    }
}

#[test]
fn a_token_for_another_patient_or_one_that_has_expired_is_not_used() {
    let fhir = Fhir::serving(&on_sertraline("gather-4"));
    let mut body = about("gather-4", &fhir, json!({}));
    body["fhirAuthorization"]["patient"] = json!("somebody-else");
    assert!(refused(answer(&body), 412).contains("for another patient"));
    let mut body = about("gather-4", &fhir, json!({}));
    body["fhirAuthorization"]["expires_in"] = json!(0);
    assert!(refused(answer(&body), 412).contains("has expired"));
    assert!(fhir.seen().is_empty());
}

#[test]
fn the_leave_to_ask_has_to_name_a_server() {
    let mut body = request(prefetch());
    body["fhirAuthorization"] = json!({ "access_token": TOKEN, "token_type": "Bearer" });
    let refusal = refused(answer(&body), 400);
    assert!(refusal.contains("`fhirServer` is missing") && !refusal.contains(TOKEN), "{refusal}");
    body["fhirServer"] = json!(["http://127.0.0.1"]);
    assert!(refused(answer(&body), 400).contains("`fhirServer` has to be a string"));
}

#[test]
fn neither_token_nor_patient_nor_server_stands_in_the_log() {
    let fhir = Fhir::serving(&on_sertraline("Quartz-patient")).answers("Procedure", Way::Status(403)).answers("Encounter", Way::Reset);
    let body = about("Quartz-patient", &fhir, json!({}));
    assert!(!cards(&body).to_string().contains(TOKEN));
    refused(answer(&about("Quartz-patient", &fhir.clone().answers("*", Way::Html).answers("Condition", Way::Hangs), json!({}))), 412);
    let log = logged();
    assert!(log.contains("\"gathered\"") && log.contains("forbidden=1"), "what happened is told in words");
    for secret in [TOKEN, "Quartz-patient", fhir.base().as_str()] {
        assert!(!log.contains(secret), "{secret}");
    }
}
