//! The numbers a site may change, with their allowed ranges (`parameters.csv`).

use crate::clinical::units::{ConditionGroup, Days};

/// Every parameter. The comment of each stands in the table; the name here is the name there, dots as underscores.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "meaning, unit, range and source of each stand in its row of parameters.csv")]
pub struct Parameters {
    pub min_age_years: i32,
    pub index_condition_required: bool,
    pub index_condition_groups: Vec<ConditionGroup>,
    pub adequate_min_days: Days,
    pub adequate_preferred_days: Days,
    pub pdc_threshold: Percent,
    pub pdc_scope: PdcScope,
    pub max_gap_same_trial_days: Days,
    pub clock_reset_gap_days: Days,
    pub clock_reset_gap_days_fluoxetine: Days,
    pub ongoing_grace_days: Days,
    pub dose_increase_settle_days: Days,
    pub dose_profile: DoseProfile,
    pub request_evidence_counts: bool,
    pub request_open_ended_cap_days: Days,
    pub distinct_ingredient: bool,
    pub same_class_overlap_counts: bool,
    pub cross_taper_max_days: Days,
    pub augmentation_min_overlap_days: Days,
    pub augmentation_adequate_days: Days,
    pub augmentation_counts: bool,
    pub intolerance_counts: bool,
    pub baseline_window_before_days: Days,
    pub baseline_window_after_days: Days,
    pub end_score_min_day: Days,
    pub end_score_after_stop_days: Days,
    pub phq9_response_drop_pct: i32,
    pub phq9_partial_drop_pct: i32,
    pub phq9_remission_below: i32,
    pub phq9_active_at_least: i32,
    pub phq9_recent_days: Days,
    pub trd_min_adequate_failures: i32,
    pub trd_min_classes: i32,
    pub tier1_min_adequate_failures: i32,
    pub episode_remission_days: Days,
    pub episode_no_treatment_days: Days,
    pub episode_default_lookback_days: Days,
    pub bipolar_moderate_needed: i32,
    pub bipolar_switch_window_days: Days,
    pub bipolar_early_onset_below_years: i32,
    pub bipolar_failures_indicator: i32,
    pub bipolar_episodes_indicator: i32,
    pub bipolar_suppress_after_override_days: Days,
    pub bipolar_refuted_suppress_days: Days,
    pub mdq_min_yes: i32,
    pub rms_min_yes: i32,
    pub tsh_high_flag: f64,
    pub tsh_mild_flag: f64,
    pub tsh_low_flag: f64,
    pub vitamin_d_flag: f64,
    pub hb_flag_female: f64,
    pub hb_flag_male: f64,
    pub hb_flag_pregnant: f64,
    pub hb_flag_alone: f64,
    pub lab_lookback_days: Days,
    pub chronic_sedative_opioid_days: Days,
    pub depressogenic_start_window_days: Days,
    pub max_cards: i32,
    pub snooze_days: Days,
    pub safety_item9_min: i32,
    pub safety_item9_recent_days: Days,
    pub quiet_first_days: Days,
    pub vitamin_d_alongside_below: f64,
    pub audit_c_alongside_from: i32,
    pub partial_ongoing_counts_from_day: Days,
    pub lost_response_scores_apart_days: Days,
    pub course_end_grace_days: Days,
    pub urgent_phq9_from: i32,
    pub lithium_toxic_from: f64,
    pub lithium_toxic_from_elderly: f64,
    pub lithium_toxic_fresh_days: Days,
    pub suicide_behaviour_days: Days,
    pub pregnancy_unknown_min_age: i32,
    pub pregnancy_unknown_max_age: i32,
    pub pregnancy_status_fresh_days: Days,
    pub postpartum_days: Days,
    pub standing_warning_repeat_days: Days,
    pub dose_card_after_increase_days: Days,
    pub overdose_caution_days: Days,
}

/// A share in whole percent, compared exactly (`covered * 100 >= percent * window`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub i32);

/// Which column of the dose table holds the minimum; never mixed within a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DoseProfile {
    Default,
    Label,
    AthfLegacy,
}

/// Over which days the PDC is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PdcScope {
    /// The qualifying run.
    Run,
    /// The whole trial, earlier interruptions included.
    Trial,
}
