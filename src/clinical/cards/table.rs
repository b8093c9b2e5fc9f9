//! The trial table that every card shows, and the words for a trial.

use super::Situation;
use super::markdown::inline;
use crate::clinical::derive::{Adequacy, Augmentation, EndReason, Evidence, Extent, Marker, Reason, Response, Trial, dose_text};
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
    let first = if ranked.is_empty() { no_trial(situation) } else { table(ranked, situation) };
    TrialTables { first, others }
}

/// In the place of the table where it would be empty.
fn no_trial(situation: Situation<'_>) -> String {
    let text = match situation.assessment.coverage.medications {
        Extent::Full => "No antidepressant trial is on file.",
        Extent::Partial | Extent::None => "No antidepressant trial could be read: the medicines were not had in full.",
    };
    text.to_owned()
}

fn table(mut trials: Vec<(usize, &Trial)>, situation: Situation<'_>) -> String {
    trials.sort_by_key(|(index, _)| *index);
    let rows: Vec<String> = trials.into_iter().flat_map(|(index, trial)| rows(index, trial, situation)).collect();
    if rows.is_empty() { String::new() } else { format!("{HEAD}\n{}", rows.join("\n")) }
}

/// The trial, and below it what was added to it.
fn rows(index: usize, trial: &Trial, situation: Situation<'_>) -> Vec<String> {
    let added = situation.assessment.augmentation.iter().filter(|added| added.base == index);
    [row(trial, situation)].into_iter().chain(added.map(|added| added_row(added, situation))).collect()
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

fn row(trial: &Trial, situation: Situation<'_>) -> String {
    let episode = if trial.in_episode { "" } else { " (earlier episode)" };
    let cells = [
        format!("{}{episode} {}", inline(trial.drug.name()), inline(&doses(trial, situation.knowledge))),
        inline(&dates(trial)).into_owned(),
        inline(&days_at_dose(trial)).into_owned(),
        if trial.has_reason(Reason::NotATrial) {
            "no trial: low dose or other use".to_owned()
        } else {
            format!("{}; {}", verdict(trial), inline(&response(trial, situation)))
        },
    ];
    format!("| {} |", cells.join(" | "))
}

/// The doses in order, at most the last three.
fn doses(trial: &Trial, knowledge: &Knowledge) -> String {
    let known = |dose: DailyDose| dose_text(dose, trial.drug, knowledge);
    let mut steps: Vec<Option<DailyDose>> = trial.doses.iter().map(|span| span.mg_per_day).collect();
    steps.dedup();
    // the unit stands once, behind the last dose
    let last = steps.len().saturating_sub(1);
    let text = |(index, dose): (usize, &Option<DailyDose>)| match dose {
        None => "dose unknown".to_owned(),
        Some(dose) if index < last && steps[last].is_some() => dose.to_string(),
        Some(dose) => known(*dose),
    };
    let steps: Vec<String> = steps.iter().enumerate().map(text).collect();
    let minimum = trial.minimum_dose.map(|minimum| format!(" (minimum {minimum})")).unwrap_or_default();
    let first = steps.len().saturating_sub(3);
    let dots = if first > 0 { "… " } else { "" };
    match steps.get(first..) {
        Some([]) | None => format!("dose unknown{minimum}"),
        Some(last) => format!("{dots}{}{minimum}", last.join(" then ")),
    }
}

/// From when to when.
pub fn dates(trial: &Trial) -> String {
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
            let share = if trial.at_dose_days == window { String::new() } else { format!(" ({})", percent(pdc)) };
            format!("{} of {window} {word}{share}{best}", trial.at_dose_days)
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
pub fn verdict(trial: &Trial) -> String {
    let verdict = match trial.adequacy {
        Adequacy::Adequate if trial.has_marker(Marker::Short) => "adequate, at the short end",
        Adequacy::Adequate => "adequate",
        Adequacy::Inadequate => "not adequate",
        Adequacy::InProgress => "in progress",
        Adequacy::Unknown => "not known",
    };
    let pregnancy = trial.ended_because.as_ref().filter(|ended| ended.reason == EndReason::Pregnancy).map(|_| "stopped for pregnancy");
    let words: Vec<&str> = trial
        .reasons
        .iter()
        .map(|reason| reason_words(*reason))
        .chain(trial.markers.iter().filter_map(|m| marker_words(*m)))
        .chain(pregnancy)
        .collect();
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
        Marker::AugmentationEarly => Some("an add-on began before it was adequate"),
        Marker::CarriedOver => Some("an add-on was taken before it began"),
        Marker::Intolerance => Some("not tolerated"),
        Marker::Lapsed => Some("supply has run out"),
        Marker::Improving => Some("early improvement"),
        Marker::AboveUsualMaximum => Some("above the usual maximum"),
        Marker::Inducer => Some("exposure may be low: enzyme inducer"),
        Marker::LossOfResponse | Marker::CrossTaper | Marker::Short | Marker::Settling | Marker::OpenEnded => None,
    }
}

/// The response in words, with the scores. Of a trial that goes on it is told as of now only while its last score is recent.
fn response(trial: &Trial, situation: Situation<'_>) -> String {
    let judged = trial.adequacy == Adequacy::Adequate && trial.ongoing && trial.baseline.is_some();
    let recent = situation.assessment.current_score.as_ref().is_some_and(|score| situation.is_recent(score.date));
    let old = trial.latest.as_ref().filter(|_| judged && !recent);
    let class = response_words(trial);
    let class = old.map_or_else(|| class.to_owned(), |_| format!("cannot be judged now, last {class}"));
    scored(trial, &class)
}

/// What the scores on file came to, in words; only of an adequate trial.
pub fn response_words(trial: &Trial) -> &'static str {
    match trial.response {
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
    }
}

/// The words with the scores they rest on.
fn scored(trial: &Trial, class: &str) -> String {
    match (&trial.baseline, &trial.latest) {
        (Some(baseline), Some(latest)) => {
            let scale = baseline.instrument.word().to_uppercase();
            format!("{class}: {scale} {} to {} on {}", baseline.score, latest.score, latest.date)
        }
        (Some(only), None) | (None, Some(only)) => {
            format!("{class}: {} {} on {}", only.instrument.word().to_uppercase(), only.score, only.date)
        }
        (None, None) => class.to_owned(),
    }
}

/// A trial in one line, for texts outside the table.
pub(super) fn trial_line(trial: &Trial, knowledge: &Knowledge) -> String {
    inline(&format!("{}, {}, {}", trial.drug, doses(trial, knowledge), dates(trial))).into_owned()
}

/// The day of a trial, its first day being day 1.
pub(super) fn trial_day(trial: &Trial, day: Day) -> Option<i32> {
    trial.start.map(|start| day - start + 1)
}

#[cfg(test)]
mod tests;
