//! One whole run, and how it is written down.

use std::path::Path;
use std::process::Command;

use jiff::tz::TimeZone;
use trialwise::server::today;

use crate::beside::{self, Beside};
use crate::bodies::SIZES;
use crate::calls::{self, Cell};
use crate::goals;
use crate::growth::{self, Curve};
use crate::load::Effort;
use crate::plot;
use crate::population::{self, Population};
use crate::signed::{self, Row};
use crate::start::{self, Start};

/// Everything that was measured in one run.
pub struct Run {
    pub cells: Vec<Cell>,
    pub signed: Vec<Row>,
    pub beside: Vec<Beside>,
    pub start: Start,
    pub population: Population,
    pub growth: Vec<Curve>,
    /// What divan printed.
    pub steps: String,
    effort: Effort,
    load_before: String,
}

/// How many callers there are at once.
pub const CALLERS: [usize; 3] = [1, 16, 64];

/// Between these two lines of docs/performance.md stands what a run writes.
const MARKS: (&str, &str) = ("<!-- figures: begin -->\n", "<!-- figures: end -->\n");

impl Run {
    /// Measures everything.
    pub fn whole(effort: Effort) -> Run {
        let load_before = read("/proc/loadavg");
        Run {
            start: start::measure(),
            population: population::measure(),
            growth: growth::measure(),
            steps: steps(),
            cells: calls::measure(&SIZES, &CALLERS, effort),
            signed: signed::measure(&CALLERS, effort),
            beside: beside::measure(effort),
            effort,
            load_before,
        }
    }

    /// All of it as Markdown.
    fn text(&self) -> String {
        let Run { cells, signed, beside, start, population, growth, steps, .. } = self;
        let sections = [
            ("Goals", goals::table(self)),
            ("Calls without token", calls::table(cells)),
            ("Calls of 9 KB with tokens", signed::table(signed)),
            ("Light calls beside heavy ones", beside::table(beside)),
            ("Start and rest", start::table(start)),
            ("Many patients offline", population::sentence(population)),
            ("The stages apart", format!("```text\n{}\n```\n", steps.trim_end())),
            ("Growth", growth::tables(growth)),
        ];
        let sections: Vec<String> = sections.into_iter().map(|(title, text)| format!("### {title}\n\n{}", text.trim_end())).collect();
        format!("{}\n\n{}\n", self.machine(), sections.join("\n\n"))
    }

    /// On what, when and how it was measured.
    fn machine(&self) -> String {
        let cpu = read("/proc/cpuinfo");
        let model = cpu
            .lines()
            .find_map(|line| line.strip_prefix("model name"))
            .map_or("unknown", |line| line.trim_start_matches([':', '\t', ' ']));
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let memory = read("/proc/meminfo");
        let kib: u64 = memory.split_ascii_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or_default();
        let kernel = read("/proc/sys/kernel/osrelease");
        let rust = Command::new("rustc").arg("--version").output().map_or_else(|_| "unknown".to_owned(), |output| text(&output.stdout));
        let Effort { window, rounds } = self.effort;
        format!(
            "Measured on {} with `benches/run`: {cores} cores of {model}, {} GiB, Linux {kernel}, {rust}; every load {rounds} times {} s. \
             Load of the machine (1, 5, 15 minutes) before: {}, after: {}.",
            today(&TimeZone::UTC),
            kib.div_ceil(1024 * 1024),
            window.as_secs(),
            averages(&self.load_before),
            averages(&read("/proc/loadavg"))
        )
    }

    /// Writes figures and plots into this folder of documents, and prints them.
    pub fn write(&self, docs: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let file = docs.join("performance.md");
        let before = std::fs::read_to_string(&file)?;
        let text = self.text();
        print!("{text}");
        let (head, rest) = before.split_once(MARKS.0).ok_or("performance.md has no place for figures")?;
        let (_, tail) = rest.split_once(MARKS.1).ok_or("the place for figures has no end")?;
        std::fs::write(&file, format!("{head}{}{text}{}{tail}", MARKS.0, MARKS.1))?;
        let plots = docs.join("performance");
        std::fs::create_dir_all(&plots)?;
        for curve in &self.growth {
            plot::draw(curve, &plots.join(format!("{}.svg", curve.name)))?;
        }
        Ok(())
    }
}

/// The stages apart, by a process of their own, since divan prints what it measures.
fn steps() -> String {
    let this = std::env::current_exe().expect("this program");
    text(&Command::new(this).arg("steps").output().expect("this program runs").stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).unwrap_or_default().trim().to_owned()
}

fn averages(load: &str) -> String {
    load.split(' ').take(3).collect::<Vec<_>>().join(", ")
}
