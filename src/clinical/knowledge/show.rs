//! The tables as Markdown, for a clinician to read and sign off.

use std::fmt::Write;

use csv::StringRecord;

use super::load::SiteChange;
use super::raw::{RawTable, Row};
use super::site::{Site, SiteParameter};

/// The tables as they were read, with what a site changed.
pub(super) struct Document {
    tables: Vec<RawTable>,
    site_parameters: Vec<SiteParameter>,
}

/// A part of the document: one table, some of its columns, perhaps only some of its rows.
struct Section {
    title: &'static str,
    file: &'static str,
    columns: &'static [&'static str],
    /// Rows where this column has this value stay away.
    without: Option<(&'static str, &'static str)>,
}

const SECTIONS: &[Section] = &[
    Section {
        title: "Parameters",
        file: "parameters.csv",
        columns: &["name", "default", "unit", "allowed", "source", "grade", "note"],
        without: None,
    },
    Section {
        title: "Antidepressants: doses",
        file: "antidepressants.csv",
        columns: &[
            "drug",
            "class",
            "trial_use",
            "unit",
            "minimum_default",
            "minimum_label",
            "minimum_athf_legacy",
            "floor",
            "usual_maximum",
            "outpatient_maximum",
            "label_range_start",
            "geriatric_from_age",
            "geriatric_maximum",
            "no_rise_from_age",
            "no_rise_source",
            "minimum_source",
            "floor_source",
        ],
        without: None,
    },
    Section {
        title: "Antidepressants: start, titration, cautions",
        file: "antidepressants.csv",
        columns: &[
            "drug",
            "rxnorm",
            "atc",
            "names",
            "start_dose",
            "titration",
            "renal_hepatic_note",
            "geriatric_note",
            "source",
            "code_confidence",
        ],
        without: None,
    },
    Section {
        title: "Doses of a form",
        file: "dose_by_form.csv",
        columns: &["drug", "form", "limit", "mg", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Options",
        file: "options.csv",
        columns: &[
            "id",
            "name",
            "kind",
            "family",
            "offer",
            "drugs",
            "taken_with",
            "after_failures",
            "at_dose_minimum",
            "at_dose_level",
            "at_dose_source",
            "guideline",
            "guideline_line",
            "guideline_confidence",
            "evidence",
            "evidence_detail",
            "evidence_confidence",
            "source",
            "confidence",
        ],
        without: None,
    },
    Section {
        title: "Options: label and availability",
        file: "options.csv",
        columns: &["id", "label_us", "label_ca", "label_uk", "label_confidence", "not_available", "availability_source"],
        without: None,
    },
    Section {
        title: "Options: cautions and monitoring",
        file: "options.csv",
        columns: &["id", "contraindications_cautions", "interactions_dose_rules", "monitoring", "overdose_note", "care_levels"],
        without: None,
    },
    Section {
        title: "Options: how they go and what to discuss",
        file: "options.csv",
        columns: &[
            "id",
            "start_dose",
            "usual_range",
            "titration",
            "course_and_onset",
            "review_and_stop",
            "review_source",
            "time_to_effect",
            "visits_and_tests",
            "people_stop_for",
            "cost_and_access",
            "talk_source",
            "side_effects",
            "confidence",
        ],
        without: None,
    },
    Section {
        title: "Options: the drugs of a class",
        file: "option_drugs.csv",
        columns: &["option", "drug", "start", "titration", "not_available", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Options: change-over from the present drug",
        file: "change_over.csv",
        columns: &["option", "from", "text", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Options: what removes them or is said beside them",
        file: "option_limits.csv",
        columns: &[
            "id",
            "applies_to",
            "trigger",
            "of",
            "limit",
            "within_days",
            "sex",
            "effect",
            "absolute",
            "cap_mg",
            "what",
            "text",
            "source",
            "grade",
            "confidence",
        ],
        without: None,
    },
    Section {
        title: "Monitoring schedule",
        file: "monitoring.csv",
        columns: &[
            "id",
            "drugs",
            "classes",
            "taken_as",
            "item",
            "observations",
            "baseline",
            "scheduled",
            "repeat",
            "after_dose_change",
            "age_from",
            "or_conditions",
            "dose_above",
            "card",
            "warn_overdue_factor",
            "warn_above",
            "note",
            "source",
            "grade",
        ],
        without: None,
    },
    Section {
        title: "Symptom hints (little evidence: the last tie-break)",
        file: "symptom_hints.csv",
        columns: &[
            "id",
            "all_items",
            "any_items",
            "weight",
            "condition",
            "recorded_words",
            "drugs",
            "effect",
            "reason",
            "note",
            "source",
            "grade",
        ],
        without: None,
    },
    Section {
        title: "Diagnoses by group",
        file: "conditions.csv",
        columns: &["group", "system", "code", "match", "when", "display", "note", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Observations",
        file: "observations.csv",
        columns: &[
            "id",
            "code",
            "display",
            "names",
            "unit",
            "conversions",
            "conversion_source",
            "plausible_from",
            "plausible_to",
            "plausible_source",
            "thresholds",
            "look_back",
            "source",
            "confidence",
        ],
        without: None,
    },
    Section {
        title: "Other drugs",
        file: "drugs.csv",
        columns: &["drug", "rxnorm", "atc", "names", "source", "confidence"],
        without: None,
    },
    Section { title: "Further names", file: "names.csv", columns: &["name", "drug", "source", "confidence"], without: None },
    Section {
        title: "Drug groups",
        file: "drug_groups.csv",
        columns: &["group", "drug", "effect", "grade", "note", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Free days around MAO inhibitors",
        file: "maoi_windows.csv",
        columns: &["id", "first", "second", "free_days", "grade", "warn_from_day", "advice", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Drugs that do not go well together",
        file: "drug_pairs.csv",
        columns: &["id", "first", "second", "grade", "contraindicated", "reason", "advice", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Doses that interactions and circumstances cap",
        file: "dose_caps.csv",
        columns: &[
            "id",
            "drug",
            "maximum",
            "when",
            "beside",
            "marks",
            "grade",
            "critical_when",
            "contraindicated",
            "reason",
            "advice",
            "source",
            "confidence",
        ],
        without: None,
    },
    Section {
        title: "Drugs and diagnoses",
        file: "drug_conditions.csv",
        columns: &[
            "id",
            "drugs",
            "groups",
            "codes",
            "status",
            "role",
            "grade",
            "contraindicated",
            "reason",
            "advice",
            "source",
            "confidence",
        ],
        without: None,
    },
    Section {
        title: "What combinations hold",
        file: "combinations.csv",
        columns: &["drug", "contains", "mg_per_unit", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Product exceptions",
        file: "products.csv",
        columns: &["rxcui", "name", "drugs", "use", "note", "source"],
        without: Some(("use", "ordinary")),
    },
    Section {
        title: "Words that mark a product exception",
        file: "product_marks.csv",
        columns: &["mark", "drug", "use", "what", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Packs, day by day",
        file: "products.csv",
        columns: &["rxcui", "name", "drugs", "pack", "note", "source"],
        without: Some(("pack", "")),
    },
    Section {
        title: "Care levels",
        file: "care_levels.csv",
        columns: &["id", "name", "setting", "can_do", "cannot_do", "when_to_choose", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Procedures, relationships, reasons, answers",
        file: "meanings.csv",
        columns: &["meaning", "system", "code", "match", "display", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Staging: points of the Maudsley method",
        file: "staging.csv",
        columns: &["item", "from", "to", "score", "word", "unit", "source", "confidence"],
        without: None,
    },
    Section {
        title: "Steroids: mg as strong as 5 mg of prednisone",
        file: "steroid_equivalents.csv",
        columns: &["drug", "mg", "source", "confidence"],
        without: None,
    },
    Section { title: "Words that look relevant", file: "relevant_words.csv", columns: &["begins", "source"], without: None },
    Section { title: "Classes that look relevant", file: "relevant_classes.csv", columns: &["class", "what", "source"], without: None },
];

/// How the cells are to be read.
const READING: &str = "
Every fact names its source and how sure it is. What is marked as from memory is to be checked before sign-off.

- verified: checked in the source named; stored: a copy of that source was kept
- memory: not checked
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
