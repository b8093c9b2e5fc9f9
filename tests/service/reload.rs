#![cfg(unix)]

use serde_json::{Value, json};

use super::running::Running;
use super::{PATIENT_VIEW, on_sertraline, request};

fn cards(running: &Running) -> usize {
    let answer: Value = running.call(PATIENT_VIEW, &request(on_sertraline("p1"))).json().expect("JSON");
    answer["cards"].as_array().expect("an array").len()
}

#[test]
fn the_kill_switch_and_the_modes_need_no_restart() {
    let running = Running::start("");
    assert_eq!(cards(&running), 1);
    // The file alone.
    running.settings("off = true");
    running.logged("settings taken");
    assert_eq!(cards(&running), 0);
    assert_eq!(running.get("/health/ready").json::<Value>().expect("JSON")["off"], json!(true));
    // At once, by signal.
    running.settings("services.trialwise-patient-view.max_cards = 2\nlog.format = \"text\"");
    running.signal("HUP");
    let told = running.logged("need a restart");
    assert_eq!(told["keys"], "log");
    assert_eq!(cards(&running), 1);
}

#[test]
fn settings_that_cannot_be_meant_change_nothing_and_are_told() {
    let running = Running::start("services.trialwise-patient-view.mode = \"silent\"");
    assert_eq!(cards(&running), 0);
    running.settings("[limits]\ndeadline_ms = 5\n[services.trialwise-patient-viw]\nmode = \"visible\"\n");
    running.signal("HUP");
    let told = running.logged("settings refused");
    let defect = told["defect"].as_str().expect("text");
    assert!(defect.ends_with("site.toml:2: limits.deadline_ms: expected a whole number from 100 to 60000"), "{defect}");
    assert_eq!(cards(&running), 0, "silent as before");
    let metrics = running.get("/metrics").text().expect("text");
    assert!(metrics.contains("trialwise_settings_current 0\n") && metrics.contains("trialwise_settings_reloads_total{what=\"refused\"}"));
    let ready = running.get("/health/ready");
    assert_eq!(ready.status(), 200);
    assert!(ready.json::<Value>().expect("JSON")["settings"].as_str().expect("text").starts_with("refused"));
    running.settings("");
    running.signal("HUP");
    running.logged("settings taken");
    assert_eq!(cards(&running), 1);
}
