use super::super::sample::*;
use super::*;
use crate::clinical::derive::BipolarState;
use crate::clinical::derive::{Assessment, Score};
use crate::clinical::units::{Instrument, SourceRef};

fn summary(assessment: &Assessment) -> Option<String> {
    let card = card(situation(assessment))?;
    assert_well_formed(&card);
    Some(card.summary)
}

// rule 10/measure-28-days: speaks
// rule 10/measure-28-days: silent
#[test]
fn speaks_from_the_28th_covered_day_on() {
    for (days, speaks) in [(27, false), (28, true)] {
        let mut assessment = assessment(vec![trial("sertraline", 50.0, days)]);
        assessment.current_score = None;
        assert_eq!(summary(&assessment).is_some(), speaks, "{days}");
    }
}

// rule 10/measure-score: speaks
// rule 10/measure-score: silent
#[test]
fn silent_with_a_score_of_the_last_60_days_of_whatever_scale() {
    for (days_ago, speaks) in [(60, false), (61, true)] {
        let mut assessment = assessment(vec![trial("sertraline", 50.0, 60)]);
        assessment.current_score = Some(phq9(16, days_ago));
        assert_eq!(summary(&assessment).is_some(), speaks, "{days_ago}");
        let source = SourceRef::new("Observation/o2");
        assessment.current_score = Some(Score { instrument: Instrument::Madrs, score: 30, date: today() - days_ago, source });
        assert_eq!(summary(&assessment).is_some(), speaks, "{days_ago}, MADRS");
    }
}

// rule 10/measure-had: speaks
// rule 10/measure-had: silent
#[test]
fn none_on_file_is_said_only_where_scores_were_had_in_full() {
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 60)]);
    assessment.current_score = None;
    assert_eq!(summary(&assessment).as_deref(), Some("No recent PHQ-9: response to sertraline cannot be judged"));
    assessment.coverage.observations = Extent::Partial;
    assert_eq!(summary(&assessment).as_deref(), Some("No recent PHQ-9 could be had: response to sertraline cannot be judged"));
}

// rule 10/measure-current: speaks
// rule 10/measure-current: silent
#[test]
fn silent_without_a_current_trial_and_with_known_bipolar_disorder() {
    let unmeasured = |trials| Assessment { current_score: None, ..assessment(trials) };
    assert_eq!(summary(&unmeasured(vec![ended("sertraline", 50.0, 60, 40)])), None);
    let mut bipolar = with_strong_bipolar_indicator(unmeasured(vec![trial("sertraline", 50.0, 60)]));
    assert!(summary(&bipolar).is_some(), "a finding that raises the question does not silence it");
    bipolar.bipolar.state = BipolarState::Known;
    assert_eq!(summary(&bipolar), None);
}
