//! A combination or dose on the chart, or being ordered, that endangers (rules.md 9).
//!
//! Each critical one is a card of its own, all others are one card. On a call with draft orders only what names a draft.
//!
//! Silent: a critical one only under 18 or for the deceased. The others also outside the scope, with known bipolar disorder or a
//! psychosis (rules.md 1.4), and where the facts have stood for more than a year: then once a year, counted from the day it was last
//! shown, or, where that is not remembered, in the days after its return. Who prescribes is not read. A row of rules.md 9.1 always
//! stands, but for one that is told once to each user.

use std::sync::LazyLock;

use super::Situation;
use super::card::{Card, CardCode};
use super::finding::{Block, Finding};
use super::markdown::inline;
use super::wording::{Values, Wording};
use crate::clinical::derive::{Interaction, InteractionLine, NotChecked, ScopeReason, Severity};

pub(super) static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    Wording::read(include_str!("card.toml"), &TEXTS, &NAMES)
        .unwrap_or_else(|defects| panic!("interaction/card.toml: {}", defects.join("; ")))
});

const TEXTS: [&str; 6] = ["critical", "critical-until", "warning", "warning-one", "info", "info-one"];

const NAMES: [&str; 7] = ["short", "advice", "rest", "facts", "until", "more", "count"];

/// The cards, the critical ones first.
pub(super) fn cards(situation: Situation<'_>) -> Vec<Card> {
    decide(situation).into_iter().map(|finding| finding.card(CardCode::Interaction, &WORDING, situation)).collect()
}

fn decide(situation: Situation<'_>) -> Vec<Finding> {
    let assessment = situation.assessment;
    if assessment.scope.reasons.iter().any(|reason| matches!(reason, ScopeReason::Under18 | ScopeReason::Deceased)) {
        return Vec::new();
    }
    let bears = |found: &&Interaction| !situation.occasion.is_order() || found.draft;
    let (critical, others): (Vec<&Interaction>, Vec<&Interaction>) =
        assessment.interactions.iter().filter(bears).partition(|found| found.severity == Severity::Critical);
    // the gate of rules.md 1.4: a strong bipolar indicator does not close it, a diagnosis does
    let others: Vec<&Interaction> =
        others.into_iter().filter(|found| situation.in_scope() && !has_stood(found, situation) && !was_told(found, situation)).collect();
    critical.into_iter().map(|found| alone(found, situation)).chain(together(&others, situation)).collect()
}

/// Whether it has stood for more than a year and is not about to return.
fn has_stood(found: &Interaction, situation: Situation<'_>) -> bool {
    let parameters = situation.knowledge.parameters();
    let in_window = situation.knowledge.interactions().windows.iter().any(|window| window.id == found.id);
    let Some(since) = found.since.filter(|_| !in_window) else { return false };
    let (as_of, year) = (situation.assessment.as_of, parameters.standing_warning_repeat_days);
    let days = as_of - since;
    days > year
        && match situation.memory.last_shown(CardCode::Interaction, &fact(found)) {
            // of the day itself: the card stays as long as the chart may be opened again
            Some(shown) => (1..year).contains(&(as_of - shown)),
            None => days % year >= parameters.snooze_days,
        }
}

/// Whether a row that is told once has been told to this user (rules.md 9.1, MAO-B). Beside an order of either drug it is told again.
fn was_told(found: &Interaction, situation: Situation<'_>) -> bool {
    let mut windows = situation.knowledge.interactions().windows.iter();
    let once = windows.any(|window| window.id == found.id && window.told_once);
    once && !found.draft && situation.memory.was_shown_to_this_user(CardCode::Interaction, &fact(found))
}

/// What the memory knows an interaction by: its row and its drugs.
fn fact(found: &Interaction) -> String {
    format!("{} {}", found.id, found.drugs.join("+"))
}

fn alone(found: &Interaction, situation: Situation<'_>) -> Finding {
    let mut values = alone_values(found);
    values.extend(found.until.map(|until| ("until", until.to_string())));
    Finding {
        variant: None,
        text: if found.until.is_some() { "critical-until" } else { "critical" },
        values,
        overview: Vec::new(),
        body: beside(&[found], situation),
        end: None,
        ground: ground(found),
    }
}

