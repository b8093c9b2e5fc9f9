//! Mania and hypomania: on which antidepressant, and whether it is current (rules.md 7).

use serde::Serialize;

use crate::clinical::chart::Condition;
use crate::clinical::units::{ConditionGroup, Day, Ingredient, SourceRef};

use super::super::ground::Ground;
use super::began;
use super::beginning::{Beginning, antidepressants, beginnings, ordered};

/// A mania or hypomania that asks for a review of the antidepressant today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CurrentMania {
    /// The day it was written down, else began.
    pub date: Day,
    /// The antidepressants taken: those begun or raised shortly before, else all.
    pub taken: Vec<Ingredient>,
    /// The antidepressants being ordered now.
    pub ordered: Vec<Ingredient>,
    /// The records.
    pub basis: Vec<SourceRef>,
}

/// Whether the diagnosis is an episode of mania or hypomania: neither the disorder nor an effect of a drug by its code.
pub fn is_mania(condition: &Condition) -> bool {
    condition.groups.has(ConditionGroup::BipolarEpisodeOnly) && !condition.groups.has(ConditionGroup::BipolarDrugInduced)
}

/// The antidepressants begun or raised within the window before a mania, the latest last.
pub fn before(condition: &Condition, ground: &Ground<'_>) -> Vec<Beginning> {
    let window = ground.parameters().bipolar_switch_window_days;
    let Some(onset) = began(condition) else { return Vec::new() };
    let mut found = beginnings(ground);
    found.retain(|beginning| (0..=window).contains(&(onset - beginning.day)));
    found
}

/// The latest mania or hypomania that is critical: current and at most 60 days old, or begun within 60 days after the start or an
/// increase of an antidepressant that is still taken.
pub fn current(ground: &Ground<'_>) -> Option<CurrentMania> {
    let manias = ground.conditions(ConditionGroup::BipolarEpisodeOnly).filter(|condition| is_mania(condition));
    manias.filter_map(|condition| critical(condition, ground)).max_by(|a, b| (a.date, &a.basis).cmp(&(b.date, &b.basis)))
}

fn critical(condition: &Condition, ground: &Ground<'_>) -> Option<CurrentMania> {
    let recent = |day: Day| ground.as_of - day <= ground.parameters().bipolar_current_mania_days;
    let days = [condition.onset.map(|onset| onset.first), condition.recorded];
    let is_recent = condition.current && days.into_iter().flatten().any(recent);
    let still: Vec<Beginning> = before(condition, ground).into_iter().filter(|beginning| beginning.still_taken).collect();
    if !is_recent && still.is_empty() {
        return None;
    }
    let ordered = unique(ordered(ground).map(|(drug, _)| drug));
    let taking = |drug: &Ingredient| antidepressants(ground).any(|trial| trial.ongoing && trial.drug == *drug);
    let begun = unique(still.iter().map(|beginning| beginning.drug).filter(taking));
    let taken =
        if begun.is_empty() { unique(antidepressants(ground).filter(|trial| trial.ongoing).map(|trial| trial.drug)) } else { begun };
    let mut basis = vec![condition.source.clone()];
    basis.extend(still.into_iter().flat_map(|beginning| beginning.basis));
    basis.sort();
    basis.dedup();
    Some(CurrentMania { date: condition.recorded.or(began(condition))?, taken, ordered, basis })
}

fn unique(drugs: impl Iterator<Item = Ingredient>) -> Vec<Ingredient> {
    let mut drugs: Vec<Ingredient> = drugs.collect();
    drugs.sort();
    drugs.dedup();
    drugs
}
