//! A call from body to answer, without the network: request, record, chart, assessment, cards, response.

use jiff::tz::TimeZone;
use serde_json::value::RawValue;

use crate::clinical::cards::{Allowance, Card, CardCode, Memory, Occasion, Proposal, Situation, cards};
use crate::clinical::chart::{Chart, Extent, Kind};
use crate::clinical::derive::{Assessment, assess};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::feedback::{Caller, Ledger};
use crate::fhir::{ReadError, Reader, draft};
use crate::hooks::{Context, Definition, HookRequest, HookResponse, RequestError, Services, is_hook_request, response};

use super::error::CallError;
use super::told;
use crate::config::{Mode, Shown};
use crate::telemetry::{Account, HookInstance, Subject};

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
}

impl Answer {
    /// No cards: a silent answer is an answer.
    pub fn silent() -> Answer {
        Answer::of(&HookResponse { cards: Vec::new() })
    }

    fn of(content: &impl serde::Serialize) -> Answer {
        Answer { body: serde_json::to_vec(content).expect("assessment and cards have text keys only") }
    }
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

/// Who calls, what they are shown, where that is remembered, and what is told of it.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// What was shown and set aside.
    pub ledger: &'a Ledger,
    /// The client, as it is known here.
    pub client: &'a str,
    /// What the settings let it see.
    pub shown: Shown<'a>,
    /// What there is to tell of the call.
    pub account: &'a Account,
}

/// Answers a hook from its prefetch.
pub fn hook(body: &[u8], definition: &Definition, knowledge: &'static Knowledge, day: DayOf, desk: Desk<'_>) -> Result<Answer, CallError> {
    let request = HookRequest::parse(body)?;
    if request.hook != definition.hook {
        return Err(CallError::WrongHook { expected: definition.hook.clone() });
    }
    let context = request.context()?;
    tell(desk.account, &request, &context);
    let as_of = day.of(&request)?;
    let mut reader = Reader::new(knowledge, as_of);
    read_request(&mut reader, &request, &context, definition);
    let chart = reader.finish()?;
    desk.account.story().chart = Some(told::chart(&chart));
    require(&chart, definition)?;
    let store = tracing::info_span!("store").entered();
    let who = desk.ledger.who(Caller {
        client: desk.client,
        fhir_server: request.fhir_server.as_deref(),
        patient: &request.patient_id,
        user: context.user_id.as_deref(),
        encounter: context.encounter_id.as_deref(),
    });
    let memory = desk.ledger.memory(who);
    drop(store);
    let codes = desk.shown.cards.map(card_codes);
    let allowance = Allowance { max_cards: desk.shown.max_cards.map(|most| most as usize), codes: codes.as_deref() };
    let asked = Asked { occasion: Occasion::of_hook(&request.hook), memory: &memory, allowance };
    let judged = judge(chart, knowledge, as_of, asked, request.hook_instance);
    desk.account.story().cards = judged.cards.iter().map(told::card).collect();
    if desk.shown.mode != Mode::Visible {
        // Nobody saw them, so nothing may rest on their having been shown.
        return Ok(Answer::silent());
    }
    let wire = wire(&judged, knowledge);
    let _store = tracing::info_span!("store").entered();
    for (card, sent) in judged.cards.iter().zip(&wire.cards) {
        desk.ledger.show(who, as_of, sent.uuid, card);
    }
    Ok(Answer::of(&wire))
}

/// Puts down which call this is, and for the audit whose record it asks about.
fn tell(account: &Account, request: &HookRequest<'_>, context: &Context<'_>) {
    let mut story = account.story();
    story.hook_instance = request.hook_instance.as_deref().map_or(HookInstance::None, HookInstance::of);
    let patient = Some(request.patient_id.clone());
    story.subject = Some(Subject { patient, user: context.user_id.clone(), fhir_server: request.fhir_server.clone() });
}

/// The cards of these codes. The settings hold no others (`fit.rs`).
fn card_codes(words: &[String]) -> Vec<CardCode> {
    CardCode::ALL.into_iter().filter(|code| words.iter().any(|word| word == code.word())).collect()
}

