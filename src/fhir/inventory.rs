//! What a record holds of medicines and of surveys, and which of their elements are filled in: for reports on the quality of data.
//!
//! Nothing is judged here and nothing read: it is what a site could mend at the source. Each resource counts once, and is known by the
//! same reference as in the chart.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::SourceRef;

use super::answer::Answer;
use super::coverage::kind_of;
use super::record::{Single, target};
use super::view::{Concept, Cursor, Faults, Leaf, Quantity, Range, Reference, Text, View, view};

/// What a record holds, by the reference of the resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Orders, dispenses, statements and administrations.
    pub medicines: BTreeMap<SourceRef, MedicineEntry>,
    /// Codes of surveys and assessments of which the observation table knows neither a code nor the words.
    pub unknown_surveys: BTreeMap<SourceRef, Vec<CodeSeen>>,
}

/// One record of a medicine, as far as its elements are filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MedicineEntry {
    /// The codes of the medicine, those of the Medication it refers to included.
    pub codes: Vec<CodeSeen>,
    /// Whether the Medication it refers to came along; `None` where it says the medicine itself.
    pub reference_resolved: Option<bool>,
    /// A dose as a number.
    pub has_dose: bool,
    /// How often, as a code or in numbers; `None` of an administration, which happens once.
    pub has_timing: Option<bool>,
}

/// A code as it stands in a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeSeen {
    /// `Coding.system`; empty where there is none.
    pub system: String,
    /// `Coding.code`.
    pub code: String,
}

view! {
    MedicineView<'a> {
        concept: Option<Concept<'a>> = "medicationCodeableConcept",
        reference: Option<Reference<'a>> = "medicationReference",
        contained: Vec<&'a RawValue> = "contained",
        instructions: Vec<DosageView<'a>> = "dosageInstruction",
        // A list in a statement, one object in an administration.
        dosage: Option<&'a RawValue> = "dosage",
    }
}

view! {
    DosageView<'a> {
        timing: Option<TimingView<'a>> = "timing",
        dose_and_rate: Vec<DoseView<'a>> = "doseAndRate",
        dose: Option<Quantity<'a>> = "dose",
    }
}

view! {
    DoseView<'a> {
        quantity: Option<Quantity<'a>> = "doseQuantity",
        range: Option<Range<'a>> = "doseRange",
    }
}

view! {
    TimingView<'a> {
        repeat: Option<RepeatView<'a>> = "repeat",
        code: Option<Concept<'a>> = "code",
    }
}

view! {
    RepeatView<'a> {
        period: Option<f64> = "period",
        day_of_week: Vec<Text<'a>> = "dayOfWeek",
        time_of_day: Vec<Text<'a>> = "timeOfDay",
        when: Vec<Text<'a>> = "when",
    }
}

view! {
    MedicationView<'a> {
        id: Option<Text<'a>> = "id",
        code: Option<Concept<'a>> = "code",
    }
}

view! {
    SurveyView<'a> {
        category: Vec<Concept<'a>> = "category",
        code: Option<Concept<'a>> = "code",
    }
}

/// Whether anything is read from resources of this type.
pub fn is_read(resource_type: &str) -> bool {
    matches!(resource_type, "Medication" | "ServiceRequest") || kind_of(resource_type).is_some()
}

