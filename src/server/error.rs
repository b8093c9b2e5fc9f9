//! Why a call got no answer. The only place that knows a status code.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};

use super::body::Media;
use super::log::Told;
use crate::auth::Refusal;
use crate::fhir::ReadError;
use crate::fhir::outcome::Outcome;
use crate::gather::Failure;
use crate::hooks::RequestError;

/// After how many seconds a call that was not taken may come again.
const RETRY_SECONDS: u64 = 1;

/// After how many seconds feedback may be sent again: about as long as a database takes to come back.
const STORE_RETRY_SECONDS: u64 = 10;

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
    /// The body is not said to be what it has to be, or is packed in a way that is not taken.
    #[error("the body has to be {}, as it is or as gzip", .takes.words())]
    MediaType {
        /// What it has to be.
        takes: Media,
    },
    /// The body is too large.
    #[error("the body is larger than {limit} bytes (setting limits.max_body_bytes)")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The record holds more than is taken.
    #[error("the body holds more than {limit} resources (setting limits.max_resources)")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The body did not arrive.
    #[error("the body did not arrive in full")]
    BodyLost,
    /// The body came too slowly.
    #[error("the body did not arrive in time (setting limits.body_ms)")]
    BodyLate,
    /// The body is said to be gzip and is not, or not to its end.
    #[error("the body is not the gzip that Content-Encoding says, or is damaged")]
    NotGzip,
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
    Unread(ReadError),
    /// The demo page was asked for from elsewhere.
    #[error("the demo page answers this machine alone: open it as http://localhost or http://127.0.0.1")]
    Elsewhere,
    /// Without these nothing can be said.
    #[error("not to be had: {}; send prefetch: {}{}", .missing.join(", "), .keys.join(", "), because(.why))]
    NotHad {
        /// Which kinds of record.
        missing: Vec<&'static str>,
        /// The prefetch keys that would answer for them.
        keys: Vec<String>,
        /// Why they could not be fetched, where that was tried.
        why: Vec<Failure>,
    },
    /// Feedback that could not be written.
    #[error("the feedback could not be kept; please send it again")]
    NotKept,
    /// Starting or ending.
    #[error("the service takes no new calls now")]
    NotReady,
    /// The audit trail cannot be written, and the settings ask for it.
    #[error("the call could not be recorded in the audit trail, so it is not answered")]
    NoAudit,
    /// As many calls are taken already as may be.
    #[error("the service is busy; try again")]
    Busy,
    /// It would take too long.
    #[error("there is no answer within the time that a call may take (setting limits.deadline_ms)")]
    Deadline,
    /// Refused by the layer below, for instance a preflight.
    #[error("the request was refused: origin, method or headers are not allowed here")]
    Refused(StatusCode),
    /// A defect of ours.
    #[error("the service failed; nothing was judged")]
    Defect,
}

fn because(why: &[Failure]) -> String {
    let why: Vec<String> = why.iter().map(Failure::to_string).collect();
    if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) }
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
            MediaType { .. } => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", "media-type"),
            TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-long", "too-large"),
            TooMany { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-long", "too-many"),
            BodyLost => (StatusCode::BAD_REQUEST, "incomplete", "body-lost"),
            BodyLate => (StatusCode::REQUEST_TIMEOUT, "timeout", "body-late"),
            NotGzip => (StatusCode::BAD_REQUEST, "structure", "not-gzip"),
            Request(RequestError::Malformed { .. }) => (StatusCode::BAD_REQUEST, "structure", "malformed"),
            Request(RequestError::Missing(_)) => (StatusCode::BAD_REQUEST, "required", "missing-member"),
            Request(RequestError::WrongType { .. }) => (StatusCode::BAD_REQUEST, "structure", "wrong-type"),
            WrongHook { .. } => (StatusCode::BAD_REQUEST, "value", "wrong-hook"),
            Unread(_) => (StatusCode::BAD_REQUEST, "invalid", "unread"),
            NotHad { .. } => (StatusCode::PRECONDITION_FAILED, "incomplete", "not-had"),
            NotKept => (StatusCode::SERVICE_UNAVAILABLE, "no-store", "not-kept"),
            Elsewhere => (StatusCode::FORBIDDEN, "forbidden", "elsewhere"),
            NotReady => (StatusCode::SERVICE_UNAVAILABLE, "transient", "not-ready"),
            NoAudit => (StatusCode::SERVICE_UNAVAILABLE, "transient", "no-audit"),
            Busy => (StatusCode::SERVICE_UNAVAILABLE, "throttled", "busy"),
            Deadline => (StatusCode::SERVICE_UNAVAILABLE, "timeout", "deadline"),
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

    /// After how many seconds the call may come again.
    fn retry_after(&self) -> Option<u64> {
        match self {
            CallError::Caller(Refusal::TooMany { wait }) => Some(wait.as_secs_f64().ceil().max(1.0) as u64),
            CallError::NotKept => Some(STORE_RETRY_SECONDS),
            other => (other.status_code() == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_SECONDS),
        }
    }

    /// A word for the log.
    pub fn word(&self) -> &'static str {
        self.told().2
    }
}

impl From<ReadError> for CallError {
    fn from(error: ReadError) -> CallError {
        match error {
            ReadError::TooMany { limit } => CallError::TooMany { limit },
            error => CallError::Unread(error),
        }
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
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.retry_after() {
            response.insert_header((RETRY_AFTER, seconds));
        }
        let mut response = response.body(self.outcome().to_json());
        response.extensions_mut().insert(Told { error: self.word() });
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
        let error = |why| CallError::NotHad { missing: vec!["conditions"], keys: vec!["conditions".into()], why };
        assert_eq!(error(Vec::new()).status_code(), StatusCode::PRECONDITION_FAILED);
        assert_eq!(error(Vec::new()).to_string(), "not to be had: conditions; send prefetch: conditions");
        let refused = error(vec![Failure::Status(403)]).to_string();
        assert_eq!(refused, "not to be had: conditions; send prefetch: conditions (the FHIR server answered 403)");
    }

    #[test]
    fn whoever_is_not_taken_is_told_when_to_come_again() {
        for error in [CallError::Busy, CallError::Deadline, CallError::NotReady] {
            let response = error.error_response();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()), Some("1"));
        }
        assert!(!CallError::Defect.error_response().headers().contains_key(RETRY_AFTER));
    }
}
