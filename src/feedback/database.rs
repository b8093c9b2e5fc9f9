//! The two databases behind one set of statements.
//!
//! An enum of two pools, not sqlx's `Any` driver: that one has no pragmas, no hook after connecting and no say in how a transaction
//! begins, all of which SQLite needs here. SQLite takes PostgreSQL's `$1`, so every statement stands once; [`on`] compiles it twice.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgPool, SqlSafeStr, SqlitePool};

use super::address::Address;
use super::error::StoreError;
use super::key::for_its_owner;

/// For how long a statement waits for a lock that another connection to the same file holds.
const BUSY: Duration = Duration::from_millis(1_500);

/// For how long a connection is waited for.
const ACQUIRE: Duration = Duration::from_secs(2);

/// The tables, as they came about. Published ones are never changed: a database remembers what it ran.
const MIGRATIONS: [(i64, &str, &str); 1] = [(1, "memory", include_str!("migrations/0001_memory.sql"))];

/// A database whose tables are those of this version.
#[derive(Debug)]
pub enum Database {
    /// One file, or memory.
    Sqlite(Sqlite),
    /// A server.
    Postgres(PgPool),
}

/// The connections to one file. SQLite lets one connection write at a time: a connection of its own for each kind of writing keeps
/// writers in line instead of polling for the lock.
#[derive(Debug)]
pub struct Sqlite {
    /// On disk when it says so (`synchronous = full`).
    pub(super) acknowledged: SqlitePool,
    /// Outlives the process, but not a loss of power (`synchronous = normal`): for tokens, of which each call writes one.
    pub(super) quick: SqlitePool,
    /// For reading; with write-ahead logging nobody waits for a writer.
    pub(super) read: SqlitePool,
    file: Option<(PathBuf, Identity)>,
}

/// Does the same with the pool of either database. `$role` is the SQLite connection that it needs.
macro_rules! on {
    ($database:expr, $role:ident, |$pool:ident, $Db:ident| $body:expr) => {
        match $database {
            $crate::feedback::database::Database::Sqlite(sqlite) => {
                type $Db = sqlx::Sqlite;
                let $pool = &sqlite.$role;
                $body
            }
            $crate::feedback::database::Database::Postgres($pool) => {
                type $Db = sqlx::Postgres;
                $body
            }
        }
    };
}
pub(super) use on;

impl Database {
    /// Connects, and brings the tables up to this version. A SQLite file that is not there is made, for its owner alone.
    pub async fn open(address: &Address, connections: u32) -> Result<Database, StoreError> {
        let database = match address {
            Address::Memory => Database::Sqlite(memory().await?),
            Address::File(file) => Database::Sqlite(of_file(file, connections).await?),
            Address::Postgres(options) => Database::Postgres(postgres(options, connections).await?),
        };
        let postgres = matches!(database, Database::Postgres(_));
        on!(&database, acknowledged, |pool, Db| {
            let _: &sqlx::Pool<Db> = pool;
            migrations(postgres).run(pool).await
        })?;
        Ok(database)
    }

    /// Whether a SQLite file is still the one that was opened: what is written to a file that was moved away is lost.
    pub(super) fn is_in_place(&self) -> bool {
        match self {
            Database::Sqlite(Sqlite { file: Some((file, identity)), .. }) => Identity::of(file).is_ok_and(|now| now == *identity),
            Database::Sqlite(_) | Database::Postgres(_) => true,
        }
    }

    /// Closes every connection; a SQLite file is then one file again.
    pub async fn close(&self) {
        match self {
            Database::Sqlite(Sqlite { acknowledged, quick, read, .. }) => {
                read.close().await;
                quick.close().await;
                acknowledged.close().await;
            }
            Database::Postgres(pool) => pool.close().await,
        }
    }
}

/// Which file a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    #[cfg(unix)]
    numbers: (u64, u64),
}

impl Identity {
    fn of(file: &Path) -> std::io::Result<Identity> {
        let metadata = file.metadata()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Ok(Identity { numbers: (metadata.dev(), metadata.ino()) })
        }
        #[cfg(not(unix))]
        {
            drop(metadata);
            Ok(Identity {})
        }
    }
}

/// One connection that never ends, since the database ends with it.
async fn memory() -> Result<Sqlite, sqlx::Error> {
    let one =
        SqlitePoolOptions::new().max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None).test_before_acquire(false);
    let pool = one.acquire_timeout(ACQUIRE).connect_with(SqliteConnectOptions::new().in_memory(true).disable_statement_logging()).await?;
    Ok(Sqlite { acknowledged: pool.clone(), quick: pool.clone(), read: pool, file: None })
}

async fn of_file(file: &Path, connections: u32) -> Result<Sqlite, StoreError> {
    if !file.exists() {
        match for_its_owner(file) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(StoreError::Refused(error.to_string())),
            _ => (),
        }
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        // What is deleted is overwritten: a purge is one.
        .pragma("secure_delete", "on")
        .disable_statement_logging();
    // A file does not hang up: no connection is tried before it is used, which would be one more way to its thread and back.
    let pool = |most| SqlitePoolOptions::new().max_connections(most).acquire_timeout(ACQUIRE).test_before_acquire(false);
    let acknowledged = pool(1).connect_with(options.clone()).await?;
    let identity = Identity::of(file).map_err(|error| StoreError::Refused(error.to_string()))?;
    let quick = pool(1).connect_lazy_with(options.clone().synchronous(SqliteSynchronous::Normal));
    let read = pool(connections).connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Sqlite { acknowledged, quick, read, file: Some((file.to_owned(), identity)) })
}

async fn postgres(options: &PgConnectOptions, connections: u32) -> Result<PgPool, sqlx::Error> {
    // One writes, and one more has to be there to read meanwhile.
    let pool = PgPoolOptions::new().max_connections(connections.max(2)).acquire_timeout(ACQUIRE);
    let pool = pool.after_connect(|connection, _| {
        Box::pin(async move {
            // Acknowledged is on disk, whatever the server's own setting is.
            connection.execute("set synchronous_commit to on").await.map(drop)
        })
    });
    pool.connect_with(options.clone()).await
}

fn migrations(postgres: bool) -> Migrator {
    let unlogged = if postgres { "unlogged" } else { "" };
    let migration = |(version, name, sql): (i64, &'static str, &str)| {
        let sql = AssertSqlSafe(sql.replace("/*unlogged*/", unlogged)).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect())
}
