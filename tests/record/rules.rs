//! Every rule has a test that shows it speaking and one that shows it silent; the table of them is written at each run.
//!
//! The rules stand in `tests/record/rules/*.csv`; a test says which it shows in a line right above it:
//! `// rule 8/thyroid-low-above-10: speaks`, `// rule 8/thyroid-low-above-10: silent`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a marker begins with, after its indentation.
const MARKER: &str = "// rule ";

#[test]
fn every_rule_speaks_in_one_test_and_is_silent_in_another() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tables = read(&files(&root.join("tests/record/rules"), "csv"), root);
    let sources = read(&[files(&root.join("src"), "rs"), files(&root.join("tests"), "rs")].concat(), root);
    let (rules, faults) = rules(&tables, &sources);
    fs::create_dir_all(root.join("target")).expect("a target folder");
    fs::write(root.join("target/rules.md"), table(&rules)).expect("a table that can be written");
    assert!(rules.len() > 300, "the rules are read: {}", rules.len());
    assert!(faults.is_empty(), "{} faults in the rules and their tests:\n  {}", faults.len(), faults.join("\n  "));
}

#[test]
fn every_symptom_hint_is_a_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rows = fs::read_to_string(root.join("src/clinical/knowledge/data/symptom_hints.csv")).expect("the table of hints");
    let rules = fs::read_to_string(root.join("tests/record/rules/12-hints.csv")).expect("the rules of hints");
    let ids: Vec<String> = csv::Reader::from_reader(rows.as_bytes()).records().map(|row| row.expect("a row")[0].to_owned()).collect();
    let missing: Vec<&String> = ids.iter().filter(|id| !rules.contains(&format!("\n12/{id},"))).collect();
    assert!(!ids.is_empty() && missing.is_empty(), "hints without a rule: {missing:?}");
}

#[test]
fn every_way_of_being_wrong_is_told() {
    let table = |content: &str| vec![("a.csv".to_owned(), format!("id,rule\n{content}"))];
    let source = |content: &str| vec![("b.rs".to_owned(), content.to_owned())];
    let faults = |rows: &str, code: &str| rules(&table(rows), &source(code)).1;
    let both = "// rule 1/x: speaks\n// rule 1/x: silent\n#[test]\nfn holds() {}\n";
    assert_eq!(faults("1/x,A rule\n", both), Vec::<String>::new());
    assert_eq!(faults("1/x,A rule\n", "// rule 1/x: speaks\n#[test]\nfn holds() {}\n"), ["a.csv:2: 1/x: no test shows it silent"]);
    assert_eq!(faults("1/x,A rule\n", "// rule 1/x: silent\n#[test]\nfn holds() {}\n"), ["a.csv:2: 1/x: no test shows it speaking"]);
    assert_eq!(faults("1/x,A rule\n", &format!("// rule 1/y: speaks\n{both}")), ["b.rs:1: no table has the rule 1/y"]);
    assert_eq!(faults("1/x,A rule\n1/x,Again\n", both), ["a.csv:3: 1/x stands twice"]);
    assert_eq!(faults("1/x,\n", both), ["a.csv:2: a rule without its sentence"]);
    assert_eq!(faults("x,A rule\n", &both.replace("1/x", "x")), ["a.csv:2: x names no section"]);
    assert_eq!(
        faults("1/x,A rule\n", &format!("{both}// rule 1/x: speaks\nfn helper() {{}}\n")),
        ["b.rs:5: above no test: rule 1/x: speaks"]
    );
    assert_eq!(faults("1/x,A rule\n", &format!("{both}// rule 1/x: speaks\n\n#[test]\nfn apart() {{}}\n")).len(), 1, "a line between");
    assert_eq!(
        faults("1/x,A rule\n", &format!("{both}// rule 1/x speaks\n#[test]\nfn holds() {{}}\n")),
        ["b.rs:5: not understood: rule 1/x speaks"]
    );
    assert_eq!(
        faults("1/x,A rule\n", &format!("{both}// rule 1/x: silent\n#[test]\n#[ignore]\nfn later() {{}}\n")).len(),
        1,
        "an ignored test shows nothing"
    );
    let all = faults("1/x,A rule\n1/x,Again\n", "// rule 1/y: speaks\nfn helper() {}\n");
    assert_eq!(all.len(), 5, "all at once: {all:?}");
}

#[test]
fn a_marker_is_taken_by_the_test_below_it() {
    let code = "mod tests {\n    // rule 1/x: speaks\n    #[should_panic]\n    #[test]\n    fn inside() {}\n}\n\
                proptest! {\n    // rule 1/x: silent\n    #[test]\n    fn drawn(n in 0..3u8) { assert!(n < 3); }\n}\n";
    let (rules, faults) = rules(&[("a.csv".into(), "id,rule\n1/x,A rule\n".into())], &[("b.rs".into(), code.to_owned())]);
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(
        (rules[0].speaks.as_slice(), rules[0].silent.as_slice()),
        (&["b.rs: inside".to_owned()][..], &["b.rs: drawn".to_owned()][..])
    );
    assert!(table(&rules).contains("| 1 | 1/x | A rule | b.rs: inside | b.rs: drawn |"));
}

