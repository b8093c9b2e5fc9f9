//! `trialwise completions` and `trialwise man`: both are drawn from the command line as it is, so they cannot fall behind.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Stop, print};

/// Prints completions for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  trialwise completions bash > ~/.local/share/bash-completion/completions/trialwise\n  \
    trialwise completions zsh > \"${fpath[1]}/_trialwise\"\n  trialwise completions fish > ~/.config/fish/completions/trialwise.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Writes the manual: a page for the program, and one for each command.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  trialwise man ~/.local/share/man/man1\n  man trialwise-replay")]
pub struct Man {
    /// The folder that the pages go to; it is made where there is none
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Completions {
    pub fn run(self, mut program: Command) -> Result<(), Stop> {
        let mut script = Vec::new();
        let name = program.get_name().to_owned();
        clap_complete::generate(self.shell, &mut program, name, &mut script);
        print(&String::from_utf8_lossy(&script))
    }
}

impl Man {
    pub fn run(self, program: Command) -> Result<(), Stop> {
        let told = |error| Stop::new(format_args!("{}: {error}", self.folder.display()));
        std::fs::create_dir_all(&self.folder).map_err(told)?;
        clap_mangen::generate_to(program, &self.folder).map_err(told)
    }
}
