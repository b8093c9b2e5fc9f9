//! The demo page (`--dev` alone): a story or a pasted record, judged as a hook is, drawn by `pages`.
//!
//! It answers this machine alone. The service of `--dev` listens on loopback; what comes from elsewhere all the same, or under a name
//! that is not this machine's (a site that has its own name lead here), or from another site's page, is refused.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::Uri;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderValue, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use serde::de::IgnoredAny;
use url::form_urlencoded;

use super::State;
use super::body::Media;
use super::call::{Answer, wire};
use super::error::CallError;
use super::record::{RecordError, record};
use super::route::{Visit, answered, read, resource};
use crate::auth::Caller;
use crate::clinical::units::Day;
use crate::config::Config;
use crate::feedback::Cards;
use crate::hooks::{CardDialect, HookRequest, RequestError, is_hook_request};
use crate::pages::{self, Entry, HookCall, Origin, Outcome, Story};

/// The paths of the demo page.
pub fn routes(config: &mut ServiceConfig) {
    const READ: &str = "GET, HEAD, OPTIONS";
    config
        .service(resource("/", "GET, HEAD, POST, OPTIONS").route(read().to(chosen)).route(web::post().to(pasted)))
        .service(resource(pages::STYLE_PATH, READ).route(read().to(style)))
        .service(resource(pages::SCRIPT_PATH, READ).route(read().to(script)));
}

/// Somebody who sits at this machine and asks for what is this machine's.
struct AtHome;

impl FromRequest for AtHome {
    type Error = CallError;
    type Future = Ready<Result<AtHome, CallError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let from_here = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
        let mut hosts = request.headers().get_all(HOST).map(host_of).chain(request.uri().authority().map(|whole| is_here(whole.host())));
        let named = hosts.next().is_some_and(|first| first && hosts.all(|more| more));
        let ours = request.headers().get_all(ORIGIN).all(host_of);
        ready(if from_here && named && ours { Ok(AtHome) } else { Err(CallError::Elsewhere) })
    }
}

/// Whether a host with its port, or an origin, is this machine.
fn host_of(value: &HeaderValue) -> bool {
    let uri: Option<Uri> = value.to_str().ok().and_then(|text| text.parse().ok());
    uri.as_ref().and_then(Uri::host).is_some_and(is_here)
}

fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

async fn style(_: AtHome) -> HttpResponse {
    sent(HttpResponse::Ok().finish(), "text/css; charset=utf-8", pages::STYLE.to_owned())
}

async fn script(_: AtHome) -> HttpResponse {
    sent(HttpResponse::Ok().finish(), "text/javascript; charset=utf-8", pages::SCRIPT.to_owned())
}

/// The first page, or a story that was chosen on it.
async fn chosen(_: AtHome, visit: Visit) -> HttpResponse {
    let query = visit.request.query_string().to_owned();
    if query.is_empty() {
        return html(HttpResponse::Ok().finish(), pages::start(Entry::default(), None));
    }
    page(visit, move |_| Wish::of_address(&query)).await
}

/// A record that was put into the form.
async fn pasted(_: AtHome, visit: Visit) -> HttpResponse {
    page(visit, |body| Ok(Wish::of_form(&body))).await
}

/// What is to be shown.
struct Wish {
    story: Option<&'static Story>,
    record: String,
    as_of: String,
}

impl Wish {
    /// `story=..&as_of=..`
    fn of_address(query: &str) -> Result<Wish, CallError> {
        let field = |name| field(query.as_bytes(), name);
        let story = pages::story(&field("story")).ok_or_else(|| wrong("story", "the name of a story of the first page"))?;
        let as_of = Some(field("as_of")).filter(|day| !day.is_empty()).unwrap_or_else(|| story.case().as_of.to_string());
        Ok(Wish { story: Some(story), record: story.bundle.to_owned(), as_of })
    }

    fn of_form(body: &[u8]) -> Wish {
        Wish { story: None, record: field(body, "record"), as_of: field(body, "as_of") }
    }

