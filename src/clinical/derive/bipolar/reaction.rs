//! Agitation or activation documented on an antidepressant (rules.md 7).

use crate::clinical::units::{ConditionGroup, Day, Ingredient, Meaning, SourceRef};

use super::super::ground::Ground;
use super::beginning::antidepressants;
use super::{BipolarIndicator, IndicatorWeight, began, indicator};

/// What was documented: on which drug, when, where.
type Documented = (Ingredient, Option<Day>, SourceRef);

/// A diagnosis while one was taken, a recorded reaction to one, or the reason why one was stopped.
pub fn activation(ground: &Ground<'_>) -> Option<BipolarIndicator> {
    let mut found: Vec<Documented> = diagnoses(ground).into_iter().chain(reactions(ground)).chain(stops(ground)).collect();
    found.sort_by(|a, b| (a.1, a.0, &a.2).cmp(&(b.1, b.0, &b.2)));
    let (drug, day, _) = found.last()?;
    let day = day.map(|day| format!(", {day}")).unwrap_or_default();
    let label = format!("agitation or activation on {drug}{day}");
    Some(indicator("activation", IndicatorWeight::Moderate, label, found.into_iter().map(|(_, _, source)| source).collect()))
}

fn diagnoses(ground: &Ground<'_>) -> Vec<Documented> {
    let on = |day: Day| {
        antidepressants(ground)
            .filter(|trial| trial.start.is_some_and(|start| start <= day) && trial.last_covered.is_some_and(|last| day <= last))
            .max_by_key(|trial| (trial.start, trial.drug))
            .map(|trial| trial.drug)
    };
    let during = ground.conditions(ConditionGroup::BipolarActivation);
    during.filter_map(|condition| began(condition).and_then(|day| Some((on(day)?, Some(day), condition.source.clone())))).collect()
}

fn reactions(ground: &Ground<'_>) -> Vec<Documented> {
    let told = ground.chart.intolerances.iter().filter(|reaction| is_antidepressant(reaction.ingredient, ground));
    told.filter(|reaction| tells_activation(&reaction.label, ground))
        .map(|reaction| (reaction.ingredient, reaction.when, reaction.source.clone()))
        .collect()
}

fn stops(ground: &Ground<'_>) -> Vec<Documented> {
    let stopped = ground.chart.medications.iter().filter_map(|record| Some((record, record.stop.as_ref()?)));
    stopped
        .filter(|(_, stop)| tells_activation(&stop.label, ground))
        .flat_map(|(record, stop)| record.medicine.components.iter().map(move |component| (component.ingredient, stop.day, &record.source)))
        .filter(|(drug, _, _)| is_antidepressant(*drug, ground))
        .map(|(drug, day, source)| (drug, day, source.clone()))
        .collect()
}

fn is_antidepressant(drug: Ingredient, ground: &Ground<'_>) -> bool {
    use crate::clinical::knowledge::TrialUse;
    ground.knowledge.antidepressant(drug).is_some_and(|row| matches!(row.trial_use, TrialUse::Trial | TrialUse::WithDepressionCode))
}

/// Whether a text names agitation or activation, and does not deny it.
fn tells_activation(text: &str, ground: &Ground<'_>) -> bool {
    let denies = |word: &str| matches!(word, "no" | "not" | "without" | "denies");
    let words: Vec<String> = words(text).collect();
    let said = |index: usize| ground.knowledge.meaning(&words[index]) == Some(Meaning::ReactionActivation);
    (0..words.len()).any(|index| said(index) && !words[..index].iter().any(|word| denies(word)))
}

/// The words of a text in lower case.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}
