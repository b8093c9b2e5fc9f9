//! Alerts, dashboard and runbook fit each other and the words that the program counts by.

use std::collections::BTreeSet;
use std::path::Path;

use regex_lite::Regex;

use crate::common::text;

fn file(name: &str) -> String {
    text(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
}

/// Everything that stands between quotes in the sources, as the words of labels do.
fn words() -> BTreeSet<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks")];
    let quoted = Regex::new("\"([a-z0-9/-]+)\"").expect("an expression");
    let mut words = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "toml") {
                words.extend(quoted.captures_iter(&text(&path)).map(|found| found[1].to_owned()));
            }
        }
    }
    words
}

/// The values that a label is compared with: those of an expression one by one, as far as they are words.
fn compared(content: &str) -> Vec<(String, String)> {
    let matcher = Regex::new(r#"\b(client|service|status|outcome|code|variant|mode|part|what)\s*(?:=~|!~|!=|=)\s*\\?"([^"\\]+)\\?""#);
    let whole = Regex::new("^[a-z0-9/-]+$").expect("an expression");
    let matcher = matcher.expect("an expression");
    let found = matcher.captures_iter(content).flat_map(|found| {
        let label = found[1].to_owned();
        found[2].split('|').map(|value| (label.clone(), value.to_owned())).collect::<Vec<_>>()
    });
    found.filter(|(_, value)| whole.is_match(value)).collect()
}

#[test]
fn every_word_that_a_label_is_compared_with_is_one_of_ours() {
    let words = words();
    for name in ["docker/monitoring/alerts.yml", "docker/monitoring/dashboard.json"] {
        let compared = compared(&file(name));
        assert!(!compared.is_empty(), "{name} is read");
        // Classes of status are put together.
        let known = |value: &str| words.contains(value) || ["2xx", "3xx", "4xx", "5xx"].contains(&value);
        let unknown: Vec<_> = compared.iter().filter(|(_, value)| !known(value)).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
}

#[test]
fn a_word_that_nobody_counts_by_is_caught() {
    let content = r#"a{outcome="defect"} b{what!="no-such",service=~"trialwise-.+|/assess"} c{part=\"own\"}"#;
    let compared = compared(content);
    let of = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    assert_eq!(compared, [of("outcome", "defect"), of("what", "no-such"), of("service", "/assess"), of("part", "own")]);
    let words = words();
    assert!(words.contains("defect") && words.contains("/assess") && !words.contains("no-such"));
}

#[test]
fn every_alert_has_its_page_in_the_runbook_and_its_test() {
    let (alerts, runbook) = (file("docker/monitoring/alerts.yml"), file("docs/runbook.md"));
    let tests = file("docker/monitoring/alerts.test.yml") + &file("docker/monitoring/weeks.test.yml");
    let named = Regex::new(r"- alert: (\w+)").expect("an expression");
    let alerts_named: Vec<_> = named.captures_iter(&alerts).map(|found| found[1].to_owned()).collect();
    let pages: Vec<_> =
        runbook.lines().filter_map(|line| line.strip_prefix("### Trialwise")).map(|name| format!("Trialwise{name}")).collect();
    assert!(alerts_named.len() > 10, "the alerts are read");
    assert_eq!(alerts_named, pages, "each once, in the same order");
    for name in &alerts_named {
        assert!(alerts.contains(&format!("runbook: docs/runbook.md#{}\n", name.to_lowercase())), "{name} leads elsewhere");
        let fires =
            tests.split("- eval_time").skip(1).any(|test| test.contains(&format!("alertname: {name}\n")) && test.contains("exp_alerts"));
        assert!(fires, "{name} is not tried");
    }
}

#[test]
fn what_is_scaled_by_is_what_the_adapter_gives() {
    let (scaling, adapter) = (file("docker/kubernetes/scaling.yaml"), file("docker/monitoring/prometheus-adapter.yml"));
    let given = Regex::new(r"\bas: (\w+)").expect("an expression").captures(&adapter).expect("there")[1].to_owned();
    assert!(scaling.contains(&format!("name: {given}\n")), "{given} is not what is scaled by");
}
