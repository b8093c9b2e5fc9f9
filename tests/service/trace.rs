#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::json;

use super::running::Running;
use super::{MARKERS, PATIENT_VIEW, on_sertraline, request};

/// A collector that takes whatever comes: path and body of each delivery.
fn collector() -> (String, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (send, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a connection"));
            let (mut first, mut length) = (String::new(), 0);
            stream.read_line(&mut first).expect("a request");
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).expect("a header");
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a number");
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("a body");
            stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").expect("answered");
            if send.send((first, body)).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}"), received)
}

#[test]
fn a_call_is_a_trace_below_the_callers_own_and_holds_nothing_of_the_request() {
    let (endpoint, received) = collector();
    let running = Running::start(&format!("traces.endpoint = \"{endpoint}\""));
    let mut body = request(on_sertraline("Quartzmarker-t"));
    body["context"]["patientId"] = json!("Quartzmarker-t");
    body["hookInstance"] = json!("Quartzmarker");
    assert_eq!(running.call(PATIENT_VIEW, &body).status(), 200);
    running.get("/Quartzmarker?patient=Quartzmarker");
    assert!(running.end(), "what is left is delivered at the end");
    let mut all = Vec::new();
    while let Ok((first, body)) = received.recv_timeout(Duration::from_secs(if all.is_empty() { 30 } else { 1 })) {
        assert!(first.starts_with("POST /v1/traces "), "{first}");
        all.extend(body);
    }
    let holds = |part: &[u8]| all.windows(part.len()).any(|window| window == part);
    for name in ["call", "judge", "trialwise-patient-view"] {
        assert!(holds(name.as_bytes()), "{name}");
    }
    let callers_trace = [0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c];
    assert!(holds(&callers_trace), "the caller's trace is taken up");
    for marker in MARKERS {
        assert!(!holds(marker.as_bytes()), "{marker}");
    }
}

#[test]
fn a_collector_that_is_not_there_costs_a_call_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
    let running = Running::start(&format!("traces.endpoint = \"http://{closed}\""));
    for _ in 0..20 {
        assert_eq!(running.call(PATIENT_VIEW, &request(on_sertraline("p1"))).status(), 200);
    }
    assert!(running.end());
}
