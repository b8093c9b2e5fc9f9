//! What was shown to whom, and what became of it, on disk.
//!
//! One store, SQLite or PostgreSQL, to which rows are added: cards that went out, feedback, tokens that were used. A card and the
//! feedback on it are brought together when they are read, never when they are written, so that neither has to wait for the other and
//! two instances need not agree on an order. Patients, users and encounters stand there as keyed hashes; comments are never logged.
//!
//! The store has a thread of its own, with its own runtime: a call that waits for it gives up after `store.wait_ms` and goes on
//! without, and nothing that happens to a database reaches the threads that answer hooks.

mod address;
mod caller;
mod database;
mod error;
mod export;
mod keeper;
mod key;
mod memory;
mod retention;
mod row;
#[cfg(test)]
mod sample;
mod store;
#[cfg(test)]
mod tests;
mod token;
mod writer;

pub use address::Address;
pub use caller::{Caller, Who};
pub use database::Database;
pub use error::{SettingsError, StoreError};
pub use export::Line;
pub use retention::Rows;
pub use row::{Cards, Display, Shown};
pub use store::{Standing, Store};
