//! The strip of one trial: its doses as steps, the minimum, the gaps, the verdict; and of what was added to it, and of courses.

use maud::{Markup, html};

use super::axis::ground;
use super::{Drawing, across};
use crate::clinical::cards::{trial_dates, trial_response, trial_verdict, visible_text};
use crate::clinical::derive::{Adequacy, Augmentation, Course, CourseKind, DoseSpan, Evidence, Marker, Trial, dose_text};
use crate::clinical::units::{Day, Span};
use crate::pages::words::set;

/// How high a strip is, and where its bars stand in it.
const HEIGHT: u32 = 62;
const TOP: f64 = 16.0;
const BASE: f64 = 58.0;

/// How high a dose is drawn that nobody knows.
const UNKNOWN: f64 = 0.5;

/// From which share of the width on a stretch has room for its words: in any window, and in a wide one.
const ROOM: f64 = 18.0;
const ROOM_WHEN_WIDE: f64 = 7.0;

/// The days of a trial that can be drawn.
pub(super) fn span(trial: &Trial, as_of: Day) -> Option<Span> {
    let doses = trial.doses.iter().filter_map(|dose| days(dose, trial, as_of));
    let start = trial.start.into_iter().chain(doses.clone().map(|span| span.first)).min()?;
    let last = if trial.ongoing { Some(as_of) } else { trial.end.or(trial.last_covered).or(doses.map(|span| span.last).max()) };
    Span::new(start, last.unwrap_or(start).min(as_of).max(start))
}

/// The days of one dose, up to the day of assessment.
fn days(dose: &DoseSpan, trial: &Trial, as_of: Day) -> Option<Span> {
    Span::new(dose.start, dose.end.or(trial.last_covered).unwrap_or(as_of).min(as_of))
}

/// One trial: its words, then its strip.
pub(super) fn lane(index: usize, trial: &Trial, drawing: Drawing<'_>) -> Markup {
    let added = drawing.assessment.augmentation.iter().enumerate().filter(|(_, added)| added.base == index);
    html! {
        div.lane {
            h3 { (visible_text(trial.drug.name())) " " span.verdict.(class(trial.adequacy)) { (word(trial)) }
                @if trial.failed { " " span.verdict.failed { "failed trial" } }
            }
            p.facts { (set(&facts(trial, drawing))) }
            (strip(index, trial, drawing))
            @for (number, added) in added {
                (added_strip(number, added, drawing))
            }
        }
    }
}

/// The verdict without its reasons.
fn word(trial: &Trial) -> String {
    split(&trial_verdict(trial)).0.to_owned()
}

/// The reasons of the verdict; empty where there are none.
fn reasons(trial: &Trial) -> String {
    split(&trial_verdict(trial)).1.to_owned()
}

fn split(verdict: &str) -> (&str, &str) {
    verdict.split_once(": ").unwrap_or((verdict, ""))
}

const fn class(adequacy: Adequacy) -> &'static str {
    match adequacy {
        Adequacy::Adequate => "adequate",
        Adequacy::Inadequate => "inadequate",
        Adequacy::InProgress => "in-progress",
        Adequacy::Unknown => "unknown",
    }
}

/// A trial in words, in one line.
fn facts(trial: &Trial, drawing: Drawing<'_>) -> String {
    let reasons = reasons(trial);
    let parts = [
        reasons,
        trial_dates(trial),
        doses(trial, drawing),
        at_dose(trial),
        trial_response(trial).to_owned(),
        if trial.in_episode || drawing.assessment.episode.is_none() { String::new() } else { "in an earlier episode".to_owned() },
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// `37.5 → 75 → 150 mg a day (minimum 150 mg)`.
pub(super) fn doses(trial: &Trial, drawing: Drawing<'_>) -> String {
    let mut steps: Vec<String> = trial.doses.iter().map(|dose| amount(dose, trial, drawing)).collect();
    steps.dedup();
    let steps = if steps.is_empty() { "dose not on file".to_owned() } else { steps.join(" → ") };
    let minimum = trial.minimum_dose.map(|minimum| format!(" (minimum {})", dose_text(minimum, trial.drug, drawing.knowledge)));
    steps + &minimum.unwrap_or_else(|| " (no minimum known)".to_owned())
}

fn amount(dose: &DoseSpan, trial: &Trial, drawing: Drawing<'_>) -> String {
    dose.mg_per_day.map_or_else(|| "dose not known".to_owned(), |amount| dose_text(amount, trial.drug, drawing.knowledge))
}

/// `44 of 44 days at or above the minimum, supplied`.
pub(super) fn at_dose(trial: &Trial) -> String {
    let window = trial.window.map(|window| format!(" of {window}")).unwrap_or_default();
    format!("{}{window} days at or above the minimum, {}", trial.at_dose_days, evidence(trial.evidence))
}

const fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Dispensed => "by supply",
        Evidence::Administered => "by records of administration",
        Evidence::Stated => "by statement",
        Evidence::Ordered => "by order only",
    }
}

