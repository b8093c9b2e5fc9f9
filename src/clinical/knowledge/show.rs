//! The tables as Markdown, for a clinician to read and sign off.

mod section;

use std::fmt::Write;

use csv::StringRecord;

use super::load::SiteChange;
use super::raw::{RawTable, Row};
use super::site::{Site, SiteParameter};
use section::{SECTIONS, Section};

/// The tables as they were read, with what a site changed.
pub(super) struct Document {
    tables: Vec<RawTable>,
    site_parameters: Vec<SiteParameter>,
}

/// How the cells are to be read.
const READING: &str = "
Every fact names its source and how sure it is. What is marked as from memory is to be checked before sign-off.

- verified: checked in the source named; stored: a copy of that source was kept
- memory: not checked; a code from memory matches nothing, its row is matched by its words alone
- our proposal, project scope, project's aim: ours; no outside source claims it
- rules.md 9.2: section 9.2 of the project's own decision rules
- grade A: label, national measure or consistent guideline statement; B: guideline or good study, with some disagreement; \
C: weak or indirect; D: a choice of ours
";

impl Document {
    pub fn new(tables: Vec<RawTable>, site: &Site) -> Document {
        Document { tables, site_parameters: site.parameters.clone() }
    }

    pub fn to_markdown(&self, version: &str, sha256: &str, changes: &[SiteChange]) -> String {
        let mut text = format!("# Trialwise: the clinical tables\n\nVersion {version}, SHA-256 `{sha256}`.\n");
        text.push_str(READING);
        if !changes.is_empty() {
            text.push_str("\n## What this site changed\n\n");
            for change in changes {
                let _ = writeln!(text, "- {}", change.what);
            }
        }
        for section in SECTIONS {
            if let Some(table) = self.tables.iter().find(|table| table.file == section.file) {
                self.section(section, table, &mut text);
            }
        }
        text
    }

    fn section(&self, section: &Section, table: &RawTable, text: &mut String) {
        let _ = writeln!(text, "\n## {}\n", section.title);
        line(section.columns.iter().map(|column| column.replace('_', " ")), text);
        line(section.columns.iter().map(|_| "---".to_owned()), text);
        let index = |column: &str| table.headers.iter().position(|known| known == column);
        let cell = |record: &'static StringRecord, column: &str| index(column).and_then(|index| record.get(index)).unwrap_or_default();
        let shown = table.records.iter().filter(|row| section.without.is_none_or(|(column, value)| cell(row.cells, column) != value));
        for row in shown {
            line(section.columns.iter().map(|column| self.marked(table, column, cell(row.cells, column), row)), text);
        }
    }

    /// A cell, marked where the site changed it: a row of its own, or the value of a parameter.
    fn marked(&self, table: &RawTable, column: &str, cell: &str, row: &Row<&'static StringRecord>) -> String {
        if table.file == "parameters.csv" && column == "default" {
            let name = row.cells.get(0).unwrap_or_default();
            let own = self.site_parameters.iter().rfind(|parameter| parameter.name == name && parameter.value != cell);
            return own.map_or_else(|| cell.to_owned(), |own| format!("{cell}; **site: {}**", own.value));
        }
        if column == "source" && row.at.file != table.file {
            return format!("{cell} (**site**: {})", row.at);
        }
        cell.to_owned()
    }
}

fn line(cells: impl Iterator<Item = String>, text: &mut String) {
    for cell in cells {
        let _ = write!(text, "| {} ", cell.replace('|', "\\|").replace('\n', " "));
    }
    text.push_str("|\n");
}
