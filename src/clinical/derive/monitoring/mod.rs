//! What is due of the monitoring of drugs being taken (rules.md 13).
//!
//! An item is due where no result is on file from the day on which it could first have been done, and the last day on which it would have
//! been on time has passed. Where results were not had in full, or that day lies before what is asked for, it is not known: never "due".

mod due;
mod monitored;

pub use due::is_for_others;

use serde::Serialize;

use super::ground::Ground;
use crate::clinical::chart::Measurement;
use crate::clinical::knowledge::CardShare;
use crate::clinical::units::{Day, Ingredient, SourceRef};

/// A test that is due (rules.md 13).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct MonitoringItem {
    pub drug: Ingredient,
    pub item: String,
    /// The first day on which it was due: a baseline from the first day of the drug on, a scheduled test when its time and the
    /// tolerance had passed.
    pub due: Day,
    pub basis: Vec<SourceRef>,
    /// Which row of the schedule.
    pub id: &'static str,
    /// The newest result, if one is on file from 90 days before the start on.
    pub last: Option<LastResult>,
    /// Whether it is due because none is on file and the time of the baseline is over: asked for once, since it may be elsewhere.
    pub baseline_missed: bool,
    pub urgency: Urgency,
    /// Whether it makes the card, or only stands in it.
    pub makes_card: bool,
}

/// The newest result of a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct LastResult {
    pub date: Day,
    /// In the unit below, where the result is a number.
    pub value: Option<f64>,
    pub unit: &'static str,
    pub source: SourceRef,
}

/// How pressing an item is (rules.md 10, row monitoring).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// Due.
    Due,
    /// The newest result, else the start, is older than twice the interval.
    LongOverdue,
    /// The newest result is above the limit of the row: to be repeated, whenever it was.
    AboveLimit,
}

/// A test of which nobody can tell from this record whether it is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[allow(missing_docs)]
pub struct MonitoringNotKnown {
    pub drug: Ingredient,
    pub item: &'static str,
    pub why: &'static str,
}

/// What the schedule comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Monitoring {
    /// What is due, by day, then drug, then row.
    pub due: Vec<MonitoringItem>,
    /// What cannot be told, by drug, then item.
    pub not_known: Vec<MonitoringNotKnown>,
}

/// Every test of every drug being taken.
pub fn monitoring(ground: &Ground<'_>) -> Monitoring {
    let mut monitoring = Monitoring::default();
    for drug in monitored::monitored(ground) {
        let rows = ground.knowledge.monitoring().iter().filter(|row| row.card != CardShare::Never && row.drugs.contains(&drug.ingredient));
        for row in rows.filter(|row| drug.as_augmentation || !row.only_as_augmentation) {
            match due::state(row, &drug, ground) {
                due::State::NotHeld | due::State::Done => (),
                due::State::NotKnown(why) => {
                    monitoring.not_known.push(MonitoringNotKnown { drug: drug.ingredient, item: row.item, why });
                }
                due::State::Due(item) => monitoring.due.push(*item),
            }
        }
    }
    monitoring.due.sort_by_key(|item| (item.due, item.drug));
    monitoring.not_known.sort();
    monitoring
}

impl LastResult {
    fn of(result: &Measurement, ground: &Ground<'_>) -> LastResult {
        let value = match result.value {
            crate::clinical::chart::Value::Number(value) => Some(value),
            _ => None,
        };
        let unit = ground.knowledge.unit_of(result.instrument);
        LastResult { date: result.at.day, value, unit, source: result.source.clone() }
    }
}

#[cfg(test)]
mod tests;
