//! Another psychiatric disorder (rules.md 8): a line only.

use super::super::ground::Ground;
use super::verdict::{Verdict, named, sources};
use super::{Contributor, ContributorWeight};
use crate::clinical::chart::Condition;
use crate::clinical::units::ConditionGroup;

const ID: &str = "psychiatric-comorbidity";

const GROUPS: [ConditionGroup; 2] = [ConditionGroup::ComorbidityPsychiatric, ConditionGroup::ComorbidityEatingDisorder];

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    let mut found: Vec<&Condition> = GROUPS.iter().flat_map(|group| ground.current_conditions(*group)).collect();
    found.sort_by(|a, b| a.source.cmp(&b.source));
    found.dedup_by(|a, b| a.source == b.source);
    if found.is_empty() {
        return Verdict::none();
    }
    let short = Some("another psychiatric disorder".to_owned());
    Contributor::present(ID, ContributorWeight::Line, short, named(&found), sources(&found)).into()
}
