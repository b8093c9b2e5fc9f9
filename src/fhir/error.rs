//! Why a body is no record.

use std::fmt;

/// Why no chart could be made. One line, saying what and where; nothing of the record but resource types and ids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing in it.
    #[error("{name}: empty, expected FHIR R4 JSON")]
    Empty {
        /// What the body is called.
        name: String,
    },
    /// Not JSON, or not to its end.
    #[error("{name}: not JSON at line {line}, column {column}: {problem}")]
    NotJson {
        /// What the body is called.
        name: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 where the line is empty.
        column: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// JSON, but no FHIR resource.
    #[error("{name}: {found}, expected a FHIR R4 Bundle, a resource, or NDJSON")]
    NotFhir {
        /// What the body is called.
        name: String,
        /// What it is.
        found: &'static str,
    },
    /// A CDS Hooks request, which another room takes apart.
    #[error("{name}: a CDS Hooks request; its prefetch is read, not the request itself")]
    HookRequest {
        /// What the body is called.
        name: String,
    },
    /// FHIR of another version.
    #[error("{name}: {place} has the shape of FHIR {version}, only R4 is read: {hint}")]
    OtherVersion {
        /// What the body is called.
        name: String,
        /// The first resource that shows it.
        place: String,
        /// Which version.
        version: Version,
        /// What shows it.
        hint: &'static str,
    },
    /// More than one call may hold.
    #[error("more than {limit} resources")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Two patients in what should be one record.
    #[error("two different patients in one record: {}", some(.ids))]
    TwoPatients {
        /// Their ids, sorted.
        ids: Vec<String>,
    },
}

/// The first two ids, and how many more there are.
fn some(ids: &[String]) -> String {
    let first: Vec<&str> = ids.iter().take(2).map(String::as_str).collect();
    let more = ids.len() - first.len();
    if more == 0 { first.join(", ") } else { format!("{} and {more} more", first.join(", ")) }
}

impl ReadError {
    /// The same in words that hold nothing of the record, ids neither: what a reply over HTTP may say.
    pub fn without_ids(&self) -> String {
        match self {
            ReadError::TwoPatients { .. } => "two different patients in one record".to_owned(),
            ReadError::OtherVersion { name, version, hint, .. } => format!("{name}: FHIR {version}, only R4 is read: {hint}"),
            other => other.to_string(),
        }
    }
}

/// A version of FHIR that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Version {
    Dstu2,
    Stu3,
    R5,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Version::Dstu2 => "DSTU2",
            Version::Stu3 => "STU3",
            Version::R5 => "R5",
        })
    }
}
