//! Broken records: the worked cases with members deleted, repeated, replaced and torn.
//!
//! Seeded, so a run can be repeated: a failure prints its seed. A few seconds by default; `TRIALWISE_FUZZ_SECONDS` asks for more
//! and `TRIALWISE_FUZZ_SEED` for another beginning.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{bundle, day, fixtures, read, text};

const AS_OF: &str = "2026-03-02";

/// Random numbers that are the same every time (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.roll() >> 11) as usize % limit.max(1)
    }

    fn of<T: Copy>(&mut self, choice: &[T]) -> T {
        choice[self.below(choice.len())]
    }
}

/// Words that stand for text no JSON value can hold; put in after writing.
const RAW: [(&str, &str); 5] = [
    ("\"@huge@\"", "1e999999"),
    ("\"@long@\"", "123456789012345678901234567890.000000000000000000001"),
    ("\"@surrogate@\"", "\"\\ud800\""),
    ("\"@nul@\"", "\"a\\u0000b\""),
    ("\"@again@\"", "\"status\""),
];

/// A value of the wrong kind, or of the right kind and absurd.
fn odd_value(dice: &mut Dice) -> Value {
    match dice.below(14) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(i64::MAX),
        4 => json!(0.1),
        5 => json!(""),
        6 => json!([]),
        7 => json!({}),
        8 => json!(RAW[dice.below(4)].0.trim_matches('"')),
        9 => json!([[["deep"]], {}, null, 7]),
        10 => json!(dice.of(&["9999-12-31", "0001-01-01", "2026-02-30", "2026", "2026-13", "2026-03-02T25:61:61+99:99", "-2026-01-01"])),
        11 => json!(dice.of(&["entered-in-error", "unknown", "active", "stopped", "Patient/other", "#", "urn:uuid:"])),
        12 => json!("ß\u{202e}𝄞 <script>*_|`".repeat(dice.below(50))),
        _ => json!(dice.of(&["sertraline 50 MG", "1 tablet daily", "take as directed", "mg", "d", "2147483648"])),
    }
}

/// Breaks one place of a value, chosen by the dice.
fn break_one(value: &mut Value, dice: &mut Dice) {
    let stop = dice.below(5) == 0;
    match value {
        Value::Object(members) if !members.is_empty() && !stop => {
            let keys: Vec<String> = members.keys().cloned().collect();
            let key = &keys[dice.below(keys.len())];
            match dice.below(12) {
                0 => drop(members.remove(key)),
                1 => drop(members.insert("@again@".to_owned(), odd_value(dice))),
                2 => drop(members.insert(key.clone(), odd_value(dice))),
                3 => {
                    let inner = members[key].clone();
                    members.insert(key.clone(), json!([inner]));
                }
                _ => break_one(&mut members[key.as_str()], dice),
            }
        }
        Value::Array(items) if !items.is_empty() && !stop => {
            let place = dice.below(items.len());
            match dice.below(10) {
                0 => drop(items.remove(place)),
                1 => items.push(items[place].clone()),
                2 => items.insert(place, odd_value(dice)),
                3 => items.reverse(),
                _ => break_one(&mut items[place], dice),
            }
        }
        other => *other = odd_value(dice),
    }
}

