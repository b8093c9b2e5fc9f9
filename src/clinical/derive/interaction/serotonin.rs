//! Two serotonin reuptake inhibitors for longer than a change-over takes (rules.md 9.2).

use std::collections::BTreeSet;

use super::Scene;
use super::finding::{Finding, Rows};
use super::present::Present;
use crate::clinical::derive::exposure::Exposure;
use crate::clinical::derive::pair::common_days;
use crate::clinical::derive::supply::{Wanted, doses};
use crate::clinical::knowledge::Grade;
use crate::clinical::units::{Day, Days, DrugGroup};

const ID: &str = "two-serotonin-reuptake-inhibitors";

/// Both taken, and both at or above the minimum on more than 30 of the same days, or both ordered in one go for as long. An option is
/// meant to be taken for longer than that; one draft order beside a drug that is taken may be a change-over.
pub fn two_reuptake_inhibitors<'s>(scene: &'s Scene<'_>, rows: &mut Rows<'s>) {
    let inhibitors: Vec<&'s Present<'_>> = scene.active_in(DrugGroup::SerotoninReuptakeInhibitor).collect();
    let longest = scene.parameters().two_reuptake_inhibitors_days;
    for (place, a) in inhibitors.iter().enumerate() {
        for b in inhibitors.iter().skip(place + 1).filter(|b| b.drug != a.drug) {
            let (first, second) = if b.since < a.since { (*b, *a) } else { (*a, *b) };
            let at_dose = common_days(a.exposures, b.exposures, |exposure: &Exposure<'_>| exposure.at_dose() == Some(true));
            let possible = common_days(a.exposures, b.exposures, |exposure: &Exposure<'_>| exposure.at_dose() != Some(false));
            let days = if a.is_option() || b.is_option() {
                Some(String::new())
            } else if at_dose > longest {
                Some(format!(" for {at_dose} days at or above the usual minimum"))
            } else {
                (ordered_together(a, b, scene) > longest).then(|| " ordered together".to_owned())
            };
            if let Some(days) = days {
                let reason = format!("two serotonin reuptake inhibitors{days}; {}, {}", first.told(), second.told());
                rows.add(Finding {
                    advice: "One of them alone usually does as much; ask whether both are meant, and about tremor, sweating, restlessness.",
                    ..Finding::new(ID, Grade::Warning, vec![first, second], reason)
                });
            } else if possible > longest {
                rows.unknown(ID, &[first, second], "dose");
            }
        }
    }
}

/// On how many days the orders of both are to reach the minimum; on none where only one of them is being ordered.
fn ordered_together(a: &Present<'_>, b: &Present<'_>, scene: &Scene<'_>) -> Days {
    let (a, b) = (ordered_at_dose(a, scene), ordered_at_dose(b, scene));
    Days::try_from(a.intersection(&b).count()).unwrap_or(Days::MAX)
}

/// The days from today on on which a draft order of the drug is to reach the minimum. An order without an end is believed for as long
/// as one on record.
fn ordered_at_dose(present: &Present<'_>, scene: &Scene<'_>) -> BTreeSet<Day> {
    let Some(row) = scene.knowledge.antidepressant(present.drug) else { return BTreeSet::new() };
    let believed = scene.parameters().request_open_ended_cap_days;
    let parts = scene.chart.drafts.iter().flat_map(|draft| draft.medicine.components.iter().map(move |part| (draft, part)));
    let mut reached = BTreeSet::new();
    for (draft, part) in parts.filter(|(_, part)| part.ingredient == present.drug) {
        let minimum = row.minimum(draft.medicine.form);
        let pack = draft.medicine.pack.iter().map(|day| Some(day.days));
        let lengths = pack.chain(draft.instruction.steps.iter().map(|step| step.length)).chain(std::iter::repeat(None));
        let mut day: Days = 0;
        for (dose, length) in doses(draft, Wanted { strength: part.strength, minimum }).into_iter().zip(lengths) {
            let end = length.map_or(believed, |days| day.saturating_add(days).min(believed));
            if dose.zip(minimum).is_some_and(|(dose, minimum)| dose >= minimum) {
                reached.extend((day..end).map(|day| scene.as_of + day));
            }
            day = end;
        }
    }
    reached
}
