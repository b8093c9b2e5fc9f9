//! The trial table that every card shows, and the words for a trial.

use super::Situation;
use super::markdown::inline;
use crate::clinical::derive::Evidence;
use crate::clinical::derive::{Adequacy, Augmentation, Marker, Reason, Response, Trial, dose_text};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{DailyDose, Day};

/// The trials that stand before the fold, and those below it: a side bar has room for so many.
const BEFORE_FOLD: usize = 3;
const BELOW_FOLD: usize = 6;

const HEAD: &str = "| Trial | Dates | Days at or above minimum | Verdict |\n|---|---|---|---|";

/// The trials as tables, the newest last.
pub(super) struct TrialTables {
    /// The few that matter most: those of the current episode before others, the newer before the older.
    pub(super) first: String,
    /// The others; empty where there are none.
    pub(super) others: String,
}

/// The trials before the fold and below it.
pub(super) fn trial_tables(situation: Situation<'_>) -> TrialTables {
    let mut ranked: Vec<(usize, &Trial)> = situation.assessment.trials.iter().enumerate().collect();
    ranked.sort_by_key(|(index, trial)| std::cmp::Reverse((trial.in_episode, *index)));
    let others = ranked.split_off(BEFORE_FOLD.min(ranked.len()));
    let left_out = others.len().saturating_sub(BELOW_FOLD);
    let others = table(others.into_iter().take(BELOW_FOLD).collect(), situation);
    let others = match left_out {
        0 => others,
        1 => format!("{others}\n\n1 further trial is not shown."),
        n => format!("{others}\n\n{n} further trials are not shown."),
    };
    TrialTables { first: table(ranked, situation), others }
}

fn table(mut trials: Vec<(usize, &Trial)>, situation: Situation<'_>) -> String {
    trials.sort_by_key(|(index, _)| *index);
    let rows: Vec<String> = trials.into_iter().flat_map(|(index, trial)| rows(index, trial, situation)).collect();
    if rows.is_empty() { String::new() } else { format!("{HEAD}\n{}", rows.join("\n")) }
}

/// The trial, and below it what was added to it.
fn rows(index: usize, trial: &Trial, situation: Situation<'_>) -> Vec<String> {
    let added = situation.assessment.augmentation.iter().filter(|added| added.base == index);
    [row(trial, situation.knowledge)].into_iter().chain(added.map(|added| added_row(added, situation))).collect()
}

fn added_row(added: &Augmentation, situation: Situation<'_>) -> String {
    let dose = added.highest_dose.map(|dose| format!(" {}", dose_text(dose, added.drug, situation.knowledge))).unwrap_or_default();
    let until = if added.ongoing { "now".to_owned() } else { added.end.map(|end| end.to_string()).unwrap_or_default() };
    let score = situation.assessment.current_score.as_ref().filter(|score| added.ongoing && score.date > added.start);
    let score = score.map(|score| format!("; since then {} {} on {}", score.instrument.word().to_uppercase(), score.score, score.date));
    format!(
        "| + {}{dose} | {} to {until} | {} at dose | added{} |",
        inline(added.drug.name()),
        added.start,
        added.at_dose_days,
        score.unwrap_or_default()
    )
}

fn row(trial: &Trial, knowledge: &Knowledge) -> String {
    let episode = if trial.in_episode { "" } else { " (earlier episode)" };
    let cells = [
        format!("{}{episode} {}", inline(trial.drug.name()), inline(&doses(trial, knowledge))),
        inline(&dates(trial)),
        inline(&days_at_dose(trial)),
        format!("{}; {}", verdict(trial), inline(&response(trial))),
    ];
    format!("| {} |", cells.join(" | "))
}

/// The doses in order, at most the last three.
fn doses(trial: &Trial, knowledge: &Knowledge) -> String {
    let text = |dose: Option<DailyDose>| dose.map_or_else(|| "dose unknown".to_owned(), |dose| dose_text(dose, trial.drug, knowledge));
    let mut steps: Vec<String> = trial.doses.iter().map(|span| text(span.mg_per_day)).collect();
    steps.dedup();
    let minimum = trial.minimum_dose.map(|minimum| format!(" (minimum {})", dose_text(minimum, trial.drug, knowledge))).unwrap_or_default();
    let first = steps.len().saturating_sub(3);
    let dots = if first > 0 { "… " } else { "" };
    match steps.get(first..) {
        Some([]) | None => format!("dose unknown{minimum}"),
        Some(last) => format!("{dots}{}{minimum}", last.join(", then ")),
    }
}

/// From when to when.
pub(super) fn dates(trial: &Trial) -> String {
    let Some(start) = trial.start else { return "dates unknown".to_owned() };
    match (trial.ongoing, trial.has_marker(Marker::OpenEnded), trial.end.or(trial.last_covered)) {
        (true, true, _) => format!("on the list since {start}"),
        (true, false, _) => format!("{start} to now"),
        (false, _, Some(end)) => format!("{start} to {end}"),
        (false, _, None) => format!("from {start}"),
    }
}

