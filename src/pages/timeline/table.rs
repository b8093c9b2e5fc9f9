//! The timeline as tables: the same facts for those who do not see it, and for checking them against the record.

use maud::{Markup, html};

use super::Drawing;
use super::lane::{added_facts, at_dose, course_facts, doses, gaps};
use super::score::band;
use crate::clinical::cards::{trial_dates, trial_response, trial_verdict, visible_text};
use crate::clinical::derive::{Score, Trial};
use crate::pages::words::set;

/// The tables, folded away.
pub(super) fn tables(drawing: Drawing<'_>) -> Markup {
    let assessment = drawing.assessment;
    if assessment.trials.is_empty() && assessment.phq9_scores.is_empty() {
        return html! {};
    }
    html! {
        details.tables open {
            summary { "The same as tables" }
            @if !assessment.trials.is_empty() {
                (trials(drawing))
            }
            @if !assessment.phq9_scores.is_empty() {
                (scores(drawing))
            }
        }
    }
}

fn trials(drawing: Drawing<'_>) -> Markup {
    let assessment = drawing.assessment;
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="trial-table" {
            table {
                caption #trial-table { "Trials" }
                thead { tr {
                    @for head in ["Drug", "Dates", "Doses a day", "Days at dose", "Gaps", "Verdict", "Response", "Records"] {
                        th scope="col" { (head) }
                    }
                } }
                tbody {
                    @for (index, trial) in assessment.trials.iter().enumerate() {
                        (row(trial, drawing))
                        @for added in assessment.augmentation.iter().filter(|added| added.base == index) {
                            tr {
                                th scope="row" { "+ " (visible_text(added.drug.name())) }
                                td colspan="7" { "added: " (added_facts(added)) }
                            }
                        }
                    }
                    @for course in &assessment.courses {
                        tr { td colspan="8" { (set(&course_facts(course))) } }
                    }
                }
            }
        }
    }
}

fn row(trial: &Trial, drawing: Drawing<'_>) -> Markup {
    let basis: Vec<String> = trial.basis.iter().map(|source| visible_text(source.as_str())).collect();
    html! {
        tr {
            th scope="row" { (visible_text(trial.drug.name())) }
            td { (set(&trial_dates(trial))) }
            td { (doses(trial, drawing)) }
            td { (at_dose(trial)) }
            td { (set(&gaps(trial))) }
            td { (trial_verdict(trial)) }
            td.response { (trial_response(trial)) @if trial.failed { "; counts as a failed trial" } (set(&scored(trial))) }
            td.basis { (basis.join(", ")) }
        }
    }
}

/// The scores that the response rests on.
fn scored(trial: &Trial) -> String {
    let told = |score: &Score| format!("{} {} on {}", score.instrument, score.score, score.date);
    match (&trial.baseline, &trial.latest) {
        (Some(before), Some(after)) => format!("; before {}, last {}", told(before), told(after)),
        (Some(before), None) => format!("; before {}", told(before)),
        (None, Some(after)) => format!("; last {}", told(after)),
        (None, None) => String::new(),
    }
}

fn scores(drawing: Drawing<'_>) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="score-table" {
            table.narrow {
                caption #score-table { "PHQ-9 totals" }
                thead { tr { th scope="col" { "Day" } th scope="col" { "Total" } th scope="col" { "Band" } th scope="col" { "Record" } } }
                tbody {
                    @for score in &drawing.assessment.phq9_scores {
                        tr {
                            td.date { (score.date) }
                            td { (score.score) }
                            td { (band(score.score, drawing)) }
                            td.basis { (visible_text(score.source.as_str())) }
                        }
                    }
                }
            }
        }
    }
}
