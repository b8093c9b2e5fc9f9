//! How contributors are told: in a summary, in lines, and as the workup.

use super::super::Situation;
use super::super::finding::Block;
use super::super::markdown::{escape_markdown, inline};
use crate::clinical::derive::{Contributor, ContributorStatus, ContributorWeight, WorkupItem, WorkupStatus};

/// The most contributors that a summary names.
const NAMED: usize = 3;

/// What the summary names: never substance use, since screens are seen by others. `None` where nothing may be named.
pub(super) fn list(raising: &[&Contributor]) -> Option<String> {
    let short: Vec<&str> = raising.iter().filter_map(|found| found.short.as_deref()).collect();
    let more = raising.len().saturating_sub(short.len().min(NAMED));
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!short.is_empty()).then(|| short.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ") + &tail)
}

/// What comes first, as a summary may name it.
pub(super) fn first(strongest: &Contributor) -> String {
    match (strongest.id, &strongest.short) {
        (_, None) => "what the detail names first".to_owned(),
        ("depressogenic-drug", Some(drugs)) => format!("a review of {drugs} with the prescriber"),
        (_, Some(short)) => format!("a look at the {short}"),
    }
}

/// Those on record, the strongest first, those not looked for, and the workup. Beside the urgent pathway none of them comes first.
pub(super) fn blocks(situation: Situation<'_>, urgent: bool) -> Vec<Block> {
    let all = || situation.assessment.contributors.iter();
    let open = |weight| {
        all().filter(move |found| found.is_open() && found.weight == weight).map(|found| line(found, urgent)).collect::<Vec<String>>()
    };
    let mut lines = Vec::new();
    let treated = all().filter(|found| found.status == ContributorStatus::Present && found.treated);
    lines.extend(open(ContributorWeight::Line));
    lines.extend(treated.map(|found| format!("{} Treated already.", line(found, urgent))));
    // what was never looked for at all stands in the workup
    let in_part = all().filter(|found| found.status == ContributorStatus::NotChecked && !found.basis.is_empty());
    lines.extend(in_part.map(|found| format!("Not looked for in full: {} ({}).", inline(name(found.id)), label(found))));
    let (mut first, mut alongside) = (open(ContributorWeight::TreatFirst), open(ContributorWeight::Alongside));
    if urgent {
        first.append(&mut alongside);
    }
    let mut blocks = vec![
        Block::List(if urgent { ALONGSIDE } else { "Contributor to look at first" }, first),
        Block::List(ALONGSIDE, alongside),
        Block::List("Other findings that bear on it", lines),
    ];
    blocks.retain(|block| !matches!(block, Block::List(_, lines) if lines.is_empty()));
    blocks.extend(workup(situation));
    blocks
}

const ALONGSIDE: &str = "Contributors to look at alongside";

fn line(found: &Contributor, urgent: bool) -> String {
    let what = format!("**{}**: {}.", name(found.id), label(found));
    match suggestion(found, urgent) {
        Some(suggestion) => format!("{what} {}", inline(suggestion)),
        None => what,
    }
}

/// The label, each of its parts kept short by itself: a long diagnosis does not cut off what follows it.
fn label(found: &Contributor) -> String {
    found.label.split("; ").map(escape_markdown).collect::<Vec<_>>().join("; ")
}

fn name(id: &str) -> &'static str {
    match id {
        "thyroid-low" => "Thyroid, low",
        "thyroid-high" => "Thyroid, high",
        "sleep-apnea" => "Sleep apnoea",
        "vitamin-d" => "Vitamin D",
        "anemia" => "Anaemia",
        "chronic-pain" => "Chronic pain",
        "substance-use" => "Substance use",
        "stressor" => "Stressor",
        "depressogenic-drug" => "Drug that may lower mood",
        "psychiatric-comorbidity" => "Other psychiatric disorder",
        "chronic-illness" => "Chronic illness",
        _ => "Other",
    }
}

/// What may be done about it: a suggestion, never an order.
fn suggestion(found: &Contributor, urgent: bool) -> Option<&'static str> {
    if found.treated {
        return None;
    }
    match (found.id, found.weight) {
        ("thyroid-low" | "thyroid-high" | "anemia", ContributorWeight::TreatFirst) if urgent => {
            Some("Suggested: treatment at the same time; it holds nothing back here.")
        }
        ("thyroid-low", ContributorWeight::TreatFirst) => Some("Suggested: treatment before the next antidepressant step."),
        ("thyroid-low", ContributorWeight::Alongside) => Some("Suggested: a TSH with free T4, or treatment."),
        ("thyroid-high", ContributorWeight::TreatFirst | ContributorWeight::Alongside) => {
            Some("Suggested: its cause first; until then T3 is no option.")
        }
        ("sleep-apnea", _) if found.label.contains(SCREEN) => Some("Suggested: a sleep study, treatment if it confirms it."),
        ("sleep-apnea", _) => Some("Suggested: treatment."),
        ("vitamin-d", _) => Some("Suggested: replacement."),
        ("anemia", ContributorWeight::TreatFirst) => Some("Suggested: finding and treating the cause first."),
        ("anemia", _) => Some("Worth asking: the cause (iron, B12, folate, loss of blood)."),
        ("chronic-pain", _) => Some("It speaks for an SNRI such as duloxetine, or a tricyclic."),
        ("substance-use", ContributorWeight::Line) => Some("Worth asking: how much, how often."),
        ("substance-use", _) => Some("Suggested: a talk about it, and an offer of treatment."),
        ("stressor", _) => Some("Suggested: psychosocial help or psychotherapy."),
        _ => None,
    }
}

/// How `derive` names the screen that finds apnoea likely and does not show it.
const SCREEN: &str = "STOP-BANG";

/// The workup in one paragraph: what is done, what is too old, what is not there. A screen for what is diagnosed already is none of it.
fn workup(situation: Situation<'_>) -> Option<Block> {
    let contributors = &situation.assessment.contributors;
    let diagnosed = contributors
        .iter()
        .any(|found| found.id == "sleep-apnea" && found.status == ContributorStatus::Present && !found.label.contains(SCREEN));
    let items = || situation.assessment.workup.iter().filter(|item| !(diagnosed && item.id == "sleep-apnea-screen"));
    let of = |status: WorkupStatus| items().filter(move |item| item.status == status);
    let dated = |item: &WorkupItem| match item.done {
        Some(day) => format!("{} {day}", item.name),
        None => format!("{}, without a day", item.name),
    };
    let done: Vec<String> = of(WorkupStatus::Done).map(dated).collect();
    let old: Vec<String> = of(WorkupStatus::Outdated).map(dated).collect();
    let names = |status| of(status).map(|item| item.name.to_owned()).collect::<Vec<String>>();
    let parts = [
        ("Done", done),
        ("Done too long ago", old),
        ("Not on file", names(WorkupStatus::NotOnFile)),
        ("Not known", names(WorkupStatus::NotKnown)),
    ];
    let texts: Vec<String> =
        parts.into_iter().filter(|(_, items)| !items.is_empty()).map(|(word, items)| format!("{word}: {}", items.join(", "))).collect();
    (!texts.is_empty()).then(|| Block::Paragraph(format!("**Workup of a poor response.** {}.", inline(&texts.join(". ")))))
}
