//! The clock of a trial: days at dose, and the breaks that restart it (rules.md 3.3).

use crate::clinical::units::{Day, Days, Span};

use super::exposure::Exposure;

/// Days at or above the minimum without a break that restarts the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first to the last day at dose.
    pub span: Span,
    /// How many days of it are at dose.
    pub at_dose: Days,
}

impl Run {
    /// The days that adherence is reckoned over: to today if the run reaches the last covered day of an ongoing trial.
    pub fn window(&self, open_until: Option<Day>) -> Days {
        open_until.map_or(self.span, |today| Span { first: self.span.first, last: today.max(self.span.last) }).days()
    }
}

/// Which days count as days at dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknowns {
    /// A day of unknown dose is a break (rules.md 17).
    Break,
    /// What if every day of unknown dose were at dose?
    Count,
}

/// The runs of a trial, in order.
pub fn runs(exposures: &[Exposure<'_>], longest_break: Days, unknowns: Unknowns) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for exposure in exposures.iter().filter(|exposure| counts(exposure, unknowns)) {
        match runs.last_mut() {
            Some(run) if exposure.span.first - run.span.last - 1 <= longest_break => {
                run.span.last = exposure.span.last;
                run.at_dose += exposure.span.days();
            }
            _ => runs.push(Run { span: exposure.span, at_dose: exposure.span.days() }),
        }
    }
    runs
}

fn counts(exposure: &Exposure<'_>, unknowns: Unknowns) -> bool {
    exposure.at_dose().unwrap_or(unknowns == Unknowns::Count && exposure.dose.is_none())
}

/// The day of a run on which it reached so many days at dose.
pub fn reached(exposures: &[Exposure<'_>], run: &Run, days: Days) -> Option<Day> {
    let mut left = days;
    for exposure in exposures.iter().filter(|exposure| exposure.at_dose() == Some(true)) {
        let Some(span) = exposure.span.intersection(run.span) else { continue };
        if span.days() >= left {
            return Some(span.first + (left - 1));
        }
        left -= span.days();
    }
    None
}
