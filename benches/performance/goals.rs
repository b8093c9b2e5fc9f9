//! What was measured beside what was meant to be reached.

use std::fmt::Write;

use crate::bodies::SIZES;
use crate::calls::Cell;
use crate::population::Population;
use crate::report::Run;

/// One goal: what it is about, what was measured of both servers, and whether the figure that counts is within its bounds.
struct Row {
    what: &'static str,
    limit: String,
    service: String,
    figure: f64,
    goal: f64,
    /// None where none was set.
    stretch: Option<f64>,
    /// How a figure is written.
    unit: &'static str,
    /// Where more is better.
    upward: bool,
}

/// The callers whose processor time counts: enough to keep both cores busy, few enough not to queue.
const CALLERS: usize = 16;

/// Of a verification that takes 0.45 ms where the limit server takes 0.02, as the goal has it.
const ES384: f64 = 0.45 / 0.02;

impl Row {
    /// A figure of the service over the same of the limit server.
    fn ratio(what: &'static str, (service, limit): (f64, f64), unit: &str, (goal, stretch): (f64, Option<f64>)) -> Row {
        let written = |figure: f64| format!("{figure:.3} {unit}");
        Row { what, limit: written(limit), service: written(service), figure: service / limit, goal, stretch, unit: " x L", upward: false }
    }

    /// Requests a second, of which more is better.
    fn rate(what: &'static str, cell: &Cell, (goal, stretch): (f64, f64)) -> Row {
        let (service, limit) = (cell.service.requests_per_second, cell.limit.requests_per_second);
        Row { upward: true, ..Row::ratio(what, (service, limit), "/s", (goal, Some(stretch))) }
    }

    /// A figure that stands for itself.
    fn bare(what: &'static str, (service, limit): (f64, f64), unit: &'static str, (goal, stretch): (f64, f64)) -> Row {
        let written = |figure: f64| format!("{figure:.0}{unit}");
        Row { what, limit: written(limit), service: written(service), figure: service, goal, stretch: Some(stretch), unit, upward: false }
    }

    fn within(&self, bound: f64) -> bool {
        if self.upward { self.figure >= bound } else { self.figure <= bound }
    }

    fn standing(&self) -> &'static str {
        match self.stretch {
            Some(stretch) if self.within(stretch) => "stretch reached",
            _ if self.within(self.goal) => "reached",
            _ => "not reached",
        }
    }
}

fn rows(run: &Run) -> Vec<Row> {
    let cell = |size: usize, callers: usize| {
        let sought = |cell: &&Cell| cell.size == SIZES[size] && cell.callers == callers;
        run.cells.iter().find(sought).expect("a whole run measures all sizes")
    };
    let processor = |size| (cell(size, CALLERS).service.processor_ms, cell(size, CALLERS).limit.processor_ms);
    let signed = |way: &str| {
        let sought = run.signed.iter().find(|row| row.way == way && row.callers == CALLERS);
        sought.expect("a whole run measures all ways").figures.processor_ms
    };
    let crowd = cell(2, 64);
    let per_byte = |(_, limit): (f64, f64)| limit * 1e6 / SIZES[2].bytes as f64;
    let Population { nanoseconds_per_byte, .. } = run.population;
    vec![
        Row::ratio("processor time, 9 KB, no token", processor(0), "ms", (6.0, Some(4.0))),
        Row::ratio("processor time, 800 KB", processor(2), "ms", (2.0, Some(1.3))),
        Row::ratio("processor time, 4 MB", processor(3), "ms", (2.0, Some(1.3))),
        Row::ratio("processor time, 9 KB, ES384", (signed("ES384"), signed("limit")), "ms", (ES384, None)),
        Row::rate("requests/s, 9 KB, 16 callers", cell(0, CALLERS), (0.17, 0.25)),
        Row::rate("requests/s, 800 KB, 16 callers", cell(2, CALLERS), (0.5, 0.75)),
        Row::ratio("p99, 9 KB, 64 callers", (cell(0, 64).service.p99_ms, cell(0, 64).limit.p99_ms), "ms", (2.0, None)),
        Row::bare("start to first answer", (run.start.service.first_answer_ms, run.start.limit.first_answer_ms), " ms", (50.0, 20.0)),
        Row::bare("memory, idle", (run.start.service.idle_mib, run.start.limit.idle_mib), " MiB", (20.0, 12.0)),
        Row::bare(
            "memory, 64 callers of 800 KB",
            (crowd.service.peak_mib, crowd.limit.peak_mib),
            " MiB",
            (160.0, crowd.limit.peak_mib * 1.2),
        ),
        Row::ratio("assessment over NDJSON, a byte", (nanoseconds_per_byte, per_byte(processor(2))), "ns", (2.0, Some(1.3))),
    ]
}

/// One line a goal.
pub fn table(run: &Run) -> String {
    let mut text = String::from("| | limit (L) | service | figure | goal | stretch | |\n|---|---|---|---|---|---|---|\n");
    for row in rows(run) {
        let sign = if row.upward { "≥" } else { "≤" };
        let bound = |bound: f64| format!("{sign} {}{}", (bound * 100.0).round() / 100.0, row.unit);
        let stretch = row.stretch.map_or_else(String::new, bound);
        let Row { what, limit, service, figure, goal, unit, .. } = &row;
        writeln!(text, "| {what} | {limit} | {service} | **{figure:.2}{unit}** | {} | {stretch} | {} |", bound(*goal), row.standing())
            .expect("text");
    }
    text
}
