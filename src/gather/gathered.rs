//! What was fetched for one call, and how.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures_util::{StreamExt, stream};
use secrecy::SecretString;
use serde_json::value::RawValue;

use super::ask::{Exchange, Line};
use super::failure::Failure;
use super::medication;
use super::query::Query;
use super::server::{Base, Server, ServerError, http};
use crate::config::address::Reach;
use crate::config::{Config, Dialect};
use crate::fhir::{Answer, Wanted, wanted_medications};
use crate::hooks::{Definition, HookRequest, Need};

/// Whose the servers on this machine are said to be while developing.
const DEVELOPMENT: &str = "development";

/// How many servers on this machine are remembered while developing.
const LOOPBACK_SERVERS: usize = 64;

/// The FHIR servers that may be asked, and how they have been doing: shared by all calls.
#[derive(Debug)]
pub struct Gather {
    clients: BTreeMap<String, Vec<Arc<Server>>>,
    loopback: Option<Loopback>,
}

/// While developing: any server on this machine.
#[derive(Debug)]
struct Loopback {
    http: reqwest::Client,
    servers: Mutex<HashMap<String, Arc<Server>>>,
}

/// A hook request, the values of its prefetch walked.
pub type Request<'a> = HookRequest<'a, Answer<'a>>;

/// What was fetched for one call.
#[derive(Debug, Default)]
pub struct Gathered {
    /// What was fetched, or could not be, by the key of the prefetch. Of keys that are not here nothing was tried.
    pub fetched: BTreeMap<String, Fetched>,
    /// The Medications that records refer to.
    pub medications: Medications,
    /// How every request ended, for logs and metrics.
    pub asked: Vec<Exchange>,
    /// Why nothing was asked though something was missing.
    pub refused: Option<Failure>,
}

impl Gathered {
    /// How asking went, in words of ours: how often each.
    pub fn outcomes(&self) -> BTreeMap<&'static str, usize> {
        let mut outcomes = BTreeMap::new();
        for word in self.asked.iter().map(Exchange::word).chain(self.refused.map(Failure::word)) {
            *outcomes.entry(word).or_default() += 1;
        }
        outcomes
    }

    /// Writes a line about it, if anything was asked or refused.
    pub fn log(&self, client: &str) {
        let outcomes: Vec<String> = self.outcomes().into_iter().map(|(word, count)| format!("{word}={count}")).collect();
        if !outcomes.is_empty() {
            let slowest_ms = self.asked.iter().map(|exchange| exchange.took.as_millis()).max().unwrap_or_default() as u64;
            tracing::info!(client, outcomes = outcomes.join(","), slowest_ms, "gathered");
        }
    }

    /// How many bytes came.
    pub fn size(&self) -> usize {
        let pages = self.fetched.values().flat_map(|fetched| &fetched.pages);
        pages.chain(&self.medications.pages).map(Vec::len).sum()
    }
}

/// What was fetched for one key.
#[derive(Debug, Default)]
pub struct Fetched {
    /// The pages that came; of a key that was sent in part, those after the one that was sent.
    pub pages: Vec<Vec<u8>>,
    /// Why the rest did not.
    pub failure: Option<Failure>,
}

impl Fetched {
    fn failed(failure: Failure) -> Fetched {
        Fetched { pages: Vec::new(), failure: Some(failure) }
    }
}

/// The Medications that records refer to.
#[derive(Debug, Default)]
pub struct Medications {
    /// The answers that hold them.
    pub pages: Vec<Vec<u8>>,
    /// How many that no record even names were not had.
    pub unnamed: usize,
    /// Why not.
    pub failure: Option<Failure>,
}

/// Whom a call may ask.
struct Access<'a> {
    server: Arc<Server>,
    token: Option<&'a SecretString>,
}

/// One thing to be fetched: a key that was not sent, or the pages after the one that was.
struct Job<'a> {
    key: &'a str,
    need: &'a Need,
    next: Option<String>,
}

