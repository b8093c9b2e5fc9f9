//! What becomes of the present drug when an option is begun (`change_over.csv`).

use serde::Deserialize;

use super::antidepressant::Antidepressant;
use super::cell::Cells;
use super::drug::Drugs;
use super::fault::{Defects, Fault};
use super::raw::Row;
use crate::clinical::units::Ingredient;

/// What a change-over starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Whatever is taken, or nothing.
    Any,
    /// A drug of this class of the antidepressant table.
    Class(&'static str),
    /// This drug.
    Drug(Ingredient),
}

impl Origin {
    /// How narrowly it speaks of the present drug: the greater the narrower; `None` where it does not speak of it.
    fn speaks_of(self, present: Option<&Antidepressant>) -> Option<u8> {
        match self {
            Origin::Any => Some(0),
            Origin::Class(class) => present.filter(|row| row.class == class).map(|_| 1),
            Origin::Drug(drug) => present.filter(|row| row.ingredient == drug).map(|_| 2),
        }
    }
}

/// How one option is begun from one present drug.
#[derive(Debug, Clone, Copy)]
pub struct ChangeOver {
    from: Origin,
    text: &'static str,
}

impl ChangeOver {
    /// What holds for the present drug: its own row, else that of its class, else that of any drug.
    pub(super) fn best(rows: &[ChangeOver], present: Option<&Antidepressant>) -> Option<&'static str> {
        let speaking = rows.iter().filter_map(|row| Some((row.from.speaks_of(present)?, row.text)));
        speaking.max_by_key(|(narrow, _)| *narrow).map(|(_, text)| text)
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ChangeOverRow {
    pub option: &'static str,
    from: &'static str,
    text: &'static str,
    confidence: &'static str,
}

/// Every change-over with the option it belongs to.
pub(super) fn change_overs(
    rows: &[Row<ChangeOverRow>],
    antidepressants: &[Antidepressant],
    drugs: &Drugs,
    defects: &mut Defects,
) -> Vec<Row<(&'static str, ChangeOver)>> {
    let mut found: Vec<Row<(&'static str, ChangeOver)>> = Vec::with_capacity(rows.len());
    for Row { at, cells: row } in rows {
        let class = antidepressants.iter().map(|known| known.class).find(|class| *class == row.from);
        let from = match (row.from, class) {
            ("any", _) => Some(Origin::Any),
            (_, Some(class)) => Some(Origin::Class(class)),
            (name, None) => drugs.known(*at, name, defects).map(Origin::Drug),
        };
        let mut cells = Cells { at: *at, defects };
        cells.filled("text", row.text);
        cells.filled("confidence", row.confidence);
        let Some(from) = from else { continue };
        if let Some(first) = found.iter().find(|other| other.cells.0 == row.option && other.cells.1.from == from) {
            cells.fault(Fault::Twice { what: format!("{} from {}", row.option, row.from), first: first.at.to_string() });
        }
        found.push(Row { at: *at, cells: (row.option, ChangeOver { from, text: row.text }) });
    }
    found
}
