//! Rows as they are written: what they hold, and how much of it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::caller::Who;
use super::key::hex;
use crate::clinical::cards::{Card, FactHash};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::hooks::{FeedbackItem, FeedbackOutcome};

/// How much is kept of a code, a system or an id that a client sends.
const CHARACTERS: usize = 256;

/// How many accepted suggestions are kept of one item: more than a card has.
const SUGGESTIONS: usize = 64;

/// Whether a card was to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// It went out.
    Shown,
    /// It was computed and held back.
    Silent,
}

impl Display {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Display::Shown => "shown",
            Display::Silent => "silent",
        }
    }
}

/// The call that cards were made for.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct Shown<'a> {
    pub who: &'a Who,
    /// The id of the service.
    pub service: &'a str,
    pub hook: &'a str,
    pub knowledge: &'a Knowledge,
    /// The day of assessment.
    pub day: Day,
    pub display: Display,
}

/// The cards of one call as they are written down, once it is sure that they go out.
#[derive(Debug, Clone, Default)]
pub struct Cards(pub(super) Vec<CardRow>);

impl Cards {
    /// The cards that were made for a call, each with the uuid that it goes out with.
    pub fn of<'a>(shown: Shown<'_>, cards: impl IntoIterator<Item = (Uuid, &'a Card)>) -> Cards {
        let now = Timestamp::now();
        Cards(cards.into_iter().map(|(uuid, card)| CardRow::of(shown, uuid, card, now)).collect())
    }
}

/// A row of `shown`.
#[derive(Debug, Clone)]
pub(super) struct CardRow {
    pub client: String,
    pub card: String,
    pub patient: String,
    pub display: &'static str,
    pub service: String,
    pub hook: String,
    pub code: &'static str,
    pub variant: Option<&'static str>,
    pub ground: String,
    pub facts: String,
    pub knowledge_version: String,
    pub knowledge_sha256: String,
    pub day: String,
    pub shown_at: i64,
    pub user: Option<String>,
    pub encounter: Option<String>,
}

impl CardRow {
    pub(super) fn of(shown: Shown<'_>, uuid: Uuid, card: &Card, now: Timestamp) -> CardRow {
        let facts: Vec<String> = card.facts.iter().map(|fact| hex(&FactHash::of(fact).bytes())).collect();
        CardRow {
            client: shown.who.client.clone(),
            card: uuid.to_string(),
            patient: shown.who.patient.newest().to_owned(),
            display: shown.display.word(),
            service: shown.service.to_owned(),
            hook: shown.hook.to_owned(),
            code: card.code.word(),
            variant: card.variant,
            ground: hex(&FactHash::of(&card.ground).bytes()),
            facts: facts.join(" "),
            knowledge_version: shown.knowledge.version().to_owned(),
            knowledge_sha256: shown.knowledge.sha256().to_owned(),
            day: shown.day.to_string(),
            shown_at: now.as_millisecond(),
            user: shown.who.user.as_ref().map(|user| user.newest().to_owned()),
            encounter: shown.who.encounter.as_ref().map(|encounter| encounter.newest().to_owned()),
        }
    }
}

/// A row of `feedback`. It holds a comment, so it has no `Debug`.
#[derive(Clone)]
pub(super) struct FeedbackRow {
    pub id: String,
    pub client: String,
    pub service: String,
    pub card: String,
    pub outcome: &'static str,
    pub accepted: Option<String>,
    pub reason_code: Option<String>,
    pub reason_system: Option<String>,
    pub comment: Option<String>,
    pub day: String,
    pub outcome_at: i64,
    pub received_at: i64,
    pub place: i64,
}

/// The call that brought feedback.
#[derive(Debug, Clone, Copy)]
pub(super) struct Received<'a> {
    pub client: &'a str,
    pub service: &'a str,
    pub time_zone: &'a TimeZone,
    pub now: Timestamp,
    /// How many characters of a comment are kept; none where it is 0.
    pub comment_characters: usize,
}

impl FeedbackRow {
    pub(super) fn of(received: Received<'_>, item: &FeedbackItem, place: usize) -> FeedbackRow {
        let (outcome, accepted, reason) = match &item.outcome {
            FeedbackOutcome::Accepted(ids) => ("accepted", Some(ids), None),
            FeedbackOutcome::Overridden(reason) => ("overridden", None, reason.as_ref()),
        };
        let accepted = accepted.map(|ids| {
            let ids: Vec<String> = ids.iter().take(SUGGESTIONS).map(|id| cut(id, CHARACTERS)).collect();
            serde_json::to_string(&ids).expect("a list of texts is JSON")
        });
        // Our uuids in the form they went out in, whatever case a client sends; what is none of ours, as it came.
        let card = Uuid::parse_str(&item.card).map_or_else(|_| cut(&item.card, CHARACTERS), |uuid| uuid.to_string());
        let comment = item.comment.as_ref().map(|comment| cut(&comment.0, received.comment_characters));
        // A clock that runs ahead must not silence for longer.
        let day_of = |time: Timestamp| Day::from(time.to_zoned(received.time_zone.clone()).date());
        let mut row = FeedbackRow {
            id: String::new(),
            client: received.client.to_owned(),
            service: received.service.to_owned(),
            card,
            outcome,
            accepted,
            reason_code: reason.map(|reason| cut(&reason.code, CHARACTERS)),
            reason_system: reason.and_then(|reason| reason.system.as_deref()).map(|system| cut(system, CHARACTERS)),
            comment: comment.filter(|comment| !comment.is_empty()),
            day: day_of(item.at).min(day_of(received.now)).to_string(),
            outcome_at: item.at.as_millisecond(),
            received_at: received.now.as_millisecond(),
            place: i64::try_from(place).unwrap_or(i64::MAX),
        };
        row.id = row.identity();
        row
    }

