//! The store, as calls see it.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::address::Address;
use super::caller::{Caller, Who};
use super::database::Database;
use super::error::{SettingsError, StoreError};
use super::keeper::Keeper;
use super::key::Keys;
use super::row::{Cards, FeedbackRow, Received};
use super::writer::{Job, Writer};
use super::{memory, token};
use crate::clinical::cards::Memory;
use crate::config;
use crate::hooks::FeedbackItem;

/// How many calls may wait for the writer.
const QUEUE: usize = 10_000;

/// For how long the start waits for the first connection; the next attempts go on beside the calls.
const START: Duration = Duration::from_secs(3);

/// For how long the connections may take to close.
const END: Duration = Duration::from_secs(5);

/// After so many in a row that were too slow, nobody reads, or asks for a token, until the store answers again.
const TOO_SLOW: u32 = 3;

/// Cards shown, feedback, tokens seen. It goes on by itself, on a thread of its own, until the last one who holds it lets it go.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    jobs: mpsc::Sender<Job>,
    runtime: Handle,
    keys: Arc<Keys>,
    wait: Duration,
    comment_characters: usize,
    is_shared: bool,
}

/// What the store's thread and the calls share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// `None` until there is a connection.
    pub(super) database: ArcSwapOption<Database>,
    pub(super) tally: Tally,
}

/// What is counted, and what is known of the last attempts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) readable: AtomicBool,
    pub(super) writable: AtomicBool,
    slow: AtomicU32,
    /// How many tokens in a row were asked for and not told in time.
    slow_tokens: AtomicU32,
    pub(super) waiting: AtomicUsize,
    lost: AtomicU64,
    forgone: AtomicU64,
    refused: AtomicU64,
}

/// How the store does, for `ready` and for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether what was shown before is known.
    pub readable: bool,
    /// Whether feedback is taken.
    pub writable: bool,
    /// Cards that wait to be written.
    pub waiting: usize,
    /// Cards that were forgotten since the store was out for too long.
    pub lost: u64,
    /// Calls that were answered without knowing what was shown before.
    pub forgone: u64,
    /// Feedback calls that were refused.
    pub refused: u64,
}

impl Standing {
    /// In one word: `ok`, `read-only` or `unavailable`.
    pub const fn word(self) -> &'static str {
        match self {
            Standing { readable: true, writable: true, .. } => "ok",
            Standing { readable: true, writable: false, .. } => "read-only",
            Standing { readable: false, .. } => "unavailable",
        }
    }
}

impl Shared {
    /// Notes how a writing ended; the log is told of changes only.
    pub(super) fn told_writing(&self, error: Option<&StoreError>) {
        let was = self.tally.writable.swap(error.is_none(), Relaxed);
        match error {
            Some(why) if was => tracing::error!(%why, "the store is not written: feedback is refused, cards wait"),
            None if !was => tracing::info!("the store is written"),
            _ => (),
        }
    }

    /// Notes how a reading ended.
    pub(super) fn told_reading(&self, error: Option<&StoreError>) {
        let readable = match error {
            None => {
                self.tally.slow.store(0, Relaxed);
                true
            }
            Some(StoreError::Slow) => self.tally.slow.fetch_add(1, Relaxed) + 1 < TOO_SLOW && self.tally.readable.load(Relaxed),
            Some(_) => false,
        };
        let was = self.tally.readable.swap(readable, Relaxed);
        match error {
            Some(why) if was && !readable => tracing::error!(%why, "the store is not read: what was shown before is not known"),
            None if !was => tracing::info!("the store is read"),
            _ => (),
        }
    }

    /// Whether tokens are worth asking for: every call asks for one, before it takes a seat, so a store that hangs must not keep them all.
    pub(super) fn tells_tokens(&self) -> bool {
        self.tally.slow_tokens.load(Relaxed) < TOO_SLOW
    }

    /// Notes how asking for a token ended. An error that comes at once keeps nobody waiting.
    pub(super) fn told_token(&self, error: Option<&StoreError>) {
        match error {
            None if self.tally.slow_tokens.swap(0, Relaxed) >= TOO_SLOW => tracing::info!("the store is asked for used tokens"),
            Some(why @ StoreError::Slow) if self.tally.slow_tokens.fetch_add(1, Relaxed) + 1 == TOO_SLOW => {
                tracing::error!(%why, "the store is not asked for used tokens: each instance knows its own alone");
            }
            _ => (),
        }
    }

    pub(super) fn told_lost(&self, cards: usize) {
        self.tally.lost.fetch_add(cards as u64, Relaxed);
        tracing::error!(cards, "cards that were shown could not be written and are forgotten");
    }
}

impl Store {
    /// Whether a store with these settings would be started. Nothing is made, and no database is asked.
    ///
    /// # Errors
    /// As [`Store::start`] has them.
    pub fn check(settings: &config::Store) -> Result<(), SettingsError> {
        Keys::check(settings.key_file.as_deref(), &Address::of(settings)?)
    }

