//! Raw rows, checked as a whole.

use std::fmt::Write;
use std::sync::LazyLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::antidepressant::antidepressants;
use super::care_level::care_levels;
use super::change_over::change_overs;
use super::condition::Conditions;
use super::drug::Drugs;
use super::fault::{Defects, Fault};
use super::interaction::{InteractionRows, InteractionTables};
use super::limit::{Known as LimitTables, limits};
use super::limits::OptionLimits;
use super::meaning::Meanings;
use super::monitoring::{Known, monitoring};
use super::observation::Observations;
use super::option::{Beside, options};
use super::override_reason::site_reasons;
use super::parameter::parameters;
use super::product::{ProductMarks, products};
use super::raw::{RawTable, Row, Texts};
use super::relevance::Relevance;
use super::site::Site;
use super::staging::StagingPoints;
use super::steroid::Steroids;
use super::symptom::symptoms;
use super::unverified::unverified;
use super::{Knowledge, show};

/// A defect of the tables: what is wrong, in which file and row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    /// The file.
    pub file: String,
    /// The line in the file, the header being line 1; `None` for the file as a whole.
    pub line: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for Defect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

/// A site's own parameters and rows, as text (TOML); read from disk by the edge.
#[derive(Debug, Clone)]
pub struct SiteFile {
    /// What to call it in a defect.
    pub name: String,
    /// Its content.
    pub content: String,
}

/// One thing that a site changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteChange {
    /// In words: `adequate_min_days: 42 -> 56`.
    pub what: String,
}

static BUILTIN: LazyLock<Knowledge> = LazyLock::new(|| {
    load(&Texts::builtin(), None).unwrap_or_else(|defects| {
        let defects: Vec<_> = defects.iter().map(Defect::to_string).collect();
        panic!("the project's own tables have defects, which a test would have found:\n{}", defects.join("\n"))
    })
});

/// The project's own tables.
pub(super) fn builtin() -> &'static Knowledge {
    &BUILTIN
}

