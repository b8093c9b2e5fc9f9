//! What was shown and what became of it, as lines to take away.

use futures_util::TryStreamExt;
use jiff::Timestamp;
use serde::Serialize;

use super::database::{Database, on};
use super::error::StoreError;

/// One intervention and what became of it: the members that certification criterion 170.315(b)(11) asks for (intervention, action,
/// feedback, user, date, location, the location being the client). No patient, not even as a pseudonym.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of the lines")]
pub struct Line {
    /// Day of the outcome, or where there is none, of the showing.
    pub date: String,
    /// When the client says that it happened, or when the card went out.
    pub time: String,
    pub client: String,
    pub service: String,
    pub card: String,
    /// `null`, with the members to `display`, where the card is not known here.
    pub code: Option<String>,
    pub variant: Option<String>,
    pub knowledge: Option<String>,
    pub display: Option<String>,
    /// A pseudonym; `null` where the client named none, or nobody can tell.
    pub user: Option<String>,
    /// `accepted`, `overridden` or `none`: a card that nobody answered.
    pub action: String,
    pub accepted_suggestions: Vec<String>,
    pub reason_code: Option<String>,
    pub reason_system: Option<String>,
    pub comment: Option<String>,
}

/// Time, client, service, card; code, variant, knowledge, display, user; day, action, accepted, reason, system, comment.
type Columns = (
    i64,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// Feedback with its card. Where a uuid went out for several patients, the card is the same, but nobody can tell whose user it was.
const FEEDBACK: &str = "select f.outcome_at, f.client, f.service, f.card, s.code, s.variant, s.knowledge_version, s.display, \
     case when exists (select 1 from shown o where o.client = f.client and o.card = f.card and o.display = 'shown' \
     and o.patient_hash <> s.patient_hash) then null else s.user_hash end, \
     f.day, f.outcome, f.accepted, f.reason_code, f.reason_system, f.comment \
     from feedback f left join shown s on s.client = f.client and s.card = f.card and s.display = 'shown' and not exists \
     (select 1 from shown p where p.client = s.client and p.card = s.card and p.display = 'shown' and p.patient_hash < s.patient_hash) \
     where f.received_at >= $1 order by f.received_at, f.place, f.id";

/// Cards without feedback.
const SHOWN: &str = "select s.shown_at, s.client, s.service, s.card, s.code, s.variant, s.knowledge_version, s.display, s.user_hash, \
     s.day, 'none', null, null, null, null from shown s where s.shown_at >= $1 and \
     (s.display <> 'shown' or not exists (select 1 from feedback f where f.client = s.client and f.card = s.card)) \
     order by s.shown_at, s.client, s.card, s.patient_hash";

impl Database {
    /// Every line since this time, first the answered cards, then the others; each is handed on as it comes. An error of `take` ends
    /// it and is handed back.
    pub async fn export<E>(&self, since: Timestamp, mut take: impl FnMut(Line) -> Result<(), E>) -> Result<Result<(), E>, StoreError> {
        for statement in [FEEDBACK, SHOWN] {
            let taken = on!(self, read, |pool, Db| {
                let mut rows = sqlx::query_as::<Db, Columns>(statement).bind(since.as_millisecond()).fetch(pool);
                loop {
                    let Some(row) = rows.try_next().await? else { break Ok(()) };
                    if let Err(error) = take(line(row)) {
                        break Err(error);
                    }
                }
            });
            if taken.is_err() {
                return Ok(taken);
            }
        }
        Ok(Ok(()))
    }
}

fn line(row: Columns) -> Line {
    let (time, client, service, card, code, variant, knowledge, display, user, date, action, accepted, reason, system, comment) = row;
    Line {
        date,
        time: Timestamp::from_millisecond(time).map_or_else(|_| String::new(), |time| time.to_string()),
        client,
        service,
        card,
        code,
        variant,
        knowledge,
        display,
        user,
        action,
        accepted_suggestions: accepted.and_then(|list| serde_json::from_str(&list).ok()).unwrap_or_default(),
        reason_code: reason,
        reason_system: system,
        comment,
    }
}
