//! Databases to test with: a file in a folder of its own, and a database of its own on the server that `TRIALWISE_TEST_POSTGRES` names,
//! reached through something that can stall.
//!
//! The tests of the running service use this file too, so it names nothing of ours.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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

/// Stands between the store and its server, and lets nothing through while it is told to.
#[derive(Debug)]
pub struct Proxy {
    pub url: String,
    stalled: Arc<AtomicBool>,
}

impl Proxy {
    pub fn before(url: &str) -> Proxy {
        let stalled = Arc::new(AtomicBool::new(false));
        let mut url = url::Url::parse(url).expect("a URL");
        let upstream = (url.host_str().expect("a host").to_owned(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(listener.local_addr().expect("an address").port())).expect("a port");
        let waits = stalled.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let far = TcpStream::connect((&*upstream.0, upstream.1)).expect("the server");
                let ends = |stream: &TcpStream| stream.try_clone().expect("a stream");
                for (from, to) in [(ends(&near), ends(&far)), (far, near)] {
                    let waits = waits.clone();
                    std::thread::spawn(move || forward(from, to, &waits));
                }
            }
        });
        Proxy { url: url.into(), stalled }
    }

    pub fn stall(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::SeqCst);
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, stalled: &AtomicBool) {
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        while stalled.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    to.shutdown(Shutdown::Both).ok();
}

/// Runs to its end on this thread.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}
