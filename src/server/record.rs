//! One patient's record, judged: of a call, or of bodies that are a record together, without a hook and without an EHR.

use std::cell::Cell;

use crate::clinical::cards::{Allowance, Card, Memory, Occasion, Situation, bipolar_excluded, cards};
use crate::clinical::chart::Chart;
use crate::clinical::derive::{Assessment, assess};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::fhir::{Answer, ReadError, Reader};
use crate::gather::Gathered;
use crate::hooks::{HookRequest, RequestError, Services, is_hook_request};

use super::call::{DayOf, read_request};

/// What one patient's record came to.
#[derive(Debug)]
pub struct Judged {
    /// What the record says.
    pub chart: Chart,
    /// What follows.
    pub assessment: Assessment,
    /// What to say.
    pub cards: Vec<Card>,
    /// The hook instance that asked, if one did.
    pub hook_instance: Option<String>,
}

/// What is asked, beside the record.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What the prescriber is doing.
    pub occasion: Occasion,
    /// What they were shown before.
    pub memory: &'a Memory,
    /// Which cards the site allows.
    pub allowance: Allowance<'a>,
}

impl Asked<'_> {
    /// A record without a hook, or a chart opened for the first time.
    pub const CHART: Asked<'static> =
        Asked { occasion: Occasion::ChartOpened, memory: Memory::NONE, allowance: Allowance { max_cards: None, codes: None } };
}

/// Judges a chart; and once more where an earlier answer settles the bipolar question, since much hangs on that.
pub fn judge(mut chart: Chart, knowledge: &'static Knowledge, as_of: Day, asked: Asked<'_>, hook_instance: Option<String>) -> Judged {
    let span = tracing::info_span!("judge").entered();
    let mut assessment = assess(&chart, knowledge, as_of);
    let Asked { occasion, memory, allowance } = asked;
    if bipolar_excluded(Situation { assessment: &assessment, knowledge, occasion, memory, allowance }) {
        chart.answers.bipolar_excluded = true;
        assessment = assess(&chart, knowledge, as_of);
    }
    let cards = cards(Situation { assessment: &assessment, knowledge, occasion, memory, allowance });
    drop(span);
    assessment.cards = cards.iter().map(Card::summary).collect();
    Judged { chart, assessment, cards, hook_instance }
}

/// Why there is no record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A hook request that is none.
    #[error("{name}: {error}")]
    Request {
        /// Which body.
        name: String,
        /// What is wrong.
        error: RequestError,
    },
    /// FHIR that could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Judges bodies that are one patient's record together. `as_of` stands above what the request and the calendar say.
pub fn record(
    bodies: &[(&str, &[u8])],
    services: &Services,
    knowledge: &'static Knowledge,
    day: DayOf,
    as_of: Option<Day>,
) -> Result<Judged, RecordError> {
    read_record(bodies, services, day, as_of, |as_of| Reader::new(knowledge, as_of))
}

pub(super) fn read_record<'a>(
    bodies: &[(&str, &'a [u8])],
    services: &Services,
    day: DayOf,
    as_of: Option<Day>,
    reader: impl FnOnce(Day) -> Reader<'a>,
) -> Result<Judged, RecordError> {
    let mut requests = Vec::new();
    for (name, body) in bodies.iter().filter(|(_, body)| is_hook_request(body)) {
        let wrong = |error| RecordError::Request { name: (*name).to_owned(), error };
        // What is too much is told by the reader.
        let left = Cell::new(usize::MAX);
        let request = HookRequest::captured(body, Answer::within(&left)).map_err(wrong)?;
        let asked = day.of(&request).map_err(wrong)?;
        let context = request.context().map_err(wrong)?;
        requests.push((request, asked, context));
    }
    let as_of = as_of.or_else(|| requests.first().map(|(_, asked, _)| *asked)).unwrap_or(day.today);
    let nothing = Gathered::default();
    let mut reader = reader(as_of);
    let knowledge = reader.knowledge();
    for (name, body) in bodies.iter().filter(|(_, body)| !is_hook_request(body)) {
        reader.add(name, body)?;
    }
    for (request, _, context) in &requests {
        if let Some(definition) = services.for_hook(&request.hook).or_else(|| services.for_hook("patient-view")) {
            read_request(&mut reader, request, context, definition, &nothing);
        }
    }
    let occasion = requests.first().map_or(Asked::CHART.occasion, |(request, ..)| Occasion::of_hook(&request.hook));
    let hook_instance = requests.iter().find_map(|(request, ..)| request.hook_instance.clone());
    Ok(judge(reader.finish()?, knowledge, as_of, Asked { occasion, ..Asked::CHART }, hook_instance))
}
