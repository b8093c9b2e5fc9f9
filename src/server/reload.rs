//! Settings that change while the service runs: on SIGHUP, and when the content of the file does.
//!
//! The file is read every second rather than watched by name: Kubernetes swaps a link, editors write anew, and some mounts tell nobody.
//! A content is taken once it stood still for a second, so that half a file is never taken for the whole.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use secrecy::ExposeSecret;

use super::State;
use super::fit;
use crate::config::{Config, Misfit, Sources};
use crate::gather::Gather;

const LOOK: Duration = Duration::from_secs(1);

/// Reads the settings again whenever there is reason to. It ends with the service.
pub async fn reload(state: Data<State>, sources: Sources) {
    let mut hangup = Hangup::new();
    let mut taken = content(sources.file.as_deref()).await;
    let mut seen = taken.clone();
    loop {
        let told = tokio::select! {
            () = hangup.next() => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        let now = content(sources.file.as_deref()).await;
        let still = now == seen;
        seen = now;
        if told && let Some(audit) = &state.audit {
            audit.reopen();
        }
        if told || (still && seen != taken) {
            taken = seen.clone();
            state.reload(&sources);
        }
    }
}

/// What the file says; nothing where it cannot be read at the moment.
async fn content(file: Option<&Path>) -> Option<Vec<u8>> {
    tokio::fs::read(file?).await.ok()
}

impl State {
    /// Takes the settings as they are now; where they cannot be meant, those in use stay.
    pub fn reload(&self, sources: &Sources) {
        let nobody = |config: &Config| {
            (!self.dev && config.clients.is_empty()).then(|| Misfit::new("clients", "no client is left that could be let in"))
        };
        let read = sources.read(|config| fit::misfits(config, &self.services).into_iter().chain(nobody(config)).collect());
        let taken = match read {
            Ok(settings) => self.depend_on(&settings.config).map(|()| self.replace(settings.config)),
            Err(error) => Err(error.defects.iter().map(ToString::to_string).collect()),
        };
        self.metrics.reloaded(taken.is_ok());
        for defect in taken.err().into_iter().flatten() {
            tracing::error!(%defect, "settings refused, those in use stay");
        }
    }

    /// Makes anew what is made of the clients of the settings, all of it or nothing.
    fn depend_on(&self, config: &Config) -> Result<(), Vec<String>> {
        let wrong = |error: &dyn std::fmt::Display| vec![error.to_string()];
        // How the servers have been doing is worth keeping.
        let gather = (self.settings().clients != config.clients).then(|| Gather::new(config, self.dev));
        let gather = gather.transpose().map_err(|error| wrong(&error))?;
        if let Some(callers) = &self.callers {
            // Who is a client no more is told of once more.
            self.count_fetches();
            let renewed = callers.load().renewed(config).map_err(|error| wrong(&error))?;
            callers.store(renewed.into());
        }
        if let Some(gather) = gather {
            self.gather.store(gather.into());
            self.metrics.forget_circuits();
        }
        Ok(())
    }

    fn replace(&self, config: Config) {
        let waiting = need_a_restart(&self.settings(), &config).join(",");
        let (off, clients) = (config.off, config.clients.len());
        self.config.store(Arc::new(config));
        if waiting.is_empty() {
            tracing::info!(off, clients, "settings taken");
        } else {
            tracing::warn!(off, clients, keys = waiting, "settings taken; these keys changed and need a restart");
        }
    }
}

/// The keys that changed and are read at start alone.
fn need_a_restart(before: &Config, after: &Config) -> Vec<&'static str> {
    let url = |config: &Config| config.store.url.as_ref().map(|url| url.expose_secret().to_owned());
    let changed = [
        ("bind", before.bind != after.bind),
        ("limits.concurrent_calls", before.limits.concurrent_calls != after.limits.concurrent_calls),
        ("limits.queued_calls", before.limits.queued_calls != after.limits.queued_calls),
        ("limits.queue_ms", before.limits.queue_ms != after.limits.queue_ms),
        ("limits.connections", before.limits.connections != after.limits.connections),
        ("limits.head_ms", before.limits.head_ms != after.limits.head_ms),
        ("limits.drain_seconds", before.limits.drain_seconds != after.limits.drain_seconds),
        ("tls", before.tls != after.tls),
        ("knowledge", before.knowledge != after.knowledge),
        ("log", before.log != after.log),
        ("traces", before.traces != after.traces),
        ("audit.file", before.audit.file != after.audit.file),
        ("store", format!("{:?}", before.store) != format!("{:?}", after.store) || url(before) != url(after)),
    ];
    changed.into_iter().filter(|(_, changed)| *changed).map(|(key, _)| key).collect()
}

/// SIGHUP, where there is such a thing.
struct Hangup {
    #[cfg(unix)]
    signals: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    fn new() -> Hangup {
        Hangup {
            #[cfg(unix)]
            signals: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signals) = &mut self.signals
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(content: &str) -> Config {
        Config::parse("site.toml", content).expect("settings")
    }

    #[test]
    fn what_is_read_at_start_alone_is_named_when_it_changes() {
        let before = settings("store.url = \"postgres://u@a/t\"");
        let named = |content: &str| need_a_restart(&before, &settings(content));
        assert_eq!(named("store.url = \"postgres://u@a/t\"\noff = true\nlimits.max_body_bytes = 100000"), Vec::<&str>::new());
        assert_eq!(named("store.url = \"postgres://u@b/t\"\nbind = \"127.0.0.1:1\""), ["bind", "store"]);
    }
}
