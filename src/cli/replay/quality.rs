//! How well records of antidepressants are filled in, and which codes were not recognised: what a site could mend at the source.

use std::collections::BTreeMap;

use serde::Serialize;

use super::chart::Outcome;
use super::counts::Share;
use crate::clinical::chart::{Amount, Chart, MedicationRecord, Recognition, RecordState};
use crate::clinical::derive::ScopeStatus;
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Days, SourceRef};
use crate::fhir::{CodeSeen, Inventory};

/// How old the newest PHQ-9 may be to count as recent (users.md 2.2).
const RECENT: Days = 90;

/// How many different codes are counted. Of more the first by name are kept.
const MOST_CODES: usize = 50_000;

/// The longest code that is shown; what is longer is no code.
const LONGEST_CODE: usize = 64;

/// How well the records are filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each is a share of records, or of charts, that have what the name says")]
pub struct Quality {
    /// Orders, dispenses, statements and administrations of antidepressants that count in their charts.
    pub antidepressant_records: u64,
    pub known_code: Share,
    pub dose_in_numbers: Share,
    pub timing_in_codes: Share,
    pub daily_dose: Share,
    pub start: Share,
    /// Of the records that are over.
    pub stop: Share,
    /// Of all records of medicines that name a Medication instead of the medicine.
    pub medication_reference_resolved: Share,
    /// Of the patients in scope.
    pub recent_phq9: Share,
    /// Of all charts.
    pub recent_phq9_all: Share,
}

impl Quality {
    /// One chart more.
    pub fn add(&mut self, outcome: &Outcome, knowledge: &Knowledge) {
        let Outcome { judged, inventory, .. } = outcome;
        let is_antidepressant = |record: &&MedicationRecord| {
            record.medicine.components.iter().any(|component| knowledge.antidepressant(component.ingredient).is_some())
        };
        for record in judged.chart.medications.iter().filter(is_antidepressant) {
            self.record(record, inventory);
        }
        for entry in inventory.medicines.values() {
            if let Some(resolved) = entry.reference_resolved {
                self.medication_reference_resolved.add(resolved);
            }
        }
        let today = judged.assessment.as_of;
        let is_recent = |day| today - day <= RECENT;
        let recent =
            judged.chart.screenings.iter().any(|screening| screening.finished && screening.total.is_some() && is_recent(screening.at.day));
        self.recent_phq9_all.add(recent);
        if judged.assessment.scope.status == ScopeStatus::InScope {
            self.recent_phq9.add(recent);
        }
    }

    fn record(&mut self, record: &MedicationRecord, inventory: &Inventory) {
        self.antidepressant_records += 1;
        self.known_code.add(record.medicine.recognition == Recognition::Coded);
        self.daily_dose.add(has_daily_dose(record));
        self.start.add(record.start.is_some());
        if matches!(record.state, RecordState::Completed | RecordState::Stopped) {
            let stopped = record.stop.as_ref().is_some_and(|stop| stop.day.is_some());
            // Of a supply the end is the day on which it runs out.
            self.stop.add(stopped || record.end.is_some() || record.supply_days.is_some());
        }
        if let Some(entry) = inventory.medicines.get(&record.source) {
            self.dose_in_numbers.add(entry.has_dose);
            if let Some(has_timing) = entry.has_timing {
                self.timing_in_codes.add(has_timing);
            }
        }
    }

    /// What was counted elsewhere too.
    pub fn merge(&mut self, other: Quality) {
        self.antidepressant_records += other.antidepressant_records;
        self.known_code.merge(other.known_code);
        self.dose_in_numbers.merge(other.dose_in_numbers);
        self.timing_in_codes.merge(other.timing_in_codes);
        self.daily_dose.merge(other.daily_dose);
        self.start.merge(other.start);
        self.stop.merge(other.stop);
        self.medication_reference_resolved.merge(other.medication_reference_resolved);
        self.recent_phq9.merge(other.recent_phq9);
        self.recent_phq9_all.merge(other.recent_phq9_all);
    }
}

/// Whether instruction and product together say how many milligrams a day.
fn has_daily_dose(record: &MedicationRecord) -> bool {
    let instruction = &record.instruction;
    let strength = record.medicine.components.iter().any(|component| component.strength.is_some());
    let told = instruction.steps.iter().all(|step| match step.amount {
        Amount::Milligrams { .. } => true,
        Amount::Units { .. } => strength,
        Amount::Unknown => false,
    });
    let in_pack = !record.medicine.pack.is_empty();
    !instruction.as_needed && (in_pack || (told && !instruction.steps.is_empty()))
}

/// A code that was not recognised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Unknown {
    code: CodeSeen,
    /// What the record's words say it is: a drug of our tables.
    suggests: Option<&'static str>,
}

/// Codes that were not recognised: how many records have each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unrecognised {
    medicines: BTreeMap<Unknown, u64>,
    surveys: BTreeMap<Unknown, u64>,
}

/// A row of what was not recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnrecognisedCode {
    /// The terminology.
    pub system: String,
    /// The code.
    pub code: String,
    /// What the words of the record say it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggests: Option<&'static str>,
    /// How many records have it.
    pub records: u64,
}

