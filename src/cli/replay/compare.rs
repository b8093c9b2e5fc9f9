//! `trialwise replay compare`: which charts say something else in a second run, and what.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::super::layout::{HEADING, styled};
use super::super::{Stop, print};
use super::counts::Counts;
use super::line::{CardLine, ChartLine, TrialLine};
use super::report::Head;

/// Says which charts changed between two runs, and what: cards gained and lost, verdicts on trials
#[derive(Debug, Args)]
#[command(after_help = "Both files are written by `trialwise replay --charts FILE`. A chart is known by a digest of its bytes, so both \
    runs have to be over the same files.\n\nExit 0: nothing changed; 1: something did; 2: they could not be compared.")]
pub struct Compare {
    /// The charts of the first run
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// The charts of the second run
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// Writes the comparison as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What became of all charts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Comparison {
    before: Head,
    after: Head,
    unchanged: u64,
    only_before: u64,
    only_after: u64,
    cards_gained: Counts,
    cards_lost: Counts,
    cards_changed: Counts,
    trials_changed: Counts,
    other_changes: Counts,
    changed: Vec<Change>,
}

/// One chart that says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    chart: String,
    gained: Vec<String>,
    lost: Vec<String>,
    /// The same card, with another variant or another indicator.
    altered: Vec<String>,
    trials: Vec<String>,
    other: Vec<String>,
}

