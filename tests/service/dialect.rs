//! How the FHIR servers of the settings are asked, and what `trialwise doctor` finds out about one.

use std::cell::Cell;
use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trialwise::config::Config;
use trialwise::fhir::Answer;
use trialwise::gather::{Failure, Gather, Gathered};
use trialwise::hooks::{HookRequest, Services};

use super::ehr::fhir::{Fhir, Way};
use super::running::program;
use super::{on_sertraline, request};

const PATIENT: &str = "p1";

/// Settings of one client with this server.
fn settings(fhir: &Fhir, server: &str, dialect: &str) -> String {
    format!(
        "[clients.mercy]\nissuer = \"https://ehr.example.org\"\n[[clients.mercy.fhir]]\nurl = \"{}/\"\n{server}\n[clients.mercy.dialect]\n{dialect}",
        fhir.base()
    )
}

fn config(settings: &str) -> Config {
    Config::parse("test", settings).expect("settings")
}

/// What is fetched for a call that brings nothing but these members.
fn gathered(config: &Config, client: &str, members: Value) -> Gathered {
    let mut body = request(json!({}));
    for (name, value) in members.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let body = body.to_string();
    let services = Services::builtin().expect("sound");
    let definition = services.get("trialwise-patient-view").expect("there");
    actix_web::rt::System::new().block_on(async {
        let gather = Gather::new(config, false).expect("servers");
        let request = HookRequest::parse(body.as_bytes(), Answer::within(&Cell::new(1_000))).expect("a request");
        gather.gather(client, &request, None, definition, Instant::now() + Duration::from_secs(10)).await
    })
}

fn leave(fhir: &Fhir) -> Value {
    json!({ "fhirServer": fhir.base(), "fhirAuthorization": { "access_token": "t", "token_type": "Bearer" } })
}

const HERE: &str = "private_network = true";

#[test]
fn a_server_of_the_settings_is_asked_whichever_way_its_url_ends() {
    let fhir = Fhir::serving(&on_sertraline(PATIENT));
    let config = config(&settings(&fhir, HERE, ""));
    for url in [fhir.base(), fhir.base() + "/"] {
        let gathered = gathered(&config, "mercy", json!({ "fhirServer": url, "fhirAuthorization": { "access_token": "t" } }));
        assert_eq!(gathered.refused, None);
        assert!(gathered.fetched.values().all(|fetched| fetched.failure.is_none() && fetched.pages.len() == 1));
        assert_eq!(gathered.outcomes().into_iter().collect::<Vec<_>>(), [("had", gathered.fetched.len())]);
    }
}

#[test]
fn a_server_of_another_client_or_of_nobody_is_never_asked() {
    let (fhir, foreign) = (Fhir::serving(&json!({})), Fhir::serving(&json!({})));
    let config = config(&settings(&fhir, HERE, ""));
    let other_path = json!({ "fhirServer": fhir.base().replace("/r4", "/r5"), "fhirAuthorization": { "access_token": "t" } });
    for (client, members) in [("mercy", leave(&foreign)), ("other", leave(&fhir)), ("mercy", other_path)] {
        let gathered = gathered(&config, client, members);
        assert_eq!(gathered.refused, Some(Failure::UnknownServer));
        assert!(gathered.asked.is_empty() && gathered.fetched.values().all(|fetched| fetched.failure == Some(Failure::UnknownServer)));
    }
    assert_eq!((fhir.seen().len(), foreign.seen().len()), (0, 0));
}

#[test]
fn without_a_token_only_an_open_server_is_asked() {
    let fhir = Fhir::serving(&on_sertraline(PATIENT));
    let named = json!({ "fhirServer": fhir.base() });
    assert!(gathered(&config(&settings(&fhir, HERE, "")), "mercy", named.clone()).fetched.is_empty());
    assert!(fhir.seen().is_empty());
    let open = format!("{HERE}\nopen = true");
    assert!(!gathered(&config(&settings(&fhir, &open, "")), "mercy", named).fetched.is_empty());
    assert!(fhir.seen().iter().all(|seen| !seen.headers.contains_key("authorization")) && !fhir.seen().is_empty());
}

