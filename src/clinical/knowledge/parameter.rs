//! The numbers a site may change, with their allowed ranges (`parameters.csv`).

mod value;

use serde::Deserialize;

use super::country::Country;
use super::fault::Defects;
use super::load::SiteChange;
use super::raw::Row;
use super::site::SiteParameter;
use crate::clinical::units::{ConditionGroup, Days};
use value::Values;

/// Every parameter. The comment of each stands in the table; the name here is the name there, dots as underscores.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "meaning, unit, range and source of each stand in its row of parameters.csv")]
pub struct Parameters {
    pub min_age_years: i32,
    pub country: Country,
    pub index_condition_required: bool,
    pub index_condition_groups: Vec<ConditionGroup>,
    pub hospice_recent_days: Days,
    pub encounter_diagnosis_days: Days,
    pub adequate_min_days: Days,
    pub adequate_preferred_days: Days,
    pub pdc_threshold: Percent,
    pub pdc_scope: PdcScope,
    pub max_gap_same_trial_days: Days,
    pub clock_reset_gap_days: Days,
    pub clock_reset_gap_days_fluoxetine: Days,
    pub late_refill_days: Days,
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
    pub augmentation_holds_days: Days,
    pub augmentation_counts: bool,
    pub intolerance_counts: bool,
    pub baseline_window_before_days: Days,
    pub baseline_window_after_days: Days,
    pub phq2_positive_from: i32,
    pub phq2_recent_days: Days,
    pub end_score_min_day: Days,
    pub end_score_after_stop_days: Days,
    pub score_after_augmentation_days: Days,
    pub phq9_response_drop_pct: i32,
    pub phq9_partial_drop_pct: i32,
    pub improving_drop_pct: i32,
    pub phq9_remission_below: i32,
    pub phq9_active_at_least: i32,
    pub phq9_recent_days: Days,
    pub trd_min_adequate_failures: i32,
    pub trd_min_classes: i32,
    pub class_closed_after_failures: i32,
    pub tier1_min_adequate_failures: i32,
    pub episode_remission_days: Days,
    pub episode_no_treatment_days: Days,
    pub episode_default_lookback_days: Days,
    pub bipolar_moderate_needed: i32,
    pub bipolar_switch_window_days: Days,
    pub bipolar_current_mania_days: Days,
    pub bipolar_early_onset_below_years: i32,
    pub bipolar_failures_indicator: i32,
    pub bipolar_episodes_indicator: i32,
    pub bipolar_lost_responses_indicator: i32,
    pub bipolar_drug_lookback_days: Days,
    pub bipolar_lithium_augmentation_after_days: Days,
    pub bipolar_suppress_after_override_days: Days,
    pub bipolar_antidepressant_alone_card: bool,
    pub bipolar_refuted_suppress_days: Days,
    pub mdq_min_yes: i32,
    pub rms_min_yes: i32,
    pub tsh_high_flag: f64,
    pub tsh_mild_flag: f64,
    pub tsh_low_flag: f64,
    pub tsh_suppressed_flag: f64,
    pub tsh_repeat_apart_days: Days,
    pub free_t4_low_flag: f64,
    pub free_t4_high_flag: f64,
    pub vitamin_d_flag: f64,
    pub vitamin_d_note_below: f64,
    pub vitamin_b12_low_below: f64,
    pub hb_flag_female: f64,
    pub hb_flag_male: f64,
    pub hb_flag_pregnant: f64,
    pub hb_flag_alone: f64,
    pub hb_treat_first_below: f64,
    pub hb_repeat_apart_days: Days,
    pub mcv_low_below: f64,
    pub ferritin_low_below: f64,
    pub lab_lookback_days: Days,
    pub observation_query_days: Days,
    pub monitoring_baseline_before_days: Days,
    pub monitoring_baseline_after_days: Days,
    pub monitoring_weight_gain_pct: i32,
    pub symptom_item_from: i32,
    pub symptom_item_recent_days: Days,
    pub symptom_bmi_from: f64,
    pub symptom_weight_change_pct: i32,
    pub symptom_weight_window_days: Days,
    pub ahi_flag: f64,
    pub ahi_flag_with_symptoms: f64,
    pub stop_bang_flag: f64,
    pub stop_bang_flag_obese: f64,
    pub stop_bang_bmi: f64,
    pub pap_recent_days: Days,
    pub substance_screen_days: Days,
    pub audit_c_positive_men: i32,
    pub audit_c_positive_women: i32,
    pub audit_positive_from: i32,
    pub dast_10_positive_from: i32,
    pub substance_withdrawal_days: Days,
    pub substance_intoxication_days: Days,
    pub stressor_recent_days: Days,
    pub chronic_pain_lasting_days: Days,
    pub chronic_sedative_opioid_days: Days,
    pub depressogenic_start_window_days: Days,
    pub steroid_high_dose_mg: f64,
    pub steroid_min_days: Days,
    pub max_cards: i32,
    pub snooze_days: Days,
    pub safety_item9_min: i32,
    pub safety_item9_recent_days: Days,
    pub safety_item9_critical_from: i32,
    pub safety_protocol: String,
    pub safety_crisis_line: String,
    pub phq9_link: Option<String>,
    pub mood_questionnaire_link: Option<String>,
    pub boxed_warning_below_age: i32,
    pub boxed_warning_watch_days: Days,
    pub quiet_first_days: Days,
    pub vitamin_d_alongside_below: f64,
    pub audit_c_alongside_from: i32,
    pub partial_ongoing_counts_from_day: Days,
    pub lost_response_scores_apart_days: Days,
    pub course_end_grace_days: Days,
    pub course_same_max_days: Days,
    pub urgent_phq9_from: i32,
    pub lithium_toxic_from: f64,
    pub lithium_toxic_from_elderly: f64,
    pub lithium_toxic_fresh_days: Days,
    pub lithium_elderly_from_age: i32,
    pub lithium_egfr_below: f64,
    pub lithium_egfr_fall_pct: i32,
    pub lab_baseline_before_days: Days,
    pub lab_baseline_after_days: Days,
    pub qtc_very_long_from: f64,
    pub qtc_long_from_male: f64,
    pub qtc_long_from_female: f64,
    pub qtc_normal_below: f64,
    pub qtc_fresh_days: Days,
    pub two_reuptake_inhibitors_days: Days,
    pub withdrawal_recent_days: Days,
    pub selegiline_mao_b_max_mg: f64,
    pub escitalopram_qt_major_above_mg: f64,
    pub suicide_behaviour_days: Days,
    pub pregnancy_unknown_min_age: i32,
    pub pregnancy_unknown_max_age: i32,
    pub pregnancy_status_fresh_days: Days,
    pub pregnancy_counts_days: Days,
    pub hcg_positive_from: f64,
    pub hcg_negative_below: f64,
    pub postpartum_days: Days,
    pub standing_warning_repeat_days: Days,
    pub dose_card_after_increase_days: Days,
    pub overdose_caution_days: Days,
    pub overdose_item9_from: i32,
    pub older_from_age: i32,
    pub elderly_from_age: i32,
    pub referral_first_from_failures: i32,
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

/// A row of the table of parameters.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ParameterRow {
    name: &'static str,
    default: &'static str,
    allowed: &'static str,
}

