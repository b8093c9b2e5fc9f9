//! Which drugs a row means: `@maoi;-moclobemide`, `antidepressants`, `class:tca;bupropion`.

use crate::clinical::knowledge::Antidepressant;
use crate::clinical::knowledge::drug::Drugs;
use crate::clinical::knowledge::fault::{Defects, Fault, Place};
use crate::clinical::knowledge::product::FORMS;
use crate::clinical::knowledge::raw::parts;
use crate::clinical::units::{DrugGroup, Form, Ingredient};

/// The drugs that a row means: those of any of its terms, without those it takes out.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    among: Vec<DrugTerm>,
    without: Vec<DrugTerm>,
}

/// One term of a selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrugTerm {
    /// One drug; if forms are named, only in one of them.
    Drug(Ingredient, Vec<Form>),
    /// The drugs of a group of `drug_groups.csv`.
    Group(DrugGroup),
    /// The antidepressants of a class.
    Class(&'static str),
    /// Every antidepressant, those that are never a trial too (rules.md 3.2), but sessions and augmenters not.
    Antidepressants,
}

impl Selector {
    /// Whether a drug is meant, `is` saying whether it is what a term names.
    pub fn means(&self, is: impl Fn(&DrugTerm) -> bool) -> bool {
        self.among.iter().any(&is) && !self.without.iter().any(&is)
    }

    /// Whether a drug may be meant in some form and dose, `may_be` saying whether it may be what a term names.
    pub(super) fn may_mean(&self, may_be: impl Fn(&DrugTerm) -> bool) -> bool {
        self.among.iter().any(may_be)
    }

    /// Whether it has no term.
    pub fn is_empty(&self) -> bool {
        self.among.is_empty()
    }
}

/// What the terms are read by.
#[derive(Clone, Copy)]
pub(in crate::clinical::knowledge) struct Reader<'a> {
    pub drugs: &'a Drugs,
    pub antidepressants: &'a [Antidepressant],
}

impl Reader<'_> {
    /// The selector of a cell; every term that nothing stands for is a defect.
    pub fn selector(self, at: Place, column: &'static str, cell: &'static str, defects: &mut Defects) -> Selector {
        let mut selector = Selector::default();
        for part in parts(cell) {
            let (without, term) = part.strip_prefix('-').map_or((false, part), |term| (true, term));
            if let Some(term) = self.term(at, column, term, defects) {
                if without { &mut selector.without } else { &mut selector.among }.push(term);
            }
        }
        selector
    }

    fn term(self, at: Place, column: &'static str, term: &'static str, defects: &mut Defects) -> Option<DrugTerm> {
        if let Some(group) = term.strip_prefix('@') {
            let group = group.parse().ok();
            if group.is_none() {
                defects.add(at, Fault::UnknownWord { column, word: term.to_owned() });
            }
            return group.map(DrugTerm::Group);
        }
        if let Some(class) = term.strip_prefix("class:") {
            if !self.antidepressants.iter().any(|row| row.class == class) {
                defects.add(at, Fault::UnknownWord { column, word: term.to_owned() });
            }
            return Some(DrugTerm::Class(class));
        }
        if term == "antidepressants" {
            return Some(DrugTerm::Antidepressants);
        }
        let (name, forms) = match term.split_once('(') {
            Some((name, forms)) => (name, forms.trim_end_matches(')')),
            None => (term, ""),
        };
        let mut known = Vec::new();
        for form in forms.split('+').map(str::trim).filter(|form| !form.is_empty()) {
            match FORMS.iter().find(|(word, _)| *word == form) {
                Some((_, form)) => known.push(*form),
                None => defects.add(at, Fault::UnknownWord { column, word: form.to_owned() }),
            }
        }
        self.drugs.known(at, name, defects).map(|drug| DrugTerm::Drug(drug, known))
    }
}