#[test]
fn a_name_that_leads_to_this_machine_is_refused_after_it_is_resolved() {
    let fhir = Fhir::serving(&json!({}));
    let by_name = fhir.base().replace("http://127.0.0.1", "https://localhost");
    let settings = settings(&fhir, "", "").replace(&fhir.base(), &by_name);
    let gathered = gathered(&config(&settings), "mercy", json!({ "fhirServer": by_name, "fhirAuthorization": { "access_token": "t" } }));
    assert!(gathered.fetched.values().all(|fetched| matches!(fetched.failure, Some(Failure::AddressRefused))), "{gathered:?}");
    assert!(fhir.seen().is_empty());
}

#[test]
fn a_server_in_the_house_has_to_be_configured_as_one() {
    let fhir = Fhir::serving(&json!({}));
    let refusal = Gather::new(&config(&settings(&fhir, "", "")), false).expect_err("refused").to_string();
    assert!(refusal.starts_with("clients.mercy.fhir[0]: ") && refusal.contains("private_network"), "{refusal}");
}

#[test]
fn the_dialect_says_how_to_ask() {
    let fhir = Fhir::serving(&on_sertraline(PATIENT));
    let dialect = "page_size = 7\npost_search = true\n[clients.mercy.dialect.queries]\nmedicationStatements = \"\"\n\
        surveys = \"Observation?patient={{context.patientId}}&category=survey\"";
    let gathered = gathered(&config(&settings(&fhir, HERE, dialect)), "mercy", leave(&fhir));
    assert_eq!(gathered.fetched["medicationStatements"].failure, Some(Failure::NotOffered));
    assert_eq!(gathered.fetched["surveys"].failure, None);
    let searches: Vec<_> = fhir.seen().into_iter().filter(|seen| seen.target != "/r4/Patient/p1").collect();
    assert_eq!(searches.len(), gathered.fetched.len() - 2);
    for seen in &searches {
        assert_eq!(seen.method, "POST");
        assert!(seen.target.ends_with("/_search") && !seen.target.contains(PATIENT), "{}", seen.target);
        assert_eq!(seen.headers["content-type"], "application/x-www-form-urlencoded");
        assert!(seen.body.ends_with("&_count=7"), "{}", seen.body);
    }
    assert!(searches.iter().any(|seen| seen.body == "patient=p1&category=survey&_count=7"));
}

#[test]
fn pages_and_medications_have_a_bound_and_both_of_its_sides_hold() {
    let mut record = on_sertraline(PATIENT);
    let score = record["observations"]["entry"][0].clone();
    let scores: Vec<Value> = (0..4).map(|_| score.clone()).collect();
    record["observations"]["entry"] = json!(scores);
    for (bound, failure) in [(4, None), (3, Some(Failure::TooManyPages))] {
        let fhir = Fhir::serving(&record).answers("Observation", Way::Pages);
        let gathered = gathered(&config(&settings(&fhir, HERE, &format!("max_pages = {bound}"))), "mercy", leave(&fhir));
        let fetched = &gathered.fetched["observations"];
        assert_eq!((fetched.pages.len(), fetched.failure), (bound, failure));
    }
    let dispense = |index: usize| {
        json!({ "resource": { "resourceType": "MedicationDispense", "id": format!("d{index}"), "status": "completed",
            "subject": { "reference": "Patient/p1" }, "medicationReference": { "reference": format!("Medication/m{index}") } } })
    };
    record["medicationDispenses"]["entry"] = json!((0..5).map(dispense).collect::<Vec<_>>());
    for (bound, unnamed, failure) in [(5_usize, 0, None), (4, 1, Some(Failure::TooManyMedications))] {
        let fhir = Fhir::serving(&record);
        (0..5).for_each(|index| fhir.hold(json!({ "resourceType": "Medication", "id": format!("m{index}") })));
        let dialect = format!("max_medications = {bound}\nmedications_per_request = 2");
        let medications = gathered(&config(&settings(&fhir, HERE, &dialect)), "mercy", leave(&fhir)).medications;
        assert_eq!((medications.unnamed, medications.failure), (unnamed, failure));
        assert_eq!(fhir.asked_for().iter().filter(|kind| *kind == "Medication").count(), bound.div_ceil(2));
    }
}

