//! What drugs do to one another, as rows: windows around MAO inhibitors, pairs, doses, diagnoses (rules.md 9.1, 9.2).

mod cap;
mod combination;
mod condition;
mod pair;
mod profile;
mod selector;
mod window;

pub use cap::{Circumstance, DoseCap};
pub use combination::Content;
pub use condition::{ConditionStatus, DrugCondition};
pub use pair::DrugPair;
pub use profile::{Profile, Side};
pub use selector::{DrugTerm, Selector};
pub use window::Window;

pub(super) use cap::DoseCapRow;
pub(super) use combination::CombinationRow;
pub(super) use condition::DrugConditionRow;
pub(super) use pair::DrugPairRow;
pub(super) use window::WindowRow;

use super::Antidepressant;
use super::drug::Drugs;
use super::fault::Defects;
use super::index::Index;
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
    /// Doses that are too high under some circumstance (rules.md 9.2), the lowest first.
    pub caps: Vec<DoseCap>,
    /// Diagnoses that a drug does not go well with (rules.md 9.2).
    pub conditions: Vec<DrugCondition>,
    /// What a fixed combination holds.
    pub contents: Vec<Content>,
    unknown: Profile,
    profiles: Index<Ingredient, Profile>,
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
            unknown: Profile::default(),
            profiles: Index::default(),
        };
        // the lowest cap that applies is the one that is told
        tables.caps.sort_by_key(|cap| cap.maximum);
        tables.profiles = profile::profiles(&tables, drugs, antidepressants);
        tables
    }

    /// What the tables say of a drug beside others; nothing of one that they do not know.
    pub fn profile(&self, drug: Ingredient) -> &Profile {
        self.profiles.get(&drug).unwrap_or(&self.unknown)
    }
}
