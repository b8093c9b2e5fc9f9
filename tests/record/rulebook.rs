//! docs/rules.md: every rule in words with its source and grade, and the tables that the program uses.
//!
//! The page is made from `tests/record/rules/*.csv` (each held by tests, see `rules.rs`), `tests/record/rulebook/*.csv` (sections, sources)
//! and the tables of the knowledge. `TRIALWISE_BLESS=1` writes it; without, it has to be equal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use trialwise::clinical::knowledge::{Knowledge, Unverified};

use crate::common::text;
use crate::docs::slug;

/// The variable that has the page written.
const BLESS: &str = "TRIALWISE_BLESS";

const PAGE: &str = "docs/rules.md";

/// Tables with a row a code: the page tells them by group, and links to the rest.
const BY_GROUP: [&str; 2] = ["Diagnoses by group", "Drug groups"];

/// Tables that only say how a name or a code is recognised, or that a site alone fills: a link is enough.
const LINKED: [&str; 7] = [
    "Other drugs",
    "Further names",
    "Product exceptions",
    "Words that mark a product exception",
    "Words that look relevant",
    "Classes that look relevant",
    "Reasons to set a card aside that the site adds",
];

#[test]
fn the_page_of_rules_is_what_the_tables_say() {
    let made = page();
    let path = root().join(PAGE);
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, &made).expect("a page that can be written");
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = made.lines().zip(stands.lines()).position(|(made, stands)| made != stands);
    let line = differs.unwrap_or_else(|| made.lines().count().min(stands.lines().count()));
    let of = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
    assert!(
        made == stands,
        "{PAGE}:{} is not what the tables say; `{BLESS}=1 cargo test --test record rulebook::` writes it anew\n  stands: {}\n  tables: {}",
        line + 1,
        of(&stands),
        of(&made)
    );
}

#[test]
fn every_rule_has_a_source_and_every_source_a_rule() {
    let sources = sources();
    let rules = rules();
    let bare: Vec<&str> = rules.iter().filter(|rule| source(&sources, &rule.id).is_none()).map(|rule| rule.id.as_str()).collect();
    assert_eq!(bare, Vec::<&str>::new(), "without a source in tests/record/rulebook/sources.csv");
    let used: BTreeSet<&str> = rules.iter().filter_map(|rule| source(&sources, &rule.id)).map(|source| source.rules.as_str()).collect();
    let idle: Vec<&str> = sources.iter().map(|source| source.rules.as_str()).filter(|rules| !used.contains(rules)).collect();
    assert_eq!(idle, Vec::<&str>::new(), "for no rule");
    assert!(sources.iter().all(|source| ["A", "B", "C", "D"].contains(&source.grade.as_str()) && !source.source.is_empty()));
    let titles = sections();
    let untitled: BTreeSet<&str> =
        rules.iter().map(|rule| heading(&rule.id, &titles)).filter(|section| !titles.contains_key(*section)).collect();
    assert_eq!(untitled, BTreeSet::new(), "without a title in tests/record/rulebook/sections.csv");
}

#[test]
fn the_source_that_fits_best_is_taken() {
    let of = |rules: &str| Source { rules: rules.to_owned(), source: rules.to_owned(), grade: "D".to_owned() };
    let sources = [of("3/*"), of("3/a*"), of("3/ab")];
    let found = |id: &str| source(&sources, id).map(|source| source.rules.clone());
    assert_eq!((found("3/ab"), found("3/abc"), found("3/b")), (Some("3/ab".into()), Some("3/a*".into()), Some("3/*".into())));
    assert_eq!(found("4/a"), None);
}

struct Rule {
    id: String,
    sentence: String,
}

/// Where the rules of an id, or of a beginning of ids, come from.
struct Source {
    rules: String,
    source: String,
    grade: String,
}

/// The source that names the rule, or the longest beginning of it.
fn source<'a>(sources: &'a [Source], id: &str) -> Option<&'a Source> {
    let fits = |source: &&Source| source.rules == id || source.rules.strip_suffix('*').is_some_and(|begins| id.starts_with(begins));
    sources.iter().filter(fits).max_by_key(|source| (source.rules == id, source.rules.len()))
}

