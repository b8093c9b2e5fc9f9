//! The log: one line a call, and no patient data in it.
//!
//! A line about a call holds what [`Served`] holds and nothing else: no path, no query, no id, no text of a body. Libraries are heard
//! from a warning on only, whatever `RUST_LOG` says, since what they tell of their doings quotes URLs and values. A panic is told by its
//! place in the program alone, since its message may quote a value.
//!
//! Who reads it may stall (a full pipe), and nobody waits for that: lines are handed to a thread of their own, and those that find no room
//! are let go and counted.

use std::io::IsTerminal;
use std::sync::mpsc::channel;
use std::time::Duration;

use tracing::Level;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::account::{Account, Part};
use super::trace::{self, Traces};

/// What the log tells of one call.
#[derive(Clone, Copy)]
pub struct Served<'a> {
    /// Made by us, sent back in `X-Request-Id`.
    pub request_id: &'a str,
    /// The route or service, as we call it, never as the caller wrote it.
    pub service: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// From the first byte of the head to the answer.
    pub duration: Duration,
    /// What was wrong, as a word of ours.
    pub error: Option<&'static str>,
    /// Whether nobody asks about it as long as it goes well: health and metrics.
    pub routine: bool,
}

impl Served<'_> {
    /// Writes the line.
    pub fn log(&self, account: &Account) {
        let Served { request_id, service, status, duration, error, routine } = *self;
        let story = account.story();
        let client = story.client.clone().unwrap_or_else(|| "none".to_owned());
        let hook_instance = story.hook_instance.to_string();
        let mode = story.mode.unwrap_or("none");
        let cards = story.cards.iter().map(|card| card.code).collect::<Vec<_>>().join(",");
        let gaps = story.chart.as_ref().map(|chart| chart.gaps.join(",")).unwrap_or_default();
        drop(story);
        let [jwt_ms, queue_ms, body_ms, fhir_ms] = Part::ALL.map(|part| milliseconds(account.time(part)));
        let (own_ms, duration_ms) = (milliseconds(account.own(duration)), milliseconds(duration));
        macro_rules! line {
            ($level:expr $(, $error:ident)?) => {
                tracing::event!(
                    $level, request_id, hook_instance, client, service, status, duration_ms, jwt_ms, queue_ms, body_ms, fhir_ms, own_ms,
                    mode, cards, gaps $(, $error)?, "served"
                )
            };
        }
        match error {
            Some(error) if status >= 500 => line!(Level::ERROR, error),
            Some(error) => line!(Level::WARN, error),
            None if routine => line!(Level::DEBUG),
            None => line!(Level::INFO),
        }
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

/// How many lines may wait for a reader that is slow; some two megabytes.
const WAITING: usize = 4_096;
/// How long the end waits for what is still to be written; longer than the writer's own second.
const LAST_WORDS: Duration = Duration::from_millis(1_500);

/// The log while it is kept. Dropped, it delivers the traces, and what is still to be written as far as somebody takes it.
pub struct Log {
    writer: Option<WorkerGuard>,
    lost: ErrorCounter,
    traces: Option<Traces>,
}

impl Log {
    /// Starts logging to standard error, and traces where there is an endpoint for them. `json`: as told, or `None` for text on a terminal
    /// and JSON otherwise.
    ///
    /// # Errors
    /// Where traces cannot be sent to such an endpoint, in words.
    pub fn start(json: Option<bool>, traces: Option<&str>) -> Result<Log, String> {
        let terminal = std::io::stderr().is_terminal();
        let traces = traces.map(Traces::to).transpose()?;
        let builder = NonBlockingBuilder::default().buffered_lines_limit(WAITING).lossy(true).thread_name("log");
        let (writer, guard) = builder.finish(std::io::stderr());
        let lost = writer.error_counter();
        start_all(writer, json.unwrap_or(!terminal), terminal, traces.as_ref());
        Ok(Log { writer: Some(guard), lost, traces })
    }

    /// Lines that were let go.
    pub fn lost(&self) -> LostLines {
        LostLines(self.lost.clone())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        drop(self.traces.take());
        let writer = self.writer.take();
        let (done, told) = channel::<()>();
        // Where nobody takes the lines the guard says so on standard output, which may be the same pipe; so it is left behind.
        std::thread::spawn(move || {
            drop(writer);
            drop(done);
        });
        told.recv_timeout(LAST_WORDS).ok();
    }
}

/// How many lines were let go since nobody took them in time.
#[derive(Debug, Clone)]
pub struct LostLines(ErrorCounter);

impl LostLines {
    /// So many until now.
    pub fn count(&self) -> u64 {
        self.0.dropped_lines() as u64
    }
}

/// Starts logging to a writer. A second start changes nothing.
pub fn start_to<W>(writer: W, json: bool, colour: bool)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    start_all(writer, json, colour, None);
}

fn start_all<W>(writer: W, json: bool, colour: bool, traces: Option<&Traces>)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,trialwise=info"));
    let quiet_libraries = filter_fn(|metadata| metadata.target().starts_with("trialwise") || *metadata.level() <= Level::WARN);
    let lines = fmt::layer().with_writer(writer).with_ansi(colour && std::env::var_os("NO_COLOR").is_none());
    let lines = if json { lines.json().flatten_event(true).with_current_span(false).boxed() } else { lines.boxed() };
    let started = tracing_subscriber::registry().with(filter).with(quiet_libraries).with(lines).with(traces.map(trace::layer)).try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "defect");
        }));
    }
}
