//! Which tokens were used: each may be used once.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};

/// How many tokens of one client are remembered at once, in some 50 MB: 117 calls a second, where each token lives an hour. EHRs make them
/// live five minutes; then it is 500 a second.
const MOST: usize = 500_000;

/// For how long a token is remembered beyond its life, in seconds: a clock that ran ahead and is put right must not let it in again.
const MARGIN: i64 = 600;

/// Where several instances remember together which tokens were used.
pub trait SharedMemory: Send + Sync {
    /// Whether this is the first use of the token of this id (`jti`) by this sender, which is an issuer or one organisation (tenant) of it.
    /// It is remembered until then, in seconds since 1970.
    fn first<'a>(&'a self, sender: &'a str, token_id: &'a str, until: i64) -> BoxFuture<'a, Result<bool, Unavailable>>;
}

/// The shared memory could not be asked. Then each instance goes by its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the memory of used tokens that instances share could not be asked")]
pub struct Unavailable;

/// Nothing more can be remembered before something is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// What one instance remembers of one client. A token is forgotten when it could not be used anyway.
#[derive(Debug)]
pub(super) struct Seen {
    most: usize,
    remembered: Mutex<Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    until: HashMap<u128, i64>,
    soonest: BinaryHeap<Reverse<(i64, u128)>>,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen::new(MOST)
    }
}

impl Seen {
    fn new(most: usize) -> Seen {
        Seen { most, remembered: Mutex::default() }
    }

    /// Whether this is the first use of the token; it is remembered until then. Times are in seconds since 1970.
    pub(super) fn first(&self, token_id: &str, until: i64, now: i64) -> Result<bool, Full> {
        let mark = mark(token_id);
        // Whoever panicked while holding it left whole entries behind.
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.forget(now);
        if remembered.until.contains_key(&mark) {
            return Ok(false);
        }
        if remembered.until.len() >= self.most {
            return Err(Full);
        }
        remembered.until.insert(mark, until);
        remembered.soonest.push(Reverse((until, mark)));
        Ok(true)
    }
}

impl Remembered {
    fn forget(&mut self, now: i64) {
        while let Some(Reverse((until, mark))) =
            self.soonest.peek().copied().filter(|Reverse((until, _))| until.saturating_add(MARGIN) <= now)
        {
            self.soonest.pop();
            debug_assert_eq!(self.until.get(&mark), Some(&until));
            self.until.remove(&mark);
        }
    }
}

/// The id of a token in 16 bytes, however long it is.
fn mark(token_id: &str) -> u128 {
    u128::from_be_bytes(Sha256::digest(token_id)[..16].try_into().expect("a digest of 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_used_once_within_its_life() {
        let seen = Seen::default();
        assert_eq!(seen.first("1", 100, 50), Ok(true));
        assert_eq!(seen.first("1", 100, 50), Ok(false));
        assert_eq!(seen.first("1", 200, 99), Ok(false), "another token of the same id");
        assert_eq!(seen.first("2", 100, 50), Ok(true));
        assert_eq!(seen.first("1", 200, 100 + MARGIN - 1), Ok(false), "the clock may run ahead");
        assert_eq!(seen.first("1", 200, 50), Ok(false), "and be put right");
        assert_eq!(seen.first("1", 200, 100 + MARGIN), Ok(true), "long after its life");
    }

    #[test]
    fn it_holds_so_many_and_no_more_until_some_are_over() {
        let seen = Seen::new(2);
        assert_eq!(seen.first("1", 100, 0), Ok(true));
        assert_eq!(seen.first("2", 200, 0), Ok(true));
        assert_eq!(seen.first("3", 300, 0), Err(Full));
        assert_eq!(seen.first("1", 100, 0), Ok(false));
        assert_eq!(seen.first("3", 300, 100 + MARGIN), Ok(true));
        assert_eq!(seen.remembered.lock().expect("whole").soonest.len(), 2);
    }
}
