//! Adequate trials without enough response: switch, augment, or refer.
//!
//! Speaks with one counted failure (tier 1) or two and more (tier 2); without any where a trial was not tolerated or cannot be raised
//! (tier 0), where adequate trials have no documented response (unjudged), or where a response was lost (rules.md 10).
//!
//! Silent: no PHQ-9 of 10 or more within 60 days; a treat-first contributor; a strong bipolar indicator; a current trial that is not
//! adequate, settling after an increase, or in response; an augmentation with fewer than 28 days at dose; a course of ECT, TMS,
//! ketamine or esketamine until 14 days after its last session.
//!
//! Pregnancy and dementia speak under the same conditions with their own text. The urgent pathway (psychotic features, catatonia, critical
//! danger with a severe score) speaks at any number of failures, whatever is under way, and in the place of complete-trial; with the
//! bipolar question open it names no drug.

mod list;

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::{Block, Finding};
use super::gate::Symptoms;
use super::table::trial_line;
use super::wording::{Values, Wording};
use crate::clinical::derive::{Adequacy, Fact, Marker, Pregnancy, Response, Trial, dose_room, dose_text, not_tolerated};
use crate::clinical::units::Ingredient;

/// The variant of the urgent pathway.
const URGENT: &str = "urgent";

const TEXTS: [&str; 15] = [
    "urgent-catatonia",
    "urgent-features",
    "urgent-features-open",
    "urgent-danger",
    "pregnancy",
    "dementia",
    "tier-0-not-tolerated",
    "tier-0-cannot-be-raised",
    "tier-1-partial",
    "tier-1-none",
    "tier-1-switch",
    "tier-2",
    "tier-2-partial",
    "unjudged",
    "response-lost",
];

const NAMES: [&str; 14] = [
    "unlisted",
    "finding",
    "fact",
    "failures",
    "drug",
    "dose",
    "minimum",
    "maximum",
    "failed",
    "count",
    "trials",
    "trial_word",
    "undocumented",
    "pronoun",
];

pub(super) static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("card.toml"), &TEXTS, &NAMES).unwrap_or_else(|defects| panic!("next_step/card.toml: {}", defects.join("; ")))
});

