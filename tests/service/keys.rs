//! Where the keys of clients come from, and what becomes of them when their server fails. Hours pass here by being said to.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, join_all};
use jsonwebtoken::Algorithm;
use serde_json::json;
use trialwise::auth::{Caller, Callers, Refusal, SettingsError, SharedMemory, Unavailable};
use trialwise::config::Config;

use super::keyserver::{Answer, KeyServer};
use super::token::{Signer, claims, now, with};
use super::{PATIENT_VIEW, client, prefetch, request, trusting};

const PUBLIC: &str = "https://cds.example.org";
const EHR: &str = "https://ehr.example.org";
const HOUR: i64 = 3600;

fn settings(key_set: &str) -> String {
    format!("public_url = \"{PUBLIC}\"\n[clients.ehr]\nissuer = \"{EHR}\"\njku = [\"{key_set}\"]\nprivate_network = true\n")
}

fn callers(settings: &str) -> Callers {
    Callers::new(&Config::parse("test", settings).expect("settings")).expect("sound")
}

/// A client with its server of keys, seen at times of our choosing.
struct Visit {
    callers: Callers,
    server: KeyServer,
    begun: i64,
}

impl Visit {
    fn new(answer: Answer) -> Visit {
        let server = KeyServer::start(answer);
        Visit { callers: callers(&settings(&server.url)), server, begun: now() }
    }

    /// A call signed by this one, so many seconds after the beginning.
    async fn call(&self, signer: &Signer, after: i64) -> Result<Caller, Refusal> {
        let now = self.begun + after;
        let claims = with(claims(EHR, &format!("{PUBLIC}{PATIENT_VIEW}")), json!({ "iat": now, "exp": now + 300 }));
        self.callers.caller(Some(&format!("Bearer {}", signer.token(claims))), PATIENT_VIEW, now).await
    }

    /// Fails unless the call is let in.
    #[track_caller]
    fn in_(&self, called: Result<Caller, Refusal>) {
        assert_eq!(called.map(|caller| caller.name.to_string()), Ok("ehr".to_owned()));
    }
}

fn unknown(key_id: &str) -> Refusal {
    Refusal::UnknownKey(format!("{key_id:?}"))
}

