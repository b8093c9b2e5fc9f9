//! Mood screens and suicidal findings from the record to what is said: as forms, as results, in words.

use serde_json::{Value, json};

use crate::common::{Outcome, bundle, day, read};

/// What a woman of 34 with depression and these further resources comes to.
fn outcome(resources: &[Value]) -> Outcome {
    let patient = json!({"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1992-01-15"});
    let depression = json!({
        "resourceType": "Condition", "id": "d", "subject": {"reference": "Patient/p"}, "recordedDate": "2025-05-01", "onsetDateTime": "2025-05-01",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F33.1"}]}
    });
    let all: Vec<String> = [patient, depression].iter().chain(resources).map(ToString::to_string).collect();
    read(bundle(&all).as_bytes(), day("2026-03-02")).unwrap_or_else(|error| panic!("{error}"))
}

fn indicators(resources: &[Value]) -> Vec<&'static str> {
    outcome(resources).assessment.bipolar.indicators.iter().map(|indicator| indicator.id).collect()
}

/// A filled-in MDQ with so many yes among its thirteen; `together` and `problem` may be left out.
fn mdq(yes: usize, together: Option<bool>, problem: Option<&str>) -> Value {
    let mut items: Vec<Value> =
        (0..13).map(|index| json!({"linkId": format!("1.{index}"), "answer": [{"valueBoolean": index < yes}]})).collect();
    items.extend(together.map(|together| json!({"linkId": "2", "answer": [{"valueBoolean": together}]})));
    items.extend(problem.map(|problem| json!({"linkId": "3", "answer": [{"valueString": problem}]})));
    json!({
        "resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "authored": "2026-02-20",
        "questionnaire": "http://example.org/Questionnaire/mdq", "subject": {"reference": "Patient/p"}, "item": items
    })
}

// rule 7/mdq-answers: speaks
#[test]
fn seven_yes_together_with_a_moderate_or_serious_problem_are_positive() {
    for problem in ["Moderate problem", "Serious problem"] {
        assert_eq!(indicators(&[mdq(7, Some(true), Some(problem))]), ["mdq-positive"], "{problem}");
    }
}

// rule 7/mdq-answers: silent
#[test]
fn a_screen_one_step_away_is_negative() {
    let none: [&str; 0] = [];
    assert_eq!(indicators(&[mdq(6, Some(true), Some("Serious problem"))]), none, "six");
    assert_eq!(indicators(&[mdq(8, Some(false), Some("Serious problem"))]), none, "not together");
    for problem in ["Minor problem", "No problem"] {
        assert_eq!(indicators(&[mdq(13, Some(true), Some(problem))]), none, "{problem}");
    }
}

// rule 7/mdq-answers: silent
#[test]
fn a_screen_answered_in_part_is_not_positive_and_that_is_told() {
    for partial in [mdq(13, Some(true), None), mdq(13, None, Some("Serious problem"))] {
        let outcome = outcome(&[partial]);
        assert_eq!(outcome.assessment.bipolar.indicators, []);
        assert!(outcome.assessment.unread.iter().any(|unread| unread.why.contains("not answered in full")));
    }
}

#[test]
fn a_result_filed_as_an_observation_counts_by_its_words() {
    let filed = |words: &str| {
        json!({
            "resourceType": "Observation", "id": "o", "status": "final", "effectiveDateTime": "2026-02-20", "valueString": words,
            "code": {"coding": [{"system": "http://loinc.org", "code": "85102-2"}]}, "subject": {"reference": "Patient/p"}
        })
    };
    assert_eq!(indicators(&[filed("Positive")]), ["mdq-positive"]);
    assert_eq!(indicators(&[filed("Negative")]), [""; 0]);
    assert_eq!(indicators(&[filed("9")]), [""; 0], "a bare number");
}

