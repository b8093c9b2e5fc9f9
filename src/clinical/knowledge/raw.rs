//! The tables as rows of text: which file, which line, which columns.
//!
//! A row lives as long as the program, so that names can be handed out without a copy.

use csv::StringRecord;
use serde::Deserialize;

use super::fault::{Defects, Fault, Place};
use super::site::SiteRow;

/// The contents of every table, by file name, in the order in which they enter the hash.
#[derive(Clone)]
pub(super) struct Texts(Vec<(&'static str, &'static str)>);

macro_rules! texts {
    ($($file:literal)+) => { Texts(vec![$(($file, include_str!(concat!("data/", $file))),)+]) };
}

impl Texts {
    /// The project's own tables.
    pub fn builtin() -> Texts {
        texts! {
            "VERSION"
            "antidepressants.csv" "dose_by_form.csv" "drugs.csv" "names.csv" "drug_groups.csv" "products.csv" "other_products.csv" "product_marks.csv"
            "options.csv" "option_drugs.csv" "option_limits.csv" "change_over.csv" "care_levels.csv" "monitoring.csv" "symptom_hints.csv"
            "conditions.csv" "observations.csv" "parameters.csv" "meanings.csv" "staging.csv" "steroid_equivalents.csv" "maoi_windows.csv"
            "drug_pairs.csv" "dose_caps.csv" "drug_conditions.csv" "combinations.csv" "relevant_words.csv" "relevant_classes.csv"
            "override_reasons.csv"
        }
    }

    /// The content of a table.
    pub fn text(&self, file: &str) -> &'static str {
        self.0.iter().find_map(|(name, text)| (*name == file).then_some(*text)).unwrap_or_default()
    }

    /// Every table with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(file, text)| (*file, *text))
    }

    /// The same tables with another content for one of them.
    #[cfg(test)]
    pub fn with(mut self, file: &str, change: impl Fn(&str) -> String) -> Texts {
        let entry = self.0.iter_mut().find(|(name, _)| *name == file).expect("a table of this name");
        entry.1 = String::leak(change(entry.1));
        self
    }
}

/// One row and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<T> {
    pub at: Place,
    pub cells: T,
}

/// A table whose columns are known and whose rows are text.
pub(super) struct RawTable {
    pub file: &'static str,
    pub headers: &'static StringRecord,
    pub records: Vec<Row<&'static StringRecord>>,
}

impl RawTable {
    /// The rows of a file, and after them those a site adds to it. A row has to name its source.
    pub fn read(texts: &Texts, file: &'static str, site: &[SiteRow], defects: &mut Defects) -> RawTable {
        let mut reader = csv::Reader::from_reader(texts.text(file).as_bytes());
        let headers = reader.headers().cloned().unwrap_or_default();
        let mut table = RawTable { file, headers: Box::leak(Box::new(headers)), records: Vec::new() };
        if !table.headers.iter().any(|column| column == "source") {
            defects.add_for_file(file, Fault::NoColumn("source"));
        }
        for record in reader.into_records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    table.add(Place { file, line }, record, defects);
                }
                Err(error) => match error.position() {
                    Some(position) => {
                        defects.add(Place { file, line: position.line() }, Fault::Unreadable(error.to_string()));
                    }
                    None => defects.add_for_file(file, Fault::Unreadable(error.to_string())),
                },
            }
        }
        for row in site.iter().filter(|row| row.file == file) {
            for (column, _) in row.cells.iter().filter(|(column, _)| !table.headers.iter().any(|known| known == column.as_str())) {
                let known = table.headers.iter().collect::<Vec<_>>().join(", ");
                defects.add(row.at, Fault::UnknownColumn { column: column.clone(), known });
            }
            let cell = |column: &str| row.cells.get(column).map(String::as_str).unwrap_or_default();
            table.add(row.at, table.headers.iter().map(cell).collect(), defects);
        }
        table
    }

    fn add(&mut self, at: Place, record: StringRecord, defects: &mut Defects) {
        let source = self.headers.iter().position(|column| column == "source").and_then(|column| record.get(column));
        if source.is_some_and(|source| source.trim().is_empty()) {
            defects.add(at, Fault::Empty("source"));
        }
        self.records.push(Row { at, cells: Box::leak(Box::new(record)) });
    }

    /// The rows by the names of their columns.
    pub fn rows<T: Deserialize<'static>>(&self, defects: &mut Defects) -> Vec<Row<T>> {
        let mut rows = Vec::with_capacity(self.records.len());
        for Row { at, cells } in &self.records {
            match cells.deserialize(Some(self.headers)) {
                Ok(cells) => rows.push(Row { at: *at, cells }),
                Err(error) => {
                    // only a missing column can be wrong here, and it is missing in every row
                    defects.add_for_file(self.file, Fault::Unreadable(error.to_string()));
                    break;
                }
            }
        }
        rows
    }
}

/// The parts of a cell that holds several, divided by semicolons.
pub(super) fn parts(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}
