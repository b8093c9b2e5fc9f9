//! Which trials failed, and which of them count (rules.md 4).

use std::collections::BTreeSet;

use crate::clinical::chart::{Evidence, Extent};
use crate::clinical::knowledge::{Knowledge, Parameters};
use crate::clinical::units::{Day, Ingredient};

use super::response::{Period, course};
use super::score::Scores;
use super::{Adequacy, Augmentation, Certainty, Marker, Note, Response, Trial};

/// Whether a trial failed: adequate, in the episode, without enough response. A property of the one trial.
pub fn failed(trial: &Trial, parameters: &Parameters) -> bool {
    let counts_as_evidence = parameters.request_evidence_counts || trial.evidence != Evidence::Ordered;
    let insufficient = match trial.response {
        Response::NonResponse => true,
        Response::Partial => !trial.ongoing || trial.at_dose_days >= parameters.partial_ongoing_counts_from_day,
        Response::Remission | Response::Response | Response::CannotJudge | Response::NotDocumented => false,
    };
    let kept = !trial.has_marker(Marker::LossOfResponse);
    trial.adequacy == Adequacy::Adequate && trial.in_episode && insufficient && kept && counts_as_evidence
}

/// Adequate, response not documented, and then something else was tried.
pub fn probable_failure(index: usize, trials: &[Trial], augmentation: &[Augmentation]) -> bool {
    let trial = &trials[index];
    let switched = trials.iter().any(|other| {
        other.drug != trial.drug
            && other.start > trial.start
            && !other.has_reason(super::Reason::NotATrial)
            && !other.has_reason(super::Reason::UncodedDrug)
    });
    let augmented = augmentation.iter().any(|added| added.base == index);
    trial.adequacy == Adequacy::Adequate && trial.in_episode && trial.response == Response::NotDocumented && (switched || augmented)
}

/// What counts as a failure: trials, and augmentations where a site counts them.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// With their verdicts.
    pub trials: &'a [Trial],
    /// Agents added to one of them.
    pub augmentation: &'a [Augmentation],
    /// What they are judged by.
    pub scores: &'a Scores,
    /// Today.
    pub as_of: Day,
}

/// The different ingredients among the failed trials, in order of their failure, without duplicated ones.
///
/// A site may count what was not tolerated (`intolerance_counts`), and augmentations that failed (`augmentation_counts`), which come
/// after the trials.
pub fn counted(record: Record<'_>, parameters: &Parameters) -> Vec<Ingredient> {
    let once = |trial: &&Trial| parameters.same_class_overlap_counts || !trial.has_marker(Marker::Duplication);
    let trials = record.trials.iter().filter(|trial| trial.failed || is_counted_intolerance(trial, parameters)).filter(once);
    let augmentations = record.augmentation.iter().filter(|_| parameters.augmentation_counts);
    let failed = augmentations.filter(|added| record.augmentation_failed(added, parameters) == Certainty::Yes).map(|added| added.drug);
    let mut counted = Vec::new();
    for drug in trials.map(|trial| trial.drug).chain(failed) {
        if !(parameters.distinct_ingredient && counted.contains(&drug)) {
            counted.push(drug);
        }
    }
    counted
}

fn is_counted_intolerance(trial: &Trial, parameters: &Parameters) -> bool {
    parameters.intolerance_counts && trial.in_episode && trial.has_marker(Marker::Intolerance)
}

/// What a setting of the site added to the counted failures: told, since these are no adequate trials without response.
pub fn notes(record: Record<'_>, counted: &[Ingredient]) -> Vec<Note> {
    let failed = |drug: &Ingredient| record.trials.iter().any(|trial| trial.failed && trial.drug == *drug);
    let note = |drug: &Ingredient| {
        let stopped = record.trials.iter().find(|trial| trial.drug == *drug && trial.has_marker(Marker::Intolerance));
        let added = record.augmentation.iter().find(|added| added.drug == *drug);
        let (why, basis) = match (stopped, added) {
            (Some(trial), _) => ("stopped early for side effects", trial.basis.clone()),
            (None, Some(added)) => ("augmentation without sufficient response", added.basis.clone()),
            (None, None) => return None,
        };
        Some(Note { id: "counted-by-setting", text: format!("{drug}: counted by a setting of this site ({why})"), basis })
    };
    counted.iter().filter(|drug| !failed(drug)).filter_map(note).collect()
}

impl Record<'_> {
    /// Whether an augmentation failed: adequate, in the episode, judged like a trial on the scores from its own first day on.
    fn augmentation_failed(&self, added: &Augmentation, parameters: &Parameters) -> Certainty {
        let in_episode = self.trials.get(added.base).is_some_and(|base| base.in_episode);
        if !in_episode || added.at_dose_days < parameters.augmentation_adequate_days {
            return Certainty::No;
        }
        let until = added.end.unwrap_or(self.as_of);
        let period = Period { start: added.start, until, ongoing: added.ongoing, augmented: None, as_of: self.as_of };
        match course(self.scores, period, parameters).response {
            Response::NonResponse => Certainty::Yes,
            Response::Partial if !added.ongoing || added.at_dose_days >= parameters.partial_ongoing_counts_from_day => Certainty::Yes,
            Response::Partial | Response::Remission | Response::Response => Certainty::No,
            Response::CannotJudge | Response::NotDocumented => Certainty::Undetermined,
        }
    }
}

/// Whether two adequate trials failed, and whether the record could yet show it. Medicines that were not had at all could.
pub fn two_adequate_failures(record: Record<'_>, counted: &[Ingredient], medications: Extent, knowledge: &Knowledge) -> Certainty {
    let parameters = knowledge.parameters();
    let enough = |drugs: &BTreeSet<Ingredient>| {
        let classes: BTreeSet<&str> = drugs.iter().filter_map(|drug| knowledge.antidepressant(*drug)).map(|row| row.class).collect();
        drugs.len() >= parameters.trd_min_adequate_failures as usize && classes.len() >= parameters.trd_min_classes as usize
    };
    let sure: BTreeSet<Ingredient> = counted.iter().copied().collect();
    let trials =
        record.trials.iter().filter(|trial| trial.in_episode && !trial.has_marker(Marker::Duplication) && might_have_failed(trial));
    let augmentations = record.augmentation.iter().filter(|_| parameters.augmentation_counts);
    let undocumented = augmentations.filter(|added| record.augmentation_failed(added, parameters) == Certainty::Undetermined);
    let possible = trials.map(|trial| trial.drug).chain(undocumented.map(|added| added.drug));
    let both: BTreeSet<Ingredient> = sure.iter().copied().chain(possible).collect();
    match (enough(&sure), enough(&both)) {
        (true, _) => Certainty::Yes,
        (false, true) => Certainty::Undetermined,
        (false, false) if medications == Extent::None => Certainty::Undetermined,
        (false, false) => Certainty::No,
    }
}

fn might_have_failed(trial: &Trial) -> bool {
    let undocumented = matches!(trial.response, Response::NotDocumented | Response::CannotJudge);
    match trial.adequacy {
        Adequacy::Unknown => true,
        Adequacy::Adequate => undocumented,
        Adequacy::Inadequate | Adequacy::InProgress => false,
    }
}

#[cfg(test)]
mod tests;
