//! `trialwise serve`.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use clap::Args;
use socket2::{Domain, Protocol, Socket, Type};

use super::Stop;
use super::knowledge::site_knowledge;
use crate::auth::Callers;
use crate::config::{LogFormat, Sources, WebUrl};
use crate::feedback::Store;
use crate::hooks::Services;
use crate::server::{self, State};
use crate::telemetry::Log;

/// Runs the service.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  trialwise serve --dev\n  trialwise serve --dev --bind 127.0.0.1:9000 --config trialwise.toml\n  \
    curl http://127.0.0.1:8080/cds-services")]
pub struct Serve {
    /// Settings (TOML; every key stands in docs/configuration.md); variables TRIALWISE_.. stand above it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen; stands above the settings [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    bind: Option<SocketAddr>,
    /// For trying out, on loopback only: the demo page at /, no authentication, any origin, the day of assessment may be named in the request
    #[arg(long)]
    dev: bool,
}

impl Serve {
    pub fn run(self) -> Result<(), Stop> {
        let services = Services::builtin().map_err(Stop::new)?;
        let mut sources = Sources::new(self.config);
        sources.bind = self.bind;
        let config = sources.read(|config| server::misfits(config, &services)).map_err(Stop::new)?.config;
        permitted(self.dev, config.bind)?;
        let callers = if self.dev { None } else { Some(Callers::new(&config).map_err(Stop::new)?) };
        let tls = config.tls.as_ref().map(server::tls).transpose().map_err(Stop::new)?;
        let knowledge = site_knowledge(config.knowledge.site_file.as_deref()).map_err(|lines| Stop(lines.join("\n")))?;
        let listener = listening(config.bind).map_err(|error| Stop::new(format_args!("{}: {error}", config.bind)))?;
        let json = match config.log.format {
            LogFormat::Auto => None,
            LogFormat::Json => Some(true),
            LogFormat::Text => Some(false),
        };
        // Held until all is said.
        let log = Log::start(json, config.traces.endpoint.as_ref().map(WebUrl::base)).map_err(Stop::new)?;
        let mut kept = config.store.clone();
        if self.dev && kept.url.is_none() && kept.url_file.is_none() {
            // Trying it out leaves no file behind.
            kept.url = Some("sqlite::memory:".into());
        }
        let store = Store::start(&kept).map_err(Stop::new)?;
        let address = listener.local_addr().map_or(config.bind, |address| address);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let is_open = tls.is_none() && !address.ip().is_loopback();
        let mut state = State::new(&config, services, knowledge, store, self.dev).map_err(Stop::new)?;
        state = callers.into_iter().fold(state, State::trusting);
        state = tls.into_iter().fold(state, State::with_tls);
        state = state.logging(log.lost());
        state.open_audit().map_err(|error| Stop::new(format_args!("audit.file: {error}")))?;
        tracing::info!(%address, dev = self.dev, knowledge = knowledge.version(), "listening: {scheme}://{address}/cds-services");
        if self.dev {
            tracing::info!("demo page: {scheme}://{address}/");
        }
        if is_open {
            tracing::warn!("this is HTTP without TLS: something in front has to do TLS, or set [tls]");
        }
        server::run(state, listener, sources).map_err(Stop::new)
    }
}

/// How many connections may wait to be taken. The standard library asks for 128: of a burst of more, the rest would be tried again by the
/// system of the caller after one, three and seven seconds, and nothing here would know.
const BACKLOG: i32 = 4096;

fn listening(bind: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(bind), Type::STREAM, Some(Protocol::TCP))?;
    // As the standard library does: on other systems it would mean something else.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&bind.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Whether development may be done here: it lets anybody in. Otherwise the settings have to say who may call.
fn permitted(dev: bool, bind: SocketAddr) -> Result<(), Stop> {
    if dev && !bind.ip().is_loopback() {
        return Err(Stop::new(format_args!(
            "--dev is for loopback only, and {bind} is not: bind to 127.0.0.1 or [::1], for example --bind 127.0.0.1:{}",
            bind.port()
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn development_is_for_loopback_only() {
        for (address, allowed) in [("127.0.0.1:1", true), ("[::1]:1", true), ("0.0.0.0:1", false), ("192.0.2.1:1", false)] {
            assert_eq!(permitted(true, address.parse().expect("an address")).is_ok(), allowed, "{address}");
        }
    }

    #[test]
    fn without_a_trusted_client_it_does_not_start() {
        let client = "[clients.a]\nissuer = \"https://ehr.example.org\"\njku = [\"https://ehr.example.org/jwks\"]";
        for (settings, word) in [("", "trusted client"), (client, "public_url is missing")] {
            let config = Config::parse("test", settings).expect("settings");
            let Err(error) = Callers::new(&config) else { panic!("it starts") };
            let line = error.to_string();
            assert!(line.contains(word) && !line.contains('\n'), "{line}");
        }
    }
}
