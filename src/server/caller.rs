//! Who calls, as handlers ask for it. It is known before anything of the body is read.

use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;

use super::error::CallError;
use super::{State, forwarded};
use crate::auth::{Caller, Refusal};
use crate::telemetry::{Account, Part};

impl FromRequest for Caller {
    type Error = CallError;
    type Future = LocalBoxFuture<'static, Result<Caller, CallError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = request.app_data::<Data<State>>().expect("the application has a state");
            let account = request.extensions().get::<Account>().cloned().unwrap_or_default();
            let _lap = account.lap(Part::Jwt);
            let caller = match &state.callers {
                Some(callers) => {
                    let proved =
                        callers.load_full().caller(authorization(request.headers()), request.path(), Timestamp::now().as_second()).await;
                    proved.inspect_err(|refusal| told(refusal, &request, state))?
                }
                None if state.dev => Caller::anybody(),
                None => return Err(Refusal::NoToken.into()),
            };
            account.story().client = Some(caller.name.to_string());
            Ok(caller)
        })
    }
}

/// The one header of this name. Of two, nobody can say which a proxy in front went by.
fn authorization(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION);
    let one = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(one)
}

/// The log has the cause, and the address that it came from; never the token.
fn told(refusal: &Refusal, request: &HttpRequest, state: &State) {
    let from = address(request, state).map(tracing::field::display);
    tracing::warn!(reason = refusal.word(), %refusal, from, "caller refused");
}

/// The address that a call came from, as far as trusted proxies tell; `None` where the connection has none.
pub(super) fn address(request: &HttpRequest, state: &State) -> Option<IpAddr> {
    let named = request.headers().get_all("x-forwarded-for").map(|value| value.to_str().unwrap_or_default());
    Some(forwarded::from(request.peer_addr()?.ip(), named, &state.settings().proxy.trusted))
}
