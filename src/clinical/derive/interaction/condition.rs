//! Diagnoses that a drug does not go well with (rules.md 9.2).

use super::super::pregnancy::says_pregnant;
use super::Scene;
use super::finding::{Finding, Rows};
use super::present::{Present, told};
use super::scene::Answer;
use crate::clinical::chart::{Condition, Sex};
use crate::clinical::knowledge::{ConditionStatus, DrugCondition};
use crate::clinical::units::Instrument;

/// Every drug that meets a diagnosis.
pub fn conditions<'s>(scene: &'s Scene<'_>, rows: &mut Rows<'s>) {
    for row in scene.rows(&scene.knowledge.interactions().conditions, |profile| &profile.conditions) {
        for present in scene.active_of(&row.drugs).filter(|present| !row.as_augmentation || is_augmentation(present, scene)) {
            match answer(row, scene) {
                Answer::No => {}
                Answer::Unknown(what) => rows.unknown(row.id, &[present], what),
                Answer::Yes(fact, facts) => {
                    let fact = if fact.is_empty() { fact } else { format!(" ({fact})") };
                    rows.add(Finding {
                        advice: row.advice,
                        contraindicated: row.contraindicated,
                        facts,
                        ..Finding::new(row.id, row.grade, vec![present], format!("{}{fact}; {}", row.reason, told(&[present])))
                    });
                }
            }
        }
    }
}

/// Whether the drug is taken, ordered or thought of beside an antidepressant to help it.
fn is_augmentation(present: &Present<'_>, scene: &Scene<'_>) -> bool {
    let added = scene.augmentation.iter().any(|added| added.drug == present.drug && added.ongoing);
    let beside = || scene.active().any(|other| other.drug != present.drug && scene.knowledge.antidepressant(other.drug).is_some());
    added || Scene::any_planned(&[present]) && beside()
}

fn answer(row: &DrugCondition, scene: &Scene<'_>) -> Answer {
    let of_row = |condition: &&Condition| row.codes.is_empty() || row.codes.iter().any(|code| condition.code.starts_with(code));
    let found = |counts: &dyn Fn(&Condition) -> bool| -> Vec<&Condition> {
        scene.conditions(&row.groups).filter(of_row).filter(|condition| counts(condition)).collect()
    };
    match row.status {
        ConditionStatus::Current => scene.diagnosed(found(&|condition| condition.current), row.reason),
        ConditionStatus::Past => scene.diagnosed(found(&|condition| !condition.current), row.reason),
        ConditionStatus::Ever => scene.diagnosed(found(&|_| true), row.reason),
        ConditionStatus::Withdrawal => {
            let longest = scene.parameters().withdrawal_recent_days;
            let recent = |condition: &Condition| is_recent(condition, longest, scene) == Some(true);
            let undated = |condition: &Condition| condition.current && is_recent(condition, longest, scene).is_none();
            match scene.diagnosed(found(&recent), row.reason) {
                Answer::No if !found(&undated).is_empty() => Answer::Unknown("date of the withdrawal"),
                answer => answer,
            }
        }
        ConditionStatus::Pregnant => pregnant(found(&|condition| condition.current), scene),
    }
}

/// Whether the diagnosis was recorded, or began, at most so many days ago; `None` without a date.
fn is_recent(condition: &Condition, days: i32, scene: &Scene<'_>) -> Option<bool> {
    let day = condition.recorded.max(condition.onset.map(|onset| onset.first))?;
    Some(day <= scene.as_of && scene.as_of - day <= days)
}

/// By a current code or a positive test within its time. A negative result within its own time excludes it; a man is not pregnant.
fn pregnant(coded: Vec<&Condition>, scene: &Scene<'_>) -> Answer {
    let parameters = scene.parameters();
    let counts = |condition: &&Condition| is_recent(condition, parameters.pregnancy_counts_days, scene).unwrap_or(true);
    let coded: Vec<&Condition> = coded.into_iter().filter(counts).collect();
    let tests = scene.chart.measurements.iter().filter(|result| {
        let kinds = [Instrument::PregnancyTest, Instrument::PregnancyTestQuantitative, Instrument::PregnancyStatus];
        kinds.contains(&result.instrument) && result.finished && result.at.day <= scene.as_of
    });
    // of one moment a doubt counts as pregnant
    let newest =
        tests.filter_map(|result| Some((says_pregnant(scene.knowledge, result)?, result))).max_by_key(|(yes, result)| (result.at, *yes));
    let within = |days: i32| newest.is_some_and(|(_, result)| scene.as_of - result.at.day <= days);
    match newest {
        _ if !coded.is_empty() => scene.diagnosed(coded, "pregnancy status"),
        Some((true, result)) if within(parameters.pregnancy_counts_days) => {
            Answer::Yes(format!("test of {}", result.at.day), vec![result.source.clone()])
        }
        Some((false, _)) if within(parameters.pregnancy_status_fresh_days) => Answer::No,
        Some(_) | None if may_be_pregnant(scene) => Answer::Unknown("pregnancy status"),
        Some(_) | None => Answer::No,
    }
}

fn may_be_pregnant(scene: &Scene<'_>) -> bool {
    let parameters = scene.parameters();
    let man = scene.chart.patient.as_ref().and_then(|patient| patient.sex) == Some(Sex::Male);
    let of_age = |age: i32| (parameters.pregnancy_unknown_min_age..=parameters.pregnancy_unknown_max_age).contains(&age);
    !man && scene.age.is_none_or(of_age)
}
