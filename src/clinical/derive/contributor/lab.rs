//! Results as the contributors read them: a number with its day.

use super::super::ground::Ground;
use crate::clinical::chart::{Extent, Kind, Measurement, Value};
use crate::clinical::units::{Day, Days, Instrument, SourceRef};

/// A result that is a number.
#[derive(Debug, Clone, Copy)]
pub struct Lab<'a> {
    /// In the unit of the table.
    pub value: f64,
    /// When.
    pub on: Day,
    /// The whole result.
    pub result: &'a Measurement,
}

impl Lab<'_> {
    /// In words: `TSH 12.4 mIU/L on 2026-02-01`.
    pub fn told(&self, name: &str, unit: &str) -> String {
        let space = if unit.is_empty() { "" } else { " " };
        format!("{name} {}{space}{unit} on {}", number(self.value), self.on)
    }

    /// The record.
    pub fn source(&self) -> SourceRef {
        self.result.source.clone()
    }
}

/// A number without trailing zeros, to two places: a value below a limit is never shown as the limit where the laboratory
/// gives two places at most.
pub fn number(value: f64) -> String {
    ((value * 100.0).round() / 100.0).to_string()
}

/// Every finished result of one kind that is a number, the newest first.
pub fn series<'a>(ground: &Ground<'a>, instrument: Instrument) -> Vec<Lab<'a>> {
    let numbers = ground.results(instrument).filter_map(|result| match result.value {
        Value::Number(value) => Some(Lab { value, on: result.at.day, result }),
        Value::Pressure { .. } | Value::YesNo(_) | Value::Answer { .. } | Value::Done => None,
    });
    let mut all: Vec<Lab<'a>> = numbers.collect();
    all.sort_by(|a, b| (b.result.at, &b.result.source).cmp(&(a.result.at, &a.result.source)));
    all
}

/// The newest result, of whatever age.
pub fn newest<'a>(ground: &Ground<'a>, instrument: Instrument) -> Option<Lab<'a>> {
    series(ground, instrument).into_iter().next()
}

/// The newest result, if it is at most so many days old.
pub fn newest_within<'a>(ground: &Ground<'a>, instrument: Instrument, days: Days) -> Option<Lab<'a>> {
    newest(ground, instrument).filter(|lab| ground.as_of - lab.on <= days)
}

/// The newest result within the look-back of laboratory values (rules.md 8, parameter `lab_lookback_days`).
pub fn recent<'a>(ground: &Ground<'a>, instrument: Instrument) -> Option<Lab<'a>> {
    newest_within(ground, instrument, ground.parameters().lab_lookback_days)
}

/// Of the newest results that all hold a condition, one that is at least so many days before the newest: the finding was repeated,
/// with no result between that says otherwise.
pub fn repeated<'a>(series: &[Lab<'a>], apart: Days, holds: impl Fn(f64) -> bool) -> Option<Lab<'a>> {
    let newest = series.first()?;
    series.iter().take_while(|lab| holds(lab.value)).find(|lab| newest.on - lab.on >= apart).copied()
}

/// Whether all observations were had and none of these results, from the newest known value on, is one that could not be read.
/// Only then may it be said that nobody looked, or that what was found is normal.
pub fn all_read(ground: &Ground<'_>, instruments: &[Instrument]) -> bool {
    let hides = |instrument: Instrument, on: Day| newest(ground, instrument).is_none_or(|known| known.on <= on);
    let mut unreadable = ground.chart.unreadable.iter().filter(|result| instruments.contains(&result.instrument));
    all_had(ground) && !unreadable.any(|result| result.at.day <= ground.as_of && hides(result.instrument, result.at.day))
}

/// The same, and all diagnoses were had.
pub fn all_read_with_diagnoses(ground: &Ground<'_>, instruments: &[Instrument]) -> bool {
    all_read(ground, instruments) && ground.chart.coverage.of(Kind::Conditions) == Extent::Full
}

/// Whether all observations were had, so that one that is missing is not on file.
fn all_had(ground: &Ground<'_>) -> bool {
    ground.chart.coverage.of(Kind::Observations) == Extent::Full
}
