//! Each threat of docs/security.md and each fault of docs/faults.md names its test, and the test is there.

use std::path::Path;

use crate::common::text;

const DOCUMENTS: [&str; 2] = ["docs/security.md", "docs/faults.md"];

/// What stands between backticks in the tables and names a test.
fn named(document: &str) -> Vec<&str> {
    let rows = document.lines().filter(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('`').skip(1).step_by(2))
        .filter(|code| code.contains("::") || code.starts_with("src/") || code.starts_with("tests/"))
        .collect()
}

/// Whether this test, or the file with tests, exists below this folder.
fn exists(root: &Path, name: &str) -> bool {
    let (file, function) = name.split_once("::").map_or((name, "#[cfg(test)]".to_owned()), |(file, test)| (file, format!("fn {test}(")));
    let folder = if file.starts_with("src/") { root.to_owned() } else { root.join("tests") };
    let source = std::fs::read_to_string(folder.join(file).with_extension("rs"));
    source.is_ok_and(|source| source.contains(&function))
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in DOCUMENTS {
        let document = text(&root.join(document));
        let named = named(&document);
        assert!(named.len() > 30, "the tables are read: {} names", named.len());
        let missing: Vec<_> = named.into_iter().filter(|name| !exists(root, name)).collect();
        assert!(missing.is_empty(), "named but not there: {missing:?}");
    }
}

#[test]
fn every_threat_has_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in DOCUMENTS {
        let document = text(&root.join(document));
        let threats =
            document.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat") && !line.starts_with("| fault"));
        let bare: Vec<_> = threats.filter(|row| named(row).is_empty()).collect();
        assert!(bare.is_empty(), "without a test: {bare:?}");
    }
}

#[test]
fn a_name_that_leads_nowhere_is_caught() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(!exists(root, "service/auth::no_such_test") && !exists(root, "service/no_such_file::test") && !exists(root, "src/auth/mod"));
    assert_eq!(named("| a | `x` | `service/auth::b`, `src/c` |\n`d::e`"), ["service/auth::b", "src/c"]);
}
