//! Two drugs that do not go well together, whatever their doses (rules.md 9.2).

use serde::Deserialize;

use super::selector::Reader;
use super::{GRADES, Grade, Selector, YES_NO};
use crate::clinical::knowledge::cell::Cells;
use crate::clinical::knowledge::fault::Defects;
use crate::clinical::knowledge::raw::Row;

/// Two drugs taken together.
#[derive(Debug, Clone)]
pub struct DrugPair {
    /// The name of the row.
    pub id: &'static str,
    /// One of them.
    pub first: Selector,
    /// The other.
    pub second: Selector,
    /// How loud.
    pub grade: Grade,
    /// Whether the label excludes both together.
    pub contraindicated: bool,
    /// Why, in few words.
    pub reason: &'static str,
    /// What the prescriber is told to do about it.
    pub advice: &'static str,
}

/// A row of `drug_pairs.csv`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in crate::clinical::knowledge) struct DrugPairRow {
    id: &'static str,
    first: &'static str,
    second: &'static str,
    grade: &'static str,
    contraindicated: &'static str,
    reason: &'static str,
    advice: &'static str,
}

pub(super) fn pair(Row { at, cells: row }: &Row<DrugPairRow>, reader: Reader<'_>, defects: &mut Defects) -> Option<DrugPair> {
    let (first, second) = (reader.selector(*at, "first", row.first, defects), reader.selector(*at, "second", row.second, defects));
    let mut cells = Cells { at: *at, defects };
    for (column, text) in [("id", row.id), ("first", row.first), ("second", row.second), ("reason", row.reason)] {
        cells.filled(column, text);
    }
    let grade = cells.one_of("grade", row.grade, GRADES);
    if grade.is_some_and(|grade| grade != Grade::Line) {
        cells.filled("advice", row.advice);
    }
    let contraindicated = cells.one_of("contraindicated", row.contraindicated, YES_NO)?;
    Some(DrugPair { id: row.id, first, second, grade: grade?, contraindicated, reason: row.reason, advice: row.advice })
}
