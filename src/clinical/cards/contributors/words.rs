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

/// Those on record, the strongest first, those not looked for, and the workup.
pub(super) fn blocks(situation: Situation<'_>) -> Vec<Block> {
    let all = || situation.assessment.contributors.iter();
    let open = |weight| all().filter(move |found| found.is_open() && found.weight == weight).map(line).collect::<Vec<String>>();
    let mut lines = Vec::new();
    let treated = all().filter(|found| found.status == ContributorStatus::Present && found.treated);
    lines.extend(open(ContributorWeight::Line));
    lines.extend(treated.map(|found| format!("{} Treated already.", line(found))));
    // what was never looked for at all stands in the workup
    let in_part = all().filter(|found| found.status == ContributorStatus::NotChecked && !found.basis.is_empty());
    lines.extend(in_part.map(|found| format!("Not looked for in full: {} ({}).", inline(name(found.id)), label(found))));
    let mut blocks = vec![
        Block::List("Contributor to look at first", open(ContributorWeight::TreatFirst)),
        Block::List("Contributors to look at alongside", open(ContributorWeight::Alongside)),
        Block::List("Other findings that bear on it", lines),
    ];
    blocks.retain(|block| !matches!(block, Block::List(_, lines) if lines.is_empty()));
    blocks.extend(workup(&situation.assessment.workup));
    blocks
}

fn line(found: &Contributor) -> String {
    let what = format!("**{}**: {}.", name(found.id), label(found));
    match suggestion(found) {
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
fn suggestion(found: &Contributor) -> Option<&'static str> {
    if found.treated {
        return None;
    }
    match (found.id, found.weight) {
        ("thyroid-low", ContributorWeight::TreatFirst) => Some("Suggested: treatment before the next antidepressant step."),
        ("thyroid-low", ContributorWeight::Alongside) => Some("Suggested: a TSH with free T4, or treatment."),
        ("thyroid-high", ContributorWeight::TreatFirst | ContributorWeight::Alongside) => {
            Some("Suggested: its cause first; until then T3 is no option.")
        }
        ("sleep-apnea", _) => Some("Suggested: treatment, or a sleep study where none is on file."),
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

/// The workup in one paragraph.
fn workup(items: &[WorkupItem]) -> Option<Block> {
    let told = |item: &WorkupItem| {
        let day = item.done.map(|day| day.to_string());
        match (item.status, day) {
            (WorkupStatus::Done, Some(day)) => format!("{} done {day}", item.name),
            (WorkupStatus::Done, None) => format!("{} on file, without a day", item.name),
            (WorkupStatus::Outdated, day) => format!("{} last done {}, too long ago", item.name, day.unwrap_or_default()),
            (WorkupStatus::NotOnFile, _) => format!("{} not on file", item.name),
            (WorkupStatus::NotKnown, _) => format!("{} not known", item.name),
        }
    };
    let texts: Vec<String> = items.iter().map(told).collect();
    (!texts.is_empty()).then(|| Block::Paragraph(format!("**Workup of a poor response:** {}.", inline(&texts.join("; ")))))
}