/// The whole page.
fn page() -> String {
    let knowledge = Knowledge::builtin();
    let (rules, sources, titles) = (rules(), sources(), sections());
    let mut page = head(knowledge, rules.len());
    let order: Vec<&str> = titles.keys().map(String::as_str).collect();
    let mut sorted = order.clone();
    sorted.sort_by_key(|section| place(section));
    page += "\n## Contents\n\n";
    for section in &sorted {
        let title = format!("{section} {}", titles[*section].0);
        let _ = writeln!(page, "- [{title}](#{})", slug(&title));
    }
    let tables = tables(knowledge);
    for (title, _) in &tables {
        let _ = writeln!(page, "- [{title}](#{})", slug(title));
    }
    for section in sorted {
        let (title, about) = &titles[section];
        let _ = write!(page, "\n## {section} {title}\n\n");
        if !about.is_empty() {
            let _ = write!(page, "{about}\n\n");
        }
        page += "| rule | in words | source | grade |\n|---|---|---|---|\n";
        for rule in rules.iter().filter(|rule| heading(&rule.id, &titles) == section) {
            let source = source(&sources, &rule.id).expect("another test says which rule has none");
            let sentence = rule.sentence.trim_end_matches('.');
            line(&mut page, &[&rule.id, &capital(sentence), &source.source, &source.grade]);
        }
    }
    for (title, body) in tables {
        let _ = write!(page, "\n## {title}\n\n{}\n", body.trim());
    }
    page
}

/// What the page is and how it is read.
fn head(knowledge: &Knowledge, rules: usize) -> String {
    format!(
        "# The rules in words\n\n\
         Written by a test from the tables that the program uses; change those, never this page.\n\
         Knowledge {}, SHA-256 `{}`. {rules} rules: each is held by one test or more that shows it speaking, and one or more that shows it silent.\n\n\
         Numbers are the defaults of the [parameters](#parameters); where a site changes one, the rule goes by the site's number.\n\
         Where a table or a card says \"rules.md 9.2\", section 9.2 of this page is meant. Section 2, where definitions differ, is\n\
         [for clinicians](clinicians.md#why-42-days-this-minimum-80-); 14 (figures), 16 (codes) and 17 (small decisions) stand in the rows and rules that cite them.\n\n\
         - **verified**: checked in the source named. **memory**: not checked; to be checked before sign-off. **our proposal**, **project scope**,\n  \
         **project's aim**: ours; no outside source claims it.\n\
         - **A**: label, national measure or consistent guideline statement. **B**: guideline or good study, with some disagreement.\n  \
         **C**: weak or indirect. **D**: a choice of ours.\n\
         - The source stands for the fact in a rule; how it is counted and worded is ours throughout.\n\n\
         What is not known: [facts from memory](#facts-from-memory), and the [limits](clinicians.md#what-it-does-not-know).\n",
        knowledge.version(),
        knowledge.sha256(),
    )
}

/// Every table of the knowledge by title: whole, by group, or as a link; first what nobody has checked yet.
fn tables(knowledge: &Knowledge) -> Vec<(String, String)> {
    let markdown = knowledge.to_markdown();
    let parts = markdown.split("\n## ").skip(1).map(|part| part.split_once('\n').expect("a title and its table"));
    let own = parts.map(|(title, body)| match title {
        title if BY_GROUP.contains(&title) => (title.to_owned(), by_group(title)),
        title => (title.to_owned(), body.to_owned()),
    });
    let (linked, shown): (Vec<_>, Vec<_>) = own.partition(|(title, _)| LINKED.contains(&title.as_str()));
    assert_eq!(linked.len(), LINKED.len(), "every table that is linked exists");
    let names = linked.iter().map(|(title, _)| format!("- {title}")).collect::<Vec<_>>().join("\n");
    let data = "../src/clinical/knowledge/data";
    let links = format!(
        "How names and codes are recognised, row by row, is in [the tables]({data}) and in `trialwise knowledge show`:\n\n{names}\n"
    );
    [("Facts from memory".to_owned(), from_memory(knowledge))]
        .into_iter()
        .chain(shown)
        .chain([("Other tables".to_owned(), links)])
        .collect()
}

/// One line a group: its codes by system, or its drugs.
fn by_group(title: &str) -> String {
    let (file, key, value) =
        if title == "Drug groups" { ("drug_groups.csv", "group", "drug") } else { ("conditions.csv", "group", "code") };
    let rows = data(file);
    let mut groups: BTreeMap<&str, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for row in &rows {
        let kind = if value == "code" { system(row) } else { format!("grade {}", row["grade"]) };
        let prefix = if row.get("match").is_some_and(|how| how == "prefix") { "-" } else { "" };
        let told = if row[value].is_empty() { format!("\"{}\"", row["display"]) } else { format!("{}{prefix}", row[value]) };
        groups.entry(&row[key]).or_default().entry(kind).or_default().push(told);
    }
    let link = format!("[{file}](../src/clinical/knowledge/data/{file})");
    let mut text = if value == "code" {
        format!(
            "With every display, source and how sure it is: {link}. A code that ends in - counts with all that begin with it.\n\n| group | codes |\n|---|---|\n"
        )
    } else {
        format!("With the note, source and how sure it is of every row: {link}.\n\n| group | drugs |\n|---|---|\n")
    };
    for (group, kinds) in groups {
        let told: Vec<String> = kinds.iter().map(|(kind, codes)| format!("{kind}: {}", codes.join(", "))).collect();
        line(&mut text, &[group, &told.join("<br>")]);
    }
    text
}

