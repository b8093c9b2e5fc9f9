//! What one contributor comes to.

use super::super::Note;
use super::{Contributor, ContributorStatus, ContributorWeight};
use crate::clinical::chart::Condition;
use crate::clinical::units::{Day, SourceRef};

/// What one contributor comes to. All empty: looked for in a full record, and not there.
#[derive(Debug, Default)]
pub struct Verdict {
    /// The contributor, where there is something to list.
    pub contributor: Option<Contributor>,
    /// What is told beside it.
    pub notes: Vec<Note>,
    /// What could not be judged for want of data.
    pub not_judged: Vec<&'static str>,
}

impl Verdict {
    /// Nothing is there.
    pub fn none() -> Verdict {
        Verdict::default()
    }

    /// It could not be judged, since not all of the record was had.
    pub fn unknown(what: &'static str) -> Verdict {
        Verdict { not_judged: vec![what], ..Verdict::default() }
    }

    /// With a line that is told beside it.
    pub fn and_note(mut self, id: &'static str, text: String, basis: Vec<SourceRef>) -> Verdict {
        self.notes.push(Note { id, text, basis });
        self
    }
}

impl From<Contributor> for Verdict {
    fn from(contributor: Contributor) -> Verdict {
        Verdict { contributor: Some(contributor), ..Verdict::default() }
    }
}

impl Contributor {
    /// One that is there. `short` is for a summary.
    pub fn present(
        id: &'static str,
        weight: ContributorWeight,
        short: Option<String>,
        label: String,
        basis: Vec<SourceRef>,
    ) -> Contributor {
        Contributor { id, status: ContributorStatus::Present, treated: false, weight, label, basis: sorted(basis), short }
    }

    /// One that nobody looked for. Only where observations were had in full.
    pub fn not_checked(id: &'static str, label: String, basis: Vec<SourceRef>) -> Contributor {
        let (status, weight) = (ContributorStatus::NotChecked, ContributorWeight::Line);
        Contributor { id, status, treated: false, weight, label, basis: sorted(basis), short: None }
    }

    /// One that was looked for and is not there. Only where observations were had in full.
    pub fn clear(id: &'static str, label: String, basis: Vec<SourceRef>) -> Contributor {
        let (status, weight) = (ContributorStatus::Clear, ContributorWeight::Line);
        Contributor { id, status, treated: false, weight, label, basis: sorted(basis), short: None }
    }

    /// The same, treated or not.
    #[must_use]
    pub fn treated(self, treated: bool) -> Contributor {
        Contributor { treated, ..self }
    }
}

fn sorted(mut basis: Vec<SourceRef>) -> Vec<SourceRef> {
    basis.sort();
    basis.dedup();
    basis
}

/// The most diagnoses that one label names.
const NAMED: usize = 3;

/// Diagnoses in words, each with its day: `Obstructive sleep apnea (2025-03-01)`. Chart text, still unescaped.
pub fn named(conditions: &[&Condition]) -> String {
    let mut labels: Vec<String> = Vec::new();
    for condition in conditions {
        let name = if condition.label.trim().is_empty() { &condition.code } else { &condition.label };
        let label = match written(condition) {
            Some(day) => format!("{name} ({day})"),
            None => name.clone(),
        };
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let more = labels.len().saturating_sub(NAMED);
    labels.truncate(NAMED);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    labels.join("; ") + &tail
}

/// The day on which a diagnosis was written down, else on which it began.
pub fn written(condition: &Condition) -> Option<Day> {
    condition.recorded.or(condition.onset.map(|onset| onset.first))
}

/// The records of these diagnoses.
pub fn sources(conditions: &[&Condition]) -> Vec<SourceRef> {
    conditions.iter().map(|condition| condition.source.clone()).collect()
}
