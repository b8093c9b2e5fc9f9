//! What a body held: an answer of a FHIR server, a value of a prefetch, a file.

use std::cell::Cell;
use std::ops::Deref;

use serde_json::value::RawValue;

use super::error::ReadError;
use super::view::{Faults, Leaf, Member, Text};
use super::walk::{self, Walking};

/// One resource as it stands in a body, taken apart to its members and no further.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    /// Its `resourceType`.
    pub(super) kind: Text<'a>,
    /// Its `id`.
    pub(super) id: Option<Text<'a>>,
    /// Where the Bundle says it can be found.
    pub(super) full_url: Option<Text<'a>>,
    /// Where it stands.
    pub(super) place: Place,
    /// The first of its members in [`Answer::members`], and the one behind its last.
    pub(super) members: (usize, usize),
}

/// Where a value stands in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// By itself, as the value of this number, from 1.
    Alone(usize),
    /// In the Bundle of this number, as the entry of this number, from 1.
    Within(usize, usize),
}

/// What a body is, looked at from outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Found {
    /// `null`.
    #[default]
    Null,
    /// A resource.
    Resource,
    /// A CDS Hooks request.
    HookRequest,
    /// Another object.
    Object,
    /// An array.
    Array,
    /// Text, a number, yes or no.
    Bare,
}

/// What a body held, walked once.
#[derive(Debug, Clone, Default)]
pub struct Answer<'a> {
    /// What each of its values is.
    pub(super) found: Vec<Found>,
    /// Its resources.
    pub(super) entries: Vec<Entry<'a>>,
    /// The members of all of them.
    pub(super) members: Vec<Member<'a>>,
    /// Where its Bundles stand.
    pub(super) bundles: Vec<Place>,
    /// How many resources it holds; entries that are none count too.
    pub(super) taken: usize,
    /// There were more than it may hold, and the rest was left out.
    pub(super) over: bool,
    /// A `next` link: there is more than this page.
    pub(super) has_next: bool,
    /// Where that link leads.
    pub(super) next: Option<Text<'a>>,
    /// A `next` link in a Bundle that stands in another.
    pub(super) has_next_inside: bool,
    /// OperationOutcomes that speak of an error, or entries that could not be had: each with the URL that was asked, where the Bundle
    /// tells it.
    pub(super) errors: Vec<Option<String>>,
    /// OperationOutcomes that only warn that not all is there (rules: a withheld or partial answer is a gap).
    pub(super) partial: usize,
    /// Entries that could not be read, and why.
    pub(super) broken: Vec<(Place, &'static str)>,
}

/// An answer that a reader holds.
#[derive(Debug)]
pub(super) enum Held<'a> {
    /// Walked by whoever took the call apart.
    Sent(&'a Answer<'a>),
    /// Walked by the reader itself.
    Own(Answer<'a>),
}

impl<'a> Deref for Held<'a> {
    type Target = Answer<'a>;

    fn deref(&self) -> &Answer<'a> {
        match self {
            Held::Sent(answer) => answer,
            Held::Own(answer) => answer,
        }
    }
}

impl<'a> Answer<'a> {
    /// Reads one value of a larger body as an answer that holds no more resources than are left of the limit, which all share.
    pub fn within(left: &Cell<usize>) -> Walking<'_> {
        Walking { left }
    }

    /// The one value of a body; an answer that is no JSON is refused.
    pub fn of(body: &'a [u8]) -> Result<Answer<'a>, ReadError> {
        let left = Cell::new(usize::MAX);
        walk::values("the answer", body, &left)
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.found == [Found::Null]
    }

    /// Where the page after it is to be had.
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// The members of one of its resources.
    pub(super) fn members(&self, entry: &Entry<'a>) -> &[Member<'a>] {
        &self.members[entry.members.0..entry.members.1]
    }

    /// A place in words: `entry 12 of file.json`.
    pub(super) fn place(&self, place: Place, name: &str) -> String {
        match place {
            Place::Alone(_) if self.found.len() <= 1 => name.to_owned(),
            Place::Alone(number) => format!("value {number} of {name}"),
            Place::Within(bundle, number) => format!("entry {number} of {}", self.place(self.bundles[bundle], name)),
        }
    }

    /// Why it is no record, where one of its values is no FHIR.
    pub(super) fn refusal(&self, name: &str) -> Option<ReadError> {
        let (index, found) = self.found.iter().enumerate().find(|(_, found)| **found != Found::Resource)?;
        let name = self.place(Place::Alone(index + 1), name);
        Some(match found {
            Found::HookRequest => ReadError::HookRequest { name },
            Found::Array => ReadError::NotFhir { name, found: "a JSON array" },
            Found::Object => ReadError::NotFhir { name, found: "a JSON object without resourceType" },
            Found::Null | Found::Bare | Found::Resource => ReadError::NotFhir { name, found: "a bare JSON value" },
        })
    }
}

/// The last member of this name that is not `null`: where a name stands twice the later holds.
pub(super) fn member<'a>(members: &[Member<'a>], name: &str) -> Option<&'a RawValue> {
    members.iter().rev().find(|member| member.name == name && member.value.get() != "null").map(|member| member.value)
}

/// A member that is one element, if it can be read.
pub(super) fn element<'a, T: Leaf<'a>>(members: &[Member<'a>], name: &str) -> Option<T> {
    member(members, name).and_then(|raw| T::read(raw, &mut Faults::default()))
}
