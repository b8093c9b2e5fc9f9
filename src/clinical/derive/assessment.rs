//! The assessment: every conclusion, each with the records it rests on.
//!
//! Its JSON form is a contract with those who read it: members are added freely, none is renamed or dropped.

use serde::Serialize;

use super::bipolar::Bipolar;
use super::contributor::{Contributor, WorkupItem};
use super::draft::DraftOrder;
use super::ended::Ended;
use super::interaction::{Interaction, InteractionCap, InteractionLine, NotChecked};
use super::monitoring::{MonitoringItem, MonitoringNotKnown};
use super::option::DoseLimits;
use super::safety::{OverdoseRisk, SafetyFinding};
use super::staging::Staging;
use super::state::Circumstances;
pub use crate::clinical::chart::{Evidence, Extent, Gap, Sex, Unread};
pub use crate::clinical::knowledge::Talk;
use crate::clinical::units::{DailyDose, Day, Days, Form, Ingredient, Instrument, SourceRef, Span};

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

/// One antidepressant taken through, with the verdicts on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "explained by the rules they are named after (rules.md 3 and 4)")]
pub struct Trial {
    pub drug: Ingredient,
    pub rxnorm: Option<&'static str>,
    pub class: &'static str,
    /// `None` only with unknown dates.
    pub start: Option<Day>,
    pub end: Option<Day>,
    pub ongoing: bool,
    pub doses: Vec<DoseSpan>,
    #[serde(rename = "minimumDoseMgPerDay")]
    pub minimum_dose: Option<DailyDose>,
    /// Covered days.
    pub days: Days,
    /// Days at or above the minimum in the qualifying run.
    pub at_dose_days: Days,
    /// First to last day of the qualifying run (to today where rules.md 3.3.3 says so).
    pub window: Option<Days>,
    /// `at_dose_days / window`, not rounded.
    pub pdc: Option<f64>,
    pub adequacy: Adequacy,
    pub reasons: Vec<Reason>,
    pub markers: Vec<Marker>,
    pub evidence: Evidence,
    pub quality: Quality,
    pub response: Response,
    pub baseline: Option<Score>,
    pub latest: Option<Score>,
    /// Why it ended; `None` while it is taken, and where the record gives no ground at all.
    pub ended_because: Option<Ended>,
    pub in_episode: bool,
    pub failed: bool,
    /// Adequate, response not documented, and the prescriber then switched or augmented (rules.md 4).
    pub probable_failure: bool,
    pub basis: Vec<SourceRef>,
    /// The days of the qualifying run, first to last day at dose.
    #[serde(skip)]
    pub run: Option<Span>,
    /// The last covered day, today at the latest.
    #[serde(skip)]
    pub last_covered: Option<Day>,
    /// The dose on the last covered day; `None` where it is unknown or nothing is covered.
    #[serde(skip)]
    pub current_dose: Option<DailyDose>,
    /// The day of the latest dose increase (day 1 of the settling time).
    #[serde(skip)]
    pub last_increase: Option<Day>,
    /// The day on which the adequate run reached the required number of days.
    #[serde(skip)]
    pub adequate_since: Option<Day>,
    /// Days at dose since the last restart of the clock: what the side bar counts. The qualifying run's where that is still running.
    #[serde(skip)]
    pub at_dose_days_now: Days,
    /// Uncovered stretches between the first and the last covered day, and from there to today while ongoing.
    #[serde(skip)]
    pub gaps: Vec<Span>,
    /// Days at or above the minimum over the whole trial, all runs together.
    #[serde(skip)]
    pub all_at_dose_days: Days,
    /// Whether the record itself ended the trial (rules.md 3.3.6 b).
    #[serde(skip)]
    pub ended_by_record: bool,
    /// The last dispensed day, where an order or statement is still active but fills nothing after it (rules.md 3.1).
    #[serde(skip)]
    pub nothing_dispensed_since: Option<Day>,
    /// The form of the product on the last covered day: some maxima hold for one form only.
    #[serde(skip)]
    pub current_form: Form,
    /// How far interactions and circumstances let the dose go, while it is taken (rules.md 10, variant `dose`).
    #[serde(skip)]
    pub interaction_cap: Option<InteractionCap>,
    /// What the chart says of its dose: age, kidney, liver.
    #[serde(skip)]
    pub dose_limits: DoseLimits,
    /// Whether the loss of response is confirmed: two scores of 10 or more at least `lost_response_scores_apart_days` apart
    /// after the response (rules.md 4).
    #[serde(skip)]
    pub loss_confirmed: bool,
    /// What else the prescriber is told about it.
    pub notes: Vec<Note>,
}

