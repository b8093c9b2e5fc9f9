//! The stages of Thase and Rush: the highest whose lower stages are all met (rules.md 6).

use std::collections::BTreeSet;

use super::super::CourseKind;
use super::super::ground::Ground;
use crate::clinical::chart::{Extent, Kind, ProcedureKind};

/// The class of the dose table that stage III asks for.
const TRICYCLIC: &str = "tca";

/// The class of the dose table that stage IV asks for.
const MAO_INHIBITOR: &str = "maoi";

/// Of the electrodes of a course of ECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placement {
    NoCourse,
    Unilateral,
    Bilateral,
    Unknown,
}

/// The stage, 0 to 5; `None` without an episode, where no medicines were had, and where the last step hangs on electrodes that the
/// record does not place.
pub fn stage(ground: &Ground<'_>) -> Option<u8> {
    ground.episode?;
    if ground.chart.coverage.of(Kind::Medications) == Extent::None {
        return None;
    }
    let classes: BTreeSet<&str> =
        ground.counted.iter().filter_map(|drug| ground.knowledge.antidepressant(*drug)).map(|row| row.class).collect();
    let met = [!classes.is_empty(), classes.len() > 1, classes.contains(TRICYCLIC), classes.contains(MAO_INHIBITOR)];
    let reached = met.iter().take_while(|met| **met).count() as u8;
    match placement(ground) {
        _ if usize::from(reached) < met.len() => Some(reached),
        Placement::Bilateral => Some(reached + 1),
        Placement::NoCourse | Placement::Unilateral => Some(reached),
        Placement::Unknown => None,
    }
}

/// How the ECT of this episode was given, by the words of its sessions.
fn placement(ground: &Ground<'_>) -> Placement {
    let in_episode = |last| ground.episode.is_some_and(|episode| last >= episode.start);
    if !ground.courses.iter().any(|course| course.kind == CourseKind::Ect && in_episode(course.last)) {
        return Placement::NoCourse;
    }
    let sessions = ground.chart.procedures.iter().filter(|procedure| {
        procedure.kind == ProcedureKind::Ect && procedure.when.is_some_and(|when| when.first <= ground.as_of && in_episode(when.last))
    });
    let words: Vec<String> = sessions.map(|session| session.label.to_lowercase()).collect();
    let any = |word: &str| words.iter().any(|text| text.contains(word));
    if any("bilateral") || any("bifrontal") || any("bitemporal") {
        Placement::Bilateral
    } else if !words.is_empty() && words.iter().all(|text| text.contains("unilateral")) {
        Placement::Unilateral
    } else {
        Placement::Unknown
    }
}
