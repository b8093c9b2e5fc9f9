//! Whole records, read.

use std::path::{Path, PathBuf};

use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::*;
use crate::clinical::chart::*;
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day, Form, Instrument, ProductUse};

const TODAY: &str = "2026-03-02";

fn today() -> Day {
    TODAY.parse().expect("a day")
}

fn chart_of(bodies: &[&str]) -> Result<Chart, ReadError> {
    let mut reader = Reader::new(Knowledge::builtin(), today());
    for (index, body) in bodies.iter().enumerate() {
        reader.add(&format!("{index}.json"), body.as_bytes())?;
    }
    reader.finish()
}

fn bundle(resources: &[Json]) -> String {
    let entries: Vec<Json> = resources.iter().map(|resource| json!({ "resource": resource })).collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }).to_string()
}

fn chart(resources: &[Json]) -> Chart {
    chart_of(&[&bundle(resources)]).expect("a chart")
}

fn patient() -> Json {
    json!({"resourceType": "Patient", "id": "p", "birthDate": "1980-05-05", "gender": "female"})
}

/// The resource with more members.
fn with(mut resource: Json, more: Json) -> Json {
    for (key, value) in more.as_object().expect("members") {
        resource[key] = value.clone();
    }
    resource
}

fn request(more: Json) -> Json {
    let base = json!({
        "resourceType": "MedicationRequest", "id": "r", "status": "active", "intent": "order", "subject": {"reference": "Patient/p"},
        "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "312941"}]},
        "authoredOn": "2026-01-01"
    });
    with(base, more)
}

fn observation(more: Json) -> Json {
    let base = json!({
        "resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "44261-6"}]},
        "effectiveDateTime": "2026-02-01T10:00:00Z", "valueInteger": 14
    });
    with(base, more)
}

fn condition(more: Json) -> Json {
    let base = json!({
        "resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F33.1"}]},
        "onsetDateTime": "2025-01", "recordedDate": "2025-02-01"
    });
    with(base, more)
}

fn whys(chart: &Chart) -> Vec<&str> {
    chart.unread.iter().map(|unread| unread.why.as_str()).collect()
}

#[test]
fn a_record_becomes_a_chart() {
    let chart = chart(&[patient(), condition(json!({})), request(json!({})), observation(json!({}))]);
    assert_eq!(chart.patient.as_ref().map(|patient| patient.id.as_str()), Some("p"));
    let condition = &chart.conditions[0];
    assert!(condition.current && condition.groups.has(ConditionGroup::DepressionMddActive));
    assert!(condition.onset.is_some_and(|onset| onset.is_approximate()));
    let record = &chart.medications[0];
    assert_eq!(record.medicine.components[0].ingredient.name(), "sertraline");
    assert_eq!(record.medicine.components[0].strength.map(|strength| strength.mg()), Some(50.0));
    assert_eq!(chart.screenings[0].total, Some(14));
    assert_eq!(chart.unread, []);
}

#[test]
fn the_order_of_entries_and_repetition_change_nothing() {
    let resources =
        [patient(), condition(json!({})), request(json!({})), observation(json!({})), observation(json!({"id": "o2", "valueInteger": 9}))];
    let forward = chart(&resources);
    let mut backward: Vec<Json> = resources.iter().rev().cloned().collect();
    assert_eq!(chart(&backward), forward);
    backward.extend(resources);
    assert_eq!(chart(&backward), forward);
}

#[test]
fn of_two_versions_the_later_counts() {
    let old = observation(json!({"meta": {"lastUpdated": "2026-02-01T10:00:00Z"}}));
    let new = observation(json!({"meta": {"lastUpdated": "2026-02-02T10:00:00Z"}, "status": "entered-in-error"}));
    for resources in [[patient(), old.clone(), new.clone()], [patient(), new, old]] {
        let chart = chart(&resources);
        assert_eq!((chart.screenings.len(), whys(&chart)), (0, vec!["entered in error"]));
    }
}

#[test]
fn a_resource_of_another_patient_is_not_used() {
    let chart = chart(&[patient(), condition(json!({"subject": {"reference": "Patient/q"}}))]);
    assert_eq!((chart.conditions.len(), whys(&chart)), (0, vec!["belongs to another patient"]));
    assert_eq!(chart.coverage.of(Kind::Conditions), Extent::None);
}

#[test]
fn every_way_to_name_the_patient_is_understood() {
    for reference in ["Patient/p", "https://x.example/fhir/Patient/p", "Patient/p/_history/2", "urn:uuid:0001"] {
        let body = json!({"resourceType": "Bundle", "entry": [
            {"fullUrl": "urn:uuid:0001", "resource": patient()},
            {"resource": condition(json!({"subject": {"reference": reference}}))},
        ]});
        assert_eq!(chart_of(&[&body.to_string()]).expect("a chart").conditions.len(), 1, "{reference}");
    }
}

