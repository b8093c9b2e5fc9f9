//! The dose table of antidepressants.

use std::collections::HashMap;

use serde::Deserialize;

use super::cell::Cells;
use super::drug::Drugs;
use super::fault::{Defects, Fault, Place};
use super::parameter::{DoseProfile, Parameters};
use super::product::FORMS;
use super::raw::{Row, parts};
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

/// A row of the dose table.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct AntidepressantRow {
    drug: &'static str,
    names: &'static str,
    class: &'static str,
    trial_use: &'static str,
    unit: &'static str,
    minimum_default: &'static str,
    minimum_label: &'static str,
    minimum_athf_legacy: &'static str,
    floor: &'static str,
    usual_maximum: &'static str,
    outpatient_maximum: &'static str,
    label_range_start: &'static str,
    geriatric_from_age: &'static str,
    geriatric_maximum: &'static str,
    clock_reset_parameter: &'static str,
    start_dose: &'static str,
    titration: &'static str,
    renal_hepatic_note: &'static str,
    geriatric_note: &'static str,
    minimum_source: &'static str,
    floor_source: &'static str,
}

/// A minimum or maximum that holds for one form of a drug.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct DoseByFormRow {
    drug: &'static str,
    form: &'static str,
    limit: &'static str,
    mg: &'static str,
}

const TRIAL_USES: &[(&str, TrialUse)] = &[
    ("trial", TrialUse::Trial),
    ("with-depression-code", TrialUse::WithDepressionCode),
    ("course", TrialUse::Course),
    ("augmentation", TrialUse::Augmentation),
    ("never", TrialUse::Never),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    Minimum,
    Maximum,
}

const LIMITS: &[(&str, Limit)] = &[("minimum", Limit::Minimum), ("maximum", Limit::Maximum)];

/// Every antidepressant by name, with the minima of the site's dose profile.
pub(super) fn antidepressants(
    rows: &[Row<AntidepressantRow>],
    by_form: &[Row<DoseByFormRow>],
    drugs: &Drugs,
    parameters: Option<&Parameters>,
    defects: &mut Defects,
) -> Vec<Antidepressant> {
    let limits = limits(by_form, drugs, defects);
    let mut antidepressants: Vec<_> =
        rows.iter().filter_map(|Row { at, cells }| antidepressant(*at, cells, &limits, drugs, parameters, defects)).collect();
    antidepressants.sort_by_key(|row| row.ingredient);
    let has_row = |drug: Ingredient| antidepressants.iter().any(|row| row.ingredient == drug);
    for Row { at, cells } in by_form {
        if drugs.named(cells.drug).is_some_and(|drug| !has_row(drug)) {
            defects.add(*at, Fault::UnknownDrug(format!("{} (not in the dose table)", cells.drug)));
        }
    }
    antidepressants
}

type Limits = HashMap<Ingredient, Vec<(Limit, Form, DailyDose)>>;

fn limits(rows: &[Row<DoseByFormRow>], drugs: &Drugs, defects: &mut Defects) -> Limits {
    let mut limits = Limits::new();
    for Row { at, cells: row } in rows {
        let drug = drugs.known(*at, row.drug, defects);
        let mut cells = Cells { at: *at, defects };
        let form = cells.one_of("form", row.form, FORMS);
        let limit = cells.one_of("limit", row.limit, LIMITS);
        cells.filled("mg", row.mg);
        let dose = cells.dose("mg", row.mg);
        if let (Some(drug), Some(form), Some(limit), Some(dose)) = (drug, form, limit, dose) {
            let of_drug = limits.entry(drug).or_default();
            if of_drug.iter().any(|(known, of, _)| (*known, *of) == (limit, form)) {
                let what = format!("{} of {} {drug}", row.limit, row.form);
                defects.add(*at, Fault::Twice { what, first: "an earlier row".to_owned() });
            }
            let of_form = |kind| of_drug.iter().find_map(|(of, own, dose)| (*of == kind && *own == form).then_some(*dose));
            match limit {
                Limit::Minimum => Cells { at: *at, defects }.in_order(("mg", Some(dose)), ("maximum of the form", of_form(Limit::Maximum))),
                Limit::Maximum => Cells { at: *at, defects }.in_order(("minimum of the form", of_form(Limit::Minimum)), ("mg", Some(dose))),
            }
            of_drug.push((limit, form, dose));
        }
    }
    limits
}

/// The doses of a row, set against each other.
struct Doses {
    default: Option<DailyDose>,
    label: Option<DailyDose>,
    athf_legacy: Option<DailyDose>,
    floor: Option<DailyDose>,
    usual_maximum: Option<DailyDose>,
    outpatient_maximum: Option<DailyDose>,
    label_range_start: Option<DailyDose>,
    geriatric: Option<GeriatricMaximum>,
}

