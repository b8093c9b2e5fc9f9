//! The report: for machines as JSON, and for people as sections of rows, which text and HTML show alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::counts::{Counts, Share};
use super::pace::{Pace, PaceTold};
use super::quality::{Quality, UnrecognisedCode};
use super::tally::{CardTally, InputTally, Tally, TrialTally};
use crate::clinical::cards::CardCode;
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;

/// How many rows of an open-ended list are shown to people; the JSON has all.
const MOST_ROWS: usize = 30;

/// By what and when the charts were judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// The version of the program.
    pub trialwise: String,
    /// The version of the knowledge.
    pub knowledge: String,
    /// SHA-256 over the knowledge.
    pub sha256: String,
    /// What the site changed in it.
    pub site_changes: Vec<String>,
    /// The day of assessment.
    pub as_of: String,
    /// Whether a request that names a day is judged on that day instead.
    pub day_of_requests: bool,
}

impl Head {
    /// Of a run by these tables. Without `as_of` a request may name its day, and `today` is the day of the others.
    pub fn of(knowledge: &Knowledge, as_of: Option<Day>, today: Day) -> Head {
        Head {
            trialwise: env!("CARGO_PKG_VERSION").to_owned(),
            knowledge: knowledge.version().to_owned(),
            sha256: knowledge.sha256().to_owned(),
            site_changes: knowledge.site_changes().iter().map(|change| change.what.clone()).collect(),
            as_of: as_of.unwrap_or(today).to_string(),
            day_of_requests: as_of.is_none(),
        }
    }
}

/// The report of a run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are explained by the tally they come from")]
pub struct Report<'a> {
    #[serde(flatten)]
    pub head: Head,
    pub charts: u64,
    pub input: &'a InputTally,
    pub charts_with_a_card: u64,
    pub cards: BTreeMap<&'static str, CardRate<'a>>,
    pub cards_per_chart: &'a Counts,
    pub scope: &'a Counts,
    pub scope_reasons: &'a Counts,
    pub trials: &'a TrialTally,
    pub two_adequate_failures: &'a Counts,
    pub coverage: &'a BTreeMap<&'static str, Counts>,
    pub gaps: &'a Counts,
    pub unread: &'a Counts,
    pub unknown: &'a Counts,
    pub contributors: &'a BTreeMap<&'static str, Counts>,
    pub notes: &'a Counts,
    pub data_quality: &'a Quality,
    pub not_recognised: NotRecognised,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<PaceTold>,
    #[serde(skip)]
    pace: Option<&'a Pace>,
}

/// The cards of one code.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CardRate<'a> {
    /// To two places.
    per_100_charts: f64,
    #[serde(flatten)]
    tally: &'a CardTally,
}

/// Codes that were not recognised.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotRecognised {
    /// Words name a drug that matters, and no code does.
    named_by_words_only: Vec<UnrecognisedCode>,
    /// Surveys under codes that are not in the tables.
    surveys: Vec<UnrecognisedCode>,
    /// Medicines that the tables have no use for, or do not know.
    other_medicines: Vec<UnrecognisedCode>,
}

/// Rows for people under one heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The heading.
    pub title: &'static str,
    /// What the rows count, in a sentence.
    pub lead: String,
    /// The rows.
    pub rows: Vec<Row>,
    /// How many more there are than are shown.
    pub more: usize,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What is counted.
    pub label: String,
    /// How many.
    pub count: u64,
    /// Of how many, where that says something.
    pub of: Option<u64>,
}

impl Row {
    fn new(label: impl Into<String>, count: u64, of: Option<u64>) -> Row {
        Row { label: label.into(), count, of }
    }

    /// How many of a hundred.
    pub fn percent(&self) -> Option<f64> {
        self.of.filter(|of| *of > 0).map(|of| self.count as f64 * 100.0 / of as f64)
    }
}