/// The strip: a picture with a title and a description.
fn strip(index: usize, trial: &Trial, drawing: Drawing<'_>) -> Markup {
    let Drawing { axis, assessment, .. } = drawing;
    let Some(whole) = span(trial, assessment.as_of) else {
        return html! { p.empty { "The dates are not on file, so it cannot be drawn." } };
    };
    let scale = Scale::of(trial);
    let (title, description) = (format!("trial-{index}-title"), format!("trial-{index}-description"));
    let bars: Vec<Bar> = trial
        .gaps
        .iter()
        .filter_map(|gap| gap_bar(*gap, drawing))
        .chain(trial.doses.iter().filter_map(|dose| dose_bar(dose, trial, &scale, drawing)))
        .collect();
    let minimum = trial.minimum_dose.map(|minimum| (scale.y(minimum.mg()), minimum));
    html! {
        div.strip {
            svg.gutter width="58" height=(HEIGHT) aria-hidden="true" {
                @if let Some((y, minimum)) = minimum {
                    text x="54" y=(format!("{:.1}", y + 4.0)) text-anchor="end" { "min " (minimum) }
                }
            }
            svg.plot role="img" height=(HEIGHT) aria-labelledby={ (title) " " (description) } {
                title id=(title) { (visible_text(trial.drug.name())) ", " (trial_dates(trial)) ": " (word(trial)) }
                desc id=(description) { (described(trial, drawing)) }
                (ground(axis, HEIGHT))
                line.base x1=(across(axis.start_of(whole.first))) x2=(across(axis.end_of(whole.last))) y1=(BASE) y2=(BASE) {}
                @for bar in &bars { (bar.shape) }
                @if let Some((y, _)) = minimum {
                    line.minimum x1="0" x2="100%" y1=(format!("{y:.1}")) y2=(format!("{y:.1}")) {}
                }
                @for bar in &bars { (bar.words) }
                @if trial.doses.is_empty() {
                    rect.unjudged x=(across(axis.start_of(whole.first))) width=(width(whole, drawing)) y=(TOP + 21.0) height="21" {}
                }
            }
        }
    }
}

/// How high a dose stands.
struct Scale(f64);

impl Scale {
    fn of(trial: &Trial) -> Scale {
        let doses = trial.doses.iter().filter_map(|dose| dose.mg_per_day).chain(trial.minimum_dose);
        Scale(doses.map(|dose| dose.mg()).fold(0.0, f64::max))
    }

    fn y(&self, amount: f64) -> f64 {
        BASE - (BASE - TOP) * if self.0 > 0.0 { amount / self.0 } else { UNKNOWN }
    }
}

/// A stretch of days: what is drawn, and the words that stand above every line.
struct Bar {
    shape: Markup,
    words: Markup,
}

fn width(span: Span, drawing: Drawing<'_>) -> String {
    across(drawing.axis.end_of(span.last) - drawing.axis.start_of(span.first))
}

fn dose_bar(dose: &DoseSpan, trial: &Trial, scale: &Scale, drawing: Drawing<'_>) -> Option<Bar> {
    let days = days(dose, trial, drawing.assessment.as_of)?;
    let y = dose.mg_per_day.map_or(BASE - (BASE - TOP) * UNKNOWN, |amount| scale.y(amount.mg()));
    let class = match (dose.mg_per_day, trial.minimum_dose) {
        (Some(amount), Some(minimum)) if amount >= minimum => "at",
        (Some(_), Some(_)) => "below",
        (None, _) | (_, None) => "unjudged",
    };
    let (x, share) = (drawing.axis.start_of(days.first), drawing.axis.end_of(days.last) - drawing.axis.start_of(days.first));
    let words = amount(dose, trial, drawing);
    let shape = html! {
        rect.(class) x=(across(x)) width=(across(share)) y=(format!("{y:.1}")) height=(format!("{:.1}", BASE - y)) {
            title { (words) " a day, " (days.first) " to " (days.last) }
        }
    };
    Some(Bar { shape, words: label(share, x, y - 4.0, &words) })
}

