//! What holds for every answer with cards: the checks of CDS Hooks 2.0.1 and of the Inferno test kit (cds-hooks.md 6 and 12).

use std::collections::BTreeSet;

use reqwest::StatusCode;
use reqwest::blocking::Response;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

/// An answer, had in full.
pub struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl From<Response> for Answered {
    fn from(response: Response) -> Answered {
        let (status, headers) = (response.status(), response.headers().clone());
        Answered { status, headers, body: response.bytes().expect("a body").to_vec() }
    }
}

impl Answered {
    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub fn json<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.body)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.body
    }
}

/// What is wrong with an answer to a hook; nothing, as it should be.
pub fn faults(answer: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(members) = answer.as_object() else { return vec!["no object".to_owned()] };
    if members.keys().ne(["cards"]) {
        faults.push(format!("members {:?}", members.keys().collect::<Vec<_>>()));
    }
    let Some(cards) = answer["cards"].as_array() else { return vec!["`cards` is no array".to_owned()] };
    let mut uuids = BTreeSet::new();
    for (index, card) in cards.iter().enumerate() {
        let place = format!("cards[{index}]");
        empty(card, &place, &mut faults);
        of_card(card, &place, &mut faults);
        let suggestions = card["suggestions"].as_array().into_iter().flatten();
        for uuid in std::iter::once(card).chain(suggestions).map(|one| &one["uuid"]) {
            let uuid = uuid.as_str().and_then(|uuid| Uuid::parse_str(uuid).ok());
            if !uuid.is_some_and(|uuid| uuids.insert(uuid)) {
                faults.push(format!("{place}: a uuid that is none, or stands twice"));
            }
        }
    }
    faults
}

/// Nothing is null or empty.
fn empty(value: &Value, place: &str, faults: &mut Vec<String>) {
    let is_empty = match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| empty(element, &format!("{place}[{index}]"), faults));
            elements.is_empty()
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| empty(member, &format!("{place}.{name}"), faults));
            members.is_empty()
        }
        Value::Bool(_) | Value::Number(_) => false,
    };
    if is_empty {
        faults.push(format!("{place} is empty"));
    }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

fn is_coding(value: &Value) -> bool {
    ["system", "code", "display"].iter().all(|member| is_text(&value[member]))
}

fn is_absolute(value: &Value) -> bool {
    value.as_str().is_some_and(|text| url::Url::parse(text).is_ok_and(|url| url.scheme() == "https"))
}

const CARD: [&str; 10] =
    ["uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior", "overrideReasons", "links", "extension"];

fn of_card(card: &Value, place: &str, faults: &mut Vec<String>) {
    let mut check = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{place}: {what}"));
        }
    };
    let Some(members) = card.as_object() else { return check(false, "no object") };
    check(members.keys().all(|name| CARD.contains(&name.as_str())), "a member that 2.0.1 does not know");
    let summary = card["summary"].as_str().unwrap_or_default();
    check((1..140).contains(&summary.chars().count()), "the summary is not under 140 characters");
    check(!summary.chars().any(char::is_control), "the summary is not one line");
    check(matches!(card["indicator"].as_str(), Some("info" | "warning" | "critical")), "the indicator");
    check(is_text(&card["source"]["label"]), "source.label");
    check(is_coding(&card["source"]["topic"]), "source.topic");
    for url in ["url", "icon"] {
        check(card["source"].get(url).is_none_or(is_absolute), "a URL of the source is not absolute");
    }
    check(
        card.get("detail").is_none_or(|detail| is_text(detail) && !live(detail.as_str().unwrap_or_default())),
        "live markup in the detail",
    );
    let reasons = card.get("overrideReasons").map(|reasons| reasons.as_array().is_some_and(|all| all.iter().all(is_coding)));
    check(reasons != Some(false), "overrideReasons");
    let behaviour = card.get("selectionBehavior").and_then(Value::as_str);
    let suggestions = card.get("suggestions").and_then(Value::as_array);
    check(suggestions.is_some() == matches!(behaviour, Some("any" | "at-most-one")), "selectionBehavior");
    for suggestion in suggestions.into_iter().flatten() {
        of_suggestion(suggestion, &mut check);
    }
    let links = card.get("links").and_then(Value::as_array);
    for link in links.into_iter().flatten() {
        check(is_text(&link["label"]) && is_absolute(&link["url"]), "a link without label or URL");
        check(matches!(link["type"].as_str(), Some("absolute" | "smart")), "the type of a link");
        check(link.get("appContext").is_none_or(|context| is_text(context) && link["type"] == "smart"), "appContext");
        check(link.get("autolaunchable").is_none(), "a card that may never be shown");
    }
}

