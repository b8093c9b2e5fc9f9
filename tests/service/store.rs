//! The store under the running binary: killed, locked, gone, full, shared.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use super::instance::{FEEDBACK, Instance, file, items, overridden, postgres, sqlite};
use super::running::{binary, program, without_settings};
use super::sample::{Folder, Server, block_on};

/// No answer may take longer than the default deadline and a little.
const DEADLINE: Duration = Duration::from_millis(2_100);

/// What a test may take more on a machine that does much else.
const SLACK: Duration = Duration::from_millis(1_900);

/// The cards that feedback is on file for, in a SQLite store that nobody has open.
fn kept_sqlite(folder: &Folder) -> Vec<String> {
    block_on(async {
        let mut connection = SqliteConnectOptions::new().filename(file(folder.path())).connect().await.expect("open");
        sqlx::query_scalar("select card from feedback order by card").fetch_all(&mut connection).await.expect("read")
    })
}

fn kept_postgres(server: &Server) -> Vec<String> {
    block_on(async {
        let mut connection = PgConnection::connect(&server.url()).await.expect("open");
        sqlx::query_scalar("select card from feedback order by card").fetch_all(&mut connection).await.expect("read")
    })
}

/// Kills the service at random moments while four clients send feedback, each item twice now and then, and returns the cards that
/// were acknowledged.
fn killed(folder: &Folder, settings: &str, rounds: u32) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        let instance = Instance::start(folder, settings);
        let delay = Duration::from_micros(u64::from(uuid::Uuid::new_v4().as_fields().0 % 400_000));
        let told = std::thread::scope(|scope| {
            let instance = &instance;
            let clients: Vec<_> = (0..4).map(|client| scope.spawn(move || send(instance, round, client))).collect();
            std::thread::sleep(delay);
            // The clients notice that nobody answers.
            Command::new("kill").args(["-9", &instance.id().to_string()]).status().expect("killed");
            clients.into_iter().flat_map(|client| client.join().expect("no panic")).collect::<Vec<_>>()
        });
        acknowledged.extend(told);
    }
    acknowledged.sort();
    acknowledged
}

/// Sends feedback until nobody answers; returns what was acknowledged.
fn send(instance: &Instance, round: u32, client: u32) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0_u32.. {
        let card = format!("{round:03}-{client}-{number:06}");
        let body = items(&[overridden(&json!(card))]);
        let times = if number % 5 == 0 { 2 } else { 1 };
        for _ in 0..times {
            match instance.post(FEEDBACK, &body) {
                Some(response) if response.status() == 200 => (),
                Some(response) => panic!("{}", response.status()),
                None => return acknowledged,
            }
        }
        acknowledged.push(card);
    }
    acknowledged
}

/// How often the service is killed: 5 times, or as `TRIALWISE_TEST_KILLS` says.
fn rounds() -> u32 {
    std::env::var("TRIALWISE_TEST_KILLS").map_or(5, |text| text.parse().expect("a number"))
}

#[track_caller]
fn assert_kept(acknowledged: &[String], kept: &[String]) {
    assert!(!acknowledged.is_empty());
    let lost: Vec<_> = acknowledged.iter().filter(|card| kept.binary_search(card).is_err()).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let twice: Vec<_> = kept.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "kept twice: {twice:?}");
    println!("{} acknowledged, {} on file, 0 lost, 0 twice", acknowledged.len(), kept.len());
}

#[test]
fn whatever_was_acknowledged_is_on_file_once_after_kill_9() {
    let folder = Folder::new();
    let acknowledged = killed(&folder, &sqlite(&folder), rounds());
    assert_kept(&acknowledged, &kept_sqlite(&folder));
    let Some(server) = Server::new() else { return };
    let folder = Folder::new();
    let acknowledged = killed(&folder, &postgres(&folder, &server), rounds());
    assert_kept(&acknowledged, &kept_postgres(&server));
}

#[test]
fn a_dismissal_outlives_kill_9() {
    let folder = Folder::new();
    let mut instance = Instance::start(&folder, &sqlite(&folder));
    let cards = instance.cards("p1", "2026-03-02");
    assert_eq!(instance.post(FEEDBACK, &items(&[overridden(&cards[0]["uuid"])])).expect("an answer").status(), 200);
    instance.kill();
    assert_eq!(instance.logged().matches("Practitioner").count(), 0);
    let again = Instance::start(&folder, &sqlite(&folder));
    assert!(again.cards("p1", "2026-03-02").is_empty());
    assert_eq!(again.cards("p2", "2026-03-02").len(), 1);
}

#[test]
fn two_instances_on_one_postgresql_remember_together() {
    let Some(server) = Server::new() else { return };
    let folders = [Folder::new(), Folder::new()];
    let [one, other] = folders.each_ref().map(|folder| Instance::start(folder, &postgres(folder, &server)));
    let cards = one.cards("p1", "2026-03-02");
    // The answer comes to the one that did not show it.
    assert_eq!(other.post(FEEDBACK, &items(&[overridden(&cards[0]["uuid"])])).expect("an answer").status(), 200);
    // What was shown last is written within moments of the answer, not before it.
    let rests = |instance: &Instance| (0..100).any(|_| instance.cards("p1", "2026-03-02").is_empty());
    assert!(rests(&other) && rests(&one));
}

