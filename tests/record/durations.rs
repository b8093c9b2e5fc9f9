//! Days covered by one record, beside the answers of a published library run by an open engine (`../shared/data/cmd-reference`).
//!
//! Where the reference answers soundly ours is the same, or differs for a reason that has a name below. Where it gives up,
//! ours may be anything but a crash; how often we answer there is printed.

use std::collections::BTreeMap;

use serde_json::Value;
use trialwise::clinical::derive::supply_period;
use trialwise::clinical::units::{Day, Span};

use crate::common::{bundle, day, lines, outside, read};

/// Long after everything in the deck, so that no day is cut.
const AS_OF: &str = "2100-01-01";

/// Why an answer of ours is not the reference's. Each is told by looking at the record, not at the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// The reference itself calls this line wrong, or its period ends before it starts.
    ReferenceUnsound,
    /// A month of supply is 30.4375 days there, and its part days are dropped after all fills.
    MonthOfSupply,
    /// Bounds of the instruction end the supply here; the library ignores them where a quantity is given.
    BoundsEndTheSupply,
    /// The medicine is a reference that the record does not hold: told as unread here.
    MedicineNotInTheRecord,
}

impl Reason {
    const ALL: [Reason; 4] = [Reason::ReferenceUnsound, Reason::MonthOfSupply, Reason::BoundsEndTheSupply, Reason::MedicineNotInTheRecord];

    /// Whether the record is of this kind.
    fn holds(self, line: &Line) -> bool {
        let record = &line.record;
        let dosage = &record["dosageInstruction"][0];
        let request = &record["dispenseRequest"];
        let stated = if request.is_object() { &request["expectedSupplyDuration"] } else { &record["daysSupply"] };
        let repeat = &dosage["timing"]["repeat"];
        match self {
            Reason::MedicineNotInTheRecord => record["medicationReference"].is_object() && record["contained"].is_null(),
            Reason::BoundsEndTheSupply => repeat["boundsPeriod"]["end"].is_string() || repeat["boundsDuration"].is_object(),
            Reason::ReferenceUnsound => line.caution,
            Reason::MonthOfSupply => matches!(stated["code"].as_str().or(stated["unit"].as_str()), Some("mo" | "month" | "months" | "a")),
        }
    }
}

/// One record of the deck with the reference's answer to it.
struct Line {
    label: String,
    record: Value,
    /// `None` where the reference gives up.
    reference: Option<(Day, Day)>,
    caution: bool,
}

/// Every record of the deck that comes with its resource, and the ones that stand in the quality-measure deck.
fn deck() -> Option<Vec<Line>> {
    let folder = outside("cmd-reference")?;
    let measures = outside("ecqm-cases")?;
    let mut all = Vec::new();
    for line in lines(&folder.join("published-examples.ndjson")) {
        all.push(one(&line["file"], &line["resource"], &line["reference"]["period"], &line));
    }
    for file in ["worked-examples.ndjson", "generated-cases.ndjson"] {
        for line in lines(&folder.join(file)) {
            all.extend(several(&line["id"], line["resources"].as_array().expect("resources").iter(), &line));
        }
    }
    for line in lines(&folder.join("ecqm-cases.ndjson")) {
        let measure = line["measure"].as_str().expect("a measure");
        let case = lines(&measures.join(format!("{measure}.ndjson"))).into_iter().find(|case| case["caseId"] == line["caseId"]);
        let case = case.unwrap_or_else(|| panic!("{measure} {} is in its deck", line["caseId"]));
        let resources = case["bundle"]["entry"].as_array().expect("entries").iter().map(|entry| &entry["resource"]);
        all.extend(several(&line["caseId"], resources, &line));
    }
    Some(all)
}

fn one(label: &Value, record: &Value, period: &Value, line: &Value) -> Line {
    let edge = |place: usize| period[place].as_str().map(day);
    let label = format!("{} {}", label.as_str().unwrap_or_default(), record["id"].as_str().unwrap_or_default());
    Line { label, record: record.clone(), reference: edge(0).zip(edge(1)), caution: line["caution"].is_string() }
}

/// The records of a line whose periods the reference gives by id.
fn several<'a>(label: &Value, resources: impl Iterator<Item = &'a Value>, line: &Value) -> Vec<Line> {
    resources
        .filter_map(|record| {
            let list = match record["resourceType"].as_str()? {
                "MedicationRequest" => "RequestPeriods",
                "MedicationDispense" => "DispensePeriods",
                _ => return None,
            };
            let answer = line["reference"][list].as_array()?.iter().find(|answer| answer["id"] == record["id"])?;
            Some(one(label, record, &answer["period"], line))
        })
        .collect()
}

/// Ours: the first and the last day of the record taken alone.
fn ours(record: &Value) -> Option<Span> {
    let mut alone = record.clone();
    alone["subject"] = serde_json::json!({ "reference": "Patient/p" });
    let outcome = read(bundle(&[alone.to_string()]).as_bytes(), day(AS_OF)).unwrap_or_else(|error| panic!("{record}: {error}"));
    outcome.chart.medications.first().and_then(supply_period)
}

#[test]
fn days_covered_are_the_reference_s_or_differ_for_a_named_reason() {
    let Some(deck) = deck() else { return };
    let mut named: BTreeMap<Reason, usize> = BTreeMap::new();
    let (mut equal, mut answered, mut silent) = (0, 0, 0);
    let mut unnamed = Vec::new();
    for line in &deck {
        let ours = ours(&line.record);
        let Some((first, last)) = line.reference else {
            *(if ours.is_some() { &mut answered } else { &mut silent }) += 1;
            continue;
        };
        let Some(reference) = Span::new(first, last) else {
            *named.entry(Reason::ReferenceUnsound).or_default() += 1;
            continue;
        };
        if ours == Some(reference) {
            equal += 1;
            continue;
        }
        match Reason::ALL.into_iter().find(|reason| reason.holds(line)) {
            Some(reason) => *named.entry(reason).or_default() += 1,
            None => unnamed.push(format!("{}: {}, reference {first} to {last}\n    {}", line.label, in_words(ours), line.record)),
        }
    }
    println!("{} records: {equal} equal, {named:?}; where the reference gives up {answered} answered, {silent} not", deck.len());
    let unused: Vec<Reason> = Reason::ALL.into_iter().filter(|reason| !named.contains_key(reason)).collect();
    assert!(equal > 400, "the deck is read: {equal} equal");
    assert!(unused.is_empty(), "reasons that nothing needs any more: {unused:?}");
    assert!(unnamed.is_empty(), "{} differences without a name:\n  {}", unnamed.len(), unnamed.join("\n  "));
}

fn in_words(span: Option<Span>) -> String {
    span.map_or("no days".to_owned(), |span| format!("{} to {}", span.first, span.last))
}
