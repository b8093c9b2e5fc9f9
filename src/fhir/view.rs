//! Views: exactly the elements that are read, borrowed from the body, lenient leaf by leaf.
//!
//! A member of the wrong JSON type costs that member and is noted in [`Faults`], never the resource. Numbers are read from their own
//! text, since `arbitrary_precision` is switched on for the whole binary. Nesting beyond [`DEEPEST`] is not followed; what is not
//! read is only skipped over, which takes no stack.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Text of the body.
pub(super) type Text<'a> = Cow<'a, str>;

/// How deep members are followed: far deeper than any resource, far shallower than any stack.
const DEEPEST: usize = 40;

/// How often an element may be repeated: far more often than in any resource, far fewer than would fill the memory.
const MOST_REPEATED: usize = 10_000;

/// The members of one resource that could not be read, by path.
#[derive(Debug, Default)]
pub(super) struct Faults {
    path: Vec<&'static str>,
    found: Vec<String>,
}

impl Faults {
    /// Notes that the member at hand has the wrong type.
    fn wrong(&mut self) {
        let path = self.path.join(".");
        if !self.found.contains(&path) {
            self.found.push(path);
        }
    }

    /// Notes a member whose type is right and whose content is not.
    pub(super) fn unreadable(&mut self, member: &'static str) {
        self.path.push(member);
        self.wrong();
        self.path.pop();
    }

    /// The paths, as `dosageInstruction.timing.repeat.frequency`.
    pub(super) fn paths(&self) -> &[String] {
        &self.found
    }
}

/// A thing that can be read from JSON text.
pub(super) trait Leaf<'a>: Sized {
    /// The thing, or nothing and a note.
    fn read(raw: &'a RawValue, faults: &mut Faults) -> Option<Self>;
}

/// A place in a view that a member goes to.
pub(super) trait Slot<'a> {
    /// Puts the member there.
    fn put(&mut self, name: &'static str, raw: &'a RawValue, faults: &mut Faults);
}

impl<'a, T: Leaf<'a>> Slot<'a> for Option<T> {
    fn put(&mut self, name: &'static str, raw: &'a RawValue, faults: &mut Faults) {
        faults.path.push(name);
        if raw.get() != "null" {
            *self = T::read(raw, faults);
        }
        faults.path.pop();
    }
}

impl<'a, T: Leaf<'a>> Slot<'a> for Vec<T> {
    fn put(&mut self, name: &'static str, raw: &'a RawValue, faults: &mut Faults) {
        faults.path.push(name);
        if raw.get() != "null" {
            self.clear();
            let mut left = MOST_REPEATED;
            let mut take = |element: &'a RawValue| {
                let has_room = left > 0;
                left = left.saturating_sub(1);
                if has_room && element.get() != "null" {
                    self.extend(T::read(element, faults));
                }
                has_room
            };
            if !elements(raw, &mut take) {
                self.clear();
                faults.wrong();
            }
        }
        faults.path.pop();
    }
}

impl<'a> Leaf<'a> for &'a RawValue {
    fn read(raw: &'a RawValue, _: &mut Faults) -> Option<Self> {
        Some(raw)
    }
}

impl<'a> Leaf<'a> for Text<'a> {
    fn read(raw: &'a RawValue, faults: &mut Faults) -> Option<Self> {
        let inside = raw.get().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let text = match inside {
            Some(inside) if !inside.contains('\\') => Some(Cow::Borrowed(inside)),
            Some(_) => serde_json::from_str::<String>(raw.get()).ok().map(Cow::Owned),
            None => None,
        };
        if text.is_none() {
            faults.wrong();
        }
        text
    }
}

impl<'a> Leaf<'a> for f64 {
    fn read(raw: &'a RawValue, faults: &mut Faults) -> Option<Self> {
        let text = raw.get();
        let number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit()).then(|| text.parse::<f64>().ok()).flatten();
        let number = number.filter(|number| number.is_finite());
        if number.is_none() {
            faults.wrong();
        }
        number
    }
}

impl<'a> Leaf<'a> for bool {
    fn read(raw: &'a RawValue, faults: &mut Faults) -> Option<Self> {
        match raw.get() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                faults.wrong();
                None
            }
        }
    }
}

/// Gives every member of an object to `each`; `false`, and a note, where it is no object that can be read to its end.
pub(super) fn object<'a>(raw: &'a RawValue, faults: &mut Faults, mut each: impl FnMut(&str, &'a RawValue, &mut Faults)) -> bool {
    if faults.path.len() > DEEPEST || !raw.get().starts_with('{') {
        faults.wrong();
        return false;
    }
    let walk = Walk(|key: &str, value| each(key, value, faults));
    let read = serde_json::Deserializer::from_str(raw.get()).deserialize_map(walk).is_ok();
    if !read {
        faults.wrong();
    }
    read
}

/// Gives every element of an array to `each` as long as it wants more; `false` where it does not, or where it is no array that can be
/// read to its end.
fn elements<'a>(raw: &'a RawValue, each: &mut impl FnMut(&'a RawValue) -> bool) -> bool {
    raw.get().starts_with('[') && serde_json::Deserializer::from_str(raw.get()).deserialize_seq(Each(each)).is_ok()
}

