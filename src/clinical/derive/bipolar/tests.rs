use super::*;
use crate::clinical::chart::{
    Certainty, Chart, Encounter, FamilyHistory, Intolerance, Measurement, MedicationRecord, Recognition, Relative, Stop, StopReason, Value,
};
use crate::clinical::derive::sample::{TODAY, chart, condition, day, dispensed, drug, ordered, phq9};
use crate::clinical::derive::{ScopeStatus, assess};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{GroupSet, Instrument, Moment, Span, When};

fn judged(record: &Chart) -> Bipolar {
    assess(record, Knowledge::builtin(), day(TODAY)).bipolar
}

fn ids(record: &Chart) -> Vec<&'static str> {
    judged(record).indicators.iter().map(|indicator| indicator.id).collect()
}

fn with(change: impl FnOnce(&mut Chart)) -> Chart {
    let mut record = chart(Vec::new(), Vec::new());
    record.conditions[0].onset = Some(When::on(day("2025-05-01")));
    change(&mut record);
    record
}

fn medicines(medications: Vec<MedicationRecord>) -> Chart {
    chart(medications, Vec::new())
}

fn bipolar_diagnosis() -> Condition {
    Condition { code: "F31.81".into(), ..condition(ConditionGroup::BipolarSpectrum) }
}

fn mania_on(began: &str) -> Condition {
    let groups = GroupSet::EMPTY.with(ConditionGroup::BipolarSpectrum).with(ConditionGroup::BipolarEpisodeOnly);
    let (onset, recorded) = (Some(When::on(day(began))), Some(day(began)));
    Condition { groups, code: "F30.9".into(), label: "Manic episode".into(), onset, recorded, ..condition(ConditionGroup::BipolarSpectrum) }
}

fn psychotic() -> Condition {
    let groups = GroupSet::EMPTY.with(ConditionGroup::DepressionMddActive).with(ConditionGroup::DepressionPsychotic);
    Condition { source: SourceRef::new("Condition/psychotic"), groups, ..condition(ConditionGroup::DepressionMddActive) }
}

fn mother() -> FamilyHistory {
    FamilyHistory {
        source: SourceRef::new("FamilyMemberHistory/f"),
        relative: Relative::FirstDegree,
        relationship: "mother".into(),
        groups: GroupSet::EMPTY.with(ConditionGroup::BipolarSpectrum),
        label: "Bipolar disorder".into(),
        recorded: None,
    }
}

fn result(instrument: Instrument, on: &str, value: Value) -> Measurement {
    let at = Moment { day: day(on), second: None };
    let source = SourceRef::new(format!("Observation/{on}"));
    Measurement { instrument, at, source, value, upper_limit: None, finished: true }
}

fn refuted_on(on: &str) -> Condition {
    Condition { certainty: Certainty::Refuted, recorded: Some(day(on)), ..bipolar_diagnosis() }
}

// rule 7/known: speaks
#[test]
fn a_confirmed_diagnosis_that_is_current_or_in_remission_is_known() {
    let current = with(|record| record.conditions.push(bipolar_diagnosis()));
    assert_eq!(judged(&current).state, BipolarState::Known);
    let remission = Condition { current: false, in_remission: true, ..bipolar_diagnosis() };
    assert_eq!(judged(&with(|record| record.conditions.push(remission))).state, BipolarState::Known);
    assert_eq!(assess(&current, Knowledge::builtin(), day(TODAY)).scope.status, ScopeStatus::OutOfScope);
}

// rule 7/known: silent
// rule 7/past: speaks
#[test]
fn a_diagnosis_that_is_over_is_a_strong_indicator_and_not_known() {
    let past = with(|record| record.conditions.push(Condition { current: false, ..bipolar_diagnosis() }));
    assert_eq!((judged(&past).state, ids(&past)), (BipolarState::Open, vec!["bipolar-past"]));
    assert_eq!(judged(&past).indicators[0].weight, IndicatorWeight::Strong);
}

