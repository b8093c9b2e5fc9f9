//! The options of the card, by kind, and its last lines.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::Situation;
use super::super::finding::Block;
use super::super::gate::OLDER;
use super::super::markdown::{escape_markdown, inline, push_inline, shortened};
use super::super::wording::push_capitalised;
use crate::clinical::derive::{Breastfeeding, Fact, Pregnancy, StepKind, Talk, TreatmentOption, Verdict};
use crate::clinical::knowledge::OptionRow;

/// The most options of one kind that a side bar has room for; the assessment lists all.
const PER_KIND: usize = 3;

/// The most characters of a row of names.
const NAMES: usize = 300;

/// The most reasons told of options that stand by name alone.
const NOTES: usize = 6;

/// The most options named as left out.
const LEFT_OUT: usize = 8;

/// The options that are not left out, a list for each kind, the kind that comes first at the head.
pub(super) fn options(situation: Situation<'_>, adjunct_first: bool) -> Vec<Block> {
    let common = common(situation);
    let lists = of_kinds(&order(situation, adjunct_first), &common, situation);
    untested(situation).into_iter().chain(of_every_drug(&common)).chain(lists).collect()
}

/// What the urgent pathway leads to: urgent psychiatry, and ECT now. Single drugs are no answer to it (rules.md 10).
pub(super) fn urgent(situation: Situation<'_>) -> Vec<Block> {
    let common = common(situation);
    let mut lists = of_kinds(&[StepKind::Referral], &common, situation);
    let ect = offered(situation).filter(|option| option.row == Some(NOW_WHEN_URGENT));
    let ect = ect.map(|option| line(option, &common, situation)).collect();
    lists.push(Block::List(heading(StepKind::Neurostimulation), ect));
    lists
}

/// The row that is an option now, not after two failures.
const NOW_WHEN_URGENT: &str = "ect";

fn of_kinds(kinds: &[StepKind], common: &[&str], situation: Situation<'_>) -> Vec<Block> {
    let lists = kinds.iter().copied().filter_map(|kind| {
        let offered: Vec<&TreatmentOption> = offered(situation).filter(|option| option.kind == kind).collect();
        let (shown, more) = best(&offered);
        let mut lines: Vec<String> = shown.iter().map(|option| line(option, common, situation)).collect();
        lines.extend((!more.is_empty()).then(|| by_name(&more, &offered)));
        (!lines.is_empty()).then_some(Block::List(heading(kind), lines))
    });
    lists.collect()
}

/// What the record says of every switch and every add-on alike, where there are several.
fn common<'a>(situation: Situation<'a>) -> Vec<&'a str> {
    let mut drugs = offered(situation).filter(|option| matches!(option.kind, StepKind::Switch | StepKind::Augment));
    let Some(first) = drugs.next() else { return Vec::new() };
    let others: Vec<&TreatmentOption> = drugs.collect();
    let of_all = |reason: &&String| !others.is_empty() && others.iter().all(|option| option.reasons.contains(reason));
    first.reasons.iter().filter(of_all).map(String::as_str).filter(|reason| !reason.starts_with(NOT_CHECKED)).collect()
}

/// It is said once, above the lists, instead of beside each.
fn of_every_drug(common: &[&str]) -> Option<Block> {
    (!common.is_empty()).then(|| Block::Paragraph(format!("**For every drug below:** {}.", inline(&common.join("; ")))))
}

/// The options that stand by name alone, and below them what the record says of some of them but not of all of the kind.
fn by_name(more: &[&TreatmentOption], offered: &[&TreatmentOption]) -> String {
    let of_all = |reason: &String| offered.iter().all(|option| option.reasons.contains(reason));
    let mut notes: Vec<(&str, Vec<&str>)> = Vec::new();
    for option in more {
        for reason in option.reasons.iter().filter(|reason| !reason.starts_with(NOT_CHECKED) && !of_all(reason)) {
            match notes.iter_mut().find(|(known, _)| known == reason) {
                Some((_, names)) => names.push(option.name),
                None => notes.push((reason, vec![option.name])),
            }
        }
    }
    let names: Vec<&str> = more.iter().map(|option| option.name).collect();
    let mut text = format!("also: {}", inline(&names.join(", ")));
    // an MAO inhibitor always carries its free days (rules.md 9.3)
    let inhibitors: Vec<&&TreatmentOption> = more.iter().filter(|option| option.row == Some(WITH_FREE_DAYS)).collect();
    if let Some(how) = inhibitors.first().and_then(|option| option.change_over) {
        let names: Vec<&str> = inhibitors.iter().map(|option| option.name).collect();
        text.push_str(&format!("\n  - change-over, {}: {}", inline(&names.join(", ")), inline(how)));
    }
    for (reason, names) in notes.into_iter().take(NOTES) {
        text.push_str(&format!("\n  - to note, {}: {}", inline(&names.join(", ")), inline(reason)));
    }
    text
}

