//! Moderate indicators.

use super::*;

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
pub(super) fn failing(names: &[(&str, f64)]) -> Chart {
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
    let four = [three.as_slice(), &[("citalopram", 20.0)]].concat();
    assert_eq!(lost(&four), ["lost-responses"]);
}

// rule 7/z81: speaks
// rule 7/z81: silent
#[test]
fn a_code_of_family_history_alone_counts_nothing() {
    use crate::clinical::units::{Code, System};
    let groups = Knowledge::builtin().condition_groups([Code { system: System::Icd10, code: "Z81.8" }]);
    assert!(groups.has(ConditionGroup::BipolarFamilyHistory) && !groups.has(ConditionGroup::BipolarSpectrum));
    let coded = with(|record| record.conditions.push(Condition { groups, code: "Z81.8".into(), ..psychotic() }));
    assert_eq!(ids(&coded), Vec::<&str>::new());
    assert_eq!(ids(&with(|record| record.family = vec![mother()])), ["family-history"], "the disorder of a relative does count");
}
