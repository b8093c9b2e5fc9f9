//! What a fixed combination that counts as one drug holds.

use serde::Deserialize;

use crate::clinical::knowledge::cell::Cells;
use crate::clinical::knowledge::drug::Drugs;
use crate::clinical::knowledge::fault::Defects;
use crate::clinical::knowledge::raw::Row;
use crate::clinical::units::{Ingredient, Strength};

/// One drug in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// The combination.
    pub drug: Ingredient,
    /// What it holds.
    pub contains: Ingredient,
    /// How much of it one unit holds.
    pub strength: Strength,
}

/// A row of `combinations.csv`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in crate::clinical::knowledge) struct CombinationRow {
    drug: &'static str,
    contains: &'static str,
    mg_per_unit: &'static str,
}

pub(super) fn content(Row { at, cells: row }: &Row<CombinationRow>, drugs: &Drugs, defects: &mut Defects) -> Option<Content> {
    let (drug, contains) = (drugs.known(*at, row.drug, defects), drugs.known(*at, row.contains, defects));
    let mut cells = Cells { at: *at, defects };
    cells.filled("mg_per_unit", row.mg_per_unit);
    let strength = cells.dose("mg_per_unit", row.mg_per_unit).and_then(|dose| Strength::from_mg(dose.mg()));
    Some(Content { drug: drug?, contains: contains?, strength: strength? })
}
