//! PHQ-9 item 9, and a high total that has none (rules.md 10).

use crate::clinical::chart::Screening;
use crate::clinical::units::Day;

use super::super::ground::Ground;
use super::{SafetyFinding, SafetyIndicator, is_within, unfinished};

/// What rests on the PHQ-9.
pub fn findings(ground: &Ground<'_>) -> Vec<SafetyFinding> {
    highest(ground).into_iter().chain(not_asked(ground)).collect()
}

/// Item 9 of a screening.
fn item9(screening: &Screening) -> Option<i32> {
    screening.items[8].map(i32::from)
}

/// The highest item 9 of the last 30 days that no later 0 has ended; the newest of those that are equal.
fn highest(ground: &Ground<'_>) -> Option<SafetyFinding> {
    let parameters = ground.parameters();
    let screenings = &ground.chart.screenings;
    let is_zero = |screening: &&Screening| screening.finished && screening.at.day <= ground.as_of && item9(screening) == Some(0);
    let zero: Option<Day> = screenings.iter().filter(is_zero).map(|screening| screening.at.day).max();
    let stands = |screening: &&Screening| {
        is_within(screening.at.day, parameters.safety_item9_recent_days, ground) && zero.is_none_or(|zero| screening.at.day >= zero)
    };
    let answered = screenings.iter().filter(stands).filter_map(|screening| Some((item9(screening)?, screening)));
    let (answer, screening) = answered.max_by_key(|(answer, screening)| (*answer, screening.at, &screening.source))?;
    let critical = answer >= parameters.safety_item9_critical_from;
    (answer >= parameters.safety_item9_min).then(|| SafetyFinding {
        id: "phq9-item9",
        indicator: if critical { SafetyIndicator::Critical } else { SafetyIndicator::Warning },
        label: format!("PHQ-9 item 9 answered with {answer}{} on {}", unfinished(screening.finished), screening.at.day),
        date: screening.at.day,
        basis: vec![screening.source.clone()],
    })
}

/// The newest PHQ-9, at most 30 days old, is high and has no item 9; an answer to it on that day or later counts as asked.
fn not_asked(ground: &Ground<'_>) -> Option<SafetyFinding> {
    let parameters = ground.parameters();
    let known = || ground.chart.screenings.iter().filter(|screening| screening.at.day <= ground.as_of);
    let newest = known().filter(|screening| screening.total.is_some()).map(|screening| screening.at.day).max()?;
    let of_day = known().filter(|screening| screening.at.day == newest);
    // two scores of one day: the higher for safety
    let highest = of_day.max_by_key(|screening| (screening.total, screening.at, &screening.source))?;
    let total = i32::from(highest.total?);
    let asked = known().any(|screening| screening.at.day >= newest && item9(screening).is_some());
    let speaks = is_within(newest, parameters.safety_item9_recent_days, ground) && total >= parameters.urgent_phq9_from && !asked;
    speaks.then(|| SafetyFinding {
        id: "phq9-without-item9",
        indicator: SafetyIndicator::Warning,
        label: format!("PHQ-9 of {total}{} (item 9 not on file: ask) on {newest}", unfinished(highest.finished)),
        date: newest,
        basis: vec![highest.source.clone()],
    })
}
