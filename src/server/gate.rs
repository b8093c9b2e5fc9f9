//! How many calls are taken at once. What comes beyond is refused at once, since an answer that comes too late helps nobody.
//!
//! A call first takes a seat, of which there are as many as calls may be judged and may wait together; without one it is refused
//! before its body is read. The body arrives on the seat, so that a slow sender holds up nobody whose body is there. Then the call
//! waits for its turn, in the order in which they came.
//!
//! Where there are several clients, each has a share of seats and turns. Without it one whose FHIR server hangs, or who sends its bodies
//! slowly, would soon hold all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::rt::time::timeout;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::CallError;
use crate::config::Limits;

/// Where calls get in.
#[derive(Debug)]
pub struct Gate {
    all: Places,
    patience: Duration,
    shares: Mutex<HashMap<Arc<str>, Places>>,
    share: (usize, usize),
}

/// Seats and turns.
#[derive(Debug, Clone)]
struct Places {
    seats: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Places {
    fn new((seats, turns): (usize, usize)) -> Places {
        Places { seats: Arc::new(Semaphore::new(seats)), turns: Arc::new(Semaphore::new(turns)) }
    }
}

/// Three quarters: what is left is enough for others, and the largest client is seldom held up by it.
const fn share(all: usize) -> usize {
    all - all / 4
}

impl Gate {
    /// A gate with these limits.
    pub fn new(limits: &Limits) -> Gate {
        let turns = limits.concurrent_calls.size();
        let seats = turns + limits.queued_calls.size();
        Gate {
            all: Places::new((seats, turns)),
            patience: limits.queue_ms.milliseconds(),
            shares: Mutex::default(),
            share: (share(seats), share(turns)),
        }
    }

    /// A seat, or a refusal at once; of a client's share, where it has to leave some to others.
    pub fn seat(&self, sharing: Option<&Arc<str>>) -> Result<Seat<'_>, CallError> {
        let share = sharing.map(|client| self.share_of(client));
        let seats = share.iter().chain([&self.all]).map(|places| places.seats.clone().try_acquire_owned());
        let seats = seats.collect::<Result<_, _>>().map_err(|_| CallError::Busy)?;
        Ok(Seat { gate: self, share, seats })
    }

    fn share_of(&self, client: &Arc<str>) -> Places {
        // Whoever panicked while holding it left whole entries behind.
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        shares.entry(client.clone()).or_insert_with(|| Places::new(self.share)).clone()
    }
}

/// A place inside, where the body may arrive.
#[derive(Debug)]
pub struct Seat<'a> {
    gate: &'a Gate,
    share: Option<Places>,
    seats: Vec<OwnedSemaphorePermit>,
}

impl Seat<'_> {
    /// The turn of this call, or a refusal when it does not come soon enough.
    pub async fn turn(self) -> Result<Turn, CallError> {
        let Seat { gate, share, seats } = self;
        let turns = async {
            let mut turns = Vec::new();
            // Its client's first: a call that waits for others of its client stands in nobody's way.
            for places in share.iter().chain([&gate.all]) {
                turns.push(places.turns.clone().acquire_owned().await?);
            }
            Ok::<_, tokio::sync::AcquireError>(turns)
        };
        let turns = timeout(gate.patience, turns).await.map_err(|_| CallError::Busy)?.map_err(|_| CallError::Busy)?;
        Ok(Turn { _seats: seats, _turns: turns })
    }
}

/// The right to read and judge. It is given back when it is dropped.
#[derive(Debug)]
pub struct Turn {
    _seats: Vec<OwnedSemaphorePermit>,
    _turns: Vec<OwnedSemaphorePermit>,
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
        let judged = gate.seat(None).expect("a seat").turn().await.expect("a turn");
        let waiting = gate.seat(None).expect("a seat to wait on");
        assert_eq!(gate.seat(None).expect_err("refused"), CallError::Busy);
        drop(waiting);
        drop(judged);
        assert!(gate.seat(None).is_ok());
    }

    #[actix_web::test]
    async fn a_turn_that_does_not_come_is_given_up_and_no_earlier() {
        let gate = gate(1, 1, 50);
        let judged = gate.seat(None).expect("a seat").turn().await.expect("a turn");
        let begun = Instant::now();
        assert_eq!(gate.seat(None).expect("a seat").turn().await.expect_err("refused"), CallError::Busy);
        assert!(begun.elapsed() >= Duration::from_millis(50));
        drop(judged);
        assert!(gate.seat(None).expect("a seat").turn().await.is_ok());
    }

    #[actix_web::test]
    async fn whoever_waits_gets_the_turn_that_is_given_back() {
        let gate = gate(1, 1, 60_000);
        let judged = gate.seat(None).expect("a seat").turn().await.expect("a turn");
        let (turn, ()) = tokio::join!(gate.seat(None).expect("a seat").turn(), async { drop(judged) });
        assert!(turn.is_ok());
    }

    #[actix_web::test]
    async fn without_a_queue_there_is_a_turn_or_none() {
        let gate = gate(1, 0, 0);
        let turn = gate.seat(None).expect("a seat").turn().await.expect("a turn");
        assert!(gate.seat(None).is_err());
        drop(turn);
        assert!(gate.seat(None).is_ok());
    }

    #[actix_web::test]
    async fn one_of_several_clients_leaves_a_quarter_of_turns_and_seats_to_others() {
        let gate = gate(4, 4, 50);
        let (greedy, other) = (Arc::from("greedy"), Arc::from("other"));
        let turn = async |client| gate.seat(Some(client)).expect("a seat").turn().await;
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(turn(&greedy).await.expect("a turn of its share"));
        }
        assert_eq!(turn(&greedy).await.expect_err("refused"), CallError::Busy);
        let turn_of_other = turn(&other).await.expect("the last turn is for others");
        assert_eq!(turn(&other).await.expect_err("there is none"), CallError::Busy);
        drop(turn_of_other);
        let mut seats: Vec<Seat<'_>> = (0..3).map(|_| gate.seat(Some(&greedy)).expect("a seat of its share")).collect();
        assert_eq!(gate.seat(Some(&greedy)).expect_err("six of eight are taken"), CallError::Busy);
        drop(turn(&other).await.expect("nobody waits for whom a share holds up"));
        seats.pop();
        assert!(gate.seat(Some(&greedy)).is_ok());
    }

    #[actix_web::test]
    async fn a_client_that_is_alone_has_all_of_it_and_the_smallest_share_is_one() {
        let all = gate(2, 0, 0);
        let first = all.seat(None).expect("a seat").turn().await.expect("a turn");
        assert!(all.seat(None).expect("a seat").turn().await.is_ok());
        drop(first);
        assert!(gate(1, 0, 0).seat(Some(&Arc::from("a"))).expect("a seat").turn().await.is_ok());
    }
}
