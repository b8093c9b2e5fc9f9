//! The facts that the judgement rests on: dose tables, code sets, scales, options, parameters, each with its source.
//!
//! Raw rows (`data/`) are checked as a whole and become tables; every defect is reported with file and row, all of them at once.
//! The tables live as long as the program: names handed out are `&'static`.

mod antidepressant;
mod condition;
mod drug;
mod load;
mod observation;
mod option;
mod parameter;
mod show;

pub use antidepressant::{Antidepressant, GeriatricMaximum, TrialUse};
pub use drug::{NameMatch, Product};
pub use load::{Defect, SiteChange, SiteFile};
pub use observation::Observation;
pub use option::{CareLevel, Offer, OptionKind, OptionRow};
pub use parameter::{DoseProfile, Parameters, PdcScope, Percent};

use crate::clinical::units::{Code, DrugGroup, GroupSet, Ingredient};

/// Every table, checked.
pub struct Knowledge {
    // filled by `load`
}

/// What a drug needs to be an adequate trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// The least daily dose (rules.md 2.1).
    pub minimum: crate::clinical::units::DailyDose,
    /// For how many days at that dose (parameter `adequate_min_days`).
    pub days: crate::clinical::units::Days,
}

impl Knowledge {
    /// The project's own tables, without any change by a site. Loaded once.
    pub fn builtin() -> &'static Knowledge {
        todo!()
    }

    /// The tables with a site's own parameters and rows. Reports every defect, not only the first.
    pub fn with_site(_site: &SiteFile) -> Result<&'static Knowledge, Vec<Defect>> {
        todo!()
    }

    /// The version of the knowledge: `2026.11.0`.
    pub fn version(&self) -> &'static str {
        todo!()
    }

    /// SHA-256 over the content of every table and the site's changes, in lower-case hex.
    pub fn sha256(&self) -> &str {
        todo!()
    }

    /// What the site changed, in words, for every output that shows the version.
    pub fn site_changes(&self) -> &[SiteChange] {
        todo!()
    }

    /// All tables as Markdown, with sources and version, for a clinician to read and sign off.
    pub fn to_markdown(&self) -> String {
        todo!()
    }

    /// The numbers a site may change.
    pub fn parameters(&self) -> &Parameters {
        todo!()
    }

    /// The product (drug, strength, form) of an RxNorm code of either product table.
    pub fn product(&self, _rxcui: &str) -> Option<&Product> {
        todo!()
    }

    /// The ingredient of an RxNorm ingredient code, or of an ATC code of five levels.
    pub fn ingredient(&self, _code: Code<'_>) -> Option<Ingredient> {
        todo!()
    }

    /// The ingredient with exactly this name or brand name, whatever the case.
    pub fn ingredient_named(&self, _name: &str) -> Option<Ingredient> {
        todo!()
    }

    /// The ingredients whose names or brand names stand in a text as whole words, whatever the case (rules.md 3.6); the longest
    /// name wins where names overlap ("dextromethorphan-bupropion" is not bupropion). In order of their place in the text.
    pub fn names_in(&self, _text: &str) -> Vec<NameMatch> {
        todo!()
    }

    /// The RxNorm ingredient code, where there is one.
    pub fn rxnorm(&self, _ingredient: Ingredient) -> Option<&'static str> {
        todo!()
    }

    /// The row of an antidepressant; `None` for every other drug.
    pub fn antidepressant(&self, _ingredient: Ingredient) -> Option<&Antidepressant> {
        todo!()
    }

    /// Every antidepressant, by name.
    pub fn antidepressants(&self) -> &[Antidepressant] {
        todo!()
    }

    /// The least dose a day at which an augmenter counts as "at dose" (rules.md 3.5); `None` for a drug that is no augmenter.
    pub fn augmentation_minimum(&self, _ingredient: Ingredient) -> Option<crate::clinical::units::DailyDose> {
        todo!()
    }

    /// The blood level at which an augmenter counts as "at dose", in the unit of the observation table (lithium, rules.md 3.5).
    pub fn augmentation_level(&self, _ingredient: Ingredient) -> Option<f64> {
        todo!()
    }

    /// Whether the drug is an augmenter: a row of the option table of kind augmentation names it.
    pub fn is_augmenter(&self, _ingredient: Ingredient) -> bool {
        todo!()
    }

    /// Whether the drug belongs to the group.
    pub fn in_group(&self, _ingredient: Ingredient, _group: DrugGroup) -> bool {
        todo!()
    }

    /// Whether a code is in an antidepressant or augmenter class, though its drug is not in the tables (ATC N06A, N05A ...).
    pub fn is_relevant_class(&self, _code: Code<'_>) -> bool {
        todo!()
    }

    /// The groups of all codings of one diagnosis taken together, with the exclusions of rules.md 16 applied: the longest depression
    /// code alone counts (`depression.psychotic` is a flag on top), a bipolar code leaves no depression group, a remission
    /// code leaves the substance-use group.
    pub fn condition_groups<'a>(&self, _codes: impl IntoIterator<Item = Code<'a>>) -> GroupSet {
        todo!()
    }

    /// Whether the words of a diagnosis that no code table knows look as if it might matter (rules.md 17, last point).
    pub fn looks_relevant(&self, _text: &str) -> bool {
        todo!()
    }

    /// The row of an observation code; by text for instruments without a verified code.
    pub fn observation(&self, _code: Code<'_>) -> Option<&Observation> {
        todo!()
    }

    /// The row of an observation named in a text, for instruments without a verified code (QIDS, HAM-D, MADRS, RMS, STOP-BANG, AIMS).
    pub fn observation_named(&self, _text: &str) -> Option<&Observation> {
        todo!()
    }

    /// The options of the augmentation table, in the order of the table.
    pub fn options(&self) -> &[OptionRow] {
        todo!()
    }

    /// Who can do what, in order.
    pub fn care_levels(&self) -> &[CareLevel] {
        todo!()
    }
}
