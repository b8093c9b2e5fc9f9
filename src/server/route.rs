//! Routes, and how a call goes through them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{self, ALLOW, Accept, Header, Quality, VARY};
use actix_web::mime::Mime;
use actix_web::web::{self, Bytes, Data, Payload, ReqData, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Resource, guard};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use tokio::time::{timeout, timeout_at};
use tracing::Instrument;

use super::State;
use super::audit::Arrival;
use super::body::{Media, body};
use super::call::{self, Answer, Desk, LARGE, wait_until};
use super::error::CallError;
use super::gate::Turn;
use super::log::{RequestId, service};
use crate::auth::Caller;
use crate::config::{CardForm, Client, Config, Detail, Mode};
use crate::hooks::{CardDialect, Definition, DetailFormat};
use crate::telemetry::{Account, Exposition, Part};

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
        .expose_headers(["retry-after", "x-request-id"])
        .max_age(3600);
    if state.dev {
        return cors.allow_any_origin().send_wildcard();
    }
    let state = state.clone();
    cors.allowed_origin_fn(move |origin, _| {
        state.settings().cors.origins.iter().any(|allowed| allowed.as_str().as_bytes() == origin.as_bytes())
    })
}

pub(super) fn resource(path: &str, allowed: &'static str) -> Resource {
    let options = move || async move { HttpResponse::NoContent().insert_header((ALLOW, allowed)).finish() };
    let refused = move |request: HttpRequest, state: Data<State>| async move {
        let id = request.match_info().get("id");
        let known = id.is_none_or(|id| state.services.get(id).is_some());
        Err::<HttpResponse, _>(if known { CallError::Method { allowed } } else { CallError::UnknownService })
    };
    web::resource(path).route(web::method(Method::OPTIONS).to(options)).default_service(web::to(refused))
}

pub(super) fn read() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

async fn ready(state: Data<State>) -> Result<HttpResponse, CallError> {
    if !state.is_ready() {
        return Err(CallError::NotReady);
    }
    // Hooks are answered without the store and with the settings of before, so both are told and neither makes us unready.
    let settings = if state.metrics.settings_are_current() { "current" } else { "refused: those before are in use" };
    let store = state.store.standing().word();
    let (version, knowledge) = (env!("CARGO_PKG_VERSION"), state.knowledge.version());
    let off = state.settings().off;
    Ok(HttpResponse::Ok()
        .json(json!({ "status": "ready", "version": version, "knowledge": knowledge, "settings": settings, "store": store, "off": off })))
}

async fn metrics(request: HttpRequest, state: Data<State>) -> HttpResponse {
    state.count();
    let exposition = Accept::parse(&request).map_or(Exposition::Text, exposition);
    HttpResponse::Ok().content_type(exposition.content_type()).insert_header((VARY, "accept")).body(state.metrics.text(exposition))
}

/// OpenMetrics for who would rather have it than text.
fn exposition(mut accept: Accept) -> Exposition {
    accept.retain(|accepted| accepted.quality > Quality::ZERO);
    let wanted = |accepted: Mime| match accepted.essence_str() {
        "application/openmetrics-text" => Some(Exposition::OpenMetrics),
        "text/plain" | "text/*" | "*/*" => Some(Exposition::Text),
        _ => None,
    };
    accept.ranked().into_iter().find_map(wanted).unwrap_or(Exposition::Text)
}

async fn discovery(_: Caller, state: Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(state.services.discovery())
}

/// A call on its way: what came, and what is known of it before its body is.
pub(super) struct Visit {
    pub(super) request: HttpRequest,
    payload: Payload,
    pub(super) state: Data<State>,
    pub(super) settings: Arc<Config>,
    account: Account,
    request_id: RequestId,
    begun: Instant,
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Visit, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut actix_web::dev::Payload) -> Self::Future {
        let begun = Instant::now();
        let request = request.clone();
        let parts = (
            Payload::from_request(&request, payload),
            Data::<State>::extract(&request),
            ReqData::<Account>::extract(&request),
            ReqData::<RequestId>::extract(&request),
        );
        Box::pin(async move {
            let (payload, state, account, id) = (parts.0.await?, parts.1.await?, parts.2.await?, parts.3.await?);
            let settings = state.settings();
            Ok(Visit { request, payload, state, settings, account: account.into_inner(), request_id: *id, begun })
        })
    }
}

impl Visit {
    /// Who calls. Nothing of the body is read before it is known.
    async fn caller(&self) -> Result<Caller, CallError> {
        Caller::extract(&self.request).await
    }

