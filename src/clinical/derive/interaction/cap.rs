//! Doses that are too high for this patient (rules.md 9.2).

use super::finding::{Finding, Rows};
use super::present::{Present, told};
use super::scene::Answer;
use super::{InteractionCap, Scene, qt};
use crate::clinical::derive::taken::Lane;
use crate::clinical::knowledge::{Circumstance, DoseCap, Grade};
use crate::clinical::units::{ConditionGroup, DailyDose, Ingredient, SourceRef};

/// Every dose that is above what its circumstances allow; the lowest cap that applies is the one that is told.
pub fn caps<'s>(scene: &'s Scene<'_>, rows: &mut Rows<'s>) {
    for cap in scene.rows(&scene.knowledge.interactions().caps, |profile| &profile.caps) {
        let holding: Vec<&'s Present<'_>> = scene.active().filter(|present| present.holds(cap.drug)).collect();
        if holding.is_empty() || !is_marked(cap, &holding) {
            continue;
        }
        if cap.beside.is_empty() {
            judge(cap, &holding, None, scene, rows);
        }
        for other in scene.active_of(&cap.beside).filter(|other| !holding.iter().any(|drug| drug.drug == other.drug)) {
            judge(cap, &holding, Some(other), scene, rows);
        }
    }
}

/// Whether the product is named by a mark of the row, where it has any.
fn is_marked(cap: &DoseCap, holding: &[&Present<'_>]) -> bool {
    let words = |label: &str| format!(" {} ", label.to_uppercase().replace([',', ';', '(', ')', '/'], " "));
    let named = |mark: &&str| {
        let mark = format!(" {} ", mark.to_uppercase());
        holding.iter().flat_map(|present| &present.records).any(|record| words(&record.medicine.label).contains(&mark))
    };
    cap.marks.is_empty() || cap.marks.iter().any(named)
}

/// The circumstances that make a dose too high, in words, with their records.
struct Fact {
    when: String,
    /// What makes it critical; empty if nothing does.
    critical: String,
    facts: Vec<SourceRef>,
}

fn judge<'s>(cap: &DoseCap, holding: &[&'s Present<'s>], other: Option<&'s Present<'s>>, scene: &Scene<'_>, rows: &mut Rows<'s>) {
    let (dose, partly_unknown) = scene.total_dose(cap.drug);
    let above = cap.maximum.is_none_or(|maximum| dose.is_some_and(|dose| dose > maximum));
    let of: Vec<&'s Present<'s>> = holding.iter().copied().chain(other).collect();
    let thought_of = holding.iter().any(|drug| drug.is_option());
    if !above && !partly_unknown && !thought_of {
        return;
    }
    let (fact, facts) = match cap.when.map(|when| circumstance(when, holding, scene)) {
        Some(Answer::No) => return,
        Some(Answer::Unknown(what)) => {
            rows.unknown(cap.id, &of, what);
            return;
        }
        Some(Answer::Yes(fact, facts)) => (fact, facts),
        None => (String::new(), Vec::new()),
    };
    let mut fact = Fact { when: fact, facts, critical: String::new() };
    match cap.critical_when.filter(|_| above).map(|when| circumstance(when, holding, scene)) {
        Some(Answer::Yes(why, more)) => {
            fact.critical = why;
            fact.facts.extend(more);
        }
        Some(Answer::Unknown(what)) => rows.unknown(cap.id, &of, what),
        Some(Answer::No) | None => {}
    }
    match cap.maximum.filter(|_| thought_of) {
        _ if above => rows.add(too_high(cap, dose, fact, of, scene)),
        // what is only to know of a dose that is taken is no limit of an option
        Some(_) if cap.grade == Grade::Info => {}
        // an option has no dose yet: the cap is a line to it
        Some(maximum) => rows.add(Finding { facts: fact.facts, ..Finding::new(cap.id, Grade::Line, of, at_most(cap, maximum, scene)) }),
        None => rows.unknown(cap.id, &of, format!("dose of {}", cap.drug)),
    }
}

/// What is told of a dose above its cap.
fn too_high<'s>(cap: &DoseCap, dose: Option<DailyDose>, fact: Fact, of: Vec<&'s Present<'s>>, scene: &Scene<'_>) -> Finding<'s> {
    let dose = match dose.filter(|_| cap.maximum.is_some()) {
        Some(dose) => format!("{dose} {} a day, ", unit(cap.drug, scene)),
        None => String::new(),
    };
    let parts: Vec<&str> = [fact.when.as_str(), fact.critical.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    let why = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) };
    let reason = format!("{dose}{}{why}; {}", cap.reason, told(&of));
    let grade = if fact.critical.is_empty() { cap.grade } else { Grade::Critical };
    Finding { advice: cap.advice, contraindicated: cap.contraindicated, facts: fact.facts, ..Finding::new(cap.id, grade, of, reason) }
}

