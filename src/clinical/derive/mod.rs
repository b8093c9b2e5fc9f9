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
mod draft;
#[cfg(test)]
mod edges;
mod ended;
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
mod symptom;
mod taken;
mod tier;
mod trial;
mod weight;

pub use assessment::*;
pub use bipolar::{Bipolar, BipolarIndicator, BipolarState, CurrentMania, IndicatorWeight};
pub use contributor::{Contributor, ContributorStatus, ContributorWeight, WorkupItem, WorkupStatus};
pub use draft::{DraftOrder, DraftRole};
pub use ended::{EndReason, Ended};
pub use fact::Fact;
pub use interaction::{Interaction, InteractionCap, InteractionLine, NotChecked, Severity};
pub use monitoring::{LastResult, MonitoringItem, MonitoringNotKnown, Urgency};
pub use option::{DoseLimits, DoseRoom, dose_room, dose_text};
pub use pregnancy::{Breastfeeding, Postpartum, Pregnancy};
pub use response::classify;
pub use safety::{OverdoseRisk, SafetyFinding, SafetyIndicator};
pub use staging::{Maudsley, MaudsleyItems, Staging};
pub use state::{AgeBand, Circumstances};
pub use supply::supply_period;
pub use symptom::Hint;
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
    let failures = failure::Record { trials: &trials, augmentation: &augmentation, scores: &scores, as_of };
    let counted = failure::counted(failures, knowledge.parameters());
    let mut by_setting = failure::notes(failures, &counted);
    let current = current::current(&trials);
    let age = scope::age(chart, as_of);
    let courses = session::courses(chart, knowledge, as_of);
    let setting = Ground {
        chart,
        knowledge,
        as_of,
        age,
        taken: &taken,
        scores: &scores,
        episode: episode.as_ref(),
        trials: &[],
        current,
        counted: &counted,
        augmentation: &augmentation,
        courses: &courses,
    };
    let safety = safety::safety(&Ground { trials: &trials, ..setting });
    let overdose_risk = safety::overdose_risk(&setting, &safety);
    let danger = safety.iter().find(|finding| finding.indicator == SafetyIndicator::Critical);
    let mut circumstances = state::circumstances(&setting, danger, overdose_risk.as_ref());
    bound_doses(&mut trials, setting, &circumstances);
    let ground = Ground { trials: &trials, ..setting };
    circumstances.antidepressants_alone = bipolar::antidepressants_alone(&ground, &known);
    let bipolar = bipolar::bipolar(&ground, known);
    let staging = staging::staging(&ground);
    let contributor::Judged { contributors, workup, notes: beside } = contributor::judged(&ground);
    by_setting.extend(beside);
    let notes = notes(&ground, by_setting);
    let failures = failure::Record { trials: &trials, augmentation: &augmentation, scores: &scores, as_of };
    let two_adequate_failures = failure::two_adequate_failures(failures, &counted, chart.coverage.of(Kind::Medications), knowledge);
    let interactions = interaction::interactions(&ground);
    let monitoring = monitoring::monitoring(&ground);
    let hints = symptom::hints(&ground);
    let drafts = draft::drafts(&ground);
    let unraisable = |index: usize| cannot_be_raised(&trials[index], age, knowledge, as_of);
    let standing = Standing {
        in_scope: scope.status == ScopeStatus::InScope,
        bipolar_strong: bipolar.is_strongly_open(),
        tier_zero: not_tolerated(&trials, current).is_some() || current.is_some_and(unraisable),
        failures: counted.len(),
        circumstances: &circumstances,
        hints: &hints,
    };
    let options = option::options(&ground, &standing);
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
        phq9_scores: scores.phq9().to_vec(),
        adequate_failed_trials: counted.len(),
        two_adequate_failures,
        counted_failures: counted,
        staging,
        contributors,
        workup,
        safety,
        overdose_risk,
        options,
        circumstances,
        monitoring_due: monitoring.due,
        monitoring_not_known: monitoring.not_known,
        interactions: interactions.found,
        interaction_lines: interactions.lines,
        interactions_not_checked: interactions.not_checked,
        augmentation,
        courses,
        drafts,
        notes,
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

/// Notes on each trial how far age, kidney, liver and, while it is under way, interactions let its dose go.
fn bound_doses(trials: &mut [Trial], setting: Ground<'_>, circumstances: &Circumstances) {
    let ground = Ground { trials, ..setting };
    let limits: Vec<DoseLimits> = trials.iter().map(|trial| option::dose_limits(&ground, circumstances, trial.drug)).collect();
    let caps = interaction::caps_of(&ground);
    for ((trial, limits), cap) in trials.iter_mut().zip(limits).zip(caps) {
        trial.dose_limits = limits;
        trial.interaction_cap = cap;
    }
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
fn notes(ground: &Ground<'_>, beside: Vec<Note>) -> Vec<Note> {
    let chart = ground.chart;
    let mut notes = adherence::notes(chart, ground.taken);
    notes.extend(beside);
    notes.extend(ground.taken.iter().flat_map(|drug| drug.unclear.iter().cloned()));
    notes.extend(scope::unspecified_note(chart));
    notes.extend(safety::notes(ground));
    notes.extend(score::phq2_note(ground));
    notes.extend(weight::gains_since_augmentation(ground));
    notes.extend(chart.unresolved.iter().map(|drug| Note {
        id: "not-understood",
        text: format!("not understood: {}", drug.label),
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