/// One line of the tables, with the tests that show it.
struct Rule {
    at: String,
    id: String,
    sentence: String,
    speaks: Vec<String>,
    silent: Vec<String>,
}

/// The rules with their tests, and everything that is wrong with either.
fn rules(tables: &[(String, String)], sources: &[(String, String)]) -> (Vec<Rule>, Vec<String>) {
    let mut faults = Vec::new();
    let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
    for (file, content) in tables {
        for row in csv::Reader::from_reader(content.as_bytes()).into_records() {
            let row = row.expect("a row that can be read");
            let at = format!("{file}:{}", row.position().map_or(0, csv::Position::line));
            let (id, sentence) = (row[0].to_owned(), row[1].to_owned());
            if sentence.trim().is_empty() {
                faults.push(format!("{at}: a rule without its sentence"));
            }
            if !id.split_once('/').is_some_and(|(section, name)| section.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty()) {
                faults.push(format!("{at}: {id} names no section"));
            }
            if rules.contains_key(&id) {
                faults.push(format!("{at}: {id} stands twice"));
            } else {
                rules.insert(id.clone(), Rule { at, id, sentence, speaks: Vec::new(), silent: Vec::new() });
            }
        }
    }
    for (file, content) in sources {
        for marker in markers(content) {
            let at = format!("{file}:{}", marker.line);
            let Some((id, word)) = marker.text.split_once(": ").filter(|(_, word)| ["speaks", "silent"].contains(word)) else {
                faults.push(format!("{at}: not understood: rule {}", marker.text));
                continue;
            };
            let Some(test) = marker.test else {
                faults.push(format!("{at}: above no test: rule {}", marker.text));
                if !rules.contains_key(id) {
                    faults.push(format!("{at}: no table has the rule {id}"));
                }
                continue;
            };
            match rules.get_mut(id) {
                Some(rule) if word == "speaks" => rule.speaks.push(format!("{file}: {test}")),
                Some(rule) => rule.silent.push(format!("{file}: {test}")),
                None => faults.push(format!("{at}: no table has the rule {id}")),
            }
        }
    }
    for rule in rules.values() {
        for (tests, word) in [(&rule.speaks, "speaking"), (&rule.silent, "silent")] {
            if tests.is_empty() {
                faults.push(format!("{}: {}: no test shows it {word}", rule.at, rule.id));
            }
        }
    }
    let mut rules: Vec<Rule> = rules.into_values().collect();
    rules.sort_by_cached_key(|rule| (place(&rule.id), rule.id.clone()));
    (rules, faults)
}

/// The numbers of a section, so that 9.3 comes before 10.
fn place(id: &str) -> Vec<u32> {
    section(id).split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect()
}

fn section(id: &str) -> &str {
    id.split('/').next().unwrap_or_default()
}

/// The table as Markdown.
fn table(rules: &[Rule]) -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut lines =
        "# Rules and the tests that show them\n\n| section | id | rule | speaks in | silent in |\n|---|---|---|---|---|\n".to_owned();
    for rule in rules {
        let cells = [section(&rule.id), &rule.id, &rule.sentence, &rule.speaks.join("<br>"), &rule.silent.join("<br>")].map(cell);
        lines += &format!("| {} |\n", cells.join(" | "));
    }
    lines
}

/// A line that says which rule the test below it shows.
struct Marker {
    line: usize,
    text: String,
    test: Option<String>,
}

/// The markers of a source, each with the test that stands right below it.
fn markers(source: &str) -> Vec<Marker> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let marked = lines.iter().enumerate().filter_map(|(index, line)| Some((index, line.strip_prefix(MARKER)?)));
    marked.map(|(index, text)| Marker { line: index + 1, text: text.to_owned(), test: test_below(&lines[index..]) }).collect()
}

/// The name of the function below, if nothing but markers and attributes stands between and the test run calls it.
fn test_below(lines: &[&str]) -> Option<String> {
    let between = |line: &&&str| line.starts_with(MARKER) || line.starts_with("#[");
    let above: Vec<&&str> = lines.iter().take_while(between).collect();
    let has = |name: &str| above.iter().any(|line| line.starts_with(&format!("#[{name}")));
    let declared = lines.get(above.len())?.trim_start_matches("async ").strip_prefix("fn ")?;
    let name = declared.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (has("test]") && !has("ignore") && !has("cfg(")).then(|| name.to_owned())
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .flat_map(|path| if path.is_dir() { files(&path, ending) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|own| own == ending))
        .collect();
    found.sort();
    found
}

/// The files with their paths below the root.
fn read(paths: &[PathBuf], root: &Path) -> Vec<(String, String)> {
    let name = |path: &Path| path.strip_prefix(root).expect("a file below the root").display().to_string();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).expect("a readable file"))).collect()
}
