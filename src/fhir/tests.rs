//! Whole records, read.

mod coverage;
mod medicine;
mod published;
mod result;

use serde_json::{Value as Json, json};

use super::*;
use crate::clinical::chart::*;
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day};

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

// rule 1/nothing-later: silent
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

// rule 1/refuted: speaks
// rule 1/refuted: silent
#[test]
fn a_refuted_diagnosis_is_kept_apart() {
    let status = |code: &str| condition(json!({"verificationStatus": {"coding": [{"code": code}]}}));
    assert_eq!(chart(&[patient(), status("refuted")]).refuted.len(), 1);
    assert_eq!(chart(&[patient(), status("provisional")]).conditions[0].certainty, Certainty::Provisional);
    assert_eq!(whys(&chart(&[patient(), status("entered-in-error")])), ["entered in error"]);
}

// rule 1/without-clinical-status: speaks
// rule 1/without-clinical-status: silent
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
fn a_member_of_the_wrong_type_costs_that_member() {
    let chart = chart(&[patient(), request(json!({"authoredOn": 20260101, "dispenseRequest": {"quantity": {"value": "30"}}}))]);
    assert_eq!(chart.medications.len(), 1);
    assert_eq!(chart.unread.len(), 2);
    assert!(whys(&chart)[0].contains("authoredOn"));
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
fn bipolar_disorder_of_a_parent_in_words_only_is_told_and_not_matched() {
    let history = |relationship: &str, code: Json| {
        let history = json!({
            "resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "patient": {"reference": "Patient/p"},
            "relationship": {"text": relationship}, "condition": [{"code": code}]
        });
        let chart = chart(&[patient(), history]);
        assert!(chart.family.is_empty());
        whys(&chart).into_iter().map(str::to_owned).collect::<Vec<String>>()
    };
    let told = ["a diagnosis of a relative in words only, without a code the tables know"];
    let text = |words: &str| json!({"text": words});
    assert_eq!(history("Mother", text("Bipolar disorder")), told);
    assert_eq!(history("Father", json!({"coding": [{"system": "urn:local", "code": "77"}], "text": "manic-depressive"})), told);
    assert_eq!(history("Mother", text("Depression, alcohol")), [""; 0], "no rule asks for it");
    assert_eq!(history("Aunt", text("Bipolar disorder")), [""; 0], "not of the first degree");
}

#[test]
fn what_was_had_and_what_was_not_is_told_apart() {
    let read = |value: &str| {
        let answer = Answer::of(value.as_bytes()).expect("JSON");
        let mut reader = Reader::new(Knowledge::builtin(), today());
        reader.add_prefetch("conditions", &[Kind::Conditions], &answer);
        reader.missing_prefetch("medications", "MedicationRequest", &[Kind::Medications]);
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

// rule 1/not-sent-is-a-gap: speaks
// rule 1/not-sent-is-a-gap: silent
#[test]
fn what_was_not_sent_of_a_kind_is_one_gap_and_the_kind_was_had_in_part() {
    const EMPTY: &str = r#"{"resourceType":"Bundle","type":"searchset","total":0}"#;
    const KEYS: [&str; 3] = ["MedicationAdministration", "MedicationDispense", "MedicationStatement"];
    let read = |orders: Option<&str>, others: [Option<&str>; 3]| {
        let answers = KEYS.into_iter().zip(others).chain([("MedicationRequest", orders)]);
        let answers: Vec<(&str, Option<Answer<'_>>)> =
            answers.map(|(key, answer)| (key, answer.map(|answer| Answer::of(answer.as_bytes()).expect("JSON")))).collect();
        let mut reader = Reader::new(Knowledge::builtin(), today());
        for (resource_type, answer) in &answers {
            match answer {
                Some(answer) => reader.add_prefetch(resource_type, &[Kind::Medications], answer),
                None => reader.missing_prefetch(resource_type, resource_type, &[Kind::Medications]),
            }
        }
        let coverage = reader.finish().expect("a chart").coverage;
        let gaps = coverage.gaps.iter().filter(|gap| gap.kind == Kind::Medications).map(|gap| gap.why.clone()).collect::<Vec<_>>();
        (coverage.of(Kind::Medications), gaps)
    };
    let (extent, gaps) = read(Some(EMPTY), [None; 3]);
    assert_eq!((extent, gaps), (Extent::Partial, vec!["medicines: no administrations, dispenses or statements sent".to_owned()]));
    assert_eq!(read(Some(EMPTY), [Some("null"); 3]), (Extent::Full, Vec::new()));
    let error = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"forbidden"}]}"#;
    let (extent, gaps) = read(Some("null"), [None, Some(error), Some(EMPTY)]);
    assert_eq!(extent, Extent::Partial);
    assert_eq!(gaps, ["medicines: could not be loaded: `MedicationDispense` holds an error", "medicines: no administrations sent"]);
    let (extent, gaps) = read(None, [None; 3]);
    assert_eq!((extent, gaps.len()), (Extent::None, 1), "{gaps:?}");
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

// rule 3.6/unverified-row: speaks
// rule 3.6/unverified-row: silent
#[test]
fn a_code_from_memory_is_read_by_its_words_and_told_as_such() {
    let psychosis = |coding: Json, words: Option<&str>| {
        let chart = chart(&[patient(), condition(json!({"code": {"coding": [coding], "text": words}}))]);
        chart.conditions.iter().map(|found| (found.groups.has(ConditionGroup::BipolarPostpartumPsychosis), found.label.clone())).next()
    };
    let snomed = |code: &str| json!({"system": "http://snomed.info/sct", "code": code});
    let by_text = |label: &str| Some((true, label.to_owned()));
    assert_eq!(
        psychosis(snomed("18260003"), Some("Postpartum psychosis, 2nd week")),
        by_text("Postpartum psychosis, 2nd week (matched by text)")
    );
    assert_eq!(psychosis(snomed("18260003"), None), None, "the code alone says nothing");
    assert_eq!(psychosis(json!({"display": "Postpartum psychosis"}), None), None, "words alone are never a diagnosis (rules.md 17)");
    let coded = json!({"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F53.1"});
    assert_eq!(psychosis(coded, Some("Postpartum psychosis")), by_text("Postpartum psychosis"), "its code is verified");
}

#[test]
fn a_procedure_by_its_words_is_told_as_such() {
    let done = |code: Json| {
        let procedure = json!({
            "resourceType": "Procedure", "id": "x", "status": "completed", "subject": {"reference": "Patient/p"}, "code": code,
            "performedDateTime": "2026-01-01"
        });
        chart(&[patient(), procedure]).procedures.into_iter().map(|found| (found.kind, found.label)).next()
    };
    let code = json!({"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "90870"}], "text": "ECT"});
    assert_eq!(done(code), Some((ProcedureKind::Ect, "ECT".to_owned())));
    let words = json!({"text": "Electroconvulsive therapy"});
    assert_eq!(done(words), Some((ProcedureKind::Ect, "Electroconvulsive therapy (matched by text)".to_owned())));
    assert_eq!(done(json!({"text": "Electrocardiogram"})), None);
}
