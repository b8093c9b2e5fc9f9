//! A trial: a spell of one antidepressant with the verdicts on it.

use crate::clinical::chart::{Chart, Evidence, Recognition, StopReason};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{DailyDose, Day, DrugGroup, Form, SourceRef};

use super::adequacy::{Judged, Measure, judge};
use super::augmentation::Added;
use super::ended::ended_because;
use super::exposure::Exposure;
use super::response::{Course, Period, course};
use super::run::reached;
use super::score::Scores;
use super::spell::Spell;
use super::supply::sources;
use super::taken::{Lane, Taken};
use super::{Adequacy, DoseLimits, DoseSpan, Episode, Marker, Note, Quality, Reason, Trial};

/// What the trials of one patient are judged with.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The record.
    pub chart: &'a Chart,
    /// Every drug as taken.
    pub taken: &'a [Taken<'a>],
    /// The tables.
    pub knowledge: &'a Knowledge,
    /// The scores.
    pub scores: &'a Scores,
    /// Today.
    pub as_of: Day,
}

/// Judges dose, weeks and adherence of every spell.
pub fn judged(bench: Bench<'_>, spells: &[Spell<'_>]) -> Vec<Judged> {
    spells
        .iter()
        .map(|spell| {
            let contradicted = super::adherence::contradicted(bench.chart, spell.ingredient, bench.taken);
            judge(spell, Measure { parameters: bench.knowledge.parameters(), contradicted: &contradicted, as_of: bench.as_of })
        })
        .collect()
}

/// The trial of a spell: everything but whether it failed, which needs the others.
pub fn trial(bench: Bench<'_>, spell: &Spell<'_>, judged: Judged, beside: &[Marker], added: &[&Added], episode: Option<&Episode>) -> Trial {
    let course = response(bench, spell, added);
    let parameters = bench.knowledge.parameters();
    let last_increase = last_increase(spell);
    let in_episode = episode.is_some_and(|episode| reaches(spell, &judged, episode.start));
    let mut basis = sources(spell.records.iter().copied());
    let scores = [&course.baseline, &course.latest].into_iter().flatten().map(|score| score.source.clone());
    for source in scores {
        if !basis.contains(&source) {
            basis.push(source);
        }
    }
    let adequate_since = judged.run.as_ref().and_then(|run| reached(&spell.exposures, run, parameters.adequate_min_days));
    let running = judged.runs.last().filter(|run| spell.ongoing && bench.as_of - run.span.last <= spell.longest_break(parameters));
    let mut trial = Trial {
        drug: spell.ingredient,
        rxnorm: bench.knowledge.rxnorm(spell.ingredient),
        class: spell.row.class,
        start: spell.start,
        end: end(spell),
        ongoing: spell.ongoing,
        doses: doses(spell),
        minimum_dose: spell.exposures.iter().rev().find_map(|exposure| exposure.minimum).or(spell.row.minimum),
        days: spell.days(),
        at_dose_days: judged.run.map_or(0, |run| run.at_dose),
        window: judged.window,
        pdc: judged.run.zip(judged.window).map(|(run, window)| f64::from(run.at_dose) / f64::from(window)),
        adequacy: judged.adequacy,
        reasons: judged.reasons,
        markers: beside.to_vec(),
        evidence: evidence(spell, judged.run.map(|run| run.span)),
        quality: quality(spell),
        response: course.response,
        baseline: course.baseline.clone(),
        latest: course.latest.clone(),
        ended_because: ended_because(spell),
        in_episode,
        failed: false,
        probable_failure: false,
        basis,
        run: judged.run.map(|run| run.span),
        last_covered: spell.last,
        current_dose: spell.exposures.last().and_then(|exposure| exposure.dose),
        last_increase,
        adequate_since,
        at_dose_days_now: running.map_or(0, |run| run.at_dose),
        gaps: gaps(spell, bench.as_of),
        all_at_dose_days: judged.runs.iter().map(|run| run.at_dose).sum(),
        ended_by_record: spell.stopped_on.is_some(),
        nothing_dispensed_since: spell.standing_since,
        current_form: form(spell),
        interaction_cap: None,
        dose_limits: DoseLimits::default(),
        loss_confirmed: course.lost.as_ref().is_some_and(|lost| lost.confirmed),
        notes: spell.notes.clone(),
    };
    trial.markers.extend(markers(bench, spell, &trial, &course, added));
    trial.markers.sort_unstable();
    trial.markers.dedup();
    trial.notes.extend(undated_note(spell));
    trial
}

