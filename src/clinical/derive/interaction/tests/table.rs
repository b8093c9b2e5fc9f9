//! Every row of the tables of interactions speaks, and is silent one step away: a day, a dose, a drug, a status.

use super::*;
use crate::clinical::chart::Condition;
use crate::clinical::knowledge::{Circumstance, ConditionStatus, DoseCap, DrugCondition, Grade, Selector};
use crate::clinical::units::{DailyDose, Ingredient};
use present::Present;

/// The drugs that a selector means, by name.
fn meant(selector: &Selector) -> Vec<&'static str> {
    let knowledge = Knowledge::builtin();
    let means = |drug: &Ingredient| {
        let present = Present::option(*drug, knowledge, today());
        selector.means(|term| present.is(term, knowledge))
    };
    knowledge.ingredients().into_iter().filter(means).map(Ingredient::name).collect()
}

/// What a row of this name says, a line included.
fn grades(assessment: &Assessment, id: &str) -> Vec<Grade> {
    let loud = of_row(assessment, id).into_iter().map(|severity| match severity {
        Severity::Critical => Grade::Critical,
        Severity::Warning => Grade::Warning,
        Severity::Info => Grade::Info,
    });
    loud.chain(lines(assessment).into_iter().filter(|line| *line == id).map(|_| Grade::Line)).collect()
}

#[test]
fn every_window_speaks_on_its_last_day_and_not_after_it() {
    for window in &Knowledge::builtin().interactions().windows {
        let (id, free) = (window.id, window.free_days);
        let after = |first: &str, second: &str, days: Days| {
            let before = if days < 0 { now(first, 30.0) } else { ended(first, 30.0, days + 1) };
            grades(&judged(vec![before, begun(second, 30.0, 0)]), id)
        };
        let seconds = meant(&window.second);
        let mut shown = 0;
        for first in meant(&window.first) {
            // another row may be graver for a pair: the first drug that leaves this one the say
            let Some(second) = seconds.iter().find(|second| **second != first && !after(first, second, free - 1).is_empty()) else {
                continue;
            };
            shown += 1;
            let last_day = if window.warn_from_day.is_some() { Grade::Warning } else { window.grade };
            assert_eq!(after(first, second, free - 1), [last_day], "{id}: {first} to {second}, {free} - 1 days");
            assert_eq!(after(first, second, free), [], "{id}: {first} to {second}, {free} days");
            if let Some(label) = window.warn_from_day {
                assert_eq!(after(first, second, label - 1), [window.grade], "{id}: {first} to {second}, before the days of the label");
                assert_eq!(after(first, second, label), [Grade::Warning], "{id}: {first} to {second}, from the days of the label on");
            }
        }
        assert!(shown > 0, "{id} never speaks");
    }
}