    fn entry(&self) -> Entry<'_> {
        Entry { record: &self.record, as_of: &self.as_of }
    }

    /// The page of what it comes to.
    fn shown(&self, state: &State, settings: &Config) -> Result<String, CallError> {
        let as_of: Option<Day> = match self.as_of.as_str() {
            "" => None,
            day => Some(day.parse().map_err(|_| wrong("as_of", "a day, as in 2026-03-02"))?),
        };
        let (day, text) = (state.day(settings), self.record.as_str());
        let definition = state.services.for_hook("patient-view").ok_or(CallError::UnknownService)?;
        let built = pages::hook_request(text, definition, as_of.unwrap_or(day.today));
        let body = built.as_deref().unwrap_or(text);
        let judged = record(&[("the record", body.as_bytes())], &state.services, state.knowledge, day, as_of).map_err(unread)?;
        let captured = || serde_json::from_str(text).ok().filter(|_| is_hook_request(text.as_bytes()));
        let request = built.clone().or_else(|| captured().map(|request| pages::visible_json(&request)));
        let hook = HookRequest::captured(text.as_bytes(), PhantomData::<IgnoredAny>)
            .map_or_else(|_| definition.hook.clone(), |request| request.hook);
        let service = &state.services.for_hook(&hook).unwrap_or(definition).id;
        Ok(pages::outcome(&Outcome {
            assessment: &judged.assessment,
            cards: &judged.cards,
            response: &wire(&judged, state.knowledge, CardDialect::default()),
            call: request.as_deref().map(|request| HookCall { service, request }),
            knowledge: state.knowledge,
            origin: self.story.map_or(Origin::Pasted(self.entry()), Origin::Story),
        }))
    }
}

/// A field of a form; the last of several, empty where there is none.
fn field(form: &[u8], name: &str) -> String {
    form_urlencoded::parse(form).filter(|(key, _)| key == name).last().map_or_else(String::new, |(_, value)| value.into_owned())
}

fn wrong(member: &'static str, expected: &'static str) -> CallError {
    CallError::Request(RequestError::WrongType { member, expected })
}

fn unread(error: RecordError) -> CallError {
    match error {
        RecordError::Request { error, .. } => CallError::Request(error),
        RecordError::Read(error) => error.into(),
    }
}

/// The page of what is wished for: a call like any other, but that errors are pages too.
async fn page(visit: Visit, wish: impl FnOnce(Bytes) -> Result<Wish, CallError>) -> HttpResponse {
    let (state, settings) = (visit.state.clone(), visit.settings.clone());
    let mut problem = None;
    let answer = answered(visit, (&Caller::anybody(), Media::Form), async |body, turn, _| {
        let wish = wish(body)?;
        let drawing = web::block(move || {
            let _turn = turn;
            match wish.shown(&state, &settings) {
                Ok(page) => (page, None),
                Err(error) => (pages::start(wish.entry(), Some(&error.to_string())), Some(error)),
            }
        });
        let (page, error) = drawing.await.map_err(|_| CallError::Defect)?;
        problem = error;
        Ok(Answer { body: page.into_bytes(), cards: Cards::default() })
    })
    .await;
    match (answer, problem) {
        (Ok(answer), None) => html(HttpResponse::Ok().finish(), answer.body),
        (Ok(answer), Some(error)) => html(error.error_response(), answer.body),
        (Err(error), _) => html(error.error_response(), pages::start(Entry::default(), Some(&error.to_string()))),
    }
}

fn html(response: HttpResponse, page: impl Into<Vec<u8>>) -> HttpResponse {
    sent(response, "text/html; charset=utf-8", page)
}

/// The response with this content, which asks for nothing from elsewhere and is kept nowhere.
fn sent(response: HttpResponse, content_type: &'static str, content: impl Into<Vec<u8>>) -> HttpResponse {
    let mut response = response.set_body(actix_web::body::BoxBody::new(content.into()));
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, pages::CONTENT_SECURITY_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // With less a browser does not say of a form whose page it stands on.
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_here() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "http://localhost:8080", "http://[::1]:1"]
        {
            assert!(host_of(&HeaderValue::from_static(host)), "{host}");
        }
        let elsewhere = [
            "",
            "null",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8080",
            "192.0.2.1",
            "0.0.0.0:8080",
            "[::]",
            "https://evil.example",
            "evil.example@localhost.example",
            "user@evil.example:80",
        ];
        for host in elsewhere {
            assert!(!host_of(&HeaderValue::from_static(host)), "{host}");
        }
    }

    #[test]
    fn a_field_is_decoded_and_one_that_is_not_there_is_empty() {
        let form = b"as_of=2026-03-02&record=%7B%22a%22%3A+1%7D";
        assert_eq!(field(form, "record"), "{\"a\": 1}");
        assert_eq!((field(form, "as_of").as_str(), field(form, "story").as_str()), ("2026-03-02", ""));
    }
}
