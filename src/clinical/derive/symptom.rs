//! Which options a symptom speaks for or against (rules.md 12): the last tie-break, never across guideline lines.

use super::ground::Ground;
use super::weight::{trend, weighings};
use crate::clinical::chart::{Screening, StopReason, Value};
use crate::clinical::knowledge::{SymptomRow, WeightSign};
use crate::clinical::units::{Ingredient, Instrument, SourceRef};

/// What a symptom says of a drug. Evidence for choosing by symptom is little: a footnote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Which drug.
    pub drug: Ingredient,
    /// Whether it speaks for the drug; else it speaks against it.
    pub favours: bool,
    /// Why, with the date, in words.
    pub reason: String,
    /// The records it rests on.
    pub basis: Vec<SourceRef>,
}

/// The hints of this patient, in the order of the table, then of its drugs.
pub fn hints(ground: &Ground<'_>) -> Vec<Hint> {
    ground.knowledge.symptoms().iter().flat_map(|row| of_row(row, ground)).collect()
}

fn of_row(row: &SymptomRow, ground: &Ground<'_>) -> Vec<Hint> {
    let grounds = [items(row, ground), weight(row, ground), condition(row, ground), recorded(row, ground)];
    let Some(found) = grounds.into_iter().collect::<Option<Vec<Found>>>() else { return Vec::new() };
    let mut basis: Vec<SourceRef> = found.iter().flat_map(|found| found.basis.iter().cloned()).collect();
    basis.sort();
    basis.dedup();
    let told: Vec<&str> = found.iter().map(|found| found.told.as_str()).filter(|told| !told.is_empty()).collect();
    let word = if row.favours { "speaks for it" } else { "speaks against it" };
    let reason = format!("symptom hint, little evidence: {} {word} ({})", row.reason, told.join("; "));
    row.drugs.iter().map(|drug| Hint { drug: *drug, favours: row.favours, reason: reason.clone(), basis: basis.clone() }).collect()
}

/// What one part of a row rests on; empty where the row does not ask for it.
#[derive(Default)]
struct Found {
    told: String,
    basis: Vec<SourceRef>,
}

/// The items of the newest finished PHQ-9, if it is recent.
fn items(row: &SymptomRow, ground: &Ground<'_>) -> Option<Found> {
    if row.all_items.is_empty() && row.any_items.is_empty() {
        return Some(Found::default());
    }
    let parameters = ground.parameters();
    let newest: &Screening = ground
        .chart
        .screenings
        .iter()
        .filter(|screening| screening.finished && screening.at.day <= ground.as_of)
        .max_by_key(|screening| (screening.at, &screening.source))?;
    if ground.as_of - newest.at.day > parameters.symptom_item_recent_days {
        return None;
    }
    let is_there = |number: &&usize| {
        let answer = newest.items.get(**number - 1).copied().flatten();
        answer.is_some_and(|answer| i32::from(answer) >= parameters.symptom_item_from)
    };
    let any: Vec<&usize> = row.any_items.iter().filter(is_there).collect();
    let holds = row.all_items.iter().all(|number| is_there(&number)) && (row.any_items.is_empty() || !any.is_empty());
    let numbers: Vec<String> = row.all_items.iter().chain(any).map(ToString::to_string).collect();
    let plural = if numbers.len() > 1 { "items" } else { "item" };
    let told = format!("PHQ-9 {plural} {} at {} or more on {}", numbers.join(" and "), parameters.symptom_item_from, newest.at.day);
    holds.then(|| Found { told, basis: vec![newest.source.clone()] })
}

/// Weight trend and BMI. Item 5 does not tell loss of appetite from overeating, so that without them nothing is said.
fn weight(row: &SymptomRow, ground: &Ground<'_>) -> Option<Found> {
    let Some(sign) = row.weight else { return Some(Found::default()) };
    let parameters = ground.parameters();
    let weighings = weighings(ground);
    let recent = |newest: &super::weight::Weighing| ground.as_of - newest.day <= parameters.lab_lookback_days;
    let trend = trend(&weighings, parameters.symptom_weight_window_days).filter(|(_, newest)| recent(newest));
    let percent = parameters.symptom_weight_change_pct;
    let gained = trend.filter(|(before, newest)| before.is_gain(newest, percent));
    let lost = trend.filter(|(before, newest)| before.is_loss(newest, percent));
    let obese = ground.newest_within(Instrument::Bmi, parameters.lab_lookback_days).filter(|bmi| match bmi.value {
        Value::Number(bmi) => bmi >= parameters.symptom_bmi_from,
        _ => false,
    });
    let by_trend = |(before, newest): (&super::weight::Weighing, &super::weight::Weighing), word: &str| Found {
        told: format!("{percent} % or more {word} from {} to {}", before.day, newest.day),
        basis: vec![before.source.clone(), newest.source.clone()],
    };
    let by_bmi = |bmi: &crate::clinical::chart::Measurement| Found {
        told: format!("BMI of {} or more on {}", parameters.symptom_bmi_from, bmi.at.day),
        basis: vec![bmi.source.clone()],
    };
    match sign {
        WeightSign::Loss => lost.filter(|_| obese.is_none()).map(|pair| by_trend(pair, "lost")),
        WeightSign::GainOrObese => gained.map(|pair| by_trend(pair, "gained")).or_else(|| obese.map(by_bmi)),
    }
}

/// A current diagnosis of the group.
fn condition(row: &SymptomRow, ground: &Ground<'_>) -> Option<Found> {
    let Some(group) = row.condition else { return Some(Found::default()) };
    let basis: Vec<SourceRef> = ground.current_conditions(group).map(|condition| condition.source.clone()).collect();
    (!basis.is_empty()).then(|| Found { told: "by its code".to_owned(), basis })
}

/// The words of a stop for side effects, or of a reaction, to an antidepressant.
fn recorded(row: &SymptomRow, ground: &Ground<'_>) -> Option<Found> {
    if row.recorded_words.is_empty() {
        return Some(Found::default());
    }
    let says = |label: &str| row.recorded_words.iter().any(|word| has_word(label, word));
    let antidepressant = |drug: Ingredient| ground.knowledge.antidepressant(drug).is_some();
    let stops = ground.chart.medications.iter().filter_map(|record| {
        let stop = record.stop.as_ref()?;
        let of_one = record.medicine.components.iter().any(|component| antidepressant(component.ingredient));
        (of_one && stop.reason == StopReason::SideEffect && says(&stop.label)).then_some(&record.source)
    });
    let reactions = ground.chart.intolerances.iter().filter(|reaction| antidepressant(reaction.ingredient) && says(&reaction.label));
    let basis: Vec<SourceRef> = stops.chain(reactions.map(|reaction| &reaction.source)).cloned().collect();
    (!basis.is_empty()).then(|| Found { told: "in the words of the record".to_owned(), basis })
}

/// Whether the word stands in the text as a whole word, whatever the case.
fn has_word(text: &str, word: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
}

#[cfg(test)]
mod tests;
