//! Orders being chosen or signed, set against the chart (rules.md 1, "Draft orders").
//!
//! Read as if the drug were taken from today at the ordered dose; never exposure. Only antidepressants and augmenters are told here:
//! what endangers beside them is asked in `interaction`, of every drug.

use serde::Serialize;

use super::ground::Ground;
use super::supply::{Wanted, doses};
use super::{Adequacy, Certainty};
use crate::clinical::chart::{Component, Extent, Kind, MedicationRecord};
use crate::clinical::knowledge::TrialUse;
use crate::clinical::units::{ConditionGroup, DailyDose, DrugGroup, Ingredient, ProductUse, SourceRef};

/// An antidepressant or augmenter that is being ordered, and what the order would be in this chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DraftOrder {
    /// Which drug.
    pub drug: Ingredient,
    /// Its RxNorm ingredient.
    pub rxnorm: Option<&'static str>,
    /// The daily dose it begins with; `None` where the order does not say or cannot be read.
    #[serde(rename = "mgPerDay")]
    pub dose: Option<DailyDose>,
    /// What the order would be.
    pub role: DraftRole,
    /// Whether the drug is an antidepressant; else it is an augmenter.
    pub antidepressant: bool,
    /// Whether the trial that it would change is not adequate yet; `No` where it would change none.
    pub before_adequate: Certainty,
    /// Whether it would be taken without a mood stabiliser (taken, or ordered with it).
    pub alone: Certainty,
    /// The order.
    pub basis: Vec<SourceRef>,
    /// Which of `trials` it would change.
    #[serde(skip)]
    pub trial: Option<usize>,
    /// Which of `trials` is its adequate trial of this episode without enough response, the latest; of a new order only.
    #[serde(rename = "alreadyFailed", serialize_with = "is_some")]
    pub failed_trial: Option<usize>,
}

#[allow(clippy::ref_option, reason = "the signature that serde asks for")]
fn is_some<S: serde::Serializer>(trial: &Option<usize>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(trial.is_some())
}

/// What an order would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DraftRole {
    /// The drug is taken, or its lapsed trial is the current one: a renewal, or another dose.
    Continuation,
    /// Another antidepressant than the one under trial. A switch or a combination: an order alone does not say which.
    Switch,
    /// An augmenter beside the antidepressant under trial.
    Augmentation,
    /// No antidepressant is under trial.
    Start,
    /// A low dose, a product or a diagnosis that stands for another use (rules.md 3.2, 3.5); also where the dose that would tell is unknown.
    OtherUse,
}

/// The orders of the chart, one entry a drug and order, by drug, then order.
pub fn drafts(ground: &Ground<'_>) -> Vec<DraftOrder> {
    let parts = ground.chart.drafts.iter().flat_map(|record| record.medicine.components.iter().map(move |part| (record, *part)));
    let mut drafts: Vec<DraftOrder> = parts.filter_map(|(record, part)| draft(ground, record, part)).collect();
    drafts.sort_by(|a, b| (a.drug, &a.basis).cmp(&(b.drug, &b.basis)));
    drafts
}

fn draft(ground: &Ground<'_>, record: &MedicationRecord, part: Component) -> Option<DraftOrder> {
    let drug = part.ingredient;
    let row = ground.knowledge.antidepressant(drug);
    let antidepressant = row.is_some_and(|row| matches!(row.trial_use, TrialUse::Trial | TrialUse::WithDepressionCode));
    if !antidepressant && !ground.knowledge.is_augmenter(drug) {
        return None;
    }
    let doses = ordered_doses(ground, record, part);
    // a floor is held against the highest dose, as of a trial (rules.md 3.2)
    let highest = doses.iter().copied().flatten().max();
    let role = role(ground, record, drug, highest, antidepressant);
    let new = matches!(role, DraftRole::Switch | DraftRole::Start);
    let trial = ground.current.filter(|_| matches!(role, DraftRole::Switch | DraftRole::Augmentation));
    Some(DraftOrder {
        drug,
        rxnorm: ground.knowledge.rxnorm(drug),
        dose: doses.first().copied().flatten(),
        role,
        antidepressant,
        before_adequate: trial.map_or(Certainty::No, |index| match ground.trials[index].adequacy {
            Adequacy::Adequate => Certainty::No,
            Adequacy::Inadequate | Adequacy::InProgress => Certainty::Yes,
            Adequacy::Unknown => Certainty::Undetermined,
        }),
        alone: alone(ground),
        basis: vec![record.source.clone()],
        trial,
        failed_trial: ground.trials.iter().rposition(|trial| new && trial.drug == drug && trial.failed),
    })
}

