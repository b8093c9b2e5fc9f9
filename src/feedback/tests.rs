//! What holds on SQLite and on PostgreSQL alike.

mod outage;
mod rows;

use std::path::PathBuf;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::sample::{Folder, Server, block_on};
use super::*;
use crate::clinical::cards::{Card, CardCode, FactHash, Fate, Indicator, Memory};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::config;
use crate::hooks::{Comment, FeedbackItem, FeedbackOutcome, PickedReason};

const CARD: Uuid = Uuid::from_u128(1);
const OLD_KEY: &str = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
const NEW_KEY: &str = "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=";

/// One of the databases, empty, and settings for it.
struct Bed {
    folder: Folder,
    server: Option<Server>,
}

impl Bed {
    fn key_file(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    fn settings(&self) -> config::Store {
        let file = self.folder.path().join("store.db");
        let url = self.server.as_ref().map_or_else(|| format!("sqlite:{}", file.display()), Server::url);
        let patient = config::Within::new(10_000);
        config::Store { url: Some(url.into()), key_file: Some(self.key_file()), wait_ms: patient, ..config::Store::default() }
    }

    fn start(&self) -> Store {
        Store::start(&self.settings()).expect("settings")
    }

    async fn database(&self) -> Database {
        Database::open(&Address::of(&self.settings()).expect("an address"), 2).await.expect("open")
    }

    async fn lines(&self, since: Timestamp) -> Vec<Line> {
        let mut lines = Vec::new();
        let database = self.database().await;
        let taken = database.export(since, |line| {
            lines.push(line);
            Ok::<_, ()>(())
        });
        taken.await.expect("read").expect("taken");
        lines
    }
}

/// Runs a test on SQLite, and on PostgreSQL where there is one.
fn on_each(test: impl AsyncFn(&Bed)) {
    let beds = [Some(None), Server::new().map(Some)];
    for server in beds.into_iter().flatten() {
        let bed = Bed { folder: Folder::new(), server };
        std::fs::write(bed.key_file(), OLD_KEY).expect("written");
        block_on(test(&bed));
    }
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn card() -> Card {
    Card {
        code: CardCode::CompleteTrial,
        variant: Some("duration"),
        indicator: Indicator::Info,
        summary: String::new(),
        detail: String::new(),
        title: "",
        override_reasons: Vec::new(),
        suggestions: Vec::new(),
        links: Vec::new(),
        ground: "g".into(),
        facts: vec!["f".into(), "h".into()],
    }
}

fn caller(patient: &str) -> Caller<'_> {
    Caller { client: "c", fhir_server: None, patient, user: Some("Practitioner/u"), encounter: None }
}

fn overridden(code: &str) -> FeedbackItem {
    let reason = PickedReason { system: None, code: code.into() };
    let at = "2026-03-02T10:00:00Z".parse().expect("a time");
    FeedbackItem { card: CARD.to_string(), outcome: FeedbackOutcome::Overridden(Some(reason)), at, comment: None }
}

impl Store {
    fn shows(&self, caller: Caller<'_>, uuid: Uuid, card: &Card, display: Display) {
        let who = self.who(caller);
        let shown = Shown {
            who: &who,
            service: "trialwise-patient-view",
            hook: "patient-view",
            knowledge: Knowledge::builtin(),
            day: day("2026-03-02"),
            display,
        };
        self.show(Cards::of(shown, [(uuid, card)]));
    }

    async fn takes(&self, client: &str, items: &[FeedbackItem]) {
        self.keep(client, "trialwise-patient-view", items, &TimeZone::UTC).await.expect("kept");
    }

    /// Waits until what was shown is written: feedback is written in order.
    async fn settled(&self) {
        let unknown = FeedbackItem { card: "nobody's".into(), ..overridden("x") };
        self.takes("nobody", &[unknown]).await;
    }

    async fn knows(&self, caller: Caller<'_>) -> Memory {
        self.memory(&self.who(caller)).await.expect("read")
    }

