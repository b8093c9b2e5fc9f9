//! What holds for all options alike: scope, the bipolar question, the number of failures, the urgent pathway (rules.md 9.3, 10).

use super::super::ground::Ground;
use super::super::pregnancy::Pregnancy;
use super::super::state::Circumstances;
use super::super::symptom::Hint;
use super::super::{StepKind, TreatmentOption, Verdict};
use super::{Reasoned, bare};
use crate::clinical::knowledge::{OptionKind, OptionRow};

/// How the patient stands before any single option is looked at.
pub struct Standing<'a> {
    /// Whether the patient is in scope: else there are no options.
    pub in_scope: bool,
    /// Whether there is a strong bipolar indicator.
    pub bipolar_strong: bool,
    /// Whether a trial was not tolerated or cannot be raised, which allows a switch without any failure (tier 0).
    pub tier_zero: bool,
    /// The counted failures.
    pub failures: usize,
    /// Pregnancy, dementia, the urgent pathway ...
    pub circumstances: &'a Circumstances,
    /// What symptoms say of a drug.
    pub hints: &'a [Hint],
}

/// Why nothing but talking is an option while a strong indicator stands.
pub(super) const BIPOLAR_OPEN: &str = "bipolar question open";

/// The row that the urgent pathway opens without any failure: "ECT is an option now, not after two failures" (rules.md 10).
const OPEN_WHEN_URGENT: &str = "ect";

impl Standing<'_> {
    /// Why a row is not given yet, all that apply.
    pub(super) fn not_yet(&self, row: &OptionRow, kind: StepKind) -> Vec<Reasoned> {
        let biological = row.kind != OptionKind::Psychotherapy;
        let urgent = self.circumstances.is_urgent();
        let mut reasons = Vec::new();
        if biological && self.bipolar_strong {
            reasons.push(Reasoned::plain(BIPOLAR_OPEN));
        }
        if biological && self.failures == 0 && !urgent && !(self.tier_zero && kind == StepKind::Switch) {
            reasons.push(Reasoned::plain("no adequate failure yet"));
        }
        if row.after_failures > self.failures.max(1) && !(urgent && row.id == OPEN_WHEN_URGENT) {
            reasons.push(Reasoned::plain(format!("after {} adequate failures", in_words(row.after_failures))));
        }
        reasons
    }
}

fn in_words(count: usize) -> String {
    match count {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        4 => "four".to_owned(),
        other => other.to_string(),
    }
}

/// To a psychiatrist: from two failures on, and before where the state asks for one (rules.md 10).
pub(super) fn referral(ground: &Ground<'_>, standing: &Standing<'_>) -> TreatmentOption {
    let circumstances = standing.circumstances;
    let mut reasons: Vec<Reasoned> = Vec::new();
    reasons.extend(
        circumstances
            .urgent
            .iter()
            .map(|fact| Reasoned { text: format!("{}: urgent psychiatric assessment", fact.text), basis: fact.basis.clone() }),
    );
    if let Pregnancy::Current(fact) = &circumstances.pregnancy {
        let text = format!("{}: perinatal psychiatry, with obstetrics", fact.text);
        reasons.push(Reasoned { text, basis: fact.basis.clone() });
    }
    if let Some(birth) = &circumstances.postpartum {
        let text = format!("{}: perinatal psychiatry", birth.fact.text);
        reasons.push(Reasoned { text, basis: birth.fact.basis.clone() });
    }
    if let Some(fact) = &circumstances.dementia {
        reasons.push(Reasoned { text: format!("{}: geriatric psychiatry", fact.text), basis: fact.basis.clone() });
    }
    let parameters = ground.parameters();
    let at_least = |least: i32| i32::try_from(standing.failures).is_ok_and(|failures| failures >= least);
    if at_least(parameters.trd_min_adequate_failures) {
        let first = if at_least(parameters.referral_first_from_failures) { ": referral first" } else { "" };
        reasons.push(Reasoned::plain(format!("record shows {} adequate trials without sufficient response{first}", standing.failures)));
    }
    let (verdict, reasons) = match reasons.is_empty() {
        true => (Verdict::LeftOut, vec![Reasoned::plain("after two adequate failures")]),
        false => (Verdict::Suitable, reasons),
    };
    bare("psychiatry", "psychiatry", StepKind::Referral, verdict, reasons)
}
