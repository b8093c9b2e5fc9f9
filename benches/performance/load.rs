//! Load: the same call again and again, from so many callers at once, by wrk.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::serving::{Folder, PATH, Server};

/// How long load is measured, and how often.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How long, each time. It runs for a second before.
    pub window: Duration,
    /// How often; the median counts.
    pub rounds: usize,
}

/// What comes before the window: connections are made, memory grows.
const WARM_UP: Duration = Duration::from_secs(1);

/// What a server did under a load.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    pub requests_per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Processor time of the server's process over the calls that it answered.
    pub processor_ms: f64,
    pub peak_mib: f64,
}

/// What wrk tells at its end.
#[derive(Debug, Deserialize)]
struct Told {
    requests: u64,
    refused: u64,
    broken: u64,
    p50_us: f64,
    p99_us: f64,
}

/// What is sent.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    /// A file with the body.
    pub body: &'a Path,
    /// A file with tokens, one a line, each for one call.
    pub tokens: Option<&'a Path>,
    pub callers: usize,
}

/// wrk at work.
struct Running(Child);

impl Running {
    fn start(server: &Server, folder: &Folder, sent: Sent<'_>, time: Duration) -> Running {
        let script = folder.path().join("wrk.lua");
        if !script.exists() {
            folder.write("wrk.lua", include_str!("wrk.lua"));
        }
        let mut command = Command::new("wrk");
        command.args(["--threads", "1", "--timeout", "60s", "--connections", &sent.callers.to_string()]);
        command.args(["--duration", &format!("{}s", time.as_secs()), "--script"]).arg(script);
        command.arg(server.url(PATH)).arg("--").arg(sent.body).args(sent.tokens);
        let process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        Running(process.expect("wrk is there: benches/run installs it"))
    }

    fn end(self) -> Told {
        let output = self.0.wait_with_output().expect("wrk ends");
        let text = String::from_utf8_lossy(&output.stdout);
        let told = text.lines().rev().find(|line| line.starts_with('{'));
        let told: Told = told.and_then(|line| serde_json::from_str(line).ok()).unwrap_or_else(|| panic!("wrk said: {text}"));
        assert!(told.requests > 0 && told.refused == 0 && told.broken == 0, "calls that were not answered: {told:?}");
        told
    }
}

/// Runs this load on a server that has just been started, and this beside it.
pub fn run(server: &Server, folder: &Folder, sent: Sent<'_>, beside: Option<Sent<'_>>, window: Duration) -> Figures {
    let time = WARM_UP + window + Duration::from_secs(1);
    let beside = beside.map(|beside| Running::start(server, folder, beside, time));
    let running = Running::start(server, folder, sent, time);
    std::thread::sleep(WARM_UP);
    let sample = || (server.answered(), server.processor_time(), Instant::now());
    let (answered_before, processor_before, begun) = sample();
    std::thread::sleep(window);
    let (answered_after, processor_after, ended) = sample();
    let told = running.end();
    if let Some(beside) = beside {
        beside.end();
    }
    let answered = (answered_after - answered_before) as f64;
    Figures {
        requests_per_second: answered / (ended - begun).as_secs_f64(),
        p50_ms: told.p50_us / 1000.0,
        p99_ms: told.p99_us / 1000.0,
        processor_ms: (processor_after - processor_before).as_secs_f64() * 1000.0 / answered,
        peak_mib: server.memory("VmHWM"),
    }
}

/// The median of several rounds, figure by figure; of the memory the most.
pub fn median(rounds: &[Figures]) -> Figures {
    let of = |figure: fn(&Figures) -> f64| {
        let mut sorted: Vec<f64> = rounds.iter().map(figure).collect();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    Figures {
        requests_per_second: of(|figures| figures.requests_per_second),
        p50_ms: of(|figures| figures.p50_ms),
        p99_ms: of(|figures| figures.p99_ms),
        processor_ms: of(|figures| figures.processor_ms),
        peak_mib: rounds.iter().map(|figures| figures.peak_mib).fold(0.0, f64::max),
    }
}

/// A body that is written to a file.
pub struct BodyFile {
    pub text: String,
    pub file: PathBuf,
}
