//! The days and doses that one record claims by itself (rules.md 3.1).

use crate::clinical::chart::{Amount, Evidence, MedicationRecord, RecordState, Step};
use crate::clinical::knowledge::Parameters;
use crate::clinical::units::{DailyDose, Day, Days, Form, SourceRef, Span, Strength};

use super::Note;

/// What one record says of one of its ingredients.
#[derive(Debug, Clone)]
pub struct Supply<'a> {
    /// The record.
    pub record: &'a MedicationRecord,
    /// The days it claims, in order; not cut at today. Empty where its dates cannot be told.
    pub portions: Vec<Portion>,
    /// Claimed from its start to today for want of an end.
    pub open_ended: bool,
    /// Stopped or on hold without a day.
    pub stopped_undated: bool,
    /// What the prescriber is told about how the days were reckoned.
    pub notes: Vec<Note>,
}

/// A stretch of days at one dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portion {
    /// The days.
    pub span: Span,
    /// The daily dose; `None` where unknown.
    pub dose: Option<DailyDose>,
}

/// What of a medicine one supply is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// How much of the ingredient one unit holds.
    pub strength: Option<Strength>,
    /// The least effective dose: a range that only reaches it with its upper end is an unknown dose.
    pub minimum: Option<DailyDose>,
}

impl Supply<'_> {
    /// The first day it claims.
    pub fn first(&self) -> Option<Day> {
        self.portions.first().map(|portion| portion.span.first)
    }

    /// The last day it claims.
    pub fn last(&self) -> Option<Day> {
        self.portions.last().map(|portion| portion.span.last)
    }
}

/// The first and last day of one record taken alone, refills included; days after today are not cut.
pub fn supply_period(record: &MedicationRecord) -> Option<Span> {
    let strength = match record.medicine.components.as_slice() {
        [component] => component.strength,
        _ => None,
    };
    let start = record.start?.first;
    let days = match length(record, strength).days {
        Some(days) => Some(start + (days - 1)),
        None => record.end.map(|end| end.last),
    };
    Span::new(start, days?)
}

/// Reckons what a record claims.
///
/// `newest_mention` is the start of the newest order of the drug: it keeps an older open end believable.
pub fn supply<'a>(
    record: &'a MedicationRecord,
    wanted: Wanted,
    newest_mention: Option<Day>,
    parameters: &Parameters,
    as_of: Day,
) -> Supply<'a> {
    let length = length(record, wanted.strength);
    let mut supply = Supply { record, portions: Vec::new(), open_ended: false, stopped_undated: false, notes: Vec::new() };
    let stop = stop_day(record);
    // A planned end after today does not say when it was stopped.
    let stopped = matches!(record.state, RecordState::Stopped | RecordState::OnHold);
    supply.stopped_undated = stopped && stop.is_none_or(|stop| stop > as_of);
    let Some(start) = record.start.map(|start| start.first).filter(|_| record.state != RecordState::Unknown) else {
        return supply;
    };
    let last = match (length.days, record.evidence) {
        (_, Evidence::Administered) => Some(record.end.map_or(start, |end| end.last)),
        (Some(days), _) => Some(start + (days - 1)),
        (None, _) => record.end.map(|end| end.last).or(stop),
    };
    let last = last.or_else(|| {
        let mentioned = [Some(start), record.asserted, newest_mention].into_iter().flatten().max().unwrap_or(start);
        let open = record.state == RecordState::Active && record.evidence != Evidence::Dispensed;
        supply.open_ended = open && as_of - mentioned <= parameters.request_open_ended_cap_days;
        supply.open_ended.then_some(as_of)
    });
    // A stop ends the supply that day, whatever was still in stock.
    let last = last.map(|last| stop.map_or(last, |stop| last.min(stop)));
    let Some(span) = last.and_then(|last| Span::new(start, last)) else { return supply };
    supply.portions = portions(record, wanted, span);
    supply.notes = length.notes(record);
    supply
}

/// The doses that a record names, one after the other, whatever their days: how long an order that begins now will last is not known.
/// `None` where one cannot be told.
pub fn doses(record: &MedicationRecord, wanted: Wanted) -> Vec<Option<DailyDose>> {
    let (pack, steps) = (&record.medicine.pack, &record.instruction.steps);
    if !pack.is_empty() {
        pack.iter().map(|day| Some(day.dose)).collect()
    } else if steps.is_empty() {
        vec![dose_from_quantity(record, wanted)]
    } else {
        steps.iter().map(|step| dose(record, step.amount, wanted)).collect()
    }
}