/// What one finding fills: the summary says what it is, the detail what may be done and since when it stands.
fn alone_values(found: &Interaction) -> Values {
    let facts = headline(found).split_once("; ").map(|(_, facts)| format!("On record: {facts}.")).unwrap_or_default();
    let advice = if found.advice.is_empty() { format!("{}.", short(found)) } else { found.advice.clone() };
    // the first sentence is what a glance takes in
    let (advice, rest) =
        advice.split_once(". ").map(|(first, rest)| (format!("{first}."), format!(" {rest}"))).unwrap_or((advice, String::new()));
    Values::from([("short", short(found)), ("advice", advice), ("rest", rest), ("facts", facts)])
}

fn together(others: &[&Interaction], situation: Situation<'_>) -> Option<Finding> {
    let (first, rest) = others.split_first()?;
    let more = match rest.len() {
        0 => String::new(),
        n => format!("; and {n} more"),
    };
    // the number has to survive where the summary is cut
    let room = 138_usize.saturating_sub(more.chars().count());
    let mut values = alone_values(first);
    values.insert("short", super::markdown::shortened(&short(first), room));
    values.insert("more", more);
    values.insert("count", others.len().to_string());
    let lines = if rest.is_empty() { Vec::new() } else { others.iter().map(|found| line(found)).collect() };
    let overview = vec![Block::List("", lines)];
    Some(Finding {
        variant: None,
        text: match (first.severity, rest.is_empty()) {
            (Severity::Info, true) => "info-one",
            (Severity::Info, false) => "info",
            (Severity::Critical | Severity::Warning, true) => "warning-one",
            (Severity::Critical | Severity::Warning, false) => "warning",
        },
        values,
        overview,
        body: beside(others, situation),
        end: None,
        ground: others.iter().flat_map(|found| ground(found)).collect(),
    })
}

fn line(found: &Interaction) -> String {
    inline(format!("{}. {}", headline(found), found.advice).trim_end()).into_owned()
}

/// The headline without what comes after its first semicolon: the dates stand in the detail.
fn short(found: &Interaction) -> String {
    headline(found).split("; ").next().unwrap_or_default().to_owned()
}

/// `a with b: reason`; the reason alone where it begins with the drug.
fn headline(found: &Interaction) -> String {
    let drugs = match found.drugs.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} with {second}"),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    };
    let begins = found.reason.to_lowercase().starts_with(&drugs.to_lowercase());
    if begins { found.reason.clone() } else { format!("{drugs}: {}", found.reason) }
}

/// The row of two drugs that lengthen the QT, without an ECG.
const WITHOUT_ECG: &str = "qt-without-ecg";

/// What else the rows tell of these drugs: lines, and what could not be checked.
fn beside(shown: &[&Interaction], situation: Situation<'_>) -> Vec<Block> {
    let names = |drugs: &[String]| drugs.iter().any(|drug| shown.iter().any(|found| found.drugs.contains(drug)));
    // what a line says of the very pair is how to begin it, and it has begun
    let same =
        |line: &InteractionLine| shown.iter().any(|found| line.drugs.len() > 1 && line.drugs.iter().all(|drug| found.drugs.contains(drug)));
    let lines = situation.assessment.interaction_lines.iter().filter(|line| names(&line.drugs) && !same(line));
    let told = |line: &InteractionLine| inline(&format!("{}: {}", line.drugs.join(" with "), line.text)).into_owned();
    // that no QTc is on file is what the row of two such drugs says
    let said = |row: &NotChecked| row.what == "QTc" && shown.iter().any(|found| found.id == WITHOUT_ECG && found.drugs == row.drugs);
    let unchecked = situation.assessment.interactions_not_checked.iter().filter(|row| names(&row.drugs) && !said(row));
    let missing = |row: &NotChecked| inline(&format!("not checked: {} ({})", row.what, row.drugs.join(", "))).into_owned();
    let text = shown.iter().any(|found| found.text_entry);
    let mut lines: Vec<String> = lines.map(told).chain(unchecked.map(missing)).collect();
    lines.extend(text.then(|| "A drug stands in the record as a text entry only: confirm that it is taken.".to_owned()));
    lines.dedup();
    vec![Block::List("Beside it", lines)]
}

fn ground(found: &Interaction) -> Vec<String> {
    let day = |day: Option<crate::clinical::units::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut ground = vec![fact(found), day(found.since), day(found.until)];
    ground.extend(found.draft.then(|| "draft".to_owned()));
    ground
}

#[cfg(test)]
mod tests;