/// The name of a member.
#[derive(serde::Deserialize)]
pub(super) struct Key<'a>(#[serde(borrow)] pub(super) Text<'a>);

/// One member of a resource: its name and its JSON text.
#[derive(Debug, Clone)]
pub(super) struct Member<'a> {
    pub(super) name: Text<'a>,
    pub(super) value: &'a RawValue,
}

/// A view of an object whose members have been taken apart already.
pub(super) trait View<'a>: Leaf<'a> {
    /// The view; members that cannot be read are noted.
    fn of(members: &[Member<'a>], faults: &mut Faults) -> Self;
}

struct Walk<F>(F);

impl<'de, F: FnMut(&str, &'de RawValue)> Visitor<'de> for Walk<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            (self.0)(&key, map.next_value()?);
        }
        Ok(())
    }
}

struct Each<F>(F);

impl<'de, F: FnMut(&'de RawValue) -> bool> Visitor<'de> for Each<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            if !(self.0)(element) {
                return Err(serde::de::Error::custom("too many"));
            }
        }
        Ok(())
    }
}

/// A view: each member with its type and its name in FHIR. `Option` for 0..1, `Vec` for 0..*.
macro_rules! view {
    ($(#[$meta:meta])* $name:ident<$a:lifetime> { $($field:ident: $ty:ty = $key:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default)]
        pub(in crate::fhir) struct $name<$a> { $(pub(in crate::fhir) $field: $ty,)* }

        impl<$a> $name<$a> {
            fn put(&mut self, name: &str, raw: &$a serde_json::value::RawValue, faults: &mut $crate::fhir::view::Faults) {
                match name {
                    $($key => $crate::fhir::view::Slot::put(&mut self.$field, $key, raw, faults),)*
                    _ => {}
                }
            }
        }

        impl<$a> $crate::fhir::view::Leaf<$a> for $name<$a> {
            fn read(raw: &$a serde_json::value::RawValue, faults: &mut $crate::fhir::view::Faults) -> Option<Self> {
                let mut view = Self::default();
                $crate::fhir::view::object(raw, faults, |name, raw, faults| view.put(name, raw, faults)).then_some(view)
            }
        }

        impl<$a> $crate::fhir::view::View<$a> for $name<$a> {
            fn of(members: &[$crate::fhir::view::Member<$a>], faults: &mut $crate::fhir::view::Faults) -> Self {
                let mut view = Self::default();
                for member in members {
                    view.put(&member.name, member.value, faults);
                }
                view
            }
        }
    };
}
pub(super) use view;

mod datatype;
pub(super) use datatype::{Coding, Concept, Extension, Meta, Period, Quantity, Range, Reference};

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> &RawValue {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn a_member_of_the_wrong_type_costs_that_member() {
        let mut faults = Faults::default();
        let quantity = Quantity::read(raw(r#"{"value":"fifty","unit":"mg","code":7}"#), &mut faults).expect("an object");
        assert_eq!((quantity.value, quantity.unit.as_deref()), (None, Some("mg")));
        assert_eq!(faults.paths(), ["value", "code"]);
    }

    #[test]
    fn a_number_is_read_from_its_own_text() {
        let mut faults = Faults::default();
        for (text, number) in [("1.50", 1.5), ("-3", -3.0), ("2e1", 20.0), ("0.0250", 0.025)] {
            assert_eq!(f64::read(raw(text), &mut faults), Some(number));
        }
        assert_eq!(f64::read(raw("1e999"), &mut faults), None);
    }

    #[test]
    fn an_element_repeated_beyond_measure_costs_that_element() {
        let of = |count: usize| format!(r#"{{"text":"x","coding":[{}]}}"#, vec!["{}"; count].join(","));
        let (enough, more) = (of(MOST_REPEATED), of(MOST_REPEATED + 1));
        let mut faults = Faults::default();
        assert_eq!(Concept::read(raw(&enough), &mut faults).expect("an object").coding.len(), MOST_REPEATED);
        assert!(faults.paths().is_empty());
        let concept = Concept::read(raw(&more), &mut faults).expect("an object");
        assert_eq!((concept.coding.len(), concept.label()), (0, "x"));
        assert_eq!(faults.paths(), ["coding"]);
    }

    #[test]
    fn escapes_are_resolved() {
        let mut faults = Faults::default();
        assert_eq!(Text::read(raw(r#""a\u00e9\"b""#), &mut faults).as_deref(), Some("aé\"b"));
    }

    #[test]
    fn nesting_ten_thousand_deep_overflows_nothing() {
        let deep = format!("{}{}", r#"{"extension":[{"url":"x","extension":["#.repeat(5_000), "]}]}".repeat(5_000));
        let mut faults = Faults::default();
        assert!(Extension::read(raw(&deep), &mut faults).is_some());
        assert!(!faults.paths().is_empty());
    }
}
