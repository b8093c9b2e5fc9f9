//! Records for the tests of this room.

use super::ground::Ground;
use super::option::{DoseLimits, Standing, dose_limits, options};
use super::score::Scores;
use super::{AgeBand, Assessment, Circumstances, Pregnancy, TreatmentOption};
use crate::clinical::chart::{
    Amount, Certainty, Chart, Component, Condition, Coverage, Evidence, Extent, Instruction, Kind, MedicationRecord, Medicine, Patient,
    Recognition, RecordState, Screening, Sex, Step,
};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day, Days, Form, GroupSet, Ingredient, Moment, ProductUse, SourceRef, Strength, When};

/// The day of assessment of every sample.
pub const TODAY: &str = "2026-03-02";

pub fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

pub fn drug(name: &str) -> Ingredient {
    Knowledge::builtin().ingredient_named(name).expect("a drug of the tables")
}

/// So many days of tablets of one strength, one a day, handed over on a day.
pub fn dispensed(id: &str, name: &str, mg: f64, start: &str, days: Days) -> MedicationRecord {
    MedicationRecord {
        source: SourceRef::new(format!("MedicationDispense/{id}")),
        evidence: Evidence::Dispensed,
        medicine: Medicine {
            components: vec![Component { ingredient: drug(name), strength: Strength::from_mg(mg) }],
            recognition: Recognition::Coded,
            form: Form::Immediate,
            product_use: ProductUse::Ordinary,
            pack: Vec::new(),
            label: format!("{name} {mg} MG Oral Tablet"),
            contradicted_by: None,
        },
        state: RecordState::Completed,
        start: Some(When::on(day(start))),
        end: None,
        asserted: None,
        authored: None,
        supply_days: Some(days),
        quantity: Some(f64::from(days)),
        quantity_in_mg: false,
        refills: 0,
        instruction: once_a_day(),
        stop: None,
        updated: None,
    }
}

/// An active order of one tablet a day, without supply and without an end.
pub fn ordered(id: &str, name: &str, mg: f64, start: &str) -> MedicationRecord {
    MedicationRecord {
        source: SourceRef::new(format!("MedicationRequest/{id}")),
        evidence: Evidence::Ordered,
        state: RecordState::Active,
        supply_days: None,
        quantity: None,
        ..dispensed(id, name, mg, start, 1)
    }
}

/// An order of one unit a day for a week, then two, without an end.
pub fn rising(id: &str, name: &str, mg: f64, start: &str) -> MedicationRecord {
    let step = |units: f64, length| Step { amount: Amount::Units { low: units, high: units }, length, first: None, last: None };
    let instruction = Instruction { steps: vec![step(1.0, Some(7)), step(2.0, None)], ..Instruction::default() };
    MedicationRecord { instruction, ..ordered(id, name, mg, start) }
}

pub fn once_a_day() -> Instruction {
    let step = Step { amount: Amount::Units { low: 1.0, high: 1.0 }, length: None, first: None, last: None };
    Instruction { steps: vec![step], ..Instruction::default() }
}

pub fn phq9(id: &str, total: u8, date: &str) -> Screening {
    Screening {
        at: Moment { day: day(date), second: None },
        source: SourceRef::new(format!("Observation/{id}")),
        total: Some(total),
        recorded_total: None,
        items: [None; 9],
        finished: true,
    }
}

/// A woman of 34 with recurrent major depression since May 2025.
pub fn chart(medications: Vec<MedicationRecord>, screenings: Vec<Screening>) -> Chart {
    let mut coverage = Coverage::default();
    for kind in [Kind::Patient, Kind::Medications, Kind::Conditions, Kind::Observations] {
        coverage.set(kind, Extent::Full);
    }
    Chart {
        patient: Some(Patient { id: "p".into(), birth: Some(When::on(day("1992-01-15"))), sex: Some(Sex::Female), deceased: None }),
        conditions: vec![condition(ConditionGroup::DepressionMddActive)],
        medications,
        screenings,
        coverage,
        ..Chart::default()
    }
}

pub fn condition(group: ConditionGroup) -> Condition {
    Condition {
        source: SourceRef::new(format!("Condition/{group}")),
        groups: GroupSet::EMPTY.with(group),
        code: String::new(),
        label: group.to_string(),
        certainty: Certainty::Confirmed,
        current: true,
        in_remission: false,
        status_given: true,
        encounter_diagnosis: false,
        onset: Some(When::on(day("2025-05-01"))),
        abatement: None,
        recorded: Some(day("2025-05-01")),
        updated: None,
    }
}

/// Nothing that a next step would word itself by.
pub fn no_circumstances() -> Circumstances {
    Circumstances {
        pregnancy: Pregnancy::NotAsked,
        postpartum: None,
        dementia: None,
        psychotic_features: None,
        catatonia: None,
        urgent: Vec::new(),
        substance_use: None,
        overdose_risk: Vec::new(),
        antidepressants_alone: Vec::new(),
        age_band: AgeBand::Adult,
    }
}

/// The options of an assessment made by hand, over a chart that was had in full and holds nothing else.
pub fn options_of(assessment: &Assessment) -> Vec<TreatmentOption> {
    over_an_empty_chart(assessment, |ground| {
        let standing = Standing {
            in_scope: true,
            bipolar_strong: false,
            tier_zero: false,
            failures: assessment.counted_failures.len(),
            circumstances: &assessment.circumstances,
            hints: &[],
        };
        options(ground, &standing)
    })
}

/// What the age alone says of the dose of each trial.
pub fn dose_limits_of(assessment: &Assessment) -> Vec<DoseLimits> {
    over_an_empty_chart(assessment, |ground| {
        assessment.trials.iter().map(|trial| dose_limits(ground, &assessment.circumstances, trial.drug)).collect()
    })
}

fn over_an_empty_chart<T>(assessment: &Assessment, judge: impl Fn(&Ground<'_>) -> T) -> T {
    let mut chart = Chart::default();
    for kind in Kind::ALL {
        chart.coverage.set(kind, Extent::Full);
    }
    let scores = Scores::default();
    judge(&Ground {
        chart: &chart,
        knowledge: Knowledge::builtin(),
        as_of: assessment.as_of,
        age: assessment.patient.age_years,
        taken: &[],
        scores: &scores,
        episode: None,
        trials: &assessment.trials,
        current: assessment.current_trial,
        counted: &assessment.counted_failures,
        augmentation: &assessment.augmentation,
        courses: &assessment.courses,
    })
}
