//! Which rows may name a drug, found once for every drug, so that nobody holds all rows against each of sixty options.

use std::collections::HashMap;

use super::selector::{DrugTerm, Selector};
use super::{Content, InteractionTables};
use crate::clinical::knowledge::Antidepressant;
use crate::clinical::knowledge::drug::Drugs;
use crate::clinical::units::Ingredient;

/// The rows that may name a drug, by their places in the tables, in their order. Whether they do can hang on its form and dose.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct RowsOf {
    pub windows: Vec<usize>,
    pub pairs: Vec<usize>,
    pub caps: Vec<usize>,
    pub conditions: Vec<usize>,
}

/// The rows of every drug.
pub(super) fn rows_of(tables: &InteractionTables, drugs: &Drugs, antidepressants: &[Antidepressant]) -> HashMap<Ingredient, RowsOf> {
    let of = |drug| {
        let asked = Asked { drug, contents: &tables.contents, drugs, antidepressants };
        let rows = RowsOf {
            windows: places(&tables.windows, |row| asked.may_be(&row.first) || asked.may_be(&row.second)),
            pairs: places(&tables.pairs, |row| asked.may_be(&row.first) || asked.may_be(&row.second)),
            caps: places(&tables.caps, |row| asked.holds(row.drug) || asked.may_be(&row.beside)),
            conditions: places(&tables.conditions, |row| asked.may_be(&row.drugs)),
        };
        (drug, rows)
    };
    drugs.all().into_iter().map(of).collect()
}

fn places<T>(rows: &[T], names: impl Fn(&T) -> bool) -> Vec<usize> {
    (0..rows.len()).filter(|place| names(&rows[*place])).collect()
}

/// A drug that is asked for.
struct Asked<'a> {
    drug: Ingredient,
    contents: &'a [Content],
    drugs: &'a Drugs,
    antidepressants: &'a [Antidepressant],
}

impl Asked<'_> {
    fn holds(&self, drug: Ingredient) -> bool {
        self.drug == drug || self.contents.iter().any(|content| content.drug == self.drug && content.contains == drug)
    }

    /// Whether a selector may mean the drug in some form and dose.
    fn may_be(&self, selector: &Selector) -> bool {
        let row = || self.antidepressants.iter().find(|row| row.ingredient == self.drug);
        selector.may_mean(|term| match term {
            DrugTerm::Drug(drug, _) => self.holds(*drug),
            DrugTerm::Group(group) => self.drugs.all_groups(self.drug, self.contents).has(*group),
            DrugTerm::Class(class) => row().is_some_and(|row| row.class == *class),
            DrugTerm::Antidepressants => row().is_some(),
        })
    }
}