/// Waits until the server was asked so often.
async fn asked(server: &KeyServer, times: usize) {
    for _ in 0..1_000 {
        if server.fetches() >= times {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("asked {} times, not {times}", server.fetches());
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let visit = Visit::new(Answer::Keys(signer.key_set()));
    for after in [0, 1, 600] {
        visit.in_(visit.call(&signer, after).await);
    }
    assert_eq!(visit.server.fetches(), 1);
    visit.in_(visit.call(&signer, 601).await);
    asked(&visit.server, 2).await;
}

#[tokio::test]
async fn a_key_that_is_new_is_fetched_and_one_that_was_taken_out_is_gone() {
    let (old, new) = (Signer::new(Algorithm::ES384, "old"), Signer::new(Algorithm::ES384, "new"));
    let visit = Visit::new(Answer::Keys(old.key_set()));
    visit.in_(visit.call(&old, 0).await);
    visit.server.set(Answer::Keys(new.key_set()));
    visit.in_(visit.call(&old, 1).await);
    visit.in_(visit.call(&new, 2).await);
    assert_eq!(visit.server.fetches(), 2);
    assert_eq!(visit.call(&old, 3).await.unwrap_err(), unknown("old"));
    visit.in_(visit.call(&new, 4).await);
}

#[tokio::test]
async fn for_an_unknown_key_the_set_is_fetched_once_in_a_minute() {
    let (signer, stranger) = (Signer::new(Algorithm::ES384, "1"), Signer::new(Algorithm::ES384, "2"));
    let visit = Visit::new(Answer::Keys(signer.key_set()));
    visit.in_(visit.call(&signer, 0).await);
    for (after, fetches) in [(1, 2), (2, 2), (60, 2), (61, 3), (62, 3)] {
        assert_eq!(visit.call(&stranger, after).await.unwrap_err(), unknown("2"));
        assert_eq!(visit.server.fetches(), fetches, "{after}");
    }
    visit.in_(visit.call(&signer, 63).await);
}

#[tokio::test]
async fn a_hundred_unknown_keys_at_once_are_one_fetch() {
    let (old, new) = (Signer::new(Algorithm::ES384, "old"), Signer::new(Algorithm::ES384, "new"));
    let visit = Visit::new(Answer::Keys(old.key_set()));
    visit.in_(visit.call(&old, 0).await);
    visit.server.set(Answer::Held(new.key_set()));
    let calls = join_all((0..100).map(|_| visit.call(&new, 1)));
    let release = async {
        asked(&visit.server, 2).await;
        visit.server.release();
    };
    for called in tokio::join!(calls, release).0 {
        visit.in_(called);
    }
    assert_eq!(visit.server.fetches(), 2);
}

#[test]
fn a_hundred_calls_with_unknown_keys_are_one_fetch_over_the_network_too() {
    let (old, new) = (Signer::new(Algorithm::ES384, "old"), Signer::new(Algorithm::ES384, "new"));
    let server = KeyServer::start(Answer::Keys(old.key_set()));
    let base = trusting(&settings(&server.url));
    let call = |signer: &Signer| {
        let token = signer.token(claims(EHR, &format!("{PUBLIC}{PATIENT_VIEW}")));
        client().post(format!("{base}{PATIENT_VIEW}")).bearer_auth(token).body(request(prefetch()).to_string())
    };
    assert_eq!(call(&old).send().expect("an answer").status(), 200);
    assert_eq!(server.fetches(), 1, "at the start or at the first call");
    server.set(Answer::Keys(json!({ "keys": [] })));
    let calls: Vec<_> = (0..100).map(|_| call(&new)).map(|call| std::thread::spawn(|| call.send().expect("an answer").status())).collect();
    assert!(calls.into_iter().all(|call| call.join().expect("an answer") == 401));
    assert_eq!(server.fetches(), 2);
}

#[tokio::test]
async fn keys_hold_for_a_day_when_their_server_is_down() {
    let signer = Signer::new(Algorithm::ES384, "1");
    for failure in [Answer::Closed, Answer::Status(500), Answer::Html, Answer::Endless, Answer::Redirect("http://127.0.0.1:1/".to_owned())]
    {
        let visit = Visit::new(Answer::Keys(signer.key_set()));
        visit.in_(visit.call(&signer, 0).await);
        visit.server.set(failure.clone());
        visit.in_(visit.call(&signer, HOUR).await);
        asked(&visit.server, 2).await;
        visit.in_(visit.call(&signer, 24 * HOUR).await);
        asked(&visit.server, 3).await;
        assert_eq!(visit.call(&signer, 24 * HOUR + 70).await.unwrap_err(), Refusal::NoKeys, "{failure:?}");
        visit.server.set(Answer::Keys(signer.key_set()));
        visit.in_(visit.call(&signer, 24 * HOUR + 140).await);
    }
}

#[tokio::test]
async fn a_key_that_is_exchanged_while_its_server_is_down_is_taken_when_it_is_back() {
    let (old, new) = (Signer::new(Algorithm::ES384, "old"), Signer::new(Algorithm::ES384, "new"));
    let visit = Visit::new(Answer::Keys(old.key_set()));
    visit.in_(visit.call(&old, 0).await);
    visit.server.set(Answer::Closed);
    assert_eq!(visit.call(&new, 100).await.unwrap_err(), unknown("new"));
    visit.in_(visit.call(&old, 101).await);
    visit.server.set(Answer::Keys(new.key_set()));
    assert_eq!(visit.call(&new, 159).await.unwrap_err(), unknown("new"), "it is asked once a minute");
    visit.in_(visit.call(&new, 160).await);
    assert_eq!(visit.call(&old, 161).await.unwrap_err(), unknown("old"));
}

#[tokio::test]
async fn keys_that_were_fetched_by_a_clock_that_ran_ahead_are_renewed_when_it_is_put_right() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let visit = Visit::new(Answer::Keys(signer.key_set()));
    visit.in_(visit.call(&signer, 365 * 24 * HOUR).await);
    visit.in_(visit.call(&signer, 0).await);
    asked(&visit.server, 2).await;
}

#[tokio::test]
async fn a_server_of_keys_that_was_never_there_costs_its_own_client_alone() {
    let (signer, other) = (Signer::new(Algorithm::ES384, "1"), Signer::new(Algorithm::ES384, "2"));
    let (server, others) = (KeyServer::start(Answer::Closed), KeyServer::start(Answer::Keys(other.key_set())));
    let second = settings(&others.url).replace(EHR, "https://other.example.org").replace("clients.ehr", "clients.other");
    let both = settings(&server.url) + second.split_once('\n').expect("lines").1;
    let visit = Visit { callers: callers(&both), server, begun: now() };
    visit.callers.prepare(visit.begun).await;
    assert_eq!(visit.call(&signer, 0).await.unwrap_err(), Refusal::NoKeys);
    let token = other.token(claims("https://other.example.org", &format!("{PUBLIC}{PATIENT_VIEW}")));
    assert!(visit.callers.caller(Some(&format!("Bearer {token}")), PATIENT_VIEW, now()).await.is_ok());
    visit.server.set(Answer::Keys(signer.key_set()));
    assert_eq!(visit.call(&signer, 9).await.unwrap_err(), Refusal::NoKeys, "it is asked every ten seconds");
    visit.in_(visit.call(&signer, 10).await);
}

#[tokio::test]
async fn a_slow_server_of_keys_is_not_waited_for() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let visit = Visit::new(Answer::Held(signer.key_set()));
    let begun = std::time::Instant::now();
    assert_eq!(visit.call(&signer, 0).await.unwrap_err(), Refusal::NoKeys);
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(4),
        "half of the deadline of two seconds, not the five of a fetch: {:?}",
        begun.elapsed()
    );
    visit.server.release();
    // The set was fetched all the same, by the call that gave up.
    let mut called = visit.call(&signer, 1).await;
    for _ in 0..50 {
        if called.is_ok() {
            break;
        }
        called = visit.call(&signer, 1).await;
    }
    visit.in_(called);
    assert_eq!(visit.server.fetches(), 1);
}

