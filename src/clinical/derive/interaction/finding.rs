//! What a row concluded, and how the conclusions become one list.

use std::collections::BTreeSet;

use super::present::Present;
use super::{Interaction, InteractionLine, Interactions, NotChecked, Scene, severity};
use crate::clinical::knowledge::Grade;
use crate::clinical::units::{Day, Ingredient, SourceRef};

/// What a row concluded.
#[derive(Debug, Clone)]
pub struct Finding<'s> {
    pub id: &'static str,
    pub grade: Grade,
    /// The drug it is about though no record names it.
    pub about: Option<Ingredient>,
    /// The drugs, in the order they are told.
    pub of: Vec<&'s Present<'s>>,
    pub reason: String,
    pub advice: &'static str,
    /// Results and diagnoses it rests on, beside the records of the drugs.
    pub facts: Vec<SourceRef>,
    pub since: Option<Day>,
    pub until: Option<Day>,
    pub contraindicated: bool,
}

impl<'s> Finding<'s> {
    /// A finding of these drugs that stands since all of them are there as they are.
    pub fn new(id: &'static str, grade: Grade, of: Vec<&'s Present<'s>>, reason: String) -> Finding<'s> {
        let since = of.iter().map(|drug| drug.settled).collect::<Option<Vec<Day>>>().and_then(|days| days.into_iter().max());
        Finding { id, grade, about: None, of, reason, advice: "", facts: Vec::new(), since, until: None, contraindicated: false }
    }

    /// The names of the drugs, each once.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for drug in self.of.iter().map(|present| present.drug).chain(self.about) {
            if !names.iter().any(|name| name == drug.name()) {
                names.push(drug.name().to_owned());
            }
        }
        names
    }

    /// The records, sorted, each once.
    pub fn basis(&self) -> Vec<SourceRef> {
        let drugs = self.of.iter().flat_map(|drug| drug.sources.iter().cloned());
        drugs.chain(self.facts.iter().cloned()).collect::<BTreeSet<SourceRef>>().into_iter().collect()
    }

    /// One entry a row and pair of drugs, whatever their order.
    fn key(&self) -> (&'static str, Vec<String>) {
        let mut names = self.names();
        names.sort();
        (self.id, names)
    }
}

/// The conclusions of all rows, as they come.
#[derive(Debug, Default)]
pub struct Rows<'s> {
    found: Vec<Finding<'s>>,
    not_checked: BTreeSet<NotChecked>,
    option_unchecked: BTreeSet<NotChecked>,
}

impl<'s> Rows<'s> {
    pub fn add(&mut self, finding: Finding<'s>) {
        self.found.push(finding);
    }

    /// That a row about these drugs could not be evaluated.
    pub fn unknown(&mut self, id: &'static str, of: &[&Present<'_>], what: impl Into<String>) {
        let drugs = of.iter().map(|drug| drug.drug.name().to_owned()).collect();
        let row = NotChecked { id, drugs, what: what.into() };
        if of.iter().any(|drug| drug.is_option()) {
            self.option_unchecked.insert(row.clone());
        }
        self.not_checked.insert(row);
    }

    /// One entry a row and set of drugs, the graver, one known by code before one known by text; of an option only what names it.
    pub fn told(self, scene: &Scene<'_>) -> Interactions {
        let of_option = scene.option.is_some();
        let mut found = self.found;
        found.retain(|finding| !of_option || finding.of.iter().any(|drug| drug.is_option()));
        if found.len() > 1 {
            found.sort_by_key(|finding| (finding.grade, finding.of.iter().any(|drug| drug.text)));
            let mut seen = BTreeSet::new();
            found.retain(|finding| seen.insert((severity(finding.grade).is_some(), finding.key())));
        }
        let mut told = Interactions {
            not_checked: if of_option { self.option_unchecked } else { self.not_checked }.into_iter().collect(),
            ..Interactions::default()
        };
        for finding in found {
            match severity(finding.grade) {
                Some(severity) => told.found.push(Interaction::of(finding, severity)),
                None => {
                    let (drugs, basis) = (finding.names(), finding.basis());
                    told.lines.push(InteractionLine { id: finding.id, drugs, text: finding.reason, basis });
                }
            }
        }
        told.found.sort();
        told.lines.sort();
        told
    }
}
