//! Which version of FHIR a resource has the shape of.

use serde_json::value::RawValue;

use super::error::Version;
use super::view::{Cursor, Member};

/// What the shape of one resource tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Plainly R4.
    R4,
    /// Nothing that tells versions apart.
    Any,
    /// Another version, and what shows it.
    Foreign(Version, &'static str),
}

/// The shape of a resource of this type.
///
/// A CodeableReference is R5; a bare-string clinicalStatus, a dose straight on the dosage, `context` on an order are older than R4.
pub(super) fn shape(kind: &str, members: &[Member<'_>]) -> Shape {
    use Version::{Dstu2, R5, Stu3};
    let mut shape = Shape::Any;
    let mut status = None;
    let mut patient = false;
    let mut note = |found: Shape| {
        if !matches!(shape, Shape::Foreign(..)) {
            shape = found;
        }
    };
    if kind == "MedicationOrder" {
        return Shape::Foreign(Dstu2, "MedicationOrder is MedicationRequest in R4");
    }
    let medicine = kind.starts_with("Medication") && kind != "Medication";
    for Member { name, value } in members {
        let first = value.get().as_bytes().first().copied().unwrap_or_default();
        match (kind, &**name) {
            (_, "medication") if medicine && first == b'{' => note(Shape::Foreign(R5, "`medication` is medication[x] in R4")),
            (_, "medicationCodeableConcept" | "medicationReference") if medicine => note(Shape::R4),
            ("MedicationStatement", "status") if matches!(value.get(), "\"recorded\"" | "\"draft\"") => {
                note(Shape::Foreign(R5, "this status of MedicationStatement is not in R4"));
            }
            ("MedicationStatement", "taken") => note(Shape::Foreign(Stu3, "`taken` is a status in R4")),
            ("MedicationStatement", "wasNotTaken") => note(Shape::Foreign(Dstu2, "`wasNotTaken` is a status in R4")),
            ("MedicationAdministration", "wasNotGiven") => note(Shape::Foreign(Dstu2, "`wasNotGiven` is a status in R4")),
            ("MedicationAdministration", "notGiven") => note(Shape::Foreign(Stu3, "`notGiven` is a status in R4")),
            ("MedicationRequest", "context") => note(Shape::Foreign(Stu3, "`context` is `encounter` in R4")),
            ("MedicationRequest", "requester") if value.get().contains("\"agent\"") => {
                note(Shape::Foreign(Stu3, "`requester.agent` is `requester` in R4"));
            }
            (_, "dosageInstruction" | "dosage") if medicine && kind != "MedicationAdministration" && old_dosage(value) => {
                note(Shape::Foreign(Stu3, "a dose stands in `doseAndRate` in R4"));
            }
            ("Condition" | "AllergyIntolerance", "clinicalStatus") => status = Some(first == b'"'),
            ("Condition", "patient") => patient = true,
            ("Patient", "name") if old_name(value) => note(Shape::Foreign(Dstu2, "`name.family` is one string in R4")),
            ("Procedure", "notDone") => note(Shape::Foreign(Stu3, "`notDone` is a status in R4")),
            ("Procedure", "notPerformed") => note(Shape::Foreign(Dstu2, "`notPerformed` is a status in R4")),
            ("Observation", "context") => note(Shape::Foreign(Stu3, "`context` is `encounter` in R4")),
            _ => {}
        }
    }
    match status {
        Some(true) if patient => Shape::Foreign(Dstu2, "`clinicalStatus` is a CodeableConcept in R4"),
        Some(true) => Shape::Foreign(Stu3, "`clinicalStatus` is a CodeableConcept in R4"),
        Some(false) if shape == Shape::Any => Shape::R4,
        _ => shape,
    }
}

/// Whether a dosage has its dose outside of `doseAndRate`.
fn old_dosage(value: &RawValue) -> bool {
    has(value, |name, _| matches!(name, "doseQuantity" | "doseRange" | "quantityQuantity"))
}

/// Whether a name has several families.
fn old_name(value: &RawValue) -> bool {
    has(value, |name, value| name == "family" && value.starts_with('['))
}

/// Whether one of several elements has such a member.
fn has(value: &RawValue, test: impl Fn(&str, &str) -> bool) -> bool {
    let mut found = false;
    Cursor::of(value).elements(|element| {
        let is_object = element.members(|name, from| found |= test(name, from.skip()));
        if !is_object {
            element.skip();
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, text: &str) -> Shape {
        let mut members = Vec::new();
        let all = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).expect("an object");
        let values: Vec<(String, Box<RawValue>)> =
            all.into_iter().map(|(name, value)| (name, RawValue::from_string(value.to_string()).expect("JSON"))).collect();
        members.extend(values.iter().map(|(name, value)| Member { name: name.as_str().into(), value }));
        shape(kind, &members)
    }

    #[test]
    fn a_codeable_reference_is_r5() {
        let r5 = of("MedicationDispense", r#"{"medication":{"concept":{"text":"x"}}}"#);
        assert!(matches!(r5, Shape::Foreign(Version::R5, _)));
        assert_eq!(of("MedicationDispense", r#"{"medicationCodeableConcept":{"text":"x"}}"#), Shape::R4);
    }

    #[test]
    fn a_bare_clinical_status_is_older_than_r4() {
        assert!(matches!(of("Condition", r#"{"clinicalStatus":"active","patient":{}}"#), Shape::Foreign(Version::Dstu2, _)));
        assert!(matches!(of("Condition", r#"{"clinicalStatus":"active","subject":{}}"#), Shape::Foreign(Version::Stu3, _)));
        assert_eq!(of("Condition", r#"{"clinicalStatus":{"coding":[]}}"#), Shape::R4);
        assert_eq!(of("Condition", r#"{"code":{}}"#), Shape::Any);
    }

    #[test]
    fn several_families_are_dstu2() {
        assert!(matches!(of("Patient", r#"{"name":[{"family":["A"]}]}"#), Shape::Foreign(Version::Dstu2, _)));
        assert_eq!(of("Patient", r#"{"name":[{"family":"A"}]}"#), Shape::Any);
    }

    #[test]
    fn a_dose_straight_on_the_dosage_is_stu3() {
        let stu3 = of("MedicationRequest", r#"{"medicationCodeableConcept":{},"dosageInstruction":[{"doseQuantity":{"value":1}}]}"#);
        assert!(matches!(stu3, Shape::Foreign(Version::Stu3, _)));
    }
}
