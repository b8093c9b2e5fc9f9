use super::SafetyIndicator::{Critical, Warning};
use super::*;
use crate::clinical::chart::{Chart, Condition, Measurement, Screening, Value};
use crate::clinical::derive::sample::{TODAY, chart, condition, day, phq9};
use crate::clinical::derive::{Assessment, assess};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, GroupSet, Instrument, Moment, When};

/// Today is 2026-03-02: 30 days ago is 2026-01-31, 90 days ago 2025-12-02, 365 days ago 2025-03-02.
fn judged(record: &Chart) -> Assessment {
    assess(record, Knowledge::builtin(), day(TODAY))
}

fn found(change: impl FnOnce(&mut Chart)) -> Vec<(&'static str, SafetyIndicator)> {
    let mut record = chart(Vec::new(), Vec::new());
    change(&mut record);
    judged(&record).safety.into_iter().map(|finding| (finding.id, finding.indicator)).collect()
}

fn item9(answer: u8, date: &str) -> Screening {
    let mut screening = phq9(&format!("item9-{date}-{answer}"), 12, date);
    screening.items[8] = Some(answer);
    screening
}

fn screened(screenings: Vec<Screening>) -> Vec<(&'static str, SafetyIndicator)> {
    found(|record| record.screenings = screenings)
}

fn result(instrument: Instrument, date: &str, value: Value) -> Measurement {
    Measurement {
        instrument,
        at: Moment { day: day(date), second: None },
        source: crate::clinical::units::SourceRef::new(format!("Observation/{instrument}-{date}")),
        value,
        lower_limit: None,
        upper_limit: None,
        finished: true,
    }
}

fn yes(instrument: Instrument, date: &str) -> Measurement {
    result(instrument, date, Value::YesNo(true))
}

fn risk(words: &str, date: &str) -> Measurement {
    result(Instrument::CSsrsRiskLevel, date, Value::Answer { code: None, text: words.to_owned() })
}

/// A screen with all six questions asked and all answered no.
fn negative(date: &str) -> Vec<Measurement> {
    use Instrument::*;
    let asked = [CSsrs1, CSsrs2, CSsrs3, CSsrs4, CSsrs5, CSsrsBehaviourRecent];
    asked.into_iter().map(|question| result(question, date, Value::YesNo(false))).collect()
}

fn measured(measurements: Vec<Measurement>) -> Vec<(&'static str, SafetyIndicator)> {
    found(|record| record.measurements = measurements)
}

fn coded(group: ConditionGroup, onset: Option<&str>, recorded: Option<&str>) -> Condition {
    let onset = onset.map(|on| When::on(day(on)));
    Condition { onset, recorded: recorded.map(day), code: "T14.91XA".into(), ..condition(group) }
}

fn of_code(condition: Condition) -> Vec<(&'static str, SafetyIndicator)> {
    found(|record| record.conditions.push(condition))
}

// rule 11/item9-warning: speaks
// rule 11/item9-warning: silent
#[test]
fn item_9_counts_for_thirty_days() {
    assert_eq!(screened(vec![item9(1, "2026-01-31")]), [("phq9-item9", Warning)]);
    assert_eq!(screened(vec![item9(1, "2026-01-30")]), []);
    assert_eq!(screened(vec![item9(0, "2026-02-20")]), []);
}

// rule 11/item9-critical: speaks
// rule 11/item9-critical: silent
#[test]
fn item_9_is_critical_from_2_on_and_the_highest_of_the_last_days_decides() {
    assert_eq!(screened(vec![item9(2, "2026-02-20")]), [("phq9-item9", Critical)]);
    assert_eq!(screened(vec![item9(1, "2026-02-20")]), [("phq9-item9", Warning)]);
    assert_eq!(screened(vec![item9(3, "2026-02-10"), item9(1, "2026-02-20")]), [("phq9-item9", Critical)]);
}

// rule 11/item9-ended: speaks
// rule 11/item9-ended: silent
#[test]
fn a_later_zero_ends_item_9_and_one_of_the_same_day_does_not() {
    assert_eq!(screened(vec![item9(2, "2026-02-20"), item9(0, "2026-02-21")]), []);
    assert_eq!(screened(vec![item9(2, "2026-02-20"), item9(0, "2026-02-20")]), [("phq9-item9", Critical)]);
    assert_eq!(screened(vec![item9(2, "2026-02-10"), item9(0, "2026-02-15"), item9(1, "2026-02-20")]), [("phq9-item9", Warning)]);
    let beside = found(|record| {
        record.measurements = vec![yes(Instrument::CSsrs3, "2026-02-10")];
        record.screenings = vec![item9(0, "2026-02-26")];
    });
    assert_eq!(beside, [("c-ssrs-thoughts", Warning)], "item 9 ends nothing else");
}

