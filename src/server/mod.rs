//! The service: routes, errors, start and end. Wiring only; `call.rs` is the place to start reading.

pub mod call;
mod caller;
mod error;
mod forwarded;
mod log;
mod route;
mod tls;

use std::io;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{NormalizePath, TrailingSlash, from_fn};
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use arc_swap::ArcSwap;
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustls::ServerConfig;

pub use call::{DayOf, Judged, RecordError, record, wire};
pub use error::CallError;
pub use tls::{TlsError, tls};

use crate::auth::{Caller, Callers, SettingsError};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::config::Config;
use crate::feedback::Store;
use crate::hooks::Services;

/// For how long readiness says no before the door is closed, so that whoever sends calls can notice.
const NOTICE: Duration = Duration::from_secs(1);

/// For how long calls under way may take to end.
const DRAIN_SECONDS: u64 = 25;

<<<<<<< HEAD
/// For how long what was shown last may take to be written.
const STORE_END: Duration = Duration::from_secs(10);

/// Who calls while callers are not told apart (`--dev`).
const ANYBODY: &str = "anybody";

/// What every call shares. Nothing in it is locked.
=======
/// What every call shares. Nothing in it is locked but the ledger, for moments.
>>>>>>> w-auth
pub struct State {
    services: Services,
    knowledge: &'static Knowledge,
    time_zone: TimeZone,
    max_body_bytes: usize,
    cors_origins: Vec<String>,
    dev: bool,
    ready: AtomicBool,
<<<<<<< HEAD
    store: Store,
    deadline: Duration,
=======
    ledger: Ledger,
    /// Nobody is let in without, except in development.
    callers: Option<ArcSwap<Callers>>,
    tls: Option<ServerConfig>,
    trusted_proxies: Vec<IpNet>,
>>>>>>> w-auth
}

impl State {
    /// The state of a service that is about to start.
    pub fn new(config: &Config, services: Services, knowledge: &'static Knowledge, store: Store, dev: bool) -> State {
        State {
            services,
            knowledge,
            time_zone: config.time_zone.0.clone(),
            max_body_bytes: config.limits.max_body_bytes.size(),
            cors_origins: config.cors.origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
            dev,
            ready: AtomicBool::new(true),
<<<<<<< HEAD
            store,
            deadline: config.limits.deadline_ms.milliseconds(),
=======
            ledger: Ledger::default(),
            callers: None,
            tls: None,
            trusted_proxies: config.proxy.trusted.clone(),
>>>>>>> w-auth
        }
    }

    /// The same for those who may call.
    #[must_use]
    pub fn trusting(self, callers: Callers) -> State {
        State { callers: Some(ArcSwap::from_pointee(callers)), ..self }
    }

    /// Lets in whom other settings trust, from the next call on; with settings that are wrong nothing changes. Not for `--dev`.
    pub fn trust_anew(&self, config: &Config) -> Result<(), SettingsError> {
        if let Some(callers) = &self.callers {
            let renewed = callers.load().renewed(config)?;
            callers.store(renewed.into());
        }
        Ok(())
    }

    /// The same with TLS.
    #[must_use]
    pub fn with_tls(self, tls: ServerConfig) -> State {
        State { tls: Some(tls), ..self }
    }

    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

<<<<<<< HEAD
    fn desk(&self) -> call::Desk<'_> {
        call::Desk { store: &self.store, client: ANYBODY, deadline: self.deadline }
=======
    fn desk<'a>(&'a self, caller: &'a Caller) -> call::Desk<'a> {
        call::Desk { ledger: &self.ledger, client: &caller.name }
>>>>>>> w-auth
    }

    /// The clock is read here and nowhere below.
    fn day(&self) -> DayOf {
        DayOf { today: today(&self.time_zone), by_request: self.dev }
    }
}

/// Today in a time zone.
pub fn today(time_zone: &TimeZone) -> Day {
    Timestamp::now().to_zoned(time_zone.clone()).date().into()
}

/// A service on a socket that listens already. It runs while it is awaited.
pub fn service(state: Data<State>, listener: TcpListener) -> io::Result<Server> {
    actix_web::rt::spawn(prepare(state.clone()));
    let tls = state.tls.clone();
    let app = move || {
        // The last one wrapped is the first to see a request.
        App::new()
            .app_data(state.clone())
            .wrap(NormalizePath::new(TrailingSlash::Trim))
            .wrap(route::cors(&state))
            .wrap(from_fn(log::log))
            .configure(route::routes)
    };
    let server = HttpServer::new(app);
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.disable_signals().shutdown_timeout(DRAIN_SECONDS).run())
}

/// Fetches what the first calls would have to wait for.
async fn prepare(state: Data<State>) {
    if let Some(callers) = &state.callers {
        callers.load_full().prepare(Timestamp::now().as_second()).await;
    }
}

/// Runs the service until it is told to end (SIGTERM, Ctrl-C), and then until the calls under way are answered.
pub fn run(state: State, listener: TcpListener) -> io::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        let state = Data::new(state);
        let server = service(state.clone(), listener)?;
        actix_web::rt::spawn(end(state.clone(), server.handle()));
        let ended = server.await;
        state.store.close(STORE_END).await;
        ended
    })
}

async fn end(state: Data<State>, server: ServerHandle) {
    told_to_end().await;
    tracing::info!("ending: no longer ready");
    state.ready.store(false, Ordering::Relaxed);
    // Told twice, it does not wait.
    tokio::select! {
        () = actix_web::rt::time::sleep(NOTICE) => server.stop(true).await,
        () = told_to_end() => server.stop(false).await,
    }
}

#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => (),
            _ = tokio::signal::ctrl_c() => (),
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn told_to_end() {
    drop(tokio::signal::ctrl_c().await);
}
