//! The token that goes with every call (ES384, as the public sandbox signs).

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::super::token::{self, claims, with};

/// A key of an EHR, in whose name it signs, and where its key set lies.
pub struct Signer {
    key: token::Signer,
    issuer: String,
    jku: String,
}

impl Signer {
    /// A fresh key. Nobody answers at its `jku`.
    pub fn new(issuer: &str) -> Signer {
        let key = token::Signer::new(Algorithm::ES384, "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f");
        Signer { key, issuer: issuer.to_owned(), jku: format!("{issuer}/.well-known/jwks.json") }
    }

    /// The same with its key set at this URL.
    pub fn publishing_at(self, jku: &str) -> Signer {
        Signer { jku: jku.to_owned(), ..self }
    }

    /// What is published.
    pub fn key_set(&self) -> Value {
        self.key.key_set()
    }

    /// A token for one call to this URL.
    pub fn token(&self, url: &str) -> String {
        self.key.sign(with(self.key.header(), json!({ "jku": self.jku })), claims(&self.issuer, url))
    }
}
