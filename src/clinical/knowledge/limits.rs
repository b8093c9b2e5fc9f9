//! The limits of options, and which of them bear on which option: found once, since every chart asks it of every option.

use super::antidepressant::Antidepressant;
use super::drug::Drugs;
use super::index::Index;
use super::limit::{OptionLimit, Target};
use super::option::OptionRow;
use crate::clinical::units::Ingredient;

/// All limits, in the order of the table.
pub(super) struct OptionLimits {
    all: Vec<OptionLimit>,
    /// Their places, by the row and the drug of an option; without a row those of a rise.
    on: Index<(Option<&'static str>, Option<Ingredient>), Vec<usize>>,
}

impl OptionLimits {
    pub fn new(all: Vec<OptionLimit>, options: &[OptionRow], drugs: &Drugs, antidepressants: &[Antidepressant]) -> OptionLimits {
        let places = |row: Option<&OptionRow>, drug: Option<Ingredient>| {
            let bears = |limit: &OptionLimit| limit.targets.iter().any(|target| bears(*target, row, drug, drugs, antidepressants));
            (0..all.len()).filter(|place| bears(&all[*place])).collect()
        };
        let mut on = Index::default();
        for row in options {
            for drug in row.ingredients.iter().map(|drug| Some(*drug)).chain([None]) {
                on.insert((Some(row.id), drug), places(Some(row), drug));
            }
        }
        for drug in drugs.all() {
            on.insert((None, Some(drug)), places(None, Some(drug)));
        }
        OptionLimits { all, on }
    }

    pub fn all(&self) -> &[OptionLimit] {
        &self.all
    }

    /// Those that bear on an option of this row with this drug, or without a row on a rise of this drug, each with its place.
    pub fn on(&self, row: Option<&OptionRow>, drug: Option<Ingredient>) -> impl Iterator<Item = (usize, &OptionLimit)> {
        let places = self.on.get(&(row.map(|row| row.id), drug)).map(Vec::as_slice).unwrap_or_default();
        places.iter().map(|place| (*place, &self.all[*place]))
    }
}

fn bears(target: Target, row: Option<&OptionRow>, drug: Option<Ingredient>, drugs: &Drugs, antidepressants: &[Antidepressant]) -> bool {
    let with = row.map_or(&[][..], |row| &row.taken_with);
    let mut own = drug.iter().chain(with);
    let class = |drug: Ingredient| antidepressants.iter().find(|row| row.ingredient == drug).map(|row| row.class);
    match target {
        Target::Drugs => drug.is_some(),
        Target::Option(id) => row.is_some_and(|row| row.id == id),
        Target::Kind(kind) => row.is_some_and(|row| row.kind == kind),
        Target::Family(family) => row.is_some_and(|row| row.family == family),
        Target::Drug(drug) => own.any(|own| *own == drug),
        Target::Class(of) => own.any(|own| class(*own) == Some(of)),
        Target::Group(group) => own.any(|own| drugs.in_group(*own, group)),
    }
}