#[tokio::test]
async fn a_set_that_drips_is_given_up() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let visit = Visit::new(Answer::Drip);
    visit.callers.prepare(visit.begun).await;
    assert_eq!(visit.call(&signer, 0).await.unwrap_err(), Refusal::NoKeys);
}

#[tokio::test]
async fn a_set_that_does_not_end_is_given_up_at_its_size() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let visit = Visit::new(Answer::Endless);
    visit.callers.prepare(visit.begun).await;
    assert_eq!(visit.call(&signer, 0).await.unwrap_err(), Refusal::NoKeys);
    // A quarter of a megabyte is read; the rest waits in the buffers of the connection.
    assert!(visit.server.sent() < 32 * 1024 * 1024, "{} bytes", visit.server.sent());
}

#[tokio::test]
async fn a_name_that_leads_into_the_house_is_not_followed() {
    let inside = TcpListener::bind("127.0.0.1:0").expect("a free port");
    inside.set_nonblocking(true).expect("asked, not awaited");
    let key_set = format!("https://localhost:{}/jwks", inside.local_addr().expect("an address").port());
    let signer = Signer::new(Algorithm::ES384, "1");
    let token = format!("Bearer {}", signer.token(claims(EHR, &format!("{PUBLIC}{PATIENT_VIEW}"))));
    let called = |private_network: &'static str| {
        let settings = settings(&key_set).replace("private_network = true", private_network);
        let token = token.clone();
        async move { callers(&settings).caller(Some(&token), PATIENT_VIEW, now()).await.unwrap_err() }
    };
    assert_eq!(called("").await, Refusal::NoKeys);
    assert_eq!(inside.accept().expect_err("nobody came").kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(called("private_network = true").await, Refusal::NoKeys);
    assert!(inside.accept().is_ok(), "where it is meant, it is followed");
}

