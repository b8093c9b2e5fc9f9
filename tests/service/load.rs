//! More than can be done: what is refused, how soon, and that nothing is lost; and the end, which costs nobody an answer.
//!
//! Short by default. `TRIALWISE_LOAD_SECONDS=60` drives as long as that, `TRIALWISE_RESTARTS=20` restarts as often. Figures are printed
//! (`--nocapture`), and should be of a release: `TRIALWISE_TEST_BINARY=target/release/trialwise`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::driver::{Outcome, at_rate, bare, bare_call, block_on, done_by, from_environment, times, told, within};
use super::program::Program;
use super::{PATIENT_VIEW, client, on_sertraline, refused, request};

/// A request of at least so many bytes, of resources of a common size.
pub(super) fn of_size(bytes: usize) -> String {
    let mut body = request(on_sertraline("p1"));
    let result = |number: usize| {
        json!({ "fullUrl": format!("https://fhir.example.org/r4/Observation/lab-{number}"), "resource": {
            "resourceType": "Observation", "id": format!("lab-{number}"), "status": "final", "subject": { "reference": "Patient/p1" },
            "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory" }] }],
            "code": { "coding": [{ "system": "http://loinc.org", "code": "3016-3", "display": "Thyrotropin [Units/volume] in Serum" }] },
            "effectiveDateTime": format!("20{:02}-01-02T10:00:00Z", number % 25),
            "valueQuantity": { "value": 1.0 + (number % 9) as f64 / 4.0, "unit": "mIU/L", "system": "http://unitsofmeasure.org" },
            "note": [{ "text": "what a laboratory adds to its results ".repeat(25) }],
        } })
    };
    let one = result(0).to_string().len();
    let entries: Vec<Value> = (0..bytes.div_ceil(one)).map(result).collect();
    body["prefetch"]["observations"]["entry"].as_array_mut().expect("a list").extend(entries);
    body.to_string()
}

fn send(program: &Program, body: String) -> reqwest::blocking::Response {
    client().post(program.url(PATIENT_VIEW)).timeout(Duration::from_secs(120)).body(body).send().expect("an answer")
}

/// A call that has got in, and half of whose body has arrived.
fn half_sent(program: &Program, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(program.address()).expect("a connection");
    let length = body.len();
    let head =
        format!("POST {PATIENT_VIEW} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("it is sent");
    let mut heard = [0; 25];
    stream.read_exact(&mut heard).expect("it is told to go on");
    assert_eq!(&heard, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&body.as_bytes()[..length / 2]).expect("it is sent");
    stream
}

/// The answer to the rest of it.
fn finished(mut stream: TcpStream, body: &str) -> String {
    stream.write_all(&body.as_bytes()[body.len() / 2..]).expect("it is sent");
    let mut heard = String::new();
    stream.read_to_string(&mut heard).expect("an answer");
    heard
}

/// Tries until the service does as it should, since nothing tells from outside that a call has got in.
#[track_caller]
fn eventually(mut done: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < until, "it never came to that");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn who_finds_no_seat_is_told_to_come_again() {
    let program = Program::start("[limits]\nconcurrent_calls = 1\nqueued_calls = 0\nbody_ms = 60000\ndeadline_ms = 60000");
    let body = request(on_sertraline("p1")).to_string();
    let inside = half_sent(&program, &body);
    eventually(|| send(&program, body.clone()).status() == 503);
    for path in [PATIENT_VIEW, "/cds-services/trialwise-patient-view/feedback", "/assess"] {
        let call = client().post(program.url(path)).header("Origin", "https://ehr.example.org").body(body.clone());
        let response = call.send().expect("an answer");
        assert_eq!(response.headers()["retry-after"], "1");
        let readable = response.headers()["access-control-expose-headers"].to_str().expect("text").to_owned();
        assert!(readable.contains("retry-after"), "also to the page that calls: {readable}");
        refused(response, 503);
    }
    for path in ["/health/live", "/health/ready", "/cds-services"] {
        assert_eq!(client().get(program.url(path)).send().expect("an answer").status(), 200, "{path}");
    }
    assert!(finished(inside, &body).starts_with("HTTP/1.1 200"));
    eventually(|| send(&program, body.clone()).status() == 200);
}

#[test]
fn a_light_call_is_answered_while_heavy_ones_are_judged() {
    let program = Program::start("[limits]\nqueue_ms = 60000\ndeadline_ms = 60000\nbody_ms = 60000");
    let heavy = of_size(1024 * 1024);
    let over = AtomicBool::new(false);
    let begun = Instant::now();
    assert_eq!(send(&program, heavy.clone()).status(), 200);
    let one = begun.elapsed();
    let begun = Instant::now();
    let (longest, count) = std::thread::scope(|threads| {
        let calls: Vec<_> = (0..6).map(|_| threads.spawn(|| send(&program, heavy.clone()).status())).collect();
        let watch = threads.spawn(|| {
            let (mut longest, mut count) = (Duration::ZERO, 0);
            while !over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                assert_eq!(client().get(program.url("/health/live")).send().expect("an answer").status(), 200);
                longest = longest.max(begun.elapsed());
                count += 1;
                std::thread::sleep(Duration::from_millis(2));
            }
            (longest, count)
        });
        for call in calls {
            assert_eq!(call.join().expect("it is answered"), 200);
        }
        over.store(true, Ordering::Relaxed);
        watch.join().expect("it is answered")
    });
    let all = begun.elapsed();
    println!("a heavy call alone {one:?}, six of them {all:?}; beside them {count} light calls, the longest {longest:?}");
    // Were the heavy ones judged where calls are taken, a light one would wait for most of them.
    assert!(longest * 2 < all, "{longest:?} of {all:?}");
}

