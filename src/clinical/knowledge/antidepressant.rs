//! The dose table of antidepressants.

use crate::clinical::units::{DailyDose, Days, Form, Ingredient};

/// One antidepressant: what counts as a trial of it (rules.md 2, 3.1, 3.2).
#[derive(Debug, Clone)]
pub struct Antidepressant {
    /// Which.
    pub ingredient: Ingredient,
    /// RxNorm ingredient code.
    pub rxnorm: Option<&'static str>,
    /// The class in lower case with hyphens: `ssri`, `nmda-antagonist-combination`.
    pub class: &'static str,
    /// Least effective dose a day in the site's dose profile; `None` where none is stated (brexanolone, St John's wort).
    pub minimum: Option<DailyDose>,
    /// Least effective dose of a form that has its own (paroxetine extended release 25).
    pub minimum_by_form: Vec<(Form, DailyDose)>,
    /// Below this highest daily dose it is not a trial but a hypnotic, pain or other use (rules.md 3.2).
    pub floor: Option<DailyDose>,
    /// What it counts as.
    pub trial_use: TrialUse,
    /// The usual maximum a day.
    pub usual_maximum: Option<DailyDose>,
    /// The maximum outside hospital.
    pub outpatient_maximum: Option<DailyDose>,
    /// A lower maximum from an age on.
    pub geriatric: Option<GeriatricMaximum>,
    /// A maximum of its own for a form.
    pub maximum_by_form: Vec<(Form, DailyDose)>,
    /// Where the label's range starts, if lower than the minimum.
    pub label_range_start: Option<DailyDose>,
    /// Longest break that does not restart the clock, where it is not the common one (fluoxetine 35).
    pub clock_reset_gap: Option<Days>,
    /// The start dose, as text with its unit.
    pub start_dose: &'static str,
    /// How it is raised, in words.
    pub titration: &'static str,
    /// What kidney and liver disease change, in words.
    pub renal_hepatic_note: &'static str,
    /// What age changes, in words.
    pub geriatric_note: &'static str,
    /// The unit of the doses: `mg/day`, `tablets/day` ...
    pub unit: &'static str,
    /// Where the minimum comes from.
    pub minimum_source: &'static str,
    /// Brand names.
    pub brands: Vec<&'static str>,
}

/// A lower maximum from an age on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeriatricMaximum {
    /// From this age.
    pub from_age: i32,
    /// This much a day.
    pub maximum: DailyDose,
}

/// What a drug of the table counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialUse {
    /// A trial.
    Trial,
    /// A trial only beside a diagnosis of depression (milnacipran).
    WithDepressionCode,
    /// Sessions, not daily doses (esketamine).
    Course,
    /// Not an antidepressant trial but an augmentation (quetiapine).
    Augmentation,
    /// Never (zuranolone, brexanolone, St John's wort).
    Never,
}

impl Antidepressant {
    /// The least effective dose a day of this form.
    pub fn minimum(&self, form: Form) -> Option<DailyDose> {
        self.minimum_by_form.iter().find_map(|(own, dose)| (*own == form).then_some(*dose)).or(self.minimum)
    }
}
