//! Options over small charts: each limit of rules.md 9.2 and 9.3 on both sides of its threshold.

use super::super::sample::*;
use super::super::state::circumstances;
use super::super::{Course, CourseKind};
use super::*;
use crate::clinical::chart::{Chart, Extent, Intolerance, Kind, Measurement, MedicationRecord, Sex, Value};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day, Days, Instrument, Moment, When};
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
}

fn scene() -> Scene {
    let mut chart = chart(Vec::new(), Vec::new());
    for kind in Kind::ALL {
        chart.coverage.set(kind, Extent::Full);
    }
    chart.patient.as_mut().expect("a patient").sex = Some(Sex::Male);
    Scene { chart, failures: 2, age: 44, in_scope: true, bipolar_strong: false, tier_zero: false, courses: Vec::new() }
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
            trials: &[],
            current: None,
            counted: &counted[..self.failures],
            augmentation: &[],
            courses: &self.courses,
        };
        let circumstances = circumstances(&ground, None);
        let standing = Standing {
            in_scope: self.in_scope,
            bipolar_strong: self.bipolar_strong,
            tier_zero: self.tier_zero,
            failures: self.failures,
            circumstances: &circumstances,
        };
        options(&ground, &standing)
    }

    fn option(&self, kind: StepKind, id: &str) -> TreatmentOption {
        find(self.options(), kind, id)
    }

    fn open(&self) -> Vec<String> {
        self.options().into_iter().filter(|option| option.verdict != LeftOut).map(|option| option.id).collect()
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

// rule 9.3/in-scope-only: speaks
// rule 9.3/in-scope-only: silent
#[test]
fn every_row_stands_there_in_scope_and_none_out_of_it() {
    assert!(Scene { in_scope: false, ..scene() }.options().is_empty());
    let all = scene().options();
    for (kind, id) in [
        (Augment, "aripiprazole"),
        (Augment, "quetiapine-xr"),
        (Augment, "olanzapine-fluoxetine"),
        (Augment, "bupropion"),
        (Augment, "lithium"),
        (Switch, "bupropion"),
        (Switch, "dextromethorphan-bupropion"),
        (Switch, "tranylcypromine"),
        (RapidActing, "esketamine"),
        (RapidActing, "ketamine-iv"),
        (Neurostimulation, "tms"),
        (Neurostimulation, "vns"),
        (Psychotherapy, "psychotherapy"),
        (Referral, "psychiatry"),
    ] {
        find(all.clone(), kind, id);
    }
    let mut ids: Vec<(StepKind, &str)> = all.iter().map(|option| (option.kind, option.id.as_str())).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "unique within a kind");
}

// rule 9.3/offered-rows: speaks
// rule 9.3/offered-rows: silent
#[test]
fn what_is_never_an_option_is_not_listed() {
    let all = scene().options();
    let never = Knowledge::builtin().options().iter().filter(|row| row.offer == Offer::Never);
    let ids: Vec<String> = never.map(|row| hyphened(row.id)).collect();
    assert_eq!(ids, ["psilocybin", "clozapine", "zuranolone"]);
    assert!(!all.iter().any(|option| ids.contains(&option.id)));
    let offered = Knowledge::builtin().options().iter().filter(|row| row.offer == Offer::Option);
    let rows: Vec<&str> = offered.map(|row| row.id).collect();
    assert!(rows.iter().all(|id| all.iter().any(|option| option.row == Some(*id))), "each offered row is");
}

// rule 9.3/no-failure-yet: speaks
// rule 9.3/no-failure-yet: silent
#[test]
fn without_a_failure_only_psychotherapy_is_open() {
    assert_eq!(scene().after(0).open(), ["psychotherapy"]);
    left_out(&scene().after(0), Switch, "venlafaxine", "no adequate failure yet");
    not_left_out(&scene().after(1), Switch, "venlafaxine");
}

// rule 9.3/tier-0: speaks
// rule 9.3/tier-0: silent
#[test]
fn tier_zero_opens_switches_only() {
    let tier_zero = Scene { tier_zero: true, ..scene().after(0) };
    not_left_out(&tier_zero, Switch, "mirtazapine");
    left_out(&tier_zero, Augment, "mirtazapine", "no adequate failure yet");
    left_out(&scene().after(0), Switch, "mirtazapine", "no adequate failure yet");
}