fn gap_bar(gap: Span, drawing: Drawing<'_>) -> Option<Bar> {
    let gap = Span::new(gap.first, gap.last.min(drawing.assessment.as_of))?;
    let (x, share) = (drawing.axis.start_of(gap.first), drawing.axis.end_of(gap.last) - drawing.axis.start_of(gap.first));
    let words = format!("gap {} d", gap.days());
    let shape = html! {
        rect.gap x=(across(x)) width=(across(share)) y=(BASE - 14.0) height="14" {
            title { "gap of " (gap.days()) " days, " (gap.first) " to " (gap.last) }
        }
    };
    Some(Bar { shape, words: label(share, x, BASE - 18.0, &words) })
}

/// Words at a stretch, where there is room for them. Never cut short: half a number is another number.
fn label(share: f64, x: f64, y: f64, words: &str) -> Markup {
    let class = match share {
        share if share >= ROOM => "label",
        share if share >= ROOM_WHEN_WIDE => "label wide",
        _ => return html! {},
    };
    html! { text class=(class) x=(across(x)) dx="2" y=(format!("{:.1}", y.max(11.0))) { (words) } }
}

/// The strip in words, for those who do not see it.
fn described(trial: &Trial, drawing: Drawing<'_>) -> String {
    let as_of = drawing.assessment.as_of;
    let dose = |dose: &DoseSpan| {
        days(dose, trial, as_of).map(|days| format!("{} from {} to {}", amount(dose, trial, drawing), days.first, days.last))
    };
    let doses: Vec<String> = trial.doses.iter().filter_map(dose).collect();
    format!("{}. Minimum: {}. Gaps: {}.", doses.join("; "), minimum(trial, drawing), gaps(trial))
}

fn minimum(trial: &Trial, drawing: Drawing<'_>) -> String {
    trial.minimum_dose.map_or_else(|| "not known".to_owned(), |minimum| dose_text(minimum, trial.drug, drawing.knowledge))
}

pub(super) fn gaps(trial: &Trial) -> String {
    let gap = |gap: &Span| format!("{} to {} ({} d)", gap.first, gap.last, gap.days());
    let gaps: Vec<String> = trial.gaps.iter().map(gap).collect();
    if gaps.is_empty() {
        // what is on a list without dates has no gaps that could be seen
        return if trial.has_marker(Marker::OpenEnded) { "not to be seen from an open-ended entry" } else { "none" }.to_owned();
    }
    gaps.join(", ")
}

/// A drug that was added to the trial above.
fn added_strip(number: usize, added: &Augmentation, drawing: Drawing<'_>) -> Markup {
    let end = added.end.unwrap_or(drawing.assessment.as_of);
    let name = visible_text(added.drug.name());
    let dose = added.highest_dose.map(|dose| format!(" up to {}", dose_text(dose, added.drug, drawing.knowledge))).unwrap_or_default();
    let words = format!("added: {name}{dose}, {}", added_facts(added));
    thin(&format!("added-{number}"), &words, "added", Span::new(added.start, end), drawing)
}

/// From when to when, and for how long at dose.
pub(super) fn added_facts(added: &Augmentation) -> String {
    let until = added.end.map_or_else(|| "now".to_owned(), |end| end.to_string());
    format!("{} to {until}, {} days at dose", added.start, added.at_dose_days)
}

/// A course of sessions.
pub(super) fn course(course: &Course, drawing: Drawing<'_>) -> Markup {
    let words = course_facts(course);
    html! { div.lane { (thin(&format!("course-{}", course.first), &words, "course", Span::new(course.first, course.last), drawing)) } }
}

pub(super) fn course_facts(course: &Course) -> String {
    let kind = match course.kind {
        CourseKind::Ect => "ECT",
        CourseKind::Tms => "TMS",
        CourseKind::Esketamine => "esketamine",
        CourseKind::Ketamine => "ketamine",
    };
    let sessions = if course.sessions == 1 { "1 session".to_owned() } else { format!("{} sessions", course.sessions) };
    format!("{kind}: {sessions}, {} to {}", course.first, course.last)
}

fn thin(id: &str, words: &str, class: &str, span: Option<Span>, drawing: Drawing<'_>) -> Markup {
    let title = format!("{id}-title");
    html! {
        p.facts.thin { (words) }
        @if let Some(span) = span {
            div.strip {
                svg.gutter width="58" height="20" aria-hidden="true" {}
                svg.plot role="img" height="20" aria-labelledby=(title) {
                    title id=(title) { (words) }
                    (ground(drawing.axis, 20))
                    rect.(class) x=(across(drawing.axis.start_of(span.first))) width=(width(span, drawing)) y="4" height="12" {}
                }
            }
        }
    }
}
