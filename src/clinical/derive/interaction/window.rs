//! Free days around MAO inhibitors (rules.md 9.1).
//!
//! Here "taken" means that the supply covers the day: no grace. Counted from the last covered day of the first drug to the first day of
//! the second; the days strictly between have to be as many as the row asks.

use std::collections::BTreeMap;

use super::Scene;
use super::finding::{Finding, Rows};
use super::present::{How, Present};
use crate::clinical::chart::{Extent, Kind};
use crate::clinical::knowledge::{Grade, Window};
use crate::clinical::units::{DrugGroup, Ingredient};

/// How the two drugs stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Both cover today.
    Together,
    /// The first ended; so many days were free.
    Apart(i32),
}

/// Every window that is open, one entry a pair of drugs, the graver.
pub fn windows<'s>(scene: &'s Scene<'_>, rows: &mut Rows<'s>) {
    let mut best: BTreeMap<(Ingredient, Ingredient), (Rank, Finding<'s>)> = BTreeMap::new();
    for (place, window) in scene.windows() {
        for first in scene.present.iter().filter(|present| scene.means(&window.first, present)) {
            for second in scene.present.iter().filter(|present| present.drug != first.drug && scene.means(&window.second, present)) {
                let Some(standing) = standing(window, first, second, scene) else { continue };
                let grade = grade(window, standing);
                let turned = first.since.zip(second.since).is_some_and(|(first, second)| first > second);
                let rank = Rank { grade, text: first.text || second.text, turned, place };
                let key = (first.drug.min(second.drug), first.drug.max(second.drug));
                let finding = finding(window, standing, grade, first, second, scene);
                match best.get(&key) {
                    Some((known, _)) if *known <= rank => {}
                    Some(_) | None => {
                        best.insert(key, (rank, finding));
                    }
                }
            }
        }
    }
    best.into_values().for_each(|(_, finding)| rows.add(finding));
    unchecked(scene, rows);
}

/// What is told of two rows that fit: the graver; one known by code; the one in whose order the drugs came; the earlier row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    grade: Grade,
    text: bool,
    turned: bool,
    place: usize,
}

/// Where the medicines were not had in full, an MAO inhibitor may be missing among them, or what one must not meet.
fn unchecked(scene: &Scene<'_>, rows: &mut Rows<'_>) {
    if scene.chart.coverage.of(Kind::Medications) == Extent::Full {
        return;
    }
    for present in scene.active().filter(|present| present.how != How::Taken) {
        rows.unknown("maoi-windows", &[present], "other medicines");
    }
}

fn standing(window: &Window, first: &Present<'_>, second: &Present<'_>, scene: &Scene<'_>) -> Option<Standing> {
    if !second.covers_today {
        return None;
    }
    if first.covers_today {
        return Some(Standing::Together);
    }
    let last = first.last?;
    let free = (second.since? - last - 1).max(0);
    // a drug taken today began within the window, so fewer days were free
    (scene.as_of - last <= window.free_days).then_some(Standing::Apart(free))
}

fn grade(window: &Window, standing: Standing) -> Grade {
    match standing {
        Standing::Apart(free) if window.warn_from_day.is_some_and(|warn| free >= warn) => window.grade.max(Grade::Warning),
        Standing::Apart(_) | Standing::Together => window.grade,
    }
}

fn finding<'s>(
    window: &Window,
    standing: Standing,
    grade: Grade,
    first: &'s Present<'s>,
    second: &'s Present<'s>,
    scene: &Scene<'_>,
) -> Finding<'s> {
    let (reason, until) = match standing {
        Standing::Together => (together(window, first, second), None),
        Standing::Apart(free) => {
            let last = first.last.unwrap_or(scene.as_of);
            let label = window.warn_from_day.map(|days| format!(" (label {days})")).unwrap_or_default();
            let reason = format!(
                "{free} free {}, {}{label} needed; {} {} until {last}, {}",
                if free == 1 { "day" } else { "days" },
                window.free_days,
                first.name(),
                first.word(),
                second.told()
            );
            (reason, Some(last + window.free_days))
        }
    };
    let is_maoi = |present: &Present<'_>| present.in_group(DrugGroup::Maoi, scene.parameters());
    let of = if is_maoi(first) && !is_maoi(second) { vec![second, first] } else { vec![first, second] };
    Finding { until, advice: window.advice, contraindicated: grade == Grade::Critical, ..Finding::new(window.id, grade, of, reason) }
}

/// Both at once. A drug that is still on the list though another is being ordered has to be confirmed as stopped (rules.md 1).
fn together(window: &Window, first: &Present<'_>, second: &Present<'_>) -> String {
    let needed = match window.free_days {
        0 => String::new(),
        1 => "; 1 free day needed".to_owned(),
        days => format!("; {days} free days needed"),
    };
    let listed = |present: &Present<'_>| match present.planned_end() {
        Some(end) => format!("{} on the list until {end}: confirm that it is stopped", present.name()),
        None => format!("{} on the list: confirm that it is stopped", present.name()),
    };
    match (first.how, second.how) {
        (How::Taken, How::Taken) => format!("at the same time; {}, {}{needed}", first.told(), second.told()),
        (How::Taken, _) => format!("{}, {}{needed}", second.told(), listed(first)),
        (_, How::Taken) => format!("{}, {}{needed}", first.told(), listed(second)),
        (_, _) => format!("at the same time; {}, {}{needed}", first.told(), second.told()),
    }
}