// rule 9.3/tier-2: speaks
// rule 9.3/tier-2: silent
#[test]
fn tier_two_opens_what_tier_one_keeps_back() {
    for (kind, id) in [
        (Augment, "lithium"),
        (Augment, "liothyronine"),
        (Augment, "olanzapine-fluoxetine"),
        (RapidActing, "esketamine"),
        (RapidActing, "ketamine-iv"),
        (Neurostimulation, "ect"),
        (Referral, "psychiatry"),
    ] {
        left_out(&scene().after(1), kind, id, "after two adequate failures");
        not_left_out(&scene().after(2), kind, id);
    }
    not_left_out(&scene().after(1), Augment, "aripiprazole");
    not_left_out(&scene().after(1), Neurostimulation, "tms");
}

// rule 10/vns-after-four: speaks
// rule 10/vns-after-four: silent
#[test]
fn vagus_nerve_stimulation_needs_four_failures() {
    left_out(&scene().after(3), Neurostimulation, "vns", "after four adequate failures");
    not_left_out(&scene().after(4), Neurostimulation, "vns");
}

// rule 10/referral-first: speaks
// rule 10/referral-first: silent
#[test]
fn referral_is_first_from_three_failures_on() {
    says(&scene().after(3), Referral, "psychiatry", Suitable, "referral first");
    silent(&scene().after(2), Referral, "psychiatry", "referral first");
}

// rule 9.3/bipolar-question-open: speaks
// rule 9.3/bipolar-question-open: silent
#[test]
fn a_strong_bipolar_indicator_closes_everything_but_psychotherapy_and_referral() {
    let open = Scene { bipolar_strong: true, ..scene() };
    assert_eq!(open.open(), ["psychotherapy", "psychiatry"]);
    assert_eq!(open.option(Switch, "bupropion").reasons[0], "bipolar question open");
    silent(&scene(), Switch, "bupropion", "bipolar");
}

// rule 9.3/class-after-two: speaks
// rule 9.3/class-after-two: silent
#[test]
fn after_two_failures_of_a_class_the_class_is_left_out() {
    let of = |counted: &[&'static str]| {
        let mut made = crate::clinical::derive::assess(&scene().chart, Knowledge::builtin(), today());
        made.counted_failures = counted.iter().map(|name| drug(name)).collect();
        options_of(&made)
    };
    let two = find(of(&["sertraline", "citalopram"]), Switch, "fluoxetine");
    assert_eq!(two.reasons, ["two adequate failures within its class (ssri)"]);
    assert_eq!(find(of(&["sertraline", "citalopram"]), Switch, "venlafaxine").verdict, Suitable);
    assert_eq!(find(of(&["sertraline", "venlafaxine"]), Switch, "fluoxetine").verdict, Suitable);
}

// rule 9.3/already-taken: speaks
// rule 9.3/already-taken: silent
#[test]
fn what_is_taken_is_no_option() {
    left_out(&scene().takes("bupropion", 150.0), Switch, "bupropion", "already being taken");
    assert_eq!(scene().takes("bupropion", 150.0).option(Augment, "bupropion").basis, [SourceRef::new("MedicationDispense/bupropion")]);
    not_left_out(&scene().takes("mirtazapine", 15.0), Switch, "bupropion");
}

// rule 9.3/not-tolerated: speaks
// rule 9.3/not-tolerated: silent
#[test]
fn a_reaction_on_file_removes_the_drug_and_no_other() {
    let mut scene = scene();
    let reaction = Intolerance {
        source: SourceRef::new("AllergyIntolerance/a"),
        ingredient: drug("duloxetine"),
        when: Some(day("2024-05-01")),
        label: String::new(),
    };
    scene.chart.intolerances.push(reaction);
    left_out(&scene, Switch, "duloxetine", "reaction on file, 2024-05-01");
    not_left_out(&scene, Switch, "venlafaxine");
}

// rule 9.3/not-checked: speaks
// rule 9.3/not-checked: silent
#[test]
fn what_was_not_had_is_said_and_makes_the_verdict_caution() {
    let with = |kind, extent| {
        let mut scene = scene();
        scene.chart.coverage.set(kind, extent);
        scene
    };
    assert_eq!(scene().option(Switch, "mirtazapine").verdict, Suitable);
    says(&with(Kind::Allergies, Extent::None), Switch, "mirtazapine", Caution, "not checked: reactions to drugs");
    says(&with(Kind::Conditions, Extent::Partial), Switch, "bupropion", Caution, "seizure disorder, eating disorder, withdrawal");
    silent(&with(Kind::Conditions, Extent::Partial), Psychotherapy, "psychotherapy", "not checked");
    says(&with(Kind::Observations, Extent::Partial), Switch, "duloxetine", Caution, "results not had in full");
}

