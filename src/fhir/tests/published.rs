//! Records that nobody here wrote, and the worked cases, read.

use std::path::{Path, PathBuf};

use super::*;

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json" || extension == "ndjson") {
            found.push(path);
        }
    }
}

#[test]
fn worked_cases_are_read_to_the_last_resource() {
    let Some(folder) = shared("clinical/cases") else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    for path in paths.iter().filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("bundle"))) {
        let body = std::fs::read(path).expect("a file");
        let mut reader = Reader::new(Knowledge::builtin(), "2026-12-31".parse().expect("a day"));
        reader.add("bundle.json", &body).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let chart = reader.finish().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(chart.patient.is_some(), "{}", path.display());
        for unread in &chart.unread {
            eprintln!("{}: {}: {}", path.parent().and_then(Path::file_name).unwrap_or_default().display(), unread.source, unread.why);
        }
        for record in &chart.medications {
            assert!(!record.instruction.not_understood || record.instruction.steps.is_empty());
        }
    }
}

#[test]
fn a_phq9_in_all_its_published_forms_is_one_occasion() {
    let Some(folder) = shared("data/us-core-examples") else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase().contains("phq"));
    let bodies: Vec<Vec<u8>> = paths.iter().filter(|path| named(path)).map(|path| std::fs::read(path).expect("a file")).collect();
    let mut reader = Reader::new(Knowledge::builtin(), today());
    for body in &bodies {
        reader.add("file", body).expect("read");
    }
    let chart = reader.finish().expect("a chart");
    assert_eq!(chart.screenings.len(), 1, "{:?}", chart.screenings);
    let screening = &chart.screenings[0];
    assert!(screening.items.iter().all(Option::is_some));
    assert_eq!(screening.total, screening.items.iter().copied().sum());
}

#[test]
fn no_record_of_others_stops_the_reader() {
    let Some(folder) = shared("data") else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let (mut read, mut refused) = (0, 0);
    for path in &paths {
        let body = std::fs::read(path).expect("a file");
        let mut reader = Reader::new(Knowledge::builtin(), today());
        match reader.add("file", &body).and_then(|()| reader.finish()) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    eprintln!("{read} files read, {refused} refused");
    assert!(read > 100);
}
