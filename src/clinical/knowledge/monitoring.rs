//! The monitoring schedule (rules.md 13): which test is due when for which drug.

use std::collections::HashMap;

use serde::Deserialize;

use super::antidepressant::Antidepressant;
use super::cell::Cells;
use super::drug::Drugs;
use super::fault::{Defects, Fault, Place};
use super::option::{OptionKind, OptionRow};
use super::raw::{Row, parts};
use crate::clinical::units::{ConditionGroup, DailyDose, Days, Ingredient, Instrument};

/// One row of the schedule: one test for some drugs.
#[derive(Debug, Clone)]
pub struct MonitoringRow {
    /// Which row.
    pub id: &'static str,
    /// For which drugs, those of its classes included.
    pub drugs: Vec<Ingredient>,
    /// Whether it holds only for a drug taken as augmentation.
    pub only_as_augmentation: bool,
    /// What is to be done, in words.
    pub item: &'static str,
    /// Any of these results is the test; none where it is not on file as an observation.
    pub observations: Vec<Instrument>,
    /// Whether it is due from the first day.
    pub baseline: bool,
    /// When it is due after the start, in order.
    pub scheduled: Vec<DueDay>,
    /// When it is due again after the last result, else after the start.
    pub repeat: Option<DueDay>,
    /// Whether the scheduled days count from a change of dose too.
    pub after_dose_change: bool,
    /// From which age it holds.
    pub age_from: Option<i32>,
    /// With which current diagnoses it holds at any age.
    pub or_conditions: Vec<ConditionGroup>,
    /// Above which daily dose it holds.
    pub dose_above: Option<DailyDose>,
    /// What it does for the card.
    pub card: CardShare,
    /// The card is a warning when the newest result is older than so many intervals.
    pub warn_overdue_factor: Option<i32>,
    /// The card is a warning when the newest result is above this value, in the unit of the observation table.
    pub warn_above: Option<f64>,
}

/// A day of the schedule and how much earlier or later is still on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueDay {
    /// Days from where it counts.
    pub day: Days,
    /// How many days earlier or later.
    pub tolerance: Days,
}

/// What a row does for the monitoring card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CardShare {
    /// It makes the card.
    Makes,
    /// It stands in the card when that fires for another reason (rarely charted: waist, AIMS).
    Beside,
    /// It is told in this table only: no observation shows it.
    Never,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct RawMonitoring {
    id: &'static str,
    drugs: &'static str,
    classes: &'static str,
    taken_as: &'static str,
    item: &'static str,
    observations: &'static str,
    baseline: &'static str,
    scheduled: &'static str,
    repeat: &'static str,
    after_dose_change: &'static str,
    age_from: &'static str,
    or_conditions: &'static str,
    dose_above: &'static str,
    card: &'static str,
    warn_overdue_factor: &'static str,
    warn_above: &'static str,
    grade: &'static str,
}

const YES_OR_NO: &[(&str, bool)] = &[("yes", true), ("no", false)];

/// What the rows are checked against.
pub(super) struct Known<'a> {
    pub drugs: &'a Drugs,
    pub antidepressants: &'a [Antidepressant],
    pub options: &'a [OptionRow],
}

/// The schedule, in the order of the table.
pub(super) fn monitoring(rows: &[Row<RawMonitoring>], known: &Known<'_>, defects: &mut Defects) -> Vec<MonitoringRow> {
    let mut places: HashMap<&str, Place> = HashMap::new();
    let mut schedule = Vec::with_capacity(rows.len());
    for Row { at, cells: row } in rows {
        if let Some(first) = places.insert(row.id, *at) {
            defects.add(*at, Fault::Twice { what: row.id.to_owned(), first: first.to_string() });
        }
        schedule.extend(one(*at, row, known, defects));
    }
    schedule
}

fn one(at: Place, row: &RawMonitoring, known: &Known<'_>, defects: &mut Defects) -> Option<MonitoringRow> {
    let drugs = drugs(at, row, known, defects);
    let mut cells = Cells { at, defects };
    cells.filled("id", row.id);
    cells.filled("item", row.item);
    cells.one_of("grade", row.grade, &[("A", ()), ("B", ()), ("C", ()), ("D", ())]);
    let only_as_augmentation = only_as_augmentation(row, &drugs, known, &mut cells);
    let observations = parts(row.observations).filter_map(|word| cells.word("observations", word)).collect();
    let baseline = cells.one_of("baseline", row.baseline, YES_OR_NO);
    let scheduled = scheduled(row, &mut cells);
    let repeat = parts(row.repeat).next().and_then(|part| due_day("repeat", part, &mut cells));
    let after_dose_change = cells.one_of("after_dose_change", row.after_dose_change, YES_OR_NO);
    let age_from = cells.whole("age_from", row.age_from);
    let or_conditions = parts(row.or_conditions).filter_map(|word| cells.word("or_conditions", word)).collect();
    let dose_above = cells.dose("dose_above", row.dose_above);
    let card = card(row, &mut cells);
    let warn_overdue_factor = cells.whole("warn_overdue_factor", row.warn_overdue_factor);
    let warn_above = cells.number("warn_above", row.warn_above);
    if !row.warn_overdue_factor.trim().is_empty() {
        cells.filled("repeat", row.repeat);
    }
    if !row.or_conditions.trim().is_empty() {
        cells.filled("age_from", row.age_from);
    }
    Some(MonitoringRow {
        id: row.id,
        drugs,
        only_as_augmentation: only_as_augmentation?,
        item: row.item,
        observations,
        baseline: baseline?,
        scheduled,
        repeat,
        after_dose_change: after_dose_change?,
        age_from,
        or_conditions,
        dose_above,
        card: card?,
        warn_overdue_factor,
        warn_above,
    })
}

