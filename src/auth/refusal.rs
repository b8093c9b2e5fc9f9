//! Why a caller is not let in.

use std::time::Duration;

use super::token::MOST_BYTES;

/// Why a caller is not let in: for the log alone, since a caller that is not known is told nothing.
///
/// What is quoted of a token (issuer, tenant, audience, id of the key) is cut and escaped; none of it is a secret or of a patient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody is named.
    #[error("there is no single header `Authorization: Bearer ..`")]
    NoToken,
    /// Refused before it is decoded.
    #[error("the token is longer than {MOST_BYTES} bytes")]
    TooLong,
    /// No JWT.
    #[error("the token is no JWT whose header and claims can be read (iss, aud, exp, iat and jti, each once and of its type)")]
    Malformed,
    /// Another kind of token.
    #[error("`typ` is not JWT")]
    Type,
    /// An algorithm that is not known, not allowed to this client, or not that of the key.
    #[error("`alg` is not among the client's algorithms, or does not fit the key")]
    Algorithm,
    /// The token brings its own key.
    #[error("the header brings a key or points to one (jwk, x5c, x5u)")]
    KeyInToken,
    /// The token asks for something that is not done here.
    #[error("the header has `crit`: extensions of JWS are not supported")]
    Critical,
    /// No client has this issuer.
    #[error("no client has the issuer {0}")]
    UnknownIssuer(String),
    /// No client of this issuer has this tenant.
    #[error("no client of this issuer has the tenant {0}")]
    UnknownTenant(String),
    /// `jku` leads to where the settings do not.
    #[error("`jku` is not, letter for letter, one of the client's")]
    ForeignKeySet,
    /// Meant for somebody else.
    #[error("`aud` is {found}, and neither {expected} nor one of the client's audiences")]
    Audience {
        /// What the token says.
        found: String,
        /// The URL of the call as it is known here.
        expected: String,
    },
    /// Over.
    #[error("the token has expired")]
    Expired,
    /// Not begun.
    #[error("the token is not valid yet (iat or nbf lie ahead: is one of the clocks wrong?)")]
    NotYet,
    /// A life that is too long or ends before it begins.
    #[error("the token's life is longer than an hour, or ends before it begins")]
    Life,
    /// `jti` or `kid` are empty or endless.
    #[error("`{0}` is missing, empty or too long")]
    NoId(&'static str),
    /// No key of the client has this id.
    #[error("the client has no key with the id {0}")]
    UnknownKey(String),
    /// The client's keys could not be had.
    #[error("the client's keys could not be had")]
    NoKeys,
    /// Signed by somebody else, or changed.
    #[error("the signature does not fit")]
    Signature,
    /// Used before.
    #[error("the token was used before (`jti`)")]
    Replayed,
    /// More calls than are allowed.
    #[error("the client calls more often than it may (calls_per_second)")]
    TooMany {
        /// After which time the next call is taken.
        wait: Duration,
    },
    /// So many of its tokens are remembered that no more can be.
    #[error("too many of the client's tokens are to be remembered")]
    Crowded,
}

impl Refusal {
    /// A word for the log.
    pub fn word(&self) -> &'static str {
        use Refusal::*;
        match self {
            NoToken => "no-token",
            TooLong => "token-too-long",
            Malformed => "token-malformed",
            Type => "token-type",
            Algorithm => "token-algorithm",
            KeyInToken => "token-brings-key",
            Critical => "token-critical",
            UnknownIssuer(_) => "unknown-issuer",
            UnknownTenant(_) => "unknown-tenant",
            ForeignKeySet => "foreign-jku",
            Audience { .. } => "wrong-audience",
            Expired => "token-expired",
            NotYet => "token-not-yet",
            Life => "token-life",
            NoId(_) => "token-id",
            UnknownKey(_) => "unknown-key",
            NoKeys => "no-keys",
            Signature => "wrong-signature",
            Replayed => "token-replayed",
            TooMany { .. } => "too-many-calls",
            Crowded => "token-memory-full",
        }
    }
}

/// Text of a token for the log: cut, and escaped so that it stays on its line.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 200;
    let cut: String = text.chars().take(MOST).collect();
    format!("{cut:?}{}", if cut.len() < text.len() { ".." } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_stays_on_its_line() {
        assert_eq!(quoted("a\nb\u{1b}[31m\u{202e}"), r#""a\nb\u{1b}[31m\u{202e}""#);
        assert_eq!(quoted(&"x".repeat(200)).len(), 202);
        assert_eq!(quoted(&"x".repeat(201)).len(), 204);
    }
}