#[test]
fn an_answer_has_a_bound_and_so_have_all_answers_of_a_call_together() {
    let padded = |bytes: usize| {
        let mut record = on_sertraline(PATIENT);
        record["procedures"] = json!({ "resourceType": "Procedure", "id": "x", "status": "completed",
            "subject": { "reference": "Patient/p1" }, "code": { "text": "x".repeat(bytes) } });
        record
    };
    let dialect = "max_answer_bytes = 65536\nparallel = 1";
    for (bytes, failure) in [(64_000, None), (66_000, Some(Failure::TooLarge))] {
        let fhir = Fhir::serving(&padded(bytes));
        let gathered = gathered(&config(&settings(&fhir, HERE, dialect)), "mercy", leave(&fhir));
        assert_eq!(gathered.fetched["procedures"].failure, failure, "{bytes}");
    }
    // Each page is within its bound; five of them are more than four times that.
    let mut record = padded(60_000);
    let procedure = json!({ "resource": record["procedures"].clone() });
    record["procedures"] = json!({ "resourceType": "Bundle", "entry": [procedure, procedure, procedure, procedure, procedure] });
    let fhir = Fhir::serving(&record).answers("Procedure", Way::Pages);
    let fetched = &gathered(&config(&settings(&fhir, HERE, dialect)), "mercy", leave(&fhir)).fetched["procedures"];
    assert_eq!((fetched.pages.len(), fetched.failure), (4, Some(Failure::TooLarge)));
}

#[test]
fn nothing_is_waited_for_beyond_the_time_of_the_call_and_no_server_is_blamed_for_a_short_one() {
    let fhir = Fhir::serving(&on_sertraline(PATIENT)).answers("*", Way::Hangs);
    let config = config(&settings(&fhir, HERE, ""));
    let mut body = request(json!({}));
    body["fhirServer"] = json!(fhir.base());
    body["fhirAuthorization"] = json!({ "access_token": "t" });
    let body = body.to_string();
    let services = Services::builtin().expect("sound");
    let definition = services.get("trialwise-patient-view").expect("there");
    actix_web::rt::System::new().block_on(async {
        let gather = Gather::new(&config, false).expect("servers");
        let request = HookRequest::parse(body.as_bytes(), Answer::within(&Cell::new(1_000))).expect("a request");
        for _ in 0..3 {
            let begun = Instant::now();
            let gathered = gather.gather("mercy", &request, None, definition, begun + Duration::from_millis(300)).await;
            assert!(begun.elapsed() < Duration::from_millis(1_000), "{:?}", begun.elapsed());
            let outcomes = gathered.outcomes();
            assert_eq!(outcomes.keys().copied().collect::<Vec<_>>(), ["no-time", "timed-out"]);
            assert_eq!(outcomes["timed-out"], 6, "as many as run at once");
        }
    });
}

fn metadata(types: &[&str]) -> Value {
    let resources: Vec<Value> = types.iter().map(|kind| json!({ "type": kind, "searchParam": [{ "name": "patient" }] })).collect();
    // The path below the base is `metadata`.
    json!({ "resourceType": "CapabilityStatement", "id": "metadata", "fhirVersion": "4.0.1", "software": { "name": "Mock", "version": "1" },
        "rest": [{ "mode": "server", "resource": resources }] })
}

fn doctor(fhir: &Fhir, arguments: &[&str]) -> Output {
    let base = fhir.base();
    let first = ["doctor", "--client", "mercy", "--fhir", &base];
    program().args(first).args(arguments).output().expect("it runs")
}

const ALL: [&str; 12] = [
    "Patient",
    "Condition",
    "MedicationRequest",
    "MedicationDispense",
    "MedicationStatement",
    "MedicationAdministration",
    "Observation",
    "QuestionnaireResponse",
    "FamilyMemberHistory",
    "AllergyIntolerance",
    "Procedure",
    "Encounter",
];

