//! Two drugs that do not go well together, whatever their doses (rules.md 9.2).

use super::Scene;
use super::finding::{Finding, Rows};
use super::present::told;
use crate::clinical::knowledge::Grade;

/// Every pair that is taken.
pub fn pairs<'s>(scene: &'s Scene<'_>, rows: &mut Rows<'s>) {
    for pair in scene.pairs() {
        for first in scene.active_of(&pair.first) {
            for second in scene.active_of(&pair.second).filter(|second| second.drug != first.drug) {
                let of = vec![first, second];
                // a line is told beside its drugs, where their dates stand already
                let reason = match pair.grade {
                    Grade::Line => pair.reason.to_owned(),
                    Grade::Critical | Grade::Warning | Grade::Info => format!("{}; {}", pair.reason, told(&of)),
                };
                rows.add(Finding {
                    advice: pair.advice,
                    contraindicated: pair.contraindicated,
                    ..Finding::new(pair.id, pair.grade, of, reason)
                });
            }
        }
    }
}