#[test]
fn every_pair_speaks_while_both_are_taken_and_with_neither_alone() {
    let knowledge = Knowledge::builtin();
    for pair in &knowledge.interactions().pairs {
        let told = |medications: Vec<MedicationRecord>| grades(&judged(medications), pair.id);
        let (firsts, seconds) = (meant(&pair.first), meant(&pair.second));
        let other = |of: &[&'static str], than: &str| of.iter().copied().find(|name| *name != than);
        let mut pairs: Vec<(&str, &str)> = firsts.iter().filter_map(|first| Some((*first, other(&seconds, first)?))).collect();
        pairs.extend(seconds.iter().filter_map(|second| Some((other(&firsts, second)?, *second))));
        assert!(!pairs.is_empty(), "{} means no drugs", pair.id);
        for (place, (first, second)) in pairs.into_iter().enumerate() {
            let message = format!("{}: {first} with {second}", pair.id);
            assert_eq!(told(vec![now(first, 10.0), now(second, 10.0)]), [pair.grade], "{message}");
            if place > 0 {
                continue;
            }
            assert_eq!(told(vec![now(first, 10.0)]), [], "{message}: the first alone");
            assert_eq!(told(vec![now(second, 10.0)]), [], "{message}: the second alone");
            if knowledge.antidepressant(drug(second)).is_none() {
                let until = |days_ago| told(vec![now(first, 10.0), ended(second, 10.0, days_ago)]);
                assert_eq!((until(14), until(15)), (vec![pair.grade], vec![]), "{message}: the grace");
            }
        }
    }
}

/// Something done to a chart.
type Change = Box<dyn Fn(&mut Chart)>;

/// A chart in which the circumstances of a cap hold, and charts one step away from that.
fn circumstances(cap: &DoseCap) -> (Change, Vec<Change>) {
    let qtc = |ms: f64| move |record: &mut Chart| record.measurements = vec![result(Instrument::Qtc, ms, 5)];
    let diagnosed =
        |group: ConditionGroup, current: bool| move |record: &mut Chart| record.conditions.push(Condition { current, ..condition(group) });
    match cap.when {
        None => (Box::new(|_| ()), Vec::new()),
        Some(Circumstance::AgeAbove(years)) => (Box::new(aged(years + 1)), vec![Box::new(aged(years))]),
        Some(Circumstance::AgeFrom(years)) => (Box::new(aged(years)), vec![Box::new(aged(years - 1))]),
        Some(Circumstance::QtcAbove(limit)) => (Box::new(qtc(limit + 1.0)), vec![Box::new(qtc(limit))]),
        Some(Circumstance::QtcFrom(limit)) => (Box::new(qtc(limit)), vec![Box::new(qtc(limit - 1.0))]),
        Some(Circumstance::Liver) => {
            let liver = ConditionGroup::ContraindicationLiver;
            (Box::new(diagnosed(liver, true)), vec![Box::new(diagnosed(liver, false))])
        }
        Some(Circumstance::LongQtWithoutEcg) => {
            let long_qt = ConditionGroup::ContraindicationLongQt;
            let with_ecg = move |record: &mut Chart| {
                diagnosed(long_qt, true)(record);
                qtc(449.0)(record);
            };
            (Box::new(diagnosed(long_qt, true)), vec![Box::new(with_ecg), Box::new(|_| ())])
        }
    }
}

#[test]
fn every_dose_cap_is_silent_at_its_dose_and_speaks_above_it_in_its_circumstances_only() {
    for cap in &Knowledge::builtin().interactions().caps {
        let (holds, apart) = circumstances(cap);
        let beside = meant(&cap.beside).into_iter().find(|name| *name != cap.drug.name());
        assert_eq!(beside.is_some(), !cap.beside.is_empty(), "{}", cap.id);
        let told = |mg: f64, beside: Option<&str>, marked: bool, change: &dyn Fn(&mut Chart)| {
            let mut own = now(cap.drug.name(), mg);
            if let Some(mark) = cap.marks.first().filter(|_| marked) {
                own.medicine.label = format!("{} {mark} Oral Tablet", cap.drug);
            }
            let medications = [Some(own), beside.map(|name| now(name, 10.0))].into_iter().flatten().collect();
            grades(&judged_with(medications, change), cap.id)
        };
        let message = format!("{} {:?} {:?}", cap.id, cap.maximum, cap.when);
        let above = cap.maximum.map_or(10.0, DailyDose::mg) + 0.5;
        assert_eq!(told(above, beside, true, &holds), [cap.grade], "{message}: above");
        if let Some(maximum) = cap.maximum {
            assert_eq!(told(maximum.mg(), beside, true, &holds), [], "{message}: at it");
        }
        for apart in apart {
            assert_eq!(told(above, beside, true, &apart), [], "{message}: not in these circumstances");
        }
        if beside.is_some() {
            assert_eq!(told(above, None, true, &holds), [], "{message}: alone");
        }
        if !cap.marks.is_empty() {
            assert_eq!(told(above, beside, false, &holds), [], "{message}: another product");
        }
        if let Some(Circumstance::QtcFrom(limit)) = cap.critical_when {
            let with_qtc = |ms: f64| {
                let holds = &holds;
                move |record: &mut Chart| {
                    holds(record);
                    record.measurements.push(result(Instrument::Qtc, ms, 5));
                }
            };
            assert_eq!(told(above, beside, true, &with_qtc(limit)), [Grade::Critical], "{message}: QTc {limit}");
            assert_eq!(told(above, beside, true, &with_qtc(limit - 1.0)), [cap.grade], "{message}: QTc below {limit}");
        }
    }
}

/// The diagnoses with which a row speaks, and those one step away from that.
fn diagnoses(row: &DrugCondition, group: ConditionGroup) -> (Condition, Vec<Condition>) {
    let code = row.codes.first().copied().unwrap_or_default().to_owned();
    let ago = |days: Days, current| {
        let day = today() - days;
        Condition { code: code.clone(), current, onset: Some(When::on(day)), recorded: Some(day), ..condition(group) }
    };
    let parameters = Knowledge::builtin().parameters();
    let (speaks, mut silent) = match row.status {
        ConditionStatus::Current => (ago(100, true), vec![ago(100, false)]),
        ConditionStatus::Past => (ago(100, false), vec![ago(100, true)]),
        ConditionStatus::Ever => (ago(9000, false), Vec::new()),
        ConditionStatus::Withdrawal => {
            (ago(parameters.withdrawal_recent_days, false), vec![ago(parameters.withdrawal_recent_days + 1, true)])
        }
        ConditionStatus::Pregnant => {
            (ago(parameters.pregnancy_counts_days, true), vec![ago(parameters.pregnancy_counts_days + 1, true), ago(100, false)])
        }
    };
    if !row.codes.is_empty() {
        silent.push(Condition { code: "another".to_owned(), ..speaks.clone() });
    }
    silent.push(Condition { groups: condition(ConditionGroup::DepressionMddActive).groups, ..speaks.clone() });
    (speaks, silent)
}

#[test]
fn every_drug_with_a_diagnosis_speaks_with_it_and_not_with_another_or_at_another_time() {
    for row in &Knowledge::builtin().interactions().conditions {
        for drug in meant(&row.drugs) {
            let told = |condition: Condition, added: bool| {
                let base = row.as_augmentation.then(|| now("sertraline", 50.0)).filter(|_| added);
                let medications = base.into_iter().chain([begun(drug, 5.0, 20)]).collect();
                grades(&judged_with(medications, |record| record.conditions.push(condition)), row.id)
            };
            for group in &row.groups {
                let (speaks, silent) = diagnoses(row, *group);
                assert_eq!(told(speaks.clone(), true), [row.grade], "{}: {drug}, {group}", row.id);
                for silent in silent {
                    assert_eq!(told(silent.clone(), true), [], "{}: {drug}, {silent:?}", row.id);
                }
                if row.as_augmentation {
                    assert_eq!(told(speaks, false), [], "{}: {drug} alone", row.id);
                }
            }
        }
    }
}