fn unit(drug: Ingredient, scene: &Scene<'_>) -> &'static str {
    let in_tablets = scene.knowledge.antidepressant(drug).is_some_and(|row| row.unit.starts_with("tablet"));
    if in_tablets { "tablets" } else { "mg" }
}

fn at_most(cap: &DoseCap, maximum: DailyDose, scene: &Scene<'_>) -> String {
    let why = cap.reason.split_once(" a day").map_or("", |(_, why)| why);
    format!("at most {maximum} {} a day{why}", unit(cap.drug, scene))
}

fn circumstance(when: Circumstance, holding: &[&Present<'_>], scene: &Scene<'_>) -> Answer {
    let by_age = |holds: fn(i32, i32) -> bool, years: i32| match scene.age {
        Some(age) if holds(age, years) => Answer::Yes(format!("age {age}"), Vec::new()),
        Some(_) => Answer::No,
        None => Answer::Unknown("age"),
    };
    let by_qtc = |holds: fn(&f64, &f64) -> bool, limit: f64| match scene.qtc() {
        Some((qtc, result)) if holds(&qtc, &limit) => {
            Answer::Yes(format!("QTc {qtc} ms on {}", result.at.day), vec![result.source.clone()])
        }
        Some(_) => Answer::No,
        None => Answer::Unknown("QTc"),
    };
    match when {
        Circumstance::AgeAbove(years) => by_age(|age, years| age > years, years),
        Circumstance::AgeFrom(years) => by_age(|age, years| age >= years, years),
        Circumstance::QtcAbove(limit) => by_qtc(f64::gt, limit),
        Circumstance::QtcFrom(limit) => by_qtc(f64::ge, limit),
        Circumstance::Liver => {
            let groups = [ConditionGroup::ContraindicationLiver, ConditionGroup::CautionLiver];
            scene.diagnosed(scene.conditions(&groups).filter(|condition| condition.current).collect(), "liver disease")
        }
        Circumstance::LongQtWithoutEcg => qt::long_qt_without_ecg(holding, scene),
    }
}

/// The lowest cap that applies to a drug in this patient, less what other products of it already give.
pub fn cap(scene: &Scene<'_>, drug: Ingredient) -> Option<InteractionCap> {
    let holding: Vec<&Present<'_>> = scene.active().filter(|present| present.drug == drug).collect();
    let applies = |cap: &&DoseCap| {
        let holds = cap.when.is_none_or(|when| matches!(circumstance(when, &holding, scene), Answer::Yes(..)));
        cap.drug == drug && cap.grade < Grade::Info && is_marked(cap, &holding) && holds
    };
    let rows = scene.knowledge.interactions().caps.iter().filter(applies);
    let with_reason = rows.filter_map(|cap| {
        let maximum = cap.maximum?;
        if cap.beside.is_empty() {
            return Some((maximum, cap.reason.to_owned()));
        }
        let other = scene.active_of(&cap.beside).find(|other| other.drug != drug)?;
        Some((maximum, format!("{}: {}", cap.reason, other.name())))
    });
    let (maximum, reason) = with_reason.min_by_key(|(maximum, _)| *maximum)?;
    let elsewhere = elsewhere(scene, drug);
    let left = elsewhere.map_or(Some(maximum), |other| DailyDose::from_mg(maximum.mg() - other.mg()));
    // where the other products already give all of it, the drug has no room: its cap is the smallest dose there is
    let maximum = left.or_else(|| DailyDose::from_mg(0.001))?;
    let reason = if elsewhere.is_some() { format!("{reason}, less what other products give") } else { reason };
    Some(InteractionCap { maximum, reason })
}

/// What products of other uses and combinations give of the drug today.
fn elsewhere(scene: &Scene<'_>, drug: Ingredient) -> Option<DailyDose> {
    let (total, _) = scene.total_dose(drug);
    let own = scene.active().find(|present| present.drug == drug && present.lane == Lane::Ordinary && present.covers_today)?.dose?;
    DailyDose::from_mg(total?.mg() - own.mg())
}