/// Reads every table to its end and checks them as a whole.
pub(super) fn load(texts: &Texts, site_file: Option<&SiteFile>) -> Result<Knowledge, Vec<Defect>> {
    let mut tables = Tables { defects: Defects::default(), site: Site::default(), texts, raw: Vec::new() };
    if let Some(file) = site_file {
        tables.site = Site::read(file, &mut tables.defects);
    }
    let mut changes: Vec<_> = Vec::new();

    let parameter_rows = tables.rows("parameters.csv");
    let parameters = parameters(&parameter_rows, &tables.site.parameters, &mut changes, &mut tables.defects);
    changes.extend(tables.site.changes());

    let antidepressant_rows = tables.rows("antidepressants.csv");
    let dose_by_form = tables.rows("dose_by_form.csv");
    let mut drug_rows = tables.again("antidepressants.csv");
    drug_rows.extend(tables.rows("drugs.csv"));
    let (names, groups) = (tables.rows("names.csv"), tables.rows("drug_groups.csv"));
    let drugs = Drugs::new(&drug_rows, &names, &groups, &mut tables.defects);
    let antidepressants = antidepressants(&antidepressant_rows, &dose_by_form, &drugs, parameters.as_ref(), &mut tables.defects);

    let (own, other) = (tables.rows("products.csv"), tables.rows("other_products.csv"));
    let products = products(own.iter().chain(&other), &drugs, &mut tables.defects);

    let rows = tables.rows("product_marks.csv");
    let product_marks = ProductMarks::new(&rows, &drugs, &mut tables.defects);

    let rows = tables.rows("care_levels.csv");
    let care_levels = care_levels(&rows, &mut tables.defects);
    let rows = tables.rows("change_over.csv");
    let change_over = change_overs(&rows, &antidepressants, &drugs, &mut tables.defects);
    let (rows, drug_rows) = (tables.rows("options.csv"), tables.rows("option_drugs.csv"));
    let beside = Beside { care_levels: &care_levels, drugs: &drugs, drug_rows: &drug_rows, change_over: &change_over };
    let options = options(&rows, &beside, &mut tables.defects);
    let rows = tables.rows("option_limits.csv");
    let known = LimitTables { options: &options, antidepressants: &antidepressants, drugs: &drugs };
    let option_limits = limits(&rows, &known, &mut tables.defects);

    let rows = tables.rows("monitoring.csv");
    let known = Known { drugs: &drugs, antidepressants: &antidepressants, options: &options };
    let monitoring = monitoring(&rows, &known, &mut tables.defects);
    let rows = tables.rows("symptom_hints.csv");
    let symptoms = symptoms(&rows, &drugs, &mut tables.defects);

    let rows = tables.rows("conditions.csv");
    let conditions = Conditions::new(&rows, &mut tables.defects);
    let rows = tables.rows("observations.csv");
    let observations = Observations::new(&rows, &mut tables.defects);
    let rows = tables.rows("meanings.csv");
    let meanings = Meanings::new(&rows, &mut tables.defects);
    let rows = tables.rows("staging.csv");
    let staging_points = StagingPoints::new(&rows, &mut tables.defects);
    let rows = tables.rows("steroid_equivalents.csv");
    let steroids = Steroids::new(&rows, &drugs, &mut tables.defects);
    let rows = tables.rows("override_reasons.csv");
    let site_reasons = site_reasons(&rows, &mut tables.defects);
    let (words, classes) = (tables.rows("relevant_words.csv"), tables.rows("relevant_classes.csv"));
    let relevance = Relevance::new(&words, &classes, &mut tables.defects);

    let rows = InteractionRows {
        windows: tables.rows("maoi_windows.csv"),
        pairs: tables.rows("drug_pairs.csv"),
        caps: tables.rows("dose_caps.csv"),
        conditions: tables.rows("drug_conditions.csv"),
        combinations: tables.rows("combinations.csv"),
    };
    let option_limits = OptionLimits::new(option_limits, &options, &drugs, &antidepressants);
    let interactions = InteractionTables::new(&rows, &drugs, &antidepressants, &mut tables.defects);

    let unverified = unverified(&tables.raw, &mut tables.defects);

    let version = texts.text("VERSION").trim();
    if version.is_empty() {
        tables.defects.add_for_file("VERSION", Fault::Empty("version"));
    }
    tables.defects.into_result()?;
    Ok(Knowledge {
        version,
        sha256: sha256(texts, site_file),
        document: show::Document::new(tables.raw, &tables.site),
        changes,
        parameters: parameters.expect("a parameter that cannot be had is a defect"),
        drugs,
        antidepressants,
        products,
        product_marks,
        options,
        option_limits,
        care_levels,
        site_reasons,
        monitoring,
        symptoms,
        conditions,
        observations,
        meanings,
        staging_points,
        steroids,
        interactions,
        relevance,
        unverified,
    })
}

/// The tables on their way from text to rows.
struct Tables<'a> {
    texts: &'a Texts,
    site: Site,
    raw: Vec<RawTable>,
    defects: Defects,
}

impl Tables<'_> {
    /// The rows of a file and those a site adds.
    fn rows<T: Deserialize<'static>>(&mut self, file: &'static str) -> Vec<Row<T>> {
        let table = RawTable::read(self.texts, file, &self.site.rows, &mut self.defects);
        let rows = table.rows(&mut self.defects);
        self.raw.push(table);
        rows
    }

    /// The rows of a file already read, by other columns.
    fn again<T: Deserialize<'static>>(&mut self, file: &'static str) -> Vec<Row<T>> {
        let table = self.raw.iter().find(|table| table.file == file);
        table.map(|table| table.rows(&mut self.defects)).unwrap_or_default()
    }
}

/// The hash over the names and contents of all tables, and over the site's file.
fn sha256(texts: &Texts, site: Option<&SiteFile>) -> String {
    let site = site.map(|site| ("site", site.content.as_str()));
    let mut hash = Sha256::new();
    for (name, content) in texts.iter().chain(site) {
        // the length keeps the end of one file from being the begin of the next
        hash.update(format!("{name}\n{}\n", content.len()));
        hash.update(content);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;