impl Doses {
    fn new(row: &AntidepressantRow, cells: &mut Cells<'_>) -> Doses {
        let from_age = cells.whole("geriatric_from_age", row.geriatric_from_age);
        let maximum = cells.dose("geriatric_maximum", row.geriatric_maximum);
        if from_age.is_some() != maximum.is_some() {
            cells.filled("geriatric_from_age", row.geriatric_from_age);
            cells.filled("geriatric_maximum", row.geriatric_maximum);
        }
        let doses = Doses {
            default: cells.dose("minimum_default", row.minimum_default),
            label: cells.dose("minimum_label", row.minimum_label),
            athf_legacy: cells.dose("minimum_athf_legacy", row.minimum_athf_legacy),
            floor: cells.dose("floor", row.floor),
            usual_maximum: cells.dose("usual_maximum", row.usual_maximum),
            outpatient_maximum: cells.dose("outpatient_maximum", row.outpatient_maximum),
            label_range_start: cells.dose("label_range_start", row.label_range_start),
            geriatric: from_age.zip(maximum).map(|(from_age, maximum)| GeriatricMaximum { from_age, maximum }),
        };
        doses.check_order(cells);
        doses
    }

    fn check_order(&self, cells: &mut Cells<'_>) {
        let minima = [("minimum_default", self.default), ("minimum_label", self.label), ("minimum_athf_legacy", self.athf_legacy)];
        for minimum in minima {
            cells.in_order(minimum, ("usual_maximum", self.usual_maximum));
            cells.in_order(("floor", self.floor), minimum);
        }
        let geriatric = self.geriatric.map(|geriatric| geriatric.maximum);
        for maximum in [("outpatient_maximum", self.outpatient_maximum), ("geriatric_maximum", geriatric)] {
            cells.in_order(maximum, ("usual_maximum", self.usual_maximum));
        }
        cells.in_order(("label_range_start", self.label_range_start), ("minimum_default", self.default));
    }

    /// The minimum in a profile; the default one where a profile states none.
    fn minimum(&self, profile: DoseProfile) -> Option<DailyDose> {
        match profile {
            DoseProfile::Default => self.default,
            DoseProfile::Label => self.label.or(self.default),
            DoseProfile::AthfLegacy => self.athf_legacy.or(self.default),
        }
    }
}

fn antidepressant(
    at: Place,
    row: &AntidepressantRow,
    limits: &Limits,
    drugs: &Drugs,
    parameters: Option<&Parameters>,
    defects: &mut Defects,
) -> Option<Antidepressant> {
    let ingredient = drugs.known(at, row.drug, defects)?;
    let mut cells = Cells { at, defects };
    let doses = Doses::new(row, &mut cells);
    let trial_use = cells.one_of("trial_use", row.trial_use, TRIAL_USES)?;
    check_texts(row, trial_use, &doses, &mut cells);
    let of_form = |limit| {
        let own = limits.get(&ingredient).into_iter().flatten();
        own.filter_map(|(kind, form, dose)| (*kind == limit).then_some((*form, *dose))).collect()
    };
    Some(Antidepressant {
        ingredient,
        rxnorm: drugs.rxnorm(ingredient),
        class: row.class,
        minimum: doses.minimum(parameters.map_or(DoseProfile::Default, |parameters| parameters.dose_profile)),
        minimum_by_form: of_form(Limit::Minimum),
        floor: doses.floor,
        trial_use,
        usual_maximum: doses.usual_maximum,
        outpatient_maximum: doses.outpatient_maximum,
        geriatric: doses.geriatric,
        maximum_by_form: of_form(Limit::Maximum),
        label_range_start: doses.label_range_start,
        clock_reset_gap: clock_reset_gap(row, parameters, &mut cells),
        start_dose: row.start_dose,
        titration: row.titration,
        renal_hepatic_note: row.renal_hepatic_note,
        geriatric_note: row.geriatric_note,
        unit: row.unit,
        minimum_source: row.minimum_source,
        brands: parts(row.names).collect(),
    })
}

/// That each dose of a row names its source and its unit.
fn check_texts(row: &AntidepressantRow, trial_use: TrialUse, doses: &Doses, cells: &mut Cells<'_>) {
    cells.filled("class", row.class);
    if trial_use != TrialUse::Never {
        cells.filled("minimum_default", row.minimum_default);
    }
    if doses.default.is_some() {
        cells.filled("minimum_source", row.minimum_source);
        cells.filled("unit", row.unit);
    }
    if doses.floor.is_some() {
        cells.filled("floor_source", row.floor_source);
    }
}

/// The value of the parameter that holds the drug's own gap.
fn clock_reset_gap(row: &AntidepressantRow, parameters: Option<&Parameters>, cells: &mut Cells<'_>) -> Option<Days> {
    match row.clock_reset_parameter {
        "" => None,
        "clock_reset_gap_days.fluoxetine" => parameters.map(|parameters| parameters.clock_reset_gap_days_fluoxetine),
        other => {
            cells.fault(Fault::UnknownParameter(other.to_owned()));
            None
        }
    }
}
