//! Every way in which somebody else may try to call. Each is the same 401, whose reason the log alone has.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::auth::{A, B, C, PUBLIC, call, house, let_in, reason, sound, turned_away};
use super::keyserver::{Answer, KeyServer};
use super::token::{Signer, base64, claims, now, symmetric, with, without};
use super::{PATIENT_VIEW, client, logged};

#[test]
fn no_algorithm() {
    for name in ["none", "None", "NONE", "nOnE", "", "ES512", "HS384x"] {
        let header = base64(json!({ "alg": name, "kid": "a-1", "typ": "JWT" }).to_string().as_bytes());
        let message = format!("{header}.{}", base64(sound(A).to_string().as_bytes()));
        turned_away(&format!("{message}."), "token-algorithm");
        let signature = house().a.token(sound(A)).rsplit('.').next().expect("three parts").to_owned();
        turned_away(&format!("{message}.{signature}"), "token-algorithm");
        turned_away(&message, "token-malformed");
    }
    turned_away(&house().a.sign(without(house().a.header(), "alg"), sound(A)), "token-malformed");
}

#[test]
fn the_public_key_as_a_secret() {
    let house = house();
    for signer in [&house.a, &house.a_rsa] {
        let header = json!({ "alg": "HS256", "kid": signer.key_id, "typ": "JWT" });
        let jwk = signer.jwk();
        for secret in [signer.public_pem.as_bytes(), signer.public_pem.trim().as_bytes(), jwk.to_string().as_bytes(), b""] {
            turned_away(&symmetric(header.clone(), sound(A), secret), "token-algorithm");
        }
    }
}

#[test]
fn another_algorithm_of_the_same_key() {
    let house = house();
    // RS256 is not the client's; nor is ES256, though it has a key for it.
    turned_away(&house.a_rsa.as_if(Algorithm::RS256, "a-2").token(sound(A)), "token-algorithm");
    turned_away(&house.a_rsa.as_if(Algorithm::RS256, "a-3").token(sound(A)), "token-algorithm");
    turned_away(&house.a_rsa.as_if(Algorithm::PS384, "a-2").token(sound(A)), "token-algorithm");
    // This client may use RS256, but not with a key that is for PS256.
    let rsa = house.b.last().expect("RS256");
    turned_away(&rsa.as_if(Algorithm::RS256, "b-PS256").token(sound(B)), "token-algorithm");
    // The header says one thing and the signature another.
    turned_away(&house.a_rsa.as_if(Algorithm::RS256, "a-2").sign(house.a_rsa.header(), sound(A)), "wrong-signature");
}

#[test]
fn the_wrong_curve() {
    let house = house();
    let p256 = Signer::new(Algorithm::ES256, "a-1");
    turned_away(&p256.token(sound(A)), "token-algorithm");
    turned_away(&p256.sign(house.a.header(), sound(A)), "wrong-signature");
    turned_away(&house.a.sign(with(house.a.header(), json!({ "kid": "a-4" })), sound(A)), "token-algorithm");
    turned_away(&house.a.sign(with(house.a.header(), json!({ "kid": "a-2" })), sound(A)), "token-algorithm");
}

#[test]
fn a_signature_that_is_none() {
    let token = house().a.token(sound(A));
    let (message, signature) = token.rsplit_once('.').expect("three parts");
    let doubled = format!("{signature}{signature}");
    let changed = format!("{}{}", &signature[1..], &signature[..1]);
    for signature in [&base64(&[0; 96]), &base64(&[0xff; 96]), &base64(&[0; 48]), "", "AA", &signature[..20], &doubled, &changed, "=", "%%"]
    {
        turned_away(&format!("{message}.{signature}"), "wrong-signature");
    }
    let mut der = vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    turned_away(&format!("{message}.{}", base64(&der)), "wrong-signature");
    der.resize(96, 0);
    turned_away(&format!("{message}.{}", base64(&der)), "wrong-signature");
    let (header, _) = message.split_once('.').expect("two parts");
    let others = base64(with(sound(A), json!({ "exp": now() + 600 })).to_string().as_bytes());
    turned_away(&format!("{header}.{others}.{signature}"), "wrong-signature");
    turned_away(&format!("{header}.{others}.{signature}.{signature}"), "token-malformed");
}