#[test]
fn two_patients_are_no_record() {
    let two = [patient(), with(patient(), json!({"id": "q"}))];
    let error = chart_of(&[&bundle(&two)]).expect_err("two patients");
    assert_eq!(error, ReadError::TwoPatients { ids: vec!["p".into(), "q".into()] });
    assert!(!error.without_ids().contains('q'));
}

#[test]
fn the_expected_patient_settles_whose_record_it_is() {
    let body =
        bundle(&[patient(), with(patient(), json!({"id": "q"})), condition(json!({})), condition(json!({"id": "d", "subject": null}))]);
    let mut reader = Reader::new(Knowledge::builtin(), today());
    reader.expect_patient("p");
    reader.add("x", body.as_bytes()).expect("read");
    let chart = reader.finish().expect("a chart");
    assert_eq!((chart.conditions.len(), chart.unread.len()), (1, 2));
}

#[test]
fn without_a_subject_it_is_the_one_patients() {
    assert_eq!(chart(&[patient(), condition(json!({"subject": null}))]).conditions.len(), 1);
    assert_eq!(chart(&[patient(), condition(json!({"subject": {"reference": "Group/g"}}))]).conditions.len(), 0);
}

#[test]
fn nothing_dated_after_today_counts() {
    let chart = chart(&[
        patient(),
        condition(json!({"onsetDateTime": "2026-03-03"})),
        request(json!({"authoredOn": "2026-03-03"})),
        observation(json!({"effectiveDateTime": "2026-03-03"})),
        with(observation(json!({"effectiveDateTime": "2026-03-02"})), json!({"id": "o2"})),
    ]);
    assert_eq!((chart.conditions.len(), chart.medications.len(), chart.screenings.len()), (0, 0, 1));
    assert_eq!(whys(&chart), ["dated after 2026-03-02"; 3]);
}

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
fn a_refuted_diagnosis_is_kept_apart() {
    let status = |code: &str| condition(json!({"verificationStatus": {"coding": [{"code": code}]}}));
    assert_eq!(chart(&[patient(), status("refuted")]).refuted.len(), 1);
    assert_eq!(chart(&[patient(), status("provisional")]).conditions[0].certainty, Certainty::Provisional);
    assert_eq!(whys(&chart(&[patient(), status("entered-in-error")])), ["entered in error"]);
}

#[test]
fn without_a_clinical_status_an_encounter_diagnosis_is_current_for_a_year() {
    let recorded = |day: &str| {
        let category = json!([{"coding": [{"code": "encounter-diagnosis"}]}]);
        let more = json!({"clinicalStatus": null, "category": category, "recordedDate": day, "onsetDateTime": null});
        chart(&[patient(), condition(more)]).conditions[0].current
    };
    assert!(recorded("2025-03-02"));
    assert!(!recorded("2025-03-01"));
}

