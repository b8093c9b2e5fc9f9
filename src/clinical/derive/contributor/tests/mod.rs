//! Whole charts, judged: the rules of section 8 on both sides of their thresholds.

mod body;
mod edges;
mod life;
mod thyroid;
mod whole;

use super::super::sample::*;
use super::super::{Assessment, assess};
use super::*;
use crate::clinical::chart::{
    Chart, Condition, Measurement, MedicationRecord, Procedure, ProcedureKind, Recognition, Sex, Unreadable, Value,
};
use crate::clinical::knowledge::{Knowledge, SiteFile};
use crate::clinical::units::{ConditionGroup, Day, Days, Form, Instrument, Moment, Span, When};
use ContributorStatus::{Clear, NotChecked, Present};
use ContributorWeight::{Alongside, Line, TreatFirst};

fn today() -> Day {
    day(TODAY)
}

fn judged(change: impl FnOnce(&mut Chart)) -> Assessment {
    let mut record = chart(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 92)], vec![phq9("a", 18, "2026-02-20")]);
    change(&mut record);
    assess(&record, Knowledge::builtin(), today())
}

/// Status, treated and weight of one contributor.
fn of(id: &str, change: impl FnOnce(&mut Chart)) -> Option<(ContributorStatus, bool, ContributorWeight)> {
    let found = judged(change).contributors.into_iter().find(|found| found.id == id)?;
    assert!(!found.label.is_empty());
    Some((found.status, found.treated, found.weight))
}

fn weight(id: &str, change: impl FnOnce(&mut Chart)) -> Option<ContributorWeight> {
    of(id, change).filter(|(status, ..)| *status == Present).map(|(_, _, weight)| weight)
}

fn label(id: &str, change: impl FnOnce(&mut Chart)) -> String {
    judged(change).contributors.into_iter().find(|found| found.id == id).map(|found| found.label).unwrap_or_default()
}

fn has_note(id: &str, change: impl FnOnce(&mut Chart)) -> bool {
    judged(change).notes.iter().any(|note| note.id == id)
}

fn lab(instrument: Instrument, value: f64, days_ago: Days) -> Measurement {
    Measurement {
        instrument,
        at: Moment { day: today() - days_ago, second: None },
        source: SourceRef::new(format!("Observation/{instrument}-{days_ago}")),
        value: Value::Number(value),
        lower_limit: None,
        upper_limit: None,
        finished: true,
    }
}

fn labs(all: &[(Instrument, f64, Days)]) -> impl FnOnce(&mut Chart) + use<> {
    let all: Vec<Measurement> = all.iter().map(|(instrument, value, days_ago)| lab(*instrument, *value, *days_ago)).collect();
    |record| record.measurements.extend(all)
}

/// A current diagnosis of one group, recorded so many days ago.
fn code(group: ConditionGroup, days_ago: Days) -> Condition {
    let recorded = today() - days_ago;
    Condition { recorded: Some(recorded), onset: Some(When::on(recorded)), ..condition(group) }
}

fn with_code(group: ConditionGroup, days_ago: Days) -> impl FnOnce(&mut Chart) {
    move |record| record.conditions.push(code(group, days_ago))
}

fn both(one: impl FnOnce(&mut Chart), two: impl FnOnce(&mut Chart)) -> impl FnOnce(&mut Chart) {
    |record| {
        one(record);
        two(record);
    }
}

/// A drug supplied from so many days ago until after today.
fn taking(name: &'static str, mg: f64, since: Days) -> impl FnOnce(&mut Chart) {
    move |record| {
        let start = (today() - since).to_string();
        record.medications.push(dispensed(&format!("{name}-{since}"), name, mg, &start, since + 30));
    }
}

fn changed(name: &'static str, mg: f64, since: Days, change: impl FnOnce(&mut MedicationRecord)) -> impl FnOnce(&mut Chart) {
    both(taking(name, mg, since), |record| change(record.medications.last_mut().expect("the drug")))
}

fn sex(sex: Option<Sex>) -> impl FnOnce(&mut Chart) {
    move |record| record.patient.as_mut().expect("a patient").sex = sex
}

fn not_had(kind: Kind, extent: Extent) -> impl FnOnce(&mut Chart) {
    move |record| record.coverage.set(kind, extent)
}

use Instrument::{Ahi, Audit, AuditC, Bmi, Dast10, Ferritin, FreeT3, FreeT4, Hemoglobin, Mcv, StopBang, Tsh, VitaminB12, VitaminD};
