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
            of_drug.push((limit, form, dose));
        }
    }
    limits
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
    let default = cells.dose("minimum_default", row.minimum_default);
    let label = cells.dose("minimum_label", row.minimum_label);
    let athf_legacy = cells.dose("minimum_athf_legacy", row.minimum_athf_legacy);
    let floor = cells.dose("floor", row.floor);
    let usual_maximum = cells.dose("usual_maximum", row.usual_maximum);
    let label_range_start = cells.dose("label_range_start", row.label_range_start);
    for minimum in [("minimum_default", default), ("minimum_label", label), ("minimum_athf_legacy", athf_legacy)] {
        cells.in_order(minimum, ("usual_maximum", usual_maximum));
        cells.in_order(("floor", floor), minimum);
    }
    cells.in_order(("label_range_start", label_range_start), ("minimum_default", default));
    cells.filled("class", row.class);
    if default.is_some() {
        cells.filled("minimum_source", row.minimum_source);
        cells.filled("unit", row.unit);
    }
    if floor.is_some() {
        cells.filled("floor_source", row.floor_source);
    }
    let trial_use = cells.one_of("trial_use", row.trial_use, TRIAL_USES)?;
    let outpatient_maximum = cells.dose("outpatient_maximum", row.outpatient_maximum);
    let from_age = cells.whole("geriatric_from_age", row.geriatric_from_age);
    let geriatric_maximum = cells.dose("geriatric_maximum", row.geriatric_maximum);
    let of_form = |limit| {
        let own = limits.get(&ingredient).into_iter().flatten();
        own.filter_map(|(kind, form, dose)| (*kind == limit).then_some((*form, *dose))).collect()
    };
    let reset = match row.clock_reset_parameter {
        "" => None,
        "clock_reset_gap_days.fluoxetine" => parameters.map(|parameters| parameters.clock_reset_gap_days_fluoxetine),
        other => {
            cells.fault(Fault::UnknownParameter(other.to_owned()));
            None
        }
    };
    let profile = parameters.map_or(DoseProfile::Default, |parameters| parameters.dose_profile);
    Some(Antidepressant {
        ingredient,
        rxnorm: drugs.rxnorm(ingredient),
        class: row.class,
        minimum: match profile {
            DoseProfile::Default => default,
            DoseProfile::Label => label.or(default),
            DoseProfile::AthfLegacy => athf_legacy.or(default),
        },
        minimum_by_form: of_form(Limit::Minimum),
        floor,
        trial_use,
        usual_maximum,
        outpatient_maximum,
        geriatric: from_age.zip(geriatric_maximum).map(|(from_age, maximum)| GeriatricMaximum { from_age, maximum }),
        maximum_by_form: of_form(Limit::Maximum),
        label_range_start,
        clock_reset_gap: reset,
        start_dose: row.start_dose,
        titration: row.titration,
        renal_hepatic_note: row.renal_hepatic_note,
        geriatric_note: row.geriatric_note,
        unit: row.unit,
        minimum_source: row.minimum_source,
        brands: parts(row.names).collect(),
    })
}