impl<'a> Report<'a> {
    /// The report of these numbers; with times only where they are given.
    pub fn of(head: Head, tally: &'a Tally, time: Option<(&'a Pace, PaceTold)>) -> Report<'a> {
        let rate = |cards: u64| (cards as f64 * 10_000.0 / tally.charts.max(1) as f64).round() / 100.0;
        let (pace, time) = time.unzip();
        Report {
            head,
            charts: tally.charts,
            input: &tally.input,
            charts_with_a_card: tally.charts_with_a_card,
            cards: tally.cards.iter().map(|(code, tally)| (*code, CardRate { per_100_charts: rate(tally.cards), tally })).collect(),
            cards_per_chart: &tally.cards_per_chart,
            scope: &tally.scope,
            scope_reasons: &tally.scope_reasons,
            trials: &tally.trials,
            two_adequate_failures: &tally.two_adequate_failures,
            coverage: &tally.coverage,
            gaps: &tally.gaps,
            unread: &tally.unread,
            unknown: &tally.unknown,
            contributors: &tally.contributors,
            notes: &tally.notes,
            data_quality: &tally.quality,
            not_recognised: NotRecognised {
                named_by_words_only: tally.unrecognised.suspects(),
                surveys: tally.unrecognised.surveys(),
                other_medicines: tally.unrecognised.others(),
            },
            time,
            pace,
        }
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report has text keys only") + "\n"
    }

    /// The report for people. A heading without rows says that there were none.
    pub fn sections(&self) -> Vec<Section> {
        let mut sections = vec![self.read(), self.cards(), self.variants()];
        let charts = "Charts".to_owned();
        sections.push(listed("Cards in a chart", charts.clone(), self.cards_per_chart, Some(self.charts)));
        sections.push(listed("In scope", charts.clone(), self.scope, Some(self.charts)));
        sections.push(listed("Why not in scope", "Charts; several reasons may hold".to_owned(), self.scope_reasons, Some(self.charts)));
        sections.push(listed("Two adequate failures", charts, self.two_adequate_failures, Some(self.charts)));
        sections.extend(self.trials());
        sections.extend(self.not_had());
        sections.push(self.contributors());
        sections.push(self.quality());
        sections.extend(self.codes());
        sections.extend(self.times());
        sections
    }

    fn read(&self) -> Section {
        let input = self.input;
        let mut rows = vec![
            Row::new("charts", self.charts, None),
            Row::new("of these hook requests", input.hook_requests, Some(self.charts)),
            Row::new("of these Bundles", input.bundles, Some(self.charts)),
            Row::new("of these patients of an export", input.patients_of_exports, Some(self.charts)),
            Row::new("single resources of other types", input.other_resources, None),
        ];
        rows.extend(input.refused.by_frequency().into_iter().map(|(why, count)| Row::new(format!("no chart: {why}"), count, None)));
        rows.retain(|row| row.count > 0);
        Section { title: "What was read", lead: "Standard error names each file and line that was no chart".to_owned(), rows, more: 0 }
    }

    fn cards(&self) -> Section {
        let cards = |code: CardCode| self.cards.get(code.word()).map_or(0, |rate| rate.tally.cards);
        let mut rows = vec![Row::new("any card", self.charts_with_a_card, Some(self.charts))];
        rows.extend(CardCode::ALL.map(|code| Row::new(code.word(), cards(code), Some(self.charts))));
        Section { title: "Cards per 100 charts", lead: "Cards by code; \u{201c}any card\u{201d} counts charts".to_owned(), rows, more: 0 }
    }

    fn variants(&self) -> Section {
        let mut rows = Vec::new();
        for (code, rate) in &self.cards {
            let variants = rate.tally.variants.by_frequency();
            rows.extend(variants.into_iter().map(|(variant, count)| Row::new(format!("{code}, {variant}"), count, Some(self.charts))));
            let loud = rate.tally.indicators.by_frequency();
            rows.extend(loud.into_iter().map(|(indicator, count)| Row::new(format!("{code}, as {indicator}"), count, Some(self.charts))));
        }
        Section { title: "Cards by variant and indicator", lead: "Cards per 100 charts".to_owned(), rows, more: 0 }
    }

    fn trials(&self) -> [Section; 7] {
        let trials = self.trials;
        let all = Some(trials.drugs.total());
        let section = |title, lead: &str, counts| listed(title, lead.to_owned(), counts, all);
        [
            section("Trials by verdict", "Antidepressant trials", &trials.adequacy),
            section("Reasons why a trial is not adequate, or not known to be", "Trials; several reasons may hold", &trials.reasons),
            section("Response", "Trials", &trials.response),
            section("Lowest source of a trial's days", "Trials", &trials.evidence),
            section("How well trials are documented", "Trials", &trials.quality),
            section("Marks on trials", "Trials; several may hold", &trials.markers),
            section("Drugs", "Trials", &trials.drugs),
        ]
    }

    fn not_had(&self) -> [Section; 5] {
        let lead = |what: &str| what.to_owned();
        let full = self.coverage.iter().map(|(kind, extents)| Row::new(*kind, extents.of("full"), Some(self.charts)));
        let had = Section {
            title: "Had in full",
            lead: lead("Charts in which this kind of record was had in full"),
            rows: full.collect(),
            more: 0,
        };
        [
            had,
            listed("What was not had", lead("Charts; in the words that a prescriber is told"), self.gaps, Some(self.charts)),
            listed("What could not be told", lead("Charts"), self.unknown, Some(self.charts)),
            listed("What counted for nothing", lead("Resources that might have mattered"), self.unread, None),
            listed("What else was noticed", lead("Charts"), self.notes, Some(self.charts)),
        ]
    }

    fn contributors(&self) -> Section {
        let rows = self.contributors.iter().flat_map(|(id, statuses)| {
            let told = statuses.by_frequency().into_iter();
            told.map(move |(status, count)| Row::new(format!("{id}, {status}"), count, Some(self.charts)))
        });
        Section { title: "Contributors", lead: "Charts".to_owned(), rows: rows.collect(), more: 0 }
    }

    fn quality(&self) -> Section {
        let quality = self.data_quality;
        let rows = [
            ("antidepressant records with a code that is known", quality.known_code),
            ("antidepressant records with a dose in numbers", quality.dose_in_numbers),
            ("antidepressant records with a timing in codes or numbers", quality.timing_in_codes),
            ("antidepressant records with a daily dose that can be told", quality.daily_dose),
            ("antidepressant records with a start", quality.start),
            ("antidepressant records that are over, with an end", quality.stop),
            ("references to a Medication that lead to one", quality.medication_reference_resolved),
            ("patients in scope with a PHQ-9 of the last 90 days", quality.recent_phq9),
            ("all patients with a PHQ-9 of the last 90 days", quality.recent_phq9_all),
        ];
        let row = |(label, Share { have, of }): (&str, Share)| Row::new(format!("{label} (of {of})"), have, Some(of));
        let lead = format!("Shares; {} records of antidepressants", quality.antidepressant_records);
        Section { title: "Data quality", lead, rows: rows.map(row).into(), more: 0 }
    }

    fn codes(&self) -> [Section; 3] {
        let found = &self.not_recognised;
        let section = |title, lead: &str, rows: &[UnrecognisedCode]| {
            let shown = rows.iter().take(MOST_ROWS).map(|row| {
                let suggests = row.suggests.map_or_else(String::new, |name| format!(": by its words {name}"));
                Row::new(format!("{} {}{suggests}", row.system, row.code).trim().to_owned(), row.records, None)
            });
            Section { title, lead: lead.to_owned(), rows: shown.collect(), more: rows.len().saturating_sub(MOST_ROWS) }
        };
        [
            section(
                "Medicines that only words name",
                "Records, by code: these are worth a row in the tables, or a code at the source",
                &found.named_by_words_only,
            ),
            section(
                "Surveys under codes that are not known",
                "Records, by code: a PHQ-9 filed under a code of the site stands here",
                &found.surveys,
            ),
            section("Other medicines", "Records, by code: the tables have no use for them, or do not know them", &found.other_medicines),
        ]
    }

    fn times(&self) -> Option<Section> {
        let (pace, time) = (self.pace?, self.time.as_ref()?);
        let milliseconds = |micros: u64| format!("{} ms", micros as f64 / 1000.0);
        let mut low = 0;
        let rows = pace.classes().into_iter().map(|(high, count)| {
            let label = high.map_or_else(|| format!("longer than {}", milliseconds(low)), |high| format!("up to {}", milliseconds(high)));
            low = high.unwrap_or(low);
            Row::new(label, count, Some(self.charts))
        });
        let rows = rows.collect();
        let lead = format!(
            "Charts; half took up to {}, 99 of 100 up to {}, the longest {}; {:.0} charts a second on {} threads",
            milliseconds(time.median),
            milliseconds(time.p99),
            milliseconds(time.longest),
            time.charts_per_second,
            time.threads
        );
        Some(Section { title: "Time to read and judge a chart", lead, rows, more: 0 })
    }
}

/// Counts as rows, the most frequent first.
fn listed(title: &'static str, lead: String, counts: &Counts, of: Option<u64>) -> Section {
    let all = counts.by_frequency();
    let rows = all.iter().take(MOST_ROWS).map(|(word, count)| Row::new(*word, *count, of)).collect();
    Section { title, lead, rows, more: all.len().saturating_sub(MOST_ROWS) }
}
