//! What was had of each kind of fact, and what was not.

use std::collections::{BTreeMap, BTreeSet};

use crate::clinical::chart::{Chart, Extent, Gap, Kind};

/// The kind of fact that resources of a type are.
pub(super) fn kind_of(resource_type: &str) -> Option<Kind> {
    Some(match resource_type {
        "Patient" => Kind::Patient,
        "MedicationRequest" | "MedicationDispense" | "MedicationStatement" | "MedicationAdministration" | "MedicationOrder" => {
            Kind::Medications
        }
        "Condition" => Kind::Conditions,
        "Observation" | "QuestionnaireResponse" => Kind::Observations,
        "Procedure" => Kind::Procedures,
        "Encounter" => Kind::Encounters,
        "FamilyMemberHistory" => Kind::FamilyHistory,
        "AllergyIntolerance" => Kind::Allergies,
        "AdverseEvent" => Kind::AdverseEvents,
        _ => return None,
    })
}

/// The kind that a URL asks for, where it asks for one only.
pub(super) fn kind_asked(url: &str) -> Option<Kind> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let several = path.contains("$everything") || query.contains("include=");
    // of `Patient/1/Condition` the last
    path.split('/').rev().find_map(kind_of).filter(|_| !several)
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Patient => "patient data",
        Kind::Medications => "medicines",
        Kind::Conditions => "diagnoses",
        Kind::Observations => "scores and results",
        Kind::Procedures => "procedures",
        Kind::Encounters => "encounters",
        Kind::FamilyHistory => "family history",
        Kind::Allergies => "allergies and intolerances",
        Kind::AdverseEvents => "adverse events",
    }
}

/// What the prescriber calls the records of a type, where more than one type is of its kind.
fn records_of(resource_type: &str) -> Option<&'static str> {
    Some(match resource_type {
        "MedicationRequest" => "orders",
        "MedicationDispense" => "dispenses",
        "MedicationStatement" => "statements",
        "MedicationAdministration" => "administrations",
        "QuestionnaireResponse" => "filled-in questionnaires",
        _ => return None,
    })
}

/// What was had so far.
#[derive(Debug, Default)]
pub(super) struct Had {
    kinds: BTreeSet<Kind>,
    gaps: BTreeSet<Gap>,
    /// What was not sent of each kind, or not fetched and why, in words.
    not_had: BTreeMap<(Kind, Option<String>), BTreeSet<String>>,
}

impl Had {
    /// Notes that records of these kinds were asked for and answered.
    pub(super) fn answered(&mut self, kinds: &BTreeSet<Kind>) {
        self.kinds.extend(kinds);
    }

    /// Notes that a record of this kind came.
    pub(super) fn came(&mut self, kind: Kind) {
        self.kinds.insert(kind);
    }

    /// Takes back what was answered, unless it holds.
    pub(super) fn retain(&mut self, holds: impl Fn(Kind) -> bool) {
        self.kinds.retain(|kind| holds(*kind));
    }

    /// Notes what was not sent, or not fetched and why, of a key that asks for resources of this type.
    pub(super) fn not_had(&mut self, key: &str, resource_type: &str, kinds: &[Kind], why: Option<&str>) {
        for kind in kinds {
            let what = records_of(resource_type).map_or_else(|| format!("`{key}`"), str::to_owned);
            self.not_had.entry((*kind, why.map(str::to_owned))).or_default().insert(what);
        }
    }

    /// Notes that something of these kinds is lacking.
    pub(super) fn gap(&mut self, kinds: &BTreeSet<Kind>, why: &str) {
        self.gaps.extend(kinds.iter().map(|kind| Gap { kind: *kind, why: format!("{}: {why}", word(*kind)) }));
    }

    /// Tells the chart.
    pub(super) fn cover(mut self, chart: &mut Chart) {
        for ((kind, why), what) in std::mem::take(&mut self.not_had) {
            let what: Vec<String> = what.into_iter().collect();
            let listed = match what.as_slice() {
                [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
                _ => what.concat(),
            };
            let gap = match why {
                None => format!("no {listed} sent"),
                // Of these kinds there are several queries, and it matters which of them failed.
                Some(why) if matches!(kind, Kind::Medications | Kind::Observations) => format!("no {listed}: {why}"),
                Some(why) => why,
            };
            self.gap(&BTreeSet::from([kind]), &gap);
        }
        if chart.patient.is_none() {
            self.kinds.remove(&Kind::Patient);
        }
        for kind in Kind::ALL {
            let lost = self.gaps.iter().any(|gap| gap.kind == kind);
            let extent = match (self.kinds.contains(&kind), lost) {
                (true, false) => Extent::Full,
                (true, true) => Extent::Partial,
                (false, _) => Extent::None,
            };
            chart.coverage.set(kind, extent);
            if extent == Extent::None && !lost {
                self.gap(&BTreeSet::from([kind]), "none in the record");
            }
        }
        chart.coverage.gaps = self.gaps.into_iter().collect();
    }
}
