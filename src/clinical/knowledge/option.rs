//! The table of next steps: augmenters, switches, procedures, psychotherapy; and who can do what.

use std::collections::HashSet;

use serde::Deserialize;

use super::cell::Cells;
use super::drug::Drugs;
use super::fault::{Defects, Fault};
use super::raw::{Row, parts};
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
    /// Drugs that come in the same product (fluoxetine in the capsule with olanzapine).
    pub taken_with: Vec<Ingredient>,
    pub offer: Offer,
    /// The least dose a day that counts as "at dose" for an augmentation (rules.md 3.5), of each ingredient of the row.
    pub augmentation_minimum: Option<DailyDose>,
    /// The blood level, in the unit of the observation table, that counts as "at dose" too (lithium, rules.md 3.5).
    pub augmentation_level: Option<f64>,
    pub regulatory_status: &'static str,
    pub guideline: &'static str,
    /// 1, 2, 3 for first, second, third line in CANMAT 2023; 4 where not rated.
    pub guideline_line: u8,
    /// The least number of counted failures (rules.md 10); 0 for what needs none.
    pub min_failures: usize,
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
    min_failures: &'static str,
    min_failures_source: &'static str,
    regulatory_status: &'static str,
    guideline: &'static str,
    start_dose: &'static str,
    usual_range: &'static str,
    titration: &'static str,
    change_over: &'static str,
    course_and_onset: &'static str,
    review_and_stop: &'static str,
    what_to_discuss: &'static str,
    evidence: &'static str,
    side_effects: &'static str,
    contraindications_cautions: &'static str,
    interactions_dose_rules: &'static str,
    monitoring: &'static str,
    overdose_note: &'static str,
    care_levels: &'static str,
    source: &'static str,
}

/// A row of the table of care levels.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct CareLevelRow {
    id: &'static str,
    name: &'static str,
    setting: &'static str,
    can_do: &'static str,
    cannot_do: &'static str,
    when_to_choose: &'static str,
    order: &'static str,
}

const KINDS: &[(&str, OptionKind)] = &[
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

/// Every option, in the order of the table.
pub(super) fn options(rows: &[Row<RawOption>], care_levels: &[CareLevel], drugs: &Drugs, defects: &mut Defects) -> Vec<OptionRow> {
    let mut ids = HashSet::new();
    let mut options = Vec::with_capacity(rows.len());
    for Row { at, cells: row } in rows {
        let ingredients: Vec<_> = parts(row.drugs).filter_map(|name| drugs.known(*at, name, defects)).collect();
        let taken_with: Vec<_> = parts(row.taken_with).filter_map(|name| drugs.known(*at, name, defects)).collect();
        let mut cells = Cells { at: *at, defects };
        let kind = cells.one_of("kind", row.kind, KINDS);
        let offer = cells.one_of("offer", row.offer, OFFERS);
        let augmentation_minimum = cells.dose("at_dose_minimum", row.at_dose_minimum);
        let augmentation_level = cells.number("at_dose_level", row.at_dose_level);
        if kind == Some(OptionKind::Augmentation) {
            cells.filled("at_dose_minimum", row.at_dose_minimum);
            cells.filled("at_dose_source", row.at_dose_source);
        }
        let lines = [("1", 1), ("2", 2), ("3", 3), ("4", 4)];
        let guideline_line = cells.one_of("guideline_line", row.guideline_line, &lines);
        let min_failures = cells.count("min_failures", row.min_failures);
        if offer == Some(Offer::Option) {
            cells.filled("min_failures", row.min_failures);
            cells.filled("min_failures_source", row.min_failures_source);
        }
        for id in parts(row.care_levels).filter(|id| !care_levels.iter().any(|level| level.id == *id)) {
            cells.fault(Fault::UnknownCareLevel(id.to_owned()));
        }
        if !ids.insert(row.id) {
            cells.fault(Fault::Twice { what: row.id.to_owned(), first: "an earlier row".to_owned() });
        }
        if let (Some(kind), Some(offer), Some(guideline_line)) = (kind, offer, guideline_line) {
            options.push(OptionRow {
                id: row.id,
                name: row.name,
                kind,
                ingredients,
                taken_with,
                offer,
                augmentation_minimum,
                augmentation_level,
                guideline_line,
                min_failures: min_failures.unwrap_or_default(),
                regulatory_status: row.regulatory_status,
                guideline: row.guideline,
                start_dose: row.start_dose,
                usual_range: row.usual_range,
                titration: row.titration,
                change_over: row.change_over,
                course_and_onset: row.course_and_onset,
                review_and_stop: row.review_and_stop,
                what_to_discuss: row.what_to_discuss,
                evidence: row.evidence,
                side_effects: row.side_effects,
                contraindications_cautions: row.contraindications_cautions,
                interactions_dose_rules: row.interactions_dose_rules,
                monitoring: row.monitoring,
                overdose_note: row.overdose_note,
                care_levels: parts(row.care_levels).collect(),
                text_source: row.source,
            });
        }
    }
    options
}

/// Every care level, in its order.
pub(super) fn care_levels(rows: &[Row<CareLevelRow>], defects: &mut Defects) -> Vec<CareLevel> {
    let mut levels = Vec::with_capacity(rows.len());
    for Row { at, cells: row } in rows {
        let mut cells = Cells { at: *at, defects };
        cells.filled("order", row.order);
        let order = cells.whole("order", row.order);
        let level = CareLevel {
            id: row.id,
            name: row.name,
            setting: row.setting,
            can_do: row.can_do,
            cannot_do: row.cannot_do,
            when_to_choose: row.when_to_choose,
        };
        levels.push((order, level));
    }
    levels.sort_by_key(|(order, level)| (*order, level.id));
    levels.into_iter().map(|(_, level)| level).collect()
}
