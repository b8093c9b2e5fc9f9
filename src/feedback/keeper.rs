//! Connects, connects again, and clears away what is over.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep, timeout};

use super::address::Address;
use super::database::{Database, on};
use super::error::StoreError;
use super::store::Shared;
use super::{retention, token};

/// How often it is looked whether the store is there.
const TICK: Duration = Duration::from_secs(1);

/// For how long a look may take.
const LOOK: Duration = Duration::from_secs(2);

/// How often expired tokens and rows that are too old are deleted.
const TOKENS: Duration = Duration::from_secs(60);
const ROWS: Duration = Duration::from_secs(24 * 60 * 60);

/// Keeps the store going.
pub(super) struct Keeper {
    pub(super) shared: Arc<Shared>,
    pub(super) address: Address,
    pub(super) connections: u32,
    pub(super) retention_days: u64,
}

impl Keeper {
    /// Never ends. `tried` is told when the first attempt to connect has ended.
    pub(super) async fn run(self, tried: std::sync::mpsc::Sender<()>) {
        let mut tried = Some(tried);
        loop {
            let mut told = None;
            let database = loop {
                let opened = Database::open(&self.address, self.connections).await;
                match opened {
                    Ok(database) => break Arc::new(database),
                    Err(why) => {
                        if told.as_ref() != Some(&why) {
                            tracing::error!(store = self.address.place(), %why, "the store cannot be opened; it is tried again");
                            told = Some(why);
                        }
                    }
                }
                tried = None;
                sleep(TICK).await;
            };
            tracing::info!(store = self.address.place(), "the store is open");
            self.shared.database.store(Some(database.clone()));
            self.shared.told_reading(None);
            self.shared.told_writing(None);
            self.shared.told_token(None);
            drop(tried.take());
            self.watch(&database).await;
            self.shared.database.store(None);
            self.shared.told_reading(Some(&StoreError::FileGone));
            self.shared.told_writing(Some(&StoreError::FileGone));
            // What is under way ends by itself, and must not hold up the next connection.
            tokio::spawn(async move { database.close().await });
        }
    }

    /// Looks after a database for as long as it is in its place.
    async fn watch(&self, database: &Arc<Database>) {
        // Apart, since deleting may take long and a server that stalls would hold it for good: looking must go on.
        let cleaning = tokio::spawn(clean(database.clone(), self.retention_days));
        while database.is_in_place() {
            let look = timeout(LOOK, look(database)).await;
            self.shared.told_reading(look.map_err(|_| StoreError::Slow).flatten().err().as_ref());
            if !self.shared.tells_tokens() && matches!(timeout(LOOK, token::clear(database, Timestamp::now())).await, Ok(Ok(_))) {
                self.shared.told_token(None);
            }
            sleep(TICK).await;
        }
        cleaning.abort();
    }
}

/// Deletes what has had its time, again and again.
async fn clean(database: Arc<Database>, retention_days: u64) {
    let mut rows: Option<Instant> = None;
    loop {
        if let Err(why) = token::clear(&database, Timestamp::now()).await {
            tracing::warn!(%why, "expired tokens were not deleted");
        }
        if rows.is_none_or(|last| last.elapsed() >= ROWS) {
            rows = Some(Instant::now());
            clear(&database, retention_days).await;
        }
        sleep(TOKENS).await;
    }
}

async fn clear(database: &Database, retention_days: u64) {
    let hours = i64::try_from(retention_days).unwrap_or(i64::MAX).saturating_mul(24);
    let Ok(before) = Timestamp::now().checked_sub(SignedDuration::from_hours(hours)) else { return };
    match retention::purge(database, before).await {
        Ok(rows) if rows.cards + rows.feedback > 0 => {
            tracing::info!(cards = rows.cards, feedback = rows.feedback, "rows older than store.retention_days are deleted");
        }
        Ok(_) => (),
        Err(why) => tracing::warn!(%why, "rows older than store.retention_days were not deleted"),
    }
}

async fn look(database: &Database) -> Result<(), StoreError> {
    on!(database, read, |pool, Db| {
        sqlx::query::<Db>("select written_at from probe where id = 'probe'").fetch_optional(pool).await?;
        Ok(())
    })
}
