//! A chronic illness of the body (rules.md 8): a line only.

use super::super::ground::Ground;
use super::verdict::{Verdict, named, sources};
use super::{Contributor, ContributorWeight};
use crate::clinical::chart::Condition;
use crate::clinical::units::ConditionGroup;

const ID: &str = "chronic-illness";

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    let found: Vec<&Condition> = ground.current_conditions(ConditionGroup::ChronicIllness).collect();
    if found.is_empty() {
        return Verdict::none();
    }
    let short = Some("a chronic illness".to_owned());
    Contributor::present(ID, ContributorWeight::Line, short, named(&found), sources(&found)).into()
}
