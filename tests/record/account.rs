//! What became of each resource of a record: it ends in the chart, among what was not read, or outside by a rule that has a name.
//!
//! The rules are restated here from the tables and rules.md 1, so that the reader is not its own judge.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};
use trialwise::clinical::knowledge::{Knowledge, Observation};
use trialwise::clinical::units::{Code, Instrument, SourceRef, System};

use crate::common::{Outcome, bundle, day, read};

/// Where a resource ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// In the chart.
    Charted,
    /// Among what was not read, with the reason.
    Unread,
    /// Neither its codes nor its words are any of ours.
    NotOurs,
    /// Its status or intent counts for nothing (rules.md 1).
    ByStatus,
    /// The first two items alone: a PHQ-2 is no PHQ-9.
    Phq2,
    /// Nowhere: a defect.
    Lost,
}

/// How many resources of each kind ended where.
#[derive(Debug, Default)]
pub struct Accounts(BTreeMap<(&'static str, Fate), usize>);

impl Accounts {
    /// Enters one resource; `None` for a type that is not accounted for.
    pub fn enter(&mut self, resource: &Value, outcome: &Outcome) -> Option<Fate> {
        let (kind, fate) = match resource["resourceType"].as_str()? {
            "MedicationRequest" | "MedicationDispense" | "MedicationStatement" | "MedicationAdministration" => {
                ("medicines", of_medicine(resource, outcome))
            }
            "Condition" => ("conditions", of_condition(resource, outcome)),
            "Observation" => ("observations", of_observation(resource, outcome)),
            "QuestionnaireResponse" => ("questionnaires", of_questionnaire(resource, outcome)),
            _ => return None,
        };
        *self.0.entry((kind, fate)).or_default() += 1;
        Some(fate)
    }
}

impl fmt::Display for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> = self.0.iter().map(|((kind, fate), count)| format!("{kind} {fate:?} {count}")).collect();
        f.write_str(&entries.join(", "))
    }
}

/// `Type/id`.
pub fn reference(resource: &Value) -> String {
    format!("{}/{}", resource["resourceType"].as_str().unwrap_or_default(), resource["id"].as_str().unwrap_or_default())
}

/// Whether something cites the resource. One without an id is cited by its place; the decks that have such hold one resource a record.
fn cites(found: &SourceRef, source: &str) -> bool {
    found.as_str() == source || source.ends_with('/') && !found.as_str().contains('/')
}

fn fate(charted: bool, unread: bool, otherwise: Option<Fate>) -> Fate {
    match (charted, unread) {
        (true, _) => Fate::Charted,
        (false, true) => Fate::Unread,
        (false, false) => otherwise.unwrap_or(Fate::Lost),
    }
}

fn is_unread(resource: &Value, outcome: &Outcome) -> bool {
    let source = reference(resource);
    outcome.assessment.unread.iter().any(|unread| cites(&unread.source, &source) || source.ends_with('/'))
}

fn of_medicine(medicine: &Value, outcome: &Outcome) -> Fate {
    let ignored = medicine_counts_for_nothing(medicine).then_some(Fate::ByStatus);
    fate(holds_medicine(outcome, &reference(medicine)), is_unread(medicine, outcome), ignored)
}

/// Whether the chart holds a record of a medicine, as exposure, as an adherence fact or as a drug that could not be told.
pub fn holds_medicine(outcome: &Outcome, source: &str) -> bool {
    let chart = &outcome.chart;
    chart.medications.iter().any(|record| cites(&record.source, source))
        || chart.adherence.iter().any(|fact| cites(&fact.source, source))
        || chart.unresolved.iter().any(|drug| cites(&drug.source, source))
}

/// The statuses and intents of a medicine that count for nothing.
fn medicine_counts_for_nothing(medicine: &Value) -> bool {
    let is = |member: &str, words: &[&str]| medicine[member].as_str().is_some_and(|word| words.contains(&word));
    medicine["doNotPerform"] == true
        || is("status", &["entered-in-error", "draft", "cancelled", "declined", "preparation", "intended", "not-taken", "not-done"])
        || (medicine["resourceType"] == "MedicationDispense" && is("status", &["stopped"]))
        || (is("intent", &["proposal", "plan", "option"]) && medicine["reportedBoolean"] != true)
}