// rule 11/unfinished: speaks
// rule 11/unfinished: silent
#[test]
fn what_is_unfinished_raises_and_ends_nothing() {
    let open = |answer, date| Screening { finished: false, ..item9(answer, date) };
    assert_eq!(screened(vec![open(2, "2026-02-20")]), [("phq9-item9", Critical)]);
    assert_eq!(screened(vec![item9(2, "2026-02-20"), open(0, "2026-02-25")]), [("phq9-item9", Critical)]);
    let preliminary = |measurement: Measurement| Measurement { finished: false, ..measurement };
    assert_eq!(measured(vec![preliminary(yes(Instrument::CSsrs4, "2026-02-20"))]), [("c-ssrs-thoughts", Critical)]);
    let mut screens: Vec<Measurement> = negative("2026-02-25").into_iter().map(preliminary).collect();
    screens.push(yes(Instrument::CSsrs2, "2026-02-20"));
    assert_eq!(measured(screens), [("c-ssrs-thoughts", Warning)]);
    let low = preliminary(risk("low", "2026-02-25"));
    assert_eq!(measured(vec![yes(Instrument::CSsrs2, "2026-02-20"), low]), [("c-ssrs-thoughts", Warning)]);
}

// rule 11/without-item9: speaks
// rule 11/without-item9: silent
#[test]
fn a_high_total_without_item_9_asks_for_it() {
    assert_eq!(screened(vec![phq9("a", 20, "2026-01-31")]), [("phq9-without-item9", Warning)]);
    assert_eq!(screened(vec![phq9("a", 19, "2026-02-20")]), []);
    assert_eq!(screened(vec![phq9("a", 20, "2026-01-30")]), [], "31 days old");
    assert_eq!(screened(vec![phq9("a", 22, "2026-02-10"), phq9("b", 12, "2026-02-20")]), [], "not the newest");
    assert_eq!(screened(vec![phq9("a", 22, "2026-02-20"), phq9("b", 12, "2026-02-20")]).len(), 1, "the higher of one day");
    assert_eq!(screened(vec![Screening { total: Some(22), ..item9(0, "2026-02-20") }]), []);
    let later = Screening { total: None, ..item9(0, "2026-02-21") };
    assert_eq!(screened(vec![phq9("a", 22, "2026-02-20"), later]), [], "asked since");
}

// rule 11/c-ssrs-warning: speaks
// rule 11/c-ssrs-warning: silent
// rule 11/c-ssrs-critical: speaks
// rule 11/c-ssrs-critical: silent
#[test]
fn thoughts_are_a_warning_up_to_item_3_and_critical_from_item_4_on() {
    use Instrument::*;
    for (question, indicator) in [(CSsrs1, Warning), (CSsrs2, Warning), (CSsrs3, Warning), (CSsrs4, Critical), (CSsrs5, Critical)] {
        assert_eq!(measured(vec![yes(question, "2026-01-31")]), [("c-ssrs-thoughts", indicator)], "{question}");
        assert_eq!(measured(vec![yes(question, "2026-01-30")]), [], "{question}, 31 days");
        assert_eq!(measured(vec![result(question, "2026-02-20", Value::YesNo(false))]), [], "{question}, no");
    }
    let gravest = measured(vec![yes(CSsrs5, "2026-02-10"), yes(CSsrs1, "2026-02-20")]);
    assert_eq!(gravest, [("c-ssrs-thoughts", Critical)]);
}

// rule 11/c-ssrs-behaviour: speaks
// rule 11/c-ssrs-behaviour: silent
#[test]
fn recent_behaviour_is_critical_for_ninety_days_and_lifetime_behaviour_is_not() {
    let recent = Instrument::CSsrsBehaviourRecent;
    assert_eq!(measured(vec![yes(recent, "2025-12-02")]), [("c-ssrs-behaviour", Critical)]);
    assert_eq!(measured(vec![yes(recent, "2025-12-01")]), []);
    assert_eq!(measured(vec![yes(Instrument::CSsrsBehaviourLifetime, "2026-02-20")]), []);
}

