//! What follows from the record: scope, trials, adequacy, response, episode, options.
//!
//! ```text
//! chart -> taken (a timeline a drug) -> spells -> judged -> trials -> failures
//!            supply, exposure            run       adequacy   response, pair, augmentation
//! ```

mod adequacy;
mod adherence;
mod assessment;
mod augmentation;
mod bipolar;
mod contributor;
mod current;
mod episode;
mod exposure;
mod fact;
mod failure;
mod ground;
mod interaction;
mod monitoring;
mod option;
mod pair;
mod pregnancy;
mod response;
mod run;
mod safety;
#[cfg(test)]
pub(crate) mod sample;
mod scope;
mod score;
mod session;
mod spell;
mod staging;
mod state;
#[cfg(test)]
mod story;
mod supply;
mod taken;
mod tier;
mod trial;

pub use assessment::*;
pub use bipolar::{Bipolar, BipolarIndicator, BipolarState, IndicatorWeight};
pub use contributor::{Contributor, ContributorStatus, ContributorWeight};
pub use fact::Fact;
pub use interaction::{Interaction, Severity};
pub use monitoring::MonitoringItem;
pub use option::{DoseLimits, DoseRoom, dose_room, dose_text};
pub use pregnancy::{Breastfeeding, Postpartum, Pregnancy};
pub use response::classify;
pub use safety::SafetyFinding;
pub use staging::{Maudsley, MaudsleyItems, Staging};
pub use state::{AgeBand, Circumstances};
pub use supply::supply_period;
pub use tier::{below_minimum, cannot_be_raised, not_tolerated};

use crate::clinical::chart::{Chart, Kind};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;

use augmentation::Added;
use ground::Ground;
use option::Standing;
use trial::Bench;

/// What the record of one patient comes to on one day. The cards are added by whoever shows them.
pub fn assess(chart: &Chart, knowledge: &Knowledge, as_of: Day) -> Assessment {
    let scores = score::scores(chart, as_of);
    let known = scope::bipolar(chart);
    let index = scope::index_conditions(chart, knowledge, &scores);
    let scope = scope::scope(chart, knowledge, &index, &known, as_of);
    let taken = taken::taken(chart, knowledge, as_of);
    let spells = spell::spells(&taken, knowledge, as_of);
    let added = augmentation::added(chart, &taken, &spells, knowledge, as_of);
    let episode = episode::episode(chart, knowledge, &index, &spells, &scores, as_of);
    let bench = Bench { chart, taken: &taken, knowledge, scores: &scores, as_of };
    let mut trials = trials(bench, &spells, &added, episode.as_ref());
    let augmentation: Vec<Augmentation> = added.into_iter().filter(|added| !added.carried_over).map(|added| added.augmentation).collect();
    judge_failures(&mut trials, &augmentation, knowledge);
    let counted = failure::counted(&trials, knowledge.parameters());
    let current = current::current(&trials);
    let age = scope::age(chart, as_of);
    let courses = session::courses(chart, knowledge, as_of);
    let ground = Ground {
        chart,
        knowledge,
        as_of,
        age,
        taken: &taken,
        scores: &scores,
        episode: episode.as_ref(),
        trials: &trials,
        current,
        counted: &counted,
        augmentation: &augmentation,
        courses: &courses,
    };
    let bipolar = bipolar::bipolar(&ground, known);
    let staging = staging::staging(&ground);
    let contributors = contributor::contributors(&ground);
    let safety = safety::safety(&ground);
    let interactions = interaction::interactions(&ground);
    let monitoring_due = monitoring::monitoring_due(&ground);
    // which findings make the safety card critical is not told yet: the urgent pathway opens by diagnosis alone
    let circumstances = state::circumstances(&ground, None);
    let limits: Vec<DoseLimits> = trials.iter().map(|trial| option::dose_limits(&ground, &circumstances, trial.drug)).collect();
    let unraisable = |index: usize| cannot_be_raised(&trials[index], &limits[index], age, knowledge, as_of);
    let standing = Standing {
        in_scope: scope.status == ScopeStatus::InScope,
        bipolar_strong: bipolar.indicators.iter().any(|indicator| indicator.weight == IndicatorWeight::Strong),
        tier_zero: not_tolerated(&trials, current).is_some() || current.is_some_and(unraisable),
        failures: counted.len(),
        circumstances: &circumstances,
    };
    let options = option::options(&ground, &standing);
    for (trial, limits) in trials.iter_mut().zip(limits) {
        trial.dose_limits = limits;
    }
    Assessment {
        as_of,
        knowledge: KnowledgeStamp {
            version: knowledge.version().to_owned(),
            sha256: knowledge.sha256().to_owned(),
            site_changes: knowledge.site_changes().iter().map(|change| change.what.clone()).collect(),
        },
        patient: PatientSummary {
            id: chart.patient.as_ref().map(|patient| patient.id.clone()),
            age_years: age,
            sex: chart.patient.as_ref().and_then(|patient| patient.sex),
        },
        coverage: coverage(chart),
        current_trial: current,
        current_score: scores.current().cloned(),
        adequate_failed_trials: counted.len(),
        two_adequate_failures: failure::two_adequate_failures(&trials, &counted, knowledge),
        counted_failures: counted,
        staging,
        contributors,
        safety,
        options,
        circumstances,
        monitoring_due,
        interactions,
        augmentation,
        courses,
        notes: notes(chart, &taken),
        unread: chart.unread.clone(),
        cards: Vec::new(),
        scope,
        episode,
        trials,
        bipolar,
    }
}

fn trials(bench: Bench<'_>, spells: &[spell::Spell<'_>], added: &[Added], episode: Option<&Episode>) -> Vec<Trial> {
    let judged = trial::judged(bench, spells);
    let adequacy: Vec<Adequacy> = judged.iter().map(|judged| judged.adequacy).collect();
    let beside = pair::markers(spells, &adequacy, bench.knowledge);
    spells
        .iter()
        .zip(judged)
        .zip(&beside)
        .enumerate()
        .map(|(index, ((spell, judged), beside))| {
            let added: Vec<&Added> = added.iter().filter(|added| added.augmentation.base == index).collect();
            trial::trial(bench, spell, judged, beside, &added, episode)
        })
        .collect()
}

fn judge_failures(trials: &mut [Trial], augmentation: &[Augmentation], knowledge: &Knowledge) {
    for index in 0..trials.len() {
        trials[index].failed = failure::failed(&trials[index], knowledge.parameters());
        trials[index].probable_failure = failure::probable_failure(index, trials, augmentation);
    }
}

fn coverage(chart: &Chart) -> CoverageSummary {
    CoverageSummary {
        medications: chart.coverage.of(Kind::Medications),
        conditions: chart.coverage.of(Kind::Conditions),
        observations: chart.coverage.of(Kind::Observations),
        gaps: chart.coverage.gaps.clone(),
    }
}

/// What is told that no trial holds.
fn notes(chart: &Chart, taken: &[taken::Taken<'_>]) -> Vec<Note> {
    let mut notes = adherence::notes(chart, taken);
    notes.extend(chart.unresolved.iter().map(|drug| Note {
        id: "not-understood",
        text: drug.label.clone(),
        basis: vec![drug.source.clone()],
    }));
    notes.extend(chart.screenings.iter().filter_map(|screening| {
        let (recorded, sum) = (screening.recorded_total?, screening.total?);
        Some(Note {
            id: "score-differs-from-items",
            text: format!("PHQ-9 of {}: recorded as {recorded}, its nine items sum to {sum}", screening.at.day),
            basis: vec![screening.source.clone()],
        })
    }));
    notes.sort();
    notes
}