// rule 9.3/absolute-not-checked: speaks
// rule 9.3/absolute-not-checked: silent
#[test]
fn an_absolute_contraindication_nobody_measured_is_said() {
    says(&scene(), Augment, "lithium", Caution, "not checked: kidney function (no eGFR on file)");
    silent(&scene().result(Instrument::Egfr, 80.0, 365), Augment, "lithium", "not checked");
    says(
        &scene().result(Instrument::Egfr, 80.0, 366),
        Augment,
        "lithium",
        Caution,
        "not checked: kidney function (last eGFR on 2025-03-01)",
    );
    says(&scene(), Augment, "liothyronine", Caution, "not checked: thyroid (no TSH on file)");
    says(&scene(), Augment, "ziprasidone", Caution, "not checked: QT (no QTc on file)");
    silent(&scene(), Switch, "citalopram", "not checked");
}

// rule 9.2/lithium-kidney: speaks
// rule 9.2/lithium-kidney: silent
#[test]
fn lithium_by_kidney() {
    let of = |value| scene().result(Instrument::Egfr, value, 10);
    left_out(&of(29.0), Augment, "lithium", "eGFR 29 on 2026-02-20: lithium is not given below 30");
    says(&of(30.0), Augment, "lithium", Caution, "specialist, lower dose");
    says(&of(59.0), Augment, "lithium", Caution, "specialist, lower dose");
    assert_eq!(of(60.0).option(Augment, "lithium").verdict, Suitable);
    assert_eq!(of(29.0).option(Augment, "lithium").basis, [SourceRef::new("Observation/egfr")]);
    left_out(&scene().code(ConditionGroup::ContraindicationLithiumRenal, 900), Augment, "lithium", "severe kidney disease");
}

// rule 9.3/lithium-kept: speaks
// rule 9.3/lithium-kept: silent
#[test]
fn lithium_is_kept_with_words_beside_a_drug_that_raises_it_and_in_old_age() {
    let kidney = || scene().result(Instrument::Egfr, 80.0, 10);
    says(&kidney().takes("lisinopril", 10.0), Augment, "lithium", Caution, "beside lisinopril: specialist, lower dose, level in 5-7 days");
    assert_eq!(kidney().takes("omeprazole", 20.0).option(Augment, "lithium").verdict, Suitable);
    says(&kidney().aged(65), Augment, "lithium", Caution, "target 0.4-0.6");
    assert_eq!(kidney().aged(64).option(Augment, "lithium").verdict, Suitable);
}

// rule 9.2/lithium-addison: speaks
// rule 9.2/lithium-addison: silent
// rule 9.2/lithium-sodium: speaks
// rule 9.2/lithium-sodium: silent
#[test]
fn lithium_by_adrenals_and_sodium() {
    left_out(&scene().code(ConditionGroup::ContraindicationAddison, 900), Augment, "lithium", "adrenal insufficiency");
    not_left_out(&scene().code(ConditionGroup::CautionAdrenal, 900), Augment, "lithium");
    left_out(&scene().code(ConditionGroup::CautionVolumeDepletion, 30), Augment, "lithium", "depleted");
    not_left_out(&scene().code(ConditionGroup::CautionVolumeDepletion, 31), Augment, "lithium");
    says(&scene().result(Instrument::Sodium, 134.0, 180), Augment, "lithium", Caution, "low sodium");
    silent(&scene().result(Instrument::Sodium, 135.0, 180), Augment, "lithium", "low sodium");
    silent(&scene().result(Instrument::Sodium, 134.0, 181), Augment, "lithium", "low sodium");
}

// rule 9.2/liothyronine: speaks
// rule 9.2/liothyronine: silent
#[test]
fn liothyronine_by_thyroid_heart_and_age() {
    left_out(&scene().result(Instrument::Tsh, 0.3, 365), Augment, "liothyronine", "low TSH");
    assert_eq!(scene().result(Instrument::Tsh, 0.4, 365).option(Augment, "liothyronine").verdict, Suitable);
    left_out(&scene().code(ConditionGroup::CardiacArrhythmia, 900), Augment, "liothyronine", "arrhythmia");
    left_out(&scene().code(ConditionGroup::CardiacCoronary, 900), Augment, "liothyronine", "strains the heart");
    not_left_out(&scene().past_code(ConditionGroup::CardiacArrhythmia, 900), Augment, "liothyronine");
    says(&scene().aged(65), Augment, "liothyronine", Caution, "5-12.5 mcg start");
    silent(&scene().aged(64), Augment, "liothyronine", "5-12.5 mcg start");
}

