//! The data decks: every record in `../shared/data`, which nobody here wrote.
//!
//! Each is read twice. Nothing panics, the same bytes say the same, and every medicine, diagnosis, result and form ends somewhere:
//! in the chart, among what was not read, or outside by a rule that has a name. The figures are printed (`--nocapture`).

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use trialwise::clinical::derive::ScopeReason;
use trialwise::clinical::knowledge::Knowledge;
use trialwise::hooks::Services;
use trialwise::server::{DayOf, record};

use crate::account::{holds_medicine, reference};
use crate::common::{bundle, day, files, lines, name, outside, read, text};
use crate::tally::{AS_OF, Figures, Tally, own_days};

/// Of most decks no card at all: nobody of adult age with depression on file takes an antidepressant there, or scores high.
///
/// The cards were looked at one by one. A figure that changes asks for that again: `--nocapture` prints them, and
/// `TRIALWISE_DECK_DAYS=60` asks on more days.
const NONE: Figures = &[];

/// The patients of the quality measures.
///
/// - `next-step/urgent`, CMS128: the diagnosis is SNOMED 15193003, with psychotic features, and no score stands against it. Right by
///   rules.md 10, on whatever day: the code is current as long as nobody ends it.
/// - `measure`, CMS128: desipramine for 31 covered days and no score. Right.
/// - `safety`, CMS159: four patients with a PHQ-9 total of 20 and no item 9, on that day and on the thirtieth after it. Right.
/// - None for those in hospice by a diagnosis, a request, the type of an encounter or where they were discharged to, but for the urgent
///   card on days before that (2026-01-01) and more than a year after it (2028-01-01). Right by rules.md 1.3.
const QUALITY_MEASURES: Figures = &[("measure", 2), ("next-step/urgent", 44), ("safety", 8)];

/// One man with major depression since 1955, and an order for fluoxetine of that year which still stands as active.
///
/// `complete-trial/unverified`, each time he is seen until his death: nobody knows the dates of an order that old, so it is asked what
/// is taken. Right. The opioid abuse on his list is no card: there is no score. The other three with an antidepressant have no depression.
const SYNTHEA_2019: Figures = &[("complete-trial/unverified", 9)];

/// The resources of a Bundle, or the one resource that a body is.
fn resources_of(body: &Value) -> Vec<&Value> {
    match body["entry"].as_array() {
        Some(entries) => entries.iter().map(|entry| &entry["resource"]).collect(),
        None => vec![body],
    }
}

/// A folder of single files, each a record of its own.
fn each_file_is_a_record(deck: &'static str, figures: Figures) {
    let Some(folder) = outside(deck) else { return };
    let mut tally = Tally::of(deck);
    for path in files(&folder, "json") {
        let body = text(&path);
        let value: Value = serde_json::from_str(&body).expect("JSON");
        tally.take(&name(&path), &body, &resources_of(&value));
    }
    tally.done(figures);
}

#[test]
fn the_examples_of_the_r4_specification_are_read() {
    each_file_is_a_record("fhir-r4-spec-examples", NONE);
}

#[test]
fn the_us_core_examples_are_read() {
    each_file_is_a_record("us-core-examples", NONE);
}

#[test]
fn the_qi_core_examples_are_read() {
    each_file_is_a_record("qicore-examples", NONE);
}

#[test]
fn the_international_patient_summaries_are_read() {
    each_file_is_a_record("ips-examples", NONE);
}

#[test]
fn the_order_as_served_is_read_with_its_medication() {
    each_file_is_a_record("epic-sandbox-shape", NONE);
    let Some(folder) = outside("epic-sandbox-shape") else { return };
    let both: Vec<String> = files(&folder, "json").iter().map(|path| text(path)).collect();
    let values: Vec<Value> = both.iter().map(|body| serde_json::from_str(body).expect("JSON")).collect();
    let mut tally = Tally::of("epic-sandbox-shape, together");
    tally.take("both", &bundle(&both), &values.iter().collect::<Vec<_>>());
    tally.done(NONE);
}

#[test]
fn the_recent_synthetic_bundles_are_read_whole() {
    each_file_is_a_record("synthea-recent-bundles", NONE);
}