// rule 7/past: silent
// rule 7/unconfirmed: silent
#[test]
fn without_a_bipolar_code_there_is_no_indicator() {
    assert_eq!(judged(&with(|_| ())), Bipolar { state: BipolarState::None, indicators: Vec::new(), current_mania: None });
}

// rule 7/unconfirmed: speaks
#[test]
fn a_diagnosis_that_is_not_confirmed_is_a_strong_indicator() {
    let record = with(|record| record.conditions.push(Condition { certainty: Certainty::Provisional, ..bipolar_diagnosis() }));
    assert_eq!((judged(&record).state, ids(&record)), (BipolarState::Open, vec!["bipolar-unconfirmed"]));
    assert!(judged(&record).indicators[0].label.ends_with("2025-05-01, not confirmed"), "{:?}", judged(&record).indicators);
}

// rule 7/mania: speaks
#[test]
fn an_old_mania_of_whatever_status_is_a_strong_indicator_and_not_critical() {
    let record = with(|record| record.conditions.push(Condition { current: false, ..mania_on("2020-01-01") }));
    assert_eq!((judged(&record).state, ids(&record)), (BipolarState::Open, vec!["mania"]));
    assert_eq!(judged(&record).current_mania, None);
}

// rule 7/mania: silent
#[test]
fn a_mania_beside_a_known_disorder_is_no_indicator() {
    let record = with(|record| record.conditions.extend([bipolar_diagnosis(), mania_on("2026-02-20")]));
    assert_eq!((judged(&record).state, ids(&record)), (BipolarState::Known, vec![]));
}

// rule 7/mania-on-antidepressant: speaks
// rule 7/mania-on-antidepressant: silent
#[test]
fn sixty_days_after_a_start_are_on_the_antidepressant_and_sixty_one_are_not() {
    let after = |began: &str| {
        let mut record = medicines(vec![dispensed("1", "venlafaxine", 150.0, "2025-06-01", 90)]);
        record.conditions.push(mania_on(began));
        ids(&record)
    };
    assert_eq!(after("2025-06-01"), ["mania-on-antidepressant"]);
    assert_eq!(after("2025-07-31"), ["mania-on-antidepressant"]);
    assert_eq!(after("2025-08-01"), ["mania"]);
    assert_eq!(after("2025-05-31"), ["mania"], "before the start");
}

// rule 7/mania-on-antidepressant: speaks
#[test]
fn an_increase_counts_as_a_start_does_and_the_drug_is_named() {
    let doses =
        |second: f64| vec![dispensed("1", "venlafaxine", 75.0, "2025-06-01", 90), dispensed("2", "venlafaxine", second, "2025-08-30", 30)];
    let label = |second| {
        let mut record = medicines(doses(second));
        record.conditions.push(mania_on("2025-09-19"));
        judged(&record).indicators.remove(0).label
    };
    assert_eq!(label(150.0), "Manic episode, 2025-09-19, 20 days after venlafaxine was raised");
    assert_eq!(label(75.0), "Manic episode, 2025-09-19");
}

// rule 7/mania-on-antidepressant: silent
#[test]
fn a_hypnotic_dose_is_no_antidepressant_here() {
    let mut record = medicines(vec![dispensed("1", "trazodone", 50.0, "2026-02-01", 60)]);
    record.conditions.push(mania_on("2026-02-20"));
    assert_eq!(ids(&record), ["mania"]);
    assert_eq!(judged(&record).current_mania.expect("recent").taken, []);
}

// rule 7/critical-current: speaks
// rule 7/critical-current: silent
#[test]
fn a_current_mania_is_critical_for_sixty_days_after_its_onset_or_recording() {
    let critical = |change: &dyn Fn(&mut Condition)| {
        let mut found = mania_on("2026-01-01");
        change(&mut found);
        judged(&with(|record| record.conditions.push(found))).current_mania.is_some()
    };
    assert!(critical(&|_| ()), "60 days");
    let both = |condition: &mut Condition, on: &str| {
        condition.onset = Some(When::on(day(on)));
        condition.recorded = Some(day(on));
    };
    assert!(!critical(&|condition| both(condition, "2025-12-31")), "61 days");
    assert!(critical(&|condition| condition.onset = Some(When::on(day("2025-06-01")))), "recorded 60 days ago");
    assert!(!critical(&|condition| condition.current = false), "over");
}

