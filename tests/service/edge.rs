//! The whole edge at once: the program as a site runs it, and an EHR that signs, leaves the record to be fetched, and tells what became of
//! cards.
#![cfg(unix)]

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jsonwebtoken::Algorithm;
use regex_lite::{Captures, Regex};
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use super::ehr::fhir::{Fhir, Way};
use super::ehr::{Chart, Ehr, Signer};
use super::keyserver::{Answer, KeyServer};
use super::running::{Folder, Running};
use super::sample::{Proxy, Server, block_on};
use super::token::{self, claims};
use super::{PATIENT_VIEW, client, on_sertraline};

/// Where the services say they are.
const PUBLIC: &str = "https://cds.example.org/trialwise";
const NORTH: &str = "https://north.example.org";
const SOUTH: &str = "https://south.example.org";

/// Nobody but the audit and the FHIR server may see it: the log is watched for it.
const PATIENT: &str = "Quartzmarker-edge";
/// Nor this.
const TOKEN: &str = "Feedbackmarker-token";

/// Two clients: one with a key set and a FHIR server on the network, one with its keys in a file.
struct House {
    north: Arc<Signer>,
    south: token::Signer,
    keys: KeyServer,
    fhir: Fhir,
    record: Value,
}

impl House {
    fn new() -> House {
        let north = Signer::new(NORTH);
        let keys = KeyServer::start(Answer::Keys(north.key_set()));
        let record = until_today(&on_sertraline(PATIENT));
        let fhir = Fhir::serving(&record);
        House { north: Arc::new(north.publishing_at(&keys.url)), south: token::Signer::new(Algorithm::ES384, "s"), keys, fhir, record }
    }

    /// The settings of a site; `top` stands at their head, `showing` is what the northern client sees.
    fn settings(&self, top: &str, showing: &str) -> String {
        format!(
            "public_url = \"{PUBLIC}\"\ntime_zone = \"UTC\"\naudit.file = \"audit.ndjson\"\nlimits.deadline_ms = 20000\nlimits.queue_ms = 20000\n{top}\n\
             [store]\nurl = \"sqlite:store.db\"\nkey_file = \"hash.keys\"\nwait_ms = 10000\n\
             [clients.north]\nissuer = \"{NORTH}\"\njku = [\"{}\"]\nprivate_network = true\nshowing = {{ {showing} }}\n\
             [[clients.north.fhir]]\nurl = \"{}\"\nprivate_network = true\n\
             [clients.south]\nissuer = \"{SOUTH}\"\nkeys_file = \"south.json\"\n",
            self.keys.url,
            self.fhir.base()
        )
    }

    fn start(&self, variables: &[(&str, &str)]) -> Running {
        let folder = Folder::new();
        folder.write("south.json", &self.south.key_set().to_string());
        folder.write("hash.keys", "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=");
        Running::trusting(folder, &self.settings("", ""), variables)
    }

    fn ehr(&self, running: &Running) -> Ehr {
        Ehr::signing(&running.base, PUBLIC, self.north.clone(), Chart::of_prefetch(PATIENT, &self.record))
    }

    /// What the northern client sends: nothing but the leave to fetch.
    fn request(&self, ehr: &Ehr) -> Value {
        let mut request = ehr.request("patient-view");
        request.as_object_mut().expect("an object").remove("prefetch");
        request["fhirServer"] = json!(self.fhir.base());
        request["fhirAuthorization"] = json!({
            "access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "trialwise",
            "patient": PATIENT
        });
        request
    }

    /// How many cards the southern client is shown.
    fn cards_of_south(&self, running: &Running, ehr: &Ehr) -> usize {
        let token = self.south.token(claims(SOUTH, &format!("{PUBLIC}{PATIENT_VIEW}")));
        let call = client().post(format!("{}{PATIENT_VIEW}", running.base)).bearer_auth(token);
        let answer: Value = call.body(ehr.request("patient-view").to_string()).send().expect("an answer").json().expect("JSON");
        answer["cards"].as_array().unwrap_or_else(|| panic!("cards: {answer}")).len()
    }

    /// A token of the northern client for opening a chart.
    fn token(&self) -> String {
        self.north.token(&format!("{PUBLIC}{PATIENT_VIEW}"))
    }
}

/// The same record with every date moved, so that its day of 2026-03-02 is today.
fn until_today(record: &Value) -> Value {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let moved = today - "2026-03-02".parse::<Date>().expect("a date");
    let date = Regex::new("[0-9]{4}-[0-9]{2}-[0-9]{2}").expect("a pattern");
    let move_ = |found: &Captures<'_>| (found[0].parse::<Date>().expect("a date") + moved).to_string();
    serde_json::from_str(&date.replace_all(&record.to_string(), move_)).expect("JSON")
}

/// Sets this card aside, now.
fn feedback(card: &Value) -> Value {
    json!({ "feedback": [{ "card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": Timestamp::now().to_string() }] })
}