// rule 7/mdq-answers: speaks
// rule 7/mdq-answers: silent
#[test]
fn a_panel_with_its_answers_as_components_is_read_as_the_form_is() {
    let panel = |yes: usize, together: bool| {
        let answer = |yes: bool| json!({"code": {"text": "item"}, "valueBoolean": yes});
        let mut components: Vec<Value> = (0..13).map(|index| answer(index < yes)).chain([answer(together)]).collect();
        components.push(json!({"code": {"text": "problem"}, "valueCodeableConcept": {"text": "Moderate problem"}}));
        json!({
            "resourceType": "Observation", "id": "o", "status": "final", "effectiveDateTime": "2026-02-20", "component": components,
            "code": {"coding": [{"system": "http://loinc.org", "code": "85102-2"}]}, "subject": {"reference": "Patient/p"}
        })
    };
    assert_eq!(indicators(&[panel(7, true)]), ["mdq-positive"]);
    assert_eq!(indicators(&[panel(6, true)]), [""; 0]);
    assert_eq!(indicators(&[panel(13, false)]), [""; 0]);
}

fn relative(relationship: Value, extension: &Value) -> Value {
    json!({
        "resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "patient": {"reference": "Patient/p"},
        "relationship": relationship, "modifierExtension": extension,
        "condition": [{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "13746004", "display": "Bipolar disorder"}]}}]
    })
}

// rule 7/family-history: speaks
// rule 7/family-history: silent
#[test]
fn a_relative_is_named_and_a_denied_diagnosis_is_none() {
    let mother = json!({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "MTH"}], "text": "Mother"});
    let told = outcome(&[relative(mother.clone(), &json!([]))]);
    assert_eq!(told.assessment.bipolar.indicators[0].label, "Mother with Bipolar disorder");
    let denied = json!([{"url": "http://example.org/condition-result", "valueCode": "negative"}]);
    assert_eq!(indicators(&[relative(mother, &denied)]), [""; 0]);
    assert_eq!(indicators(&[relative(json!({"text": "Aunt"}), &json!([]))]), [""; 0]);
}

fn safety(resources: &[Value]) -> Vec<&'static str> {
    outcome(resources).assessment.safety.iter().map(|finding| finding.id).collect()
}

// rule 11/unfinished: speaks
#[test]
fn an_unfinished_form_with_item_9_speaks() {
    let form = |status: &str| {
        json!({
            "resourceType": "QuestionnaireResponse", "id": "q", "status": status, "authored": "2026-02-27",
            "subject": {"reference": "Patient/p"}, "item": [{"linkId": "/44260-8", "answer": [{"valueInteger": 2}]}]
        })
    };
    assert_eq!(safety(&[form("in-progress")]), ["phq9-item9"]);
    assert_eq!(safety(&[form("entered-in-error")]), [""; 0]);
}

// rule 11/risk-level: speaks
#[test]
fn a_recorded_risk_level_is_read_from_code_text_and_words() {
    let level = |value: Value| {
        let mut observation = json!({
            "resourceType": "Observation", "id": "o", "status": "final", "effectiveDateTime": "2026-02-20",
            "code": {"coding": [{"system": "http://loinc.org", "code": "93374-7"}]}, "subject": {"reference": "Patient/p"}
        });
        let members = observation.as_object_mut().expect("an object");
        members.extend(value.as_object().expect("an object").clone());
        safety(&[observation])
    };
    assert_eq!(level(json!({"valueCodeableConcept": {"coding": [{"code": "x", "display": "High Risk"}]}})), ["suicide-risk-recorded"]);
    assert_eq!(level(json!({"valueString": "moderate"})), ["suicide-risk-recorded"]);
    assert_eq!(level(json!({"valueString": "low"})), [""; 0]);
}

// rule 11/attempt: speaks
// rule 11/attempt: silent
#[test]
fn codes_of_attempts_are_told_from_codes_of_a_history() {
    let coded = |code: &str| {
        json!({
            "resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "onsetDateTime": "2026-02-10",
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]}
        })
    };
    assert_eq!(safety(&[coded("T14.91XA")]), ["suicide-attempt"]);
    assert_eq!(safety(&[coded("T42.4X2A")]), ["suicide-attempt"]);
    for history in ["Z91.51", "Z91.5", "Z91.52", "T42.4X1A"] {
        assert_eq!(safety(&[coded(history)]), [""; 0], "{history}");
    }
}
