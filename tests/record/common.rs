//! How the tests read a record: bytes in, assessment and cards out.

use std::path::{Path, PathBuf};

use serde_json::Value;
use serde_json::value::RawValue;
use trialwise::clinical::cards::{Allowance, Card, Memory, Occasion, Situation, cards};
use trialwise::clinical::chart::Chart;
use trialwise::clinical::derive::{Assessment, assess};
use trialwise::clinical::knowledge::Knowledge;
use trialwise::clinical::units::Day;
use trialwise::fhir::{ReadError, Reader};
use trialwise::hooks::Services;
use trialwise::server::{DayOf, Judged, RecordError, record};

/// What one record came to.
pub struct Outcome {
    pub chart: Chart,
    pub assessment: Assessment,
    pub cards: Vec<Card>,
}

impl Outcome {
    /// The assessment as others see it, its cards filled in.
    pub fn json(&self) -> Value {
        serde_json::to_value(&self.assessment).expect("an assessment is JSON")
    }

    /// All that is said, as text: equal exactly where the same was said.
    pub fn said(&self) -> String {
        format!("{}\n{:#?}", serde_json::to_string_pretty(&self.assessment).expect("an assessment is JSON"), self.cards)
    }
}

/// Reads one body as one patient's record.
pub fn read(body: &[u8], as_of: Day) -> Result<Outcome, ReadError> {
    let mut reader = Reader::new(Knowledge::builtin(), as_of);
    reader.add("record", body)?;
    Ok(judged(reader.finish()?, as_of, Occasion::ChartOpened))
}

/// The same while these orders are being signed: a Bundle of drafts.
pub fn signing(body: &[u8], drafts: &RawValue, as_of: Day) -> Result<Outcome, ReadError> {
    let mut reader = Reader::new(Knowledge::builtin(), as_of);
    reader.add("record", body)?;
    reader.add_drafts("drafts", drafts, None);
    Ok(judged(reader.finish()?, as_of, Occasion::OrderSigned))
}

fn judged(chart: Chart, as_of: Day, occasion: Occasion) -> Outcome {
    let knowledge = Knowledge::builtin();
    let mut assessment = assess(&chart, knowledge, as_of);
    let cards = cards(Situation { assessment: &assessment, knowledge, occasion, memory: Memory::NONE, allowance: Allowance::default() });
    assessment.cards = cards.iter().map(Card::summary).collect();
    Outcome { chart, assessment, cards }
}

/// Reads a hook request as one patient's record: what it sent along, and what it did not.
pub fn read_request(body: &[u8], as_of: Day) -> Result<Outcome, RecordError> {
    let services = Services::builtin().expect("the services are sound");
    let day = DayOf { today: as_of, by_request: false };
    let Judged { chart, assessment, cards, .. } = record(&[("request", body)], &services, Knowledge::builtin(), day, None)?;
    Ok(Outcome { chart, assessment, cards })
}

/// A day written as in a record.
pub fn day(text: &str) -> Day {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is a day"))
}

/// Resources, each as JSON text, as one Bundle.
pub fn bundle<T: AsRef<str>>(resources: &[T]) -> String {
    let entries: Vec<String> = resources.iter().map(|resource| format!("{{\"resource\":{}}}", resource.as_ref())).collect();
    format!("{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[\n{}\n]}}", entries.join(",\n"))
}

/// The folder of this project's own worked cases.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases")
}

/// A folder of outside data beside the project; says so where it is not there.
pub fn outside(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(folder);
    if !path.is_dir() {
        eprintln!("SKIPPED: no outside data at ../shared/data/{folder}, so nothing is known about it from this run");
        return None;
    }
    Some(path)
}

/// The files of a folder with this extension, by name.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

/// The text of a file.
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of one JSON value a line.
pub fn lines(path: &Path) -> Vec<Value> {
    text(path).lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
