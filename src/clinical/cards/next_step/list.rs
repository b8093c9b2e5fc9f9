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
    let mut parts = match row(option, situation) {
        Some(row) => row_parts(row, option, situation),
        None => own_titration(option, situation).map(|titration| format!("how: {titration}")).into_iter().collect(),
    };
    parts.extend(option.reasons.iter().filter(|reason| !reason.starts_with(NOT_CHECKED)).cloned());
    let texts: Vec<String> = parts.iter().filter(|part| !part.trim().is_empty()).map(|part| inline(&shortened(part, TEXT))).collect();
    let name = inline(&name(option, situation));
    if texts.is_empty() { format!("**{name}**") } else { format!("**{name}**: {}", texts.join("; ")) }
}

fn row<'a>(option: &TreatmentOption, situation: Situation<'a>) -> Option<&'a OptionRow> {
    option.row.and_then(|id| situation.knowledge.options().iter().find(|row| row.id == id))
}

fn row_parts(row: &OptionRow, option: &TreatmentOption, situation: Situation<'_>) -> Vec<String> {
    let start = of_drug(row, row.start_dose, option).or_else(|| own_start(option, situation));
    let steps = of_drug(row, row.titration, option).or_else(|| own_titration(option, situation));
    let once_failed = situation.assessment.adequate_failed_trials == 1;
    let label = if once_failed && row.regulatory_status.starts_with(ADJUNCT) {
        "label: inadequate response to antidepressants; usually after dose optimisation".to_owned()
    } else {
        row.regulatory_status.to_owned()
    };
    let line = if row.guideline.is_empty() {
        String::new()
    } else {
        format!("CANMAT 2023: {}", row.guideline.replace("(memory)", "(not rechecked)"))
    };
    let start = start.filter(|start| !start.is_empty()).map(|start| format!("start {start}")).unwrap_or_default();
    vec![start, steps.unwrap_or_default(), label, line, row.change_over.to_owned(), trade_off(row)]
}

/// How the option table writes the label of the antipsychotics that are added to an antidepressant.
const ADJUNCT: &str = "FDA adjunct MDD";

/// What a text of the row says of this drug; nothing where it speaks of the other drugs of its class only.
fn of_drug(row: &OptionRow, text: &str, option: &TreatmentOption) -> Option<String> {
    let Some(drug) = option.drug.filter(|_| row.ingredients.len() > 1) else { return Some(text.to_owned()) };
    let own = text.split(';').map(str::trim).find_map(|part| part.strip_prefix(drug.name()));
    match own.map(str::trim) {
        Some(dose) if dose.ends_with(|c: char| c.is_ascii_digit()) => Some(format!("{dose} mg")),
        Some(words) => Some(words.to_owned()),
        None if row.ingredients.iter().any(|other| text.contains(other.name())) => None,
        None => Some(text.to_owned()),
    }
}

fn own_start(option: &TreatmentOption, situation: Situation<'_>) -> Option<String> {
    let row = situation.knowledge.antidepressant(option.drug?)?;
    Some(row.start_dose.to_owned())
}

fn own_titration(option: &TreatmentOption, situation: Situation<'_>) -> Option<String> {
    let row = situation.knowledge.antidepressant(option.drug?)?;
    (!row.titration.is_empty()).then(|| row.titration.to_owned())
}

fn name(option: &TreatmentOption, situation: Situation<'_>) -> String {
    match (option.drug, row(option, situation)) {
        (Some(drug), _) => drug.to_string(),
        (None, Some(row)) => row.name.to_owned(),
        (None, None) => option.id.clone(),
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
