//! Settings, parsed once.
//!
//! An unknown key, a wrong type and a value out of range are refused with file, line and key: a setting that is misspelt must not
//! silently do nothing.

pub mod address;
mod client;
mod dialect;
mod limits;
mod mode;
mod network;
mod store;
mod value;
mod watch;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use client::{Algorithm, Client, FhirServer};
pub use dialect::Dialect;
pub use limits::Limits;
pub use mode::{Mode, Showing};
pub use network::{Cors, Proxy, Tls};
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

/// Why there are no settings. Its text is one line that names file, line and key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file says something that cannot be meant.
    #[error("{file}:{line}: {what}")]
    Wrong {
        /// Which.
        file: String,
        /// Where, from 1.
        line: usize,
        /// What is wrong, with the key.
        what: String,
    },
}

impl Config {
    /// The settings of a file. Paths in it are relative to the file.
    pub fn read(file: &Path) -> Result<Config, ConfigError> {
        let name = file.display().to_string();
        let content = std::fs::read_to_string(file).map_err(|source| ConfigError::Unreadable { file: name.clone(), source })?;
        let mut config = Config::parse(&name, &content)?;
        if let (Some(site), Some(directory)) = (&mut config.knowledge.site_file, file.parent()) {
            *site = directory.join(&site);
        }
        Ok(config)
    }

    /// The settings of a text in TOML; `name` is what to call it in an error.
    pub fn parse(name: &str, content: &str) -> Result<Config, ConfigError> {
        toml::from_str(content).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let line = 1 + content.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
            let what = error.message().lines().collect::<Vec<_>>().join(" ");
            ConfigError::Wrong { file: name.to_owned(), line, what }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(content: &str) -> String {
        Config::parse("site.toml", content).expect_err("refused").to_string()
    }

    #[test]
    fn every_key_is_read() {
        let config = Config::parse(
            "site.toml",
            "bind = \"127.0.0.1:9000\"\ntime_zone = \"UTC\"\n[limits]\nmax_body_bytes = 1000000\n[cors]\norigins = [\"https://ehr.example.org\"]\n\
             [knowledge]\nsite_file = \"site-knowledge.toml\"\n[log]\nformat = \"json\"\n",
        )
        .expect("settings");
        assert_eq!(config.bind.port(), 9000);
        assert_eq!(config.time_zone.0, jiff::tz::TimeZone::UTC);
        assert_eq!(config.limits.max_body_bytes.get(), 1_000_000);
        assert_eq!(config.cors.origins[0].as_str(), "https://ehr.example.org");
        assert_eq!(config.knowledge.site_file.as_deref(), Some(Path::new("site-knowledge.toml")));
        assert_eq!(config.log.format, LogFormat::Json);
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_name() {
        let refusal = refusal("bind = \"127.0.0.1:9000\"\nbnid = 1\n");
        assert!(refusal.starts_with("site.toml:2: ") && refusal.contains("bnid"), "{refusal}");
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_line() {
        for (content, start) in [
            ("\nbind = \"8080\"", "site.toml:2: "),
            ("time_zone = \"Mars/Olympus\"", "site.toml:1: "),
            ("[limits]\nmax_body_bytes = 5", "site.toml:2: "),
            ("[cors]\norigins = [\"*\"]", "site.toml:2: "),
            ("[cors]\norigins = [\"https://ehr.example.org/app\"]", "site.toml:2: "),
        ] {
            let refusal = refusal(content);
            assert!(refusal.starts_with(start), "{refusal}");
            assert!(!refusal.contains('\n'), "{refusal}");
        }
    }
}