// rule 9.2/esketamine-contraindicated: speaks
// rule 9.2/esketamine-contraindicated: silent
#[test]
fn esketamine_and_ketamine_are_contraindicated_by_vessels_current_or_past() {
    for group in [ConditionGroup::ContraindicationEsketamineVascular, ConditionGroup::ContraindicationEsketamineHaemorrhage] {
        left_out(&scene().past_code(group, 3000), RapidActing, "esketamine", "contraindicated");
        left_out(&scene().code(group, 10), RapidActing, "ketamine-iv", "contraindicated");
    }
    assert_eq!(scene().option(RapidActing, "esketamine").verdict, Suitable);
}

// rule 9.2/esketamine-caution: speaks
// rule 9.2/esketamine-caution: silent
#[test]
fn esketamine_is_annotated_for_pressure_psychosis_and_substance_use() {
    says(&scene().pressure(140.0, 80.0, 90), RapidActing, "esketamine", Caution, "blood pressure 140/80 mmHg on");
    says(&scene().pressure(120.0, 90.0, 90), RapidActing, "esketamine", Caution, "blood pressure");
    assert_eq!(scene().pressure(139.0, 89.0, 90).option(RapidActing, "esketamine").verdict, Suitable);
    assert_eq!(scene().pressure(180.0, 110.0, 91).option(RapidActing, "esketamine").verdict, Suitable);
    says(&scene().code(ConditionGroup::ContributorSubstanceUse, 10), RapidActing, "esketamine", Caution, "active substance use");
    silent(&scene().past_code(ConditionGroup::ContributorSubstanceUse, 10), RapidActing, "esketamine", "substance use");
    says(&scene().code(ConditionGroup::DepressionPsychotic, 10), RapidActing, "esketamine", Caution, "psychotic features");
}

// rule 9.2/tms: speaks
// rule 9.2/tms: silent
#[test]
fn tms_by_metal_and_seizures() {
    left_out(&scene().code(ConditionGroup::ContraindicationTmsMetal, 900), Neurostimulation, "tms", "near the coil");
    says(&scene().code(ConditionGroup::ContraindicationSeizure, 900), Neurostimulation, "tms", Caution, "the TMS centre decides");
    says(&scene().takes("bupropion", 150.0), Neurostimulation, "tms", Suitable, "beside bupropion");
    assert_eq!(scene().option(Neurostimulation, "tms").verdict, Suitable);
}

// rule 9.2/antipsychotic: speaks
// rule 9.2/antipsychotic: silent
// rule 10/dementia: speaks
// rule 10/dementia: silent
#[test]
fn dementia_removes_every_antipsychotic_and_asks_for_geriatric_psychiatry() {
    let antipsychotics = [
        "aripiprazole",
        "brexpiprazole",
        "cariprazine",
        "quetiapine-xr",
        "olanzapine-fluoxetine",
        "risperidone",
        "lumateperone",
        "ziprasidone",
    ];
    for id in antipsychotics {
        left_out(&scene().code(ConditionGroup::Dementia, 900), Augment, id, "boxed warning");
        left_out(&scene().code(ConditionGroup::DementiaLewyBody, 900), Augment, id, "severe reactions");
        says(&scene().code(ConditionGroup::CautionParkinson, 900), Augment, id, Caution, "specialist");
        says(&scene().code(ConditionGroup::CautionMetabolic, 900), Augment, id, Caution, "sugar");
        says(&scene().past_code(ConditionGroup::CautionNms, 900), Augment, id, Caution, "specialist only");
        not_left_out(&scene().code(ConditionGroup::DementiaMci, 900), Augment, id);
    }
    not_left_out(&scene().code(ConditionGroup::Dementia, 900), Augment, "mirtazapine");
    says(&scene().after(1).code(ConditionGroup::Dementia, 900), Referral, "psychiatry", Suitable, "geriatric psychiatry");
    left_out(&scene().after(1).code(ConditionGroup::DementiaMci, 900), Referral, "psychiatry", "after two adequate failures");
}

// rule 10/antipsychotic-after-one: speaks
// rule 10/antipsychotic-after-one: silent
#[test]
fn an_antipsychotic_after_one_failure_carries_its_label() {
    says(&scene().after(1), Augment, "aripiprazole", Suitable, "label: inadequate response to antidepressants");
    silent(&scene().after(2), Augment, "aripiprazole", "label: inadequate response");
    says(&scene().after(1), Augment, "risperidone", Suitable, "off-label");
}

