//! The table of next steps: augmenters, switches, procedures, psychotherapy.

use std::collections::HashSet;

use serde::Deserialize;

use super::antidepressant::Antidepressant;
use super::care_level::CareLevel;
use super::cell::Cells;
use super::change_over::ChangeOver;
use super::country::Country;
use super::drug::Drugs;
use super::fault::{Defects, Fault, Place};
use super::raw::{Row, parts};
use super::watch::{Watch, watches};
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
    /// The options of the row.
    pub offered: Vec<Offered>,
    /// Drugs that come in the same product (fluoxetine in the capsule with olanzapine).
    pub taken_with: Vec<Ingredient>,
    pub offer: Offer,
    /// The least dose a day that counts as "at dose" for an augmentation (rules.md 3.5), of each ingredient of the row.
    pub augmentation_minimum: Option<DailyDose>,
    /// The blood level, in the unit of the observation table, that counts as "at dose" too (lithium, rules.md 3.5).
    pub augmentation_level: Option<f64>,
    /// What the row belongs to for the table of limits: `antipsychotic`, `ketamine`; empty where it stands alone.
    pub family: &'static str,
    /// From how many counted failures on it is offered (rules.md 10).
    pub after_failures: usize,
    labels: [(Country, &'static str); 3],
    not_available: Vec<Country>,
    pub guideline: &'static str,
    /// 1, 2, 3 for first, second, third line in CANMAT 2023; 4 where not rated.
    pub guideline_line: u8,
    start_dose: &'static str,
    pub usual_range: &'static str,
    titration: &'static str,
    drugs: Vec<OptionDrug>,
    change_over: Vec<ChangeOver>,
    pub course_and_onset: &'static str,
    pub review_and_stop: &'static str,
    /// `None` for what is never offered.
    pub talk: Option<Talk>,
    /// What is known of it and how well, in one line.
    pub evidence: &'static str,
    pub side_effects: &'static str,
    pub contraindications_cautions: &'static str,
    pub interactions_dose_rules: &'static str,
    /// What to measure.
    pub watches: Vec<Watch>,
    pub overdose_note: &'static str,
    /// Ids of [`CareLevel`].
    pub care_levels: Vec<&'static str>,
    pub text_source: &'static str,
}

impl OptionRow {
    /// What it is labelled for in a country; `None` where that is not in the table, or where nothing is prescribed.
    pub fn label(&self, country: Country) -> Option<&'static str> {
        self.labels.iter().find(|(of, label)| *of == country && !label.is_empty()).map(|(_, label)| *label)
    }

    /// Whether the row, and the drug of it, can be had in a country.
    pub fn is_available(&self, drug: Option<Ingredient>, country: Country) -> bool {
        let drug_missing = self.of_drug(drug).is_some_and(|of_drug| of_drug.not_available.contains(&country));
        !self.not_available.contains(&country) && !drug_missing
    }

    /// The starting dose, of a class that of the drug; for a procedure how it begins.
    pub fn start(&self, drug: Option<Ingredient>) -> Option<&'static str> {
        Some(self.of_drug(drug).map_or(self.start_dose, |of_drug| of_drug.start)).filter(|text| !text.is_empty())
    }

    /// The first steps, of a class those of the drug.
    pub fn titration(&self, drug: Option<Ingredient>) -> Option<&'static str> {
        Some(self.of_drug(drug).map_or(self.titration, |of_drug| of_drug.titration)).filter(|text| !text.is_empty())
    }

    /// What becomes of the present drug: the narrowest row that speaks of it.
    pub fn change_over(&self, present: Option<&Antidepressant>) -> Option<&'static str> {
        ChangeOver::best(&self.change_over, present)
    }

    fn of_drug(&self, drug: Option<Ingredient>) -> Option<&OptionDrug> {
        self.drugs.iter().find(|row| Some(row.drug) == drug)
    }
}

/// One option of a row.
#[derive(Debug, Clone, Copy)]
pub struct Offered {
    /// Its name in lower case with hyphens.
    pub id: &'static str,
    /// What a prescriber calls it.
    pub name: &'static str,
    /// The drug, where it is one.
    pub drug: Option<Ingredient>,
}

/// A row of a class stands once per drug; every other row is one option under the name of the row.
fn offered(row: &RawOption, ingredients: &[Ingredient]) -> Vec<Offered> {
    if ingredients.len() > 1 {
        let of_drug = |drug: &Ingredient| Offered { id: hyphened(drug.name()), name: drug.name(), drug: Some(*drug) };
        return ingredients.iter().map(of_drug).collect();
    }
    let id = row.id.strip_suffix("_add").or_else(|| row.id.strip_suffix("_switch")).unwrap_or(row.id);
    vec![Offered { id: hyphened(id), name: row.name, drug: ingredients.first().copied() }]
}

