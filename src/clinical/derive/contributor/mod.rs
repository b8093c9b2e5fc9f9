//! What else may keep the depression going (rules.md 8): one file a contributor.
//!
//! Each looks at the whole record and comes to a [`Verdict`]: a contributor or none, what is told beside it, and what could not be
//! judged because it was not had. `clear` and `not-checked` need the observations in full.

mod anemia;
mod chronic_illness;
mod chronic_pain;
mod depressogenic_drug;
mod lab;
mod pregnancy;
mod psychiatric_comorbidity;
mod sleep_apnea;
mod stressor;
mod substance_use;
#[cfg(test)]
mod tests;
mod thyroid;
mod thyroid_high;
mod thyroid_low;
mod verdict;
mod vitamin_d;
mod workup;

use serde::Serialize;

use super::Note;
use super::ground::Ground;
use crate::clinical::chart::{Extent, Kind};
use crate::clinical::units::SourceRef;
use verdict::Verdict;

pub use workup::{WorkupItem, WorkupStatus};

/// Another reason for not getting better (rules.md 8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Contributor {
    pub id: &'static str,
    pub status: ContributorStatus,
    pub treated: bool,
    pub weight: ContributorWeight,
    /// What it rests on, with value, unit and date. Values of the record in it are still unescaped.
    pub label: String,
    pub basis: Vec<SourceRef>,
    /// A few words of our own with the value, for a summary: nothing of the record's wording. `None` for what never stands in a
    /// summary, since screens are seen by others.
    #[serde(skip)]
    pub short: Option<String>,
}

impl Contributor {
    /// Whether it is there and nobody treats it.
    pub fn is_open(&self) -> bool {
        self.status == ContributorStatus::Present && !self.treated
    }

    /// Whether it raises the card by itself.
    pub fn raises_card(&self) -> bool {
        self.is_open() && self.weight != ContributorWeight::Line
    }
}

/// See [`Contributor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ContributorStatus {
    Present,
    NotChecked,
    Clear,
}

/// See [`Contributor`]; the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ContributorWeight {
    TreatFirst,
    Alongside,
    Line,
}

/// What the record says of other reasons for not getting better.
pub struct Judged {
    /// Every contributor, the strongest first.
    pub contributors: Vec<Contributor>,
    /// What belongs to judging a poor response, done or not.
    pub workup: Vec<WorkupItem>,
    /// What is told that no contributor holds.
    pub notes: Vec<Note>,
}

/// Judges every contributor.
pub fn judged(ground: &Ground<'_>) -> Judged {
    let all = [
        thyroid_low::verdict,
        thyroid_high::verdict,
        depressogenic_drug::verdict,
        anemia::verdict,
        sleep_apnea::verdict,
        substance_use::verdict,
        chronic_pain::verdict,
        stressor::verdict,
        vitamin_d::verdict,
        psychiatric_comorbidity::verdict,
        chronic_illness::verdict,
    ];
    let verdicts: Vec<Verdict> = all.iter().map(|verdict| verdict(ground)).collect();
    let (mut contributors, mut notes, mut not_judged) = (Vec::new(), Vec::new(), Vec::new());
    for verdict in verdicts {
        contributors.extend(verdict.contributor);
        notes.extend(verdict.notes);
        not_judged.extend(verdict.not_judged);
    }
    // stable: what is alike stays in the order above
    contributors.sort_by_key(|found| (found.status, found.treated, found.weight));
    if ground.chart.coverage.of(Kind::Conditions) != Extent::Full {
        not_judged.push("pain, stressors and other diagnoses");
    }
    if !not_judged.is_empty() {
        let text = format!("not judged as contributors, since not all of it was had: {}", not_judged.join(", "));
        notes.push(Note { id: "not-judged", text, basis: Vec::new() });
    }
    Judged { contributors, workup: workup::workup(ground), notes }
}
