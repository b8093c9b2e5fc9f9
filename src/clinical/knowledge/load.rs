//! Raw rows, checked as a whole.

/// A defect of the tables: what is wrong, in which file and row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    /// The file.
    pub file: String,
    /// The line in the file, the header being line 1; `None` for the file as a whole.
    pub line: Option<u64>,
    /// What is wrong.
    pub what: String,
}

/// A site's own parameters and rows, as text (TOML); read from disk by the edge.
#[derive(Debug, Clone)]
pub struct SiteFile {
    /// What to call it in a defect.
    pub name: String,
    /// Its content.
    pub content: String,
}

/// One thing that a site changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteChange {
    /// In words: `adequate_min_days: 42 -> 56`.
    pub what: String,
}