// rule 9.2/bupropion: speaks
// rule 9.2/bupropion: silent
#[test]
fn bupropion_in_every_product_by_seizures_eating_disorder_and_withdrawal() {
    for (kind, id) in [(Switch, "bupropion"), (Augment, "bupropion"), (Switch, "dextromethorphan-bupropion")] {
        left_out(&scene().code(ConditionGroup::ContraindicationSeizure, 900), kind, id, "seizure disorder");
        left_out(&scene().past_code(ConditionGroup::ContraindicationEatingDisorder, 5000), kind, id, "anorexia or bulimia");
        left_out(&scene().code(ConditionGroup::SubstanceWithdrawalSedative, 30), kind, id, "abrupt stop");
        not_left_out(&scene().code(ConditionGroup::SubstanceWithdrawalSedative, 31), kind, id);
        not_left_out(&scene().past_code(ConditionGroup::SubstanceWithdrawalSedative, 30), kind, id);
        not_left_out(&scene().code(ConditionGroup::ComorbidityEatingDisorder, 30), kind, id);
    }
}

// rule 9.2/blood-pressure: speaks
// rule 9.2/blood-pressure: silent
#[test]
fn high_blood_pressure_annotates_snri_and_bupropion() {
    for id in ["venlafaxine", "duloxetine", "bupropion", "dextromethorphan-bupropion"] {
        says(&scene().pressure(160.0, 80.0, 90), Switch, id, Caution, "may raise the blood pressure");
        says(&scene().pressure(120.0, 100.0, 90), Switch, id, Caution, "may raise the blood pressure");
        silent(&scene().pressure(159.0, 99.0, 90), Switch, id, "blood pressure");
        says(&scene().code(ConditionGroup::ContraindicationUncontrolledBp, 10), Switch, id, Caution, "may raise the blood pressure");
    }
    silent(&scene().pressure(170.0, 110.0, 10), Switch, "sertraline", "blood pressure");
}

// rule 9.2/liver: speaks
// rule 9.2/liver: silent
#[test]
fn liver_disease_and_alt_remove_duloxetine() {
    left_out(&scene().code(ConditionGroup::ContraindicationLiver, 900), Switch, "duloxetine", "not in liver disease");
    says(&scene().code(ConditionGroup::CautionLiver, 900), Switch, "duloxetine", Caution, "check ALT");
    left_out(&scene().result(Instrument::Alt, 121.0, 365), Switch, "duloxetine", "ALT 121 U/L");
    not_left_out(&scene().result(Instrument::Alt, 120.0, 365), Switch, "duloxetine");
    not_left_out(&scene().result(Instrument::Alt, 121.0, 366), Switch, "duloxetine");
    let mut own = scene().result(Instrument::Alt, 121.0, 10);
    own.chart.measurements[0].upper_limit = Some(50.0);
    not_left_out(&own, Switch, "duloxetine");
    not_left_out(&scene().code(ConditionGroup::ContraindicationLiver, 900), Switch, "escitalopram");
}

// rule 10/kidney: speaks
// rule 10/kidney: silent
#[test]
fn kidney_function_bounds_the_snris() {
    let of = |value| scene().result(Instrument::Egfr, value, 10);
    left_out(&of(29.0), Switch, "duloxetine", "avoid below 30");
    not_left_out(&of(30.0), Switch, "duloxetine");
    says(&of(49.0), Switch, "desvenlafaxine", Caution, "at most 50 mg");
    silent(&of(50.0), Switch, "desvenlafaxine", "at most");
    left_out(&of(29.0), Switch, "dextromethorphan-bupropion", "not recommended below 30");
}

// rule 9.2/tca: speaks
// rule 9.2/tca: silent
#[test]
fn tricyclics_by_heart_eye_and_bladder() {
    for id in ["nortriptyline", "amitriptyline"] {
        left_out(&scene().code(ConditionGroup::CardiacRecentMi, 180), Switch, id, "infarction");
        not_left_out(&scene().code(ConditionGroup::CardiacRecentMi, 181), Switch, id);
        left_out(&scene().code(ConditionGroup::CardiacHeartBlock, 900), Switch, id, "conduction");
        left_out(&scene().code(ConditionGroup::CautionAngleClosure, 900), Switch, id, "the eye");
        left_out(&scene().code(ConditionGroup::CautionUrinaryRetention, 900), Switch, id, "retention");
        left_out(&scene().past_code(ConditionGroup::ContraindicationLongQt, 900), Switch, id, "QT");
        says(&scene().code(ConditionGroup::CautionProstate, 900), Switch, id, Caution, "urinary retention");
        silent(&scene().past_code(ConditionGroup::CautionProstate, 900), Switch, id, "urinary retention");
    }
}