    async fn fates(&self, caller: Caller<'_>) -> Vec<Fate> {
        self.knows(caller).await.past.iter().map(|past| past.fate).collect()
    }
}

/// A store in which one card went out for p.
fn shown(bed: &Bed) -> Store {
    let store = bed.start();
    store.shows(caller("p"), CARD, &card(), Display::Shown);
    store
}

#[test]
fn a_dismissal_is_kept_for_its_patient_and_client_alone() {
    on_each(async |bed| {
        let store = shown(bed);
        store.takes("c", &[overridden("already-done")]).await;
        assert_eq!(store.fates(caller("p")).await, [Fate::Dismissed, Fate::Shown]);
        assert_eq!(store.fates(caller("q")).await, []);
        assert_eq!(store.fates(Caller { client: "d", ..caller("p") }).await, []);
        assert_eq!(store.fates(Caller { fhir_server: Some("https://other.example"), ..caller("p") }).await, []);
    });
}

#[test]
fn what_is_remembered_is_the_card_that_was_shown() {
    on_each(async |bed| {
        let store = shown(bed);
        store.takes("c", &[overridden("already-done")]).await;
        for past in store.knows(caller("p")).await.past {
            assert_eq!((past.code, past.ground), (CardCode::CompleteTrial, FactHash::of("g")));
            assert_eq!(past.facts, [FactHash::of("f"), FactHash::of("h")]);
            assert_eq!(past.day, day("2026-03-02"));
        }
    });
}

#[test]
fn a_restart_and_a_second_instance_see_the_same() {
    on_each(async |bed| {
        let first = shown(bed);
        first.takes("c", &[overridden("already-done")]).await;
        let second = bed.start();
        assert_eq!(second.fates(caller("p")).await, [Fate::Dismissed, Fate::Shown]);
        first.close(std::time::Duration::from_secs(5)).await;
        assert_eq!(bed.start().fates(caller("p")).await, [Fate::Dismissed, Fate::Shown]);
        assert!(first.keep("c", "s", &[overridden("x")], &TimeZone::UTC).await.is_err(), "it is closed");
    });
}

#[test]
fn what_was_shown_last_is_written_before_it_ends() {
    on_each(async |bed| {
        shown(bed).close(std::time::Duration::from_secs(5)).await;
        assert_eq!(bed.start().fates(caller("p")).await, [Fate::Shown]);
    });
}

#[test]
fn feedback_that_comes_before_its_card_finds_it() {
    on_each(async |bed| {
        let other = bed.start();
        other.takes("c", &[overridden("already-done")]).await;
        let store = shown(bed);
        store.settled().await;
        assert_eq!(other.fates(caller("p")).await, [Fate::Dismissed, Fate::Shown]);
    });
}

#[test]
fn the_same_report_twice_is_one_and_the_last_word_holds() {
    on_each(async |bed| {
        let store = shown(bed);
        let items = ["already-done", "already-done", "considered-and-excluded"].map(overridden);
        store.takes("c", &items).await;
        store.takes("c", &items).await;
        assert_eq!(store.fates(caller("p")).await, [Fate::Excluded, Fate::Shown]);
        assert_eq!(bed.lines(Timestamp::UNIX_EPOCH).await.len(), 2);
    });
}

#[test]
fn what_is_not_known_or_was_another_clients_sets_nothing_aside_and_is_kept() {
    on_each(async |bed| {
        let store = shown(bed);
        store.takes("d", &[overridden("already-done")]).await;
        let unknown = FeedbackItem { card: Uuid::from_u128(2).to_string(), ..overridden("x") };
        let foreign = FeedbackItem { card: "no uuid\0".into(), ..overridden("x") };
        let accepted = FeedbackItem { outcome: FeedbackOutcome::Accepted(vec!["s1".into()]), ..overridden("x") };
        store.takes("c", &[unknown, foreign, accepted]).await;
        assert_eq!(store.fates(caller("p")).await, [Fate::Shown]);
        let lines = bed.lines(Timestamp::UNIX_EPOCH).await;
        let told = lines.iter().map(|line| (&*line.client, &*line.card, &*line.action, line.code.as_deref())).collect::<Vec<_>>();
        let card = CARD.to_string();
        assert_eq!(
            told,
            [
                ("d", &*card, "overridden", None),
                ("c", &Uuid::from_u128(2).to_string(), "overridden", None),
                ("c", "no uuid", "overridden", None),
                ("c", &card, "accepted", Some("complete-trial")),
            ]
        );
        assert_eq!(lines[3].accepted_suggestions, ["s1"]);
    });
}

#[test]
fn one_uuid_for_two_patients_answers_for_neither() {
    on_each(async |bed| {
        let store = shown(bed);
        store.shows(caller("q"), CARD, &card(), Display::Shown);
        store.takes("c", &[overridden("already-done")]).await;
        assert_eq!((store.fates(caller("p")).await, store.fates(caller("q")).await), (vec![Fate::Shown], vec![Fate::Shown]));
        let lines = bed.lines(Timestamp::UNIX_EPOCH).await;
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].code.as_deref(), &lines[0].user), (Some("complete-trial"), &None));
    });
}