/// The row of the MAO inhibitors.
const WITH_FREE_DAYS: &str = "maoi_switch";

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
            let name = match option.kind {
                StepKind::Neurostimulation => letters.as_str(),
                StepKind::RapidActing => word.split(' ').next().unwrap_or(word),
                _ => word,
            };
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
            let referral = kind == StepKind::Referral;
            others.extend(names.into_iter().map(|name| if referral { format!("a referral to {name}") } else { name }));
            continue;
        }
        let more = if more == 0 { String::new() } else { format!(" or {more} more") };
        let pregnant = matches!(situation.assessment.circumstances.pregnancy, Pregnancy::Current(_));
        let condition = if pregnant && kind == StepKind::Optimise { ", only with obstetrics or perinatal psychiatry" } else { "" };
        let place = if kind == StepKind::Augment { in_place(situation) } else { String::new() };
        lines.push(format!("**{}{condition}:** {}{more}{}", heading(kind), inline(&names.join(", ")), inline(&place)));
    }
    lines.extend((!others.is_empty()).then(|| format!("**Also:** {}", inline(&others.join(", ")))));
    lines
}

/// How the table of limits writes that an antipsychotic is taken already.
const IN_PLACE: &str = ": would take its place";

/// ` (an antipsychotic in place of aripiprazole)`, where one is taken already.
fn in_place(situation: Situation<'_>) -> String {
    let reasons = offered(situation).flat_map(|option| &option.reasons);
    let taken = reasons.filter_map(|reason| reason.strip_prefix("beside ")?.split_once(IN_PLACE)).map(|(drug, _)| drug);
    let drugs: BTreeSet<&str> = taken.collect();
    let drugs: Vec<&str> = drugs.into_iter().collect();
    if drugs.is_empty() { String::new() } else { format!(" (an antipsychotic only in place of {})", drugs.join(" and ")) }
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
        .map(|added| {
            let level = added.level.as_ref().map(|level| format!("; {level}")).unwrap_or_default();
            format!("{} (since {}{level})", added.drug, added.start)
        })
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
        "**Within a year after birth** ({}; {breastfeeding}): a step to plan with perinatal psychiatry. A drug that helps is usually kept; lithium only with a specialist; no esketamine. Zuranolone has its label for this year alone (FDA 2023).",
        escape_markdown(&birth.fact.text)
    ))
}

fn offered(situation: Situation<'_>) -> impl Iterator<Item = &TreatmentOption> {
    situation.assessment.options.iter().filter(|option| option.verdict != Verdict::LeftOut)
}

/// Whether a switch or an add-on is among the options.
pub(super) fn has_new_drug(situation: Situation<'_>) -> bool {
    offered(situation).any(|option| matches!(option.kind, StepKind::Switch | StepKind::Augment))
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
        StepKind::RapidActing => "Rapid-acting, in a centre",
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
    // that no QTc is on file says more than that a pair could not be checked for want of it
    if missing.iter().any(|what| what.starts_with("QT (")) {
        missing.retain(|what| !what.starts_with("QTc (with "));
    }
    (!missing.is_empty())
        .then(|| Block::Paragraph(format!("**Not checked here, worth a check before choosing:** {}.", inline(&missing.join("; ")))))
}

/// How `derive` writes a removal that could not be tested (rules.md 9.3).
const NOT_CHECKED: &str = "not checked: ";

/// One option: how to start, its label and line; below it what the record says of it, what becomes of the present drug, what to measure,
/// what to talk about. What is `common` to all drugs is said once, above the lists.
fn line(option: &TreatmentOption, common: &[&str], situation: Situation<'_>) -> String {
    let mut text = String::with_capacity(LINE);
    text.push_str("**");
    push_inline(&mut text, option.name);
    text.push_str("**");
    push_head(&mut text, option, situation);
    // said elsewhere: above the lists, in the line of the dose before the fold, among what to measure
    let measured = |reason: &str| reason.ends_with(SODIUM) && option.monitoring.iter().any(|item| item.starts_with("sodium"));
    let elsewhere = |reason: &str| reason.starts_with(NOT_CHECKED) || common.contains(&reason) || measured(reason);
    let room = |reason: &str| option.kind == StepKind::Optimise && reason.starts_with(ROOM);
    let risk = option.drug.is_some() && !situation.assessment.circumstances.overdose_risk.is_empty();
    let present = if option.kind == StepKind::Switch { "change-over" } else { "present drug" };
    push_point(&mut text, "to note", option.reasons.iter().map(|reason| &**reason).filter(|reason| !elsewhere(reason) && !room(reason)));
    push_point(&mut text, present, option.change_over.filter(|text| *text != ADDED));
    push_point(&mut text, "to measure", option.monitoring.iter().map(|item| &**item).filter(|item| *item != "none"));
    push_point(&mut text, "to talk about", option.talk.iter().flat_map(trade_offs));
    push_point(&mut text, "overdose", option.overdose.filter(|_| risk));
    text
}

