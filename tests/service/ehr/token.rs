//! The token that goes with every call (ES384, as the public sandbox signs).

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

/// A key of an EHR, and in whose name it signs.
pub struct Signer {
    key: EncodingKey,
    issuer: String,
}

impl Signer {
    /// A fresh key.
    pub fn new(issuer: &str) -> Signer {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).expect("a key");
        let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).expect("a key");
        Signer { key, issuer: issuer.to_owned() }
    }

    /// A token for one call to this URL.
    pub fn token(&self, url: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let mut header = Header::new(Algorithm::ES384);
        header.kid = Some("44823f3d-0b01-4a6c-a80e-b9d3e8a7226f".to_owned());
        header.jku = Some(format!("{}/.well-known/jwks.json", self.issuer));
        let claims = json!({ "iss": self.issuer, "aud": url, "exp": now + 300, "iat": now, "jti": uuid::Uuid::new_v4().to_string() });
        jsonwebtoken::encode(&header, &claims, &self.key).expect("it is signed")
    }
}
