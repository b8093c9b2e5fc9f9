//! Where cards and feedback are kept.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::value::Within;

/// Where cards and feedback are kept (`[store]`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// `sqlite:FILE`, or `postgres://..` for several instances; may hold a password, so it may come from the environment or a file.
    /// Where nothing is said, `sqlite:trialwise.db`, or in memory with `--dev`.
    pub url: Option<SecretString>,
    /// A file that holds the URL.
    pub url_file: Option<PathBuf>,
    /// A file with the keys that patients are hashed with: one a line, base64, 32 bytes or more, the newest first. Without one a key is
    /// made beside a SQLite file; PostgreSQL needs one, the same for every instance.
    pub key_file: Option<PathBuf>,
    /// How long rows are kept, in days.
    pub retention_days: Within<1, 36_500>,
    /// How many connections are kept.
    pub connections: Within<1, 1_000>,
    /// How long a call waits for the store, in milliseconds; then it goes on without.
    pub wait_ms: Within<10, 60_000>,
    /// Whether comments are kept.
    pub comments: bool,
    /// How many characters of a comment are kept.
    pub comment_characters: Within<0, 10_000>,
}

impl Default for Store {
    fn default() -> Store {
        Store {
            url: None,
            url_file: None,
            key_file: None,
            retention_days: Within::new(730),
            connections: Within::new(8),
            wait_ms: Within::new(250),
            comments: true,
            comment_characters: Within::new(500),
        }
    }
}
