//! The manual and the completions of the shells.

use super::running::{Folder, program};

#[test]
fn every_command_has_a_page_and_is_completed() {
    let folder = Folder::new();
    let pages = folder.0.join("man/man1");
    assert!(program().arg("man").arg(&pages).status().expect("it runs").success());
    let help = program().arg("--help").output().expect("it runs");
    let help = String::from_utf8(help.stdout).expect("text");
    let listed = help.split("Commands:").nth(1).and_then(|rest| rest.split("Options:").next()).expect("a list of commands");
    // What a command does may go on in the next line, further in.
    let commands: Vec<&str> = listed
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() > 8, "{help}");
    for command in commands.iter().filter(|command| **command != "help") {
        let page = std::fs::read_to_string(pages.join(format!("trialwise-{command}.1"))).expect("a page");
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
    }
    assert!(pages.join("trialwise.1").is_file() && pages.join("trialwise-replay-compare.1").is_file());
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = program().args(["completions", shell]).output().expect("it runs");
        let script = String::from_utf8(script.stdout).expect("text");
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    let file = folder.write("file", "");
    let output = program().arg("man").arg(file.join("man1")).output().expect("it runs");
    let error = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2));
    assert!(error.contains("file/man1: ") && error.lines().count() == 1, "{error}");
}
