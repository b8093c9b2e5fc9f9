//! A call from body to answer: request, what is missing fetched, record, chart, assessment, cards, response.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes};
use jiff::tz::TimeZone;
use serde_json::value::RawValue;

use crate::clinical::cards::{Card, Memory, Occasion, Proposal, Situation, cards};
use crate::clinical::chart::{Chart, Extent, Kind};
use crate::clinical::derive::{Assessment, assess};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::feedback::{Caller, Ledger};
use crate::fhir::{ReadError, Reader, draft};
use crate::gather::{Failure, Gather, Gathered, Medications};
use crate::hooks::{Context, Definition, HookRequest, HookResponse, RequestError, Services, is_hook_request, response};

use super::error::CallError;

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

/// An answer, ready to go out.
#[derive(Debug)]
pub struct Answer {
    /// JSON.
    pub body: Vec<u8>,
    /// The codes of the cards shown, with commas.
    pub codes: String,
}

/// The day of assessment: the one that the request asks for, where the caller may choose it, else today.
#[derive(Debug, Clone, Copy)]
pub struct DayOf {
    /// Today in the configured time zone.
    pub today: Day,
    /// Whether the request may name the day.
    pub by_request: bool,
}

impl DayOf {
    fn of(self, request: &HookRequest<'_>) -> Result<Day, RequestError> {
        match &request.as_of {
            Some(day) if self.by_request => day.clone(),
            _ => Ok(self.today),
        }
    }
}

/// Who calls, and where it is remembered what they were shown.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// What was shown and set aside.
    pub ledger: &'a Ledger,
    /// The client, as it is known here.
    pub client: &'a str,
}

/// What is left of the time of a call for reading and judging, once everything has been fetched.
const RESERVE: Duration = Duration::from_millis(150);

/// From this size on a record is read on a thread of its own, so that no other call of the worker waits for it.
const LARGE: usize = 256 * 1024;

/// Where what is missing may be fetched, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The FHIR servers.
    pub gather: &'a Gather,
    /// See [`fetch_until`].
    pub until: Instant,
}

/// What a service asks for, and by what and on which day it judges.
#[derive(Clone, Copy)]
struct Terms<'a> {
    definition: &'a Definition,
    knowledge: &'static Knowledge,
    as_of: Day,
}

/// Until when something may be fetched for a call that began then and may take that long.
pub fn fetch_until(begun: Instant, deadline: Duration) -> Instant {
    begun + deadline - RESERVE.min(deadline / 4)
}

/// Answers a hook from its prefetch, and from the FHIR server where it may be asked for the rest until then.
pub async fn hook(
    body: Bytes,
    definition: &Definition,
    knowledge: &'static Knowledge,
    day: DayOf,
    desk: Desk<'_>,
    source: Source<'_>,
) -> Result<Answer, CallError> {
    let request = HookRequest::parse(&body)?;
    if request.hook != definition.hook {
        return Err(CallError::WrongHook { expected: definition.hook.clone() });
    }
    let context = request.context()?;
    let as_of = day.of(&request)?;
    let drafts = context.orders.as_ref().map(|orders| orders.drafts);
    let gathered = source.gather.gather(desk.client, &request, drafts, definition, source.until).await;
    gathered.log(desk.client);
    let chart = chart(&body, (&request, &context), Terms { definition, knowledge, as_of }, gathered).await?;
    let who = desk.ledger.who(Caller {
        client: desk.client,
        fhir_server: request.fhir_server.as_deref(),
        patient: &request.patient_id,
        user: context.user_id.as_deref(),
        encounter: context.encounter_id.as_deref(),
    });
    let memory = desk.ledger.memory(who);
    let judged =
        judge(chart, knowledge, as_of, Asked { occasion: Occasion::of_hook(&request.hook), memory: &memory }, request.hook_instance);
    let wire = wire(&judged, knowledge);
    for (card, sent) in judged.cards.iter().zip(&wire.cards) {
        desk.ledger.show(who, as_of, sent.uuid, card);
    }
    Ok(answer(&wire, &judged))
}