/// About as long as a line is.
const LINE: usize = 1024;

/// How to start and go on, the label, the guideline: sentences behind a colon.
fn push_head(text: &mut String, option: &TreatmentOption, situation: Situation<'_>) {
    let is_drug = option.drug.is_some();
    let start = option.start.map(|start| situation.for_age(start));
    let start = start.map(|start| if is_drug && !start.starts_with(OLDER) { Cow::Owned(format!("start {start}")) } else { start });
    let steps = option.titration.map(|steps| situation.for_age(steps)).filter(|steps| !steps.is_empty());
    let steps = steps.map(|steps| if is_drug { Cow::Owned(format!("usual steps: {steps}")) } else { steps });
    let label = option.label.as_deref().map(Cow::Borrowed);
    let guideline = option.guideline.map(|line| Cow::Owned(format!("CANMAT 2023: {line}")));
    let mut begun = false;
    for part in [start, steps, label, guideline].into_iter().flatten().filter(|part| !part.trim().is_empty()) {
        text.push_str(if begun { ". " } else { ": " });
        if begun {
            push_capitalised(text, &inline(&part));
        } else {
            push_inline(text, &part);
        }
        begun = true;
    }
}

/// `what: one; two` in a line of its own below the option; nothing where nothing is said.
fn push_point(text: &mut String, what: &str, said: impl IntoIterator<Item = impl AsRef<str>>) {
    let mut begun = false;
    for said in said {
        if !begun {
            text.push_str("\n  - ");
            text.push_str(what);
        }
        text.push_str(if begun { "; " } else { ": " });
        push_inline(text, said.as_ref());
        begun = true;
    }
}

/// How the table of limits writes what the monitoring of the option says too.
const SODIUM: &str = "sodium at baseline and after 2-4 weeks";

/// The trade-offs of an option, in the order of a talk.
fn trade_offs(talk: &Talk) -> impl Iterator<Item = Cow<'static, str>> + use<> {
    let stop = talk.people_stop_for;
    let stop = if stop.is_empty() { Cow::Borrowed(stop) } else { Cow::Owned(format!("people stop for {stop}")) };
    let texts = [talk.time_to_effect.into(), talk.visits_and_tests.into(), stop, talk.cost_and_access.into()];
    texts.into_iter().filter(|text| !text.is_empty())
}

/// The row of the option table; of a rise the row that begins the same drug.
fn row<'a>(option: &TreatmentOption, situation: Situation<'a>) -> Option<&'a OptionRow> {
    let of_drug = |row: &&OptionRow| option.row.is_none() && option.drug.is_some_and(|drug| row.ingredients.contains(&drug));
    situation.knowledge.options().iter().find(|row| option.row == Some(row.id) || of_drug(row))
}

/// How the option table writes that nothing is stopped; the heading of the list says it already.
const ADDED: &str = "added to the antidepressant, which stays at its dose";

/// The staging, the figures of a trial where they are about this age, and who can do this.
pub(super) fn last_lines(situation: Situation<'_>) -> Vec<Block> {
    let parameters = situation.knowledge.parameters();
    let old = situation.assessment.patient.age_years.is_some_and(|age| age >= parameters.older_from_age);
    let failures = i32::try_from(situation.assessment.adequate_failed_trials).unwrap_or(i32::MAX);
    let figures = old && failures >= parameters.trd_min_adequate_failures;
    let figures = figures.then(|| OPTIMUM.to_owned());
    staging(situation).into_iter().chain(figures).chain(who(situation)).map(Block::Paragraph).collect()
}

/// Where the trials stand on two scales: shown for reference, never a diagnosis (rules.md 6).
fn staging(situation: Situation<'_>) -> Option<String> {
    let staging = &situation.assessment.staging;
    let roman = ["0", "I", "II", "III", "IV", "V"];
    let thase_rush = staging.thase_rush.filter(|stage| *stage > 0).and_then(|stage| roman.get(usize::from(stage)));
    let thase_rush = thase_rush.map(|stage| format!("Thase-Rush {stage}"));
    let maudsley = staging.maudsley.as_ref().map(|msm| format!("{}: {} of 15, {}", msm.name, msm.total, msm.band));
    let texts: Vec<String> = thase_rush.into_iter().chain(maudsley).collect();
    (!texts.is_empty()).then(|| inline(&format!("Staging, no diagnosis: {}.", texts.join("; "))).into_owned())
}

