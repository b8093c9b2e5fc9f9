use super::super::sample::*;
use super::super::{Adequacy, Assessment, assess};
use crate::clinical::chart::{AdherenceFact, Chart, MedicationRecord};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Days, Ingredient, SourceRef, Span};

/// The day of every statement here.
const NOTED: &str = "2026-01-15";

fn statement(ingredient: Option<Ingredient>) -> AdherenceFact {
    AdherenceFact {
        source: SourceRef::new("Condition/z"),
        ingredient,
        span: Span::of(day(NOTED)),
        non_adherent: true,
        label: String::new(),
    }
}

/// Sertraline at dose for 90 days, with one statement and other medicines.
fn judged(fact: AdherenceFact, others: Vec<MedicationRecord>) -> Assessment {
    noted(fact, others.into_iter().chain([dispensed("1", "sertraline", 50.0, "2025-12-01", 90)]).collect())
}

fn noted(fact: AdherenceFact, medications: Vec<MedicationRecord>) -> Assessment {
    let record = Chart { adherence: vec![fact], ..chart(medications, Vec::new()) };
    assess(&record, Knowledge::builtin(), day(TODAY))
}

/// Whether the trial is contradicted, and how many notes are told.
fn told(assessment: &Assessment) -> (bool, usize) {
    (assessment.trials[0].adequacy != Adequacy::Adequate, assessment.notes.len())
}

/// A medicine that no code names.
fn uncoded(start: &str, days: Days) -> MedicationRecord {
    let mut record = dispensed("x", "lisinopril", 10.0, start, days);
    record.medicine.components.clear();
    record
}

#[test]
fn a_statement_that_names_a_drug_counts_for_that_drug_alone() {
    assert_eq!(told(&judged(statement(Some(drug("sertraline"))), Vec::new())), (true, 0));
    assert_eq!(told(&judged(statement(Some(drug("lisinopril"))), Vec::new())), (false, 0));
}

#[test]
fn a_statement_of_adherence_contradicts_nothing_and_is_no_note() {
    let kept = |ingredient| AdherenceFact { non_adherent: false, ..statement(ingredient) };
    assert_eq!(told(&judged(kept(Some(drug("sertraline"))), Vec::new())), (false, 0));
    assert_eq!(told(&judged(kept(None), vec![dispensed("2", "lisinopril", 10.0, "2025-12-01", 90)])), (false, 0));
}

// rule 1/adherence-fact: speaks
// rule 1/adherence-fact: silent
#[test]
fn an_unnamed_drug_is_the_only_one_of_the_day() {
    let beside = |start: &str, days| told(&judged(statement(None), vec![dispensed("2", "lisinopril", 10.0, start, days)]));
    assert_eq!(beside("2025-06-01", 30), (true, 0), "another one long ago");
    assert_eq!(beside("2026-01-16", 30), (true, 0), "from the next day on");
    assert_eq!(beside("2026-01-15", 30), (false, 1));
    assert_eq!(beside("2026-01-01", 15), (false, 1), "to that day");
    assert_eq!(beside("2026-01-01", 14), (true, 0), "to the day before");
}

#[test]
fn a_medicine_without_a_code_may_be_the_one_that_is_meant() {
    let beside = |start: &str, days| told(&judged(statement(None), vec![uncoded(start, days)]));
    assert_eq!(beside("2026-01-16", 30), (true, 0));
    assert_eq!(beside("2026-01-15", 30), (false, 1));
    assert_eq!(beside("2026-01-01", 15), (false, 1));
    assert_eq!(beside("2026-01-01", 14), (true, 0));
}

#[test]
fn an_unnamed_statement_of_an_uncovered_day_counts_for_none() {
    let around = vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 40), dispensed("2", "sertraline", 50.0, "2026-01-20", 40)];
    assert_eq!(told(&noted(statement(None), around)), (false, 1));
}