/// Takes what became of cards. Either all of it is taken or, where one item cannot be meant, nothing.
pub fn feedback(body: &[u8], today: Day, time_zone: &TimeZone, desk: Desk<'_>) -> Result<Answer, CallError> {
    for item in crate::hooks::feedback(body)? {
        // A clock that runs ahead must not silence for longer.
        let day = Day::from(item.at.to_zoned(time_zone.clone()).date()).min(today);
        desk.ledger.take(desk.client, &item, day);
        desk.account.story().feedback.push(told::feedback(&item));
    }
    Ok(Answer { body: b"{}".to_vec() })
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
pub fn assessment(
    body: &[u8],
    services: &Services,
    knowledge: &'static Knowledge,
    day: DayOf,
    account: &Account,
) -> Result<Answer, CallError> {
    let judged = record(&[("body", body)], services, knowledge, day, None).map_err(|error| match error {
        RecordError::Request { error, .. } => CallError::Request(error),
        RecordError::Read(error) => error.into(),
    })?;
    let mut story = account.story();
    story.hook_instance = judged.hook_instance.as_deref().map_or(HookInstance::None, HookInstance::of);
    story.subject = Some(Subject { patient: judged.assessment.patient.id.clone(), ..Subject::default() });
    story.chart = Some(told::chart(&judged.chart));
    story.cards = judged.cards.iter().map(told::card).collect();
    Ok(Answer::of(&judged.assessment))
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
    let mut reader = Reader::new(knowledge, as_of);
    for (name, body) in bodies.iter().filter(|(_, body)| !is_hook_request(body)) {
        reader.add(name, body)?;
    }
    for (request, _, context) in &requests {
        if let Some(definition) = services.for_hook(&request.hook).or_else(|| services.for_hook("patient-view")) {
            read_request(&mut reader, request, context, definition);
        }
    }
    let occasion = requests.first().map_or(Asked::CHART.occasion, |(request, ..)| Occasion::of_hook(&request.hook));
    let hook_instance = requests.into_iter().find_map(|(request, ..)| request.hook_instance);
    Ok(judge(reader.finish()?, knowledge, as_of, Asked { occasion, ..Asked::CHART }, hook_instance))
}

/// The name of the draft orders in what is told of them.
const DRAFTS: &str = "context.draftOrders";

/// Reads what was sent along, and notes what was not. Keys nobody asked for are read too, but answer for nothing.
fn read_request<'a>(reader: &mut Reader<'a>, request: &HookRequest<'a>, context: &Context<'a>, definition: &Definition) {
    reader.expect_patient(&request.patient_id);
    for (key, need) in &definition.needs {
        match request.prefetch.get(key.as_str()) {
            Some(value) => reader.add_prefetch(key, &need.answers, value),
            None => reader.missing_prefetch(key, need.resource_type(), &need.answers),
        }
    }
    for (key, value) in request.prefetch.iter().filter(|(key, _)| !definition.needs.contains_key(&***key)) {
        reader.add_prefetch(key, &[], value);
    }
    if let Some(orders) = &context.orders {
        reader.add_drafts(DRAFTS, orders.drafts, orders.selections.as_deref());
    }
}

/// Without patient, conditions or any medication record nothing may be said (rules.md 10).
fn require(chart: &Chart, definition: &Definition) -> Result<(), CallError> {
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
    let keys = definition.needs.iter().filter(|(_, need)| answers(&need.answers)).map(|(key, _)| key.clone()).collect();
    Err(CallError::NotHad { missing: missing.into_iter().map(|(_, name)| name).collect(), keys })
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

/// Judges a chart.
pub fn judge(chart: Chart, knowledge: &'static Knowledge, as_of: Day, asked: Asked<'_>, hook_instance: Option<String>) -> Judged {
    let span = tracing::info_span!("judge").entered();
    let mut assessment = assess(&chart, knowledge, as_of);
    let Asked { occasion, memory, allowance } = asked;
    let cards = cards(Situation { assessment: &assessment, knowledge, occasion, memory, allowance });
    drop(span);
    assessment.cards = cards.iter().map(Card::summary).collect();
    Judged { chart, assessment, cards, hook_instance }
}