impl Compare {
    pub fn run(self) -> Result<ExitCode, Stop> {
        let (before, charts) = read(&self.before)?;
        let mut charts: HashMap<String, ChartLine> = charts.collect::<Result<_, _>>()?;
        let (after, others) = read(&self.after)?;
        let mut comparison = Comparison::new(before, after);
        let mut seen = HashSet::new();
        for other in others {
            let (chart, line) = other?;
            // The same chart again says the same again.
            if !seen.contains(&chart) {
                comparison.add(charts.remove(&chart), &line);
                seen.insert(chart);
            }
        }
        comparison.only_before = charts.len() as u64;
        comparison.changed.sort_by(|a, b| a.chart.cmp(&b.chart));
        if let Some(file) = &self.json {
            let json = serde_json::to_string_pretty(&comparison).expect("a comparison has text keys only") + "\n";
            std::fs::write(file, json).map_err(|error| Stop::new(format_args!("{}: {error}", file.display())))?;
        }
        print(&comparison.text())?;
        let same = comparison.changed.is_empty() && comparison.only_before == 0 && comparison.only_after == 0;
        Ok(if same { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

type Charts = Box<dyn Iterator<Item = Result<(String, ChartLine), Stop>>>;

/// The head and the charts of a run.
fn read(file: &Path) -> Result<(Head, Charts), Stop> {
    let name = file.display().to_string();
    let stop = |line: usize, what: &dyn std::fmt::Display| Stop::new(format_args!("{name}: line {line}: {what}"));
    let opened = File::open(file).map_err(|error| Stop::new(format_args!("{name}: {error}")))?;
    let mut lines = BufReader::new(opened).lines();
    let first = lines.next().transpose().map_err(|error| stop(1, &error))?.unwrap_or_default();
    let expected = "expected what `trialwise replay --charts` writes";
    let head: Head = serde_json::from_str(&first).map_err(|_| stop(1, &expected))?;
    let name = name.clone();
    let charts = lines.enumerate().map(move |(index, line)| {
        let stop = |what: &dyn std::fmt::Display| Stop::new(format_args!("{name}: line {}: {what}", index + 2));
        let line = line.map_err(|error| stop(&error))?;
        let chart: ChartLine = serde_json::from_str(&line).map_err(|_| stop(&expected))?;
        Ok((chart.chart.clone(), chart))
    });
    Ok((head, Box::new(charts)))
}

impl Comparison {
    fn new(before: Head, after: Head) -> Comparison {
        Comparison {
            before,
            after,
            unchanged: 0,
            only_before: 0,
            only_after: 0,
            cards_gained: Counts::default(),
            cards_lost: Counts::default(),
            cards_changed: Counts::default(),
            trials_changed: Counts::default(),
            other_changes: Counts::default(),
            changed: Vec::new(),
        }
    }

    fn add(&mut self, before: Option<ChartLine>, after: &ChartLine) {
        let Some(before) = before else {
            self.only_after += 1;
            return;
        };
        if before == *after {
            self.unchanged += 1;
            return;
        }
        let change = Change::of(&before, after);
        change.gained.iter().for_each(|card| self.cards_gained.add(card));
        change.lost.iter().for_each(|card| self.cards_lost.add(card));
        change.altered.iter().for_each(|card| self.cards_changed.add(card));
        change.trials.iter().for_each(|trial| self.trials_changed.add(trial));
        change.other.iter().for_each(|other| self.other_changes.add(other));
        self.changed.push(change);
    }

    fn text(&self) -> String {
        let told = |head: &Head| {
            let sha256 = head.sha256.get(..12).unwrap_or(&head.sha256);
            let site = if head.site_changes.is_empty() { String::new() } else { format!(", {}", head.site_changes.join(", ")) };
            format!("Trialwise {}, knowledge {} ({sha256}){site}, on {}", head.trialwise, head.knowledge, head.as_of)
        };
        let mut out = format!("before: {}\nafter:  {}\n\n", told(&self.before), told(&self.after));
        let both = self.unchanged + self.changed.len() as u64;
        let _ = writeln!(out, "{} of {both} charts changed", self.changed.len());
        if self.only_before + self.only_after > 0 {
            let _ = writeln!(out, "{} charts stand only in the first run, {} only in the second", self.only_before, self.only_after);
        }
        let sections = [
            ("Cards gained", &self.cards_gained),
            ("Cards lost", &self.cards_lost),
            ("Cards with another variant or indicator", &self.cards_changed),
            ("Trials judged otherwise", &self.trials_changed),
            ("Other changes", &self.other_changes),
        ];
        for (title, counts) in sections.into_iter().filter(|(_, counts)| !counts.is_empty()) {
            let _ = writeln!(out, "\n{}", styled(HEADING, title));
            for (what, count) in counts.by_frequency() {
                let _ = writeln!(out, "  {count:>7}  {what}");
            }
        }
        if !self.changed.is_empty() {
            let _ = writeln!(out, "\n{}", styled(HEADING, "Charts, by the digest of their bytes"));
        }
        for change in &self.changed {
            let _ = writeln!(out, "  {}: {}", change.chart, change.told());
        }
        out
    }
}

impl Change {
    fn of(before: &ChartLine, after: &ChartLine) -> Change {
        let (mut lost, mut gained) = (without(&before.cards, &after.cards), without(&after.cards, &before.cards));
        let mut altered = Vec::new();
        // The same code on both sides is one card that changed.
        lost.retain(|old| {
            let Some(at) = gained.iter().position(|new| new.code == old.code) else { return true };
            altered.push(format!("{} -> {}", card(old), card(&gained.remove(at))));
            false
        });
        Change {
            chart: after.chart.clone(),
            gained: gained.iter().map(card).collect(),
            lost: lost.iter().map(card).collect(),
            altered,
            trials: trials(&before.trials, &after.trials),
            other: other(before, after),
        }
    }

    fn told(&self) -> String {
        let named = |sign: &str, what: &[String]| what.iter().map(|one| format!("{sign}{one}")).collect::<Vec<_>>();
        let parts =
            [named("+ ", &self.gained), named("- ", &self.lost), named("", &self.altered), named("", &self.trials), named("", &self.other)];
        parts.concat().join("; ")
    }
}

/// The cards of one list that the other does not hold, each as often as it is missing.
fn without(cards: &[CardLine], others: &[CardLine]) -> Vec<CardLine> {
    let mut others = others.to_vec();
    let mut left = cards.to_vec();
    left.retain(|card| match others.iter().position(|other| other == card) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    });
    left
}

fn card(card: &CardLine) -> String {
    let variant = card.variant.as_ref().map(|variant| format!("/{variant}")).unwrap_or_default();
    format!("{}{variant} ({})", card.code, card.indicator)
}

/// The trials that are judged otherwise: the first of a drug against the first of that drug, and so on.
fn trials(before: &[TrialLine], after: &[TrialLine]) -> Vec<String> {
    let by_drug = |trials: &[TrialLine]| {
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let numbered = trials.iter().map(|trial| {
            let number = numbers.entry(trial.drug.clone()).or_default();
            *number += 1;
            ((trial.drug.clone(), *number), trial.clone())
        });
        numbered.collect::<BTreeMap<_, _>>()
    };
    let (mut before, after) = (by_drug(before), by_drug(after));
    let mut changes: Vec<String> = Vec::new();
    for (key, new) in &after {
        match before.remove(key) {
            Some(old) if old == *new => {}
            Some(old) => changes.push(format!("{}: {}", new.drug, judged_otherwise(&old, new))),
            None => changes.push(format!("{}: no trial -> {}", new.drug, verdict(new))),
        }
    }
    changes.extend(before.values().map(|old| format!("{}: {} -> no trial", old.drug, verdict(old))));
    changes
}

fn judged_otherwise(old: &TrialLine, new: &TrialLine) -> String {
    let parts = [
        (verdict(old) != verdict(new)).then(|| format!("{} -> {}", verdict(old), verdict(new))),
        (old.response != new.response).then(|| format!("response {} -> {}", old.response, new.response)),
        (old.failed != new.failed).then(|| if new.failed { "now counts as failed" } else { "no longer counts as failed" }.to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn verdict(trial: &TrialLine) -> String {
    if trial.reasons.is_empty() { trial.adequacy.clone() } else { format!("{} ({})", trial.adequacy, trial.reasons.join(", ")) }
}

fn other(before: &ChartLine, after: &ChartLine) -> Vec<String> {
    let scope = (before.scope != after.scope).then(|| format!("{} -> {}", before.scope, after.scope));
    let failures = (before.two_adequate_failures != after.two_adequate_failures)
        .then(|| format!("two adequate failures: {} -> {}", before.two_adequate_failures, after.two_adequate_failures));
    let order =
        (before.cards != after.cards && without(&before.cards, &after.cards).is_empty() && without(&after.cards, &before.cards).is_empty())
            .then(|| "cards in another order".to_owned());
    [scope, failures, order].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(cards: &[(&str, Option<&str>)], trials: &[(&str, &str, &[&str])]) -> ChartLine {
        let card = |(code, variant): &(&str, Option<&str>)| CardLine {
            code: (*code).to_owned(),
            variant: variant.map(str::to_owned),
            indicator: "info".to_owned(),
        };
        let trial = |(drug, adequacy, reasons): &(&str, &str, &[&str])| TrialLine {
            drug: (*drug).to_owned(),
            adequacy: (*adequacy).to_owned(),
            reasons: reasons.iter().map(ToString::to_string).collect(),
            response: "non-response".to_owned(),
            failed: *adequacy == "adequate",
        };
        ChartLine {
            chart: "d".to_owned(),
            cards: cards.iter().map(card).collect(),
            trials: trials.iter().map(trial).collect(),
            scope: "in-scope".to_owned(),
            two_adequate_failures: "no".to_owned(),
        }
    }

    #[test]
    fn every_kind_of_change_is_told() {
        let before =
            chart(&[("complete-trial", Some("duration")), ("measure", None)], &[("sertraline", "in-progress", &["duration-in-progress"])]);
        let mut after = chart(
            &[("complete-trial", Some("dose")), ("contributors", None)],
            &[("sertraline", "adequate", &[]), ("sertraline", "unknown", &["unknown-dose"])],
        );
        after.two_adequate_failures = "undetermined".to_owned();
        let change = Change::of(&before, &after);
        assert_eq!(change.gained, ["contributors (info)"]);
        assert_eq!(change.lost, ["measure (info)"]);
        assert_eq!(change.altered, ["complete-trial/duration (info) -> complete-trial/dose (info)"]);
        assert_eq!(
            change.trials,
            [
                "sertraline: in-progress (duration-in-progress) -> adequate, now counts as failed",
                "sertraline: no trial -> unknown (unknown-dose)"
            ]
        );
        assert_eq!(change.other, ["two adequate failures: no -> undetermined"]);
    }

    #[test]
    fn whatever_differs_has_a_word() {
        let same = chart(&[("interaction", None), ("interaction", None)], &[]);
        let fewer = chart(&[("interaction", None)], &[]);
        assert_eq!(Change::of(&same, &fewer).lost, ["interaction (info)"]);
        let (ab, ba) = (chart(&[("measure", None), ("safety", None)], &[]), chart(&[("safety", None), ("measure", None)], &[]));
        assert_eq!(Change::of(&ab, &ba).told(), "cards in another order");
        assert_eq!(Change::of(&same, &same).told(), "");
    }
}
