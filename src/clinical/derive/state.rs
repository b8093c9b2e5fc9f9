//! What a next step words itself by: pregnancy, dementia, psychotic features, the urgent pathway, age (rules.md 9.2, 10, 11).

use super::fact::Fact;
use super::ground::Ground;
use super::pregnancy::{Postpartum, Pregnancy, postpartum, pregnancy};
use super::safety::{OverdoseRisk, SafetyFinding};
use crate::clinical::units::{ConditionGroup, Ingredient};

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
    /// Antidepressants without a mood stabiliser in known bipolar disorder, where the site asks for it (rules.md 7).
    pub antidepressants_alone: Vec<Ingredient>,
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

/// The circumstances today; `critical_safety` is a finding that makes the safety card critical (rules.md 10), `overdose` the risk of 9.2.
pub fn circumstances(ground: &Ground<'_>, critical_safety: Option<&SafetyFinding>, overdose: Option<&OverdoseRisk>) -> Circumstances {
    let current = |group| ground.current_conditions(group).map(Fact::diagnosis).next();
    let postpartum = postpartum(ground);
    let psychotic_features = current(ConditionGroup::DepressionPsychotic);
    let catatonia = current(ConditionGroup::Catatonia);
    let danger = critical_safety.map(|finding| Fact { text: finding.label.clone(), date: None, basis: finding.basis.clone() });
    Circumstances {
        pregnancy: pregnancy(ground, postpartum.as_ref()),
        postpartum,
        dementia: current(ConditionGroup::Dementia),
        urgent: urgent(ground, [psychotic_features.clone(), catatonia.clone()], danger),
        psychotic_features,
        catatonia,
        substance_use: current(ConditionGroup::ContributorSubstanceUse),
        overdose_risk: overdose.map(|risk| Fact { text: risk.label.clone(), date: None, basis: risk.basis.clone() }).into_iter().collect(),
        // known only with the trials
        antidepressants_alone: Vec::new(),
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