#[test]
fn another_client_with_the_same_uuid_takes_nothing_away() {
    on_each(async |bed| {
        let store = shown(bed);
        store.shows(Caller { client: "d", ..caller("q") }, CARD, &card(), Display::Shown);
        store.takes("c", &[overridden("already-done")]).await;
        assert_eq!(store.fates(caller("p")).await, [Fate::Dismissed, Fate::Shown]);
    });
}

#[test]
fn user_and_encounter_are_known_again_only_where_they_are_said() {
    on_each(async |bed| {
        let store = bed.start();
        store.shows(Caller { encounter: Some("e"), ..caller("p") }, CARD, &card(), Display::Shown);
        store.takes("c", &[overridden("already-done")]).await;
        for (user, encounter, known) in [
            (Some("Practitioner/u"), Some("e"), (true, true)),
            (None, None, (false, false)),
            (Some("Practitioner/v"), Some("f"), (false, false)),
            (Some("Practitioner/v"), Some("e"), (false, true)),
        ] {
            let past = store.knows(Caller { user, encounter, ..caller("p") }).await.past;
            assert_eq!(past.len(), 2);
            assert!(past.iter().all(|past| (past.by_this_user, past.in_this_encounter) == known), "{user:?} {encounter:?}");
        }
    });
}

#[test]
fn what_was_shown_is_told_once_for_this_user_and_once_for_others_with_the_last_day() {
    on_each(async |bed| {
        let store = bed.start();
        for (number, user) in ["u", "u", "v", "w"].into_iter().enumerate() {
            store.shows(Caller { user: Some(user), ..caller("p") }, Uuid::from_u128(number as u128), &card(), Display::Shown);
        }
        store.settled().await;
        let mut users: Vec<bool> =
            store.knows(Caller { user: Some("u"), ..caller("p") }).await.past.iter().map(|past| past.by_this_user).collect();
        users.sort();
        assert_eq!(users, [false, true]);
    });
}

#[test]
fn a_card_that_was_held_back_was_not_shown() {
    on_each(async |bed| {
        let store = bed.start();
        store.shows(caller("p"), CARD, &card(), Display::Silent);
        store.takes("c", &[overridden("already-done")]).await;
        assert_eq!(store.fates(caller("p")).await, []);
        let lines = bed.lines(Timestamp::UNIX_EPOCH).await;
        let displays: Vec<_> = lines.iter().map(|line| (line.display.as_deref(), &*line.action)).collect();
        assert_eq!(displays, [(None, "overridden"), (Some("silent"), "none")]);
    });
}

#[test]
fn one_patient_takes_no_more_than_their_room_and_what_was_set_aside_stays() {
    on_each(async |bed| {
        let store = shown(bed);
        store.takes("c", &[overridden("already-done")]).await;
        for index in 0..600_u128 {
            store.shows(caller("p"), Uuid::from_u128(index + 2), &Card { ground: index.to_string(), ..card() }, Display::Shown);
        }
        store.settled().await;
        let fates = store.fates(caller("p")).await;
        assert_eq!(fates.iter().filter(|fate| **fate == Fate::Dismissed).count(), 1);
        assert_eq!(fates.len(), 257);
    });
}
