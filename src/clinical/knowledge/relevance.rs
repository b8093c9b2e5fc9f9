//! What may matter though no table knows it: words of a diagnosis, classes of a drug.

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::cell::Cells;
use super::fault::Defects;
use super::raw::Row;
use super::words::begins_word;

/// The begin of a word that looks relevant.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct RelevantWordRow {
    begins: &'static str,
}

/// A drug class whose members may matter.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct RelevantClassRow {
    class: &'static str,
}

/// Words by their begins: `depress` stands for depression, depressive, depressed.
pub(super) struct Relevance {
    begins: AhoCorasick,
    classes: Vec<&'static str>,
}

impl Relevance {
    pub fn new(rows: &[Row<RelevantWordRow>], classes: &[Row<RelevantClassRow>], defects: &mut Defects) -> Relevance {
        for Row { at, cells: row } in rows {
            Cells { at: *at, defects }.filled("begins", row.begins);
        }
        for Row { at, cells: row } in classes {
            Cells { at: *at, defects }.filled("class", row.class);
        }
        let begins = rows.iter().map(|row| row.cells.begins).filter(|begins| !begins.is_empty());
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(begins);
        Relevance {
            begins: automaton.expect("a few dozen short words are no more than an automaton holds"),
            classes: classes.iter().map(|row| row.cells.class).filter(|class| !class.is_empty()).collect(),
        }
    }

    /// Whether a word of the text begins so.
    pub fn of_text(&self, text: &str) -> bool {
        self.begins.find_overlapping_iter(text).any(|found| begins_word(text, found.start()))
    }

    /// Whether an ATC code is below one of the classes.
    pub fn of_class(&self, atc: &str) -> bool {
        let atc = atc.trim().to_ascii_uppercase();
        self.classes.iter().any(|class| atc.starts_with(class))
    }
}