    /// The service of the path.
    fn definition(&self) -> Result<&Definition, CallError> {
        let id = self.request.match_info().get("id").unwrap_or_default();
        self.state.services.get(id).ok_or(CallError::UnknownService)
    }

    /// Which call it is, for the audit.
    fn arrival(&self) -> Arrival {
        Arrival::of(&self.request, self.request_id, &self.state)
    }

    /// Answers without reading, so that the connection can be used again.
    async fn silent(self) -> HttpResponse {
        drain(self.payload, &self.settings).await;
        told(Answer::silent())
    }
}

/// A hook that is asked of a service.
struct Asked {
    caller: Caller,
    definition: Definition,
    settings: Arc<Config>,
    account: Account,
    state: Data<State>,
}

impl Asked {
    async fn answer(&self, body: Bytes, turn: Arc<Turn>, until: Instant, apart: bool) -> Result<Answer, CallError> {
        let Asked { caller, definition, settings, account, state } = self;
        let desk = Desk {
            client: &caller.name,
            dialect: dialect(caller.client.as_deref()),
            showing: settings.shown(caller.client.as_deref(), &definition.id),
            store: &state.store,
            gather: &state.gather(),
            account,
            most_resources: settings.limits.max_resources.size(),
            until,
            apart,
            turn,
        };
        call::hook(body, definition, state.knowledge, state.day(settings), desk).await
    }
}

async fn hook(visit: Visit) -> Result<HttpResponse, CallError> {
    if visit.settings.off && visit.definition().is_ok() {
        // The kill switch waits for nobody: no key set, no store.
        visit.account.story().mode = Some(Mode::Off.word());
        return Ok(visit.silent().await);
    }
    let caller = visit.caller().await?;
    let definition = visit.definition()?.clone();
    let (state, settings, account, arrival) = (visit.state.clone(), visit.settings.clone(), visit.account.clone(), visit.arrival());
    let showing = settings.shown(caller.client.as_deref(), &definition.id);
    account.story().mode = Some(showing.mode.word());
    if showing.mode == Mode::Off {
        return Ok(visit.silent().await);
    }
    let of = caller.clone();
    let asked = Asked { caller, definition: definition.clone(), settings, account: account.clone(), state: state.clone() };
    let answer = answered(visit, (&of, Media::Json), async move |body, turn, until| {
        if body.len() < LARGE {
            return asked.answer(body, turn, until, false).await;
        }
        // What it waits for is driven by this worker, what it works through is not.
        let (worker, span) = (tokio::runtime::Handle::current(), tracing::Span::current());
        let answering = web::block(move || worker.block_on(asked.answer(body, turn, until, true).instrument(span)));
        // A defect in it costs this call.
        answering.await.unwrap_or(Err(CallError::Defect))
    })
    .await;
    state.audit(arrival, &definition.id, &account, &answer).await?;
    let mut answer = answer?;
    // Not before: what is refused for want of an audit was not shown, and a warning that is told once must not be lost by it.
    state.store.show(std::mem::take(&mut answer.cards));
    Ok(told(answer))
}

async fn assess(visit: Visit) -> Result<HttpResponse, CallError> {
    let caller = visit.caller().await?;
    let (state, settings, account, arrival) = (visit.state.clone(), visit.settings.clone(), visit.account.clone(), visit.arrival());
    let service = service(&state, &visit.request);
    let answer = answered(visit, (&caller, Media::Json), async |body, turn, _| {
        let (state, settings, account) = (state.clone(), settings.clone(), account.clone());
        let assessing = web::block(move || {
            let _turn = turn;
            let most = settings.limits.max_resources.size();
            call::assessment(&body, &state.services, state.knowledge, state.day(&settings), most, &account)
        });
        assessing.await.unwrap_or(Err(CallError::Defect))
    })
    .await;
    state.audit(arrival, &service, &account, &answer).await?;
    answer.map(told)
}

async fn feedback(visit: Visit) -> Result<HttpResponse, CallError> {
    let caller = visit.caller().await?;
    let definition = visit.definition()?.clone();
    let (state, settings, account) = (visit.state.clone(), visit.settings.clone(), visit.account.clone());
    answered(visit, (&caller, Media::Json), async |body, _turn, until| {
        call::feedback(&body, &definition.id, &settings.time_zone.0, (&state.store, &caller.name), (&account, until)).await
    })
    .await
    .map(told)
}

