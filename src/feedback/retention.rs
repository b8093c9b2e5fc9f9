//! Rows whose time is over.

use jiff::Timestamp;

use super::database::{Database, on};
use super::error::StoreError;

/// How many rows are deleted at once: others write in between.
const AT_ONCE: i64 = 1_000;

/// How many rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Rows {
    pub cards: u64,
    pub feedback: u64,
}

/// How many rows are older than this.
pub(super) async fn count(database: &Database, before: Timestamp) -> Result<Rows, StoreError> {
    let before = before.as_millisecond();
    on!(database, read, |pool, Db| {
        let cards = sqlx::query_scalar::<Db, i64>("select count(*) from shown where shown_at < $1").bind(before).fetch_one(pool).await?;
        let feedback =
            sqlx::query_scalar::<Db, i64>("select count(*) from feedback where received_at < $1").bind(before).fetch_one(pool).await?;
        Ok(Rows { cards: cards.unsigned_abs(), feedback: feedback.unsigned_abs() })
    })
}

/// Deletes the rows that are older than this.
pub(super) async fn purge(database: &Database, before: Timestamp) -> Result<Rows, StoreError> {
    const CARDS: &str = "delete from shown where (client, card, patient_hash, display) in \
         (select client, card, patient_hash, display from shown where shown_at < $1 limit $2)";
    const FEEDBACK: &str = "delete from feedback where id in (select id from feedback where received_at < $1 limit $2)";
    Ok(Rows { cards: delete(database, CARDS, before).await?, feedback: delete(database, FEEDBACK, before).await? })
}

async fn delete(database: &Database, statement: &'static str, before: Timestamp) -> Result<u64, StoreError> {
    let mut deleted = 0;
    loop {
        let rows = on!(database, acknowledged, |pool, Db| {
            sqlx::query::<Db>(statement).bind(before.as_millisecond()).bind(AT_ONCE).execute(pool).await?.rows_affected()
        });
        deleted += rows;
        if rows < AT_ONCE.unsigned_abs() {
            return Ok(deleted);
        }
        tokio::task::yield_now().await;
    }
}

impl Database {
    /// How many rows are older than this.
    pub async fn count(&self, before: Timestamp) -> Result<Rows, StoreError> {
        count(self, before).await
    }

    /// Deletes the rows that are older than this; in SQLite nothing of them stays in the file or its log.
    pub async fn purge(&self, before: Timestamp) -> Result<Rows, StoreError> {
        let rows = purge(self, before).await?;
        if let Database::Sqlite(sqlite) = self {
            sqlx::query("pragma wal_checkpoint(truncate)").execute(&sqlite.acknowledged).await?;
        }
        Ok(rows)
    }
}