/// Fails unless the metric has a line that says this.
#[track_caller]
fn counted(running: &Running, line: &str) {
    let text = running.get("/metrics").text().expect("text");
    assert!(text.lines().any(|found| found == line), "{line}\n{text}");
}

#[test]
fn from_discovery_to_feedback() {
    let house = House::new();
    let running = house.start(&[]);
    let ehr = house.ehr(&running);
    assert_eq!(ehr.services().len(), 3);

    let answered = ehr.call(&house.request(&ehr));
    let id = answered.headers()["x-request-id"].to_str().expect("text").to_owned();
    let answer: Value = answered.json().expect("JSON");
    let card = &answer["cards"][0];
    assert_eq!(card["source"]["topic"]["code"], "complete-trial", "{answer}");
    assert!(!house.fhir.seen().is_empty());
    assert!(house.fhir.seen().iter().all(|seen| seen.headers["authorization"] == format!("Bearer {TOKEN}")));

    // The log: which call, whose, how long; nothing of the patient, whose id would end this test.
    let gathered = running.logged("\"gathered\"");
    assert_eq!(gathered["spans"][0]["request_id"], *id, "{gathered}");
    assert_eq!(gathered["client"], "north");
    let served = running.logged_times("\"served\"", 2).into_iter().find(|line| line["request_id"] == *id).expect("logged");
    assert_eq!((&served["client"], &served["service"]), (&json!("north"), &json!("trialwise-patient-view")));
    for part in ["jwt_ms", "queue_ms", "body_ms", "fhir_ms", "own_ms", "duration_ms"] {
        assert!(served[part].as_f64().is_some_and(|time| time > 0.0), "{part}: {served}");
    }

    // The audit, which names the patient.
    let audit = std::fs::read_to_string(running.folder.0.join("audit.ndjson")).expect("beside the settings");
    let events: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(events.len(), 1, "{audit}");
    assert_eq!(events[0]["entity"][0]["what"]["reference"], format!("{}/Patient/{PATIENT}", house.fhir.base()));
    assert_eq!(events[0]["entity"][2]["what"]["identifier"]["value"], *id);
    assert!(!audit.contains(TOKEN));

    // What is set aside stays so, and is on disk without the patient.
    assert_eq!(ehr.tell("patient-view", &feedback(card)).status(), 200);
    assert!(ehr.cards(&house.request(&ehr)).is_empty());
    let store = running.folder.0.join("store.db");
    let kept: Vec<String> = block_on(async {
        let mut connection = SqliteConnectOptions::new().filename(&store).read_only(true).connect().await.expect("open");
        sqlx::query_scalar("select card from feedback").fetch_all(&mut connection).await.expect("read")
    });
    assert_eq!(kept, [card["uuid"].as_str().expect("text")]);
    for name in ["store.db", "store.db-wal"] {
        let bytes = std::fs::read(running.folder.0.join(name)).expect("a file");
        assert!(!bytes.windows(PATIENT.len()).any(|part| part == PATIENT.as_bytes()), "{name}");
    }

    let of = "client=\"north\",service=\"trialwise-patient-view\"";
    counted(&running, &format!("trialwise_requests_total{{{of},status=\"2xx\",outcome=\"ok\"}} 2"));
    let feedback = "client=\"north\",service=\"/cds-services/{id}/feedback\"";
    counted(&running, &format!("trialwise_requests_total{{{feedback},status=\"2xx\",outcome=\"ok\"}} 1"));
    counted(&running, &format!("trialwise_cards_total{{{of},code=\"complete-trial\",variant=\"duration\",mode=\"visible\"}} 1"));
    counted(&running, "trialwise_feedback_total{client=\"north\",outcome=\"overridden\",reason=\"none\"} 1");
    counted(&running, "trialwise_jwks_fetches_total{client=\"north\",what=\"fetched\"} 1");
    counted(&running, "trialwise_fhir_circuit_open{client=\"north\"} 0");
    assert!(running.end(), "it ends well");
}

#[test]
fn a_token_opens_once() {
    let house = House::new();
    let running = house.start(&[]);
    let body = house.request(&house.ehr(&running)).to_string();
    let token = house.token();
    let call =
        || client().post(format!("{}{PATIENT_VIEW}", running.base)).bearer_auth(&token).body(body.clone()).send().expect("an answer");
    assert_eq!(call().status(), 200);
    let asked = house.fhir.seen().len();
    let again = call();
    assert_eq!(again.status(), 401);
    assert_eq!(house.fhir.seen().len(), asked);
    let told = running.logged("caller refused");
    assert_eq!(told["reason"], "token-replayed");
    assert_eq!(told["spans"][0]["request_id"], *again.headers()["x-request-id"].to_str().expect("text"), "{told}");
    assert!(!told.to_string().contains(token.rsplit('.').next().expect("a signature")));
    counted(
        &running,
        "trialwise_requests_total{client=\"none\",service=\"trialwise-patient-view\",status=\"4xx\",outcome=\"token-replayed\"} 1",
    );
}

