//! The real binary, started as those who run it start it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::running::{memory, program};

/// For how long a start or an end may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// `trialwise serve --dev`, killed when it is dropped.
pub struct Program {
    child: Child,
    address: SocketAddr,
    log: Arc<(Mutex<Vec<String>>, Condvar)>,
}

impl Program {
    /// Starts it with these settings on a free port, and waits until it listens.
    pub fn start(settings: &str) -> Program {
        Program::start_at(settings, SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Starts it with these settings at this address, and waits until it listens.
    pub fn start_at(settings: &str, bind: SocketAddr) -> Program {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("service-{}-{number}.toml", std::process::id()));
        std::fs::write(&file, settings).expect("settings can be written");
        let mut child = program()
            .args(["serve", "--dev", "--bind", &bind.to_string(), "--config"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let log = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.0.lock().expect("no test panics while it reads the log").push(line);
                kept.1.notify_all();
            }
        });
        let mut program = Program { child, address: bind, log };
        let line = program.logged("listening");
        let line: Value = serde_json::from_str(&line).expect("JSON, since standard error is no terminal");
        program.address = line["address"].as_str().and_then(|address| address.parse().ok()).expect("the address");
        program
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The first line of the log that holds this, awaited.
    pub fn logged(&self, what: &str) -> String {
        let (lines, more) = &*self.log;
        let mut lines = lines.lock().expect("no test panics while it reads the log");
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(line) = lines.iter().find(|line| line.contains(what)) {
                return line.clone();
            }
            let left = until.checked_duration_since(Instant::now());
            let left = left.unwrap_or_else(|| panic!("`{what}` was not logged: {lines:#?}"));
            lines = more.wait_timeout(lines, left).expect("no test panics while it reads the log").0;
        }
    }

    /// How long calls took by what the log says of them, by status, from the shortest to the longest.
    pub fn served(&self) -> BTreeMap<u64, Vec<Duration>> {
        let lines = self.log.0.lock().expect("no test panics while it reads the log");
        let mut times: BTreeMap<u64, Vec<Duration>> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.contains("\"served\"")) {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let time = line["duration_ms"].as_f64().expect("a time") / 1000.0;
            times.entry(line["status"].as_u64().expect("a status")).or_default().push(Duration::from_secs_f64(time));
        }
        times.values_mut().for_each(|times| times.sort());
        times
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.expect("kill is there").success());
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                return status;
            }
            assert!(Instant::now() < until, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The most memory that it ever held, in bytes.
    pub fn most_memory(&self) -> u64 {
        memory(self.child.id(), "VmHWM:")
    }

    /// The memory that it holds now, in bytes.
    pub fn memory(&self) -> u64 {
        memory(self.child.id(), "VmRSS:")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
