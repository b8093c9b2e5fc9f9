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

/// The options that are not left out, a list for each kind, the kind that comes first at the head.
pub(super) fn options(situation: Situation<'_>, adjunct_first: bool) -> Vec<Block> {
    let lists = order(situation, adjunct_first).into_iter().filter_map(|kind| {
        let offered: Vec<&TreatmentOption> = offered(situation).filter(|option| option.kind == kind).collect();
        let (shown, more) = best(&offered);
        let mut lines: Vec<String> = shown.iter().map(|option| line(option, situation)).collect();
        if !more.is_empty() {
            let names: Vec<String> = more.iter().map(|option| name(option, situation)).collect();
            lines.push(format!("also: {}", inline(&shortened(&names.join(", "), TEXT))));
        }
        (!lines.is_empty()).then_some(Block::List(heading(kind), lines))
    });
    untested(situation).into_iter().chain(lists).collect()
}

/// The options by name: a line each for the dose, adding and switching, one for the rest. What a side bar shows before the fold.
pub(super) fn names(situation: Situation<'_>, adjunct_first: bool) -> Vec<String> {
    let drug_kinds = [StepKind::Optimise, StepKind::Switch, StepKind::Augment];
    let of = |kind: StepKind| {
        let offered: Vec<&TreatmentOption> = offered(situation).filter(|option| option.kind == kind).collect();
        let (shown, more) = best(&offered);
        // what stands in brackets in the table is for the details
        let short = |name: String| name.split(" (").next().unwrap_or_default().to_owned();
        let names: Vec<String> = shown.iter().map(|option| short(name(option, situation))).collect();
        (names, more.len())
    };
    let order = order(situation, adjunct_first);
    let mut lines = Vec::new();
    let mut others = Vec::new();
    for kind in order {
        let (names, more) = of(kind);
        if names.is_empty() {
            continue;
        }
        if !drug_kinds.contains(&kind) {
            others.extend(names);
            continue;
        }
        let more = if more == 0 { String::new() } else { format!(" or {more} more") };
        lines.push(format!("**{}:** {}{more}", heading(kind), inline(&names.join(", "))));
    }
    lines.extend((!others.is_empty()).then(|| format!("**Also:** {}", inline(&others.join(", ")))));
    lines
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
fn order(situation: Situation<'_>, adjunct_first: bool) -> [StepKind; 7] {
    use StepKind::{Augment, Neurostimulation, Optimise, Psychotherapy, RapidActing, Referral, Switch};
    let (first, second) = if adjunct_first { (Augment, Switch) } else { (Switch, Augment) };
    let failures = i32::try_from(situation.assessment.adequate_failed_trials).unwrap_or(i32::MAX);
    if failures >= situation.knowledge.parameters().referral_first_min_failures {
        [Referral, Optimise, first, second, Psychotherapy, Neurostimulation, RapidActing]
    } else {
        [Optimise, first, second, Psychotherapy, Neurostimulation, RapidActing, Referral]
    }
}

const fn heading(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Optimise => "Raise the dose",
        StepKind::Switch => "Switch to",
        StepKind::Augment => "Add to the antidepressant",
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
fn line(option: &TreatmentOption, situation: Situation<'_>) -> String {
    let mut parts = match row(option, situation) {
        Some(row) => row_parts(row, option, situation),
        None => own_titration(option, situation).map(|titration| format!("how: {titration}")).into_iter().collect(),
    };
    parts.extend(option.reasons.iter().filter(|reason| !reason.starts_with(NOT_CHECKED)).cloned());
    let texts: Vec<String> = parts.iter().filter(|part| !part.trim().is_empty()).map(|part| inline(part)).collect();
    let name = inline(&name(option, situation));
    if texts.is_empty() { format!("**{name}**") } else { format!("**{name}**: {}", texts.join("; ")) }
}

fn row<'a>(option: &TreatmentOption, situation: Situation<'a>) -> Option<&'a OptionRow> {
    option.row.and_then(|id| situation.knowledge.options().iter().find(|row| row.id == id))
}

