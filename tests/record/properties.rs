//! What holds for every chart, over generated records.
//!
//! 64 records a property; `PROPTEST_CASES` asks for more.

use proptest::prelude::*;
use serde_json::{Value, json};
use trialwise::clinical::derive::{Adequacy, Trial};
use trialwise::clinical::units::{Day, Days};

use crate::common::{Outcome, bundle, day, read};

/// The day that generated records look back from.
const AS_OF: &str = "2026-03-02";

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A drug of the generated records: an ingredient name with its products by rising strength.
#[derive(Debug, Clone, Copy)]
struct Drug {
    products: &'static [(&'static str, &'static str)],
}

/// Antidepressants that are trials at any of these strengths or become one, an augmenter, and one that nobody asks for.
const DRUGS: [Drug; 5] = [
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
];

/// One thing that a record may hold, days counted back from the day of assessment.
#[derive(Debug, Clone)]
enum Entry {
    Dispense { drug: usize, strength: usize, ago: Days, days: Days, units: u8 },
    Order { drug: usize, strength: usize, ago: Days, days: Days, refills: u8, status: &'static str },
    Statement { drug: usize, strength: usize, ago: Days, until: Option<Days>, status: &'static str },
    Score { total: u8, ago: Days },
    Depression { code: &'static str, onset: Days, status: &'static str },
}

impl Entry {
    /// The resource, with this number for an id, on a record assessed on this day.
    fn resource(&self, number: usize, as_of: Day) -> Value {
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
        1 => (
            prop::sample::select(vec!["F33.1", "F32.A", "F33.42", "F32.3", "F31.81", "G40.909"]),
            0..2000_i32,
            prop::sample::select(vec!["active", "remission", "resolved"]),
        )
            .prop_map(|(code, onset, status)| Entry::Depression { code, onset, status }),
    ]
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec(entry(), 0..14)
}

/// The resources of a record: a patient of 40 and a bit, so that no birthday is near, and the entries.
fn resources(entries: &[Entry], as_of: Day) -> Vec<String> {
    let born = as_of.plus_years(-40) - 100;
    let patient = json!({ "resourceType": "Patient", "id": "p", "gender": "female", "birthDate": born.to_string() });
    let rest = entries.iter().enumerate().map(|(number, entry)| entry.resource(number, as_of));
    std::iter::once(patient).chain(rest).map(|resource| resource.to_string()).collect()
}

fn outcome(resources: &[String], as_of: Day) -> Outcome {
    let body = bundle(resources);
    read(body.as_bytes(), as_of).unwrap_or_else(|error| panic!("{error}\n{body}"))
}

/// What was said, with every day written as its distance from the day of assessment. Staging counts calendar months and is left out.
fn said_from(outcome: &Outcome, as_of: Day) -> String {
    let mut json = outcome.json();
    json["staging"] = Value::Null;
    let cards: Vec<String> = outcome.cards.iter().map(|card| format!("{card:#?}")).collect();
    let text = format!("{json:#}\n{}", cards.join("\n"));
    let mut relative = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        match rest.get(..10).and_then(|word| word.parse::<Day>().ok()) {
            Some(day) => {
                relative.push_str(&format!("day {}", day - as_of));
                rest = &rest[10..];
            }
            None => {
                relative.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    relative
}

/// Supplies of one product one after the other, with these gaps between them, up to the day of assessment.
fn course(drug: usize, strength: usize, supplies: &[(Days, Days)]) -> Vec<Entry> {
    let mut ago = 0;
    let mut course: Vec<Entry> = Vec::new();
    for (days, gap) in supplies.iter().rev() {
        ago += days;
        course.push(Entry::Dispense { drug, strength, ago: ago - 1, days: *days, units: 1 });
        ago += gap;
    }
    course.push(Entry::Depression { code: "F33.1", onset: 1500, status: "active" });
    course
}

fn supplies(gaps: std::ops::Range<Days>) -> impl Strategy<Value = Vec<(Days, Days)>> {
    prop::collection::vec((1..60_i32, gaps), 1..6)
}

/// How far a verdict goes towards an adequate trial.
fn rank(trial: &Trial) -> u8 {
    match trial.adequacy {
        Adequacy::Inadequate => 0,
        Adequacy::Unknown => 1,
        Adequacy::InProgress => 2,
        Adequacy::Adequate => 3,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn moving_all_days_moves_only_the_dates(entries in entries(), by in prop_oneof![1..800_i32, Just(146_097), -9000..-1_i32]) {
        let (here, there) = (day(AS_OF), day(AS_OF) + by);
        let before = said_from(&outcome(&resources(&entries, here), here), here);
        let after = said_from(&outcome(&resources(&entries, there), there), there);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn the_order_of_a_record_is_nothing(
        (entries, shuffled) in entries().prop_flat_map(|entries| {
            let resources = resources(&entries, day(AS_OF));
            (Just(resources.clone()), Just(resources).prop_shuffle())
        })
    ) {
        let as_of = day(AS_OF);
        prop_assert_eq!(outcome(&entries, as_of).said(), outcome(&shuffled, as_of).said());
    }

    #[test]
    fn saying_a_thing_twice_says_no_more(entries in entries(), which in any::<prop::sample::Index>()) {
        let as_of = day(AS_OF);
        let once = resources(&entries, as_of);
        let mut twice = once.clone();
        twice.push(once[which.index(once.len())].clone());
        prop_assert_eq!(outcome(&once, as_of).said(), outcome(&twice, as_of).said());
    }

    #[test]
    fn what_is_unrelated_changes_nothing(entries in entries(), place in any::<prop::sample::Index>()) {
        let as_of = day(AS_OF);
        let alone = resources(&entries, as_of);
        let mut beside = alone.clone();
        let unrelated = json!({ "resourceType": "Immunization", "id": "i", "status": "completed", "patient": { "reference": "Patient/p" } });
        beside.insert(place.index(alone.len() + 1), unrelated.to_string());
        prop_assert_eq!(outcome(&alone, as_of).said(), outcome(&beside, as_of).said());
    }

    /// Of one dose throughout. Where doses are mixed, a higher one may join an early, thin stretch to a full run and lower its share.
    #[test]
    fn more_dose_is_never_less_adequate(drug in 0..3_usize, supplies in supplies(0..40)) {
        let as_of = day(AS_OF);
        let ranks: Vec<Vec<(Option<Day>, u8)>> = (0..3)
            .map(|strength| outcome(&resources(&course(drug, strength, &supplies), as_of), as_of))
            .map(|outcome| outcome.assessment.trials.iter().map(|trial| (trial.start, rank(trial))).collect())
            .collect();
        for pair in ranks.windows(2) {
            prop_assert_eq!(pair[0].len(), pair[1].len());
            for (less, more) in pair[0].iter().zip(&pair[1]) {
                prop_assert_eq!(less.0, more.0);
                prop_assert!(less.1 <= more.1, "{:?}", ranks);
            }
        }
    }

    /// Gaps within one run: a second run may qualify with fewer days where the first one did not.
    #[test]
    fn later_days_of_a_supply_never_shorten_its_trial(drug in 0..3_usize, supplies in supplies(0..14), later in 1..60_i32) {
        let (today, later) = (day(AS_OF), day(AS_OF) + later);
        let mut extended = supplies.clone();
        extended.last_mut().expect("a supply").0 += later - today;
        let before = outcome(&resources(&course(drug, 2, &supplies), today), today).assessment.trials;
        let after = outcome(&resources(&course(drug, 2, &extended), later), later).assessment.trials;
        prop_assert_eq!((before.len(), after.len()), (1, 1));
        prop_assert_eq!(before[0].start, after[0].start);
        prop_assert!(before[0].days <= after[0].days);
        prop_assert!(before[0].at_dose_days <= after[0].at_dose_days);
    }

    #[test]
    fn a_trial_keeps_its_own_sums(entries in entries()) {
        let as_of = day(AS_OF);
        for trial in outcome(&resources(&entries, as_of), as_of).assessment.trials {
            prop_assert!(trial.at_dose_days <= trial.days, "{:?}", trial);
            prop_assert!(trial.window.is_none_or(|window| trial.at_dose_days <= window), "{:?}", trial);
            prop_assert_eq!(trial.adequacy == Adequacy::Adequate, trial.reasons.is_empty(), "{:?}", trial);
            prop_assert!(trial.reasons.is_sorted() && trial.markers.is_sorted(), "{:?}", trial);
            prop_assert!(trial.start.is_none_or(|start| start <= as_of) && trial.end.is_none_or(|end| end <= as_of), "{:?}", trial);
            prop_assert!(!trial.failed || trial.adequacy == Adequacy::Adequate, "{:?}", trial);
            prop_assert!(!trial.basis.is_empty(), "{:?}", trial);
        }
    }
}
