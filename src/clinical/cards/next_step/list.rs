//! The options of the card, by kind, and its last lines.

use super::super::Situation;
use super::super::finding::Block;
use super::super::markdown::{inline, shortened};
use crate::clinical::derive::{StepKind, TreatmentOption, Verdict};
use crate::clinical::knowledge::{CareLevel, OptionRow};

/// The most options of one kind that a side bar has room for; the assessment lists all.
const PER_KIND: usize = 3;

/// The most characters of one text of the option table in a line.
const TEXT: usize = 110;

/// The most options named as left out.
const LEFT_OUT: usize = 8;

/// From these failures on referral comes first (rules.md 10).
const REFERRAL_FIRST: usize = 3;

/// From this age the figures of OPTIMUM apply (rules.md 10 and 14).
const OPTIMUM_FROM_AGE: i32 = 60;

/// The options that are not left out, a list for each kind, the kind that comes first at the head.
pub(super) fn options(situation: Situation<'_>, adjunct_first: bool) -> Vec<Block> {
    let offered = |kind: StepKind| {
        situation.assessment.options.iter().filter(move |option| option.kind == kind && option.verdict != Verdict::LeftOut)
    };
    let lists = order(situation.assessment.adequate_failed_trials, adjunct_first).into_iter().filter_map(|kind| {
        let all: Vec<&TreatmentOption> = offered(kind).collect();
        let mut lines: Vec<String> = all.iter().take(PER_KIND).map(|option| line(option, situation)).collect();
        let more = all.len().saturating_sub(PER_KIND);
        if more > 0 {
            lines.push(format!("{more} more in the option list of the assessment"));
        }
        (!lines.is_empty()).then_some(Block::List(heading(kind), lines))
    });
    untested(situation).into_iter().chain(lists).collect()
}

/// The order of the kinds: adding before switching where a drug helped in part, referral first from three failures on.
fn order(failures: usize, adjunct_first: bool) -> [StepKind; 7] {
    use StepKind::{Augment, Neurostimulation, Optimise, Psychotherapy, RapidActing, Referral, Switch};
    let (first, second) = if adjunct_first { (Augment, Switch) } else { (Switch, Augment) };
    if failures >= REFERRAL_FIRST {
        [Referral, Optimise, first, second, Psychotherapy, Neurostimulation, RapidActing]
    } else {
        [Optimise, first, second, Psychotherapy, Neurostimulation, RapidActing, Referral]
    }
}

const fn heading(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Optimise => "Raise the dose",
        StepKind::Switch => "Switch to",
        StepKind::Augment => "Add",
        StepKind::Neurostimulation => "Neurostimulation",
        StepKind::RapidActing => "Rapid-acting, in a clinic",
        StepKind::Psychotherapy => "Psychotherapy",
        StepKind::Referral => "Refer to",
    }
}

/// What no option was tested for, said once instead of beside each.
fn untested(situation: Situation<'_>) -> Option<Block> {
    let mut missing: Vec<&str> = Vec::new();
    let offered = situation.assessment.options.iter().filter(|option| option.verdict != Verdict::LeftOut);
    for reason in offered.flat_map(|option| &option.reasons).filter_map(|reason| reason.strip_prefix(NOT_CHECKED)) {
        if !missing.contains(&reason) {
            missing.push(reason);
        }
    }
    (!missing.is_empty())
        .then(|| Block::Paragraph(format!("**Not checked here, so check before choosing:** {}.", inline(&missing.join("; ")))))
}

/// How `derive` writes a removal that could not be tested (rules.md 9.3).
const NOT_CHECKED: &str = "not checked: ";

/// One option: how to start, what it is labelled for, what becomes of the present drug, what to weigh.
fn line(option: &TreatmentOption, situation: Situation<'_>) -> String {
    let facts: Vec<&str> = option.reasons.iter().map(String::as_str).filter(|reason| !reason.starts_with(NOT_CHECKED)).collect();
    let mut parts: Vec<String> = Vec::new();
    if let Some(row) = option.row.and_then(|id| situation.knowledge.options().iter().find(|row| row.id == id)) {
        parts.push(format!("start {}", of_drug(row.start_dose, option)));
        parts.push(of_drug(row.titration, option));
        parts.push(format!("{} (CANMAT 2023: {})", label(row), row.guideline));
        parts.push(row.change_over.to_owned());
        parts.push(trade_off(row));
    }
    parts.extend(facts.iter().map(|fact| (*fact).to_owned()));
    let texts: Vec<String> = parts.iter().filter(|part| !part.trim().is_empty()).map(|part| inline(&shortened(part, TEXT))).collect();
    let name = inline(&name(option, situation));
    if texts.is_empty() { format!("**{name}**") } else { format!("**{name}**: {}", texts.join("; ")) }
}

