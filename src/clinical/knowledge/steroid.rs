//! How much prednisone a dose of another steroid is as strong as.

use super::index::Index;

use serde::Deserialize;

use super::cell::Cells;
use super::drug::Drugs;
use super::fault::{Defects, Fault};
use super::raw::Row;
use crate::clinical::units::{DailyDose, Ingredient};

/// The dose of prednisone that the table compares with, in mg.
const PREDNISONE_MG: f64 = 5.0;

/// A row of the table: so many mg of the drug are as strong as 5 mg of prednisone.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct SteroidRow {
    drug: &'static str,
    mg: &'static str,
}

/// The steroids with what 5 mg of prednisone are in each.
pub(super) struct Steroids(Index<Ingredient, f64>);

impl Steroids {
    pub fn new(rows: &[Row<SteroidRow>], drugs: &Drugs, defects: &mut Defects) -> Steroids {
        let mut all = Index::default();
        for Row { at, cells: row } in rows {
            let drug = drugs.known(*at, row.drug, defects);
            let mut cells = Cells { at: *at, defects };
            cells.filled("mg", row.mg);
            let (Some(drug), Some(dose)) = (drug, cells.dose("mg", row.mg)) else { continue };
            if all.insert(drug, dose.mg()).is_some() {
                cells.fault(Fault::Twice { what: row.drug.to_owned(), first: "an earlier row".to_owned() });
            }
        }
        Steroids(all)
    }

    /// The dose of prednisone that is as strong; `None` for a drug that is no steroid of the table.
    pub fn as_prednisone(&self, drug: Ingredient, dose: DailyDose) -> Option<DailyDose> {
        DailyDose::from_mg(dose.mg() * PREDNISONE_MG / self.0.get(&drug)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    #[test]
    fn a_dose_is_told_in_prednisone() {
        let knowledge = Knowledge::builtin();
        let prednisone = |name: &str, mg: f64| {
            let drug = knowledge.ingredient_named(name).expect("a drug of the tables");
            knowledge.as_prednisone(drug, DailyDose::from_mg(mg).expect("a dose")).map(DailyDose::mg)
        };
        assert_eq!(prednisone("prednisone", 20.0), Some(20.0));
        assert_eq!(prednisone("methylprednisolone", 16.0), Some(20.0));
        assert_eq!(prednisone("dexamethasone", 3.0), Some(20.0));
        assert_eq!(prednisone("hydrocortisone", 80.0), Some(20.0));
        assert_eq!(prednisone("metoprolol", 50.0), None);
    }
}
