//! What is remembered of a patient, brought together from what was shown and what was said of it.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;

use super::caller::Who;
use super::database::{Database, on};
use super::error::StoreError;
use super::key::Pseudonyms;
use crate::clinical::cards::{CardCode, FactHash, Fate, Memory, Past};
use crate::clinical::units::Day;

/// How much is remembered of one patient, of each kind: far more than can be shown within the times that the rules ask for.
const MOST: usize = 256;

/// How many of a patient's cards are looked through, the newest: a chart that a machine opens every minute has far more.
const CARDS: usize = 2_000;

/// Our own override reason that silences the bipolar card for longer (rules.md 7).
const EXCLUDED: &str = "considered-and-excluded";
const OWN_REASONS: &str = "https://trialwise.org/override-reasons";

/// What is remembered of the patient, as this caller has to see it.
pub(super) async fn memory(database: &Database, who: &Who) -> Result<Memory, StoreError> {
    let Seen { past: seen, any_answered } = shown(database, who).await?;
    // most patients have no card that anybody said anything of: that is known by now
    let mut past = if any_answered { set_aside(database, who).await? } else { Vec::new() };
    past.extend(seen);
    Ok(Memory { past })
}

/// Code, ground, facts, day; user and encounter; system and code of the reason.
type Aside = (String, String, String, String, Option<String>, Option<String>, Option<String>, Option<String>);

/// The cards of this patient that were set aside, each with the newest report. A uuid that also went out for another patient of the
/// client, since it repeated its hook instance, answers for neither: nobody can say whose card was meant.
async fn set_aside(database: &Database, who: &Who) -> Result<Vec<Past>, StoreError> {
    let patient = places(1, who.patient.all().len());
    let sql = format!(
        "select s.code, s.ground, s.facts, f.day, s.user_hash, s.encounter_hash, f.reason_system, f.reason_code \
         from (select * from shown where patient_hash in ({patient}) and display = 'shown' order by shown_at desc limit {CARDS}) as s \
         join feedback f on f.client = s.client and f.card = s.card where f.outcome = 'overridden' and not exists \
         (select 1 from shown o where o.client = s.client and o.card = s.card and o.display = 'shown' and o.patient_hash not in ({patient})) \
         order by f.received_at desc, f.place desc limit {MOST}"
    );
    let rows: Vec<Aside> = on!(database, read, |pool, Db| {
        let query = sqlx::query_as::<Db, Aside>(AssertSqlSafe(sql));
        who.patient.all().iter().fold(query, |query, pseudonym| query.bind(pseudonym)).fetch_all(pool).await?
    });
    let mut seen = BTreeSet::new();
    let newest = rows.into_iter().filter(|(code, ground, _, _, user, encounter, ..)| {
        // The same card for the same user in the same encounter: what was said last holds.
        seen.insert((code.clone(), ground.clone(), user.clone(), encounter.clone()))
    });
    Ok(newest.filter_map(|row| past_of_aside(row, who)).collect())
}

fn past_of_aside((code, ground, facts, day, user, encounter, system, reason): Aside, who: &Who) -> Option<Past> {
    Some(Past {
        code: CardCode::of_word(&code)?,
        ground: hash(&ground)?,
        facts: hashes(&facts)?,
        day: day.parse().ok()?,
        fate: if is_excluded(system.as_deref(), reason.as_deref()) { Fate::Excluded } else { Fate::Dismissed },
        by_this_user: is_one_of(user.as_deref(), who.user.as_ref()),
        in_this_encounter: is_one_of(encounter.as_deref(), who.encounter.as_ref()),
    })
}

/// The cards that were shown, and whether there may be feedback on any.
struct Seen {
    past: Vec<Past>,
    any_answered: bool,
}

/// Code, ground, facts; whether for this user and in this encounter; the last day; whether there is feedback on it.
type SeenRow = (String, String, String, i64, i64, String, i64);

/// The cards that were shown, each once for this user and once for others, with the last day.
async fn shown(database: &Database, who: &Who) -> Result<Seen, StoreError> {
    let lists = [Some(&who.patient), who.user.as_ref(), who.encounter.as_ref()];
    let counts = lists.map(|list| list.map_or(0, |list| list.all().len()));
    let patient = places(1, counts[0]);
    let is = |column: &str, first: usize, count: usize| match count {
        0 => "cast(0 as bigint)".to_owned(),
        count => format!("cast(case when {column} in ({}) then 1 else 0 end as bigint)", places(first, count)),
    };
    let user = is("user_hash", 1 + counts[0], counts[1]);
    let encounter = is("encounter_hash", 1 + counts[0] + counts[1], counts[2]);
    let sql = format!(
        "select code, ground, facts, by_user, in_encounter, max(day) as last_day, max(answered) as answered \
         from (select code, ground, facts, day, {user} as by_user, {encounter} as in_encounter, \
         cast(case when exists (select 1 from feedback f where f.client = shown.client and f.card = shown.card) then 1 else 0 end as bigint) \
         as answered from shown where patient_hash in ({patient}) and display = 'shown' order by shown_at desc limit {CARDS}) as seen \
         group by code, ground, facts, by_user, in_encounter order by last_day desc limit {MOST}"
    );
    let rows: Vec<SeenRow> = on!(database, read, |pool, Db| {
        let query = sqlx::query_as::<Db, SeenRow>(AssertSqlSafe(sql));
        let values = lists.into_iter().flatten().flat_map(Pseudonyms::all);
        values.fold(query, |query, pseudonym| query.bind(pseudonym)).fetch_all(pool).await?
    });
    // of what was left out nobody knows
    let any_answered = rows.len() == MOST || rows.iter().any(|(.., answered)| *answered == 1);
    let past = |(code, ground, facts, user, encounter, day, _): SeenRow| {
        Some(Past {
            code: CardCode::of_word(&code)?,
            ground: hash(&ground)?,
            facts: hashes(&facts)?,
            day: day.parse::<Day>().ok()?,
            fate: Fate::Shown,
            by_this_user: user == 1,
            in_this_encounter: encounter == 1,
        })
    };
    Ok(Seen { past: rows.into_iter().filter_map(past).collect(), any_answered })
}

/// `$2, $3, $4`: so many values from this one on.
fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

/// Some clients send the code alone.
fn is_excluded(system: Option<&str>, code: Option<&str>) -> bool {
    code == Some(EXCLUDED) && system.is_none_or(|system| system == OWN_REASONS)
}

fn is_one_of(written: Option<&str>, asked: Option<&Pseudonyms>) -> bool {
    written.zip(asked).is_some_and(|(written, asked)| asked.all().iter().any(|pseudonym| pseudonym == written))
}

fn hashes(text: &str) -> Option<Vec<FactHash>> {
    text.split_whitespace().map(hash).collect()
}

fn hash(text: &str) -> Option<FactHash> {
    u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32).map(|number| FactHash::from_bytes(number.to_be_bytes()))
}