// rule 7/critical-on-antidepressant: speaks
// rule 7/critical-on-antidepressant: silent
#[test]
fn a_mania_on_an_antidepressant_that_is_still_taken_is_critical_and_one_that_was_stopped_is_not() {
    let current = |days| {
        let mut record = medicines(vec![dispensed("1", "venlafaxine", 150.0, "2025-10-01", days)]);
        record.conditions.push(Condition { current: false, ..mania_on("2025-11-01") });
        judged(&record).current_mania
    };
    assert_eq!(current(160).map(|mania| (mania.date, mania.taken)), Some((day("2025-11-01"), vec![drug("venlafaxine")])));
    assert_eq!(current(90), None);
}

// rule 7/drug-induced: speaks
// rule 7/drug-induced: silent
#[test]
fn a_drug_induced_disorder_is_an_indicator_neither_known_nor_a_mania() {
    let groups = mania_on("2026-02-20").groups.with(ConditionGroup::BipolarDrugInduced);
    let record = with(|record| record.conditions.push(Condition { groups, ..mania_on("2026-02-20") }));
    assert_eq!((judged(&record).state, ids(&record)), (BipolarState::Open, vec!["drug-induced-bipolar"]));
    assert_eq!(judged(&record).current_mania, None);
    assert!(!ids(&with(|record| record.conditions.push(mania_on("2026-02-20")))).contains(&"drug-induced-bipolar"));
}

// rule 7/mania-encounter: speaks
// rule 7/mania-encounter: silent
#[test]
fn an_encounter_for_mania_counts_where_no_diagnosis_says_it() {
    let visit =
        |group| Encounter { source: SourceRef::new("Encounter/e"), span: Span::of(day("2022-03-01")), groups: GroupSet::EMPTY.with(group) };
    assert_eq!(ids(&with(|record| record.encounters = vec![visit(ConditionGroup::BipolarSpectrum)])), ["mania-encounter"]);
    assert_eq!(ids(&with(|record| record.encounters = vec![visit(ConditionGroup::DepressionMddActive)])), Vec::<&str>::new());
    let both = with(|record| {
        record.encounters = vec![visit(ConditionGroup::BipolarSpectrum)];
        record.conditions.push(Condition { current: false, ..bipolar_diagnosis() });
    });
    assert_eq!(ids(&both), ["bipolar-past"], "one code gives one indicator");
}

// rule 7/mdq: speaks
// rule 7/mdq: silent
#[test]
fn the_latest_mdq_decides() {
    let mdq = |results: Vec<Measurement>| ids(&with(|record| record.measurements = results));
    let yes = |on: &str| result(Instrument::Mdq, on, Value::YesNo(true));
    let no = |on: &str| result(Instrument::Mdq, on, Value::YesNo(false));
    assert_eq!(mdq(vec![no("2024-01-01"), yes("2025-01-01")]), ["mdq-positive"]);
    assert_eq!(mdq(vec![yes("2024-01-01"), no("2025-01-01")]), Vec::<&str>::new());
    let said = |text: &str| mdq(vec![result(Instrument::Mdq, "2025-01-01", Value::Answer { code: None, text: text.into() })]);
    assert_eq!((said("Positive screen"), said("Negative")), (vec!["mdq-positive"], vec![]));
    let unfinished = Measurement { finished: false, ..yes("2025-01-01") };
    assert_eq!(mdq(vec![unfinished]), Vec::<&str>::new());
}

// rule 7/mdq: silent
#[test]
fn a_bare_number_of_an_mdq_is_no_result_and_hides_none() {
    let number = result(Instrument::Mdq, "2025-06-01", Value::Number(9.0));
    let alone = with(|record| record.measurements = vec![number.clone()]);
    assert_eq!(ids(&alone), Vec::<&str>::new());
    let before = result(Instrument::Mdq, "2025-01-01", Value::YesNo(true));
    assert_eq!(ids(&with(|record| record.measurements = vec![before, number])), ["mdq-positive"]);
}

