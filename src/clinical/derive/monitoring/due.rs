//! Whether one test of one drug is due: the windows of rules.md 13.

use super::super::ground::Ground;
use super::monitored::Monitored;
use super::{LastResult, MonitoringItem, Urgency};
use crate::clinical::chart::{Extent, Kind, Measurement, Value};
use crate::clinical::knowledge::{CardShare, MonitoringRow};
use crate::clinical::units::Day;

/// What one row says of one drug.
pub enum State {
    /// The row does not hold: too young, too low a dose.
    NotHeld,
    /// Nothing of it is due.
    Done,
    /// It cannot be told, for this reason.
    NotKnown(&'static str),
    /// It is due.
    Due(Box<MonitoringItem>),
}

/// A test of the schedule: it may be done from one day on, and is due from another on until it is done.
struct Point {
    may_be_done_from: Day,
    due_from: Day,
}

/// Whether a row holds for this patient.
enum Holds {
    Yes,
    No,
    NotKnown(&'static str),
}

/// What the row says of the drug.
pub fn state(row: &MonitoringRow, drug: &Monitored, ground: &Ground<'_>) -> State {
    match holds(row, drug, ground) {
        Holds::No => return State::NotHeld,
        Holds::NotKnown(why) => return State::NotKnown(why),
        Holds::Yes => (),
    }
    let Some(start) = drug.start else { return State::NotKnown("since when it has been taken is not on file") };
    let parameters = ground.parameters();
    let earliest = start - parameters.monitoring_baseline_before_days;
    let last = row
        .observations
        .iter()
        .filter_map(|instrument| ground.newest(*instrument))
        .filter(|result| result.at.day >= earliest)
        .max_by_key(|result| result.at);
    if let Some(high) = last.filter(|result| is_above(result, row)) {
        return due(row, drug, ground, last, high.at.day, Urgency::AboveLimit);
    }
    let open: Vec<Point> = points(row, drug, start, last.map(|result| result.at.day), ground)
        .into_iter()
        .filter(|point| point.due_from <= ground.as_of && last.is_none_or(|last| last.at.day < point.may_be_done_from))
        .collect();
    if open.is_empty() {
        return State::Done;
    }
    if ground.chart.coverage.of(Kind::Observations) != Extent::Full {
        return State::NotKnown("results could not all be had");
    }
    // Without any result on file one may have been made before the days that are asked for.
    let asked_from = ground.as_of - parameters.observation_query_days;
    let known = open.iter().filter(|point| last.is_some() || asked_from <= point.may_be_done_from);
    match known.map(|point| point.due_from).min() {
        Some(from) => due(row, drug, ground, last, from, urgency(row, start, last, ground)),
        None => State::NotKnown("it may have been done before the results that are asked for begin"),
    }
}

fn due(row: &MonitoringRow, drug: &Monitored, ground: &Ground<'_>, last: Option<&Measurement>, from: Day, urgency: Urgency) -> State {
    let mut basis = drug.basis.clone();
    basis.extend(last.map(|result| result.source.clone()));
    let baseline_over = drug.start.is_some_and(|start| ground.as_of - start > ground.parameters().monitoring_baseline_after_days);
    State::Due(Box::new(MonitoringItem {
        drug: drug.ingredient,
        item: row.item.to_owned(),
        due: from,
        basis,
        id: row.id,
        last: last.map(|result| LastResult::of(result, ground)),
        baseline_missed: row.baseline && last.is_none() && baseline_over,
        urgency,
        makes_card: row.card == CardShare::Makes,
    }))
}

/// Age, diagnosis and dose, as far as the row asks for them.
fn holds(row: &MonitoringRow, drug: &Monitored, ground: &Ground<'_>) -> Holds {
    if let Some(above) = row.dose_above {
        match drug.dose {
            None => return Holds::NotKnown("the dose cannot be read"),
            Some(dose) if dose <= above => return Holds::No,
            Some(_) => (),
        }
    }
    holds_for_patient(row, ground)
}

/// Whether the row is surely not meant for this patient, whatever the drug: too young, with none of its diagnoses.
pub fn is_for_others(row: &MonitoringRow, ground: &Ground<'_>) -> bool {
    matches!(holds_for_patient(row, ground), Holds::No)
}

/// Age and diagnosis, as far as the row asks for them.
fn holds_for_patient(row: &MonitoringRow, ground: &Ground<'_>) -> Holds {
    let Some(from) = row.age_from else { return Holds::Yes };
    let old = ground.age.map(|age| age >= from);
    let diagnosed = row.or_conditions.iter().any(|group| ground.current_conditions(*group).next().is_some());
    let all_diagnoses = row.or_conditions.is_empty() || ground.chart.coverage.of(Kind::Conditions) == Extent::Full;
    match old {
        Some(true) => Holds::Yes,
        _ if diagnosed => Holds::Yes,
        None => Holds::NotKnown("the age is not on file"),
        Some(false) if !all_diagnoses => Holds::NotKnown("diagnoses could not all be had"),
        Some(false) => Holds::No,
    }
}

/// Every test of the row up to the next one, whether done or not.
fn points(row: &MonitoringRow, drug: &Monitored, start: Day, last: Option<Day>, ground: &Ground<'_>) -> Vec<Point> {
    let before = ground.parameters().monitoring_baseline_before_days;
    let baseline = row.baseline.then_some(Point { may_be_done_from: start - before, due_from: start });
    let change = drug.dose_change.filter(|_| row.after_dose_change);
    let scheduled = [Some(start), change].into_iter().flatten().flat_map(|origin| {
        row.scheduled.iter().map(move |test| Point {
            may_be_done_from: origin + test.day - test.tolerance,
            due_from: origin + test.day + test.tolerance + 1,
        })
    });
    let repeat = row.repeat.map(|test| {
        let from = last.unwrap_or(start);
        let due_from = from + test.day + test.tolerance + 1;
        // whatever stands between the last result and this day would be the last result
        Point { may_be_done_from: (from + 1).max(ground.as_of - test.day - test.tolerance), due_from }
    });
    baseline.into_iter().chain(scheduled).chain(repeat).collect()
}

fn is_above(result: &Measurement, row: &MonitoringRow) -> bool {
    match (&result.value, row.warn_above) {
        (Value::Number(value), Some(limit)) => *value > limit,
        _ => false,
    }
}

/// Whether the newest result, else the start, is older than so many intervals.
fn urgency(row: &MonitoringRow, start: Day, last: Option<&Measurement>, ground: &Ground<'_>) -> Urgency {
    let since = ground.as_of - last.map_or(start, |result| result.at.day);
    let long = row.warn_overdue_factor.zip(row.repeat).is_some_and(|(factor, repeat)| since > factor * repeat.day);
    if long { Urgency::LongOverdue } else { Urgency::Due }
}