#[tokio::test]
async fn other_settings_keep_keys_and_used_tokens() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let server = KeyServer::start(Answer::Keys(signer.key_set()));
    let bearer = || format!("Bearer {}", signer.token(claims(EHR, &format!("{PUBLIC}{PATIENT_VIEW}"))));
    let (before, used) = (callers(&settings(&server.url)), bearer());
    assert!(before.caller(Some(&used), PATIENT_VIEW, now()).await.is_ok());
    let other = Config::parse("test", &settings(&server.url).replace("clients.ehr", "clients.renamed")).expect("settings");
    let after = before.renewed(&other).expect("sound");
    assert_eq!(after.caller(Some(&used), PATIENT_VIEW, now()).await.unwrap_err(), Refusal::Replayed);
    assert_eq!(&*after.caller(Some(&bearer()), PATIENT_VIEW, now()).await.expect("let in").name, "renamed");
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn organisations_with_one_key_set_fetch_it_once() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let server = KeyServer::start(Answer::Keys(signer.key_set()));
    let organisation = |name: &str| settings(&server.url).replace("clients.ehr]", &format!("clients.{name}]\ntenant = \"{name}\""));
    let both = organisation("north") + organisation("south").split_once('\n').expect("lines").1;
    let callers = callers(&both);
    for name in ["north", "south"] {
        let claims = with(claims(EHR, &format!("{PUBLIC}{PATIENT_VIEW}")), json!({ "tenant": name }));
        let called = callers.caller(Some(&format!("Bearer {}", signer.token(claims))), PATIENT_VIEW, now()).await;
        assert_eq!(&*called.expect("let in").name, name);
    }
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let elsewhere = KeyServer::start(Answer::Keys(signer.key_set()));
    let visit = Visit::new(Answer::Redirect(elsewhere.url.clone()));
    assert_eq!(visit.call(&signer, 0).await.unwrap_err(), Refusal::NoKeys);
    assert_eq!((visit.server.fetches(), elsewhere.fetches()), (1, 0));
}

#[tokio::test]
async fn a_key_that_cannot_be_used_costs_itself_alone() {
    let signer = Signer::new(Algorithm::ES384, "good");
    let spoilt = |changes| with(Signer::new(Algorithm::ES384, "bad").jwk(), changes);
    let named = |name: &str, jwk| with(jwk, json!({ "kid": name }));
    let bad = [
        spoilt(json!({ "use": "enc" })),
        spoilt(json!({ "key_ops": ["encrypt"] })),
        spoilt(json!({ "d": "AAAA" })),
        spoilt(json!({ "crv": "P-521" })),
        spoilt(json!({ "crv": "P-256" })),
        spoilt(json!({ "alg": "ES256" })),
        spoilt(json!({ "alg": "ECDH-ES" })),
        spoilt(json!({ "x": "AAAA" })),
        spoilt(json!({ "x": 5 })),
        named("bad", json!({ "kty": "oct", "k": "AAAA" })),
        named("bad", json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" })),
        json!(null),
        json!([]),
    ];
    let mut keys = bad.to_vec();
    keys.push(with(signer.jwk(), json!({ "use": "sig", "key_ops": ["verify"], "iat": 1700000000, "exp": 1.5 })));
    let visit = Visit::new(Answer::Keys(json!({ "keys": keys })));
    visit.in_(visit.call(&signer, 0).await);
    assert_eq!(visit.call(&Signer::new(Algorithm::ES384, "bad"), 1).await.unwrap_err(), unknown("bad"));
}

#[tokio::test]
async fn of_two_keys_with_one_id_either_may_sign() {
    let (first, second) = (Signer::new(Algorithm::ES384, "1"), Signer::new(Algorithm::ES384, "1"));
    let visit = Visit::new(Answer::Keys(json!({ "keys": [first.jwk(), second.jwk()] })));
    visit.in_(visit.call(&first, 0).await);
    visit.in_(visit.call(&second, 1).await);
    assert_eq!(visit.call(&Signer::new(Algorithm::ES384, "1"), 2).await.unwrap_err(), Refusal::Signature);
}

/// What two instances share.
#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<String>>,
    gone: bool,
}

impl SharedMemory for Shared {
    fn first<'a>(&'a self, sender: &'a str, token_id: &'a str, _: i64) -> BoxFuture<'a, Result<bool, Unavailable>> {
        Box::pin(async move {
            let name = format!("{sender} {token_id}");
            let mut seen = self.seen.lock().expect("whole");
            if self.gone {
                return Err(Unavailable);
            }
            let first = !seen.contains(&name);
            seen.push(name);
            Ok(first)
        })
    }
}

#[tokio::test]
async fn a_token_is_used_once_on_all_instances_that_share_a_memory() {
    let signer = Signer::new(Algorithm::ES384, "1");
    let server = KeyServer::start(Answer::Keys(signer.key_set()));
    let token = || format!("Bearer {}", signer.token(claims(EHR, &format!("{PUBLIC}{PATIENT_VIEW}"))));
    let shared = Arc::new(Shared::default());
    let instance = |memory: &Arc<Shared>| callers(&settings(&server.url)).sharing(memory.clone());
    let (one, two, used) = (instance(&shared), instance(&shared), token());
    assert!(one.caller(Some(&used), PATIENT_VIEW, now()).await.is_ok());
    assert_eq!(two.caller(Some(&used), PATIENT_VIEW, now()).await.unwrap_err(), Refusal::Replayed);
    assert!(two.caller(Some(&token()), PATIENT_VIEW, now()).await.is_ok());

    let alone = instance(&Arc::new(Shared { gone: true, ..Shared::default() }));
    assert!(alone.caller(Some(&used), PATIENT_VIEW, now()).await.is_ok(), "hooks are answered without the store");
    assert_eq!(alone.caller(Some(&used), PATIENT_VIEW, now()).await.unwrap_err(), Refusal::Replayed);
}

