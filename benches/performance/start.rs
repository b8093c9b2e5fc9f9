//! From nothing to the first answer, and the memory of a service that has nothing to do.

use std::time::{Duration, Instant};

use crate::bodies::SIZES;
use crate::calls::request;
use crate::serving::{Folder, Server, Which};

/// What starting costs.
pub struct Start {
    pub limit: Once,
    pub service: Once,
}

/// The medians of some starts.
pub struct Once {
    pub first_answer_ms: f64,
    /// Resident a second after the start, before any call.
    pub idle_mib: f64,
}

const STARTS: usize = 9;

/// Measures both servers.
pub fn measure() -> Start {
    let folder = Folder::new();
    let body = request(SIZES[0]);
    let once = |which| {
        let mut times: Vec<f64> = (0..STARTS)
            .map(|_| {
                let begun = Instant::now();
                let server = Server::spawn(which, &folder);
                server.first_answer(&body, None, &folder);
                begun.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let server = Server::spawn(which, &folder);
        std::thread::sleep(Duration::from_secs(1));
        Once { first_answer_ms: times[STARTS / 2], idle_mib: server.memory("VmRSS") }
    };
    Start { limit: once(Which::Limit), service: once(Which::Open) }
}

/// One line a server.
pub fn table(Start { limit, service }: &Start) -> String {
    let line = |name: &str, once: &Once| format!("| {name} | {:.0} | {:.1} |\n", once.first_answer_ms, once.idle_mib);
    let head = "| server | start to first answer ms | idle MiB |\n|---|---|---|\n";
    format!("{head}{}{}", line("limit", limit), line("service", service))
}
