//! The verdict on a trial: dose, weeks, adherence (rules.md 3.3).

use crate::clinical::knowledge::{Parameters, PdcScope};
use crate::clinical::units::{Day, Days, Span};

use super::run::{Run, Unknowns, runs};
use super::spell::Spell;
use super::taken::Lane;
use super::{Adequacy, Reason};

/// What was found of dose, weeks and adherence.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The verdict.
    pub adequacy: Adequacy,
    /// Why it is not adequate, all that apply.
    pub reasons: Vec<Reason>,
    /// The qualifying run.
    pub run: Option<Run>,
    /// Every run.
    pub runs: Vec<Run>,
    /// The days that adherence is reckoned over.
    pub window: Option<Days>,
}

/// What the verdict is measured against.
#[derive(Clone, Copy)]
pub struct Measure<'a> {
    /// The site's numbers.
    pub parameters: &'a Parameters,
    /// The days on which the record contradicts adherence to this drug.
    pub contradicted: &'a [Span],
    /// Today.
    pub as_of: Day,
}

/// Judges a spell.
pub fn judge(spell: &Spell<'_>, measure: Measure<'_>) -> Judged {
    let counted = runs(&spell.exposures, spell.longest_break(measure.parameters), Unknowns::Break);
    let run = qualifying(spell, &counted, measure);
    let window = run.map(|run| window(spell, &run, measure));
    if spell.not_a_trial {
        return Judged { adequacy: Adequacy::Inadequate, reasons: vec![Reason::NotATrial], run, runs: counted, window };
    }
    let adequate = run.is_some_and(|run| meets(spell, &run, measure)) && spell.lane == Lane::Ordinary;
    let reasons = if adequate { Vec::new() } else { reasons(spell, run, &counted, measure) };
    Judged { adequacy: verdict(spell, adequate, &reasons, measure), reasons, run, runs: counted, window }
}

/// The run that meets the demands before one that does not, then the one with more days at dose, then the later.
fn qualifying(spell: &Spell<'_>, runs: &[Run], measure: Measure<'_>) -> Option<Run> {
    runs.iter().copied().max_by_key(|run| (meets(spell, run, measure), run.at_dose, run.span.first))
}

fn meets(spell: &Spell<'_>, run: &Run, measure: Measure<'_>) -> bool {
    run.at_dose >= measure.parameters.adequate_min_days && adherent(spell, run, measure) && !contradicted(run, measure)
}

/// Compared exactly, never by the rounded share.
fn adherent(spell: &Spell<'_>, run: &Run, measure: Measure<'_>) -> bool {
    let (at_dose, window) = match measure.parameters.pdc_scope {
        PdcScope::Run => (run.at_dose, window(spell, run, measure)),
        PdcScope::Trial => (spell.days(), whole_window(spell, measure)),
    };
    i64::from(at_dose) * 100 >= i64::from(measure.parameters.pdc_threshold.0) * i64::from(window)
}

fn contradicted(run: &Run, measure: Measure<'_>) -> bool {
    measure.contradicted.iter().any(|span| span.intersection(run.span).is_some())
}

/// To today if the trial is ongoing and the run reaches the last covered day.
fn window(spell: &Spell<'_>, run: &Run, measure: Measure<'_>) -> Days {
    let open = spell.ongoing && Some(run.span.last) == spell.last;
    run.window(open.then_some(measure.as_of))
}

fn whole_window(spell: &Spell<'_>, measure: Measure<'_>) -> Days {
    let until = if spell.ongoing { Some(measure.as_of) } else { spell.last };
    spell.start.zip(until).and_then(|(first, last)| Span::new(first, last)).map_or(0, Span::days)
}

fn reasons(spell: &Spell<'_>, run: Option<Run>, runs: &[Run], measure: Measure<'_>) -> Vec<Reason> {
    let required = measure.parameters.adequate_min_days;
    let at_dose = run.map_or(0, |run| run.at_dose);
    let total: Days = runs.iter().map(|run| run.at_dose).sum();
    let last = spell.exposures.last();
    let known_below = spell.exposures.iter().any(|exposure| exposure.at_dose() == Some(false));
    let ends_below = last.and_then(|exposure| exposure.at_dose()) == Some(false);
    let dated = !spell.exposures.is_empty();
    let too_short = if runs.is_empty() { spell.days() < required } else { at_dose < required };
    let holds = [
        (Reason::DoseBelowMinimum, runs.is_empty() && known_below || spell.ongoing && ends_below),
        (Reason::UnknownDose, spell.exposures.iter().any(|exposure| exposure.dose.is_none())),
        (Reason::DurationInProgress, dated && spell.ongoing && at_dose < required && !ends_below),
        (Reason::DurationTooShort, dated && !spell.ongoing && too_short),
        (Reason::Interrupted, total >= required && at_dose < required),
        (Reason::AdherenceLow, run.is_some_and(|run| !adherent(spell, &run, measure))),
        (Reason::AdherenceContradicted, run.is_some_and(|run| contradicted(&run, measure))),
        (Reason::UncodedDrug, spell.lane == Lane::Uncoded),
        (Reason::UnknownDates, !dated),
    ];
    holds.into_iter().filter_map(|(reason, holds)| holds.then_some(reason)).collect()
}

/// A known shortfall settles the matter, whatever else is unknown: ten days of an unknown dose are too short.
fn verdict(spell: &Spell<'_>, adequate: bool, reasons: &[Reason], measure: Measure<'_>) -> Adequacy {
    let has = |reason| reasons.contains(&reason);
    let unknown = has(Reason::UnknownDose) || has(Reason::UncodedDrug);
    if adequate {
        Adequacy::Adequate
    } else if has(Reason::UnknownDates) || unknown && might_be_adequate(spell, measure) {
        Adequacy::Unknown
    } else if has(Reason::DurationInProgress) {
        Adequacy::InProgress
    } else {
        Adequacy::Inadequate
    }
}

/// Whether counting every day of unknown dose as a day at dose would make it adequate.
fn might_be_adequate(spell: &Spell<'_>, measure: Measure<'_>) -> bool {
    runs(&spell.exposures, spell.longest_break(measure.parameters), Unknowns::Count).iter().any(|run| meets(spell, run, measure))
}

#[cfg(test)]
mod tests;
