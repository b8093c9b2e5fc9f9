//! What became of cards, as a client reports it (`POST /cds-services/{id}/feedback`).
//!
//! A comment is free text about a patient: nothing is decided by it, and it never stands in an error or a log.

use std::fmt;

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::parts::{Members, object, without_bom};
use super::request::{RequestError, inner, text};

/// What became of one card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackItem {
    /// `card.uuid` as we sent it. Whether it is known is not asked here.
    pub card: String,
    /// What was done with it.
    pub outcome: FeedbackOutcome,
    /// When.
    pub at: Timestamp,
    /// What the prescriber wrote.
    pub comment: Option<Comment>,
}

/// Free text of a prescriber. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Comment(pub String);

impl fmt::Debug for Comment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Comment(..)")
    }
}

/// What was done with a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedbackOutcome {
    /// At least one suggestion was taken: their uuids, as we sent them.
    Accepted(Vec<String>),
    /// The card was set aside, with the reason picked, if one was.
    Overridden(Option<PickedReason>),
}

/// A reason that a prescriber picked; `display` is often missing, so it is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct PickedReason {
    pub system: Option<String>,
    pub code: String,
}

/// How many items one call may hold: far more than any client has cards open.
const MOST: usize = 1_000;

/// Takes the body of a feedback call apart. One item that cannot be meant refuses the call: nothing of it is kept.
pub fn feedback(body: &[u8]) -> Result<Vec<FeedbackItem>, RequestError> {
    const MEMBER: &str = "feedback";
    let members = object(without_bom(body))?;
    let list = members.get(MEMBER).filter(|value| value.get() != "null").ok_or(RequestError::Missing(MEMBER))?;
    let items: Vec<&RawValue> =
        serde_json::from_str(list.get()).map_err(|_| RequestError::WrongType { member: MEMBER, expected: "an array" })?;
    if items.len() > MOST {
        return Err(RequestError::WrongType { member: MEMBER, expected: "an array of at most 1000 items" });
    }
    items.into_iter().map(item).collect()
}

fn item(raw: &RawValue) -> Result<FeedbackItem, RequestError> {
    let members: Members<'_> =
        serde_json::from_str(raw.get()).map_err(|_| RequestError::WrongType { member: "feedback[]", expected: "an object" })?;
    let card = text(&members, "card", "feedback[].card")?;
    let reason = inner(&members, "overrideReason", "feedback[].overrideReason")?;
    let outcome = match text(&members, "outcome", "feedback[].outcome")?.as_str() {
        "accepted" => FeedbackOutcome::Accepted(accepted_suggestions(&members)?),
        "overridden" => FeedbackOutcome::Overridden(picked(reason.as_ref())?),
        _ => return Err(RequestError::WrongType { member: "feedback[].outcome", expected: "`accepted` or `overridden`" }),
    };
    const TIME: &str = "feedback[].outcomeTimestamp";
    let at = text(&members, "outcomeTimestamp", TIME)?;
    let at = at.parse().map_err(|_| RequestError::WrongType { member: TIME, expected: "a time (2026-03-02T10:00:00Z)" })?;
    Ok(FeedbackItem { card, outcome, at, comment: comment(reason.as_ref())? })
}

/// An acceptance says which suggestions were taken.
fn accepted_suggestions(members: &Members<'_>) -> Result<Vec<String>, RequestError> {
    const MEMBER: &str = "feedback[].acceptedSuggestions";
    let list = members.get("acceptedSuggestions").filter(|value| value.get() != "null").ok_or(RequestError::Missing(MEMBER))?;
    let wrong = RequestError::WrongType { member: MEMBER, expected: "an array of objects" };
    let taken: Vec<Members<'_>> = serde_json::from_str(list.get()).map_err(|_| wrong)?;
    taken.iter().map(|one| text(one, "id", "feedback[].acceptedSuggestions[].id")).collect()
}

fn picked(given: Option<&Members<'_>>) -> Result<Option<PickedReason>, RequestError> {
    let Some(given) = given else { return Ok(None) };
    let Some(reason) = inner(given, "reason", "feedback[].overrideReason.reason")? else { return Ok(None) };
    let code = text(&reason, "code", "feedback[].overrideReason.reason.code")?;
    Ok(Some(PickedReason { system: text(&reason, "system", "feedback[].overrideReason.reason.system").ok(), code }))
}

