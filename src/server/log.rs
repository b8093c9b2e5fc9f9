//! One line for each call, its metrics, its span, and an OperationOutcome for each error that a layer below made.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError};
use tracing::Instrument;
use uuid::Uuid;

use super::State;
use super::error::CallError;
use crate::telemetry::{Account, Served, call_span};

/// What an error tells the log.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// What was wrong.
    pub error: &'static str,
}

/// The id of a call, made by us: it stands in the log, the audit and the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer. Nothing of the request goes to the log but the pattern of its route and the words of its account.
pub async fn log(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let id = Uuid::new_v4();
    let request_id = id.to_string();
    let account = Account::default();
    request.extensions_mut().insert(account.clone());
    request.extensions_mut().insert(RequestId(id));
    let traceparent = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    let span = call_span(traceparent, &request_id);
    let state = request.app_data::<Data<State>>().cloned().expect("the application is built with its state");
    let mut departure = Departure::new(state.clone(), account.clone(), id);
    let response = next.call(request).instrument(span.clone()).await?.map_into_boxed_body();
    let told = response.response().extensions().get::<Told>().copied();
    let status = response.status();
    let (mut response, error) = match told {
        None if status.is_client_error() || status.is_server_error() => {
            let error = foreign(status);
            let word = error.word();
            (with_outcome(response, &error), Some(word))
        }
        told => (response, told.map(|told| told.error)),
    };
    if !is_kept(response.request().method(), response.status()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    response.headers_mut().insert(REQUEST_ID, HeaderValue::from_str(&request_id).expect("a uuid is a header value"));
    let service = service(&state, response.request());
    let status = response.status().as_u16();
    span.record("service", &*service).record("status", status);
    let duration = begun.elapsed();
    let routine = service.starts_with("/health") || service == "/metrics";
    Served { request_id: &request_id, service: &service, status, duration, error, routine }.log(&account);
    state.metrics.count(&account, &service, status, error, duration);
    departure.told = true;
    Ok(response)
}

/// Whether the connection stays open: for callers who were let in, and were answered.
///
/// The layer below gives a head its time on the first request of a connection alone, so a stranger gets one request a connection.
fn is_kept(method: &Method, status: StatusCode) -> bool {
    method == Method::POST && matches!(status, StatusCode::OK | StatusCode::PRECONDITION_FAILED)
}

/// The end of a call, however it comes: a client may hang up before the answer, and then nobody is left to run the rest.
struct Departure {
    state: Data<State>,
    account: Account,
    id: Uuid,
    begun: Instant,
    told: bool,
}

impl Departure {
    fn new(state: Data<State>, account: Account, id: Uuid) -> Departure {
        state.metrics.in_flight.inc();
        Departure { state, account, id, begun: Instant::now(), told: false }
    }
}

impl Drop for Departure {
    fn drop(&mut self) {
        self.state.metrics.in_flight.dec();
        if self.told {
            return;
        }
        // As nginx has it. Which service it was is known to the lost request alone.
        let (status, service, error, duration) = (499, "none", Some("client-gone"), self.begun.elapsed());
        Served { request_id: &self.id.to_string(), service, status, duration, error, routine: false }.log(&self.account);
        self.state.metrics.count(&self.account, service, status, error, duration);
    }
}

/// The id of a service that exists, else the pattern of the route: never what the caller wrote. Feedback is no hook call and goes by its
/// route, so that what is counted under the id of a service are its hook calls alone.
pub(super) fn service(state: &State, request: &HttpRequest) -> String {
    let id = request.match_info().get("id").filter(|_| request.match_pattern().is_some_and(|pattern| !pattern.ends_with("/feedback")));
    let id = id.and_then(|id| state.services.get(id)).map(|definition| definition.id.clone());
    id.or_else(|| request.match_pattern()).unwrap_or_else(|| "none".to_owned())
}

/// An error that no handler of ours made.
fn foreign(status: StatusCode) -> CallError {
    if status.is_server_error() { CallError::Defect } else { CallError::Refused(status) }
}

fn with_outcome(response: ServiceResponse<BoxBody>, error: &CallError) -> ServiceResponse<BoxBody> {
    let mut response = response.map_body(|_, _| BoxBody::new(error.outcome().to_json()));
    *response.response_mut().status_mut() = error.status_code();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/fhir+json"));
    // What was packed is gone.
    response.headers_mut().remove(CONTENT_ENCODING);
    response
}
