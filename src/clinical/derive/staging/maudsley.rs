//! The Maudsley Staging Method, its severity estimated from the PHQ-9 (rules.md 6).

use serde::Serialize;

use super::super::ground::Ground;
use super::super::{CourseKind, Reason, Score};
use crate::clinical::chart::Condition;
use crate::clinical::knowledge::{CodeSeverity, StagingPoints};
use crate::clinical::units::{ConditionGroup, Day, Instrument};

/// How the estimate is to be called wherever it is printed (rules.md 6).
const NAME: &str = "MSM (PHQ-9 based estimate)";

/// The Maudsley Staging Method, estimated from the PHQ-9.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Maudsley {
    /// What it is: an estimate, since the method asks a clinician for the severity.
    pub name: &'static str,
    pub total: u8,
    pub band: &'static str,
    pub items: MaudsleyItems,
}

/// The items of [`Maudsley`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct MaudsleyItems {
    pub duration: u8,
    pub severity: u8,
    pub failures: u8,
    pub augmentation: u8,
    pub ect: u8,
}

/// The counted failures that are antidepressants: an augmentation has an item of its own.
fn antidepressants_failed(ground: &Ground<'_>) -> usize {
    ground.counted.iter().filter(|drug| ground.knowledge.antidepressant(**drug).is_some()).count()
}

/// The estimate; `None` without an episode, a counted failure or anything that tells the severity.
pub fn maudsley(ground: &Ground<'_>) -> Option<Maudsley> {
    let points = ground.knowledge.staging_points();
    let episode = ground.episode?;
    let reaches = |last: Option<Day>| last.is_none_or(|last| last >= episode.start);
    let augmented = ground.augmentation.iter().any(|added| reaches(added.end));
    let ect = ground.courses.iter().any(|course| course.kind == CourseKind::Ect && reaches(Some(course.last)));
    let items = MaudsleyItems {
        duration: points.duration(episode.start.begun_months_until(ground.as_of))?,
        severity: severity(ground, points)?,
        failures: points.failures(antidepressants_failed(ground))?,
        augmentation: u8::from(augmented),
        ect: u8::from(ect),
    };
    let total = items.duration + items.severity + items.failures + items.augmentation + items.ect;
    Some(Maudsley { name: NAME, total, band: points.band(total)?, items })
}

/// By the score at the baseline, the psychotic features, and a severity code that is newer than the score: the worse.
fn severity(ground: &Ground<'_>, points: &StagingPoints) -> Option<u8> {
    if ground.current_conditions(ConditionGroup::DepressionPsychotic).next().is_some() {
        return points.code_severity(CodeSeverity::Psychotic);
    }
    let score = baseline(ground);
    let by_score = score.and_then(|score| points.severity(score.score));
    let newer = |condition: &&Condition| match (written(condition), score) {
        (Some(written), Some(score)) => written > score.date,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let codes = ground.chart.conditions.iter().filter(|condition| super::super::scope::is_current(condition)).filter(newer);
    let by_code = codes.filter_map(code_severity).filter_map(|severity| points.code_severity(severity)).max();
    by_score.max(by_code)
}

/// The baseline of the earliest trial of the episode that has one, else the current score; a PHQ-9 both.
fn baseline<'a>(ground: &Ground<'a>) -> Option<&'a Score> {
    let is_phq9 = |score: &&Score| score.instrument == Instrument::Phq9;
    let of_trials = ground.trials.iter().filter(|trial| trial.in_episode && !trial.has_reason(Reason::NotATrial));
    let earliest = of_trials.filter_map(|trial| Some((trial.start?, trial.baseline.as_ref().filter(is_phq9)?)));
    earliest.min_by_key(|(start, _)| *start).map(|(_, score)| score).or_else(|| ground.scores.latest_phq9())
}

/// The day on which a diagnosis was made: when it was written down, else when it began.
fn written(condition: &Condition) -> Option<Day> {
    condition.recorded.or(condition.onset.map(|onset| onset.first))
}

fn code_severity(condition: &Condition) -> Option<CodeSeverity> {
    let stated = [
        (ConditionGroup::DepressionSeveritySevere, CodeSeverity::Severe),
        (ConditionGroup::DepressionSeverityModerate, CodeSeverity::Moderate),
        (ConditionGroup::DepressionSeverityMild, CodeSeverity::Mild),
    ];
    let bipolar = condition.groups.has(ConditionGroup::BipolarSpectrum);
    stated.into_iter().find_map(|(group, severity)| (!bipolar && condition.groups.has(group)).then_some(severity))
}
