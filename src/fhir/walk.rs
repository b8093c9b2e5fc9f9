//! Walking a body: one pass from bytes to resources, each taken apart to its members and no further.
//!
//! What a value is shows only once it is open, and everything may have the wrong type: so every value is taken as whatever it is, and a
//! part of the wrong type costs that part.

mod entry;

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use self::entry::Entries;
use super::answer::{Answer, Entry, Found, Place, element, member};
use super::bundle::{BundleView, OutcomeView, Said, url_of};
use super::error::ReadError;
use super::view::{Faults, Key, Leaf, Member, Text, View};

/// How deep Bundles may stand in Bundles.
const DEEPEST_BUNDLE: usize = 8;

/// The name under which `serde_json` hands on a number while its `arbitrary_precision` is switched on, as it is for the whole binary.
const NUMBER: &str = "$serde_json::private::Number";

/// What a visitor makes of a value that is no object and no array.
macro_rules! otherwise {
    (null: $null:expr, bare: $bare:expr) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($null)
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($bare)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($bare)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($bare)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($bare)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($bare)
        }
    };
}

use otherwise;

/// The JSON values of a body: one, or one a line. `name` is what it is called in errors.
pub(super) fn values<'a>(name: &str, body: &'a [u8], left: &Cell<usize>) -> Result<Answer<'a>, ReadError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|error| {
        let before = &body[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        ReadError::NotJson { name: name.to_owned(), line, column, problem: "not UTF-8 text" }
    })?;
    let mut answer = Answer::default();
    let mut values = serde_json::Deserializer::from_str(text);
    while values.end().is_err() {
        let walk = Walk { answer: &mut answer, left };
        walk.alone(&mut values).map_err(|error| {
            let problem = if error.is_eof() { "ends too early" } else { "unexpected character" };
            ReadError::NotJson { name: name.to_owned(), line: error.line(), column: error.column(), problem }
        })?;
    }
    if answer.found.is_empty() { Err(ReadError::Empty { name: name.to_owned() }) } else { Ok(answer) }
}

/// Reads one value of a larger body as an answer.
#[derive(Debug, Clone, Copy)]
pub struct Walking<'c> {
    pub(super) left: &'c Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Walking<'_> {
    type Value = Answer<'de>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Answer<'de>, D::Error> {
        let mut answer = Answer::default();
        Walk { answer: &mut answer, left: self.left }.alone(value)?;
        Ok(answer)
    }
}

/// A walk through one body.
struct Walk<'w, 'a> {
    answer: &'w mut Answer<'a>,
    /// How many more resources may come.
    left: &'w Cell<usize>,
}

/// How far an answer had come, to go back to.
struct Mark {
    entries: usize,
    members: usize,
    bundles: usize,
    broken: usize,
    errors: usize,
    partial: usize,
    has_next_inside: bool,
    taken: usize,
    left: usize,
    over: bool,
}

/// What one value was.
enum Walked<'a> {
    Null,
    /// Text, a number, yes or no.
    Bare,
    Array,
    /// An object that is no resource, and its members' place.
    Object(Vec<Member<'a>>),
    /// The resource of this number.
    Resource(usize),
    Outcome(Said),
    /// A Bundle, or what could not be used and has been told.
    Told,
}

impl<'a> Walk<'_, 'a> {
    /// One value that stands by itself.
    fn alone<D: Deserializer<'a>>(self, value: D) -> Result<(), D::Error> {
        let Walk { answer, left } = self;
        // The value counts among those of its body before it is known what it is.
        answer.found.push(Found::Null);
        let place = Place::Alone(answer.found.len());
        let walked = Value::new(&mut Walk { answer, left }, place, 0).deserialize(value)?;
        let found = match walked {
            Walked::Null => Found::Null,
            Walked::Bare => Found::Bare,
            Walked::Array => Found::Array,
            Walked::Object(members) => {
                let is_request = element::<Text<'_>>(&members, "hook").is_some() && member(&members, "context").is_some();
                if is_request { Found::HookRequest } else { Found::Object }
            }
            Walked::Outcome(said) => {
                answer.say(said, None);
                Found::Resource
            }
            Walked::Resource(_) | Walked::Told => Found::Resource,
        };
        *answer.found.last_mut().expect("pushed above") = found;
        Ok(())
    }

    /// Whether one more resource may come; it counts.
    fn take(&mut self) -> bool {
        self.answer.over |= self.left.get() == 0;
        self.left.set(self.left.get().saturating_sub(1));
        self.answer.taken += 1;
        !self.answer.over
    }

    fn mark(&self) -> Mark {
        let Answer { entries, members, bundles, broken, errors, partial, has_next_inside, taken, over, .. } = &*self.answer;
        Mark {
            entries: entries.len(),
            members: members.len(),
            bundles: bundles.len(),
            broken: broken.len(),
            errors: errors.len(),
            partial: *partial,
            has_next_inside: *has_next_inside,
            taken: *taken,
            left: self.left.get(),
            over: *over,
        }
    }

    fn back_to(&mut self, mark: &Mark) {
        let answer = &mut *self.answer;
        answer.entries.truncate(mark.entries);
        answer.members.truncate(mark.members);
        answer.bundles.truncate(mark.bundles);
        answer.broken.truncate(mark.broken);
        answer.errors.truncate(mark.errors);
        (answer.partial, answer.has_next_inside) = (mark.partial, mark.has_next_inside);
        (answer.taken, answer.over) = (mark.taken, mark.over);
        self.left.set(mark.left);
    }

    fn broken(&mut self, place: Place, why: &'static str) {
        self.answer.broken.push((place, why));
    }
}