#[test]
fn a_body_that_comes_too_late_is_not_waited_for() {
    let program = Program::start("[limits]\ndeadline_ms = 60000\nbody_ms = 200");
    let mut heard = String::new();
    half_sent(&program, &request(on_sertraline("p1")).to_string()).read_to_string(&mut heard).expect("an answer");
    assert!(heard.starts_with("HTTP/1.1 408") && heard.contains("body_ms"), "{heard}");
}

#[test]
fn the_clock_of_the_deadline_stands_while_the_body_is_on_its_way() {
    let program = Program::start("[limits]\ndeadline_ms = 1000\nbody_ms = 60000");
    let body = request(on_sertraline("p1")).to_string();
    let mut stream = half_sent(&program, &body);
    std::thread::sleep(Duration::from_millis(1_200));
    stream.write_all(&body.as_bytes()[body.len() / 2..]).expect("it is sent");
    let mut heard = String::new();
    stream.read_to_string(&mut heard).expect("an answer");
    assert!(heard.starts_with("HTTP/1.1 200"), "{heard}");
}

#[test]
fn told_to_end_it_is_no_longer_ready_answers_what_is_under_way_and_ends_well() {
    let mut program = Program::start("[limits]\nbody_ms = 60000\ndeadline_ms = 60000");
    let body = request(on_sertraline("p1")).to_string();
    let ready = || client().get(program.url("/health/ready")).send().expect("an answer");
    assert_eq!(ready().status(), 200);
    let inside = half_sent(&program, &body);
    program.signal("TERM");
    program.logged("no longer ready");
    refused(ready(), 503);
    // The door is still open for those who have not noticed.
    assert_eq!(send(&program, body.clone()).status(), 200);
    eventually(|| TcpStream::connect(program.address()).is_err());
    // It waits, and how long is what is asked here.
    std::thread::sleep(Duration::from_secs(3));
    let heard = finished(inside, &body);
    assert!(heard.starts_with("HTTP/1.1 200") && heard.contains("cards"), "{heard}");
    assert!(program.ended().success());
}

#[test]
fn draining_ends_in_time_whoever_still_sends() {
    let mut program = Program::start("[limits]\nbody_ms = 300000\ndeadline_ms = 60000\ndrain_seconds = 2");
    let slow = half_sent(&program, &request(on_sertraline("p1")).to_string());
    eventually(|| client().get(program.url("/health/live")).send().is_ok());
    let begun = Instant::now();
    program.signal("TERM");
    assert!(program.ended().success());
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    drop(slow);
}

