//! What one chart came to, in one line: for comparing two runs. It holds no name, id or date of a patient.
//!
//! A chart is known by a digest of its bytes: the first half of `sha256sum` over the file, or over the line without its end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::text::word;
use super::report::Head;
use crate::clinical::cards::Card;
use crate::clinical::derive::Trial;
use crate::server::Judged;

/// How many bytes of the digest are kept: enough to tell any number of charts apart.
const DIGEST_BYTES: usize = 16;

/// What one chart came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartLine {
    /// Which chart.
    pub chart: String,
    /// Its cards in their order.
    pub cards: Vec<CardLine>,
    /// Its trials in their order.
    pub trials: Vec<TrialLine>,
    /// In scope or not, with the reasons.
    pub scope: String,
    /// `twoAdequateFailures`.
    pub two_adequate_failures: String,
}

/// One card.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the assessment")]
pub struct CardLine {
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub variant: Option<String>,
    pub indicator: String,
}

/// One trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in the assessment")]
pub struct TrialLine {
    pub drug: String,
    pub adequacy: String,
    pub reasons: Vec<String>,
    pub response: String,
    pub failed: bool,
}

impl ChartLine {
    /// The line of this chart.
    pub fn of(digest: String, judged: &Judged) -> ChartLine {
        let assessment = &judged.assessment;
        let reasons: Vec<String> = assessment.scope.reasons.iter().map(word).collect();
        let scope = word(&assessment.scope.status);
        ChartLine {
            chart: digest,
            cards: judged.cards.iter().map(CardLine::of).collect(),
            trials: assessment.trials.iter().map(TrialLine::of).collect(),
            scope: if reasons.is_empty() { scope } else { format!("{scope}: {}", reasons.join(", ")) },
            two_adequate_failures: word(&assessment.two_adequate_failures),
        }
    }
}

impl CardLine {
    fn of(card: &Card) -> CardLine {
        CardLine {
            code: card.code.word().to_owned(),
            variant: card.variant.map(str::to_owned),
            indicator: card.indicator.word().to_owned(),
        }
    }
}

impl TrialLine {
    fn of(trial: &Trial) -> TrialLine {
        TrialLine {
            drug: trial.drug.name().to_owned(),
            adequacy: word(&trial.adequacy),
            reasons: trial.reasons.iter().map(word).collect(),
            response: word(&trial.response),
            failed: trial.failed,
        }
    }
}

/// By what a chart is known.
pub fn digest(body: &[u8]) -> String {
    Sha256::digest(body).iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// The lines of a run, written in the order of the charts whichever thread comes first.
pub struct Lines {
    out: BufWriter<File>,
    next: u64,
    waiting: BTreeMap<u64, Option<String>>,
}

impl Lines {
    /// A file that says first by what the charts were judged.
    pub fn new(file: File, head: &Head) -> io::Result<Lines> {
        let mut out = BufWriter::new(file);
        serde_json::to_writer(&mut out, head)?;
        out.write_all(b"\n")?;
        Ok(Lines { out, next: 0, waiting: BTreeMap::new() })
    }

    /// The line of the chart of this number; `None` where that is no chart.
    pub fn put(&mut self, number: u64, line: Option<&ChartLine>) -> io::Result<()> {
        let line = line.map(serde_json::to_string).transpose()?;
        self.waiting.insert(number, line);
        while let Some(line) = self.waiting.remove(&self.next) {
            self.next += 1;
            if let Some(line) = line {
                writeln!(self.out, "{line}")?;
            }
        }
        Ok(())
    }

    /// All of it is on its way to the disk.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_known_by_what_sha256sum_says_of_it() {
        // printf '{}' | sha256sum
        assert_eq!(digest(b"{}"), "44136fa355b3678a1146ad16f7e8649e");
    }
}
