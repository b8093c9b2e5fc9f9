//! Days on which an antidepressant was begun or raised: what a mania is held against (rules.md 7).

use crate::clinical::chart::MedicationRecord;
use crate::clinical::knowledge::TrialUse;
use crate::clinical::units::{Day, Ingredient, ProductUse, SourceRef};

use super::super::ground::Ground;
use super::super::supply::{Wanted, doses};
use super::super::{Reason, Trial};

/// An antidepressant begun or raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Which drug.
    pub drug: Ingredient,
    /// The first day, or the day of the higher dose.
    pub day: Day,
    /// A higher dose, not the first.
    pub raised: bool,
    /// Whether the drug is still taken, or being ordered now.
    pub still_taken: bool,
    /// The records.
    pub basis: Vec<SourceRef>,
}

/// The antidepressant trials of the record: low doses and other uses are none (rules.md 3.2), nor is a text entry beside coded ones.
pub fn antidepressants<'a>(ground: &Ground<'a>) -> impl Iterator<Item = &'a Trial> + use<'a> {
    let coded = ground.trials.iter().any(is_coded);
    ground.trials.iter().filter(move |trial| !trial.has_reason(Reason::NotATrial) && (!coded || !trial.has_reason(Reason::UncodedDrug)))
}

fn is_coded(trial: &Trial) -> bool {
    !trial.has_reason(Reason::UncodedDrug) && !trial.has_reason(Reason::NotATrial)
}

/// Every beginning up to today, in order; a draft order begins today (rules.md 1).
pub fn beginnings(ground: &Ground<'_>) -> Vec<Beginning> {
    let mut all: Vec<Beginning> = antidepressants(ground).flat_map(of_trial).collect();
    all.extend(ordered(ground).map(|(drug, draft)| Beginning {
        drug,
        day: ground.as_of,
        raised: ground.takes(drug),
        still_taken: true,
        basis: vec![draft.source.clone()],
    }));
    all.sort_by(|a, b| (a.day, a.drug, &a.basis).cmp(&(b.day, b.drug, &b.basis)));
    all
}

fn of_trial(trial: &Trial) -> Vec<Beginning> {
    let at = |day: Day, raised: bool| Beginning {
        drug: trial.drug,
        day,
        raised,
        still_taken: trial.ongoing,
        basis: trial.basis.iter().filter(|source| !source.as_str().starts_with("Observation/")).cloned().collect(),
    };
    let raises = trial.doses.windows(2).filter_map(|pair| match pair {
        [before, after] => (before.mg_per_day? < after.mg_per_day?).then_some(at(after.start, true)),
        _ => None,
    });
    trial.start.map(|day| at(day, false)).into_iter().chain(raises).collect()
}

/// The antidepressants being ordered that are new, or higher than what is taken.
pub fn ordered<'a>(ground: &Ground<'a>) -> impl Iterator<Item = (Ingredient, &'a MedicationRecord)> + use<'a> {
    let ground = *ground;
    let drafts = ground.chart.drafts.iter().filter(|draft| draft.medicine.product_use != ProductUse::NeverATrial);
    drafts.flat_map(move |draft| {
        let components = draft.medicine.components.iter();
        components.filter_map(move |component| {
            let drug = component.ingredient;
            let row = ground.knowledge.antidepressant(drug)?;
            let is_trial = matches!(row.trial_use, TrialUse::Trial | TrialUse::WithDepressionCode);
            let wanted = Wanted { strength: component.strength, minimum: row.minimum(draft.medicine.form) };
            let highest = doses(draft, wanted).into_iter().flatten().max();
            let taken = antidepressants(&ground).find(|trial| trial.drug == drug && trial.ongoing);
            // a renewal at the dose that is taken begins nothing
            let begins = taken.is_none_or(|trial| trial.current_dose.zip(highest).is_some_and(|(current, next)| next > current));
            (is_trial && begins).then_some((drug, draft))
        })
    })
}

/// Whether an antidepressant was, or may have been, taken on a day, having begun at least so many days before.
///
/// One whose dates cannot be told may have been: what excuses another drug is then not known to be absent.
pub fn may_have_been_taken(ground: &Ground<'_>, day: Day, since: i32) -> bool {
    let grace = ground.parameters().ongoing_grace_days;
    ground.trials.iter().filter(|trial| !trial.has_reason(Reason::NotATrial)).any(|trial| {
        let began = trial.start.is_none_or(|start| start <= day - since);
        let lasted = trial.last_covered.is_none_or(|last| last + grace >= day);
        began && lasted
    })
}
