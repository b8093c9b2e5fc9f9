//! The running service, driven from outside over HTTP: one executable, a file per concern.

mod answer;
mod attack;
mod attacks;
mod audit;
mod auth;
mod bounds;
mod browser;
mod checked;
mod conformance;
mod cors;
mod demo;
mod dialect;
mod discovery;
mod driver;
mod edge;
mod ehr;
mod examples;
mod faults;
mod feedback;
mod gather;
mod health;
mod instance;
mod keys;
mod keyserver;
mod load;
mod loader;
mod log;
mod manual;
mod metrics;
mod mode;
mod one_patient;
mod orders;
mod path;
mod population;
mod program;
mod refusal;
mod reload;
mod replay;
mod running;
#[path = "../../src/feedback/sample.rs"]
mod sample;
mod sandbox;
mod serve;
mod settings;
mod site;
mod smuggling;
mod soak;
mod store;
mod tenants;
mod tls;
mod token;
mod trace;
mod watched;

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use actix_web::web::Data;
use checked::{Answered, faults};
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use trialwise::auth::Callers;
use trialwise::clinical::knowledge::Knowledge;
use trialwise::config::Config;
use trialwise::feedback::Store;
use trialwise::hooks::Services;
use trialwise::server::{State, service};
use trialwise::telemetry;

/// The limit that the service under test has.
const MAX_BODY_BYTES: usize = 1024 * 1024;

const PATIENT_VIEW: &str = "/cds-services/trialwise-patient-view";

/// What stands in requests all over this suite and may never stand in a log, a metric, a trace or an error.
const MARKERS: [&str; 5] = ["Quartzmarker", "Feedbackmarker", "Zebedee", "1980-01-01", "sertraline"];

/// Fails whoever writes a marker: the call that is logged, and with it its test.
fn watch(written: &str) {
    if let Some(marker) = MARKERS.iter().find(|marker| written.contains(**marker)) {
        // The service's own panic hook tells places alone.
        eprintln!("`{marker}` was written: {written}");
        panic!("a marker was written");
    }
}

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        watch(&String::from_utf8_lossy(bytes));
        LOG.lock().expect("no test panics while it logs").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that the service has logged.
fn logged() -> String {
    String::from_utf8(LOG.lock().expect("no test panics while it logs").clone()).expect("text")
}

/// The address of the one service that all tests share.
fn base() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| serving(&format!("[limits]\nmax_body_bytes = {MAX_BODY_BYTES}\ndeadline_ms = 60000\nqueue_ms = 60000")))
}

/// The address of a service of its own, in development, with these settings.
fn serving(settings: &str) -> String {
    format!("http://{}", start(state(&Config::parse("test", settings).expect("settings"), true)))
}

/// A service that is about to start; its store is in memory unless the settings say otherwise.
fn state(config: &Config, dev: bool) -> State {
    let mut config = config.clone();
    config.store.url.get_or_insert_with(|| "sqlite::memory:".into());
    let store = Store::start(&config.store).expect("settings");
    State::new(&config, Services::builtin().expect("sound"), Knowledge::builtin(), store, dev).expect("settings")
}

/// Starts the log that all services of this executable share.
fn start_log() {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        telemetry::start_to(|| LogWriter, true, false);
        // The log tells a panic by its place alone; a test that fails may say more.
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            eprintln!("{panic}");
            told(panic);
        }));
    });
}

/// Starts a service that ends with the tests; returns its address.
fn start(state: State) -> SocketAddr {
    start_log();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async { service(Data::new(state), listener).expect("it starts").await })
    });
    address
}

/// A service outside development with these settings, which name who may call.
fn trusting(settings: &str) -> String {
    let config = Config::parse("test", settings).expect("settings");
    let callers = Callers::new(&config).expect("sound");
    format!("http://{}", start(state(&config, false).trusting(callers)))
}

fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    // The service gives an idle connection up after five seconds; one is not taken again when that may be under way.
    CLIENT.get_or_init(|| Client::builder().pool_idle_timeout(Duration::from_secs(2)).build().expect("a client"))
}

fn get(path: &str) -> Response {
    client().get(format!("{}{path}", base())).send().expect("an answer")
}

fn post(path: &str) -> RequestBuilder {
    client().post(format!("{}{path}", base()))
}

