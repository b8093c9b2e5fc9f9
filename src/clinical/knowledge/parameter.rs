//! The numbers a site may change, with their allowed ranges (`parameters.csv`).

use std::collections::HashMap;

use serde::Deserialize;

use super::country::Country;
use super::fault::{Defects, Fault, Place};
use super::load::SiteChange;
use super::raw::Row;
use super::site::SiteParameter;
use crate::clinical::units::{ConditionGroup, Days};

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
        bipolar_antidepressant_alone_card bipolar_refuted_suppress_days mdq_min_yes rms_min_yes tsh_high_flag tsh_mild_flag tsh_low_flag vitamin_d_flag hb_flag_female
        hb_flag_male hb_flag_pregnant hb_flag_alone lab_lookback_days observation_query_days monitoring_baseline_before_days
        monitoring_baseline_after_days monitoring_weight_gain_pct symptom_item_from symptom_item_recent_days symptom_bmi_from
        symptom_weight_change_pct symptom_weight_window_days chronic_sedative_opioid_days depressogenic_start_window_days max_cards
        snooze_days safety_item9_min safety_item9_recent_days quiet_first_days vitamin_d_alongside_below audit_c_alongside_from
        partial_ongoing_counts_from_day lost_response_scores_apart_days course_end_grace_days course_same_max_days urgent_phq9_from
        lithium_toxic_from lithium_toxic_from_elderly bipolar_current_mania_days bipolar_lost_responses_indicator
        bipolar_drug_lookback_days bipolar_lithium_augmentation_after_days safety_item9_critical_from safety_protocol safety_crisis_line
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

/// The value of each parameter as text, until it is asked for.
struct Values<'a> {
    values: HashMap<String, Value>,
    defects: &'a mut Defects,
}

#[derive(Clone)]
struct Value {
    at: Place,
    name: &'static str,
    text: String,
    allowed: &'static str,
}

impl<'a> Values<'a> {
    fn new(rows: &[Row<ParameterRow>], site: &[SiteParameter], changes: &mut Vec<SiteChange>, defects: &'a mut Defects) -> Values<'a> {
        let mut values: HashMap<String, Value> = HashMap::new();
        for Row { at, cells: row } in rows {
            let value = Value { at: *at, name: row.name, text: row.default.to_owned(), allowed: row.allowed };
            if let Some(first) = values.insert(row.name.replace('.', "_"), value) {
                defects.add(*at, Fault::Twice { what: row.name.to_owned(), first: first.at.to_string() });
            }
        }
        for SiteParameter { at, name, value } in site {
            match values.get_mut(&name.replace('.', "_")) {
                Some(known) => {
                    if known.text != *value {
                        changes.push(SiteChange { what: format!("{}: {} -> {value}", known.name, known.text) });
                    }
                    known.at = *at;
                    known.text.clone_from(value);
                }
                None => defects.add(*at, Fault::UnknownParameter(name.clone())),
            }
        }
        Values { values, defects }
    }

    /// The value of a parameter; a missing one and one outside its range are defects.
    fn take<T: FromText>(&mut self, name: &'static str) -> Option<T> {
        let Some(value) = self.values.remove(name) else {
            self.defects.add_for_file("parameters.csv", Fault::MissingParameter(name));
            return None;
        };
        let read = T::from_text(&value.text).filter(|_| is_allowed(&value.text, value.allowed));
        if read.is_none() {
            let Value { at, name, text, allowed } = value;
            self.defects.add(at, Fault::NotAllowed { name: name.to_owned(), value: text, allowed: allowed.to_owned() });
        }
        read
    }

    fn report_unknown(self) {
        for value in self.values.into_values() {
            self.defects.add(value.at, Fault::UnknownParameter(value.name.to_owned()));
        }
    }
}

/// The longest text that a site may set, in characters: it stands in a side bar.
const LONGEST_TEXT: usize = 300;

/// Whether a value is among those allowed: `18`, `28-84`, `run/trial`, any of `mdd_active+persistent`, or `text`, one line without HTML.
fn is_allowed(value: &str, allowed: &str) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    if allowed == "text" {
        !value.trim().is_empty()
            && value.chars().count() <= LONGEST_TEXT
            && !value.contains(['<', '>'])
            && !value.contains(char::is_control)
    } else if allowed.contains('+') {
        let known: Vec<_> = allowed.split('+').collect();
        value.split('+').all(|part| known.contains(&part.trim()))
    } else if allowed.contains('/') {
        allowed.split('/').any(|word| word == value)
    } else if let Some((least, greatest)) = allowed.split_once('-').and_then(|(least, greatest)| number(least).zip(number(greatest))) {
        number(value).is_some_and(|value| least <= value && value <= greatest)
    } else {
        number(allowed).is_some_and(|only| number(value) == Some(only))
    }
}

