//! The cards that were shown, and what was done with them.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::bounded::Bounded;
use crate::clinical::cards::{Card, CardCode, FactHash, Fate, Memory, Past};
use crate::clinical::units::Day;
use crate::hooks::{FeedbackItem, FeedbackOutcome, PickedReason};

/// For how many patients and cards there is room.
const PATIENTS: usize = 20_000;
const CARDS: usize = 50_000;

/// How much is remembered of one patient: far more than can be shown within the times that the rules ask for.
const OF_ONE_PATIENT: usize = 64;

/// Our own override reason that silences the bipolar card for longer (rules.md 7).
const EXCLUDED: &str = "considered-and-excluded";
const OWN_REASONS: &str = "https://trialwise.org/override-reasons";

/// A keyed hash of an id. The key is made at start and never leaves the process.
type Pseudonym = u64;

/// Who calls, and about whom, as the request says it.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Caller<'a> {
    pub client: &'a str,
    /// Ids are unique within a server only.
    pub fhir_server: Option<&'a str>,
    pub patient: &'a str,
    pub user: Option<&'a str>,
    pub encounter: Option<&'a str>,
}

/// Who calls, and about whom, with nothing that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    client: Pseudonym,
    patient: Pseudonym,
    user: Option<Pseudonym>,
    encounter: Option<Pseudonym>,
}

/// What was shown, and what was done with it. Locked for moments only, never while a record is read or judged.
#[derive(Debug)]
pub struct Ledger {
    key: RandomState,
    book: Mutex<Book>,
}

#[derive(Debug)]
struct Book {
    cards: Bounded<Uuid, Sent>,
    patients: Bounded<Pseudonym, Vec<Entry>>,
}

/// A card as it went out.
#[derive(Debug, Clone)]
enum Sent {
    /// To one caller, about one patient.
    Card(Who, Box<Entry>),
    /// The same uuid for two patients, since a client repeated its hook instance: nobody can say whose card was meant.
    Ambiguous,
}

/// One card of one patient, and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    code: CardCode,
    ground: FactHash,
    facts: Vec<FactHash>,
    day: Day,
    fate: Fate,
    user: Option<Pseudonym>,
    encounter: Option<Pseudonym>,
}

impl Entry {
    /// What a later report of the same takes the place of.
    fn is_same_as(&self, other: &Entry) -> bool {
        let answered = |entry: &Entry| entry.fate != Fate::Shown;
        (self.code, self.ground, self.user, self.encounter) == (other.code, other.ground, other.user, other.encounter)
            && answered(self) == answered(other)
    }
}

impl Default for Ledger {
    fn default() -> Ledger {
        Ledger { key: RandomState::new(), book: Mutex::new(Book { cards: Bounded::new(CARDS), patients: Bounded::new(PATIENTS) }) }
    }
}

impl Ledger {
    /// The caller without anything that could be read.
    pub fn who(&self, caller: Caller<'_>) -> Who {
        let Caller { client, fhir_server, patient, user, encounter } = caller;
        let named = |kind: &str, id: &str| self.key.hash_one((kind, client, fhir_server, id));
        Who {
            client: self.client(client),
            patient: named("patient", patient),
            user: user.map(|id| named("user", id)),
            encounter: encounter.map(|id| named("encounter", id)),
        }
    }

    fn client(&self, client: &str) -> Pseudonym {
        self.key.hash_one(("client", client))
    }

    /// What is remembered of the patient, as this caller has to see it.
    pub fn memory(&self, who: Who) -> Memory {
        let book = self.book();
        let entries = book.patients.get(&who.patient).map(Vec::as_slice).unwrap_or_default();
        let past = |entry: &Entry| Past {
            code: entry.code,
            ground: entry.ground,
            facts: entry.facts.clone(),
            day: entry.day,
            fate: entry.fate,
            by_this_user: entry.user.is_some() && entry.user == who.user,
            in_this_encounter: entry.encounter.is_some() && entry.encounter == who.encounter,
        };
        Memory { past: entries.iter().map(past).collect() }
    }

    /// Notes that a card goes out under this uuid.
    pub fn show(&self, who: Who, day: Day, uuid: Uuid, card: &Card) {
        let entry = Entry {
            code: card.code,
            ground: FactHash::of(&card.ground),
            facts: card.facts.iter().map(|fact| FactHash::of(fact)).collect(),
            day,
            fate: Fate::Shown,
            user: who.user,
            encounter: who.encounter,
        };
        let mut book = self.book();
        let sent = book.cards.entry(uuid, || Sent::Card(who, Box::new(entry.clone())));
        if matches!(sent, Sent::Card(to, _) if (to.client, to.patient) != (who.client, who.patient)) {
            *sent = Sent::Ambiguous;
        }
        book.keep(who.patient, entry);
    }