/// Its last day: the day the record ended it, else the last covered one. `None` while it is taken.
fn end(spell: &Spell<'_>) -> Option<Day> {
    if spell.ongoing { None } else { spell.last }
}

fn response(bench: Bench<'_>, spell: &Spell<'_>, added: &[&Added]) -> Course {
    let augmented = added.iter().filter(|added| !added.carried_over).map(|added| added.augmentation.start).min();
    let none = Course { response: super::Response::NotDocumented, baseline: None, latest: None, lost: None, improving: false };
    let (Some(start), false) = (spell.start, spell.exposures.is_empty()) else { return none };
    let until = if spell.ongoing { bench.as_of } else { spell.last.unwrap_or(start) };
    let period = Period { start, until, ongoing: spell.ongoing, augmented, as_of: bench.as_of };
    course(bench.scores, period, bench.knowledge.parameters())
}

/// Whether the qualifying run (else the spell) reaches into the episode.
fn reaches(spell: &Spell<'_>, judged: &Judged, episode: Day) -> bool {
    match judged.run.map(|run| run.span).or(spell.span()) {
        Some(span) => span.last >= episode,
        // Without dates it may have been taken in the episode, unless it was over before.
        None => spell.ongoing || spell.start.is_none_or(|start| start >= episode),
    }
}

/// The form of the product on the last covered day.
fn form(spell: &Spell<'_>) -> Form {
    let last = spell.exposures.last().and_then(|exposure| exposure.records.last());
    last.or(spell.records.last()).map_or(Form::Unknown, |record| record.medicine.form)
}

/// The doses in order, one entry for each stretch of one dose; an uncovered stretch parts two entries.
fn doses(spell: &Spell<'_>) -> Vec<DoseSpan> {
    let mut doses: Vec<DoseSpan> = Vec::new();
    for exposure in &spell.exposures {
        let joins = |last: &DoseSpan| last.mg_per_day == exposure.dose && last.end.is_some_and(|end| end + 1 == exposure.span.first);
        match doses.last_mut().filter(|last| joins(last)) {
            Some(last) => last.end = Some(exposure.span.last),
            None => doses.push(DoseSpan { start: exposure.span.first, end: Some(exposure.span.last), mg_per_day: exposure.dose }),
        }
    }
    if let Some(last) = doses.last_mut().filter(|_| spell.ongoing) {
        last.end = None;
    }
    doses
}

/// The day of the latest rise above the dose of the last covered day before it.
fn last_increase(spell: &Spell<'_>) -> Option<Day> {
    spell.exposures.windows(2).rev().find_map(|pair| match pair {
        [before, after] => (before.dose? < after.dose?).then_some(after.span.first),
        _ => None,
    })
}

/// Uncovered stretches inside, and from the last covered day to today while ongoing.
fn gaps(spell: &Spell<'_>, as_of: Day) -> Vec<crate::clinical::units::Span> {
    use crate::clinical::units::Span;
    let inside = spell.exposures.windows(2).filter_map(|pair| match pair {
        [before, after] => Span::new(before.span.last + 1, after.span.first - 1),
        _ => None,
    });
    let open = spell.last.filter(|_| spell.ongoing).and_then(|last| Span::new(last + 1, as_of));
    inside.chain(open).collect()
}

/// The lowest source among the days of the qualifying run, else of all days.
fn evidence(spell: &Spell<'_>, run: Option<crate::clinical::units::Span>) -> Evidence {
    let in_run = |exposure: &&Exposure<'_>| run.is_none_or(|run| run.intersection(exposure.span).is_some());
    let of_days = spell.exposures.iter().filter(in_run).map(|exposure| exposure.evidence).max();
    of_days.or_else(|| spell.records.iter().map(|record| record.evidence).max()).unwrap_or(Evidence::Ordered)
}

fn quality(spell: &Spell<'_>) -> Quality {
    let lowest = evidence(spell, None);
    let coded = spell.records.iter().all(|record| record.medicine.recognition == Recognition::Coded);
    let open = spell.exposures.iter().any(|exposure| exposure.open_ended);
    match lowest {
        _ if spell.exposures.is_empty() || spell.lane == Lane::Uncoded || open => Quality::Low,
        Evidence::Ordered => Quality::Low,
        Evidence::Stated => Quality::Medium,
        Evidence::Dispensed | Evidence::Administered if coded => Quality::High,
        Evidence::Dispensed | Evidence::Administered => Quality::Medium,
    }
}

