//! The command line: one file a command, one a way of printing.

mod assess;
mod captured;
mod check_config;
mod doctor;
mod feedback;
mod health;
mod history;
mod knowledge;
mod layout;
mod manual;
mod one_patient;
mod replay;
mod serve;
mod text;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::clinical::knowledge::Knowledge;

/// Which antidepressant trials were adequate, what else may explain a poor response, and what may come next.
///
/// Decision support for difficult-to-treat depression, over CDS Hooks and FHIR R4. It reads one patient's record and shows what every
/// sentence rests on; the prescriber decides.
#[derive(Debug, Parser)]
#[command(name = "trialwise", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Assess(assess::Assess),
    Replay(replay::Replay),
    Knowledge(knowledge::Tables),
    Feedback(feedback::Feedback),
    CheckConfig(check_config::CheckConfig),
    Doctor(doctor::Doctor),
    Try(one_patient::Try),
    Completions(manual::Completions),
    Man(manual::Man),
    Health(health::Health),
}

/// Why a command ended early: one line for standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stop(String);

impl Stop {
    fn new(line: impl std::fmt::Display) -> Stop {
        Stop(line.to_string())
    }
}

/// Reads the command line, runs the command, and says how it ended: 0, or 2 for a wrong argument or unreadable input; 1 is an answer
/// of some commands.
pub fn run() -> ExitCode {
    let version = format!("{} (knowledge {})", env!("CARGO_PKG_VERSION"), Knowledge::builtin().version());
    let matches = Cli::command().version(version).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let done = match cli.command {
        Command::Serve(serve) => serve.run().map(|()| ExitCode::SUCCESS),
        Command::Assess(assess) => assess.run().map(|()| ExitCode::SUCCESS),
        Command::Replay(replay) => replay.run(),
        Command::Knowledge(tables) => tables.run().map(|()| ExitCode::SUCCESS),
        Command::Feedback(feedback) => feedback.run().map(|()| ExitCode::SUCCESS),
        Command::CheckConfig(check) => check.run().map(|()| ExitCode::SUCCESS),
        Command::Doctor(doctor) => doctor.run(),
        Command::Try(patient) => patient.run(),
        Command::Completions(completions) => completions.run(Cli::command()).map(|()| ExitCode::SUCCESS),
        Command::Man(man) => man.run(Cli::command()).map(|()| ExitCode::SUCCESS),
        Command::Health(health) => health.run(),
    };
    match done {
        Ok(code) => code,
        Err(Stop(line)) => {
            say(format_args!("trialwise: {line}"));
            ExitCode::from(2)
        }
    }
}

/// Says a line on standard error. Nobody is left to tell where that is closed.
fn say(line: impl std::fmt::Display) {
    drop(writeln!(anstream::stderr(), "{line}"));
}

/// Prints to standard output, with colour only where it is wanted. A reader that has gone away (`| head`) is no error.
fn print(text: &str) -> Result<(), Stop> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Stop::new(format_args!("standard output: {error}"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