/// The bytes of a broken record.
fn broken(record: &Value, dice: &mut Dice) -> Vec<u8> {
    let mut value = record.clone();
    for _ in 0..=dice.below(8) {
        break_one(&mut value, dice);
    }
    let mut text = value.to_string();
    for (word, raw) in RAW {
        text = text.replace(word, raw);
    }
    let mut bytes = text.into_bytes();
    match dice.below(8) {
        0 => bytes.truncate(dice.below(bytes.len())),
        1 => {
            for _ in 0..=dice.below(20) {
                let place = dice.below(bytes.len());
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
        _ => {}
    }
    bytes
}

fn records() -> Vec<Value> {
    let mut folders: Vec<_> = std::fs::read_dir(fixtures()).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    folders.sort();
    let forms = ["bundle.json", "bundle-statement.json", "bundle-request.json"];
    let paths = folders.iter().flat_map(|folder| forms.map(|form| folder.join(form))).filter(|path| path.exists());
    paths.map(|path| serde_json::from_str(&text(&path)).expect("JSON")).collect()
}

/// A number from the surroundings, or this one.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

#[test]
fn no_broken_record_ends_in_a_panic() {
    let records = records();
    let beginning = setting("TRIALWISE_FUZZ_SEED", 1);
    let end = Instant::now() + Duration::from_secs(setting("TRIALWISE_FUZZ_SECONDS", 4));
    let (mut tried, mut answered) = (0_u64, 0_u64);
    let mut panics = Vec::new();
    while (tried < 100 || Instant::now() < end) && panics.len() < 10 {
        let seed = beginning.wrapping_add(tried);
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let bytes = broken(&records[dice.below(records.len())], &mut dice);
        match catch_unwind(AssertUnwindSafe(|| read(&bytes, day(AS_OF)).is_ok())) {
            Ok(read) => answered += u64::from(read),
            Err(_) => {
                let kept = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{seed}.json"));
                std::fs::write(&kept, &bytes).expect("a place to keep it");
                panics.push(format!("seed {seed}, kept as {}", kept.display()));
            }
        }
        tried += 1;
    }
    println!("{tried} broken records, {answered} of them still read");
    assert!(panics.is_empty(), "{} panics:\n  {}", panics.len(), panics.join("\n  "));
}

#[test]
fn no_depth_ends_the_stack() {
    let case = text(&fixtures().join("dose-exactly-at-the-minimum-on-day-42/bundle.json"));
    for depth in [200, 10_000] {
        let nested = [
            format!("{}1{}", "[".repeat(depth), "]".repeat(depth)),
            format!("{}1{}", "{\"contained\":[".repeat(depth), "]}".repeat(depth)),
            format!("{}1{}", "{\"extension\":{\"resource\":".repeat(depth), "}}".repeat(depth)),
            "[".repeat(depth),
        ];
        for inner in nested {
            let _ = read(inner.as_bytes(), day(AS_OF));
            let _ = read(case.replacen("\"active\":true", &format!("\"active\":{inner}"), 1).as_bytes(), day(AS_OF));
            let _ = read(bundle(&[inner]).as_bytes(), day(AS_OF));
        }
        let bundles = "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":".repeat(depth);
        let _ = read(format!("{bundles}{{}}{}", "}]}".repeat(depth)).as_bytes(), day(AS_OF));
    }
}

#[test]
fn no_size_is_too_much() {
    let case = text(&fixtures().join("dose-exactly-at-the-minimum-on-day-42/bundle.json"));
    let long = "a".repeat(1 << 20);
    for (place, with) in [
        ("\"active\":true", format!("\"active\":\"{long}\"")),
        ("\"gender\":\"female\"", format!("\"gender\":\"{long}\"")),
        ("\"text\":\"sertraline 50 MG Oral Tablet\"", format!("\"text\":\"{}\"", "sertraline ".repeat(1 << 16))),
        ("\"status\":\"completed\"", format!("\"status\":\"{long}\"")),
        ("\"daysSupply\":{\"value\":30", "\"daysSupply\":{\"value\":2147483647".to_owned()),
        ("\"daysSupply\":{\"value\":30", "\"daysSupply\":{\"value\":-30".to_owned()),
        ("\"daysSupply\":{\"value\":30", "\"daysSupply\":{\"value\":1e308".to_owned()),
    ] {
        assert!(case.contains(place), "the case has {place}");
        let _ = read(case.replace(place, &with).as_bytes(), day(AS_OF));
    }
    for body in ["", " ", "null", "7", "\"\"", "{}", "[]", "\u{feff}{}", "{\"resourceType\":\"Bundle\"}", "\0\0", "{\"resourceType\":7}"] {
        let _ = read(body.as_bytes(), day(AS_OF));
    }
    let _ = read(&[0xff, 0xfe, 0x00], day(AS_OF));
}

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
    let diagnosis = |number: usize| {
        json!({
            "resourceType": "Condition", "id": format!("c{number}"), "onsetDateTime": "2024-01-01",
            "code": { "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F33.1" }] }
        })
    };
    let kinds: [(&str, &dyn Fn(usize) -> Value); 4] =
        [("supplies", &supply), ("orders", &order), ("scores", &score), ("diagnoses", &diagnosis)];
    for (kind, make) in kinds {
        let body = |count: usize| bundle(&(0..count).map(|number| make(number).to_string()).collect::<Vec<_>>());
        let (one, two) = (body(1500), body(3000));
        let shortest = |body: &str| (0..3).map(|_| time(body)).min().expect("a run");
        let ratio = || shortest(&two).as_secs_f64() / shortest(&one).as_secs_f64().max(1e-4);
        let ratios: Vec<f64> =
            (0..4).map(|_| ratio()).scan(false, |done, ratio| (!std::mem::replace(done, ratio < 3.0)).then_some(ratio)).collect();
        println!("{kind}: twice the record, {ratios:.1?} times the work");
        assert!(ratios.iter().any(|ratio| *ratio < 3.0), "{kind}: twice the record takes {ratios:.1?} times as long");
    }
}

fn time(body: &str) -> Duration {
    let begun = Instant::now();
    let _ = read(body.as_bytes(), day(AS_OF));
    begun.elapsed()
}
