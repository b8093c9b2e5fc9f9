//! An active stressor (rules.md 8): current, and written down at most 180 days ago. Abuse is none: what is on file of it becomes a
//! question about safety at home, in a detail only.

use super::super::ground::Ground;
use super::verdict::{Verdict, named, sources};
use super::{Contributor, ContributorWeight};
use crate::clinical::chart::Condition;
use crate::clinical::units::ConditionGroup;

const ID: &str = "stressor";

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    let days = ground.parameters().stressor_recent_days;
    let is_abuse = |condition: &&Condition| condition.groups.has(ConditionGroup::SensitiveAbuse);
    let all: Vec<&Condition> =
        ground.current_conditions(ConditionGroup::ContributorActiveStressor).filter(|condition| !is_abuse(condition)).collect();
    let (dated, undated): (Vec<&Condition>, Vec<&Condition>) = all.into_iter().partition(|condition| condition.recorded.is_some());
    let mut recent: Vec<&Condition> =
        dated.into_iter().filter(|condition| condition.recorded.is_some_and(|day| ground.as_of - day <= days)).collect();
    recent.sort_by(|a, b| (b.recorded, &a.source).cmp(&(a.recorded, &b.source)));
    let mut verdict = if recent.is_empty() {
        Verdict::none()
    } else {
        let short = Some("a recorded stressor".to_owned());
        Contributor::present(ID, ContributorWeight::Alongside, short, named(&recent), sources(&recent)).into()
    };
    if !undated.is_empty() {
        let text = format!("{}: not judged as a stressor, since the day of recording is not on file", named(&undated));
        verdict = verdict.and_note("stressor-undated", text, sources(&undated));
    }
    let abuse: Vec<&Condition> = ground.current_conditions(ConditionGroup::SensitiveAbuse).collect();
    if abuse.is_empty() {
        verdict
    } else {
        verdict.and_note("safety-at-home", "ask about safety at home, in private".to_owned(), sources(&abuse))
    }
}
