//! A public key of a client, and with which algorithms it may be used.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use serde_json::Value;

/// The most keys that are taken from one set.
const MOST: usize = 200;

/// A public key.
pub(super) struct Key {
    /// Its id (`kid`).
    pub(super) id: String,
    /// What its type, its curve and its own `alg` leave.
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// Why a key of a set is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("it is no JSON Web Key")]
    Unreadable,
    #[error("it has no `kid`")]
    NoId,
    #[error("its private part is published")]
    Private,
    #[error("it is not for signatures (use, key_ops)")]
    Purpose,
    #[error("its type, curve or `alg` is not supported")]
    Kind,
    #[error("it has not the length of its kind (RSA: 2048 to 8192 bits)")]
    Length,
}

/// The text is no set of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no JSON Web Key Set")]
pub(super) struct NoKeySet;

/// The keys of a set that can be used, and why others cannot.
pub(super) struct KeySet {
    pub(super) keys: Vec<Key>,
    pub(super) unfit: Vec<Unfit>,
}

impl KeySet {
    /// Reads a JSON Web Key Set. A key that cannot be used costs itself alone.
    pub(super) fn read(json: &[u8]) -> Result<KeySet, NoKeySet> {
        #[derive(Deserialize)]
        struct Wire {
            keys: Vec<Value>,
        }
        let wire: Wire = serde_json::from_slice(json).map_err(|_| NoKeySet)?;
        let mut set = KeySet { keys: Vec::new(), unfit: Vec::new() };
        for json in wire.keys.into_iter().take(MOST) {
            match Key::read(json) {
                Ok(key) => set.keys.push(key),
                Err(unfit) => set.unfit.push(unfit),
            }
        }
        Ok(set)
    }
}

impl Key {
    fn read(json: Value) -> Result<Key, Unfit> {
        if json.get("d").is_some() || json.get("k").is_some() {
            return Err(Unfit::Private);
        }
        let jwk: Jwk = serde_json::from_value(json).map_err(|_| Unfit::Unreadable)?;
        let for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
        let verifies = jwk.common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify));
        if !for_signatures || !verifies {
            return Err(Unfit::Purpose);
        }
        let algorithms = algorithms(&jwk)?;
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| Unfit::Unreadable)?;
        if !has_its_length(&key, &jwk) {
            return Err(Unfit::Length);
        }
        let id = jwk.common.key_id.filter(|id| !id.is_empty()).ok_or(Unfit::NoId)?;
        Ok(Key { id, algorithms, key })
    }

    /// Whether the key may be used with this algorithm.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether the signature of the message is by this key and this algorithm, which has to fit.
    pub(super) fn signed(&self, message: &str, signature: &str, algorithm: Algorithm) -> bool {
        self.fits(algorithm) && crypto::verify(signature, message.as_bytes(), &self.key, algorithm).unwrap_or(false)
    }
}

/// With which algorithms the key may be used: its own, if it names one, else those of its type and curve.
fn algorithms(jwk: &Jwk) -> Result<Vec<Algorithm>, Unfit> {
    use Algorithm::*;
    let of_kind: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(parameters) => match parameters.curve {
            EllipticCurve::P256 => &[ES256],
            EllipticCurve::P384 => &[ES384],
            _ => &[],
        },
        AlgorithmParameters::RSA(_) => &[RS256, RS384, RS512, PS256, PS384, PS512],
        AlgorithmParameters::OctetKeyPair(parameters) if parameters.curve == EllipticCurve::Ed25519 => &[EdDSA],
        _ => &[],
    };
    let own = jwk.common.key_algorithm.map(|own| Algorithm::try_from(own).map_err(|_| Unfit::Kind)).transpose()?;
    let left: Vec<_> = of_kind.iter().copied().filter(|algorithm| own.is_none_or(|own| own == *algorithm)).collect();
    if left.is_empty() { Err(Unfit::Kind) } else { Ok(left) }
}

/// Whether the key has the length of its kind: said when the set is read rather than at every call.
fn has_its_length(key: &DecodingKey, jwk: &Jwk) -> bool {
    match (key.kind(), &jwk.algorithm) {
        (jsonwebtoken::DecodingKeyKind::RsaModulusExponent { n, .. }, _) => (256..=1024).contains(&n.len()),
        (jsonwebtoken::DecodingKeyKind::SecretOrDer(bytes), AlgorithmParameters::EllipticCurve(parameters)) => {
            // 0x04, x and y.
            bytes.len() == if parameters.curve == EllipticCurve::P256 { 65 } else { 97 }
        }
        (jsonwebtoken::DecodingKeyKind::SecretOrDer(bytes), _) => bytes.len() == 32,
    }
}