// rule 7/rms: speaks
// rule 7/rms: silent
#[test]
fn four_of_six_are_a_positive_rms_and_three_are_not() {
    let rms = |yes| ids(&with(|record| record.measurements = vec![result(Instrument::Rms, "2026-01-01", Value::Number(yes))]));
    assert_eq!((rms(4.0), rms(3.0)), (vec!["rms-positive"], vec![]));
    let item = with(|record| record.measurements = vec![result(Instrument::Rms, "2026-01-01", Value::YesNo(true))]);
    assert_eq!(ids(&item), Vec::<&str>::new(), "a single item");
}

// rule 7/family-history: speaks
// rule 7/family-history: silent
#[test]
fn a_near_relative_is_one_moderate_indicator_and_another_relative_none() {
    let record = with(|record| record.family = vec![mother()]);
    assert_eq!((judged(&record).state, ids(&record)), (BipolarState::None, vec!["family-history"]));
    assert_eq!(judged(&record).indicators[0].label, "mother with Bipolar disorder");
    let aunt = FamilyHistory { relative: Relative::Other, ..mother() };
    assert_eq!(ids(&with(|record| record.family = vec![aunt])), Vec::<&str>::new());
    let too_general = FamilyHistory { groups: GroupSet::EMPTY.with(ConditionGroup::BipolarFamilyHistory), ..mother() };
    assert_eq!(ids(&with(|record| record.family = vec![too_general])), Vec::<&str>::new());
}

// rule 7/early-onset: speaks
// rule 7/early-onset: silent
#[test]
fn a_first_depression_below_25_is_early_also_where_it_is_resolved() {
    // born on 1992-01-15
    let first = |on: &str| {
        let old = Condition { current: false, onset: Some(When::on(day(on))), ..condition(ConditionGroup::DepressionMddActive) };
        ids(&with(|record| record.conditions.push(old)))
    };
    assert_eq!((first("2017-01-14"), first("2017-01-15")), (vec!["early-onset"], vec![]));
    assert_eq!(ids(&with(|record| record.patient.as_mut().expect("a patient").birth = None)), Vec::<&str>::new(), "age unknown");
}

// rule 7/psychotic-features: speaks
// rule 7/psychotic-features: silent
// rule 7/one-code-one-indicator: speaks
#[test]
fn psychotic_depression_in_youth_is_one_indicator_by_one_code() {
    let young = |mut found: Condition| {
        found.onset = Some(When::on(day("2012-01-01")));
        ids(&with(|record| record.conditions.push(found)))
    };
    assert_eq!(young(psychotic()), ["psychotic-features"]);
    assert_eq!(young(condition(ConditionGroup::DepressionMddActive)), ["early-onset"]);
}

// rule 7/one-code-one-indicator: silent
#[test]
fn two_codes_give_two_indicators_and_one_code_twice_gives_one() {
    let other = |id: &str, code: &str| Condition {
        source: SourceRef::new(format!("Condition/{id}")),
        code: code.into(),
        current: false,
        ..bipolar_diagnosis()
    };
    assert_eq!(ids(&with(|record| record.conditions.extend([other("a", "F31.81"), other("b", "F31.9")]))).len(), 2);
    let twice = with(|record| record.conditions.extend([other("a", "F31.81"), other("b", "F31.81")]));
    assert_eq!(judged(&twice).indicators.iter().map(|indicator| indicator.basis.len()).collect::<Vec<_>>(), [2]);
    let early = with(|record| {
        let old = Condition { onset: Some(When::on(day("2012-01-01"))), ..condition(ConditionGroup::DepressionMddActive) };
        record.conditions.extend([psychotic(), old]);
    });
    assert_eq!(ids(&early), ["early-onset", "psychotic-features"]);
}

