//! Generated records: what they may hold, and how it is written.

use proptest::prelude::*;
use serde_json::{Value, json};
use trialwise::clinical::units::{Day, Days};

/// A drug of the generated records: an ingredient name with its products by rising strength.
#[derive(Debug, Clone, Copy)]
pub struct Drug {
    pub products: &'static [(&'static str, &'static str)],
}

/// Antidepressants that are trials at any of these strengths or become one, augmenters, drugs that interact or contribute, and one that
/// nobody asks for.
pub const DRUGS: [Drug; 9] = [
    Drug {
        products: &[
            ("312940", "sertraline 25 MG Oral Tablet"),
            ("312941", "sertraline 50 MG Oral Tablet"),
            ("312938", "sertraline 100 MG Oral Tablet"),
        ],
    },
    Drug {
        products: &[
            ("313583", "24 HR venlafaxine 37.5 MG Extended Release Oral Capsule"),
            ("313585", "24 HR venlafaxine 75 MG Extended Release Oral Capsule"),
            ("313581", "24 HR venlafaxine 150 MG Extended Release Oral Capsule"),
        ],
    },
    Drug {
        products: &[
            ("311725", "mirtazapine 15 MG Oral Tablet"),
            ("314111", "mirtazapine 30 MG Oral Tablet"),
            ("311726", "mirtazapine 45 MG Oral Tablet"),
        ],
    },
    Drug {
        products: &[
            ("402131", "aripiprazole 5 MG Oral Tablet"),
            ("349545", "aripiprazole 10 MG Oral Tablet"),
            ("349553", "aripiprazole 20 MG Oral Tablet"),
        ],
    },
    Drug {
        products: &[
            ("861007", "metformin 500 MG Oral Tablet"),
            ("861007", "metformin 500 MG Oral Tablet"),
            ("861007", "metformin 500 MG Oral Tablet"),
        ],
    },
    Drug {
        products: &[
            ("6448", "lithium carbonate 300 MG Oral Capsule"),
            ("6448", "lithium carbonate 600 MG Oral Capsule"),
            ("6448", "lithium carbonate 450 MG Extended Release Oral Tablet"),
        ],
    },
    Drug {
        products: &[
            ("8123", "phenelzine 15 MG Oral Tablet"),
            ("10689", "tramadol hydrochloride 50 MG Oral Tablet"),
            ("7646", "omeprazole 20 MG Delayed Release Oral Capsule"),
        ],
    },
    Drug {
        products: &[
            ("2556", "citalopram 20 MG Oral Tablet"),
            ("2556", "citalopram 40 MG Oral Tablet"),
            ("2556", "citalopram 60 MG Oral Tablet"),
        ],
    },
    Drug {
        products: &[
            ("8640", "prednisone 20 MG Oral Tablet"),
            ("29046", "lisinopril 10 MG Oral Tablet"),
            ("6813", "methadone hydrochloride 10 MG Oral Tablet"),
        ],
    },
];

/// Results that contributors, interactions, monitoring and safety look at: code, unit, and the span of the values in tenths.
const RESULTS: [(&str, &str, std::ops::Range<i32>); 9] = [
    ("3016-3", "m[IU]/L", 0..150),
    ("718-7", "g/dL", 70..150),
    ("2276-4", "ng/mL", 50..900),
    ("1989-3", "ng/mL", 50..400),
    ("14334-7", "mmol/L", 2..18),
    ("2951-2", "mmol/L", 1250..1450),
    ("98979-8", "mL/min/{1.73_m2}", 200..1000),
    ("8636-3", "ms", 4000..5200),
    ("29463-7", "kg", 500..1100),
];

