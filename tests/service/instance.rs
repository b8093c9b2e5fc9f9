//! The real binary, as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::running::program;
use super::sample::{Folder, Server};
use super::{PATIENT_VIEW, on_sertraline, request};

pub const FEEDBACK: &str = "/cds-services/trialwise-patient-view/feedback";

/// A running service. It is killed when it is let go.
pub struct Instance {
    process: Child,
    base: String,
    client: Client,
    log: Arc<Mutex<String>>,
}

impl Instance {
    /// Starts it with these settings of `[store]`, written to the folder.
    pub fn start(folder: &Folder, store: &str) -> Instance {
        Instance::start_by(program(), folder, store)
    }

    /// Starts it by a command that ends in the binary.
    pub fn start_by(mut command: Command, folder: &Folder, store: &str) -> Instance {
        let config = folder.path().join("trialwise.toml");
        std::fs::write(&config, format!("time_zone = \"UTC\"\n[log]\nformat = \"json\"\n[store]\n{store}\n")).expect("written");
        command.args(["serve", "--dev", "--bind", "127.0.0.1:0", "--config"]).arg(config);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let base = loop {
            let line = lines.next().expect("it says where it listens").expect("text");
            log.lock().expect("whole").push_str(&line);
            let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no line of the log: {line}"));
            if let Some(address) = told["address"].as_str() {
                break format!("http://{address}");
            }
        };
        let rest = log.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                rest.lock().expect("whole").push_str(&line);
            }
        });
        // A call that hangs is a failure, not a wait.
        let client = Client::builder().timeout(Duration::from_secs(20)).build().expect("a client");
        Instance { process, base, client, log }
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    pub fn logged(&self) -> String {
        self.log.lock().expect("whole").clone()
    }

    /// Posts JSON; `None` where the service was gone before it answered.
    pub fn post(&self, path: &str, body: &Value) -> Option<Response> {
        let call = self.client.post(format!("{}{path}", self.base)).header(CONTENT_TYPE, "application/json").body(body.to_string());
        call.send().ok()
    }

    /// What `/health/ready` says of the store.
    pub fn store(&self) -> String {
        let ready = self.client.get(format!("{}/health/ready", self.base)).send().expect("an answer");
        assert_eq!(ready.status(), 200);
        ready.json::<Value>().expect("JSON")["store"].as_str().expect("a word").to_owned()
    }

    /// Waits until `/health/ready` says this of the store.
    #[track_caller]
    pub fn becomes(&self, word: &str) {
        for _ in 0..600 {
            if self.store() == word {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the store is {} and not {word}:\n{}", self.store(), self.logged());
    }

    /// The cards on opening this patient's chart on this day.
    #[track_caller]
    pub fn cards(&self, patient: &str, day: &str) -> Vec<Value> {
        let mut body = request(on_sertraline(patient));
        body["context"]["patientId"] = json!(patient);
        body["hookInstance"] = json!(format!("instance of {patient} on {day}"));
        body["extension"]["org.trialwise.as-of"] = json!(day);
        let answer = self.post(PATIENT_VIEW, &body).expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().expect("JSON")["cards"].as_array().expect("an array").clone()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// An item that sets this card aside.
pub fn overridden(card: &Value) -> Value {
    json!({ "card": card, "outcome": "overridden", "outcomeTimestamp": "2026-03-02T10:00:00.123Z" })
}

pub fn items(items: &[Value]) -> Value {
    json!({ "feedback": items })
}

/// Settings of a SQLite store in this folder.
pub fn sqlite(folder: &Folder) -> String {
    format!("url = \"sqlite:{}\"", file(folder.path()))
}

pub fn file(folder: &Path) -> String {
    folder.join("store.db").display().to_string()
}

/// Settings of a store on this server, with a key in the folder.
pub fn postgres(folder: &Folder, server: &Server) -> String {
    let keys = folder.path().join("keys");
    std::fs::write(&keys, "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=").expect("written");
    format!("url = \"{}\"\nkey_file = \"{}\"", server.url(), keys.display())
}