/// What these answers hold, each with what it is called.
pub fn inventory<'a>(knowledge: &Knowledge, answers: &'a [(&'a str, &'a Answer<'a>)]) -> Inventory {
    let all = || answers.iter().flat_map(|(name, answer)| answer.entries.iter().map(move |entry| (*name, *answer, entry)));
    let mut medications: BTreeMap<String, Option<Concept<'_>>> = BTreeMap::new();
    for (_, answer, entry) in all().filter(|(_, _, entry)| entry.kind == "Medication") {
        let code = MedicationView::of(answer.members(entry), &mut Faults::default()).code;
        let names = [entry.id.as_deref(), entry.full_url.as_deref()];
        medications.extend(names.into_iter().flatten().map(|name| (name.to_owned(), code.clone())));
    }
    let mut inventory = Inventory::default();
    for (name, answer, entry) in all() {
        let source = || Single::new(name, answer, entry).source();
        match &*entry.kind {
            "MedicationRequest" | "MedicationDispense" | "MedicationStatement" | "MedicationAdministration" => {
                let view = MedicineView::of(answer.members(entry), &mut Faults::default());
                let given = entry.kind == "MedicationAdministration";
                inventory.medicines.insert(source(), medicine(view, given, &medications));
            }
            "Observation" => {
                let view = SurveyView::of(answer.members(entry), &mut Faults::default());
                if let Some(codes) = unknown_survey(knowledge, &view) {
                    inventory.unknown_surveys.insert(source(), codes);
                }
            }
            _ => {}
        }
    }
    inventory
}

fn medicine(view: MedicineView<'_>, given: bool, medications: &BTreeMap<String, Option<Concept<'_>>>) -> MedicineEntry {
    let several = |raw: &RawValue| raw.get().starts_with('[');
    let mut faults = Faults::default();
    let single = view.dosage.filter(|raw| !several(raw)).and_then(|raw| DosageView::read(raw, &mut faults));
    let listed = view.dosage.filter(|raw| several(raw)).map(listed_dosages).unwrap_or_default();
    let dosages: Vec<DosageView<'_>> = view.instructions.into_iter().chain(single).chain(listed).collect();
    let own = view.concept.filter(|concept| !concept.label().trim().is_empty());
    let referred = view.reference.filter(|_| own.is_none()).map(|reference| referred(&reference, &view.contained, medications));
    let reference_resolved = referred.as_ref().map(Option::is_some);
    MedicineEntry {
        codes: own.or(referred.flatten().flatten()).map(|concept| codes(&concept)).unwrap_or_default(),
        reference_resolved,
        has_dose: dosages.iter().any(DosageView::has_dose),
        has_timing: (!given).then(|| dosages.iter().any(DosageView::has_timing)),
    }
}

fn listed_dosages(raw: &RawValue) -> Vec<DosageView<'_>> {
    let mut found = Vec::new();
    super::view::Slot::put(&mut found, "dosage", &mut Cursor::of(raw), &mut Faults::default());
    found
}

/// The Medication that a reference leads to, with its code if it has one; `None` where it leads nowhere.
fn referred<'a>(
    reference: &Reference<'a>,
    contained: &[&'a RawValue],
    medications: &BTreeMap<String, Option<Concept<'a>>>,
) -> Option<Option<Concept<'a>>> {
    let to = reference.reference.as_deref()?;
    if let Some(id) = to.strip_prefix('#') {
        let views = contained.iter().filter_map(|raw| MedicationView::read(raw, &mut Faults::default()));
        return views.into_iter().find(|view| view.id.as_deref() == Some(id)).map(|view| view.code);
    }
    let plain = to.split("/_history/").next().unwrap_or(to);
    let by_id = || target(plain).and_then(|(_, id)| medications.get(id));
    medications.get(plain).or_else(by_id).cloned()
}

impl DosageView<'_> {
    fn has_dose(&self) -> bool {
        let number = |quantity: &Option<Quantity<'_>>| quantity.as_ref().is_some_and(|quantity| quantity.value.is_some());
        let range = |range: &Option<Range<'_>>| range.as_ref().is_some_and(|range| number(&range.low) || number(&range.high));
        number(&self.dose) || self.dose_and_rate.iter().any(|dose| number(&dose.quantity) || range(&dose.range))
    }

    fn has_timing(&self) -> bool {
        let Some(timing) = &self.timing else { return false };
        let coded = timing.code.as_ref().is_some_and(|code| code.coding.iter().any(|coding| coding.code.is_some()));
        let told = |repeat: &RepeatView<'_>| {
            let at_times = !repeat.day_of_week.is_empty() || !repeat.time_of_day.is_empty() || !repeat.when.is_empty();
            repeat.period.is_some() || at_times
        };
        coded || timing.repeat.as_ref().is_some_and(told)
    }
}

/// The codes of a survey that the observation table does not know; `None` of anything else.
fn unknown_survey(knowledge: &Knowledge, view: &SurveyView<'_>) -> Option<Vec<CodeSeen>> {
    let is_survey = view.category.iter().any(|category| category.is_any(&["survey", "functional-mental-status"]));
    let code = view.code.as_ref().filter(|_| is_survey)?;
    let known = code.codes().any(|code| knowledge.observation(code).is_some())
        || code.wordings().any(|words| knowledge.observation_named(words).is_some());
    (!known).then(|| codes(code))
}

