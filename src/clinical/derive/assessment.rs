//! The assessment: every conclusion, each with the records it rests on.
//!
//! Its JSON form is a contract with those who read it: members are added freely, none is renamed or dropped.

mod step;
mod trial;

use serde::Serialize;

use super::bipolar::Bipolar;
use super::contributor::{Contributor, WorkupItem};
use super::draft::DraftOrder;
use super::interaction::{Interaction, InteractionLine, NotChecked};
use super::monitoring::{MonitoringItem, MonitoringNotKnown};
use super::safety::{OverdoseRisk, SafetyFinding};
use super::staging::Staging;
use super::state::Circumstances;
pub use step::{StepKind, TreatmentOption, Verdict};
pub use trial::{Adequacy, DoseSpan, Marker, Quality, Reason, Response, Trial};

pub use crate::clinical::chart::{Evidence, Extent, Gap, Sex, Unread};
pub use crate::clinical::knowledge::Talk;
use crate::clinical::units::{DailyDose, Day, Days, Ingredient, Instrument, SourceRef};

/// What the record of one patient comes to, on one day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are explained by their types and by the rules they are named after")]
pub struct Assessment {
    pub as_of: Day,
    pub knowledge: KnowledgeStamp,
    pub patient: PatientSummary,
    pub scope: Scope,
    pub coverage: CoverageSummary,
    pub episode: Option<Episode>,
    pub trials: Vec<Trial>,
    /// Which of `trials` is the current one (rules.md 3.3.7).
    pub current_trial: Option<usize>,
    pub current_score: Option<Score>,
    /// Every PHQ-9 total that responses are judged by, one a day, the oldest first.
    #[serde(skip)]
    pub phq9_scores: Vec<Score>,
    pub adequate_failed_trials: usize,
    /// The ingredients that `adequate_failed_trials` counts, in order of their failure.
    pub counted_failures: Vec<Ingredient>,
    pub two_adequate_failures: Certainty,
    pub staging: Staging,
    pub bipolar: Bipolar,
    pub contributors: Vec<Contributor>,
    /// What belongs to judging a poor response, done or not (rules.md 8).
    pub workup: Vec<WorkupItem>,
    pub safety: Vec<SafetyFinding>,
    /// Why medicines that are dangerous in overdose come last (rules.md 9.2).
    pub overdose_risk: Option<OverdoseRisk>,
    pub options: Vec<TreatmentOption>,
    /// Pregnancy, dementia, psychotic features, the urgent pathway ...: what a card words itself by (rules.md 10).
    #[serde(skip)]
    pub circumstances: Circumstances,
    pub monitoring_due: Vec<MonitoringItem>,
    /// Tests of drugs being taken of which it cannot be told whether they are due.
    pub monitoring_not_known: Vec<MonitoringNotKnown>,
    pub interactions: Vec<Interaction>,
    /// Rows of rules.md 9 that are only told, beside their drugs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interaction_lines: Vec<InteractionLine>,
    /// Rows of rules.md 9 that could not be evaluated: never a "no".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interactions_not_checked: Vec<NotChecked>,
    pub augmentation: Vec<Augmentation>,
    pub courses: Vec<Course>,
    /// Antidepressants and augmenters being ordered now; not there where nothing is ordered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<DraftOrder>,
    /// Facts told on the cards that no other member holds: a score that differs from its items, non-adherence with no drug named ...
    pub notes: Vec<Note>,
    pub unread: Vec<Unread>,
    pub cards: Vec<CardSummary>,
}

/// Which knowledge the assessment rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnowledgeStamp {
    /// The version of the tables.
    pub version: String,
    /// SHA-256 over their content.
    pub sha256: String,
    /// What the site changed, if anything.
    #[serde(rename = "siteChanges", skip_serializing_if = "Vec::is_empty")]
    pub site_changes: Vec<String>,
}

/// The patient, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientSummary {
    /// The resource's id.
    pub id: Option<String>,
    /// Whole years on the day of assessment.
    pub age_years: Option<i32>,
    /// As recorded.
    pub sex: Option<Sex>,
}

/// Whether the patient is one whom the cards are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// In, out, or not to be told.
    pub status: ScopeStatus,
    /// Why not, all that apply.
    pub reasons: Vec<ScopeReason>,
}

/// See [`Scope`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ScopeStatus {
    InScope,
    OutOfScope,
    Undetermined,
}

/// Why a patient is not in scope (rules.md 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ScopeReason {
    #[serde(rename = "under-18")]
    Under18,
    AgeUnknown,
    Deceased,
    Hospice,
    NoDepression,
    KnownBipolar,
    PsychoticDisorder,
    NoRecord,
}

/// How much of the record was had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct CoverageSummary {
    pub medications: Extent,
    pub conditions: Extent,
    pub observations: Extent,
    /// What was not had, with the reason.
    pub gaps: Vec<Gap>,
}

/// The current episode of depression (rules.md 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Episode {
    /// Its first day.
    pub start: Day,
    /// Whether the day is only as good as a month or a year, or a default.
    pub approximate: bool,
    /// The records it rests on.
    pub basis: Vec<SourceRef>,
}

/// One score of a depression scale.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[allow(missing_docs)]
pub struct Score {
    pub instrument: Instrument,
    pub score: i32,
    pub date: Day,
    pub source: SourceRef,
}

/// Yes, no, or not to be told from this record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Certainty {
    Yes,
    No,
    Undetermined,
}

/// Something told that is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// What kind: `supply-from-quantity`, `supply-differs`, `code-contradicted`, `score-differs-from-items`, `diagnosis-unspecified` ...
    pub id: &'static str,
    /// In words for the prescriber. Values of the record in it are still unescaped.
    pub text: String,
    /// The records it rests on.
    pub basis: Vec<SourceRef>,
}

/// An augmenter taken together with an antidepressant (rules.md 3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Augmentation {
    pub drug: Ingredient,
    pub rxnorm: Option<&'static str>,
    pub start: Day,
    pub end: Option<Day>,
    pub ongoing: bool,
    pub at_dose_days: Days,
    pub basis: Vec<SourceRef>,
    /// The highest known daily dose.
    #[serde(rename = "highestMgPerDay")]
    pub highest_dose: Option<DailyDose>,
    /// Of an agent that is judged by its blood level: the newest, or that none is on file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Which of `trials` it was added to.
    #[serde(skip)]
    pub base: usize,
    /// Covered days, of whatever dose.
    #[serde(skip)]
    pub days: Days,
    /// The day on which the 28th at-dose day falls or will fall, if taken on without a gap.
    #[serde(skip)]
    pub adequate_on: Day,
}

/// A course of sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Course {
    pub kind: CourseKind,
    pub first: Day,
    pub last: Day,
    pub sessions: usize,
    pub basis: Vec<SourceRef>,
}

/// See [`Course`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum CourseKind {
    Ect,
    Tms,
    Esketamine,
    Ketamine,
}

/// What a card says, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct CardSummary {
    pub code: &'static str,
    pub variant: Option<&'static str>,
    pub indicator: &'static str,
    pub summary: String,
}
