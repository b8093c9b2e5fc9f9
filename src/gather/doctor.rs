//! What one FHIR server can give: its own statement, and every query of a service once.
//!
//! A query that is refused is tried in the other ways that EHRs are known to want (users.md section 1): without a page size, by POST,
//! with one category. What then works becomes the dialect; what is merely forbidden or slow does not, since that may change.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use secrecy::SecretString;

use super::ask::{Line, value};
use super::failure::Failure;
use super::gathered::{Fetched, pages};
use super::medication::id_below;
use super::query::Query;
use super::server::{Server, ServerError};
use crate::config::{Client, Dialect, FhirServer, Within};
use crate::fhir::{Answer, Capability, Page, wanted_medications};
use crate::hooks::{Definition, Need};

/// How long all of it may take.
const TIME: Duration = Duration::from_secs(300);

/// Other queries that some servers answer where they refuse ours, by the key of the prefetch.
const OTHERWISE: [(&str, &str); 3] = [
    ("surveys", "Observation?patient={{context.patientId}}&category=survey"),
    ("adverseEvents", "AdverseEvent?subject={{context.patientId}}"),
    ("adverseEvents", "AdverseEvent?patient={{context.patientId}}"),
];

/// What a server can give.
#[derive(Debug)]
pub struct Survey {
    /// What it says of itself, or why that could not be had.
    pub capability: Result<Capability, Failure>,
    /// Every query, by the key of the prefetch; empty where no patient was named.
    pub probed: BTreeMap<String, Probed>,
    /// How it is best asked.
    pub dialect: Dialect,
}

/// What came of one query.
#[derive(Debug, Clone)]
pub struct Probed {
    /// The type of resource that it asks for.
    pub resource_type: String,
    /// Entries and pages, or why not.
    pub offer: Result<Offer, Failure>,
    /// How long it took, all pages together.
    pub took: Duration,
}

/// What was had by one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// How many resources came.
    pub entries: usize,
    /// On how many pages.
    pub pages: usize,
    /// Why there are not all of them.
    pub partly: Option<Failure>,
}

/// Asks a server what it can give, with a token and for a patient where there are any.
pub async fn survey(
    name: &str,
    client: &Client,
    server: &FhirServer,
    definition: &Definition,
    patient: Option<&str>,
    token: Option<&SecretString>,
) -> Result<Survey, ServerError> {
    let with = |dialect: &Dialect| Server::configured(name, format!("clients.{name}.fhir"), server, dialect);
    let patience = Dialect { request_ms: Within::new(30_000), ..client.dialect.clone() };
    let until = Instant::now() + TIME;
    let capability = capability(&Line::new(&with(&patience)?, None, until)).await;
    let mut survey = Survey { capability, probed: BTreeMap::new(), dialect: client.dialect.clone() };
    let is_away = matches!(survey.capability, Err(Failure::Unreachable | Failure::TimedOut | Failure::AddressRefused));
    let Some(patient) = patient.filter(|_| !is_away) else { return Ok(survey) };
    for manner in manners(&client.dialect) {
        let server = with(&Dialect { request_ms: Within::new(30_000), ..manner.clone() })?;
        let mut probed = BTreeMap::new();
        for (key, need) in &definition.needs {
            probed.insert(key.clone(), probe(&Line::new(&server, token, until), key, need, patient).await);
        }
        let had = |probed: &BTreeMap<String, Probed>| probed.values().filter(|probed| probed.offer.is_ok()).count();
        if survey.probed.is_empty() || had(&probed) > had(&survey.probed) {
            (survey.probed, survey.dialect) = (probed, manner);
        }
        if !survey.probed.iter().any(|(_, probed)| survey.could_be_asked_otherwise(probed)) {
            break;
        }
    }
    let patient = Asking { patient, token, until };
    for (key, need) in &definition.needs {
        survey.otherwise(key, need, &with, &patient).await?;
    }
    survey.medications(definition, &with, &patient).await?;
    Ok(survey)
}

/// For whom, with what and until when is asked.
struct Asking<'a> {
    patient: &'a str,
    token: Option<&'a SecretString>,
    until: Instant,
}

impl Survey {
    /// Whether the server says that it has resources of this type; `None` where it says nothing.
    pub fn states(&self, resource_type: &str) -> Option<bool> {
        let capability = self.capability.as_ref().ok().filter(|capability| !capability.types.is_empty())?;
        Some(capability.types.contains_key(resource_type))
    }

    /// A refusal of something that the server says it has.
    fn could_be_asked_otherwise(&self, probed: &Probed) -> bool {
        probed.offer.is_err_and(Failure::is_refusal) && self.states(&probed.resource_type) != Some(false)
    }

