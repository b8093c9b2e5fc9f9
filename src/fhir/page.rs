//! What an answer of a FHIR server is, as far as it has to be known to go on asking. What it says is read elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::answer::Answer;
use super::record::target;
use super::view::{Concept, Faults, Leaf, Reference, Text, View, view};

view! {
    Outside<'a> {
        kind: Option<Text<'a>> = "resourceType",
        bundle: Option<Text<'a>> = "type",
        link: Vec<Link<'a>> = "link",
        entry: Vec<&'a RawValue> = "entry",
    }
}

view! {
    Link<'a> {
        relation: Option<Text<'a>> = "relation",
        url: Option<Text<'a>> = "url",
    }
}

/// A body from outside: what it is, and where it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// `resourceType`.
    pub resource_type: String,
    /// Whether it is the result of a search.
    pub is_searchset: bool,
    /// How many entries it has.
    pub entries: usize,
    /// The link to the page after it.
    pub next: Option<String>,
}

impl Page {
    /// What this body is; `None` where it is no FHIR resource.
    pub fn of(body: &RawValue) -> Option<Page> {
        let outside = Outside::read(body, &mut Faults::default())?;
        let is_bundle = outside.kind.as_deref() == Some("Bundle");
        let next = outside.link.into_iter().filter(|_| is_bundle).find(|link| link.relation.as_deref() == Some("next"));
        Some(Page {
            resource_type: outside.kind?.into_owned(),
            is_searchset: is_bundle && outside.bundle.as_deref() == Some("searchset"),
            entries: outside.entry.len(),
            next: next.and_then(|link| link.url).map(Text::into_owned),
        })
    }
}

view! {
    Medicated<'a> {
        concept: Option<Concept<'a>> = "medicationCodeableConcept",
        reference: Option<Reference<'a>> = "medicationReference",
    }
}

/// A Medication that records refer to and that did not come along.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Whether every reference to it says at least what it is called.
    pub named: bool,
    /// The reference as it stands there.
    pub reference: String,
}

/// The Medications that these records refer to and none of them holds: first those that are not even named.
pub fn wanted_medications<'a>(answers: impl IntoIterator<Item = &'a Answer<'a>>) -> Vec<Wanted> {
    let entries = answers.into_iter().flat_map(|answer| answer.entries.iter().map(move |entry| (answer, entry)));
    let of_medicines = entries.filter(|(_, entry)| entry.kind.starts_with("Medication"));
    let (medications, others): (Vec<_>, Vec<_>) = of_medicines.partition(|(_, entry)| entry.kind == "Medication");
    let ids: BTreeSet<&str> = medications.iter().filter_map(|(_, entry)| entry.id.as_deref()).collect();
    let urls: BTreeSet<&str> = medications.iter().filter_map(|(_, entry)| entry.full_url.as_deref()).collect();
    let mut wanted: BTreeMap<String, bool> = BTreeMap::new();
    for (answer, entry) in others {
        let view = Medicated::of(answer.members(entry), &mut Faults::default());
        if view.concept.is_some_and(|concept| !concept.label().trim().is_empty()) {
            continue;
        }
        let Some(Reference { reference: Some(reference), display, .. }) = view.reference else { continue };
        let plain = reference.split("/_history/").next().unwrap_or_default();
        let Some((_, id)) = target(plain).filter(|_| !plain.starts_with('#')) else { continue };
        if !ids.contains(id) && !urls.contains(plain) {
            let named = display.is_some_and(|display| !display.trim().is_empty());
            wanted.entry(plain.to_owned()).and_modify(|all| *all &= named).or_insert(named);
        }
    }
    let mut wanted: Vec<Wanted> = wanted.into_iter().map(|(reference, named)| Wanted { named, reference }).collect();
    wanted.sort();
    wanted
}

/// The id that a reference to a Medication points to, where it is one that can be asked for.
pub fn medication_id(reference: &str) -> Option<&str> {
    let (before, id) = reference.rsplit_once('/')?;
    let of_medication = before == "Medication" || before.ends_with("/Medication");
    (of_medication && is_id(id)).then_some(id)
}

/// Whether a text can be the id of a resource. FHIR says 64 characters, large EHRs send 194.
pub fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (1..=512).contains(&text.len()) && text.bytes().all(allowed) && !text.bytes().all(|byte| byte == b'.')
}

/// The ids of the Medications of an answer.
pub fn medication_ids(answer: &Answer<'_>) -> BTreeSet<String> {
    let medications = answer.entries.iter().filter(|entry| entry.kind == "Medication");
    medications.filter_map(|entry| entry.id.as_deref().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> &RawValue {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn a_page_tells_what_it_is_and_where_it_goes_on() {
        let page = Page::of(raw(
            r#"{"resourceType":"Bundle","type":"searchset","entry":[{},{}],"link":[{"relation":"self","url":"a"},{"relation":"next","url":"b"}]}"#,
        ));
        let expected = Page { resource_type: "Bundle".into(), is_searchset: true, entries: 2, next: Some("b".into()) };
        assert_eq!(page, Some(expected));
        assert!(!Page::of(raw(r#"{"resourceType":"Bundle","type":"history"}"#)).expect("a resource").is_searchset);
        assert_eq!(Page::of(raw(r#"{"resourceType":"Patient","link":[{"relation":"next","url":"b"}]}"#)).expect("a resource").next, None);
        for none in ["null", "\"<html>\"", "[]", "{}", r#"{"resourceType":7}"#] {
            assert_eq!(Page::of(raw(none)), None, "{none}");
        }
    }

    #[test]
    fn a_medication_is_wanted_unless_it_came_along_or_the_record_says_it() {
        let request = |medicine: &str| format!(r#"{{"resource":{{"resourceType":"MedicationRequest",{medicine}}}}}"#);
        let reference = |to: &str| request(&format!(r#""medicationReference":{{"reference":"{to}"}}"#));
        let entries = [
            reference("Medication/there"),
            reference("Medication/b"),
            reference("Medication/b/_history/2"),
            reference("https://fhir.example.org/Medication/c"),
            reference("#inside"),
            reference("urn:uuid:1"),
            request(r#""medicationReference":{"reference":"Medication/a","display":"sertraline"}"#),
            request(r#""medicationCodeableConcept":{"text":"said"},"medicationReference":{"reference":"Medication/d"}"#),
            r#"{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Medication","id":"there"}}"#.to_owned(),
        ];
        let bundle = format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, entries.join(","));
        let wanted = wanted_medications(&[Answer::of(bundle.as_bytes()).expect("JSON"), Answer::of(b"null").expect("JSON")]);
        let wanted: Vec<(&str, bool)> = wanted.iter().map(|wanted| (wanted.reference.as_str(), wanted.named)).collect();
        assert_eq!(wanted, [("Medication/b", false), ("https://fhir.example.org/Medication/c", false), ("Medication/a", true)]);
    }

    #[test]
    fn only_ids_that_cannot_be_anything_else_are_asked_for() {
        assert_eq!(medication_id("Medication/a-1.b"), Some("a-1.b"));
        assert_eq!(medication_id("https://fhir.example.org/r4/Medication/x"), Some("x"));
        for reference in
            ["Medication/..", "Medication/a,b", "Medication/a?x=1", "Medication/", "Patient/a", "a", "XMedication/a", "Medication/a%2F"]
        {
            assert_eq!(medication_id(reference), None, "{reference}");
        }
        assert!(is_id(&"x".repeat(512)) && !is_id(&"x".repeat(513)));
    }
}
