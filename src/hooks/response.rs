//! Cards as they go over the wire. Nothing is null or empty.

use serde::Serialize;
use uuid::Uuid;

use crate::clinical::cards::{Card, OverrideReason};

/// The system of the card codes, stable for ever.
const CARDS: &str = "https://trialwise.org/cards";

/// A summary has to be shorter than 140 characters.
const SUMMARY_CHARACTERS: usize = 139;

/// The answer to a hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HookResponse<'a> {
    /// May be empty: a silent answer is an answer.
    pub cards: Vec<WireCard<'a>>,
}

/// One card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are those of CDS Hooks")]
pub struct WireCard<'a> {
    pub uuid: Uuid,
    pub summary: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub detail: &'a str,
    pub indicator: &'static str,
    pub source: Source,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub override_reasons: Vec<Coding>,
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

/// The cards as an answer to the hook instance; `None` offline.
pub fn response<'a>(cards: &'a [Card], hook_instance: Option<&str>) -> HookResponse<'a> {
    HookResponse { cards: cards.iter().map(|card| wire(card, hook_instance)).collect() }
}

fn wire<'a>(card: &'a Card, hook_instance: Option<&str>) -> WireCard<'a> {
    WireCard {
        uuid: uuid(card, hook_instance),
        summary: cut(&card.summary, SUMMARY_CHARACTERS),
        detail: &card.detail,
        indicator: card.indicator.word(),
        source: Source { label: "Trialwise", topic: Coding { system: CARDS, code: card.code.word(), display: card.title } },
        override_reasons: card.override_reasons.iter().map(Coding::from).collect(),
    }
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
    use super::*;
    use crate::clinical::cards::{CardCode, Indicator};

    fn card() -> Card {
        Card {
            code: CardCode::Measure,
            variant: None,
            indicator: Indicator::Info,
            summary: "No recent PHQ-9".into(),
            detail: String::new(),
            title: "Response cannot be judged",
            override_reasons: Vec::new(),
            ground: "sertraline".into(),
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
    fn no_cards_are_an_empty_list() {
        assert_eq!(serde_json::to_string(&response(&[], None)).expect("JSON"), r#"{"cards":[]}"#);
    }

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
