//! What there is to tell of one call: put down while it is served, by whoever knows it.
//!
//! The layers share one account. Log, metrics, traces and audit each take from it what they may: whose record it was goes to the
//! audit alone.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

/// What takes time in a call, beside our own reckoning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Checking who calls, keys fetched for it included.
    Jwt,
    /// Waiting for a turn.
    Queue,
    /// Waiting for the body.
    Body,
    /// Waiting for the FHIR server.
    Fhir,
}

impl Part {
    /// Every part.
    pub const ALL: [Part; 4] = [Part::Jwt, Part::Queue, Part::Body, Part::Fhir];

    /// As it stands in metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Part::Jwt => "jwt",
            Part::Queue => "queue",
            Part::Body => "body",
            Part::Fhir => "fhir",
        }
    }
}

/// One card, as metrics count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardTold {
    /// Its code.
    pub code: &'static str,
    /// Its variant; `none` where it has none.
    pub variant: &'static str,
}

/// What a chart was like, in words of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChartTold {
    /// Kinds of record that were not had in full.
    pub gaps: Vec<&'static str>,
    /// Why a medicine could not be told, once for each.
    pub unresolved: Vec<&'static str>,
    /// Whether there is a PHQ-9.
    pub scored: bool,
}

/// What became of one card, in words of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedbackTold {
    /// `accepted` or `overridden`.
    pub outcome: &'static str,
    /// A reason of ours, `other` or `none`.
    pub reason: &'static str,
}

/// Whose record it was, as the request says it: for the audit alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The patient's id, where the record has one.
    pub patient: Option<String>,
    /// Who looked: `Practitioner/u1`.
    pub user: Option<String>,
    /// The server that the ids belong to.
    pub fhir_server: Option<String>,
}

/// What is put down of one call.
#[derive(Default)]
pub struct Story {
    /// The client's name in the settings.
    pub client: Option<String>,
    /// The hook instance, or why there is none to tell.
    pub hook_instance: HookInstance,
    /// Whether the service spoke: a word of the settings.
    pub mode: Option<&'static str>,
    /// Cards that were found, in order.
    pub cards: Vec<CardTold>,
    /// The chart, if there was one.
    pub chart: Option<ChartTold>,
    /// How requests to FHIR servers went, in words of ours: how often each.
    pub fhir: BTreeMap<&'static str, usize>,
    /// Feedback that was taken.
    pub feedback: Vec<FeedbackTold>,
    /// How many bytes the body had.
    pub body_bytes: Option<usize>,
    /// Whose record it was.
    pub subject: Option<Subject>,
}

/// `hookInstance` as far as it may be told: it ties our log to the client's, but only a UUID is known to say nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HookInstance {
    /// None was read.
    #[default]
    None,
    /// Something else than a UUID.
    Other,
    /// As it is.
    Known(Uuid),
}

impl HookInstance {
    /// What a request says.
    pub fn of(text: &str) -> HookInstance {
        Uuid::parse_str(text).map_or(HookInstance::Other, HookInstance::Known)
    }
}

impl std::fmt::Display for HookInstance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            HookInstance::None => formatter.write_str("none"),
            HookInstance::Other => formatter.write_str("not-a-uuid"),
            HookInstance::Known(id) => id.fmt(formatter),
        }
    }
}

/// The account of one call; a clone is the same account.
#[derive(Clone, Default)]
pub struct Account(Arc<Inner>);

#[derive(Default)]
struct Inner {
    nanoseconds: [AtomicU64; Part::ALL.len()],
    story: Mutex<Story>,
}

impl Account {
    /// Takes the time of a part until the lap is dropped. Laps of one part that run at once count each for itself: take one lap around
    /// requests that run in parallel.
    pub fn lap(&self, part: Part) -> Lap {
        Lap { account: self.clone(), part, begun: Instant::now(), counts: true }
    }

    /// Adds to the time of a part.
    pub fn add(&self, part: Part, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.nanoseconds[part as usize].fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// How long a part took so far.
    pub fn time(&self, part: Part) -> Duration {
        Duration::from_nanos(self.0.nanoseconds[part as usize].load(Ordering::Relaxed))
    }

    /// How much of the whole was neither of the parts: our own reckoning.
    pub fn own(&self, total: Duration) -> Duration {
        Part::ALL.iter().fold(total, |rest, part| rest.saturating_sub(self.time(*part)))
    }

    /// What was put down, to read or to add to. Not to be held over an `await`.
    pub fn story(&self) -> MutexGuard<'_, Story> {
        // A story cut short by a defect is still worth telling.
        self.0.story.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A part of a call that is going on.
pub struct Lap {
    account: Account,
    part: Part,
    begun: Instant,
    counts: bool,
}

impl Lap {
    /// Nothing was waited for: its time is not taken.
    pub fn void(mut self) {
        self.counts = false;
    }
}

impl Drop for Lap {
    fn drop(&mut self) {
        if self.counts {
            self.account.add(self.part, self.begun.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_time_is_what_no_part_took() {
        let account = Account::default();
        account.add(Part::Jwt, Duration::from_millis(2));
        account.clone().add(Part::Fhir, Duration::from_millis(5));
        account.add(Part::Fhir, Duration::from_millis(1));
        assert_eq!(account.time(Part::Fhir), Duration::from_millis(6));
        assert_eq!(account.own(Duration::from_millis(10)), Duration::from_millis(2));
        assert_eq!(account.own(Duration::from_millis(3)), Duration::ZERO);
        account.lap(Part::Queue).void();
        assert_eq!(account.time(Part::Queue), Duration::ZERO);
        drop(account.lap(Part::Queue));
        assert!(account.time(Part::Queue) > Duration::ZERO);
    }

    #[test]
    fn a_hook_instance_is_told_only_if_it_is_a_uuid() {
        let told = |text| HookInstance::of(text).to_string();
        assert_eq!(told("D1577C69-DFBE-44AD-BA6D-3E05E953B2EA"), "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea");
        assert_eq!(told("Smith, John"), "not-a-uuid");
        assert_eq!(HookInstance::default().to_string(), "none");
    }
}
