//! Where the current episode of depression begins (rules.md 5).

use crate::clinical::chart::{Chart, Condition};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day, SourceRef, Span};

use super::score::Scores;
use super::spell::Spell;
use super::{Episode, Score};

/// The current episode; `None` where no diagnosis of depression opens the gate.
pub fn episode(
    chart: &Chart,
    knowledge: &Knowledge,
    index: &[&Condition],
    spells: &[Spell<'_>],
    scores: &Scores,
    as_of: Day,
) -> Option<Episode> {
    if index.is_empty() {
        return None;
    }
    let life = Life::of(chart, spells, scores, knowledge);
    let onset = index.iter().filter_map(|condition| Some((condition.onset?, &condition.source))).min();
    let (start, approximate, basis) = match onset {
        Some((onset, source)) => (onset.first, onset.is_approximate(), vec![source.clone()]),
        None => {
            let recorded = index.iter().filter_map(|condition| condition.recorded).min();
            let fallback = as_of - knowledge.parameters().episode_default_lookback_days;
            let start = recorded.map_or(fallback, |recorded| recorded.min(fallback));
            (start, true, super::scope::sources(index))
        }
    };
    let moved = life.new_start_after(start, knowledge);
    Some(match moved {
        Some((day, source)) => Episode { start: day, approximate: false, basis: vec![source] },
        None => Episode { start, approximate, basis },
    })
}

/// What shows that an episode is on: antidepressants taken, encounters for depression, scores.
struct Life {
    treated: Vec<(Span, SourceRef)>,
    encounters: Vec<(Span, SourceRef)>,
    scores: Vec<Score>,
    active_from: i32,
    well_below: i32,
}

impl Life {
    fn of(chart: &Chart, spells: &[Spell<'_>], scores: &Scores, knowledge: &Knowledge) -> Life {
        let parameters = knowledge.parameters();
        let treated = spells.iter().filter(|spell| spell.counts()).flat_map(|spell| {
            spell.exposures.iter().filter_map(|exposure| Some((exposure.span, exposure.records.first()?.source.clone())))
        });
        let encounters = chart.encounters.iter().filter(|encounter| is_for_depression(encounter.groups, knowledge));
        let mut treated: Vec<(Span, SourceRef)> = treated.collect();
        treated.sort();
        Life {
            treated,
            encounters: encounters.map(|encounter| (encounter.span, encounter.source.clone())).collect(),
            scores: scores.phq9().to_vec(),
            active_from: parameters.phq9_active_at_least,
            well_below: parameters.phq9_remission_below,
        }
    }

    /// The first antidepressant, active score or encounter after the last boundary that something follows.
    fn new_start_after(&self, start: Day, knowledge: &Knowledge) -> Option<(Day, SourceRef)> {
        let parameters = knowledge.parameters();
        let mut boundaries = self.remissions(start, parameters.episode_remission_days);
        boundaries.extend(self.untreated(start, parameters.episode_no_treatment_days));
        boundaries.sort_unstable();
        boundaries.into_iter().rev().find_map(|boundary| self.first_after(boundary))
    }

    /// The later of two low scores far enough apart with nothing active in between.
    fn remissions(&self, start: Day, apart: i32) -> Vec<Day> {
        let mut boundaries = Vec::new();
        let mut well_since: Option<Day> = None;
        for score in self.scores.iter().filter(|score| score.date >= start) {
            if score.score >= self.active_from {
                well_since = None;
            } else if score.score < self.well_below {
                let since = *well_since.get_or_insert(score.date);
                if score.date - since >= apart {
                    boundaries.push(score.date);
                }
            }
        }
        boundaries
    }

    /// The last day that a long enough stretch without antidepressant, encounter and active score needs to be one. Untreated time before
    /// the first antidepressant since onset is none.
    fn untreated(&self, start: Day, free_days: i32) -> Vec<Day> {
        let active = self.scores.iter().filter(|score| score.score >= self.active_from).map(|score| Span::of(score.date));
        let mut busy: Vec<Span> = self.treated.iter().chain(&self.encounters).map(|(span, _)| *span).chain(active).collect();
        busy.retain(|span| span.last >= start);
        busy.sort_unstable();
        let Some(first_treated) = self.treated.iter().find(|(span, _)| span.last >= start).map(|(span, _)| span.first) else {
            return Vec::new();
        };
        let mut boundaries = Vec::new();
        let mut until = first_treated;
        for span in &busy {
            if span.first - until > free_days {
                boundaries.push(until + free_days);
            }
            until = until.max(span.last);
        }
        boundaries
    }

    fn first_after(&self, boundary: Day) -> Option<(Day, SourceRef)> {
        // An antidepressant counts by the first day of its trial, so one that was taken across the boundary does not begin there.
        let starts = self
            .treated
            .iter()
            .enumerate()
            .filter(|(index, (span, _))| self.treated[..*index].iter().all(|(before, _)| before.last + 1 < span.first));
        let treated = starts.map(|(_, (span, source))| (span.first, source));
        let encounters = self.encounters.iter().map(|(span, source)| (span.first, source));
        let active = self.scores.iter().filter(|score| score.score >= self.active_from).map(|score| (score.date, &score.source));
        treated.chain(encounters).chain(active).filter(|(day, _)| *day > boundary).min().map(|(day, source)| (day, source.clone()))
    }
}

fn is_for_depression(groups: crate::clinical::units::GroupSet, knowledge: &Knowledge) -> bool {
    groups.has_any(&knowledge.parameters().index_condition_groups) || groups.has(ConditionGroup::DepressionMddActive)
}

#[cfg(test)]
mod tests;
