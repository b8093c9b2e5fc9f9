//! Hours of a working day in little: calls at a steady rate, and what becomes of memory, descriptors and times; and the start.
//!
//! Short by default. `TRIALWISE_SOAK_SECONDS=600` and `TRIALWISE_SOAK_RATE=50` ask for more. Figures are printed (`--nocapture`), and should be of
//! a release: `TRIALWISE_TEST_BINARY=target/release/trialwise`.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use serde_json::json;

use super::driver::{Outcome, at_rate, bare, block_on, from_environment, times, told, within};
use super::load::of_size;
use super::running::memory;
use super::site::Site;
use super::{PATIENT_VIEW, on_sertraline, request};

/// What a process held at one moment: memory in bytes, and descriptors.
struct Held {
    memory: u64,
    descriptors: usize,
}

fn held(process: u32) -> Held {
    let descriptors = std::fs::read_dir(format!("/proc/{process}/fd")).expect("it runs").count();
    Held { memory: memory(process, "VmRSS:"), descriptors }
}

/// The one in the middle.
fn middle<T: Ord + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort();
    values[values.len() / 2]
}

/// A call as they come in a day: charts of several sizes and patients, a card that is set aside, and now and then something that is refused.
fn call(site: &Site, bodies: &[Bytes], number: u32) -> Bytes {
    match number % 20 {
        0 => {
            let item = json!({ "card": format!("soak-{number}"), "outcome": "overridden", "outcomeTimestamp": "2026-03-02T10:00:00Z" });
            let body = json!({ "feedback": [item] }).to_string();
            site.bare(0, &format!("{PATIENT_VIEW}/feedback"), body.as_bytes())
        }
        1 => site.bare(0, PATIENT_VIEW, b"{ no JSON"),
        2 => site.bare(0, PATIENT_VIEW, request(json!({})).to_string().as_bytes()),
        _ => site.bare(0, PATIENT_VIEW, &bodies[number as usize % bodies.len()]),
    }
}

#[test]
fn at_a_steady_rate_memory_descriptors_and_times_stay_as_they_are() {
    let time = Duration::from_secs(from_environment("TRIALWISE_SOAK_SECONDS", 6));
    let rate = from_environment("TRIALWISE_SOAK_RATE", 10) as f64;
    // A machine that does much else may leave little time for it: what is asked is what changes, not how soon it refuses.
    let patient = "limits = { head_ms = 60000, body_ms = 300000, queue_ms = 60000, deadline_ms = 60000 }";
    let site = Site::start(patient, &[("ehr", "")]);
    let mut bodies: Vec<Bytes> = (0..50)
        .map(|number| {
            let mut body = request(on_sertraline(&format!("soak-{number}")));
            body["context"]["patientId"] = json!(format!("soak-{number}"));
            body.to_string().into()
        })
        .collect();
    bodies.extend([30, 100, 300].map(|kilobytes| Bytes::from(of_size(kilobytes * 1024))));
    let process = site.running.id();
    let (outcomes, all_held, at_rest) = block_on(async {
        let one = |begun, number| bare(begun, site.address(), call(&site, &bodies, number));
        // What is made once is made before it begins.
        at_rate(rate, Duration::from_secs(2), one).await;
        let watching = async {
            let mut all = Vec::new();
            let begun = tokio::time::Instant::now();
            while begun.elapsed() < time {
                all.push(held(process));
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            all
        };
        let at_rest = held(process).descriptors;
        let (outcomes, all_held) = tokio::join!(at_rate(rate, time, one), watching);
        (outcomes, all_held, at_rest)
    });
    println!("{rate} calls a second for {time:?}: {}", told(&outcomes));
    assert!(outcomes.iter().all(|outcome| matches!(outcome.status, Some(200 | 400 | 412))), "{}", told(&outcomes));

    let third = all_held.len() / 3;
    let (first, last) = (&all_held[..third], &all_held[all_held.len() - third..]);
    let [before, after] = [first, last].map(|part| middle(part.iter().map(|held| held.memory)));
    let growth = after as f64 / before as f64 - 1.0;
    let hours = time.as_secs_f64() * 2.0 / 3.0 / 3600.0;
    let slope = (after as f64 - before as f64) / 1024.0 / 1024.0 / hours;
    println!(
        "  memory: {:.1} MB in the first third, {:.1} MB in the last: {:+.1} %, {slope:+.0} MB an hour",
        before as f64 / 1024.0 / 1024.0,
        after as f64 / 1024.0 / 1024.0,
        growth * 100.0
    );
    assert!(growth < 0.25, "{growth}");

    let most = all_held.iter().map(|held| held.descriptors).max().expect("some");
    // Those of the last answers are closed when the system comes to it.
    let until = Instant::now() + Duration::from_secs(60);
    while held(process).descriptors > at_rest + 8 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(100));
    }
    let left = held(process).descriptors;
    println!("  descriptors: {at_rest} at rest before, at most {most} meanwhile, {left} at rest after");
    assert!(left <= at_rest + 8, "{at_rest}, then {left}");

    let of = |from: u32, to: u32| {
        let part: Vec<Outcome> =
            outcomes.iter().filter(|outcome| (time * from / 3..time * to / 3).contains(&outcome.at)).copied().collect();
        within(&times(&part, 200), 0.99)
    };
    let (before, after) = (of(0, 1), of(2, 3));
    println!(
        "  p99: {before:.1?} in the first third, {after:.1?} in the last: {:+.0} %",
        (after.as_secs_f64() / before.as_secs_f64() - 1.0) * 100.0
    );
    assert!(after < before * 3 + Duration::from_millis(300), "{before:?}, then {after:?}");
}

#[test]
fn it_is_ready_soon_and_holds_little_before_the_first_call() {
    let mut starts = Vec::new();
    let mut idle = Vec::new();
    for _ in 0..from_environment("TRIALWISE_STARTS", 2) {
        let begun = Instant::now();
        let site = Site::start("", &[("ehr", "")]);
        assert_eq!(site.running.get("/health/ready").status(), 200);
        starts.push(begun.elapsed());
        std::thread::sleep(Duration::from_millis(300));
        idle.push(memory(site.running.id(), "VmRSS:"));
    }
    let (longest, most) = (starts.iter().max().expect("some"), idle.iter().max().expect("some"));
    let mb = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
    println!(
        "{} starts: ready within {:?}, the longest {longest:?}; idle {:.1} MB, at most {:.1} MB",
        starts.len(),
        middle(starts.iter().copied()),
        mb(middle(idle.iter().copied())),
        mb(*most)
    );
    assert!(*longest < Duration::from_secs(20), "{longest:?}");
    assert!(*most < 200 * 1024 * 1024, "{most} bytes");
}
