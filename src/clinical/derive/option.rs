//! The next steps there are for this patient: every row of the option table, with what speaks against it (rules.md 9.3).
//!
//! Not tested yet: contraindications, interactions, pregnancy. What was not tested is said beside each option it could remove,
//! and makes its verdict `caution`.

use super::Hint;
use super::assessment::{Adequacy, Augmentation, Marker, Response, StepKind, TreatmentOption, Trial, Verdict};
use crate::clinical::knowledge::{Antidepressant, Knowledge, Offer, OptionKind, OptionRow};
use crate::clinical::units::{DailyDose, Day, Form, Ingredient};

const UNTESTED: &str = "not checked: contraindications and interactions";

/// What the options are fitted to.
pub struct OptionGround<'a> {
    /// Every trial.
    pub trials: &'a [Trial],
    /// The current one.
    pub current: Option<usize>,
    /// The counted failures (rules.md 4).
    pub counted: &'a [Ingredient],
    /// Every augmentation.
    pub augmentation: &'a [Augmentation],
    /// Every drug that is being taken, whatever for.
    pub taken: &'a [Ingredient],
    /// What symptoms say of a drug: the last tie-break within a guideline line (rules.md 10 and 12).
    pub hints: &'a [Hint],
    /// Whether the patient is in scope: else there are no options.
    pub in_scope: bool,
    /// Whether there is a strong bipolar indicator.
    pub bipolar_strong: bool,
    /// Whether a trial was not tolerated or cannot be raised, which allows a switch without any failure (tier 0).
    pub tier_zero: bool,
    /// The day.
    pub as_of: Day,
    /// The patient's age.
    pub age: Option<i32>,
    /// The tables.
    pub knowledge: &'a Knowledge,
}

/// The options, by kind; within a kind those that are left out last, then what was not tried, then by guideline line.
pub fn options(ground: &OptionGround<'_>) -> Vec<TreatmentOption> {
    if !ground.in_scope {
        return Vec::new();
    }
    let rows = ground.knowledge.options().iter().filter(|row| row.offer == Offer::Option);
    let mut ranked: Vec<(Rank, TreatmentOption)> = rows
        .flat_map(|row| candidates(row).into_iter().map(move |candidate| ground.row_option(row, candidate)))
        .chain(ground.optimise().map(|option| (Rank::default(), option)))
        .chain([(Rank::default(), ground.referral())])
        .collect();
    ranked.sort_by_key(|(rank, option)| (option.kind, option.verdict == Verdict::LeftOut, *rank));
    ranked.into_iter().map(|(_, option)| option).collect()
}

/// The order within a kind: what was not tried first, then the guideline line, then what symptoms say, then the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    tried: bool,
    line: u8,
    hint: Leaning,
}

/// What symptoms say of an option. One hint against outweighs those for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Leaning {
    For,
    #[default]
    None,
    Against,
}

/// One option of a row: its id and, where it is one, its drug.
struct Candidate {
    id: String,
    drug: Option<Ingredient>,
}

/// A row of a class stands once per drug; every other row is one option under the name of the row.
fn candidates(row: &OptionRow) -> Vec<Candidate> {
    if row.kind == OptionKind::Switch && row.ingredients.len() > 1 {
        return row.ingredients.iter().map(|drug| Candidate { id: hyphened(drug.name()), drug: Some(*drug) }).collect();
    }
    let name = row.id.strip_suffix("_add").or_else(|| row.id.strip_suffix("_switch")).unwrap_or(row.id);
    let drug = match row.ingredients.as_slice() {
        [only] => Some(*only),
        [] | [_, ..] => None,
    };
    vec![Candidate { id: hyphened(name), drug }]
}

fn hyphened(name: &str) -> String {
    name.to_lowercase().replace(['_', ' '], "-")
}

const fn step_kind(kind: OptionKind) -> StepKind {
    match kind {
        OptionKind::Augmentation | OptionKind::Combination => StepKind::Augment,
        OptionKind::Switch | OptionKind::SwitchOrRapidOral => StepKind::Switch,
        OptionKind::RapidActing => StepKind::RapidActing,
        OptionKind::Neurostimulation => StepKind::Neurostimulation,
        // a row of kind `never` is never offered; it has no place in the lists
        OptionKind::Psychotherapy | OptionKind::Never => StepKind::Psychotherapy,
    }
}

