//! Routes, and what stands before a call: method, media type, size.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{self, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{self, Bytes, Data, Path, Payload, ReqData, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, guard};
use futures_util::StreamExt;
use serde_json::json;

use super::call::{self, Answer, Desk};
use super::error::CallError;
use super::log::{RequestId, service};
use super::{ANYBODY, State};
use crate::config::{Config, Mode};
use crate::telemetry::{Account, Part};

/// For how long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Every path. What a path does not answer to is refused with what it does answer to.
pub fn routes(config: &mut ServiceConfig) {
    const READ: &str = "GET, HEAD, OPTIONS";
    const CALL: &str = "POST, OPTIONS";
    config
        .service(resource("/health/live", READ).route(read().to(live)))
        .service(resource("/health/ready", READ).route(read().to(ready)))
        .service(resource("/metrics", READ).route(read().to(metrics)))
        .service(resource("/cds-services", READ).route(read().to(discovery)))
        .service(resource("/cds-services/{id}", CALL).route(web::post().to(hook)))
        .service(resource("/cds-services/{id}/feedback", CALL).route(web::post().to(feedback)))
        .service(resource("/assess", CALL).route(web::post().to(assess)))
        .default_service(web::to(async || Err::<HttpResponse, _>(CallError::NoSuchPath)));
}

/// Which browser applications may call. In development any; else those of the settings.
pub fn cors(state: &Data<State>) -> Cors {
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::OPTIONS])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .allowed_header("x-requested-with")
        .expose_headers(["x-request-id"])
        .max_age(3600);
    if state.dev {
        return cors.allow_any_origin().send_wildcard();
    }
    let state = state.clone();
    cors.allowed_origin_fn(move |origin, _| {
        state.settings().cors.origins.iter().any(|allowed| allowed.as_str().as_bytes() == origin.as_bytes())
    })
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
    // Neither keeps hooks from being answered, so both are told and neither makes us unready.
    let settings = if state.metrics.settings_are_current() { "current" } else { "refused: those before are in use" };
    let store = if state.metrics.store_is_up() { "up" } else { "failing: feedback is refused, cards are shown without memory" };
    let (version, knowledge) = (env!("CARGO_PKG_VERSION"), state.knowledge.version());
    let off = state.settings().off;
    Ok(HttpResponse::Ok()
        .json(json!({ "status": "ready", "version": version, "knowledge": knowledge, "settings": settings, "store": store, "off": off })))
}

async fn metrics(state: Data<State>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(state.metrics.text())
}

async fn discovery(state: Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(state.services.discovery())
}

/// What comes with every call.
type Called = (ReqData<Account>, ReqData<RequestId>);

async fn hook(
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
    state: Data<State>,
    (account, request_id): Called,
) -> Result<HttpResponse, CallError> {
    let definition = state.services.get(&id).ok_or(CallError::UnknownService)?;
    let settings = state.settings();
    let client = ANYBODY;
    let shown = settings.shown(client, &definition.id);
    {
        let mut story = account.story();
        story.client = Some(client.to_owned());
        story.mode = Some(shown.mode.word());
    }
    if shown.mode == Mode::Off {
        drain(payload, &settings).await;
        return Ok(told(Answer::silent()));
    }
    let body = body(&request, payload, &settings, &account).await?;
    let desk = Desk { ledger: &state.ledger, client, shown, account: &account };
    let answer = guarded(|| call::hook(&body, definition, state.knowledge, state.day(&settings), desk));
    state.audit(*request_id, &definition.id, &account, &answer).await?;
    Ok(told(answer?))
}

async fn assess(
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
    (account, request_id): Called,
) -> Result<HttpResponse, CallError> {
    let settings = state.settings();
    account.story().client = Some(ANYBODY.to_owned());
    let body = body(&request, payload, &settings, &account).await?;
    let answer = guarded(|| call::assessment(&body, &state.services, state.knowledge, state.day(&settings), &account));
    state.audit(*request_id, &service(&state, &request), &account, &answer).await?;
    Ok(told(answer?))
}

async fn feedback(
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
    state: Data<State>,
    account: ReqData<Account>,
) -> Result<HttpResponse, CallError> {
    let definition = state.services.get(&id).ok_or(CallError::UnknownService)?;
    let settings = state.settings();
    account.story().client = Some(ANYBODY.to_owned());
    let body = body(&request, payload, &settings, &account).await?;
    let shown = settings.shown(ANYBODY, &definition.id);
    let desk = Desk { ledger: &state.ledger, client: ANYBODY, shown, account: &account };
    let answer = guarded(|| call::feedback(&body, state.day(&settings).today, &settings.time_zone.0, desk))?;
    Ok(told(answer))
}

/// Takes a body that nobody will read, so that the connection can be used again; not more of it than would be read.
async fn drain(mut payload: Payload, settings: &Config) {
    let mut room = settings.limits.max_body_bytes.size();
    let drained = async {
        while let Some(Ok(chunk)) = payload.next().await {
            match room.checked_sub(chunk.len()) {
                Some(rest) => room = rest,
                None => return,
            }
        }
    };
    // Whoever sends slower is answered all the same.
    drop(actix_web::rt::time::timeout(BODY_TIME, drained).await);
}

/// The body of a call, if it is JSON and not too large.
async fn body(request: &HttpRequest, payload: Payload, settings: &Config, account: &Account) -> Result<Bytes, CallError> {
    let limit = settings.limits.max_body_bytes.size();
    let _lap = account.lap(Part::Body);
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
    let body = arrived.map_err(|_| CallError::TooLarge { limit })?.map_err(|_| CallError::BodyLost)?;
    account.story().body_bytes = Some(body.len());
    Ok(body)
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

fn told(answer: Answer) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(answer.body)
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
