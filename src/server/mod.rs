//! The service: routes, errors, start and end. Wiring only; `call.rs` is the place to start reading.

mod audit;
mod body;
pub mod call;
mod caller;
mod demo;
mod error;
mod fit;
mod forwarded;
mod gate;
mod log;
mod record;
mod reload;
mod route;
mod tls;
mod told;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Compress, NormalizePath, TrailingSlash, from_fn};
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use arc_swap::ArcSwap;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustls::ServerConfig;

pub use body::Media;
pub use call::{DayOf, fetched, wire};
pub use error::CallError;
pub use fit::misfits;
pub use record::{Asked, Judged, RecordError, judge, record};
pub use tls::{TlsError, tls};

use crate::auth::{Callers, SharedMemory, Unavailable};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::config::{Config, Sources};
use crate::feedback::Store;
use crate::gather::{Gather, ServerError};
use crate::hooks::Services;
use crate::telemetry::{AuditFile, LostLines, Metrics, StoreTold};
use gate::Gate;

/// For how long readiness says no before the door is closed, so that whoever sends calls can notice. It is part of the time to drain.
const NOTICE: Duration = Duration::from_secs(1);

/// For how long somebody who was refused may go on sending a body that nobody reads: a connection that is closed under the sender is reset,
/// and the refusal may be lost with it. It keeps no seat, and none of it in memory.
const HEARD_OUT: Duration = Duration::from_secs(5);

/// For how long what was shown last may take to be written.
const STORE_END: Duration = Duration::from_secs(10);

/// What every call shares. What can be set anew while the service runs is exchanged as a whole.
pub struct State {
    services: Services,
    knowledge: &'static Knowledge,
    config: ArcSwap<Config>,
    dev: bool,
    ready: AtomicBool,
    gate: Gate,
    /// Nobody is let in without, except in development.
    callers: Option<ArcSwap<Callers>>,
    gather: ArcSwap<Gather>,
    store: Store,
    metrics: Arc<Metrics>,
    audit: Option<AuditFile>,
    log: Option<LostLines>,
    tls: Option<ServerConfig>,
}

impl State {
    /// The state of a service that is about to start.
    ///
    /// # Errors
    /// Where a FHIR server of the settings cannot be one.
    pub fn new(config: &Config, services: Services, knowledge: &'static Knowledge, store: Store, dev: bool) -> Result<State, ServerError> {
        Ok(State {
            services,
            knowledge,
            config: ArcSwap::from_pointee(config.clone()),
            dev,
            ready: AtomicBool::new(true),
            gate: Gate::new(&config.limits),
            callers: None,
            gather: ArcSwap::from_pointee(Gather::new(config, dev)?),
            store,
            metrics: Arc::new(Metrics::new(env!("CARGO_PKG_VERSION"), (knowledge.version().to_owned(), knowledge.sha256().to_owned()))),
            audit: None,
            log: None,
            tls: None,
        })
    }

    /// The same for those who may call. Where several instances share the store, they share what they know of used tokens.
    #[must_use]
    pub fn trusting(self, callers: Callers) -> State {
        let callers = if self.store.is_shared() { callers.sharing(Arc::new(UsedTokens(self.store.clone()))) } else { callers };
        State { callers: Some(ArcSwap::from_pointee(callers)), ..self }
    }

    /// The same with TLS.
    #[must_use]
    pub fn with_tls(self, tls: ServerConfig) -> State {
        State { tls: Some(tls), ..self }
    }

    /// The same, telling of lines of the log that were let go.
    #[must_use]
    pub fn logging(self, lost: LostLines) -> State {
        State { log: Some(lost), ..self }
    }

    /// Opens the audit file, if the settings name one.
    ///
    /// # Errors
    /// Where it cannot be opened for appending.
    pub fn open_audit(&mut self) -> io::Result<()> {
        let file = self.settings().audit.file.clone();
        self.audit = file.map(|file| AuditFile::open(&file, self.metrics.clone())).transpose()?;
        Ok(())
    }

    /// The settings as they are now. A call asks once, so that it is served by one set of them.
    pub fn settings(&self) -> Arc<Config> {
        self.config.load_full()
    }

    fn gather(&self) -> Arc<Gather> {
        self.gather.load_full()
    }

    /// Brings what is counted elsewhere up to date.
    fn count(&self) {
        self.count_store();
        self.count_fetches();
        if let Some(lost) = &self.log {
            self.metrics.log_lost(lost.count());
        }
        for (client, count) in self.gather().open_circuits() {
            self.metrics.circuits_open(client, count);
        }
    }

    /// Counts the key sets that were fetched since they were counted last.
    fn count_fetches(&self) {
        if let Some(callers) = &self.callers {
            callers.load().take_fetches(|client, outcome, times| self.metrics.jwks_fetched(client, outcome, times));
        }
    }

