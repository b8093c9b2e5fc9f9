//! What silences a card, and what the score of now says: questions that more than one card asks of the assessment.

use std::borrow::Cow;

use super::Situation;
use crate::clinical::derive::{
    self, Augmentation, BipolarState, ContributorStatus, ContributorWeight, IndicatorWeight, Marker, ScopeStatus, Severity, Trial,
};
use crate::clinical::units::{Day, Instrument};

/// How the patient is by the newest score (rules.md 4, the gate of current symptoms).
///
/// Only the PHQ-9 has the cut-offs of that gate. A newer score of another scale is shown, and counts as measured, but says nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symptoms {
    /// PHQ-9 of 10 or more.
    Active { recent: bool },
    /// PHQ-9 below 10.
    Mild,
    /// No score, or only on a scale without a cut-off here.
    Unknown,
}

/// How the tables begin what holds for older adults alone.
pub(super) const OLDER: &str = "older adults";

impl<'a> Situation<'a> {
    /// Whether unipolar cards may speak at all (rules.md 1.4): in scope, and no known bipolar disorder.
    pub(super) fn in_scope(self) -> bool {
        self.assessment.scope.status == ScopeStatus::InScope && self.assessment.bipolar.state != BipolarState::Known
    }

    /// Whether complete-trial and next-step may speak: a strong indicator of bipolar disorder that nobody has settled holds them back (rules.md 7).
    pub(super) fn unipolar(self) -> bool {
        self.in_scope() && !self.assessment.bipolar.is_strongly_open()
    }

    /// The strong indicators, each with the records it rests on.
    pub(super) fn strong_evidence(self) -> Vec<String> {
        let strong = self.assessment.bipolar.indicators.iter().filter(|indicator| indicator.weight == IndicatorWeight::Strong);
        strong.map(|indicator| indicator.basis.iter().fold(indicator.id.to_owned(), |text, source| format!("{text} {source}"))).collect()
    }

    /// How the patient is.
    pub(super) fn symptoms(self) -> Symptoms {
        let parameters = self.knowledge.parameters();
        match &self.assessment.current_score {
            Some(score) if score.instrument == Instrument::Phq9 && score.score >= parameters.phq9_active_at_least => {
                Symptoms::Active { recent: self.is_recent(score.date) }
            }
            Some(score) if score.instrument == Instrument::Phq9 => Symptoms::Mild,
            Some(_) | None => Symptoms::Unknown,
        }
    }

    /// Whether a score of this day still says how the patient is.
    pub(super) fn is_recent(self, day: Day) -> bool {
        self.assessment.as_of - day <= self.knowledge.parameters().phq9_recent_days
    }

    /// A text of the tables for this age: what it says of older adults stands in the place of the part before it, or is left out for those
    /// who are none. Kept as a whole where the age is not known.
    pub(super) fn for_age<'t>(self, text: &'t str) -> Cow<'t, str> {
        let Some(age) = self.assessment.patient.age_years else { return Cow::Borrowed(text) };
        if !text.contains(OLDER) {
            return Cow::Borrowed(text);
        }
        let mut told: Vec<&str> = Vec::new();
        for part in text.split("; ") {
            if !part.starts_with(OLDER) {
                told.push(part);
            } else if age >= self.older_from(part) {
                told.pop();
                told.push(part);
            }
        }
        Cow::Owned(told.join("; "))
    }

    /// From which age on a part of a text holds: the one that it names, `(from 65 years)`, `(above 60 years)`, else that of older adults.
    fn older_from(self, part: &str) -> i32 {
        let years = |word: &str| part.split_once(word)?.1.split(' ').next()?.parse::<i32>().ok();
        years("from ").or_else(|| Some(years("above ")? + 1)).unwrap_or(self.knowledge.parameters().older_from_age)
    }

    /// The current trial (rules.md 3.3.7).
    pub(super) fn current_trial(self) -> Option<&'a Trial> {
        self.assessment.current_trial.and_then(|index| self.assessment.trials.get(index))
    }

    /// Whether another reason for the poor response comes first.
    pub(super) fn treat_first(self) -> bool {
        self.assessment.contributors.iter().any(|contributor| {
            contributor.status == ContributorStatus::Present && contributor.weight == ContributorWeight::TreatFirst && !contributor.treated
        })
    }

    /// Whether a critical interaction names the drug of this trial.
    pub(super) fn endangered(self, trial: &Trial) -> bool {
        let names = |drug: &String| drug.eq_ignore_ascii_case(trial.drug.name());
        self.assessment.interactions.iter().any(|found| found.severity == Severity::Critical && found.drugs.iter().any(names))
    }

    /// The augmentation that is being taken and still too short to judge; the one begun last, if there are two.
    ///
    /// With more covered days than `augmentation_holds_days` it holds nothing back, whatever its dose (rules.md 3.5).
    pub(super) fn augmentation_in_progress(self) -> Option<&'a Augmentation> {
        let (needed, longest) =
            (self.knowledge.parameters().augmentation_adequate_days, self.knowledge.parameters().augmentation_holds_days);
        let short =
            |augmentation: &&Augmentation| augmentation.ongoing && augmentation.at_dose_days < needed && augmentation.days <= longest;
        self.assessment.augmentation.iter().filter(short).max_by_key(|augmentation| augmentation.start)
    }

    /// The day from which the latest increase of the dose may be judged, if that day is still to come (rules.md 3.4).
    pub(super) fn settles_on(self, trial: &Trial) -> Option<Day> {
        let settled = trial.last_increase? + (self.knowledge.parameters().dose_increase_settle_days - 1);
        (self.assessment.as_of < settled).then_some(settled)
    }

    /// Whether the dose is below the usual minimum and has been for long enough to say so (rules.md 10, variant `dose`).
    pub(super) fn below_minimum(self, trial: &Trial) -> bool {
        derive::below_minimum(trial, self.knowledge, self.assessment.as_of)
    }

    /// Whether the trial is below the minimum and has reached the maximum for this age and form: only a switch is left.
    pub(super) fn cannot_be_raised(self, trial: &Trial) -> bool {
        derive::cannot_be_raised(trial, self.assessment.patient.age_years, self.knowledge, self.assessment.as_of)
    }

    /// Whether the loss of response is certain enough to plan the next step: two scores, an adequate trial (rules.md 4).
    pub(super) fn response_lost(self, trial: &Trial) -> bool {
        use crate::clinical::derive::Adequacy;
        trial.has_marker(Marker::LossOfResponse) && trial.loss_confirmed && trial.adequacy == Adequacy::Adequate
    }
}
