//! Databases to test with: a file in a folder of its own, and a database of its own on the server that `TRIALWISE_TEST_POSTGRES` names.
//!
//! The tests of the running service use this file too, so it names nothing of ours.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

/// A folder of its own, removed when it is let go.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        let folder = std::env::temp_dir().join(format!("trialwise-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).expect("a new folder");
        Folder(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// A database of its own, dropped when it is let go.
#[derive(Debug)]
pub struct Server {
    admin: String,
    name: String,
}

impl Server {
    /// `None` where no server is named; a server that is named has to be there.
    pub fn new() -> Option<Server> {
        let admin = std::env::var("TRIALWISE_TEST_POSTGRES").ok()?;
        let name = format!("trialwise_{}", Uuid::new_v4().simple());
        let server = Server { admin, name };
        server.run(format!("create database {}", server.name)).expect("the server that TRIALWISE_TEST_POSTGRES names");
        Some(server)
    }

    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.admin).expect("a URL");
        url.set_path(&self.name);
        url.into()
    }

    fn run(&self, statement: String) -> Result<(), sqlx::Error> {
        block_on(async {
            let mut connection = PgConnection::connect(&self.admin).await?;
            connection.execute(AssertSqlSafe(statement)).await?;
            connection.close().await
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The whole server is thrown away after the tests.
        self.run(format!("drop database {} with (force)", self.name)).ok();
    }
}

/// Runs to its end on this thread.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}