#[test]
fn modes_and_the_kill_switch_follow_the_file() {
    let house = House::new();
    let running = house.start(&[]);
    let ehr = house.ehr(&running);
    let both = || (ehr.cards(&house.request(&ehr)).len(), house.cards_of_south(&running, &ehr));
    assert_eq!(both(), (1, 1));
    let mut taken = 0;
    let mut take = |top: &str, showing: &str, told: bool| {
        running.settings(&house.settings(top, showing));
        if told {
            running.signal("HUP");
        }
        taken += 1;
        running.logged_times("settings taken", taken);
    };
    // The file alone is enough; a signal makes it quicker.
    take("", "mode = \"silent\"", false);
    assert_eq!(both(), (0, 1));
    let shown =
        "trialwise_cards_total{client=\"north\",service=\"trialwise-patient-view\",code=\"complete-trial\",variant=\"duration\",mode";
    counted(&running, &format!("{shown}=\"silent\"}} 1"));
    take("", "max_cards = 0", true);
    assert_eq!(both(), (0, 1));
    take("", "mode = \"visible\", max_cards = 1", true);
    assert_eq!(both(), (1, 1));
    take("", "mode = \"off\"", true);
    let asked = house.fhir.seen().len();
    assert_eq!(both(), (0, 1));
    assert_eq!(house.fhir.seen().len(), asked, "off reads nothing");
    take("off = true", "", false);
    assert_eq!(both(), (0, 0));
    assert_eq!(running.call(PATIENT_VIEW, &json!({})).json::<Value>().expect("JSON"), json!({ "cards": [] }), "it waits for no key");
    take("", "", true);
    assert_eq!(both(), (1, 1));
}

#[test]
fn instances_on_one_postgresql_share_used_tokens_and_dismissals() {
    let Some(server) = Server::new() else { return };
    let house = House::new();
    let url = server.url();
    let [one, other] = [0, 1].map(|_| house.start(&[("TRIALWISE_STORE__URL", &url)]));
    let (first, second) = (house.ehr(&one), house.ehr(&other));
    let token = house.token();
    let call = |running: &Running| {
        let body = house.request(&first).to_string();
        client().post(format!("{}{PATIENT_VIEW}", running.base)).bearer_auth(&token).body(body).send().expect("an answer").status().as_u16()
    };
    assert_eq!((call(&one), call(&other)), (200, 401));
    assert_eq!(other.logged("caller refused")["reason"], "token-replayed");

    let cards = first.cards(&house.request(&first));
    assert_eq!(cards.len(), 1);
    assert_eq!(first.tell("patient-view", &feedback(&cards[0])).status(), 200);
    // What was shown last is written within moments of the answer, not before it.
    let rests = |ehr: &Ehr| (0..100).any(|_| ehr.cards(&house.request(ehr)).is_empty());
    assert!(rests(&second) && rests(&first));
}

/// Every call asks the store for its token before it takes a seat, and for what was shown while it asks the FHIR server.
#[test]
fn a_store_that_stalls_and_a_fhir_server_that_hangs_are_waited_for_at_once_and_the_store_not_for_long() {
    const WAIT: f64 = 1_000.0;
    let Some(server) = Server::new() else { return };
    let proxy = Proxy::before(&server.url());
    let house = House::new();
    drop(house.fhir.clone().answers("Observation", Way::Hangs));
    let running = house.start(&[("TRIALWISE_STORE__URL", &proxy.url), ("TRIALWISE_STORE__WAIT_MS", &WAIT.to_string())]);
    let ehr = house.ehr(&running);
    // The keys, and the first connections.
    assert_eq!(ehr.call(&house.request(&ehr)).status(), 200);
    let served = |count: usize| running.logged_times("\"served\"", count).remove(count - 1);
    let part = |line: &Value, name: &str| line[name].as_f64().unwrap_or_else(|| panic!("{name}: {line}"));
    let before = running.logged_times("\"served\"", 2).len();
    proxy.stall(true);
    for call in 1..=3 {
        assert_eq!(ehr.call(&house.request(&ehr)).status(), 200);
        let line = served(before + call);
        let [jwt, fhir, own] = ["jwt_ms", "fhir_ms", "own_ms"].map(|name| part(&line, name));
        println!("call {call} beside a store that stalls: {jwt:.0} ms for the token, {fhir:.0} ms for the FHIR server, {own:.0} ms beside");
        assert!(jwt >= WAIT && fhir >= WAIT, "both hang: {line}");
        assert!(own < WAIT, "what was shown is asked for meanwhile: {line}");
    }
    assert_eq!(ehr.call(&house.request(&ehr)).status(), 200);
    let line = served(before + 4);
    assert!(part(&line, "jwt_ms") < WAIT && part(&line, "own_ms") < WAIT, "nobody waits any more: {line}");
    proxy.stall(false);
    running.logged("the store is asked for used tokens");
    let token = house.token();
    let call = || client().post(format!("{}{PATIENT_VIEW}", running.base)).bearer_auth(&token).body(house.request(&ehr).to_string());
    assert_eq!([call(), call()].map(|call| call.send().expect("an answer").status().as_u16()), [200, 401]);
}