fn of_condition(condition: &Value, outcome: &Outcome) -> Fate {
    let source = reference(condition);
    let charted = outcome.chart.conditions.iter().chain(&outcome.chart.refuted).any(|found| cites(&found.source, &source));
    let codes = || codes(&condition["code"]);
    let known_system = codes().any(|code| matches!(code.system, System::Icd10 | System::Snomed));
    let ours = !Knowledge::builtin().condition_groups(codes()).is_empty()
        || !known_system && wordings(&condition["code"]).any(|text| Knowledge::builtin().looks_relevant(text));
    fate(charted, is_unread(condition, outcome), (!ours).then_some(Fate::NotOurs))
}

fn of_observation(observation: &Value, outcome: &Outcome) -> Fate {
    let components = observation["component"].as_array().into_iter().flatten();
    let parts: Vec<&Value> = std::iter::once(observation).chain(components).collect();
    let rows: Vec<&Observation> = parts.iter().filter_map(|part| row(&part["code"])).collect();
    let charted = is_measured(outcome, &reference(observation)) || parts.iter().any(|part| is_screened(part, observation, outcome));
    let otherwise = if rows.is_empty() {
        Some(Fate::NotOurs)
    } else {
        (rows.iter().all(|row| is_of_phq2(row.instrument)) && !is_screened_that_day(observation, outcome)).then_some(Fate::Phq2)
    };
    fate(charted, is_unread(observation, outcome), otherwise)
}

fn of_questionnaire(response: &Value, outcome: &Outcome) -> Fate {
    let mut rows = Vec::new();
    questions(&response["item"], &mut rows);
    let name = format!("{} {}", response["questionnaire"], response["_questionnaire"]).to_lowercase();
    let named = ["mood disorder questionnaire", "mood-disorder-questionnaire", "mdq", "rapid mood screener", "rapid-mood-screener"];
    let ours = !rows.is_empty() || named.iter().any(|known| name.contains(known));
    let source = reference(response);
    let charted = is_measured(outcome, &source) || rows.contains(&Instrument::Phq9Item9) && is_screened_that_day(response, outcome);
    fate(charted, is_unread(response, outcome), (!ours).then_some(Fate::NotOurs))
}

/// What the questions of a form ask, by the LOINC code that ends their linkId or definition.
fn questions(items: &Value, found: &mut Vec<Instrument>) {
    for item in items.as_array().into_iter().flatten() {
        let places = [&item["linkId"], &item["definition"]].into_iter().filter_map(Value::as_str);
        let codes = places.filter_map(|place| place.rsplit(['/', '#', '|']).next());
        found.extend(
            codes.filter_map(|code| Knowledge::builtin().observation(Code { system: System::Loinc, code })).map(|row| row.instrument),
        );
        questions(&item["item"], found);
        for answer in item["answer"].as_array().into_iter().flatten() {
            questions(&answer["item"], found);
        }
    }
}

fn codes(concept: &Value) -> impl Iterator<Item = Code<'_>> {
    concept["coding"].as_array().into_iter().flatten().filter_map(|coding| {
        let system = coding["system"].as_str().map_or(System::Other, System::of);
        Some(Code { system, code: coding["code"].as_str()?.trim() })
    })
}

fn wordings(concept: &Value) -> impl Iterator<Item = &str> {
    let displays = concept["coding"].as_array().into_iter().flatten().filter_map(|coding| coding["display"].as_str());
    displays.chain(concept["text"].as_str())
}

fn row(concept: &Value) -> Option<&'static Observation> {
    let knowledge = Knowledge::builtin();
    codes(concept)
        .find_map(|code| knowledge.observation(code))
        .or_else(|| wordings(concept).find_map(|text| knowledge.observation_named(text)))
}

/// Whether a result or a PHQ-9 of the chart cites the resource.
fn is_measured(outcome: &Outcome, source: &str) -> bool {
    let chart = &outcome.chart;
    chart.measurements.iter().any(|found| cites(&found.source, source)) || chart.screenings.iter().any(|found| cites(&found.source, source))
}

