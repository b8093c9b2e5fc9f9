//! Logs, without patient data.
//!
//! A line about a call holds what [`Served`] holds and nothing else: no path, no query, no id, no text of a body. A panic is told
//! by its place in the program alone, since its message may quote a value.

use std::io::IsTerminal;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What the log tells of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served<'a> {
    /// Made by us, sent back in `X-Request-Id`.
    pub request_id: &'a str,
    /// The route or service, as we call it, never as the caller wrote it.
    pub service: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// From the first byte of the head to the answer.
    pub duration: Duration,
    /// The codes of the cards shown, with commas.
    pub cards: &'a str,
    /// What was wrong, as a word of ours.
    pub error: Option<&'static str>,
}

impl Served<'_> {
    /// Writes the line.
    pub fn log(&self) {
        let Served { request_id, service, status, cards, .. } = self;
        let milliseconds = self.duration.as_secs_f64() * 1000.0;
        let duration_ms = (milliseconds * 1000.0).round() / 1000.0;
        match self.error {
            Some(error) if *status >= 500 => tracing::error!(request_id, service, status, duration_ms, error, "served"),
            Some(error) => tracing::warn!(request_id, service, status, duration_ms, error, "served"),
            None => tracing::info!(request_id, service, status, duration_ms, cards, "served"),
        }
    }
}

/// Starts logging to standard error. `json`: as told, or `None` for text on a terminal and JSON otherwise.
pub fn start(json: Option<bool>) {
    let terminal = std::io::stderr().is_terminal();
    start_to(std::io::stderr, json.unwrap_or(!terminal), terminal);
}

/// Starts logging to a writer. A second start changes nothing.
pub fn start_to<W>(writer: W, json: bool, colour: bool)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,trialwise=info"));
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(colour && std::env::var_os("NO_COLOR").is_none());
    let started = if json { lines.json().flatten_event(true).try_init() } else { lines.try_init() };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "defect");
        }));
    }
}
