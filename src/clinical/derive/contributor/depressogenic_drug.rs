//! A drug that may lower mood (rules.md 8).
//!
//! Present: a drug of the groups `depressogenic.strong` and `.moderate` that is being taken and was begun during the current (or the
//! latest) trial, or at most 180 days before it; a systemic steroid only from 20 mg of prednisone a day or for 14 days on. Inhaled,
//! topical and other local products are none. Interferon, tetrabenazine and a high dose of a steroid: treat first.

use super::super::ground::Ground;
use super::super::taken::{Lane, Taken};
use super::super::{Reason, Trial};
use super::verdict::Verdict;
use super::{Contributor, ContributorWeight};
use crate::clinical::chart::{Extent, Kind};
use crate::clinical::units::{DailyDose, Day, Days, DrugGroup, Form, SourceRef};

const ID: &str = "depressogenic-drug";

/// One drug that may lower mood, as far as it could be judged.
enum Found {
    /// With its label, since when it is taken, and how much it weighs.
    Present { since: Day, weight: ContributorWeight },
    /// Why it could not be judged.
    Unknown(&'static str),
    /// It is none.
    No,
}

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    let Some(trial) = trial(ground) else { return Verdict::none() };
    let mut verdict = match ground.chart.coverage.of(Kind::Medications) {
        Extent::Full => Verdict::none(),
        Extent::Partial | Extent::None => Verdict::unknown("drugs that may lower mood"),
    };
    let mut present: Vec<(&Taken<'_>, Day, ContributorWeight)> = Vec::new();
    for drug in ground.being_taken().filter(|drug| lowers_mood(ground, drug)) {
        match judged(ground, drug, trial) {
            Found::Present { since, weight } => present.push((drug, since, weight)),
            Found::Unknown(why) => {
                let text = format!("{} may lower mood: not judged, since {why}", drug.ingredient);
                verdict = verdict.and_note("depressogenic-not-judged", text, records(drug));
            }
            Found::No => {}
        }
    }
    present.sort_by_key(|(drug, since, weight)| (*weight, std::cmp::Reverse(*since), drug.ingredient));
    let Some((_, _, weight)) = present.first() else { return verdict };
    let told = |(drug, since, _): &(&Taken<'_>, Day, ContributorWeight)| format!("{}{} since {since}", drug.ingredient, dose(ground, drug));
    let label =
        format!("{}: may lower mood; suggested: a review with its prescriber", present.iter().map(told).collect::<Vec<_>>().join("; "));
    let names: Vec<&str> = present.iter().map(|(drug, ..)| drug.ingredient.name()).collect();
    let basis = present.iter().flat_map(|(drug, ..)| records(drug)).collect();
    verdict.contributor = Some(Contributor::present(ID, *weight, Some(names.join(", ")), label, basis));
    verdict
}

/// The current trial, else the one that began last; what is no trial is none.
fn trial<'a>(ground: &Ground<'a>) -> Option<&'a Trial> {
    let counted = |trial: &&Trial| !trial.has_reason(Reason::NotATrial);
    ground.current_trial().or_else(|| ground.trials.iter().filter(counted).max_by_key(|trial| trial.start))
}

fn lowers_mood(ground: &Ground<'_>, drug: &Taken<'_>) -> bool {
    [DrugGroup::DepressogenicStrong, DrugGroup::DepressogenicModerate]
        .into_iter()
        .any(|group| ground.knowledge.in_group(drug.ingredient, group))
}

