//! What drugs do to one another, as rows: windows around MAO inhibitors, pairs, doses, diagnoses (rules.md 9.1, 9.2).

mod cap;
mod combination;
mod condition;
mod pair;
mod rows_of;
mod selector;
mod window;

pub use cap::{Circumstance, DoseCap};
pub use combination::Content;
pub use condition::{ConditionStatus, DrugCondition};
pub use pair::DrugPair;
pub use rows_of::RowsOf;
pub use selector::{DrugTerm, Selector};
pub use window::Window;

pub(super) use cap::DoseCapRow;
pub(super) use combination::CombinationRow;
pub(super) use condition::DrugConditionRow;
pub(super) use pair::DrugPairRow;
pub(super) use window::WindowRow;

use std::collections::HashMap;

use super::Antidepressant;
use super::drug::Drugs;
use super::fault::Defects;
use super::raw::Row;
use crate::clinical::units::Ingredient;

/// How loud a row is; a line raises nothing by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Grade {
    Critical,
    Warning,
    Info,
    Line,
}

const GRADES: &[(&str, Grade)] =
    &[("critical", Grade::Critical), ("warning", Grade::Warning), ("info", Grade::Info), ("line", Grade::Line)];

const YES_NO: &[(&str, bool)] = &[("yes", true), ("no", false)];

/// Every row about what drugs do to one another.
pub struct InteractionTables {
    /// Free days between two drugs (rules.md 9.1).
    pub windows: Vec<Window>,
    /// Two drugs that do not go well together (rules.md 9.2).
    pub pairs: Vec<DrugPair>,
    /// Doses that are too high under some circumstance (rules.md 9.2).
    pub caps: Vec<DoseCap>,
    /// Diagnoses that a drug does not go well with (rules.md 9.2).
    pub conditions: Vec<DrugCondition>,
    /// What a fixed combination holds.
    pub contents: Vec<Content>,
    rows_of: HashMap<Ingredient, RowsOf>,
}

/// The rows of these tables as they were read.
pub(super) struct InteractionRows {
    pub windows: Vec<Row<WindowRow>>,
    pub pairs: Vec<Row<DrugPairRow>>,
    pub caps: Vec<Row<DoseCapRow>>,
    pub conditions: Vec<Row<DrugConditionRow>>,
    pub combinations: Vec<Row<CombinationRow>>,
}

impl InteractionTables {
    pub(super) fn new(
        rows: &InteractionRows,
        drugs: &Drugs,
        antidepressants: &[Antidepressant],
        defects: &mut Defects,
    ) -> InteractionTables {
        let reader = selector::Reader { drugs, antidepressants };
        let mut tables = InteractionTables {
            windows: rows.windows.iter().filter_map(|row| window::window(row, reader, defects)).collect(),
            pairs: rows.pairs.iter().filter_map(|row| pair::pair(row, reader, defects)).collect(),
            caps: rows.caps.iter().filter_map(|row| cap::cap(row, reader, defects)).collect(),
            conditions: rows.conditions.iter().filter_map(|row| condition::condition(row, reader, defects)).collect(),
            contents: rows.combinations.iter().filter_map(|row| combination::content(row, drugs, defects)).collect(),
            rows_of: HashMap::new(),
        };
        tables.rows_of = rows_of::rows_of(&tables, drugs, antidepressants);
        tables
    }

    /// The rows that may name a drug; `None` for one that the tables do not know.
    pub fn rows_of(&self, drug: Ingredient) -> Option<&RowsOf> {
        self.rows_of.get(&drug)
    }
}