/// A name as an id has it; like the tables it lives as long as the program.
pub(super) fn hyphened(name: &'static str) -> &'static str {
    let hyphened = name.to_lowercase().replace(['_', ' '], "-");
    if hyphened == name { name } else { hyphened.leak() }
}

/// What is told of one drug of a class (`option_drugs.csv`).
#[derive(Debug, Clone)]
struct OptionDrug {
    drug: Ingredient,
    start: &'static str,
    titration: &'static str,
    not_available: Vec<Country>,
}

/// What to weigh with the patient (rules.md 10): trade-offs in our own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "one text per column of the table, named as there")]
pub struct Talk {
    pub time_to_effect: &'static str,
    pub visits_and_tests: &'static str,
    pub people_stop_for: &'static str,
    pub cost_and_access: &'static str,
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

/// A row of the option table.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct RawOption {
    id: &'static str,
    name: &'static str,
    kind: &'static str,
    offer: &'static str,
    drugs: &'static str,
    taken_with: &'static str,
    at_dose_minimum: &'static str,
    at_dose_level: &'static str,
    at_dose_source: &'static str,
    guideline_line: &'static str,
    family: &'static str,
    after_failures: &'static str,
    label_us: &'static str,
    label_ca: &'static str,
    label_uk: &'static str,
    not_available: &'static str,
    guideline: &'static str,
    start_dose: &'static str,
    usual_range: &'static str,
    titration: &'static str,
    course_and_onset: &'static str,
    review_and_stop: &'static str,
    time_to_effect: &'static str,
    visits_and_tests: &'static str,
    people_stop_for: &'static str,
    cost_and_access: &'static str,
    evidence: &'static str,
    side_effects: &'static str,
    contraindications_cautions: &'static str,
    interactions_dose_rules: &'static str,
    monitoring: &'static str,
    overdose_note: &'static str,
    care_levels: &'static str,
    source: &'static str,
}

/// A row of the table of the drugs of a class.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct OptionDrugRow {
    option: &'static str,
    drug: &'static str,
    start: &'static str,
    titration: &'static str,
    not_available: &'static str,
    confidence: &'static str,
}

pub(super) const KINDS: &[(&str, OptionKind)] = &[
    ("augmentation", OptionKind::Augmentation),
    ("combination", OptionKind::Combination),
    ("switch", OptionKind::Switch),
    ("switch-or-rapid-oral", OptionKind::SwitchOrRapidOral),
    ("rapid-acting", OptionKind::RapidActing),
    ("neurostimulation", OptionKind::Neurostimulation),
    ("psychotherapy", OptionKind::Psychotherapy),
    ("never", OptionKind::Never),
];

const OFFERS: &[(&str, Offer)] = &[("option", Offer::Option), ("never", Offer::Never)];

const LINES: &[(&str, u8)] = &[("1", 1), ("2", 2), ("3", 3), ("4", 4)];

/// What the rows of the option table are checked against and completed with.
pub(super) struct Beside<'a> {
    pub care_levels: &'a [CareLevel],
    pub drugs: &'a Drugs,
    pub drug_rows: &'a [Row<OptionDrugRow>],
    pub change_over: &'a [Row<(&'static str, ChangeOver)>],
}

/// Every option, in the order of the table.
pub(super) fn options(rows: &[Row<RawOption>], beside: &Beside<'_>, defects: &mut Defects) -> Vec<OptionRow> {
    let mut ids = HashSet::new();
    let mut options = Vec::with_capacity(rows.len());
    for Row { at, cells: row } in rows {
        if !ids.insert(row.id) {
            defects.add(*at, Fault::Twice { what: row.id.to_owned(), first: "an earlier row".to_owned() });
        }
        options.extend(option(*at, row, beside, defects));
    }
    let strange = beside.drug_rows.iter().map(|row| (row.at, row.cells.option));
    for (at, id) in strange.chain(beside.change_over.iter().map(|row| (row.at, row.cells.0))) {
        if !ids.contains(id) {
            defects.add(at, Fault::UnknownWord { column: "option", word: id.to_owned() });
        }
    }
    options
}