// rule 9.2/qt: speaks
// rule 9.2/qt: silent
#[test]
fn a_long_qt_or_a_low_potassium_removes_what_prolongs_it() {
    for (kind, id) in [(Switch, "citalopram"), (Switch, "escitalopram"), (Switch, "clomipramine"), (Augment, "ziprasidone")] {
        left_out(&scene().result(Instrument::Qtc, 450.0, 365), kind, id, "QTc 450 ms");
        not_left_out(&scene().result(Instrument::Qtc, 449.0, 365), kind, id);
        left_out(&scene().woman().result(Instrument::Qtc, 460.0, 365), kind, id, "QTc 460 ms");
        not_left_out(&scene().woman().result(Instrument::Qtc, 459.0, 365), kind, id);
        left_out(&scene().result(Instrument::Potassium, 3.4, 90), kind, id, "potassium 3.4 mmol/L");
        not_left_out(&scene().result(Instrument::Potassium, 3.5, 90), kind, id);
        not_left_out(&scene().result(Instrument::Potassium, 3.4, 91), kind, id);
    }
    not_left_out(&scene().result(Instrument::Qtc, 480.0, 10), Switch, "sertraline");
}

// rule 9.2/overdose: speaks
// rule 9.2/overdose: silent
#[test]
fn an_overdose_risk_puts_the_dangerous_last_and_removes_nothing() {
    let attempt = |days_ago| scene().code(ConditionGroup::SuicideAttempt, days_ago);
    for id in ["nortriptyline", "phenelzine", "venlafaxine"] {
        says(&attempt(365), Switch, id, Caution, "overdose risk: limited supply");
        silent(&attempt(366), Switch, id, "overdose risk");
    }
    says(&attempt(365), Augment, "lithium", Caution, "lowers suicide risk, yet is toxic in overdose");
    let place = |scene: &Scene, id: &str| {
        let all = scene.options();
        all.iter().filter(|option| option.kind == Switch).position(|option| option.id == id).expect("a place")
    };
    assert!(place(&attempt(365), "venlafaxine") > place(&attempt(365), "dextromethorphan-bupropion"));
    assert!(place(&attempt(366), "venlafaxine") < place(&attempt(366), "dextromethorphan-bupropion"));
}

// rule 9.2/bleeding: speaks
// rule 9.2/bleeding: silent
#[test]
fn a_bleeding_risk_is_a_line_beside_reuptake_inhibitors() {
    says(&scene().takes("ibuprofen", 400.0), Switch, "sertraline", Suitable, "beside ibuprofen: bleeding risk");
    silent(&scene().takes("ibuprofen", 400.0), Switch, "mirtazapine", "bleeding");
    says(&scene().code(ConditionGroup::CautionBleedingRisk, 900), Switch, "sertraline", Suitable, "bleeding risk");
    silent(&scene(), Switch, "sertraline", "bleeding");
}

// rule 9.2/falls: speaks
// rule 9.2/falls: silent
#[test]
fn falls_are_a_line_beside_every_drug() {
    says(&scene().code(ConditionGroup::CautionFalls, 365), Switch, "mirtazapine", Suitable, "falls");
    silent(&scene().code(ConditionGroup::CautionFalls, 366), Switch, "mirtazapine", "falls");
    says(&scene().aged(75), Switch, "mirtazapine", Suitable, "age 75: falls");
    silent(&scene().aged(74), Switch, "mirtazapine", "falls");
    silent(&scene().aged(80), Psychotherapy, "psychotherapy", "falls");
}

// rule 10/older: speaks
// rule 10/older: silent
#[test]
fn from_65_tricyclics_and_paroxetine_are_better_avoided() {
    for id in ["nortriptyline", "paroxetine"] {
        says(&scene().aged(65), Switch, id, Caution, "(Beers)");
        silent(&scene().aged(64), Switch, id, "(Beers)");
    }
    says(&scene().aged(60), Augment, "bupropion", Caution, "falls were more frequent");
    silent(&scene().aged(59), Augment, "bupropion", "falls were more frequent");
}

// rule 11/young: speaks
// rule 11/young: silent
#[test]
fn under_25_the_boxed_warning_is_said() {
    says(&scene().aged(24), Switch, "sertraline", Suitable, "boxed warning under 25");
    silent(&scene().aged(25), Switch, "sertraline", "boxed warning");
}

// rule 9.3/pregnancy: speaks
// rule 9.3/pregnancy: silent
#[test]
fn pregnancy_closes_switch_augment_and_rapid_acting() {
    let pregnant = scene().woman().aged(29).code(ConditionGroup::PregnancyCurrent, 100);
    assert_eq!(pregnant.open(), ["tms", "ect", "psychotherapy", "psychiatry"]);
    assert_eq!(pregnant.option(Switch, "sertraline").reasons, ["pregnancy"]);
    let later = scene().woman().aged(29).code(ConditionGroup::PregnancyCurrent, 281);
    not_left_out(&later, Switch, "sertraline");
    let first = scene().woman().after(1).code(ConditionGroup::PregnancyCurrent, 280);
    says(&first, Referral, "psychiatry", Suitable, "perinatal psychiatry, with obstetrics");
}

