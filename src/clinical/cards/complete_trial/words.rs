//! The values that fill the wording of the card.

use super::Variant;
use crate::clinical::cards::Situation;
use crate::clinical::cards::table::{evidence_word, percent, trial_day};
use crate::clinical::cards::wording::Values;
use crate::clinical::derive::{Augmentation, Pregnancy, Reason, StepKind, TreatmentOption, Trial, dose_room, dose_text};
use crate::clinical::units::{DailyDose, Day, Span};

/// Every name that the wording may ask for.
pub(super) const NAMES: [&str; 35] = [
    "drug",
    "suggested",
    "dose",
    "minimum",
    "maximum",
    "label_start",
    "above_cap",
    "titration",
    "unchecked",
    "pregnant",
    "no_rise",
    "required",
    "day",
    "date",
    "at_dose",
    "window",
    "pdc",
    "threshold",
    "gaps",
    "break",
    "restart",
    "evidence",
    "last_covered",
    "unclear",
    "increase",
    "settled",
    "settle_days",
    "agent",
    "agent_day",
    "agent_start",
    "agent_days",
    "agent_required",
    "agent_date",
    "start",
    "trial_day",
];

/// What is known of each name; the rest is written "not known".
pub(super) fn values(trial: &Trial, agent: Option<&Augmentation>, situation: Situation<'_>) -> Values {
    let mut values = Values::new();
    values.insert("suggested", suggested(trial, situation));
    put_dose(&mut values, trial, situation);
    put_days(&mut values, trial, situation);
    put_supply(&mut values, trial, situation);
    if let Some(agent) = agent {
        put_agent(&mut values, trial, agent, situation);
    }
    values
}

/// The row of the tables that asks whether two reuptake inhibitors are meant.
const TWO_REUPTAKE_INHIBITORS: &str = "two-serotonin-reuptake-inhibitors";

/// How a suggestion begins: beside another reuptake inhibitor it is the first question whether the drug is to stay.
fn suggested(trial: &Trial, situation: Situation<'_>) -> String {
    let names = |drugs: &[String]| drugs.iter().any(|drug| drug == trial.drug.name());
    let doubled = situation.assessment.interactions.iter().any(|found| found.id == TWO_REUPTAKE_INHIBITORS && names(&found.drugs));
    if doubled { format!("If {} is to stay:", trial.drug) } else { "Suggested:".to_owned() }
}

fn put_dose(values: &mut Values, trial: &Trial, situation: Situation<'_>) {
    let text = |dose: DailyDose| dose_text(dose, trial.drug, situation.knowledge);
    let row = situation.knowledge.antidepressant(trial.drug);
    let room = dose_room(trial, situation.assessment.patient.age_years, situation.knowledge);
    values.insert("drug", trial.drug.to_string());
    let doses = [("dose", trial.current_dose), ("minimum", trial.minimum_dose), ("maximum", room.maximum)];
    values.extend(doses.into_iter().filter_map(|(name, dose)| Some((name, text(dose?)))));
    let lower = row.and_then(|row| row.label_range_start).filter(|start| Some(*start) < trial.minimum_dose);
    values.insert("label_start", lower.map(|start| format!(" The label's range starts at {}.", text(start))).unwrap_or_default());
    let capped = room.maximum.zip(trial.minimum_dose).is_some_and(|(maximum, minimum)| maximum < minimum);
    let above = if capped { " That is below the usual minimum: a switch is more usual than a rise." } else { "" };
    values.insert("above_cap", above.to_owned());
    let no_rise: Vec<&str> = trial.dose_limits.no_rise.iter().map(|fact| fact.text.as_str()).collect();
    values.insert("no_rise", no_rise.join("; "));
    values.insert("unchecked", unchecked(trial, situation));
    let pregnant = matches!(situation.assessment.circumstances.pregnancy, Pregnancy::Current(_));
    let pregnant = if pregnant { " In pregnancy a rise only with obstetrics or perinatal psychiatry." } else { "" };
    values.insert("pregnant", pregnant.to_owned());
    if let Some(row) = row.filter(|row| !row.titration.is_empty()) {
        values.insert("titration", situation.for_age(row.titration).into_owned());
    }
}

/// What of the room of the dose could not be told: ` (not checked: kidney function)`.
fn unchecked(trial: &Trial, situation: Situation<'_>) -> String {
    let of_trial = |option: &&TreatmentOption| option.kind == StepKind::Optimise && option.drug == Some(trial.drug);
    let reasons = situation.assessment.options.iter().filter(of_trial).flat_map(|option| &option.reasons);
    let missing: Vec<&str> = reasons.filter(|reason| reason.starts_with("not checked: ")).map(String::as_str).collect();
    if missing.is_empty() { String::new() } else { format!(" ({})", missing.join("; ")) }
}