// rule 7/peripartum: speaks
// rule 7/peripartum: silent
#[test]
fn peripartum_onset_and_postpartum_psychosis_are_one_indicator() {
    let found = with(|record| {
        let peripartum = Condition { source: SourceRef::new("Condition/p"), ..condition(ConditionGroup::DepressionPeripartum) };
        record.conditions.extend([peripartum, condition(ConditionGroup::BipolarPostpartumPsychosis)]);
    });
    assert_eq!(ids(&found), ["peripartum-onset"]);
    assert_eq!(ids(&with(|record| record.conditions.push(condition(ConditionGroup::PregnancyPostpartum)))), Vec::<&str>::new());
}

/// Trials of 60 days one after the other, none of which helps.
fn failing(names: &[(&str, f64)]) -> Chart {
    let start = |index: usize| day("2025-06-01") + 65 * i32::try_from(index).expect("few");
    let records = names.iter().zip(0..).map(|((name, mg), index)| dispensed(name, name, *mg, &start(index).to_string(), 60));
    let scores = (0..=names.len()).map(|index| phq9(&format!("s{index}"), 18, &(start(index) - 1).min(day(TODAY)).to_string()));
    chart(records.collect(), scores.collect())
}

// rule 7/adequate-failures: speaks
// rule 7/adequate-failures: silent
#[test]
fn three_failures_are_an_indicator_and_two_are_none() {
    let drugs = [("sertraline", 100.0), ("venlafaxine", 150.0), ("mirtazapine", 30.0)];
    assert_eq!(ids(&failing(&drugs)), ["adequate-failures"]);
    assert_eq!(ids(&failing(&drugs[..2])), Vec::<&str>::new());
}

// rule 7/many-episodes: speaks
// rule 7/many-episodes: silent
#[test]
fn five_onsets_are_many_episodes_and_four_or_one_day_twice_are_not() {
    let onsets = |days: &[&str]| {
        ids(&with(|record| {
            record.conditions = days
                .iter()
                .zip(0..)
                .map(|(on, id)| Condition {
                    source: SourceRef::new(format!("Condition/{id}")),
                    onset: Some(When::on(day(on))),
                    ..condition(ConditionGroup::DepressionMddActive)
                })
                .collect();
        }))
    };
    let five = ["2018-01-01", "2019-01-01", "2020-01-01", "2021-01-01", "2025-05-01"];
    assert_eq!(onsets(&five), ["many-episodes"]);
    assert_eq!(onsets(&["2018-01-01", "2019-01-01", "2020-01-01", "2025-05-01", "2025-05-01"]), Vec::<&str>::new());
}

// rule 7/mood-stabiliser: speaks
// rule 7/mood-stabiliser: silent
#[test]
fn a_mood_stabiliser_of_the_last_730_days_counts() {
    let until = |start: &str| ids(&medicines(vec![dispensed("1", "lamotrigine", 200.0, start, 30)]));
    // 30 days from 2024-02-02 end on 2024-03-02, 730 days before today
    assert_eq!((until("2024-02-02"), until("2024-02-01")), (vec!["mood-stabiliser"], vec![]));
    let mut text = dispensed("1", "lamotrigine", 200.0, "2026-01-01", 30);
    text.medicine.recognition = Recognition::Text;
    assert_eq!(ids(&medicines(vec![text])), Vec::<&str>::new(), "text alone is never counted");
}

// rule 7/mood-stabiliser: silent
#[test]
fn epilepsy_migraine_and_neuralgia_excuse_a_mood_stabiliser_and_insomnia_does_not() {
    let beside = |code: &str, current| {
        let mut record = medicines(vec![dispensed("1", "lamotrigine", 200.0, "2026-01-01", 90)]);
        let code = crate::clinical::units::Code { system: crate::clinical::units::System::Icd10, code };
        let groups = Knowledge::builtin().condition_groups([code]);
        record.conditions.push(Condition { groups, current, ..condition(ConditionGroup::DepressionNotMdd) });
        ids(&record)
    };
    for code in ["G40.909", "G43.109", "G50.0"] {
        assert_eq!(beside(code, true), Vec::<&str>::new(), "{code}");
        assert_eq!(beside(code, false), ["mood-stabiliser"], "{code}, past");
    }
    assert_eq!(beside("G47.00", true), ["mood-stabiliser"]);
}

