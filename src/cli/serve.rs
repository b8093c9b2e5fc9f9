//! `trialwise serve`.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::knowledge::site_knowledge;
use crate::config::{Config, LogFormat};
use crate::hooks::Services;
use crate::server::{self, State};
use crate::telemetry;

/// Runs the service.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  trialwise serve --dev\n  trialwise serve --dev --bind 127.0.0.1:9000 --config trialwise.toml\n  \
    curl http://127.0.0.1:8080/cds-services")]
pub struct Serve {
    /// Settings (TOML): bind, time_zone, [limits], [cors] origins, [knowledge] site_file, [log] format
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen; stands above the settings [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    bind: Option<SocketAddr>,
    /// For trying out, on loopback only: no authentication, any origin, the day of assessment may be named in the request
    #[arg(long)]
    dev: bool,
}

impl Serve {
    pub fn run(self) -> Result<(), Stop> {
        let mut config = self.config.as_deref().map_or_else(|| Ok(Config::default()), Config::read).map_err(Stop::new)?;
        if let Some(bind) = self.bind {
            config.bind = bind;
        }
        permitted(self.dev, config.bind)?;
        let services = Services::builtin().map_err(Stop::new)?;
        let knowledge = site_knowledge(config.knowledge.site_file.as_deref()).map_err(|lines| Stop(lines.join("\n")))?;
        let listener = TcpListener::bind(config.bind).map_err(|error| Stop::new(format_args!("{}: {error}", config.bind)))?;
        telemetry::start(match config.log.format {
            LogFormat::Auto => None,
            LogFormat::Json => Some(true),
            LogFormat::Text => Some(false),
        });
        let address = listener.local_addr().map_or(config.bind, |address| address);
        tracing::info!(%address, dev = self.dev, knowledge = knowledge.version(), "listening: http://{address}/cds-services");
        let state = State::new(&config, services, knowledge, self.dev).map_err(Stop::new)?;
        server::run(state, listener).map_err(Stop::new)
    }
}

/// Whether the service may be started like this. It never answers strangers.
fn permitted(dev: bool, bind: SocketAddr) -> Result<(), Stop> {
    match (dev, bind.ip().is_loopback()) {
        (true, true) => Ok(()),
        (true, false) => Err(Stop::new(format_args!(
            "--dev is for loopback only, and {bind} is not: bind to 127.0.0.1 or [::1], for example --bind 127.0.0.1:{}",
            bind.port()
        ))),
        (false, _) => Err(Stop::new(
            "no trusted client is configured, and without one nobody could be let in. This version cannot check who calls (signed CDS Hooks \
             requests come with a later one), so it runs only with --dev, on loopback",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn development_is_for_loopback_only() {
        for (address, allowed) in [("127.0.0.1:1", true), ("[::1]:1", true), ("0.0.0.0:1", false), ("192.0.2.1:1", false)] {
            assert_eq!(permitted(true, address.parse().expect("an address")).is_ok(), allowed, "{address}");
        }
    }

    #[test]
    fn without_a_trusted_client_it_does_not_start() {
        let Stop(line) = permitted(false, "127.0.0.1:1".parse().expect("an address")).expect_err("refused");
        assert!(line.contains("trusted client") && !line.contains('\n'));
    }
}
