//! What was no chart: counted by reason for the report, named by file and line for whoever runs it.
//!
//! Names of files stay out of reports: large makers of test data put the patient's name into them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::input::{LARGEST, Place};
use crate::fhir::ReadError;
use crate::hooks::RequestError;
use crate::server::RecordError;

/// Of how many files and reasons the lines are named.
const MOST_NAMED: usize = 1000;

/// How many lines of one file are named for one reason.
const MOST_LINES: usize = 3;

/// Why something is no chart, without a word of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The file cannot be read, or not to its end.
    Unreadable,
    /// More than is read of one chart.
    TooLarge,
    /// Not one JSON value.
    NotJson,
    /// JSON, but no chart.
    NotFhir,
    /// Another version of FHIR.
    OtherVersion(String),
    /// Two patients in one Bundle.
    TwoPatients,
    /// A resource that is of no patient.
    NoPatient,
    /// A hook request that is none.
    Request(RequestWhy),
    /// A defect of ours.
    Defect,
}

/// What is wrong with a hook request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestWhy(String);

impl From<RecordError> for Why {
    fn from(error: RecordError) -> Why {
        match error {
            RecordError::Request { error: RequestError::Malformed { .. }, .. } => Why::NotJson,
            RecordError::Request { error, .. } => Why::Request(RequestWhy(error.to_string())),
            RecordError::Read(ReadError::NotJson { .. } | ReadError::Empty { .. }) => Why::NotJson,
            RecordError::Read(ReadError::NotFhir { .. } | ReadError::HookRequest { .. }) => Why::NotFhir,
            RecordError::Read(ReadError::OtherVersion { version, .. }) => Why::OtherVersion(version.to_string()),
            RecordError::Read(ReadError::TwoPatients { .. }) => Why::TwoPatients,
            RecordError::Read(ReadError::TooMany { .. }) => Why::TooLarge,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Unreadable => f.write_str("cannot be read to the end"),
            Why::TooLarge => write!(f, "larger than {} MiB", LARGEST / 1024 / 1024),
            Why::NotJson => f.write_str("not one JSON value"),
            Why::NotFhir => f.write_str("JSON, but neither FHIR nor a hook request"),
            Why::OtherVersion(version) => write!(f, "FHIR {version}, only R4 is read"),
            Why::TwoPatients => f.write_str("two different patients in one record"),
            Why::NoPatient => f.write_str("a resource that names no patient"),
            Why::Request(RequestWhy(why)) => write!(f, "a hook request that is none: {why}"),
            Why::Defect => f.write_str("a defect of Trialwise: please report it"),
        }
    }
}

/// Where what was refused stands: the first so many files by name, the first so many lines of each.
#[derive(Debug, Default)]
pub struct Places {
    named: BTreeMap<(Arc<Path>, Why), (u64, Vec<u64>)>,
}

impl Places {
    /// One more.
    pub fn add(&mut self, place: Place, why: Why) {
        self.put((place.file, why), 1, place.line);
    }

    /// Those of another thread too.
    pub fn merge(&mut self, other: Places) {
        for (key, (count, lines)) in other.named {
            self.put(key, count, lines);
        }
    }

    fn put(&mut self, key: (Arc<Path>, Why), count: u64, lines: impl IntoIterator<Item = u64>) {
        let (counted, named) = self.named.entry(key).or_default();
        *counted += count;
        named.extend(lines);
        named.sort_unstable();
        named.truncate(MOST_LINES);
        // Always the last by name, so that it is the same whoever comes first.
        if self.named.len() > MOST_NAMED {
            self.named.pop_last();
        }
    }

    /// A line for each file and reason.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.named.iter().map(|((file, why), (count, lines))| {
            let file = if file.as_os_str() == "-" { "standard input".into() } else { file.display().to_string() };
            let numbers: Vec<String> = lines.iter().map(u64::to_string).collect();
            let more = if *count > lines.len() as u64 { format!(" and {} more", count - lines.len() as u64) } else { String::new() };
            match numbers.len() {
                0 => format!("{file}: {why}"),
                1 => format!("{file}: line {}{more}: {why}", numbers[0]),
                _ => format!("{file}: lines {}{more}: {why}", numbers.join(", ")),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str, line: Option<u64>) -> Place {
        Place { file: Path::new(file).into(), line }
    }

    #[test]
    fn places_are_the_same_in_whatever_order_and_by_however_many_they_are_found() {
        let all: Vec<(Place, Why)> = (1..=9)
            .map(|line| (place("b.ndjson", Some(line)), if line == 4 { Why::TooLarge } else { Why::NotJson }))
            .chain([(place("a.json", None), Why::NotFhir)])
            .collect();
        let mut forth = Places::default();
        all.iter().cloned().for_each(|(place, why)| forth.add(place, why));
        let (mut back, mut other) = (Places::default(), Places::default());
        all.iter().rev().cloned().enumerate().for_each(|(n, (place, why))| if n % 2 == 0 { &mut back } else { &mut other }.add(place, why));
        back.merge(other);
        assert_eq!(forth.lines().collect::<Vec<_>>(), back.lines().collect::<Vec<_>>());
        let lines: Vec<String> = forth.lines().collect();
        assert_eq!(
            lines,
            [
                "a.json: JSON, but neither FHIR nor a hook request",
                "b.ndjson: line 4: larger than 64 MiB",
                "b.ndjson: lines 1, 2, 3 and 5 more: not one JSON value",
            ]
        );
    }

    #[test]
    fn no_more_are_named_than_the_memory_holds() {
        let mut places = Places::default();
        (0..MOST_NAMED + 10).for_each(|n| places.add(place(&format!("{:05}.json", MOST_NAMED + 10 - n), None), Why::NotJson));
        assert_eq!(places.lines().count(), MOST_NAMED);
        assert!(places.lines().next().expect("a line").starts_with("00001.json"));
    }

    #[test]
    fn a_refusal_says_nothing_of_the_patient() {
        let ids = vec!["Zebedee".to_owned(), "p2".to_owned()];
        assert_eq!(Why::from(RecordError::Read(ReadError::TwoPatients { ids })).to_string(), "two different patients in one record");
    }
}
