//! What stands on disk: what it may hold, for how long it stays, how it is taken out.

use super::*;

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
