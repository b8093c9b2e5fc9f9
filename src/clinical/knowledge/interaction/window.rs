//! Free days between two drugs (rules.md 9.1).

use serde::Deserialize;

use super::selector::Reader;
use super::{GRADES, Grade, Selector, YES_NO};
use crate::clinical::knowledge::cell::Cells;
use crate::clinical::knowledge::fault::{Defects, Fault};
use crate::clinical::knowledge::raw::Row;
use crate::clinical::units::Days;

/// So many days without either have to lie between the last day of one drug and the first of another.
#[derive(Debug, Clone)]
pub struct Window {
    /// The name of the row.
    pub id: &'static str,
    /// The drug that is stopped.
    pub first: Selector,
    /// The drug that is begun.
    pub second: Selector,
    /// How many days; 0 where only taking both together endangers.
    pub free_days: Days,
    /// How loud while both are taken, or with fewer free days.
    pub grade: Grade,
    /// From so many free days on it is a warning only: the days of the label (venlafaxine 7).
    pub warn_from_day: Option<Days>,
    /// Whether it is told to each user once, as long as it is no more than a warning.
    pub told_once: bool,
    /// What the prescriber is told to do about it.
    pub advice: &'static str,
}

/// A row of `maoi_windows.csv`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(in crate::clinical::knowledge) struct WindowRow {
    id: &'static str,
    first: &'static str,
    second: &'static str,
    free_days: &'static str,
    grade: &'static str,
    warn_from_day: &'static str,
    told_once: &'static str,
    advice: &'static str,
}

pub(super) fn window(Row { at, cells: row }: &Row<WindowRow>, reader: Reader<'_>, defects: &mut Defects) -> Option<Window> {
    let (first, second) = (reader.selector(*at, "first", row.first, defects), reader.selector(*at, "second", row.second, defects));
    let mut cells = Cells { at: *at, defects };
    for (column, text) in
        [("id", row.id), ("first", row.first), ("second", row.second), ("free_days", row.free_days), ("advice", row.advice)]
    {
        cells.filled(column, text);
    }
    let free_days = cells.whole("free_days", row.free_days);
    if free_days.is_some_and(i32::is_negative) {
        cells.fault(Fault::NotANumber { column: "free_days", text: row.free_days.to_owned() });
    }
    let warn_from_day = cells.whole("warn_from_day", row.warn_from_day);
    if let (Some(warn), Some(free)) = (warn_from_day, free_days)
        && warn >= free
    {
        cells.fault(Fault::Above {
            low: "warn_from_day",
            low_value: f64::from(warn),
            high: "the last day before free_days",
            high_value: f64::from(free - 1),
        });
    }
    let told_once = cells.one_of("told_once", row.told_once, YES_NO);
    let grade = cells.one_of("grade", row.grade, GRADES)?;
    Some(Window { id: row.id, first, second, free_days: free_days?, grade, warn_from_day, told_once: told_once?, advice: row.advice })
}
