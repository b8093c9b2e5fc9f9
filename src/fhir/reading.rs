//! The chart while it is being read.

use foldhash::HashMap;
use std::cell::OnceCell;
use std::rc::Rc;

use serde_json::value::RawValue;

use crate::clinical::chart::{Chart, ProcedureKind, Unread};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Day, GroupSet, SourceRef, When};

use super::date::Dated;
use super::dosage::Directions;
use super::medication::Recognised;
use super::record::{Record, Resource, target};
use super::repeated::Repeated;
use super::sig::Sigs;
use super::view::{Extension, Faults, Member, Text, view};

/// What every reader of a resource needs, and where it puts what it found.
pub(super) struct Reading<'r, 'a> {
    pub(super) knowledge: &'static Knowledge,
    pub(super) as_of: Day,
    pub(super) record: &'r Record<'a>,
    pub(super) chart: Chart,
    /// The medicines that records name themselves; nothing where the words are empty.
    pub(super) medicines: Repeated<'a, Option<Recognised>>,
    /// The directions of records.
    pub(super) directions: Repeated<'a, Rc<Directions<'a>>>,
    /// The instructions in words.
    pub(super) sigs: Sigs<'a>,
    /// The groups of diagnoses, and whether one that has none is there in words only.
    pub(super) diagnoses: Repeated<'a, (GroupSet, bool)>,
    /// The groups that visits name themselves.
    pub(super) visits: Repeated<'a, GroupSet>,
    /// What was done, and whether a code says so.
    pub(super) procedures: Repeated<'a, Option<(ProcedureKind, bool)>>,
    /// The resources of the record by URL: most records are never asked for one.
    by_url: OnceCell<HashMap<&'a str, &'a [Member<'a>]>>,
}

view! {
    /// A contained resource.
    Named<'a> {
        id: Option<Text<'a>> = "id",
    }
}

impl<'r, 'a> Reading<'r, 'a> {
    /// An empty chart, to be filled from this record.
    pub(super) fn new(knowledge: &'static Knowledge, as_of: Day, record: &'r Record<'a>) -> Reading<'r, 'a> {
        Reading {
            knowledge,
            as_of,
            record,
            chart: Chart::default(),
            medicines: Repeated::default(),
            directions: Repeated::default(),
            sigs: Sigs::default(),
            diagnoses: Repeated::default(),
            visits: Repeated::default(),
            procedures: Repeated::default(),
            by_url: OnceCell::new(),
        }
    }

    /// The resource of this type that a reference points to, in the resource itself or in the record.
    pub(super) fn find(&self, kind: &str, reference: &str, contained: &[&'a RawValue]) -> Option<Resource<'a>> {
        if let Some(id) = reference.strip_prefix('#') {
            let is_named = |named: Named<'_>| named.id.as_deref() == Some(id);
            let found = contained.iter().copied().map(Resource::Contained).find(|resource| resource.view().is_some_and(is_named));
            return found;
        }
        let plain = reference.split("/_history/").next().unwrap_or(reference);
        let (_, id) = target(reference)?;
        let by_url = self.by_url.get_or_init(|| self.record.by_url()).get(plain).copied();
        by_url.or_else(|| self.record.by_id(kind, id)).map(Resource::Members)
    }

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
