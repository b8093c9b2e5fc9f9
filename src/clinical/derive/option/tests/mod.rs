//! Options over small charts: each limit of rules.md 9.2 and 9.3 on both sides of its threshold.

mod limits;
mod place;
mod table;
mod whole;

use super::super::safety;
use super::super::sample::*;
use super::super::state::{Circumstances, circumstances};
use super::super::{Course, CourseKind, Trial};
use super::*;
use crate::clinical::chart::{Chart, Extent, Intolerance, Kind, Measurement, MedicationRecord, Procedure, ProcedureKind, Sex, Value};
use crate::clinical::knowledge::{Knowledge, SiteFile};
use crate::clinical::units::{ConditionGroup, Day, Days, Instrument, Moment, Span, When};
use StepKind::{Augment, Neurostimulation, Psychotherapy, RapidActing, Referral, Switch};
use Verdict::{Caution, LeftOut, Suitable};

fn today() -> Day {
    day(TODAY)
}

/// A man of 44, everything had in full, after two failures that touch no class of interest.
struct Scene {
    chart: Chart,
    failures: usize,
    age: i32,
    in_scope: bool,
    bipolar_strong: bool,
    tier_zero: bool,
    courses: Vec<Course>,
    trials: Vec<Trial>,
}

fn scene() -> Scene {
    let mut chart = chart(Vec::new(), Vec::new());
    for kind in Kind::ALL {
        chart.coverage.set(kind, Extent::Full);
    }
    chart.patient.as_mut().expect("a patient").sex = Some(Sex::Male);
    Scene { chart, failures: 2, age: 44, in_scope: true, bipolar_strong: false, tier_zero: false, courses: Vec::new(), trials: Vec::new() }
}

impl Scene {
    fn code(mut self, group: ConditionGroup, days_ago: Days) -> Scene {
        let mut condition = condition(group);
        condition.onset = Some(When::on(today() - days_ago));
        condition.recorded = None;
        self.chart.conditions.push(condition);
        self
    }

    fn past_code(self, group: ConditionGroup, days_ago: Days) -> Scene {
        let mut scene = self.code(group, days_ago);
        scene.chart.conditions.last_mut().expect("the code").current = false;
        scene
    }

    fn value(mut self, instrument: Instrument, value: Value, days_ago: Days) -> Scene {
        self.chart.measurements.push(Measurement {
            instrument,
            at: Moment { day: today() - days_ago, second: None },
            source: SourceRef::new(format!("Observation/{instrument}")),
            value,
            lower_limit: None,
            upper_limit: None,
            finished: true,
        });
        self
    }

    fn result(self, instrument: Instrument, value: f64, days_ago: Days) -> Scene {
        self.value(instrument, Value::Number(value), days_ago)
    }

    fn pressure(self, systolic: f64, diastolic: f64, days_ago: Days) -> Scene {
        self.value(Instrument::BloodPressure, Value::Pressure { systolic: Some(systolic), diastolic: Some(diastolic) }, days_ago)
    }

    fn takes(mut self, name: &str, mg: f64) -> Scene {
        let start = (today() - 19).to_string();
        self.chart.medications.push(dispensed(name, name, mg, &start, 30));
        self
    }

    fn woman(mut self) -> Scene {
        self.chart.patient.as_mut().expect("a patient").sex = Some(Sex::Female);
        self
    }

    fn aged(self, age: i32) -> Scene {
        Scene { age, ..self }
    }

    fn after(self, failures: usize) -> Scene {
        Scene { failures, ..self }
    }

    fn options(&self) -> Vec<TreatmentOption> {
        self.options_by(Knowledge::builtin())
    }

    fn options_by(&self, knowledge: &Knowledge) -> Vec<TreatmentOption> {
        self.judged_by(knowledge, |ground, circumstances| {
            let standing = Standing {
                in_scope: self.in_scope,
                bipolar_strong: self.bipolar_strong,
                tier_zero: self.tier_zero,
                failures: self.failures,
                circumstances,
                hints: &[],
            };
            options(ground, &standing)
        })
    }

    fn judged_by<T>(&self, knowledge: &Knowledge, judge: impl Fn(&Ground<'_>, &Circumstances) -> T) -> T {
        let counted = [drug("vortioxetine"), drug("vilazodone"), drug("nefazodone"), drug("reboxetine")];
        let taken = super::super::taken::taken(&self.chart, knowledge, today());
        let scores = super::super::score::scores(&self.chart, today());
        let ground = Ground {
            chart: &self.chart,
            knowledge,
            as_of: today(),
            age: Some(self.age),
            taken: &taken,
            scores: &scores,
            episode: None,
            trials: &self.trials,
            current: self.trials.iter().position(|trial| trial.ongoing),
            counted: &counted[..self.failures],
            augmentation: &[],
            courses: &self.courses,
        };
        let findings = safety::safety(&ground);
        let overdose = safety::overdose_risk(&ground, &findings);
        judge(&ground, &circumstances(&ground, None, overdose.as_ref()))
    }

    fn option(&self, kind: StepKind, id: &str) -> TreatmentOption {
        find(self.options(), kind, id)
    }

    fn open(&self) -> Vec<String> {
        self.options().into_iter().filter(|option| option.verdict != LeftOut).map(|option| option.id.to_owned()).collect()
    }
}

fn find(options: Vec<TreatmentOption>, kind: StepKind, id: &str) -> TreatmentOption {
    options.into_iter().find(|option| option.kind == kind && option.id == id).unwrap_or_else(|| panic!("no {id}"))
}

/// The option has this verdict, and a reason with these words.
fn says(scene: &Scene, kind: StepKind, id: &str, verdict: Verdict, words: &str) {
    let option = scene.option(kind, id);
    assert_eq!(option.verdict, verdict, "{id}: {:?}", option.reasons);
    assert!(option.reasons.iter().any(|reason| reason.contains(words)), "{id}: no `{words}` in {:?}", option.reasons);
}

/// No reason of the option has these words.
fn silent(scene: &Scene, kind: StepKind, id: &str, words: &str) {
    let option = scene.option(kind, id);
    assert!(!option.reasons.iter().any(|reason| reason.contains(words)), "{id}: `{words}` in {:?}", option.reasons);
}

fn left_out(scene: &Scene, kind: StepKind, id: &str, words: &str) {
    says(scene, kind, id, LeftOut, words);
}

fn not_left_out(scene: &Scene, kind: StepKind, id: &str) {
    let option = scene.option(kind, id);
    assert_ne!(option.verdict, LeftOut, "{id}: {:?}", option.reasons);
}
