//! Whether the cards are for this patient (rules.md 1).

use crate::clinical::chart::{Chart, Condition, Extent, Kind, ProcedureKind};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day, Days, SourceRef, Span};

use super::score::Scores;
use super::{Bipolar, BipolarState, Note, Scope, ScopeReason, ScopeStatus};

/// The groups of depression that say which depression it is.
const SPECIFIC: [ConditionGroup; 7] = [
    ConditionGroup::DepressionMddActive,
    ConditionGroup::DepressionMddPartialRemission,
    ConditionGroup::DepressionMddFullRemission,
    ConditionGroup::DepressionPersistent,
    ConditionGroup::DepressionPeripartum,
    ConditionGroup::DepressionPsychotic,
    ConditionGroup::DepressionOther,
];

/// The groups of a depression, of whatever course.
pub const DEPRESSION_GROUPS: [ConditionGroup; 8] = {
    use ConditionGroup::*;
    [
        DepressionMddActive,
        DepressionMddPartialRemission,
        DepressionMddFullRemission,
        DepressionUnspecified,
        DepressionPersistent,
        DepressionPeripartum,
        DepressionPsychotic,
        DepressionOther,
    ]
};

/// Whether any accepted diagnosis of depression is on file, current or not.
pub fn has_depression_diagnosis(chart: &Chart) -> bool {
    chart.conditions.iter().any(|condition| condition.groups.has_any(&DEPRESSION_GROUPS))
}

fn is_unspecified(condition: &Condition) -> bool {
    condition.groups.has(ConditionGroup::DepressionUnspecified)
}

/// The request to specify a diagnosis of depression that is current and unspecified, with no more specific one beside it (rules.md 1.2).
pub fn unspecified_note(chart: &Chart) -> Option<Note> {
    let current = || chart.conditions.iter().filter(|condition| is_current(condition));
    let unspecified: Vec<&Condition> = current().filter(|condition| is_unspecified(condition)).collect();
    let specific = |condition: &Condition| condition.groups.has_any(&SPECIFIC) || condition.groups.has(ConditionGroup::DepressionSecondary);
    if unspecified.is_empty() || current().any(specific) {
        return None;
    }
    let mut codes: Vec<&str> = unspecified.iter().map(|condition| condition.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    Some(Note {
        id: "diagnosis-unspecified",
        text: format!("The depression is coded as unspecified ({}): please specify the diagnosis if it can be.", codes.join(", ")),
        basis: sources(&unspecified),
    })
}

/// Whether a diagnosis counts as current; remission does for the remission groups (rules.md 1).
pub fn is_current(condition: &Condition) -> bool {
    let remission_groups = [ConditionGroup::DepressionMddFullRemission, ConditionGroup::DepressionMddPartialRemission];
    condition.current || condition.in_remission && condition.groups.has_any(&remission_groups)
}

/// The current diagnoses that open the gate (rules.md 1.2).
pub fn index_conditions<'a>(chart: &'a Chart, knowledge: &Knowledge, scores: &Scores) -> Vec<&'a Condition> {
    let parameters = knowledge.parameters();
    let symptomatic = scores.latest_phq9().is_some_and(|score| score.score >= parameters.phq9_active_at_least);
    let opens = |condition: &&Condition| {
        condition.groups.has_any(&parameters.index_condition_groups)
            || symptomatic && condition.groups.has(ConditionGroup::DepressionMddFullRemission)
    };
    chart.conditions.iter().filter(|condition| is_current(condition)).filter(opens).collect()
}

/// The scope gate.
pub fn scope(chart: &Chart, knowledge: &Knowledge, index: &[&Condition], bipolar: &Bipolar, as_of: Day) -> Scope {
    let mut out: Vec<ScopeReason> = Vec::new();
    let mut unknown: Vec<ScopeReason> = Vec::new();
    match age(chart, as_of) {
        Some(years) if years < knowledge.parameters().min_age_years => out.push(ScopeReason::Under18),
        Some(_) => {}
        None => unknown.push(ScopeReason::AgeUnknown),
    }
    if is_dead(chart, as_of) {
        out.push(ScopeReason::Deceased);
    }
    if in_hospice(chart, knowledge.parameters().hospice_recent_days, as_of) {
        out.push(ScopeReason::Hospice);
    }
    let conditions = chart.coverage.of(Kind::Conditions);
    if index.is_empty() && knowledge.parameters().index_condition_required {
        match conditions {
            Extent::Full => out.push(ScopeReason::NoDepression),
            Extent::Partial | Extent::None => unknown.push(ScopeReason::NoRecord),
        }
    }
    if bipolar.state == BipolarState::Known {
        out.push(ScopeReason::KnownBipolar);
    }
    if has_psychotic_disorder(chart) {
        out.push(ScopeReason::PsychoticDisorder);
    }
    if chart.coverage.of(Kind::Medications) == Extent::None || conditions == Extent::None {
        unknown.push(ScopeReason::NoRecord);
    }
    let status = match (out.is_empty(), unknown.is_empty()) {
        (false, _) => ScopeStatus::OutOfScope,
        (true, false) => ScopeStatus::Undetermined,
        (true, true) => ScopeStatus::InScope,
    };
    let mut reasons = if out.is_empty() { unknown } else { out };
    reasons.sort_unstable();
    reasons.dedup();
    Scope { status, reasons }
}

