//! A population of charts piped through `trialwise replay`: what it holds in memory, and how long it takes.

#![cfg(target_os = "linux")]

use std::io::{BufWriter, Write};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use super::replay::{DAY, stories};
use super::running::{program, without_settings};

/// The program that is measured: our own unless another is named.
fn measured() -> Command {
    match std::env::var_os("TRIALWISE_REPLAY_PROGRAM") {
        Some(other) => without_settings(Command::new(other)),
        None => program(),
    }
}

/// The most memory that a child ever held, in bytes.
fn most_memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs, on Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a line of that name");
    1024 * line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok()).expect("a number")
}

/// Pipes so many charts into a replay; the most memory it held until the last of them was taken.
fn piped(count: usize, chart: impl Fn(usize) -> String) -> u64 {
    let mut child = measured()
        .args(["replay", "-", "--as-of", DAY])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut pipe = BufWriter::new(child.stdin.take().expect("a pipe"));
    (0..count).for_each(|number| writeln!(pipe, "{}", chart(number)).expect("taken"));
    pipe.flush().expect("taken");
    // It still waits for more, since the pipe is open.
    let most = most_memory(&child);
    drop(pipe);
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("text");
    let charts = text.lines().find(|line| line.trim_start().starts_with("charts ")).expect("a row");
    assert_eq!(charts.split_whitespace().nth(1), Some(count.to_string().as_str()), "{text}");
    most
}

#[test]
fn the_memory_does_not_grow_with_the_number_of_charts() {
    // Large enough that keeping them would show, and quickly judged.
    let padding = "x".repeat(64 * 1024);
    let chart = |number: usize| {
        let patient = json!({ "resourceType": "Patient", "id": format!("p{number}"), "text": { "div": padding } });
        json!({ "resourceType": "Bundle", "entry": [{ "resource": patient }] }).to_string()
    };
    let (few, many) = (piped(50, chart), piped(800, chart));
    assert!(many < few + 12 * 1024 * 1024, "{few} bytes for 50 charts, {many} for 800, which come to 50 MB");
}

/// Story patients over and over, each with an id of its own and as many resources as are read from nothing as make it 200.
/// `TRIALWISE_REPLAY_CHARTS` says how many, `TRIALWISE_REPLAY_PROGRAM` by which program; the figures are printed.
#[test]
fn a_population_is_judged_at_a_steady_memory() {
    let count = std::env::var("TRIALWISE_REPLAY_CHARTS").ok().and_then(|count| count.parse().ok()).unwrap_or(60);
    let templates: Vec<(String, String)> = stories().iter().map(|story| generated(story)).collect();
    let chart = |number: usize| {
        let (story, patient) = &templates[number % templates.len()];
        story
            .replace(&format!("\"{patient}\""), &format!("\"{patient}-{number}\""))
            .replace(&format!("Patient/{patient}\""), &format!("Patient/{patient}-{number}\""))
    };
    let bytes = (0..templates.len()).map(|number| chart(number).len()).sum::<usize>() / templates.len();
    let begun = Instant::now();
    let most = piped(count, chart);
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{count} charts of {bytes} bytes on average in {seconds:.1} s: {:.0} a second, at most {} MiB of memory",
        count as f64 / seconds,
        most >> 20
    );
    assert!(most < 200 << 20, "{most} bytes");
}

/// A story with 200 resources, and the id of its patient.
fn generated(story: &str) -> (String, String) {
    let mut story: Value = serde_json::from_str(story).expect("JSON");
    let entries = story["entry"].as_array_mut().expect("entries");
    let inner: Vec<Value> = entries.iter().flat_map(|entry| entry["resource"]["entry"].as_array().cloned().unwrap_or_default()).collect();
    let patient = entries.iter().chain(&inner).find(|entry| entry["resource"]["resourceType"] == "Patient").expect("a patient")["resource"]
        ["id"]
        .clone();
    let patient = patient.as_str().expect("an id").to_owned();
    let subject = json!({ "reference": format!("Patient/{patient}") });
    for number in entries.len()..200 {
        let code = json!({ "coding": [{ "system": "http://loinc.org", "code": "8867-4", "display": "Heart rate" }] });
        entries.push(
            json!({ "resource": { "resourceType": "Observation", "id": format!("pulse-{number}"), "status": "final", "subject": subject,
            "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs" }] }],
            "code": code, "effectiveDateTime": "2025-05-05T10:00:00Z", "valueQuantity": { "value": 60 + number % 40, "unit": "/min" } } }),
        );
    }
    (story.to_string(), patient)
}