/// A comment that says something.
fn comment(given: Option<&Members<'_>>) -> Result<Option<Comment>, RequestError> {
    let Some(value) = given.and_then(|given| given.get("userComment")) else { return Ok(None) };
    let wrong = RequestError::WrongType { member: "feedback[].overrideReason.userComment", expected: "a string" };
    let text: Option<String> = serde_json::from_str(value.get()).map_err(|_| wrong)?;
    Ok(text.filter(|text| !text.trim().is_empty()).map(|text| Comment(text.trim().to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(item: &str) -> Result<Vec<FeedbackItem>, RequestError> {
        feedback(format!(r#"{{"feedback":[{item}]}}"#).as_bytes())
    }

    #[test]
    fn what_the_public_sandbox_sends_is_read() {
        let item = r#"{"card":"c1","outcome":"overridden","outcomeTimestamp":"2026-03-02T10:00:00.123Z",
            "overrideReason":{"reason":{"code":"already-done","system":"https://trialwise.org/override-reasons"}}}"#;
        let items = read(item).expect("read");
        let reason = PickedReason { system: Some("https://trialwise.org/override-reasons".into()), code: "already-done".into() };
        assert_eq!(items[0].outcome, FeedbackOutcome::Overridden(Some(reason)));
        let accepted =
            r#"{"card":"c1","outcome":"accepted","acceptedSuggestions":[{"id":"s1"}],"outcomeTimestamp":"2026-03-02T10:00:00Z"}"#;
        assert_eq!(read(accepted).expect("read")[0].outcome, FeedbackOutcome::Accepted(vec!["s1".into()]));
        let bare =
            r#"{"card":"c1","outcome":"overridden","outcomeTimestamp":"2026-03-02T10:00:00Z","overrideReason":{"userComment":" x "}}"#;
        let items = read(bare).expect("read");
        assert_eq!((&items[0].outcome, &items[0].comment), (&FeedbackOutcome::Overridden(None), &Some(Comment("x".into()))));
        assert_eq!(feedback(br#"{"feedback":[]}"#), Ok(Vec::new()));
    }

    #[test]
    fn a_comment_is_not_shown_by_debug() {
        let item =
            r#"{"card":"c1","outcome":"overridden","outcomeTimestamp":"2026-03-02T10:00:00Z","overrideReason":{"userComment":"Zebedee"}}"#;
        let items = read(item).expect("read");
        assert_eq!(items[0].comment, Some(Comment("Zebedee".into())));
        assert!(!format!("{items:?}").contains("Zebedee"));
        for nothing in ["null", "\"\"", "\"  \""] {
            let item = item.replace("\"Zebedee\"", nothing);
            assert_eq!(read(&item).expect("read")[0].comment, None, "{nothing}");
        }
    }

    #[test]
    fn a_thousand_items_are_taken_and_no_more() {
        let item = r#"{"card":"c1","outcome":"overridden","outcomeTimestamp":"2026-03-02T10:00:00Z"}"#;
        let items = |count: usize| read(&vec![item; count].join(","));
        assert_eq!(items(MOST).expect("read").len(), MOST);
        assert_eq!(items(MOST + 1).expect_err("refused").member(), Some("feedback"));
    }

    #[test]
    fn what_cannot_be_meant_is_named_and_never_quoted() {
        let time = r#""outcomeTimestamp":"2026-03-02T10:00:00Z""#;
        for (item, member) in [
            (r#""secret""#.to_owned(), "feedback[]"),
            (format!(r#"{{"outcome":"accepted",{time}}}"#), "feedback[].card"),
            (format!(r#"{{"card":"secret",{time}}}"#), "feedback[].outcome"),
            (format!(r#"{{"card":"secret","outcome":"secret",{time}}}"#), "feedback[].outcome"),
            (format!(r#"{{"card":"secret","outcome":"accepted",{time}}}"#), "feedback[].acceptedSuggestions"),
            (format!(r#"{{"card":"c","outcome":"accepted","acceptedSuggestions":[{{}}],{time}}}"#), "feedback[].acceptedSuggestions[].id"),
            (r#"{"card":"secret","outcome":"overridden"}"#.to_owned(), "feedback[].outcomeTimestamp"),
            (r#"{"card":"c","outcome":"overridden","outcomeTimestamp":"secret"}"#.to_owned(), "feedback[].outcomeTimestamp"),
            (format!(r#"{{"card":"c","outcome":"overridden",{time},"overrideReason":"secret"}}"#), "feedback[].overrideReason"),
            (
                format!(r#"{{"card":"c","outcome":"overridden",{time},"overrideReason":{{"userComment":["secret"]}}}}"#),
                "feedback[].overrideReason.userComment",
            ),
            (
                format!(r#"{{"card":"c","outcome":"overridden",{time},"overrideReason":{{"reason":{{}}}}}}"#),
                "feedback[].overrideReason.reason.code",
            ),
        ] {
            let refusal = read(&item).expect_err("refused");
            assert_eq!(refusal.member(), Some(member), "{item}");
            assert!(!refusal.to_string().contains("secret"), "{refusal}");
        }
        assert_eq!(feedback(b"{}"), Err(RequestError::Missing("feedback")));
        assert_eq!(feedback(br#"{"feedback":{}}"#).expect_err("refused").member(), Some("feedback"));
    }
}
