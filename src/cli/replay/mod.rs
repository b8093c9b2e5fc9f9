//! `trialwise replay`: what the service would have said of many charts, in numbers.
//!
//! Every thread takes the next chart, judges it and counts. Nothing of a chart is kept but the counts, so the memory does not grow with
//! the input; and since counting is adding, the report is the same by however many threads.

mod chart;
mod compare;
mod counts;
mod export;
mod input;
mod line;
mod pace;
mod quality;
mod refused;
mod report;
mod shown;
mod tally;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;

use super::knowledge::site_knowledge;
use super::{Stop, print, say};
use crate::clinical::units::Day;
use crate::fhir::{Answer, medication_id, wanted_medications};
use crate::hooks::Services;
use crate::server::{self, DayOf};
use chart::{Bench, Shape, told_apart};
use compare::Compare;
use export::{Export, Group};
use input::{Found, Input, Place, Taken};
use line::{ChartLine, Lines, digest};
use pace::Pace;
use refused::{Places, Why};
use report::{Head, Report};
use tally::{Origin, Tally};

/// After how many charts the bar says how many there are.
const TOLD_EVERY: u64 = 50;

/// Judges many charts, and says in numbers what the service would have said.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  trialwise replay captured/ --as-of 2026-11-01 --html report.html\n  \
    zcat charts.ndjson.gz | trialwise replay - --json report.json\n  \
    trialwise replay export/ --charts before.ndjson\n  trialwise replay compare before.ndjson after.ndjson\n\n\
    Read are .json (one value), .ndjson and .jsonl (one value a line), each also compressed with gzip: Bundles and hook requests, each a \
    chart, also as a member of an object around it; and single resources, as in a Bulk Data export, which are put together by folder and patient.\n\n\
    What is no chart is counted, and named by file and line on standard error. Exit 0: charts were judged; 2: there were none, or a file \
    that is named cannot be read, or the report cannot be written."
)]
pub struct Replay {
    #[command(subcommand)]
    what: Option<What>,
    /// Files, and folders of files; - is standard input, one value a line
    #[arg(required = true, value_name = "FILE|DIR")]
    inputs: Vec<PathBuf>,
    /// The day of assessment of all charts [default: the day a hook request names, else today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Day>,
    /// The site's own parameters and rows (TOML)
    #[arg(long, value_name = "FILE")]
    site: Option<PathBuf>,
    /// Writes the report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes the report as one page of HTML
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Writes a line for each chart, to be compared with those of another run; it holds no name, id or date
    #[arg(long, value_name = "FILE")]
    charts: Option<PathBuf>,
    /// How many charts are judged at once [default: as many as there are processors]
    #[arg(long, value_name = "NUMBER")]
    threads: Option<std::num::NonZeroUsize>,
    /// Leaves out how long it took, so that the same input gives the same report to the byte
    #[arg(long)]
    no_times: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    Compare(Compare),
}

impl Replay {
    pub fn run(self) -> Result<ExitCode, Stop> {
        match self.what {
            Some(What::Compare(compare)) => compare.run(),
            None => self.replay(),
        }
    }