fn name(option: &TreatmentOption, situation: Situation<'_>) -> String {
    let row = option.row.and_then(|id| situation.knowledge.options().iter().find(|row| row.id == id));
    match (option.drug, row) {
        (Some(drug), _) => drug.to_string(),
        (None, Some(row)) => row.name.to_owned(),
        (None, None) => option.id.clone(),
    }
}

/// The part of a text of a class that is about this drug: `sertraline 50; escitalopram 10` of sertraline is `50`.
fn of_drug(text: &str, option: &TreatmentOption) -> String {
    let Some(drug) = option.drug else { return text.to_owned() };
    let own = text.split(';').map(str::trim).find_map(|part| part.strip_prefix(drug.name()));
    own.map_or_else(|| text.to_owned(), |rest| rest.trim().to_owned())
}

fn label(row: &OptionRow) -> &'static str {
    if row.regulatory_status.contains("off-label") || row.regulatory_status.contains("not applicable") || row.regulatory_status.is_empty() {
        if row.regulatory_status.contains("off-label") { "off-label" } else { "no drug" }
    } else {
        "within label"
    }
}

/// The first of the things to talk about.
fn trade_off(row: &OptionRow) -> String {
    row.what_to_discuss.split(". ").next().unwrap_or_default().to_owned()
}

/// Who can do this, what to tell the patient, what was left out.
pub(super) fn last_lines(situation: Situation<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.push(Block::List("Who can do this", who(situation)));
    let mut lines = vec![
        "Between options of equal line, cost, travel, time and the patient's preference decide.".to_owned(),
        "Roughly a third remit after the first step, fewer after each step; most people who keep working through the sequence do get better; the path is often not straight.".to_owned(),
        "Partial but stable: maintenance with regular scores is a choice too.".to_owned(),
    ];
    let old = situation.assessment.patient.age_years.is_some_and(|age| age >= OPTIMUM_FROM_AGE);
    if old && situation.assessment.adequate_failed_trials >= 2 {
        lines.push("OPTIMUM (age 60 and over, two failures): remission 28.9 % with aripiprazole added, 28.2 % with bupropion added, 19.3 % after a switch to bupropion; falls 0.33 and 0.55 per patient with the two additions.".to_owned());
    }
    blocks.push(Block::List("For the talk with the patient", lines));
    blocks.extend(left_out(situation).map(Block::Paragraph));
    blocks
}

/// The care levels that what is offered needs, in order.
fn who(situation: Situation<'_>) -> Vec<String> {
    let offered = situation.assessment.options.iter().filter(|option| option.verdict != Verdict::LeftOut);
    let rows = offered.filter_map(|option| option.row).filter_map(|id| situation.knowledge.options().iter().find(|row| row.id == id));
    let needed: Vec<&str> = rows.flat_map(|row| row.care_levels.iter().copied()).collect();
    let levels = situation.knowledge.care_levels().iter().filter(|level| needed.contains(&level.id));
    levels.map(|level: &CareLevel| inline(&format!("{} ({}): {}", level.name, level.setting, shortened(level.can_do, TEXT)))).collect()
}

/// The options left out, with the first reason of each, in one short line.
fn left_out(situation: Situation<'_>) -> Option<String> {
    let drugs =
        situation.assessment.options.iter().filter(|option| option.verdict == Verdict::LeftOut && option.kind != StepKind::Referral);
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for option in drugs.take(LEFT_OUT * 4) {
        let reason = option.reasons.first().map_or("", String::as_str);
        let named = name(option, situation);
        match by_reason.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) if !names.contains(&named) => names.push(named),
            Some(_) => {}
            None => by_reason.push((reason, vec![named])),
        }
    }
    let texts: Vec<String> =
        by_reason.iter().take(LEFT_OUT).map(|(reason, names)| format!("{} because {reason}", shortened(&names.join(", "), TEXT))).collect();
    (!texts.is_empty()).then(|| format!("Left out: {}.", inline(&texts.join("; "))))
}