// rule 9.3/pregnancy-not-on-file: speaks
// rule 9.3/pregnancy-not-on-file: silent
#[test]
fn an_unknown_pregnancy_status_is_said_of_women_from_18_to_50() {
    let of = |age| scene().woman().aged(age);
    for age in [18, 50] {
        for (kind, id) in [(Augment, "lithium"), (Switch, "paroxetine"), (RapidActing, "esketamine")] {
            says(&of(age), kind, id, Caution, "pregnancy status not on file");
            silent(&of(51), kind, id, "pregnancy");
            silent(&scene().aged(age), kind, id, "pregnancy");
        }
        silent(&of(age), Switch, "sertraline", "pregnancy");
    }
    let negative = |days_ago| {
        let answer = Value::Answer { code: None, text: "Negative".to_owned() };
        of(30).value(Instrument::PregnancyTest, answer, days_ago)
    };
    silent(&negative(90), Switch, "paroxetine", "pregnancy");
    says(&negative(91), Switch, "paroxetine", Caution, "pregnancy status not on file");
}

// rule 9.3/postpartum: speaks
// rule 9.3/postpartum: silent
#[test]
fn within_a_year_of_birth_breastfeeding_is_asked_and_esketamine_left_out() {
    let born = |days_ago| scene().woman().aged(30).code(ConditionGroup::PregnancyPostpartum, days_ago);
    left_out(&born(365), RapidActing, "esketamine", "not after birth");
    not_left_out(&born(366), RapidActing, "esketamine");
    says(&born(365), Switch, "sertraline", Suitable, "breastfeeding: not on file");
    silent(&born(366), Switch, "sertraline", "breastfeeding");
    let told = born(100).value(Instrument::Breastfeeding, Value::YesNo(false), 10);
    silent(&told, Switch, "sertraline", "breastfeeding");
}

// rule 10/psychotic-depression: speaks
// rule 10/psychotic-depression: silent
#[test]
fn psychotic_depression_opens_ect_without_a_failure_and_says_what_is_needed() {
    let psychotic = || scene().after(0).code(ConditionGroup::DepressionPsychotic, 10);
    not_left_out(&psychotic(), Neurostimulation, "ect");
    says(&psychotic(), Switch, "sertraline", Caution, "an antidepressant plus an antipsychotic, or ECT");
    says(&psychotic(), Referral, "psychiatry", Suitable, "urgent psychiatric assessment");
    left_out(&psychotic(), Augment, "lithium", "after two adequate failures");
    left_out(&scene().after(0).past_code(ConditionGroup::DepressionPsychotic, 10), Neurostimulation, "ect", "no adequate failure yet");
}

// rule 15/country: speaks
// rule 15/country: silent
#[test]
fn the_country_hides_what_it_does_not_have() {
    let site = |country: &str| {
        let content = format!("[parameters]\ncountry = \"{country}\"\n");
        Knowledge::with_site(&crate::clinical::knowledge::SiteFile { name: "site.toml".to_owned(), content }).expect("a good site file")
    };
    let uk = scene().options_by(site("uk"));
    let esketamine = find(uk.clone(), RapidActing, "esketamine");
    assert_eq!((esketamine.verdict, esketamine.reasons[0].as_str()), (LeftOut, "not available in the United Kingdom"));
    assert_eq!(find(uk.clone(), Switch, "desvenlafaxine").verdict, LeftOut);
    assert_eq!(find(uk, Augment, "quetiapine-xr").label.as_deref(), Some("UK licence: added to an antidepressant in major depression"));
    assert_eq!(find(scene().options_by(site("ca")), RapidActing, "esketamine").verdict, Suitable);
    assert_eq!(scene().option(RapidActing, "esketamine").verdict, Suitable);
}

// rule 10/order: speaks
// rule 10/order: silent
#[test]
fn options_stand_by_verdict_then_untried_then_guideline_line() {
    let all = scene().after(1).options();
    let augment: Vec<&TreatmentOption> = all.iter().filter(|option| option.kind == Augment).collect();
    assert_eq!(augment[0].id, "aripiprazole");
    let first_closed = augment.iter().position(|option| option.verdict == LeftOut).expect("lithium");
    assert!(augment[first_closed..].iter().all(|option| option.verdict == LeftOut));
    let course = Course { kind: CourseKind::Tms, first: today() - 300, last: today() - 270, sessions: 20, basis: Vec::new() };
    let tried = Scene { courses: vec![course], ..scene() };
    let stimulation: Vec<String> =
        tried.options().into_iter().filter(|option| option.kind == Neurostimulation).map(|option| option.id).collect();
    assert_eq!(stimulation, ["ect", "tms", "vns"], "tried, so behind what was not");
    says(&tried, Neurostimulation, "tms", Suitable, "20 sessions from");
    let untried: Vec<String> =
        scene().options().into_iter().filter(|option| option.kind == Neurostimulation).map(|option| option.id).collect();
    assert_eq!(untried, ["tms", "ect", "vns"]);
}

