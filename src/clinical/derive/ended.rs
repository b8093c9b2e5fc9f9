//! Why a trial ended, as far as the record says.

use serde::Serialize;

use super::spell::Spell;
use crate::clinical::chart::StopReason;
use crate::clinical::units::SourceRef;

/// Why a trial ended, as far as the record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// Why.
    pub reason: EndReason,
    /// In the record's words, which may be empty: chart text, still unescaped.
    pub label: String,
    /// The records that say so; none for a trial that another took the place of.
    pub basis: Vec<SourceRef>,
}

/// See [`Ended`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// A side effect, an allergy or an intolerance.
    SideEffect,
    /// It did not work.
    NoEffect,
    /// Pregnancy or a wish for it.
    Pregnancy,
    /// Another reason, in the record's words.
    Other,
    /// It was stopped, and no reason is given.
    NotStated,
    /// A later antidepressant took its place (rules.md 3.3.6 a); no stop is on record.
    Replaced,
}

/// Why it ended: the stop that names a reason and was recorded last, else a stop without one, else the drug that took its place.
pub fn ended_because(spell: &Spell<'_>) -> Option<Ended> {
    if spell.ongoing {
        return None;
    }
    let stops = spell.records.iter().filter_map(|record| Some((*record, record.stop.as_ref()?)));
    let newest = stops.max_by_key(|(record, stop)| {
        let started = record.start.map(|start| start.first);
        (stop.reason != StopReason::Unstated, stop.day, started, &record.source)
    });
    let by_stop = newest.map(|(record, stop)| Ended {
        reason: match stop.reason {
            StopReason::SideEffect => EndReason::SideEffect,
            StopReason::NoEffect => EndReason::NoEffect,
            StopReason::Pregnancy => EndReason::Pregnancy,
            StopReason::Other => EndReason::Other,
            StopReason::Unstated => EndReason::NotStated,
        },
        label: stop.label.clone(),
        basis: vec![record.source.clone()],
    });
    let replaced = || spell.switched.then(|| Ended { reason: EndReason::Replaced, label: String::new(), basis: Vec::new() });
    by_stop.or_else(replaced)
}

#[cfg(test)]
mod tests;