/// The daily doses that the order names, one after the other.
fn ordered_doses(ground: &Ground<'_>, record: &MedicationRecord, part: Component) -> Vec<Option<DailyDose>> {
    let minimum = match ground.knowledge.antidepressant(part.ingredient) {
        Some(row) => row.minimum(record.medicine.form),
        None => ground.knowledge.augmentation_minimum(part.ingredient),
    };
    doses(record, Wanted { strength: part.strength, minimum })
}

/// The first that applies.
fn role(ground: &Ground<'_>, record: &MedicationRecord, drug: Ingredient, highest: Option<DailyDose>, antidepressant: bool) -> DraftRole {
    let current = ground.current_trial();
    if ground.takes(drug) || current.is_some_and(|trial| trial.drug == drug) {
        DraftRole::Continuation
    } else if is_other_use(ground, record, drug, highest) {
        DraftRole::OtherUse
    } else {
        match (current, antidepressant) {
            (None, _) => DraftRole::Start,
            (Some(_), true) => DraftRole::Switch,
            (Some(_), false) => DraftRole::Augmentation,
        }
    }
}

fn is_other_use(ground: &Ground<'_>, record: &MedicationRecord, drug: Ingredient, highest: Option<DailyDose>) -> bool {
    let floor = ground.knowledge.antidepressant(drug).and_then(|row| row.floor);
    let by_product = match record.medicine.product_use {
        ProductUse::Ordinary => false,
        ProductUse::NeverATrial => true,
        ProductUse::NeedsDepressionCode => !super::scope::has_depression_diagnosis(ground.chart),
    };
    let by_diagnosis = ground.knowledge.in_group(drug, DrugGroup::MoodStabiliser)
        && ground.current_conditions(ConditionGroup::IndicationOtherThanMood).next().is_some();
    by_product || by_diagnosis || floor.is_some_and(|floor| highest.is_none_or(|highest| highest < floor))
}

