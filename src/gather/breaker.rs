//! A circuit breaker: a server that fails again and again is left alone for a while, then asked once.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many failures in a row open it.
const FAILURES: u32 = 10;

/// For how long it then stays open.
const REST: Duration = Duration::from_secs(10);

/// The breaker of one server. Locked for moments.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<Circuit>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Circuit {
    /// Everything may pass; so many failures in a row.
    Closed(u32),
    /// Nothing may pass since then.
    Open(Instant),
    /// One request is on its way since then, to see how things are.
    Probing(Instant),
}

impl Default for Circuit {
    fn default() -> Circuit {
        Circuit::Closed(0)
    }
}

/// What a request changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The server is left alone from now on.
    Opened,
    /// The server answers again.
    Closed,
}

impl Breaker {
    /// Whether a request may be sent now. A probe that was never heard of again makes room for another.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let mut circuit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *circuit {
            Circuit::Closed(_) => true,
            Circuit::Open(since) | Circuit::Probing(since) if now.saturating_duration_since(since) < REST => false,
            Circuit::Open(_) | Circuit::Probing(_) => {
                *circuit = Circuit::Probing(now);
                true
            }
        }
    }

    /// Whether failures opened it and no answer has closed it since.
    pub(super) fn is_open(&self) -> bool {
        !matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), Circuit::Closed(_))
    }

    /// Notes how a request ended.
    pub(super) fn note(&self, answered: bool, now: Instant) -> Option<Change> {
        let mut circuit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, change) = match (*circuit, answered) {
            (Circuit::Closed(_), true) => (Circuit::Closed(0), None),
            (Circuit::Closed(failures), false) if failures + 1 >= FAILURES => (Circuit::Open(now), Some(Change::Opened)),
            (Circuit::Closed(failures), false) => (Circuit::Closed(failures + 1), None),
            // A request that was sent before it opened.
            (Circuit::Open(since), false) => (Circuit::Open(since), None),
            (Circuit::Probing(_), false) => (Circuit::Open(now), None),
            (Circuit::Open(_) | Circuit::Probing(_), true) => (Circuit::Closed(0), Some(Change::Closed)),
        };
        *circuit = next;
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(now: Instant) -> Breaker {
        let breaker = Breaker::default();
        for _ in 1..FAILURES {
            assert_eq!(breaker.note(false, now), None);
            assert!(breaker.admits(now) && !breaker.is_open());
        }
        assert_eq!(breaker.note(false, now), Some(Change::Opened));
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_one_answer_between_them_does_not() {
        let now = Instant::now();
        assert!(!opened(now).admits(now));
        let breaker = Breaker::default();
        for _ in 0..3 * FAILURES {
            breaker.note(false, now);
            breaker.note(false, now);
            breaker.note(true, now);
        }
        assert!(breaker.admits(now));
    }

    #[test]
    fn after_its_rest_one_probe_passes_and_decides() {
        let now = Instant::now();
        let almost = now + REST - Duration::from_millis(1);
        let breaker = opened(now);
        assert!(!breaker.admits(almost));
        assert!(breaker.admits(now + REST));
        assert!(!breaker.admits(now + REST), "one probe at a time");
        assert_eq!(breaker.note(false, now + REST), None);
        assert!(!breaker.admits(now + REST + Duration::from_millis(1)));
        assert!(breaker.admits(now + 2 * REST) && breaker.is_open());
        assert_eq!(breaker.note(true, now + 2 * REST), Some(Change::Closed));
        assert!(breaker.admits(now + 2 * REST) && !breaker.is_open());
    }

    #[test]
    fn a_probe_that_is_never_heard_of_again_blocks_nothing_for_ever() {
        let now = Instant::now();
        let breaker = opened(now);
        assert!(breaker.admits(now + REST));
        assert!(!breaker.admits(now + REST + Duration::from_secs(1)));
        assert!(breaker.admits(now + 2 * REST));
    }
}
