//! Rows whose codes nobody checked in a source: told by `knowledge check`, so that a site knows what to look at.
//!
//! A row without a verified code has none, and is matched by its names alone; a code from memory is matched until it is checked.

use super::fault::{Defects, Fault};
use super::raw::RawTable;

/// The rows of one table whose codes are not verified, alike in how they are matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified {
    /// The table.
    pub file: &'static str,
    /// How many rows.
    pub rows: usize,
    /// How they are matched.
    pub matching: Matching,
}

/// How a row without a verified code is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// By a code from memory.
    CodeFromMemory,
    /// By its names and, a drug, by its ATC code: there is no other code in it.
    TextOnly,
}

/// The tables whose rows are matched by code: the column of the code, and the one that says how sure it is.
const TABLES: &[(&str, &str, &str)] = &[
    ("antidepressants.csv", "rxnorm", "code_confidence"),
    ("drugs.csv", "rxnorm", "confidence"),
    ("products.csv", "rxcui", "confidence"),
    ("other_products.csv", "rxcui", "confidence"),
    ("conditions.csv", "code", "confidence"),
    ("observations.csv", "code", "confidence"),
    ("meanings.csv", "code", "confidence"),
];

/// How a cell begins that says there is no verified code.
const NO_CODE: &[&str] = &["no verified", "not verified", "no RxNorm code"];

/// The rows without a verified code; a row that says it has none and holds one is a defect.
pub(super) fn unverified(tables: &[RawTable], defects: &mut Defects) -> Vec<Unverified> {
    let mut found = Vec::new();
    for (file, code, confidence) in TABLES {
        let Some(table) = tables.iter().find(|table| table.file == *file) else { continue };
        let place = |name: &str| table.headers.iter().position(|column| column == name);
        let (Some(code), Some(confidence)) = (place(code), place(confidence)) else {
            defects.add_for_file(file, Fault::NoColumn(if place(code).is_none() { code } else { confidence }));
            continue;
        };
        let mut count = [(Matching::CodeFromMemory, 0), (Matching::TextOnly, 0)];
        for row in &table.records {
            let cell = |place| row.cells.get(place).unwrap_or_default().trim();
            let has_code = !cell(code).is_empty();
            if NO_CODE.iter().any(|begin| cell(confidence).starts_with(begin)) {
                if has_code {
                    defects.add(row.at, Fault::UnverifiedCode(cell(code).to_owned()));
                }
                count[1].1 += 1;
            } else if cell(confidence).starts_with("memory") && has_code {
                count[0].1 += 1;
            }
        }
        found.extend(count.into_iter().filter(|(_, rows)| *rows > 0).map(|(matching, rows)| Unverified { file, rows, matching }));
    }
    found
}