/// Fails unless feedback is refused so that the client sends it again, in time.
#[track_caller]
fn assert_refused(instance: &Instance, card: &Value) {
    let begun = Instant::now();
    let response = instance.post(FEEDBACK, &items(&[overridden(card)])).expect("an answer");
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    let outcome: Value = response.json().expect("JSON");
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    assert!(begun.elapsed() < DEADLINE + SLACK, "{:?}", begun.elapsed());
}

#[track_caller]
fn assert_hooks_answer(instance: &Instance, patient: &str, cards: usize) {
    let begun = Instant::now();
    assert_eq!(instance.cards(patient, "2026-03-02").len(), cards);
    assert!(begun.elapsed() < DEADLINE + SLACK, "{:?}", begun.elapsed());
}

#[test]
fn a_locked_store_costs_feedback_and_no_hook() {
    let folder = Folder::new();
    let instance = Instance::start(&folder, &sqlite(&folder));
    let card = instance.cards("p1", "2026-03-02")[0]["uuid"].clone();
    let mut lock = block_on(SqliteConnectOptions::new().filename(file(folder.path())).connect()).expect("open");
    block_on(lock.execute("begin exclusive")).expect("locked");
    for patient in ["p1", "p2", "p3"] {
        assert_hooks_answer(&instance, patient, 1);
    }
    assert_refused(&instance, &card);
    instance.becomes("read-only");
    block_on(lock.execute("rollback")).expect("released");
    instance.becomes("ok");
    assert_eq!(instance.post(FEEDBACK, &items(&[overridden(&card)])).expect("an answer").status(), 200);
    assert_hooks_answer(&instance, "p1", 0);
}

#[test]
fn a_file_that_is_taken_away_is_noticed_and_made_anew() {
    let folder = Folder::new();
    let instance = Instance::start(&folder, &sqlite(&folder));
    let card = instance.cards("p1", "2026-03-02")[0]["uuid"].clone();
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        std::fs::remove_file(folder.path().join(name)).expect("removed");
    }
    // Nothing can be made in its place.
    std::fs::create_dir(folder.path().join("store.db")).expect("a folder in its place");
    assert_refused(&instance, &card);
    instance.becomes("unavailable");
    assert_hooks_answer(&instance, "p1", 1);
    assert_refused(&instance, &card);
    std::fs::remove_dir(folder.path().join("store.db")).expect("removed");
    instance.becomes("ok");
    assert_eq!(instance.post(FEEDBACK, &items(&[overridden(&card)])).expect("an answer").status(), 200);
    assert!(kept_sqlite(&folder).contains(&card.as_str().expect("text").to_owned()));
}

#[test]
fn a_store_that_cannot_be_opened_does_not_keep_the_service_from_starting() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("store.db")).expect("a folder in its place");
    let keys = folder.path().join("keys");
    std::fs::write(&keys, "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=").expect("written");
    let instance = Instance::start(&folder, &format!("{}\nkey_file = \"{}\"", sqlite(&folder), keys.display()));
    assert_eq!(instance.store(), "unavailable");
    assert_hooks_answer(&instance, "p1", 1);
    assert_refused(&instance, &json!("c"));
    std::fs::remove_dir(folder.path().join("store.db")).expect("removed");
    instance.becomes("ok");
    let cards = instance.cards("p1", "2026-03-02");
    assert_eq!(instance.post(FEEDBACK, &items(&[overridden(&cards[0]["uuid"])])).expect("an answer").status(), 200);
    assert_hooks_answer(&instance, "p1", 0);
}

/// A limit on the size of files stands for a disk that is full: the system refuses the writing, and the service is not told before.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_feedback_and_no_hook_and_room_brings_it_back() {
    let folder = Folder::new();
    drop(Instance::start(&folder, &sqlite(&folder)));
    let mut limited = without_settings(Command::new("sh"));
    limited.args(["-c", "trap '' XFSZ; ulimit -S -f 1024; exec \"$0\" \"$@\""]).arg(binary());
    let mut instance = Instance::start_by(limited, &folder, &sqlite(&folder));
    let card = instance.cards("p1", "2026-03-02")[0]["uuid"].clone();
    let comment = "x".repeat(500);
    let filler = |number: u32| {
        let mut item = overridden(&json!(format!("filler {number}")));
        item["overrideReason"] = json!({ "userComment": comment });
        item
    };
    // With ever smaller calls, until no row has room.
    let (mut number, mut acknowledged) = (0, vec![card.as_str().expect("text").to_owned()]);
    for size in [50, 5, 1] {
        let is_full = (0..500).any(|_| {
            let filling: Vec<Value> = (number..number + size).map(filler).collect();
            number += size;
            let is_full = instance.post(FEEDBACK, &items(&filling)).expect("an answer").status() == 503;
            if !is_full {
                acknowledged.extend(filling.iter().map(|item| item["card"].as_str().expect("text").to_owned()));
            }
            is_full
        });
        assert!(is_full, "{size}");
    }
    instance.becomes("read-only");
    assert_refused(&instance, &card);
    assert_hooks_answer(&instance, "p1", 1);
    let room = Command::new("prlimit").args(["--pid", &instance.id().to_string(), "--fsize=unlimited:unlimited"]).status();
    assert!(room.expect("prlimit of util-linux").success());
    instance.becomes("ok");
    assert_eq!(instance.post(FEEDBACK, &items(&[overridden(&card)])).expect("an answer").status(), 200);
    assert_hooks_answer(&instance, "p1", 0);
    instance.kill();
    assert_kept(&acknowledged, &kept_sqlite(&folder));
}

