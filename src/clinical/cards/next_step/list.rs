//! The options of the card, by kind, and its last lines.

use super::super::Situation;
use super::super::finding::Block;
use super::super::markdown::{escape_markdown, inline, shortened};
use crate::clinical::derive::{Breastfeeding, Fact, Pregnancy, StepKind, Talk, TreatmentOption, Verdict};
use crate::clinical::knowledge::{CareLevel, OptionRow};

/// The most options of one kind that a side bar has room for; the assessment lists all.
const PER_KIND: usize = 3;

/// The most characters of one text of the option table in a line.
const TEXT: usize = 110;

/// The most characters of what to measure: the schedules of antipsychotics are long.
const MONITORING: usize = 160;

/// The most options named as left out.
const LEFT_OUT: usize = 8;

/// The options that are not left out, a list for each kind, the kind that comes first at the head.
pub(super) fn options(situation: Situation<'_>, adjunct_first: bool) -> Vec<Block> {
    let lists = of_kinds(&order(situation, adjunct_first), situation);
    untested(situation).into_iter().chain(lists).collect()
}

/// What the urgent pathway leads to: urgent psychiatry, and ECT now. Single drugs are no answer to it (rules.md 10).
pub(super) fn urgent(situation: Situation<'_>) -> Vec<Block> {
    let mut lists = of_kinds(&[StepKind::Referral], situation);
    let ect = offered(situation).filter(|option| option.row == Some(NOW_WHEN_URGENT)).map(|option| line(option, situation)).collect();
    lists.push(Block::List(heading(StepKind::Neurostimulation), ect));
    lists
}

/// The row that is an option now, not after two failures.
const NOW_WHEN_URGENT: &str = "ect";

fn of_kinds(kinds: &[StepKind], situation: Situation<'_>) -> Vec<Block> {
    let lists = kinds.iter().copied().filter_map(|kind| {
        let offered: Vec<&TreatmentOption> = offered(situation).filter(|option| option.kind == kind).collect();
        let (shown, more) = best(&offered);
        let mut lines: Vec<String> = shown.iter().map(|option| line(option, situation)).collect();
        if !more.is_empty() {
            let names: Vec<String> = more.iter().map(|option| option.name.to_owned()).collect();
            lines.push(format!("also: {}", inline(&shortened(&names.join(", "), TEXT))));
        }
        (!lines.is_empty()).then_some(Block::List(heading(kind), lines))
    });
    lists.collect()
}

/// How `derive` writes the room of a dose: `now 50, room to 200 mg`.
const ROOM: &str = "now ";

/// The options by name: a line each for the dose, adding and switching, one for the rest. What a side bar shows before the fold.
pub(super) fn names(situation: Situation<'_>, adjunct_first: bool) -> Vec<String> {
    let drug_kinds = [StepKind::Optimise, StepKind::Switch, StepKind::Augment];
    let of = |kind: StepKind| {
        let offered: Vec<&TreatmentOption> = offered(situation).filter(|option| option.kind == kind).collect();
        let (shown, more) = best(&offered);
        // what stands in brackets in the table is for the details
        let short = |option: &TreatmentOption| {
            // TMS, ECT, VNS by the letters everybody knows
            let letters = option.id.to_uppercase();
            let word = option.name.split(" (").next().unwrap_or_default().trim_end_matches(" added");
            let name = if option.kind == StepKind::Neurostimulation { letters.as_str() } else { word };
            match option.reasons.iter().find(|reason| reason.starts_with(ROOM)).filter(|_| option.kind == StepKind::Optimise) {
                Some(room) => format!("{name} ({room})"),
                None => name.to_owned(),
            }
        };
        let names: Vec<String> = shown.iter().map(|option| short(option)).collect();
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
        if kind == StepKind::Referral && lines.is_empty() && kind == order[0] {
            lines.push(format!("**Referral first:** {}", inline(&names.join(", "))));
            continue;
        }
        if !drug_kinds.contains(&kind) {
            others.extend(names);
            continue;
        }
        let more = if more == 0 { String::new() } else { format!(" or {more} more") };
        let pregnant = matches!(situation.assessment.circumstances.pregnancy, Pregnancy::Current(_));
        let condition = if pregnant && kind == StepKind::Optimise { ", only with obstetrics or perinatal psychiatry" } else { "" };
        lines.push(format!("**{}{condition}:** {}{more}", heading(kind), inline(&names.join(", "))));
    }
    lines.extend((!others.is_empty()).then(|| format!("**Also:** {}", inline(&others.join(", ")))));
    lines
}