impl OptionGround<'_> {
    fn row_option(&self, row: &OptionRow, candidate: Candidate) -> (Rank, TreatmentOption) {
        let kind = step_kind(row.kind);
        let drugs: &[Ingredient] = candidate.drug.as_ref().map_or(&row.ingredients, std::slice::from_ref);
        let against = self.against(row, kind, drugs);
        let history: Vec<String> = drugs.iter().flat_map(|drug| self.history(*drug)).collect();
        let hints: Vec<&Hint> = self.hints.iter().filter(|hint| drugs.contains(&hint.drug)).collect();
        let rank = Rank { tried: !history.is_empty(), line: row.guideline_line, hint: leaning(&hints) };
        let untested = !row.contraindications_cautions.is_empty() || !drugs.is_empty();
        let (verdict, mut reasons) = match (against.is_empty(), untested) {
            (false, _) => (Verdict::LeftOut, against),
            (true, true) => (Verdict::Caution, vec![UNTESTED.to_owned()]),
            (true, false) => (Verdict::Suitable, Vec::new()),
        };
        reasons.extend(history);
        if verdict != Verdict::LeftOut {
            reasons.extend(hints.iter().map(|hint| hint.reason.clone()));
        }
        let option = TreatmentOption {
            id: candidate.id,
            kind,
            verdict,
            reasons,
            monitoring: monitoring(row),
            row: Some(row.id),
            drug: candidate.drug,
        };
        (rank, option)
    }

    /// Why the option is left out, all that apply.
    fn against(&self, row: &OptionRow, kind: StepKind, drugs: &[Ingredient]) -> Vec<String> {
        let biological = matches!(kind, StepKind::Switch | StepKind::Augment | StepKind::Neurostimulation | StepKind::RapidActing);
        let failures = self.counted.len();
        let mut reasons = Vec::new();
        if biological && self.bipolar_strong {
            reasons.push("bipolar question open".to_owned());
        }
        if row.min_failures > 0 && failures == 0 && !(self.tier_zero && kind == StepKind::Switch) {
            reasons.push("no adequate failure yet".to_owned());
        }
        if row.min_failures > 1 && failures < row.min_failures {
            reasons.push(after(row.min_failures));
        }
        for drug in drugs {
            let name = if drugs.len() > 1 { format!("{drug}: ") } else { String::new() };
            reasons.extend(self.against_drug(*drug, kind).into_iter().map(|reason| format!("{name}{reason}")));
        }
        reasons
    }

    fn against_drug(&self, drug: Ingredient, kind: StepKind) -> Vec<String> {
        let of_drug = || self.trials.iter().filter(move |trial| trial.drug == drug);
        let mut reasons = Vec::new();
        if self.is_taken(drug) {
            reasons.push("already being taken".to_owned());
        }
        if of_drug().any(|trial| trial.failed && trial.in_episode) {
            reasons.push("adequate trial in this episode without sufficient response".to_owned());
        }
        if of_drug().any(|trial| trial.has_marker(Marker::Intolerance)) {
            reasons.push("not tolerated".to_owned());
        }
        if let Some(class) = self.knowledge.antidepressant(drug).map(|row| row.class).filter(|_| kind == StepKind::Switch)
            && at_least(self.failures_in(class), self.knowledge.parameters().class_failures_remove_class)
        {
            reasons.push(format!("{} adequate failures within its class ({class})", in_words(self.failures_in(class))));
        }
        reasons
    }

    fn is_taken(&self, drug: Ingredient) -> bool {
        self.taken.contains(&drug)
            || self.trials.iter().any(|trial| trial.drug == drug && trial.ongoing)
            || self.augmentation.iter().any(|added| added.drug == drug && added.ongoing)
    }

    fn failures_in(&self, class: &str) -> usize {
        self.counted.iter().filter(|drug| self.knowledge.antidepressant(**drug).is_some_and(|row| row.class == class)).count()
    }

    /// What is on record of this drug that removes nothing: an earlier episode, an augmentation that ended.
    fn history(&self, drug: Ingredient) -> Vec<String> {
        let earlier = self.trials.iter().filter(|trial| trial.drug == drug && !trial.in_episode && trial.adequacy == Adequacy::Adequate);
        let trials = earlier.filter_map(|trial| match trial.response {
            Response::Remission | Response::Response => Some(format!("{drug} helped in an earlier episode")),
            Response::Partial | Response::NonResponse => Some(format!("{drug}: without sufficient response in an earlier episode")),
            Response::CannotJudge | Response::NotDocumented => None,
        });
        let ended = self.augmentation.iter().filter(|added| added.drug == drug && !added.ongoing);
        let added = ended.map(|added| format!("{drug} was added before, from {}: {} days at dose", added.start, added.at_dose_days));
        trials.chain(added).collect()
    }

    /// Raising the dose of the current drug.
    fn optimise(&self) -> Option<TreatmentOption> {
        let trial = self.trials.get(self.current?)?;
        let room = dose_room(trial, self.age, self.knowledge);
        let (verdict, reasons) = match (trial.current_dose, room.maximum) {
            _ if room.advised_against => (Verdict::LeftOut, vec!["at this age a switch is more usual than a rise".to_owned()]),
            (None, _) => (Verdict::Caution, vec!["not checked: the present dose cannot be read".to_owned()]),
            (Some(_), None) => (Verdict::Caution, vec!["not checked: no maximum is known for it".to_owned()]),
            (Some(dose), Some(maximum)) if dose >= maximum => {
                let why = trial.interaction_cap.as_ref().filter(|cap| cap.maximum <= maximum);
                let why = why.map(|cap| format!(" (not {})", cap.reason)).unwrap_or_default();
                (Verdict::LeftOut, vec![format!("{} a day is its maximum here{why}", dose_text(maximum, trial.drug, self.knowledge))])
            }
            (Some(dose), Some(maximum)) => (
                Verdict::Caution,
                vec![
                    format!("now {dose}, room to {}", dose_text(maximum, trial.drug, self.knowledge)),
                    "not checked: kidney and liver function".to_owned(),
                ],
            ),
        };
        let option = TreatmentOption {
            id: hyphened(trial.drug.name()),
            kind: StepKind::Optimise,
            verdict,
            reasons,
            monitoring: Vec::new(),
            row: None,
            drug: Some(trial.drug),
        };
        Some(option)
    }

    /// To a psychiatrist (rules.md 10).
    fn referral(&self) -> TreatmentOption {
        let (failures, least) = (self.counted.len(), self.knowledge.parameters().referral_min_failures);
        let (verdict, reasons) = if at_least(failures, least) {
            (Verdict::Suitable, vec![format!("record shows {failures} adequate trials without sufficient response")])
        } else {
            (Verdict::LeftOut, vec![after(usize::try_from(least).unwrap_or_default())])
        };
        TreatmentOption {
            id: "psychiatry".to_owned(),
            kind: StepKind::Referral,
            verdict,
            reasons,
            monitoring: Vec::new(),
            row: None,
            drug: None,
        }
    }
}

