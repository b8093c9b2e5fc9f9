//! The bodies of the benchmark are what they say they are.

#[path = "../../benches/bodies/mod.rs"]
#[allow(dead_code, reason = "the benchmark measures more than is looked at here")]
mod bodies;

use bodies::{PATIENT_OF_MANY, Record, SIZES};
use serde_json::Value;
use trialwise::clinical::units::Day;

use crate::common::{Outcome, day, read, read_request};

/// Of what has to be the same for every size: which cards, and what each says first.
fn said(outcome: &Outcome) -> Vec<String> {
    outcome.cards.iter().map(|card| format!("{:?}: {}", card.summary().code, card.summary)).collect()
}

/// The resources that the Bundles of a request hold.
fn resources(request: &str) -> Vec<Value> {
    let request: Value = serde_json::from_str(request).expect("JSON");
    let prefetch = request["prefetch"].as_object().expect("an object");
    let entries = prefetch.values().filter_map(|value| value["entry"].as_array()).flatten();
    entries.map(|entry| entry["resource"].clone()).collect()
}

fn is_of_size(bytes: usize, stated: usize) -> bool {
    bytes.abs_diff(stated) * 50 <= stated
}

#[test]
fn every_body_has_the_size_and_the_resources_that_it_states_and_gets_the_same_cards() {
    let as_of: Day = day("2026-03-02");
    let mut spoken: Vec<Vec<String>> = Vec::new();
    for size in SIZES {
        let request = Record::of(as_of, 0, size).request();
        assert!(is_of_size(request.len(), size.bytes), "{} has {} bytes", size.name, request.len());
        assert_eq!(resources(&request).len(), size.resources, "{}", size.name);
        let outcome = read_request(request.as_bytes(), as_of).unwrap_or_else(|error| panic!("{}: {error}", size.name));
        assert_eq!(outcome.json()["twoAdequateFailures"], "yes", "{}", size.name);
        assert_eq!(outcome.json()["unread"], Value::Array(Vec::new()), "{}", size.name);
        spoken.push(said(&outcome));
    }
    assert!(!spoken[0].is_empty());
    assert!(spoken.windows(2).all(|two| two[0] == two[1]), "{spoken:#?}");
}

#[test]
fn a_patient_of_many_has_two_failures_under_an_id_of_their_own() {
    let as_of: Day = day("2026-03-02");
    let ids: Vec<Value> = (1..4)
        .map(|number| {
            let bundle = Record::of(as_of, number, PATIENT_OF_MANY).bundle();
            assert!(is_of_size(bundle.len(), PATIENT_OF_MANY.bytes), "{} bytes", bundle.len());
            assert!(!bundle.contains('\n'), "one line");
            let outcome = read(bundle.as_bytes(), as_of).expect("a record");
            assert_eq!(outcome.json()["twoAdequateFailures"], "yes");
            outcome.json()["patient"]["id"].clone()
        })
        .collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
}

#[test]
fn resources_are_written_as_servers_write_them_the_type_first() {
    let request = Record::of(day("2026-03-02"), 0, SIZES[1]).request();
    assert_eq!(request, Record::of(day("2026-03-02"), 0, SIZES[1]).request(), "the same in every run");
    assert_eq!(request.matches("\"resource\":{\"resourceType\":").count(), SIZES[1].resources);
}
