//! Tokens as clients make them, and as attackers do. Keys are made when the tests run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, crypto};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256};
use serde_json::{Value, json};

/// Somebody who signs tokens with one key.
pub struct Signer {
    pub algorithm: Algorithm,
    pub key_id: String,
    /// The key in PEM, as published.
    pub public_pem: String,
    pair: KeyPair,
}

impl Signer {
    pub fn new(algorithm: Algorithm, key_id: &str) -> Signer {
        let kind = match algorithm {
            Algorithm::ES256 => &PKCS_ECDSA_P256_SHA256,
            Algorithm::ES384 => &PKCS_ECDSA_P384_SHA384,
            Algorithm::EdDSA => &PKCS_ED25519,
            _ => &PKCS_RSA_SHA256,
        };
        let pair = KeyPair::generate_for(kind).expect("a key");
        Signer { algorithm, key_id: key_id.to_owned(), public_pem: pair.public_key_pem(), pair }
    }

    /// The same key under another id, or for another algorithm of its kind.
    pub fn as_if(&self, algorithm: Algorithm, key_id: &str) -> Signer {
        let pair = KeyPair::from_pem(&self.pair.serialize_pem()).expect("a key");
        Signer { algorithm, key_id: key_id.to_owned(), public_pem: self.public_pem.clone(), pair }
    }

    /// The public key as JWK.
    pub fn jwk(&self) -> Value {
        let raw = self.pair.public_key_raw();
        let key = match self.algorithm.family() {
            AlgorithmFamily::Ec => DecodingKey::from_ec_der(raw),
            AlgorithmFamily::Ed => DecodingKey::from_ed_der(raw),
            _ => DecodingKey::from_rsa_pem(self.public_pem.as_bytes()).expect("a key"),
        };
        let mut jwk = Jwk::from_decoding_key(&key, Some(self.algorithm)).expect("a key");
        jwk.common.key_id = Some(self.key_id.clone());
        serde_json::to_value(jwk).expect("JSON")
    }

    /// The key set that has this key alone.
    pub fn key_set(&self) -> Value {
        json!({ "keys": [self.jwk()] })
    }

    /// The header of its tokens.
    pub fn header(&self) -> Value {
        json!({ "alg": format!("{:?}", self.algorithm), "kid": self.key_id, "typ": "JWT" })
    }

    /// A token with this header and these claims, which may be anything.
    pub fn sign(&self, header: impl ToString, claims: impl ToString) -> String {
        let message = format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
        let key = match self.algorithm.family() {
            AlgorithmFamily::Ec => EncodingKey::from_ec_der(self.pair.serialized_der()),
            AlgorithmFamily::Ed => EncodingKey::from_ed_der(self.pair.serialized_der()),
            _ => EncodingKey::from_rsa_pem(self.pair.serialize_pem().as_bytes()).expect("a key"),
        };
        let signature = crypto::sign(message.as_bytes(), &key, self.algorithm).expect("a signature");
        format!("{message}.{signature}")
    }

    /// A token with sound header and these claims.
    pub fn token(&self, claims: Value) -> String {
        self.sign(self.header(), claims)
    }
}

/// A token that is signed with a secret, as if that were the key.
pub fn symmetric(header: Value, claims: Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
    let signature = crypto::sign(message.as_bytes(), &EncodingKey::from_secret(secret), Algorithm::HS256).expect("a signature");
    format!("{message}.{signature}")
}

/// Now, in seconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    since.as_secs().try_into().expect("before the end of time")
}

/// Sound claims of an issuer for a URL: five minutes from now on, with an id of their own.
pub fn claims(issuer: &str, audience: &str) -> Value {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let id = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    json!({ "iss": issuer, "aud": audience, "iat": now(), "exp": now() + 300, "jti": id })
}

/// The same claims but for these.
pub fn with(mut claims: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    claims
}

/// The same object without a member.
pub fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().expect("an object").remove(name);
    object
}

/// Base64 for URLs, without padding.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let group = |chunk: &[u8]| {
        let bits = chunk.iter().chain([&0, &0]).take(3).fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        let letters = [18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize]));
        letters.into_iter().take(chunk.len() + 1).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}
