//! Views: exactly the elements that are read, borrowed from the body, lenient leaf by leaf.
//!
//! A member of the wrong JSON type costs that member and is noted in [`Faults`], never the resource. Numbers are read from their own
//! text, since `arbitrary_precision` is switched on for the whole binary. Nesting beyond [`DEEPEST`] is not followed; what is not
//! read is only skipped over, which takes no stack.

use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Meaning;
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
        match elements(raw, MOST_REPEATED) {
            Elements::All(all) => *self = all.into_iter().filter(|e| e.get() != "null").filter_map(|e| T::read(e, faults)).collect(),
            Elements::None if raw.get() == "null" => {}
            Elements::None | Elements::TooMany(_) => faults.wrong(),
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

/// The elements of an array.
pub(super) enum Elements<'a> {
    /// All of them.
    All(Vec<&'a RawValue>),
    /// More than were asked for: the first so many.
    TooMany(Vec<&'a RawValue>),
    /// It is no array that can be read to its end.
    None,
}

/// The elements of an array, if they are no more than `most`.
pub(super) fn elements(raw: &RawValue, most: usize) -> Elements<'_> {
    if !raw.get().starts_with('[') {
        return Elements::None;
    }
    let mut found = Vec::new();
    let walk = Each(|element| {
        found.push(element);
        found.len() <= most
    });
    match serde_json::Deserializer::from_str(raw.get()).deserialize_seq(walk) {
        Ok(()) => Elements::All(found),
        Err(_) if found.len() > most => {
            found.truncate(most);
            Elements::TooMany(found)
        }
        Err(_) => Elements::None,
    }
}

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

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

        impl<$a> $crate::fhir::view::Leaf<$a> for $name<$a> {
            fn read(raw: &$a serde_json::value::RawValue, faults: &mut $crate::fhir::view::Faults) -> Option<Self> {
                let mut view = Self::default();
                $crate::fhir::view::object(raw, faults, |key, raw, faults| match key {
                    $($key => $crate::fhir::view::Slot::put(&mut view.$field, $key, raw, faults),)*
                    _ => {}
                })
                .then_some(view)
            }
        }
    };
}
pub(super) use view;

view! {
    /// A code with its words.
    Coding<'a> {
        system: Option<Text<'a>> = "system",
        code: Option<Text<'a>> = "code",
        display: Option<Text<'a>> = "display",
    }
}

view! {
    /// Several codes for one thing.
    Concept<'a> {
        coding: Vec<Coding<'a>> = "coding",
        text: Option<Text<'a>> = "text",
    }
}

view! {
    /// A pointer to another resource.
    Reference<'a> {
        reference: Option<Text<'a>> = "reference",
        display: Option<Text<'a>> = "display",
    }
}

view! {
    /// A number with a unit; also Duration and Age.
    Quantity<'a> {
        value: Option<f64> = "value",
        unit: Option<Text<'a>> = "unit",
        code: Option<Text<'a>> = "code",
    }
}

view! {
    /// From one quantity to another.
    Range<'a> {
        low: Option<Quantity<'a>> = "low",
        high: Option<Quantity<'a>> = "high",
    }
}

view! {
    /// From one time to another.
    Period<'a> {
        start: Option<Text<'a>> = "start",
        end: Option<Text<'a>> = "end",
    }
}

view! {
    /// What goes beyond the standard elements.
    Extension<'a> {
        url: Option<Text<'a>> = "url",
        concept: Option<Concept<'a>> = "valueCodeableConcept",
        code: Option<Text<'a>> = "valueCode",
        text: Option<Text<'a>> = "valueString",
        date_time: Option<Text<'a>> = "valueDateTime",
        decimal: Option<f64> = "valueDecimal",
        inner: Vec<Extension<'a>> = "extension",
    }
}

view! {
    /// About the resource itself.
    Meta<'a> {
        version: Option<Text<'a>> = "versionId",
        updated: Option<Text<'a>> = "lastUpdated",
    }
}

impl Concept<'_> {
    /// Its words: the text, else the first display, else the first code; empty where it has none.
    pub(super) fn label(&self) -> &str {
        let display = self.coding.iter().find_map(|coding| coding.display.as_deref());
        let code = self.coding.iter().find_map(|coding| coding.code.as_deref());
        self.text.as_deref().filter(|text| !text.trim().is_empty()).or(display).or(code).unwrap_or_default()
    }

    /// Its codes in the terminologies of the tables.
    pub(super) fn codes(&self) -> impl Iterator<Item = crate::clinical::units::Code<'_>> {
        self.coding.iter().filter_map(Coding::known)
    }

    /// Whether one of its codes, in whatever system, is one of these words of FHIR.
    pub(super) fn is_any(&self, codes: &[&str]) -> bool {
        self.coding.iter().filter_map(|coding| coding.code.as_deref()).any(|code| codes.contains(&code))
    }

    /// What its codes say, by the table of meanings.
    pub(super) fn meanings(&self, knowledge: &'static Knowledge) -> impl Iterator<Item = Meaning> {
        self.coding.iter().filter_map(|coding| coding.code.as_deref()).filter_map(|code| knowledge.meaning(code))
    }

    /// What its words say, by the rows of the tables that have no verified code.
    pub(super) fn meanings_by_text(&self, knowledge: &'static Knowledge) -> impl Iterator<Item = Meaning> {
        self.wordings().flat_map(|words| knowledge.meanings_in(words))
    }

    /// Whether one of its codes says this, or its words where the tables have no verified code.
    pub(super) fn says(&self, meaning: Meaning, knowledge: &'static Knowledge) -> bool {
        self.meanings(knowledge).chain(self.meanings_by_text(knowledge)).any(|said| said == meaning)
    }

    /// Every wording it has: displays, then the text.
    pub(super) fn wordings(&self) -> impl Iterator<Item = &str> {
        self.coding.iter().filter_map(|coding| coding.display.as_deref()).chain(self.text.as_deref())
    }
}

impl Coding<'_> {
    /// The code with its system; `None` without a code.
    pub(super) fn known(&self) -> Option<crate::clinical::units::Code<'_>> {
        use crate::clinical::units::{Code, System};
        let code = self.code.as_deref()?.trim();
        Some(Code { system: self.system.as_deref().map_or(System::Other, System::of), code })
    }
}

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