/// The chart of a request and of what was fetched for it. A large one is read elsewhere, which costs taking the request apart again.
async fn chart(
    body: &Bytes,
    (request, context): (&HookRequest<'_>, &Context<'_>),
    terms: Terms<'_>,
    gathered: Gathered,
) -> Result<Chart, CallError> {
    if body.len() + gathered.size() < LARGE {
        return read_chart(request, context, terms, &gathered);
    }
    let Terms { definition, knowledge, as_of } = terms;
    let (body, definition) = (body.clone(), definition.clone());
    let reading = web::block(move || {
        let request = HookRequest::parse(&body)?;
        let context = request.context()?;
        read_chart(&request, &context, Terms { definition: &definition, knowledge, as_of }, &gathered)
    });
    // A defect in it costs this call.
    reading.await.unwrap_or(Err(CallError::Defect))
}

fn read_chart(request: &HookRequest<'_>, context: &Context<'_>, terms: Terms<'_>, gathered: &Gathered) -> Result<Chart, CallError> {
    let mut reader = Reader::new(terms.knowledge, terms.as_of);
    read_request(&mut reader, request, context, terms.definition, gathered);
    let chart = reader.finish()?;
    require(&chart, terms.definition, gathered)?;
    Ok(chart)
}

/// Takes what became of cards. Either all of it is taken or, where one item cannot be meant, nothing.
pub fn feedback(body: &[u8], today: Day, time_zone: &TimeZone, desk: Desk<'_>) -> Result<Answer, CallError> {
    for item in crate::hooks::feedback(body)? {
        // A clock that runs ahead must not silence for longer.
        let day = Day::from(item.at.to_zoned(time_zone.clone()).date()).min(today);
        desk.ledger.take(desk.client, &item, day);
    }
    Ok(Answer { body: b"{}".to_vec(), codes: String::new() })
}

/// What was judged, as an answer to a hook.
pub fn wire<'a>(judged: &'a Judged, knowledge: &Knowledge) -> HookResponse<'a> {
    let patient = judged.assessment.patient.id.as_deref();
    let drafted = |proposal: Proposal| -> Option<Box<RawValue>> {
        let json = draft::draft(proposal, patient?, knowledge)?;
        RawValue::from_string(String::from_utf8(json).ok()?).ok()
    };
    response(&judged.cards, judged.hook_instance.as_deref(), drafted)
}

/// Answers with the assessment of a record sent as a Bundle, a resource or a hook request.
pub fn assessment(body: &[u8], services: &Services, knowledge: &'static Knowledge, day: DayOf) -> Result<Answer, CallError> {
    let judged = record(&[("body", body)], services, knowledge, day, None).map_err(|error| match error {
        RecordError::Request { error, .. } => CallError::Request(error),
        RecordError::Read(error) => error.into(),
    })?;
    Ok(answer(&judged.assessment, &judged))
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
    let mut requests = Vec::new();
    for (name, body) in bodies.iter().filter(|(_, body)| is_hook_request(body)) {
        let wrong = |error| RecordError::Request { name: (*name).to_owned(), error };
        let request = HookRequest::captured(body).map_err(wrong)?;
        let asked = day.of(&request).map_err(wrong)?;
        let context = request.context().map_err(wrong)?;
        requests.push((request, asked, context));
    }
    let as_of = as_of.or_else(|| requests.first().map(|(_, asked, _)| *asked)).unwrap_or(day.today);
    let nothing = Gathered::default();
    let mut reader = Reader::new(knowledge, as_of);
    for (name, body) in bodies.iter().filter(|(_, body)| !is_hook_request(body)) {
        reader.add(name, body)?;
    }
    for (request, _, context) in &requests {
        if let Some(definition) = services.for_hook(&request.hook).or_else(|| services.for_hook("patient-view")) {
            read_request(&mut reader, request, context, definition, &nothing);
        }
    }
    let occasion = requests.first().map_or(Asked::CHART.occasion, |(request, ..)| Occasion::of_hook(&request.hook));
    let hook_instance = requests.into_iter().find_map(|(request, ..)| request.hook_instance);
    Ok(judge(reader.finish()?, knowledge, as_of, Asked { occasion, ..Asked::CHART }, hook_instance))
}

/// The name of the draft orders in what is told of them.
const DRAFTS: &str = "context.draftOrders";

