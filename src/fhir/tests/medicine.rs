//! Records of medicines, read.

use super::*;
use crate::clinical::units::{Form, ProductUse};

// rule 1/statuses: speaks
// rule 1/statuses: silent
#[test]
fn statuses_and_intents_are_sorted_as_the_rules_say() {
    for (more, count) in [
        (json!({"status": "active"}), 1),
        (json!({"status": "unknown"}), 1),
        (json!({"status": "stopped"}), 1),
        (json!({"status": "draft"}), 0),
        (json!({"status": "cancelled"}), 0),
        (json!({"status": "entered-in-error"}), 0),
        (json!({"intent": "instance-order"}), 1),
        (json!({"intent": "proposal"}), 0),
        (json!({"intent": "plan"}), 0),
        (json!({"intent": "plan", "reportedBoolean": true}), 1),
        (json!({"doNotPerform": true}), 0),
        (json!({"modifierExtension": [{"url": "x"}]}), 0),
    ] {
        let chart = chart(&[patient(), request(more.clone())]);
        assert_eq!((chart.medications.len(), chart.unread.len()), (count, 1 - count), "{more}");
    }
    let stated = chart(&[patient(), request(json!({"intent": "plan", "reportedBoolean": true}))]);
    assert_eq!(stated.medications[0].evidence, Evidence::Stated);
}