/// A value of a parameter, read from its cell.
trait FromText: Sized {
    fn from_text(text: &str) -> Option<Self>;
}

impl FromText for i32 {
    fn from_text(text: &str) -> Option<i32> {
        text.parse().ok()
    }
}

impl FromText for f64 {
    fn from_text(text: &str) -> Option<f64> {
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Option<bool> {
        text.parse().ok()
    }
}

impl FromText for String {
    fn from_text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}

impl FromText for Percent {
    /// A fraction with at most two decimals.
    fn from_text(text: &str) -> Option<Percent> {
        let percent = f64::from_text(text)? * 100.0;
        ((percent - percent.round()).abs() < 1e-9).then_some(Percent(percent.round() as i32))
    }
}

impl FromText for DoseProfile {
    fn from_text(text: &str) -> Option<DoseProfile> {
        match text {
            "default" => Some(DoseProfile::Default),
            "label" => Some(DoseProfile::Label),
            "athf_legacy" => Some(DoseProfile::AthfLegacy),
            _ => None,
        }
    }
}

impl FromText for PdcScope {
    fn from_text(text: &str) -> Option<PdcScope> {
        match text {
            "run" => Some(PdcScope::Run),
            "trial" => Some(PdcScope::Trial),
            _ => None,
        }
    }
}

impl FromText for Country {
    fn from_text(text: &str) -> Option<Country> {
        text.parse().ok()
    }
}

impl FromText for Vec<ConditionGroup> {
    /// Groups of depression by the last part of their names, joined by `+`.
    fn from_text(text: &str) -> Option<Vec<ConditionGroup>> {
        text.split('+').map(|word| format!("depression.{}", word.trim()).parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_held_against_both_ends_of_its_range() {
        assert!(is_allowed("28", "28-84") && is_allowed("84", "28-84"));
        assert!(!is_allowed("27", "28-84") && !is_allowed("85", "28-84") && !is_allowed("many", "28-84"));
        assert!(is_allowed("18", "18") && !is_allowed("17", "18"));
        assert!(is_allowed("label", "default/label/athf_legacy") && !is_allowed("atrq", "default/label/athf_legacy"));
        assert!(is_allowed("a+b", "a+b+c") && !is_allowed("a+d", "a+b+c"));
    }

    #[test]
    fn a_text_is_one_line_without_html() {
        assert!(is_allowed("Call [the team](https://intranet.example/risk), ext. 12-34/5+6", "text"));
        assert!(!is_allowed(" ", "text") && !is_allowed("a <b>", "text") && !is_allowed("a\nb", "text"));
        assert!(is_allowed(&"x".repeat(300), "text") && !is_allowed(&"x".repeat(301), "text"));
    }

    #[test]
    fn a_share_is_a_whole_percent() {
        assert_eq!(Percent::from_text("0.80"), Some(Percent(80)));
        assert_eq!(Percent::from_text("0.57"), Some(Percent(57)));
        assert_eq!(Percent::from_text("0.805"), None);
    }
}