#[test]
fn doctor_says_what_a_server_can_give_and_writes_its_dialect() {
    let without: Vec<&str> = ALL.into_iter().filter(|kind| !matches!(*kind, "MedicationStatement" | "MedicationDispense")).collect();
    let fhir = Fhir::serving(&on_sertraline(PATIENT)).answers("MedicationStatement", Way::Status(404));
    let fhir =
        fhir.answers("MedicationDispense", Way::OutcomeInAnswer).answers("AdverseEvent", Way::Status(403)).knowing(metadata(&without));
    let output = doctor(&fhir, &["--patient", PATIENT]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("FHIR 4.0.1, Mock 1"), "{text}");
    let line = |key: &str| text.lines().find(|line| line.trim_start().starts_with(key)).unwrap_or_else(|| panic!("{key}: {text}"));
    assert!(line("conditions").contains("yes") && line("conditions").contains("1 resource, 1 page"), "{text}");
    assert!(line("medicationStatements").contains("no: the FHIR server answered 404"), "{text}");
    assert!(line("adverseEvents").contains("no: the FHIR server answered 403"), "{text}");
    let snippet = text.split_once("\n\n").expect("a snippet").1;
    let dialect = config(&format!("clients.mercy.issuer = \"https://x.example\"\n{snippet}")).clients["mercy"].dialect.clone();
    // What is refused is left out; what is forbidden may be allowed tomorrow.
    assert_eq!(
        dialect.queries.into_iter().collect::<Vec<_>>(),
        [("medicationDispenses".to_owned(), String::new()), ("medicationStatements".to_owned(), String::new())]
    );
    // Every query once, and the medicines once more for the Medications that they refer to.
    assert_eq!(fhir.asked_for().iter().filter(|kind| *kind == "Condition").count(), 1);
}

#[test]
fn doctor_finds_out_that_searches_have_to_be_posted_without_a_page_size() {
    let fhir = Fhir::serving(&on_sertraline(PATIENT)).knowing(metadata(&ALL)).picky();
    let output = doctor(&fhir, &["--patient", PATIENT]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("\npage_size = 0\npost_search = true\n"), "{text}");
    assert!(!text.contains("queries"), "{text}");
}

#[test]
fn doctor_says_when_a_server_does_not_suffice_or_cannot_be_asked() {
    let fhir = Fhir::serving(&on_sertraline(PATIENT)).answers("Condition", Way::Status(403)).knowing(metadata(&ALL));
    assert_eq!(doctor(&fhir, &["--patient", PATIENT]).status.code(), Some(1));
    assert_eq!(doctor(&fhir, &[]).status.code(), Some(0), "as far as it says");
    let older = Fhir::serving(&json!({})).knowing(json!({ "resourceType": "Conformance", "id": "metadata", "fhirVersion": "1.0.2" }));
    let output = doctor(&older, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("FHIR 1.0.2, unnamed software; only R4 (4.0) can be read"));
    for arguments in [["--token-file", "/nowhere/token"], ["--config", "/nowhere/trialwise.toml"], ["--patients", "p1"]] {
        let output = doctor(&fhir, &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let away = Fhir::serving(&json!({})).answers("metadata", Way::Reset);
    let output = doctor(&away, &["--patient", PATIENT]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("trialwise: {}: the FHIR server could not be reached\n", away.base()));
}

#[test]
fn doctor_sends_the_token_of_the_file_and_shows_it_nowhere() {
    let fhir = Fhir::serving(&on_sertraline(PATIENT)).knowing(metadata(&ALL));
    let file = std::env::temp_dir().join(format!("trialwise-doctor-{}", std::process::id()));
    std::fs::write(&file, "Quartz-doctor-token\n").expect("written");
    let output = doctor(&fhir, &["--patient", PATIENT, "--token-file", file.to_str().expect("text")]);
    std::fs::remove_file(&file).expect("removed");
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("Quartz") && output.stderr.is_empty());
    for seen in fhir.seen() {
        let sent = seen.headers.get("authorization").map(String::as_str);
        assert_eq!(sent, (seen.target != "/r4/metadata").then_some("Bearer Quartz-doctor-token"), "{}", seen.target);
    }
}