/// rules.md 14: what the trial found in groups, no forecast for one patient.
const OPTIMUM: &str = "In a trial at age 60 and over after two failures (OPTIMUM), remission was about as frequent with aripiprazole added as with \
bupropion added, and less so after a switch to bupropion; falls were more frequent with bupropion added (0.55 per patient) than with aripiprazole added (0.33).";

/// The care levels that what is offered needs, in order, with the steps that each can take; levels of the same steps share a line, and one
/// that adds no step is not named.
fn who(situation: Situation<'_>) -> Option<String> {
    let offered = offered(situation).filter_map(|option| Some((noun(option), row(option, situation)?)));
    let offered: Vec<(Cow<'_, str>, &OptionRow)> = offered.collect();
    let mut told: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for level in situation.knowledge.care_levels() {
        let mut steps: Vec<&str> = Vec::new();
        for (step, _) in offered.iter().filter(|(_, row)| row.care_levels.contains(&level.id)) {
            if !steps.contains(&&**step) {
                steps.push(step);
            }
        }
        let adds = steps.iter().any(|step| !told.iter().any(|(known, _)| known.contains(step)));
        match told.iter_mut().find(|(known, _)| *known == steps) {
            Some((_, levels)) => levels.push(level.name),
            None if adds => told.push((steps, vec![level.name])),
            None => {}
        }
    }
    let texts: Vec<String> = told.into_iter().map(|(steps, levels)| format!("{}: {}", levels.join(", "), steps.join(", "))).collect();
    (!texts.is_empty()).then(|| format!("**Who can do this:** {}.", inline(&texts.join("; "))))
}

fn noun(option: &TreatmentOption) -> Cow<'_, str> {
    match option.kind {
        StepKind::Optimise => "change of dose".into(),
        StepKind::Switch => "switch".into(),
        StepKind::Augment => "most add-ons".into(),
        StepKind::Neurostimulation => option.id.to_uppercase().into(),
        StepKind::RapidActing => option.name.split(' ').next().unwrap_or(option.name).into(),
        StepKind::Psychotherapy => "psychotherapy".into(),
        StepKind::Referral => "referral".into(),
    }
}

/// The options left out, each once, with the reason that says most.
pub(super) fn left_out(situation: Situation<'_>) -> Option<String> {
    let circumstances = &situation.assessment.circumstances;
    let pregnant = matches!(circumstances.pregnancy, Pregnancy::Current(_));
    // the advice of these two says that ECT is open
    let open = |option: &TreatmentOption| option.row == Some(NOW_WHEN_URGENT) && (pregnant || circumstances.dementia.is_some());
    let left_out = |option: &&TreatmentOption| option.verdict == Verdict::LeftOut && option.kind != StepKind::Referral && !open(option);
    let drugs = situation.assessment.options.iter().filter(left_out);
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut told: BTreeSet<&str> =
        offered(situation).filter(|option| option.kind != StepKind::Optimise).map(|option| option.name).collect();
    // what is on record of a drug says more than that it would be too early for it, and an option is told by it alone
    for on_record in [true, false] {
        for option in drugs.clone() {
            let for_pregnancy = option.reasons.iter().find(|reason| *reason == PREGNANCY && !on_record);
            let reason = for_pregnancy.or_else(|| option.reasons.iter().find(|reason| is_on_record(reason) || !on_record));
            let Some(reason) = reason.filter(|_| !told.contains(option.name)) else { continue };
            told.insert(option.name);
            match by_reason.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, names)) => names.push(option.name),
                None => by_reason.push((reason, vec![option.name])),
            }
        }
    }
    let texts: Vec<String> = by_reason.iter().take(LEFT_OUT).map(|(reason, names)| left_out_for(reason, names)).collect();
    (!texts.is_empty()).then(|| format!("Left out: {}.", inline(&texts.join("; "))))
}

/// How the table of limits writes that a drug is no option in pregnancy.
const PREGNANCY: &str = "pregnancy";

/// `paroxetine, sertraline (already being taken)`, with no brackets inside the brackets.
fn left_out_for(reason: &str, names: &[&str]) -> String {
    if reason == PREGNANCY {
        return "every new drug (none is listed in pregnancy)".to_owned();
    }
    let names: Vec<&str> = names.iter().map(|name| name.split(" (").next().unwrap_or(name)).collect();
    format!("{} ({})", shortened(&names.join(", "), NAMES), reason.replace(" (", ", ").replace(')', ""))
}

/// Whether the reason is that the drug is taken, was tried or was not tolerated.
fn is_on_record(reason: &str) -> bool {
    ["already being taken", "adequate trial", "not tolerated", "reaction on file"].iter().any(|text| reason.starts_with(text))
}