/// Runs `trialwise feedback` on the store of the folder.
fn command(folder: &Folder, arguments: &[&str]) -> (i32, String, String) {
    let config = folder.path().join("trialwise.toml");
    let mut command = program();
    let done = command.arg("feedback").args(arguments).arg("--config").arg(config).stdin(std::process::Stdio::null()).output();
    let done = done.expect("run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (done.status.code().expect("a code"), text(done.stdout), text(done.stderr))
}

#[test]
fn feedback_is_exported_and_purged_while_the_service_runs() {
    let folder = Folder::new();
    let instance = Instance::start(&folder, &sqlite(&folder));
    let card = instance.cards("p1", "2026-03-02")[0].clone();
    let mut item = overridden(&card["uuid"]);
    item["overrideReason"] = json!({ "reason": { "code": "already-done" }, "userComment": "=1+1, \"done\"" });
    assert_eq!(instance.post(FEEDBACK, &items(&[item])).expect("an answer").status(), 200);
    let (code, lines, _) = command(&folder, &["export"]);
    assert_eq!((code, lines.lines().count()), (0, 1));
    let line: Value = serde_json::from_str(&lines).expect("JSON");
    let expected = json!({ "date": "2026-03-02", "time": "2026-03-02T10:00:00.123Z", "client": "anybody", "service": "trialwise-patient-view",
        "card": card["uuid"], "code": card["source"]["topic"]["code"], "variant": "duration", "knowledge": line["knowledge"],
        "display": "shown", "user": line["user"], "action": "overridden", "acceptedSuggestions": [], "reasonCode": "already-done",
        "reasonSystem": null, "comment": "=1+1, \"done\"" });
    assert_eq!(line, expected);
    assert_eq!(line["user"].as_str().expect("a pseudonym").len(), 32);
    let (_, table, _) = command(&folder, &["export", "--format", "csv", "--since", "2026-01-01"]);
    assert!(table.starts_with("date,time,client") && table.ends_with(",already-done,,\"'=1+1, \"\"done\"\"\"\n"), "{table}");

    let (code, _, error) = command(&folder, &["purge", "--before", "2999-01-01"]);
    assert_eq!((code, error.contains("delete 1 cards and 1 rows")), (2, true), "{error}");
    let (code, said, _) = command(&folder, &["purge", "--before", "2999-01-01", "--yes"]);
    assert_eq!((code, said.as_str()), (0, "deleted 1 cards and 1 rows of feedback from before 2999-01-01\n"));
    assert_hooks_answer(&instance, "p1", 1);
}

#[test]
fn a_store_that_is_not_there_is_not_made_by_asking_for_it() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("trialwise.toml"), format!("[store]\n{}\n", sqlite(&folder))).expect("written");
    for arguments in [&["export"] as &[&str], &["purge", "--before", "2026-01-01", "--yes"]] {
        let (code, said, error) = command(&folder, arguments);
        assert_eq!((code, said.as_str(), error.lines().count()), (2, "", 1));
        assert!(error.contains("there is no store"), "{error}");
    }
    assert!(!folder.path().join("store.db").exists());
}

#[test]
fn settings_that_cannot_be_meant_are_refused_in_one_line() {
    for (settings, named) in [
        ("url = \"mysql://h/d\"", "store.url"),
        ("url = \"postgres://h/d\"", "store.key_file"),
        ("url_file = \"/nowhere/url\"", "store.url_file"),
        ("url = \"sqlite::memory:\"\nkey_file = \"/nowhere/keys\"", "store.key_file"),
        ("url = \"sqlite:/nowhere/store.db\"", "store.key_file"),
    ] {
        let folder = Folder::new();
        let config = folder.path().join("trialwise.toml");
        std::fs::write(&config, format!("[store]\n{settings}\n")).expect("written");
        let mut command = program();
        let done = command.args(["serve", "--dev", "--bind", "127.0.0.1:0", "--config"]).arg(config).output().expect("run");
        let said = String::from_utf8(done.stderr).expect("text");
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert_eq!((said.lines().count(), said.contains(named)), (1, true), "{said}");
    }
}
