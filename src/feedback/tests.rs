//! What holds on SQLite and on PostgreSQL alike.

mod outage;

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

#[test]
fn a_new_key_still_knows_what_the_old_one_wrote() {
    on_each(async |bed| {
        let old = shown(bed);
        old.takes("c", &[overridden("already-done")]).await;
        old.close(std::time::Duration::from_secs(5)).await;
        std::fs::write(bed.key_file(), format!("{NEW_KEY}\n{OLD_KEY}\n")).expect("written");
        let both = bed.start();
        assert_eq!(both.fates(caller("p")).await, [Fate::Dismissed, Fate::Shown]);
        both.shows(caller("p"), CARD, &card(), Display::Shown);
        both.settled().await;
        assert!(both.fates(caller("p")).await.contains(&Fate::Dismissed), "the same patient under two keys is one patient");
        both.close(std::time::Duration::from_secs(5)).await;
        std::fs::write(bed.key_file(), NEW_KEY).expect("written");
        assert!(!bed.start().fates(caller("p")).await.contains(&Fate::Dismissed));
    });
}

#[test]
fn nothing_that_names_anybody_is_written() {
    on_each(async |bed| {
        let store = bed.start();
        let who = Caller {
            client: "c",
            fhir_server: Some("https://fhir.example"),
            patient: "Marker-patient",
            user: Some("Practitioner/Marker-user"),
            encounter: Some("Marker-encounter"),
        };
        store.shows(who, CARD, &Card { ground: "Marker-ground".into(), facts: vec!["Marker-fact".into()], ..card() }, Display::Shown);
        store.first("issuer", "Marker-token", Timestamp::now()).await.expect("written");
        store.settled().await;
        store.close(std::time::Duration::from_secs(5)).await;
        let files: Vec<u8> = match &bed.server {
            None => std::fs::read(bed.folder.path().join("store.db")).expect("there"),
            Some(server) => dump(&server.url()).await,
        };
        let holds = |text: &str| files.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds("complete-trial") && !holds("Marker"));
    });
}

/// Every row of a database, as text.
async fn dump(url: &str) -> Vec<u8> {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(url).await.expect("connected");
    let mut rows = Vec::new();
    for statement in ["select t::text from shown t", "select t::text from feedback t", "select t::text from token_seen t"] {
        let found: Vec<String> = sqlx::query_scalar(statement).fetch_all(&mut connection).await.expect("read");
        rows.extend(found.concat().into_bytes());
    }
    rows
}

#[test]
fn comments_are_kept_as_far_as_the_settings_say() {
    on_each(async |bed| {
        let item = FeedbackItem { comment: Some(Comment("thyroid 🙂 first".into())), ..overridden("x") };
        for (comments, most, kept) in [(true, 9, Some("thyroid 🙂")), (true, 0, None), (false, 500, None)] {
            let settings = config::Store { comments, comment_characters: config::Within::new(most), ..bed.settings() };
            let store = Store::start(&settings).expect("settings");
            let card = format!("{most}{comments}");
            store.takes("c", &[FeedbackItem { card: card.clone(), ..item.clone() }]).await;
            let lines = bed.lines(Timestamp::UNIX_EPOCH).await;
            let line = lines.iter().find(|line| line.card == card).expect("exported");
            assert_eq!(line.comment.as_deref(), kept);
        }
    });
}

#[test]
fn a_token_comes_first_once_whatever_the_instance() {
    on_each(async |bed| {
        let (one, other) = (bed.start(), bed.start());
        let until = Timestamp::now() + SignedDuration::from_mins(5);
        let all = futures_util::future::join_all((0..20).map(|number| {
            let store = if number % 2 == 0 { &one } else { &other };
            store.first("https://ehr.example", "jti", until)
        }));
        let first = all.await.into_iter().filter(|first| *first.as_ref().expect("answered")).count();
        assert_eq!(first, 1);
        assert_eq!(one.first("https://other.example", "jti", until).await, Ok(true));
        assert_eq!(one.first("https://ehr.example", "other", until).await, Ok(true));
        assert_eq!(one.first("https://ehr.examplej", "ti", until).await, Ok(true));
    });
}

