//! A call from body to answer: request, what is missing fetched, what was shown before, record, chart, assessment, cards, response.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes};
use jiff::tz::TimeZone;
use serde_json::value::RawValue;
use tokio::time::timeout_at;
use tracing::Instrument;

use crate::clinical::cards::{Allowance, CardCode, Memory, Occasion, Proposal};
use crate::clinical::chart::{Chart, Extent, Kind};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::config::{Mode, Shown as Showing};
use crate::feedback::{Caller, Cards, Display, Shown, Store, Who};
use crate::fhir::{self, Reader, draft};
use crate::gather::{Failure, Fetched, Gather, Gathered, Medications, Request};
use crate::hooks::{CardDialect, Context, Definition, HookRequest, HookResponse, Need, RequestError, Services, response};

use super::error::CallError;
use super::record::{Asked, Judged, RecordError, judge, read_record};
use super::told;
use crate::telemetry::{Account, HookInstance, Part, Subject};

/// An answer, ready to go out.
#[derive(Debug)]
pub struct Answer {
    /// JSON.
    pub body: Vec<u8>,
    /// What is to be remembered as shown, if it goes out.
    pub cards: Cards,
}

impl Answer {
    /// No cards: a silent answer is an answer.
    pub fn silent() -> Answer {
        Answer::of(&HookResponse { cards: Vec::new() })
    }

    fn of(content: &impl serde::Serialize) -> Answer {
        let mut body = Vec::with_capacity(ROOM);
        serde_json::to_writer(&mut body, content).expect("assessment and cards have text keys only");
        Answer { body, cards: Cards::default() }
    }
}

/// As many bytes as most answers have.
const ROOM: usize = 16 * 1024;

/// The day of assessment: the one that the request asks for, where the caller may choose it, else today.
#[derive(Debug, Clone, Copy)]
pub struct DayOf {
    /// Today in the configured time zone.
    pub today: Day,
    /// Whether the request may name the day.
    pub by_request: bool,
}

impl DayOf {
    pub(super) fn of<P>(self, request: &HookRequest<'_, P>) -> Result<Day, RequestError> {
        match &request.as_of {
            Some(day) if self.by_request => day.clone(),
            _ => Ok(self.today),
        }
    }
}

/// Who calls, what they are shown, and what their call may use.
#[derive(Clone)]
pub struct Desk<'a> {
    /// The client, as it is known here.
    pub client: &'a str,
    /// How it wants its cards.
    pub dialect: CardDialect,
    /// What the settings let it see.
    pub showing: Showing<'a>,
    /// What was shown and set aside.
    pub store: &'a Store,
    /// Where what is missing may be fetched.
    pub gather: &'a Gather,
    /// What there is to tell of the call.
    pub account: &'a Account,
    /// How many resources one call may hold.
    pub most_resources: usize,
    /// Until when others may be waited for: see [`wait_until`].
    pub until: Instant,
    /// Whether the call is answered on a thread of its own.
    pub apart: bool,
    /// The call's turn: held until all its work has ended, also when nobody waits for the answer any more.
    pub turn: Arc<dyn Send + Sync>,
}

/// What is left of the time of a call for reading and judging, once everything has been fetched.
const RESERVE: Duration = Duration::from_millis(150);

/// From this size on a record is read on a thread of its own, so that no other call of the worker waits for it.
pub const LARGE: usize = 256 * 1024;

/// By what and on which day a record is judged, and how much of the outcome is shown.
#[derive(Clone, Copy)]
struct Terms<'a> {
    definition: &'a Definition,
    knowledge: &'static Knowledge,
    as_of: Day,
    memory: &'a Memory,
    allowance: Allowance<'a>,
    most_resources: usize,
    account: &'a Account,
}

/// Until when others may be waited for by a call that began then and may take that long.
pub fn wait_until(begun: Instant, deadline: Duration) -> Instant {
    begun + deadline - RESERVE.min(deadline / 4)
}

/// Answers a hook from its prefetch, and from the FHIR server where it may be asked for the rest.
pub async fn hook(
    body: Bytes,
    definition: &Definition,
    knowledge: &'static Knowledge,
    day: DayOf,
    desk: Desk<'_>,
) -> Result<Answer, CallError> {
    let request = request(&body, desk.most_resources)?;
    if request.hook != definition.hook {
        return Err(CallError::WrongHook { expected: definition.hook.clone() });
    }
    let context = request.context()?;
    tell(desk.account, &request, &context);
    let as_of = day.of(&request)?;
    let who = who(&request, &context, &desk);
    // At once, so that a slow store and a slow server together do not take longer than the call may.
    let remembering = desk.store.memory(&who).instrument(tracing::info_span!("store"));
    let (gathered, memory) = tokio::join!(gathered(&request, &context, definition, &desk), remembering);
    // Without the store a card is shown once too often, which harms nobody; the store counts it.
    let memory = memory.unwrap_or_else(|_| Memory::NONE.clone());
    let codes = desk.showing.cards.map(card_codes);
    let allowance = Allowance { max_cards: desk.showing.max_cards.map(|most| most as usize), codes: codes.as_deref() };
    let terms =
        Terms { definition, knowledge, as_of, memory: &memory, allowance, most_resources: desk.most_resources, account: desk.account };
    let judged = if desk.apart || body.len() + gathered.size() < LARGE {
        read_and_judge(&request, &context, terms, &gathered)?
    } else {
        judged_apart(&body, terms, gathered, &desk.turn).await?
    };
    let wire = wire(&judged, knowledge, desk.dialect);
    let visible = desk.showing.mode == Mode::Visible;
    let display = if visible { Display::Shown } else { Display::Silent };
    let shown = Shown { who: &who, service: &definition.id, hook: &request.hook, knowledge, day: as_of, display };
    let cards = Cards::of(shown, wire.cards.iter().map(|sent| sent.uuid).zip(&judged.cards));
    Ok(Answer { cards, ..if visible { Answer::of(&wire) } else { Answer::silent() } })
}

