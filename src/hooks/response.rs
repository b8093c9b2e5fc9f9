//! Cards as they go over the wire. Nothing is null or empty.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::card_dialect::CardDialect;
use crate::clinical::cards::{Card, OverrideReason, Proposal, Suggestion};

/// The system of the card codes, stable for ever.
const CARDS: &str = "https://trialwise.org/cards";

/// A summary has to be shorter than 140 characters.
const SUMMARY_CHARACTERS: usize = 139;

/// The answer to a hook.
#[derive(Debug, Clone, Serialize)]
pub struct HookResponse<'a> {
    /// May be empty: a silent answer is an answer.
    pub cards: Vec<WireCard<'a>>,
}

/// One card.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are those of CDS Hooks")]
pub struct WireCard<'a> {
    pub uuid: Uuid,
    pub summary: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub detail: Cow<'a, str>,
    pub indicator: &'static str,
    pub source: Source,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<WireSuggestion<'a>>,
    /// Stands with suggestions only. `any` asks for nothing, and is the one value that every client knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_behavior: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub override_reasons: Vec<Coding>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<WireLink<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<DetailType>,
}

/// What a client has to be told to show the detail as HTML; one large EHR defines it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct DetailType {
    #[serde(rename = "com.epic.cdshooks.card.detail.content-type")]
    pub content_type: &'static str,
}

/// A draft that is offered: one action each, never recommended beforehand.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct WireSuggestion<'a> {
    pub label: &'a str,
    pub uuid: Uuid,
    pub actions: [Action<'a>; 1],
}

/// What taking a suggestion does. Some clients show the description instead of the label.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct Action<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub description: &'a str,
    pub resource: Box<RawValue>,
}

/// A form of the site.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct WireLink<'a> {
    pub label: &'a str,
    pub url: &'a str,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Source {
    pub label: &'static str,
    pub topic: Coding,
}

/// A code of a terminology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Coding {
    pub system: &'static str,
    pub code: &'static str,
    pub display: &'static str,
}

impl From<&OverrideReason> for Coding {
    fn from(reason: &OverrideReason) -> Coding {
        Coding { system: reason.system, code: reason.code, display: reason.display }
    }
}

/// The cards as an answer to the hook instance (`None` offline), as the client wants them. `draft` writes what a suggestion would create,
/// as FHIR JSON; what cannot be written is not offered.
pub fn response<'a>(
    cards: &'a [Card],
    hook_instance: Option<&str>,
    dialect: CardDialect,
    draft: impl Fn(Proposal) -> Option<Box<RawValue>>,
) -> HookResponse<'a> {
    HookResponse { cards: cards.iter().map(|card| wire(card, hook_instance, dialect, &draft)).collect() }
}

fn wire<'a>(
    card: &'a Card,
    hook_instance: Option<&str>,
    dialect: CardDialect,
    draft: &impl Fn(Proposal) -> Option<Box<RawValue>>,
) -> WireCard<'a> {
    let uuid = uuid(card, hook_instance);
    let offered = card.suggestions.iter().filter(|_| dialect.suggestions);
    let suggestions: Vec<WireSuggestion<'a>> = offered.filter_map(|one| suggestion(one, uuid, draft)).collect();
    let reasons = card.override_reasons.iter().filter(|_| dialect.override_reasons);
    let links = card.links.iter().filter(|_| dialect.links);
    WireCard {
        uuid,
        selection_behavior: (!suggestions.is_empty()).then_some("any"),
        suggestions,
        summary: cut(&card.summary, SUMMARY_CHARACTERS),
        detail: dialect.detail.of(&card.detail),
        indicator: card.indicator.word(),
        source: Source { label: "Trialwise", topic: Coding { system: CARDS, code: card.code.word(), display: card.title } },
        override_reasons: reasons.map(Coding::from).collect(),
        links: links.map(|link| WireLink { label: link.label, url: &link.url, kind: "absolute" }).collect(),
        extension: dialect.detail.content_type().map(|content_type| DetailType { content_type }),
    }
}