fn codes(concept: &Concept<'_>) -> Vec<CodeSeen> {
    let seen = concept.coding.iter().filter_map(|coding| {
        let code = coding.code.as_deref()?.trim();
        Some(CodeSeen { system: coding.system.as_deref().unwrap_or_default().trim().to_owned(), code: code.to_owned() })
    });
    seen.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entries: &[&str]) -> Inventory {
        let entries: Vec<String> = entries.iter().map(|entry| format!(r#"{{"resource":{entry}}}"#)).collect();
        let body = format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, entries.join(","));
        inventory(Knowledge::builtin(), &[("chart", &Answer::of(body.as_bytes()).expect("JSON"))])
    }

    fn medicine(rest: &str) -> MedicineEntry {
        let entry = format!(r#"{{"resourceType":"MedicationRequest","id":"m",{rest}}}"#);
        of(&[&entry]).medicines[&SourceRef::new("MedicationRequest/m")].clone()
    }

    #[test]
    fn a_dose_and_a_timing_are_there_only_as_numbers_or_codes() {
        let dosage = |inside: &str| {
            let entry = medicine(&format!(r#""dosageInstruction":[{{{inside}}}]"#));
            (entry.has_dose, entry.has_timing)
        };
        assert_eq!(dosage(r#""text":"one daily""#), (false, Some(false)));
        assert_eq!(dosage(r#""doseAndRate":[{"doseQuantity":{"value":1}}]"#), (true, Some(false)));
        assert_eq!(dosage(r#""doseAndRate":[{"doseQuantity":{"unit":"mg"}}]"#), (false, Some(false)));
        assert_eq!(dosage(r#""doseAndRate":[{"doseRange":{"high":{"value":2}}}]"#), (true, Some(false)));
        assert_eq!(dosage(r#""timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}}"#), (false, Some(true)));
        assert_eq!(dosage(r#""timing":{"repeat":{"boundsPeriod":{"start":"2026-01-01"}}}"#), (false, Some(false)));
        assert_eq!(dosage(r#""timing":{"code":{"coding":[{"code":"QD"}]}}"#), (false, Some(true)));
        assert_eq!(dosage(r#""timing":{"code":{"text":"Daily"}}"#), (false, Some(false)));
    }

    #[test]
    fn statements_list_their_dosages_and_administrations_have_one_without_a_timing() {
        let kinds = of(&[
            r#"{"resourceType":"MedicationStatement","id":"s","dosage":[{"doseAndRate":[{"doseQuantity":{"value":1}}]}]}"#,
            r#"{"resourceType":"MedicationAdministration","id":"a","dosage":{"dose":{"value":50,"unit":"mg"}}}"#,
        ]);
        let entry = |source: &str| &kinds.medicines[&SourceRef::new(source)];
        assert_eq!((entry("MedicationStatement/s").has_dose, entry("MedicationStatement/s").has_timing), (true, Some(false)));
        assert_eq!((entry("MedicationAdministration/a").has_dose, entry("MedicationAdministration/a").has_timing), (true, None));
    }

    #[test]
    fn a_reference_is_resolved_by_a_medication_that_came_along() {
        let order = |reference: &str| {
            format!(
                r#"{{"resourceType":"MedicationRequest","id":"m","medicationReference":{{"reference":"{reference}"}},"contained":[{{"resourceType":"Medication","id":"in","code":{{"coding":[{{"code":"c"}}]}}}}]}}"#
            )
        };
        let medication =
            r#"{"resourceType":"Medication","id":"a","code":{"coding":[{"system":"s","code":"b"},{"system":"s","code":"b"}]}}"#;
        for (reference, resolved, code) in [
            ("Medication/a", Some(true), Some("b")),
            ("https://fhir.example.org/Medication/a/_history/2", Some(true), Some("b")),
            ("#in", Some(true), Some("c")),
            ("#out", Some(false), None),
            ("Medication/z", Some(false), None),
        ] {
            let entry = &of(&[&order(reference), medication]).medicines[&SourceRef::new("MedicationRequest/m")];
            let first = entry.codes.first().map(|seen| seen.code.as_str());
            assert_eq!((entry.reference_resolved, first, entry.codes.len() < 2), (resolved, code, true), "{reference}");
        }
        let said = medicine(r#""medicationCodeableConcept":{"text":"x"},"medicationReference":{"reference":"Medication/z"}"#);
        assert_eq!(said.reference_resolved, None);
    }

    #[test]
    fn only_surveys_that_no_row_knows_are_listed() {
        let survey = |category: &str, code: &str| {
            let entry =
                format!(r#"{{"resourceType":"Observation","id":"o","category":[{{"coding":[{{"code":"{category}"}}]}}],"code":{code}}}"#);
            of(&[&entry]).unknown_surveys.into_values().next().map(|codes| codes.into_iter().map(|seen| seen.code).collect::<Vec<_>>())
        };
        let local = r#"{"coding":[{"system":"urn:oid:1.2.3","code":"FLO-1"}]}"#;
        assert_eq!(survey("survey", local), Some(vec!["FLO-1".to_owned()]));
        assert_eq!(survey("laboratory", local), None);
        assert_eq!(survey("survey", r#"{"coding":[{"system":"http://loinc.org","code":"44261-6"}]}"#), None);
    }
}