/// One thing that a record may hold, days counted back from the day of assessment.
#[derive(Debug, Clone)]
pub enum Entry {
    Dispense { drug: usize, strength: usize, ago: Days, days: Days, units: u8 },
    Order { drug: usize, strength: usize, ago: Days, days: Days, refills: u8, status: &'static str },
    Statement { drug: usize, strength: usize, ago: Days, until: Option<Days>, status: &'static str },
    Score { total: u8, ago: Days },
    Item9 { answer: u8, ago: Days },
    Result { which: usize, tenths: i32, ago: Days },
    Depression { code: &'static str, onset: Days, status: &'static str },
}

impl Entry {
    /// The resource, with this number for an id, on a record assessed on this day.
    pub fn resource(&self, number: usize, as_of: Day) -> Value {
        let on = |ago: Days| (as_of - ago).to_string();
        let subject = json!({ "reference": "Patient/p" });
        let product = |drug: usize, strength: usize| {
            let (code, display) = DRUGS[drug].products[strength];
            json!({ "coding": [{ "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": display }] })
        };
        let daily = |units: u8| {
            json!([{
                "timing": { "repeat": { "frequency": 1, "period": 1, "periodUnit": "d" } },
                "doseAndRate": [{ "doseQuantity": { "value": units, "unit": "tablet" } }]
            }])
        };
        match self {
            Entry::Dispense { drug, strength, ago, days, units } => json!({
                "resourceType": "MedicationDispense", "id": format!("d{number}"), "status": "completed", "subject": subject,
                "medicationCodeableConcept": product(*drug, *strength), "whenHandedOver": on(*ago),
                "daysSupply": { "value": days, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d" },
                "dosageInstruction": daily(*units)
            }),
            Entry::Order { drug, strength, ago, days, refills, status } => json!({
                "resourceType": "MedicationRequest", "id": format!("r{number}"), "status": status, "intent": "order", "subject": subject,
                "medicationCodeableConcept": product(*drug, *strength), "authoredOn": on(*ago), "dosageInstruction": daily(1),
                "dispenseRequest": {
                    "numberOfRepeatsAllowed": refills,
                    "expectedSupplyDuration": { "value": days, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d" }
                }
            }),
            Entry::Statement { drug, strength, ago, until, status } => {
                let mut period = json!({ "start": on(*ago) });
                if let Some(until) = until {
                    period["end"] = json!(on((*until).min(*ago)));
                }
                json!({
                    "resourceType": "MedicationStatement", "id": format!("s{number}"), "status": status, "subject": subject,
                    "medicationCodeableConcept": product(*drug, *strength), "effectivePeriod": period, "dosage": daily(1)
                })
            }
            Entry::Score { total, ago } => json!({
                "resourceType": "Observation", "id": format!("o{number}"), "status": "final", "subject": subject,
                "code": { "coding": [{ "system": "http://loinc.org", "code": "44261-6" }] },
                "effectiveDateTime": on(*ago), "valueInteger": total
            }),
            Entry::Item9 { answer, ago } => json!({
                "resourceType": "Observation", "id": format!("i{number}"), "status": "final", "subject": subject,
                "code": { "coding": [{ "system": "http://loinc.org", "code": "44260-8" }] },
                "effectiveDateTime": on(*ago), "valueInteger": answer
            }),
            Entry::Result { which, tenths, ago } => {
                let (code, unit, _) = &RESULTS[*which];
                json!({
                    "resourceType": "Observation", "id": format!("l{number}"), "status": "final", "subject": subject,
                    "code": { "coding": [{ "system": "http://loinc.org", "code": code }] }, "effectiveDateTime": on(*ago),
                    "valueQuantity": { "value": f64::from(*tenths) / 10.0, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit }
                })
            }
            Entry::Depression { code, onset, status } => json!({
                "resourceType": "Condition", "id": format!("c{number}"), "subject": subject,
                "clinicalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": status }] },
                "code": { "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code }] },
                "onsetDateTime": on(*onset), "recordedDate": on(*onset)
            }),
        }
    }
}

fn entry() -> impl Strategy<Value = Entry> {
    let drug = || (0..DRUGS.len(), 0..3_usize, -20..900_i32);
    prop_oneof![
        4 => (drug(), 1..100_i32, 1..3_u8).prop_map(|((drug, strength, ago), days, units)| Entry::Dispense { drug, strength, ago, days, units }),
        2 => (drug(), 1..100_i32, 0..4_u8, prop::sample::select(vec!["active", "completed", "stopped", "on-hold", "unknown"]))
            .prop_map(|((drug, strength, ago), days, refills, status)| Entry::Order { drug, strength, ago, days, refills, status }),
        2 => (drug(), prop::option::of(0..400_i32), prop::sample::select(vec!["active", "completed", "stopped", "not-taken"]))
            .prop_map(|((drug, strength, ago), until, status)| Entry::Statement { drug, strength, ago, until, status }),
        3 => (0..28_u8, -5..900_i32).prop_map(|(total, ago)| Entry::Score { total, ago }),
        1 => (0..4_u8, -5..120_i32).prop_map(|(answer, ago)| Entry::Item9 { answer, ago }),
        3 => (0..RESULTS.len(), -5..900_i32)
            .prop_flat_map(|(which, ago)| RESULTS[which].2.clone().prop_map(move |tenths| Entry::Result { which, tenths, ago })),
        2 => (
            prop::sample::select(vec![
                "F33.1", "F33.1", "F33.2", "F32.A", "F33.42", "F32.3", "F31.81", "G40.909", "G47.33", "F10.20", "Z56.0", "I45.81", "E03.9", "D50.9",
                "G89.4", "O09.90", "F03.90", "F53.0",
            ]),
            0..2000_i32,
            prop::sample::select(vec!["active", "remission", "resolved"]),
        )
            .prop_map(|(code, onset, status)| Entry::Depression { code, onset, status }),
    ]
}

pub fn entries() -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec(entry(), 0..20)
}

/// The resources of a record: a patient of 40 and a bit, so that no birthday is near, and the entries.
pub fn resources(entries: &[Entry], as_of: Day) -> Vec<String> {
    let born = as_of.plus_years(-40) - 100;
    let patient = json!({ "resourceType": "Patient", "id": "p", "gender": "female", "birthDate": born.to_string() });
    let rest = entries.iter().enumerate().map(|(number, entry)| entry.resource(number, as_of));
    std::iter::once(patient).chain(rest).map(|resource| resource.to_string()).collect()
}
