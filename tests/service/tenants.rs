//! One client's trouble is not another's: how long calls of one take beside another whose FHIR server hangs, or who sends far too much.
//!
//! Told as a ratio at 99 of 100. Stretches with and without the trouble take turns, so that what else the machine does falls on both.
//! Short by default; `TRIALWISE_TENANT_SECONDS=60` takes as long as that on either side. Figures are printed (`--nocapture`), and should be of
//! a release: `TRIALWISE_TEST_BINARY=target/release/trialwise`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::web::Bytes;
use serde_json::json;

use super::driver::{Outcome, at_rate, block_on, caller, from_environment, timed, times, told, within};
use super::ehr::fhir::{Fhir, Way};
use super::site::Site;
use super::{on_sertraline, request};

/// How often the one that is watched calls in a second. In a minute that is enough for 99 of 100 to say something.
const RATE: f64 = 20.0;

/// How many turns stretches with and without the trouble take.
const TURNS: u32 = 2;

/// A call waits rather than be refused, so that a machine that has no time for either is told from a client who has none for the other.
const PATIENT: &str = "limits = { concurrent_calls = 8, head_ms = 60000, queue_ms = 60000, deadline_ms = 60000, body_ms = 300000 }";

/// The place of the client that is watched, and of the other.
const WELL: usize = 0;
const ILL: usize = 1;

/// How calls of the one went alone, and beside the other who makes these calls.
fn beside(site: &Site, ill_rate: f64, ill: &Bytes) -> ([Vec<Outcome>; 2], Vec<Outcome>) {
    let well = Bytes::from(request(on_sertraline("p1")).to_string());
    let stretch = Duration::from_secs(from_environment("TRIALWISE_TENANT_SECONDS", 4)) / TURNS;
    let watched = || {
        block_on(async {
            let caller = caller();
            at_rate(RATE, stretch, |begun, _| timed(begun, site.call(&caller, WELL, well.clone()))).await
        })
    };
    let mut found = [Vec::new(), Vec::new()];
    let mut of_ill = Vec::new();
    watched();
    for _ in 0..TURNS {
        found[0].extend(watched());
        let over = AtomicBool::new(false);
        std::thread::scope(|threads| {
            let troubling = threads.spawn(|| {
                block_on(async {
                    let (caller, mut all) = (caller(), Vec::new());
                    while !over.load(Ordering::Relaxed) {
                        all.extend(
                            at_rate(ill_rate, Duration::from_secs(1), |begun, _| timed(begun, site.call(&caller, ILL, ill.clone()))).await,
                        );
                    }
                    all
                })
            });
            // When the trouble has begun.
            std::thread::sleep(Duration::from_millis(200));
            found[1].extend(watched());
            over.store(true, Ordering::Relaxed);
            of_ill.extend(troubling.join().expect("it ends"));
        });
    }
    (found, of_ill)
}

/// Tells both, and fails where the one is troubled by the other: a call of it fails, or takes longer than a busy machine accounts for.
fn little_changes(what: &str, [alone, beside]: &[Vec<Outcome>; 2], ill: &[Outcome]) {
    println!("{what}: alone {}; beside {}; the other: {}", told(alone), told(beside), told(ill));
    let all_answered = |outcomes: &[Outcome]| outcomes.iter().all(|outcome| outcome.status == Some(200));
    assert!(all_answered(alone) && all_answered(beside), "{} | {}", told(alone), told(beside));
    let [alone, beside] = [alone, beside].map(|outcomes| times(outcomes, 200));
    for share in [0.5, 0.9, 0.99] {
        let [one, other] = [&alone, &beside].map(|times| within(times, share));
        println!("  p{:.0}: {one:.1?} alone, {other:.1?} beside, ratio {:.2}", share * 100.0, other.as_secs_f64() / one.as_secs_f64());
    }
    // Where calls waited for the other's, it would be for the 1.2 seconds that a FHIR server may take, or some would be refused. What is left
    // is what a busy machine adds, which the driver keeps busy too.
    let (one, other) = (within(&alone, 0.99), within(&beside, 0.99));
    assert!(other < one * 3 + Duration::from_secs(1), "{one:?} alone, {other:?} beside");
}

#[test]
fn calls_of_one_client_do_not_wait_for_the_fhir_server_of_another() {
    let hangs = Fhir::serving(&json!({})).answers("*", Way::Hangs);
    let of_ill = format!("private_network = true\n[[clients.ill.fhir]]\nurl = \"{}\"\nprivate_network = true\n", hangs.base());
    let site = Site::start(PATIENT, &[("well", ""), ("ill", &of_ill)]);
    let mut body = request(json!({}));
    body["fhirServer"] = json!(hangs.base());
    body["fhirAuthorization"] = json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read",
        "subject": "trialwise", "patient": "p1" });
    // What hangs before its server is left alone is more than there are turns.
    let (found, ill) = beside(&site, 20.0, &Bytes::from(body.to_string()));
    assert!(ill.iter().all(|outcome| matches!(outcome.status, Some(412 | 429 | 503))), "{}", told(&ill));
    assert!(ill.iter().any(|outcome| outcome.status == Some(412) && outcome.after > Duration::from_secs(1)), "it hangs: {}", told(&ill));
    little_changes("a FHIR server that hangs", &found, &ill);
}

#[test]
fn calls_of_one_client_do_not_wait_for_the_flood_of_another() {
    let site = Site::start(PATIENT, &[("well", ""), ("ill", "calls_per_second = 5")]);
    let (found, ill) = beside(&site, 50.0, &Bytes::from(request(on_sertraline("p1")).to_string()));
    assert!(ill.iter().all(|outcome| matches!(outcome.status, Some(200 | 429))), "{}", told(&ill));
    assert!(times(&ill, 429).len() > times(&ill, 200).len(), "most of it is too much: {}", told(&ill));
    little_changes("ten times as many calls as a client may make", &found, &ill);
}