fn of_suggestion(suggestion: &Value, check: &mut impl FnMut(bool, &str)) {
    check(is_text(&suggestion["label"]), "a suggestion without a label");
    check(suggestion.get("isRecommended").is_none_or(Value::is_boolean), "isRecommended");
    check(suggestion.get("actionSelectionBehavior").is_none(), "actionSelectionBehavior");
    let Some(actions) = suggestion["actions"].as_array() else { return check(false, "a suggestion without actions") };
    // One EHR takes one action a suggestion.
    check(actions.len() == 1, "several actions in one suggestion");
    for action in actions {
        check(is_text(&action["description"]), "an action without a description");
        match action["type"].as_str() {
            Some("create" | "update") => check(is_request(&action["resource"]), "a resource without what its type requires"),
            Some("delete") => {
                check(action["resourceId"].as_str().is_some_and(|id| id.split('/').count() == 2), "resourceId is no `Type/id`");
            }
            _ => check(false, "the type of an action"),
        }
    }
}

/// A draft of an order in R4, for a patient.
fn is_request(resource: &Value) -> bool {
    let has = |members: &[&str]| members.iter().all(|member| resource.get(member).is_some());
    let required = match resource["resourceType"].as_str() {
        Some("MedicationRequest") => has(&["intent", "subject"]) && (has(&["medicationCodeableConcept"]) || has(&["medicationReference"])),
        Some("ServiceRequest") => has(&["intent", "subject", "code"]),
        Some("Task") => has(&["intent"]),
        _ => false,
    };
    let patient = resource.pointer("/subject/reference").or(resource.pointer("/for/reference")).and_then(Value::as_str);
    required && resource["status"] == "draft" && patient.is_some_and(|patient| patient.starts_with("Patient/"))
}

/// Whether a text has HTML, a link or an image that is not escaped. Ours have none.
pub fn live(detail: &str) -> bool {
    let escaped = |at: usize| detail[..at].chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
    detail.match_indices(['<', '[']).any(|(at, _)| !escaped(at)) || detail.contains("://") || detail.contains("www.")
}

/// A card with all that a card may have.
fn full() -> Value {
    json!({ "cards": [{
        "uuid": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "summary": "x".repeat(139),
        "detail": "**A** \\<b\\>",
        "indicator": "info",
        "source": { "label": "a", "topic": { "system": "s", "code": "c", "display": "d" } },
        "suggestions": [{ "label": "l", "uuid": "d1577c69-dfbe-44ad-ba6d-3e05e953b2eb", "actions": [{ "type": "create", "description": "d",
            "resource": { "resourceType": "ServiceRequest", "status": "draft", "intent": "order", "code": { "text": "t" },
                "subject": { "reference": "Patient/p" } } }] }],
        "selectionBehavior": "any",
        "overrideReasons": [{ "system": "s", "code": "c", "display": "d" }],
        "links": [{ "label": "l", "url": "https://example.org/a", "type": "absolute" }],
    }] })
}

#[test]
fn every_check_fails_where_it_should() {
    assert_eq!(faults(&full()), Vec::<String>::new());
    assert_eq!(faults(&json!({ "cards": [] })), Vec::<String>::new());
    assert!(!faults(&json!({})).is_empty() && !faults(&json!([])).is_empty());
    assert!(!faults(&json!({ "cards": [], "systemActions": [] })).is_empty());
    for (place, value) in [
        ("uuid", json!("no uuid")),
        ("uuid", json!("d1577c69-dfbe-44ad-ba6d-3e05e953b2eb")),
        ("summary", json!("x".repeat(140))),
        ("summary", json!("")),
        ("summary", json!("a\nb")),
        ("detail", Value::Null),
        ("detail", json!("<b>")),
        ("detail", json!("![](x)")),
        ("detail", json!("see https://x.example")),
        ("indicator", json!("hard-stop")),
        ("source", json!({ "label": "a" })),
        ("source/label", json!("")),
        ("source/topic/code", json!(7)),
        ("source/url", json!("/relative")),
        ("suggestions", json!([])),
        ("suggestions/0/label", json!("")),
        ("suggestions/0/uuid", json!("")),
        ("suggestions/0/isRecommended", json!("yes")),
        ("suggestions/0/actionSelectionBehavior", json!("any")),
        ("suggestions/0/actions", json!([])),
        ("suggestions/0/actions/0/type", json!("remove")),
        ("suggestions/0/actions/0/type", json!("delete")),
        ("suggestions/0/actions/0/description", Value::Null),
        ("suggestions/0/actions/0/resource/status", json!("active")),
        ("suggestions/0/actions/0/resource/subject/reference", json!("Group/g")),
        ("suggestions/0/actions/0/resource/intent", Value::Null),
        ("selectionBehavior", json!("all")),
        ("overrideReasons", json!([])),
        ("overrideReasons/0/display", json!("")),
        ("links/0/url", json!("relative")),
        ("links/0/type", json!("other")),
        ("links/0/appContext", json!("x")),
        ("links/0/autolaunchable", json!(true)),
        ("unknown", json!(1)),
    ] {
        let mut broken = full();
        let (parent, member) = place.rsplit_once('/').unwrap_or(("", place));
        let parent = if parent.is_empty() { "/cards/0".to_owned() } else { format!("/cards/0/{parent}") };
        broken.pointer_mut(&parent).expect("a place")[member] = value.clone();
        assert!(!faults(&broken).is_empty(), "{place} = {value}");
    }
    let mut without = full();
    without["cards"][0].as_object_mut().expect("an object").remove("selectionBehavior");
    assert!(!faults(&without).is_empty());
}