    /// Starts the store. Settings that cannot be meant are an error; a database that cannot be reached is none: it is tried for until
    /// it is there, and meanwhile calls go on without.
    pub fn start(settings: &config::Store) -> Result<Store, SettingsError> {
        let address = Address::of(settings)?;
        let keys = Keys::of(settings.key_file.as_deref(), &address)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(SettingsError::Thread)?;
        let (jobs, received) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared::default());
        let store = Store {
            shared: shared.clone(),
            jobs,
            runtime: runtime.handle().clone(),
            keys: Arc::new(keys),
            wait: settings.wait_ms.milliseconds(),
            is_shared: matches!(address, Address::Postgres(_)),
            comment_characters: if settings.comments { settings.comment_characters.size() } else { 0 },
        };
        let (tried, first) = std::sync::mpsc::channel();
        let connections = u32::try_from(settings.connections.get()).unwrap_or(u32::MAX);
        let keeper = Keeper { shared: shared.clone(), address, connections, retention_days: settings.retention_days.get() };
        let work = move || {
            runtime.block_on(async move {
                let writer = Writer::new(shared.clone(), received);
                let waiting = tokio::select! {
                    waiting = writer.run() => waiting,
                    () = keeper.run(tried) => Vec::new(),
                };
                if let Some(database) = shared.database.swap(None) {
                    timeout(END, database.close()).await.ok();
                }
                drop(waiting);
            });
        };
        std::thread::Builder::new().name("store".to_owned()).spawn(work).map_err(SettingsError::Thread)?;
        // Whether it worked is told by the standing.
        first.recv_timeout(START).ok();
        Ok(store)
    }

    /// Whether other instances may use it too.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The caller without anything that could be read.
    pub fn who(&self, caller: Caller<'_>) -> Who {
        Who::of(caller, &self.keys)
    }

    /// What is remembered of the patient, as this caller has to see it. On an error a call goes on with [`Memory::NONE`].
    pub async fn memory(&self, who: &Who) -> Result<Memory, StoreError> {
        let memory = self.reading(who).await;
        if memory.is_err() {
            self.shared.tally.forgone.fetch_add(1, Relaxed);
        }
        memory
    }

    async fn reading(&self, who: &Who) -> Result<Memory, StoreError> {
        let database = self.shared.database.load_full().filter(|_| self.shared.tally.readable.load(Relaxed));
        let database = database.ok_or(StoreError::Unavailable)?;
        let who = who.clone();
        let memory = self.within(async move { memory::memory(&database, &who).await }).await;
        self.shared.told_reading(memory.as_ref().err());
        memory
    }

    /// Notes that these cards go out. They are written soon after; a card that could not be is counted and told.
    pub fn show(&self, Cards(rows): Cards) {
        if rows.is_empty() {
            return;
        }
        if let Err(mpsc::error::TrySendError::Full(job) | mpsc::error::TrySendError::Closed(job)) = self.jobs.try_send(Job::Cards(rows)) {
            self.shared.told_lost(if let Job::Cards(rows) = job { rows.len() } else { 0 });
        }
    }

    /// Keeps what a client says of cards, known here or not. When it returns without an error, all of it is on disk; after an error
    /// nothing is promised, and the same again does no harm.
    pub async fn keep(&self, client: &str, service: &str, items: &[FeedbackItem], time_zone: &TimeZone) -> Result<(), StoreError> {
        if items.is_empty() {
            return Ok(());
        }
        let received = Received { client, service, time_zone, now: Timestamp::now(), comment_characters: self.comment_characters };
        let rows = items.iter().enumerate().map(|(place, item)| FeedbackRow::of(received, item, place)).collect();
        let (answer, written) = oneshot::channel();
        let kept = match self.jobs.try_send(Job::Feedback(rows, answer)) {
            Ok(()) => written.await.unwrap_or(Err(StoreError::Unavailable)),
            Err(_) => Err(StoreError::Unavailable),
        };
        if kept.is_err() {
            self.shared.tally.refused.fetch_add(1, Relaxed);
        }
        kept
    }

    /// Whether a token of this issuer and id (`jti`) comes for the first time. It is remembered until `until`, the end of its life with
    /// the skew that is allowed; after that the token has to be refused for its age.
    pub async fn first(&self, issuer: &str, jti: &str, until: Timestamp) -> Result<bool, StoreError> {
        let database = self.shared.database.load_full().filter(|_| self.shared.tells_tokens()).ok_or(StoreError::Unavailable)?;
        let id = token::id(issuer, jti);
        let first = self.within(async move { token::first(&database, &id, until).await }).await;
        self.shared.told_token(first.as_ref().err());
        first
    }

    /// How the store does.
    pub fn standing(&self) -> Standing {
        let tally = &self.shared.tally;
        Standing {
            readable: tally.readable.load(Relaxed),
            writable: tally.writable.load(Relaxed),
            waiting: tally.waiting.load(Relaxed),
            lost: tally.lost.load(Relaxed),
            forgone: tally.forgone.load(Relaxed),
            refused: tally.refused.load(Relaxed),
        }
    }

    /// Writes what waits and ends the store; nothing is taken from then on.
    pub async fn close(&self, within: Duration) {
        let (told, closed) = oneshot::channel();
        let closing = async {
            if self.jobs.send(Job::Close(told)).await.is_ok() {
                // It is let go without a word when all is over.
                closed.await.ok();
            }
        };
        if timeout(within, closing).await.is_err() {
            tracing::error!("the store did not end in time");
        }
    }

    /// Runs on the store's thread, and is given up when it takes longer than a call may wait. Not on the caller's: a connection is given back
    /// by a task of the thread that used it, which would come to that only when the call has been judged.
    async fn within<T: Send + 'static>(&self, work: impl Future<Output = Result<T, StoreError>> + Send + 'static) -> Result<T, StoreError> {
        let work = self.runtime.spawn(work);
        let ending = work.abort_handle();
        match timeout(self.wait, work).await {
            Ok(done) => done.unwrap_or(Err(StoreError::Unavailable)),
            Err(_) => {
                ending.abort();
                Err(StoreError::Slow)
            }
        }
    }
}
