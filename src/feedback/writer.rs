//! The one place that cards and feedback are written from.
//!
//! What waits is written in one transaction, so that many calls share one writing to disk. Cards wait in memory, within bounds, while
//! the store is out; feedback is refused then, so that the client keeps it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::{Executor, Postgres, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::database::Database;
use super::error::StoreError;
use super::row::{CardRow, FeedbackRow};
use super::store::Shared;

/// How often a store that could not be written is tried again.
const TICK: Duration = Duration::from_secs(1);

/// For how long nothing is taken after cards were written, so that those of several calls come together: nobody waits for them. Feedback
/// that comes just then waits as long.
const PACE: Duration = Duration::from_millis(10);

/// How many jobs are taken at once, and how many cards are written in one transaction.
const JOBS: usize = 256;
const CARDS: usize = 1_000;

/// How many cards wait for a store that is out: some 20 MB.
const WAITING: usize = 50_000;

/// For how long one transaction may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What there is to write.
pub(super) enum Job {
    /// Cards that went out.
    Cards(Vec<CardRow>),
    /// The feedback of one call: all of it or nothing, and said so.
    Feedback(Vec<FeedbackRow>, Answer),
    /// The last one: what waits is tried once more, and then it is over.
    Close(oneshot::Sender<()>),
}

type Answer = oneshot::Sender<Result<(), StoreError>>;

/// The feedback of one call, and who waits for it.
type Call = (Vec<FeedbackRow>, Answer);

/// Takes jobs, in their order.
pub(super) struct Writer {
    shared: Arc<Shared>,
    jobs: mpsc::Receiver<Job>,
    waiting: VecDeque<CardRow>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, jobs: mpsc::Receiver<Job>) -> Writer {
        Writer { shared, jobs, waiting: VecDeque::new() }
    }

    /// Writes until it is told to close, or nobody is left to tell it anything. Whoever waits for the end is handed back.
    pub(super) async fn run(mut self) -> Vec<oneshot::Sender<()>> {
        loop {
            let mut jobs = Vec::new();
            let ended = matches!(timeout(TICK, self.jobs.recv_many(&mut jobs, JOBS)).await, Ok(0));
            let (calls, closing) = self.sort(jobs);
            let are_cards_alone = calls.is_empty() && closing.is_empty() && !self.waiting.is_empty();
            self.write(calls).await;
            if ended || !closing.is_empty() {
                self.lose(0);
                return closing;
            }
            self.lose(WAITING);
            if are_cards_alone {
                sleep(PACE).await;
            }
        }
    }

    fn sort(&mut self, jobs: Vec<Job>) -> (Vec<Call>, Vec<oneshot::Sender<()>>) {
        let (mut calls, mut closing) = (Vec::new(), Vec::new());
        for job in jobs {
            match job {
                Job::Cards(cards) => self.waiting.extend(cards),
                Job::Feedback(rows, answer) => calls.push((rows, answer)),
                Job::Close(told) => closing.push(told),
            }
        }
        (calls, closing)
    }

    /// Writes what waits. What cannot be written stays, if it is cards, and is refused, if it is feedback.
    async fn write(&mut self, mut calls: Vec<Call>) {
        loop {
            let cards = self.waiting.len().min(CARDS);
            if cards == 0 && calls.is_empty() {
                break;
            }
            let rows: Vec<&FeedbackRow> = calls.iter().flat_map(|(rows, _)| rows).collect();
            match self.attempt(cards, &rows).await {
                Ok(()) => {
                    self.waiting.drain(..cards);
                    calls.drain(..).for_each(|(_, answer)| drop(answer.send(Ok(()))));
                }
                // One of them may be what fails: each for itself, so that none fails for another.
                Err(StoreError::Refused(_)) if !calls.is_empty() && calls.len() + cards.min(1) > 1 => {
                    for (rows, answer) in calls.drain(..) {
                        let written = self.attempt(0, &rows.iter().collect::<Vec<_>>()).await;
                        drop(answer.send(written));
                    }
                }
                Err(error) => {
                    calls.drain(..).for_each(|(_, answer)| drop(answer.send(Err(error.clone()))));
                    break;
                }
            }
        }
        if self.waiting.is_empty() && !self.shared.tally.writable.load(Relaxed) {
            drop(self.attempt(0, &[]).await);
        }
        self.shared.tally.waiting.store(self.waiting.len(), Relaxed);
    }

    /// One transaction with the first of the waiting cards and these rows; with neither, something is written to see whether it can be.
    async fn attempt(&mut self, cards: usize, rows: &[&FeedbackRow]) -> Result<(), StoreError> {
        let written = match self.shared.database.load_full() {
            None => Err(StoreError::Unavailable),
            Some(database) => {
                let cards: Vec<&CardRow> = self.waiting.iter().take(cards).collect();
                let written = timeout(PATIENCE, transaction(&database, &cards, rows)).await;
                let written = written.map_err(|_| StoreError::Slow).flatten();
                written.and_then(|()| if database.is_in_place() { Ok(()) } else { Err(StoreError::FileGone) })
            }
        };
        self.shared.told_writing(written.as_ref().err());
        written
    }

    /// Forgets the oldest cards beyond the room there is, and says so.
    fn lose(&mut self, room: usize) {
        let lost = self.waiting.len().saturating_sub(room);
        if lost > 0 {
            self.waiting.drain(..lost);
            self.shared.told_lost(lost);
        }
    }
}

