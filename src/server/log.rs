//! One line for each call, and an OperationOutcome for each error that a layer below made.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest, ResponseError};
use uuid::Uuid;

use super::State;
use super::error::CallError;
use crate::telemetry::Served;

/// What a handler tells the log about its answer.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The codes of the cards, with commas.
    pub cards: String,
    /// What was wrong.
    pub error: Option<&'static str>,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer. Nothing of the request goes to the log but the pattern of its route.
pub async fn log(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let request_id = Uuid::new_v4().to_string();
    let response = next.call(request).await?.map_into_boxed_body();
    let told = response.response().extensions().get::<Told>().cloned();
    let status = response.status();
    let (mut response, told) = match told {
        None if status.is_client_error() || status.is_server_error() => {
            let error = foreign(status);
            let told = Told { error: Some(error.word()), cards: String::new() };
            (with_outcome(response, &error), told)
        }
        told => (response, told.unwrap_or_default()),
    };
    if !is_kept(response.request().method(), response.status()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    response.headers_mut().insert(REQUEST_ID, HeaderValue::from_str(&request_id).expect("a uuid is a header value"));
    let service = service(response.request());
    let status = response.status().as_u16();
    Served { request_id: &request_id, service: &service, status, duration: begun.elapsed(), cards: &told.cards, error: told.error }.log();
    Ok(response)
}

/// Whether the connection stays open: for callers who were let in, and were answered.
///
/// The layer below gives a head its time on the first request of a connection alone, so a stranger gets one request a connection.
fn is_kept(method: &Method, status: StatusCode) -> bool {
    method == Method::POST && matches!(status, StatusCode::OK | StatusCode::PRECONDITION_FAILED)
}

/// The id of a service that exists, else the pattern of the route: never what the caller wrote.
fn service(request: &HttpRequest) -> String {
    let known = request.app_data::<Data<State>>().zip(request.match_info().get("id"));
    let id = known.and_then(|(state, id)| state.services.get(id)).map(|definition| definition.id.clone());
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
