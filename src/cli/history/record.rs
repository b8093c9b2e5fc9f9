//! The records behind the trials, a line each: what to lay beside the chart.

use crate::clinical::cards::escape_markdown;
use crate::clinical::chart::{Amount, Chart, Instruction, MedicationRecord};
use crate::clinical::derive::Assessment;

use super::super::text::word;

/// Every record of a medicine that a trial or an augmentation rests on, in the order of the chart.
pub fn lines(assessment: &Assessment, chart: &Chart) -> Vec<String> {
    let trials = assessment.trials.iter().flat_map(|trial| &trial.basis);
    let sources: Vec<_> = trials.chain(assessment.augmentation.iter().flat_map(|added| &added.basis)).collect();
    let records = chart.medications.iter().filter(|record| sources.contains(&&record.source));
    let mut lines: Vec<String> = records.map(line).collect();
    if lines.is_empty() {
        lines.push("None".to_owned());
    }
    lines
}

fn line(record: &MedicationRecord) -> String {
    let mut out = format!("{}: {}", escape_markdown(record.source.as_str()), word(&record.evidence));
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
    out + &format!(": {}", escape_markdown(&record.medicine.label))
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
