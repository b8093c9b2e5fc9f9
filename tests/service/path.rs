use reqwest::Method;

use super::{PATIENT_VIEW, base, call, client, get, refused, request};

#[test]
fn slashes_at_the_end_and_double_ones_are_let_be() {
    for path in ["/cds-services/", "//cds-services", "/cds-services//", "/health//live/"] {
        assert_eq!(get(path).status(), 200, "{path}");
    }
    let body = request(serde_json::json!({})).to_string();
    for path in ["/cds-services//trialwise-patient-view", "/cds-services/trialwise-patient-view/"] {
        assert_eq!(call(path, body.clone()).status(), 412, "{path}");
    }
}

#[test]
fn what_is_not_there_is_404() {
    refused(get("/nowhere"), 404);
    refused(call("/cds-services/no-such-service", "{}"), 404);
    refused(get("/cds-services/no-such-service"), 404);
    refused(call("/cds-services/no-such-service/feedback", "{}"), 404);
}

#[test]
fn a_wrong_method_is_405_and_says_which_is_right() {
    for (method, path, allow) in [
        (Method::GET, PATIENT_VIEW, "POST, OPTIONS"),
        (Method::PUT, PATIENT_VIEW, "POST, OPTIONS"),
        (Method::DELETE, "/cds-services", "GET, HEAD, OPTIONS"),
        (Method::POST, "/cds-services", "GET, HEAD, OPTIONS"),
        (Method::GET, "/assess", "POST, OPTIONS"),
        (Method::POST, "/health/live", "GET, HEAD, OPTIONS"),
    ] {
        let response = client().request(method.clone(), format!("{}{path}", base())).send().expect("an answer");
        assert_eq!(response.headers()["allow"], allow, "{method} {path}");
        refused(response, 405);
    }
}
