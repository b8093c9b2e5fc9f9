//! What a symptom speaks for or against (rules.md 12): of low weight, a tie-break only.

use serde::Deserialize;

use super::cell::Cells;
use super::drug::Drugs;
use super::fault::{Defects, Fault};
use super::raw::{Row, parts};
use crate::clinical::units::{ConditionGroup, Ingredient};

/// One row of the table of symptom hints.
#[derive(Debug, Clone)]
pub struct SymptomRow {
    /// Which row.
    pub id: &'static str,
    /// PHQ-9 items that all have to be there, 1 to 9.
    pub all_items: Vec<usize>,
    /// PHQ-9 items of which one has to be there, 1 to 9.
    pub any_items: Vec<usize>,
    /// What the weight has to say besides.
    pub weight: Option<WeightSign>,
    /// A current diagnosis that has to be there.
    pub condition: Option<ConditionGroup>,
    /// Words of which one has to stand in the record of a side effect of an antidepressant, in lower case.
    pub recorded_words: Vec<&'static str>,
    /// For which drugs.
    pub drugs: Vec<Ingredient>,
    /// Whether it speaks for them; else it speaks against them.
    pub favours: bool,
    /// Why, in words.
    pub reason: &'static str,
}

/// What weights on file have to say for a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightSign {
    /// Weight was lost, and the BMI is not 30 or more.
    Loss,
    /// Weight was gained, or the BMI is 30 or more.
    GainOrObese,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct RawSymptom {
    id: &'static str,
    all_items: &'static str,
    any_items: &'static str,
    weight: &'static str,
    condition: &'static str,
    recorded_words: &'static str,
    drugs: &'static str,
    effect: &'static str,
    reason: &'static str,
    grade: &'static str,
}

const SIGNS: &[(&str, Option<WeightSign>)] =
    &[("", None), ("loss", Some(WeightSign::Loss)), ("gain-or-obese", Some(WeightSign::GainOrObese))];

/// How many items the PHQ-9 has.
const ITEMS: usize = 9;

/// Every hint, in the order of the table.
pub(super) fn symptoms(rows: &[Row<RawSymptom>], drugs: &Drugs, defects: &mut Defects) -> Vec<SymptomRow> {
    let mut hints: Vec<SymptomRow> = Vec::with_capacity(rows.len());
    for Row { at, cells: row } in rows {
        let of_row: Vec<Ingredient> = parts(row.drugs).filter_map(|name| drugs.known(*at, name, defects)).collect();
        let mut cells = Cells { at: *at, defects };
        cells.filled("id", row.id);
        cells.filled("drugs", row.drugs);
        cells.filled("reason", row.reason);
        cells.one_of("grade", row.grade, &[("A", ()), ("B", ()), ("C", ()), ("D", ())]);
        let all_items = items("all_items", row.all_items, &mut cells);
        let any_items = items("any_items", row.any_items, &mut cells);
        let weight = cells.one_of("weight", row.weight, SIGNS);
        let condition = parts(row.condition).next().and_then(|word| cells.word("condition", word));
        let recorded_words: Vec<&str> = parts(row.recorded_words).collect();
        let grounds = [row.all_items, row.any_items, row.condition, row.recorded_words];
        if grounds.iter().all(|cell| cell.trim().is_empty()) {
            cells.fault(Fault::Empty("items, condition and recorded_words"));
        }
        if hints.iter().any(|known| known.id == row.id) {
            cells.fault(Fault::Twice { what: row.id.to_owned(), first: "an earlier row".to_owned() });
        }
        let favours = cells.one_of("effect", row.effect, &[("favours", true), ("avoid", false)]);
        if let (Some(weight), Some(favours)) = (weight, favours) {
            let (id, reason) = (row.id, row.reason);
            hints.push(SymptomRow { id, all_items, any_items, weight, condition, recorded_words, drugs: of_row, favours, reason });
        }
    }
    hints
}

fn items(column: &'static str, cell: &'static str, cells: &mut Cells<'_>) -> Vec<usize> {
    let mut items = Vec::new();
    for part in parts(cell) {
        match part.parse().ok().filter(|number: &usize| (1..=ITEMS).contains(number)) {
            Some(item) => items.push(item),
            None => cells.fault(Fault::NotANumber { column, text: part.to_owned() }),
        }
    }
    items
}
