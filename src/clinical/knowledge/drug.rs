//! Drugs by code and by name, and the groups they belong to.

use serde::Deserialize;

use super::cell::Cells;
use super::fault::{Defects, Fault, Place};
use super::index::Index;
use super::interaction::Content;
use super::raw::{Row, parts};
use super::unverified::is_by_text;
use super::words::Words;
use crate::clinical::units::{Code, DrugGroup, Ingredient, System};

/// A name found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameMatch {
    /// The ingredient; a brand of two ingredients gives two matches at one place.
    pub ingredient: Ingredient,
    /// Where the name begins in the text, in bytes.
    pub at: usize,
    /// How long the name is, in bytes.
    pub length: usize,
}

/// What names a drug: the columns that the dose table and the table of other drugs share.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct DrugRow {
    pub drug: &'static str,
    pub rxnorm: &'static str,
    pub atc: &'static str,
    pub names: &'static str,
    #[serde(alias = "code_confidence")]
    pub confidence: &'static str,
}

/// A further name of a drug.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct NameRow {
    name: &'static str,
    drug: &'static str,
}

/// A drug in a group.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct DrugGroupRow {
    group: &'static str,
    drug: &'static str,
}

/// Every drug of the tables: one ingredient each, whatever the number of its codes and names.
pub(super) struct Drugs {
    by_canonical_name: Index<&'static str, (Ingredient, Place)>,
    by_code: Index<(System, &'static str), Ingredient>,
    by_name: Index<String, Vec<Ingredient>>,
    rxnorm: Index<Ingredient, &'static str>,
    groups: Index<Ingredient, DrugGroups>,
    words: Words<Ingredient>,
    combinations: Vec<Combination>,
}

/// A drug that is a fixed combination of others and counts as one of its own: its name is theirs, joined by hyphens.
struct Combination {
    drug: Ingredient,
    parts: Vec<Ingredient>,
}

const _: () = assert!(DrugGroup::ALL.len() <= 64, "a u64 holds 64 groups");

/// The groups that a drug belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DrugGroups(u64);

impl DrugGroups {
    /// Whether this is one of them.
    pub const fn has(self, group: DrugGroup) -> bool {
        self.0 & bit(group) != 0
    }

    /// These and those.
    pub const fn union(self, other: DrugGroups) -> DrugGroups {
        DrugGroups(self.0 | other.0)
    }
}

impl Drugs {
    pub fn new(drugs: &[Row<DrugRow>], names: &[Row<NameRow>], groups: &[Row<DrugGroupRow>], defects: &mut Defects) -> Drugs {
        let mut all = Drugs {
            by_canonical_name: Index::default(),
            by_code: Index::default(),
            by_name: Index::default(),
            rxnorm: Index::default(),
            groups: Index::default(),
            words: Words::new([]),
            combinations: Vec::new(),
        };
        for row in drugs {
            all.add(row, defects);
        }
        for Row { at, cells: row } in names {
            if let Some(ingredient) = all.known(*at, row.drug, defects) {
                all.add_name(*at, row.name, ingredient, defects);
            }
        }
        for Row { at, cells: row } in groups {
            let group: Option<DrugGroup> = Cells { at: *at, defects }.word("group", row.group);
            let ingredient = all.known(*at, row.drug, defects);
            if let (Some(group), Some(ingredient)) = (group, ingredient) {
                let of_drug = all.groups.entry(ingredient).or_default();
                if of_drug.has(group) {
                    let what = format!("{ingredient} in {group}");
                    defects.add(*at, Fault::Twice { what, first: "an earlier row".to_owned() });
                }
                of_drug.0 |= bit(group);
            }
        }
        let names = all.by_name.iter().flat_map(|(name, of)| of.iter().map(move |ingredient| (name.as_str(), *ingredient)));
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        all.words = Words::new(names);
        all.combinations = all.by_canonical_name.values().filter_map(|(drug, _)| all.combination(*drug)).collect();
        all
    }

    fn add(&mut self, Row { at, cells: row }: &Row<DrugRow>, defects: &mut Defects) {
        if row.drug.trim().is_empty() || row.drug != row.drug.to_lowercase() {
            defects.add(*at, Fault::UnknownDrug(format!("{} (a drug is named in lower case)", row.drug)));
            return;
        }
        if let Some((_, first)) = self.by_canonical_name.get(row.drug) {
            defects.add(*at, Fault::Twice { what: row.drug.to_owned(), first: first.to_string() });
            return;
        }
        let ingredient = Ingredient::named(row.drug);
        self.by_canonical_name.insert(row.drug, (ingredient, *at));
        // a code from memory names nothing: the drug is known by its names and its ATC code
        let rxnorm = if is_by_text(row.confidence) { "" } else { row.rxnorm };
        if let Some(first) = parts(rxnorm).next() {
            self.rxnorm.insert(ingredient, first);
        }
        let codes = parts(rxnorm).map(|code| (System::RxNorm, code)).chain(parts(row.atc).map(|code| (System::Atc, code)));
        for (system, code) in codes {
            if let Some(other) = self.by_code.insert((system, code), ingredient) {
                defects.add(*at, Fault::Twice { what: format!("code {code}"), first: format!("the row of {other}") });
            }
        }
        self.add_name(*at, row.drug, ingredient, defects);
        for name in parts(row.names) {
            self.add_name(*at, name, ingredient, defects);
        }
    }