#[test]
fn an_age_is_the_birthday_of_that_age() {
    let more = json!({"onsetDateTime": null, "onsetAge": {"value": 20, "code": "a"}});
    let chart = chart(&[condition(more), patient()]);
    assert_eq!(chart.conditions[0].onset.map(|onset| onset.first.to_string()).as_deref(), Some("2000-05-05"));
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
fn a_mood_questionnaire_is_positive_only_with_all_three_parts() {
    let filled = |yes: usize, together: bool, problem: &str| {
        let mut items: Vec<Json> =
            (0..13).map(|item| json!({"linkId": format!("1.{item}"), "answer": [{"valueBoolean": item < yes}]})).collect();
        items.push(json!({"linkId": "2", "answer": [{"valueBoolean": together}]}));
        items.push(json!({"linkId": "3", "answer": [{"valueString": problem}]}));
        let response = json!({
            "resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "authored": "2026-02-20", "item": items,
            "subject": {"reference": "Patient/p"}, "questionnaire": "http://x.example/Questionnaire/mood-disorder-questionnaire"
        });
        chart(&[patient(), response]).measurements[0].value.clone()
    };
    assert_eq!(filled(7, true, "Moderate problem"), Value::YesNo(true));
    assert_eq!(filled(6, true, "Moderate problem"), Value::YesNo(false));
    assert_eq!(filled(8, false, "Moderate problem"), Value::YesNo(false));
    assert_eq!(filled(8, true, "Minor problem"), Value::YesNo(false));
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

#[test]
fn a_member_of_the_wrong_type_costs_that_member() {
    let chart = chart(&[patient(), request(json!({"authoredOn": 20260101, "dispenseRequest": {"quantity": {"value": "30"}}}))]);
    assert_eq!(chart.medications.len(), 1);
    assert_eq!(chart.unread.len(), 2);
    assert!(whys(&chart)[0].contains("authoredOn"));
}

#[test]
fn a_score_may_be_written_in_any_way() {
    for value in [
        json!({"valueInteger": 14}),
        json!({"valueInteger": null, "valueQuantity": {"value": 14.0, "code": "{score}"}}),
        json!({"valueInteger": null, "valueString": "14"}),
    ] {
        assert_eq!(chart(&[patient(), observation(value.clone())]).screenings[0].total, Some(14), "{value}");
    }
    for value in [json!({"valueInteger": 28}), json!({"valueInteger": -1}), json!({"valueInteger": null, "valueString": "high"})] {
        let chart = chart(&[patient(), observation(value.clone())]);
        assert_eq!((chart.screenings.len(), chart.unread.len()), (0, 1), "{value}");
    }
    assert_eq!(chart(&[patient(), observation(json!({"valueInteger": 27}))]).screenings[0].total, Some(27));
}

#[test]
fn a_result_is_in_the_unit_of_the_table_or_unread() {
    let tsh = |quantity: Json| {
        let code = json!({"coding": [{"system": "http://loinc.org", "code": "3016-3"}]});
        let chart = chart(&[patient(), observation(json!({"code": code, "valueInteger": null, "valueQuantity": quantity}))]);
        (chart.measurements.first().map(|found| (found.instrument, found.value.clone())), chart.unread.len())
    };
    assert_eq!(tsh(json!({"value": 6.1, "unit": "uIU/mL"})), (Some((Instrument::Tsh, Value::Number(6.1))), 0));
    assert_eq!(tsh(json!({"value": 6.1})), (None, 1));
}

#[test]
fn the_laboratory_values_of_contributors_are_converted_or_unread() {
    let read = |loinc: &str, quantity: Json| {
        let code = json!({"coding": [{"system": "http://loinc.org", "code": loinc}]});
        let chart = chart(&[patient(), observation(json!({"code": code, "valueInteger": null, "valueQuantity": quantity}))]);
        assert_eq!(chart.unreadable.len(), chart.unread.len());
        chart.measurements.first().map(|found| match found.value {
            Value::Number(number) => (number * 100.0).round() / 100.0,
            _ => f64::NAN,
        })
    };
    for (loinc, value, unit, told) in [
        ("3016-3", 12.4, "mIU/L", 12.4),
        ("3024-7", 12.87, "pmol/L", 1.0),
        ("3051-0", 10.0, "pmol/L", 6.51),
        ("718-7", 109.0, "g/L", 10.9),
        ("787-2", 78.0, "fL", 78.0),
        ("2276-4", 12.0, "ug/L", 12.0),
        ("1989-3", 49.92, "nmol/L", 20.0),
        ("2132-9", 100.0, "pmol/L", 135.5),
        ("69990-0", 16.0, "{events}/h", 16.0),
        ("75626-2", 5.0, "{score}", 5.0),
    ] {
        assert_eq!(read(loinc, json!({"value": value, "unit": unit})), Some(told), "{loinc}");
        assert_eq!(read(loinc, json!({"value": 1e7, "unit": unit})), None, "{loinc}: implausible");
        assert_eq!(read(loinc, json!({"value": value, "unit": "furlong"})), None, "{loinc}: a unit of something else");
        let score = loinc == "75626-2";
        assert_eq!(read(loinc, json!({"value": value})).is_some(), score, "{loinc}: only a score needs no unit");
    }
    assert_eq!(read("718-7", json!({"value": 109.0, "unit": "g/dL"})), None, "a slip of the unit");
}

#[test]
fn a_reference_range_is_in_the_unit_of_the_table() {
    let code = json!({"coding": [{"system": "http://loinc.org", "code": "3024-7"}]});
    let range = json!([{"low": {"value": 12.87, "unit": "pmol/L"}, "high": {"value": 25.74}}]);
    let value = json!({"code": code, "valueInteger": null, "valueQuantity": {"value": 9.0, "unit": "pmol/L"}, "referenceRange": range});
    let chart = chart(&[patient(), observation(value)]);
    assert_eq!((chart.measurements[0].lower_limit, chart.measurements[0].upper_limit), (Some(1.0), Some(2.0)));
}

#[test]
fn positive_airway_pressure_is_known_by_its_code_and_by_its_words() {
    let kind = |code: Json| {
        let done = json!({
            "resourceType": "Procedure", "id": "x", "status": "completed", "subject": {"reference": "Patient/p"},
            "code": code, "performedDateTime": "2026-01-05"
        });
        chart(&[patient(), done]).procedures.first().map(|found| found.kind)
    };
    let coded = json!({"coding": [{"system": "http://snomed.info/sct", "code": "47545007"}]});
    assert_eq!(kind(coded), Some(ProcedureKind::Pap));
    assert_eq!(kind(json!({"text": "CPAP titration"})), Some(ProcedureKind::Pap));
    assert_eq!(kind(json!({"text": "Appendectomy"})), None);
}

#[test]
fn a_negated_family_history_is_none() {
    let history = |more: Json| {
        let diagnosis = json!({"code": {"coding": [{"system": "http://snomed.info/sct", "code": "13746004"}]}});
        json!({
            "resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "patient": {"reference": "Patient/p"},
            "relationship": {"coding": [{"code": "MTH"}]}, "condition": [with(diagnosis, more)]
        })
    };
    let plain = chart(&[patient(), history(json!({}))]);
    assert_eq!(plain.family[0].relative, Relative::FirstDegree);
    let negated = chart(&[patient(), history(json!({"modifierExtension": [{"url": "condition-result"}]}))]);
    assert_eq!((negated.family.len(), negated.unread.len()), (0, 1));
}

#[test]
fn what_was_had_and_what_was_not_is_told_apart() {
    let read = |value: &str| {
        let raw: &RawValue = serde_json::from_str(value).expect("JSON");
        let mut reader = Reader::new(Knowledge::builtin(), today());
        reader.add_prefetch("conditions", &[Kind::Conditions], raw);
        reader.missing_prefetch("medications", &[Kind::Medications]);
        let chart = reader.finish().expect("a chart");
        assert_eq!(chart.coverage.of(Kind::Medications), Extent::None);
        chart.coverage.of(Kind::Conditions)
    };
    assert_eq!(read("null"), Extent::Full);
    assert_eq!(read(r#"{"resourceType":"Bundle","type":"searchset","total":0}"#), Extent::Full);
    assert_eq!(read(r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error"}]}"#), Extent::None);
    assert_eq!(read(r#""<html>""#), Extent::None);
    assert_eq!(read(r#"{"resourceType":"Bundle","link":[{"relation":"next"}],"entry":[]}"#), Extent::Partial);
}

#[test]
fn another_version_of_fhir_is_refused_or_told() {
    let r5 = json!({"resourceType": "MedicationRequest", "id": "r5", "status": "active", "medication": {"concept": {"text": "x"}}});
    let error = chart_of(&[&r5.to_string()]).expect_err("R5");
    assert!(matches!(&error, ReadError::OtherVersion { version: Version::R5, .. }), "{error}");
    let mixed = chart(&[patient(), r5, request(json!({}))]);
    assert_eq!((mixed.medications.len(), mixed.unread.len()), (1, 1));
}

#[test]
fn ten_thousand_levels_of_nesting_are_survived() {
    let items = format!(
        r#"{{"resourceType":"QuestionnaireResponse","item":{}{}}}"#,
        r#"[{"item":"#.repeat(10_000),
        "0".to_owned() + &"}]".repeat(10_000)
    );
    assert!(chart_of(&[&items]).is_ok());
}

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json" || extension == "ndjson") {
            found.push(path);
        }
    }
}

#[test]
fn worked_cases_are_read_to_the_last_resource() {
    let Some(folder) = shared("clinical/cases") else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    for path in paths.iter().filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("bundle"))) {
        let body = std::fs::read(path).expect("a file");
        let mut reader = Reader::new(Knowledge::builtin(), "2026-12-31".parse().expect("a day"));
        reader.add("bundle.json", &body).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let chart = reader.finish().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(chart.patient.is_some(), "{}", path.display());
        for unread in &chart.unread {
            eprintln!("{}: {}: {}", path.parent().and_then(Path::file_name).unwrap_or_default().display(), unread.source, unread.why);
        }
        for record in &chart.medications {
            assert!(!record.instruction.not_understood || record.instruction.steps.is_empty());
        }
    }
}

#[test]
fn a_phq9_in_all_its_published_forms_is_one_occasion() {
    let Some(folder) = shared("data/us-core-examples") else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase().contains("phq"));
    let bodies: Vec<Vec<u8>> = paths.iter().filter(|path| named(path)).map(|path| std::fs::read(path).expect("a file")).collect();
    let mut reader = Reader::new(Knowledge::builtin(), today());
    for body in &bodies {
        reader.add("file", body).expect("read");
    }
    let chart = reader.finish().expect("a chart");
    assert_eq!(chart.screenings.len(), 1, "{:?}", chart.screenings);
    let screening = &chart.screenings[0];
    assert!(screening.items.iter().all(Option::is_some));
    assert_eq!(screening.total, screening.items.iter().copied().sum());
}

#[test]
fn no_record_of_others_stops_the_reader() {
    let Some(folder) = shared("data") else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let (mut read, mut refused) = (0, 0);
    for path in &paths {
        let body = std::fs::read(path).expect("a file");
        let mut reader = Reader::new(Knowledge::builtin(), today());
        match reader.add("file", &body).and_then(|()| reader.finish()) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    eprintln!("{read} files read, {refused} refused");
    assert!(read > 100);
}
