//! What lies in `fixtures` and what we write is valid R4, by the types of the specification: every member known, of its type, as
//! often as it may be.

use std::path::Path;

use serde_json::Value;
use trialwise::auth::Refusal;
use trialwise::clinical::knowledge::Knowledge;
use trialwise::fhir::{ReadError, Version};
use trialwise::hooks::{CardDialect, RequestError, Services, is_hook_request};
use trialwise::server::{CallError, DayOf, Media, record, wire};

use crate::common::{day, files, fixtures, text};

/// Fixtures that are wrong on purpose, with the reason. None is.
const WRONG_ON_PURPOSE: &[(&str, &str)] = &[];

/// The only place that reads through the typed model: compiling it takes its time. The enum, since a concrete type refuses decimals.
///
/// It is lenient in small things (a decimal as text): what it writes again has to be what it read.
fn violation(json: &str) -> Option<String> {
    let resource: fhirbolt::model::r4::Resource = match fhirbolt::json::from_str(json, None) {
        Ok(resource) => resource,
        Err(error) => return Some(error.to_string()),
    };
    let again = fhirbolt::json::to_string(&resource, None).expect("what was read can be written");
    let value = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    (value(json) != value(&again)).then(|| "written otherwise than R4 has it".to_owned())
}

/// The whole, and, where a Bundle is at fault, each of its entries that is. Of a hook request what it sent along.
fn violations(json: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(json).unwrap_or_default();
    if is_hook_request(json.as_bytes()) {
        let told =
            |key: &str, value: &Value| violations(&value.to_string()).iter().map(|what| format!("{key}: {what}")).collect::<Vec<_>>();
        return body["prefetch"].as_object().into_iter().flatten().flat_map(|(key, value)| told(key, value)).collect();
    }
    let Some(whole) = violation(json) else { return Vec::new() };
    let entries = body["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]);
    let single = entries.filter_map(|resource| {
        let what = violation(&resource.to_string())?;
        Some(format!("{}/{}: {what}", resource["resourceType"].as_str()?, resource["id"].as_str().unwrap_or_default()))
    });
    std::iter::once(whole).chain(single).collect()
}

#[test]
fn every_fixture_is_valid_r4_or_wrong_on_purpose() {
    let stories: Vec<_> = std::fs::read_dir(fixtures()).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    let mut faults = Vec::new();
    let mut count = 0;
    for path in stories.iter().filter(|path| path.is_dir()).flat_map(|story| files(story, "json")) {
        count += 1;
        let place = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("a fixture").display().to_string();
        let excused = WRONG_ON_PURPOSE.iter().any(|(file, _)| *file == place);
        match violations(&text(&path)) {
            found if found.is_empty() && excused => faults.push(format!("{place}: excused, and valid")),
            found if !excused => faults.extend(found.into_iter().map(|what| format!("{place}: {what}"))),
            _ => {}
        }
    }
    println!("{count} fixtures, {} of them wrong on purpose", WRONG_ON_PURPOSE.len());
    assert!(count >= 50, "only {count} fixtures");
    assert!(faults.is_empty(), "{} faults:\n  {}", faults.len(), faults.join("\n  "));
}

/// What taking a suggestion would create, in every story that offers one.
#[test]
fn every_draft_that_is_offered_is_valid_r4() {
    let services = Services::builtin().expect("sound");
    let day = DayOf { today: day("2026-03-02"), by_request: false };
    let mut count = 0;
    for story in std::fs::read_dir(fixtures()).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let body = text(&story.join("bundle.json"));
        let judged = record(&[("bundle.json", body.as_bytes())], &services, Knowledge::builtin(), day, None).expect("a record");
        for suggestion in wire(&judged, Knowledge::builtin(), CardDialect::default()).cards.iter().flat_map(|card| &card.suggestions) {
            let draft = suggestion.actions[0].resource.get();
            assert_eq!(violation(draft), None, "{draft}");
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} drafts");
}

/// One error of every kind; the `match` does not compile without a new one.
fn errors() -> Vec<CallError> {
    use CallError::*;
    let ids = vec!["a".to_owned(), "b".to_owned()];
    let all = vec![
        NoSuchPath,
        UnknownService,
        Method { allowed: "GET" },
        MediaType { takes: Media::Form },
        Elsewhere,
        TooLarge { limit: 1 },
        TooMany { limit: 1 },
        BodyLost,
        BodyLate,
        NotGzip,
        Request(RequestError::Malformed { line: 1, column: 2 }),
        Request(RequestError::Missing("context.patientId")),
        Request(RequestError::WrongType { member: "hook", expected: "a string" }),
        WrongHook { expected: "patient-view".to_owned() },
        Unread(ReadError::TwoPatients { ids }),
        Unread(ReadError::OtherVersion { name: "body".to_owned(), place: "x".to_owned(), version: Version::R5, hint: "a \"hint\"" }),
        NotHad { missing: vec!["conditions"], keys: vec!["conditions".to_owned()], why: Vec::new() },
        NotKept,
        NotReady,
        NoAudit,
        Busy,
        Deadline,
        Caller(Refusal::Signature),
        Caller(Refusal::TooMany { wait: std::time::Duration::from_secs(1) }),
        Caller(Refusal::Crowded),
        Refused(actix_web::http::StatusCode::BAD_REQUEST),
        Defect,
    ];
    for error in &all {
        match error {
            NoSuchPath | UnknownService | Method { .. } | MediaType { .. } | TooLarge { .. } | TooMany { .. } => {}
            BodyLost | BodyLate | NotGzip | Request(_) | WrongHook { .. } => {}
            Unread(_) | NotHad { .. } | NotKept | NoAudit | NotReady | Caller(_) | Busy | Deadline | Elsewhere | Refused(_) | Defect => {}
        }
    }
    all
}

/// The codes of the value set `issue-type` that R4 binds as required: the typed model takes any code.
const ISSUE_TYPES: &str = "invalid structure required value invariant security login unknown expired forbidden suppressed processing \
    not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule conflict \
    transient lock-error no-store exception timeout incomplete throttled informational";

#[test]
fn every_refusal_is_a_valid_operation_outcome() {
    for error in errors() {
        let json = String::from_utf8(error.outcome().to_json()).expect("text");
        assert_eq!(violation(&json), None, "{json}");
        let outcome: Value = serde_json::from_str(&json).expect("JSON");
        let code = outcome["issue"][0]["code"].as_str().expect("a code");
        assert!(ISSUE_TYPES.split_whitespace().any(|known| known == code), "{json}");
    }
}

#[test]
fn every_audit_event_is_valid() {
    use trialwise::fhir::audit::{Access, End};
    for (user, fhir_server, patient) in [(None, None, None), (Some("Practitioner/u1"), Some("https://fhir.example.org/r4"), Some("p1"))] {
        for end in [End::Success, End::Refused, End::Failed] {
            let access = Access {
                recorded: "2026-03-02T10:00:00.123456789Z".parse().expect("a time"),
                request_id: "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                service: "trialwise-patient-view",
                query: "POST /cds-services/trialwise-patient-view",
                client: "north",
                from: Some([192, 0, 2, 7].into()),
                at: "https://cds.example.org",
                user,
                patient,
                fhir_server,
                end,
                what: "cards: measure",
            };
            let json = String::from_utf8(access.to_json()).expect("text");
            assert_eq!(violation(&json), None, "{json}");
        }
    }
}

#[test]
fn a_fault_is_seen() {
    let observation = |more: &str| format!(r#"{{"resourceType":"Observation","code":{{"text":"x"}},"status":"final"{more}}}"#);
    assert_eq!(violation(&observation(r#","valueQuantity":{"value":1.50}"#)), None);
    for more in [r#","valueQuantity":{"value":"1.5"}"#, r#","values":1"#, r#","component":{}"#, r#","valueInteger":1,"valueString":"1""#] {
        assert!(violation(&observation(more)).is_some(), "{more}");
    }
    assert!(violation(r#"{"resourceType":"Observation","code":{"text":"x"}}"#).is_some(), "without a status");
    assert!(violation(r#"{"resourceType":"MedicationOrder"}"#).is_some());
}
