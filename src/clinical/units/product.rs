//! What a product is, where that changes a rule.

use super::{DailyDose, Days};

/// The form of a product, where that changes a minimum, a maximum or a conversion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Form {
    Immediate,
    ExtendedRelease,
    /// Fluoxetine 90 mg: one capsule is 7 days of 20 mg a day (rules.md 3.1). Its strength is already given as 20.
    Weekly,
    /// Per 24 hours.
    Patch,
    /// Units are mL.
    Liquid,
    Injection,
    Topical,
    Nasal,
    #[default]
    Unknown,
}

/// What a product may count as (rules.md 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProductUse {
    /// Whatever its ingredient counts as.
    Ordinary,
    /// Never an antidepressant trial or an augmentation: insomnia doxepin, smoking-cessation bupropion, oral selegiline, lithium orotate ...
    /// Still counts for interactions.
    NeverATrial,
    /// Only a trial where a major depression diagnosis is on file (PMDD-only fluoxetine, milnacipran).
    NeedsDepressionCode,
}

/// So many days of a pack at one dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackDay {
    /// How many days in a row.
    pub days: Days,
    /// At which daily dose.
    pub dose: DailyDose,
}
