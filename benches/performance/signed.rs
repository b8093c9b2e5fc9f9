//! Calls of 9 KB with tokens, each with a new `jti`, beside the same without and beside the limit server.

use std::fmt::Write;
use std::time::Duration;

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::bodies::SIZES;
use crate::calls::body;
use crate::load::{Effort, Figures, Sent, median, run};
use crate::serving::{Folder, ISSUER, PATH, PUBLIC, Server, Which};
use crate::token::{Signer, claims, with};

/// What one way of calling costs.
pub struct Row {
    pub callers: usize,
    pub way: &'static str,
    pub figures: Figures,
}

const ALGORITHMS: [(Algorithm, &str); 3] = [(Algorithm::ES256, "ES256"), (Algorithm::RS256, "RS256"), (Algorithm::ES384, "ES384")];

/// Tokens in a file, signed before anything is measured. They may be used again by a server that starts anew.
fn tokens(folder: &Folder, signer: &Signer, count: usize) -> (std::path::PathBuf, String) {
    let token = || signer.token(with(claims(ISSUER, &format!("{PUBLIC}{PATH}")), json!({ "exp": crate::token::now() + 3000 })));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let lines: Vec<String> = std::thread::scope(|scope| {
        let signing: Vec<_> = (0..threads).map(|_| scope.spawn(|| (0..count / threads).map(|_| token()).collect::<Vec<_>>())).collect();
        signing.into_iter().flat_map(|tokens| tokens.join().expect("signed")).collect()
    });
    (folder.write(&format!("{:?}.tokens", signer.algorithm), lines.join("\n")), token())
}

/// How many tokens one measurement may take: what the service answers without any, and half as many more.
fn enough(rate: f64, window: Duration) -> usize {
    (rate * (window.as_secs_f64() + 3.0) * 1.5) as usize + 1000
}

/// Measures all ways in turn, from so many callers.
pub fn measure(callers: &[usize], effort: Effort) -> Vec<Row> {
    let folder = Folder::new();
    let body = body(&folder, SIZES[0]);
    let signers: Vec<Signer> = ALGORITHMS.iter().map(|(algorithm, name)| Signer::new(*algorithm, name)).collect();
    let measured = |which, tokens: Option<&(std::path::PathBuf, String)>, callers| {
        let server = Server::start(which, &folder, &body.text, tokens.map(|(_, first)| first.as_str()));
        let sent = Sent { body: &body.file, tokens: tokens.map(|(file, _)| file.as_path()), callers };
        run(&server, &folder, sent, None, effort.window)
    };
    let most = callers.iter().map(|callers| measured(Which::Open, None, *callers).requests_per_second).fold(0.0, f64::max);
    let signed: Vec<_> = signers.iter().map(|signer| tokens(&folder, signer, enough(most, effort.window))).collect();
    let mut rows = Vec::new();
    for callers in callers {
        let mut ways: Vec<(&'static str, Which<'_>, Option<_>, Vec<Figures>)> =
            vec![("limit", Which::Limit, None, Vec::new()), ("no token", Which::Open, None, Vec::new())];
        ways.extend(ALGORITHMS.iter().zip(&signed).map(|((_, name), tokens)| (*name, Which::Signed(&signers), Some(tokens), Vec::new())));
        for _ in 0..effort.rounds {
            for (_, which, tokens, figures) in &mut ways {
                figures.push(measured(*which, *tokens, *callers));
            }
        }
        for (way, .., figures) in ways {
            let figures = median(&figures);
            eprintln!("9 KB, {callers} callers, {way}: {:.3} ms", figures.processor_ms);
            rows.push(Row { callers: *callers, way, figures });
        }
    }
    rows
}

/// One line a way of calling.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("| callers | | requests/s | p50 ms | p99 ms | processor ms a request |\n|---|---|---|---|---|---|\n");
    for Row { callers, way, figures } in rows {
        let Figures { requests_per_second, p50_ms, p99_ms, processor_ms, .. } = figures;
        writeln!(text, "| {callers} | {way} | {requests_per_second:.0} | {p50_ms:.2} | {p99_ms:.2} | {processor_ms:.3} |").expect("text");
    }
    text
}
