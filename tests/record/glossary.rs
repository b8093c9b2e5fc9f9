//! One word for one thing: no card, and no text of a table that a card shows, uses a word that `docs/glossary.md` discards.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Value;

use crate::common::text;
use crate::stories::cards_of_stories;

/// What a table shows of a row, by column.
const SHOWN: &[(&str, &[&str])] = &[
    ("antidepressants.csv", &["start_dose", "titration"]),
    ("care_levels.csv", &["name"]),
    ("change_over.csv", &["text"]),
    ("dose_caps.csv", &["reason", "advice"]),
    ("drug_conditions.csv", &["reason", "advice"]),
    ("drug_pairs.csv", &["reason", "advice"]),
    ("maoi_windows.csv", &["advice"]),
    ("monitoring.csv", &["item"]),
    ("option_drugs.csv", &["start", "titration"]),
    ("option_limits.csv", &["what", "text"]),
    (
        "options.csv",
        &[
            "name",
            "guideline",
            "start_dose",
            "titration",
            "time_to_effect",
            "visits_and_tests",
            "people_stop_for",
            "cost_and_access",
            "monitoring",
            "overdose_note",
        ],
    ),
];

/// A text, and where it stands.
struct Told {
    place: String,
    text: String,
}

#[test]
fn no_card_and_no_table_uses_a_discarded_word() {
    let discarded = discarded();
    assert!(discarded.len() > 50, "the page is read: {} words", discarded.len());
    let told: Vec<Told> = of_toml().into_iter().chain(of_tables()).chain(of_stories()).collect();
    assert!(told.len() > 1000, "the texts are read: {}", told.len());
    let mut broken: Vec<String> = told
        .iter()
        .flat_map(|told| {
            let used = discarded.iter().filter(|word| has(&told.text, word));
            used.map(|word| format!("{}: `{word}`", told.place))
        })
        .collect();
    broken.sort();
    broken.dedup();
    assert!(broken.is_empty(), "docs/glossary.md has another word for it:\n{}", broken.join("\n"));
}

#[test]
fn a_word_is_found_as_a_whole_and_in_any_case() {
    assert!(has("Adjunct first", "adjunct") && has("an adjunct.", "adjunct") && has("by mouth, BID", "bid"));
    assert!(!has("adjunctive", "adjunct") && !has("forbidden", "bid") && !has("considered and excluded", "consider"));
}

#[test]
fn no_word_is_both_kept_and_discarded() {
    let page = page();
    let kept: Vec<String> = rows(&page).flat_map(|row| list(row[0])).collect();
    assert!(discarded().iter().all(|word| !kept.contains(word)));
}

/// Whether the text has the word as a whole.
fn has(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    let bounded = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric() && c != '-')
    };
    text.match_indices(&*word).any(|(at, _)| bounded(at))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    text(&root().join("docs/glossary.md"))
}

/// The rows of the tables of the page, a cell each for word, meaning and what it is not called.
fn rows(page: &str) -> impl Iterator<Item = [&str; 3]> {
    page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| word")).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        <[&str; 3]>::try_from(cells).unwrap_or_else(|cells| panic!("three cells: {cells:?}"))
    })
}

fn list(cell: &str) -> Vec<String> {
    cell.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

fn discarded() -> Vec<String> {
    rows(&page()).flat_map(|row| list(row[2])).collect()
}

/// Every text of every `card.toml`.
fn of_toml() -> Vec<Told> {
    let mut files = Vec::new();
    find(&root().join("src/clinical/cards"), "toml", &mut files);
    assert!(files.len() >= 8, "{files:?}");
    let mut told = Vec::new();
    for file in files {
        let value: Value = toml::from_str(&text(&file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        strings(&value, &mut |text| told.push(Told { place: file.display().to_string(), text: text.to_owned() }));
    }
    told
}

fn strings(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(values) => values.iter().for_each(|value| strings(value, visit)),
        Value::Table(table) => table.iter().for_each(|(_, value)| strings(value, visit)),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {}
    }
}

fn find(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find(&path, extension, found);
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
}

fn of_tables() -> Vec<Told> {
    let mut told = Vec::new();
    for (table, columns) in SHOWN {
        let path = root().join("src/clinical/knowledge/data").join(table);
        let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{table}: {error}"));
        let head = reader.headers().expect("a head").clone();
        for column in *columns {
            assert!(head.iter().any(|name| name == *column), "{table} has no column {column}");
        }
        for record in reader.records() {
            let record = record.expect("a row");
            let shown = head.iter().zip(&record).filter(|(name, _)| columns.contains(name));
            told.extend(shown.map(|(name, text)| Told { place: format!("{table}, {}, {name}", &record[0]), text: text.to_owned() }));
        }
    }
    told
}

fn of_stories() -> Vec<Told> {
    let cards = cards_of_stories().into_iter();
    let told = |(story, card): (String, trialwise::clinical::cards::Card)| {
        let place = format!("{story}, {}", card.code.word());
        [card.summary, card.detail].map(|text| Told { place: place.clone(), text })
    };
    cards.flat_map(told).collect()
}
