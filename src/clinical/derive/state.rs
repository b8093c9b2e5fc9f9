//! What a next step words itself by: pregnancy, dementia, psychotic features, the urgent pathway, age (rules.md 9.2, 10, 11).

use super::fact::{Fact, dated};
use super::ground::Ground;
use super::pregnancy::{Postpartum, Pregnancy, postpartum, pregnancy};
use super::safety::SafetyFinding;
use crate::clinical::units::ConditionGroup;

/// The circumstances of a patient, each with the facts that say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether there is a pregnancy.
    pub pregnancy: Pregnancy,
    /// A birth within a year.
    pub postpartum: Option<Postpartum>,
    /// A current code of dementia.
    pub dementia: Option<Fact>,
    /// A current code of depression with psychotic features.
    pub psychotic_features: Option<Fact>,
    /// A current code of catatonia.
    pub catatonia: Option<Fact>,
    /// What opens the urgent pathway (rules.md 10); nothing: it is closed.
    pub urgent: Vec<Fact>,
    /// Current substance use.
    pub substance_use: Option<Fact>,
    /// What makes an overdose a risk (rules.md 9.2); nothing: none on file.
    pub overdose_risk: Vec<Fact>,
    /// The age, as far as it changes a text.
    pub age_band: AgeBand,
}

/// The ages that change a text (rules.md 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgeBand {
    /// The age is not on file.
    Unknown,
    /// Below 60.
    Adult,
    /// 60 to 64.
    Older,
    /// 65 and over.
    Elderly,
}

impl Circumstances {
    /// Whether the urgent pathway is open.
    pub fn is_urgent(&self) -> bool {
        !self.urgent.is_empty()
    }
}

/// The circumstances today; `critical_safety` is a finding that makes the safety card critical (rules.md 10).
pub fn circumstances(ground: &Ground<'_>, critical_safety: Option<&SafetyFinding>) -> Circumstances {
    let current = |group| ground.current_conditions(group).map(Fact::diagnosis).next();
    let postpartum = postpartum(ground);
    let psychotic_features = current(ConditionGroup::DepressionPsychotic);
    let catatonia = current(ConditionGroup::Catatonia);
    let danger = critical_safety.map(|finding| Fact { text: finding.label.clone(), date: None, basis: finding.basis.clone() });
    Circumstances {
        pregnancy: pregnancy(ground, postpartum.as_ref()),
        postpartum,
        dementia: current(ConditionGroup::Dementia),
        urgent: urgent(ground, [psychotic_features.clone(), catatonia.clone()], danger.clone()),
        psychotic_features,
        catatonia,
        substance_use: current(ConditionGroup::ContributorSubstanceUse),
        overdose_risk: overdose_risk(ground).into_iter().chain(danger).collect(),
        age_band: age_band(ground),
    }
}

/// Psychotic features or catatonia, unless a recent PHQ-9 is low; danger, where a recent PHQ-9 is severe (rules.md 10).
fn urgent(ground: &Ground<'_>, states: [Option<Fact>; 2], danger: Option<Fact>) -> Vec<Fact> {
    let parameters = ground.parameters();
    let within = |days| ground.scores.latest_phq9().filter(|score| ground.as_of - score.date <= days);
    let low = within(parameters.phq9_recent_days).is_some_and(|score| score.score < parameters.phq9_active_at_least);
    let severe = within(parameters.safety_item9_recent_days).is_some_and(|score| score.score >= parameters.urgent_phq9_from);
    let states = states.into_iter().flatten().filter(|_| !low);
    states.chain(danger.filter(|_| severe)).collect()
}

/// Item 9 of 2 or more in the last 30 days and not 0 since, or an attempt within a year; an old history code alone is none.
fn overdose_risk(ground: &Ground<'_>) -> Vec<Fact> {
    let parameters = ground.parameters();
    let recent = |day| ground.as_of - day <= parameters.safety_item9_recent_days;
    let mut answers: Vec<_> = ground
        .chart
        .screenings
        .iter()
        .filter(|screening| screening.at.day <= ground.as_of && recent(screening.at.day))
        .filter_map(|screening| Some((screening, i32::from(screening.items[8]?))))
        .collect();
    answers.sort_by_key(|(screening, item)| (screening.at, *item));
    let ended = answers.iter().rposition(|(screening, item)| *item == 0 && screening.finished);
    let standing = &answers[ended.map_or(0, |at| at + 1)..];
    let item = standing.iter().filter(|(_, item)| *item >= parameters.overdose_item9_from).max_by_key(|(_, item)| *item);
    let item = item.map(|(screening, item)| Fact {
        text: format!("PHQ-9 item 9: {item} on {}", screening.at.day),
        date: Some(screening.at.day),
        basis: vec![screening.source.clone()],
    });
    let attempts = ground.conditions(ConditionGroup::SuicideAttempt);
    let attempts = attempts.filter(|condition| !condition.groups.has(ConditionGroup::SuicideHistory));
    let recent = attempts.filter(|condition| dated(condition).is_some_and(|day| ground.as_of - day <= parameters.overdose_caution_days));
    item.into_iter().chain(recent.map(Fact::diagnosis)).collect()
}

fn age_band(ground: &Ground<'_>) -> AgeBand {
    let parameters = ground.parameters();
    match ground.age {
        None => AgeBand::Unknown,
        Some(age) if age >= parameters.elderly_from_age => AgeBand::Elderly,
        Some(age) if age >= parameters.older_from_age => AgeBand::Older,
        Some(_) => AgeBand::Adult,
    }
}

#[cfg(test)]
mod tests;
