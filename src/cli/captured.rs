//! The hook request that carries what was fetched, as an EHR that sends everything along would have sent it.

use serde_json::{Value, json};

use crate::clinical::units::Day;
use crate::gather::{Fetched, Gathered};
use crate::hooks::Definition;

/// The request with what was fetched as its prefetch, and the day that it is about. Neither token nor server stand in it: it is all
/// there is, and nothing more is to be asked. A key that could not be had is left out, as most EHRs do, so an answer to it says "not sent".
pub fn captured(mut request: Value, definition: &Definition, gathered: &Gathered, as_of: Day) -> Value {
    let members = request.as_object_mut().expect("made here");
    members.remove("fhirServer");
    members.remove("fhirAuthorization");
    let answer = |key: &String| Some((key.clone(), answer(gathered.fetched.get(key)?)?));
    let mut prefetch: serde_json::Map<String, Value> = definition.needs.keys().filter_map(answer).collect();
    add_medications(&mut prefetch, definition, gathered);
    members.insert("prefetch".to_owned(), prefetch.into());
    members.insert("extension".to_owned(), json!({ "org.trialwise.as-of": as_of }));
    request
}

/// The pages as one answer. Of one that broke off the link to the rest stays; without a first page there is none.
fn answer(fetched: &Fetched) -> Option<Value> {
    let mut pages = fetched.pages.iter().map(|page| serde_json::from_slice::<Value>(page).ok());
    let mut whole = pages.next()??;
    let mut link = whole.get("link").cloned();
    for page in pages {
        let mut page = page?;
        if let (Some(entries), Some(more)) = (whole["entry"].as_array_mut(), page["entry"].as_array_mut()) {
            entries.append(more);
        }
        link = page.get("link").cloned();
    }
    if let Some(bundle) = whole.as_object_mut().filter(|whole| whole["resourceType"] == "Bundle") {
        match link.filter(|_| fetched.failure.is_some()) {
            Some(link) => bundle.insert("link".to_owned(), link),
            None => bundle.remove("link"),
        };
    }
    Some(whole)
}

/// Puts the Medications that records refer to beside records of medicines, where a search that includes them has them.
fn add_medications(prefetch: &mut serde_json::Map<String, Value>, definition: &Definition, gathered: &Gathered) {
    let pages = gathered.medications.pages.iter().filter_map(|page| serde_json::from_slice::<Value>(page).ok());
    let resources = pages.flat_map(|mut page| match page["entry"].as_array_mut() {
        Some(entries) => entries.iter_mut().map(|entry| entry["resource"].take()).collect(),
        None => vec![page],
    });
    let medications = resources.filter(|resource| resource["resourceType"] == "Medication");
    let included = medications.map(|resource| json!({ "resource": resource, "search": { "mode": "include" } }));
    let of_medicines = definition.needs.iter().filter(|(_, need)| need.resource_type().starts_with("Medication"));
    let mut keys = of_medicines.map(|(key, _)| key);
    if let Some(entries) = keys.find_map(|key| prefetch.get(key)?["entry"].is_array().then_some(key)) {
        let entries = prefetch[entries]["entry"].as_array_mut().expect("it is one");
        entries.extend(included);
    }
}
