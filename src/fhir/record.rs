//! The resources of one record: each counted once, each with its owner, each to be found by reference.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::value::RawValue;

use crate::clinical::units::SourceRef;

use super::bundle::Entry;
use super::date;
use super::error::ReadError;
use super::view::{Faults, Leaf, Reference, Text, view};

/// A resource of the record.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    /// Its JSON text.
    pub(super) raw: &'a RawValue,
    /// Its type.
    pub(super) kind: Text<'a>,
    /// `Type/id`, or where it stands.
    pub(super) source: SourceRef,
    /// Whose it is.
    pub(super) owner: Owner,
}

/// Whose a resource is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// The patient with this id.
    Patient(String),
    /// It does not say.
    Unsaid,
    /// A group, a device, a place.
    NoPatient,
}

/// All resources, to be found by reference.
#[derive(Debug, Default)]
pub(super) struct Record<'a> {
    /// Sorted by type, then source.
    pub(super) items: Vec<Item<'a>>,
    by_id: HashMap<(String, String), &'a RawValue>,
    by_url: HashMap<String, &'a RawValue>,
    /// Two versions of one resource, of which nothing says which is the later.
    pub(super) undecided: Vec<SourceRef>,
}

/// The type and id a reference points to; `None` for one that stays within its resource, or says nothing.
pub(super) fn target(reference: &str) -> Option<(&str, &str)> {
    let reference = reference.split("/_history/").next()?.split(['#', '|']).next()?;
    if reference.is_empty() {
        return None;
    }
    if let Some(uuid) = reference.strip_prefix("urn:uuid:").or_else(|| reference.strip_prefix("urn:oid:")) {
        return Some(("", uuid));
    }
    match reference.rsplit_once('/') {
        Some((before, id)) => Some((before.rsplit('/').next().unwrap_or(before), id)),
        None => Some(("", reference)),
    }
}

impl<'a> Record<'a> {
    /// Counts each resource once and sorts them.
    pub(super) fn of(entries: Vec<Entry<'a>>) -> Record<'a> {
        let mut record = Record::default();
        let patients = patient_urls(&entries);
        let mut chosen: BTreeMap<(String, String), Entry<'a>> = BTreeMap::new();
        let mut undecided = BTreeSet::new();
        let mut urls = Vec::new();
        for entry in entries {
            let key = (entry.head.kind.as_deref().unwrap_or_default().to_owned(), name(&entry));
            match chosen.remove(&key) {
                None => {
                    chosen.insert(key, entry);
                }
                Some(other) => {
                    urls.extend([&other, &entry].into_iter().filter_map(|one| Some((one.full_url.as_deref()?.to_owned(), key.clone()))));
                    let (kept, tie) = later(other, entry);
                    if tie {
                        undecided.insert(source(&kept));
                    }
                    chosen.insert(key, kept);
                }
            }
        }
        for ((kind, name), entry) in chosen {
            record.by_id.insert((kind, name), entry.raw);
            if let Some(url) = &entry.full_url {
                record.by_url.insert(url.to_string(), entry.raw);
            }
            let owner = owner(&entry, &patients);
            let source = source(&entry);
            record.items.push(Item { raw: entry.raw, kind: entry.head.kind.unwrap_or_default(), source, owner });
        }
        for (url, key) in urls {
            if let Some(raw) = record.by_id.get(&key) {
                record.by_url.insert(url, raw);
            }
        }
        record.undecided = undecided.into_iter().collect();
        record
    }

    /// The resource of this type that a reference points to, in the resource itself or in the record.
    pub(super) fn find(&self, kind: &str, reference: &str, contained: &[&'a RawValue]) -> Option<&'a RawValue> {
        if let Some(id) = reference.strip_prefix('#') {
            return contained.iter().copied().find(|raw| Named::of(raw).id.as_deref() == Some(id));
        }
        let plain = reference.split("/_history/").next().unwrap_or(reference);
        let (_, id) = target(reference)?;
        let by_url = self.by_url.get(plain).copied();
        by_url.or_else(|| self.by_id.get(&(kind.to_owned(), id.to_owned())).copied())
    }

    /// Whether resources of more than one patient stand in it.
    pub(super) fn has_several_patients(&self) -> bool {
        let mut ids = self.items.iter().filter_map(|item| if let Owner::Patient(id) = &item.owner { Some(id) } else { None });
        let first = ids.next();
        ids.any(|id| Some(id) != first)
    }

    /// The one patient the record is about: the one expected, else the Patient in it, else the only subject.
    pub(super) fn patient(&self, expected: Option<&str>) -> Result<Option<String>, ReadError> {
        if let Some(expected) = expected {
            return Ok(Some(target(expected).map_or(expected, |(_, id)| id).to_owned()));
        }
        let owners = |patients: bool| -> BTreeSet<String> {
            let items = self.items.iter().filter(|item| !patients || item.kind == "Patient");
            items.filter_map(|item| if let Owner::Patient(id) = &item.owner { Some(id.clone()) } else { None }).collect()
        };
        let patients = owners(true);
        let ids = if patients.is_empty() { owners(false) } else { patients };
        match ids.len() {
            0 | 1 => Ok(ids.into_iter().next()),
            _ => Err(ReadError::TwoPatients { ids: ids.into_iter().collect() }),
        }
    }
}

/// Orders that are not part of the record yet, each once, in the order of their names.
pub(super) fn draft_items<'a>(entries: Vec<Entry<'a>>) -> Vec<Item<'a>> {
    let item = |entry: Entry<'a>| {
        let owner = owner(&entry, &HashMap::new());
        let source = source(&entry);
        Item { raw: entry.raw, kind: entry.head.kind.unwrap_or_default(), source, owner }
    };
    let mut items: Vec<Item<'a>> = entries.into_iter().map(item).collect();
    items.sort_by(|a, b| (&a.source, a.raw.get()).cmp(&(&b.source, b.raw.get())));
    items
}

