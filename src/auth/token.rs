//! A token, taken apart but not yet believed.

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, AlgorithmFamily, Header, decode_header};

use super::claims::Claims;
use super::refusal::Refusal;

/// The longest token that is decoded, in bytes. Those of EHRs have 500 to 1500.
pub(super) const MOST_BYTES: usize = 8 * 1024;

/// The longest id of a key or a token, in bytes.
const MOST_ID_BYTES: usize = 512;

/// A token whose header asks for nothing that is refused to everybody. Its claims are what it says, not what is true.
pub(super) struct Token<'a> {
    /// How it says that it is signed: never `none`, never symmetric.
    pub(super) algorithm: Algorithm,
    /// Which key it says that it is signed with.
    pub(super) key_id: String,
    /// Where it says that the key is to be found.
    pub(super) key_set: Option<String>,
    /// What it says.
    pub(super) claims: Claims,
    /// What is signed.
    pub(super) message: &'a str,
    /// The signature, in base64.
    pub(super) signature: &'a str,
}

impl<'a> Token<'a> {
    /// Takes a token apart.
    pub(super) fn read(token: &'a str) -> Result<Token<'a>, Refusal> {
        if token.len() > MOST_BYTES {
            return Err(Refusal::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let header = decode_header(token).map_err(|error| unreadable_header(error.kind()))?;
        permitted(&header)?;
        let key_id = header.kid.filter(|id| is_sound_id(id)).ok_or(Refusal::NoId("kid"))?;
        let claims: Claims = insecure_decode_claims(token).map_err(|_| Refusal::Malformed)?;
        if !is_sound_id(&claims.jti) {
            return Err(Refusal::NoId("jti"));
        }
        Ok(Token { algorithm: header.alg, key_id, key_set: header.jku, claims, message, signature })
    }
}

fn is_sound_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= MOST_ID_BYTES
}

/// What is refused whoever signed: symmetric algorithms, keys within the token, extensions.
fn permitted(header: &Header) -> Result<(), Refusal> {
    if header.alg.family() == AlgorithmFamily::Hmac {
        return Err(Refusal::Algorithm);
    }
    if header.jwk.is_some() || header.x5u.is_some() || header.x5c.is_some() {
        return Err(Refusal::KeyInToken);
    }
    if header.crit.is_some() {
        return Err(Refusal::Critical);
    }
    // The name of the type is required, and yet left out by some.
    match &header.typ {
        Some(name) if !name.eq_ignore_ascii_case("JWT") => Err(Refusal::Type),
        _ => Ok(()),
    }
}

/// A header whose `alg` is none of the library's (`none`, ES512, a word) is told apart from one that is no header at all.
fn unreadable_header(kind: &ErrorKind) -> Refusal {
    match kind {
        ErrorKind::Json(error) if error.is_data() && error.to_string().starts_with("unknown variant") => Refusal::Algorithm,
        _ => Refusal::Malformed,
    }
}