/// The day of a result or a form, as written.
fn day_of(resource: &Value) -> Option<&str> {
    let places = ["effectiveDateTime", "effectiveInstant", "issued", "authored"];
    let written = places.iter().find_map(|place| resource[place].as_str()).or(resource["effectivePeriod"]["end"].as_str());
    written.and_then(|date| date.get(..10))
}

fn is_screened_that_day(resource: &Value, outcome: &Outcome) -> bool {
    let Some(day) = day_of(resource) else { return false };
    outcome.chart.screenings.iter().any(|screening| screening.at.day.to_string() == day)
}

fn is_of_phq2(instrument: Instrument) -> bool {
    matches!(instrument, Instrument::Phq9Item1 | Instrument::Phq9Item2)
}

/// Whether a PHQ-9 of that day has this total, panel or item among what it was put together from: it cites only the best of its parts.
fn is_screened(part: &Value, of: &Value, outcome: &Outcome) -> bool {
    let Some(instrument) = row(&part["code"]).map(|row| row.instrument) else { return false };
    let item = Instrument::ALL.iter().filter(|known| known.word().starts_with("phq-9-item-")).position(|known| *known == instrument);
    let value = part["valueInteger"].as_u64().or_else(|| part["valueQuantity"]["value"].as_f64().map(|value| value as u64));
    let day = day_of(of);
    let mut that_day = outcome.chart.screenings.iter().filter(|screening| day == Some(screening.at.day.to_string().as_str()));
    match (instrument, item) {
        (Instrument::Phq9Panel, _) => that_day.next().is_some(),
        (Instrument::Phq9, _) => that_day.any(|screening| {
            [screening.total, screening.recorded_total].into_iter().flatten().any(|total| Some(u64::from(total)) == value)
        }),
        (_, Some(item)) => {
            that_day.any(|screening| screening.items[item].is_some_and(|score| value.is_none_or(|value| value == u64::from(score))))
        }
        _ => false,
    }
}

#[test]
fn what_stands_nowhere_is_lost_and_a_step_away_it_is_not() {
    let patient = json!({ "resourceType": "Patient", "id": "p" });
    let coded = |system: &str, code: &str| json!({ "coding": [{ "system": system, "code": code }] });
    let one = |kind: &str, code: Value, more: Value| {
        let mut resource = json!({ "resourceType": kind, "id": "r", "subject": { "reference": "Patient/p" }, "code": code });
        more.as_object().expect("members").iter().for_each(|(name, value)| resource[name] = value.clone());
        resource
    };
    let empty = read(bundle(&[patient.to_string()]).as_bytes(), day("2026-03-02")).expect("a record");
    let icd = |code: &str| one("Condition", coded("http://hl7.org/fhir/sid/icd-10-cm", code), json!({}));
    let result = |code: &str, value: u8| {
        let more = json!({ "status": "final", "effectiveDateTime": "2026-02-01", "valueInteger": value });
        one("Observation", coded("http://loinc.org", code), more)
    };
    let form = |code: &str| {
        let items = json!([{ "linkId": format!("/{code}"), "answer": [{ "valueInteger": 2 }] }]);
        one("QuestionnaireResponse", Value::Null, json!({ "status": "completed", "authored": "2026-02-01", "item": items }))
    };
    let order = |status: &str| {
        let medication = coded("http://www.nlm.nih.gov/research/umls/rxnorm", "312941");
        one("MedicationRequest", Value::Null, json!({ "status": status, "intent": "order", "medicationCodeableConcept": medication }))
    };
    for (resource, otherwise) in [
        (icd("F33.1"), icd("J06.9")),
        (result("44261-6", 14), result("8867-4", 80)),
        (result("44260-8", 1), result("44250-9", 1)),
        (form("44260-8"), form("8867-4")),
        (order("active"), order("draft")),
    ] {
        let fate = |resource: &Value, outcome: &Outcome| Accounts::default().enter(resource, outcome);
        assert_eq!(fate(&resource, &empty), Some(Fate::Lost), "{resource}");
        assert!(!matches!(fate(&otherwise, &empty), None | Some(Fate::Lost)), "{otherwise}");
        let held = read(bundle(&[patient.to_string(), resource.to_string()]).as_bytes(), day("2026-03-02")).expect("a record");
        assert_eq!(fate(&resource, &held), Some(Fate::Charted), "{resource}");
    }
}