    /// A hash of what it says, so that saying it again adds nothing: not of when it came, nor of the service it came to.
    fn identity(&self) -> String {
        let mut digest = Sha256::new();
        let time = self.outcome_at.to_string();
        let [accepted, code, system, comment] = [&self.accepted, &self.reason_code, &self.reason_system, &self.comment];
        let said = [Some(&self.client), Some(&self.card), Some(&time), accepted.as_ref(), code.as_ref(), system.as_ref(), comment.as_ref()];
        digest.update(self.outcome);
        for part in said {
            // A text that is missing differs from an empty one, and two texts from their sum.
            digest.update(part.map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX)).to_be_bytes());
            digest.update(part.map_or("", String::as_str));
        }
        hex(&digest.finalize())
    }
}

/// The first characters of a text, without NUL, which PostgreSQL does not take.
fn cut(text: &str, characters: usize) -> String {
    text.chars().filter(|character| *character != '\0').take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::{Comment, PickedReason};

    const RECEIVED: Received<'static> =
        Received { client: "c", service: "s", time_zone: &TimeZone::UTC, now: Timestamp::UNIX_EPOCH, comment_characters: 5 };

    fn item() -> FeedbackItem {
        let reason = PickedReason { system: None, code: "already-done".into() };
        let outcome = FeedbackOutcome::Overridden(Some(reason));
        FeedbackItem { card: "x".into(), outcome, at: "1970-01-01T00:00:00Z".parse().expect("a time"), comment: None }
    }

    fn row(item: &FeedbackItem) -> FeedbackRow {
        FeedbackRow::of(RECEIVED, item, 0)
    }

    #[test]
    fn what_says_the_same_is_the_same_row_and_what_differs_is_not() {
        let later = Received { now: "2026-03-02T10:00:00Z".parse().expect("a time"), service: "t", ..RECEIVED };
        assert_eq!(FeedbackRow::of(later, &item(), 7).id, row(&item()).id);
        let with = |change: fn(&mut FeedbackItem)| {
            let mut item = item();
            change(&mut item);
            row(&item).id
        };
        let ids = [
            row(&item()).id,
            FeedbackRow::of(Received { client: "d", ..RECEIVED }, &item(), 0).id,
            with(|item| item.card = "y".into()),
            with(|item| item.outcome = FeedbackOutcome::Overridden(None)),
            with(|item| item.outcome = FeedbackOutcome::Accepted(vec![])),
            with(|item| item.comment = Some(Comment("z".into()))),
            with(|item| item.at = "1970-01-01T00:00:01Z".parse().expect("a time")),
        ];
        let apart: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(apart.len(), ids.len());
    }

    #[test]
    fn a_comment_is_cut_at_its_limit_and_nothing_of_it_is_kept_where_that_is_none() {
        let said = |text: &str, comment_characters| {
            let item = FeedbackItem { comment: Some(Comment(text.into())), ..item() };
            FeedbackRow::of(Received { comment_characters, ..RECEIVED }, &item, 0).comment
        };
        assert_eq!(said("äöüß!", 5).as_deref(), Some("äöüß!"));
        assert_eq!(said("äöüß!?", 5).as_deref(), Some("äöüß!"));
        assert_eq!(said("a\0b", 5).as_deref(), Some("ab"));
        assert_eq!(said("abc", 0), None);
    }

    #[test]
    fn a_clock_that_runs_ahead_does_not_date_the_outcome_later() {
        let at = |at: &str| row(&FeedbackItem { at: at.parse().expect("a time"), ..item() }).day;
        assert_eq!(at("2030-01-01T00:00:00Z"), "1970-01-01");
        assert_eq!(at("1969-12-01T00:00:00Z"), "1969-12-01");
    }

    #[test]
    fn ids_of_any_length_are_kept_within_bounds() {
        let long = "x".repeat(100_000);
        let row = row(&FeedbackItem { card: long.clone(), outcome: FeedbackOutcome::Accepted(vec![long; 1000]), ..item() });
        assert_eq!(row.card.len(), CHARACTERS);
        assert!(row.accepted.expect("kept").len() <= SUGGESTIONS * (CHARACTERS + 3) + 2);
        let upper = FeedbackItem { card: "D1577C69-DFBE-44AD-BA6D-3E05E953B2EA".into(), ..item() };
        assert_eq!(super::FeedbackRow::of(RECEIVED, &upper, 0).card, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea");
    }
}