macro_rules! parameters {
    ($values:ident: $($field:ident)+) => {{
        $(let $field = $values.take(stringify!($field));)+
        $values.report_unknown();
        Some(Parameters { $($field: $field?,)+ })
    }};
}

/// The parameters with a site's changes, each inside its allowed range.
pub(super) fn parameters(
    rows: &[Row<ParameterRow>],
    site: &[SiteParameter],
    changes: &mut Vec<SiteChange>,
    defects: &mut Defects,
) -> Option<Parameters> {
    let mut values = Values::new(rows, site, changes, defects);
    parameters! { values:
        min_age_years index_condition_required index_condition_groups hospice_recent_days encounter_diagnosis_days adequate_min_days
        adequate_preferred_days pdc_threshold pdc_scope max_gap_same_trial_days clock_reset_gap_days clock_reset_gap_days_fluoxetine
        late_refill_days ongoing_grace_days dose_increase_settle_days dose_profile request_evidence_counts request_open_ended_cap_days
        distinct_ingredient same_class_overlap_counts cross_taper_max_days augmentation_min_overlap_days augmentation_adequate_days
        augmentation_holds_days augmentation_counts intolerance_counts baseline_window_before_days baseline_window_after_days
        phq2_positive_from phq2_recent_days end_score_min_day end_score_after_stop_days score_after_augmentation_days phq9_response_drop_pct phq9_partial_drop_pct
        improving_drop_pct phq9_remission_below phq9_active_at_least phq9_recent_days trd_min_adequate_failures trd_min_classes
        tier1_min_adequate_failures
        episode_remission_days episode_no_treatment_days episode_default_lookback_days bipolar_moderate_needed bipolar_switch_window_days
        bipolar_early_onset_below_years bipolar_failures_indicator bipolar_episodes_indicator bipolar_suppress_after_override_days
        bipolar_antidepressant_alone_card bipolar_refuted_suppress_days mdq_min_yes rms_min_yes tsh_high_flag tsh_mild_flag tsh_low_flag
        vitamin_d_flag hb_flag_female
        hb_flag_male hb_flag_pregnant hb_flag_alone lab_lookback_days observation_query_days monitoring_baseline_before_days
        monitoring_baseline_after_days monitoring_weight_gain_pct symptom_item_from symptom_item_recent_days symptom_bmi_from
        symptom_weight_change_pct symptom_weight_window_days chronic_sedative_opioid_days depressogenic_start_window_days max_cards
        snooze_days safety_item9_min safety_item9_recent_days quiet_first_days vitamin_d_alongside_below audit_c_alongside_from
        partial_ongoing_counts_from_day lost_response_scores_apart_days course_end_grace_days course_same_max_days urgent_phq9_from
        lithium_toxic_from lithium_toxic_from_elderly bipolar_current_mania_days bipolar_lost_responses_indicator
        bipolar_drug_lookback_days bipolar_lithium_augmentation_after_days safety_item9_critical_from safety_protocol safety_crisis_line
        phq9_link mood_questionnaire_link
        boxed_warning_below_age boxed_warning_watch_days lithium_toxic_fresh_days suicide_behaviour_days pregnancy_unknown_min_age
        pregnancy_unknown_max_age pregnancy_status_fresh_days postpartum_days standing_warning_repeat_days dose_card_after_increase_days
        overdose_caution_days tsh_suppressed_flag tsh_repeat_apart_days free_t4_low_flag free_t4_high_flag vitamin_d_note_below
        vitamin_b12_low_below hb_treat_first_below hb_repeat_apart_days mcv_low_below ferritin_low_below ahi_flag ahi_flag_with_symptoms
        stop_bang_flag stop_bang_flag_obese stop_bang_bmi pap_recent_days substance_screen_days audit_c_positive_men
        audit_c_positive_women audit_positive_from dast_10_positive_from substance_withdrawal_days substance_intoxication_days
        stressor_recent_days chronic_pain_lasting_days steroid_high_dose_mg steroid_min_days
        lithium_elderly_from_age lithium_egfr_below lithium_egfr_fall_pct lab_baseline_before_days lab_baseline_after_days
        qtc_very_long_from qtc_long_from_male qtc_long_from_female qtc_normal_below qtc_fresh_days two_reuptake_inhibitors_days
        withdrawal_recent_days  selegiline_mao_b_max_mg escitalopram_qt_major_above_mg country class_closed_after_failures
        pregnancy_counts_days hcg_positive_from hcg_negative_below overdose_item9_from older_from_age elderly_from_age
        referral_first_from_failures
    }
}
