//! The words of a trial, for someone who does not know the program.

use crate::clinical::cards::escape_markdown;
use crate::clinical::derive::{Adequacy, EndReason, Evidence, Marker, Reason, Response, Trial};
use crate::clinical::units::Days;

/// `1 day`, `2 days`.
pub fn counted(number: i32, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `104 days (14 weeks and 6 days)`.
pub fn days_and_weeks(days: Days) -> String {
    match (days / 7, days % 7) {
        (0, _) => counted(days, "day"),
        (weeks, 0) => format!("{} ({})", counted(days, "day"), counted(weeks, "week")),
        (weeks, rest) => format!("{} ({} and {})", counted(days, "day"), counted(weeks, "week"), counted(rest, "day")),
    }
}

/// From when to when.
pub fn dates(trial: &Trial) -> String {
    let Some(start) = trial.start else { return "not on file".to_owned() };
    match trial.end.or(trial.last_covered) {
        _ if trial.ongoing && trial.has_marker(Marker::OpenEnded) => format!("on the list since {start}, still active"),
        _ if trial.ongoing => format!("{start} to now"),
        Some(end) => format!("{start} to {end}"),
        None => format!("from {start}; end not on file"),
    }
}

/// How long at or above the minimum.
pub fn at_dose(trial: &Trial) -> String {
    let days = days_and_weeks(trial.at_dose_days);
    match trial.run.filter(|_| trial.at_dose_days > 0) {
        Some(run) => format!("{days}, between {} and {}", run.first, run.last),
        None if trial.has_reason(Reason::UnknownDose) || trial.has_reason(Reason::UnknownDates) => "not known".to_owned(),
        None => days,
    }
}

/// How it is known that the drug was taken: the words of rules.md 10.
pub fn adherence(trial: &Trial) -> String {
    let known = match trial.evidence {
        Evidence::Dispensed => "supplied (dispensing records)",
        Evidence::Administered => "taken, by records of administration",
        Evidence::Stated => "taken, by statement",
        Evidence::Ordered => "ordered only; adherence not verifiable",
    };
    let mut out = known.to_owned();
    if let (Some(pdc), Some(window)) = (trial.pdc, trial.window) {
        // never rounded up: 79.9 % is below 80 %
        let percent = (pdc * 100.0 + 1e-9).floor();
        out += &format!("; {} of {} covered at that dose ({percent} %)", trial.at_dose_days, counted(window, "day"));
    }
    if trial.has_reason(Reason::AdherenceContradicted) {
        out += "; a record says that it was not taken as planned";
    }
    out
}

/// The response, as a word of rules.md 4, with the change of the score.
pub fn response(trial: &Trial) -> String {
    let word = response_word(trial);
    match (&trial.baseline, &trial.latest) {
        (Some(before), Some(after)) if before.score > 0 && before.instrument == after.instrument => {
            let change = before.score - after.score;
            let percent = change.abs() * 100 / before.score;
            match change.signum() {
                1 => format!("{word}; {} lower ({percent} %)", counted(change, "point")),
                0 => format!("{word}; the score is the same"),
                _ => format!("{word}; {} higher ({percent} %)", counted(-change, "point")),
            }
        }
        _ => word.to_owned(),
    }
}

fn response_word(trial: &Trial) -> &'static str {
    match trial.response {
        _ if trial.has_marker(Marker::LossOfResponse) => "response, later lost",
        // of a trial that is not adequate it would read as a verdict on the drug
        Response::Partial | Response::NonResponse if trial.adequacy == Adequacy::InProgress => "not judged yet",
        Response::Partial | Response::NonResponse if trial.adequacy != Adequacy::Adequate => "not judged, as the trial is not adequate",
        Response::Remission => "remission",
        Response::Response => "response (score at least halved)",
        Response::Partial => "partial response (score lower by a quarter or more, not halved): not sufficient",
        Response::NonResponse => "no response (score lower by less than a quarter, or not lower)",
        Response::CannotJudge => "cannot be judged: the score before it was low",
        Response::NotDocumented => "not documented",
    }
}

/// Whether it was adequate and, if not, why.
pub fn verdict(trial: &Trial) -> String {
    let verdict = match trial.adequacy {
        Adequacy::Adequate if trial.has_marker(Marker::Short) => "yes, with six to eight weeks",
        Adequacy::Adequate => "yes",
        Adequacy::Inadequate => "no",
        Adequacy::InProgress => "not yet, in progress",
        Adequacy::Unknown => "not known",
    };
    let reasons: Vec<&str> = trial.reasons.iter().map(|reason| reason_words(*reason)).collect();
    let besides: Vec<&str> = trial.markers.iter().filter_map(|marker| marker_words(*marker)).collect();
    let mut out = verdict.to_owned();
    for (sign, words) in [(": ", reasons), ("; ", besides)] {
        if !words.is_empty() {
            out += &format!("{sign}{}", words.join(", "));
        }
    }
    out
}

const fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::DoseBelowMinimum => "below the usual minimum dose",
        Reason::UnknownDose => "the dose cannot be read",
        Reason::DurationInProgress => "not long enough yet",
        Reason::DurationTooShort => "too short",
        Reason::Interrupted => "interrupted",
        Reason::AdherenceLow => "too many days not covered",
        Reason::AdherenceContradicted => "not taken as planned",
        Reason::NotATrial => "low dose or other use, not an antidepressant trial",
        Reason::UncodedDrug => "known from text only, to be confirmed",
        Reason::UnknownDates => "dates not on file",
    }
}

const fn marker_words(marker: Marker) -> Option<&'static str> {
    match marker {
        Marker::Combination => Some("taken together with another antidepressant"),
        Marker::CrossTaper => Some("cross-taper with another antidepressant"),
        Marker::Duplication => Some("taken beside another serotonin reuptake inhibitor, not counted separately"),
        Marker::AugmentationEarly => Some("a drug was added before it was adequate"),
        Marker::CarriedOver => Some("a drug begun before it was taken on beside it"),
        Marker::Intolerance => Some("not tolerated"),
        Marker::AboveUsualMaximum => Some("above the usual maximum dose"),
        Marker::Inducer => Some("an enzyme inducer may have lowered its level"),
        Marker::Lapsed => Some("the supply has run out"),
        Marker::Short | Marker::Settling | Marker::Improving | Marker::LossOfResponse | Marker::OpenEnded => None,
    }
}

/// Why it ended, with the words of the record.
pub fn ended(trial: &Trial) -> String {
    let Some(ended) = &trial.ended_because else {
        return if trial.has_marker(Marker::Intolerance) { "a reaction to it is on record" } else { "not on file" }.to_owned();
    };
    let reason = match ended.reason {
        EndReason::SideEffect => "side effects",
        EndReason::NoEffect => "no effect",
        EndReason::Pregnancy => "pregnancy",
        EndReason::Other => "another reason",
        EndReason::NotStated => "stopped, the reason is not on file",
        EndReason::Replaced => "another antidepressant took its place; a reason is not on file",
    };
    match ended.label.trim() {
        "" => reason.to_owned(),
        label => format!("{reason} (record: {})", escape_markdown(label)),
    }
}
