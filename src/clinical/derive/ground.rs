//! What the second half of the judgement stands on: the chart, and what the first half concluded of it.

use super::scope::is_current;
use super::score::Scores;
use super::taken::{Lane, Taken};
use super::{Augmentation, Course, Episode, Trial};
use crate::clinical::chart::{Chart, Condition, Measurement};
use crate::clinical::knowledge::{Knowledge, Parameters};
use crate::clinical::units::{ConditionGroup, Day, Days, DrugGroup, Ingredient, Instrument};

/// The record and the trials of one patient on one day. Contributors, indicators, interactions, monitoring and options ask it.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The record.
    pub chart: &'a Chart,
    /// The tables.
    pub knowledge: &'a Knowledge,
    /// The day.
    pub as_of: Day,
    /// Whole years, if they can be told.
    pub age: Option<i32>,
    /// Every drug that the tables know, as it was taken.
    pub taken: &'a [Taken<'a>],
    /// Scores of depression scales.
    pub scores: &'a Scores,
    /// The current episode.
    pub episode: Option<&'a Episode>,
    /// Every trial.
    pub trials: &'a [Trial],
    /// Which of them is the current one.
    pub current: Option<usize>,
    /// The counted failures (rules.md 4).
    pub counted: &'a [Ingredient],
    /// Every augmentation.
    pub augmentation: &'a [Augmentation],
    /// Courses of ECT, TMS, esketamine, ketamine.
    pub courses: &'a [Course],
}

impl<'a> Ground<'a> {
    /// The numbers a site may change.
    pub fn parameters(&self) -> &'a Parameters {
        self.knowledge.parameters()
    }

    /// The current trial (rules.md 3.3.7).
    pub fn current_trial(&self) -> Option<&'a Trial> {
        self.current.and_then(|index| self.trials.get(index))
    }

    /// The accepted and current diagnoses of a group, in the order of the chart; nothing dated after today.
    pub fn current_conditions(&self, group: ConditionGroup) -> impl Iterator<Item = &'a Condition> + use<'a> {
        self.conditions(group).filter(|condition| is_current(condition))
    }

    /// The accepted diagnoses of a group, current or not, in the order of the chart; nothing dated after today.
    pub fn conditions(&self, group: ConditionGroup) -> impl Iterator<Item = &'a Condition> + use<'a> {
        self.chart.conditions.iter().filter(move |condition| condition.groups.has(group))
    }

    /// The finished results of one kind up to today, the oldest first.
    pub fn results(&self, instrument: Instrument) -> impl DoubleEndedIterator<Item = &'a Measurement> + use<'a> {
        let as_of = self.as_of;
        let of_kind = move |result: &&Measurement| result.instrument == instrument && result.finished && result.at.day <= as_of;
        self.chart.measurements.iter().filter(of_kind)
    }

    /// The newest finished result of one kind up to today.
    pub fn newest(&self, instrument: Instrument) -> Option<&'a Measurement> {
        self.results(instrument).max_by_key(|result| result.at)
    }

    /// The newest finished result of one kind that is at most so many days old.
    pub fn newest_within(&self, instrument: Instrument, days: Days) -> Option<&'a Measurement> {
        self.newest(instrument).filter(|result| self.as_of - result.at.day <= days)
    }

    /// Every drug that is being taken, whatever for: the supply covers today, or the trial is ongoing, or the last covered day lies
    /// within the grace (rules.md 9.2). A drug known by text alone is among them: a match by text may raise an interaction (3.6).
    pub fn being_taken(&self) -> impl Iterator<Item = &'a Taken<'a>> + use<'a> {
        let Ground { trials, knowledge, as_of, .. } = *self;
        self.taken.iter().filter(move |drug| {
            let in_trial = || drug.lane == Lane::Ordinary && trials.iter().any(|trial| trial.drug == drug.ingredient && trial.ongoing);
            drug.is_taken(knowledge.parameters(), as_of) || in_trial()
        })
    }

    /// Whether this drug is being taken.
    pub fn takes(&self, drug: Ingredient) -> bool {
        self.being_taken().any(|taken| taken.ingredient == drug)
    }

    /// The drugs of a group that are being taken.
    pub fn being_taken_of(&self, group: DrugGroup) -> impl Iterator<Item = &'a Taken<'a>> + use<'a> {
        let knowledge = self.knowledge;
        self.being_taken().filter(move |taken| knowledge.in_group(taken.ingredient, group))
    }
}
