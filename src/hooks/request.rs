//! A hook request, taken apart without being trusted.
//!
//! Only the members that are used are looked at; unknown ones and extensions are let be. Prefetch values stay text, so that a missing
//! key, `null`, an error and an empty list are four different things. No error quotes the request.
//!
//! What the context has to hold depends on the hook: [`HookRequest::context`] asks for it once it is known that the service answers
//! that hook.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::DeserializeSeed;
use serde_json::value::RawValue;

use super::authorization::{FhirAuthorization, fhir_authorization, fhir_server};
use super::parts::{Members, Parts, parts};
use crate::clinical::units::Day;

/// A hook request, borrowing from its body. What a value of the prefetch is read as is up to the caller.
#[derive(Debug, Clone)]
pub struct HookRequest<'a, P> {
    /// Which hook.
    pub hook: String,
    /// This very invocation; `None` only in a captured request.
    pub hook_instance: Option<String>,
    /// The bare id of the patient.
    pub patient_id: String,
    /// What the client sent along, by key.
    pub prefetch: BTreeMap<Cow<'a, str>, P>,
    /// `extension."org.trialwise.as-of"`: the day of assessment, where the caller is allowed to choose it.
    pub as_of: Option<Result<Day, RequestError>>,
    /// The FHIR server that the ids of the request belong to.
    pub fhir_server: Option<String>,
    /// The leave to ask it; never without `fhir_server`, and never in a captured request.
    pub fhir_authorization: Option<FhirAuthorization>,
    context: Members<'a>,
    live: bool,
}

/// What the hook's context says beside the patient.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// Who looks: `Practitioner/u1`. `None` only in a captured request, or for a hook that is not known.
    pub user_id: Option<String>,
    /// The encounter, where the client says it.
    pub encounter_id: Option<String>,
    /// What is being ordered; `None` where the hook is not about orders.
    pub orders: Option<Orders<'a>>,
}

/// What is being chosen (order-select) or signed (order-sign).
#[derive(Debug, Clone)]
pub struct Orders<'a> {
    /// `context.draftOrders`: a JSON object, not looked into here.
    pub drafts: &'a RawValue,
    /// `context.selections`: which of them are meant; `None` where all are.
    pub selections: Option<Vec<String>>,
}

/// Why a body is no hook request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not JSON.
    #[error("the body is not well-formed JSON (line {line}, column {column})")]
    Malformed {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// A member that has to be there is not.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A member is of the wrong kind.
    #[error("`{member}` has to be {expected}")]
    WrongType {
        /// Which.
        member: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

impl RequestError {
    /// The member in question.
    pub fn member(&self) -> Option<&'static str> {
        match self {
            RequestError::Malformed { .. } => None,
            RequestError::Missing(member) | RequestError::WrongType { member, .. } => Some(member),
        }
    }
}

/// The extension that carries the day of assessment.
const AS_OF: &str = "extension.\"org.trialwise.as-of\"";

impl<'a, P> HookRequest<'a, P> {
    /// Takes the body of a call apart, each value of the prefetch by this seed.
    pub fn parse<S: DeserializeSeed<'a, Value = P> + Copy>(body: &'a [u8], value: S) -> Result<HookRequest<'a, P>, RequestError> {
        HookRequest::of(parts(body, value)?, true)
    }

    /// Takes a captured request apart, which may have lost its instance.
    pub fn captured<S: DeserializeSeed<'a, Value = P> + Copy>(body: &'a [u8], value: S) -> Result<HookRequest<'a, P>, RequestError> {
        HookRequest::of(parts(body, value)?, false)
    }

    fn of(Parts { members, prefetch }: Parts<'a, P>, live: bool) -> Result<HookRequest<'a, P>, RequestError> {
        let members = &members;
        let hook = text(members, "hook", "hook")?;
        let hook_instance = match text(members, "hookInstance", "hookInstance") {
            Err(RequestError::Missing(_)) if !live => None,
            instance => Some(instance?),
        };
        let context = inner(members, "context", "context")?.ok_or(RequestError::Missing("context"))?;
        let patient_id = text(&context, "patientId", "context.patientId")?;
        // Some clients send a reference.
        let patient_id = patient_id.strip_prefix("Patient/").unwrap_or(&patient_id).to_owned();
        if patient_id.is_empty() {
            return Err(RequestError::Missing("context.patientId"));
        }
        let prefetch = prefetch.ok_or(RequestError::WrongType { member: "prefetch", expected: "an object" })?;
        let as_of = as_of(members);
        // Of a captured request nothing is fetched, and what was secret in it may have been taken out.
        let (fhir_server, fhir_authorization) = match live {
            true => (fhir_server(members)?, fhir_authorization(members)?),
            false => (text(members, "fhirServer", "fhirServer").ok(), None),
        };
        if fhir_authorization.is_some() && fhir_server.is_none() {
            return Err(RequestError::Missing("fhirServer"));
        }
        Ok(HookRequest { hook, hook_instance, patient_id, prefetch, as_of, fhir_server, fhir_authorization, context, live })
    }

    /// What the context of this hook has to hold (hook library, patient-view 1.0, order-select 1.0, order-sign 1.0). Of a hook that is
    /// not known nothing is asked.
    pub fn context(&self) -> Result<Context<'a>, RequestError> {
        let (selects, orders) = match self.hook.as_str() {
            "patient-view" => (false, false),
            "order-select" => (true, true),
            "order-sign" => (false, true),
            _ => return Ok(Context { user_id: None, encounter_id: None, orders: None }),
        };
        let user_id = match text(&self.context, "userId", "context.userId") {
            Err(RequestError::Missing(_)) if !self.live => None,
            user => Some(user?),
        };
        let selections = if selects { Some(selections(&self.context)?) } else { None };
        let drafts = if orders { Some(draft_orders(&self.context)?) } else { None };
        Ok(Context {
            user_id,
            // Optional, so whatever else may stand there is let be.
            encounter_id: text(&self.context, "encounterId", "context.encounterId").ok(),
            orders: drafts.map(|drafts| Orders { drafts, selections }),
        })
    }
}

