//! The `trialwise` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    trialwise::cli::run()
}
