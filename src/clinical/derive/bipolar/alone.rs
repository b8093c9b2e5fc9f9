//! An antidepressant without a mood stabiliser in known bipolar disorder (rules.md 7): told only where the site asks for it.

use super::super::ground::Ground;
use super::beginning::antidepressants;
use super::{Bipolar, BipolarState};
use crate::clinical::chart::{Extent, Kind};
use crate::clinical::units::{DrugGroup, Ingredient};

/// The antidepressants being taken while no mood stabiliser is; nothing where the medicines were not had in full.
pub fn antidepressants_alone(ground: &Ground<'_>, known: &Bipolar) -> Vec<Ingredient> {
    let asked = ground.parameters().bipolar_antidepressant_alone_card && known.state == BipolarState::Known;
    let had = ground.chart.coverage.of(Kind::Medications) == Extent::Full;
    if !asked || !had || ground.being_taken_of(DrugGroup::MoodStabiliser).next().is_some() {
        return Vec::new();
    }
    let mut drugs: Vec<Ingredient> = antidepressants(ground).filter(|trial| trial.ongoing).map(|trial| trial.drug).collect();
    drugs.sort();
    drugs.dedup();
    drugs
}
