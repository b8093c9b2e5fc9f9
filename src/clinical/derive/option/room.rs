//! How far the dose of a drug may be raised (rules.md 10, variant `dose`), and raising it as an option.

use super::super::fact::Fact;
use super::super::ground::Ground;
use super::super::state::Circumstances;
use super::super::{StepKind, TreatmentOption, Trial, Verdict};
use super::contraindication::{Limits, found};
use super::standing::{BIPOLAR_OPEN, Standing};
use super::{Reasoned, bare, judged};
use crate::clinical::knowledge::{Antidepressant, Effect, Knowledge};
use crate::clinical::units::{DailyDose, Form, Ingredient};

/// What this chart says of the dose of one drug.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoseLimits {
    /// The lowest maximum for this kidney, liver or age, apart from that of the dose table.
    pub cap: Option<DailyDose>,
    /// Why a rise is advised against, which is no maximum.
    pub no_rise: Vec<Fact>,
}

/// How far the dose of a trial may be raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoseRoom {
    /// The lowest maximum that applies: outside hospital, of the form, of the age, of kidney and liver, of interactions (rules.md 10). `None` where
    /// none is known.
    pub maximum: Option<DailyDose>,
    /// Whether a rise is advised against at this age or kidney function, which is no maximum (rules.md 10, variant `dose`).
    pub advised_against: bool,
}

impl DoseRoom {
    /// Whether the dose of the trial is at its maximum.
    pub fn is_exhausted(self, trial: &Trial) -> bool {
        self.maximum.zip(trial.current_dose).is_some_and(|(maximum, dose)| dose >= maximum)
    }
}

/// A dose with its unit: `50 mg`, `2 tablets`.
pub fn dose_text(dose: DailyDose, drug: Ingredient, knowledge: &Knowledge) -> String {
    let in_tablets = knowledge.antidepressant(drug).is_some_and(|row| row.unit.starts_with("tablet"));
    format!("{dose} {}", if in_tablets { "tablets" } else { "mg" })
}

/// How far the dose of this trial may be raised at this age, within what the chart said of it.
pub fn dose_room(trial: &Trial, age: Option<i32>, knowledge: &Knowledge) -> DoseRoom {
    let of_table = knowledge.antidepressant(trial.drug).and_then(|row| maximum(row, trial.current_form, age));
    let limits = &trial.dose_limits;
    let capped = trial.interaction_cap.as_ref().map(|cap| cap.maximum);
    DoseRoom { maximum: of_table.into_iter().chain(limits.cap).chain(capped).min(), advised_against: !limits.no_rise.is_empty() }
}

/// The lowest maximum of the dose table: outside hospital, of the form, of the age.
fn maximum(row: &Antidepressant, form: Form, age: Option<i32>) -> Option<DailyDose> {
    let of_form = row.maximum_by_form.iter().filter(|(own, _)| *own == form).map(|(_, dose)| *dose);
    let of_age = row.geriatric.filter(|geriatric| age.is_some_and(|age| age >= geriatric.from_age)).map(|geriatric| geriatric.maximum);
    row.outpatient_maximum.or(row.usual_maximum).into_iter().chain(of_form).chain(of_age).min()
}

/// What the chart says of the dose of this drug.
pub fn dose_limits(ground: &Ground<'_>, circumstances: &Circumstances, drug: Ingredient) -> DoseLimits {
    let mut limits = DoseLimits::default();
    for (_, limit) in ground.knowledge.limits_on(None, Some(drug)) {
        match limit.effect {
            Effect::Cap(cap) if !found(ground, circumstances, &limit.trigger).is_empty() => {
                limits.cap = limits.cap.into_iter().chain([cap]).min();
            }
            Effect::NoRise => limits.no_rise.extend(
                found(ground, circumstances, &limit.trigger)
                    .into_iter()
                    .map(|fact| Fact { text: format!("{}: {}", fact.text, limit.text), ..fact }),
            ),
            Effect::Cap(_) | Effect::Remove | Effect::Caution | Effect::Last | Effect::Line => {}
        }
    }
    limits
}

/// The class whose doses are raised by blood level.
const TRICYCLIC: &str = "tca";

/// No code for a level of these drugs was verified, so none is read (note of the option table); "none on file" would claim too much.
const NO_LEVEL: &str = "; blood level: not read here";

/// Raising the dose of the current drug.
pub(super) fn optimise(ground: &Ground<'_>, standing: &Standing<'_>, limits: &Limits<'_>) -> Option<TreatmentOption> {
    let trial = ground.current_trial()?;
    let room = dose_room(trial, ground.age, ground.knowledge);
    let mut weighed = limits.weighed(None, Some(trial.drug));
    let mut against = std::mem::take(&mut weighed.removed);
    // with a strong indicator nothing is raised before the question is settled (rules.md 7)
    against.extend(standing.bipolar_strong.then(|| Reasoned::plain(BIPOLAR_OPEN)));
    against.extend(trial.dose_limits.no_rise.iter().cloned().map(|fact| Reasoned { text: fact.text, basis: fact.basis }));
    let text = |dose| dose_text(dose, trial.drug, ground.knowledge);
    let row = ground.knowledge.antidepressant(trial.drug);
    match (trial.current_dose, room.maximum) {
        (None, _) => weighed.untested.push(Reasoned::plain("not checked: the present dose cannot be read")),
        (Some(_), None) => weighed.untested.push(Reasoned::plain("not checked: no maximum is known for it")),
        (Some(dose), Some(maximum)) if dose >= maximum => {
            let why = trial.interaction_cap.as_ref().filter(|cap| cap.maximum == maximum);
            let why = why.map(|cap| format!(" (not {})", cap.reason)).unwrap_or_default();
            against.push(Reasoned::plain(format!("{} a day is its maximum here{why}", text(maximum))));
        }
        (Some(dose), Some(maximum)) => {
            let level = row.filter(|row| row.class == TRICYCLIC).map(|_| NO_LEVEL).unwrap_or_default();
            weighed.lines.insert(0, Reasoned::plain(format!("now {dose}, room to {}{level}", text(maximum))));
        }
    }
    let (verdict, reasons) = judged(against, weighed, Vec::new());
    let mut option = bare(ground.knowledge.profile(trial.drug).id, trial.drug.name(), StepKind::Optimise, verdict, reasons);
    option.drug = Some(trial.drug);
    if verdict != Verdict::LeftOut {
        option.titration = row.map(|row| row.titration).filter(|text| !text.is_empty());
    }
    Some(option)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maximum_of(name: &'static str, form: Form, age: i32) -> Option<f64> {
        let row = Knowledge::builtin().antidepressant(Ingredient::named(name)).expect("an antidepressant of the tables");
        maximum(row, form, Some(age)).map(DailyDose::mg)
    }

    #[test]
    fn the_lowest_maximum_of_setting_form_and_age_holds() {
        assert_eq!(maximum_of("sertraline", Form::Unknown, 80), Some(200.0));
        assert_eq!(maximum_of("venlafaxine", Form::Immediate, 34), Some(225.0), "outside hospital");
        assert_eq!(maximum_of("paroxetine", Form::Immediate, 34), Some(50.0));
        assert_eq!(maximum_of("trazodone", Form::ExtendedRelease, 34), Some(375.0));
        assert_eq!(maximum_of("citalopram", Form::Unknown, 60), Some(40.0));
        assert_eq!(maximum_of("citalopram", Form::Unknown, 61), Some(20.0));
    }
}
