//! Each trial step by step, with the records behind it: what to lay beside the chart.

use super::layout::{FAINT, HEADING, styled, wrapped};
use super::text::{adequacy_style, score, word};
use crate::clinical::chart::{Amount, Chart, Instruction, MedicationRecord};
use crate::clinical::derive::Trial;
use crate::server::Judged;

/// The history of every trial.
pub fn history(judged: &Judged) -> String {
    let trials = &judged.assessment.trials;
    if trials.is_empty() {
        return "no trials found in what was had\n".to_owned();
    }
    trials.iter().map(|trial| told(trial, &judged.chart)).collect::<Vec<_>>().join("\n")
}

fn told(trial: &Trial, chart: &Chart) -> String {
    let reasons: String = trial.reasons.iter().map(|reason| format!(", {}", word(reason))).collect();
    let markers: String = trial.markers.iter().map(|marker| format!(" [{}]", word(marker))).collect();
    let verdict = styled(adequacy_style(trial.adequacy), &format!("{}{reasons}", word(&trial.adequacy)));
    let mut out = format!("{}: {verdict}{markers}\n", styled(HEADING, trial.drug.name()));
    for step in &trial.doses {
        let dose = step.mg_per_day.map_or_else(|| "dose unknown".to_owned(), |dose| format!("{dose} mg/day"));
        let end = step.end.map_or_else(|| "now       ".to_owned(), |day| day.to_string());
        let last = step.end.or(trial.last_covered).filter(|last| *last >= step.start);
        let days = last.map_or_else(String::new, |last| format!("  {} days", last - step.start + 1));
        out += &format!("  {} - {end}  {dose}{days}\n", step.start);
    }
    for gap in &trial.gaps {
        out += &format!("  {} - {}  not covered  {} days\n", gap.first, gap.last, gap.days());
    }
    if let Some(run) = trial.run {
        let minimum = trial.minimum_dose.map_or_else(String::new, |dose| format!(" of at least {dose} mg/day"));
        out += &format!("  qualifying run{minimum}: {} - {}, {} days at dose\n", run.first, run.last, trial.at_dose_days);
    }
    for (name, value) in [("baseline", &trial.baseline), ("end score", &trial.latest)] {
        out += &format!("  {name}: {}\n", value.as_ref().map_or_else(|| "none".to_owned(), score));
    }
    out += &format!("  response: {}\n", word(&trial.response));
    out += "  records:\n";
    let of_drug = |record: &&MedicationRecord| record.medicine.components.iter().any(|part| part.ingredient == trial.drug);
    for record in chart.medications.iter().filter(of_drug).filter(|record| trial.basis.contains(&record.source)) {
        out += &wrapped(&line(record), 4);
    }
    let others = trial.basis.iter().filter(|source| !chart.medications.iter().any(|record| record.source == **source));
    let others: Vec<&str> = others.map(|source| source.as_str()).collect();
    if !others.is_empty() {
        out += &wrapped(&others.join(", "), 4);
    }
    for note in &trial.notes {
        out += &wrapped(&format!("note: {}", note.text), 2);
    }
    if trial.basis.is_empty() {
        out += &styled(FAINT, "    none\n");
    }
    out
}

fn line(record: &MedicationRecord) -> String {
    let mut out = format!("{}: {}", record.source, word(&record.evidence));
    if let Some(start) = record.start {
        out += &format!(", from {}{}", if start.is_approximate() { "about " } else { "" }, start.first);
    }
    if let Some(end) = record.end {
        out += &format!(", to {}", end.last);
    }
    if let Some(days) = record.supply_days {
        out += &format!(", {days} days' supply");
    }
    if let Some(quantity) = record.quantity {
        out += &format!(", quantity {quantity}");
    }
    if record.refills > 0 {
        out += &format!(", {} refills", record.refills);
    }
    out += &instruction(&record.instruction);
    out + &format!(": {}", record.medicine.label)
}

fn instruction(instruction: &Instruction) -> String {
    let amount = |amount: Amount| match amount {
        Amount::Units { low, high } if low == high => format!("{high} a day"),
        Amount::Units { low, high } => format!("{low}-{high} a day"),
        Amount::Milligrams { low, high } if low == high => format!("{high} mg a day"),
        Amount::Milligrams { low, high } => format!("{low}-{high} mg a day"),
        Amount::Unknown => "dose not told".to_owned(),
    };
    let steps: Vec<String> = instruction.steps.iter().map(|step| amount(step.amount)).collect();
    let mut out = if steps.is_empty() { String::new() } else { format!(", {}", steps.join(", then ")) };
    if instruction.as_needed {
        out += ", as needed";
    }
    if instruction.not_understood {
        out += ", instruction not understood";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinical::knowledge::Knowledge;
    use crate::hooks::Services;
    use crate::server::{DayOf, record};

    /// The history of a record on a day, without colour.
    fn of(body: &str, day: &str) -> String {
        let day = DayOf { today: day.parse().expect("a day"), by_request: false };
        let judged = record(&[("record", body.as_bytes())], &Services::builtin().expect("sound"), Knowledge::builtin(), day, None);
        anstream::adapter::strip_str(&history(&judged.expect("a record"))).to_string()
    }

    #[test]
    fn a_trial_is_told_with_its_doses_gaps_scores_and_records() {
        let body = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cases/a-gap-of-fourteen-days-keeps-the-run/bundle.json"));
        let said = of(body, "2026-03-02");
        for sentence in [
            "sertraline: adequate\n",
            "  2025-12-19 - 2026-01-17  100 mg/day  30 days\n",
            "  2026-01-18 - 2026-01-31  not covered  14 days\n",
            "  qualifying run of at least 50 mg/day: 2025-12-19 - 2026-03-02, 60 days at dose\n",
            "  baseline: phq-9 19 on 2025-12-18 (Observation/c05-observation-1)\n",
            "  response: non-response\n",
            "    MedicationDispense/c05-medicationdispense-1: dispensed, from 2025-12-19, 30 days' supply,\n      quantity 30, 1 a day: ",
        ] {
            assert!(said.contains(sentence), "{sentence:?} is not in\n{said}");
        }
    }

    #[test]
    fn without_a_trial_that_is_said() {
        assert_eq!(of(r#"{"resourceType":"Patient","id":"p"}"#, "2026-03-02"), "no trials found in what was had\n");
    }
}
