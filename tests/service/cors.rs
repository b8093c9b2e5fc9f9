use reqwest::Method;

use super::{PATIENT_VIEW, base, client, post};

const ORIGIN: &str = "https://sandbox.cds-hooks.org";

#[test]
fn a_preflight_names_the_headers_outright() {
    for path in ["/cds-services", PATIENT_VIEW, "/cds-services/trialwise-patient-view/feedback", "/assess"] {
        let response = client()
            .request(Method::OPTIONS, format!("{}{path}", base()))
            .header("Origin", ORIGIN)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization,content-type")
            .send()
            .expect("an answer");
        assert!(response.status().is_success(), "{path}: {}", response.status());
        let headers = response.headers()["access-control-allow-headers"].to_str().expect("text").to_lowercase();
        assert!(headers.contains("authorization") && headers.contains("content-type"), "{headers}");
        assert!(response.headers()["access-control-allow-methods"].to_str().expect("text").contains("POST"));
        assert!(response.headers().contains_key("access-control-allow-origin"));
    }
}

#[test]
fn errors_may_be_read_by_the_calling_page_too() {
    for (path, body, status) in [(PATIENT_VIEW, "{", 400), ("/cds-services/no-such-service", "{}", 404), ("/nowhere", "{}", 404)] {
        let response = post(path).header("Origin", ORIGIN).body(body).send().expect("an answer");
        assert_eq!(response.status().as_u16(), status);
        assert!(response.headers().contains_key("access-control-allow-origin"), "{path}");
    }
}

#[test]
fn a_preflight_for_a_header_that_is_not_allowed_is_refused_with_an_outcome() {
    let response = client()
        .request(Method::OPTIONS, format!("{}/cds-services", base()))
        .header("Origin", ORIGIN)
        .header("Access-Control-Request-Method", "PUT")
        .send()
        .expect("an answer");
    super::refused(response, 400);
}

#[test]
fn options_without_an_origin_says_what_the_path_answers() {
    let response = client().request(Method::OPTIONS, format!("{}/cds-services", base())).send().expect("an answer");
    assert_eq!(response.status(), 204);
    assert_eq!(response.headers()["allow"], "GET, HEAD, OPTIONS");
}