/// Takes a call apart, its prefetch with it.
fn request(body: &[u8], most_resources: usize) -> Result<Request<'_>, RequestError> {
    HookRequest::parse(body, fhir::Answer::within(&Cell::new(most_resources)))
}

/// Puts down which call this is, and for the audit whose record it asks about.
fn tell(account: &Account, request: &Request<'_>, context: &Context<'_>) {
    let mut story = account.story();
    story.hook_instance = request.hook_instance.as_deref().map_or(HookInstance::None, HookInstance::of);
    let patient = Some(request.patient_id.clone());
    story.subject = Some(Subject { patient, user: context.user_id.clone(), fhir_server: request.fhir_server.clone() });
}

/// What the call did not bring, fetched.
async fn gathered(request: &Request<'_>, context: &Context<'_>, definition: &Definition, desk: &Desk<'_>) -> Gathered {
    let lap = desk.account.lap(Part::Fhir);
    let drafts = context.orders.as_ref().map(|orders| orders.drafts);
    let gathering = desk.gather.gather(desk.client, request, drafts, definition, desk.until);
    let gathered = gathering.instrument(tracing::info_span!("gather")).await;
    if gathered.asked.is_empty() {
        lap.void();
    }
    gathered.log(desk.client);
    desk.account.story().fhir = gathered.outcomes();
    gathered
}

fn who(request: &Request<'_>, context: &Context<'_>, desk: &Desk<'_>) -> Who {
    desk.store.who(Caller {
        client: desk.client,
        fhir_server: request.fhir_server.as_deref(),
        patient: &request.patient_id,
        user: context.user_id.as_deref(),
        encounter: context.encounter_id.as_deref(),
    })
}

/// The cards of these codes. The settings hold no others (`fit.rs`).
fn card_codes(words: &[String]) -> Vec<CardCode> {
    CardCode::ALL.into_iter().filter(|code| words.iter().any(|word| word == code.word())).collect()
}

/// What a request and what was fetched for it come to, where much was fetched for a small request: judged on a thread of its own, which
/// costs taking the request apart again.
async fn judged_apart(body: &Bytes, terms: Terms<'_>, gathered: Gathered, turn: &Arc<dyn Send + Sync>) -> Result<Judged, CallError> {
    let Terms { knowledge, as_of, most_resources, .. } = terms;
    let (body, definition, memory, account) = (body.clone(), terms.definition.clone(), terms.memory.clone(), terms.account.clone());
    let (max_cards, codes) = (terms.allowance.max_cards, terms.allowance.codes.map(<[CardCode]>::to_vec));
    let (turn, span) = (turn.clone(), tracing::Span::current());
    let judging = web::block(move || {
        let _turn = turn;
        let _span = span.entered();
        let request = request(&body, most_resources)?;
        let context = request.context()?;
        let allowance = Allowance { max_cards, codes: codes.as_deref() };
        let terms = Terms { definition: &definition, knowledge, as_of, memory: &memory, allowance, most_resources, account: &account };
        read_and_judge(&request, &context, terms, &gathered)
    });
    // A defect in it costs this call.
    judging.await.unwrap_or(Err(CallError::Defect))
}

fn read_and_judge(request: &Request<'_>, context: &Context<'_>, terms: Terms<'_>, gathered: &Gathered) -> Result<Judged, CallError> {
    let Terms { definition, knowledge, as_of, memory, allowance, most_resources, account } = terms;
    let mut reader = Reader::new(knowledge, as_of).at_most(most_resources);
    read_request(&mut reader, request, context, definition, gathered);
    let chart = reader.finish()?;
    account.story().chart = Some(told::chart(&chart));
    require(&chart, definition, gathered)?;
    let asked = Asked { occasion: Occasion::of_hook(&request.hook), memory, allowance };
    let judged = judge(chart, knowledge, as_of, asked, request.hook_instance.clone());
    account.story().cards = judged.cards.iter().map(told::card).collect();
    Ok(judged)
}