/// Posts text as JSON. Cards that come back are checked.
#[track_caller]
fn call(path: &str, body: impl Into<String>) -> Answered {
    let response = post(path).header(CONTENT_TYPE, "application/json").body(body.into()).send().expect("an answer");
    let answered = Answered::from(response);
    if answered.status() == 200 && path.contains("/cds-services/") && !path.ends_with("/feedback") {
        let faults = faults(&answered.json().expect("JSON"));
        assert!(faults.is_empty(), "{faults:#?}");
    }
    answered
}

/// A hook request with this prefetch.
fn request(prefetch: Value) -> Value {
    json!({
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": { "userId": "Practitioner/u1", "patientId": "p1" },
        "prefetch": prefetch,
        "extension": { "org.trialwise.as-of": "2026-03-02" },
    })
}

/// A patient of 46 with depression, on sertraline 50 mg for 30 days, PHQ-9 18 to 16.
fn on_sertraline(patient: &str) -> Value {
    let subject = json!({ "reference": format!("Patient/{patient}") });
    let resource = |mut resource: Value| {
        resource["subject"] = subject.clone();
        json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "resource": resource }] })
    };
    let score = |id: &str, date: &str, score: i32| {
        let code = json!({ "coding": [{ "system": "http://loinc.org", "code": "44261-6" }] });
        json!({ "resource": { "resourceType": "Observation", "id": id, "status": "final", "code": code, "subject": subject,
            "effectiveDateTime": date, "valueInteger": score } })
    };
    let mut prefetch = prefetch();
    prefetch["patient"]["id"] = json!(patient);
    prefetch["conditions"] = resource(json!({
        "resourceType": "Condition", "id": "c1", "onsetDateTime": "2025-12-01",
        "clinicalStatus": { "coding": [{ "code": "active" }] },
        "code": { "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F33.1" }] },
    }));
    prefetch["medicationDispenses"] = resource(json!({
        "resourceType": "MedicationDispense", "id": "d1", "status": "completed", "whenHandedOver": "2026-02-01",
        "daysSupply": { "value": 60 }, "quantity": { "value": 60, "unit": "tablet" },
        "medicationCodeableConcept": medicine("312941", "sertraline 50 MG Oral Tablet"),
        "dosageInstruction": [once_a_day()],
    }));
    let scores = [score("o1", "2026-01-30", 18), score("o2", "2026-02-28", 16)];
    prefetch["observations"] = json!({ "resourceType": "Bundle", "type": "searchset", "entry": scores });
    prefetch
}

fn medicine(rxnorm: &str, name: &str) -> Value {
    json!({ "text": name, "coding": [{ "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxnorm, "display": name }] })
}

fn once_a_day() -> Value {
    json!({
        "doseAndRate": [{ "doseQuantity": { "value": 1, "unit": "tablet" } }],
        "timing": { "repeat": { "frequency": 1, "period": 1, "periodUnit": "d" } },
    })
}

/// A prefetch that answers for everything and holds next to nothing.
fn prefetch() -> Value {
    let empty = json!({ "resourceType": "Bundle", "type": "searchset", "total": 0 });
    let services = Services::builtin().expect("sound");
    let needs = services.get("trialwise-patient-view").expect("there").needs.keys();
    let mut prefetch: Value = needs.map(|key| (key.clone(), empty.clone())).collect();
    prefetch["patient"] = json!({ "resourceType": "Patient", "id": "p1", "birthDate": "1980-01-01", "gender": "female",
        "name": [{ "family": "Quartzmarker" }], "identifier": [{ "value": "Quartzmarker-1" }] });
    prefetch
}

/// Fails unless the answer is an OperationOutcome with this status; returns what it says.
#[track_caller]
fn refused(response: impl Into<Answered>, status: u16) -> String {
    let response = response.into();
    assert_eq!(response.status().as_u16(), status);
    let content_type = response.headers()[CONTENT_TYPE].to_str().expect("text").to_owned();
    assert!(content_type.contains("json"), "{content_type}");
    let outcome: Value = response.json().expect("JSON");
    assert_eq!(outcome["resourceType"], "OperationOutcome", "{outcome}");
    assert_eq!(outcome["issue"][0]["severity"], "error");
    outcome["issue"][0].to_string()
}