/// The same card and proposal give the same uuid.
fn suggestion<'a>(
    suggestion: &'a Suggestion,
    card: Uuid,
    draft: &impl Fn(Proposal) -> Option<Box<RawValue>>,
) -> Option<WireSuggestion<'a>> {
    let uuid = Uuid::new_v5(&card, suggestion.proposal.word().as_bytes());
    let action = Action { kind: "create", description: &suggestion.label, resource: draft(suggestion.proposal)? };
    Some(WireSuggestion { label: &suggestion.label, uuid, actions: [action] })
}

/// The same instance, card and ground give the same uuid. An instance that is a UUID is the same in either case.
fn uuid(card: &Card, hook_instance: Option<&str>) -> Uuid {
    let instance = hook_instance.unwrap_or("offline");
    let instance = Uuid::parse_str(instance).map_or_else(|_| instance.to_owned(), |uuid| uuid.to_string());
    let name = format!("{instance}\n{}\n{}", card.code.word(), card.ground);
    Uuid::new_v5(&Uuid::new_v5(&Uuid::NAMESPACE_URL, CARDS.as_bytes()), name.as_bytes())
}

/// The text on one line, cut at a word where it is too long.
fn cut(text: &str, characters: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= characters {
        return line;
    }
    let kept: String = line.chars().take(characters - 1).collect();
    let kept = kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words);
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::super::card_dialect::DetailFormat;
    use super::*;
    use crate::clinical::cards::{CardCode, Indicator, Link};
    use crate::clinical::units::Instrument;

    fn response<'a>(cards: &'a [Card], hook_instance: Option<&str>) -> HookResponse<'a> {
        let draft = |_| RawValue::from_string(r#"{"resourceType":"ServiceRequest"}"#.to_owned()).ok();
        super::response(cards, hook_instance, CardDialect::default(), draft)
    }

    fn card() -> Card {
        Card {
            code: CardCode::Measure,
            variant: None,
            indicator: Indicator::Info,
            summary: "No recent PHQ-9".into(),
            detail: String::new(),
            title: "Response cannot be judged",
            override_reasons: Vec::new(),
            suggestions: Vec::new(),
            links: Vec::new(),
            ground: "sertraline".into(),
            facts: Vec::new(),
        }
    }

    #[test]
    fn nothing_empty_goes_over_the_wire() {
        let cards = [card()];
        let json = serde_json::to_value(response(&cards, None)).expect("JSON");
        let members: Vec<&String> = json["cards"][0].as_object().expect("an object").keys().collect();
        assert_eq!(members, ["uuid", "summary", "indicator", "source"]);
        assert_eq!(json["cards"][0]["source"]["topic"]["system"], CARDS);
    }

    #[test]
    fn a_suggestion_is_one_draft_that_nobody_chose_beforehand() {
        let offer = Suggestion { label: "Draft an order: TSH".into(), proposal: Proposal::Lab(Instrument::Tsh) };
        let mut card = card();
        card.suggestions.push(offer);
        let cards = [card];
        let json = serde_json::to_value(response(&cards, Some("i"))).expect("JSON");
        let json = &json["cards"][0];
        assert_eq!(json["selectionBehavior"], "any");
        let suggestion = json["suggestions"][0].as_object().expect("an object");
        assert_eq!(suggestion.keys().collect::<Vec<_>>(), ["label", "uuid", "actions"]);
        let expected = serde_json::json!([
            { "type": "create", "description": "Draft an order: TSH", "resource": { "resourceType": "ServiceRequest" } }
        ]);
        assert_eq!(suggestion["actions"], expected);
        let again = serde_json::to_value(response(&cards, Some("i"))).expect("JSON");
        assert_eq!(again["cards"][0]["suggestions"][0]["uuid"], suggestion["uuid"]);
        let other = serde_json::to_value(response(&cards, Some("j"))).expect("JSON");
        assert_ne!(other["cards"][0]["suggestions"][0]["uuid"], suggestion["uuid"]);
    }

    #[test]
    fn what_cannot_be_written_is_not_offered() {
        let mut card = card();
        card.suggestions.push(Suggestion { label: "x".into(), proposal: Proposal::Lab(Instrument::Tsh) });
        let cards = [card];
        let json = serde_json::to_value(super::response(&cards, None, CardDialect::default(), |_| None)).expect("JSON");
        assert!(json["cards"][0].get("suggestions").is_none() && json["cards"][0].get("selectionBehavior").is_none());
    }

    #[test]
    fn a_form_of_the_site_is_an_absolute_link() {
        let mut card = card();
        card.links.push(Link { label: "Open the PHQ-9", url: "https://forms.example/phq9".into() });
        let json = serde_json::to_value(response(&[card], None)).expect("JSON");
        let expected = serde_json::json!([{ "label": "Open the PHQ-9", "url": "https://forms.example/phq9", "type": "absolute" }]);
        assert_eq!(json["cards"][0]["links"], expected);
    }

    #[test]
    fn a_client_is_sent_what_it_can_draw() {
        let mut card = Card { detail: "**a**".into(), ..card() };
        card.suggestions.push(Suggestion { label: "x".into(), proposal: Proposal::Lab(Instrument::Tsh) });
        card.links.push(Link { label: "Open the PHQ-9", url: "https://forms.example/phq9".into() });
        card.override_reasons.push(OverrideReason { system: "s", code: "c", display: "d" });
        let cards = [card];
        let sent = |dialect| {
            let draft = |_| RawValue::from_string("{}".to_owned()).ok();
            serde_json::to_value(super::response(&cards, None, dialect, draft)).expect("JSON")["cards"][0].clone()
        };
        let everything = sent(CardDialect::default());
        for member in ["suggestions", "selectionBehavior", "links", "overrideReasons"] {
            assert!(everything.get(member).is_some(), "{member}");
        }
        let detail = DetailFormat::Html;
        let bare = sent(CardDialect { detail, suggestions: false, links: false, override_reasons: false });
        let members: Vec<&String> = bare.as_object().expect("an object").keys().collect();
        assert_eq!(members, ["uuid", "summary", "detail", "indicator", "source", "extension"]);
        assert_eq!(bare["detail"], "<p><strong>a</strong></p>\n");
        assert_eq!(bare["extension"]["com.epic.cdshooks.card.detail.content-type"], "text/html");
        assert_eq!((&bare["uuid"], &bare["summary"]), (&everything["uuid"], &everything["summary"]));
    }

    #[test]
    fn no_cards_are_an_empty_list() {
        assert_eq!(serde_json::to_string(&response(&[], None)).expect("JSON"), r#"{"cards":[]}"#);
    }

    // rule 10/uuid: speaks
    // rule 10/uuid: silent
    #[test]
    fn the_uuid_follows_instance_code_and_ground_alone() {
        let with = |change: fn(&mut Card), instance| {
            let mut card = card();
            change(&mut card);
            uuid(&card, instance)
        };
        let base = with(|_| (), Some("d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"));
        assert_eq!(base, with(|card| card.summary = "other words".into(), Some("D1577C69-DFBE-44AD-BA6D-3E05E953B2EA")));
        assert_ne!(base, with(|card| card.ground = "other".into(), Some("d1577c69-dfbe-44ad-ba6d-3e05e953b2ea")));
        assert_ne!(base, with(|card| card.code = CardCode::Safety, Some("d1577c69-dfbe-44ad-ba6d-3e05e953b2ea")));
        assert_ne!(base, with(|_| (), None));
        assert_eq!(with(|_| (), None), with(|_| (), Some("offline")));
    }

    #[test]
    fn a_summary_stays_below_140_characters_not_bytes() {
        let exact = "ä".repeat(139);
        assert_eq!(cut(&exact, SUMMARY_CHARACTERS), exact);
        let long = "zwölf Wörter ".repeat(20);
        let short = cut(&long, SUMMARY_CHARACTERS);
        assert!(short.chars().count() <= 139 && short.ends_with('…'), "{short}");
        assert_eq!(cut("one\nline", SUMMARY_CHARACTERS), "one line");
    }
}