/// The day on which the record itself says that taking ended.
pub fn stop_day(record: &MedicationRecord) -> Option<Day> {
    let dated = record.stop.as_ref().and_then(|stop| stop.day);
    [dated, record.end.map(|end| end.last)].into_iter().flatten().min()
}

/// How long a supply lasts, and how that was reckoned.
struct Length {
    days: Option<Days>,
    stated: Option<Days>,
    reckoned: Option<Days>,
}

impl Length {
    fn notes(&self, record: &MedicationRecord) -> Vec<Note> {
        let basis = vec![record.source.clone()];
        match (self.stated, self.reckoned) {
            (None, Some(days)) => vec![Note { id: "supply-from-quantity", text: format!("{days} days reckoned from the quantity"), basis }],
            (Some(stated), Some(reckoned)) if (i64::from(stated) - i64::from(reckoned)).abs() * 3 > i64::from(stated) => vec![Note {
                id: "supply-differs",
                text: format!("{stated} days of supply stated, {reckoned} by quantity and instruction"),
                basis,
            }],
            _ => Vec::new(),
        }
    }
}

/// Stated days, else quantity by units a day; times the fills that an order allows. Part days are dropped from the whole.
fn length(record: &MedicationRecord, strength: Option<Strength>) -> Length {
    let fills = if record.evidence == Evidence::Ordered { f64::from(record.refills) + 1.0 } else { 1.0 };
    let stated = record.supply_days;
    let reckoned = reckoned_days(record, strength);
    let pack: Option<Days> = (!record.medicine.pack.is_empty()).then(|| record.medicine.pack.iter().map(|day| day.days).sum());
    let a_fill = stated.map(f64::from).or(reckoned).or(pack.map(f64::from));
    let days = a_fill.and_then(|days| whole_days(days * fills)).or_else(|| step_days(&record.instruction.steps));
    Length { days, stated, reckoned: reckoned.and_then(whole_days) }
}

fn whole_days(days: f64) -> Option<Days> {
    // Thirty tablets at a third a day are 90 days, not 89.99.
    let whole = (days + 1e-6).floor();
    (whole >= 1.0).then_some(whole.min(f64::from(Days::MAX)) as Days)
}

/// All steps together, where each has a length.
fn step_days(steps: &[Step]) -> Option<Days> {
    let total = steps.iter().map(|step| step.length).sum::<Option<Days>>()?;
    (total > 0).then_some(total)
}

/// How many days the quantity of one fill lasts.
fn reckoned_days(record: &MedicationRecord, strength: Option<Strength>) -> Option<f64> {
    let mut left = record.quantity.filter(|quantity| quantity.is_finite() && *quantity > 0.0)?;
    let mut days = 0.0;
    for step in &record.instruction.steps {
        let rate = units_per_day(step.amount, record, strength)?;
        let possible = left / rate;
        match step.length {
            Some(length) if f64::from(length) < possible => {
                days += f64::from(length);
                left -= rate * f64::from(length);
            }
            _ => {
                days += possible;
                left = 0.0;
                break;
            }
        }
    }
    (left == 0.0).then_some(days)
}

/// What a day uses up, in the unit that the quantity counts; the upper end of a range shortens the supply.
fn units_per_day(amount: Amount, record: &MedicationRecord, strength: Option<Strength>) -> Option<f64> {
    let rate = match (amount, record.quantity_in_mg) {
        (Amount::Units { high, .. }, false) | (Amount::Milligrams { high, .. }, true) => high,
        (Amount::Units { high, .. }, true) => high * strength?.mg(),
        (Amount::Milligrams { .. }, false) if record.medicine.form == Form::Weekly => 1.0 / 7.0,
        (Amount::Milligrams { high, .. }, false) => high / strength?.mg(),
        (Amount::Unknown, _) => return None,
    };
    (rate.is_finite() && rate > 0.0).then_some(rate)
}

