//! The program itself, run as a site runs it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use reqwest::blocking::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::{client, watch};

/// Long enough for a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder of one test, gone with it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("trialwise-service-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }

    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        let file = self.0.join(name);
        std::fs::write(&file, content).expect("written");
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// The binary that is tested: the one built with the tests, or another that `TRIALWISE_TEST_BINARY` names. Figures should be of a release.
pub fn binary() -> OsString {
    std::env::var_os("TRIALWISE_TEST_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_trialwise").into())
}

/// The program, to be given its arguments.
pub fn program() -> Command {
    without_settings(Command::new(binary()))
}

/// A command without the settings that stand in our own environment, `TRIALWISE_TEST_POSTGRES` among them.
pub fn without_settings(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRIALWISE_")) {
        command.env_remove(name);
    }
    command.env_remove("RUST_LOG").env("NO_PROXY", "127.0.0.1");
    command
}

/// What Linux tells of the memory of a process under this name, in bytes.
pub fn memory(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs, on Linux");
    let line = status.lines().find(|line| line.starts_with(name)).expect("a line of that name");
    let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
    kilobytes * 1024
}

type Lines = Arc<(Mutex<Vec<String>>, Condvar)>;

/// The program while it serves, with a settings file of its own.
pub struct Running {
    pub folder: Folder,
    pub base: String,
    child: Child,
    lines: Lines,
    /// Reads the log, and fails where a marker stands in it.
    reader: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts it for development, on a free port.
    pub fn start(settings: &str) -> Running {
        Running::start_with(settings, &[])
    }

    /// Likewise, with these variables.
    pub fn start_with(settings: &str, variables: &[(&str, &str)]) -> Running {
        Running::launch(Folder::new(), settings, &["--dev"], variables)
    }

    /// Starts it as for patients, with a folder in which files of the settings may lie.
    pub fn trusting(folder: Folder, settings: &str, variables: &[(&str, &str)]) -> Running {
        Running::launch(folder, settings, &[], variables)
    }

    fn launch(folder: Folder, settings: &str, flags: &[&str], variables: &[(&str, &str)]) -> Running {
        let file = folder.write("site.toml", settings);
        let mut command = program();
        command.args(["serve", "--bind", "127.0.0.1:0"]).args(flags).arg("--config").arg(file);
        let mut child = command
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stderr = child.stderr.take().expect("piped");
        let lines = Lines::default();
        let seen = lines.clone();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                watch(&line);
                seen.0.lock().expect("no test panics here").push(line);
                seen.1.notify_all();
            }
        });
        let mut running = Running { folder, base: String::new(), child, lines, reader: Some(reader) };
        let line = running.logged("listening: ");
        running.base = format!("http://{}", line["address"].as_str().expect("an address"));
        running
    }

    pub fn settings(&self, content: &str) {
        self.folder.write("site.toml", content);
    }

    /// Waits for a line of the log with this in it.
    pub fn logged(&self, part: &str) -> Value {
        self.logged_times(part, 1).remove(0)
    }

    /// Waits for so many lines of the log with this in them.
    pub fn logged_times(&self, part: &str, times: usize) -> Vec<Value> {
        let found = |lines: &Vec<String>| lines.iter().filter(|line| line.contains(part)).cloned().collect::<Vec<_>>();
        let guard = self.lines.0.lock().expect("no test panics here");
        let (guard, _) = self.lines.1.wait_timeout_while(guard, PATIENCE, |lines| found(lines).len() < times).expect("no test panics here");
        let found = found(&guard);
        assert!(found.len() >= times, "`{part}` was not logged {times} times: {guard:#?}");
        found.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.expect("there is `kill`").success());
    }

    /// Tells it to end, and waits until it has.
    #[cfg(unix)]
    pub fn end(mut self) -> bool {
        self.signal("TERM");
        self.child.wait().expect("it ends").success()
    }

    pub fn get(&self, path: &str) -> Response {
        client().get(format!("{}{path}", self.base)).send().expect("an answer")
    }

    pub fn call(&self, path: &str, body: &Value) -> Response {
        client()
            .post(format!("{}{path}", self.base))
            .header(CONTENT_TYPE, "application/json")
            .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .header("tracestate", "vendor=Quartzmarker")
            .body(body.to_string())
            .send()
            .expect("an answer")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        let read = self.reader.take().map_or(Ok(()), JoinHandle::join);
        assert!(read.is_ok() || std::thread::panicking(), "a marker stands in the log");
    }
}