/// Whether it holds for augmentation alone: then each of its drugs is an augmenter.
fn only_as_augmentation(row: &RawMonitoring, drugs: &[Ingredient], known: &Known<'_>, cells: &mut Cells<'_>) -> Option<bool> {
    let only = cells.one_of("taken_as", row.taken_as, &[("augmentation", true), ("any", false)])?;
    let augments = |option: &OptionRow, drug: &Ingredient| option.kind == OptionKind::Augmentation && option.ingredients.contains(drug);
    for drug in drugs.iter().filter(|drug| only && !known.options.iter().any(|option| augments(option, drug))) {
        cells.fault(Fault::NoAugmenter(drug.to_string()));
    }
    Some(only)
}

/// The scheduled days, each later than the one before.
fn scheduled(row: &RawMonitoring, cells: &mut Cells<'_>) -> Vec<DueDay> {
    let scheduled: Vec<DueDay> = parts(row.scheduled).filter_map(|part| due_day("scheduled", part, cells)).collect();
    for pair in scheduled.windows(2) {
        if let [first, second] = pair
            && first.day >= second.day
        {
            let (low_value, high_value) = (f64::from(first.day), f64::from(second.day));
            cells.fault(Fault::Above { low: "scheduled (earlier)", low_value, high: "scheduled (later)", high_value });
        }
    }
    scheduled
}

/// What it does for the card: a test with its days, or neither.
fn card(row: &RawMonitoring, cells: &mut Cells<'_>) -> Option<CardShare> {
    let shares = [("yes", CardShare::Makes), ("beside", CardShare::Beside), ("never", CardShare::Never)];
    let card = cells.one_of("card", row.card, &shares)?;
    let timed = row.baseline.trim() == "yes" || !row.scheduled.trim().is_empty() || !row.repeat.trim().is_empty();
    match card {
        CardShare::Makes | CardShare::Beside => {
            cells.filled("observations", row.observations);
            if !timed {
                cells.fault(Fault::Empty("baseline, scheduled and repeat"));
            }
        }
        CardShare::Never if timed || !row.observations.trim().is_empty() => cells.fault(Fault::NeverMakesACard),
        CardShare::Never => (),
    }
    Some(card)
}

/// The drugs that a row names, and those of the classes that it names; one at least.
fn drugs(at: Place, row: &RawMonitoring, known: &Known<'_>, defects: &mut Defects) -> Vec<Ingredient> {
    let mut drugs: Vec<Ingredient> = parts(row.drugs).filter_map(|name| known.drugs.known(at, name, defects)).collect();
    for class in parts(row.classes) {
        let of_class: Vec<Ingredient> =
            known.antidepressants.iter().filter(|drug| drug.class == class).map(|drug| drug.ingredient).collect();
        if of_class.is_empty() {
            defects.add(at, Fault::UnknownWord { column: "classes", word: class.to_owned() });
        }
        drugs.extend(of_class);
    }
    if row.drugs.trim().is_empty() && row.classes.trim().is_empty() {
        defects.add(at, Fault::Empty("drugs"));
    }
    drugs.sort_unstable();
    drugs.dedup();
    drugs
}

/// `84±14`: the 84th day, two weeks earlier or later.
fn due_day(column: &'static str, part: &'static str, cells: &mut Cells<'_>) -> Option<DueDay> {
    let read = |text: &str| text.trim().parse::<Days>().ok().filter(|days| *days >= 0);
    let Some((day, tolerance)) = part.split_once('±').and_then(|(day, tolerance)| read(day).zip(read(tolerance))) else {
        cells.fault(Fault::NotANumber { column, text: part.to_owned() });
        return None;
    };
    if tolerance > day {
        cells.fault(Fault::Above { low: "tolerance", low_value: f64::from(tolerance), high: column, high_value: f64::from(day) });
    }
    Some(DueDay { day, tolerance })
}
