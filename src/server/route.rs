//! Routes, and how a call goes through them.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{self, ALLOW};
use actix_web::web::{self, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, guard};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::State;
use super::body::body;
use super::call::{self, Answer};
use super::error::CallError;
use super::log::Told;

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
        .expose_headers(["retry-after", "x-request-id"])
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
    Ok(HttpResponse::Ok().json(json!({ "status": "ready", "version": env!("CARGO_PKG_VERSION"), "knowledge": knowledge })))
}

async fn discovery(state: Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(state.services.discovery())
}

async fn hook(request: HttpRequest, id: Path<String>, payload: Payload, state: Data<State>) -> Result<HttpResponse, CallError> {
    state.services.get(&id).ok_or(CallError::UnknownService)?;
    answered(&request, payload, &state, move |body, state| {
        let definition = state.services.get(&id).ok_or(CallError::UnknownService)?;
        call::hook(body, definition, state.knowledge, state.day(), state.desk())
    })
    .await
}

async fn assess(request: HttpRequest, payload: Payload, state: Data<State>) -> Result<HttpResponse, CallError> {
    answered(&request, payload, &state, |body, state| {
        call::assessment(body, &state.services, state.knowledge, state.day(), state.limits.max_resources.size())
    })
    .await
}

async fn feedback(request: HttpRequest, id: Path<String>, payload: Payload, state: Data<State>) -> Result<HttpResponse, CallError> {
    state.services.get(&id).ok_or(CallError::UnknownService)?;
    answered(&request, payload, &state, |body, state| call::feedback(body, state.day().today, &state.time_zone, state.desk())).await
}

/// What a call is answered, within the time that it may take: a seat, its body, its turn, its judgement.
async fn answered<F>(request: &HttpRequest, payload: Payload, state: &Data<State>, judge: F) -> Result<HttpResponse, CallError>
where
    F: FnOnce(&[u8], &State) -> Result<Answer, CallError> + Send + 'static,
{
    let end = Instant::now() + state.limits.deadline_ms.milliseconds();
    let seat = state.gate.seat()?;
    let body = body(request, payload, &state.limits).await?;
    let answer = async {
        let turn = seat.turn().await?;
        let state = state.clone();
        // The turn ends with the work, also when nobody waits for the answer any more.
        apart(move || (judge(&body, &state), turn).0).await
    };
    timeout_at(end, answer).await.unwrap_or(Err(CallError::Deadline)).map(told)
}

/// Work that keeps a processor busy, away from those who answer the door. A defect costs its own call, never the service.
async fn apart(work: impl FnOnce() -> Result<Answer, CallError> + Send + 'static) -> Result<Answer, CallError> {
    web::block(work).await.unwrap_or(Err(CallError::Defect))
}

fn told(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::Ok().content_type("application/json").body(answer.body);
    response.extensions_mut().insert(Told { cards: answer.codes, error: None });
    response
}

#[cfg(test)]
mod tests {
    use actix_web::FromRequest;
    use actix_web::test::TestRequest;

    use super::*;
    use crate::clinical::knowledge::Knowledge;
    use crate::config::Config;
    use crate::hooks::Services;

    async fn judged(state: &Data<State>, work: impl FnOnce() + Send + 'static) -> Result<HttpResponse, CallError> {
        let (request, mut payload) = TestRequest::default().set_payload("{}").to_http_parts();
        let payload = Payload::from_request(&request, &mut payload).await.expect("a payload");
        let answer = move || {
            work();
            Ok(Answer { body: Vec::new(), codes: String::new() })
        };
        answered(&request, payload, state, |_, _| answer()).await
    }

    #[actix_web::test]
    async fn what_takes_too_long_is_given_up_and_holds_its_turn_until_it_ends() {
        let settings = "[limits]\ndeadline_ms = 100\nconcurrent_calls = 1\nqueued_calls = 0";
        let config = Config::parse("test", settings).expect("settings");
        let state = Data::new(State::new(&config, Services::builtin().expect("sound"), Knowledge::builtin(), true));
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let slow = judged(&state, move || ended.recv().unwrap_or_default()).await;
        assert_eq!(slow.expect_err("too late"), CallError::Deadline);
        assert_eq!(judged(&state, || ()).await.expect_err("its turn is still taken"), CallError::Busy);
        drop(end);
        while judged(&state, || ()).await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    #[actix_web::test]
    async fn a_defect_costs_its_own_call() {
        assert_eq!(apart(|| panic!("with a value")).await.expect_err("an error"), CallError::Defect);
        assert!(apart(|| Ok(Answer { body: Vec::new(), codes: String::new() })).await.is_ok());
    }
}
