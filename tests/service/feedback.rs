use reqwest::Method;
use serde_json::{Value, json};

use super::{PATIENT_VIEW, base, call, client, logged, on_sertraline, refused, request};

const FEEDBACK: &str = "/cds-services/trialwise-patient-view/feedback";

/// The cards on opening this patient's chart on this day.
fn cards(patient: &str, day: &str) -> Vec<Value> {
    let mut body = request(on_sertraline(patient));
    body["context"]["patientId"] = json!(patient);
    body["hookInstance"] = json!(format!("instance of {patient} on {day}"));
    body["extension"]["org.trialwise.as-of"] = json!(day);
    let answer: Value = call(PATIENT_VIEW, body.to_string()).json().expect("JSON");
    answer["cards"].as_array().expect("an array").clone()
}

fn overridden(card: &Value) -> Value {
    json!({
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": "2026-03-02T10:00:00.123Z",
        "overrideReason": { "reason": { "code": "already-done", "system": "https://trialwise.org/override-reasons" } },
    })
}

fn tell(items: Value) {
    let response = call(FEEDBACK, json!({ "feedback": items }).to_string());
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
}

#[test]
fn a_dismissed_card_rests_for_thirty_days_for_that_patient() {
    let shown = cards("feedback-1", "2026-03-02");
    assert_eq!(shown.len(), 1);
    assert_eq!(cards("feedback-1", "2026-03-02").len(), 1, "what was only shown is shown again");
    tell(json!([overridden(&shown[0]), overridden(&shown[0])]));
    tell(json!([overridden(&shown[0])]));
    assert!(cards("feedback-1", "2026-03-02").is_empty());
    assert!(cards("feedback-1", "2026-03-03").is_empty(), "another day is no new fact");
    assert_eq!(cards("feedback-2", "2026-03-02").len(), 1, "another patient");
}

#[test]
fn taking_a_suggestion_sets_nothing_aside() {
    let shown = cards("feedback-3", "2026-03-02");
    let mut item = overridden(&shown[0]);
    item["outcome"] = json!("accepted");
    item["acceptedSuggestions"] = json!([{ "id": "s1" }]);
    tell(json!([item]));
    assert_eq!(cards("feedback-3", "2026-03-02").len(), 1);
}

#[test]
fn cards_that_nobody_knows_are_taken_quietly() {
    tell(json!([]));
    tell(json!([overridden(&json!({ "uuid": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea" })), overridden(&json!({ "uuid": "no uuid" }))]));
}

#[test]
fn feedback_that_cannot_be_meant_is_refused_by_member_and_nothing_of_it_is_kept() {
    let shown = cards("feedback-4", "2026-03-02");
    let mut wrong = overridden(&shown[0]);
    wrong["outcome"] = json!("Zebedee");
    let said = refused(call(FEEDBACK, json!({ "feedback": [overridden(&shown[0]), wrong] }).to_string()), 400);
    assert!(said.contains("outcome") && !said.contains("Zebedee"), "{said}");
    assert_eq!(cards("feedback-4", "2026-03-02").len(), 1);
    for body in ["{}", "[]", "{", r#"{"feedback":{}}"#, r#"{"feedback":[5]}"#] {
        refused(call(FEEDBACK, body), 400);
    }
    refused(call("/cds-services/no-such-service/feedback", r#"{"feedback":[]}"#), 404);
    refused(client().request(Method::GET, format!("{}{FEEDBACK}", base())).send().expect("an answer"), 405);
}

#[test]
fn nothing_of_feedback_is_logged() {
    let shown = cards("Feedbackmarker-5", "2026-03-02");
    let mut item = overridden(&shown[0]);
    item["overrideReason"]["userComment"] = json!("Feedbackmarker says so");
    item["overrideReason"]["reason"]["code"] = json!("Feedbackmarker");
    tell(json!([item]));
    assert!(!logged().contains("Feedbackmarker"));
}

#[test]
fn a_bipolar_question_that_was_excluded_is_settled_and_lets_the_trial_be_judged() {
    let with_past_mania = || {
        let mut body = request(on_sertraline("feedback-bipolar"));
        body["context"]["patientId"] = json!("feedback-bipolar");
        let mut mania = body["prefetch"]["conditions"]["entry"][0].clone();
        mania["resource"]["id"] = json!("mania");
        mania["resource"]["onsetDateTime"] = json!("2015-06-01");
        mania["resource"]["clinicalStatus"]["coding"][0]["code"] = json!("resolved");
        mania["resource"]["code"]["coding"][0]["code"] = json!("F30.9");
        body["prefetch"]["conditions"]["entry"].as_array_mut().expect("entries").push(mania);
        let answer: Value = call(PATIENT_VIEW, body.to_string()).json().expect("JSON");
        answer["cards"].as_array().expect("an array").clone()
    };
    let codes = |cards: &[Value]| cards.iter().map(|card| card["source"]["topic"]["code"].clone()).collect::<Vec<_>>();
    let asked = with_past_mania();
    assert_eq!(codes(&asked), ["bipolar"]);
    let mut excluded = overridden(&asked[0]);
    excluded["overrideReason"]["reason"]["code"] = json!("considered-and-excluded");
    tell(json!([excluded]));
    assert_eq!(codes(&with_past_mania()), ["complete-trial"]);
}
