//! Settings, parsed once.
//!
//! An unknown key, a wrong type and a value out of range are refused with file, line and key: a setting that is misspelt must not
//! silently do nothing.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Deserialize;

/// What those who run the service can set.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where to listen.
    pub bind: SocketAddr,
    /// In which time zone "today" is reckoned.
    pub time_zone: TimeZone,
    /// The largest request body that is read.
    pub max_body_bytes: usize,
    /// Which browser applications may call, as origins (`https://ehr.example.org`).
    pub cors_origins: Vec<String>,
    /// The site's own parameters and rows.
    pub knowledge_site_file: Option<PathBuf>,
    /// How log lines look.
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// The least that a hook request of a small chart needs, and the most that one call may hold in memory.
const BODY_BYTES: std::ops::RangeInclusive<usize> = 64 * 1024..=1024 * 1024 * 1024;

impl Default for Config {
    fn default() -> Config {
        Config {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            time_zone: TimeZone::system(),
            max_body_bytes: 8 * 1024 * 1024,
            cors_origins: Vec::new(),
            knowledge_site_file: None,
            log_format: LogFormat::Auto,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    bind: Option<toml::Spanned<String>>,
    time_zone: Option<toml::Spanned<String>>,
    max_body_bytes: Option<toml::Spanned<u64>>,
    #[serde(default)]
    cors: RawCors,
    #[serde(default)]
    knowledge: RawKnowledge,
    #[serde(default)]
    log: RawLog,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCors {
    #[serde(default)]
    origins: Vec<toml::Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKnowledge {
    site_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLog {
    #[serde(default)]
    format: LogFormat,
}

impl Config {
    /// The settings of a file. Paths in it are relative to the file.
    pub fn read(file: &Path) -> Result<Config, ConfigError> {
        let name = file.display().to_string();
        let content = std::fs::read_to_string(file).map_err(|source| ConfigError::Unreadable { file: name.clone(), source })?;
        let mut config = Config::parse(&name, &content)?;
        if let (Some(site), Some(directory)) = (&mut config.knowledge_site_file, file.parent()) {
            *site = directory.join(&site);
        }
        Ok(config)
    }

    /// The settings of a text in TOML; `name` is what to call it in an error.
    pub fn parse(name: &str, content: &str) -> Result<Config, ConfigError> {
        let wrong = |offset: usize, what: String| {
            let line = 1 + content.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
            ConfigError::Wrong { file: name.to_owned(), line, what }
        };
        let raw: Raw = toml::from_str(content).map_err(|error| {
            let what = error.message().lines().collect::<Vec<_>>().join(" ");
            wrong(error.span().map_or(0, |span| span.start), what)
        })?;
        let mut config = Config { knowledge_site_file: raw.knowledge.site_file, log_format: raw.log.format, ..Config::default() };
        if let Some(bind) = raw.bind {
            let what = "bind: expected an address and a port, for example \"127.0.0.1:8080\"";
            config.bind = bind.get_ref().parse().map_err(|_| wrong(bind.span().start, what.to_owned()))?;
        }
        if let Some(zone) = raw.time_zone {
            let what = || "time_zone: expected a name of the IANA database, for example \"America/New_York\"".to_owned();
            config.time_zone = TimeZone::get(zone.get_ref()).map_err(|_| wrong(zone.span().start, what()))?;
        }
        if let Some(bytes) = raw.max_body_bytes {
            let what = || format!("max_body_bytes: expected {} to {}", BODY_BYTES.start(), BODY_BYTES.end());
            let value = usize::try_from(*bytes.get_ref()).ok().filter(|value| BODY_BYTES.contains(value));
            config.max_body_bytes = value.ok_or_else(|| wrong(bytes.span().start, what()))?;
        }
        for origin in raw.cors.origins {
            if !is_origin(origin.get_ref()) {
                let what = "cors.origins: expected an origin, for example \"https://ehr.example.org\" (scheme and host, no path)";
                return Err(wrong(origin.span().start, what.to_owned()));
            }
            config.cors_origins.push(origin.into_inner());
        }
        Ok(config)
    }
}

fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(content: &str) -> String {
        Config::parse("site.toml", content).expect_err("refused").to_string()
    }

    #[test]
    fn an_empty_file_sets_nothing() {
        assert_eq!(Config::parse("site.toml", "").expect("settings"), Config::default());
    }

    #[test]
    fn every_key_is_read() {
        let config = Config::parse(
            "site.toml",
            "bind = \"127.0.0.1:9000\"\ntime_zone = \"UTC\"\nmax_body_bytes = 1000000\n[cors]\norigins = [\"https://ehr.example.org\"]\n\
             [knowledge]\nsite_file = \"site-knowledge.toml\"\n[log]\nformat = \"json\"\n",
        )
        .expect("settings");
        assert_eq!(config.bind.port(), 9000);
        assert_eq!(config.time_zone, TimeZone::UTC);
        assert_eq!(config.max_body_bytes, 1_000_000);
        assert_eq!(config.cors_origins, ["https://ehr.example.org"]);
        assert_eq!(config.knowledge_site_file.as_deref(), Some(Path::new("site-knowledge.toml")));
        assert_eq!(config.log_format, LogFormat::Json);
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_name() {
        let refusal = refusal("bind = \"127.0.0.1:9000\"\nbnid = 1\n");
        assert!(refusal.starts_with("site.toml:2: ") && refusal.contains("bnid"), "{refusal}");
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_line_and_key() {
        for (content, start) in [
            ("\nbind = \"8080\"", "site.toml:2: bind"),
            ("time_zone = \"Mars/Olympus\"", "site.toml:1: time_zone"),
            ("max_body_bytes = 5", "site.toml:1: max_body_bytes"),
            ("[cors]\norigins = [\"*\"]", "site.toml:2: cors.origins"),
            ("[cors]\norigins = [\"https://ehr.example.org/app\"]", "site.toml:2: cors.origins"),
        ] {
            let refusal = refusal(content);
            assert!(refusal.starts_with(start), "{refusal}");
            assert!(!refusal.contains('\n'), "{refusal}");
        }
    }
}
