//! Going through JSON text that is known to be well-formed.
//!
//! Whoever walks a body lets `serde_json` read all of it, to the last brace (a [`RawValue`] is nothing else). What a view then looks for
//! lies deep in short pieces of that text. To set a parser at every brace of them again, that takes each for a whole document, costs
//! several times the walk; going through them once, from one end to the other, costs less than it.

use std::borrow::Cow;

use memchr::memchr2;
use serde_json::value::RawValue;

/// A place in well-formed JSON text. Text that is not well-formed ends early, and is never read beyond its end.
#[derive(Debug, Clone)]
pub(in crate::fhir) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Before a value.
    pub(in crate::fhir) fn of(raw: &'a RawValue) -> Cursor<'a> {
        Cursor { text: raw.get(), at: 0 }
    }

    /// Whether the value ahead is `null`, which is passed if it is.
    pub(in crate::fhir) fn is_null(&mut self) -> bool {
        let is_null = self.ahead() == Some(b'n');
        if is_null {
            self.skip();
        }
        is_null
    }

    /// Gives every member of the object ahead to `each`, which takes its value; `false`, and nothing is passed, where it is no object.
    pub(in crate::fhir) fn members(&mut self, mut each: impl FnMut(&str, &mut Cursor<'a>)) -> bool {
        if !self.pass(b'{') {
            return false;
        }
        while self.ahead() == Some(b'"') {
            let name = self.string().unwrap_or_default();
            self.pass(b':');
            each(&name, self);
            self.pass(b',');
        }
        self.pass(b'}');
        true
    }

    /// Gives every element of the array ahead to `each`, which takes it; `false`, and the value is passed, where it is no array.
    pub(in crate::fhir) fn elements(&mut self, mut each: impl FnMut(&mut Cursor<'a>)) -> bool {
        if !self.pass(b'[') {
            self.skip();
            return false;
        }
        while self.ahead().is_some_and(|ahead| ahead != b']') {
            let before = self.at;
            each(self);
            self.pass(b',');
            if self.at == before {
                return false;
            }
        }
        self.pass(b']');
        true
    }

    /// Passes the value ahead: its text.
    pub(in crate::fhir) fn skip(&mut self) -> &'a str {
        let first = self.ahead();
        let start = self.at;
        match first {
            Some(b'"') => _ = self.skip_string(),
            Some(b'{' | b'[') => self.skip_nested(),
            Some(_) => self.skip_scalar(),
            None => {}
        }
        &self.text[start..self.at]
    }

    /// Passes the value ahead: what it says if it is a string.
    pub(in crate::fhir) fn string(&mut self) -> Option<Cow<'a, str>> {
        if self.ahead() != Some(b'"') {
            self.skip();
            return None;
        }
        let start = self.at;
        let escaped = self.skip_string();
        let json = &self.text[start..self.at];
        if escaped { serde_json::from_str(json).ok().map(Cow::Owned) } else { json.get(1..json.len() - 1).map(Cow::Borrowed) }
    }

    /// Passes the string ahead: whether anything in it is escaped.
    fn skip_string(&mut self) -> bool {
        let (end, escaped) = string_end(self.text.as_bytes(), self.at + 1);
        self.at = end;
        escaped
    }

    fn skip_scalar(&mut self) {
        while self.byte().is_some_and(|byte| !matches!(byte, b',' | b'}' | b']') && !is_space(byte)) {
            self.at += 1;
        }
    }

    fn skip_nested(&mut self) {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth) = (self.at, 0_usize);
        while let Some(byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'"' => (at, _) = string_end(bytes, at),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
        self.at = at;
    }

    /// The first byte of what is ahead.
    fn ahead(&mut self) -> Option<u8> {
        while self.byte().is_some_and(is_space) {
            self.at += 1;
        }
        self.byte()
    }

    fn pass(&mut self, byte: u8) -> bool {
        let is_there = self.ahead() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// Past the end of a string whose first letter stands here, and whether anything in it is escaped.
fn string_end(bytes: &[u8], from: usize) -> (usize, bool) {
    let (mut at, mut escaped) = (from, false);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match memchr2(b'"', b'\\', rest) {
            Some(end) if rest[end] == b'"' => return (at + end + 1, escaped),
            Some(backslash) => (at, escaped) = (at + backslash + 2, true),
            None => return (bytes.len(), escaped),
        }
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> &RawValue {
        serde_json::from_str(text).expect("JSON")
    }

    /// All that stands in a text, each thing by itself.
    fn parts(from: &mut Cursor<'_>, parts: &mut Vec<String>) {
        if from.is_null() {
            return parts.push("nothing".to_owned());
        }
        let mut inner = Vec::new();
        if from.members(|name, from| {
            inner.push(format!("{name}:"));
            self::parts(from, &mut inner);
        }) {
            return parts.extend(inner);
        }
        let before = from.clone();
        if !from.elements(|from| self::parts(from, parts)) {
            parts.push(before.clone().skip().to_owned());
        }
    }

    #[test]
    fn every_value_is_passed_as_a_whole_whatever_it_holds() {
        let json = " { \"a\" : [ 1.5e3 , null,\t{\"}\":\"]\\\"\"} ,[] , {} ], \"\\u0062\":true,\"c\":\"\\\\\" }\n";
        let mut found = Vec::new();
        parts(&mut Cursor::of(raw(json)), &mut found);
        assert_eq!(found, ["a:", "1.5e3", "nothing", "}:", "\"]\\\"\"", "b:", "true", "c:", "\"\\\\\""]);
        assert_eq!(Cursor::of(raw(json)).skip(), json.trim());
    }

    #[test]
    fn what_is_no_object_or_array_is_told() {
        for json in ["1", "\"{\"", "[1]", "true"] {
            let mut cursor = Cursor::of(raw(json));
            assert!(!cursor.members(|_, from| _ = from.skip()), "{json}");
            assert_eq!(cursor.skip(), json);
        }
        for json in ["1", "\"[\"", "{\"a\":1}", "true"] {
            let mut cursor = Cursor::of(raw(json));
            assert!(!cursor.elements(|from| _ = from.skip()), "{json}");
            assert_eq!(cursor.skip(), "", "{json}");
        }
    }
}
