//! What every card says below its trial table: what else applies, what was not known, where the rules come from.

use std::collections::BTreeMap;

use super::Situation;
use super::card::CardCode;
use super::markdown::{escape_markdown, inline};
use super::wording::capitalised;
use crate::clinical::derive::{Adequacy, BipolarState, Note, Response, Trial};
use crate::clinical::derive::{Evidence, Extent, Gap};

/// The most lines of one list that a side bar has room for.
const LINES: usize = 6;

/// How many lines of what else applies stand before the fold.
const BEFORE_FOLD: usize = 3;

/// What else applies, one line each: the first few, and the others.
pub(super) fn also(code: CardCode, situation: Situation<'_>) -> (Vec<String>, Vec<String>) {
    let assessment = situation.assessment;
    let mut lines = Vec::new();
    if code == CardCode::CompleteTrial && !assessment.safety.is_empty() {
        lines.push("**Do not wait for day 42 if the patient is worse or unsafe.**".to_owned());
    }
    lines.extend(open_question(situation).filter(|_| code != CardCode::Bipolar));
    // beside a finding of mania "still improving" would be no comfort
    let told = || assessment.trials.iter().filter(|trial| trial.in_episode && code != CardCode::Bipolar);
    lines.extend(told().flat_map(|trial| trial_lines(trial, situation)));
    let notes = assessment.trials.iter().flat_map(|trial| &trial.notes).chain(&assessment.notes);
    lines.extend(notes.filter(|note| !is_not_known(note)).map(|note| capitalised(&escape_markdown(&note.text))));
    let mut first = unrepeated(lines);
    let mut more = first.split_off(BEFORE_FOLD.min(first.len()));
    more.extend(told().filter_map(probable_failure));
    more.extend(pointer(situation).filter(|_| code != CardCode::Bipolar));
    (first, capped(more))
}

fn trial_lines(trial: &Trial, situation: Situation<'_>) -> Vec<String> {
    let drug = inline(trial.drug.name());
    let mut lines = Vec::new();
    if trial.evidence == Evidence::Ordered && trial.adequacy == Adequacy::Adequate {
        lines.push(format!("{drug}: known from orders only, adherence not verifiable. Worth asking first."));
    }
    let week_8 = situation.knowledge.parameters().partial_ongoing_counts_from_day;
    if trial.ongoing && trial.response == Response::Partial && trial.at_dose_days < week_8 {
        lines.push(format!("{drug}: still improving: going on to week 8 is an option."));
    }
    if let Some(day) = trial.nothing_dispensed_since {
        lines.push(format!("{drug}: nothing dispensed after {day}, though an order or statement is still active: is it taken?"));
    }
    lines
}

/// A trial that was changed before anybody wrote down how it went.
fn probable_failure(trial: &Trial) -> Option<String> {
    let drug = inline(trial.drug.name());
    trial
        .probable_failure
        .then(|| format!("{drug}: treatment was changed without a documented response; probably without sufficient response, not counted."))
}

/// A question of bipolar disorder that moderate findings leave open.
fn open_question(situation: Situation<'_>) -> Option<String> {
    findings(BipolarState::Open, situation).map(|labels| format!("**Suggested: settle the bipolar question first** ({labels})."))
}

/// Findings that raise no card: too few, or asked about before.
fn pointer(situation: Situation<'_>) -> Option<String> {
    let few = |labels| format!("A pointer to bipolar disorder, too little to raise the question: {labels}.");
    let settled = |labels| format!("The bipolar question was settled before; findings that would raise it: {labels}.");
    findings(BipolarState::None, situation).map(few).or_else(|| findings(BipolarState::Settled, situation).map(settled))
}

/// What points to bipolar disorder, where the question stands so and no strong finding keeps it open.
fn findings(state: BipolarState, situation: Situation<'_>) -> Option<String> {
    let bipolar = &situation.assessment.bipolar;
    let labels: Vec<String> = bipolar.indicators.iter().map(|indicator| escape_markdown(&indicator.label)).collect();
    (bipolar.state == state && !labels.is_empty() && !bipolar.is_strongly_open()).then(|| labels.join("; "))
}

/// Whether the note is about what is not known: text that no table understands, a rule that could not be judged.
fn is_not_known(note: &Note) -> bool {
    note.id.starts_with("not-understood") || note.id == "not-judged"
}

/// What was not had, not read or not understood: one line each.
pub(super) fn unknown(situation: Situation<'_>) -> Vec<String> {
    let assessment = situation.assessment;
    let mut lines = gap_lines(&assessment.coverage.gaps);
    let had = [
        ("Medicines", assessment.coverage.medications),
        ("Conditions", assessment.coverage.conditions),
        ("Observations", assessment.coverage.observations),
    ];
    if assessment.coverage.gaps.is_empty() {
        lines.extend(had.iter().filter_map(|(kind, extent)| extent_line(kind, *extent)));
    }
    let notes = assessment.trials.iter().flat_map(|trial| &trial.notes).chain(&assessment.notes);
    lines.extend(notes.filter(|note| is_not_known(note)).map(|note| escape_markdown(&note.text)));
    let mut whys: BTreeMap<&str, usize> = BTreeMap::new();
    for unread in &assessment.unread {
        *whys.entry(unread.why.as_str()).or_default() += 1;
    }
    lines.extend(
        whys.iter().map(|(why, count)| {
            format!("{count} {} not counted: {}", if *count == 1 { "record" } else { "records" }, escape_markdown(why))
        }),
    );
    if lines.is_empty() {
        lines.push("Nothing that was asked for is missing.".to_owned());
    }
    capped(unrepeated(lines))
}

/// What was not had, kinds with the same reason in one line: `Procedures, encounters: none in the record`.
fn gap_lines(gaps: &[Gap]) -> Vec<String> {
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for gap in gaps {
        let (kind, reason) = gap.why.split_once(": ").unwrap_or((&gap.why, ""));
        match by_reason.iter_mut().find(|(known, _)| *known == reason && !reason.is_empty()) {
            Some((_, kinds)) => kinds.push(kind),
            None => by_reason.push((reason, vec![kind])),
        }
    }
    let line = |(reason, kinds): (&str, Vec<&str>)| {
        let kinds: Vec<String> = kinds.into_iter().map(escape_markdown).collect();
        let end = if reason.is_empty() { String::new() } else { format!(": {}", escape_markdown(reason)) };
        kinds.join(", ") + &end
    };
    by_reason.into_iter().map(line).collect()
}

fn extent_line(kind: &str, extent: Extent) -> Option<String> {
    match extent {
        Extent::Full => None,
        Extent::Partial => Some(format!("{kind} were had in part only.")),
        Extent::None => Some(format!("{kind} were not had.")),
    }
}

/// The sources of the card and the version of the rules.
pub(super) fn sources(sources: &[String], situation: Situation<'_>) -> String {
    let stamp = &situation.assessment.knowledge;
    let changes = if stamp.site_changes.is_empty() { "" } else { ", with changes by this site" };
    format!(
        "Sources: {}. Knowledge {}{changes}.",
        sources.iter().map(|source| inline(source)).collect::<Vec<_>>().join("; "),
        inline(&stamp.version)
    )
}

fn unrepeated(lines: Vec<String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::with_capacity(lines.len());
    for line in lines {
        if !seen.contains(&line) {
            seen.push(line);
        }
    }
    seen
}

fn capped(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(LINES);
    if more > 1 {
        lines.truncate(LINES);
        lines.push(format!("and {more} more in the assessment"));
    }
    lines
}
