//! Augmenters taken beside an antidepressant (rules.md 3.5).

use crate::clinical::chart::{Chart, Extent, Kind, Value};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day, Days, DrugGroup, Instrument, Span};

use super::Augmentation;
use super::exposure::Exposure;
use super::pair::common_days;
use super::spell::Spell;
use super::supply::sources;
use super::taken::{Lane, Taken};

/// A spell of an augmenter and the antidepressant it was added to, or found beside.
#[derive(Debug, Clone)]
pub struct Added {
    /// As told outside; its `base` is an index into the spells.
    pub augmentation: Augmentation,
    /// Older than the antidepressant: listed with the trial, no augmentation.
    pub carried_over: bool,
}

/// Every augmenter beside an antidepressant, by start, then drug.
pub fn added(chart: &Chart, taken: &[Taken<'_>], spells: &[Spell<'_>], knowledge: &Knowledge, as_of: Day) -> Vec<Added> {
    let augmenters = taken.iter().filter(|drug| drug.lane == Lane::Ordinary && knowledge.is_augmenter(drug.ingredient));
    let mut added: Vec<Added> = augmenters
        .filter(|drug| !has_other_indication(drug, chart, knowledge))
        .flat_map(|drug| drug.spells(knowledge.parameters().max_gap_same_trial_days).map(move |spell| (drug, spell)))
        .filter_map(|(drug, exposures)| beside(drug, exposures, chart, spells, knowledge, as_of))
        .collect();
    added.sort_by_key(|added| (added.augmentation.start, added.augmentation.drug));
    added
}

/// A mood stabiliser with epilepsy, migraine or neuralgia on file is taken for that.
fn has_other_indication(drug: &Taken<'_>, chart: &Chart, knowledge: &Knowledge) -> bool {
    knowledge.in_group(drug.ingredient, DrugGroup::MoodStabiliser)
        && chart.conditions.iter().any(|condition| condition.current && condition.groups.has(ConditionGroup::IndicationOtherThanMood))
}

fn beside(
    drug: &Taken<'_>,
    exposures: &[Exposure<'_>],
    chart: &Chart,
    spells: &[Spell<'_>],
    knowledge: &Knowledge,
    as_of: Day,
) -> Option<Added> {
    let parameters = knowledge.parameters();
    let span = Span::new(exposures.first()?.span.first, exposures.last()?.span.last)?;
    let undated = exposures.last()?.stopped_undated;
    let stopped = undated || drug.timeline.stopped_on.is_some() && drug.last() == Some(span.last);
    let ongoing = as_of - span.last <= parameters.ongoing_grace_days && !stopped;
    let together = |spell: &Spell<'_>| common_days(&spell.exposures, exposures, |_| true);
    let enough = |spell: &Spell<'_>| {
        let days = together(spell);
        days >= parameters.augmentation_min_overlap_days || days > 0 && ongoing && spell.ongoing
    };
    let candidates = || spells.iter().enumerate().filter(|(_, spell)| spell.counts() && enough(spell));
    // Added to the antidepressant that began last before it; older than all of them it is carried over into the first.
    let base = candidates().filter(|(_, spell)| spell.start <= Some(span.first)).max_by_key(|(_, spell)| spell.start);
    let carried_over = base.is_none();
    let (index, _) = base.or_else(|| candidates().min_by_key(|(_, spell)| spell.start))?;
    let at_dose = at_dose_days(drug, exposures, chart, knowledge);
    let missing = (parameters.augmentation_adequate_days - at_dose).max(0);
    Some(Added {
        carried_over,
        augmentation: Augmentation {
            drug: drug.ingredient,
            rxnorm: knowledge.rxnorm(drug.ingredient),
            start: span.first,
            end: (!ongoing).then_some(span.last),
            ongoing,
            at_dose_days: at_dose,
            basis: sources(exposures.iter().flat_map(|exposure| exposure.records.iter().copied())),
            highest_dose: exposures.iter().filter_map(|exposure| exposure.dose).max(),
            level: knowledge.augmentation_level(drug.ingredient).map(|_| newest_level(chart, knowledge, as_of)),
            base: index,
            days: exposures.iter().map(|exposure| exposure.span.days()).sum(),
            adequate_on: as_of + missing,
        },
    })
}

/// Days at or above the augmenter's minimum; lithium also by its level, which holds from its day to the next, the first one from the start.
fn at_dose_days(drug: &Taken<'_>, exposures: &[Exposure<'_>], chart: &Chart, knowledge: &Knowledge) -> Days {
    let minimum = knowledge.augmentation_minimum(drug.ingredient);
    let by_dose = |exposure: &Exposure<'_>| exposure.dose.zip(minimum).is_some_and(|(dose, minimum)| dose >= minimum);
    let enough = knowledge.augmentation_level(drug.ingredient);
    let levels = if enough.is_some() { lithium_levels(chart) } else { Vec::new() };
    let days = |exposure: &Exposure<'_>| {
        if levels.is_empty() || by_dose(exposure) {
            return if by_dose(exposure) { exposure.span.days() } else { 0 };
        }
        let held = levels.iter().enumerate().filter(|(_, (_, level))| enough.is_some_and(|enough| *level >= enough)).filter_map(
            |(index, (day, _))| {
                let first = if index == 0 { exposure.span.first } else { *day };
                let last = levels.get(index + 1).map_or(exposure.span.last, |(next, _)| *next - 1);
                Span::new(first, last)?.intersection(exposure.span)
            },
        );
        held.map(Span::days).sum()
    };
    exposures.iter().map(days).sum()
}

/// The newest level in words; that none is on file only where results were had in full.
fn newest_level(chart: &Chart, knowledge: &Knowledge, as_of: Day) -> String {
    let unit = knowledge.unit_of(Instrument::LithiumLevel);
    match lithium_levels(chart).iter().rfind(|(day, _)| *day <= as_of) {
        Some((day, level)) => format!("level {level} {unit} on {day}"),
        None if chart.coverage.of(Kind::Observations) == Extent::Full => "no level on file".to_owned(),
        None => "level not known, results not had in full".to_owned(),
    }
}

fn lithium_levels(chart: &Chart) -> Vec<(Day, f64)> {
    let mut levels: Vec<(Day, f64)> = chart
        .measurements
        .iter()
        .filter(|measurement| measurement.instrument == Instrument::LithiumLevel && measurement.finished)
        .filter_map(|measurement| match measurement.value {
            Value::Number(level) => Some((measurement.at.day, level)),
            _ => None,
        })
        .collect();
    levels.sort_by_key(|(day, _)| *day);
    levels
}

#[cfg(test)]
mod tests;