#[test]
fn the_id_of_the_key() {
    let house = house();
    let named = |kid: Value| house.a.sign(with(house.a.header(), json!({ "kid": kid })), sound(A));
    for kid in
        ["../../../../dev/null", "/etc/passwd", "x' UNION SELECT 'a'; --", "a-1\u{0}", "A-1", " a-1", "a-1;b", "https://evil.example/k"]
    {
        turned_away(&named(json!(kid)), "unknown-key");
    }
    for kid in [json!(""), Value::Null, json!("k".repeat(513))] {
        turned_away(&named(kid), "token-id");
    }
    for kid in [json!(1), json!(["a-1"]), json!({ "a": 1 })] {
        turned_away(&named(kid), "token-malformed");
    }
    turned_away(&house.a.sign(without(house.a.header(), "kid"), sound(A)), "token-id");
    turned_away(&house.a.sign(r#"{"alg":"ES384","kid":"a-1","kid":"a-1"}"#, sound(A)), "token-malformed");
    turned_away(&house.a.sign(r#"{"alg":"ES384","alg":"ES384","kid":"a-1"}"#, sound(A)), "token-malformed");
}

#[test]
fn a_key_within_the_token() {
    let house = house();
    let own = Signer::new(Algorithm::ES384, "a-1");
    for more in [
        json!({ "jwk": own.jwk() }),
        json!({ "jwk": own.jwk(), "kid": "own" }),
        json!({ "x5u": "https://evil.example/chain.pem" }),
        json!({ "x5c": ["MIIB"] }),
        json!({ "x5c": [] }),
    ] {
        turned_away(&own.sign(with(own.header(), more.clone()), sound(A)), "token-brings-key");
        turned_away(&house.a.sign(with(house.a.header(), more), sound(A)), "token-brings-key");
    }
    turned_away(&own.token(sound(A)), "wrong-signature");
    for crit in [json!(["exp"]), json!(["b64"]), json!([])] {
        turned_away(&house.a.sign(with(house.a.header(), json!({ "crit": crit, "b64": false })), sound(A)), "token-critical");
    }
    for typ in ["at+jwt", "JOSE", "", "dpop+jwt"] {
        turned_away(&house.a.sign(with(house.a.header(), json!({ "typ": typ })), sound(A)), "token-type");
    }
}

#[test]
fn the_place_of_the_keys() {
    let house = house();
    let own = Signer::new(Algorithm::ES384, "own");
    let attacker = KeyServer::start(Answer::Keys(own.key_set()));
    let good = &house.a_url;
    let (host, path) = good.trim_start_matches("http://").split_once('/').expect("a path");
    let (name, port) = host.split_once(':').expect("a port");
    let at_attacker = attacker.url.trim_start_matches("http://");
    for url in [
        attacker.url.clone(),
        format!("{good}?redirect={}", attacker.url),
        format!("{good}#"),
        format!("{good}/"),
        format!("http://{host}//{path}"),
        format!("http://{host}/x/../{path}"),
        format!("http://{host}/{}", path.replace("jwks", "JWKS")),
        format!("http://{host}/{}", path.replace('.', "%2e")),
        format!("http://{host}@{at_attacker}"),
        format!("http://user@{host}/{path}"),
        format!("HTTP://{host}/{path}"),
        format!("https://{host}/{path}"),
        format!("http://{name}.:{port}/{path}"),
        format!("http://localhost:{port}/{path}"),
        format!("http://2130706433:{port}/{path}"),
        format!("http://{name}/{path}"),
        format!("http://{name}:0{port}/{path}"),
        format!("http://{name}:80/{path}"),
        "https://xn--hr-a-example-org.evil.example/jwks".to_owned(),
        "https://ehr\u{2010}a.example.org/jwks".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!(" {good}"),
        format!("{good}\n"),
        String::new(),
    ] {
        turned_away(&own.sign(with(own.header(), json!({ "jku": url })), sound(A)), "foreign-jku");
        turned_away(&house.a.sign(with(house.a.header(), json!({ "jku": url })), sound(A)), "foreign-jku");
    }
    turned_away(&house.a.sign(with(house.a.header(), json!({ "jku": [good] })), sound(A)), "token-malformed");
    assert_eq!(attacker.fetches(), 0);
}

#[test]
fn the_times() {
    let house = house();
    let timed = |changes: Value| house.a.token(with(sound(A), changes));
    let now = now();
    for (changes, why) in [
        (json!({ "exp": now - 61, "iat": now - 300 }), "token-expired"),
        (json!({ "exp": 0 }), "token-expired"),
        (json!({ "exp": -1 }), "token-expired"),
        (json!({ "exp": -1e300 }), "token-expired"),
        (json!({ "nbf": now + 120 }), "token-not-yet"),
        (json!({ "iat": now + 120 }), "token-not-yet"),
        (json!({ "iat": now + 400_000_000, "exp": now + 400_000_300 }), "token-not-yet"),
        (json!({ "iat": now - 400_000_000 }), "token-life"),
        (json!({ "iat": 0 }), "token-life"),
        (json!({ "exp": now + 10 * 365 * 86_400 }), "token-life"),
        (json!({ "exp": 1e300 }), "token-life"),
        (json!({ "exp": u64::MAX }), "token-life"),
        (json!({ "exp": (now + 300).to_string() }), "token-malformed"),
        (json!({ "exp": null }), "token-malformed"),
        (json!({ "iat": null }), "token-malformed"),
        (json!({ "nbf": "now" }), "token-malformed"),
    ] {
        turned_away(&timed(changes), why);
    }
    for name in ["exp", "iat", "iss", "aud", "jti"] {
        turned_away(&house.a.token(without(sound(A), name)), "token-malformed");
    }
    // Both clocks a minute apart, in either direction, and fractions of a second.
    let_in(&timed(json!({ "exp": now - 30, "iat": now - 330 })));
    let_in(&timed(json!({ "exp": now + 330, "iat": now + 30, "nbf": now + 30 })));
    let_in(&timed(json!({ "exp": 300.5 + now as f64, "iat": 0.25 + now as f64 })));
}

#[test]
fn the_audience() {
    let house = house();
    let meant = |audience: Value| house.a.token(with(sound(A), json!({ "aud": audience })));
    let ours = format!("{PUBLIC}{PATIENT_VIEW}");
    let_in(&meant(json!([ours])));
    let_in(&meant(json!(["https://other.example.org/cds-services/x", ours])));
    let_in(&meant(json!(format!("{ours}/"))));
    let_in(&meant(json!(format!("{PUBLIC}/cds-services//trialwise-patient-view"))));
    let_in(&house.b[0].token(with(sound(B), json!({ "aud": "typed-in" }))));
    for audience in [
        json!(format!("{PUBLIC}/cds-services")),
        json!(format!("{PUBLIC}/cds-services/trialwise-order-sign")),
        json!(format!("{ours}/feedback")),
        json!(format!("{}{PATIENT_VIEW}", house.base)),
        json!(format!("https://cds.example.org{PATIENT_VIEW}")),
        json!(format!("https://cds.example.org.evil.example/trialwise{PATIENT_VIEW}")),
        json!(["https://other.example.org"]),
        json!([]),
        json!(""),
        json!("typed-in"),
        json!(ours.replace("https", "http")),
    ] {
        turned_away(&meant(audience), "wrong-audience");
    }
    turned_away(&meant(json!({ "a": ours })), "token-malformed");
    // What the caller says of the host changes nothing.
    let here = house.a.token(claims(A, &format!("https://spoofed.example{PATIENT_VIEW}")));
    let spoofed = client()
        .post(format!("{}{PATIENT_VIEW}", house.base))
        .bearer_auth(here)
        .header("host", "spoofed.example")
        .header("x-forwarded-host", "spoofed.example")
        .header("x-forwarded-proto", "https")
        .body("{}")
        .send();
    assert_eq!(reason(&spoofed.expect("an answer")), "wrong-audience");
}

#[test]
fn the_name_of_the_issuer() {
    let house = house();
    for issuer in [
        format!("{A}/"),
        A.to_uppercase(),
        A.replace("https", "http"),
        format!("{A}.evil.example"),
        A.replace("ehr-a", "\u{435}hr-a"),
        format!(" {A}"),
        format!("{A}\n{{\"level\":\"INFO\"}}"),
        String::new(),
    ] {
        turned_away(&house.a.token(sound(&issuer)), "unknown-issuer");
    }
    for issuer in [json!([A]), json!({ "a": A }), Value::Null, json!(5)] {
        turned_away(&house.a.token(with(sound(A), json!({ "iss": issuer }))), "token-malformed");
    }
    assert!(logged().lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "each line of the log is whole");
}

#[test]
fn the_same_token_again() {
    let token = house().a.token(sound(A));
    let_in(&token);
    turned_away(&token, "token-replayed");
    let again = with(sound(A), json!({ "jti": "again" }));
    let_in(&house().a.token(again.clone()));
    turned_away(&house().a.token(with(again, json!({ "exp": now() + 200 }))), "token-replayed");
    let_in(&house().b[0].token(with(sound(B), json!({ "jti": "again" }))));
    for id in [json!(""), json!("j".repeat(513))] {
        turned_away(&house().a.token(with(sound(A), json!({ "jti": id }))), "token-id");
    }
}

#[test]
fn one_client_as_another() {
    let house = house();
    turned_away(&house.a.token(sound(B)), "token-algorithm");
    turned_away(&house.b[0].token(sound(A)), "token-algorithm");
    turned_away(&house.a.token(with(sound(C), json!({ "tenant": "north" }))), "unknown-key");
    let organisation = |signer: &Signer, tenant: Value| signer.token(with(sound(C), json!({ "tenant": tenant })));
    let_in(&organisation(&house.north, json!("north")));
    turned_away(&organisation(&house.north, json!("south")), "wrong-signature");
    turned_away(&organisation(&house.south, json!("north")), "wrong-signature");
    for tenant in [json!("east"), json!("North"), json!(""), Value::Null] {
        turned_away(&organisation(&house.north, tenant), "unknown-tenant");
    }
    turned_away(&house.north.token(sound(C)), "unknown-tenant");
    turned_away(&house.a.token(with(sound(A), json!({ "tenant": "north" }))), "unknown-tenant");
}

#[test]
fn a_token_that_is_too_long_or_no_token() {
    let house = house();
    for bytes in [8 * 1024, 64 * 1024] {
        turned_away(&house.a.token(with(sound(A), json!({ "more": "x".repeat(bytes) }))), "token-too-long");
    }
    let_in(&house.a.token(with(sound(A), json!({ "more": "x".repeat(5_000) }))));
    for token in ["x", "..", "a.b.c", "e30.e30.e30", "....", "\u{1f600}.a.b", "e30.e30.", &base64(b"{\"alg\":\"ES384\",\"kid\":\"a-1\"}")] {
        let response = call(token);
        assert_eq!(response.status(), 401, "{token}");
    }
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    turned_away(&house.a.sign(house.a.header(), &deep), "token-malformed");
    turned_away(&house.a.sign(&deep, sound(A)), "token-malformed");
}
