//! A body taken apart in one go: its members stay text, its prefetch is read value by value.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::request::RequestError;

/// The members of an object, by name.
pub(super) type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Whether a body is a hook request rather than a FHIR resource, which says its type: most do so at once.
pub fn is_hook_request(body: &[u8]) -> bool {
    struct Peek;

    impl<'de> Visitor<'de> for Peek {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a hook request")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
            let (mut hook, mut prefetch, mut context) = (false, false, false);
            while let Some(Name(name)) = map.next_key()? {
                let member = match &*name {
                    "resourceType" => return Err(serde::de::Error::custom("a resource")),
                    "hook" => &mut hook,
                    "prefetch" => &mut prefetch,
                    "context" => &mut context,
                    _ => &mut false,
                };
                map.next_value::<IgnoredAny>()?;
                *member = true;
            }
            Ok(hook || prefetch && context)
        }
    }

    let mut reading = serde_json::Deserializer::from_slice(without_bom(body));
    reading.deserialize_map(Peek).is_ok_and(|is_request| is_request && reading.end().is_ok())
}

/// The members of a request, and those of its prefetch; `None` where that is no object.
pub(super) struct Parts<'a, P> {
    pub(super) members: Members<'a>,
    pub(super) prefetch: Option<BTreeMap<Cow<'a, str>, P>>,
}

/// A request, read in one go.
struct Request<S>(S);

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for Request<S> {
    type Value = Parts<'de, S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut parts = Parts { members: Members::new(), prefetch: Some(BTreeMap::new()) };
        while let Some(Name(name)) = map.next_key()? {
            if name == "prefetch" {
                parts.prefetch = map.next_value_seed(Prefetch(self.0))?;
            } else {
                parts.members.insert(name, map.next_value()?);
            }
        }
        Ok(parts)
    }
}

/// The name of a member.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The prefetch: an object, or nothing; `None` where it is something else.
#[derive(Clone, Copy)]
struct Prefetch<S>(S);

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for Prefetch<S> {
    type Value = Option<BTreeMap<Cow<'de, str>, S::Value>>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for Prefetch<S> {
    type Value = Option<BTreeMap<Cow<'de, str>, S::Value>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut prefetch = BTreeMap::new();
        while let Some(Name(name)) = map.next_key()? {
            // Under this name `serde_json` hands on a number while its `arbitrary_precision` is switched on.
            if name == "$serde_json::private::Number" {
                map.next_value::<IgnoredAny>()?;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(None);
            }
            prefetch.insert(name, map.next_value_seed(self.0)?);
        }
        Ok(Some(prefetch))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(BTreeMap::new()))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// Takes a body apart, each value of its prefetch by this seed.
pub(super) fn parts<'a, S: DeserializeSeed<'a> + Copy>(body: &'a [u8], value: S) -> Result<Parts<'a, S::Value>, RequestError> {
    let body = without_bom(body);
    let text = std::str::from_utf8(body).map_err(|error| {
        let before = &body[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        RequestError::Malformed { line, column }
    })?;
    let mut reading = serde_json::Deserializer::from_str(text);
    let parts = reading.deserialize_map(Request(value));
    parts.and_then(|parts| reading.end().map(|()| parts)).map_err(|error| refusal(&error))
}

fn refusal(error: &serde_json::Error) -> RequestError {
    if error.is_data() {
        RequestError::WrongType { member: "body", expected: "a JSON object" }
    } else {
        RequestError::Malformed { line: error.line(), column: error.column() }
    }
}

pub(super) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// The members of a body.
pub(super) fn object(body: &[u8]) -> Result<Members<'_>, RequestError> {
    serde_json::from_slice(body).map_err(|error| refusal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_no_hook_request() {
        assert!(is_hook_request(br#"{"hook":"patient-view"}"#));
        assert!(is_hook_request(br#"{"context":{},"prefetch":{}}"#));
        assert!(!is_hook_request(br#"{"resourceType":"Bundle"}"#));
        assert!(!is_hook_request(br#"{"resourceType":"Encounter","context":{}}"#));
        assert!(!is_hook_request(b"nonsense"));
    }
}
