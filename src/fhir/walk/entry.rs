//! The entries of a Bundle, on the way.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{NUMBER, Value, Walk, Walked, ignore, otherwise};
use crate::fhir::answer::Place;
use crate::fhir::bundle::{Link, Request, Response, url_of};
use crate::fhir::view::{Cursor, Faults, Key, Slot, Text};

/// The entries of a Bundle. They are sound where each is an object, and each of its parts has its type.
pub(super) struct Entries<'s, 'w, 'a> {
    pub(super) walk: &'s mut Walk<'w, 'a>,
    /// The number of the Bundle.
    pub(super) bundle: usize,
    /// How deep it stands.
    pub(super) depth: usize,
}

impl<'a> DeserializeSeed<'a> for Entries<'_, '_, 'a> {
    type Value = bool;

    fn deserialize<D: Deserializer<'a>>(self, value: D) -> Result<bool, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Entries<'_, '_, 'a> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<bool, A::Error> {
        let most = self.walk.left.get();
        let mut are_sound = true;
        for number in 1.. {
            if number > most {
                while elements.next_element::<IgnoredAny>()?.is_some() {
                    self.walk.answer.over = true;
                }
                break;
            }
            let place = Place::Within(self.bundle, number);
            let entry = BundleEntry { walk: &mut *self.walk, place, depth: self.depth + 1 };
            match elements.next_element_seed(entry)? {
                Some(is_sound) => are_sound &= is_sound,
                None => break,
            }
        }
        Ok(are_sound)
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<bool, A::Error> {
        ignore(&mut map)?;
        Ok(false)
    }

    otherwise!(null: true, bare: false);
}

/// One entry of a Bundle.
struct BundleEntry<'s, 'w, 'a> {
    walk: &'s mut Walk<'w, 'a>,
    place: Place,
    depth: usize,
}

/// What an entry says beside its resource.
#[derive(Default)]
struct Beside<'a> {
    full_url: Option<Text<'a>>,
    link: Vec<Link<'a>>,
    request: Option<Request<'a>>,
    response: Option<Response<'a>>,
}

impl Beside<'_> {
    /// What was asked for, as far as the entry tells.
    fn asked(&self) -> Option<&str> {
        let request = self.request.as_ref().and_then(|request| request.url.as_deref());
        let location = || self.response.as_ref().and_then(|response| response.location.as_deref());
        request.or_else(|| url_of(&self.link)).or_else(location).or(self.full_url.as_deref())
    }
}

impl<'a> BundleEntry<'_, '_, 'a> {
    /// Puts down what the entry was.
    fn entry(&mut self, resource: Option<Walked<'a>>, beside: Beside<'a>) {
        let (place, walk) = (self.place, &mut *self.walk);
        if let Some(response) = &beside.response {
            let asked = || beside.asked().map(str::to_owned);
            if response.status.as_deref().is_some_and(|status| status.starts_with(['4', '5'])) {
                walk.answer.errors.push(asked());
            }
            if let Some(outcome) = &response.outcome {
                walk.answer.say(outcome.said(), asked());
            }
        }
        match resource {
            Some(Walked::Resource(index)) => walk.answer.entries[index].full_url = beside.full_url,
            Some(Walked::Outcome(said)) => walk.answer.say(said, beside.full_url.map(Text::into_owned)),
            Some(Walked::Bare | Walked::Array) if walk.take() => walk.broken(place, "not a resource"),
            Some(Walked::Bare | Walked::Array | Walked::Object(_) | Walked::Told) => {}
            None | Some(Walked::Null) if !walk.take() || beside.response.is_some() => {}
            None | Some(Walked::Null) => walk.broken(place, "an entry without a resource"),
        }
    }
}

impl<'a> DeserializeSeed<'a> for BundleEntry<'_, '_, 'a> {
    type Value = bool;

    fn deserialize<D: Deserializer<'a>>(self, value: D) -> Result<bool, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for BundleEntry<'_, '_, 'a> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<bool, A::Error> {
        let mut faults = Faults::default();
        let (mut beside, mut resource) = (Beside::default(), None);
        let before = self.walk.mark();
        while let Some(Key(name)) = map.next_key()? {
            match &*name {
                "fullUrl" => beside.full_url.put("fullUrl", &mut Cursor::of(map.next_value()?), &mut faults),
                "link" => beside.link.put("link", &mut Cursor::of(map.next_value()?), &mut faults),
                "request" => beside.request.put("request", &mut Cursor::of(map.next_value()?), &mut faults),
                "response" => beside.response.put("response", &mut Cursor::of(map.next_value()?), &mut faults),
                "resource" => {
                    // Where a name stands twice the later holds.
                    self.walk.back_to(&before);
                    let (place, depth) = (self.place, self.depth);
                    resource = Some(map.next_value_seed(Value::new(&mut *self.walk, place, depth))?);
                }
                NUMBER => {
                    map.next_value::<IgnoredAny>()?;
                    ignore(&mut map)?;
                    return Ok(false);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        self.entry(resource, beside);
        Ok(faults.paths().is_empty())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<bool, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    otherwise!(null: true, bare: false);
}
