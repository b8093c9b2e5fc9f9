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
    let lists = order(situation.assessment.adequate_failed_trials, adjunct_first).into_iter().filter_map(|kind| {
        let offered: Vec<&TreatmentOption> = offered(situation).filter(|option| option.kind == kind).collect();
        let (shown, more) = best(&offered);
        let mut lines: Vec<String> = shown.iter().map(|option| line(option)).collect();
        if !more.is_empty() {
            let names: Vec<String> = more.iter().map(|option| option.name.to_owned()).collect();
            lines.push(format!("also: {}", inline(&shortened(&names.join(", "), TEXT))));
        }
        (!lines.is_empty()).then_some(Block::List(heading(kind), lines))
    });
    untested(situation).into_iter().chain(lists).collect()
}

fn offered(situation: Situation<'_>) -> impl Iterator<Item = &TreatmentOption> {
    situation.assessment.options.iter().filter(|option| option.verdict != Verdict::LeftOut)
}

/// Whether the dose of the current drug has room.
pub(super) fn has_room(situation: Situation<'_>) -> bool {
    offered(situation).any(|option| option.kind == StepKind::Optimise)
}

/// The best few, of a class one drug only, and the rest.
fn best<'a>(offered: &[&'a TreatmentOption]) -> (Vec<&'a TreatmentOption>, Vec<&'a TreatmentOption>) {
    let mut rows = Vec::new();
    offered.iter().partition(|option| {
        let new = rows.len() < PER_KIND && (option.row.is_none() || !rows.contains(&option.row));
        if new {
            rows.push(option.row);
        }
        new
    })
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
        StepKind::Augment => "Add (the antidepressant stays, unless said otherwise)",
        StepKind::Neurostimulation => "Neurostimulation",
        StepKind::RapidActing => "Rapid-acting, in a clinic",
        StepKind::Psychotherapy => "Psychotherapy",
        StepKind::Referral => "Refer to",
    }
}

/// What no option was tested for, said once instead of beside each.
fn untested(situation: Situation<'_>) -> Option<Block> {
    let mut missing: Vec<&str> = Vec::new();
    for reason in offered(situation).flat_map(|option| &option.reasons).filter_map(|reason| reason.strip_prefix(NOT_CHECKED)) {
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
fn line(option: &TreatmentOption) -> String {
    let start = option.start.map(|start| if option.drug.is_some() { format!("start {start}") } else { start.to_owned() });
    let steps = option.titration.map(|steps| if option.kind == StepKind::Optimise { format!("how: {steps}") } else { steps.to_owned() });
    let line = option.guideline.map(|line| format!("CANMAT 2023: {line}"));
    let short = [start, steps, option.label.clone(), line].into_iter().flatten().map(|text| shortened(&text, TEXT));
    let over = option.change_over.filter(|text| *text != ADDED).map(str::to_owned);
    let talk = option.talk.iter().flat_map(|talk| [talk.time_to_effect.to_owned(), format!("people stop for {}", talk.people_stop_for)]);
    let reasons = option.reasons.iter().filter(|reason| !reason.starts_with(NOT_CHECKED)).cloned();
    let parts = short.chain(over).chain(talk.map(|text| shortened(&text, TEXT))).chain(reasons);
    let texts: Vec<String> = parts.filter(|part| !part.trim().is_empty()).map(|part| inline(&part)).collect();
    let name = inline(option.name);
    if texts.is_empty() { format!("**{name}**") } else { format!("**{name}**: {}", texts.join("; ")) }
}

fn row<'a>(option: &TreatmentOption, situation: Situation<'a>) -> Option<&'a OptionRow> {
    option.row.and_then(|id| situation.knowledge.options().iter().find(|row| row.id == id))
}

/// How the option table writes that nothing is stopped; the heading of the list says it already.
const ADDED: &str = "added to the antidepressant, which stays at its dose";

/// Who can do this, and the figures of a trial where they are about this age.
pub(super) fn last_lines(situation: Situation<'_>) -> Vec<Block> {
    let old = situation.assessment.patient.age_years.is_some_and(|age| age >= OPTIMUM_FROM_AGE);
    let figures = old && situation.assessment.adequate_failed_trials >= 2;
    let who = who(situation).map(Block::Paragraph);
    who.into_iter().chain(figures.then(|| Block::Paragraph(OPTIMUM.to_owned()))).collect()
}

/// rules.md 14: what the trial found in groups, no forecast for one patient.
const OPTIMUM: &str = "In a trial at age 60 and over after two failures (OPTIMUM), remission was about as frequent with aripiprazole added as with \
bupropion added, and less so after a switch to bupropion; falls were more frequent with bupropion added (0.55 per patient) than with aripiprazole added (0.33).";

/// The care levels that what is offered needs, in order, with the kinds of step that each can take.
fn who(situation: Situation<'_>) -> Option<String> {
    let needs =
        |option: &&TreatmentOption, level: &CareLevel| row(option, situation).is_some_and(|row| row.care_levels.contains(&level.id));
    let texts = situation.knowledge.care_levels().iter().filter_map(|level| {
        let mut kinds: Vec<&str> = offered(situation).filter(|option| needs(option, level)).map(|option| noun(option.kind)).collect();
        kinds.dedup();
        (!kinds.is_empty()).then(|| format!("{} ({}): {}", level.name, level.setting, kinds.join(", ")))
    });
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| format!("**Who can do this:** {}.", inline(&texts.join("; "))))
}

const fn noun(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Optimise => "dose change",
        StepKind::Switch => "switch",
        StepKind::Augment => "augmentation",
        StepKind::Neurostimulation => "neurostimulation",
        StepKind::RapidActing => "esketamine, ketamine",
        StepKind::Psychotherapy => "psychotherapy",
        StepKind::Referral => "referral",
    }
}

/// The options left out, with the first reason of each, in one short line.
pub(super) fn left_out(situation: Situation<'_>) -> Option<String> {
    let drugs =
        situation.assessment.options.iter().filter(|option| option.verdict == Verdict::LeftOut && option.kind != StepKind::Referral);
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for option in drugs.take(LEFT_OUT * 4) {
        let reason = option.reasons.first().map_or("", String::as_str);
        let named = option.name.to_owned();
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
