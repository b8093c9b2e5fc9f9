//! One antidepressant taken through, as told outside: its doses, the verdict with its reasons, the response.

use serde::Serialize;

use super::{Note, Score};
use crate::clinical::chart::Evidence;
use crate::clinical::derive::ended::Ended;
use crate::clinical::derive::interaction::InteractionCap;
use crate::clinical::derive::option::DoseLimits;
use crate::clinical::units::{DailyDose, Day, Days, Form, Ingredient, SourceRef, Span};

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