fn judged(ground: &Ground<'_>, drug: &Taken<'_>, trial: &Trial) -> Found {
    let steroid = ground.knowledge.in_group(drug.ingredient, DrugGroup::CorticosteroidSystemic);
    if drug.lane == Lane::Uncoded {
        return Found::Unknown("it is known from a text entry only");
    }
    let Some(since) = began(ground, drug) else { return Found::Unknown("its begin is not on file") };
    let Some(trial_start) = trial.start else { return Found::Unknown("the begin of the trial is not on file") };
    let window = ground.parameters().depressogenic_start_window_days;
    let until = if trial.ongoing { ground.as_of } else { trial.end.unwrap_or(ground.as_of) };
    if since < trial_start - window || since > until {
        return Found::No;
    }
    match route(drug, steroid) {
        Route::Local => Found::No,
        Route::Unknown => Found::Unknown("its route is not on file"),
        Route::Systemic if steroid => by_dose(ground, drug, since),
        Route::Systemic => {
            Found::Present { since, weight: weight(ground.knowledge.in_group(drug.ingredient, DrugGroup::DepressogenicTreatFirst)) }
        }
    }
}

const fn weight(first: bool) -> ContributorWeight {
    if first { ContributorWeight::TreatFirst } else { ContributorWeight::Alongside }
}

/// The first day of the spell that is going on.
fn began(ground: &Ground<'_>, drug: &Taken<'_>) -> Option<Day> {
    let last = drug.spells(ground.parameters().max_gap_same_trial_days).last()?;
    last.first().map(|exposure| exposure.span.first)
}

/// How a drug reaches the brain.
enum Route {
    Systemic,
    Local,
    Unknown,
}

/// By the form of the products on the last covered day. A steroid may be injected into a joint, dropped into an eye or rubbed in: it
/// is systemic where its form is taken by mouth, or where it is reckoned in mg a day.
fn route(drug: &Taken<'_>, steroid: bool) -> Route {
    let Some(last) = drug.timeline.exposures.last() else { return Route::Unknown };
    let local = |form| form == Form::Topical || steroid && form == Form::Nasal;
    let by_mouth = |form| matches!(form, Form::Immediate | Form::ExtendedRelease);
    let forms = || last.records.iter().map(|record| record.medicine.form);
    if forms().all(local) {
        Route::Local
    } else if !steroid || forms().any(by_mouth) || last.dose.is_some() && !forms().any(|form| form == Form::Injection) {
        Route::Systemic
    } else {
        Route::Unknown
    }
}

/// A systemic steroid counts by its dose or by its days; a high dose is treated first.
fn by_dose(ground: &Ground<'_>, drug: &Taken<'_>, since: Day) -> Found {
    let parameters = ground.parameters();
    let spell = drug.spells(parameters.max_gap_same_trial_days).last().unwrap_or_default();
    let days: Days = spell.iter().map(|exposure| exposure.span.days()).sum();
    let limit = DailyDose::from_mg(parameters.steroid_high_dose_mg);
    let high = |dose| ground.knowledge.as_prednisone(drug.ingredient, dose).map(|dose| Some(dose) >= limit);
    let doses: Vec<Option<bool>> = spell.iter().map(|exposure| exposure.dose.and_then(high)).collect();
    let high_today = doses.last().copied().flatten() == Some(true);
    let ever = doses.contains(&Some(true));
    if high_today || ever || days >= parameters.steroid_min_days {
        Found::Present { since, weight: weight(high_today) }
    } else if doses.contains(&None) {
        Found::Unknown("its dose is not on file")
    } else {
        Found::No
    }
}

/// The dose on the last covered day in words, where it is known.
fn dose(ground: &Ground<'_>, drug: &Taken<'_>) -> String {
    let steroid = ground.knowledge.in_group(drug.ingredient, DrugGroup::CorticosteroidSystemic);
    match drug.timeline.exposures.last().and_then(|exposure| exposure.dose) {
        Some(dose) if steroid => format!(" {dose} mg a day"),
        None if steroid => " (dose not known)".to_owned(),
        Some(_) | None => String::new(),
    }
}

fn records(drug: &Taken<'_>) -> Vec<SourceRef> {
    let last = drug.timeline.exposures.last();
    last.map(|exposure| exposure.records.iter().map(|record| record.source.clone()).collect()).unwrap_or_default()
}