/// A class of drugs that matter, where the tables know the class alone.
const CLASS_ALONE: &str = "an antidepressant or augmenter, by its class";

impl Unrecognised {
    /// One chart more.
    pub fn add(&mut self, outcome: &Outcome) {
        let Outcome { judged, inventory, .. } = outcome;
        for (source, suggests) in not_by_code(&judged.chart) {
            let codes = inventory.medicines.get(source).map(|entry| entry.codes.as_slice()).unwrap_or_default();
            count(&mut self.medicines, codes, suggests);
        }
        inventory.unknown_surveys.values().for_each(|codes| count(&mut self.surveys, codes, None));
    }

    /// What was counted elsewhere too.
    pub fn merge(&mut self, other: Unrecognised) {
        other.medicines.into_iter().for_each(|(unknown, records)| put(&mut self.medicines, unknown, records));
        other.surveys.into_iter().for_each(|(unknown, records)| put(&mut self.surveys, unknown, records));
    }

    /// Medicines that name a drug of the tables by words, or a class that matters, but by no code that is known.
    pub fn suspects(&self) -> Vec<UnrecognisedCode> {
        rows(self.medicines.iter().filter(|(unknown, _)| unknown.suggests.is_some()))
    }

    /// Medicines that the tables have no use for, or do not know.
    pub fn others(&self) -> Vec<UnrecognisedCode> {
        rows(self.medicines.iter().filter(|(unknown, _)| unknown.suggests.is_none()))
    }

    /// Surveys and assessments that may be scores filed under a site's own code.
    pub fn surveys(&self) -> Vec<UnrecognisedCode> {
        rows(self.surveys.iter())
    }
}

/// The records whose medicine was not told by a code, with what their words say it is.
fn not_by_code(chart: &Chart) -> BTreeMap<&SourceRef, Option<&'static str>> {
    let of_record = |record: &MedicationRecord| match (record.medicine.components.first(), record.medicine.recognition) {
        (Some(_), Recognition::Coded) => None,
        (component, _) => Some(component.map(|component| component.ingredient.name())),
    };
    let records = chart.medications.iter().filter_map(|record| Some((&record.source, of_record(record)?)));
    let unresolved = chart.unresolved.iter().map(|unresolved| {
        let name = unresolved.candidate.map_or(CLASS_ALONE, |candidate| candidate.name());
        (&unresolved.source, Some(name))
    });
    records.chain(unresolved).collect()
}

fn count(codes: &mut BTreeMap<Unknown, u64>, seen: &[CodeSeen], suggests: Option<&'static str>) {
    if seen.is_empty() {
        let none = CodeSeen { system: String::new(), code: "(no code)".to_owned() };
        put(codes, Unknown { code: none, suggests }, 1);
    }
    seen.iter().for_each(|code| put(codes, Unknown { code: shown(code), suggests }, 1));
}

fn put(codes: &mut BTreeMap<Unknown, u64>, unknown: Unknown, records: u64) {
    *codes.entry(unknown).or_default() += records;
    if codes.len() > MOST_CODES {
        codes.pop_last();
    }
}

/// The code, if it looks like one: whatever else may stand in its place is not shown.
fn shown(seen: &CodeSeen) -> CodeSeen {
    let is_code =
        |text: &str| text.len() <= LONGEST_CODE && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:/^|".contains(&byte));
    let is_system = |text: &str| text.len() <= 2 * LONGEST_CODE && text.contains(':') && text.bytes().all(|byte| byte.is_ascii_graphic());
    CodeSeen {
        system: if seen.system.is_empty() || is_system(&seen.system) { seen.system.clone() } else { "(no system)".to_owned() },
        code: if is_code(&seen.code) { seen.code.clone() } else { "(words in the place of a code)".to_owned() },
    }
}

fn rows<'a>(codes: impl Iterator<Item = (&'a Unknown, &'a u64)>) -> Vec<UnrecognisedCode> {
    let mut rows: Vec<UnrecognisedCode> = codes
        .map(|(Unknown { code, suggests }, records)| UnrecognisedCode {
            system: code.system.clone(),
            code: code.code.clone(),
            suggests: *suggests,
            records: *records,
        })
        .collect();
    // Sorted by name already.
    rows.sort_by_key(|row| std::cmp::Reverse(row.records));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_the_place_of_a_code_are_not_shown() {
        let of = |system: &str, code: &str| {
            let CodeSeen { system, code } = shown(&CodeSeen { system: system.to_owned(), code: code.to_owned() });
            (system, code)
        };
        assert_eq!(of("urn:oid:1.2", "A-1.b"), ("urn:oid:1.2".to_owned(), "A-1.b".to_owned()));
        assert_eq!(of("", "308192"), (String::new(), "308192".to_owned()));
        let words = "(words in the place of a code)".to_owned();
        assert_eq!(of("local", "given to Zebedee"), ("(no system)".to_owned(), words.clone()));
        assert_eq!(of("a b:c", &"1".repeat(65)), ("(no system)".to_owned(), words));
    }
}