/// What the card is about.
#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Urgent(Urgency),
    Pregnancy(&'a Fact),
    Dementia(&'a Fact),
    ResponseLost(&'a Trial),
    Unjudged,
    NotTolerated(&'a Trial),
    CannotBeRaised(&'a Trial),
    TierTwo,
    TierOne,
}

/// What opened the urgent pathway, and what may be said on it.
#[derive(Debug, Clone, Copy)]
enum Urgency {
    /// Psychotic features.
    Features,
    /// Catatonia alone.
    Catatonia,
    /// Either while the bipolar question is open: no drug is named.
    FeaturesWithOpenQuestion,
    /// Critical danger with a severe score.
    Danger,
}

impl Step<'_> {
    const fn variant(self) -> &'static str {
        match self {
            Step::Urgent(_) => URGENT,
            Step::Pregnancy(_) => "pregnancy",
            Step::Dementia(_) => "dementia",
            Step::ResponseLost(_) => "response-lost",
            Step::Unjudged => "unjudged",
            Step::NotTolerated(_) | Step::CannotBeRaised(_) => "tier-0",
            Step::TierTwo => "tier-2",
            Step::TierOne => "tier-1",
        }
    }

    const fn text(self, partial: bool, room: bool) -> &'static str {
        match self {
            Step::Urgent(Urgency::Features) => "urgent-features",
            Step::Urgent(Urgency::Catatonia) => "urgent-catatonia",
            Step::Urgent(Urgency::FeaturesWithOpenQuestion) => "urgent-features-open",
            Step::Urgent(Urgency::Danger) => "urgent-danger",
            Step::NotTolerated(_) => "tier-0-not-tolerated",
            Step::CannotBeRaised(_) => "tier-0-cannot-be-raised",
            Step::TierOne if partial => "tier-1-partial",
            Step::TierOne if room => "tier-1-none",
            Step::TierOne => "tier-1-switch",
            Step::TierTwo if partial => "tier-2-partial",
            Step::Pregnancy(_) | Step::Dementia(_) | Step::ResponseLost(_) | Step::Unjudged | Step::TierTwo => self.variant(),
        }
    }
}

/// The card, if it speaks.
pub(super) fn card(situation: Situation<'_>) -> Option<Card> {
    decide(situation).map(|finding| finding.card(CardCode::NextStep, &WORDING, situation))
}

/// The card of the urgent pathway, if it is open (rules.md 10). Neither a trial under way nor a treat-first contributor holds it back.
pub(super) fn urgent_card(situation: Situation<'_>) -> Option<Card> {
    let circumstances = &situation.assessment.circumstances;
    if !situation.in_scope() || !circumstances.is_urgent() {
        return None;
    }
    let (psychotic, catatonic) = (circumstances.psychotic_features.is_some(), circumstances.catatonia.is_some());
    let urgency = match (psychotic, catatonic, situation.unipolar()) {
        (false, false, _) => Urgency::Danger,
        (true, _, false) | (_, true, false) => Urgency::FeaturesWithOpenQuestion,
        (true, _, true) => Urgency::Features,
        (false, true, true) => Urgency::Catatonia,
    };
    Some(finding(Step::Urgent(urgency), situation).card(CardCode::NextStep, &WORDING, situation))
}

fn decide(situation: Situation<'_>) -> Option<Finding> {
    let active = situation.symptoms() == Symptoms::Active { recent: true };
    if !situation.unipolar() || !active || situation.treat_first() || is_held(situation) {
        return None;
    }
    step(situation).map(|step| finding(step, situation))
}

fn finding(step: Step<'_>, situation: Situation<'_>) -> Finding {
    let partial =
        last_failure(situation).is_some_and(|trial| trial.response == Response::Partial && !trial.has_marker(Marker::Intolerance));
    Finding {
        variant: Some(step.variant()),
        text: step.text(partial, list::has_room(situation)),
        values: values(step, situation),
        overview: overview(step, partial, situation),
        body: body(step, partial, situation),
        end: list::left_out(situation).filter(|_| !matches!(step, Step::Urgent(_) | Step::Unjudged | Step::ResponseLost(_))),
        ground: ground(step, situation),
    }
}

/// Whether what is under way must be waited for.
fn is_held(situation: Situation<'_>) -> bool {
    let today = situation.assessment.as_of;
    let grace = situation.knowledge.parameters().course_end_grace_days;
    situation.current_trial().is_some_and(|trial| holds(trial, situation))
        || situation.augmentation_in_progress().is_some()
        || situation.assessment.courses.iter().any(|course| today - course.last <= grace)
}

/// Whether the current trial holds the next step back. One that is over for its side effects does not, nor one that cannot be raised.
fn holds(trial: &Trial, situation: Situation<'_>) -> bool {
    if situation.response_lost(trial) {
        return situation.settles_on(trial).is_some();
    }
    let better = matches!(trial.response, Response::Remission | Response::Response) || trial.has_marker(Marker::LossOfResponse);
    let over = trial.has_marker(Marker::Intolerance) && !trial.ongoing;
    let incomplete = trial.adequacy != Adequacy::Adequate && !over && !situation.cannot_be_raised(trial);
    better || incomplete || (trial.ongoing && situation.settles_on(trial).is_some())
}

/// The first that applies: pregnancy and dementia before what the trials say, under the same conditions.
fn step(situation: Situation<'_>) -> Option<Step<'_>> {
    let circumstances = &situation.assessment.circumstances;
    let by_trials = by_trials(situation)?;
    Some(match (&circumstances.pregnancy, &circumstances.dementia) {
        (Pregnancy::Current(fact), _) => Step::Pregnancy(fact),
        (Pregnancy::Excluded(_) | Pregnancy::NotOnFile | Pregnancy::NotAsked, Some(fact)) => Step::Dementia(fact),
        (Pregnancy::Excluded(_) | Pregnancy::NotOnFile | Pregnancy::NotAsked, None) => by_trials,
    })
}

fn by_trials(situation: Situation<'_>) -> Option<Step<'_>> {
    let parameters = situation.knowledge.parameters();
    let failures = situation.assessment.adequate_failed_trials;
    let with_open = failures + undocumented(situation).len();
    let at_least = |least: i32| i32::try_from(failures).is_ok_and(|failures| failures >= least);
    // the undocumented trials would make a tier that the counted failures alone do not
    let would_make = |least: i32| !at_least(least) && i32::try_from(with_open).is_ok_and(|all| all >= least);
    let current = situation.current_trial();
    if let Some(trial) = current.filter(|trial| situation.response_lost(trial)) {
        Some(Step::ResponseLost(trial))
    } else if would_make(parameters.tier1_min_adequate_failures) || would_make(parameters.trd_min_adequate_failures) {
        Some(Step::Unjudged)
    } else if at_least(parameters.trd_min_adequate_failures) {
        Some(Step::TierTwo)
    } else if at_least(parameters.tier1_min_adequate_failures) {
        Some(Step::TierOne)
    } else if let Some(trial) = current.filter(|trial| situation.cannot_be_raised(trial)) {
        Some(Step::CannotBeRaised(trial))
    } else {
        not_tolerated(&situation.assessment.trials, situation.assessment.current_trial).map(Step::NotTolerated)
    }
}

/// The adequate trials of the episode whose response nobody documented, one per drug that is not counted already.
fn undocumented(situation: Situation<'_>) -> Vec<&Trial> {
    let counted = &situation.assessment.counted_failures;
    let mut found: Vec<&Trial> = Vec::new();
    for trial in &situation.assessment.trials {
        let open = trial.in_episode && trial.adequacy == Adequacy::Adequate && trial.response == Response::NotDocumented;
        let new = !counted.contains(&trial.drug) && !found.iter().any(|other| other.drug == trial.drug);
        if open && new && !trial.has_marker(Marker::Duplication) {
            found.push(trial);
        }
    }
    found
}

/// The failed trial that counts and is the latest.
fn last_failure(situation: Situation<'_>) -> Option<&Trial> {
    situation.assessment.trials.iter().filter(|trial| trial.failed && trial.in_episode).max_by_key(|trial| trial.start)
}

fn joined(drugs: &[Ingredient]) -> String {
    drugs.iter().map(|drug| drug.name()).collect::<Vec<_>>().join(", ")
}

fn values(step: Step<'_>, situation: Situation<'_>) -> Values {
    let counted = &situation.assessment.counted_failures;
    let open = undocumented(situation).len();
    let trials = counted.len() + open;
    let mut values = Values::from([
        ("failed", joined(counted)),
        ("count", situation.assessment.adequate_failed_trials.to_string()),
        ("trials", trials.to_string()),
        ("trial_word", if trials == 1 { "trial" } else { "trials" }.to_owned()),
        ("undocumented", open.to_string()),
        ("pronoun", if open == 1 { "it together" } else { "them together" }.to_owned()),
    ]);
    values.insert("failures", failures_text(situation));
    // rules.md 9.3: without a counted failure no row of these kinds is open
    let unlisted = if list::has_new_drug(situation) { "" } else { ", so no switch and no add-on is listed here" };
    values.insert("unlisted", unlisted.to_owned());
    let psychotic = situation.assessment.circumstances.psychotic_features.is_some();
    values.insert("finding", if psychotic { "Psychotic features" } else { "Catatonia" }.to_owned());
    if let Step::Pregnancy(fact) | Step::Dementia(fact) = step {
        values.insert("fact", fact.text.clone());
    }
    if let Step::ResponseLost(trial) | Step::NotTolerated(trial) | Step::CannotBeRaised(trial) = step {
        let room = dose_room(trial, situation.assessment.patient.age_years, situation.knowledge);
        let doses = [("dose", trial.current_dose), ("minimum", trial.minimum_dose), ("maximum", room.maximum)];
        values.insert("drug", trial.drug.to_string());
        values.extend(doses.into_iter().filter_map(|(name, dose)| Some((name, dose_text(dose?, trial.drug, situation.knowledge)))));
    }
    values
}

/// Adding comes before switching where a drug helped in part.
const fn adjunct_first(step: Step<'_>, partial: bool) -> bool {
    partial || matches!(step, Step::ResponseLost(_))
}

/// What is asked of the prescriber, else the options by name.
fn overview(step: Step<'_>, partial: bool, situation: Situation<'_>) -> Vec<Block> {
    match step {
        Step::Unjudged => {
            let lines = undocumented(situation).iter().map(|trial| trial_line(trial, situation.knowledge)).collect();
            vec![Block::List("", lines)]
        }
        Step::Urgent(_) => vec![list::facts(&situation.assessment.circumstances.urgent)],
        Step::Pregnancy(_) | Step::Dementia(_) => vec![Block::List("", list::names(situation, adjunct_first(step, partial)))],
        Step::ResponseLost(_) | Step::NotTolerated(_) | Step::CannotBeRaised(_) | Step::TierTwo | Step::TierOne => {
            let first = [list::postpartum(situation), list::added_already(situation)].into_iter().flatten().map(Block::Paragraph);
            first.chain([Block::List("", list::names(situation, adjunct_first(step, partial)))]).collect()
        }
    }
}

fn body(step: Step<'_>, partial: bool, situation: Situation<'_>) -> Vec<Block> {
    let mut blocks = match step {
        Step::Urgent(_) => list::urgent(situation),
        Step::Pregnancy(_)
        | Step::Dementia(_)
        | Step::ResponseLost(_)
        | Step::Unjudged
        | Step::NotTolerated(_)
        | Step::CannotBeRaised(_)
        | Step::TierTwo
        | Step::TierOne => list::options(situation, adjunct_first(step, partial)),
    };
    if matches!(step, Step::Urgent(_)) {
        blocks.extend(super::contributors::blocks_beside_urgent(situation));
    } else {
        blocks.extend(super::contributors::blocks(situation));
        blocks.extend(list::last_lines(situation));
    }
    blocks
}

/// `Record shows 1 adequate trial without sufficient response (sertraline).`; nothing where none is counted.
fn failures_text(situation: Situation<'_>) -> String {
    let counted = &situation.assessment.counted_failures;
    match counted.len() {
        0 => String::new(),
        1 => format!(" Record shows 1 adequate trial without sufficient response ({}).", joined(counted)),
        n => format!(" Record shows {n} adequate trials without sufficient response ({}).", joined(counted)),
    }
}

/// What the card rests on, without day counters.
fn ground(step: Step<'_>, situation: Situation<'_>) -> Vec<String> {
    let mut ground = vec![joined(&situation.assessment.counted_failures)];
    ground.extend(undocumented(situation).iter().map(|trial| trial.drug.to_string()));
    if let Step::ResponseLost(trial) | Step::NotTolerated(trial) | Step::CannotBeRaised(trial) = step {
        ground.push(format!("{} {}", trial.drug, trial.start.map(|start| start.to_string()).unwrap_or_default()));
    }
    let urgent = situation.assessment.circumstances.urgent.iter().filter(|_| matches!(step, Step::Urgent(_)));
    ground.extend(urgent.flat_map(|fact| &fact.basis).map(|source| source.as_str().to_owned()));
    ground.extend(situation.current_trial().map(|trial| format!("now {}", trial.drug)));
    ground
}

#[cfg(test)]
mod tests;
