//! Two serotonin reuptake inhibitors for longer than a change-over takes (rules.md 9.2).

use super::Scene;
use super::finding::{Finding, Rows};
use super::present::Present;
use crate::clinical::derive::exposure::Exposure;
use crate::clinical::derive::pair::common_days;
use crate::clinical::knowledge::Grade;
use crate::clinical::units::DrugGroup;

const ID: &str = "two-serotonin-reuptake-inhibitors";

/// Both taken, and both at or above the minimum on more than 30 of the same days. An option is meant to be taken for longer than that;
/// a draft order has begun no day yet, and may be a change-over.
pub fn two_reuptake_inhibitors<'s>(scene: &'s Scene<'_>, rows: &mut Rows<'s>) {
    let inhibitors: Vec<&'s Present<'_>> = scene.active_in(DrugGroup::SerotoninReuptakeInhibitor).collect();
    let longest = scene.parameters().two_reuptake_inhibitors_days;
    for (place, a) in inhibitors.iter().enumerate() {
        for b in inhibitors.iter().skip(place + 1).filter(|b| b.drug != a.drug) {
            let (first, second) = if b.since < a.since { (*b, *a) } else { (*a, *b) };
            let at_dose = common_days(a.exposures, b.exposures, |exposure: &Exposure<'_>| exposure.at_dose() == Some(true));
            let possible = common_days(a.exposures, b.exposures, |exposure: &Exposure<'_>| exposure.at_dose() != Some(false));
            let planned = a.is_option() || b.is_option();
            if at_dose > longest || planned {
                let days = if planned { String::new() } else { format!(" for {at_dose} days at or above the usual minimum") };
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
