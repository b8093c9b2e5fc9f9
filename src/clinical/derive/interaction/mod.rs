//! Combinations and doses that endanger (rules.md 9.1, 9.2).
//!
//! Drugs taken, drugs being ordered and a drug only thought of stand in one list of who is present; the rows of the tables run over
//! that list. So a draft order and an option are judged by the very rows that judge what is taken.

mod cap;
mod condition;
mod finding;
mod lithium;
mod pair;
mod present;
mod qt;
mod scene;
mod serotonin;
mod window;

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::ground::Ground;
use crate::clinical::knowledge::Grade;
use crate::clinical::units::{DailyDose, Day, Ingredient, SourceRef};

use finding::Finding;
pub(super) use scene::Scene;

/// A combination or dose that endangers (rules.md 9).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Interaction {
    /// How loud.
    pub severity: Severity,
    /// The row of the tables; rows of the rules that need more than a table have a name here: `lithium-level`.
    pub id: &'static str,
    /// The drugs, by name.
    pub drugs: Vec<String>,
    /// The records it rests on.
    pub basis: Vec<SourceRef>,
    /// Why, with facts and dates, without the names of the drugs where they go without saying.
    pub reason: String,
    /// What may be done about it.
    pub advice: String,
    /// Since when the facts are as they are; `None` where that cannot be told.
    pub since: Option<Day>,
    /// The last day of it, where a window closes by itself.
    pub until: Option<Day>,
    /// Whether it names a drug that is being ordered now.
    pub draft: bool,
    /// Whether it rests on a drug known by text only (rules.md 3.6).
    pub text_entry: bool,
    /// Whether the label excludes it, whatever the severity: as an option the drug is out.
    pub contraindicated: bool,
}

/// See [`Interaction`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Severity {
    Critical,
    Warning,
    Info,
}

/// A row of grade "line": told where its drugs are talked of, raises nothing (rules.md 17).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InteractionLine {
    /// The row.
    pub id: &'static str,
    /// The drugs, by name.
    pub drugs: Vec<String>,
    /// What is told.
    pub text: String,
    /// The records it rests on.
    pub basis: Vec<SourceRef>,
}

/// A row that could not be evaluated for want of data: never a "no".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotChecked {
    /// The row.
    pub id: &'static str,
    /// The drugs it would be about.
    pub drugs: Vec<String>,
    /// What was not had: `QTc`, `dose of vortioxetine`.
    pub what: String,
}

/// What the rows say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interactions {
    /// What raises a card or an entry, the gravest first, then by row and drugs.
    pub found: Vec<Interaction>,
    /// What is only told.
    pub lines: Vec<InteractionLine>,
    /// What could not be told.
    pub not_checked: Vec<NotChecked>,
}

/// The most of a drug a day that its interactions and circumstances allow this patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InteractionCap {
    /// This much a day.
    pub maximum: DailyDose,
    /// Why: `above 20 mg a day over age 60`, with the other drug where there is one.
    pub reason: String,
}

/// Every interaction that stands today, of what is taken and what is being ordered.
pub fn interactions(ground: &Ground<'_>) -> Interactions {
    Scene::new(ground).interactions()
}

/// How far interactions and circumstances let the dose of each ongoing trial go.
pub(super) fn caps_of(ground: &Ground<'_>) -> Vec<Option<InteractionCap>> {
    let scene = Scene::new(ground);
    ground.trials.iter().map(|trial| scene.cap(trial.drug).filter(|_| trial.ongoing)).collect()
}

impl Scene<'_> {
    /// What every row says of a drug that is only thought of, with it in the place of one of the two (rules.md 9.3).
    ///
    /// For a switch `without` is the current drug, which is thought away.
    pub fn interactions_of(&self, drug: Ingredient, without: Option<Ingredient>) -> Interactions {
        self.with_option(drug, without).interactions()
    }

    /// What every row says: of an option only what names it.
    pub fn interactions(&self) -> Interactions {
        let mut rows = finding::Rows::default();
        window::windows(self, &mut rows);
        pair::pairs(self, &mut rows);
        serotonin::two_reuptake_inhibitors(self, &mut rows);
        cap::caps(self, &mut rows);
        qt::qt(self, &mut rows);
        condition::conditions(self, &mut rows);
        lithium::lithium(self, &mut rows);
        rows.told(self)
    }
}

impl Interaction {
    fn of(finding: Finding<'_>, severity: Severity) -> Interaction {
        Interaction {
            severity,
            id: finding.id,
            drugs: finding.names(),
            basis: finding.basis(),
            draft: finding.of.iter().any(|drug| drug.is_draft()),
            text_entry: finding.of.iter().any(|drug| drug.text),
            since: finding.since,
            until: finding.until,
            contraindicated: finding.contraindicated,
            reason: finding.reason,
            advice: finding.advice.to_owned(),
        }
    }
}

const fn severity(grade: Grade) -> Option<Severity> {
    match grade {
        Grade::Critical => Some(Severity::Critical),
        Grade::Warning => Some(Severity::Warning),
        Grade::Info => Some(Severity::Info),
        Grade::Line => None,
    }
}
