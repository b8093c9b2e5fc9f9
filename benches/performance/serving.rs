//! The servers that are measured, each as a process of its own.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::blocking::Client;

use crate::process;
use crate::token::Signer;

/// The path of the service that is called.
pub const PATH: &str = "/cds-services/trialwise-patient-view";

/// The client's issuer, and the URL that its tokens are meant for.
pub const ISSUER: &str = "https://ehr.example.org";

/// The URL that tokens are meant for.
pub const PUBLIC: &str = "https://cds.example.org";

/// Who asks beside the load. It is made before anything is measured, and keeps no connection, which the server might close just then.
fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| Client::builder().timeout(Duration::from_secs(60)).pool_max_idle_per_host(0).build().expect("a client"))
}

/// A folder of its own, removed when it is let go.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        let folder = std::env::temp_dir().join(format!("trialwise-performance-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a new folder");
        Folder(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file and names it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let file = self.0.join(name);
        std::fs::write(&file, content).expect("written");
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Which server.
#[derive(Clone, Copy)]
pub enum Which<'a> {
    /// The floor.
    Limit,
    /// The service, which lets anybody in.
    Open,
    /// The service, whose clients sign with these keys.
    Signed(&'a [Signer]),
}

/// A running server. It is ended when it is let go.
pub struct Server {
    process: Child,
    address: String,
}

/// The settings of the service. Raised are the limits that a load of one client would meet before the processor does: the rate of a
/// client, how long a call may wait for its turn, and the deadline.
fn settings(folder: &Folder, keys: &[Signer]) -> String {
    let set: Vec<String> = keys.iter().map(|key| key.jwk().to_string()).collect();
    let keys_file = folder.write("keys.json", format!("{{\"keys\":[{}]}}", set.join(",")));
    let store = folder.path().join("store.db");
    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        // Not there at the first start.
        std::fs::remove_file(folder.path().join(file)).ok();
    }
    format!(
        r#"public_url = "{PUBLIC}"
time_zone = "UTC"
[limits]
queue_ms = 60000
deadline_ms = 60000
[log]
format = "json"
[store]
url = "sqlite:{}"
[clients.performance]
issuer = "{ISSUER}"
keys_file = "{}"
algorithms = ["ES256", "RS256", "ES384"]
calls_per_second = 100000
"#,
        store.display(),
        keys_file.display()
    )
}

impl Server {
    /// Starts it, without waiting for it.
    pub fn spawn(which: Which<'_>, folder: &Folder) -> Server {
        client();
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let mut command = match which {
            Which::Limit => {
                let mut command = Command::new(std::env::current_exe().expect("this program"));
                command.args(["limit", &free.to_string()]);
                command
            }
            Which::Open | Which::Signed(_) => {
                let keys = if let Which::Signed(keys) = which { keys } else { &[] };
                let config = folder.write("trialwise.toml", settings(folder, keys));
                let mut command = Command::new(env!("CARGO_BIN_EXE_trialwise"));
                command.args(["serve", "--bind", &free.to_string(), "--config"]).arg(config);
                if keys.is_empty() {
                    command.arg("--dev");
                }
                command
            }
        };
        // The log goes to a file, as it would to the journal.
        let log = File::create(folder.path().join("log")).expect("a file");
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("started");
        Server { process, address: format!("http://{free}") }
    }

    /// Starts it and waits until it has answered this body with a card.
    pub fn start(which: Which<'_>, folder: &Folder, body: &str, token: Option<&str>) -> Server {
        let server = Server::spawn(which, folder);
        server.first_answer(body, token, folder);
        server
    }

    /// Calls until there is an answer, which has to have a card.
    pub fn first_answer(&self, body: &str, token: Option<&str>, folder: &Folder) {
        let begun = Instant::now();
        loop {
            let call = client().post(self.url(PATH)).header("content-type", "application/json").body(body.to_owned());
            let call = if let Some(token) = token { call.bearer_auth(token) } else { call };
            match call.send() {
                Ok(answer) => {
                    let status = answer.status();
                    let text = answer.text().unwrap_or_default();
                    assert!(status == StatusCode::OK && text.contains(r#"{"cards":[{"#), "no card but {status}: {text}");
                    return;
                }
                Err(error) => {
                    let log = || std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                    assert!(begun.elapsed() < Duration::from_secs(30), "no answer: {error}\n{}", log());
                    std::thread::sleep(Duration::from_micros(200));
                }
            }
        }
    }

    /// How many calls of the hook it has answered with cards.
    pub fn answered(&self) -> u64 {
        let text = client().get(self.url("/metrics")).send().and_then(reqwest::blocking::Response::text).expect("metrics");
        let counts = text.lines().filter(|line| line.starts_with("trialwise_requests_total{") && line.contains("outcome=\"ok\""));
        let hooks = counts.filter(|line| !line.contains("service=") || line.contains("service=\"trialwise-patient-view\""));
        hooks.map(|line| line.rsplit(' ').next().and_then(|count| count.parse::<u64>().ok()).expect("a count")).sum()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Processor time that it has used so far.
    pub fn processor_time(&self) -> Duration {
        process::processor_time(self.process.id())
    }

    /// Memory in MiB: see [`process::memory`].
    pub fn memory(&self, which: &str) -> f64 {
        process::memory(self.process.id(), which) as f64 / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
