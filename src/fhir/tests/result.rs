//! Scores, results and questionnaires, read.

use super::*;
use crate::clinical::units::Instrument;

/// Items of the PHQ-9, each an Observation of its own; the codes of the table.
fn items(answers: &[(&str, i32)]) -> Vec<Json> {
    let item = |(code, answer): &(&str, i32)| {
        let code_of = json!({"coding": [{"system": "http://loinc.org", "code": code}]});
        observation(json!({"id": format!("i{code}"), "code": code_of, "valueInteger": answer}))
    };
    answers.iter().map(item).chain([patient()]).collect()
}

const ITEMS: [&str; 9] = ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"];

// rule 4/phq-2: speaks
// rule 4/phq-2: silent
#[test]
fn the_first_two_items_alone_are_a_phq_2_and_never_a_score() {
    let short = chart(&items(&[(ITEMS[0], 2), (ITEMS[1], 1)]));
    let found: Vec<(Instrument, &Value)> = short.measurements.iter().map(|found| (found.instrument, &found.value)).collect();
    assert_eq!(found, [(Instrument::Phq2, &Value::Number(3.0))]);
    assert!(short.screenings.is_empty() && short.unread.is_empty(), "{short:?}");
    let one = chart(&items(&[(ITEMS[0], 2)]));
    assert_eq!((one.measurements.len(), whys(&one)), (0, vec!["one item of a PHQ-9 alone, which has no total"]));
    let three = chart(&items(&[(ITEMS[0], 2), (ITEMS[1], 1), (ITEMS[2], 1)]));
    assert_eq!((three.measurements.len(), three.screenings.len(), three.screenings[0].total), (0, 1, None));
}

// rule 1/answered-in-part: silent
#[test]
fn nine_items_that_nothing_joins_are_one_score() {
    let all: Vec<(&str, i32)> = ITEMS.iter().map(|code| (*code, 2)).collect();
    let whole = chart(&items(&all));
    assert_eq!((whole.screenings.len(), whole.screenings[0].total, whole.measurements.len()), (1, Some(18), 0));
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
fn a_blood_pressure_is_its_two_components_each_by_its_code() {
    let pressure = |codes: [&str; 2]| {
        let part = |code: &str, value: u16| json!({"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": {"value": value}});
        let panel = json!({"coding": [{"system": "http://loinc.org", "code": "85354-9"}]});
        let more = json!({"code": panel, "valueInteger": null, "component": [part(codes[0], 150), part(codes[1], 95)]});
        let chart = chart(&[patient(), observation(more)]);
        (chart.measurements.first().map(|found| found.value.clone()), chart.unread.len())
    };
    let both = Value::Pressure { systolic: Some(150.0), diastolic: Some(95.0) };
    assert_eq!(pressure(["8480-6", "8462-4"]), (Some(both), 0));
    let one = Value::Pressure { systolic: None, diastolic: Some(150.0) };
    assert_eq!(pressure(["8462-4", "8478-0"]), (Some(one), 0));
    assert_eq!(pressure(["8478-0", "8867-4"]), (None, 1));
}

#[test]
fn an_answer_of_the_phq9_is_its_score_by_its_code() {
    let item = |answer: &str| {
        let code = json!({"coding": [{"system": "http://loinc.org", "code": "44260-8"}]});
        let value = json!({"coding": [{"system": "http://loinc.org", "code": answer}]});
        let chart = chart(&[patient(), observation(json!({"code": code, "valueInteger": null, "valueCodeableConcept": value}))]);
        (chart.screenings.first().and_then(|screening| screening.items[8]), chart.unread.len())
    };
    for (answer, score) in [("LA6568-5", 0), ("LA6569-3", 1), ("LA6570-1", 2), ("LA6571-9", 3)] {
        assert_eq!(item(answer), (Some(score), 0), "{answer}");
    }
    assert_eq!(item("LA33-6"), (None, 1));
}

#[test]
fn a_score_or_a_form_without_a_value_is_told_once() {
    for value in [json!({"valueInteger": null}), json!({"valueInteger": 28})] {
        let chart = chart(&[patient(), observation(value.clone())]);
        assert_eq!((chart.screenings.len(), chart.unread.len()), (0, 1), "{value}");
    }
    let form = |answer: Json| {
        let items = json!([{"linkId": "70274-6", "answer": answer}]);
        let response =
            json!({"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "authored": "2026-02-20", "item": items});
        let chart = chart(&[patient(), response]);
        (chart.measurements.len(), chart.unread.len())
    };
    assert_eq!(form(json!([])), (0, 1));
    assert_eq!(form(json!([{"valueInteger": 9}])), (1, 0));
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