// rule 10/how: speaks
// rule 10/how: silent
#[test]
fn an_option_says_how_it_is_done_unless_it_is_left_out() {
    let duloxetine = scene().option(Switch, "duloxetine");
    assert_eq!(duloxetine.start, Some("30 mg"));
    assert_eq!(duloxetine.titration, Some("60 mg after 1 week; above 60 adds little"));
    assert_eq!(duloxetine.label.as_deref(), Some("FDA: depression"));
    assert!(duloxetine.talk.is_some() && duloxetine.evidence.is_some() && duloxetine.guideline.is_some() && duloxetine.overdose.is_some());
    let none = scene().after(0).option(Switch, "duloxetine");
    assert!(none.start.is_none() && none.talk.is_none() && none.label.is_none());
    assert_eq!(scene().option(Augment, "aripiprazole").monitoring[0], "weight+BMI: baseline, wk 4, 8, 12, then quarterly");
}

// rule 10/optimise: speaks
// rule 10/optimise: silent
#[test]
fn a_rise_respects_maximum_age_and_kidney() {
    let rise = |name: &str, mg: f64, birth: &str, egfr: Option<f64>| {
        let record: MedicationRecord = dispensed("1", name, mg, "2025-12-01", 120);
        let mut chart = chart(vec![record], Vec::new());
        chart.patient.as_mut().expect("a patient").birth = Some(When::on(day(birth)));
        for kind in Kind::ALL {
            chart.coverage.set(kind, Extent::Full);
        }
        let chart = match egfr {
            Some(value) => Scene { chart, ..scene() }.result(Instrument::Egfr, value, 5).chart,
            None => chart,
        };
        let made = crate::clinical::derive::assess(&chart, Knowledge::builtin(), today());
        let trial = made.current_trial.map(|index| made.trials[index].dose_limits.no_rise.len());
        (made.options.into_iter().find(|option| option.kind == StepKind::Optimise).expect("a rise"), trial)
    };
    let (room, _) = rise("sertraline", 50.0, "1980-01-01", None);
    assert_eq!((room.verdict, room.reasons[0].as_str()), (Suitable, "now 50, room to 200 mg"));
    let (full, _) = rise("citalopram", 20.0, "1960-01-01", None);
    assert_eq!((full.verdict, full.reasons.last().map(String::as_str)), (LeftOut, Some("20 mg a day is its maximum here")));
    let (old, limits) = rise("paroxetine", 20.0, "1960-01-01", None);
    assert_eq!((old.verdict, limits), (LeftOut, Some(1)));
    assert!(old.reasons[0].contains("a switch is more usual than a rise"), "{:?}", old.reasons);
    assert_eq!(rise("paroxetine", 20.0, "1970-01-01", None).0.verdict, Suitable);
    assert_eq!(rise("venlafaxine", 150.0, "1980-01-01", Some(29.0)).0.verdict, LeftOut);
    assert_ne!(rise("venlafaxine", 150.0, "1980-01-01", Some(30.0)).0.verdict, LeftOut);
    assert_eq!(rise("desvenlafaxine", 50.0, "1980-01-01", Some(49.0)).0.verdict, LeftOut, "50 mg is its maximum below 50");
}

#[test]
fn every_limit_of_the_table_bears_on_an_option_or_on_a_rise() {
    let knowledge = Knowledge::builtin();
    let chart = scene().chart;
    let scores = super::super::score::scores(&chart, today());
    let ground = Ground {
        chart: &chart,
        knowledge,
        as_of: today(),
        age: None,
        taken: &[],
        scores: &scores,
        episode: None,
        trials: &[],
        current: None,
        counted: &[],
        augmentation: &[],
        courses: &[],
    };
    let rows = knowledge.options().iter().filter(|row| row.offer == Offer::Option).flat_map(candidates);
    let mut subjects: Vec<Subject<'_>> = rows.map(|candidate| Subject { row: Some(candidate.row), drug: candidate.drug }).collect();
    subjects.extend(knowledge.antidepressants().iter().map(|row| Subject { row: None, drug: Some(row.ingredient) }));
    for limit in knowledge.option_limits() {
        assert!(subjects.iter().any(|subject| subject.is_meant(limit, &ground)), "{}", limit.id);
    }
}
