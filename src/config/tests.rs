use std::collections::{BTreeMap, BTreeSet};

use secrecy::ExposeSecret;

use super::*;

fn refusal(content: &str) -> String {
    Config::parse("site.toml", content).expect_err("refused").to_string()
}

#[test]
fn every_key_is_read() {
    let config = Config::parse(
        "site.toml",
        "bind = \"127.0.0.1:9000\"\ntime_zone = \"UTC\"\n[limits]\nmax_body_bytes = 1000000\n[cors]\norigins = [\"https://ehr.example.org\"]\n\
         [knowledge]\nsite_file = \"site-knowledge.toml\"\n[log]\nformat = \"json\"\n",
    )
    .expect("settings");
    assert_eq!(config.bind.port(), 9000);
    assert_eq!(config.time_zone.0, jiff::tz::TimeZone::UTC);
    assert_eq!(config.limits.max_body_bytes.get(), 1_000_000);
    assert_eq!(config.cors.origins[0].as_str(), "https://ehr.example.org");
    assert_eq!(config.knowledge.site_file.as_deref(), Some(Path::new("site-knowledge.toml")));
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_name() {
    let refusal = refusal("bind = \"127.0.0.1:9000\"\nbnid = 1\n");
    assert!(refusal.starts_with("site.toml:2: ") && refusal.contains("bnid"), "{refusal}");
}

#[test]
fn a_wrong_value_is_refused_with_its_line() {
    for (content, start) in [
        ("\nbind = \"8080\"", "site.toml:2: "),
        ("time_zone = \"Mars/Olympus\"", "site.toml:1: "),
        ("[limits]\nmax_body_bytes = 5", "site.toml:2: "),
        ("[cors]\norigins = [\"*\"]", "site.toml:2: "),
        ("[cors]\norigins = [\"https://ehr.example.org/app\"]", "site.toml:2: "),
    ] {
        let refusal = refusal(content);
        assert!(refusal.starts_with(start), "{refusal}");
        assert!(!refusal.contains('\n'), "{refusal}");
    }
}

const DOCUMENTED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md"));

/// What serde says of one value at the end of these steps; `NAME`, `ID` and `[]` stand for any name and any item.
fn said(steps: &[String], value: &str) -> String {
    let nested = steps.iter().rev().fold(value.to_owned(), |value, step| match step.as_str() {
        "[]" => format!("[{value}]"),
        step => format!("{{ {step} = {value} }}"),
    });
    let content = nested.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).expect("a table").to_owned();
    toml::from_str::<Config>(&content).err().map(|error| error.message().to_owned()).unwrap_or_default()
}

/// The keys that the types know below these steps; none where no table stands there.
fn below(steps: &[String]) -> Vec<String> {
    let said = said(&[steps, &["zzz".to_owned()]].concat(), "1");
    let known = said.strip_prefix("unknown field `zzz`, expected ").unwrap_or_default();
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every key that the types know, as the documentation writes it.
fn leaves(steps: &[String], found: &mut BTreeMap<String, Vec<String>>) {
    for key in below(steps) {
        let name = if key == "services" { "ID" } else { "NAME" };
        let ways = [vec![key.clone()], vec![key.clone(), name.to_owned()], vec![key.clone(), "[]".to_owned()]];
        let inner = ways.into_iter().map(|way| [steps, &way].concat()).find(|way| !below(way).is_empty());
        match inner {
            Some(inner) => leaves(&inner, found),
            None => {
                let steps = [steps, &[key]].concat();
                found.insert(steps.join(".").replace(".[]", "[]"), steps);
            }
        }
    }
}

fn known() -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    leaves(&[], &mut found);
    assert!(found.len() > 60, "{found:?}");
    found
}

/// The rows of the documentation: key, default, allowed.
fn rows() -> Vec<(String, String, String)> {
    let rows = DOCUMENTED.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.map(|row| row.split(" | ").map(|cell| cell.trim_matches('`').to_owned()).collect::<Vec<_>>());
    cells.map(|cells| (cells[0].clone(), cells[1].clone(), cells[2].clone())).collect()
}

/// The example with every key set.
fn uncommented() -> String {
    let set = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c == '[' || c.is_ascii_lowercase()) => rest.to_owned(),
        _ => line.to_owned(),
    };
    EXAMPLE.lines().map(|line| set(line) + "\n").collect()
}

#[test]
fn every_key_is_documented_once_and_no_other() {
    let documented: Vec<String> = rows().into_iter().map(|(key, ..)| key).collect();
    let unique: BTreeSet<&String> = documented.iter().collect();
    assert_eq!(unique.len(), documented.len());
    assert_eq!(unique, known().keys().collect());
}

#[test]
fn every_documented_range_is_the_one_that_holds() {
    let known = known();
    let mut ranges = 0;
    for (key, _, allowed) in rows() {
        // The largest number of TOML is above every range.
        let said = said(&known[&key], "9223372036854775807");
        let range = said.strip_prefix("expected a whole number from ");
        ranges += usize::from(range.is_some());
        assert_eq!(range.is_some(), allowed.contains(" to "), "{key}: {said}");
        assert!(range.is_none_or(|range| range == allowed), "{key}: {said}");
    }
    assert!(ranges > 20);
}

#[test]
fn the_example_holds_every_key_at_its_default() {
    let mut example = Config::parse("example", EXAMPLE).expect("settings");
    let client = example.clients.remove("example").expect("a client");
    let default = Config::default();
    // Said or not is two things, so that development can tell the default from a choice.
    let url = example.store.url.take().expect("a URL");
    assert_eq!(url.expose_secret(), "sqlite:trialwise.db");
    assert_eq!(format!("{example:?}"), format!("{default:?}"));
    let plain = "[clients.example]\nissuer = \"https://ehr.example.org\"\njku = [\"https://ehr.example.org/.well-known/jwks.json\"]\n\
        fhir = [{ url = \"https://fhir.example.org/r4\" }]";
    assert_eq!(client, Config::parse("plain", plain).expect("settings").clients["example"]);
}

#[test]
fn every_documented_default_stands_in_the_example() {
    let uncommented = uncommented();
    Config::parse("example", &uncommented).expect("settings");
    let entries = Document::parse("example", &uncommented, None).expect("TOML").entries();
    for (key, default, _) in rows() {
        let (of_list, key) = match key.split_once("[].") {
            Some((list, inner)) => (Some(inner.to_owned()), list.to_owned()),
            None => (None, key),
        };
        let named = key.replace("NAME", "example").replace("ID", "trialwise-patient-view");
        let entry = entries.iter().find(|entry| entry.key == named).unwrap_or_else(|| panic!("{named} stands in the example"));
        match of_list {
            Some(inner) if !default.starts_with('(') => {
                assert!(entry.value.contains(&format!("{inner} = {default}")), "{inner}: {}", entry.value)
            }
            Some(inner) => assert!(entry.value.contains(&format!("{inner} = ")), "{inner}: {}", entry.value),
            None if default.starts_with('(') || key == "store.url" || key == "clients.NAME.jku" => {}
            None => assert_eq!(entry.value, default, "{key}"),
        }
    }
}