    fn count_store(&self) {
        let standing = self.store.standing();
        self.metrics.store(&StoreTold {
            readable: standing.readable,
            writable: standing.writable,
            waiting: standing.waiting,
            lost: standing.lost,
            forgone: standing.forgone,
            refused: standing.refused,
        });
    }

    /// What is counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// The clock is read here and nowhere below.
    fn day(&self, config: &Config) -> DayOf {
        DayOf { today: today(&config.time_zone.0), by_request: self.dev }
    }
}

/// The tokens that were used, known to every instance that has this store.
struct UsedTokens(Store);

impl SharedMemory for UsedTokens {
    fn first<'a>(&'a self, sender: &'a str, token_id: &'a str, until: i64) -> BoxFuture<'a, Result<bool, Unavailable>> {
        Box::pin(async move {
            let until = Timestamp::from_second(until).unwrap_or(Timestamp::MAX);
            self.0.first(sender, token_id, until).await.map_err(|_| Unavailable)
        })
    }
}

/// Today in a time zone.
pub fn today(time_zone: &TimeZone) -> Day {
    day_of(Timestamp::now(), time_zone)
}

fn day_of(moment: Timestamp, time_zone: &TimeZone) -> Day {
    moment.to_zoned(time_zone.clone()).date().into()
}

/// A service on a socket that listens already. It runs while it is awaited.
pub fn service(state: Data<State>, listener: TcpListener) -> io::Result<Server> {
    actix_web::rt::spawn(prepare(state.clone()));
    let limits = state.settings().limits.clone();
    let tls = state.tls.clone();
    let app = move || {
        // The last one wrapped is the first to see a request.
        App::new()
            .app_data(state.clone())
            .wrap(NormalizePath::new(TrailingSlash::Trim))
            .wrap(Compress::default())
            .wrap(route::cors(&state))
            .wrap(from_fn(log::log))
            .configure(|config| {
                if state.dev {
                    demo::routes(config)
                }
            })
            .configure(route::routes)
    };
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(app)
        .workers(workers)
        .max_connections(limits.connections.size().div_ceil(workers))
        .client_request_timeout(limits.head_ms.milliseconds())
        .client_disconnect_timeout(HEARD_OUT)
        .worker_max_blocking_threads(limits.concurrent_calls.size())
        .shutdown_timeout(limits.drain_seconds.get().saturating_sub(NOTICE.as_secs()))
        .disable_signals();
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.run())
}

/// Fetches what the first calls would have to wait for.
async fn prepare(state: Data<State>) {
    if let Some(callers) = &state.callers {
        callers.load_full().prepare(Timestamp::now().as_second()).await;
    }
}

/// Runs the service until it is told to end (SIGTERM, Ctrl-C), and then until the calls under way are answered. Settings that change in
/// `sources` are taken meanwhile.
pub fn run(state: State, listener: TcpListener, sources: Sources) -> io::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        let state = Data::new(state);
        let server = service(state.clone(), listener)?;
        actix_web::rt::spawn(reload::reload(state.clone(), sources));
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
        () = actix_web::rt::time::sleep(NOTICE.min(state.settings().limits.drain_seconds.seconds())) => server.stop(true).await,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn turns(time_zone: &str, last: &str, first: &str, days: [&str; 2]) {
        let zone = TimeZone::get(time_zone).expect("a time zone");
        let day = |moment: &str| day_of(moment.parse().expect("a time"), &zone).to_string();
        assert_eq!([day(last), day(first)], days, "{time_zone}");
    }

    #[test]
    fn today_turns_at_midnight_of_the_site_also_on_leap_days_at_new_year_and_when_the_clocks_change() {
        turns("America/New_York", "2027-01-01T04:59:59Z", "2027-01-01T05:00:00Z", ["2026-12-31", "2027-01-01"]);
        turns("Pacific/Kiritimati", "2026-12-31T09:59:59Z", "2026-12-31T10:00:00Z", ["2026-12-31", "2027-01-01"]);
        turns("Europe/Vienna", "2028-02-28T22:59:59Z", "2028-02-28T23:00:00Z", ["2028-02-28", "2028-02-29"]);
        turns("Europe/Vienna", "2028-02-29T22:59:59Z", "2028-02-29T23:00:00Z", ["2028-02-29", "2028-03-01"]);
        // The evening before the clocks go forward, and the one after.
        turns("America/New_York", "2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z", ["2026-03-07", "2026-03-08"]);
        turns("America/New_York", "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z", ["2026-03-08", "2026-03-09"]);
        // In Santiago there is no midnight on that day.
        turns("America/Santiago", "2026-09-06T03:59:59Z", "2026-09-06T04:00:00Z", ["2026-09-05", "2026-09-06"]);
    }
}
