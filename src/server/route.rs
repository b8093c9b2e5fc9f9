//! Routes, and what stands before a call: method, media type, size.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{self, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{self, Bytes, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, guard};
use futures_util::FutureExt;
use serde_json::json;

use super::State;
use super::call::{self, Answer};
use super::error::CallError;
use super::log::Told;
use crate::auth::Caller;

/// For how long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Every path. What a path does not answer to is refused with what it does answer to.
pub fn routes(config: &mut ServiceConfig) {
    const READ: &str = "GET, HEAD, OPTIONS";
    const CALL: &str = "POST, OPTIONS";
    config
        .service(resource("/health/live", READ).route(read().to(live)))
        .service(resource("/health/ready", READ).route(read().to(ready)))
        .service(resource("/cds-services", READ).route(read().to(discovery)))
        .service(resource("/cds-services/{id}", CALL).route(web::post().to(hook)))
        .service(resource("/cds-services/{id}/feedback", CALL).route(web::post().to(feedback)))
        .service(resource("/assess", CALL).route(web::post().to(assess)))
        .default_service(web::to(async || Err::<HttpResponse, _>(CallError::NoSuchPath)));
}

/// Which browser applications may call. In development any; else those of the settings.
pub fn cors(state: &State) -> Cors {
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::OPTIONS])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .allowed_header("x-requested-with")
        .expose_headers(["x-request-id"])
        .max_age(3600);
    if state.dev {
        return cors.allow_any_origin().send_wildcard();
    }
    state.cors_origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

fn resource(path: &str, allowed: &'static str) -> Resource {
    let options = move || async move { HttpResponse::NoContent().insert_header((ALLOW, allowed)).finish() };
    let refused = move |request: HttpRequest, state: Data<State>| async move {
        let id = request.match_info().get("id");
        let known = id.is_none_or(|id| state.services.get(id).is_some());
        Err::<HttpResponse, _>(if known { CallError::Method { allowed } } else { CallError::UnknownService })
    };
    web::resource(path).route(web::method(Method::OPTIONS).to(options)).default_service(web::to(refused))
}

fn read() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

async fn ready(state: Data<State>) -> Result<HttpResponse, CallError> {
    if !state.is_ready() {
        return Err(CallError::NotReady);
    }
    let knowledge = state.knowledge.version();
    // Hooks are answered without the store, so it is told and does not take the service out of turn.
    let store = state.store.standing().word();
    Ok(HttpResponse::Ok().json(json!({ "status": "ready", "version": env!("CARGO_PKG_VERSION"), "knowledge": knowledge, "store": store })))
}

async fn discovery(_: Caller, state: Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(state.services.discovery())
}

async fn hook(
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
    state: Data<State>,
) -> Result<HttpResponse, CallError> {
    let definition = state.services.get(&id).ok_or(CallError::UnknownService)?;
    let body = body(&request, payload, state.max_body_bytes).await?;
<<<<<<< HEAD
    let answer = guarded_async(call::hook(&body, definition, state.knowledge, state.day(), state.desk())).await?;
=======
    let answer = guarded(|| call::hook(&body, definition, state.knowledge, state.day(), state.desk(&caller)))?;
>>>>>>> w-auth
    Ok(told(answer))
}

async fn assess(_: Caller, request: HttpRequest, payload: Payload, state: Data<State>) -> Result<HttpResponse, CallError> {
    let body = body(&request, payload, state.max_body_bytes).await?;
    let answer = guarded(|| call::assessment(&body, &state.services, state.knowledge, state.day()))?;
    Ok(told(answer))
}

<<<<<<< HEAD
async fn feedback(request: HttpRequest, id: Path<String>, payload: Payload, state: Data<State>) -> Result<HttpResponse, CallError> {
    let definition = state.services.get(&id).ok_or(CallError::UnknownService)?;
    let body = body(&request, payload, state.max_body_bytes).await?;
    let answer = guarded_async(call::feedback(&body, &definition.id, &state.time_zone, state.desk())).await?;
=======
async fn feedback(
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
    state: Data<State>,
) -> Result<HttpResponse, CallError> {
    state.services.get(&id).ok_or(CallError::UnknownService)?;
    let body = body(&request, payload, state.max_body_bytes).await?;
    let answer = guarded(|| call::feedback(&body, state.day().today, &state.time_zone, state.desk(&caller)))?;
>>>>>>> w-auth
    Ok(told(answer))
}

/// The body of a call, if it is JSON and not too large.
async fn body(request: &HttpRequest, payload: Payload, limit: usize) -> Result<Bytes, CallError> {
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if !text(CONTENT_TYPE).is_none_or(is_json) || !text(CONTENT_ENCODING).is_none_or(|coding| coding.eq_ignore_ascii_case("identity")) {
        return Err(CallError::MediaType);
    }
    let announced = text(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(CallError::TooLarge { limit });
    }
    let arriving = actix_web::rt::time::timeout(BODY_TIME, payload.to_bytes_limited(limit));
    let arrived = arriving.await.map_err(|_| CallError::BodyLost)?;
    arrived.map_err(|_| CallError::TooLarge { limit })?.map_err(|_| CallError::BodyLost)
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // `application/json+fhir` is how DSTU2 clients say it.
    essence.is_empty() || essence == "application/json" || essence == "application/json+fhir" || essence.ends_with("+json")
}

/// A defect costs its own call, never the service.
fn guarded(call: impl FnOnce() -> Result<Answer, CallError>) -> Result<Answer, CallError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(CallError::Defect))
}

async fn guarded_async(call: impl Future<Output = Result<Answer, CallError>>) -> Result<Answer, CallError> {
    AssertUnwindSafe(call).catch_unwind().await.unwrap_or(Err(CallError::Defect))
}

fn told(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::Ok().content_type("application/json").body(answer.body);
    response.extensions_mut().insert(Told { cards: answer.codes, error: None });
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_any_of_its_names() {
        for media_type in ["application/json", "application/json; charset=utf-8", "Application/FHIR+JSON", "application/x+json", ""] {
            assert!(is_json(media_type), "{media_type}");
        }
        for media_type in ["text/plain", "application/xml", "application/fhir+xml", "multipart/form-data; a=+json"] {
            assert!(!is_json(media_type), "{media_type}");
        }
    }

    #[test]
    fn a_defect_costs_its_own_call() {
        assert_eq!(guarded(|| panic!("with a value")).expect_err("an error"), CallError::Defect);
    }
}
