//! The change on a scale across a trial (rules.md 4).

use crate::clinical::knowledge::Parameters;
use crate::clinical::units::{Day, Instrument};

use super::score::{Scores, last_between, nearest};
use super::{Response, Score};

/// What a trial did to the symptoms.
#[derive(Debug, Clone)]
pub struct Course {
    /// The class.
    pub response: Response,
    /// The score it started from.
    pub baseline: Option<Score>,
    /// The end score.
    pub latest: Option<Score>,
    /// It had responded, and the response was lost while it was still taken.
    pub lost: Option<Lost>,
    /// Dropped early by enough to predict a response (`improving_drop_pct`).
    pub improving: bool,
}

/// A response that was lost.
#[derive(Debug, Clone)]
pub struct Lost {
    /// Two scores far enough apart say so.
    pub confirmed: bool,
}

/// The days of a trial that scores are held against.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// Its first day.
    pub start: Day,
    /// Its last day; today while it is ongoing.
    pub until: Day,
    /// Whether it is ongoing.
    pub ongoing: bool,
    /// The day an augmentation began.
    pub augmented: Option<Day>,
    /// Today.
    pub as_of: Day,
}

/// The class of a change, the first row of rules.md 4 that fits; exact on integers.
pub fn classify(instrument: Instrument, baseline: i32, end: i32, parameters: &Parameters) -> Response {
    let (from, to) = (i64::from(baseline), i64::from(end));
    let kept = |drop: i32| to * 100 <= (100 - i64::from(drop)) * from;
    let phq9 = instrument == Instrument::Phq9;
    if phq9 && end < parameters.phq9_remission_below {
        Response::Remission
    } else if phq9 && baseline < parameters.phq9_active_at_least || baseline <= 0 {
        Response::CannotJudge
    } else if kept(parameters.phq9_response_drop_pct) {
        Response::Response
    } else if kept(parameters.phq9_partial_drop_pct) {
        Response::Partial
    } else {
        Response::NonResponse
    }
}

/// The course of a trial on the first scale that has both its scores; else on the preferred one.
pub fn course(scores: &Scores, period: Period, parameters: &Parameters) -> Course {
    let courses: Vec<Course> = scores.scales().map(|scale| on_scale(scale, period, parameters)).collect();
    let best = courses.iter().position(|course| course.baseline.is_some() && course.latest.is_some()).unwrap_or(0);
    courses.into_iter().nth(best).unwrap_or(Course {
        response: Response::NotDocumented,
        baseline: None,
        latest: None,
        lost: None,
        improving: false,
    })
}

fn on_scale(scale: &[Score], period: Period, parameters: &Parameters) -> Course {
    let baseline = nearest(scale, period.start, parameters.baseline_window_before_days, parameters.baseline_window_after_days).cloned();
    let first = period.start + (parameters.end_score_min_day - 1);
    let last = if period.ongoing { period.as_of } else { (period.until + parameters.end_score_after_stop_days).min(period.as_of) };
    let alone = period.augmented.and_then(|day| last_between(scale, first, last.min(day + parameters.score_after_augmentation_days)));
    let latest = alone.or_else(|| last_between(scale, first, last)).cloned();
    let mut course = Course { response: Response::NotDocumented, baseline, latest, lost: None, improving: false };
    if let Some(end) = &course.latest
        && end.instrument == Instrument::Phq9
        && end.score < parameters.phq9_remission_below
    {
        course.response = Response::Remission;
    }
    let Some(baseline) = &course.baseline else { return course };
    if let Some(end) = &course.latest {
        course.response = classify(end.instrument, baseline.score, end.score, parameters);
    }
    course.improving = is_improving(scale, baseline, period, parameters);
    if let Some((best, lost)) = lost_response(scale, baseline, period, parameters) {
        course.response = best;
        course.lost = Some(lost);
    }
    course
}

fn is_improving(scale: &[Score], baseline: &Score, period: Period, parameters: &Parameters) -> bool {
    let last = period.start + (parameters.end_score_min_day - 1);
    last_between(scale, baseline.date + 1, last).is_some_and(|score| {
        i64::from(baseline.score - score.score) * 100 >= i64::from(parameters.improving_drop_pct) * i64::from(baseline.score)
            && baseline.score > 0
    })
}

/// The best class that was reached and then lost while the drug was still taken; scores after an augmentation began do not
/// count as reached.
fn lost_response(scale: &[Score], baseline: &Score, period: Period, parameters: &Parameters) -> Option<(Response, Lost)> {
    let first = period.start + (parameters.end_score_min_day - 1);
    let class = |score: &Score| classify(score.instrument, baseline.score, score.score, parameters);
    let good = |class: Response| matches!(class, Response::Remission | Response::Response);
    let taken: Vec<&Score> = scale.iter().filter(|score| (first..=period.until).contains(&score.date)).collect();
    let reached = |score: &&&Score| good(class(score)) && period.augmented.is_none_or(|day| score.date <= day);
    let at = taken.iter().position(|score| reached(&score))?;
    let worse: Vec<&Score> =
        taken.iter().skip(at + 1).copied().filter(|score| score.score >= parameters.phq9_active_at_least && !good(class(score))).collect();
    // A later response again means that the loss was not the last word.
    let regained = taken.last().is_some_and(|last| good(class(last)));
    if worse.is_empty() || regained {
        return None;
    }
    let best = if taken.iter().filter(reached).any(|score| class(score) == Response::Remission) {
        Response::Remission
    } else {
        Response::Response
    };
    let apart = worse.last().map(|score| score.date).zip(worse.first().map(|score| score.date)).map_or(0, |(last, first)| last - first);
    Some((best, Lost { confirmed: apart >= parameters.lost_response_scores_apart_days }))
}
