//! The hook request that an EHR would send of a record: its resources sorted into the prefetch that the service asks for.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clinical::cards::visible_text;
use crate::clinical::chart::Kind;
use crate::clinical::units::Day;
use crate::hooks::{Definition, Need};

/// The request that carries a record, as JSON for people; `None` where it is no list of resources of one patient (not JSON, an answer
/// with errors in it, several patients, a hook request itself): such a record is read as it stands.
///
/// A key is sent where the record holds anything of its kind; an EHR that has none of a kind may not offer it either. The same record
/// and day give the same request.
pub fn hook_request(record: &str, definition: &Definition, as_of: Day) -> Option<String> {
    let values = serde_json::Deserializer::from_str(record.trim_start_matches('\u{FEFF}')).into_iter::<Value>();
    let mut entries = Vec::new();
    for value in values {
        collect(value.ok()?, None, &mut entries)?;
    }
    let mut patients = entries.iter().filter(|entry| is(entry, "Patient"));
    let patient = patients.next()?["resource"]["id"].as_str()?.to_owned();
    if patients.next().is_some() {
        return None;
    }
    let prefetch = prefetch(entries, definition);
    let instance = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{as_of}\n{record}").as_bytes());
    let request = json!({
        "hook": definition.hook,
        "hookInstance": instance,
        "context": { "userId": "Practitioner/demo", "patientId": patient },
        "prefetch": prefetch,
        "extension": { "org.trialwise.as-of": as_of },
    });
    Some(visible_json(&request))
}

/// Every resource as an entry of a search; `None` where something else stands among them.
fn collect(value: Value, full_url: Option<Value>, entries: &mut Vec<Value>) -> Option<()> {
    let Value::Object(mut members) = value else { return None };
    if members.get("resourceType")? != "Bundle" {
        let mut entry = Map::new();
        entry.extend(full_url.map(|url| ("fullUrl".to_owned(), url)));
        let mode = if members["resourceType"] == "Medication" { "include" } else { "match" };
        entry.insert("resource".to_owned(), Value::Object(members));
        entry.insert("search".to_owned(), json!({ "mode": mode }));
        entries.push(Value::Object(entry));
        return Some(());
    }
    let Some(Value::Array(list)) = members.remove("entry") else { return Some(()) };
    for mut entry in list {
        let entry = entry.as_object_mut()?;
        collect(entry.remove("resource")?, entry.remove("fullUrl"), entries)?;
    }
    Some(())
}

fn is(entry: &Value, resource_type: &str) -> bool {
    entry["resource"]["resourceType"] == resource_type
}

/// The entries under the keys that ask for them. Of two keys for one type the first has them; Medications come with the orders.
fn prefetch(entries: Vec<Value>, definition: &Definition) -> Map<String, Value> {
    let holds = |need: &Need| entries.iter().any(|entry| is(entry, need.resource_type()));
    let kinds: BTreeSet<Kind> = definition.needs.values().filter(|need| holds(need)).flat_map(|need| need.answers.clone()).collect();
    let mut rest = entries;
    let mut prefetch = Map::new();
    for (key, need) in definition.needs.iter().filter(|(_, need)| need.answers.iter().any(|kind| kinds.contains(kind))) {
        let wanted = need.resource_type();
        let asked = |entry: &Value| is(entry, wanted) || wanted == "MedicationRequest" && is(entry, "Medication");
        let (mut found, others) = rest.into_iter().partition::<Vec<Value>, _>(asked);
        rest = others;
        let answer = match found.as_mut_slice() {
            [one] if !need.query.contains('?') => one["resource"].take(),
            _ => json!({ "resourceType": "Bundle", "type": "searchset", "total": matches(&found), "entry": found }),
        };
        prefetch.insert(key.clone(), answer);
    }
    prefetch
}

fn matches(entries: &[Value]) -> usize {
    entries.iter().filter(|entry| entry["search"]["mode"] == "match").count()
}

/// JSON for people. What hides or turns text stands there as its escape, which means the same to a machine.
pub fn visible_json(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("JSON values have text keys");
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !visible_text(c.encode_utf8(&mut [0; 4])).trim().is_empty() || c == ' ' {
            out.push(c);
        } else {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| write!(out, "\\u{unit:04x}").expect("a String takes all"));
        }
    }
    out
}
