//! What both thyroid contributors ask of the record.

use super::super::ground::Ground;
use super::super::taken::{Lane, Taken};
use super::lab::{self, Lab};
use crate::clinical::chart::Condition;
use crate::clinical::units::{ConditionGroup, DrugGroup, Instrument, SourceRef};

/// The thyroid hormones that are being taken, known by more than text.
pub fn hormones<'a>(ground: &Ground<'a>) -> Vec<&'a Taken<'a>> {
    ground.being_taken_of(DrugGroup::ThyroidHormone).filter(|drug| drug.lane != Lane::Uncoded).collect()
}

/// Whether a thyroid hormone is taken that shows a disease by itself: one that no table lists as an augmenter (T3 may be one).
pub fn replaced(ground: &Ground<'_>, hormones: &[&Taken<'_>]) -> bool {
    hormones.iter().any(|drug| !ground.knowledge.is_augmenter(drug.ingredient))
}

/// The names of the hormones.
pub fn names(hormones: &[&Taken<'_>]) -> String {
    hormones.iter().map(|drug| drug.ingredient.name()).collect::<Vec<_>>().join(", ")
}

/// The records of the hormones' last days.
pub fn records(hormones: &[&Taken<'_>]) -> Vec<SourceRef> {
    let last = hormones.iter().filter_map(|drug| drug.timeline.exposures.last());
    last.flat_map(|exposure| exposure.records.iter().map(|record| record.source.clone())).collect()
}

/// The current thyroid diagnoses of one kind: too much hormone, or too little.
pub fn codes<'a>(ground: &Ground<'a>, too_much: bool) -> Vec<&'a Condition> {
    let of_kind = |condition: &&Condition| condition.groups.has(ConditionGroup::ContributorThyroidHigh) == too_much;
    ground.current_conditions(ConditionGroup::ContributorThyroid).filter(of_kind).collect()
}

/// Whether the newest free T4 is low; `None` where none is on file within the look-back.
pub fn low_free_t4<'a>(ground: &Ground<'a>) -> Option<(Lab<'a>, bool)> {
    let lab = lab::recent(ground, Instrument::FreeT4)?;
    let limit = lab.result.lower_limit.unwrap_or(ground.parameters().free_t4_low_flag);
    Some((lab, lab.value < limit))
}

/// Whether the newest free T4 is high; `None` where none is on file within the look-back.
pub fn high_free_t4<'a>(ground: &Ground<'a>) -> Option<(Lab<'a>, bool)> {
    let lab = lab::recent(ground, Instrument::FreeT4)?;
    let limit = lab.result.upper_limit.unwrap_or(ground.parameters().free_t4_high_flag);
    Some((lab, lab.value > limit))
}

/// Whether the newest free T3 is high; `None` where none is on file within the look-back, or where the result has no upper limit of
/// its own: the table gives none.
pub fn high_free_t3<'a>(ground: &Ground<'a>) -> Option<(Lab<'a>, bool)> {
    let lab = lab::recent(ground, Instrument::FreeT3)?;
    Some((lab, lab.value > lab.result.upper_limit?))
}