/// How the days are known: `supplied`, `ordered`, `taken`.
pub(super) const fn evidence_word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Dispensed => "supplied",
        Evidence::Administered | Evidence::Stated => "taken",
        Evidence::Ordered => "ordered",
    }
}

fn days_at_dose(trial: &Trial) -> String {
    let word = evidence_word(trial.evidence);
    match (trial.window, trial.pdc) {
        (Some(window), Some(pdc)) => {
            let best = if trial.gaps.is_empty() { "" } else { ", best run" };
            format!("{} of {window} {word} ({}){best}", trial.at_dose_days, percent(pdc))
        }
        (Some(_), None) | (None, _) => format!("{} {word}", trial.at_dose_days),
    }
}

/// A share in whole percent, never rounded up: 79.9 % is below 80 %.
pub(super) fn percent(share: f64) -> String {
    // the small addend undoes what the division lost: 84 of 105 days is 80 %
    format!("{} %", (share * 100.0 + 1e-9).floor())
}

/// The verdict with its reasons.
pub(super) fn verdict(trial: &Trial) -> String {
    let verdict = match trial.adequacy {
        Adequacy::Adequate if trial.has_marker(Marker::Short) => "adequate, at the short end",
        Adequacy::Adequate => "adequate",
        Adequacy::Inadequate => "not adequate",
        Adequacy::InProgress => "in progress",
        Adequacy::Unknown => "not known",
    };
    let words: Vec<&str> =
        trial.reasons.iter().map(|reason| reason_words(*reason)).chain(trial.markers.iter().filter_map(|m| marker_words(*m))).collect();
    if words.is_empty() { verdict.to_owned() } else { format!("{verdict}: {}", words.join("; ")) }
}

const fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::DoseBelowMinimum => "below the usual minimum dose",
        Reason::UnknownDose => "dose cannot be read",
        Reason::DurationInProgress => "not long enough yet",
        Reason::DurationTooShort => "too short",
        Reason::Interrupted => "interrupted",
        Reason::AdherenceLow => "too many days missed",
        Reason::AdherenceContradicted => "record says it was not taken as planned",
        Reason::NotATrial => "low dose or other use, not a trial",
        Reason::UncodedDrug => "text entry, to be confirmed",
        Reason::UnknownDates => "dates unknown",
    }
}

const fn marker_words(marker: Marker) -> Option<&'static str> {
    match marker {
        Marker::Combination => Some("combined with another antidepressant"),
        Marker::Duplication => Some("second of two serotonin reuptake inhibitors, counted once"),
        Marker::AugmentationEarly => Some("augmented before it was adequate"),
        Marker::CarriedOver => Some("an add-on was taken before it began"),
        Marker::Intolerance => Some("not tolerated"),
        Marker::Lapsed => Some("supply has run out"),
        Marker::Improving => Some("early improvement"),
        Marker::AboveUsualMaximum => Some("above the usual maximum"),
        Marker::Inducer => Some("exposure may be low: enzyme inducer"),
        Marker::LossOfResponse | Marker::CrossTaper | Marker::Short | Marker::Settling | Marker::OpenEnded => None,
    }
}

/// The response in words, with the scores.
pub(super) fn response(trial: &Trial) -> String {
    let class = match trial.response {
        // only of an adequate trial is the response told: else it would read as a verdict on the drug
        _ if trial.adequacy != Adequacy::Adequate => "not judged",
        Response::Remission if trial.has_marker(Marker::LossOfResponse) => "remission reached, then lost",
        Response::Response if trial.has_marker(Marker::LossOfResponse) => "response reached, then lost",
        Response::Remission => "remission",
        Response::Response => "response",
        Response::Partial => "without sufficient response (partial)",
        Response::NonResponse => "without sufficient response",
        Response::CannotJudge => "response cannot be judged",
        Response::NotDocumented => "response not documented",
    };
    match (&trial.baseline, &trial.latest) {
        (Some(baseline), Some(latest)) => {
            let scale = baseline.instrument.word().to_uppercase();
            format!("{class}: {scale} {} to {} ({} to {})", baseline.score, latest.score, baseline.date, latest.date)
        }
        (Some(only), None) | (None, Some(only)) => {
            format!("{class}: {} {} on {}", only.instrument.word().to_uppercase(), only.score, only.date)
        }
        (None, None) => class.to_owned(),
    }
}

/// A trial in one line, for texts outside the table.
pub(super) fn trial_line(trial: &Trial, knowledge: &Knowledge) -> String {
    inline(&format!("{}, {}, {}", trial.drug, doses(trial, knowledge), dates(trial)))
}

/// The day of a trial, its first day being day 1.
pub(super) fn trial_day(trial: &Trial, day: Day) -> Option<i32> {
    trial.start.map(|start| day - start + 1)
}

#[cfg(test)]
mod tests;