impl Gather {
    /// The servers of the settings; in development any on this machine beside them.
    pub fn new(config: &Config, dev: bool) -> Result<Gather, ServerError> {
        let mut clients = BTreeMap::new();
        for (name, client) in &config.clients {
            let server = |(index, server)| {
                let place = format!("clients.{name}.fhir[{index}]");
                Server::configured(name, place, server, &client.dialect).map(Arc::new)
            };
            clients.insert(name.clone(), client.fhir.iter().enumerate().map(server).collect::<Result<Vec<_>, _>>()?);
        }
        let place = || "--dev".to_owned();
        let loopback = || http(Reach::Loopback, Vec::new()).map_err(|source| ServerError::Certificates { place: place(), source });
        let loopback = dev.then(loopback).transpose()?.map(|http| Loopback { http, servers: Mutex::default() });
        Ok(Gather { clients, loopback })
    }

    /// Fetches what the call did not bring: keys that are missing, further pages, Medications that records refer to. `drafts` are
    /// orders that may refer to some. `null` and errors are answers, and not asked for again.
    pub async fn gather(
        &self,
        client: &str,
        request: &Request<'_>,
        drafts: Option<&RawValue>,
        definition: &Definition,
        until: Instant,
    ) -> Gathered {
        let jobs = jobs(request, definition);
        let access = match self.access(client, request) {
            Ok(Some(access)) => access,
            Ok(None) => return Gathered::default(),
            Err(failure) => {
                let fetched = jobs.into_iter().map(|job| (job.key.to_owned(), Fetched::failed(failure))).collect();
                return Gathered { fetched, refused: Some(failure), ..Gathered::default() };
            }
        };
        let line = Line::new(&access.server, access.token, until);
        let parallel = access.server.dialect.parallel.size();
        let fetch = async |job: Job<'_>| (job.key.to_owned(), fetch(&line, &job, &request.patient_id).await);
        let fetched: BTreeMap<String, Fetched> = stream::iter(jobs).map(fetch).buffer_unordered(parallel).collect().await;
        let wanted = wanted(request, drafts, &fetched);
        let medications = if wanted.is_empty() { Medications::default() } else { medication::look_up(&line, &wanted).await };
        Gathered { fetched, medications, asked: line.asked(), refused: None }
    }

    /// How many servers of each client are left alone since they failed; those of this machine that are asked while developing as one
    /// client's.
    pub fn open_circuits(&self) -> impl Iterator<Item = (&str, usize)> {
        let open = |servers: &[Arc<Server>]| servers.iter().filter(|server| server.is_left_alone()).count();
        let configured = self.clients.iter().map(move |(name, servers)| (name.as_str(), open(servers)));
        configured.chain(self.loopback.as_ref().map(|loopback| (DEVELOPMENT, loopback.open_circuits())))
    }

    /// The server that the call may ask, `None` where the call does not offer one.
    fn access<'r>(&self, client: &str, request: &'r Request<'_>) -> Result<Option<Access<'r>>, Failure> {
        let Some(named) = &request.fhir_server else { return Ok(None) };
        let authorization = request.fhir_authorization.as_ref();
        let Some(server) = Base::parse(named).and_then(|base| self.server(client, base)) else {
            return if authorization.is_some() { Err(Failure::UnknownServer) } else { Ok(None) };
        };
        match authorization {
            None => Ok(server.open.then_some(Access { server, token: None })),
            Some(leave) if leave.has_expired => Err(Failure::TokenExpired),
            // Exchange with it, a server may answer with nothing at all, which would read as if there were nothing.
            Some(leave) if leave.patient_id.as_ref().is_some_and(|id| *id != request.patient_id) => Err(Failure::TokenOfAnother),
            Some(leave) => Ok(Some(Access { server, token: Some(&leave.access_token) })),
        }
    }

