//! Diagnoses that a drug does not go well with (rules.md 9.2).

use serde::Deserialize;

use super::selector::Reader;
use super::{GRADES, Grade, Selector, YES_NO};
use crate::clinical::knowledge::cell::Cells;
use crate::clinical::knowledge::fault::Defects;
use crate::clinical::knowledge::raw::{Row, parts};
use crate::clinical::units::ConditionGroup;

/// A drug and a diagnosis.
#[derive(Debug, Clone)]
pub struct DrugCondition {
    /// The name of the row.
    pub id: &'static str,
    /// Which drugs.
    pub drugs: Selector,
    /// Which groups of diagnoses.
    pub groups: Vec<ConditionGroup>,
    /// Only these codes of the groups, by their begins; empty: all.
    pub codes: Vec<&'static str>,
    /// Whether it has to be current.
    pub status: ConditionStatus,
    /// Only where the drug is taken as an augmentation.
    pub as_augmentation: bool,
    /// How loud.
    pub grade: Grade,
    /// Whether the label excludes it.
    pub contraindicated: bool,
    /// Why, in few words.
    pub reason: &'static str,
    /// What the prescriber is told to do about it.
    pub advice: &'static str,
}

/// When a diagnosis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionStatus {
    /// While it is current.
    Current,
    /// When it is history.
    Past,
    /// Current or past.
    Ever,
    /// So long after it was recorded as a withdrawal lasts.
    Withdrawal,
    /// A pregnancy, by code or test.
    Pregnant,
}

/// A row of `drug_conditions.csv`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in crate::clinical::knowledge) struct DrugConditionRow {
    id: &'static str,
    drugs: &'static str,
    groups: &'static str,
    codes: &'static str,
    status: &'static str,
    role: &'static str,
    grade: &'static str,
    contraindicated: &'static str,
    reason: &'static str,
    advice: &'static str,
}

const STATUSES: &[(&str, ConditionStatus)] = &[
    ("current", ConditionStatus::Current),
    ("past", ConditionStatus::Past),
    ("ever", ConditionStatus::Ever),
    ("withdrawal", ConditionStatus::Withdrawal),
    ("pregnant", ConditionStatus::Pregnant),
];

pub(super) fn condition(
    Row { at, cells: row }: &Row<DrugConditionRow>,
    reader: Reader<'_>,
    defects: &mut Defects,
) -> Option<DrugCondition> {
    let drugs = reader.selector(*at, "drugs", row.drugs, defects);
    let mut cells = Cells { at: *at, defects };
    for (column, text) in [("id", row.id), ("drugs", row.drugs), ("groups", row.groups), ("reason", row.reason)] {
        cells.filled(column, text);
    }
    let groups: Vec<Option<ConditionGroup>> = parts(row.groups).map(|group| cells.word("groups", group)).collect();
    let status = cells.one_of("status", row.status, STATUSES);
    let as_augmentation = cells.one_of("role", row.role, &[("", false), ("augmentation", true)]);
    let grade = cells.one_of("grade", row.grade, GRADES);
    if grade.is_some_and(|grade| grade != Grade::Line) {
        cells.filled("advice", row.advice);
    }
    let contraindicated = cells.one_of("contraindicated", row.contraindicated, YES_NO)?;
    Some(DrugCondition {
        id: row.id,
        drugs,
        groups: groups.into_iter().collect::<Option<_>>()?,
        codes: parts(row.codes).collect(),
        status: status?,
        as_augmentation: as_augmentation?,
        grade: grade?,
        contraindicated,
        reason: row.reason,
        advice: row.advice,
    })
}