/// Two instances behind a balancer that asks each whether it is ready; one after the other is ended and started again.
#[test]
fn restarts_in_turn_under_load_lose_no_call() {
    const SETTINGS: &str = "[limits]\nqueue_ms = 60000\ndeadline_ms = 60000\nbody_ms = 60000";
    let rounds = from_environment("TRIALWISE_RESTARTS", 2);
    let body = request(on_sertraline("p1")).to_string();
    let mut programs = [Program::start(SETTINGS), Program::start(SETTINGS)];
    let addresses = [programs[0].address(), programs[1].address()];
    let ready = [AtomicBool::new(true), AtomicBool::new(true)];
    let over = AtomicBool::new(false);
    let answered: usize = std::thread::scope(|threads| {
        for (address, ready) in addresses.iter().zip(&ready) {
            let over = &over;
            threads.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let asked = client().get(format!("http://{address}/health/ready")).timeout(Duration::from_secs(5)).send();
                    ready.store(asked.is_ok_and(|answer| answer.status() == 200), Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(20));
                }
            });
        }
        let calls: Vec<_> = (0..3)
            .map(|caller| {
                let (over, ready, body) = (&over, &ready, &body);
                threads.spawn(move || {
                    let mut answered = 0;
                    while !over.load(Ordering::Relaxed) {
                        let Some(which) = (0..2).map(|at| (at + caller + answered) % 2).find(|at| ready[*at].load(Ordering::Relaxed))
                        else {
                            std::thread::sleep(Duration::from_millis(1));
                            continue;
                        };
                        let call = client().post(format!("http://{}{PATIENT_VIEW}", addresses[which])).body(body.clone());
                        assert_eq!(call.send().expect("an answer").status(), 200);
                        answered += 1;
                    }
                    answered
                })
            })
            .collect();
        for round in 0..rounds {
            let which = usize::from(round % 2 == 1);
            programs[which].signal("TERM");
            assert!(programs[which].ended().success(), "round {round}");
            programs[which] = Program::start_at(SETTINGS, addresses[which]);
            eventually(|| ready[which].load(Ordering::Relaxed));
        }
        over.store(true, Ordering::Relaxed);
        calls.into_iter().map(|caller| caller.join().expect("every call is answered")).sum()
    });
    println!("{rounds} restarts, {answered} calls, none failed");
    assert!(answered > 0);
}

/// Calls come at twice the rate that can be done, whether or not the earlier ones are answered.
#[test]
fn at_twice_the_rate_every_call_is_answered_or_refused_and_memory_is_bounded() {
    const BODY: usize = 800 * 1024;
    let seconds = from_environment("TRIALWISE_LOAD_SECONDS", 4);
    let program = Program::start("[limits]\nconcurrent_calls = 8\nqueued_calls = 24\nqueue_ms = 500\ndeadline_ms = 60000\nbody_ms = 60000");
    let call = bare_call(PATIENT_VIEW, "", of_size(BODY).as_bytes());
    let (address, time) = (program.address(), Duration::from_secs(seconds));
    let (rate, outcomes) = block_on(async {
        let one = |begun| bare(begun, address, call.clone());
        let (rate, done) = done_by(4, time.clamp(Duration::from_secs(2), Duration::from_secs(10)), one).await;
        assert!(done.iter().all(|outcome| outcome.status == Some(200)), "four at once are no load: {}", told(&done));
        (rate, at_rate(rate * 2.0, time, |begun, _| one(begun)).await)
    });
    let memory = program.most_memory();
    println!("{rate:.1} calls a second were done; at twice that for {seconds} s, {} bytes each: {}", call.len(), told(&outcomes));
    println!("  most memory {} MB", memory / 1024 / 1024);
    assert!(outcomes.iter().all(|outcome| matches!(outcome.status, Some(200 | 503))), "{}", told(&outcomes));
    assert!(outcomes.iter().any(|outcome| outcome.status == Some(200)), "what can be done is done");
    assert!(memory < 600 * 1024 * 1024, "{memory} bytes");
    assert_eq!(send(&program, request(on_sertraline("p1")).to_string()).status(), 200, "and then it is as before");
}

/// What ten times the rate came to.
struct Overload {
    outcomes: Vec<Outcome>,
    /// By the service's own clock: what a driver that is busy adds is not in it.
    own: BTreeMap<u64, Vec<Duration>>,
    /// From the last call that was too much to the first of five in a row that were answered as before.
    recovered: Duration,
    /// How long a call took before, at 99 of 100.
    before: Duration,
}

