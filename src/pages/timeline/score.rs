//! The PHQ-9 below the trials: every total by which responses are judged, with the bands that its totals are called by.

use std::ops::RangeInclusive;

use maud::{Markup, html};

use super::axis::{ground, strip};
use super::{Drawing, across};
use crate::clinical::derive::Score;

/// How high the picture is, and where the highest and the lowest total stand in it.
const HEIGHT: u32 = 178;
const TOP: f64 = 18.0;
const BASE: f64 = 170.0;

/// The least distance between two scores whose totals are written out: in any window, and in a wide one.
const ROOM: f64 = 8.0;
const ROOM_WHEN_WIDE: f64 = 3.0;

/// The scores as a curve, or that there are none.
pub(super) fn score(drawing: Drawing<'_>) -> Markup {
    let scores = &drawing.assessment.phq9_scores;
    if scores.is_empty() {
        return html! {
            div.lane { h3 { "PHQ-9" } p.empty { "No PHQ-9 total could be read from this record" (other_scale(drawing)) "." } }
        };
    }
    html! {
        div.lane {
            h3 { "PHQ-9" }
            (picture(scores, drawing))
        }
        (strip(drawing.axis))
    }
}

/// The newest score of another scale, if that is what is on file.
fn other_scale(drawing: Drawing<'_>) -> String {
    let score = drawing.assessment.current_score.as_ref();
    score.map_or_else(String::new, |score| format!("; the newest score is {} {} on {}", score.instrument, score.score, score.date))
}

/// What a total is called.
pub(super) fn band(score: i32, drawing: Drawing<'_>) -> &'static str {
    drawing.knowledge.staging_points().phq9_bands().find(|(range, _)| range.contains(&score)).map_or("", |(_, word)| word)
}

fn picture(scores: &[Score], drawing: Drawing<'_>) -> Markup {
    let bands: Vec<(RangeInclusive<i32>, &str)> = drawing.knowledge.staging_points().phq9_bands().collect();
    let highest = bands.iter().map(|(range, _)| *range.end()).chain(scores.iter().map(|score| score.score)).max().unwrap_or(1);
    let y = |score: i32| BASE - (BASE - TOP) * f64::from(score) / f64::from(highest);
    let place = |score: &Score| (drawing.axis.start_of(score.date), y(score.score));
    html! {
        div.strip {
            svg.gutter width="58" height=(HEIGHT) aria-hidden="true" {
                @for (range, word) in &bands {
                    text.wide x="54" y=(format!("{:.1}", (y(*range.start()) + y((range.end() + 1).min(highest))) / 2.0 + 4.0)) text-anchor="end" { (word) }
                    text x="54" y=(format!("{:.1}", y(*range.start()) + 4.0)) text-anchor="end" { (range.start()) }
                }
                text x="54" y=(format!("{:.1}", y(highest) + 4.0)) text-anchor="end" { (highest) }
            }
            svg.plot role="img" height=(HEIGHT) aria-labelledby="phq9-title phq9-description" {
                title #phq9-title { "PHQ-9 totals up to " (drawing.assessment.as_of) }
                desc #phq9-description { (described(scores, drawing)) }
                @for (index, (range, _)) in bands.iter().enumerate() {
                    (band_bar(index, (y(*range.start()), y((range.end() + 1).min(highest)))))
                }
                (ground(drawing.axis, HEIGHT))
                // Below the curve, which may cross them.
                @for (range, word) in &bands {
                    text.band-word.slim x="4" y=(format!("{:.1}", y((range.end() + 1).min(highest)) + 13.0)) { (word) }
                }
                @for pair in scores.windows(2) {
                    @let ((x1, y1), (x2, y2)) = (place(&pair[0]), place(&pair[1]));
                    line.curve x1=(across(x1)) y1=(format!("{y1:.1}")) x2=(across(x2)) y2=(format!("{y2:.1}")) {}
                }
                @for (score, class) in scores.iter().zip(classes(scores, drawing)) {
                    @let (x, y) = place(score);
                    circle.point cx=(across(x)) cy=(format!("{y:.1}")) r="4" { title { (score.score) " on " (score.date) } }
                    @if let Some(class) = class {
                        text class=(class) x=(across(x)) y=(format!("{:.1}", y - 8.0)) text-anchor="middle" { (score.score) }
                    }
                }
            }
        }
    }
}

fn band_bar(index: usize, (low, high): (f64, f64)) -> Markup {
    html! {
        rect class={ "band band-" (index) } x="0" width="100%" y=(format!("{high:.1}")) height=(format!("{:.1}", low - high)) {}
        line.band-edge x1="0" x2="100%" y1=(format!("{low:.1}")) y2=(format!("{low:.1}")) {}
    }
}

/// Which totals are written out: the newest always, of the others those that have room.
fn classes(scores: &[Score], drawing: Drawing<'_>) -> Vec<Option<&'static str>> {
    let mut after = f64::INFINITY;
    let mut wide_after = f64::INFINITY;
    let mut classes: Vec<Option<&'static str>> = scores
        .iter()
        .rev()
        .map(|score| {
            let x = drawing.axis.start_of(score.date);
            if after - x >= ROOM {
                (after, wide_after) = (x, x);
                return Some("total");
            }
            (wide_after - x >= ROOM_WHEN_WIDE).then(|| {
                wide_after = x;
                "total wide"
            })
        })
        .collect();
    classes.reverse();
    classes
}

fn described(scores: &[Score], drawing: Drawing<'_>) -> String {
    let told = |score: &Score| format!("{} ({}) on {}", score.score, band(score.score, drawing), score.date);
    scores.iter().map(told).collect::<Vec<_>>().join("; ") + "."
}
