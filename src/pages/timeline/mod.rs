//! The trial timeline: strips of one width above each other, one a trial, each an SVG of its own below its words.
//!
//! ```text
//! axis (where a day stands) -> lane (a trial, what was added to it) -> score (PHQ-9 with its bands) -> table (the same in words)
//! ```
//! Places across are shares of the width, so that a strip fits any window and its letters keep their size. Colour never stands alone:
//! each shade has a pattern or an outline of its own, and every fact stands in words beside it.

mod axis;
mod lane;
mod score;
mod table;

use maud::{Markup, html};

use crate::clinical::derive::{Assessment, Extent};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Span;
use axis::Axis;

/// What is drawn, and against what.
#[derive(Clone, Copy)]
struct Drawing<'a> {
    assessment: &'a Assessment,
    knowledge: &'a Knowledge,
    axis: &'a Axis,
}

/// The timeline with its table.
pub(super) fn timeline(assessment: &Assessment, knowledge: &Knowledge) -> Markup {
    let axis = Axis::new(&spans(assessment), assessment.as_of);
    let drawing = Drawing { assessment, knowledge, axis: &axis };
    html! {
        section.timeline aria-labelledby="timeline" {
            h2 #timeline { "Antidepressant trials over time" }
            @if assessment.trials.is_empty() {
                p.empty { (no_trial(assessment)) }
            } @else {
                (legend())
            }
            @if !assessment.trials.is_empty() || !assessment.phq9_scores.is_empty() {
                (patterns())
                (axis::strip(&axis))
            }
            @for (index, trial) in assessment.trials.iter().enumerate() {
                (lane::lane(index, trial, drawing))
            }
            @for course in &assessment.courses {
                (lane::course(course, drawing))
            }
            (score::score(drawing))
            (table::tables(drawing))
        }
    }
}

/// In the place of the trials where there are none: "none" is said only where the medicines were had in full.
fn no_trial(assessment: &Assessment) -> &'static str {
    match assessment.coverage.medications {
        Extent::Full => "No antidepressant trial is on file.",
        Extent::Partial | Extent::None => "No antidepressant trial could be read: the medicines were not had in full.",
    }
}

/// Every stretch of time that is drawn.
fn spans(assessment: &Assessment) -> Vec<Span> {
    let as_of = assessment.as_of;
    let trials = assessment.trials.iter().filter_map(|trial| lane::span(trial, as_of));
    let added = assessment.augmentation.iter().filter_map(|added| Span::new(added.start, added.end.unwrap_or(as_of)));
    let courses = assessment.courses.iter().filter_map(|course| Span::new(course.first, course.last));
    let scores = assessment.phq9_scores.iter().map(|score| Span::of(score.date));
    trials.chain(added).chain(courses).chain(scores).chain([Span::of(as_of)]).collect()
}

/// What the shades mean.
fn legend() -> Markup {
    let key = |class: &str, words: &str| {
        html! {
            li {
                svg.swatch width="22" height="14" aria-hidden="true" { rect.(class) x="1" y="1" width="20" height="12" {} }
                " " (words)
            }
        }
    };
    html! {
        ul.legend {
            (key("at", "at or above the minimum dose"))
            (key("below", "below the minimum dose"))
            (key("unjudged", "dose not known"))
            (key("gap", "gap: nothing supplied or taken"))
            li { svg.swatch width="22" height="14" aria-hidden="true" { line.minimum x1="0" x2="22" y1="7" y2="7" {} } " minimum effective dose" }
            li { svg.swatch width="22" height="14" aria-hidden="true" { line.today x1="11" x2="11" y1="0" y2="14" {} } " day of assessment" }
        }
    }
}

/// The patterns that strips fill with. One place for all of them, which takes no room.
fn patterns() -> Markup {
    let hatched = |id: &str, path: &str| {
        html! {
            pattern id=(id) width="6" height="6" patternUnits="userSpaceOnUse" { path d=(path) {} }
        }
    };
    html! {
        svg.patterns width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                (hatched("hatch", "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2"))
                (hatched("cross", "M0,0 l6,6 M6,0 l-6,6"))
            }
        }
    }
}

/// A place across, as a share of the width.
fn across(share: f64) -> String {
    format!("{share:.2}%")
}
