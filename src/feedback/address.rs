//! Where the store is.

use std::path::PathBuf;
use std::str::FromStr;

use secrecy::ExposeSecret;
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use url::Url;

use super::error::SettingsError;
use crate::config;

/// The store where nothing is said.
const DEFAULT: &str = "sqlite:trialwise.db";

/// What may stand behind `?` in the URL of a server. The driver lets be what it does not know: with `sslmod=verify-full` it would trust
/// any server, and not say so.
const PARAMETERS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// Where the store is. `Debug` does not show a password.
#[derive(Clone)]
pub enum Address {
    /// In memory, for as long as the service runs.
    Memory,
    /// One file, for one instance.
    File(PathBuf),
    /// A server, for several instances.
    Postgres(Box<PgConnectOptions>),
}

impl Address {
    /// The address of the settings. `url_file` stands above `url`.
    pub fn of(settings: &config::Store) -> Result<Address, SettingsError> {
        if let Some(file) = &settings.url_file {
            let unreadable = |source| SettingsError::Unreadable { setting: "store.url_file", file: file.clone(), source };
            return Address::parse(std::fs::read_to_string(file).map_err(unreadable)?.trim());
        }
        settings.url.as_ref().map_or(Address::parse(DEFAULT), |url| Address::parse(url.expose_secret()))
    }

    /// An address from its text.
    pub fn parse(url: &str) -> Result<Address, SettingsError> {
        if let Some(rest) = url.strip_prefix("sqlite:") {
            let file = rest.strip_prefix("//").unwrap_or(rest);
            return match file {
                "" => Err(SettingsError::Url),
                // Taken for a part of the name it would make a file of that name, and the other stay empty.
                file if file.contains('?') => Err(SettingsError::SqliteQuery),
                ":memory:" => Ok(Address::Memory),
                file => Ok(Address::File(file.into())),
            };
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            // What is wrong with it may hold the password.
            let options = PgConnectOptions::from_str(url).map_err(|_| SettingsError::Url)?;
            let parsed = Url::parse(url).map_err(|_| SettingsError::Url)?;
            let known = |name: &str| PARAMETERS.contains(&name) || (name.starts_with("options[") && name.ends_with(']'));
            if let Some(place) = parsed.query_pairs().position(|(name, _)| !known(&name)) {
                return Err(SettingsError::UnknownParameter { place: place + 1 });
            }
            return Ok(Address::Postgres(Box::new(options.application_name("trialwise").disable_statement_logging())));
        }
        Err(SettingsError::Url)
    }

    /// The address without user and password.
    pub fn place(&self) -> String {
        match self {
            Address::Memory => "memory".to_owned(),
            Address::File(file) => file.display().to_string(),
            Address::Postgres(options) => {
                format!("postgres {}:{}/{}", options.get_host(), options.get_port(), options.get_database().unwrap_or_default())
            }
        }
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.place())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_a_file_memory_or_a_server() {
        for (url, place) in [
            ("sqlite:a.db", "a.db"),
            ("sqlite:///var/lib/a.db", "/var/lib/a.db"),
            ("sqlite::memory:", "memory"),
            ("postgres://u:secret@db.example:5433/trialwise?sslmode=verify-full", "postgres db.example:5433/trialwise"),
        ] {
            let address = Address::parse(url).expect("an address");
            assert_eq!(address.place(), place);
            assert!(!format!("{address:?}").contains("secret"));
        }
        for url in ["", "sqlite:", "mysql://h/d", "a.db", "postgres://secret:secret@h:port/d"] {
            let refusal = Address::parse(url).expect_err("refused").to_string();
            assert!(refusal.starts_with("store.url: ") && !refusal.contains("secret"), "{refusal}");
        }
    }

    #[test]
    fn a_query_that_nobody_would_honour_is_refused() {
        for url in ["sqlite:a.db?mode=rwc", "sqlite:///var/lib/a.db?mode=ro", "sqlite::memory:?cache=shared", "sqlite:?", "sqlite:a.db?"] {
            let refusal = Address::parse(url).expect_err(url).to_string();
            assert!(refusal.contains("`?`") && !refusal.contains("mode"), "{refusal}");
        }
        for known in ["", "?", "?sslmode=require&sslrootcert=/ca.pem", "?options[statement_timeout]=5s&application_name=x", "?host=/run/pg"]
        {
            assert!(Address::parse(&format!("postgres://u@h/d{known}")).is_ok(), "{known}");
        }
        for unknown in ["sslmod=verify-full", "SSLMODE=require", "secret", "sslmode=require&pool=5"] {
            let refusal = Address::parse(&format!("postgres://u@h/d?{unknown}")).expect_err(unknown).to_string();
            assert!(refusal.starts_with("store.url: parameter ") && !refusal.contains("secret"), "{refusal}");
            assert!(refusal.contains(if unknown.contains('&') { "parameter 2" } else { "parameter 1" }), "{refusal}");
        }
    }

    #[test]
    fn a_file_with_the_url_stands_above_the_url() {
        let folder = super::super::sample::Folder::new();
        let file = folder.path().join("url");
        std::fs::write(&file, "sqlite:from-file.db\n").expect("written");
        let url = Some("sqlite:from-url.db".into());
        let settings = config::Store { url, url_file: Some(file), ..config::Store::default() };
        assert_eq!(Address::of(&settings).expect("an address").place(), "from-file.db");
        let missing = config::Store { url_file: Some(folder.path().join("missing")), ..config::Store::default() };
        assert!(Address::of(&missing).expect_err("refused").to_string().starts_with("store.url_file: "));
        assert_eq!(Address::of(&config::Store::default()).expect("an address").place(), "trialwise.db");
    }
}
