//! Why the store did not do what it was asked to.

use std::path::PathBuf;

/// Why the store did not do what it was asked to. Its words never hold what stands in a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no connection; one is being tried for.
    #[error("the store is not connected")]
    Unavailable,
    /// No answer within the time that a call may wait.
    #[error("the store did not answer in time")]
    Slow,
    /// The SQLite file was moved or removed while it was open: what is written to it would be lost.
    #[error("the file of the store is no longer in its place")]
    FileGone,
    /// The tables are not those of this version.
    #[error("the tables of the store do not fit this version: {0}")]
    Tables(String),
    /// The database could not be reached or would not do it.
    #[error("{0}")]
    Refused(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        match error {
            sqlx::Error::PoolTimedOut => StoreError::Slow,
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => StoreError::Unavailable,
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                // A message about data (SQLSTATE 22, 23) may quote a value.
                if code.starts_with("22") || code.starts_with("23") {
                    StoreError::Refused(format!("refused with code {code}"))
                } else {
                    StoreError::Refused(format!("{} (code {code})", error.message()))
                }
            }
            sqlx::Error::Io(error) => StoreError::Refused(error.to_string()),
            sqlx::Error::Tls(error) => StoreError::Refused(format!("TLS: {error}")),
            _ => StoreError::Refused("the connection failed".to_owned()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> StoreError {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => StoreError::Tables(other.to_string()),
        }
    }
}

/// Why the settings of the store cannot be meant: one line that names the setting.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Neither of the two databases.
    #[error("store.url: expected `sqlite:FILE` or `postgres://USER@HOST/DATABASE`")]
    Url,
    /// A SQLite address with a query, none of which is known.
    #[error("store.url: after `sqlite:` comes a file and nothing else: `?` and what follows have to go")]
    SqliteQuery,
    /// A parameter that the driver would let be. It is not quoted: it may be a part of a password.
    #[error(
        "store.url: parameter {place} after `?` is not known; known are sslmode, sslrootcert, sslcert, sslkey, host, port, dbname, user, password, application_name, options"
    )]
    UnknownParameter {
        /// Which, from 1.
        place: usize,
    },
    /// A file that is named cannot be read.
    #[error("{setting}: {file}: {source}", file = .file.display())]
    Unreadable {
        /// Which setting names it.
        setting: &'static str,
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No keys in the file, or a line that is none. The line is not quoted.
    #[error("store.key_file: {file}:{line}: expected a key: 32 bytes or more in base64 (`openssl rand -base64 32`)", file = .file.display())]
    Key {
        /// Which file.
        file: PathBuf,
        /// Where, from 1.
        line: usize,
    },
    /// Instances that share a database have to share the keys.
    #[error("store.key_file: PostgreSQL needs one, the same for every instance (`openssl rand -base64 32`)")]
    NoKey,
    /// The thread of the store could not be started.
    #[error("the store could not be started: {0}")]
    Thread(std::io::Error),
}
