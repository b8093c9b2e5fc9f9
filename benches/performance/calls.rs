//! Calls of every size from one caller and from many, without tokens: the service against the limit server.

use std::fmt::Write;

use jiff::tz::TimeZone;
use trialwise::server::today;

use crate::bodies::{Record, SIZES, Size};
use crate::load::{BodyFile, Effort, Figures, Sent, median, run};
use crate::serving::{Folder, Server, Which};

/// What both servers did under one load.
pub struct Cell {
    pub size: Size,
    pub callers: usize,
    pub limit: Figures,
    pub service: Figures,
}

/// The size of this name; `9KB` and `9 KB` are the same.
pub fn size(name: &str) -> Size {
    let bare = |name: &str| name.replace(' ', "");
    let known = SIZES.into_iter().find(|size| bare(size.name).eq_ignore_ascii_case(&bare(name)));
    known.unwrap_or_else(|| panic!("no such size: {name}"))
}

/// A request of this size. It is about today, since only in development may a request choose its day.
pub fn request(size: Size) -> String {
    Record::of(today(&TimeZone::UTC), 0, size).request()
}

/// A request of this size, in a file too.
pub fn body(folder: &Folder, size: Size) -> BodyFile {
    let text = request(size);
    let file = folder.write(&format!("{}.json", size.name.replace(' ', "")), &text);
    BodyFile { text, file }
}

/// Measures every size from so many callers, the two servers in turn.
pub fn measure(sizes: &[Size], callers: &[usize], effort: Effort) -> Vec<Cell> {
    let folder = Folder::new();
    let mut cells = Vec::new();
    for size in sizes {
        let body = body(&folder, *size);
        for callers in callers {
            let (mut limit, mut service) = (Vec::new(), Vec::new());
            for _ in 0..effort.rounds {
                for (which, figures) in [(Which::Limit, &mut limit), (Which::Open, &mut service)] {
                    let server = Server::start(which, &folder, &body.text, None);
                    let sent = Sent { body: &body.file, tokens: None, callers: *callers };
                    figures.push(run(&server, &folder, sent, None, effort.window));
                }
            }
            let cell = Cell { size: *size, callers: *callers, limit: median(&limit), service: median(&service) };
            eprintln!("{}, {callers} callers: {:.3} ms, limit {:.3} ms", size.name, cell.service.processor_ms, cell.limit.processor_ms);
            cells.push(cell);
        }
    }
    cells
}

/// One line a server and load, and the ratio.
pub fn table(cells: &[Cell]) -> String {
    let mut text = String::from(
        "| body | callers | server | requests/s | p50 ms | p99 ms | processor ms a request | peak MiB |\n|---|---|---|---|---|---|---|---|\n",
    );
    for Cell { size, callers, limit, service } in cells {
        for (name, figures) in [("limit", limit), ("service", service)] {
            let Figures { requests_per_second, p50_ms, p99_ms, processor_ms, peak_mib } = figures;
            writeln!(
                text,
                "| {} | {callers} | {name} | {requests_per_second:.0} | {p50_ms:.2} | {p99_ms:.2} | {processor_ms:.3} | {peak_mib:.0} |",
                size.name
            )
            .expect("text");
        }
        writeln!(
            text,
            "| | | ratio | {:.2} | {:.1} | {:.1} | **{:.2}** | {:.1} |",
            service.requests_per_second / limit.requests_per_second,
            service.p50_ms / limit.p50_ms,
            service.p99_ms / limit.p99_ms,
            service.processor_ms / limit.processor_ms,
            service.peak_mib / limit.peak_mib
        )
        .expect("text");
    }
    text
}
