//! One request, its answer, and at most one retry.

use std::error::Error;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;

use super::failure::Failure;
use super::query::Query;
use super::server::Server;
use crate::config::address::AddressRefused;
use crate::fhir::Page;

/// How many answers of full size all requests of one call may come to.
const ANSWERS: usize = 4;

/// How long a retry waits where the server does not say.
const PAUSE: Duration = Duration::from_millis(50);

/// The largest error answer that is read to its end, so that the connection can be used again.
const SMALL: u64 = 16 * 1024;

/// From here on a body is looked at where it holds up nobody else.
const LARGE: usize = 256 * 1024;

/// How one request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// Nothing where the server answered as it should.
    pub failure: Option<Failure>,
    /// How long it took.
    pub took: Duration,
}

impl Exchange {
    /// One word for logs and metrics.
    pub fn word(&self) -> &'static str {
        self.failure.map_or("had", Failure::word)
    }
}

/// A line to one server for one call: nothing is asked without it, and the token leaves it in one place.
pub(super) struct Line<'a> {
    pub(super) server: &'a Server,
    token: Option<&'a SecretString>,
    until: Instant,
    /// How many bytes may still come.
    left: AtomicUsize,
    asked: Mutex<Vec<Exchange>>,
}

/// A request that came to nothing, and what the server says of another try.
struct Refusal {
    failure: Failure,
    retry_after: Option<Duration>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        Refusal { failure, retry_after: None }
    }
}

impl<'a> Line<'a> {
    pub(super) fn new(server: &'a Server, token: Option<&'a SecretString>, until: Instant) -> Line<'a> {
        let left = AtomicUsize::new(server.dialect.max_answer_bytes.size().saturating_mul(ANSWERS));
        Line { server, token, until, left, asked: Mutex::default() }
    }

    /// How all requests ended.
    pub(super) fn asked(self) -> Vec<Exchange> {
        self.asked.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, and once again where that may help and there is time: a read changes nothing on the server.
    pub(super) async fn ask(&self, query: &Query) -> Result<(Vec<u8>, Page), Failure> {
        let begun = Instant::now();
        let refusal = match self.once(query).await {
            Ok(answer) => return Ok(answer),
            Err(refusal) => refusal,
        };
        let pause = match (refusal.failure, refusal.retry_after) {
            (Failure::Status(429 | 500..=599), Some(said)) => said.max(PAUSE),
            (Failure::Status(500..=599), None) => PAUSE,
            _ => return Err(refusal.failure),
        };
        // A server may say any number of seconds, so this must not overflow.
        let needed = pause.saturating_add(begun.elapsed().max(PAUSE));
        if needed > self.until.saturating_duration_since(Instant::now()) {
            return Err(refusal.failure);
        }
        tokio::time::sleep(pause).await;
        self.once(query).await.map_err(|refusal| refusal.failure)
    }

    async fn once(&self, query: &Query) -> Result<(Vec<u8>, Page), Refusal> {
        let begun = Instant::now();
        let whole = self.server.dialect.request_ms.milliseconds();
        let time = self.until.saturating_duration_since(begun).min(whole);
        let answer = if time.is_zero() {
            Err(Failure::NoTime.into())
        } else if !self.server.admits() {
            Err(Failure::CircuitOpen.into())
        } else {
            let answer = tokio::time::timeout(time, self.exchange(query)).await.unwrap_or(Err(Failure::TimedOut.into()));
            let failure = answer.as_ref().err().map(|refusal| refusal.failure);
            // Half of the time that a request should have is no fair trial.
            if failure != Some(Failure::TimedOut) || time * 2 >= whole {
                self.server.note(failure);
            }
            answer
        };
        let asked = Exchange { failure: answer.as_ref().err().map(|refusal| refusal.failure), took: begun.elapsed() };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        answer
    }

    async fn exchange(&self, query: &Query) -> Result<(Vec<u8>, Page), Refusal> {
        // Whatever came before: beyond the base nothing is asked, and no token goes there.
        if !self.server.base.covers(&query.url) {
            return Err(Failure::Elsewhere.into());
        }
        let method = if query.form.is_some() { Method::POST } else { Method::GET };
        let mut request = self.server.http.request(method, query.url.clone()).header(ACCEPT, "application/fhir+json");
        if let Some(form) = &query.form {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone());
        }
        if let Some(token) = self.token {
            let bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()));
            let mut bearer = bearer.map_err(|_| Failure::Status(401))?;
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        let response = request.send().await.map_err(|error| why(&error))?;
        if !response.status().is_success() {
            return Err(refused(response).await);
        }
        let body = self.read(response).await?;
        let (body, page) = looked_at(body).await?;
        expected(&page, query)?;
        Ok((body, page))
    }

    /// The body, as far as it may go.
    async fn read(&self, mut response: Response) -> Result<Vec<u8>, Failure> {
        let most = self.server.dialect.max_answer_bytes.size();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
            let room = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(chunk.len()));
            if room.is_err() || body.len() + chunk.len() > most {
                return Err(Failure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Why a request got no answer. The text of the error is not used: it holds the URL.
fn why(error: &reqwest::Error) -> Failure {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = source {
        if inner.is::<AddressRefused>() {
            return Failure::AddressRefused;
        }
        source = inner.source();
    }
    if error.is_timeout() {
        Failure::TimedOut
    } else if error.is_body() || error.is_decode() {
        Failure::Broken
    } else {
        Failure::Unreachable
    }
}

async fn refused(response: Response) -> Refusal {
    let status = response.status().as_u16();
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    if response.content_length().is_some_and(|length| length <= SMALL) {
        // Only for the sake of the connection.
        drop(response.bytes().await);
    }
    Refusal { failure: Failure::Status(status), retry_after: seconds.map(Duration::from_secs) }
}

/// What an answer is. A large one is looked at on a thread of its own.
async fn looked_at(body: Vec<u8>) -> Result<(Vec<u8>, Page), Failure> {
    let is_large = body.len() >= LARGE;
    let look = move || page(&body).map(|page| (body, page));
    if is_large { tokio::task::spawn_blocking(look).await.unwrap_or(Err(Failure::NotFhir)) } else { look() }
}

fn page(body: &[u8]) -> Result<Page, Failure> {
    let raw = value(body).map_err(|error| if error.is_eof() && !body.is_empty() { Failure::Broken } else { Failure::NotFhir })?;
    Page::of(raw).ok_or(Failure::NotFhir)
}

/// The JSON value of a body.
pub(super) fn value(body: &[u8]) -> Result<&RawValue, serde_json::Error> {
    serde_json::from_slice(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body))
}

/// Whether an answer is of the kind that was asked for.
fn expected(page: &Page, query: &Query) -> Result<(), Failure> {
    match page.resource_type.as_str() {
        "OperationOutcome" => Err(Failure::Outcome),
        _ if query.is_search && page.is_searchset => Ok(()),
        found if !query.is_search && found == query.resource_type => Ok(()),
        _ => Err(Failure::OtherAnswer),
    }
}
