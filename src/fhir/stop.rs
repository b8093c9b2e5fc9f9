//! Why and when a medicine was stopped.

use crate::clinical::chart::{RecordState, Stop, StopReason};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Meaning;
use crate::clinical::units::When;

use super::medication_record::RecordView;
use super::reading::Reading;
use super::view::{Concept, Cursor, Faults, Leaf, Slot};

/// Why and when it was stopped, where status or reason say that it was.
pub(super) fn stop(reading: &Reading<'_, '_>, view: &RecordView<'_>, state: RecordState, end: Option<When>) -> Option<Stop> {
    let mut faults = Faults::default();
    // statusReason is one concept in a request and several in a statement or administration.
    let reasons: Vec<Concept<'_>> = match view.status_reason {
        Some(raw) if raw.get().starts_with('[') => {
            let mut all = Vec::new();
            Slot::put(&mut all, "statusReason", &mut Cursor::of(raw), &mut faults);
            all
        }
        Some(raw) => Concept::read(raw, &mut faults).into_iter().collect(),
        None => view.status_reason_concept.clone().into_iter().collect(),
    };
    let ended = matches!(state, RecordState::Stopped | RecordState::OnHold);
    let over = state == RecordState::Completed && !reasons.is_empty();
    if !ended && !over {
        return None;
    }
    let label = reasons.first().map(|reason| reason.label().to_owned()).unwrap_or_default();
    let reason = reasons.iter().map(|reason| stop_reason(reason, reading.knowledge)).min().unwrap_or(StopReason::Unstated);
    let day = end.map(|end| end.last).filter(|day| *day <= reading.as_of);
    Some(Stop { day, reason, label })
}

/// The reason by the codes of the standard value sets, else by plain words.
fn stop_reason(reason: &Concept<'_>, knowledge: &'static Knowledge) -> StopReason {
    let words = reason.wordings().map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" ");
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if reason.says(Meaning::StopSideEffect, knowledge) {
        StopReason::SideEffect
    } else if reason.says(Meaning::StopPregnancy, knowledge) || says(&["pregnan", "breastfeed"]) {
        StopReason::Pregnancy
    } else if says(&["side effect", "adverse", "intoleran", "allerg", "not tolerated", "nausea", "rash", "toxicity"]) {
        StopReason::SideEffect
    } else if says(&[
        "ineffective",
        "no effect",
        "not effective",
        "lack of effect",
        "no response",
        "lack of response",
        "did not work",
        "inadequate response",
    ]) {
        StopReason::NoEffect
    } else if words.is_empty() && reason.coding.is_empty() {
        StopReason::Unstated
    } else {
        StopReason::Other
    }
}