    fn add_name(&mut self, at: Place, name: &str, ingredient: Ingredient, defects: &mut Defects) {
        let of_name = self.by_name.entry(name.trim().to_lowercase()).or_default();
        if of_name.contains(&ingredient) {
            defects.add(at, Fault::Twice { what: name.to_owned(), first: format!("the names of {ingredient}") });
        } else {
            of_name.push(ingredient);
        }
    }

    fn combination(&self, drug: Ingredient) -> Option<Combination> {
        let parts = drug.name().split('-').map(|part| self.by_canonical_name.get(part).map(|(part, _)| *part));
        let parts = parts.collect::<Option<Vec<_>>>()?;
        (parts.len() > 1).then_some(Combination { drug, parts })
    }

    /// The drug a row names, which some table has to have.
    pub fn known(&self, at: Place, name: &str, defects: &mut Defects) -> Option<Ingredient> {
        let known = self.by_canonical_name.get(name.trim()).map(|(ingredient, _)| *ingredient);
        if known.is_none() {
            defects.add(at, Fault::UnknownDrug(name.to_owned()));
        }
        known
    }

    pub fn of_code(&self, code: Code<'_>) -> Option<Ingredient> {
        // a key of a shorter life is a key all the same
        let by_code: &Index<(System, &str), Ingredient> = &self.by_code;
        match code.system {
            System::RxNorm => by_code.get(&(System::RxNorm, code.code.trim())).copied(),
            System::Atc => by_code.get(&(System::Atc, code.code.trim().to_ascii_uppercase().as_str())).copied(),
            System::Loinc | System::Snomed | System::Icd10 | System::Ndc | System::Cpt | System::Other => None,
        }
    }

    pub fn named(&self, name: &str) -> Option<Ingredient> {
        match self.by_name.get(&name.trim().to_lowercase()).map(Vec::as_slice) {
            Some([one]) => Some(*one),
            Some(_) | None => None,
        }
    }

    /// The names in a text. Where it names all parts of a combination, or the combination and some part, it means the combination.
    pub fn in_text(&self, text: &str) -> Vec<NameMatch> {
        let found = self.words.in_text(text).into_iter();
        let mut found: Vec<_> = found.map(|found| NameMatch { ingredient: found.value, at: found.at, length: found.length }).collect();
        for Combination { drug, parts } in &self.combinations {
            let has = |drug: &Ingredient| found.iter().any(|found| found.ingredient == *drug);
            if has(drug) {
                found.retain(|found| !parts.contains(&found.ingredient));
            } else if parts.iter().all(has) {
                let first = found.iter().position(|found| parts.contains(&found.ingredient));
                let place = first.map(|first| NameMatch { ingredient: *drug, ..found[first] });
                found.retain(|found| !parts.contains(&found.ingredient));
                found.extend(place);
                found.sort_by_key(|found| (found.at, found.ingredient));
            }
        }
        found
    }

    /// Every drug, by name.
    pub fn all(&self) -> Vec<Ingredient> {
        let mut all: Vec<Ingredient> = self.by_canonical_name.values().map(|(drug, _)| *drug).collect();
        all.sort_unstable();
        all
    }

    pub fn rxnorm(&self, ingredient: Ingredient) -> Option<&'static str> {
        self.rxnorm.get(&ingredient).copied()
    }

    pub fn in_group(&self, ingredient: Ingredient, group: DrugGroup) -> bool {
        self.groups(ingredient).has(group)
    }

    /// The groups of a drug and of what it holds.
    pub fn all_groups(&self, ingredient: Ingredient, contents: &[Content]) -> DrugGroups {
        let held = contents.iter().filter(|content| content.drug == ingredient);
        held.fold(self.groups(ingredient), |groups, content| groups.union(self.groups(content.contains)))
    }

    pub fn groups(&self, ingredient: Ingredient) -> DrugGroups {
        self.groups.get(&ingredient).copied().unwrap_or_default()
    }
}

const fn bit(group: DrugGroup) -> u64 {
    1 << group as u64
}
