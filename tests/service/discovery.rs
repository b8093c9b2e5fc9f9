use serde_json::Value;

use super::{base, client, get};

#[test]
fn discovery_lists_each_service_with_what_it_asks_for() {
    let response = get("/cds-services");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let discovery: Value = response.json().expect("JSON");
    let services = discovery["services"].as_array().expect("an array");
    assert_eq!(services.len(), 3);
    for hook in ["patient-view", "order-select", "order-sign"] {
        let service = services.iter().find(|service| service["hook"] == hook).expect("a service of the hook");
        assert_eq!(service["id"], format!("trialwise-{hook}"));
        assert_eq!(service["version"], "2.0.1");
        assert_eq!(service["hookVersion"], "1.0");
        assert!(service["description"].as_str().is_some_and(|text| !text.is_empty()));
        assert_eq!(service["prefetch"]["patient"], "Patient/{{context.patientId}}");
        for (key, query) in service["prefetch"].as_object().expect("an object") {
            let query = query.as_str().expect("text");
            assert!(query.contains("{{context.patientId}}"), "{key}: {query}");
        }
    }
}

#[test]
fn health_is_json() {
    for (path, status) in [("/health/live", "live"), ("/health/ready", "ready")] {
        let health: Value = get(path).json().expect("JSON");
        assert_eq!(health["status"], status);
    }
}

#[test]
fn head_answers_like_get_without_a_body() {
    let response = client().head(format!("{}/cds-services", base())).send().expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().expect("text"), "");
}
