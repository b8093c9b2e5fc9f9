//! The C-SSRS and the risk level that a clinician recorded (rules.md 10).

use crate::clinical::chart::Measurement;
use crate::clinical::units::{Days, Instrument};

use super::super::ground::Ground;
use super::assessed::{RecordedRisk, last_end, recorded_risk, yes};
use super::{SafetyFinding, SafetyIndicator, is_within, unfinished};

/// The questions about thoughts, the gravest first, in our own words: the wording of the scale belongs to its owners.
const THOUGHTS: [(Instrument, SafetyIndicator, &str); 5] = {
    use Instrument::*;
    use SafetyIndicator::*;
    [
        (CSsrs5, Critical, "C-SSRS item 5 (plan and intent)"),
        (CSsrs4, Critical, "C-SSRS item 4 (some intent to act)"),
        (CSsrs3, Warning, "C-SSRS item 3 (thoughts with a method)"),
        (CSsrs2, Warning, "C-SSRS item 2 (thoughts of killing oneself)"),
        (CSsrs1, Warning, "C-SSRS item 1 (wish to be dead)"),
    ]
};

/// What rests on the C-SSRS.
pub fn findings(ground: &Ground<'_>) -> Vec<SafetyFinding> {
    thoughts(ground).into_iter().chain(behaviour(ground)).chain(risk_level(ground)).collect()
}

/// Every result of a kind up to today, unfinished ones too, that is young enough and that nothing later has ended.
fn standing<'a>(instrument: Instrument, days: Days, ground: &Ground<'a>) -> impl Iterator<Item = &'a Measurement> + use<'a> {
    let (ground, ended) = (*ground, last_end(ground));
    let of_kind = move |result: &&Measurement| result.instrument == instrument && is_within(result.at.day, days, &ground);
    ground.chart.measurements.iter().filter(of_kind).filter(move |result| ended.is_none_or(|ended| result.at.day >= ended))
}

/// The gravest question about thoughts that was answered yes.
fn thoughts(ground: &Ground<'_>) -> Option<SafetyFinding> {
    THOUGHTS.into_iter().find_map(|(instrument, indicator, what)| {
        let said = standing(instrument, ground.parameters().safety_item9_recent_days, ground).filter(|result| yes(result) == Some(true));
        let latest = said.max_by_key(|result| (result.at, &result.source))?;
        Some(finding("c-ssrs-thoughts", indicator, &format!("{what} answered yes"), latest))
    })
}

/// Preparation or suicidal behaviour in the three months before the screen.
fn behaviour(ground: &Ground<'_>) -> Option<SafetyFinding> {
    let days = ground.parameters().suicide_behaviour_days;
    let said = standing(Instrument::CSsrsBehaviourRecent, days, ground).filter(|result| yes(result) == Some(true));
    let latest = said.max_by_key(|result| (result.at, &result.source))?;
    let what = "C-SSRS suicidal behaviour of the past 3 months answered yes";
    Some(finding("c-ssrs-behaviour", SafetyIndicator::Critical, what, latest))
}

/// A risk level that the record states.
fn risk_level(ground: &Ground<'_>) -> Option<SafetyFinding> {
    let days = ground.parameters().safety_item9_recent_days;
    let told = standing(Instrument::CSsrsRiskLevel, days, ground);
    let raised = told.filter_map(|result| match recorded_risk(result, ground)? {
        RecordedRisk::High => Some((SafetyIndicator::Critical, "suicide risk recorded as high", result)),
        RecordedRisk::Moderate => Some((SafetyIndicator::Warning, "suicide risk recorded as moderate", result)),
        RecordedRisk::Low => None,
    });
    let gravest = raised.max_by_key(|(indicator, _, result)| (std::cmp::Reverse(*indicator), result.at, &result.source));
    gravest.map(|(indicator, what, result)| finding("suicide-risk-recorded", indicator, what, result))
}

fn finding(id: &'static str, indicator: SafetyIndicator, what: &str, result: &Measurement) -> SafetyFinding {
    let date = result.at.day;
    let label = format!("{what}{} on {date}", unfinished(result.finished));
    SafetyFinding { id, indicator, label, date, basis: vec![result.source.clone()] }
}
