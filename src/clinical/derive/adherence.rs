//! What the record says against adherence (rules.md 1).

use crate::clinical::chart::{AdherenceFact, Chart, MedicationRecord};
use crate::clinical::units::{Ingredient, Span};

use super::Note;
use super::taken::Taken;

/// The days on which the record says that a drug was not taken as it should be.
pub fn contradicted(chart: &Chart, ingredient: Ingredient, taken: &[Taken<'_>]) -> Vec<Span> {
    let against = chart.adherence.iter().filter(|fact| fact.non_adherent);
    against.filter(|fact| about(fact, ingredient, chart, taken)).map(|fact| fact.span).collect()
}

/// A statement counts for its drug. A code that names no drug counts for the only long-term medicine of that day.
fn about(fact: &AdherenceFact, ingredient: Ingredient, chart: &Chart, taken: &[Taken<'_>]) -> bool {
    match fact.ingredient {
        Some(named) => named == ingredient,
        None => {
            taken.iter().any(|drug| drug.ingredient == ingredient && drug.on(fact.span.first).is_some())
                && is_only(fact, ingredient, chart, taken)
        }
    }
}

fn is_only(fact: &AdherenceFact, ingredient: Ingredient, chart: &Chart, taken: &[Taken<'_>]) -> bool {
    let day = fact.span.first;
    let known = taken.iter().any(|drug| drug.ingredient != ingredient && drug.on(day).is_some());
    let other = |record: &&MedicationRecord| record.medicine.components.is_empty();
    let unknown = chart.medications.iter().filter(other).any(|record| {
        let until = super::supply::supply_period(record).map(|span| span.last).or(super::supply::stop_day(record));
        record.start.is_some_and(|start| start.first <= day) && until.is_none_or(|last| day <= last)
    });
    !known && !unknown
}

/// Non-adherence noted without a drug, where it counts against none.
pub fn notes(chart: &Chart, taken: &[Taken<'_>]) -> Vec<Note> {
    let unnamed = chart.adherence.iter().filter(|fact| fact.non_adherent && fact.ingredient.is_none());
    let counts = |fact: &AdherenceFact| taken.iter().any(|drug| about(fact, drug.ingredient, chart, taken));
    unnamed
        .filter(|fact| !counts(fact))
        .map(|fact| Note {
            id: "non-adherence-unnamed",
            text: format!("non-adherence noted {}, drug not named", fact.span.first),
            basis: vec![fact.source.clone()],
        })
        .collect()
}

#[cfg(test)]
mod tests;
