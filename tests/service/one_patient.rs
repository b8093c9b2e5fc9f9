//! `trialwise try`: one patient of a FHIR server, asked for as an EHR's patient is.

use serde_json::json;

use super::ehr::fhir::{Fhir, Way};
use super::on_sertraline;
use super::running::{Folder, program};

/// Exit status, standard output, standard error.
fn tried(fhir: &Fhir, arguments: &[&str]) -> (i32, String, String) {
    let output = program()
        .args(["try", "--fhir", &fhir.base(), "--patient", "p1", "--as-of", "2026-03-02"])
        .args(arguments)
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("a status"), text(output.stdout), text(output.stderr))
}

const CARD: &str = "complete-trial: sertraline 50 mg: day 30 of 42 at or above the usual minimum dose";

#[test]
fn the_cards_are_printed_and_what_the_server_gave() {
    let fhir = Fhir::serving(&on_sertraline("p1")).answers("Procedure", Way::Status(403)).answers("Observation", Way::Pages);
    let (status, out, error) = tried(&fhir, &[]);
    assert_eq!(status, 0, "{error}");
    assert!(out.starts_with("Patient p1, 46 years, female, on 2026-03-02\nin scope;"), "{out}");
    assert!(out.contains(CARD), "{out}");
    assert!(out.contains("procedures: the FHIR server answered 403"), "{out}");
    let row = |key: &str| error.lines().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key}: {error}")).to_owned();
    assert!(row("observations").ends_with("2 resources, 2 pages"), "{error}");
    assert!(row("medicationDispenses").ends_with("1 resource, 1 page"), "{error}");
    assert!(row("procedures").ends_with("no: the FHIR server answered 403"), "{error}");
}

#[test]
fn every_template_is_resolved_for_the_patient_and_the_token_goes_along_unseen() {
    let folder = Folder::new();
    let token = folder.write("token", "Quartz-token-7Ew\n");
    let fhir = Fhir::serving(&on_sertraline("p1"));
    let (status, out, error) = tried(&fhir, &["--format", "cards", "--token-file", &token.to_string_lossy()]);
    assert_eq!(status, 0, "{error}");
    let cards: serde_json::Value = serde_json::from_str(&out).expect("the CDS Hooks response alone");
    assert_eq!(cards["cards"][0]["source"]["topic"]["code"], "complete-trial");
    assert!(!out.contains("Quartz-token") && !error.contains("Quartz-token"));
    let seen = fhir.seen();
    assert_eq!(seen.len(), 14, "one for each template");
    assert!(seen.iter().all(|seen| seen.target.contains("p1") && seen.headers["authorization"] == "Bearer Quartz-token-7Ew"), "{seen:#?}");
}

#[test]
fn the_request_is_saved_as_an_ehr_would_have_sent_it_and_comes_to_the_same_cards() {
    let folder = Folder::new();
    let (token, saved) = (folder.write("token", "Quartz-token-7Ew\n"), folder.0.join("request.json"));
    let (token, file) = (token.display().to_string(), saved.display().to_string());
    let fhir = Fhir::serving(&on_sertraline("p1")).answers("Observation", Way::Pages).answers("Procedure", Way::Status(403));
    // What it takes is known by a Medication alone.
    fhir.hold(json!({ "resourceType": "Medication", "id": "m1", "code": super::medicine("8123", "phenelzine") }));
    fhir.hold(json!({ "resourceType": "MedicationRequest", "id": "r1", "status": "active", "intent": "order", "authoredOn": "2026-02-20",
        "subject": { "reference": "Patient/p1" }, "medicationReference": { "reference": "Medication/m1" } }));
    let arguments = ["--token-file", &*token, "--format", "cards", "--save-request", &*file];
    let (status, cards, error) = tried(&fhir, &arguments);
    assert_eq!(status, 0, "{error}");
    let text = std::fs::read_to_string(&saved).expect("written");
    assert!(!text.contains("Quartz-token") && !text.contains(&fhir.base()), "{text}");
    let request: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(request["extension"]["org.trialwise.as-of"], "2026-03-02");
    assert_eq!(request["prefetch"]["observations"]["entry"].as_array().expect("all pages").len(), 2);
    assert!(request["prefetch"]["observations"].get("link").is_none() && request["prefetch"].get("procedures").is_none(), "{text}");
    assert_eq!(request["prefetch"]["allergies"]["entry"], json!([]), "had, and empty");
    let mut assessed = program();
    let assessed = assessed.args(["assess", &file, "--format", "cards"]).output().expect("it runs");
    let again = String::from_utf8(assessed.stdout).expect("text");
    assert!(cards.contains("phenelzine") && cards.contains("the FHIR server answered 403"), "{cards}");
    assert!(again.contains("phenelzine"), "{again}");
    // The one difference: a captured request does not say why something was not sent.
    let told = |text: &str| text.lines().filter(|line| !line.contains("rocedures")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(told(&cards), told(&again));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&saved).expect("there").permissions().mode() & 0o777, 0o600);
    }
    let (status, out, error) = tried(&fhir, &["--save-request", &file]);
    assert!(status == 2 && out.is_empty() && error.contains("request.json: File exists"), "{error}");
}