// rule 7/lithium-augmentation: speaks
// rule 7/lithium-augmentation: silent
#[test]
fn lithium_from_the_fourteenth_day_after_an_antidepressant_on_is_augmentation() {
    let with_lithium = |name, mg, start: &str| {
        ids(&medicines(vec![dispensed("1", "sertraline", 100.0, "2025-12-01", 90), dispensed("2", name, mg, start, 30)]))
    };
    assert_eq!(with_lithium("lithium", 600.0, "2025-12-15"), Vec::<&str>::new());
    assert_eq!(with_lithium("lithium", 600.0, "2025-12-14"), ["mood-stabiliser"]);
    assert_eq!(with_lithium("lamotrigine", 200.0, "2025-12-15"), ["mood-stabiliser"], "lithium only");
    let after = vec![dispensed("1", "sertraline", 100.0, "2025-06-01", 60), dispensed("2", "lithium", 600.0, "2025-12-15", 60)];
    assert_eq!(ids(&medicines(after)), ["mood-stabiliser"], "the antidepressant was over");
}

// rule 7/antipsychotic: speaks
// rule 7/antipsychotic: silent
#[test]
fn an_antipsychotic_begun_beside_an_antidepressant_is_an_adjunct() {
    let begun = |start: &str| {
        ids(&medicines(vec![dispensed("1", "sertraline", 100.0, "2025-12-01", 90), dispensed("2", "lurasidone", 40.0, start, 60)]))
    };
    assert_eq!((begun("2025-12-01"), begun("2025-11-30")), (vec![], vec!["antipsychotic"]));
    assert_eq!(ids(&medicines(vec![dispensed("2", "quetiapine", 300.0, "2026-01-01", 60)])), ["antipsychotic"], "alone");
    let undated = vec![ordered("1", "sertraline", 100.0, "2024-12-01"), dispensed("2", "quetiapine", 300.0, "2026-01-01", 60)];
    assert_eq!(ids(&medicines(undated)), Vec::<&str>::new(), "whether sertraline was taken then is not known");
}

// rule 7/activation: speaks
// rule 7/activation: silent
#[test]
fn activation_is_documented_by_a_diagnosis_a_reaction_or_a_stop() {
    let sertraline = || dispensed("1", "sertraline", 100.0, "2025-12-01", 90);
    let agitated = |on: &str| {
        let mut record = medicines(vec![sertraline()]);
        let found = Condition { onset: Some(When::on(day(on))), ..condition(ConditionGroup::BipolarActivation) };
        record.conditions.push(found);
        ids(&record)
    };
    assert_eq!((agitated("2025-12-20"), agitated("2025-11-20")), (vec!["activation"], vec![]));
    let reaction = |name: &str, label: &str| {
        let (source, label) = (SourceRef::new("AllergyIntolerance/a"), label.to_owned());
        let found = Intolerance { source, ingredient: drug(name), when: Some(day("2024-01-01")), label };
        ids(&with(|record| record.intolerances = vec![found]))
    };
    assert_eq!(reaction("sertraline", "sertraline: Agitation"), ["activation"]);
    assert_eq!(reaction("sertraline", "sertraline: nausea"), Vec::<&str>::new());
    assert_eq!(reaction("sertraline", "sertraline: nausea without agitation"), Vec::<&str>::new());
    assert_eq!(reaction("lisinopril", "lisinopril: Agitation"), Vec::<&str>::new());
    let stop = |label: &str| {
        let stop = Stop { day: Some(day("2026-01-10")), reason: StopReason::SideEffect, label: label.to_owned() };
        ids(&medicines(vec![MedicationRecord { stop: Some(stop), ..sertraline() }]))
    };
    assert_eq!((stop("restless, could not sleep"), stop("headache")), (vec!["activation"], vec![]));
}

