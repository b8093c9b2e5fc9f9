//! Settings, parsed once.
//!
//! An unknown key, a wrong type and a value out of range are refused with file, line and key, or with the variable: a setting that is
//! misspelt must not silently do nothing.

pub mod address;
mod check;
mod client;
mod defect;
mod dialect;
mod document;
mod limits;
mod mode;
mod network;
mod source;
mod store;
#[cfg(test)]
mod tests;
mod tree;
mod value;
mod watch;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use client::{Algorithm, CardForm, Client, Detail, FhirServer};
pub use defect::{ConfigError, Defect, Misfit, Place};
pub use dialect::Dialect;
pub use document::{Document, Entry};
pub use limits::Limits;
pub use mode::{Mode, Showing, Shown};
pub use network::{Cors, Proxy, Tls};
pub use source::{Settings, Sources};
pub use store::Store;
pub use value::{Origin, WebUrl, Within, Zone};
pub use watch::{Audit, Log, LogFormat, Traces};

/// What those who run the service can set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen.
    pub bind: SocketAddr,
    /// Under which URL clients call: `aud` of their tokens begins with it. Needed without `--dev`.
    pub public_url: Option<WebUrl>,
    /// In which time zone "today" is reckoned.
    pub time_zone: Zone,
    /// The kill switch: every hook is answered empty, at once.
    pub off: bool,
    /// What calls may cost.
    pub limits: Limits,
    /// Which browser applications may call.
    pub cors: Cors,
    /// TLS; without it the service speaks HTTP and stands behind something that does TLS.
    pub tls: Option<Tls>,
    /// What stands in front.
    pub proxy: Proxy,
    /// The site's own knowledge.
    pub knowledge: Knowledge,
    /// The log.
    pub log: Log,
    /// Traces.
    pub traces: Traces,
    /// The audit trail.
    pub audit: Audit,
    /// Where cards and feedback are kept.
    pub store: Store,
    /// What a service shows to everybody, by its id.
    pub services: BTreeMap<String, Showing>,
    /// Who may call, by the name that logs and metrics use.
    pub clients: BTreeMap<String, Client>,
    /// Clock skew that is allowed between the EHR and here, in seconds.
    pub clock_skew_seconds: Within<0, 600>,
}

/// The site's own knowledge (`[knowledge]`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Knowledge {
    /// The site's own parameters and rows.
    pub site_file: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            time_zone: Zone::default(),
            off: false,
            limits: Limits::default(),
            cors: Cors::default(),
            tls: None,
            proxy: Proxy::default(),
            knowledge: Knowledge::default(),
            log: Log::default(),
            traces: Traces::default(),
            audit: Audit::default(),
            store: Store::default(),
            services: BTreeMap::new(),
            clients: BTreeMap::new(),
            clock_skew_seconds: Within::new(60),
        }
    }
}

impl Config {
    /// The settings of a file and the environment of the process.
    ///
    /// # Errors
    /// Every defect that was found, with file, line and key, or the variable.
    pub fn read(file: &Path) -> Result<Config, ConfigError> {
        Sources::new(Some(file.to_owned())).read(|_| Vec::new()).map(|settings| settings.config)
    }

    /// The settings of a text in TOML, by the types alone; `name` is what to call it in an error.
    ///
    /// # Errors
    /// Every defect that was found, with line and key.
    pub fn parse(name: &str, content: &str) -> Result<Config, ConfigError> {
        Document::parse(name, content, None)?.config(|_| Vec::new())
    }
}

/// A whole file with every key at its default, and one client to show how one is written.
pub const EXAMPLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/trialwise.example.toml"));