/// How a row of the diagnoses is matched.
fn system(row: &BTreeMap<String, String>) -> String {
    match (row["code"].is_empty() || row["confidence"].starts_with("memory"), row["system"].as_str()) {
        (true, _) => "by its words alone".to_owned(),
        (false, "icd10") => "ICD-10-CM".to_owned(),
        (false, "snomed") => "SNOMED CT".to_owned(),
        (false, other) => other.to_owned(),
    }
}

/// What nobody has checked in a source yet, by table.
fn from_memory(knowledge: &Knowledge) -> String {
    let mut text = "Rows that rest on memory, in whole or in part, are to be checked before a clinician signs off. A code from memory matches nothing: its \
                    row is matched by its words alone.\n\n| table | rows | rest on memory | which |\n|---|---|---|---|\n"
        .to_owned();
    let folder = root().join("src/clinical/knowledge/data");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the tables")
        .map(|entry| entry.expect("a table").file_name().into_string().expect("a name"))
        .filter(|name| name.ends_with(".csv"))
        .collect();
    files.sort();
    for file in files {
        let rows = data(&file);
        let says = |column: &str| column == "source" || column.ends_with("_source") || column.ends_with("confidence");
        let rests = |row: &&BTreeMap<String, String>| row.iter().any(|(column, cell)| says(column) && cell.contains("memory"));
        let found: Vec<&BTreeMap<String, String>> = rows.iter().filter(rests).collect();
        if found.is_empty() {
            continue;
        }
        let name = |row: &&BTreeMap<String, String>| {
            ["id", "name", "drug", "rxcui", "code", "group", "option"].iter().find_map(|key| row.get(*key)).cloned()
        };
        let names: BTreeSet<String> = found.iter().filter_map(name).collect();
        let told = names.into_iter().collect::<Vec<_>>().join(", ");
        let (all, some) = (rows.len().to_string(), found.len().to_string());
        line(&mut text, &[&format!("[{file}](../src/clinical/knowledge/data/{file})"), &all, &some, &told]);
    }
    text += "\nWithout a verified code, matched by their words alone:\n\n";
    for Unverified { file, names } in knowledge.unverified() {
        let _ = writeln!(text, "- {file}: {}", names.join(", "));
    }
    text
}

/// Every rule, in the order of sections and of the files.
fn rules() -> Vec<Rule> {
    let mut files: Vec<_> =
        std::fs::read_dir(root().join("tests/record/rules")).expect("the rules").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let mut rules = Vec::new();
    for file in files {
        let mut reader = csv::Reader::from_path(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        rules
            .extend(reader.records().map(|row| row.expect("a row")).map(|row| Rule { id: row[0].to_owned(), sentence: row[1].to_owned() }));
    }
    rules.sort_by_key(|rule| place(rule.id.split('/').next().unwrap_or_default()));
    rules
}

fn sources() -> Vec<Source> {
    let rows = rulebook("sources.csv").into_iter();
    rows.map(|[rules, source, grade]| Source { rules, source, grade }).collect()
}

/// Title and a sentence about it, by section.
fn sections() -> BTreeMap<String, (String, String)> {
    rulebook("sections.csv").into_iter().map(|[section, title, about]| (section, (title, about))).collect()
}

/// Under which section a rule stands: its own, else the one above it.
fn heading<'a>(id: &'a str, titles: &BTreeMap<String, (String, String)>) -> &'a str {
    let section = id.split('/').next().unwrap_or_default();
    if titles.contains_key(section) { section } else { section.split('.').next().unwrap_or_default() }
}

/// The numbers of a section, so that 9.3 comes before 10.
fn place(section: &str) -> Vec<u32> {
    section.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect()
}

fn rulebook(file: &str) -> Vec<[String; 3]> {
    let text = text(&root().join("tests/record/rulebook").join(file));
    let rows = csv::Reader::from_reader(text.as_bytes()).into_records().map(|row| row.expect("a row"));
    rows.map(|row| [row[0].to_owned(), row[1].to_owned(), row[2].to_owned()]).collect()
}

/// The rows of a table of the knowledge, by column.
fn data(file: &str) -> Vec<BTreeMap<String, String>> {
    let text = text(&root().join("src/clinical/knowledge/data").join(file));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn line(text: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn capital(sentence: &str) -> String {
    let mut rest = sentence.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