#[test]
fn tokens_are_forgotten_after_their_end_and_not_before() {
    on_each(async |bed| {
        let database = bed.database().await;
        let end: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a time");
        assert_eq!(token::first(&database, "t", end).await, Ok(true));
        for (minutes, gone) in [(10, 0), (11, 1)] {
            assert_eq!(token::clear(&database, end + SignedDuration::from_mins(minutes)).await, Ok(gone), "{minutes}");
        }
        assert_eq!(token::first(&database, "t", end).await, Ok(true));
    });
}

#[test]
fn a_purge_deletes_what_is_older_and_nothing_else_while_the_store_runs() {
    on_each(async |bed| {
        let store = shown(bed);
        for index in 0..2_500_u128 {
            store.shows(caller("q"), Uuid::from_u128(index + 2), &card(), Display::Shown);
        }
        store.takes("c", &[overridden("already-done")]).await;
        let database = bed.database().await;
        let later = Timestamp::now() + SignedDuration::from_secs(1);
        assert_eq!(database.count(Timestamp::UNIX_EPOCH).await, Ok(Rows::default()));
        assert_eq!(database.purge(Timestamp::UNIX_EPOCH).await, Ok(Rows::default()));
        let all = Rows { cards: 2_501, feedback: 1 };
        assert_eq!(database.count(later).await, Ok(all));
        assert_eq!(database.purge(later).await, Ok(all));
        assert_eq!(store.fates(caller("p")).await, []);
        store.shows(caller("p"), CARD, &card(), Display::Shown);
        store.takes("c", &[overridden("already-done")]).await;
        assert_eq!(store.fates(caller("p")).await, [Fate::Dismissed, Fate::Shown]);
    });
}

#[test]
fn an_export_begins_where_it_is_told_to() {
    on_each(async |bed| {
        let store = shown(bed);
        store.settled().await;
        let user = store.who(caller("p")).user.expect("a user").newest().to_owned();
        let lines = bed.lines(Timestamp::UNIX_EPOCH).await;
        let line = lines.iter().find(|line| line.card == CARD.to_string()).expect("exported");
        assert_eq!((line.date.as_str(), line.action.as_str(), line.variant.as_deref()), ("2026-03-02", "none", Some("duration")));
        assert_eq!((line.user.as_deref(), line.knowledge.as_deref()), (Some(&*user), Some(Knowledge::builtin().version())));
        assert!(bed.lines(Timestamp::now() + SignedDuration::from_secs(1)).await.is_empty());
    });
}

#[test]
fn rows_beyond_their_time_are_deleted_at_the_start() {
    on_each(async |bed| {
        let database = bed.database().await;
        let store = shown(bed);
        store.takes("c", &[overridden("already-done")]).await;
        store.close(std::time::Duration::from_secs(5)).await;
        let old = (Timestamp::now() - SignedDuration::from_hours(24 * 731)).as_millisecond();
        database::on!(&database, acknowledged, |pool, Db| {
            sqlx::query::<Db>("update feedback set received_at = $1").bind(old).execute(pool).await.map(drop)
        })
        .expect("written");
        let store = bed.start();
        while database.count(Timestamp::now()).await.expect("read").feedback > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(store.fates(caller("p")).await, [Fate::Shown]);
    });
}

#[test]
fn tables_of_a_later_version_are_not_touched() {
    on_each(async |bed| {
        let database = bed.database().await;
        database::on!(&database, acknowledged, |pool, Db| {
            let later = "update _sqlx_migrations set version = 99";
            sqlx::query::<Db>(later).execute(pool).await.map(drop)
        })
        .expect("written");
        let again = Database::open(&Address::of(&bed.settings()).expect("an address"), 2).await;
        assert!(matches!(again, Err(StoreError::Tables(_))), "{again:?}");
    });
}