    /// Tries a query that is refused in other words, and leaves it out where the server knows none of them.
    async fn otherwise(
        &mut self,
        key: &str,
        need: &Need,
        with: &impl Fn(&Dialect) -> Result<Server, ServerError>,
        asking: &Asking<'_>,
    ) -> Result<(), ServerError> {
        if !self.probed.get(key).is_some_and(|probed| probed.offer.is_err_and(Failure::is_refusal)) {
            return Ok(());
        }
        for (_, query) in OTHERWISE.iter().filter(|(of, _)| *of == key) {
            let mut dialect = self.dialect.clone();
            dialect.queries.insert(key.to_owned(), (*query).to_owned());
            let server = with(&dialect)?;
            let probed = probe(&Line::new(&server, asking.token, asking.until), key, need, asking.patient).await;
            if probed.offer.is_ok() {
                (self.dialect, _) = (dialect, self.probed.insert(key.to_owned(), probed));
                return Ok(());
            }
        }
        self.dialect.queries.insert(key.to_owned(), String::new());
        Ok(())
    }

    /// Whether Medications can be asked for several at a time.
    async fn medications(
        &mut self,
        definition: &Definition,
        with: &impl Fn(&Dialect) -> Result<Server, ServerError>,
        asking: &Asking<'_>,
    ) -> Result<(), ServerError> {
        let server = with(&self.dialect)?;
        let line = Line::new(&server, asking.token, asking.until);
        let mut bodies = Vec::new();
        for (key, need) in definition.needs.iter().filter(|(_, need)| need.resource_type().starts_with("Medication")) {
            if let Ok(query) = Query::of(&server.base, key, &need.query, asking.patient, &server.dialect) {
                bodies.extend(line.ask(&query).await.map(|(body, _)| body));
            }
        }
        let answers: Vec<Answer<'_>> = bodies.iter().filter_map(|body: &Vec<u8>| Answer::of(body).ok()).collect();
        let wanted = wanted_medications(&answers);
        let ids: Vec<&str> = wanted.iter().filter_map(|wanted| id_below(&server.base, &wanted.reference)).take(2).collect();
        if let [_, _] = ids[..]
            && let Some(query) = Query::medications(&server.base, &ids, &server.dialect)
            && line.ask(&query).await.is_err_and(Failure::is_refusal)
        {
            self.dialect.medications_per_request = Within::new(1);
        }
        Ok(())
    }
}

/// The ways of asking, the one of the settings first.
fn manners(dialect: &Dialect) -> Vec<Dialect> {
    let unsized_pages = Dialect { page_size: Within::new(0), ..dialect.clone() };
    let by_post = Dialect { post_search: !dialect.post_search, ..dialect.clone() };
    let both = Dialect { post_search: !dialect.post_search, ..unsized_pages.clone() };
    let mut manners = vec![dialect.clone(), unsized_pages, by_post, both];
    manners.dedup();
    manners
}

async fn capability(line: &Line<'_>) -> Result<Capability, Failure> {
    let query = Query::plain(&line.server.base, "metadata", &line.server.dialect).ok_or(Failure::Elsewhere)?;
    for resource_type in ["CapabilityStatement", "Conformance"] {
        let query = Query { resource_type: resource_type.to_owned(), ..query.clone() };
        match line.ask(&query).await {
            Ok((body, _)) => return value(&body).ok().and_then(Capability::of).ok_or(Failure::NotFhir),
            Err(Failure::OtherAnswer) => {}
            Err(failure) => return Err(failure),
        }
    }
    Err(Failure::OtherAnswer)
}

async fn probe(line: &Line<'_>, key: &str, need: &Need, patient: &str) -> Probed {
    let begun = Instant::now();
    let fetched = match Query::of(&line.server.base, key, &need.query, patient, &line.server.dialect) {
        Ok(query) => pages(line, &query).await,
        Err(failure) => Fetched { pages: Vec::new(), failure: Some(failure) },
    };
    Probed { resource_type: need.resource_type().to_owned(), offer: fetched.offer(), took: begun.elapsed() }
}

impl Fetched {
    /// How much of what was asked for was had, or why nothing.
    ///
    /// # Errors
    /// The failure, where not even one page came.
    pub fn offer(&self) -> Result<Offer, Failure> {
        let seen: Vec<Page> = self.pages.iter().filter_map(|page| Page::of(value(page).ok()?)).collect();
        let entries = seen.iter().map(|page| if page.resource_type == "Bundle" { page.entries } else { 1 }).sum();
        match self.failure {
            Some(failure) if seen.is_empty() => Err(failure),
            partly => Ok(Offer { entries, pages: seen.len(), partly }),
        }
    }
}
