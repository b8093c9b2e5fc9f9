//! The table of next steps: augmenters, switches, procedures, psychotherapy; and who can do what.

use crate::clinical::units::{DailyDose, Ingredient};

/// One row of the option table (`augmentation.csv`): texts in our own words, with their sources.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "one text per column of the table, named as there")]
pub struct OptionRow {
    pub id: &'static str,
    pub name: &'static str,
    pub kind: OptionKind,
    /// The drugs of the row; each is an option of its own (rules.md 9.3). Empty for procedures and psychotherapy.
    pub ingredients: Vec<Ingredient>,
    pub offer: Offer,
    /// The least dose a day that counts as "at dose" for an augmentation (rules.md 3.5), of each ingredient of the row.
    pub augmentation_minimum: Option<DailyDose>,
    pub regulatory_status: &'static str,
    pub guideline: &'static str,
    /// 1, 2, 3 for first, second, third line in CANMAT 2023; 4 where not rated.
    pub guideline_line: u8,
    pub start_dose: &'static str,
    pub usual_range: &'static str,
    pub titration: &'static str,
    pub change_over: &'static str,
    pub course_and_onset: &'static str,
    pub review_and_stop: &'static str,
    pub what_to_discuss: &'static str,
    pub evidence: &'static str,
    pub side_effects: &'static str,
    pub contraindications_cautions: &'static str,
    pub interactions_dose_rules: &'static str,
    /// What to measure, with codes and times, as in the table: `weight+BMI|29463-7;39156-5|baseline, wk 4 / ...`.
    pub monitoring: &'static str,
    pub overdose_note: &'static str,
    /// Ids of [`CareLevel`].
    pub care_levels: Vec<&'static str>,
    pub text_source: &'static str,
}

/// The kind of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum OptionKind {
    Augmentation,
    Combination,
    Switch,
    SwitchOrRapidOral,
    RapidActing,
    Neurostimulation,
    Psychotherapy,
    Never,
}

/// Whether a row may be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It may.
    Option,
    /// It never is (rules.md 10: never options).
    Never,
}

/// Who can do what (`care_levels.csv`).
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "one text per column of the table, named as there")]
pub struct CareLevel {
    pub id: &'static str,
    pub name: &'static str,
    pub setting: &'static str,
    pub can_do: &'static str,
    pub cannot_do: &'static str,
    pub when_to_choose: &'static str,
}
