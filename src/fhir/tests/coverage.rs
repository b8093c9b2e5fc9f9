//! What was lost of a record, and of which kind.

use super::*;

/// The kinds that have a gap because of an error.
fn lost(value: &Json) -> Vec<Kind> {
    let chart = chart_of(&[&value.to_string()]).expect("a chart");
    let errors = chart.coverage.gaps.iter().filter(|gap| gap.why.contains("holds an error"));
    errors.map(|gap| gap.kind).collect()
}

fn outcome() -> Json {
    json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]})
}

fn answered(resources: &[Json], url: Option<&str>) -> Json {
    let mut answer: Json = serde_json::from_str(&bundle(resources)).expect("JSON");
    answer["type"] = json!("searchset");
    if let Some(url) = url {
        answer["link"] = json!([{"relation": "self", "url": url}]);
    }
    answer
}

fn batch(failed: Json) -> Json {
    let whole = |resource: Json| json!({"resource": answered(&[resource], None), "response": {"status": "200 OK"}});
    json!({"resourceType": "Bundle", "type": "batch-response", "entry": [whole(patient()), whole(condition(json!({}))), failed]})
}

// rule 1/failed-entry: speaks
// rule 1/failed-entry: silent
#[test]
fn a_failed_entry_is_a_gap_of_what_it_was_asked_for() {
    let status = json!({"status": "500"});
    let url = "https://a.example/fhir/Observation?patient=p&code=x";
    assert_eq!(lost(&batch(json!({"response": status, "request": {"method": "GET", "url": url}}))), [Kind::Observations]);
    assert_eq!(lost(&batch(json!({"response": status, "link": [{"relation": "self", "url": url}]}))), [Kind::Observations]);
    assert_eq!(lost(&batch(json!({"response": {"status": "404", "location": "Procedure/7"}}))), [Kind::Procedures]);
    let by_outcome = json!({"response": {"status": "200", "outcome": outcome()}, "fullUrl": "https://a.example/Encounter/4"});
    assert_eq!(lost(&batch(by_outcome)), [Kind::Encounters]);
    assert_eq!(lost(&batch(json!({"response": {"status": "200"}, "fullUrl": url}))), []);
}

#[test]
fn an_error_in_the_answer_to_one_search_is_about_that_search() {
    let warned = answered(&[condition(json!({})), outcome()], Some("https://a.example/Condition?patient=p"));
    assert_eq!(lost(&batch(json!({"resource": warned, "response": {"status": "200"}}))), [Kind::Conditions]);
    assert_eq!(lost(&answered(&[patient(), condition(json!({})), outcome()], Some("Condition?patient=p"))), [Kind::Conditions]);
}

#[test]
fn an_error_that_names_no_search_is_about_everything_that_was_answered() {
    let both = [Kind::Patient, Kind::Conditions];
    assert_eq!(lost(&batch(json!({"response": {"status": "500"}}))), both);
    for url in ["Patient/p/$everything", "Patient?_id=p&_revinclude=Condition:subject", "https://a.example/metadata"] {
        assert_eq!(lost(&batch(json!({"response": {"status": "500"}, "request": {"url": url}}))), both, "{url}");
    }
}
