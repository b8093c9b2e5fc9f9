//! Broken records and hook requests: the worked cases with members deleted, repeated, replaced and torn.
//!
//! Seeded, so a run can be repeated: a failure prints its seed. A few seconds by default; `TRIALWISE_FUZZ_SECONDS` asks for more
//! and `TRIALWISE_FUZZ_SEED` for another beginning.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use serde_json::{Value, json};
use trialwise::clinical::cards::Card;
use trialwise::clinical::knowledge::Knowledge;
use trialwise::config::{self, Config};
use trialwise::feedback::Store;
use trialwise::gather::Gather;
use trialwise::hooks::{CardDialect, Services};
use trialwise::server::call::{Desk, hook};
use trialwise::server::{DayOf, Judged, record, wire};
use trialwise::telemetry::Account;

use crate::common::{bundle, day, fixtures, read, text};
use crate::spoken::faults;

const AS_OF: &str = "2026-03-02";

/// Random numbers that are the same every time (xorshift64*).
pub struct Dice(u64);

impl Dice {
    /// Those of a seed.
    pub fn of_seed(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.roll() >> 11) as usize % limit.max(1)
    }

    pub fn of<T: Copy>(&mut self, choice: &[T]) -> T {
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
pub fn break_one(value: &mut Value, dice: &mut Dice) {
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

/// A broken value as text, with what no value can hold put in.
pub fn written(value: &Value) -> String {
    RAW.iter().fold(value.to_string(), |text, (word, raw)| text.replace(word, raw))
}

/// The bytes of a broken record.
fn broken(record: &Value, dice: &mut Dice) -> Vec<u8> {
    let mut value = record.clone();
    for _ in 0..=dice.below(8) {
        let part = dice.of(&["", "/context/draftOrders", "/prefetch", "/prefetch"]);
        // the whole where there is no such part, or no longer
        match value.pointer_mut(part) {
            Some(part) => break_one(part, dice),
            None => break_one(&mut value, dice),
        }
    }
    let mut bytes = written(&value).into_bytes();
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

pub fn records() -> Vec<Value> {
    let mut folders: Vec<_> = std::fs::read_dir(fixtures()).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    folders.sort();
    let forms = ["bundle.json", "bundle-statement.json", "bundle-request.json"];
    let paths = folders.iter().flat_map(|folder| forms.map(|form| folder.join(form))).filter(|path| path.exists());
    paths.map(|path| serde_json::from_str(&text(&path)).expect("JSON")).collect()
}

/// A number from the surroundings, or this one.
pub fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

/// What became of a broken body.
enum Answer {
    Refused,
    Cards(Vec<Card>),
}

/// Breaks these bodies for some seconds. None may end in a panic, take long, or give a card that is none.
fn break_for_a_while(kind: &str, bodies: &[Value], answer: impl Fn(&[u8]) -> Answer) {
    let beginning = setting("TRIALWISE_FUZZ_SEED", 1);
    let begun = Instant::now();
    let end = begun + Duration::from_secs(setting("TRIALWISE_FUZZ_SECONDS", 4));
    let (mut tried, mut answered, mut cards, mut longest) = (0_u64, 0_u64, 0, Duration::ZERO);
    let mut complaints = Vec::new();
    while (tried < 100 || Instant::now() < end) && complaints.len() < 10 {
        let seed = beginning.wrapping_add(tried);
        let mut dice = Dice::of_seed(seed);
        let bytes = broken(&bodies[dice.below(bodies.len())], &mut dice);
        let asked = Instant::now();
        let wrong = match catch_unwind(AssertUnwindSafe(|| answer(&bytes))) {
            Err(_) => vec!["panics".to_owned()],
            Ok(Answer::Refused) => Vec::new(),
            Ok(Answer::Cards(said)) => {
                answered += 1;
                cards += said.len();
                said.iter().flat_map(faults).collect()
            }
        };
        let took = asked.elapsed();
        longest = longest.max(took);
        let slow = (took > TOO_LONG).then(|| format!("takes {took:?}"));
        for what in wrong.into_iter().chain(slow) {
            let kept = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{kind}-{seed}.json"));
            std::fs::write(&kept, &bytes).expect("a place to keep it");
            complaints.push(format!("seed {seed}: {what}, kept as {}", kept.display()));
        }
        tried += 1;
    }
    println!(
        "{kind}: {tried} broken bodies in {} s, {answered} of them answered, {cards} cards, longest {longest:.0?}",
        begun.elapsed().as_secs()
    );
    assert!(complaints.is_empty(), "{} complaints:\n  {}", complaints.len(), complaints.join("\n  "));
}

/// For one body of a worked case, without optimisation and beside others: a whole hook has less than this when it runs alone.
const TOO_LONG: Duration = Duration::from_secs(5);

#[test]
fn no_broken_record_ends_in_a_panic() {
    break_for_a_while("records", &records(), |bytes| match read(bytes, day(AS_OF)) {
        Ok(outcome) => Answer::Cards(outcome.cards),
        Err(_) => Answer::Refused,
    });
}

/// Orders that meet something in one case or another.
fn drafts() -> Vec<Value> {
    let rxnorm = |code: &str, display: &str| json!({ "coding": [{ "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": display }] });
    let medicines = [
        rxnorm("8123", "phenelzine 15 MG Oral Tablet"),
        rxnorm("402131", "aripiprazole 5 MG Oral Tablet"),
        rxnorm("314111", "mirtazapine 30 MG Oral Tablet"),
        rxnorm("6448", "lithium carbonate 300 MG"),
        rxnorm("10689", "tramadol"),
        rxnorm("312941", "sertraline 50 MG Oral Tablet"),
        json!({ "text": "bupropion XL 450 mg" }),
    ];
    let order = |(number, medicine): (usize, &Value)| {
        json!({
            "resourceType": "MedicationRequest", "id": format!("draft{number}"), "status": "draft", "intent": "order",
            "subject": { "reference": "Patient/p" }, "medicationCodeableConcept": medicine,
            "dosageInstruction": [{
                "text": "1 tablet daily", "timing": { "repeat": { "frequency": 1, "period": 1, "periodUnit": "d" } },
                "doseAndRate": [{ "doseQuantity": { "value": 1, "unit": "tablet" } }]
            }],
            "dispenseRequest": { "numberOfRepeatsAllowed": 2, "expectedSupplyDuration": { "value": 30, "unit": "d", "code": "d" } }
        })
    };
    medicines.iter().enumerate().map(order).collect()
}

/// The worked cases as hook requests: the record as prefetch, by type, and on the hooks of orders some drafts.
fn requests(services: &Services) -> Vec<Value> {
    let drafts = drafts();
    let searched = |resources: &[&Value]| {
        let entries: Vec<Value> = resources.iter().map(|resource| json!({ "resource": resource })).collect();
        json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries })
    };
    let request = |(number, record): (usize, &Value)| {
        let hook = ["patient-view", "order-select", "order-sign"][number % 3];
        let resources: Vec<&Value> = record["entry"].as_array().expect("entries").iter().map(|entry| &entry["resource"]).collect();
        let of_type =
            |kind: &str| -> Vec<&Value> { resources.iter().filter(|resource| resource["resourceType"] == kind).copied().collect() };
        let mut prefetch = serde_json::Map::new();
        for (key, need) in &services.for_hook(hook).expect("a service of each hook").needs {
            let found = of_type(need.resource_type());
            let value = if need.resource_type() == "Patient" { found[0].clone() } else { searched(&found) };
            prefetch.insert(key.clone(), value);
        }
        let mut context = json!({ "userId": "Practitioner/u", "encounterId": "e", "patientId": of_type("Patient")[0]["id"] });
        if number % 3 > 0 {
            let chosen = [number, number / 3].map(|which| {
                let mut draft = drafts[which % drafts.len()].clone();
                draft["subject"]["reference"] = json!(format!("Patient/{}", context["patientId"].as_str().expect("an id")));
                draft
            });
            context["draftOrders"] = searched(&chosen.each_ref());
            context["selections"] = json!([format!("MedicationRequest/{}", chosen[0]["id"].as_str().expect("an id"))]);
        }
        json!({ "hook": hook, "hookInstance": "0d5cb0e5-4b2f-4c1b-9d0c-1c3f7a6c2a11", "context": context, "prefetch": prefetch })
    };
    records().iter().enumerate().map(request).collect()
}

#[test]
fn no_broken_request_ends_in_a_panic() {
    let services = Services::builtin().expect("the project's own services");
    let requests = requests(&services);
    let day_of = DayOf { today: day(AS_OF), by_request: true };
    let judged = |bytes: &[u8]| record(&[("body", bytes)], &services, Knowledge::builtin(), day_of, None).ok();
    let whole: Vec<Judged> = requests.iter().filter_map(|request| judged(request.to_string().as_bytes())).collect();
    assert_eq!(whole.len(), requests.len(), "the requests are sound before they are broken");
    assert!(whole.iter().any(|judged| !judged.assessment.drafts.is_empty() && !judged.cards.is_empty()), "some orders are spoken of");
    let settings = Config { store: config::Store { url: Some("sqlite::memory:".into()), ..config::Store::default() }, ..Config::default() };
    let store = Store::start(&settings.store).expect("a store in memory");
    let (gather, account) = (Gather::new(&settings, false).expect("no servers"), Account::default());
    let system = actix_web::rt::System::new();
    break_for_a_while("requests", &requests, |bytes| {
        for definition in ["trialwise-patient-view", "trialwise-order-select", "trialwise-order-sign"].map(|id| services.get(id)) {
            let definition = definition.expect("a service");
            let desk = Desk {
                client: "anybody",
                dialect: CardDialect::default(),
                showing: settings.shown(None, &definition.id),
                store: &store,
                gather: &gather,
                account: &account,
                most_resources: 1_000,
                apart: true,
                until: Instant::now(),
                turn: Arc::new(()),
            };
            let _ = system.block_on(hook(Bytes::copy_from_slice(bytes), definition, Knowledge::builtin(), day_of, desk));
        }
        match judged(bytes) {
            Some(judged) => {
                let _ = serde_json::to_vec(&wire(&judged, Knowledge::builtin(), CardDialect::default())).expect("an answer can be written");
                Answer::Cards(judged.cards)
            }
            None => Answer::Refused,
        }
    });
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

/// Puts markup behind every text of a record that is meant for people.
fn mark(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                match inner {
                    Value::String(text) if ["display", "text", "title"].contains(&key.as_str()) => {
                        text.push_str(" <b>x</b> [l](e) *y* `z`")
                    }
                    inner => mark(inner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mark),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_text_of_a_record_is_markup_on_a_card() {
    let mut spoken = 0;
    for mut record in records() {
        mark(&mut record);
        let outcome = read(record.to_string().as_bytes(), day(AS_OF)).expect("a record");
        for card in &outcome.cards {
            let live = |text: &str| ["[l](", "<b>", " *y*", " `z`"].iter().any(|markup| text.contains(markup));
            assert!(faults(card).is_empty() && !live(&card.detail), "{:?} {card:#?}", faults(card));
            spoken += usize::from(card.detail.contains("\\*y\\*"));
        }
    }
    assert!(spoken > 0, "some card repeats a text of its record");
}