/// What a request and what was fetched for it come to, for whoever wants to see more than the answer.
///
/// # Errors
/// As for a call: without patient, conditions or any medication record nothing may be said.
pub fn fetched(
    request: &Request<'_>,
    context: &Context<'_>,
    definition: &Definition,
    knowledge: &'static Knowledge,
    as_of: Day,
    gathered: &Gathered,
) -> Result<Judged, CallError> {
    let Asked { memory, allowance, .. } = Asked::CHART;
    let account = Account::default();
    let terms = Terms { definition, knowledge, as_of, memory, allowance, most_resources: usize::MAX, account: &account };
    read_and_judge(request, context, terms, gathered)
}

/// Takes what became of cards. Either all of it is taken, and then it is on disk, or nothing is: where one item cannot be meant, or the
/// store cannot be written.
pub async fn feedback(
    body: &[u8],
    service: &str,
    time_zone: &TimeZone,
    (store, client): (&Store, &str),
    (account, until): (&Account, Instant),
) -> Result<Answer, CallError> {
    let items = crate::hooks::feedback(body)?;
    let keeping = store.keep(client, service, &items, time_zone).instrument(tracing::info_span!("store"));
    timeout_at(until.into(), keeping).await.map_err(|_| CallError::NotKept)?.map_err(|_| CallError::NotKept)?;
    account.story().feedback = items.iter().map(told::feedback).collect();
    Ok(Answer { body: b"{}".to_vec(), cards: Cards::default() })
}

/// What was judged, as an answer to a hook.
pub fn wire<'a>(judged: &'a Judged, knowledge: &Knowledge, dialect: CardDialect) -> HookResponse<'a> {
    let patient = judged.assessment.patient.id.as_deref();
    let drafted = |proposal: Proposal| -> Option<Box<RawValue>> {
        let json = draft::draft(proposal, patient?, knowledge)?;
        RawValue::from_string(String::from_utf8(json).ok()?).ok()
    };
    response(&judged.cards, judged.hook_instance.as_deref(), dialect, drafted)
}

/// Answers with the assessment of a record sent as a Bundle, a resource or a hook request.
pub fn assessment(
    body: &[u8],
    services: &Services,
    knowledge: &'static Knowledge,
    day: DayOf,
    most_resources: usize,
    account: &Account,
) -> Result<Answer, CallError> {
    let bounded = |as_of| Reader::new(knowledge, as_of).at_most(most_resources);
    let judged = read_record(&[("body", body)], services, day, None, bounded).map_err(|error| match error {
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

/// The name of the draft orders in what is told of them.
const DRAFTS: &str = "context.draftOrders";

/// Reads what was sent along and what was fetched, and notes what was neither.
///
/// All that was sent comes first: it counts against the limit before anything that was fetched, which is left out beyond it.
pub(super) fn read_request<'a>(
    reader: &mut Reader<'a>,
    request: &'a Request<'a>,
    context: &'a Context<'a>,
    definition: &Definition,
    gathered: &'a Gathered,
) {
    reader.expect_patient(&request.patient_id);
    read_sent(reader, request, context, definition, gathered);
    read_fetched(reader, request, definition, gathered);
}

/// Reads what was sent along. Keys nobody asked for are read too, but answer for nothing.
fn read_sent<'a>(
    reader: &mut Reader<'a>,
    request: &'a Request<'a>,
    context: &'a Context<'a>,
    definition: &Definition,
    gathered: &Gathered,
) {
    for (key, need) in &definition.needs {
        match (request.prefetch.get(key.as_str()), gathered.fetched.get(key)) {
            (Some(sent), None) => reader.add_prefetch(key, &need.answers, sent),
            (Some(sent), Some(_)) => reader.add_page(key, &need.answers, sent),
            (None, None) => reader.missing_prefetch(key, need.resource_type(), &need.answers),
            (None, Some(_)) => {}
        }
    }
    for (key, value) in request.prefetch.iter().filter(|(key, _)| !definition.needs.contains_key(&***key)) {
        reader.add_prefetch(key, &[], value);
    }
    if let Some(orders) = &context.orders {
        reader.add_drafts(DRAFTS, orders.drafts, orders.selections.as_deref());
    }
}

/// Reads what was fetched, first what nothing can be said without: what comes beyond the limit is left out.
fn read_fetched<'a>(reader: &mut Reader<'a>, request: &'a Request<'a>, definition: &Definition, gathered: &'a Gathered) {
    gathered.medications.pages.iter().for_each(|page| reader.add_medications(page));
    if let Medications { unnamed: count @ 1.., failure: Some(failure), .. } = gathered.medications {
        reader.medications_not_had(count, &failure.to_string());
    }
    let fetched = |(key, need)| Some((key, need, gathered.fetched.get(key)?));
    let mut answers: Vec<(&String, &Need, &Fetched)> = definition.needs.iter().filter_map(fetched).collect();
    answers.sort_by_key(|(_, need, _)| need.answers.first().copied());
    for (key, need, fetched) in answers {
        fetched.pages.iter().for_each(|page| reader.add_fetched(key, &need.answers, page));
        match fetched.failure.map(|failure| failure.to_string()) {
            Some(why) if !request.prefetch.contains_key(key.as_str()) && fetched.pages.is_empty() => {
                reader.not_fetched(key, need.resource_type(), &need.answers, &why);
            }
            Some(why) => reader.not_every_page(key, &need.answers, &why),
            None => {}
        }
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