/// The span cut into its doses: a pack day by day, the steps of an instruction one after the other, or one dose throughout.
fn portions(record: &MedicationRecord, wanted: Wanted, span: Span) -> Vec<Portion> {
    let pack = &record.medicine.pack;
    if !pack.is_empty() {
        return staircase(span, pack.iter().map(|day| (Some(day.days), Some(day.dose))));
    }
    match record.instruction.steps.as_slice() {
        [] => vec![Portion { span, dose: dose_from_quantity(record, wanted) }],
        [step] => vec![Portion { span, dose: dose(record, step.amount, wanted) }],
        steps => dated(record, steps, wanted, span)
            .unwrap_or_else(|| staircase(span, steps.iter().map(|step| (step.length, dose(record, step.amount, wanted))))),
    }
}

/// Steps that all state their own first day.
fn dated(record: &MedicationRecord, steps: &[Step], wanted: Wanted, span: Span) -> Option<Vec<Portion>> {
    let firsts: Vec<Day> = steps.iter().map(|step| step.first).collect::<Option<_>>()?;
    let ends = firsts.iter().skip(1).map(|next| *next - 1).chain([span.last]);
    let portions = steps.iter().zip(&firsts).zip(ends).filter_map(|((step, first), before_next)| {
        let last = step.last.or(step.length.map(|days| *first + (days - 1))).unwrap_or(before_next).min(before_next);
        let own = Span::new(*first, last)?.intersection(span)?;
        Some(Portion { span: own, dose: dose(record, step.amount, wanted) })
    });
    let portions: Vec<Portion> = portions.collect();
    (!portions.is_empty()).then_some(portions)
}

/// Steps one after the other; one without a length lasts to the end. What the steps do not reach has an unknown dose.
fn staircase(span: Span, steps: impl Iterator<Item = (Option<Days>, Option<DailyDose>)>) -> Vec<Portion> {
    let mut portions = Vec::new();
    let mut first = span.first;
    for (length, dose) in steps {
        let last = length.map_or(span.last, |days| (first + (days - 1)).min(span.last));
        let Some(own) = Span::new(first, last) else { continue };
        portions.push(Portion { span: own, dose });
        first = last + 1;
    }
    portions.extend(Span::new(first, span.last).map(|rest| Portion { span: rest, dose: None }));
    portions
}

/// The daily dose of a step. A range counts as its lower end; where only the upper end reaches the minimum, it is unknown.
fn dose(record: &MedicationRecord, amount: Amount, wanted: Wanted) -> Option<DailyDose> {
    if record.instruction.as_needed {
        return None;
    }
    let weekly = if record.medicine.form == Form::Weekly { 7.0 } else { 1.0 };
    let (low, high) = match amount {
        Amount::Units { low, high } => (wanted.strength?.times(low * weekly)?, wanted.strength?.times(high * weekly)?),
        // A weekly capsule's strength is already the daily dose that it stands for.
        Amount::Milligrams { .. } if record.medicine.form == Form::Weekly => (wanted.strength?.times(1.0)?, wanted.strength?.times(1.0)?),
        Amount::Milligrams { low, high } if record.medicine.components.len() == 1 => (DailyDose::from_mg(low)?, DailyDose::from_mg(high)?),
        Amount::Milligrams { .. } => return None,
        Amount::Unknown => return dose_from_quantity(record, wanted),
    };
    let undecided = wanted.minimum.is_some_and(|minimum| low < minimum && minimum <= high);
    (!undecided).then_some(low)
}

/// Strength x quantity / days of supply, where there is no instruction that could be read.
fn dose_from_quantity(record: &MedicationRecord, wanted: Wanted) -> Option<DailyDose> {
    if record.instruction.as_needed {
        return None;
    }
    let (quantity, days) = (record.quantity?, record.supply_days?);
    let a_day = quantity / f64::from(days);
    match (record.quantity_in_mg, record.medicine.form) {
        (true, _) => DailyDose::from_mg(a_day),
        (false, Form::Weekly) => wanted.strength?.times(a_day * 7.0),
        (false, _) => wanted.strength?.times(a_day),
    }
}

/// The records of these supplies, in order, each once.
pub fn sources<'a>(records: impl Iterator<Item = &'a MedicationRecord>) -> Vec<SourceRef> {
    let mut sources: Vec<SourceRef> = records.map(|record| record.source.clone()).collect();
    sources.sort();
    sources.dedup();
    sources
}

#[cfg(test)]
mod tests;