/// Facts of the chart, a line each.
pub(super) fn facts(facts: &[Fact]) -> Block {
    Block::List("", facts.iter().map(|fact| escape_markdown(&fact.text)).collect())
}

/// What was added already and is still taken: the first thing to decide on.
pub(super) fn added_already(situation: Situation<'_>) -> Option<String> {
    let added: Vec<String> = situation
        .assessment
        .augmentation
        .iter()
        .filter(|added| added.ongoing)
        .map(|added| format!("{} (since {})", added.drug, added.start))
        .collect();
    (!added.is_empty())
        .then(|| format!("**Already added: {}.** Worth deciding first: its dose, or whether it stays.", inline(&added.join(", "))))
}

/// What a birth within a year changes (rules.md 9.3 and 10).
pub(super) fn postpartum(situation: Situation<'_>) -> Option<String> {
    let birth = situation.assessment.circumstances.postpartum.as_ref()?;
    let breastfeeding = match &birth.breastfeeding {
        Breastfeeding::Yes(fact) => format!("breastfeeding: {}", escape_markdown(&fact.text)),
        Breastfeeding::No(_) => "not breastfeeding".to_owned(),
        Breastfeeding::NotOnFile => "breastfeeding: not on file".to_owned(),
    };
    Some(format!(
        "**Within a year after birth** ({}; {breastfeeding}): with perinatal psychiatry. A drug that helps is usually kept; lithium only with a specialist. Zuranolone is a further choice in this time only (FDA 2023); no esketamine.",
        escape_markdown(&birth.fact.text)
    ))
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
    if failures >= situation.knowledge.parameters().referral_first_from_failures {
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

/// One option: how to start, its label and line; below it what the record says of it, what becomes of the present drug, what to measure,
/// what to talk about.
fn line(option: &TreatmentOption, situation: Situation<'_>) -> String {
    let start = option.start.map(|start| if option.drug.is_some() { format!("start {start}") } else { start.to_owned() });
    let line = option.guideline.map(|line| format!("CANMAT 2023: {line}"));
    let first = [start, option.titration.map(|steps| situation.for_age(steps)), option.label.clone(), line].into_iter().flatten();
    let told: Vec<&str> = option.reasons.iter().map(String::as_str).filter(|reason| !reason.starts_with(NOT_CHECKED)).collect();
    let risk = !situation.assessment.circumstances.overdose_risk.is_empty();
    let overdose = option.overdose.filter(|_| risk).map(str::to_owned);
    let beside = [
        ("to note", joined(told)),
        (
            if option.kind == StepKind::Switch { "change-over" } else { "present drug" },
            option.change_over.filter(|text| *text != ADDED).map(str::to_owned),
        ),
        ("to measure", joined(option.monitoring.iter().map(String::as_str).collect()).map(|text| shortened(&text, MONITORING))),
        ("to talk about", option.talk.map(|talk| trade_offs(&talk))),
        ("overdose", overdose),
    ];
    let head: Vec<String> = first.filter(|part| !part.trim().is_empty()).map(|part| inline(&shortened(&part, TEXT))).collect();
    let colon = if head.is_empty() { "" } else { ": " };
    let mut text = format!("**{}**{colon}{}", inline(option.name), head.join("; "));
    for (what, said) in beside {
        if let Some(said) = said {
            text.push_str(&format!("\n  - {what}: {}", inline(&said)));
        }
    }
    text
}

fn joined(texts: Vec<&str>) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// The trade-offs of an option, in the order of a talk.
fn trade_offs(talk: &Talk) -> String {
    let stop = if talk.people_stop_for.is_empty() { String::new() } else { format!("people stop for {}", talk.people_stop_for) };
    let texts = [talk.time_to_effect, talk.visits_and_tests, &stop, talk.cost_and_access];
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
}

fn row<'a>(option: &TreatmentOption, situation: Situation<'a>) -> Option<&'a OptionRow> {
    option.row.and_then(|id| situation.knowledge.options().iter().find(|row| row.id == id))
}

