//! What the tables say of one drug beside others, found once for every drug, so that nobody holds all rows against each of sixty options.

use super::selector::{DrugTerm, Selector};
use super::{Content, InteractionTables};
use crate::clinical::knowledge::Antidepressant;
use crate::clinical::knowledge::drug::{DrugGroups, Drugs};
use crate::clinical::knowledge::index::Index;
use crate::clinical::knowledge::option::hyphened;
use crate::clinical::units::Ingredient;

/// What the tables say of one drug that may be taken with others. Rows that may name it stand by their places in the tables, in their
/// order; whether they do can hang on its form and dose.
#[derive(Debug, Default)]
pub struct Profile {
    /// Its name as an id has it, in lower case with hyphens.
    pub id: &'static str,
    /// The groups of the drug.
    pub groups: DrugGroups,
    /// These, and those of what it holds as a fixed combination.
    pub all_groups: DrugGroups,
    /// What it holds as a fixed combination.
    pub contents: Vec<Content>,
    /// Its place in the dose table, where it is an antidepressant.
    pub(in crate::clinical::knowledge) antidepressant: Option<usize>,
    /// The windows.
    pub windows: Vec<(usize, Side)>,
    /// The pairs.
    pub pairs: Vec<(usize, Side)>,
    /// The doses.
    pub caps: Vec<usize>,
    /// The diagnoses.
    pub conditions: Vec<usize>,
}

/// Which of the two drugs of a row a drug, or some drug of several, may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Side {
    pub first: bool,
    pub second: bool,
}

impl Side {
    /// Whether the one may be the first and the other the second.
    pub const fn meets(self, other: Side) -> bool {
        self.first && other.second || self.second && other.first
    }

    /// Either of them.
    pub const fn or(self, other: Side) -> Side {
        Side { first: self.first || other.first, second: self.second || other.second }
    }
}

/// The profile of every drug.
pub(super) fn profiles(tables: &InteractionTables, drugs: &Drugs, antidepressants: &[Antidepressant]) -> Index<Ingredient, Profile> {
    let of = |drug| {
        let asked = Asked {
            drug,
            contents: tables.contents.iter().filter(|content| content.drug == drug).copied().collect(),
            all_groups: drugs.all_groups(drug, &tables.contents),
            antidepressant: antidepressants.iter().position(|row| row.ingredient == drug),
            class: antidepressants.iter().find(|row| row.ingredient == drug).map(|row| row.class),
        };
        let profile = Profile {
            id: hyphened(drug.name()),
            groups: drugs.groups(drug),
            all_groups: asked.all_groups,
            antidepressant: asked.antidepressant,
            windows: sides(&tables.windows, |row| asked.side(&row.first, &row.second)),
            pairs: sides(&tables.pairs, |row| asked.side(&row.first, &row.second)),
            caps: places(&tables.caps, |row| asked.holds(row.drug) || asked.may_be(&row.beside)),
            conditions: places(&tables.conditions, |row| asked.may_be(&row.drugs)),
            contents: asked.contents,
        };
        (drug, profile)
    };
    drugs.all().into_iter().map(of).collect()
}

fn places<T>(rows: &[T], names: impl Fn(&T) -> bool) -> Vec<usize> {
    (0..rows.len()).filter(|place| names(&rows[*place])).collect()
}

fn sides<T>(rows: &[T], side: impl Fn(&T) -> Side) -> Vec<(usize, Side)> {
    rows.iter().map(side).enumerate().filter(|(_, side)| *side != Side::default()).collect()
}

/// A drug that is asked for.
struct Asked {
    drug: Ingredient,
    contents: Vec<Content>,
    all_groups: DrugGroups,
    antidepressant: Option<usize>,
    class: Option<&'static str>,
}

impl Asked {
    fn holds(&self, drug: Ingredient) -> bool {
        self.drug == drug || self.contents.iter().any(|content| content.contains == drug)
    }

    fn side(&self, first: &Selector, second: &Selector) -> Side {
        Side { first: self.may_be(first), second: self.may_be(second) }
    }

    /// Whether a selector may mean the drug in some form and dose.
    fn may_be(&self, selector: &Selector) -> bool {
        selector.may_mean(|term| match term {
            DrugTerm::Drug(drug, _) => self.holds(*drug),
            DrugTerm::Group(group) => self.all_groups.has(*group),
            DrugTerm::Class(class) => self.class == Some(class),
            DrugTerm::Antidepressants => self.antidepressant.is_some(),
        })
    }
}