#[test]
fn a_medicine_by_reference_is_found_wherever_it_stands() {
    let code = json!({"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "312941"}]});
    let medication = json!({"resourceType": "Medication", "id": "m", "code": code});
    let order = |reference: &str, more: Json| {
        with(request(json!({"medicationCodeableConcept": null, "medicationReference": {"reference": reference}})), more)
    };
    let contained = order("#m", json!({"contained": [medication.clone()]}));
    assert_eq!(chart(&[patient(), contained]).medications[0].medicine.recognition, Recognition::Coded);
    for reference in ["Medication/m", "https://x.example/fhir/Medication/m", "Medication/m/_history/4"] {
        let chart = chart(&[patient(), order(reference, json!({})), medication.clone()]);
        assert_eq!(chart.medications[0].medicine.components.len(), 1, "{reference}");
    }
    let nowhere = order("Medication/gone", json!({}));
    assert_eq!(chart(&[patient(), nowhere]).unread.len(), 1);
    let named = order("Medication/gone", json!({"medicationReference": {"reference": "Medication/gone", "display": "Zoloft 100 mg"}}));
    let medicine = chart(&[patient(), named]).medications[0].medicine.clone();
    assert_eq!(medicine.recognition, Recognition::Text);
    assert_eq!(medicine.components[0].strength.map(|strength| strength.mg()), Some(100.0));
}

// rule 3.6/display: speaks
// rule 3.6/display: silent
#[test]
fn an_unknown_code_is_read_by_its_display() {
    let coded = |display: &str| {
        let coding = json!([{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "2999101", "display": display}]);
        chart(&[patient(), request(json!({"medicationCodeableConcept": {"coding": coding}}))]).medications[0].medicine.clone()
    };
    let brand = coded("sertraline 50 MG Oral Tablet [Zoloft]");
    assert_eq!((brand.recognition, brand.components.len(), brand.form), (Recognition::Display, 1, Form::Immediate));
    assert_eq!(brand.components[0].strength.map(|strength| strength.mg()), Some(50.0));
    let unknown = coded("fictivine 10 MG Oral Tablet");
    assert_eq!(unknown.components, []);
}

#[test]
fn a_display_that_contradicts_its_code_is_told() {
    let said = |display: &str| {
        let coding = json!([{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "312941", "display": display}]);
        chart(&[patient(), request(json!({"medicationCodeableConcept": {"coding": coding}}))]).medications[0]
            .medicine
            .contradicted_by
            .clone()
    };
    assert_eq!(said("sertraline 50 MG Oral Tablet"), None);
    assert_eq!(said("Zoloft"), None);
    assert!(said("sertraline 100 MG Oral Tablet").is_some());
    assert!(said("citalopram 20 MG Oral Tablet").is_some());
}

/// rules.md 3.2: what is never a trial stays so under a code that no table has, and in free text.
// rule 3.2/never-a-trial: speaks
// rule 3.2/never-a-trial: silent
#[test]
fn a_brand_that_is_never_a_trial_is_known_by_its_name() {
    let coded = |code: &str, display: &str| {
        let coding = json!([{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": display}]);
        let more = json!({"medicationCodeableConcept": {"coding": coding}});
        chart(&[patient(), request(more)]).medications[0].medicine.product_use
    };
    assert_eq!(coded("999999999", "Zyban 150 MG 12HR Extended Release Oral Tablet"), ProductUse::NeverATrial);
    assert_eq!(coded("42347", "Zyban"), ProductUse::NeverATrial, "the code of the ingredient alone");
    assert_eq!(coded("999999999", "Wellbutrin SR 150 MG"), ProductUse::Ordinary);
    let text =
        |text: &str| chart(&[patient(), request(json!({"medicationCodeableConcept": {"text": text}}))]).medications[0].medicine.product_use;
    assert_eq!(text("Silenor 6 mg"), ProductUse::NeverATrial);
    assert_eq!(text("doxepin 75 mg"), ProductUse::Ordinary);
}

#[test]
fn selegiline_without_a_route_is_oral() {
    let by = |route: Json| {
        let coding = json!([{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "9639"}]);
        let more = json!({"medicationCodeableConcept": {"coding": coding}, "dosageInstruction": [{"text": "daily", "route": route}]});
        chart(&[patient(), request(more)]).medications[0].medicine.clone()
    };
    assert_eq!(by(Json::Null).product_use, ProductUse::NeverATrial);
    let patch = by(json!({"coding": [{"system": "http://snomed.info/sct", "code": "45890007"}]}));
    assert_eq!((patch.product_use, patch.form), (ProductUse::Ordinary, Form::Patch));
}

// rule 1/adherence-fact: speaks
// rule 1/adherence-fact: silent
#[test]
fn not_taken_is_a_fact_about_adherence_and_no_exposure() {
    let statement = json!({
        "resourceType": "MedicationStatement", "id": "s", "status": "not-taken", "subject": {"reference": "Patient/p"},
        "medicationCodeableConcept": {"text": "sertraline"}, "effectivePeriod": {"start": "2026-01-01"}
    });
    let chart = chart(&[patient(), statement]);
    assert_eq!((chart.medications.len(), chart.adherence.len()), (0, 1));
}

#[test]
fn a_code_of_non_adherence_is_a_fact_without_a_drug() {
    let code = json!({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z91.14"}]});
    let chart = chart(&[patient(), condition(json!({"code": code, "recordedDate": "2026-01-15"}))]);
    let fact = &chart.adherence[0];
    assert_eq!((fact.ingredient, fact.non_adherent, fact.span.first.to_string().as_str()), (None, true, "2026-01-15"));
}

#[test]
fn the_adherence_extension_of_an_order_is_a_fact_about_its_drug() {
    let extension = json!([{
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-medication-adherence",
        "extension": [
            {"url": "medicationAdherence", "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "275928001"}]}},
            {"url": "dateAsserted", "valueDateTime": "2026-02-11T08:15:49.449Z"}
        ]
    }]);
    let chart = chart(&[patient(), request(json!({"extension": extension}))]);
    let fact = &chart.adherence[0];
    assert_eq!(fact.ingredient.map(|drug| drug.name()), Some("sertraline"));
    assert_eq!((fact.non_adherent, fact.span.first.to_string().as_str()), (true, "2026-02-11"));
}

#[test]
fn an_administration_is_one_dose_of_its_day() {
    let given = json!({
        "resourceType": "MedicationAdministration", "id": "a", "status": "completed", "subject": {"reference": "Patient/p"},
        "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "312941"}]},
        "effectiveDateTime": "2026-02-01T08:00:00Z", "dosage": {"dose": {"value": 100, "unit": "mg"}}
    });
    let chart = chart(&[patient(), given]);
    let record = &chart.medications[0];
    assert_eq!((record.evidence, record.end), (Evidence::Administered, record.start));
    assert_eq!(record.instruction.steps[0].amount, Amount::Milligrams { low: 100.0, high: 100.0 });
}

// rule 3.1/validity-is-no-end: speaks
// rule 3.1/validity-is-no-end: silent
#[test]
fn the_end_of_validity_is_no_end_of_taking() {
    let order = |dosage: Json| {
        let validity = json!({"validityPeriod": {"start": "2025-12-01", "end": "2026-02-01"}});
        let record = request(json!({"authoredOn": null, "dispenseRequest": validity, "dosageInstruction": dosage}));
        let chart = chart(&[patient(), record]);
        let record = &chart.medications[0];
        (record.start.map(|start| start.first.to_string()), record.end.map(|end| end.last.to_string()))
    };
    assert_eq!(order(json!([])), (Some("2025-12-01".to_owned()), None));
    let bounds = json!([{"timing": {"repeat": {"boundsPeriod": {"end": "2026-01-15"}}}}]);
    assert_eq!(order(bounds), (Some("2025-12-01".to_owned()), Some("2026-01-15".to_owned())));
}

// rule 3.1/instruction-not-understood: speaks
// rule 3.1/instruction-not-understood: silent
#[test]
fn an_instruction_that_cannot_be_read_is_told_where_it_leaves_the_dose_unknown() {
    let told = |more: Json| {
        let assessment = crate::clinical::derive::assess(&chart(&[patient(), request(more)]), Knowledge::builtin(), today());
        let of_records = assessment.notes.into_iter().filter(|note| !note.basis.is_empty());
        of_records.map(|note| (note.text, note.basis)).collect::<Vec<_>>()
    };
    let taper = json!([{"text": "take 1 tablet daily for a week, then 2 tablets"}]);
    let source = crate::clinical::units::SourceRef::new("MedicationRequest/r");
    let said = "sertraline of 2026-01-01: instruction not understood, dose unknown".to_owned();
    assert_eq!(told(json!({"dosageInstruction": taper})), [(said, vec![source])]);
    assert_eq!(told(json!({"dosageInstruction": [{"text": "take 1 tablet daily"}]})), []);
    assert_eq!(told(json!({})), [], "without an instruction there was nothing to understand");
    let supply = json!({"quantity": {"value": 60}, "expectedSupplyDuration": {"value": 30, "unit": "d"}});
    assert_eq!(told(json!({"dosageInstruction": taper, "dispenseRequest": supply})), [], "the supply tells the dose");
    let ibuprofen = json!({"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "5640"}]});
    assert_eq!(told(json!({"dosageInstruction": taper, "medicationCodeableConcept": ibuprofen})), [], "its dose counts nowhere");
}