#[test]
fn the_australian_records_are_read() {
    let Some(folder) = outside("au-test-data") else { return };
    let mut tally = Tally::of("au-test-data");
    let all = lines(&folder.join("medications.ndjson"));
    for (number, resource) in all.iter().enumerate() {
        tally.take(&format!("line {}: {}", number + 1, reference(resource)), &resource.to_string(), &[resource]);
    }
    tally.done(NONE);
}

#[test]
fn a_body_of_r5_is_refused_or_said_to_be_unread() {
    let Some(folder) = outside("fhir-r5-spec-examples") else { return };
    let mut tally = Tally::of("fhir-r5-spec-examples");
    let mut misread = Vec::new();
    for path in files(&folder, "json") {
        let body = text(&path);
        let value: Value = serde_json::from_str(&body).expect("JSON");
        let outcome = tally.take(&name(&path), &body, &[&value]);
        if outcome.is_some_and(|outcome| holds_medicine(&outcome, &reference(&value))) {
            misread.push(name(&path));
        }
    }
    assert!(misread.is_empty(), "read as if they were R4: {misread:?}");
    tally.done(NONE);
}

/// What the decks write for hospice: care, an admission, a discharge to it, and a finding.
const HOSPICE: [&str; 4] = ["385763009", "183921001", "428371000124100", "170935008"];

#[test]
fn the_quality_measure_patients_are_read() {
    let Some(folder) = outside("ecqm-cases") else { return };
    let mut tally = Tally::of("ecqm-cases");
    for path in files(&folder, "ndjson") {
        for case in lines(&path) {
            let label = format!("{} {}", case["measure"], case["caseId"]);
            let before = tally.shown.len();
            tally.take(&label, &case["bundle"].to_string(), &resources_of(&case["bundle"]));
            let in_hospice = HOSPICE.iter().any(|code| case["bundle"].to_string().contains(code));
            let outside_its_year =
                |shown: &&String| shown.contains("next-step/urgent") && ["2026-01-01", "2028-01-01"].iter().any(|day| shown.contains(day));
            let shown: Vec<&String> = tally.shown[before..].iter().filter(|shown| !outside_its_year(shown)).collect();
            if in_hospice && !shown.is_empty() {
                let complaint = format!("{label}: in hospice, yet {shown:?}");
                tally.complaints.push(complaint);
            }
        }
    }
    tally.done(QUALITY_MEASURES);
}

#[test]
fn the_inputs_of_the_duration_reference_are_read() {
    let Some(folder) = outside("cmd-reference") else { return };
    let mut tally = Tally::of("cmd-reference");
    for path in files(&folder, "ndjson") {
        for line in lines(&path) {
            let resources: Vec<&Value> = match line["resources"].as_array() {
                Some(resources) => resources.iter().collect(),
                None if line["resource"].is_object() => vec![&line["resource"]],
                None => continue,
            };
            let bodies: Vec<String> = resources.iter().map(ToString::to_string).collect();
            tally.take(&format!("{} {}", line["id"], line["file"]), &bundle(&bodies), &resources);
        }
    }
    tally.done(NONE);
}

/// The hook requests among the published bodies: files of their own, and blocks out of the pages of the specification.
fn hook_requests(folder: &Path) -> Vec<(String, Value)> {
    let whole = files(folder, "json").into_iter().map(|path| (name(&path), serde_json::from_str(&text(&path)).expect("JSON")));
    let blocks = files(folder, "ndjson").into_iter().flat_map(|path| {
        let from = name(&path);
        let label = move |block: &Value| format!("{from}, {} block {}", block["page"], block["block"]);
        lines(&path).into_iter().map(move |mut block| (label(&block), block["json"].take()))
    });
    whole.chain(blocks).filter(|(_, value)| value["hook"].is_string() && value["context"].is_object()).collect()
}

