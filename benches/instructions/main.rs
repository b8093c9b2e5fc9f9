//! How many instructions each stage of a call takes, counted by callgrind: the same on a busy machine and on an idle one.
//!
//! What start-up and preparation take is counted without any stage, and taken off. What is expected stands in benches/instructions.toml; a
//! stage that takes more than the margin above it fails.

#[path = "../bodies/mod.rs"]
#[allow(dead_code, reason = "growth and populations are measured elsewhere")]
mod bodies;
#[path = "../stage.rs"]
#[allow(dead_code, reason = "the stages together are measured elsewhere")]
mod stage;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use bodies::{Record, SIZES, Size};
use clap::{Parser, Subcommand, ValueEnum};
use serde::Deserialize;
use stage::Stages;
use trialwise::clinical::units::Day;

/// Counts the instructions of every stage and holds them against what is expected.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Option<What>,
    /// What cargo adds
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum What {
    /// Does one stage so many times: what callgrind looks at
    Run { stage: Stage, bytes: usize, times: usize },
    /// Takes what is counted for what is expected from now on
    Accept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    Reading,
    Deriving,
    Writing,
}

/// What is counted: each size, and how often a stage is run.
const COUNTED: [(Size, usize); 2] = [(SIZES[0], 20), (SIZES[2], 3)];

/// What is expected.
#[derive(Deserialize)]
struct Expected {
    /// By how many per cent a stage may take more.
    margin_percent: u64,
    /// Instructions by stage and size.
    instructions: BTreeMap<String, BTreeMap<String, u64>>,
}

fn main() -> ExitCode {
    match Options::parse().command {
        Some(What::Run { stage, bytes, times }) => {
            let size = SIZES.into_iter().find(|size| size.bytes == bytes).expect("one of the sizes");
            run(stage, size, times);
            ExitCode::SUCCESS
        }
        Some(What::Accept) => accept(),
        None => check(),
    }
}

/// The day of the bodies: which one does not matter, as long as it stays.
fn run(stage: Stage, size: Size, times: usize) {
    let as_of = Day::new(2026, 3, 2).expect("a day of the calendar");
    let (stages, body) = (Stages::on(as_of), Record::of(as_of, 0, size).request());
    let mut judged = stages.judged(stages.chart(body.as_bytes()));
    // Each stage was gone through once, so that what is made at first use is made.
    drop(stages.response(&mut judged));
    for _ in 0..times {
        match stage {
            Stage::Reading => drop(black_box(stages.chart(black_box(body.as_bytes())))),
            Stage::Deriving => drop(black_box(stages.assessment(black_box(&judged.chart)))),
            Stage::Writing => drop(black_box(stages.response(black_box(&mut judged)))),
        }
    }
}

/// What callgrind counts of this program.
fn counted(stage: Stage, size: Size, times: usize) -> u64 {
    let this = std::env::current_exe().expect("this program");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(this);
    command.args(["run", &word(stage), &size.bytes.to_string(), &times.to_string()]);
    let output = command.output().expect("valgrind is there: benches/run installs it");
    let told = String::from_utf8_lossy(&output.stderr);
    let line = told.lines().find_map(|line| line.split_once("Collected :"));
    assert!(output.status.success() && line.is_some(), "valgrind said: {told}");
    line.and_then(|(_, count)| count.trim().parse().ok()).expect("a count")
}

fn word(stage: Stage) -> String {
    stage.to_possible_value().expect("none is hidden").get_name().to_owned()
}

/// Every stage and size, with its instructions.
fn count() -> Vec<(String, &'static str, u64)> {
    let stages = [Stage::Reading, Stage::Deriving, Stage::Writing];
    let of_size = |(size, times): (Size, usize)| {
        let before = counted(stages[0], size, 0);
        stages.map(|stage| (word(stage), size.name, (counted(stage, size, times) - before) / times as u64))
    };
    // The sizes side by side: on two cores the larger one alone decides how long it takes.
    std::thread::scope(|scope| {
        let counting = COUNTED.map(|size| scope.spawn(move || of_size(size)));
        let [small, large] = counting.map(|counts| counts.join().expect("counted"));
        small.into_iter().zip(large).flat_map(|(small, large)| [small, large]).collect()
    })
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.toml")
}

fn expected() -> Expected {
    let text = std::fs::read_to_string(file()).expect("benches/instructions.toml is there");
    toml::from_str(&text).unwrap_or_else(|error| panic!("benches/instructions.toml: {error}"))
}

/// Prints every count, and fails where one is too high or none is expected.
fn check() -> ExitCode {
    let Expected { margin_percent, instructions } = expected();
    let mut failed = false;
    println!("{:<10} {:>7} {:>15} {:>15} {:>8}", "stage", "body", "instructions", "expected", "");
    for (stage, size, count) in count() {
        let Some(expected) = instructions.get(&stage).and_then(|sizes| sizes.get(size)).copied().filter(|expected| *expected > 0) else {
            println!("{stage:<10} {size:>7} {count:>15} {:>15}  nothing is expected", "-");
            failed = true;
            continue;
        };
        let change = (count as f64 / expected as f64 - 1.0) * 100.0;
        let is_over = count * 100 > expected * (100 + margin_percent);
        let is_under = count * 100 < expected * (100 - margin_percent);
        let note = if is_over {
            "TOO MANY"
        } else if is_under {
            "fewer: take it over with `benches/run accept`"
        } else {
            ""
        };
        println!("{stage:<10} {size:>7} {count:>15} {expected:>15} {change:>+7.1}% {note}");
        failed |= is_over;
    }
    if failed {
        eprintln!("more than {margin_percent} % above benches/instructions.toml: make it faster, or say in the commit why it costs more");
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Writes the counts over those that were expected, and leaves the rest of the file as it is.
fn accept() -> ExitCode {
    let margin_percent = expected().margin_percent;
    let mut text = format!(
        "# How many instructions each stage of a call takes, by the size of the body (callgrind, profile `counted`): see docs/performance.md.\n\
         # `benches/run instructions` fails where a stage takes more than the margin above; `benches/run accept` writes this file.\n\n\
         margin_percent = {margin_percent}\n"
    );
    let mut section = String::new();
    for (stage, size, count) in count() {
        if stage != section {
            text.push_str(&format!("\n[instructions.{stage}]\n"));
            section.clone_from(&stage);
        }
        text.push_str(&format!("{size:?} = {count}\n"));
    }
    print!("{text}");
    std::fs::write(file(), text).expect("written");
    ExitCode::SUCCESS
}
