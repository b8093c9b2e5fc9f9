//! A drug is being taken and its monitoring is due.
//!
//! Speaks when at least one test of rules.md 13 is due for a drug being taken; all due tests of all drugs are one card. A warning when
//! the newest lithium level (else the start) is older than twice its interval, or the level is above its limit; else info.
//!
//! Silent: done within its window; the drug stopped; results not had in full; only waist or AIMS due, which stand in the card when it
//! fires for another reason. It asks neither for the score nor for what a strong bipolar indicator would change (rules.md 1.4 and 4).

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::{Block, Finding};
use super::markdown::inline;
use super::wording::{Values, Wording};
use crate::clinical::derive::{LastResult, MonitoringItem, Urgency};
use crate::clinical::knowledge::MonitoringRow;
use crate::clinical::units::Ingredient;

const TEXTS: [&str; 3] = ["due", "long-overdue", "above-limit"];

const NAMES: [&str; 8] = ["due", "item", "drug", "value", "date", "limit", "since", "interval"];

pub(super) static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("card.toml"), &TEXTS, &NAMES)
        .unwrap_or_else(|defects| panic!("monitoring/card.toml: {}", defects.join("; ")))
});

/// The card, if it speaks.
pub(super) fn card(situation: Situation<'_>) -> Option<Card> {
    decide(situation).map(|finding| finding.card(CardCode::Monitoring, &WORDING, situation))
}

fn decide(situation: Situation<'_>) -> Option<Finding> {
    let assessment = situation.assessment;
    let due = &assessment.monitoring_due;
    if !situation.in_scope() || !due.iter().any(|item| item.makes_card) {
        return None;
    }
    let worst = due.iter().filter(|item| item.makes_card).max_by_key(|item| item.urgency)?;
    let mut values = Values::from([("due", by_drug(due)), ("item", worst.item.clone()), ("drug", worst.drug.to_string())]);
    values.extend(pressing(worst, situation));
    let text = match worst.urgency {
        Urgency::Due => "due",
        Urgency::LongOverdue => "long-overdue",
        Urgency::AboveLimit => "above-limit",
    };
    let mut ground: Vec<String> = due.iter().map(|item| format!("{} {} {}", item.drug, item.id, item.due)).collect();
    ground.sort();
    Some(Finding { variant: None, text, values, overview: overview(due), body: body(situation), end: elsewhere(due), ground })
}

/// `lithium: TSH, calcium; sertraline: sodium`.
fn by_drug(due: &[MonitoringItem]) -> String {
    let of_drug = |drug: &Ingredient| {
        let items: Vec<&str> = due.iter().filter(|item| item.drug == *drug).map(|item| item.item.as_str()).collect();
        format!("{drug}: {}", items.join(", "))
    };
    drugs(due).iter().map(of_drug).collect::<Vec<_>>().join("; ")
}

/// The drugs in the order in which something of them came due.
fn drugs(due: &[MonitoringItem]) -> Vec<Ingredient> {
    let mut drugs = Vec::new();
    for item in due {
        if !drugs.contains(&item.drug) {
            drugs.push(item.drug);
        }
    }
    drugs
}

/// What the warning says of the most pressing item.
fn pressing(item: &MonitoringItem, situation: Situation<'_>) -> Vec<(&'static str, String)> {
    let row: Option<&MonitoringRow> = situation.knowledge.monitoring().iter().find(|row| row.id == item.id);
    let since = match &item.last {
        Some(last) => format!("The last was on {}", last.date),
        None => "None is on file since the start".to_owned(),
    };
    let mut values = vec![("since", since)];
    values.extend(row.and_then(|row| row.repeat).map(|repeat| ("interval", repeat.day.to_string())));
    if let Some(last) = &item.last {
        values.push(("date", last.date.to_string()));
        values.extend(value(last).map(|value| ("value", value)));
        values.extend(row.and_then(|row| row.warn_above).map(|limit| ("limit", format!("{limit} {}", last.unit))));
    }
    values
}

fn value(last: &LastResult) -> Option<String> {
    last.value.map(|value| format!("{value} {}", last.unit).trim().to_owned())
}

/// A line for each item, a list for each drug.
fn overview(due: &[MonitoringItem]) -> Vec<Block> {
    let of_drug = |drug: Ingredient| {
        let heading = Block::Paragraph(format!("**Due for {}**", inline(drug.name())));
        [heading, Block::List("", due.iter().filter(|item| item.drug == drug).map(line).collect())]
    };
    drugs(due).into_iter().flat_map(of_drug).collect()
}

/// What could not be told.
fn body(situation: Situation<'_>) -> Vec<Block> {
    let not_known = situation.assessment.monitoring_not_known.iter();
    let lines = not_known.map(|item| inline(&format!("{}, {}: {}", item.drug, item.item, item.why)).into_owned());
    vec![Block::List("Monitoring not known", lines.collect())]
}

fn line(item: &MonitoringItem) -> String {
    let last = match &item.last {
        Some(last) => match value(last) {
            Some(value) => format!("last {value} on {}", last.date),
            None => format!("last on {}", last.date),
        },
        None => "none on file".to_owned(),
    };
    inline(&format!("{}: due since {}; {last}", item.item, item.due)).into_owned()
}

/// What to do about a baseline that was never seen.
fn elsewhere(due: &[MonitoringItem]) -> Option<String> {
    let mut drugs: Vec<&str> = due.iter().filter(|item| item.baseline_missed).map(|item| item.drug.name()).collect();
    drugs.sort_unstable();
    drugs.dedup();
    (!drugs.is_empty()).then(|| {
        format!(
            "No baseline is on file for {}. If it was started elsewhere there may be none here: worth asking once. Any result from now on stands in for it.",
            inline(&drugs.join(", "))
        )
    })
}

#[cfg(test)]
mod tests;