// rule 7/lost-responses: speaks
// rule 7/lost-responses: silent
#[test]
fn three_lost_responses_are_an_indicator_and_two_are_none() {
    let lost = |names: &[(&str, f64)]| {
        let mut record = medicines(Vec::new());
        record.conditions[0].onset = Some(When::on(day("2023-01-01")));
        for ((name, mg), index) in names.iter().zip(0..) {
            let start = day("2024-01-01") + 200 * index;
            record.medications.push(dispensed(name, name, *mg, &start.to_string(), 150));
            for (score, after) in [(20, 0), (7, 50), (18, 120)] {
                record.screenings.push(phq9(&format!("{name}{after}"), score, &(start + after).to_string()));
            }
        }
        ids(&record)
    };
    let three = [("sertraline", 100.0), ("venlafaxine", 150.0), ("mirtazapine", 30.0)];
    assert_eq!((lost(&three), lost(&three[..2])), (vec!["lost-responses"], vec![]));
}

// rule 7/two-moderate: speaks
// rule 7/two-moderate: silent
#[test]
fn two_moderate_indicators_open_the_question_if_one_of_them_says_more() {
    let young = |record: &mut Chart| record.conditions[0].onset = Some(When::on(day("2012-01-01")));
    let both = with(|record| {
        young(record);
        record.family = vec![mother()];
    });
    assert_eq!((judged(&both).state, ids(&both)), (BipolarState::Open, vec!["family-history", "early-onset"]));
    let common = with(|record| {
        young(record);
        record.medications = vec![dispensed("2", "quetiapine", 300.0, "2026-01-01", 60)];
    });
    assert_eq!((judged(&common).state, ids(&common)), (BipolarState::None, vec!["early-onset", "antipsychotic"]));
}

// rule 7/refuted: speaks
// rule 7/refuted: silent
#[test]
fn a_refuted_diagnosis_settles_moderate_indicators_for_a_year_and_no_strong_one() {
    let refuted = |on: &str, strong: bool| {
        judged(&with(|record| {
            record.family = vec![mother()];
            record.conditions.push(psychotic());
            record.refuted = vec![refuted_on(on)];
            if strong {
                record.conditions.push(mania_on("2020-01-01"));
            }
        }))
        .state
    };
    assert_eq!((refuted("2025-03-02", false), refuted("2025-03-01", false)), (BipolarState::Settled, BipolarState::Open));
    assert_eq!(refuted("2025-03-02", true), BipolarState::Open);
    let updated = Condition { recorded: None, updated: Some(day("2026-01-01")), ..refuted_on("2020-01-01") };
    assert_eq!(judged(&with(|record| record.refuted = vec![updated])).state, BipolarState::Settled);
}

// rule 7/drafts: speaks
// rule 7/drafts: silent
#[test]
fn a_draft_order_counts_from_today_and_a_renewal_begins_nothing() {
    let drafted = |medications: Vec<MedicationRecord>, draft: MedicationRecord| {
        let mut record = medicines(medications);
        record.conditions.push(mania_on(TODAY));
        record.drafts = vec![draft];
        judged(&record)
    };
    let new = drafted(Vec::new(), ordered("d", "venlafaxine", 150.0, TODAY));
    assert_eq!(new.indicators[0].id, "mania-on-antidepressant");
    let mania = new.current_mania.expect("critical");
    assert_eq!((mania.taken, mania.ordered), (vec![], vec![drug("venlafaxine")]));
    let taken = || vec![dispensed("1", "venlafaxine", 150.0, "2025-10-01", 180)];
    assert_eq!(drafted(taken(), ordered("d", "venlafaxine", 150.0, TODAY)).indicators[0].id, "mania");
    assert_eq!(drafted(taken(), ordered("d", "venlafaxine", 225.0, TODAY)).indicators[0].id, "mania-on-antidepressant");
    let lithium = with(|record| record.drafts = vec![ordered("d", "lithium", 600.0, TODAY)]);
    assert_eq!(ids(&lithium), ["mood-stabiliser"]);
    let beside = drafted(taken(), ordered("d", "lithium", 600.0, TODAY));
    assert!(beside.indicators.iter().all(|indicator| indicator.id != "mood-stabiliser"), "augmentation");
}
