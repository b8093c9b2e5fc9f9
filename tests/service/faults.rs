//! Faults of others that must not be felt here: a server that hangs, a host in another time zone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::ehr::fhir::{Fhir, Way};
use super::running::program;
use super::{PATIENT_VIEW, client, on_sertraline, request, serving};

/// How long a call about this patient takes that has everything fetched from this server; and its status.
fn timed(base: &str, patient: &str, fhir: &Fhir) -> (Duration, u16) {
    let mut body = request(json!({}));
    body["context"]["patientId"] = json!(patient);
    body["fhirServer"] = json!(fhir.base());
    body["fhirAuthorization"] = json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read",
        "subject": "trialwise", "patient": patient });
    let begun = Instant::now();
    let status = client().post(format!("{base}{PATIENT_VIEW}")).json(&body).send().expect("an answer").status();
    (begun.elapsed(), status.as_u16())
}

#[test]
fn calls_about_one_server_do_not_wait_for_another_that_hangs() {
    let base = serving("");
    let well = Fhir::serving(&on_sertraline("well"));
    let middle = || {
        let mut times: Vec<Duration> = (0..30)
            .map(|_| {
                let (time, status) = timed(&base, "well", &well);
                assert_eq!(status, 200);
                time
            })
            .collect();
        times.sort();
        times[15]
    };
    let alone = middle();
    let over = AtomicBool::new(false);
    let beside = std::thread::scope(|scope| {
        // Each with a server of its own, so that none is left alone before all of them hang.
        for caller in 0..8 {
            let (base, over) = (&base, &over);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let hangs = Fhir::serving(&json!({})).answers("*", Way::Hangs);
                    let (time, status) = timed(base, &format!("hangs-{caller}"), &hangs);
                    assert_eq!(status, 412, "within the time of the call");
                    assert!(time < Duration::from_secs(4), "{time:?}");
                }
            });
        }
        let beside = middle();
        over.store(true, Ordering::Relaxed);
        beside
    });
    println!("half of the calls took less than {alone:?} alone, {beside:?} beside eight callers whose server hangs");
    // A hanging server takes 1.2 seconds; what is left is what a busy machine adds.
    assert!(beside < alone + Duration::from_millis(400), "{alone:?} alone, {beside:?} beside");
}

/// The day is the one that is asked for, whatever the host thinks of the time.
#[test]
fn a_verdict_hangs_on_its_day_and_not_on_the_time_zone_of_the_host() {
    let record = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cases/cross-taper-with-two-adequate-failures/bundle.json");
    // New Year's Eve, leap day, and days on which clocks are changed.
    for day in ["2026-12-31", "2027-01-01", "2028-02-29", "2026-03-08", "2026-03-29", "2026-11-01"] {
        let printed = |zone: &str| {
            let ran = program().args(["assess", record, "--format", "json", "--as-of", day]).env("TZ", zone).output().expect("it runs");
            assert!(ran.status.success(), "{ran:?}");
            ran.stdout
        };
        let utc = printed("UTC");
        assert!(String::from_utf8_lossy(&utc).contains(day));
        for zone in ["Pacific/Kiritimati", "America/Adak", "Europe/Vienna"] {
            assert!(printed(zone) == utc, "{day} in {zone}");
        }
    }
}