    fn server(&self, client: &str, base: Base) -> Option<Arc<Server>> {
        let configured = self.clients.get(client).into_iter().flatten().find(|server| server.base == base);
        configured.cloned().or_else(|| self.loopback.as_ref()?.server(base))
    }
}

impl Loopback {
    fn open_circuits(&self) -> usize {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.values().filter(|server| server.is_left_alone()).count()
    }

    fn server(&self, base: Base) -> Option<Arc<Server>> {
        // Of a name that is not of this machine the resolver gives no address.
        if !base.is_within(Reach::Loopback) {
            return None;
        }
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if servers.len() >= LOOPBACK_SERVERS {
            servers.clear();
        }
        let name = base.to_string();
        let new = || Arc::new(Server::new(DEVELOPMENT, base, self.http.clone(), Dialect::default(), true));
        Some(servers.entry(name).or_insert_with(new).clone())
    }
}

/// What there is to fetch, first what nothing can be said without.
fn jobs<'a>(request: &Request<'_>, definition: &'a Definition) -> Vec<Job<'a>> {
    let job = |(key, need): (&'a String, &'a Need)| match request.prefetch.get(key.as_str()) {
        None => Some(Job { key, need, next: None }),
        Some(sent) => sent.next().map(|next| Job { key, need, next: Some(next.to_owned()) }),
    };
    let mut jobs: Vec<Job<'a>> = definition.needs.iter().filter_map(job).collect();
    jobs.sort_by_key(|job| job.need.answers.first().copied());
    jobs
}

async fn fetch(line: &Line<'_>, job: &Job<'_>, patient: &str) -> Fetched {
    let server = line.server;
    let query = match Query::of(&server.base, job.key, &job.need.query, patient, &server.dialect) {
        Ok(query) => query,
        Err(failure) => return Fetched::failed(failure),
    };
    match &job.next {
        None => pages(line, &query).await,
        Some(next) => {
            let mut fetched = Fetched::default();
            follow(line, &query, Some(next.clone()), &mut fetched).await;
            fetched
        }
    }
}

/// A search from its first page to its last.
pub(super) async fn pages(line: &Line<'_>, query: &Query) -> Fetched {
    match line.ask(query).await {
        Err(failure) => Fetched::failed(failure),
        Ok((body, page)) => {
            let mut fetched = Fetched { pages: vec![body], failure: None };
            follow(line, query, page.next, &mut fetched).await;
            fetched
        }
    }
}

/// The pages after the first one, as far as they may be followed.
async fn follow(line: &Line<'_>, query: &Query, mut next: Option<String>, fetched: &mut Fetched) {
    let mut seen = HashSet::from([query.url.clone()]);
    while let Some(link) = next {
        let url = query.url.join(&link).ok().filter(|url| line.server.base.covers(url));
        let allowed = match url {
            None => Err(Failure::Elsewhere),
            Some(url) if !seen.insert(url.clone()) => Err(Failure::Circle),
            Some(_) if seen.len() > line.server.dialect.max_pages.size() => Err(Failure::TooManyPages),
            Some(url) => Ok(url),
        };
        let answer = match allowed {
            Ok(url) => line.ask(&query.next(url)).await,
            Err(failure) => Err(failure),
        };
        match answer {
            Ok((body, page)) => {
                fetched.pages.push(body);
                next = page.next;
            }
            Err(failure) => {
                fetched.failure = Some(failure);
                return;
            }
        }
    }
}

/// The Medications that these records refer to and that did not come.
fn wanted(request: &Request<'_>, drafts: Option<&RawValue>, fetched: &BTreeMap<String, Fetched>) -> Vec<Wanted> {
    let pages = fetched.values().flat_map(|fetched| &fetched.pages).map(Vec::as_slice);
    let more = drafts.map(|drafts| drafts.get().as_bytes()).into_iter().chain(pages);
    let more: Vec<Answer<'_>> = more.filter_map(|body| Answer::of(body).ok()).collect();
    wanted_medications(request.prefetch.values().chain(&more))
}