// rule 11/risk-level: speaks
// rule 11/risk-level: silent
#[test]
fn a_recorded_risk_counts_by_its_words() {
    assert_eq!(measured(vec![risk("High Risk", "2026-01-31")]), [("suicide-risk-recorded", Critical)]);
    assert_eq!(measured(vec![risk("High Risk", "2026-01-30")]), []);
    assert_eq!(measured(vec![risk("moderate", "2026-02-20")]), [("suicide-risk-recorded", Warning)]);
    assert_eq!(measured(vec![risk("Low risk", "2026-02-20")]), []);
    assert_eq!(measured(vec![risk("moderate to high", "2026-02-20")]), [("suicide-risk-recorded", Critical)]);
}

// rule 11/risk-level: silent
#[test]
fn a_risk_whose_level_cannot_be_told_is_told() {
    let mut record = chart(Vec::new(), Vec::new());
    record.measurements = vec![yes(Instrument::CSsrs2, "2026-02-10"), risk("see note", "2026-02-20")];
    let assessment = judged(&record);
    assert_eq!(assessment.safety.len(), 1, "it ends nothing");
    assert_eq!(assessment.notes.iter().map(|note| note.id).collect::<Vec<_>>(), ["not-understood-risk-level"]);
}

// rule 11/attempt: speaks
// rule 11/attempt: silent
#[test]
fn an_attempt_counts_by_its_onset_for_ninety_days_and_a_history_never() {
    let attempt = ConditionGroup::SuicideAttempt;
    assert_eq!(of_code(coded(attempt, Some("2025-12-02"), None)), [("suicide-attempt", Critical)]);
    assert_eq!(of_code(coded(attempt, Some("2025-12-01"), Some("2026-02-20"))), []);
    assert_eq!(of_code(coded(attempt, None, Some("2026-02-20"))), [("suicide-attempt", Critical)]);
    let over = Condition { current: false, ..coded(attempt, Some("2026-02-20"), None) };
    assert_eq!(of_code(over), [("suicide-attempt", Critical)], "of whatever status");
    let groups = GroupSet::EMPTY.with(attempt).with(ConditionGroup::SuicideHistory);
    assert_eq!(of_code(Condition { groups, ..coded(attempt, Some("2026-02-20"), None) }), []);
}

// rule 11/ideation: speaks
// rule 11/ideation: silent
#[test]
fn thoughts_count_by_their_recording_for_thirty_days_while_they_are_current() {
    let thoughts = ConditionGroup::SuicideIdeation;
    assert_eq!(of_code(coded(thoughts, Some("2025-01-01"), Some("2026-01-31"))), [("suicidal-ideation", Warning)]);
    assert_eq!(of_code(coded(thoughts, Some("2026-02-20"), Some("2026-01-30"))), []);
    assert_eq!(of_code(coded(thoughts, Some("2026-02-20"), None)), [("suicidal-ideation", Warning)]);
    assert_eq!(of_code(Condition { current: false, ..coded(thoughts, None, Some("2026-02-20")) }), []);
}

// rule 11/attempt: silent
#[test]
fn a_code_without_a_date_is_told() {
    let mut record = chart(Vec::new(), Vec::new());
    record.conditions.push(coded(ConditionGroup::SuicideAttempt, None, None));
    let assessment = judged(&record);
    assert_eq!(assessment.safety, []);
    assert_eq!(assessment.notes.iter().map(|note| note.id).collect::<Vec<_>>(), ["not-understood-suicide-date"]);
}

/// A screen that raises, a code that raises, and then these results.
fn after(results: Vec<Measurement>) -> Vec<(&'static str, SafetyIndicator)> {
    found(|record| {
        record.conditions.push(coded(ConditionGroup::SuicideIdeation, None, Some("2026-02-10")));
        record.measurements = vec![yes(Instrument::CSsrs3, "2026-02-10")];
        record.measurements.extend(results);
    })
}