/// How the option table writes that nothing is stopped; the heading of the list says it already.
const ADDED: &str = "added to the antidepressant, which stays at its dose";

/// Who can do this, and the figures of a trial where they are about this age.
pub(super) fn last_lines(situation: Situation<'_>) -> Vec<Block> {
    let parameters = situation.knowledge.parameters();
    let old = situation.assessment.patient.age_years.is_some_and(|age| age >= parameters.older_from_age);
    let failures = i32::try_from(situation.assessment.adequate_failed_trials).unwrap_or(i32::MAX);
    let figures = old && failures >= parameters.trd_min_adequate_failures;
    let who = who(situation).into_iter().chain(staging(situation)).map(Block::Paragraph);
    who.chain(figures.then(|| Block::Paragraph(OPTIMUM.to_owned()))).collect()
}

/// Where the trials stand on two scales: shown for reference, never a diagnosis (rules.md 6).
fn staging(situation: Situation<'_>) -> Option<String> {
    let staging = &situation.assessment.staging;
    let roman = ["0", "I", "II", "III", "IV", "V"];
    let thase_rush = staging.thase_rush.filter(|stage| *stage > 0).and_then(|stage| roman.get(usize::from(stage)));
    let thase_rush = thase_rush.map(|stage| format!("Thase-Rush {stage}"));
    let maudsley = staging.maudsley.as_ref().map(|msm| format!("{}: {} of 15, {}", msm.name, msm.total, msm.band));
    let texts: Vec<String> = thase_rush.into_iter().chain(maudsley).collect();
    (!texts.is_empty()).then(|| inline(&format!("Staging, no diagnosis: {}.", texts.join("; "))))
}

/// rules.md 14: what the trial found in groups, no forecast for one patient.
const OPTIMUM: &str = "In a trial at age 60 and over after two failures (OPTIMUM), remission was about as frequent with aripiprazole added as with \
bupropion added, and less so after a switch to bupropion; falls were more frequent with bupropion added (0.55 per patient) than with aripiprazole added (0.33).";

/// The care levels that what is offered needs, in order, with the kinds of step that each can take.
fn who(situation: Situation<'_>) -> Option<String> {
    let needs =
        |option: &&TreatmentOption, level: &CareLevel| row(option, situation).is_some_and(|row| row.care_levels.contains(&level.id));
    // levels that can take the same steps share a line
    let mut by_kinds: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for level in situation.knowledge.care_levels() {
        let mut kinds: Vec<&str> = offered(situation).filter(|option| needs(option, level)).map(|option| noun(option.kind)).collect();
        kinds.dedup();
        match by_kinds.iter_mut().find(|(known, _)| *known == kinds) {
            Some((_, levels)) => levels.push(level.name),
            None => by_kinds.push((kinds, vec![level.name])),
        }
    }
    let told = by_kinds.into_iter().filter(|(kinds, _)| !kinds.is_empty());
    let texts: Vec<String> = told.map(|(kinds, levels)| format!("{}: {}", levels.join(", "), kinds.join(", "))).collect();
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
        // that it is taken says more than that it would be too early for it
        let taken = option.reasons.iter().find(|reason| reason.starts_with("already being taken"));
        let reason = match taken.or(option.reasons.first()).map_or("", String::as_str) {
            "pregnancy" => "no new drug is listed in pregnancy",
            reason => reason,
        };
        let named = option.name.to_owned();
        match by_reason.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) if !names.contains(&named) => names.push(named),
            Some(_) => {}
            None => by_reason.push((reason, vec![named])),
        }
    }
    let texts: Vec<String> =
        by_reason.iter().take(LEFT_OUT).map(|(reason, names)| format!("{} ({reason})", shortened(&names.join(", "), TEXT))).collect();
    (!texts.is_empty()).then(|| format!("Left out: {}.", inline(&texts.join("; "))))
}
