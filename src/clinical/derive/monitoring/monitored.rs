//! The drugs whose monitoring is asked after: those being taken, each with the start of its trial or spell.

use super::super::ground::Ground;
use super::super::supply::sources;
use super::super::taken::{Lane, Taken};
use super::super::{Reason, Trial};
use crate::clinical::knowledge::TrialUse;
use crate::clinical::units::{DailyDose, Day, Ingredient, SourceRef};

/// A drug being taken, as far as its monitoring asks.
#[derive(Debug)]
pub struct Monitored {
    pub ingredient: Ingredient,
    /// The first day of its trial or spell (rules.md 3.3.1); `None` where the record does not say.
    pub start: Option<Day>,
    /// The dose of the last covered day; `None` where it is unknown.
    pub dose: Option<DailyDose>,
    /// The day of the latest change from one known dose to another.
    pub dose_change: Option<Day>,
    /// Whether it is taken as augmentation (rules.md 3.5).
    pub as_augmentation: bool,
    /// The records behind the spell.
    pub basis: Vec<SourceRef>,
}

/// Every such drug, by name.
pub fn monitored(ground: &Ground<'_>) -> Vec<Monitored> {
    ground.being_taken().filter_map(|taken| one(taken, ground)).collect()
}

/// What has a trial is monitored while that is ongoing; a drug that is not a trial, and text beside a coded trial, have no rows
/// (rules.md 3.2). Other drugs are monitored where a code names them.
fn one(taken: &Taken<'_>, ground: &Ground<'_>) -> Option<Monitored> {
    let spell = taken.spells(ground.parameters().max_gap_same_trial_days).last().unwrap_or_default();
    let own_start = spell.first().map(|exposure| exposure.span.first);
    let has_trials = ground
        .knowledge
        .antidepressant(taken.ingredient)
        .is_some_and(|row| !matches!(row.trial_use, TrialUse::Course | TrialUse::Augmentation));
    let start = if has_trials { trial(taken, ground)?.start } else { own_start };
    if !has_trials && taken.lane != Lane::Ordinary {
        return None;
    }
    let dose_change = spell.windows(2).rev().find_map(|pair| match pair {
        [before, after] => (before.dose? != after.dose?).then_some(after.span.first),
        _ => None,
    });
    let added = |added: &&crate::clinical::derive::Augmentation| added.drug == taken.ingredient && added.ongoing;
    Some(Monitored {
        ingredient: taken.ingredient,
        start,
        dose: spell.last().and_then(|exposure| exposure.dose),
        dose_change,
        as_augmentation: ground.augmentation.iter().any(|augmentation| added(&augmentation)),
        basis: sources(spell.iter().flat_map(|exposure| exposure.records.iter().copied()).chain(undated(taken, own_start))),
    })
}

/// The records without a day, where there are no others.
fn undated<'a>(taken: &Taken<'a>, start: Option<Day>) -> impl Iterator<Item = &'a crate::clinical::chart::MedicationRecord> {
    let none_dated = start.is_none();
    taken.undated.clone().into_iter().filter(move |_| none_dated)
}

/// The ongoing trial of these records.
fn trial<'a>(taken: &Taken<'_>, ground: &Ground<'a>) -> Option<&'a Trial> {
    let is_trial = |trial: &&Trial| trial.ongoing && !trial.has_reason(Reason::NotATrial);
    let uncoded = |trial: &Trial| trial.has_reason(Reason::UncodedDrug);
    let coded_beside = || ground.trials.iter().filter(is_trial).any(|trial| !uncoded(trial));
    match taken.lane {
        Lane::NeverATrial => None,
        Lane::Uncoded if coded_beside() => None,
        Lane::Ordinary | Lane::Uncoded => {
            let own = |trial: &&Trial| trial.drug == taken.ingredient && uncoded(trial) == (taken.lane == Lane::Uncoded);
            ground.trials.iter().filter(is_trial).filter(own).max_by_key(|trial| trial.start)
        }
    }
}
