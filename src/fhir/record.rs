//! The resources of one record: each counted once, each with its owner, each to be found by reference.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use serde_json::value::RawValue;

use crate::clinical::units::SourceRef;

use super::answer::{Answer, Entry, Held, element};
use super::date;
use super::error::ReadError;
use super::view::{Faults, Leaf, Member, Meta, Reference, Text, View};

/// A resource of the record.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    /// Its type.
    pub(super) kind: &'a str,
    /// What it says.
    pub(super) members: &'a [Member<'a>],
    /// `Type/id`, or where it stands.
    pub(super) source: SourceRef,
    /// Whose it is.
    pub(super) owner: Owner<'a>,
}

/// Whose a resource is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner<'a> {
    /// The patient with this id.
    Patient(Cow<'a, str>),
    /// It does not say.
    Unsaid,
    /// A group, a device, a place.
    NoPatient,
}

/// A resource, taken apart or contained in another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Resource<'a> {
    Members(&'a [Member<'a>]),
    Contained(&'a RawValue),
}

impl<'a> Resource<'a> {
    /// What it says, as far as the view goes.
    pub(super) fn view<V: View<'a>>(self) -> Option<V> {
        let mut faults = Faults::default();
        match self {
            Resource::Members(members) => Some(V::of(members, &mut faults)),
            Resource::Contained(raw) => V::read(raw, &mut faults),
        }
    }
}

/// All resources, to be found by reference.
#[derive(Debug, Default)]
pub(super) struct Record<'a> {
    /// Each once, as they came.
    pub(super) items: Vec<Single<'a>>,
    by_id: HashMap<(&'a str, Cow<'a, str>), usize>,
    /// Other URLs of resources that came more than once.
    more_urls: Vec<(&'a str, usize)>,
    /// Two versions of one resource, of which nothing says which is the later.
    pub(super) undecided: Vec<SourceRef>,
}

/// A resource that counts once, however often it came.
#[derive(Debug, Clone)]
pub(super) struct Single<'a> {
    /// The answer it came in, and what that is called.
    answer: (&'a str, &'a Answer<'a>),
    entry: &'a Entry<'a>,
    /// What it is known by: its id, else the id in its URL, else its content.
    pub(super) name: Cow<'a, str>,
    /// Whose it is.
    pub(super) owner: Owner<'a>,
}

impl<'a> Single<'a> {
    pub(super) fn new(name: &'a str, answer: &'a Answer<'a>, entry: &'a Entry<'a>) -> Single<'a> {
        let mut single = Single { answer: (name, answer), entry, name: Cow::Borrowed(""), owner: Owner::Unsaid };
        single.name = single.named();
        single
    }

    /// Its type.
    pub(super) fn kind(&self) -> &'a str {
        &self.entry.kind
    }

    /// What it says.
    pub(super) fn members(&self) -> &'a [Member<'a>] {
        self.answer.1.members(self.entry)
    }

    fn full_url(&self) -> Option<&'a str> {
        self.entry.full_url.as_deref()
    }

    fn id(&self) -> Option<&'a str> {
        self.entry.id.as_deref().or_else(|| self.full_url().and_then(target).map(|(_, id)| id))
    }

    fn named(&self) -> Cow<'a, str> {
        self.id().map_or_else(|| Cow::Owned(self.content()), Cow::Borrowed)
    }

    /// All that it says, as one text.
    fn content(&self) -> String {
        let members = self.members().iter();
        members.flat_map(|member| ["{", &*member.name, ":", member.value.get()]).collect()
    }

    /// `Type/id`, or where it stands.
    pub(super) fn source(&self) -> SourceRef {
        match self.id() {
            Some(id) => SourceRef::new([self.kind(), "/", id].concat()),
            None => SourceRef::new(self.place()),
        }
    }

    fn place(&self) -> String {
        self.answer.1.place(self.entry.place, self.answer.0)
    }

    /// The same, to be read.
    pub(super) fn item(&self) -> Item<'a> {
        Item { kind: self.kind(), members: self.members(), source: self.source(), owner: self.owner.clone() }
    }
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
    /// Counts each resource once. Answers come with what they are called.
    pub(super) fn of(answers: &'a [(String, Held<'a>)]) -> Record<'a> {
        let mut record = Record::default();
        let mut undecided = BTreeSet::new();
        let count = answers.iter().map(|(_, answer)| answer.entries.len()).sum();
        record.by_id.reserve(count);
        record.items.reserve(count);
        for (name, answer) in answers {
            for entry in &answer.entries {
                record.add(Single::new(name, answer, entry), &mut undecided);
            }
        }
        record.undecided = undecided.into_iter().collect();
        let mut owners = Owners::of(&record);
        for item in &mut record.items {
            item.owner = owners.owner(item);
        }
        record
    }

    fn add(&mut self, single: Single<'a>, undecided: &mut BTreeSet<SourceRef>) {
        match self.by_id.entry((single.kind(), single.name.clone())) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(self.items.len());
                self.items.push(single);
            }
            std::collections::hash_map::Entry::Occupied(place) => {
                let index = *place.get();
                self.more_urls.extend([self.items[index].full_url(), single.full_url()].into_iter().flatten().map(|url| (url, index)));
                let (kept, is_tie) = later(self.items[index].clone(), single);
                if is_tie {
                    undecided.insert(kept.source());
                }
                self.items[index] = kept;
            }
        }
    }

    /// The resource of this type and id.
    pub(super) fn by_id(&self, kind: &str, id: &str) -> Option<&'a [Member<'a>]> {
        self.by_id.get(&(kind, Cow::Borrowed(id))).map(|index| self.items[*index].members())
    }

    /// All resources by the URL they stand under.
    pub(super) fn by_url(&self) -> HashMap<&'a str, &'a [Member<'a>]> {
        let own = self.items.iter().filter_map(|item| Some((item.full_url()?, item.members())));
        let more = self.more_urls.iter().map(|(url, index)| (*url, self.items[*index].members()));
        own.chain(more).collect()
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
        let owners = |patients: bool| -> BTreeSet<&str> {
            let items = self.items.iter().filter(|item| !patients || item.kind() == "Patient");
            items.filter_map(|item| if let Owner::Patient(id) = &item.owner { Some(&**id) } else { None }).collect()
        };
        let patients = owners(true);
        let ids = if patients.is_empty() { owners(false) } else { patients };
        let mut ids = ids.into_iter().map(str::to_owned);
        match ids.len() {
            0 | 1 => Ok(ids.next()),
            _ => Err(ReadError::TwoPatients { ids: ids.collect() }),
        }
    }
}

