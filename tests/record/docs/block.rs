//! A block of code of a page, and what is done with it.

/// A block of code with the comment right above it.
#[derive(Debug)]
pub struct Block {
    pub line: usize,
    /// The first word after the fence; `None` for an indented block.
    pub language: Option<String>,
    pub comment: Option<String>,
    pub text: String,
}

/// What is done with a block of commands.
#[derive(Debug, PartialEq, Eq)]
pub enum Run {
    /// Run, in order.
    Here,
    /// Started, and ended with the page: a service.
    Behind,
    /// Run by another script.
    By(String),
    /// Not run, for a reason that is given.
    Not,
}

/// Above what a block of commands prints.
const PRINTS: &str = "prints";

/// Above the command that `.ci/run` takes out of README.md.
const TEST_COMMAND: (&str, &str) = ("test command", ".ci/run");

impl Block {
    /// What is done with it; `None` for what is no command. Fails where that is not to be understood.
    pub fn run(&self) -> Result<Option<Run>, String> {
        match self.language.as_deref() {
            None => return Err("an indented block: fence it, with its language".to_owned()),
            Some("") => return Err("a block without a language: sh for commands, text for what is printed".to_owned()),
            Some("sh") => {}
            Some(shell @ ("bash" | "console" | "shell" | "shell-session" | "zsh")) => {
                return Err(format!("{shell}: write sh, and what is printed in a block of its own"));
            }
            Some(_) => return Ok(None),
        }
        let Some(comment) = &self.comment else { return Ok(Some(Run::Here)) };
        if comment == "in the background" {
            return Ok(Some(Run::Behind));
        }
        if comment == TEST_COMMAND.0 {
            return Ok(Some(Run::By(TEST_COMMAND.1.to_owned())));
        }
        if let Some(file) = comment.strip_prefix("run by ") {
            return Ok(Some(Run::By(file.to_owned())));
        }
        match comment.strip_prefix("not run:").map(str::trim) {
            Some("") => Err("not run, but the reason is missing".to_owned()),
            Some(reason) if !reason.starts_with("needs ") => Err(format!("the reason begins with `needs`: {reason}")),
            Some(_) => Ok(Some(Run::Not)),
            None => Err(format!("not understood: {comment}")),
        }
    }
}

/// The commands of a page as a script for `.ci/docs`, if any are run, and what is wrong with its blocks.
pub fn script(path: &str, blocks: &[Block], is_file: impl Fn(&str) -> bool) -> (Option<String>, Vec<String>) {
    let (mut lines, mut faults) = (String::new(), Vec::new());
    // whether the last commands were run, so that what they print can be compared
    let mut ran = false;
    for block in blocks {
        let at = format!("{path}:{}", block.line);
        match block.run() {
            Err(what) => faults.push(format!("{at}: {what}")),
            Ok(None) if block.comment.as_deref() == Some(PRINTS) && ran => {
                lines += &format!("printed {at} <<'END_OF_WHAT_IS_PRINTED'\n{}END_OF_WHAT_IS_PRINTED\n", block.text);
            }
            Ok(None) if block.comment.as_deref() == Some(PRINTS) => {
                faults.push(format!("{at}: prints what? No command that is run stands before it"));
            }
            Ok(None) => {}
            Ok(Some(run)) => {
                ran = run == Run::Here;
                match run {
                    Run::Here => lines += &format!("at {at}\n{{\n{}}} >\"$printed\"\n", block.text),
                    Run::Behind => lines += &format!("behind {at} <<'END_OF_COMMANDS'\n{}END_OF_COMMANDS\n", block.text),
                    Run::By(file) if !is_file(&file) => faults.push(format!("{at}: run by {file}, which is not there")),
                    Run::By(_) | Run::Not => {}
                }
            }
        }
    }
    ((!lines.is_empty()).then_some(lines), faults)
}