fn selections(context: &Members<'_>) -> Result<Vec<String>, RequestError> {
    const MEMBER: &str = "context.selections";
    let value = context.get("selections").filter(|value| value.get() != "null").ok_or(RequestError::Missing(MEMBER))?;
    serde_json::from_str(value.get()).map_err(|_| RequestError::WrongType { member: MEMBER, expected: "an array of references" })
}

fn draft_orders<'a>(context: &Members<'a>) -> Result<&'a RawValue, RequestError> {
    const MEMBER: &str = "context.draftOrders";
    let value = context.get("draftOrders").filter(|value| value.get() != "null").ok_or(RequestError::Missing(MEMBER))?;
    let is_object = value.get().starts_with('{');
    is_object.then_some(*value).ok_or(RequestError::WrongType { member: MEMBER, expected: "a Bundle" })
}

/// The member as an object; `None` where it is missing or null.
pub(super) fn inner<'a>(members: &Members<'a>, name: &str, path: &'static str) -> Result<Option<Members<'a>>, RequestError> {
    let Some(value) = members.get(name) else { return Ok(None) };
    serde_json::from_str(value.get()).map_err(|_| RequestError::WrongType { member: path, expected: "an object" })
}

/// The member as text that says something.
pub(super) fn text(members: &Members<'_>, name: &str, path: &'static str) -> Result<String, RequestError> {
    let value = members.get(name).filter(|value| value.get() != "null").ok_or(RequestError::Missing(path))?;
    let text: String = serde_json::from_str(value.get()).map_err(|_| RequestError::WrongType { member: path, expected: "a string" })?;
    let trimmed = text.trim();
    if trimmed.is_empty() {
        Err(RequestError::WrongType { member: path, expected: "a string that is not empty" })
    } else {
        Ok(trimmed.to_owned())
    }
}

