//! What was shown to whom, and what became of it, for as long as the service runs.
//!
//! Held in memory, within bounds: what is forgotten is shown once more, which harms nobody. A durable store takes this place later.
//! Patients, users and encounters stand here as keyed hashes whose key dies with the process; grounds and facts as hashes. Nothing
//! of it is logged, and comments are not kept at all.

mod bounded;
mod ledger;

pub use ledger::{Caller, Ledger, Who};
