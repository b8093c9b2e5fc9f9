mod edges;
mod moderate;
mod strong;

use super::*;
use crate::clinical::chart::{
    Certainty, Chart, Encounter, FamilyHistory, Intolerance, Measurement, MedicationRecord, Recognition, Relative, Stop, StopReason, Value,
};
use crate::clinical::derive::sample::{TODAY, chart, condition, day, dispensed, drug, ordered, phq9, rising};
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
    Measurement { instrument, at, source, value, lower_limit: None, upper_limit: None, finished: true }
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

// rule 7/settled-by-answer: speaks
// rule 7/settled-by-answer: silent
#[test]
fn an_answer_settles_the_question_unless_a_mania_is_current() {
    let answered = |began: &str, excluded: bool| {
        let record = with(|record| {
            record.conditions.push(mania_on(began));
            record.answers.bipolar_excluded = excluded;
        });
        judged(&record)
    };
    let settled = answered("2020-01-01", true);
    assert_eq!((settled.state, settled.is_strongly_open()), (BipolarState::Settled, false));
    let open = answered("2020-01-01", false);
    assert_eq!((open.state, open.is_strongly_open()), (BipolarState::Open, true));
    assert_eq!(answered(TODAY, true).state, BipolarState::Open);
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
    assert_eq!(drafted(taken(), rising("d", "venlafaxine", 150.0, TODAY)).indicators[0].id, "mania-on-antidepressant", "after a week");
    assert_eq!(drafted(taken(), rising("d", "venlafaxine", 75.0, TODAY)).indicators[0].id, "mania", "back to what is taken");
    let lithium = with(|record| record.drafts = vec![ordered("d", "lithium", 600.0, TODAY)]);
    assert_eq!(ids(&lithium), ["mood-stabiliser"]);
    let beside = drafted(taken(), ordered("d", "lithium", 600.0, TODAY));
    assert!(beside.indicators.iter().all(|indicator| indicator.id != "mood-stabiliser"), "augmentation");
}

// rule 7/antidepressant-alone: speaks
// rule 7/antidepressant-alone: silent
#[test]
fn an_antidepressant_without_a_mood_stabiliser_is_noted_where_the_site_asks() {
    use crate::clinical::chart::{Extent, Kind};
    use crate::clinical::knowledge::SiteFile;
    let content = "[parameters]\nbipolar_antidepressant_alone_card = true\n".to_owned();
    let site = Knowledge::with_site(&SiteFile { name: "site.toml".to_owned(), content }).expect("within the ranges");
    let alone = |knowledge, diagnosis: Condition, beside: Option<&str>, had: Extent| {
        let mut medications = vec![dispensed("1", "sertraline", 50.0, "2026-01-01", 90)];
        medications.extend(beside.map(|name| dispensed("2", name, 600.0, "2026-01-01", 90)));
        let mut record = medicines(medications);
        record.conditions.push(diagnosis);
        record.coverage.set(Kind::Medications, had);
        assess(&record, knowledge, day(TODAY)).circumstances.antidepressants_alone
    };
    let sertraline = vec![drug("sertraline")];
    assert_eq!(alone(site, bipolar_diagnosis(), None, Extent::Full), sertraline);
    assert_eq!(alone(Knowledge::builtin(), bipolar_diagnosis(), None, Extent::Full), [], "off by default");
    assert_eq!(alone(site, bipolar_diagnosis(), Some("lithium"), Extent::Full), []);
    assert_eq!(alone(site, bipolar_diagnosis(), Some("omeprazole"), Extent::Full), sertraline);
    assert_eq!(alone(site, bipolar_diagnosis(), None, Extent::Partial), [], "a mood stabiliser may stand in what was not had");
    assert_eq!(alone(site, Condition { current: false, ..bipolar_diagnosis() }, None, Extent::Full), [], "not known");
}