impl Trial {
    /// Whether the verdict rests on this reason too.
    pub fn has_reason(&self, reason: Reason) -> bool {
        self.reasons.contains(&reason)
    }

    /// Whether it carries this marker.
    pub fn has_marker(&self, marker: Marker) -> bool {
        self.markers.contains(&marker)
    }
}

/// A stretch of days at one dose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct DoseSpan {
    pub start: Day,
    /// `None` while it is taken.
    pub end: Option<Day>,
    pub mg_per_day: Option<DailyDose>,
}

/// The verdict on a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Adequacy {
    Adequate,
    Inadequate,
    InProgress,
    Unknown,
}

/// Why a trial is not adequate, in the order they are told (rules.md 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Reason {
    DoseBelowMinimum,
    UnknownDose,
    DurationInProgress,
    DurationTooShort,
    Interrupted,
    AdherenceLow,
    AdherenceContradicted,
    NotATrial,
    UncodedDrug,
    UnknownDates,
}

/// What else is remarkable about a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Marker {
    Combination,
    CrossTaper,
    Duplication,
    AugmentationEarly,
    CarriedOver,
    Intolerance,
    /// Adequate with 42 to 55 days.
    Short,
    Settling,
    Lapsed,
    Improving,
    LossOfResponse,
    AboveUsualMaximum,
    Inducer,
    OpenEnded,
}

/// How well a trial is documented (rules.md 17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Quality {
    High,
    Medium,
    Low,
}

/// The change on a scale across a trial (rules.md 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Response {
    Remission,
    Response,
    Partial,
    NonResponse,
    CannotJudge,
    NotDocumented,
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

/// One next step that could be taken.
///
/// What is said of how it is done stands only where it is not left out. Texts that are the same for every patient (what to weigh,
/// evidence, guideline, overdose) are for the cards; `knowledge show` prints them with their sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TreatmentOption {
    /// The drug or procedure in lower case with hyphens, unique within its kind.
    pub id: String,
    /// What a prescriber calls it.
    pub name: &'static str,
    /// What kind of step.
    pub kind: StepKind,
    /// Whether it is offered.
    pub verdict: Verdict,
    /// Why, as facts of this chart. Values of the record in it are still unescaped.
    pub reasons: Vec<String>,
    /// The records that the reasons rest on.
    pub basis: Vec<SourceRef>,
    /// What to measure before and during.
    pub monitoring: Vec<String>,
    /// The starting dose; for a procedure how it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<&'static str>,
    /// The first steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub titration: Option<&'static str>,
    /// What becomes of the present drug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_over: Option<&'static str>,
    /// What to weigh with the patient.
    #[serde(skip)]
    pub talk: Option<Talk>,
    /// What it is labelled for in the country of the site, or that this was not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What is known of it, in one line.
    #[serde(skip)]
    pub evidence: Option<&'static str>,
    /// Its place in CANMAT 2023.
    #[serde(skip)]
    pub guideline: Option<&'static str>,
    /// How dangerous an overdose is.
    #[serde(skip)]
    pub overdose: Option<&'static str>,
    /// Which row of the option table it comes from; `None` for `optimise` and `referral`.
    #[serde(skip)]
    pub row: Option<&'static str>,
    /// The drug, where it is one.
    #[serde(skip)]
    pub drug: Option<Ingredient>,
}

/// What kind of step an option is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum StepKind {
    Optimise,
    Switch,
    Augment,
    Neurostimulation,
    RapidActing,
    Psychotherapy,
    Referral,
}

/// Whether an option is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Verdict {
    Suitable,
    Caution,
    LeftOut,
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
