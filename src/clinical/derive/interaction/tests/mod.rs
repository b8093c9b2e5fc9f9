//! The rows on both sides of their thresholds.

mod bupropion;
mod condition;
mod dose;
mod draft;
mod edges;
mod lithium;
mod option;
mod pair;
mod qt;
mod table;
mod window;

use super::super::sample::*;
use super::super::score::scores;
use super::super::taken::taken;
use super::super::{Assessment, assess};
use super::*;
use crate::clinical::chart::{Chart, Component, Extent, Kind, Measurement, MedicationRecord, Recognition, Sex, Value};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Days, Form, Instrument, Moment, ProductUse, Strength, When};

fn today() -> Day {
    day(TODAY)
}

/// Taken since the new year, beyond today.
fn now(name: &str, mg: f64) -> MedicationRecord {
    dispensed(name, name, mg, "2026-01-01", 90)
}

/// Taken since the new year; the last covered day lies so many days ago.
fn ended(name: &str, mg: f64, days_ago: Days) -> MedicationRecord {
    dispensed(name, name, mg, "2026-01-01", today() - days_ago - day("2026-01-01") + 1)
}

/// Begun so many days ago, beyond today.
fn begun(name: &str, mg: f64, days_ago: Days) -> MedicationRecord {
    dispensed(&format!("new-{name}"), name, mg, &(today() - days_ago).to_string(), 90)
}

fn judged(medications: Vec<MedicationRecord>) -> Assessment {
    judged_with(medications, |_| ())
}

fn judged_with(medications: Vec<MedicationRecord>, change: impl FnOnce(&mut Chart)) -> Assessment {
    let mut record = chart(medications, Vec::new());
    change(&mut record);
    assess(&record, Knowledge::builtin(), today())
}

fn found(assessment: &Assessment) -> Vec<(&'static str, Severity)> {
    assessment.interactions.iter().map(|found| (found.id, found.severity)).collect()
}

fn of_row(assessment: &Assessment, id: &str) -> Vec<Severity> {
    assessment.interactions.iter().filter(|found| found.id == id).map(|found| found.severity).collect()
}

fn lines(assessment: &Assessment) -> Vec<&'static str> {
    assessment.interaction_lines.iter().map(|line| line.id).collect()
}

fn unchecked(assessment: &Assessment, id: &str) -> Vec<String> {
    assessment.interactions_not_checked.iter().filter(|row| row.id == id).map(|row| row.what.clone()).collect()
}

fn aged(years: i32) -> impl Fn(&mut Chart) {
    move |record| record.patient.as_mut().expect("a patient").birth = Some(When::on(today().plus_years(-years)))
}

fn result(instrument: Instrument, value: f64, days_ago: Days) -> Measurement {
    Measurement {
        instrument,
        at: Moment { day: today() - days_ago, second: None },
        source: SourceRef::new(format!("Observation/{}-{days_ago}", instrument.word())),
        value: Value::Number(value),
        lower_limit: None,
        upper_limit: None,
        finished: true,
    }
}

/// What the rows say of an option.
fn option(record: &Chart, name: &str, without: Option<&str>) -> Interactions {
    let knowledge = Knowledge::builtin();
    let assessment = assess(record, knowledge, today());
    let (scores, taken) = (scores(record, today()), taken(record, knowledge, today()));
    let ground = Ground {
        chart: record,
        knowledge,
        as_of: today(),
        age: assessment.patient.age_years,
        taken: &taken,
        scores: &scores,
        episode: assessment.episode.as_ref(),
        trials: &assessment.trials,
        current: assessment.current_trial,
        counted: &assessment.counted_failures,
        augmentation: &assessment.augmentation,
        courses: &assessment.courses,
    };
    Scene::new(&ground).interactions_of(drug(name), without.map(drug))
}

/// A combination tablet of bupropion and naltrexone, so many a day.
fn naltrexone_bupropion(tablets: f64) -> MedicationRecord {
    let mut record = begun("bupropion", 90.0 * tablets, 20);
    record.source = SourceRef::new("MedicationDispense/contrave");
    record.medicine.product_use = ProductUse::NeverATrial;
    record.medicine.components.push(Component { ingredient: drug("naltrexone"), strength: Strength::from_mg(8.0 * tablets) });
    record
}

/// Bupropion to stop smoking.
fn smoking_cessation(mg: f64) -> MedicationRecord {
    let mut record = now("bupropion", mg);
    record.source = SourceRef::new("MedicationDispense/zyban");
    record.medicine.product_use = ProductUse::NeverATrial;
    record
}
