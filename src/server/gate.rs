//! How many calls are taken at once. What comes beyond is refused at once, since an answer that comes too late helps nobody.
//!
//! A call first takes a seat, of which there are as many as calls may be judged and may wait together; without one it is refused
//! before its body is read. The body arrives on the seat, so that a slow sender holds up nobody whose body is there. Then the call
//! waits for its turn, in the order in which they came.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::timeout;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::CallError;
use crate::config::Limits;

/// Where calls get in.
#[derive(Debug)]
pub struct Gate {
    seats: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    patience: Duration,
}

impl Gate {
    /// A gate with these limits.
    pub fn new(limits: &Limits) -> Gate {
        let turns = limits.concurrent_calls.size();
        Gate {
            seats: Arc::new(Semaphore::new(turns + limits.queued_calls.size())),
            turns: Arc::new(Semaphore::new(turns)),
            patience: limits.queue_ms.milliseconds(),
        }
    }

    /// A seat, or a refusal at once.
    pub fn seat(&self) -> Result<Seat<'_>, CallError> {
        let permit = Arc::clone(&self.seats).try_acquire_owned().map_err(|_| CallError::Busy)?;
        Ok(Seat { gate: self, permit })
    }
}

/// A place inside, where the body may arrive.
#[derive(Debug)]
pub struct Seat<'a> {
    gate: &'a Gate,
    permit: OwnedSemaphorePermit,
}

impl Seat<'_> {
    /// The turn of this call, or a refusal when it does not come soon enough.
    pub async fn turn(self) -> Result<Turn, CallError> {
        let turn = timeout(self.gate.patience, Arc::clone(&self.gate.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| CallError::Busy)?.map_err(|_| CallError::Busy)?;
        Ok(Turn { _seat: self.permit, _turn: turn })
    }
}

/// The right to read and judge. It is given back when it is dropped.
#[derive(Debug)]
pub struct Turn {
    _seat: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::config::Config;

    fn gate(concurrent: u64, queued: u64, queue_ms: u64) -> Gate {
        let settings = format!("[limits]\nconcurrent_calls = {concurrent}\nqueued_calls = {queued}\nqueue_ms = {queue_ms}");
        Gate::new(&Config::parse("test", &settings).expect("settings").limits)
    }

    #[actix_web::test]
    async fn beyond_turns_and_queue_a_call_is_refused_at_once() {
        let gate = gate(1, 1, 60_000);
        let judged = gate.seat().expect("a seat").turn().await.expect("a turn");
        let waiting = gate.seat().expect("a seat to wait on");
        assert_eq!(gate.seat().expect_err("refused"), CallError::Busy);
        drop(waiting);
        drop(judged);
        assert!(gate.seat().is_ok());
    }

    #[actix_web::test]
    async fn a_turn_that_does_not_come_is_given_up_and_no_earlier() {
        let gate = gate(1, 1, 50);
        let judged = gate.seat().expect("a seat").turn().await.expect("a turn");
        let begun = Instant::now();
        assert_eq!(gate.seat().expect("a seat").turn().await.expect_err("refused"), CallError::Busy);
        assert!(begun.elapsed() >= Duration::from_millis(50));
        drop(judged);
        assert!(gate.seat().expect("a seat").turn().await.is_ok());
    }

    #[actix_web::test]
    async fn whoever_waits_gets_the_turn_that_is_given_back() {
        let gate = gate(1, 1, 60_000);
        let judged = gate.seat().expect("a seat").turn().await.expect("a turn");
        let (turn, ()) = tokio::join!(gate.seat().expect("a seat").turn(), async { drop(judged) });
        assert!(turn.is_ok());
    }

    #[actix_web::test]
    async fn without_a_queue_there_is_a_turn_or_none() {
        let gate = gate(1, 0, 0);
        let turn = gate.seat().expect("a seat").turn().await.expect("a turn");
        assert!(gate.seat().is_err());
        drop(turn);
        assert!(gate.seat().is_ok());
    }
}