fn row_parts(row: &OptionRow, option: &TreatmentOption, situation: Situation<'_>) -> Vec<String> {
    let start = of_drug(row, row.start_dose, option).or_else(|| own_start(option, situation)).filter(|start| !start.is_empty());
    let steps = of_drug(row, row.titration, option).or_else(|| own_titration(option, situation));
    let dose = if row.ingredients.is_empty() { vec![start] } else { vec![start.map(|start| format!("start {start}")), steps] };
    let line = Some(row.guideline)
        .filter(|line| !line.is_empty())
        .map(|line| format!("CANMAT 2023: {}", line.replace("(memory)", "(not rechecked)")));
    let short = dose.into_iter().chain([label(row, situation), line]).flatten().map(|text| shortened(&text, TEXT));
    short.chain(change_over(row, situation)).chain(trade_offs(row).map(|text| shortened(&text, TEXT))).collect()
}

/// What it is labelled for; of an antipsychotic after one failure the condition of its label.
fn label(row: &OptionRow, situation: Situation<'_>) -> Option<String> {
    let once_failed = situation.assessment.adequate_failed_trials == 1;
    if row.ingredients.is_empty() {
        None
    } else if once_failed && row.regulatory_status.starts_with(ADJUNCT) {
        Some("label: inadequate response to antidepressants; usually after dose optimisation".to_owned())
    } else {
        Some(row.regulatory_status.to_owned())
    }
}

/// What becomes of the present drug, never cut: where the table tells apart what is changed from, what holds for the present drug.
fn change_over(row: &OptionRow, situation: Situation<'_>) -> Option<String> {
    let text = Some(row.change_over).filter(|text| !text.starts_with(ADDED))?;
    let Some(trial) = situation.current_trial() else { return Some(text.to_owned()) };
    let (name, class) = (trial.drug.name(), trial.class.to_uppercase());
    let holds = |part: &&str| (part.contains(name) || part.contains(&class)) && !part.contains(&format!("other than {name}"));
    let is_from = |part: &&str| part.starts_with("from ");
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    let known = parts.iter().any(|part| is_from(part) && holds(part));
    Some(parts.iter().copied().filter(|part| !known || !is_from(part) || holds(part)).collect::<Vec<_>>().join("; "))
}

/// How the option table writes that nothing is stopped; the heading of the list says it already.
const ADDED: &str = "added to the antidepressant, which stays at its dose";

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

/// The drug of a class, else the name of the row.
fn name(option: &TreatmentOption, situation: Situation<'_>) -> String {
    match (option.drug, row(option, situation)) {
        (_, Some(row)) if row.ingredients.len() < 2 || option.drug.is_none() => {
            row.name.trim_end_matches(" (added)").trim_end_matches(" (switch)").to_owned()
        }
        (Some(drug), _) => drug.to_string(),
        (None, _) => option.id.clone(),
    }
}

/// How long it takes, and what people stop it for.
fn trade_offs(row: &OptionRow) -> impl Iterator<Item = String> {
    let mut sentences = row.what_to_discuss.split(". ");
    let time = sentences.next().map(|time| time.trim_start_matches("time: ").to_owned());
    let stop = sentences.find(|sentence| sentence.starts_with("People stop for")).map(|stop| stop.replacen("People", "people", 1));
    time.into_iter().chain(stop)
}

/// Who can do this, and the figures of a trial where they are about this age.
pub(super) fn last_lines(situation: Situation<'_>) -> Vec<Block> {
    let parameters = situation.knowledge.parameters();
    let old = situation.assessment.patient.age_years.is_some_and(|age| age >= parameters.optimum_figures_from_age);
    let failures = i32::try_from(situation.assessment.adequate_failed_trials).unwrap_or(i32::MAX);
    let figures = old && failures >= parameters.trd_min_adequate_failures;
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