/// A value where a resource may stand.
struct Value<'s, 'w, 'a> {
    walk: &'s mut Walk<'w, 'a>,
    place: Place,
    depth: usize,
    /// Its `resourceType` and its `id`, as they were passed.
    kind: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
}

/// What stood under `entry`, and the members beside it: only the type of the resource will tell whether it was a Bundle.
struct Inside<'a> {
    own: Vec<Member<'a>>,
    before: Mark,
    is_array: bool,
}

impl<'s, 'w, 'a> Value<'s, 'w, 'a> {
    fn new(walk: &'s mut Walk<'w, 'a>, place: Place, depth: usize) -> Self {
        Value { walk, place, depth, kind: None, id: None }
    }

    /// The members up to the end, those of a Bundle's entries in the answer.
    fn members<A: MapAccess<'a>>(&mut self, first: Key<'a>, map: &mut A) -> Result<Option<Inside<'a>>, A::Error> {
        let start = self.walk.answer.members.len();
        let mut inside: Option<Inside<'a>> = None;
        let mut next = Some(first);
        while let Some(Key(name)) = next {
            if name == "entry" && self.depth < DEEPEST_BUNDLE {
                let (own, before) = match inside.take() {
                    // Where a name stands twice the later holds.
                    Some(Inside { own, before, .. }) => {
                        self.walk.back_to(&before);
                        (own, before)
                    }
                    None => (self.walk.answer.members.drain(start..).collect(), self.walk.mark()),
                };
                self.walk.answer.bundles.push(self.place);
                let bundle = self.walk.answer.bundles.len() - 1;
                let is_array = map.next_value_seed(Entries { walk: self.walk, bundle, depth: self.depth })?;
                inside = Some(Inside { own, before, is_array });
            } else {
                let value: &'a RawValue = map.next_value()?;
                // Where a name stands twice the later holds.
                match &*name {
                    "resourceType" if value.get() != "null" => self.kind = Some(value),
                    "id" if value.get() != "null" => self.id = Some(value),
                    _ => {}
                }
                let members = inside.as_mut().map_or(&mut self.walk.answer.members, |inside| &mut inside.own);
                members.push(Member { name, value });
            }
            next = map.next_key()?;
        }
        Ok(inside)
    }

    /// A Bundle, whose entries have been walked.
    fn bundle(&mut self, own: &[Member<'a>], errors_before: usize, is_sound: bool) {
        let (place, depth) = (self.place, self.depth);
        if depth >= DEEPEST_BUNDLE {
            return self.walk.broken(place, "Bundles nested too deep");
        }
        let mut faults = Faults::default();
        let BundleView { link } = BundleView::of(own, &mut faults);
        if !is_sound || !faults.paths().is_empty() {
            self.walk.broken(place, "a part of the Bundle has the wrong JSON type");
        }
        let answer = &mut *self.walk.answer;
        // An error inside the answer to one search is about that search.
        let asked = url_of(&link);
        for error in answer.errors.iter_mut().skip(errors_before).filter(|error| error.is_none()) {
            *error = asked.map(str::to_owned);
        }
        let next = link.into_iter().find(|link| link.relation.as_deref() == Some("next"));
        *(if depth == 0 { &mut answer.has_next } else { &mut answer.has_next_inside }) |= next.is_some();
        if depth == 0 {
            answer.next = next.and_then(|link| link.url);
        }
    }

    /// What these members are, which stand in the answer from there on.
    fn resource(&mut self, kind: Option<Text<'a>>, start: usize) -> Walked<'a> {
        let answer = &mut *self.walk.answer;
        let Some(kind) = kind else {
            return Walked::Object(answer.members.drain(start..).collect());
        };
        if kind == "OperationOutcome" {
            let said = OutcomeView::of(&answer.members[start..], &mut Faults::default()).said();
            answer.members.truncate(start);
            return Walked::Outcome(said);
        }
        let id = self.id.and_then(text);
        let members = (start, answer.members.len());
        answer.entries.push(Entry { kind, id, full_url: None, place: self.place, members });
        Walked::Resource(answer.entries.len() - 1)
    }
}

impl<'a> DeserializeSeed<'a> for Value<'_, '_, 'a> {
    type Value = Walked<'a>;

    fn deserialize<D: Deserializer<'a>>(self, value: D) -> Result<Walked<'a>, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Value<'_, '_, 'a> {
    type Value = Walked<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<Walked<'a>, A::Error> {
        let first: Option<Key<'a>> = map.next_key()?;
        if first.as_ref().is_some_and(|Key(name)| name == NUMBER) {
            map.next_value::<IgnoredAny>()?;
            ignore(&mut map)?;
            return Ok(Walked::Bare);
        }
        let before = self.walk.mark();
        if !self.walk.take() {
            if first.is_some() {
                map.next_value::<IgnoredAny>()?;
            }
            ignore(&mut map)?;
            return Ok(Walked::Told);
        }
        let start = self.walk.answer.members.len();
        let inside = match first {
            Some(first) => self.members(first, &mut map)?,
            None => None,
        };
        let kind = self.kind.and_then(text);
        let is_bundle = kind.as_deref() == Some("Bundle");
        let walked = match inside {
            Some(Inside { own, before, is_array }) if is_bundle => {
                self.bundle(&own, before.errors, is_array);
                Walked::Told
            }
            None if is_bundle => {
                let own: Vec<Member<'a>> = self.walk.answer.members.drain(start..).collect();
                self.bundle(&own, self.walk.answer.errors.len(), true);
                Walked::Told
            }
            Some(Inside { own, before, .. }) => {
                self.walk.back_to(&before);
                self.walk.answer.members.extend(own);
                self.resource(kind, start)
            }
            None => self.resource(kind, start),
        };
        match walked {
            Walked::Object(_) if self.depth > 0 => {
                self.walk.broken(self.place, "has no resourceType");
                Ok(Walked::Told)
            }
            // What is no FHIR at all holds no resources.
            Walked::Object(members) => {
                self.walk.back_to(&before);
                Ok(Walked::Object(members))
            }
            walked => Ok(walked),
        }
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<Walked<'a>, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Walked::Array)
    }

    otherwise!(null: Walked::Null, bare: Walked::Bare);
}

