//! Doses that are too high under some circumstance (rules.md 9.2).

use serde::Deserialize;

use super::selector::Reader;
use super::{GRADES, Grade, Selector, YES_NO};
use crate::clinical::knowledge::cell::Cells;
use crate::clinical::knowledge::fault::{Defects, Fault};
use crate::clinical::knowledge::raw::{Row, parts};
use crate::clinical::units::{DailyDose, Ingredient};

/// The most of a drug a day that a circumstance or another drug allows; without a maximum any dose is too high.
#[derive(Debug, Clone)]
pub struct DoseCap {
    /// The name of the row; several rows of one name are one row of the rules.
    pub id: &'static str,
    /// Of which drug.
    pub drug: Ingredient,
    /// This much a day is allowed; `None`: nothing is.
    pub maximum: Option<DailyDose>,
    /// In which circumstance; `None`: always.
    pub when: Option<Circumstance>,
    /// Beside which other drug; empty: beside none in particular.
    pub beside: Selector,
    /// Only where the product is named by one of these words (`12 HR`: the sustained-release form).
    pub marks: Vec<&'static str>,
    /// How loud above it.
    pub grade: Grade,
    /// When it is critical, whatever the grade.
    pub critical_when: Option<Circumstance>,
    /// Whether the label excludes it.
    pub contraindicated: bool,
    /// Why, in few words.
    pub reason: &'static str,
    /// What the prescriber is told to do about it.
    pub advice: &'static str,
}

/// A circumstance of the patient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Circumstance {
    /// Older than so many years.
    AgeAbove(i32),
    /// So many years old, or older.
    AgeFrom(i32),
    /// A current diagnosis of liver disease.
    Liver,
    /// A QTc above so many ms.
    QtcAbove(f64),
    /// A QTc of so many ms, or more.
    QtcFrom(f64),
    /// A current long-QT diagnosis, and no normal ECG since the drug is taken or in a year.
    LongQtWithoutEcg,
}

/// A row of `dose_caps.csv`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in crate::clinical::knowledge) struct DoseCapRow {
    id: &'static str,
    drug: &'static str,
    maximum: &'static str,
    when: &'static str,
    beside: &'static str,
    marks: &'static str,
    grade: &'static str,
    critical_when: &'static str,
    contraindicated: &'static str,
    reason: &'static str,
    advice: &'static str,
}

pub(super) fn cap(Row { at, cells: row }: &Row<DoseCapRow>, reader: Reader<'_>, defects: &mut Defects) -> Option<DoseCap> {
    let drug = reader.drugs.known(*at, row.drug, defects);
    let beside = reader.selector(*at, "beside", row.beside, defects);
    let mut cells = Cells { at: *at, defects };
    cells.filled("id", row.id);
    cells.filled("reason", row.reason);
    let maximum = cells.dose("maximum", row.maximum);
    if row.maximum.is_empty() && row.when.is_empty() {
        cells.fault(Fault::Empty("maximum"));
    }
    let (when, critical_when) = (circumstance("when", row.when, &mut cells), circumstance("critical_when", row.critical_when, &mut cells));
    let grade = cells.one_of("grade", row.grade, GRADES);
    if grade.is_some_and(|grade| grade != Grade::Line) {
        cells.filled("advice", row.advice);
    }
    let contraindicated = cells.one_of("contraindicated", row.contraindicated, YES_NO)?;
    Some(DoseCap {
        id: row.id,
        drug: drug?,
        maximum,
        when: when?,
        beside,
        marks: parts(row.marks).collect(),
        grade: grade?,
        critical_when: critical_when?,
        contraindicated,
        reason: row.reason,
        advice: row.advice,
    })
}

/// `age>60`, `age>=65`, `liver`, `qtc>450`, `qtc>=500`, `long-qt-without-ecg`; `Some(None)` for an empty cell.
fn circumstance(column: &'static str, text: &str, cells: &mut Cells<'_>) -> Option<Option<Circumstance>> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let years = |text: &str| text.trim().parse::<i32>().ok();
    let read = match text.trim() {
        "" => return Some(None),
        "liver" => Some(Circumstance::Liver),
        "long-qt-without-ecg" => Some(Circumstance::LongQtWithoutEcg),
        other => None
            .or_else(|| years(other.strip_prefix("age>=")?).map(Circumstance::AgeFrom))
            .or_else(|| years(other.strip_prefix("age>")?).map(Circumstance::AgeAbove))
            .or_else(|| number(other.strip_prefix("qtc>=")?).map(Circumstance::QtcFrom))
            .or_else(|| number(other.strip_prefix("qtc>")?).map(Circumstance::QtcAbove)),
    };
    if read.is_none() {
        cells.fault(Fault::UnknownWord { column, word: text.to_owned() });
    }
    read.map(Some)
}
