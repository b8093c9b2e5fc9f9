//! What a `case.toml` may say.

use serde::Deserialize;
use serde_json::Value;

/// A story: who this is, what should happen, and what the rules fix of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub who: String,
    pub expect: String,
    pub as_of: String,
    pub expected: Expected,
}

/// What the rules fix of an assessment, in the words of the assessment; an absent member is open.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Expected {
    pub patient: ExpectedPatient,
    pub scope: ExpectedScope,
    pub trials: Vec<ExpectedTrial>,
    pub current_score: Option<i64>,
    pub adequate_failed_trials: Option<i64>,
    pub two_adequate_failures: Option<String>,
    pub bipolar: Option<ExpectedBipolar>,
    pub contributors: Option<ExpectedContributors>,
    pub safety: Option<bool>,
    pub interactions: Option<Vec<String>>,
    #[serde(default)]
    pub monitoring_due: Vec<String>,
    #[serde(default)]
    pub augmentation: Vec<String>,
    #[serde(default)]
    pub options: Vec<String>,
    pub staging: Option<Value>,
    pub cards: Vec<ExpectedCard>,
    #[serde(default)]
    pub must_not: MustNot,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExpectedPatient {
    pub age_years: i64,
    pub sex: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedScope {
    pub status: String,
    pub reasons: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExpectedTrial {
    pub drug: String,
    pub start: String,
    pub end: Option<String>,
    pub ongoing: bool,
    pub days: Option<i64>,
    pub at_dose_days: Option<i64>,
    pub window: Option<i64>,
    pub pdc: Option<f64>,
    pub adequacy: String,
    pub reasons: Vec<String>,
    #[serde(default)]
    pub markers: Vec<String>,
    pub evidence: Option<String>,
    pub response: Option<String>,
    pub baseline: Option<i64>,
    pub latest: Option<i64>,
    pub failed: Option<bool>,
    pub in_episode: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedBipolar {
    pub state: String,
    pub weights: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExpectedContributors {
    pub present: Vec<ExpectedContributor>,
    pub not_present: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedContributor {
    pub id: String,
    pub weight: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedCard {
    pub code: String,
    pub variant: Option<String>,
    pub indicator: String,
    /// In words what the card must bring across: for readers of snapshots.
    #[serde(rename = "about")]
    pub _about: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct MustNot {
    pub cards: Vec<String>,
    pub card_indicators: Vec<(String, String)>,
    pub any_card: bool,
    pub options: Vec<String>,
    pub option_kinds: Vec<String>,
    pub raise_dose: bool,
    pub summaries: Vec<String>,
    pub two_adequate_failures: Option<String>,
}
