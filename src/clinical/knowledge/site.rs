//! A site's own parameters and rows, read from TOML.
//!
//! `[parameters]` changes numbers within their allowed ranges. A `[[section]]` adds one row to a table, with the columns of that
//! table; a column left out is empty, several values of a cell may be a list. Rows are added, never replaced.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Defects, Fault, Place};
use super::load::{SiteChange, SiteFile};

/// The sections and the tables they add to.
const SECTIONS: &[(&str, &str)] = &[
    ("antidepressant", "antidepressants.csv"),
    ("dose_by_form", "dose_by_form.csv"),
    ("drug", "drugs.csv"),
    ("name", "names.csv"),
    ("drug_group", "drug_groups.csv"),
    ("product", "products.csv"),
    ("product_mark", "product_marks.csv"),
    ("option_limit", "option_limits.csv"),
    ("condition", "conditions.csv"),
    ("observation", "observations.csv"),
    ("meaning", "meanings.csv"),
    ("relevant_word", "relevant_words.csv"),
    ("relevant_class", "relevant_classes.csv"),
    ("override_reason", "override_reasons.csv"),
];

/// A row that a site adds to a table.
#[derive(Debug, Clone)]
pub(super) struct SiteRow {
    pub at: Place,
    /// The table.
    pub file: &'static str,
    pub cells: BTreeMap<String, String>,
}

/// A parameter that a site sets.
#[derive(Debug, Clone)]
pub(super) struct SiteParameter {
    pub at: Place,
    pub name: String,
    pub value: String,
}

/// What a site sets and adds.
#[derive(Debug, Default)]
pub(super) struct Site {
    pub parameters: Vec<SiteParameter>,
    pub rows: Vec<SiteRow>,
}

impl Site {
    pub fn read(file: &SiteFile, defects: &mut Defects) -> Site {
        let reader = Reader { file: String::leak(file.name.clone()), content: &file.content };
        let mut site = Site::default();
        let (table, errors) = DeTable::parse_recoverable(&file.content);
        for error in errors {
            let at = reader.place(error.span().map_or(0, |span| span.start));
            defects.add(at, Fault::Unreadable(error.message().to_owned()));
        }
        for (section, value) in table.get_ref() {
            reader.section(section, value, &mut site, defects);
        }
        site.rows.sort_by_key(|row| row.at.line);
        site.parameters.sort_by_key(|parameter| parameter.at.line);
        site
    }

    /// The added rows in words.
    pub fn changes(&self) -> impl Iterator<Item = SiteChange> {
        self.rows.iter().map(|row| {
            let cells = row.cells.iter().filter(|(column, _)| *column != "source");
            let cells: Vec<_> = cells.map(|(column, value)| format!("{column} {value}")).collect();
            SiteChange { what: format!("{}: added {}", row.file, cells.join(", ")) }
        })
    }
}

struct Reader<'a> {
    file: &'static str,
    content: &'a str,
}

impl Reader<'_> {
    fn place(&self, at: usize) -> Place {
        let before = self.content.as_bytes().iter().take(at);
        Place { file: self.file, line: 1 + before.filter(|byte| **byte == b'\n').count() as u64 }
    }

    fn section(&self, section: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>, site: &mut Site, defects: &mut Defects) {
        let at = self.place(section.span().start);
        let name = section.get_ref().as_ref();
        if name == "parameters" {
            return self.parameters("", value, site, defects);
        }
        let Some((_, file)) = SECTIONS.iter().find(|(known, _)| *known == name) else {
            let known = std::iter::once("parameters").chain(SECTIONS.iter().map(|(known, _)| *known)).collect::<Vec<_>>().join(", ");
            return defects.add(at, Fault::UnknownSection { section: name.to_owned(), known });
        };
        let DeValue::Array(rows) = value.get_ref() else {
            return defects.add(at, Fault::NotRows(name.to_owned()));
        };
        for row in rows {
            match row.get_ref() {
                DeValue::Table(cells) => {
                    let cells = cells.iter().map(|(column, cell)| (column.get_ref().to_string(), text(cell.get_ref()))).collect();
                    site.rows.push(SiteRow { at: self.place(row.span().start), file, cells });
                }
                _ => defects.add(at, Fault::NotRows(name.to_owned())),
            }
        }
    }

    /// Every parameter below a prefix: `clock_reset_gap_days.fluoxetine` is a table in TOML unless it is quoted.
    fn parameters(&self, prefix: &str, value: &Spanned<DeValue<'_>>, site: &mut Site, defects: &mut Defects) {
        match value.get_ref() {
            DeValue::Table(table) => {
                for (name, value) in table {
                    let dot = if prefix.is_empty() { "" } else { "." };
                    self.parameters(&format!("{prefix}{dot}{}", name.get_ref()), value, site, defects);
                }
            }
            _ if prefix.is_empty() => defects.add(self.place(value.span().start), Fault::NotRows("parameters".to_owned())),
            other => {
                let (at, name) = (self.place(value.span().start), prefix.to_owned());
                let value = if let DeValue::Array(_) = other { text(other).replace(';', "+") } else { text(other) };
                site.parameters.push(SiteParameter { at, name, value });
            }
        }
    }
}

/// A value as the cell of a table has it: the parts of a list are divided by semicolons.
fn text(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(parts) => parts.iter().map(|part| text(part.get_ref())).collect::<Vec<_>>().join(";"),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
