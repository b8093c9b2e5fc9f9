//! A next step, as told outside.

use serde::Serialize;

use crate::clinical::knowledge::Talk;
use crate::clinical::units::{Ingredient, SourceRef};

/// One next step that could be taken.
///
/// What is said of how it is done stands only where it is not left out. Texts that are the same for every patient (what to weigh,
/// evidence, guideline, overdose) are for the cards; `knowledge show` prints them with their sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TreatmentOption {
    /// The drug or procedure in lower case with hyphens, unique within its kind.
    pub id: &'static str,
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
    pub monitoring: Vec<&'static str>,
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