/// Whole years on the day of assessment; from a year of birth alone the youngest possible (rules.md 17).
pub fn age(chart: &Chart, as_of: Day) -> Option<i32> {
    chart.patient.as_ref()?.birth.map(|birth| birth.last.years_until(as_of))
}

fn is_dead(chart: &Chart, as_of: Day) -> bool {
    chart.patient.as_ref().and_then(|patient| patient.deceased).is_some_and(|died| died.is_none_or(|day| day <= as_of))
}

/// A current diagnosis, or an encounter or procedure of the last so many days (rules.md 1.3).
fn in_hospice(chart: &Chart, recent_days: Days, as_of: Day) -> bool {
    let recent = |span: Span| span.first <= as_of && as_of - span.last <= recent_days;
    let condition = chart.conditions.iter().any(|condition| condition.current && condition.groups.has(ConditionGroup::Hospice));
    let encounter = chart.encounters.iter().any(|encounter| encounter.groups.has(ConditionGroup::Hospice) && recent(encounter.span));
    let procedure = chart.procedures.iter().any(|procedure| procedure.kind == ProcedureKind::Hospice && procedure.when.is_none_or(recent));
    condition || encounter || procedure
}

/// A current psychotic disorder, unless all that is coded is a state which psychotic depression explains (rules.md 1.4).
fn has_psychotic_disorder(chart: &Chart) -> bool {
    let current = |group| chart.conditions.iter().filter(move |condition| condition.current && condition.groups.has(group));
    let psychotic_depression = current(ConditionGroup::DepressionPsychotic).next().is_some();
    current(ConditionGroup::Psychosis)
        .any(|condition| !(psychotic_depression && condition.groups.has(ConditionGroup::PsychosisYieldsToDepression)))
}

/// The bipolar question as far as a diagnosis on file settles it; the other states are judged with the indicators of rules.md 7.
pub fn bipolar(chart: &Chart) -> Bipolar {
    use crate::clinical::chart::Certainty::Confirmed;
    let known = chart.conditions.iter().any(|condition| {
        condition.groups.has(ConditionGroup::BipolarSpectrum)
            && !condition.groups.has(ConditionGroup::BipolarEpisodeOnly)
            && condition.certainty == Confirmed
            && (condition.current || condition.in_remission)
    });
    Bipolar { state: if known { BipolarState::Known } else { BipolarState::None }, indicators: Vec::new(), current_mania: None }
}

/// The records of these diagnoses.
pub fn sources(conditions: &[&Condition]) -> Vec<SourceRef> {
    let mut sources: Vec<SourceRef> = conditions.iter().map(|condition| condition.source.clone()).collect();
    sources.sort();
    sources.dedup();
    sources
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn note(conditions: Vec<Condition>) -> Option<Note> {
        unspecified_note(&Chart { conditions, ..sample::chart(Vec::new(), Vec::new()) })
    }

    fn unspecified() -> Condition {
        Condition { code: "F32.A".to_owned(), ..sample::condition(ConditionGroup::DepressionUnspecified) }
    }

    // rule 1.2/diagnosis-unspecified: speaks
    #[test]
    fn an_unspecified_depression_alone_is_to_be_specified() {
        let found = note(vec![unspecified()]).expect("a note");
        assert_eq!((found.id, found.basis), ("diagnosis-unspecified", vec![unspecified().source]));
        assert!(found.text.contains("(F32.A)"), "{}", found.text);
        let over = Condition { current: false, ..sample::condition(ConditionGroup::DepressionMddActive) };
        assert!(note(vec![unspecified(), over]).is_some());
    }

    // rule 1.2/diagnosis-unspecified: silent
    #[test]
    fn nothing_is_asked_beside_a_more_specific_diagnosis_or_when_it_is_over() {
        for group in SPECIFIC.into_iter().chain([ConditionGroup::DepressionSecondary]) {
            assert_eq!(note(vec![unspecified(), sample::condition(group)]), None, "{group}");
        }
        assert_eq!(note(vec![sample::condition(ConditionGroup::DepressionMddActive)]), None);
        assert_eq!(note(vec![Condition { current: false, ..unspecified() }]), None);
        assert_eq!(note(Vec::new()), None);
    }

    #[test]
    fn a_depression_of_another_cause_is_no_diagnosis_of_depression() {
        use ConditionGroup::*;
        let has = |group| {
            let chart = Chart { conditions: vec![sample::condition(group)], ..sample::chart(Vec::new(), Vec::new()) };
            has_depression_diagnosis(&chart)
        };
        assert!(SPECIFIC.into_iter().chain([DepressionUnspecified]).all(has));
        assert!(![DepressionSecondary, DepressionNotMdd, DepressionTrap].into_iter().any(has));
    }

    #[test]
    fn a_hospice_procedure_counts_for_a_year() {
        use crate::clinical::chart::Procedure;
        use crate::clinical::units::Span;
        let today = sample::day(sample::TODAY);
        let out = |days: Days| {
            let procedure = Procedure {
                source: SourceRef::new("Procedure/1".to_owned()),
                kind: ProcedureKind::Hospice,
                when: Some(Span::of(today - days)),
                label: "hospice care".to_owned(),
            };
            in_hospice(&Chart { procedures: vec![procedure], ..Chart::default() }, 365, today)
        };
        assert!(out(365) && !out(366));
    }
}