/// Whether no mood stabiliser stands beside what is ordered. None found is said only where all medicines were had.
fn alone(ground: &Ground<'_>) -> Certainty {
    let stabilises = |drug: Ingredient| ground.knowledge.in_group(drug, DrugGroup::MoodStabiliser);
    let taken = ground.being_taken().any(|taken| stabilises(taken.ingredient));
    let mut ordered = ground.chart.drafts.iter().flat_map(|record| &record.medicine.components);
    if taken || ordered.any(|part| stabilises(part.ingredient)) {
        Certainty::No
    } else if ground.chart.coverage.of(Kind::Medications) == Extent::Full {
        Certainty::Yes
    } else {
        Certainty::Undetermined
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{Assessment, assess};
    use super::*;
    use crate::clinical::chart::{Amount, Chart, Screening, Step};
    use crate::clinical::knowledge::Knowledge;
    use crate::clinical::units::Form;

    fn judged(medications: Vec<MedicationRecord>, drafts: Vec<MedicationRecord>) -> Assessment {
        assess(&ordering(chart(medications, Vec::new()), drafts), Knowledge::builtin(), day(TODAY))
    }

    fn ordering(chart: Chart, drafts: Vec<MedicationRecord>) -> Chart {
        Chart { drafts, ..chart }
    }

    /// An order being written today.
    fn order(name: &str, mg: f64) -> MedicationRecord {
        ordered("draft", name, mg, TODAY)
    }

    fn one(medications: Vec<MedicationRecord>, draft: MedicationRecord) -> DraftOrder {
        let mut drafts = judged(medications, vec![draft]).drafts;
        assert_eq!(drafts.len(), 1, "{drafts:#?}");
        drafts.remove(0)
    }

    /// Sertraline 50 mg, supplied for so many days up to today and a month on.
    fn sertraline(start: &str) -> Vec<MedicationRecord> {
        vec![dispensed("1", "sertraline", 50.0, start, 120)]
    }

    // rule 10/order-is-no-exposure: speaks
    #[test]
    fn a_draft_is_told_and_is_never_exposure() {
        let with = judged(sertraline("2026-02-01"), vec![order("mirtazapine", 15.0)]);
        let without = judged(sertraline("2026-02-01"), Vec::new());
        assert_eq!(with.drafts.len(), 1);
        assert_eq!((&with.trials, with.current_trial, &with.augmentation), (&without.trials, without.current_trial, &without.augmentation));
        assert_eq!(with.drafts[0].dose.map(DailyDose::mg), Some(15.0));
        assert_eq!(with.drafts[0].basis, [SourceRef::new("MedicationRequest/draft")]);
    }

    // rule 10/order-renewal: silent
    #[test]
    fn a_renewal_or_another_dose_is_a_continuation() {
        for mg in [25.0, 50.0, 100.0] {
            let renewal = one(sertraline("2026-02-01"), order("sertraline", mg));
            assert_eq!((renewal.role, renewal.before_adequate, renewal.trial), (DraftRole::Continuation, Certainty::No, None), "{mg}");
        }
        // supply that ran out 20 days ago: the lapsed trial is still the current one
        let lapsed = one(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 72)], order("sertraline", 50.0));
        assert_eq!(lapsed.role, DraftRole::Continuation);
    }

    #[test]
    fn another_antidepressant_is_a_switch_and_before_day_42_too_early() {
        let early = one(sertraline("2026-01-21"), order("mirtazapine", 15.0));
        assert_eq!((early.role, early.before_adequate, early.trial), (DraftRole::Switch, Certainty::Yes, Some(0)));
        let adequate = one(sertraline("2026-01-20"), order("mirtazapine", 15.0));
        assert_eq!((adequate.role, adequate.before_adequate), (DraftRole::Switch, Certainty::No));
        let mut unknown_dose = dispensed("1", "sertraline", 50.0, "2026-01-10", 120);
        unknown_dose.instruction.steps = vec![Step { amount: Amount::Unknown, length: None, first: None, last: None }];
        unknown_dose.quantity = None;
        assert_eq!(one(vec![unknown_dose], order("mirtazapine", 15.0)).before_adequate, Certainty::Undetermined);
    }

    #[test]
    fn an_augmenter_is_an_augmentation_only_beside_a_trial() {
        let beside = one(sertraline("2026-02-01"), order("aripiprazole", 2.0));
        assert_eq!((beside.role, beside.antidepressant, beside.before_adequate), (DraftRole::Augmentation, false, Certainty::Yes));
        let by_itself = one(Vec::new(), order("aripiprazole", 2.0));
        assert_eq!((by_itself.role, by_itself.before_adequate), (DraftRole::Start, Certainty::No));
        assert_eq!(one(Vec::new(), order("mirtazapine", 15.0)).role, DraftRole::Start);
    }

    // rule 10/order-other-use: silent
    // rule 10/order-other-use: speaks
    #[test]
    fn a_low_dose_for_sleep_is_another_use() {
        let floor = Knowledge::builtin().antidepressant(drug("trazodone")).and_then(|row| row.floor).expect("a floor").mg();
        assert_eq!(one(sertraline("2026-02-01"), order("trazodone", floor - 1.0)).role, DraftRole::OtherUse);
        assert_eq!(one(sertraline("2026-02-01"), order("trazodone", floor)).role, DraftRole::Switch);
        let rises = |mg: f64| one(sertraline("2026-02-01"), rising("draft", "trazodone", mg, TODAY));
        assert_eq!(rises(floor / 2.0 - 1.0).role, DraftRole::OtherUse);
        let raised = rises(floor / 2.0);
        assert_eq!((raised.role, raised.dose.map(DailyDose::mg)), (DraftRole::Switch, Some(floor / 2.0)), "it begins with half of it");
        let mut as_needed = order("trazodone", floor);
        as_needed.instruction.as_needed = true;
        assert_eq!(one(sertraline("2026-02-01"), as_needed).role, DraftRole::OtherUse);
        let mut smoking = order("bupropion", 150.0);
        smoking.medicine.product_use = ProductUse::NeverATrial;
        assert_eq!(one(sertraline("2026-02-01"), smoking).role, DraftRole::OtherUse);
    }

    #[test]
    fn lamotrigine_for_epilepsy_is_another_use() {
        let lamotrigine = |conditions: &[ConditionGroup]| {
            let mut chart = chart(sertraline("2026-02-01"), Vec::new());
            chart.conditions.extend(conditions.iter().map(|group| condition(*group)));
            assess(&ordering(chart, vec![order("lamotrigine", 25.0)]), Knowledge::builtin(), day(TODAY)).drafts.remove(0).role
        };
        assert_eq!(lamotrigine(&[ConditionGroup::IndicationOtherThanMood]), DraftRole::OtherUse);
        assert_eq!(lamotrigine(&[]), DraftRole::Augmentation);
    }

    #[test]
    fn a_drug_that_failed_in_this_episode_is_known_again() {
        let scores = |end: u8| -> Vec<Screening> { vec![phq9("a", 20, "2025-06-01"), phq9("b", end, "2025-09-20")] };
        let again = |end: u8, name: &str| {
            let chart = chart(vec![dispensed("1", "citalopram", 20.0, "2025-06-01", 120)], scores(end));
            assess(&ordering(chart, vec![order(name, 20.0)]), Knowledge::builtin(), day(TODAY)).drafts.remove(0).failed_trial
        };
        assert_eq!(again(18, "citalopram"), Some(0));
        assert_eq!(again(4, "citalopram"), None);
        assert_eq!(again(18, "fluoxetine"), None);
    }

    #[test]
    fn alone_is_said_only_where_every_medicine_was_had() {
        let alone = |medications: Vec<MedicationRecord>, drafts: Vec<MedicationRecord>, extent| {
            let mut chart = ordering(chart(medications, Vec::new()), drafts);
            chart.coverage.set(Kind::Medications, extent);
            let drafts = assess(&chart, Knowledge::builtin(), day(TODAY)).drafts;
            drafts.iter().find(|draft| draft.antidepressant).expect("an antidepressant").alone
        };
        let sertraline = || vec![order("sertraline", 50.0)];
        assert_eq!(alone(Vec::new(), sertraline(), Extent::Full), Certainty::Yes);
        assert_eq!(alone(Vec::new(), sertraline(), Extent::Partial), Certainty::Undetermined);
        let lithium = || dispensed("9", "lithium", 300.0, "2026-02-01", 60);
        assert_eq!(alone(vec![lithium()], sertraline(), Extent::Full), Certainty::No);
        assert_eq!(alone(Vec::new(), vec![order("sertraline", 50.0), order("lithium", 300.0)], Extent::Full), Certainty::No);
    }

    #[test]
    fn a_dose_that_cannot_be_read_is_unknown_and_other_drugs_are_not_told() {
        let mut unclear = order("sertraline", 50.0);
        unclear.instruction.steps = vec![Step { amount: Amount::Unknown, length: None, first: None, last: None }];
        unclear.medicine.form = Form::Unknown;
        assert_eq!(one(Vec::new(), unclear).dose, None);
        assert!(judged(Vec::new(), vec![order("ibuprofen", 400.0)]).drafts.is_empty());
    }
}
