//! The chart while it is being read.

use crate::clinical::chart::{Chart, Unread};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Day, SourceRef, When};

use super::date::Dated;
use super::record::Record;
use super::view::{Extension, Faults};

/// What every reader of a resource needs, and where it puts what it found.
pub(super) struct Reading<'r, 'a> {
    pub(super) knowledge: &'static Knowledge,
    pub(super) as_of: Day,
    pub(super) record: &'r Record<'a>,
    pub(super) chart: Chart,
}

impl Reading<'_, '_> {
    /// Notes that a resource counts for nothing.
    pub(super) fn unread(&mut self, source: &SourceRef, why: impl Into<String>) {
        self.chart.unread.push(Unread { source: source.clone(), why: why.into() });
    }

    /// Notes the members that could not be read.
    pub(super) fn faults(&mut self, source: &SourceRef, faults: &Faults) {
        for path in faults.paths() {
            let what = if path.is_empty() { "the resource" } else { path };
            self.unread(source, format!("`{what}` could not be read: wrong type or no such value"));
        }
    }

    /// Whether a date lies after the day of assessment.
    pub(super) fn is_future(&self, dated: Option<Dated>) -> bool {
        dated.is_some_and(|dated| dated.when.first > self.as_of)
    }

    /// When the patient was born, for what the record dates by age.
    pub(super) fn birth(&self) -> Option<When> {
        self.chart.patient.as_ref()?.birth
    }

    /// The reason for what lies after the day of assessment.
    pub(super) fn dated_after(&self) -> String {
        format!("dated after {}", self.as_of)
    }
}

/// The reason where a modifier extension may change the meaning of the whole resource.
pub(super) fn modified(extensions: &[Extension<'_>]) -> Option<String> {
    (!extensions.is_empty()).then(|| "has a modifier extension that may turn its meaning round".to_owned())
}

/// The label of what was recognised by its words: told as such wherever the label is.
pub(super) fn by_text(label: &str) -> String {
    format!("{label} (matched by text)")
}
