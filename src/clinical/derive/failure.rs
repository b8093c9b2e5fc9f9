//! Which trials failed, and which of them count (rules.md 4).

use std::collections::BTreeSet;

use crate::clinical::chart::{Evidence, Extent};
use crate::clinical::knowledge::{Knowledge, Parameters};
use crate::clinical::units::Ingredient;

use super::{Adequacy, Augmentation, Certainty, Marker, Response, Trial};

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

/// The different ingredients among the failed trials, in order of their failure, without duplicated ones.
pub fn counted(trials: &[Trial], parameters: &Parameters) -> Vec<Ingredient> {
    let mut counted = Vec::new();
    for trial in
        trials.iter().filter(|trial| trial.failed && (parameters.same_class_overlap_counts || !trial.has_marker(Marker::Duplication)))
    {
        if !(parameters.distinct_ingredient && counted.contains(&trial.drug)) {
            counted.push(trial.drug);
        }
    }
    counted
}

/// Whether two adequate trials failed, and whether the record could yet show it. Medicines that were not had at all could.
pub fn two_adequate_failures(trials: &[Trial], counted: &[Ingredient], medications: Extent, knowledge: &Knowledge) -> Certainty {
    let parameters = knowledge.parameters();
    let enough = |drugs: &BTreeSet<Ingredient>| {
        let classes: BTreeSet<&str> = drugs.iter().filter_map(|drug| knowledge.antidepressant(*drug)).map(|row| row.class).collect();
        drugs.len() >= parameters.trd_min_adequate_failures as usize && classes.len() >= parameters.trd_min_classes as usize
    };
    let sure: BTreeSet<Ingredient> = counted.iter().copied().collect();
    let possible = trials.iter().filter(|trial| trial.in_episode && !trial.has_marker(Marker::Duplication) && might_have_failed(trial));
    let both: BTreeSet<Ingredient> = sure.iter().copied().chain(possible.map(|trial| trial.drug)).collect();
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
