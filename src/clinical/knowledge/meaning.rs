//! Codes of procedures, relationships, reasons and answers.

use super::index::Index;

use serde::Deserialize;

use super::cell::Cells;
use super::fault::{Defects, Fault};
use super::raw::{Row, parts};
use super::unverified::is_by_text;
use super::words::Words;
use crate::clinical::units::Meaning;

/// A row of the table of meanings.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct MeaningRow {
    meaning: &'static str,
    code: &'static str,
    #[serde(rename = "match")]
    how: &'static str,
    display: &'static str,
    confidence: &'static str,
}

/// What codes say, whatever system they are written with: a question is always asked for one meaning, so that a code of another
/// system with the same letters does no harm.
pub(super) struct Meanings {
    exact: Index<&'static str, Meaning>,
    prefixes: Vec<(&'static str, Meaning)>,
    /// What the rows without a verified code are called.
    words: Words<Meaning>,
}

impl Meanings {
    pub fn new(rows: &[Row<MeaningRow>], defects: &mut Defects) -> Meanings {
        let mut meanings = Meanings { exact: Index::default(), prefixes: Vec::new(), words: Words::new([]) };
        let mut names = Vec::new();
        for Row { at, cells: row } in rows {
            let mut cells = Cells { at: *at, defects };
            cells.filled("code", row.code);
            let meaning = cells.word::<Meaning>("meaning", row.meaning);
            let prefix = cells.one_of("match", row.how, &[("exact", false), ("prefix", true)]);
            let (Some(meaning), Some(prefix)) = (meaning, prefix) else { continue };
            if is_by_text(row.confidence) {
                names.extend(parts(row.display).map(|name| (name, meaning)));
            } else if prefix {
                meanings.prefixes.push((row.code, meaning));
            } else if meanings.exact.insert(row.code, meaning).is_some() {
                cells.fault(Fault::Twice { what: row.code.to_owned(), first: "an earlier row".to_owned() });
            }
        }
        meanings.words = Words::new(names);
        meanings
    }

    pub fn of(&self, code: &str) -> Option<Meaning> {
        let by_prefix = || self.prefixes.iter().find(|(prefix, _)| code.starts_with(prefix)).map(|(_, meaning)| *meaning);
        self.exact.get(code).copied().or_else(by_prefix)
    }

    /// What a text says by the words of rows without a verified code.
    pub fn in_text(&self, text: &str) -> impl Iterator<Item = Meaning> {
        self.words.in_text(text).into_iter().map(|found| found.value)
    }
}