fn at_least(count: usize, least: i32) -> bool {
    i32::try_from(count).is_ok_and(|count| count >= least)
}

/// `after two adequate failures`.
fn after(failures: usize) -> String {
    format!("after {} adequate failures", in_words(failures))
}

/// A small number in words, as a sentence has it; a larger one in figures.
fn in_words(number: usize) -> String {
    let words = ["no", "one", "two", "three", "four", "five"];
    words.get(number).map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

fn leaning(hints: &[&Hint]) -> Leaning {
    if hints.iter().any(|hint| !hint.favours) {
        Leaning::Against
    } else if hints.is_empty() {
        Leaning::None
    } else {
        Leaning::For
    }
}

/// What to measure and when, without the codes: `weight+BMI|29463-7|baseline, wk 4` becomes `weight+BMI: baseline, wk 4`.
fn monitoring(row: &OptionRow) -> Vec<String> {
    let items = row.monitoring.split(" / ").map(str::trim).filter(|item| !item.is_empty());
    items
        .map(|item| match item.split('|').collect::<Vec<_>>().as_slice() {
            [what, _codes, when] => format!("{}: {}", what.trim(), when.trim()),
            _ => item.replace('|', " "),
        })
        .collect()
}

/// A dose with its unit: `50 mg`, `2 tablets`.
pub fn dose_text(dose: DailyDose, drug: Ingredient, knowledge: &Knowledge) -> String {
    let in_tablets = knowledge.antidepressant(drug).is_some_and(|row| row.unit.starts_with("tablet"));
    format!("{dose} {}", if in_tablets { "tablets" } else { "mg" })
}

/// How far the dose of a trial may be raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoseRoom {
    /// The lowest maximum that applies: outside hospital, of the form, of the age, of interactions (rules.md 10). `None` where none is known.
    pub maximum: Option<DailyDose>,
    /// Whether a rise is advised against at this age, which is no maximum (rules.md 10, variant `dose`).
    pub advised_against: bool,
}

impl DoseRoom {
    /// Whether the dose of the trial is at its maximum.
    pub fn is_exhausted(self, trial: &Trial) -> bool {
        self.maximum.zip(trial.current_dose).is_some_and(|(maximum, dose)| dose >= maximum)
    }
}

/// How far the dose of this trial may be raised at this age.
pub fn dose_room(trial: &Trial, age: Option<i32>, knowledge: &Knowledge) -> DoseRoom {
    let Some(row) = knowledge.antidepressant(trial.drug) else { return DoseRoom { maximum: None, advised_against: false } };
    let advised_against = row.no_rise_from_age.zip(age).is_some_and(|(from, age)| age >= from);
    let capped = trial.interaction_cap.as_ref().map(|cap| cap.maximum);
    DoseRoom { maximum: maximum(row, trial.current_form, age).into_iter().chain(capped).min(), advised_against }
}

fn maximum(row: &Antidepressant, form: Form, age: Option<i32>) -> Option<DailyDose> {
    let of_form = row.maximum_by_form.iter().filter(|(own, _)| *own == form).map(|(_, dose)| *dose);
    let of_age = row.geriatric.filter(|geriatric| age.is_some_and(|age| age >= geriatric.from_age)).map(|geriatric| geriatric.maximum);
    row.outpatient_maximum.or(row.usual_maximum).into_iter().chain(of_form).chain(of_age).min()
}

#[cfg(test)]
mod tests;
