//! Why something could not be had from a FHIR server.

/// Why something could not be had from a FHIR server: as words for the prescriber, and as one word for logs and metrics.
///
/// Neither holds anything that a server sent but its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Failure {
    /// `fhirServer` is not among the client's servers.
    #[error("the call names a FHIR server that is not configured for this client")]
    UnknownServer,
    /// `expires_in` says that it is too late.
    #[error("the access token of the call has expired")]
    TokenExpired,
    /// `fhirAuthorization.patient` is not `context.patientId`.
    #[error("the access token of the call is for another patient")]
    TokenOfAnother,
    /// The settings say that the server cannot answer this.
    #[error("this FHIR server does not offer them")]
    NotOffered,
    /// The id of the patient cannot stand in a URL.
    #[error("the patient's id cannot be asked for")]
    PatientId,
    /// The circuit breaker is open.
    #[error("the FHIR server failed again and again and is left alone for a while")]
    CircuitOpen,
    /// The call's time was over before it could be asked.
    #[error("there was no time left to ask the FHIR server")]
    NoTime,
    /// No answer, or not all of it, in the time that one request has.
    #[error("the FHIR server did not answer in time")]
    TimedOut,
    /// No connection, or one that broke before the answer.
    #[error("the FHIR server could not be reached")]
    Unreachable,
    /// The address is one that may not be asked.
    #[error("the FHIR server lies at an address that may not be asked")]
    AddressRefused,
    /// Any status but success.
    #[error("the FHIR server answered {0}")]
    Status(u16),
    /// Not JSON at all, for instance a page in HTML.
    #[error("the FHIR server answered with something that is no FHIR")]
    NotFhir,
    /// It broke off, or cannot be decompressed.
    #[error("the answer of the FHIR server broke off")]
    Broken,
    /// It never ended, or would have been too large.
    #[error("the answer of the FHIR server was too large")]
    TooLarge,
    /// An OperationOutcome in the place of an answer.
    #[error("the FHIR server answered with an error")]
    Outcome,
    /// Another resource than the one asked for, or a Bundle that is no search result.
    #[error("the FHIR server answered with something else than was asked for")]
    OtherAnswer,
    /// A link that leads elsewhere.
    #[error("the next page lies on another server")]
    Elsewhere,
    /// A page that came before.
    #[error("the pages go round in a circle")]
    Circle,
    /// More pages than the settings allow.
    #[error("there are more pages than are followed")]
    TooManyPages,
    /// More Medications than the settings allow.
    #[error("there are more of them than are looked up")]
    TooManyMedications,
}

impl Failure {
    /// One word for logs and metrics; there are few different ones.
    pub fn word(self) -> &'static str {
        match self {
            Failure::UnknownServer => "unknown-server",
            Failure::TokenExpired => "token-expired",
            Failure::TokenOfAnother => "token-of-another",
            Failure::NotOffered => "not-offered",
            Failure::PatientId => "patient-id",
            Failure::CircuitOpen => "circuit-open",
            Failure::NoTime => "no-time",
            Failure::TimedOut => "timed-out",
            Failure::Unreachable => "unreachable",
            Failure::AddressRefused => "address-refused",
            Failure::Status(401) => "unauthorized",
            Failure::Status(403) => "forbidden",
            Failure::Status(404) => "not-found",
            Failure::Status(410) => "gone",
            Failure::Status(429) => "too-many-requests",
            Failure::Status(300..=399) => "redirect",
            Failure::Status(500..=599) => "server-error",
            Failure::Status(_) => "refused",
            Failure::NotFhir => "not-fhir",
            Failure::Broken => "broken",
            Failure::TooLarge => "too-large",
            Failure::Outcome => "operation-outcome",
            Failure::OtherAnswer => "other-answer",
            Failure::Elsewhere => "elsewhere",
            Failure::Circle => "circle",
            Failure::TooManyPages => "too-many-pages",
            Failure::TooManyMedications => "too-many-medications",
        }
    }

    /// Whether the server is to blame, so that it had better be left alone if that goes on.
    pub(super) fn is_outage(self) -> bool {
        matches!(self, Failure::TimedOut | Failure::Unreachable | Failure::Broken | Failure::Status(500..=599))
    }

    /// Whether the server refused this way of asking, so that another may do.
    pub(super) fn is_refusal(self) -> bool {
        matches!(self, Failure::Status(400 | 404 | 405 | 414 | 422 | 501) | Failure::Outcome | Failure::OtherAnswer)
    }
}