fn text(value: &RawValue) -> Option<Text<'_>> {
    Text::read(value, &mut Faults::default())
}

fn ignore<'a, A: MapAccess<'a>>(map: &mut A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}
#[cfg(test)]
mod tests {
    use super::*;

    fn walked(text: &str) -> Result<Answer<'_>, ReadError> {
        let answer = values("x.json", text.as_bytes(), &Cell::new(usize::MAX))?;
        answer.refusal("x.json").map_or(Ok(answer), Err)
    }

    #[test]
    fn ndjson_is_several_resources() {
        let text = "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n{\"resourceType\":\"Condition\"}\n";
        assert_eq!(walked(text).expect("read").entries.len(), 2);
    }

    #[test]
    fn a_broken_entry_costs_one_entry() {
        let text =
            r#"{"resourceType":"Bundle","entry":[{"resource":7},{},{"resource":{"id":"x"}},{"resource":{"resourceType":"Patient"}}]}"#;
        let walked = walked(text).expect("read");
        assert_eq!((walked.entries.len(), walked.broken.len()), (1, 3));
    }

    #[test]
    fn one_resource_too_many_is_told_and_left_out() {
        let bundle = |entries: &str| format!(r#"{{"resourceType":"Bundle","entry":[{entries}]}}"#);
        let over = |text: &str, most| {
            let walked = values("x.json", text.as_bytes(), &Cell::new(most)).expect("read");
            assert!(walked.entries.len() <= most, "{text}");
            walked.over
        };
        let patient = r#"{"resource":{"resourceType":"Patient"}}"#;
        let two = bundle(&[patient, patient].join(","));
        // The Bundle counts for one.
        assert!(!over(&two, 3) && over(&two, 2));
        assert!(!over(&bundle("{},{}"), 3) && over(&bundle("{},{}"), 1), "entries that are no resources count");
        let nested = bundle(&format!(r#"{{"resource":{two}}}"#));
        assert!(!over(&nested, 4) && over(&nested, 3), "so do Bundles in Bundles");
    }

    #[test]
    fn a_page_that_has_a_next_says_so() {
        assert!(walked(r#"{"resourceType":"Bundle","link":[{"relation":"next","url":"x"}]}"#).expect("read").has_next);
        assert!(!walked(r#"{"resourceType":"Bundle","link":[{"relation":"self","url":"x"}]}"#).expect("read").has_next);
    }

    #[test]
    fn what_is_no_record_is_refused_with_its_place() {
        assert!(matches!(walked(""), Err(ReadError::Empty { .. })));
        assert!(matches!(walked("[]"), Err(ReadError::NotFhir { .. })));
        assert!(matches!(walked("{}"), Err(ReadError::NotFhir { .. })));
        assert!(matches!(walked(r#"{"hook":"patient-view","context":{}}"#), Err(ReadError::HookRequest { .. })));
        assert!(matches!(walked("{\n\"a\":}"), Err(ReadError::NotJson { line: 2, .. })));
    }

    #[test]
    fn nesting_ten_thousand_deep_overflows_nothing() {
        let deep = r#"{"resourceType":"Bundle","entry":[{"resource":"#.repeat(10_000) + "{}" + &"}]}".repeat(10_000);
        assert_eq!(walked(&deep).expect("read").broken.len(), 1);
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert!(walked(&deep).is_err());
    }
}
