//! Views: exactly the elements that are read, borrowed from the body, lenient leaf by leaf.
//!
//! A member of the wrong JSON type costs that member and is noted in [`Faults`], never the resource. Numbers are read from their own
//! text, since `arbitrary_precision` is switched on for the whole binary. Nesting beyond [`DEEPEST`] is not followed; what is not
//! read is only skipped over, which takes no stack.

use std::borrow::Cow;

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
    pub(super) fn wrong(&mut self) {
        let path = self.path.join(".");
        if !self.found.contains(&path) {
            self.found.push(path);
        }
    }

    /// Whether members are followed no further.
    pub(super) fn is_too_deep(&self) -> bool {
        self.path.len() > DEEPEST
    }

    /// Notes all that others noted of the same resource.
    pub(super) fn add(&mut self, others: &Faults) {
        for path in &others.found {
            if !self.found.contains(path) {
                self.found.push(path.clone());
            }
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

/// A thing that can be taken from JSON text.
pub(super) trait Leaf<'a>: Sized {
    /// Takes the value ahead, whatever it is: the thing, or nothing and a note.
    fn take(from: &mut Cursor<'a>, faults: &mut Faults) -> Option<Self>;

    /// The thing that this is, or nothing and a note.
    fn read(raw: &'a RawValue, faults: &mut Faults) -> Option<Self> {
        Self::take(&mut Cursor::of(raw), faults)
    }
}

/// A place in a view that a member goes to.
pub(super) trait Slot<'a> {
    /// Puts the value ahead there.
    fn put(&mut self, name: &'static str, from: &mut Cursor<'a>, faults: &mut Faults);
}

impl<'a, T: Leaf<'a>> Slot<'a> for Option<T> {
    fn put(&mut self, name: &'static str, from: &mut Cursor<'a>, faults: &mut Faults) {
        if from.is_null() {
            return;
        }
        faults.path.push(name);
        *self = T::take(from, faults);
        faults.path.pop();
    }
}

impl<'a, T: Leaf<'a>> Slot<'a> for Vec<T> {
    fn put(&mut self, name: &'static str, from: &mut Cursor<'a>, faults: &mut Faults) {
        if from.is_null() {
            return;
        }
        faults.path.push(name);
        self.clear();
        let mut count = 0;
        let is_array = from.elements(|from| {
            count += 1;
            if count > MOST_REPEATED {
                from.skip();
            } else if !from.is_null() {
                self.extend(T::take(from, faults));
            }
        });
        if !is_array || count > MOST_REPEATED {
            self.clear();
            faults.wrong();
        }
        faults.path.pop();
    }
}

impl<'a> Leaf<'a> for &'a RawValue {
    fn take(from: &mut Cursor<'a>, _: &mut Faults) -> Option<Self> {
        serde_json::from_str(from.skip()).ok()
    }
}

impl<'a> Leaf<'a> for Text<'a> {
    fn take(from: &mut Cursor<'a>, faults: &mut Faults) -> Option<Self> {
        let text = from.string();
        if text.is_none() {
            faults.wrong();
        }
        text
    }
}

impl<'a> Leaf<'a> for f64 {
    fn take(from: &mut Cursor<'a>, faults: &mut Faults) -> Option<Self> {
        let text = from.skip();
        let number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit()).then(|| text.parse::<f64>().ok()).flatten();
        let number = number.filter(|number| number.is_finite());
        if number.is_none() {
            faults.wrong();
        }
        number
    }
}

impl<'a> Leaf<'a> for bool {
    fn take(from: &mut Cursor<'a>, faults: &mut Faults) -> Option<Self> {
        match from.skip() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                faults.wrong();
                None
            }
        }
    }
}

/// The name of a member. serde borrows for a `Cow` only where it sees one, not behind another name for it.
#[derive(serde::Deserialize)]
pub(super) struct Key<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

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

/// A view: each member with its type and its name in FHIR. `Option` for 0..1, `Vec` for 0..*.
macro_rules! view {
    ($(#[$meta:meta])* $name:ident<$a:lifetime> { $($field:ident: $ty:ty = $key:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default)]
        pub(in crate::fhir) struct $name<$a> { $(pub(in crate::fhir) $field: $ty,)* }

        impl<$a> $name<$a> {
            /// Whether there is a place for the member ahead, which is then put there.
            fn put(&mut self, name: &str, from: &mut $crate::fhir::view::Cursor<$a>, faults: &mut $crate::fhir::view::Faults) -> bool {
                match name {
                    $($key => $crate::fhir::view::Slot::put(&mut self.$field, $key, from, faults),)*
                    _ => return false,
                }
                true
            }
        }

        impl<$a> $crate::fhir::view::Leaf<$a> for $name<$a> {
            fn take(from: &mut $crate::fhir::view::Cursor<$a>, faults: &mut $crate::fhir::view::Faults) -> Option<Self> {
                let mut view = Self::default();
                let is_object = !faults.is_too_deep()
                    && from.members(|name, from| {
                        if !view.put(name, from, faults) {
                            from.skip();
                        }
                    });
                if is_object {
                    return Some(view);
                }
                faults.wrong();
                from.skip();
                None
            }
        }

        impl<$a> $crate::fhir::view::View<$a> for $name<$a> {
            fn of(members: &[$crate::fhir::view::Member<$a>], faults: &mut $crate::fhir::view::Faults) -> Self {
                let mut view = Self::default();
                for member in members {
                    view.put(&member.name, &mut $crate::fhir::view::Cursor::of(member.value), faults);
                }
                view
            }
        }
    };
}
pub(super) use view;

mod cursor;
mod datatype;
pub(super) use cursor::Cursor;
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