    fn replay(self) -> Result<ExitCode, Stop> {
        let begun = Instant::now();
        let knowledge = site_knowledge(self.site.as_deref()).map_err(|lines| Stop(lines.join("\n")))?;
        let day = DayOf { today: server::today(&TimeZone::system()), by_request: true };
        let services = Services::builtin().map_err(Stop::new)?;
        let head = Head::of(knowledge, self.as_of, day.today);
        // Opened before anything is read, so that hours of reading are not lost to a name mistyped.
        let json = self.json.as_deref().map(create).transpose()?;
        let html = self.html.as_deref().map(create).transpose()?;
        let lines = self.charts.as_deref().map(|file| Lines::new(create(file)?, &head).map_err(|error| told(file, &error))).transpose()?;
        let found = Found::of(&self.inputs)?;
        let (files, passed_over) = (found.files(), found.passed_over);
        // What a panic says may hold text of the record.
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            say(format_args!("trialwise: defect at {place}"));
        }));
        let run = Run {
            bench: Bench { services, knowledge, day, as_of: self.as_of },
            export: Export::default(),
            lines: lines.map(Mutex::new),
            progress: bar(found.bytes),
            taken: AtomicU64::new(0),
            charts: AtomicU64::new(0),
            threads: self.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, std::num::NonZeroUsize::get),
        };
        let part = run.all(found).map_err(|error| Stop::new(format_args!("putting aside: {error}")))?;
        run.progress.finish_and_clear();
        let threads = run.threads;
        if let (Some(lines), Some(file)) = (run.lines, &self.charts) {
            lines.into_inner().unwrap_or_else(PoisonError::into_inner).finish().map_err(|error| told(file, &error))?;
        }
        part.places.lines().for_each(say);
        say(format_args!("files: {files} read, {passed_over} of another name passed over"));
        if part.tally.charts == 0 {
            return Err(Stop::new("no chart was read"));
        }
        let time = (!self.no_times).then(|| (&part.pace, part.pace.told(begun.elapsed(), threads)));
        let report = Report::of(head, &part.tally, time);
        write(json, self.json.as_deref(), || report.json())?;
        write(html, self.html.as_deref(), || shown::html(&report))?;
        print(&shown::text(&report))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn told(file: &Path, error: &io::Error) -> Stop {
    Stop::new(format_args!("{}: {error}", file.display()))
}

fn create(file: &Path) -> Result<File, Stop> {
    File::create(file).map_err(|error| told(file, &error))
}

fn write(out: Option<File>, file: Option<&Path>, content: impl FnOnce() -> String) -> Result<(), Stop> {
    let (Some(mut out), Some(file)) = (out, file) else { return Ok(()) };
    io::Write::write_all(&mut out, content().as_bytes()).map_err(|error| told(file, &error))
}

