//! `fhirServer` and `fhirAuthorization`: where the record is, and the leave to read it for this call.

use secrecy::SecretString;
use serde_json::value::RawValue;

use super::parts::Members;
use super::request::{RequestError, inner, text};

/// Leave to ask the FHIR server, for this call and no longer.
///
/// `scope` is not looked at: version 1 and 2 of SMART write it differently, some EHRs in words of their own, and the server refuses
/// what it does not allow.
#[derive(Debug, Clone)]
pub struct FhirAuthorization {
    /// The token. Its `Debug` shows nothing.
    pub access_token: SecretString,
    /// `expires_in` says that it is over.
    pub has_expired: bool,
    /// The bare id of the only patient that it is for.
    pub patient_id: Option<String>,
}

/// `fhirServer`, where it is there.
pub(super) fn fhir_server(members: &Members<'_>) -> Result<Option<String>, RequestError> {
    const MEMBER: &str = "fhirServer";
    let Some(server) = optional(text(members, MEMBER, MEMBER))? else { return Ok(None) };
    let is_url = url::Url::parse(&server).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    is_url.then_some(Some(server)).ok_or(RequestError::WrongType { member: MEMBER, expected: "an absolute URL (https://)" })
}

/// `fhirAuthorization`, where it is there.
pub(super) fn fhir_authorization(members: &Members<'_>) -> Result<Option<FhirAuthorization>, RequestError> {
    const TOKEN: &str = "fhirAuthorization.access_token";
    const TYPE: &str = "fhirAuthorization.token_type";
    const PATIENT: &str = "fhirAuthorization.patient";
    let Some(members) = inner(members, "fhirAuthorization", "fhirAuthorization")? else { return Ok(None) };
    let token = text(&members, "access_token", TOKEN)?;
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(RequestError::WrongType { member: TOKEN, expected: "a token without spaces" });
    }
    if let Some(kind) = optional(text(&members, "token_type", TYPE))?
        && !kind.eq_ignore_ascii_case("Bearer")
    {
        return Err(RequestError::WrongType { member: TYPE, expected: "Bearer" });
    }
    let patient = optional(text(&members, "patient", PATIENT))?;
    Ok(Some(FhirAuthorization {
        access_token: token.into(),
        has_expired: members.get("expires_in").map_or(Ok(false), |value| has_expired(value))?,
        patient_id: patient.map(|id| id.strip_prefix("Patient/").unwrap_or(&id).to_owned()),
    }))
}

/// A number of seconds; some write it as text.
fn has_expired(value: &RawValue) -> Result<bool, RequestError> {
    let wrong = RequestError::WrongType { member: "fhirAuthorization.expires_in", expected: "a number of seconds" };
    match value.get() {
        "null" => Ok(false),
        number => number.trim_matches('"').trim().parse::<f64>().map(|seconds| seconds <= 0.0).map_err(|_| wrong),
    }
}

/// A member that may be missing.
fn optional<T>(member: Result<T, RequestError>) -> Result<Option<T>, RequestError> {
    match member {
        Err(RequestError::Missing(_)) => Ok(None),
        other => other.map(Some),
    }
}