#[test]
fn a_search_that_broke_off_is_saved_as_one_that_goes_on() {
    let folder = Folder::new();
    let file = folder.0.join("request.json").display().to_string();
    let fhir = Fhir::serving(&on_sertraline("p1")).answers("Observation", Way::HalfThePages);
    let (status, _, error) = tried(&fhir, &["--save-request", &file]);
    assert_eq!(status, 0, "{error}");
    let output = program().args(["assess", &file]).output().expect("it runs");
    let out = String::from_utf8(output.stdout).expect("text");
    assert!(out.contains("observations partial"), "{out}");
}

#[test]
fn a_call_that_the_service_would_refuse_is_told_with_the_reason() {
    let fhir = Fhir::serving(&on_sertraline("p1")).answers("Condition", Way::Status(500));
    let (status, out, error) = tried(&fhir, &[]);
    assert_eq!((status, &*out), (1, ""), "{error}");
    assert!(error.contains("the service would refuse the call: ") && error.contains("conditions"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_told_as_such() {
    let output = program().args(["try", "--fhir", "http://127.0.0.1:9/r4", "--patient", "p1"]).output().expect("it runs");
    let error = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("no: the FHIR server could not be reached"), "{error}");
}

#[test]
fn orders_are_signed_with_the_orders_that_are_named() {
    let folder = Folder::new();
    let order = json!({ "resourceType": "MedicationRequest", "id": "draft-1", "status": "draft", "intent": "order",
        "subject": { "reference": "Patient/p1" }, "medicationCodeableConcept": super::medicine("8123", "phenelzine") });
    let orders = folder.write("orders.json", &json!({ "resourceType": "Bundle", "entry": [{ "resource": order }] }).to_string());
    let fhir = Fhir::serving(&on_sertraline("p1"));
    for service in ["trialwise-order-sign", "trialwise-order-select"] {
        let (status, out, error) = tried(&fhir, &["--service", service, "--orders", &orders.to_string_lossy()]);
        assert_eq!(status, 0, "{error}");
        assert!(out.contains("[critical] interaction:"), "{out}");
    }
}

#[test]
fn a_wrong_argument_is_one_line() {
    let folder = Folder::new();
    let broken = folder.write("broken.json", "{\n]");
    let broken = broken.to_string_lossy();
    let fhir = Fhir::serving(&json!({}));
    for (arguments, line) in [
        (
            vec!["--service", "nobody"],
            "no service is called nobody: there are trialwise-order-select, trialwise-order-sign, trialwise-patient-view",
        ),
        (vec!["--service", "trialwise-order-sign"], "trialwise-order-sign is about orders: name a Bundle with --orders FILE"),
        (vec!["--orders", &*broken], "trialwise-patient-view is not about orders: leave --orders out"),
        (vec!["--service", "trialwise-order-sign", "--orders", &*broken], "broken.json: not JSON at line 2, column 1"),
    ] {
        let (status, out, error) = tried(&fhir, &arguments);
        assert_eq!((status, &*out), (2, ""), "{arguments:?}");
        assert!(error.trim_end().ends_with(line) && error.lines().count() == 1, "{error}");
    }
    assert!(fhir.seen().is_empty());
}
