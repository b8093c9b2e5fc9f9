//! What may be wrong with a row.

use super::load::Defect;

/// What is wrong, in words for whoever keeps the tables.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Fault {
    #[error("{0}")]
    Unreadable(String),
    #[error("the table has no column `{0}`")]
    NoColumn(&'static str),
    #[error("unknown column `{column}`; this table has {known}")]
    UnknownColumn { column: String, known: String },
    #[error("unknown section `{section}`; known are {known}")]
    UnknownSection { section: String, known: String },
    #[error("`{0}` has to be a table of rows")]
    NotRows(String),
    #[error("`{0}` is empty")]
    Empty(&'static str),
    #[error("`{text}` in column `{column}` is not a number that makes sense there")]
    NotANumber { column: &'static str, text: String },
    #[error("unknown word `{word}` in column `{column}`")]
    UnknownWord { column: &'static str, word: String },
    #[error("unknown drug `{0}`")]
    UnknownDrug(String),
    #[error("`{0}` is no augmenter of the option table")]
    NoAugmenter(String),
    #[error("a row that never makes the card has neither observations nor days")]
    NeverMakesACard,
    #[error("unknown care level `{0}`")]
    UnknownCareLevel(String),
    #[error("`{what}` stands once among the drugs of `{of}`, not twice and not elsewhere")]
    Misplaced { what: String, of: &'static str },
    #[error("`{text}` in column `{column}` is no limit: `< 30`, `>= 65`, `= 1`, `>= 140/90`, `> 3 x ULN 40`")]
    NotALimit { column: &'static str, text: String },
    #[error("`{what}` stands already in {first}")]
    Twice { what: String, first: String },
    #[error("code {code} stands in {group} twice, first in {first}")]
    TwiceInGroup { code: String, group: String, first: String },
    #[error("code {code} stands in {first} and in {second}, which exclude each other")]
    ExclusiveGroups { code: String, first: String, second: String },
    #[error("code {0} stands in a row that says it has no verified code: leave it empty, or say where it was checked")]
    UnverifiedCode(String),
    #[error("a row without a verified code is matched by its words, and has none")]
    NoWords,
    #[error("`{low}` ({low_value}) is above `{high}` ({high_value})")]
    Above { low: &'static str, low_value: f64, high: &'static str, high_value: f64 },
    #[error("{strengths} strengths for {drugs} drugs")]
    Strengths { drugs: usize, strengths: usize },
    #[error("the pattern cannot be read: {0}")]
    Pattern(String),
    #[error("unknown parameter `{0}`")]
    UnknownParameter(String),
    #[error("parameter `{0}` is missing")]
    MissingParameter(&'static str),
    #[error("parameter `{name}` is {value}; allowed is {allowed}")]
    NotAllowed { name: String, value: String, allowed: String },
}

/// A place in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub file: &'static str,
    pub line: u64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)
    }
}

/// The defects found so far. Finding one ends nothing: the tables are read to their ends.
#[derive(Debug, Default)]
pub(super) struct Defects(Vec<Defect>);

impl Defects {
    pub fn add(&mut self, at: Place, fault: Fault) {
        self.0.push(Defect { file: at.file.to_owned(), line: Some(at.line), what: fault.to_string() });
    }

    pub fn add_for_file(&mut self, file: &str, fault: Fault) {
        self.0.push(Defect { file: file.to_owned(), line: None, what: fault.to_string() });
    }

    /// Every defect in the order of file and line; none is success.
    pub fn into_result(mut self) -> Result<(), Vec<Defect>> {
        self.0.sort();
        self.0.dedup();
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