/// Orders that are not part of the record yet, each once, in the order of their names.
pub(super) fn draft_items<'a>(name: &'a str, answer: &'a Answer<'a>, entries: &[&'a Entry<'a>]) -> Vec<Item<'a>> {
    let mut owners = Owners::of(&Record::default());
    let singles = entries.iter().map(|entry| Single::new(name, answer, entry));
    let item = |mut single: Single<'a>| {
        single.owner = owners.owner(&single);
        (single.content(), single.item())
    };
    let mut items: Vec<(String, Item<'a>)> = singles.map(item).collect();
    items.sort_by(|(one, a), (other, b)| (&a.source, one).cmp(&(&b.source, other)));
    items.into_iter().map(|(_, item)| item).collect()
}

/// The later of two versions, and whether nothing tells them apart though they differ. The same whatever their order.
fn later<'a>(one: Single<'a>, other: Single<'a>) -> (Single<'a>, bool) {
    let age = |single: &Single<'a>| {
        let meta: Option<Meta<'_>> = element(single.members(), "meta");
        let meta = meta.as_ref();
        let updated = meta.and_then(|meta| meta.updated.as_deref()).and_then(date::date).map(date::Dated::moment);
        let version = meta.and_then(|meta| meta.version.as_deref()).and_then(|version| version.parse::<u64>().ok());
        (updated, version)
    };
    match age(&one).cmp(&age(&other)) {
        std::cmp::Ordering::Greater => (one, false),
        std::cmp::Ordering::Less => (other, false),
        std::cmp::Ordering::Equal => {
            let (text, others) = (one.content(), other.content());
            let bare = |text: &str| text.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>();
            let differ = text != others && bare(&text) != bare(&others);
            let first = (text, one.place(), one.full_url()) >= (others, other.place(), other.full_url());
            (if first { one } else { other }, differ)
        }
    }
}

/// `subject` and `patient` as they stand in a resource.
type Words<'a> = (Option<&'a str>, Option<&'a str>);

/// Whose resources are. Most of a record name their patient in the same words, so the last answer is kept.
struct Owners<'a> {
    /// The Patients by the URL they stand under, for references by `urn:uuid`.
    patients: BTreeMap<&'a str, Cow<'a, str>>,
    last: Option<(Words<'a>, Owner<'a>)>,
}

impl<'a> Owners<'a> {
    fn of(record: &Record<'a>) -> Owners<'a> {
        let own = record.items.iter().filter_map(|item| Some((item.full_url()?, item)));
        let more = record.more_urls.iter().map(|(url, index)| (*url, &record.items[*index]));
        let patients = own.chain(more).filter(|(_, item)| item.kind() == "Patient").map(|(url, item)| (url, item.name.clone())).collect();
        Owners { patients, last: None }
    }

    fn owner(&mut self, item: &Single<'a>) -> Owner<'a> {
        if item.kind() == "Patient" {
            return Owner::Patient(item.name.clone());
        }
        let named = |name| super::answer::member(item.members(), name);
        let (subject, patient) = (named("subject"), named("patient"));
        let words = (subject.map(RawValue::get), patient.map(RawValue::get));
        if let Some((last, owner)) = &self.last
            && *last == words
        {
            return owner.clone();
        }
        let read = |raw: &'a RawValue| Reference::read(raw, &mut Faults::default());
        let reference = subject.and_then(read).or_else(|| patient.and_then(read)).and_then(|subject| subject.reference);
        let owner = reference.map_or(Owner::Unsaid, |reference| self.referred(reference));
        self.last = Some((words, owner.clone()));
        owner
    }

    fn referred(&self, reference: Text<'a>) -> Owner<'a> {
        if let Some(id) = self.patients.get(reference.split("/_history/").next().unwrap_or(&reference)) {
            return Owner::Patient(id.clone());
        }
        let id = |kind: &str| kind.is_empty() || kind == "Patient";
        match reference {
            Cow::Borrowed(reference) => match target(reference) {
                None => Owner::Unsaid,
                Some((kind, of)) if id(kind) => Owner::Patient(Cow::Borrowed(of)),
                Some(_) => Owner::NoPatient,
            },
            Cow::Owned(reference) => match target(&reference) {
                None => Owner::Unsaid,
                Some((kind, of)) if id(kind) => Owner::Patient(Cow::Owned(of.to_owned())),
                Some(_) => Owner::NoPatient,
            },
        }
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