/// A card of the same uuid for the same patient is the same card: the first showing stays.
const CARD: &str = "insert into shown (client, card, patient_hash, display, service, hook, code, variant, ground, facts, knowledge_version, \
     knowledge_sha256, day, shown_at, user_hash, encounter_hash) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict do nothing";

const FEEDBACK: &str = "insert into feedback (id, client, service, card, outcome, accepted, reason_code, reason_system, comment, day, \
     outcome_at, received_at, place) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing";

const PROBE: &str = "insert into probe (id, written_at, filling) values ('probe', $1, $2) \
     on conflict (id) do update set written_at = $1, filling = $2";

/// With how many bytes it is tried whether there is room again, so that a disk that is all but full is not taken for one with room.
const FILLING: usize = 64 * 1024;

/// Adds the rows, by a connection to either database.
macro_rules! add {
    ($connection:expr, $Db:ident, $cards:expr, $rows:expr) => {{
        for row in $cards {
            let identity = sqlx::query::<$Db>(CARD).bind(&row.client).bind(&row.card).bind(&row.patient).bind(row.display);
            let card = identity.bind(&row.service).bind(&row.hook).bind(row.code).bind(row.variant).bind(&row.ground).bind(&row.facts);
            let time = card.bind(&row.knowledge_version).bind(&row.knowledge_sha256).bind(&row.day).bind(row.shown_at);
            time.bind(&row.user).bind(&row.encounter).execute(&mut *$connection).await?;
        }
        for row in $rows {
            let of = sqlx::query::<$Db>(FEEDBACK).bind(&row.id).bind(&row.client).bind(&row.service).bind(&row.card);
            let said = of.bind(row.outcome).bind(&row.accepted).bind(&row.reason_code).bind(&row.reason_system).bind(&row.comment);
            let time = said.bind(&row.day).bind(row.outcome_at).bind(row.received_at).bind(row.place);
            time.execute(&mut *$connection).await?;
        }
        if $cards.is_empty() && $rows.is_empty() {
            sqlx::query::<$Db>(PROBE).bind(Timestamp::now().as_millisecond()).bind("x".repeat(FILLING)).execute(&mut *$connection).await?;
        }
    }};
}

async fn transaction(database: &Database, cards: &[&CardRow], rows: &[&FeedbackRow]) -> Result<(), StoreError> {
    match database {
        Database::Sqlite(sqlite) => of_sqlite(&mut *sqlite.acknowledged.acquire().await?, cards, rows).await?,
        Database::Postgres(pool) => {
            let mut transaction = pool.begin().await?;
            add!(transaction, Postgres, cards, rows);
            transaction.commit().await?;
        }
    }
    Ok(())
}

/// Not by sqlx's `Transaction`: when the disk is full SQLite ends a transaction by itself, sqlx counts on as if it had not, and takes the
/// next one for a part of it, which is never committed. In plain words, `begin` fails inside a transaction and `commit` outside.
async fn of_sqlite(connection: &mut SqliteConnection, cards: &[&CardRow], rows: &[&FeedbackRow]) -> Result<(), sqlx::Error> {
    if let Err(error) = connection.execute("begin immediate").await {
        // One that was given up half way may still be open; then, and only then, there is something to roll back.
        connection.execute("rollback").await.map_err(|_| error)?;
        connection.execute("begin immediate").await?;
    }
    let written = async {
        add!(connection, Sqlite, cards, rows);
        connection.execute("commit").await.map(drop)
    };
    let written: Result<(), sqlx::Error> = written.await;
    if written.is_err() {
        // Fails where SQLite has done it already.
        connection.execute("rollback").await.ok();
    }
    written
}
