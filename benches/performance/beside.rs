//! Light calls while heavy ones run beside them.

use std::fmt::Write;

use crate::bodies::SIZES;
use crate::calls::body;
use crate::load::{Effort, Figures, Sent, median, run};
use crate::serving::{Folder, Server, Which};

/// How many callers send 9 KB.
const LIGHT: usize = 4;

/// How many callers send 800 KB.
const HEAVY: usize = 4;

/// What light calls had alone, and beside heavy ones.
pub struct Beside {
    pub server: &'static str,
    pub alone: Figures,
    pub beside: Figures,
}

/// Measures both servers.
pub fn measure(effort: Effort) -> Vec<Beside> {
    let folder = Folder::new();
    let (light, heavy) = (body(&folder, SIZES[0]), body(&folder, SIZES[2]));
    let sent = Sent { body: &light.file, tokens: None, callers: LIGHT };
    let beside = Sent { body: &heavy.file, tokens: None, callers: HEAVY };
    let measured = |which, beside| {
        let server = Server::start(which, &folder, &light.text, None);
        run(&server, &folder, sent, beside, effort.window)
    };
    let both = |server, which| {
        let rounds = (0..effort.rounds).map(|_| (measured(which, None), measured(which, Some(beside))));
        let (alone, together): (Vec<_>, Vec<_>) = rounds.unzip();
        Beside { server, alone: median(&alone), beside: median(&together) }
    };
    vec![both("limit", Which::Limit), both("service", Which::Open)]
}

/// One line a server.
pub fn table(all: &[Beside]) -> String {
    let mut text = format!(
        "9 KB from {LIGHT} callers, alone and while {HEAVY} callers send 800 KB:\n\n\
         | server | p50 ms alone | beside | p99 ms alone | beside |\n|---|---|---|---|---|\n"
    );
    for Beside { server, alone, beside } in all {
        writeln!(text, "| {server} | {:.2} | {:.2} | {:.2} | {:.2} |", alone.p50_ms, beside.p50_ms, alone.p99_ms, beside.p99_ms)
            .expect("text");
    }
    text
}