fn markers(bench: Bench<'_>, spell: &Spell<'_>, trial: &Trial, course: &Course, added: &[&Added]) -> Vec<Marker> {
    let parameters = bench.knowledge.parameters();
    let early = |added: &&&Added| !added.carried_over && trial.adequate_since.is_none_or(|adequate| added.augmentation.start < adequate);
    let settling = trial.last_increase.is_some_and(|day| bench.as_of - day + 1 < parameters.dose_increase_settle_days);
    let short = trial.adequacy == Adequacy::Adequate && trial.at_dose_days < parameters.adequate_preferred_days;
    let uncovered = spell.uncovered(bench.as_of).unwrap_or(0);
    let lapsed = (parameters.ongoing_grace_days + 1..=parameters.max_gap_same_trial_days).contains(&uncovered);
    let holds = [
        (Marker::AugmentationEarly, spell.counts() && added.iter().any(|added| early(&added))),
        (Marker::CarriedOver, added.iter().any(|added| added.carried_over)),
        (Marker::Intolerance, is_intolerance(bench, spell, trial)),
        (Marker::Short, short),
        (Marker::Settling, trial.ongoing && settling),
        (Marker::Lapsed, lapsed && !spell.ongoing && !spell.switched && spell.stopped_on.is_none() && spell.counts()),
        (Marker::Improving, course.improving),
        (Marker::LossOfResponse, course.lost.is_some()),
        (Marker::AboveUsualMaximum, is_above_maximum(spell)),
        (Marker::Inducer, has_inducer(bench, spell)),
        (Marker::OpenEnded, spell.exposures.iter().any(|exposure| exposure.open_ended)),
    ];
    holds.into_iter().filter_map(|(marker, holds)| holds.then_some(marker)).collect()
}

/// Stopped before it was long enough, for a side effect or beside a recorded reaction to the drug.
fn is_intolerance(bench: Bench<'_>, spell: &Spell<'_>, trial: &Trial) -> bool {
    let short = trial.days < bench.knowledge.parameters().adequate_min_days;
    let side_effect = |stop: &crate::clinical::chart::Stop| stop.reason == StopReason::SideEffect;
    let stopped = spell.records.iter().any(|record| record.stop.as_ref().is_some_and(side_effect));
    let grace = bench.knowledge.parameters().max_gap_same_trial_days;
    let reacted = bench.chart.intolerances.iter().any(|reaction| {
        let during = |day: Day| spell.start.is_none_or(|start| start <= day) && spell.last.is_none_or(|last| day <= last + grace);
        reaction.ingredient == spell.ingredient && reaction.when.is_none_or(during)
    });
    !trial.ongoing && short && !trial.has_reason(Reason::NotATrial) && (stopped || reacted)
}

fn is_above_maximum(spell: &Spell<'_>) -> bool {
    let row = spell.row;
    let highest = spell.exposures.iter().filter_map(|exposure| exposure.dose).max();
    let above = |maximum: &DailyDose| highest.is_some_and(|dose| dose > *maximum);
    let forms = spell.records.iter().map(|record| record.medicine.form);
    let by_form = forms.filter_map(|form| row.maximum_by_form.iter().find(|(own, _)| *own == form).map(|(_, maximum)| *maximum)).max();
    [row.usual_maximum, row.outpatient_maximum, by_form].into_iter().flatten().any(|maximum| above(&maximum))
}

/// A strong CYP3A4 inducer was taken meanwhile: exposure may have been low.
fn has_inducer(bench: Bench<'_>, spell: &Spell<'_>) -> bool {
    let inducers = bench.taken.iter().filter(|drug| bench.knowledge.in_group(drug.ingredient, DrugGroup::Cyp3a4StrongInducer));
    inducers.into_iter().any(|drug| super::pair::common_days(&spell.exposures, &drug.timeline.exposures, |_| true) > 0)
}

fn undated_note(spell: &Spell<'_>) -> Option<Note> {
    let first: &SourceRef = &spell.records.first().filter(|_| spell.exposures.is_empty())?.source;
    let text = match spell.start {
        Some(day) => format!("written {day}; for how long is not on file"),
        None => "without any date".to_owned(),
    };
    Some(Note { id: "dates-not-on-record", text, basis: vec![first.clone()] })
}

#[cfg(test)]
mod tests;