#[test]
fn settings_that_let_in_anybody_or_nobody_are_refused() {
    let refused = |client: &str| {
        let all = format!("public_url = \"{PUBLIC}\"\n[clients.ehr]\n{client}\n");
        let refused = Callers::new(&Config::parse("test", &all).expect("settings")).err().expect("refused");
        assert!(matches!(refused, SettingsError::Client { .. }), "{refused}");
        refused.to_string()
    };
    let jku = format!("jku = [\"{EHR}/jwks\"]");
    let issuer = format!("issuer = \"{EHR}\"");
    for (client, words) in [
        (format!("issuer = \"https://sandbox.cds-hooks.org\"\n{jku}"), "private key is public"),
        (format!("issuer = \"https://sandbox.CDS-hooks.org/\"\n{jku}"), "private key is public"),
        (format!("issuer = \"\"\n{jku}"), "issuer"),
        (issuer.clone(), "jku"),
        (format!("{issuer}\n{jku}\nalgorithms = []"), "algorithms"),
        (format!("{issuer}\njku = [\"http://ehr.example.org/jwks\"]"), "https"),
        (format!("{issuer}\njku = [\"https://127.0.0.1/jwks\"]"), "private_network"),
        (format!("{issuer}\njku = [\"https://[fd00::1]/jwks\"]"), "private_network"),
        (format!("{issuer}\njku = [\"http://169.254.169.254/jwks\"]\nprivate_network = true"), "may not be asked"),
        (format!("{issuer}\nkeys_file = \"/no/such/file\""), "/no/such/file"),
        (format!("{issuer}\nkeys_file = \"Cargo.toml\""), "Cargo.toml"),
        (format!("{issuer}\n{jku}\n[clients.second]\n{issuer}\n{jku}"), "clients.ehr"),
    ] {
        let said = refused(&client);
        assert!(said.starts_with("clients.") && said.contains(words) && !said.contains('\n'), "{said}");
    }
    let whole = |text: &str| Callers::new(&Config::parse("test", text).expect("settings")).err().expect("refused").to_string();
    assert!(whole("").contains("trusted client"));
    let client = format!("[clients.ehr]\n{issuer}\n{jku}");
    assert!(whole(&client).contains("public_url is missing"));
    assert!(whole(&format!("public_url = \"{PUBLIC}/?a=b\"\n{client}")).contains("query"));
}

#[test]
fn a_file_of_keys_may_hold_keys_for_other_things_but_no_broken_and_no_private_ones() {
    let good = Signer::new(Algorithm::ES384, "1").jwk();
    let read = |keys: serde_json::Value| {
        let file = std::env::temp_dir().join(format!("trialwise-{}-file-of-keys.json", std::process::id()));
        std::fs::write(&file, json!({ "keys": keys }).to_string()).expect("a file");
        let client = format!("[clients.ehr]\nissuer = \"{EHR}\"\nkeys_file = {file:?}\n");
        let config = Config::parse("test", &format!("public_url = \"{PUBLIC}\"\n{client}")).expect("settings");
        Callers::new(&config).map(drop).map_err(|error| error.to_string())
    };
    let encryption = with(good.clone(), json!({ "use": "enc" }));
    assert_eq!(read(json!([encryption, good])), Ok(()));
    for (keys, words) in [
        (json!([]), "no key"),
        (json!([encryption]), "no key"),
        (json!([good, with(good.clone(), json!({ "d": "AAAA" }))]), "private part"),
        (json!([good, with(good.clone(), json!({ "kid": "" }))]), "kid"),
        (json!([good, 5]), "JSON Web Key"),
        (json!({}), "JSON Web Key Set"),
    ] {
        let said = read(keys).expect_err("refused");
        assert!(said.starts_with("clients.ehr: keys_file ") && said.contains(words), "{said}");
    }
}
