//! Rows whose codes nobody checked in a source: matched by text alone, and told by `knowledge check`, so that a site knows what to
//! look at.
//!
//! A code from memory stays in its row for whoever signs off, and matches nothing until its confidence says where it was checked.

use super::fault::{Defects, Fault};
use super::raw::RawTable;

/// The rows of one table that are matched by text alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified {
    /// The table.
    pub file: &'static str,
    /// What each row is called.
    pub names: Vec<&'static str>,
}

/// The tables whose rows are matched by code: the columns of the code, of the name, and of how sure the code is.
const TABLES: &[(&str, &str, &str, &str)] = &[
    ("antidepressants.csv", "rxnorm", "drug", "code_confidence"),
    ("drugs.csv", "rxnorm", "drug", "confidence"),
    ("products.csv", "rxcui", "name", "confidence"),
    ("other_products.csv", "rxcui", "name", "confidence"),
    ("conditions.csv", "code", "display", "confidence"),
    ("observations.csv", "code", "display", "confidence"),
    ("meanings.csv", "code", "display", "confidence"),
];

/// How a cell begins that says there is no verified code.
const NO_CODE: &[&str] = &["no verified", "not verified", "no RxNorm code"];

/// How a cell begins that says the code is from memory.
const FROM_MEMORY: &str = "memory";

/// Whether a row is matched by its words alone, by what it says of its code.
pub(super) fn is_by_text(confidence: &str) -> bool {
    has_no_code(confidence) || confidence.trim().starts_with(FROM_MEMORY)
}

fn has_no_code(confidence: &str) -> bool {
    NO_CODE.iter().any(|begin| confidence.trim().starts_with(begin))
}

/// The rows without a verified code. One that says it has none and holds one is a defect, and so is one without words to match it by.
pub(super) fn unverified(tables: &[RawTable], defects: &mut Defects) -> Vec<Unverified> {
    let mut found = Vec::new();
    for (file, code, name, confidence) in TABLES {
        let Some(table) = tables.iter().find(|table| table.file == *file) else { continue };
        let place = |column: &'static str| table.headers.iter().position(|header| header == column).ok_or(column);
        let (code, name, confidence) = match (place(code), place(name), place(confidence)) {
            (Ok(code), Ok(name), Ok(confidence)) => (code, name, confidence),
            (Err(column), _, _) | (_, Err(column), _) | (_, _, Err(column)) => {
                defects.add_for_file(file, Fault::NoColumn(column));
                continue;
            }
        };
        let mut names = Vec::new();
        for row in &table.records {
            let cell = |place| row.cells.get(place).unwrap_or_default().trim();
            if !is_by_text(cell(confidence)) {
                continue;
            }
            if has_no_code(cell(confidence)) && !cell(code).is_empty() {
                defects.add(row.at, Fault::UnverifiedCode(cell(code).to_owned()));
            }
            if cell(name).is_empty() {
                defects.add(row.at, Fault::NoWords);
            }
            names.push(cell(name));
        }
        if !names.is_empty() {
            found.push(Unverified { file, names });
        }
    }
    found
}