/// What a call is answered, within the time that it may take: a seat, its body, its turn, its judgement. A defect costs its own call,
/// never the service.
///
/// The clock of the deadline stands while the body is on its way: how fast it comes is up to the caller's line, and has its own limit.
/// `work` is told until when it may wait for others.
pub(super) async fn answered<F>(visit: Visit, (caller, media): (&Caller, Media), work: F) -> Result<Answer, CallError>
where
    F: AsyncFnOnce(Bytes, Arc<Turn>, Instant) -> Result<Answer, CallError>,
{
    let Visit { request, payload, state, settings, account, begun, .. } = visit;
    let seat = state.gate.seat(Some(&caller.name).filter(|_| settings.clients.len() > 1))?;
    let arriving = Instant::now();
    let body = {
        let _lap = account.lap(Part::Body);
        body(&request, payload, media, &settings.limits).await?
    };
    let (begun, deadline) = (begun + arriving.elapsed(), settings.limits.deadline_ms.milliseconds());
    account.story().body_bytes = Some(body.len());
    let answer = async {
        let turn = {
            let _lap = account.lap(Part::Queue);
            let _waiting = state.metrics.waiting();
            seat.turn().await?
        };
        AssertUnwindSafe(work(body, Arc::new(turn), wait_until(begun, deadline))).catch_unwind().await.unwrap_or(Err(CallError::Defect))
    };
    timeout_at((begun + deadline).into(), answer).await.unwrap_or(Err(CallError::Deadline))
}

/// How a client wants its cards.
fn dialect(client: Option<&Client>) -> CardDialect {
    let Some(CardForm { detail, suggestions, links, override_reasons }) = client.map(|client| client.cards.clone()) else {
        return CardDialect::default();
    };
    let detail = match detail {
        Detail::Markdown => DetailFormat::Markdown,
        Detail::Plain => DetailFormat::Plain,
        Detail::Html => DetailFormat::Html,
    };
    CardDialect { detail, suggestions, links, override_reasons }
}

/// Takes a body that nobody will read; not more of it than would be read.
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
    drop(timeout(settings.limits.body_ms.milliseconds(), drained).await);
}

fn told(answer: Answer) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(answer.body)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use uuid::Uuid;

    use super::*;
    use crate::clinical::knowledge::Knowledge;
    use crate::feedback::Store;
    use crate::hooks::Services;

    fn state(settings: &str) -> Data<State> {
        let config = Config::parse("test", &format!("store.url = \"sqlite::memory:\"\n{settings}")).expect("settings");
        let store = Store::start(&config.store).expect("a store in memory");
        Data::new(State::new(&config, Services::builtin().expect("sound"), Knowledge::builtin(), store, true).expect("no servers"))
    }

    async fn judged(state: &Data<State>, work: impl FnOnce() + Send + 'static) -> Result<Answer, CallError> {
        let (request, mut payload) = TestRequest::default().set_payload("{}").to_http_parts();
        let payload = Payload::from_request(&request, &mut payload).await.expect("a payload");
        let visit = Visit {
            request,
            payload,
            state: state.clone(),
            settings: state.settings(),
            account: Account::default(),
            request_id: RequestId(Uuid::nil()),
            begun: Instant::now(),
        };
        answered(visit, (&Caller::anybody(), Media::Json), async |_, turn, _| {
            let working = web::block(move || {
                work();
                drop(turn);
            });
            working.await.map(|()| Answer::silent()).map_err(|_| CallError::Defect)
        })
        .await
    }

    #[actix_web::test]
    async fn what_takes_too_long_is_given_up_and_holds_its_turn_until_it_ends() {
        let state = state("[limits]\ndeadline_ms = 100\nconcurrent_calls = 1\nqueued_calls = 0");
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let slow = judged(&state, move || ended.recv().unwrap_or_default()).await;
        assert_eq!(slow.expect_err("too late"), CallError::Deadline);
        assert_eq!(judged(&state, || ()).await.expect_err("its turn is still taken"), CallError::Busy);
        drop(end);
        while judged(&state, || ()).await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn a_client_has_its_cards_as_its_settings_say() {
        let config = "[clients.a]\nissuer = \"i\"\ncards = { detail = \"plain\", links = false }\n[clients.b]\nissuer = \"j\"\n";
        let clients = Config::parse("test", config).expect("settings").clients;
        let plain = CardDialect { detail: DetailFormat::Plain, links: false, ..CardDialect::default() };
        assert_eq!(dialect(Some(&clients["a"])), plain);
        assert_eq!((dialect(Some(&clients["b"])), dialect(None)), (CardDialect::default(), CardDialect::default()));
    }

    #[actix_web::test]
    async fn a_defect_costs_its_own_call() {
        let state = state("");
        assert_eq!(judged(&state, || panic!("with a value")).await.expect_err("an error"), CallError::Defect);
        assert!(judged(&state, || ()).await.is_ok());
    }
}
