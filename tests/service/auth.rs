//! Who may call, and what is asked of them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::OnceLock;

use jsonwebtoken::Algorithm;
use reqwest::Method;
use reqwest::blocking::Response;
use serde_json::{Value, json};

use super::keyserver::{Answer, KeyServer};
use super::token::{Signer, claims, with, without};
use super::{PATIENT_VIEW, client, logged, prefetch, refused, request, trusting};

/// The URL under which the service is called, as its settings say: behind a proxy that takes a path away.
pub const PUBLIC: &str = "https://cds.example.org/trialwise";
pub const A: &str = "https://ehr-a.example.org";
pub const B: &str = "https://ehr-b.example.org";
pub const C: &str = "https://ehr-c.example.org";

/// A service that trusts three clients.
pub struct House {
    pub base: String,
    /// Fetches its keys; usual algorithms.
    pub a: Signer,
    pub a_rsa: Signer,
    pub a_url: String,
    /// Has its keys in a file; every algorithm; an audience that was typed in.
    pub b: Vec<Signer>,
    /// Two organisations with one issuer.
    pub north: Signer,
    pub south: Signer,
}

pub fn house() -> &'static House {
    static HOUSE: OnceLock<House> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let (a, a_rsa) = (Signer::new(Algorithm::ES384, "a-1"), Signer::new(Algorithm::RS384, "a-2"));
        let mut any_rsa = a_rsa.as_if(Algorithm::RS384, "a-3").jwk();
        any_rsa.as_object_mut().expect("an object").remove("alg");
        let es256 = Signer::new(Algorithm::ES256, "a-4");
        let keys = KeyServer::start(Answer::Keys(json!({ "keys": [a.jwk(), a_rsa.jwk(), any_rsa, es256.jwk()] })));
        let rsa = Signer::new(Algorithm::RS256, "b-rs256");
        let mut b = vec![Signer::new(Algorithm::ES256, "b-es256"), Signer::new(Algorithm::EdDSA, "b-eddsa")];
        b.extend([Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512].map(|one| rsa.as_if(one, &format!("b-{one:?}"))));
        b.push(rsa);
        let file = |name: &str, signers: &[&Signer]| {
            let path = std::env::temp_dir().join(format!("trialwise-{}-{name}.json", std::process::id()));
            let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
            std::fs::write(&path, json!({ "keys": keys }).to_string()).expect("a file");
            path
        };
        let (north, south) = (Signer::new(Algorithm::ES384, "one"), Signer::new(Algorithm::ES384, "one"));
        let (b_file, north_file, south_file) =
            (file("b", &b.iter().collect::<Vec<_>>()), file("north", &[&north]), file("south", &[&south]));
        let base = trusting(&format!(
            "public_url = \"{PUBLIC}/\"\n\
             [clients.a]\nissuer = \"{A}\"\njku = [\"{}\"]\nprivate_network = true\n\
             [clients.b]\nissuer = \"{B}\"\nkeys_file = {b_file:?}\naudiences = [\"typed-in\"]\n\
             algorithms = [\"ES256\", \"RS256\", \"RS512\", \"PS256\", \"PS384\", \"PS512\", \"EdDSA\"]\n\
             [clients.north]\nissuer = \"{C}\"\ntenant = \"north\"\nkeys_file = {north_file:?}\n\
             [clients.south]\nissuer = \"{C}\"\ntenant = \"south\"\nkeys_file = {south_file:?}\n\
             calls_per_second = 1\n",
            keys.url
        ));
        House { base, a, a_rsa, a_url: keys.url, b, north, south }
    })
}

/// Sound claims for opening a chart.
pub fn sound(issuer: &str) -> Value {
    claims(issuer, &format!("{PUBLIC}{PATIENT_VIEW}"))
}

pub fn call(token: &str) -> Response {
    let body = request(prefetch()).to_string();
    client().post(format!("{}{PATIENT_VIEW}", house().base)).bearer_auth(token).body(body).send().expect("an answer")
}

/// The word that the log has for why a call failed.
pub fn reason(response: &Response) -> String {
    let id = response.headers()["x-request-id"].to_str().expect("text");
    let log = logged();
    let line = log.lines().find(|line| line.contains(id) && line.contains("\"served\"")).expect("logged");
    let line: Value = serde_json::from_str(line).expect("JSON");
    line["error"].as_str().unwrap_or_default().to_owned()
}

/// Fails unless the token is turned away for this reason, which the log tells and the answer does not.
#[track_caller]
pub fn turned_away(token: &str, why: &str) {
    let response = call(token);
    assert_eq!(reason(&response), why, "{token}");
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    let said = refused(response, 401);
    static SAID: OnceLock<String> = OnceLock::new();
    assert_eq!(&said, SAID.get_or_init(|| said.clone()), "the same for all");
    let signed = token.rsplit('.').next().unwrap_or_default();
    assert!(signed.len() < 20 || !logged().contains(signed), "the token is in the log");
    assert!(token.len() < 20 || !logged().contains(token), "the token is in the log");
}

#[track_caller]
pub fn let_in(token: &str) {
    let response = call(token);
    assert_eq!(response.status(), 200, "{}", reason(&response));
}

