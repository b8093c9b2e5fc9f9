//! `trialwise knowledge`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Stop, print};
use crate::clinical::knowledge::{Defect, Knowledge, SiteFile, Unverified};

/// Checks or prints the tables that the judgement rests on.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  trialwise knowledge check --site site-knowledge.toml\n  trialwise knowledge show > tables.md")]
pub struct Tables {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Says whether the tables are sound; lists every defect with file and line, and exits 2, if they are not
    Check(Site),
    /// Prints the tables as Markdown with sources and version, to read and sign off
    Show(Site),
}

/// Which tables are used.
#[derive(Debug, Args)]
pub struct Site {
    /// The site's own parameters and rows (TOML)
    #[arg(long = "site", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Tables {
    pub fn run(self) -> Result<(), Stop> {
        match self.what {
            What::Check(site) => print(&checked(site.knowledge()?)),
            What::Show(site) => {
                let markdown = site.knowledge()?.to_markdown();
                print(&if markdown.ends_with('\n') { markdown } else { markdown + "\n" })
            }
        }
    }
}

impl Site {
    /// The tables, with those of the site if it has any.
    pub fn knowledge(&self) -> Result<&'static Knowledge, Stop> {
        site_knowledge(self.file.as_deref()).map_err(|lines| Stop(lines.join("\n")))
    }
}

fn checked(knowledge: &Knowledge) -> String {
    let mut lines = format!("ok: knowledge {}, sha256 {}\n", knowledge.version(), knowledge.sha256());
    lines += &format!("    {} antidepressants, {} options\n", knowledge.antidepressants().len(), knowledge.options().len());
    for Unverified { file, names } in knowledge.unverified() {
        let rows = if names.len() == 1 { "1 row".to_owned() } else { format!("{} rows", names.len()) };
        lines += &format!("    unverified: {file}, {rows} without a verified code, matched by text only: {}\n", names.join(", "));
    }
    for change in knowledge.site_changes() {
        lines += &format!("    site: {}\n", change.what);
    }
    lines
}

/// The tables, with those of a site if it has any; else every defect on a line of its own.
pub fn site_knowledge(file: Option<&Path>) -> Result<&'static Knowledge, Vec<String>> {
    let Some(file) = file else { return Ok(Knowledge::builtin()) };
    let name = file.display().to_string();
    let content = std::fs::read_to_string(file).map_err(|error| vec![format!("{name}: {error}")])?;
    Knowledge::with_site(&SiteFile { name, content }).map_err(|defects| defects.iter().map(defect).collect())
}

fn defect(Defect { file, line, what }: &Defect) -> String {
    match line {
        Some(line) => format!("{file}:{line}: {what}"),
        None => format!("{file}: {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_lists_what_is_unverified_with_its_file_and_number_of_rows() {
        let told = checked(Knowledge::builtin());
        assert!(told.starts_with("ok: "), "no defect: {told}");
        assert!(
            told.contains("    unverified: conditions.csv, 1 row without a verified code, matched by text only: Postpartum psychosis\n"),
            "{told}"
        );
        assert!(
            told.contains(
                "    unverified: observations.csv, 7 rows without a verified code, matched by text only: QIDS self-report total, "
            ),
            "{told}"
        );
        assert!(!told.contains("products.csv"), "all as listed by their source: {told}");
    }

    #[test]
    fn a_defect_says_where_it_stands() {
        let at = |line| defect(&Defect { file: "site.toml".into(), line, what: "what".into() });
        assert_eq!(at(Some(3)), "site.toml:3: what");
        assert_eq!(at(None), "site.toml: what");
    }
}
