//! Tokens that were used.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::database::{Database, on};
use super::error::StoreError;
use super::key::hex;

/// For how long a token is remembered beyond its end: the clocks of two instances may differ.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);

/// What a token is remembered by.
pub(super) fn id(issuer: &str, jti: &str) -> String {
    let mut digest = Sha256::new();
    digest.update((issuer.len() as u64).to_be_bytes());
    digest.update(issuer);
    digest.update(jti);
    hex(&digest.finalize())
}

/// Whether the token comes for the first time; of two at once one is the first.
pub(super) async fn first(database: &Database, id: &str, until: Timestamp) -> Result<bool, StoreError> {
    const SEEN: &str = "insert into token_seen (id, expires_at) values ($1, $2) on conflict do nothing";
    on!(database, quick, |pool, Db| {
        let done = sqlx::query::<Db>(SEEN).bind(id).bind(until.as_millisecond()).execute(pool).await?;
        Ok(done.rows_affected() == 1)
    })
}

/// Forgets the tokens that nobody would take any more.
pub(super) async fn clear(database: &Database, now: Timestamp) -> Result<u64, StoreError> {
    let before = now.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN).as_millisecond();
    on!(database, quick, |pool, Db| {
        Ok(sqlx::query::<Db>("delete from token_seen where expires_at < $1").bind(before).execute(pool).await?.rows_affected())
    })
}
