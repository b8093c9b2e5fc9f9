//! Long records: how much more work twice the record is.

use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::common::{bundle, day, read, signing};

const AS_OF: &str = "2026-03-02";

/// Medicines that interact, contribute or are monitored.
const MEDICINES: [(&str, &str); 12] = [
    ("8123", "phenelzine"),
    ("6448", "lithium"),
    ("10689", "tramadol"),
    ("7646", "omeprazole"),
    ("29046", "lisinopril"),
    ("5640", "ibuprofen"),
    ("8640", "prednisone"),
    ("2556", "citalopram"),
    ("4493", "fluoxetine"),
    ("42347", "bupropion"),
    ("51272", "quetiapine"),
    ("6813", "methadone"),
];

/// Results that raise or settle something.
const RESULTS: [(&str, &str, f64); 5] = [
    ("3016-3", "m[IU]/L", 11.5),
    ("718-7", "g/dL", 10.5),
    ("14334-7", "mmol/L", 0.8),
    ("2951-2", "mmol/L", 133.0),
    ("98979-8", "mL/min/{1.73_m2}", 55.0),
];

/// Makes the record of this number.
type Make<'a> = &'a dyn Fn(usize) -> Value;

/// Many of one kind of record, which is where work that grows with the square would show.
#[test]
fn twice_the_record_is_not_four_times_the_work() {
    let supply = |number: usize| {
        let (year, month, date) = (1990 + number / 300 % 30, 1 + number / 28 % 12, 1 + number % 28);
        json!({
            "resourceType": "MedicationDispense", "id": format!("d{number}"), "status": "completed",
            "medicationCodeableConcept": { "coding": [{ "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "312941" }] },
            "whenHandedOver": format!("{year}-{month:02}-{date:02}"), "daysSupply": { "value": 30 }
        })
    };
    let order = |number: usize| {
        json!({
            "resourceType": "MedicationRequest", "id": format!("r{number}"), "status": "active", "intent": "order",
            "medicationCodeableConcept": { "text": format!("sertraline {number} mg") }, "authoredOn": "2025-12-01",
            "dosageInstruction": [{ "text": "1 tablet daily" }]
        })
    };
    let score = |number: usize| {
        let (year, month, date) = (1990 + number / 336, 1 + number / 28 % 12, 1 + number % 28);
        json!({
            "resourceType": "Observation", "id": format!("o{number}"), "status": "final", "valueInteger": number % 28,
            "code": { "coding": [{ "system": "http://loinc.org", "code": "44261-6" }] },
            "effectiveDateTime": format!("{year}-{month:02}-{date:02}")
        })
    };
    let medicine = |number: usize| {
        let (code, display) = MEDICINES[number % MEDICINES.len()];
        let (month, date) = (1 + number / 28 % 12, 1 + number % 28);
        json!({
            "resourceType": "MedicationStatement", "id": format!("s{number}"), "status": "active",
            "medicationCodeableConcept": { "coding": [{ "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": display }] },
            "effectivePeriod": { "start": format!("2025-{month:02}-{date:02}"), "end": "2026-03-02" }
        })
    };
    let laboratory = |number: usize| {
        let (code, unit, value) = RESULTS[number % RESULTS.len()];
        let (year, month, date) = (2020 + number / 336 % 6, 1 + number / 28 % 12, 1 + number % 28);
        json!({
            "resourceType": "Observation", "id": format!("l{number}"), "status": "final",
            "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
            "valueQuantity": { "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit },
            "effectiveDateTime": format!("{year}-{month:02}-{date:02}")
        })
    };
    let diagnosis = |number: usize| {
        json!({
            "resourceType": "Condition", "id": format!("c{number}"), "onsetDateTime": "2024-01-01",
            "code": { "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F33.1" }] }
        })
    };
    let kinds: [(&str, usize, Make<'_>); 7] = [
        ("supplies", 1000, &supply),
        ("orders", 1000, &order),
        ("scores", 1000, &score),
        ("diagnoses", 1000, &diagnosis),
        ("medicines", 400, &medicine),
        ("laboratory results", 1000, &laboratory),
        ("drafts", 200, &order),
    ];
    for (kind, size, make) in kinds {
        let depressed = |count: usize| [patient(), diagnosis(0)].into_iter().chain((0..count).map(make));
        let body = |count: usize| bundle(&depressed(count).map(|resource| resource.to_string()).collect::<Vec<_>>());
        let (one, two) = (body(size), body(2 * size));
        let time = |body: &str| if kind == "drafts" { time_of_drafts(body) } else { time_of_record(body) };
        let shortest = |body: &str| (0..3).map(|_| time(body)).min().expect("a run");
        let ratio = || shortest(&two).as_secs_f64() / shortest(&one).as_secs_f64().max(1e-4);
        let ratios: Vec<f64> =
            (0..4).map(|_| ratio()).scan(false, |done, ratio| (!std::mem::replace(done, ratio < 3.0)).then_some(ratio)).collect();
        println!("{kind}: twice {size} records, {ratios:.1?} times the work, in {:.1?}", time(&two));
        assert!(ratios.iter().any(|ratio| *ratio < 3.0), "{kind}: twice the record takes {ratios:.1?} times as long");
    }
}

fn time_of_record(body: &str) -> Duration {
    let begun = Instant::now();
    let _ = read(body.as_bytes(), day(AS_OF));
    begun.elapsed()
}

/// All of it is ordered at once.
fn time_of_drafts(body: &str) -> Duration {
    let drafts: Box<RawValue> = RawValue::from_string(body.to_owned()).expect("JSON");
    let begun = Instant::now();
    let _ = signing(patient().to_string().as_bytes(), &drafts, day(AS_OF));
    begun.elapsed()
}

fn patient() -> Value {
    json!({ "resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1980-01-01" })
}