/// Reads what was sent along and what was fetched, and notes what was neither. Keys nobody asked for are read too, but answer for
/// nothing.
fn read_request<'a>(
    reader: &mut Reader<'a>,
    request: &HookRequest<'a>,
    context: &Context<'a>,
    definition: &Definition,
    gathered: &'a Gathered,
) {
    reader.expect_patient(&request.patient_id);
    for (key, need) in &definition.needs {
        match (request.prefetch.get(key.as_str()), gathered.fetched.get(key)) {
            (Some(sent), None) => reader.add_prefetch(key, &need.answers, sent),
            (None, None) => reader.missing_prefetch(key, need.resource_type(), &need.answers),
            (sent, Some(fetched)) => {
                sent.iter().copied().copied().chain(fetched.values()).for_each(|page| reader.add_page(key, &need.answers, page));
                match fetched.failure.map(|failure| failure.to_string()) {
                    Some(why) if sent.is_none() && fetched.pages.is_empty() => {
                        reader.not_fetched(key, need.resource_type(), &need.answers, &why);
                    }
                    Some(why) => reader.not_every_page(key, &need.answers, &why),
                    None => {}
                }
            }
        }
    }
    for (key, value) in request.prefetch.iter().filter(|(key, _)| !definition.needs.contains_key(&***key)) {
        reader.add_prefetch(key, &[], value);
    }
    gathered.medications.values().for_each(|answer| reader.add_medications(answer));
    if let Medications { unnamed: count @ 1.., failure: Some(failure), .. } = gathered.medications {
        reader.medications_not_had(count, &failure.to_string());
    }
    if let Some(orders) = &context.orders {
        reader.add_drafts(DRAFTS, orders.drafts, orders.selections.as_deref());
    }
}

/// Without patient, conditions or any medication record nothing may be said (rules.md 10).
fn require(chart: &Chart, definition: &Definition, gathered: &Gathered) -> Result<(), CallError> {
    const NEEDED: [(Kind, &str); 3] =
        [(Kind::Patient, "the Patient of context.patientId"), (Kind::Conditions, "conditions"), (Kind::Medications, "medication records")];
    let had = |kind| match kind {
        Kind::Patient => chart.patient.is_some(),
        kind => chart.coverage.of(kind) != Extent::None,
    };
    let missing: Vec<_> = NEEDED.into_iter().filter(|(kind, _)| !had(*kind)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let answers = |kinds: &[Kind]| missing.iter().any(|(kind, _)| kinds.contains(kind));
    let keys: Vec<String> = definition.needs.iter().filter(|(_, need)| answers(&need.answers)).map(|(key, _)| key.clone()).collect();
    let failures = keys.iter().filter_map(|key| gathered.fetched.get(key)?.failure);
    let why: BTreeSet<Failure> = failures.collect();
    Err(CallError::NotHad { missing: missing.into_iter().map(|(_, name)| name).collect(), keys, why: why.into_iter().collect() })
}

/// What is asked, beside the record.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What the prescriber is doing.
    pub occasion: Occasion,
    /// What they were shown before.
    pub memory: &'a Memory,
}

impl Asked<'_> {
    /// A record without a hook, or a chart opened for the first time.
    pub const CHART: Asked<'static> = Asked { occasion: Occasion::ChartOpened, memory: Memory::NONE };
}

/// Judges a chart.
pub fn judge(chart: Chart, knowledge: &'static Knowledge, as_of: Day, asked: Asked<'_>, hook_instance: Option<String>) -> Judged {
    let mut assessment = assess(&chart, knowledge, as_of);
    let Asked { occasion, memory } = asked;
    let cards = cards(Situation { assessment: &assessment, knowledge, occasion, memory });
    assessment.cards = cards.iter().map(Card::summary).collect();
    Judged { chart, assessment, cards, hook_instance }
}

fn answer(content: &impl serde::Serialize, judged: &Judged) -> Answer {
    let body = serde_json::to_vec(content).expect("assessment and cards have text keys only");
    let codes: Vec<&str> = judged.cards.iter().map(|card| card.code.word()).collect();
    Answer { body, codes: codes.join(",") }
}