// rule 11/ended-by-screen: speaks
// rule 11/ended-by-screen: silent
#[test]
fn a_later_negative_screen_asked_in_full_ends_codes_and_screens() {
    assert_eq!(after(Vec::new()).len(), 2);
    assert_eq!(after(negative("2026-02-11")), []);
    assert_eq!(after(negative("2026-02-09")).len(), 2, "what was said after it stands");
    let screen_of_the_same_day = found(|record| {
        record.conditions.push(coded(ConditionGroup::SuicideIdeation, None, Some("2026-02-10")));
        record.measurements = negative("2026-02-10");
    });
    assert_eq!(screen_of_the_same_day, [("suicidal-ideation", Warning)], "the same day ends nothing");
    for left_out in 0..6 {
        let mut fewer = negative("2026-02-11");
        fewer.remove(left_out);
        assert_eq!(after(fewer).len(), 2, "question {left_out} not asked");
    }
    let item9_stands = found(|record| {
        record.screenings = vec![item9(2, "2026-02-10")];
        record.measurements = negative("2026-02-20");
    });
    assert_eq!(item9_stands, [("phq9-item9", Critical)]);
}

// rule 11/ended-by-assessment: speaks
// rule 11/ended-by-assessment: silent
#[test]
fn a_later_assessment_that_is_not_high_ends_what_was_before_it() {
    assert_eq!(after(vec![risk("low", "2026-02-11")]), []);
    assert_eq!(after(vec![risk("moderate", "2026-02-11")]), [("suicide-risk-recorded", Warning)]);
    assert_eq!(after(vec![risk("high", "2026-02-11")]).len(), 3);
    assert_eq!(after(vec![risk("low", "2026-02-10")]).len(), 2, "the same day");
    assert_eq!(after(vec![risk("low", "2026-02-11"), risk("high", "2026-02-11")]).len(), 3, "two of one day");
}

// rule 11/age: speaks
// rule 11/age: silent
#[test]
fn below_18_there_is_no_finding_and_with_the_age_unknown_there_is() {
    let born = |birth: Option<When>| {
        found(|record| {
            record.patient.as_mut().expect("a patient").birth = birth;
            record.screenings = vec![item9(2, "2026-02-20")];
        })
        .len()
    };
    assert_eq!(born(Some(When::on(day("2008-03-03")))), 0);
    assert_eq!(born(Some(When::on(day("2008-03-02")))), 1);
    assert_eq!(born(None), 1);
}

#[test]
fn the_critical_stand_first_and_the_newest_among_them() {
    let found = found(|record| {
        record.screenings = vec![item9(1, "2026-03-01")];
        record.conditions.push(coded(ConditionGroup::SuicideAttempt, Some("2026-01-10"), None));
        record.measurements = vec![yes(Instrument::CSsrs4, "2026-02-10")];
    });
    assert_eq!(found, [("c-ssrs-thoughts", Critical), ("suicide-attempt", Critical), ("phq9-item9", Warning)]);
}

// rule 9.2/overdose-risk: speaks
// rule 9.2/overdose-risk: silent
#[test]
fn the_overdose_line_rests_on_critical_findings_and_attempts_of_a_year() {
    let risk = |change: &dyn Fn(&mut Chart)| {
        let mut record = chart(Vec::new(), Vec::new());
        change(&mut record);
        judged(&record).overdose_risk.is_some()
    };
    assert!(risk(&|record| record.screenings = vec![item9(2, "2026-02-20")]));
    assert!(!risk(&|record| record.screenings = vec![item9(1, "2026-02-20")]));
    assert!(risk(&|record| record.measurements = vec![yes(Instrument::CSsrsBehaviourRecent, "2026-02-20")]));
    assert!(!risk(&|record| record.measurements = vec![yes(Instrument::CSsrs3, "2026-02-20")]));
    let attempt = |on| coded(ConditionGroup::SuicideAttempt, Some(on), None);
    assert!(risk(&|record| record.conditions.push(attempt("2025-03-02"))));
    assert!(!risk(&|record| record.conditions.push(attempt("2025-03-01"))));
    let history = |on| coded(ConditionGroup::SuicideHistory, Some(on), None);
    assert!(risk(&|record| record.conditions.push(history("2026-02-10"))));
    assert!(!risk(&|record| record.conditions.push(history("2020-02-10"))), "an old history code alone");
    let mut recent = chart(Vec::new(), Vec::new());
    recent.conditions.push(attempt("2026-02-10"));
    let label = judged(&recent).overdose_risk.expect("an attempt").label;
    assert_eq!(label.matches("2026-02-10").count(), 1, "told once: {label}");
}