#[test]
fn every_published_hook_request_is_judged_or_refused_in_one_line() {
    let Some(folder) = outside("cds-hooks-examples") else { return };
    let services = Services::builtin().expect("the project's own services");
    let requests = hook_requests(&folder);
    let mut tally = Tally::of("cds-hooks-examples");
    let (mut judged, mut refused) = (0, 0);
    for (label, request) in &requests {
        let body = request.to_string();
        let on = |today| {
            let judged = record(&[(label, body.as_bytes())], &services, Knowledge::builtin(), DayOf { today, by_request: false }, None);
            judged.map(|judged| judged.cards)
        };
        tally.records += 1;
        match on(day(AS_OF)) {
            Ok(cards) => {
                judged += 1;
                tally.note(label, day(AS_OF), &cards);
                for own in own_days(&[request]) {
                    tally.note(label, own, &on(own).expect("a request that was judged"));
                }
            }
            Err(error) => {
                refused += 1;
                let said = error.to_string();
                assert!(said.contains(label.as_str()) && said.lines().count() == 1, "{said}");
            }
        }
    }
    println!("cds-hooks-examples: {} hook requests, {judged} judged, {refused} refused", requests.len());
    assert!(judged > 0, "not one of {} was judged", requests.len());
    tally.done(NONE);
}

#[test]
fn no_synthetic_patient_without_depression_gets_a_card() {
    let Some(folder) = outside("synthea-2019-bulk") else { return };
    let mut tally = Tally::of("synthea-2019-bulk");
    let patients = by_patient(&folder);
    let mut without_depression = 0;
    for (patient, resources) in &patients {
        let bodies: Vec<String> = resources.iter().map(ToString::to_string).collect();
        let Some(outcome) = tally.take(patient, &bundle(&bodies), &resources.iter().collect::<Vec<_>>()) else { continue };
        let depressed = resources
            .iter()
            .any(|resource| resource["resourceType"] == "Condition" && resource["code"].to_string().to_lowercase().contains("depress"));
        without_depression += usize::from(!depressed);
        if !depressed && !outcome.cards.is_empty() {
            let said: Vec<&str> = outcome.cards.iter().map(|card| card.summary.as_str()).collect();
            tally.complaints.push(format!("{patient}: a card without depression: {said:?}"));
        }
    }
    println!("synthea-2019-bulk: {without_depression} of {} patients without depression", patients.len());
    assert_eq!(patients.len(), 200, "patients of the deck");
    tally.done(SYNTHEA_2019);
}

/// The resources of a folder of bulk files, by the patient whose they are.
fn by_patient(folder: &Path) -> BTreeMap<String, Vec<Value>> {
    let mut patients: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for path in files(folder, "ndjson").iter().filter(|path| !name(path).starts_with("manifest")) {
        for resource in lines(path) {
            let whose = match &resource["subject"]["reference"] {
                Value::String(reference) => reference.trim_start_matches("Patient/").to_owned(),
                _ => resource["id"].as_str().expect("a Patient has an id").to_owned(),
            };
            patients.entry(whose).or_default().push(resource);
        }
    }
    patients
}

#[test]
fn a_record_of_nothing_says_nothing() {
    let empty = json!({ "resourceType": "Bundle", "type": "collection", "entry": [] }).to_string();
    let mut tally = Tally::of("nothing");
    if let Some(outcome) = tally.take("an empty Bundle", &empty, &[]) {
        assert!(outcome.cards.is_empty());
    }
    tally.done(NONE);
}

/// The deck's patient, without the deck.
#[test]
fn an_admission_or_a_discharge_to_hospice_is_hospice_and_an_office_visit_is_not() {
    let in_hospice = |kind: &str, disposition: &str| {
        let snomed = |code: &str| json!({ "coding": [{ "system": "http://snomed.info/sct", "code": code }] });
        let stay = json!({
            "resourceType": "Encounter", "id": "e", "status": "finished", "class": { "code": "IMP" }, "type": [snomed(kind)],
            "period": { "start": "2027-12-20", "end": "2027-12-30" }, "hospitalization": { "dischargeDisposition": snomed(disposition) }
        });
        let patient = json!({ "resourceType": "Patient", "id": "p", "birthDate": "1960-01-01" });
        let outcome = read(bundle(&[patient.to_string(), stay.to_string()]).as_bytes(), day(AS_OF)).expect("a record");
        outcome.assessment.scope.reasons.contains(&ScopeReason::Hospice)
    };
    let (emergency, home) = ("183452005", "306689006");
    assert!(!in_hospice(emergency, home));
    for admission in ["183919006", "183920000", "183921001", "305824005"] {
        assert!(in_hospice(admission, home), "{admission}");
    }
    for discharge in ["428361000124107", "428371000124100"] {
        assert!(in_hospice(emergency, discharge), "{discharge}");
    }
}