fn put_days(values: &mut Values, trial: &Trial, situation: Situation<'_>) {
    let parameters = situation.knowledge.parameters();
    let today = situation.assessment.as_of;
    let missing = (parameters.adequate_min_days - trial.at_dose_days_now).max(0);
    values.insert("required", parameters.adequate_min_days.to_string());
    values.insert("day", trial.at_dose_days_now.to_string());
    values.insert("date", (today + missing).to_string());
    values.insert("settle_days", parameters.dose_increase_settle_days.to_string());
    let dates = [
        ("start", trial.start),
        ("last_covered", trial.last_covered),
        ("increase", trial.last_increase),
        ("settled", situation.settles_on(trial)),
        ("restart", restart(trial, situation)),
    ];
    values.extend(dates.into_iter().filter_map(|(name, day)| Some((name, day?.to_string()))));
    values.extend(trial_day(trial, today).map(|day| ("trial_day", day.to_string())));
}

fn put_supply(values: &mut Values, trial: &Trial, situation: Situation<'_>) {
    values.insert("evidence", evidence_word(trial.evidence).to_owned());
    values.insert("at_dose", trial.at_dose_days.to_string());
    values.extend(trial.window.map(|window| ("window", window.to_string())));
    values.extend(trial.pdc.map(|pdc| ("pdc", percent(pdc))));
    values.insert("threshold", format!("{} %", situation.knowledge.parameters().pdc_threshold.0));
    let gaps: Vec<String> = trial.gaps.iter().map(|gap| gap_text(*gap)).collect();
    values.insert("gaps", if gaps.is_empty() { "none on file".to_owned() } else { gaps.join(", ") });
    values.insert("break", break_text(trial, situation));
    values.insert("unclear", unclear(trial).to_owned());
}

fn put_agent(values: &mut Values, trial: &Trial, agent: &Augmentation, situation: Situation<'_>) {
    values.insert("agent", agent.drug.to_string());
    values.extend(trial_day(trial, agent.start).map(|day| ("agent_day", day.to_string())));
    values.insert("agent_start", agent.start.to_string());
    values.insert("agent_days", agent.at_dose_days.to_string());
    values.insert("agent_required", situation.knowledge.parameters().augmentation_adequate_days.to_string());
    values.insert("agent_date", agent.adequate_on.to_string());
}

fn gap_text(gap: Span) -> String {
    match gap.days() {
        1 => format!("1 day on {}", gap.first),
        days => format!("{days} days from {}", gap.first),
    }
}

/// The first day of the run under way, where the record shows it.
pub(super) fn restart(trial: &Trial, situation: Situation<'_>) -> Option<Day> {
    let running = trial.run.filter(|run| trial.last_covered == Some(run.last)).map(|run| run.first);
    running.or_else(|| resetting_gap(trial, situation).map(|gap| gap.last + 1).filter(|day| *day <= situation.assessment.as_of))
}

/// The last uncovered stretch that was long enough to restart the clock.
fn resetting_gap(trial: &Trial, situation: Situation<'_>) -> Option<Span> {
    let own = situation.knowledge.antidepressant(trial.drug).and_then(|row| row.clock_reset_gap);
    let longest = own.unwrap_or(situation.knowledge.parameters().clock_reset_gap_days);
    trial.gaps.iter().copied().rfind(|gap| gap.days() > longest)
}

fn break_text(trial: &Trial, situation: Situation<'_>) -> String {
    resetting_gap(trial, situation).map_or_else(|| "days below the usual minimum dose".to_owned(), gap_text)
}

/// What of the trial cannot be read.
fn unclear(trial: &Trial) -> &'static str {
    if trial.has_reason(Reason::UncodedDrug) {
        "the drug (a text entry)"
    } else if trial.has_reason(Reason::UnknownDates) {
        "the dates"
    } else {
        "the dose"
    }
}

/// What the card rests on, without day counters.
pub(super) fn ground(variant: Variant, trial: &Trial, agent: Option<&Augmentation>) -> Vec<String> {
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut ground = vec![trial.drug.to_string(), day(trial.start)];
    ground.extend(agent.map(|agent| format!("{} {}", agent.drug, agent.start)));
    match variant {
        Variant::Dose | Variant::Duration => ground.extend(trial.current_dose.map(|dose| dose.to_string())),
        Variant::Settling => ground.push(day(trial.last_increase)),
        Variant::Interrupted => ground.push(day(trial.run.map(|run| run.first))),
        Variant::AugmentationEarly | Variant::AugmentationInProgress | Variant::Unverified | Variant::Relapse | Variant::Adherence => {}
    }
    ground
}
