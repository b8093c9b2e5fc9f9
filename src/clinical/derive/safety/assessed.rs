//! What ends a finding of a C-SSRS or of a code: a later negative C-SSRS asked in full, or a later documented assessment of the risk
//! whose result is not high (rules.md 10; only LOINC 93374-7 counts as one, rules.md 17).

use std::collections::BTreeSet;

use crate::clinical::chart::{Measurement, Value};
use crate::clinical::units::{Day, Instrument, Meaning};

use super::super::Note;
use super::super::bipolar::words;
use super::super::ground::Ground;

/// The five questions about thoughts and the one about behaviour that a screen must ask to end anything.
const ASKED: [Instrument; 6] = {
    use Instrument::*;
    [CSsrs1, CSsrs2, CSsrs3, CSsrs4, CSsrs5, CSsrsBehaviourRecent]
};

/// What the record says of the risk; nothing here is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordedRisk {
    Low,
    Moderate,
    High,
}

/// The last day on which an assessment ended what was found before it.
pub fn last_end(ground: &Ground<'_>) -> Option<Day> {
    let assessed = ground.results(Instrument::CSsrsRiskLevel).filter_map(|result| Some((recorded_risk(result, ground)?, result.at.day)));
    // of two results of one day the higher stands
    let levels: BTreeSet<(Day, RecordedRisk)> = assessed.map(|(level, day)| (day, level)).collect();
    let high = |day: Day| levels.contains(&(day, RecordedRisk::High));
    let not_high = levels.iter().map(|(day, _)| *day).filter(|day| !high(*day)).max();
    not_high.max(negative_screen(ground))
}

/// The last day of a finished C-SSRS with all six questions asked and all answered no.
fn negative_screen(ground: &Ground<'_>) -> Option<Day> {
    let days: BTreeSet<Day> = ground.results(Instrument::CSsrs1).map(|result| result.at.day).collect();
    let said_no = |day: Day| {
        ASKED.iter().all(|question| {
            let mut answers = ground.results(*question).filter(|result| result.at.day == day).peekable();
            answers.peek().is_some() && answers.all(|result| yes(result) == Some(false))
        })
    };
    days.into_iter().rev().find(|day| said_no(*day))
}

/// The answer to a question of the screen.
pub fn yes(result: &Measurement) -> Option<bool> {
    match result.value {
        Value::YesNo(yes) => Some(yes),
        // some forms file yes and no as 1 and 0
        Value::Number(1.0) => Some(true),
        Value::Number(0.0) => Some(false),
        Value::Number(_) | Value::Pressure { .. } | Value::Answer { .. } | Value::Done => None,
    }
}

/// The level that the record states, the highest of those its words name.
pub fn recorded_risk(result: &Measurement, ground: &Ground<'_>) -> Option<RecordedRisk> {
    let Value::Answer { code, text } = &result.value else { return None };
    let level = |word: &str| match ground.knowledge.meaning(word) {
        Some(Meaning::AnswerRiskHigh) => Some(RecordedRisk::High),
        Some(Meaning::AnswerRiskModerate) => Some(RecordedRisk::Moderate),
        Some(Meaning::AnswerRiskLow) => Some(RecordedRisk::Low),
        _ => None,
    };
    let by_words = words(text).filter_map(|word| level(&word)).max();
    code.as_deref().and_then(level).max(by_words)
}

/// Results whose level cannot be told: they neither raise nor end anything.
pub fn not_understood(ground: &Ground<'_>) -> Vec<Note> {
    let within = ground.parameters().safety_item9_recent_days;
    let results = ground.results(Instrument::CSsrsRiskLevel).filter(|result| super::is_within(result.at.day, within, ground));
    results
        .filter(|result| recorded_risk(result, ground).is_none())
        .map(|result| Note {
            id: "not-understood-risk-level",
            text: format!("suicide risk recorded on {}: its level cannot be told", result.at.day),
            basis: vec![result.source.clone()],
        })
        .collect()
}