/// The day asked for. An extension that is no object is somebody else's affair.
fn as_of(members: &Members<'_>) -> Option<Result<Day, RequestError>> {
    let extension = inner(members, "extension", "extension").ok().flatten()?;
    let value = extension.get("org.trialwise.as-of")?;
    let day = serde_json::from_str::<String>(value.get()).ok().and_then(|text| text.parse().ok());
    Some(day.ok_or(RequestError::WrongType { member: AS_OF, expected: "a date (YYYY-MM-DD)" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::marker::PhantomData;

    const AS_TEXT: PhantomData<&RawValue> = PhantomData;

    fn refusal(body: &str) -> RequestError {
        HookRequest::parse(body.as_bytes(), AS_TEXT).expect_err("refused")
    }

    #[test]
    fn what_has_to_be_there_is_named() {
        assert_eq!(refusal("{}"), RequestError::Missing("hook"));
        assert_eq!(refusal(r#"{"hook":"patient-view"}"#), RequestError::Missing("hookInstance"));
        assert_eq!(refusal(r#"{"hook":"h","hookInstance":"i"}"#), RequestError::Missing("context"));
        assert_eq!(refusal(r#"{"hook":"h","hookInstance":"i","context":null}"#), RequestError::Missing("context"));
        assert_eq!(refusal(r#"{"hook":"h","hookInstance":"i","context":{}}"#), RequestError::Missing("context.patientId"));
        assert_eq!(
            refusal(r#"{"hook":"h","hookInstance":"i","context":{"patientId":"Patient/"}}"#),
            RequestError::Missing("context.patientId")
        );
    }

    #[test]
    fn the_wrong_type_is_named_and_never_quoted() {
        for (body, member) in [
            (r#"["x"]"#, "body"),
            (r#""x""#, "body"),
            (r#"{"hook":5}"#, "hook"),
            (r#"{"hook":""}"#, "hook"),
            (r#"{"hook":"h","hookInstance":{}}"#, "hookInstance"),
            (r#"{"hook":"h","hookInstance":"i","context":"secret"}"#, "context"),
            (r#"{"hook":"h","hookInstance":"i","context":{"patientId":7}}"#, "context.patientId"),
            (r#"{"hook":"h","hookInstance":"i","context":{"patientId":"p"},"prefetch":[1]}"#, "prefetch"),
        ] {
            let refusal = refusal(body);
            assert_eq!(refusal.member(), Some(member), "{body}");
            assert!(!refusal.to_string().contains("secret"), "{refusal}");
        }
    }

    /// What stands beside a context that is right.
    fn beside(members: &str) -> Result<HookRequest<'static, &'static RawValue>, RequestError> {
        let body = format!(r#"{{"hook":"h","hookInstance":"i","context":{{"patientId":"p"}},{members}}}"#);
        HookRequest::parse(Box::leak(body.into_boxed_str()).as_bytes(), AS_TEXT)
    }

    #[test]
    fn the_leave_to_ask_the_fhir_server_is_checked_member_by_member() {
        const SERVER: &str = r#""fhirServer":"https://fhir.example.org/r4""#;
        for (members, member) in [
            (r#""fhirServer":7"#.to_owned(), "fhirServer"),
            (r#""fhirServer":"here""#.to_owned(), "fhirServer"),
            (r#""fhirServer":"file:///etc/passwd""#.to_owned(), "fhirServer"),
            (r#""fhirAuthorization":{"access_token":"secret"}"#.to_owned(), "fhirServer"),
            (r#""fhirServer":null,"fhirAuthorization":{"access_token":"secret"}"#.to_owned(), "fhirServer"),
            (format!(r#"{SERVER},"fhirAuthorization":"secret""#), "fhirAuthorization"),
            (format!(r#"{SERVER},"fhirAuthorization":{{}}"#), "fhirAuthorization.access_token"),
            (format!(r#"{SERVER},"fhirAuthorization":{{"access_token":7}}"#), "fhirAuthorization.access_token"),
            (format!(r#"{SERVER},"fhirAuthorization":{{"access_token":"secret\r\nX: y"}}"#), "fhirAuthorization.access_token"),
            (format!(r#"{SERVER},"fhirAuthorization":{{"access_token":"secret","token_type":"mac"}}"#), "fhirAuthorization.token_type"),
            (format!(r#"{SERVER},"fhirAuthorization":{{"access_token":"secret","expires_in":"soon"}}"#), "fhirAuthorization.expires_in"),
            (format!(r#"{SERVER},"fhirAuthorization":{{"access_token":"secret","patient":["p"]}}"#), "fhirAuthorization.patient"),
        ] {
            let refusal = beside(&members).expect_err("refused");
            assert_eq!(refusal.member(), Some(member), "{members}");
            assert!(!refusal.to_string().contains("secret"), "{refusal}");
        }
    }

    #[test]
    fn the_leave_to_ask_the_fhir_server_is_read_as_ehrs_write_it() {
        use secrecy::ExposeSecret;
        let of = |authorization: &str| {
            beside(&format!(r#""fhirServer":"https://fhir.example.org/r4","fhirAuthorization":{authorization}"#)).expect("a request")
        };
        let request = of(
            r#"{"access_token":"secret","token_type":"bearer","expires_in":300,"scope":"patient/Observation.rs x","subject":"s","patient":"Patient/p"}"#,
        );
        let leave = request.fhir_authorization.as_ref().expect("there");
        assert_eq!((leave.access_token.expose_secret(), leave.has_expired, leave.patient_id.as_deref()), ("secret", false, Some("p")));
        assert!(!format!("{request:?}").contains("secret"), "its own members hide it");
        assert!(of(r#"{"access_token":"t","expires_in":0}"#).fhir_authorization.expect("there").has_expired);
        assert!(!of(r#"{"access_token":"t","expires_in":"30"}"#).fhir_authorization.expect("there").has_expired);
        assert!(of("null").fhir_authorization.is_none());
    }

    #[test]
    fn broken_json_is_told_by_its_place() {
        assert_eq!(refusal("{\n  \"hook\": secret"), RequestError::Malformed { line: 2, column: 11 });
        assert!(matches!(refusal(""), RequestError::Malformed { .. }));
    }

    #[test]
    fn a_patient_reference_is_taken_for_its_id() {
        let body = r#"{"hook":"h","hookInstance":"i","context":{"patientId":"Patient/p1"},"unknown":[{}],"extension":{"x":1}}"#;
        assert_eq!(HookRequest::parse(body.as_bytes(), AS_TEXT).expect("a request").patient_id, "p1");
    }

    /// The refusal of a context of this hook.
    fn refused(hook: &str, context: &str) -> Option<&'static str> {
        let body = format!(r#"{{"hook":"{hook}","hookInstance":"i","context":{context}}}"#);
        HookRequest::parse(body.as_bytes(), AS_TEXT).expect("a request").context().err().and_then(|error| error.member())
    }

    #[test]
    fn each_hook_has_its_own_context() {
        let user = r#""patientId":"p","userId":"Practitioner/u""#;
        let drafts = r#""draftOrders":{"resourceType":"Bundle"}"#;
        for (hook, context, member) in [
            ("patient-view", r#"{"patientId":"p"}"#.to_owned(), Some("context.userId")),
            ("patient-view", format!("{{{user}}}"), None),
            ("order-sign", format!("{{{user}}}"), Some("context.draftOrders")),
            ("order-sign", format!("{{{user},{drafts}}}"), None),
            ("order-sign", format!(r#"{{{user},"draftOrders":null}}"#), Some("context.draftOrders")),
            ("order-sign", format!(r#"{{{user},"draftOrders":[]}}"#), Some("context.draftOrders")),
            ("order-select", format!("{{{user},{drafts}}}"), Some("context.selections")),
            ("order-select", format!(r#"{{{user},{drafts},"selections":"MedicationRequest/a"}}"#), Some("context.selections")),
            ("order-select", format!(r#"{{{user},{drafts},"selections":[7]}}"#), Some("context.selections")),
            ("order-select", format!(r#"{{{user},{drafts},"selections":[]}}"#), None),
            ("order-select", format!(r#"{{{user},{drafts},"selections":["MedicationRequest/a"],"encounterId":[]}}"#), None),
            ("other-hook", r#"{"patientId":"p"}"#.to_owned(), None),
        ] {
            assert_eq!(refused(hook, &context), member, "{hook} {context}");
        }
    }

    #[test]
    fn a_captured_request_may_have_lost_its_user_but_not_its_orders() {
        let captured =
            |body: &str| HookRequest::captured(body.as_bytes(), AS_TEXT).expect("a request").context().map(|context| context.user_id);
        assert_eq!(captured(r#"{"hook":"patient-view","context":{"patientId":"p"}}"#), Ok(None));
        let lost = captured(r#"{"hook":"order-sign","context":{"patientId":"p"}}"#);
        assert_eq!(lost, Err(RequestError::Missing("context.draftOrders")));
    }

    #[test]
    fn the_states_of_a_prefetch_key_stay_apart() {
        let body = r#"{"hook":"h","hookInstance":"i","context":{"patientId":"p"},"prefetch":{"a":null,"b":"<html>","c":{}}}"#;
        let request = HookRequest::parse(body.as_bytes(), AS_TEXT).expect("a request");
        let states: Vec<_> = request.prefetch.values().map(|value| value.get()).collect();
        assert_eq!(states, ["null", "\"<html>\"", "{}"]);
        assert!(!request.prefetch.contains_key("d"));
    }

    #[test]
    fn the_day_is_read_from_our_extension() {
        let with = |value: &str| {
            let body = format!(r#"{{"hook":"h","hookInstance":"i","context":{{"patientId":"p"}},"extension":{value}}}"#);
            HookRequest::parse(body.as_bytes(), AS_TEXT).expect("a request").as_of
        };
        assert_eq!(with(r#"{"org.trialwise.as-of":"2026-03-02"}"#), Some(Ok("2026-03-02".parse().expect("a day"))));
        assert!(with(r#"{"org.trialwise.as-of":"soon"}"#).is_some_and(|day| day.is_err()));
        assert_eq!(with(r#"{"other":1}"#), None);
        assert_eq!(with("[]"), None);
    }
}
