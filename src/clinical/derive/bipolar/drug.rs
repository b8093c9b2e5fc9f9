//! Mood stabilisers and antipsychotics taken without another reason on file (rules.md 7).

use crate::clinical::units::{ConditionGroup, DrugGroup, Ingredient, SourceRef, Span};

use super::super::ground::Ground;
use super::super::supply::sources;
use super::super::taken::Lane;
use super::beginning::may_have_been_taken;
use super::{BipolarIndicator, IndicatorWeight, indicator};

/// A stretch of days of one drug.
struct Stretch {
    drug: Ingredient,
    span: Span,
    /// Being ordered now, not taken yet.
    ordered: bool,
    basis: Vec<SourceRef>,
}

/// A mood stabiliser taken within two years without epilepsy, migraine or neuralgia; lithium not as augmentation.
pub fn mood_stabiliser(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let reasons = [ConditionGroup::BipolarMoodStabiliserExcused, ConditionGroup::ContraindicationSeizure];
    if reasons.into_iter().any(|group| ground.current_conditions(group).next().is_some()) {
        return None;
    }
    let after = ground.parameters().bipolar_lithium_augmentation_after_days;
    // lithium is the one mood stabiliser of the option table that is judged by a level in blood
    let is_lithium = |drug: Ingredient| ground.knowledge.augmentation_level(drug).is_some();
    let augments = |stretch: &Stretch| is_lithium(stretch.drug) && may_have_been_taken(ground, stretch.span.first, after);
    told("mood-stabiliser", stretches(ground, DrugGroup::MoodStabiliser).into_iter().filter(|stretch| !augments(stretch)))
}

/// An antipsychotic taken within two years that was not begun beside an antidepressant.
pub fn antipsychotic(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let adjunct = |stretch: &Stretch| may_have_been_taken(ground, stretch.span.first, 0);
    told("antipsychotic", stretches(ground, DrugGroup::Antipsychotic).into_iter().filter(|stretch| !adjunct(stretch)))
}

fn told(id: &'static str, stretches: impl Iterator<Item = Stretch>) -> Option<BipolarIndicator> {
    let found: Vec<Stretch> = stretches.collect();
    let words = |stretch: &Stretch| match (stretch.ordered, stretch.span) {
        (true, _) => format!("{} being ordered", stretch.drug),
        (false, Span { first, last }) => format!("{} on record from {first} to {last}", stretch.drug),
    };
    let label = found.iter().map(words).collect::<Vec<_>>().join("; ");
    let basis: Vec<SourceRef> = found.into_iter().flat_map(|stretch| stretch.basis).collect();
    (!basis.is_empty()).then(|| indicator(id, IndicatorWeight::Moderate, label, basis))
}

/// The stretches of the drugs of a group that reach into the last two years, coded ones only; what is being ordered begins today.
fn stretches(ground: &Ground<'_>, group: DrugGroup) -> Vec<Stretch> {
    let parameters = ground.parameters();
    let since = ground.as_of - parameters.bipolar_drug_lookback_days;
    let of_group = |drug: Ingredient| ground.knowledge.in_group(drug, group);
    let drugs = || ground.taken.iter().filter(|drug| drug.lane == Lane::Ordinary && of_group(drug.ingredient));
    let dated = drugs().flat_map(|drug| {
        drug.spells(parameters.max_gap_same_trial_days).filter_map(|spell| {
            let span = Span::new(spell.first()?.span.first, spell.last()?.span.last)?;
            let basis = sources(spell.iter().flat_map(|exposure| exposure.records.iter().copied()));
            Some(Stretch { drug: drug.ingredient, span, ordered: false, basis })
        })
    });
    // a record whose days cannot be told was at least written on its day
    let undated = drugs().filter(|drug| drug.timeline.exposures.is_empty()).flat_map(|drug| {
        drug.undated.iter().filter_map(|record| {
            let span = Span::of(record.start?.first);
            Some(Stretch { drug: drug.ingredient, span, ordered: false, basis: vec![record.source.clone()] })
        })
    });
    let mut found: Vec<Stretch> = dated.chain(undated).filter(|stretch| stretch.span.last >= since).collect();
    let drafts = ground.chart.drafts.iter().flat_map(|draft| draft.medicine.components.iter().map(move |component| (component, draft)));
    for (component, draft) in drafts.filter(|(component, _)| of_group(component.ingredient)) {
        let renewed = found.iter().any(|stretch| stretch.drug == component.ingredient && stretch.span.last == ground.as_of);
        if !renewed {
            let (drug, basis) = (component.ingredient, vec![draft.source.clone()]);
            found.push(Stretch { drug, span: Span::of(ground.as_of), ordered: true, basis });
        }
    }
    found
}