fn option(at: Place, row: &RawOption, beside: &Beside<'_>, defects: &mut Defects) -> Option<OptionRow> {
    let ingredients: Vec<_> = parts(row.drugs).filter_map(|name| beside.drugs.known(at, name, defects)).collect();
    let taken_with: Vec<_> = parts(row.taken_with).filter_map(|name| beside.drugs.known(at, name, defects)).collect();
    let drugs = option_drugs(at, row, &ingredients, beside, defects);
    let mut cells = Cells { at, defects };
    let kind = cells.one_of("kind", row.kind, KINDS);
    let offer = cells.one_of("offer", row.offer, OFFERS);
    let augmentation_minimum = cells.dose("at_dose_minimum", row.at_dose_minimum);
    let augmentation_level = cells.number("at_dose_level", row.at_dose_level);
    if kind == Some(OptionKind::Augmentation) {
        cells.filled("at_dose_minimum", row.at_dose_minimum);
        cells.filled("at_dose_source", row.at_dose_source);
    }
    let guideline_line = cells.one_of("guideline_line", row.guideline_line, LINES);
    let after_failures = cells.whole("after_failures", row.after_failures).and_then(|count| usize::try_from(count).ok());
    let not_available = countries(&mut cells, row.not_available);
    let talk = (offer == Some(Offer::Option)).then(|| talk(&mut cells, row));
    for id in parts(row.care_levels).filter(|id| !beside.care_levels.iter().any(|level| level.id == *id)) {
        cells.fault(Fault::UnknownCareLevel(id.to_owned()));
    }
    if offer == Some(Offer::Option) {
        cells.filled("after_failures", row.after_failures);
    }
    Some(OptionRow {
        id: row.id,
        name: row.name,
        kind: kind?,
        offered: offered(row, &ingredients),
        ingredients,
        taken_with,
        offer: offer?,
        augmentation_minimum,
        augmentation_level,
        family: row.family,
        after_failures: after_failures.unwrap_or_default(),
        labels: [(Country::UnitedStates, row.label_us), (Country::Canada, row.label_ca), (Country::UnitedKingdom, row.label_uk)],
        not_available,
        guideline_line: guideline_line?,
        guideline: row.guideline,
        start_dose: row.start_dose,
        usual_range: row.usual_range,
        titration: row.titration,
        drugs,
        change_over: beside.change_over.iter().filter(|other| other.cells.0 == row.id).map(|other| other.cells.1).collect(),
        course_and_onset: row.course_and_onset,
        review_and_stop: row.review_and_stop,
        talk,
        evidence: row.evidence,
        side_effects: row.side_effects,
        contraindications_cautions: row.contraindications_cautions,
        interactions_dose_rules: row.interactions_dose_rules,
        watches: watches(row.monitoring),
        overdose_note: row.overdose_note,
        care_levels: parts(row.care_levels).collect(),
        text_source: row.source,
    })
}

fn talk(cells: &mut Cells<'_>, row: &RawOption) -> Talk {
    for (column, text) in [
        ("time_to_effect", row.time_to_effect),
        ("visits_and_tests", row.visits_and_tests),
        ("people_stop_for", row.people_stop_for),
        ("cost_and_access", row.cost_and_access),
        ("evidence", row.evidence),
        ("guideline", row.guideline),
    ] {
        cells.filled(column, text);
    }
    Talk {
        time_to_effect: row.time_to_effect,
        visits_and_tests: row.visits_and_tests,
        people_stop_for: row.people_stop_for,
        cost_and_access: row.cost_and_access,
    }
}

fn countries(cells: &mut Cells<'_>, text: &'static str) -> Vec<Country> {
    parts(text).filter_map(|word| cells.word("not_available", word)).collect()
}

/// The rows of the drugs of a class: every drug of a row that names several has one, and no other.
fn option_drugs(at: Place, option: &RawOption, ingredients: &[Ingredient], beside: &Beside<'_>, defects: &mut Defects) -> Vec<OptionDrug> {
    let mut found: Vec<OptionDrug> = Vec::new();
    for Row { at, cells: row } in beside.drug_rows.iter().filter(|row| row.cells.option == option.id) {
        let Some(drug) = beside.drugs.known(*at, row.drug, defects) else { continue };
        let mut cells = Cells { at: *at, defects };
        cells.filled("start", row.start);
        cells.filled("confidence", row.confidence);
        if !ingredients.contains(&drug) || found.iter().any(|other| other.drug == drug) {
            cells.fault(Fault::Misplaced { what: row.drug.to_owned(), of: option.id });
        }
        let not_available = countries(&mut cells, row.not_available);
        found.push(OptionDrug { drug, start: row.start, titration: row.titration, not_available });
    }
    let missing = ingredients.iter().filter(|drug| ingredients.len() > 1 && !found.iter().any(|row| row.drug == **drug));
    for drug in missing {
        defects.add(at, Fault::Misplaced { what: format!("option_drugs.csv: {drug}"), of: option.id });
    }
    found
}