    /// Takes what a client says of a card. The same twice is the same once; a card that is not known, or was another client's, is let
    /// be. `day` is the day of the outcome.
    pub fn take(&self, client: &str, item: &FeedbackItem, day: Day) {
        let Ok(uuid) = Uuid::parse_str(&item.card) else { return };
        let client = self.client(client);
        let mut book = self.book();
        let Some(Sent::Card(to, entry)) =
            book.cards.get(&uuid).cloned().filter(|sent| matches!(sent, Sent::Card(to, _) if to.client == client))
        else {
            return;
        };
        let fate = match &item.outcome {
            // Taking a suggestion sets nothing aside.
            FeedbackOutcome::Accepted => return,
            FeedbackOutcome::Overridden(reason) if reason.as_ref().is_some_and(is_excluded) => Fate::Excluded,
            FeedbackOutcome::Overridden(_) => Fate::Dismissed,
        };
        book.keep(to.patient, Entry { fate, day, ..*entry });
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Nothing below can be left half done.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn keep(&mut self, patient: Pseudonym, entry: Entry) {
        let entries = self.patients.entry(patient, Vec::new);
        entries.retain(|other| !other.is_same_as(&entry));
        if entries.len() >= OF_ONE_PATIENT {
            // What was set aside is worth more than what was only shown.
            let oldest = entries.iter().position(|other| other.fate == Fate::Shown).unwrap_or(0);
            entries.remove(oldest);
        }
        entries.push(entry);
    }
}

/// Some clients send the code alone.
fn is_excluded(reason: &PickedReason) -> bool {
    reason.code == EXCLUDED && reason.system.as_deref().is_none_or(|system| system == OWN_REASONS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinical::cards::Indicator;

    const CARD: Uuid = Uuid::from_u128(1);

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn card() -> Card {
        Card {
            code: CardCode::CompleteTrial,
            variant: None,
            indicator: Indicator::Info,
            summary: String::new(),
            detail: String::new(),
            title: "",
            override_reasons: Vec::new(),
            suggestions: Vec::new(),
            links: Vec::new(),
            ground: "g".into(),
            facts: vec!["f".into()],
        }
    }

    fn caller(patient: &str) -> Caller<'_> {
        Caller { client: "c", fhir_server: None, patient, user: Some("Practitioner/u"), encounter: None }
    }

    fn overridden(code: &str) -> FeedbackItem {
        let reason = PickedReason { system: None, code: code.into() };
        let at = "2026-03-02T10:00:00Z".parse().expect("a time");
        FeedbackItem { card: CARD.to_string(), outcome: FeedbackOutcome::Overridden(Some(reason)), at }
    }

    fn fates(ledger: &Ledger, caller: Caller<'_>) -> Vec<Fate> {
        ledger.memory(ledger.who(caller)).past.iter().map(|past| past.fate).collect()
    }

    /// A ledger in which one card went out for p.
    fn shown() -> Ledger {
        let ledger = Ledger::default();
        ledger.show(ledger.who(caller("p")), day("2026-03-02"), CARD, &card());
        ledger
    }

    #[test]
    fn a_dismissal_is_kept_for_its_patient_and_client_alone() {
        let ledger = shown();
        ledger.take("c", &overridden("already-done"), day("2026-03-02"));
        assert_eq!(fates(&ledger, caller("p")), [Fate::Shown, Fate::Dismissed]);
        assert_eq!(fates(&ledger, caller("q")), []);
        assert_eq!(fates(&ledger, Caller { client: "d", ..caller("p") }), []);
        assert_eq!(fates(&ledger, Caller { fhir_server: Some("https://other.example"), ..caller("p") }), []);
    }

    #[test]
    fn the_same_report_twice_is_one() {
        let ledger = shown();
        for code in ["already-done", "already-done", EXCLUDED] {
            ledger.take("c", &overridden(code), day("2026-03-02"));
        }
        assert_eq!(fates(&ledger, caller("p")), [Fate::Shown, Fate::Excluded]);
    }

    #[test]
    fn what_is_not_known_or_was_another_clients_is_let_be() {
        let ledger = shown();
        ledger.take("d", &overridden("already-done"), day("2026-03-02"));
        ledger.take("c", &FeedbackItem { card: Uuid::from_u128(2).to_string(), ..overridden("x") }, day("2026-03-02"));
        ledger.take("c", &FeedbackItem { card: "no uuid".into(), ..overridden("x") }, day("2026-03-02"));
        ledger.take("c", &FeedbackItem { outcome: FeedbackOutcome::Accepted, ..overridden("x") }, day("2026-03-02"));
        assert_eq!(fates(&ledger, caller("p")), [Fate::Shown]);
    }

    #[test]
    fn one_uuid_for_two_patients_answers_for_neither() {
        let ledger = shown();
        ledger.show(ledger.who(caller("q")), day("2026-03-02"), CARD, &card());
        ledger.take("c", &overridden("already-done"), day("2026-03-02"));
        assert_eq!((fates(&ledger, caller("p")), fates(&ledger, caller("q"))), (vec![Fate::Shown], vec![Fate::Shown]));
    }

    #[test]
    fn user_and_encounter_are_known_again_only_where_they_are_said() {
        let seen = |caller: Caller<'_>| {
            let ledger = Ledger::default();
            let first = Caller { encounter: Some("e"), ..super::tests::caller("p") };
            ledger.show(ledger.who(first), day("2026-03-02"), CARD, &card());
            let past = ledger.memory(ledger.who(caller)).past.remove(0);
            (past.by_this_user, past.in_this_encounter)
        };
        assert_eq!(seen(Caller { encounter: Some("e"), ..caller("p") }), (true, true));
        assert_eq!(seen(Caller { encounter: None, user: None, ..caller("p") }), (false, false));
        assert_eq!(seen(Caller { encounter: Some("f"), user: Some("Practitioner/v"), ..caller("p") }), (false, false));
    }

    #[test]
    fn one_patient_takes_no_more_than_their_room_and_what_was_set_aside_stays() {
        let ledger = shown();
        ledger.take("c", &overridden("already-done"), day("2026-03-02"));
        for index in 0..2 * OF_ONE_PATIENT {
            let card = Card { ground: index.to_string(), ..card() };
            ledger.show(ledger.who(caller("p")), day("2026-03-02"), Uuid::from_u128(index as u128 + 2), &card);
        }
        let fates = fates(&ledger, caller("p"));
        assert_eq!(fates.len(), OF_ONE_PATIENT);
        assert_eq!(fates.iter().filter(|fate| **fate == Fate::Dismissed).count(), 1);
    }
}