view! {
    /// A contained resource.
    Named<'a> {
        id: Option<Text<'a>> = "id",
    }
}

impl<'a> Named<'a> {
    fn of(raw: &'a RawValue) -> Named<'a> {
        Named::read(raw, &mut Faults::default()).unwrap_or_default()
    }
}

/// The Patients by the URL they stand under, for references by `urn:uuid`.
fn patient_urls(entries: &[Entry<'_>]) -> HashMap<String, String> {
    let patients = entries.iter().filter(|entry| entry.head.kind.as_deref() == Some("Patient"));
    patients.filter_map(|entry| Some((entry.full_url.as_deref()?.to_owned(), name(entry)))).collect()
}

/// What a resource is known by: its id, else the id in its URL, else its content.
fn name(entry: &Entry<'_>) -> String {
    let own = entry.head.id.as_deref().map(str::to_owned);
    let by_url = || entry.full_url.as_deref().and_then(target).map(|(_, id)| id.to_owned());
    own.or_else(by_url).unwrap_or_else(|| entry.raw.get().to_owned())
}

pub(super) fn source(entry: &Entry<'_>) -> SourceRef {
    let kind = entry.head.kind.as_deref().unwrap_or_default();
    let by_url = entry.full_url.as_deref().and_then(target).map(|(_, id)| id);
    match entry.head.id.as_deref().or(by_url) {
        Some(id) => SourceRef::new(format!("{kind}/{id}")),
        None => SourceRef::new(entry.place.clone()),
    }
}

/// The later of two versions, and whether nothing tells them apart though they differ. The same whatever their order.
fn later<'a>(one: Entry<'a>, other: Entry<'a>) -> (Entry<'a>, bool) {
    let age = |entry: &Entry<'a>| {
        let meta = entry.head.meta.as_ref();
        let updated = meta.and_then(|meta| meta.updated.as_deref()).and_then(date::date).map(date::Dated::moment);
        let version = meta.and_then(|meta| meta.version.as_deref()).and_then(|version| version.parse::<u64>().ok());
        (updated, version)
    };
    let bare = |entry: &Entry<'a>| entry.raw.get().chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>();
    match age(&one).cmp(&age(&other)) {
        std::cmp::Ordering::Greater => (one, false),
        std::cmp::Ordering::Less => (other, false),
        std::cmp::Ordering::Equal => {
            let differ = one.raw.get() != other.raw.get() && bare(&one) != bare(&other);
            let first = (one.raw.get(), &one.place, &one.full_url) >= (other.raw.get(), &other.place, &other.full_url);
            (if first { one } else { other }, differ)
        }
    }
}

fn owner(entry: &Entry<'_>, patients: &HashMap<String, String>) -> Owner {
    if entry.head.kind.as_deref() == Some("Patient") {
        return Owner::Patient(name(entry));
    }
    let subject = entry.head.subject.as_ref().or(entry.head.patient.as_ref());
    let Some(reference) = subject.and_then(|subject: &Reference<'_>| subject.reference.as_deref()) else { return Owner::Unsaid };
    if let Some(id) = patients.get(reference.split("/_history/").next().unwrap_or(reference)) {
        return Owner::Patient(id.clone());
    }
    match target(reference) {
        None => Owner::Unsaid,
        Some(("Patient" | "", id)) => Owner::Patient(id.to_owned()),
        Some(_) => Owner::NoPatient,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_reference_has_the_same_target() {
        for reference in ["Patient/p1", "https://a.example/fhir/Patient/p1", "Patient/p1/_history/3", "Patient/p1|2"] {
            assert_eq!(target(reference), Some(("Patient", "p1")), "{reference}");
        }
        assert_eq!(target("urn:uuid:1f"), Some(("", "1f")));
        assert_eq!(target("#p1"), None);
    }
}