/// Ten times the calls that can be done, with bodies as they are usual (100 KB), by a service with these limits.
fn at_ten_times_the_rate(limits: &str, time: Duration) -> Overload {
    let program = Program::start(limits);
    let call = bare_call(PATIENT_VIEW, "", of_size(100 * 1024).as_bytes());
    let address = program.address();
    block_on(async {
        let one = |begun| bare(begun, address, call.clone());
        let (rate, done) = done_by(4, time.clamp(Duration::from_secs(2), Duration::from_secs(10)), one).await;
        let before = within(&times(&done, 200), 0.99);
        let again = async {
            tokio::time::sleep(time).await;
            let (begun, mut in_a_row) = (tokio::time::Instant::now() - time, Vec::new());
            while in_a_row.len() < 5 {
                let outcome = one(begun).await;
                in_a_row.push(outcome.at + outcome.after);
                if outcome.status != Some(200) || outcome.after > before * 2 {
                    in_a_row.clear();
                }
                assert!(begun.elapsed() < time + Duration::from_secs(120), "it is never as before");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            in_a_row[0]
        };
        let (outcomes, as_before) = tokio::join!(at_rate(rate * 10.0, time, |begun, _| one(begun)), again);
        let sent = outcomes.iter().map(|outcome| outcome.at).max().unwrap_or_default();
        let recovered = as_before.saturating_sub(sent);
        let times_the_rate = outcomes.len() as f64 / sent.as_secs_f64() / rate;
        println!(
            "{limits:?}: {rate:.0} calls a second were done by four callers, p99 {before:.1?}; then {} in {sent:.1?} ({times_the_rate:.1} times the rate)",
            outcomes.len()
        );
        println!("  {}; as before after {recovered:.1?}; most memory {} MB", told(&outcomes), program.most_memory() / 1024 / 1024);
        let own = program.served();
        for (status, times) in &own {
            println!("  {status} by the service's own clock: p50 {:.1?}, p99 {:.1?}", within(times, 0.5), within(times, 0.99));
        }
        Overload { outcomes, own, recovered, before }
    })
}

#[test]
fn at_ten_times_the_rate_what_is_too_much_is_refused_in_time_and_soon_it_is_as_before() {
    // The driver is slow to send on a machine that is busy.
    const PATIENT: &str = "head_ms = 60000\nbody_ms = 300000\ndeadline_ms = 60000\n";
    let time = Duration::from_secs(from_environment("TRIALWISE_LOAD_SECONDS", 1));
    // As it comes; and for those who would rather have a refusal than wait.
    for (limits, turns, seats, queue_ms) in [("", 64, 320, 500), ("concurrent_calls = 4\nqueued_calls = 0\n", 4, 4, 0)] {
        let Overload { outcomes, own, recovered, before } = at_ten_times_the_rate(&format!("[limits]\n{PATIENT}{limits}"), time);
        assert!(outcomes.iter().all(|outcome| matches!(outcome.status, Some(200 | 503))), "{}", told(&outcomes));
        assert!(!times(&outcomes, 200).is_empty(), "what can be done is done: {}", told(&outcomes));
        assert!(outcomes.len() < 2 * seats || !times(&outcomes, 503).is_empty(), "what is too much is refused: {}", told(&outcomes));
        // A call waits for those that are judged at once, and this machine is kept busy by the driver too: how long one takes says how busy.
        // What else runs on it may begin after that was measured, and take most of the processors.
        let busy = (before * turns + Duration::from_secs(1)) * 3;
        for times in own.values() {
            let most = within(times, 0.99);
            assert!(most < Duration::from_millis(queue_ms) + busy, "{most:?}: {}", told(&outcomes));
        }
        assert!(recovered < Duration::from_secs(5) + busy, "{recovered:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_burst_of_connections_waits_for_a_service_that_is_busy() {
    let program = Program::start("");
    let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn").expect("on Linux").trim().parse().expect("a number");
    program.signal("STOP");
    // What finds no room waits a second and more for the next attempt.
    let connected = |_| TcpStream::connect_timeout(&program.address(), Duration::from_millis(900)).ok();
    let burst: Vec<TcpStream> = (0..usize::min(400, most)).map_while(connected).collect();
    program.signal("CONT");
    assert_eq!(burst.len(), usize::min(400, most), "the system takes as many for it");
}