#[test]
fn a_signed_token_of_a_trusted_client_opens_every_path() {
    let house = house();
    for (method, path, body, status) in [
        (Method::GET, "/cds-services", String::new(), 200),
        (Method::HEAD, "/cds-services", String::new(), 200),
        (Method::POST, PATIENT_VIEW, request(prefetch()).to_string(), 200),
        (Method::POST, "/cds-services/trialwise-patient-view/feedback", json!({ "feedback": [] }).to_string(), 200),
        (Method::POST, "/assess", prefetch()["patient"].to_string(), 200),
        (Method::POST, "/cds-services/no-such-service", String::new(), 404),
    ] {
        let token = house.a.token(claims(A, &format!("{PUBLIC}{path}")));
        let response = client().request(method, format!("{}{path}", house.base)).bearer_auth(token).body(body).send().expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{path}: {}", reason(&response));
    }
}

#[test]
fn without_a_token_only_health_and_preflights_are_answered() {
    let base = &house().base;
    for (method, path) in [
        (Method::GET, "/cds-services"),
        (Method::HEAD, "/cds-services"),
        (Method::POST, PATIENT_VIEW),
        (Method::POST, "/cds-services/trialwise-order-select"),
        (Method::POST, "/cds-services/trialwise-order-sign"),
        (Method::POST, "/cds-services/no-such-service"),
        (Method::POST, "/cds-services/trialwise-patient-view/feedback"),
        (Method::POST, "/assess"),
        (Method::POST, "//cds-services//trialwise-patient-view/"),
    ] {
        let response = client().request(method.clone(), format!("{base}{path}")).body("{}").send().expect("an answer");
        assert_eq!(response.status(), 401, "{method} {path}");
        assert_eq!(reason(&response), "no-token");
    }
    for (method, path) in [(Method::GET, "/health/live"), (Method::GET, "/health/ready"), (Method::OPTIONS, PATIENT_VIEW)] {
        let response = client().request(method, format!("{base}{path}")).send().expect("an answer");
        assert!(response.status().is_success(), "{path}");
    }
}

#[test]
fn in_development_a_token_is_not_looked_at() {
    let response = super::post(PATIENT_VIEW).bearer_auth("nonsense").body(request(prefetch()).to_string()).send().expect("an answer");
    assert_eq!(response.status(), 200);
}

#[test]
fn each_algorithm_that_a_client_is_allowed_opens() {
    let house = house();
    let_in(&house.a.token(sound(A)));
    let_in(&house.a_rsa.token(sound(A)));
    let_in(&house.a_rsa.as_if(Algorithm::RS384, "a-3").token(sound(A)));
    house.b.iter().for_each(|signer| let_in(&signer.token(sound(B))));
    let_in(&house.a.sign(with(house.a.header(), json!({ "jku": house.a_url })), sound(A)));
    let_in(&house.a.sign(without(house.a.header(), "typ"), sound(A)));
    let_in(&house.b[0].sign(with(house.b[0].header(), json!({ "jku": "https://nowhere.example" })), sound(B)));
}

#[test]
fn a_page_that_may_call_can_read_why_it_was_turned_away_and_another_cannot() {
    let base = trusting(&format!(
        "public_url = \"{PUBLIC}\"\ncors.origins = [\"https://app.example.org\"]\n[clients.a]\nissuer = \"{A}\"\njku = [\"{}\"]\nprivate_network = true\n",
        house().a_url
    ));
    let call = |origin: &str| client().post(format!("{base}{PATIENT_VIEW}")).header("origin", origin).body("{}").send().expect("an answer");
    let response = call("https://app.example.org");
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.org");
    assert!(!call("https://evil.example").headers().contains_key("access-control-allow-origin"));
    let preflight = client()
        .request(Method::OPTIONS, format!("{base}{PATIENT_VIEW}"))
        .header("origin", "https://app.example.org")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    assert!(preflight.send().expect("an answer").status().is_success());
}

#[test]
fn a_body_is_not_read_before_its_sender_is_known() {
    let mut connection = TcpStream::connect(house().base.trim_start_matches("http://")).expect("a connection");
    let head = format!("POST {PATIENT_VIEW} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 1000000000\r\n\r\n");
    connection.write_all(head.as_bytes()).expect("sent");
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 401");
}

#[test]
fn no_other_scheme_and_no_second_header_is_taken() {
    let house = house();
    let token = house.a.token(sound(A));
    let post_to = |query: &str| client().post(format!("{}{PATIENT_VIEW}{query}", house.base)).body(request(prefetch()).to_string());
    let post = || post_to("");
    for header in ["", "Bearer", "Bearer ", "Basic YTpi", &token, &format!("Token {token}"), &format!("Bearer{token}")] {
        let response = post().header("authorization", header).send().expect("an answer");
        assert_eq!(response.status(), 401, "{header}");
    }
    let twice = post().header("authorization", format!("Bearer {token}")).header("authorization", "Bearer x").send().expect("an answer");
    assert_eq!(reason(&twice), "no-token");
    let response = post_to(&format!("?access_token={token}")).send().expect("an answer");
    assert_eq!(reason(&response), "no-token");
    assert_eq!(post().header("authorization", format!("bearer  {token}")).send().expect("an answer").status(), 200);
}

#[test]
fn a_client_that_calls_too_often_is_told_when_to_come_again() {
    let house = house();
    let south = || house.south.token(with(sound(C), json!({ "tenant": "south" })));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            std::thread::spawn({
                let token = south();
                move || call(&token)
            })
        })
        .collect();
    let mut answers = calls.into_iter().map(|call| call.join().expect("an answer"));
    let throttled = answers.find(|answer| answer.status() == 429).expect("one of twenty, where one a second is taken");
    assert_eq!(throttled.headers()["retry-after"], "1");
    assert_eq!(reason(&throttled), "too-many-calls");
    refused(throttled, 429);
    // Another client has its own share, and whoever only says that it is this client takes none of it.
    let_in(&house.north.token(with(sound(C), json!({ "tenant": "north" }))));
}
