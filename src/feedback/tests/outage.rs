//! A store that cannot be reached, is slow, or comes back.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Executor};

use super::super::sample::Proxy;
use super::*;

/// Waits until the store does as is asked.
#[track_caller]
fn becomes(store: &Store, wanted: impl Fn(Standing) -> bool) {
    for _ in 0..1_500 {
        if wanted(store.standing()) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("{:?}", store.standing());
}

/// A SQLite store that cannot be opened, since a folder has its place.
fn without_a_place() -> (Bed, PathBuf) {
    let bed = Bed { folder: Folder::new(), server: None };
    std::fs::write(bed.key_file(), OLD_KEY).expect("written");
    let file = bed.folder.path().join("store.db");
    std::fs::create_dir(&file).expect("a folder in its place");
    (bed, file)
}

#[test]
fn what_was_shown_while_the_store_was_out_is_written_when_it_is_back() {
    let (bed, file) = without_a_place();
    let store = shown(&bed);
    assert_eq!(store.standing().word(), "unavailable");
    block_on(async {
        assert_eq!(store.memory(&store.who(caller("p"))).await, Err(StoreError::Unavailable));
        assert_eq!(store.keep("c", "s", &[overridden("x")], &TimeZone::UTC).await, Err(StoreError::Unavailable));
        assert_eq!(store.first("i", "t", Timestamp::now()).await, Err(StoreError::Unavailable));
    });
    becomes(&store, |standing| standing.waiting == 1);
    std::fs::remove_dir(file).expect("removed");
    becomes(&store, |standing| standing.word() == "ok" && standing.waiting == 0);
    assert_eq!(block_on(store.fates(caller("p"))), [Fate::Shown]);
    let Standing { lost, forgone, refused, .. } = store.standing();
    assert_eq!((lost, forgone, refused), (0, 1, 1));
}

#[test]
fn what_has_no_room_to_wait_is_counted_as_lost() {
    let (bed, _) = without_a_place();
    let store = shown(&bed);
    let (who, card) = (store.who(caller("p")), card());
    let shown =
        Shown { who: &who, service: "s", hook: "h", knowledge: Knowledge::builtin(), day: day("2026-03-02"), display: Display::Shown };
    store.show(Cards::of(shown, (0..50_001).map(|number| (Uuid::from_u128(number), &card))));
    becomes(&store, |standing| standing.waiting == 50_000 && standing.lost == 2);
}

#[test]
fn a_server_that_stalls_costs_a_call_its_wait_and_comes_back() {
    let Some(server) = Server::new() else { return };
    let proxy = Proxy::before(&server.url());
    let bed = Bed { folder: Folder::new(), server: Some(server) };
    std::fs::write(bed.key_file(), OLD_KEY).expect("written");
    let settings = config::Store { url: Some(proxy.url.as_str().into()), wait_ms: config::Within::new(1_000), ..bed.settings() };
    let store = Store::start(&settings).expect("settings");
    store.shows(caller("p"), CARD, &card(), Display::Shown);
    block_on(store.settled());
    proxy.stall(true);
    let begun = std::time::Instant::now();
    assert_eq!(block_on(store.memory(&store.who(caller("p")))), Err(StoreError::Slow));
    assert!(begun.elapsed() < std::time::Duration::from_millis(2_000), "{:?}", begun.elapsed());
    assert_eq!(block_on(store.first("i", "t", Timestamp::now())), Err(StoreError::Slow));
    assert!(block_on(store.keep("c", "s", &[overridden("x")], &TimeZone::UTC)).is_err());
    becomes(&store, |standing| standing.word() == "unavailable" && !standing.writable);
    let begun = std::time::Instant::now();
    assert_eq!(block_on(store.memory(&store.who(caller("p")))), Err(StoreError::Unavailable));
    assert!(begun.elapsed() < std::time::Duration::from_millis(500), "nobody waits for what is known to be out: {:?}", begun.elapsed());
    proxy.stall(false);
    becomes(&store, |standing| standing.word() == "ok");
    block_on(store.takes("c", &[overridden("x")]));
    assert_eq!(block_on(store.fates(caller("p"))), [Fate::Dismissed, Fate::Shown]);
}

#[test]
fn tokens_that_are_told_too_late_three_times_are_not_asked_for_until_they_are_told_again() {
    let bed = Bed { folder: Folder::new(), server: None };
    std::fs::write(bed.key_file(), OLD_KEY).expect("written");
    let store = Store::start(&config::Store { wait_ms: config::Within::new(700), ..bed.settings() }).expect("settings");
    // Told as soon as it is told in time, which on a busy machine may take more than one attempt.
    let told = |jti: &dyn Fn(u32) -> String| {
        (0..1_500).find_map(|number| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            block_on(store.first("i", &jti(number), Timestamp::MAX)).ok()
        })
    };
    assert!(told(&|_| "1".to_owned()).is_some());
    block_on(async {
        let file = bed.folder.path().join("store.db");
        let mut other = SqliteConnectOptions::new().filename(file).connect().await.expect("open");
        other.execute("begin immediate").await.expect("locked");
        for _ in 0..3 {
            assert_eq!(store.first("i", "2", Timestamp::MAX).await, Err(StoreError::Slow));
        }
        assert_eq!(store.first("i", "2", Timestamp::MAX).await, Err(StoreError::Unavailable), "nobody waits any more");
        assert_eq!(store.standing().word(), "ok", "reading is another matter");
        other.execute("rollback").await.expect("let go");
    });
    assert_eq!(told(&|number| format!("after {number}")), Some(true), "it is asked again when it answers");
    assert_eq!(told(&|_| "1".to_owned()), Some(false), "nothing is forgotten");
}