/// A bar on a terminal; nothing elsewhere.
fn bar(bytes: Option<u64>) -> ProgressBar {
    let (bar, template) = match bytes {
        Some(bytes) => (ProgressBar::new(bytes), "{bar:30} {bytes} of {total_bytes}, {msg}, {eta} left"),
        None => (ProgressBar::no_length(), "{spinner} {bytes}, {msg}"),
    };
    let style = ProgressStyle::with_template(template).expect("a template of ours");
    bar.with_style(style).with_message("0 charts")
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What all threads share.
struct Run {
    bench: Bench,
    export: Export,
    lines: Option<Mutex<Lines>>,
    progress: ProgressBar,
    taken: AtomicU64,
    charts: AtomicU64,
    threads: usize,
}

/// What one thread counted.
#[derive(Default)]
struct Part {
    tally: Tally,
    places: Places,
    pace: Pace,
}

impl Part {
    fn merge(&mut self, other: Part) {
        self.tally.merge(other.tally);
        self.places.merge(other.places);
        self.pace.merge(&other.pace);
    }
}

impl Run {
    /// Everything: first what stands for itself, then what had to be brought together.
    fn all(&self, found: Found) -> io::Result<Part> {
        let input = Input::new(found, self.progress.clone());
        let mut part = self.each(input, |part, number, taken| self.take(part, number, taken))?;
        part.merge(self.each(self.export.groups(), |part, number, group| self.group(part, number, &group?))?);
        Ok(part)
    }

    /// Gives every item to one of the threads; the first that fails ends it.
    fn each<T>(
        &self,
        items: impl Iterator<Item = T> + Send,
        work: impl Fn(&mut Part, u64, T) -> io::Result<()> + Sync,
    ) -> io::Result<Part> {
        let (items, ended) = (Mutex::new(items), AtomicBool::new(false));
        let numbered = || {
            let mut items = held(&items);
            items.next().map(|item| (self.taken.fetch_add(1, Ordering::Relaxed), item))
        };
        let thread = || -> io::Result<Part> {
            let mut part = Part::default();
            while !ended.load(Ordering::Relaxed) {
                let Some((number, item)) = numbered() else { break };
                work(&mut part, number, item).inspect_err(|_| ended.store(true, Ordering::Relaxed))?;
            }
            Ok(part)
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads).map(|_| scope.spawn(thread)).collect();
            threads.into_iter().try_fold(Part::default(), |mut all, thread| {
                all.merge(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
                Ok(all)
            })
        })
    }

    /// One value of a file.
    fn take(&self, part: &mut Part, number: u64, taken: Taken) -> io::Result<()> {
        let Taken { place, body } = taken;
        let folder = place.file.parent().map(Path::to_owned).unwrap_or_default();
        let told = body.as_ref().map_err(Why::clone).and_then(|body| Ok((told_apart(body)?, body)));
        let refusal = match told {
            Ok(((Shape::Request, chart), body)) => self.judge(part, number, (body, chart), Origin::Request)?,
            Ok(((Shape::Bundle, chart), body)) => self.judge(part, number, (body, chart), Origin::Bundle)?,
            Ok(((shape, body), _)) => {
                match shape {
                    Shape::Of(patient) => self.export.put(&folder, &patient, body)?,
                    Shape::Medication(id) => self.export.put_medication(&folder, &id, body)?,
                    Shape::Other | Shape::Request | Shape::Bundle => part.tally.input.other_resources += 1,
                }
                self.note(number, None)?;
                None
            }
            Err(why) => {
                self.note(number, None)?;
                Some(why)
            }
        };
        if let Some(why) = refusal {
            part.tally.refuse(&why);
            part.places.add(place, why);
        }
        Ok(())
    }

    /// One patient of an export, with the Medications that the records refer to.
    fn group(&self, part: &mut Part, number: u64, group: &Group) -> io::Result<()> {
        let answers: Vec<Answer<'_>> = group.bodies.iter().filter_map(|body| Answer::of(body).ok()).collect();
        let mut chart = group.bodies.join(&b'\n');
        for wanted in wanted_medications(&answers) {
            let Some(id) = medication_id(&wanted.reference) else { continue };
            if let Some(medication) = self.export.medication(&group.folder, id)? {
                chart.push(b'\n');
                chart.extend_from_slice(&medication);
            }
        }
        if let Some(why) = self.judge(part, number, (&chart, &chart), Origin::Export)? {
            part.tally.refuse(&why);
            part.places.add(Place { file: Path::new(&group.folder).into(), line: None }, why);
        }
        Ok(())
    }

    /// Judges a chart and counts what it comes to; or says why it is none. It is known by all that stands in its place.
    fn judge(&self, part: &mut Part, number: u64, (whole, chart): (&[u8], &[u8]), origin: Origin) -> io::Result<Option<Why>> {
        let outcome = match self.bench.judge(chart) {
            Ok(outcome) => outcome,
            Err(why) => {
                self.note(number, None)?;
                return Ok(Some(why));
            }
        };
        part.tally.add(&outcome, origin, self.bench.knowledge);
        part.pace.add(outcome.took);
        let charts = self.charts.fetch_add(1, Ordering::Relaxed) + 1;
        if charts.is_multiple_of(TOLD_EVERY) {
            self.progress.set_message(format!("{charts} charts"));
        }
        let line = self.lines.is_some().then(|| ChartLine::of(digest(whole), &outcome.judged));
        self.note(number, line.as_ref())?;
        Ok(None)
    }

    /// Writes the line of an item, if lines are written; every item has its turn.
    fn note(&self, number: u64, line: Option<&ChartLine>) -> io::Result<()> {
        self.lines.as_ref().map_or(Ok(()), |lines| held(lines).put(number, line))
    }
}
