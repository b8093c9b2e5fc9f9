//! Why a call got no answer. The only place that knows a status code.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};

use super::log::Told;
use crate::auth::Refusal;
use crate::fhir::ReadError;
use crate::fhir::outcome::Outcome;
use crate::hooks::RequestError;

/// Why a call got no answer. Its words name members, keys and kinds of record, never their content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No such route.
    #[error("there is nothing at this path; services are listed at /cds-services")]
    NoSuchPath,
    /// No such service.
    #[error("there is no service of this id; services are listed at /cds-services")]
    UnknownService,
    /// Whoever calls is not let in. Why is for the log alone.
    #[error("{}", turned_away(.0))]
    Caller(#[from] Refusal),
    /// A method that the path does not know.
    #[error("this path answers {allowed}")]
    Method {
        /// For the header of the same name.
        allowed: &'static str,
    },
    /// The body is not said to be JSON.
    #[error("the body has to be application/json or application/fhir+json, not compressed")]
    MediaType,
    /// The body is too large.
    #[error("the body is larger than {limit} bytes (setting limits.max_body_bytes)")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The body did not arrive.
    #[error("the body did not arrive in full")]
    BodyLost,
    /// The body is no hook request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The service answers another hook.
    #[error("`hook` has to be {expected} for this service")]
    WrongHook {
        /// The one it answers.
        expected: String,
    },
    /// The body is no record of one patient.
    #[error("{}", .0.without_ids())]
    Unread(#[from] ReadError),
    /// Without these nothing can be said.
    #[error("not to be had: {}; send prefetch: {}", .missing.join(", "), .keys.join(", "))]
    NotHad {
        /// Which kinds of record.
        missing: Vec<&'static str>,
        /// The prefetch keys that would answer for them.
        keys: Vec<String>,
    },
    /// Starting or ending.
    #[error("the service takes no new calls now")]
    NotReady,
    /// Refused by the layer below, for instance a preflight.
    #[error("the request was refused: origin, method or headers are not allowed here")]
    Refused(StatusCode),
    /// A defect of ours.
    #[error("the service failed; nothing was judged")]
    Defect,
}

impl CallError {
    /// Status, kind of issue in FHIR's words, and a word for the log.
    fn told(&self) -> (StatusCode, &'static str, &'static str) {
        use CallError::*;
        match self {
            NoSuchPath => (StatusCode::NOT_FOUND, "not-found", "no-such-path"),
            UnknownService => (StatusCode::NOT_FOUND, "not-found", "unknown-service"),
            Caller(refusal @ Refusal::TooMany { .. }) => (StatusCode::TOO_MANY_REQUESTS, "throttled", refusal.word()),
            Caller(refusal @ Refusal::Crowded) => (StatusCode::SERVICE_UNAVAILABLE, "transient", refusal.word()),
            Caller(refusal) => (StatusCode::UNAUTHORIZED, "login", refusal.word()),
            Method { .. } => (StatusCode::METHOD_NOT_ALLOWED, "not-supported", "method"),
            MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", "media-type"),
            TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-long", "too-large"),
            BodyLost => (StatusCode::BAD_REQUEST, "incomplete", "body-lost"),
            Request(RequestError::Malformed { .. }) => (StatusCode::BAD_REQUEST, "structure", "malformed"),
            Request(RequestError::Missing(_)) => (StatusCode::BAD_REQUEST, "required", "missing-member"),
            Request(RequestError::WrongType { .. }) => (StatusCode::BAD_REQUEST, "structure", "wrong-type"),
            WrongHook { .. } => (StatusCode::BAD_REQUEST, "value", "wrong-hook"),
            Unread(_) => (StatusCode::BAD_REQUEST, "invalid", "unread"),
            NotHad { .. } => (StatusCode::PRECONDITION_FAILED, "incomplete", "not-had"),
            NotReady => (StatusCode::SERVICE_UNAVAILABLE, "transient", "not-ready"),
            Refused(status) => (*status, "processing", "refused"),
            Defect => (StatusCode::INTERNAL_SERVER_ERROR, "exception", "defect"),
        }
    }

    /// The error as an OperationOutcome.
    pub fn outcome(&self) -> Outcome {
        let expression = match self {
            CallError::Request(error) => error.member().filter(|member| *member != "body").map(str::to_owned),
            CallError::WrongHook { .. } => Some("hook".to_owned()),
            _ => None,
        };
        Outcome { code: self.told().1, diagnostics: self.to_string(), expression }
    }

    /// A word for the log.
    pub fn word(&self) -> &'static str {
        self.told().2
    }
}

/// What a caller is told that is not let in: the same whatever was wrong with its token.
fn turned_away(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::TooMany { .. } => "this client makes more calls than it may",
        Refusal::Crowded => "the service takes no new calls now",
        _ => "who calls could not be proved: a signed token of a trusted client is needed",
    }
}

impl ResponseError for CallError {
    fn status_code(&self) -> StatusCode {
        self.told().0
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, "application/fhir+json"));
        if let CallError::Method { allowed } = self {
            response.insert_header((ALLOW, *allowed));
        }
        match self {
            CallError::Caller(Refusal::TooMany { wait }) => {
                response.insert_header((RETRY_AFTER, (wait.as_millis().div_ceil(1000)).max(1).to_string()));
            }
            CallError::Caller(Refusal::Crowded) => drop(response.insert_header((RETRY_AFTER, "1"))),
            CallError::Caller(_) => drop(response.insert_header((WWW_AUTHENTICATE, "Bearer"))),
            _ => {}
        }
        let mut response = response.body(self.outcome().to_json());
        response.extensions_mut().insert(Told { error: Some(self.word()), cards: String::new() });
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_names_the_member_in_question() {
        let error = CallError::from(RequestError::Missing("context.patientId"));
        assert_eq!(error.status_code(), StatusCode::BAD_REQUEST);
        assert_eq!(error.outcome().expression.as_deref(), Some("context.patientId"));
    }

    #[test]
    fn what_could_not_be_had_is_412_and_says_what_to_send() {
        let error = CallError::NotHad { missing: vec!["conditions"], keys: vec!["conditions".into()] };
        assert_eq!(error.status_code(), StatusCode::PRECONDITION_FAILED);
        assert_eq!(error.to_string(), "not to be had: conditions; send prefetch: conditions");
    }
}
