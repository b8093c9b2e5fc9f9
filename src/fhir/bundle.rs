//! Walking a body: from bytes to single resources, each only peeked at.

use serde_json::value::RawValue;

use super::error::ReadError;
use super::view::{Coding, Concept, Elements, Faults, Leaf, Meta, Reference, Text, elements, view};

/// How deep Bundles may stand in Bundles.
const DEEPEST_BUNDLE: usize = 8;

/// One resource as it stands in a body.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    /// Its JSON text.
    pub(super) raw: &'a RawValue,
    /// What can be told from outside.
    pub(super) head: Head<'a>,
    /// Where the Bundle says it can be found.
    pub(super) full_url: Option<Text<'a>>,
    /// Where it stands: `entry 12 of file.json`.
    pub(super) place: String,
}

view! {
    /// What can be told of a resource without reading it.
    Head<'a> {
        kind: Option<Text<'a>> = "resourceType",
        id: Option<Text<'a>> = "id",
        meta: Option<Meta<'a>> = "meta",
        subject: Option<Reference<'a>> = "subject",
        patient: Option<Reference<'a>> = "patient",
    }
}

view! {
    Bundle<'a> {
        link: Vec<Link<'a>> = "link",
        entry: Option<&'a RawValue> = "entry",
    }
}

view! {
    Link<'a> {
        relation: Option<Text<'a>> = "relation",
        url: Option<Text<'a>> = "url",
    }
}

view! {
    BundleEntry<'a> {
        full_url: Option<Text<'a>> = "fullUrl",
        resource: Option<&'a RawValue> = "resource",
        link: Vec<Link<'a>> = "link",
        request: Option<Request<'a>> = "request",
        response: Option<Response<'a>> = "response",
    }
}

view! {
    Request<'a> {
        url: Option<Text<'a>> = "url",
    }
}

view! {
    Response<'a> {
        status: Option<Text<'a>> = "status",
        location: Option<Text<'a>> = "location",
        outcome: Option<&'a RawValue> = "outcome",
    }
}

view! {
    OperationOutcome<'a> {
        issue: Vec<Issue<'a>> = "issue",
    }
}

view! {
    Issue<'a> {
        severity: Option<Text<'a>> = "severity",
        code: Option<Text<'a>> = "code",
        details: Option<Concept<'a>> = "details",
    }
}

view! {
    /// What tells a CDS Hooks request.
    Outside<'a> {
        kind: Option<Text<'a>> = "resourceType",
        hook: Option<Text<'a>> = "hook",
        context: Option<&'a RawValue> = "context",
    }
}

/// What a body held.
#[derive(Debug, Default)]
pub(super) struct Walked<'a> {
    /// How many more resources may come; entries that are none count too.
    pub(super) left: usize,
    /// More came.
    pub(super) over: bool,
    /// Its resources.
    pub(super) entries: Vec<Entry<'a>>,
    /// A `next` link: there is more than this page.
    pub(super) has_next: bool,
    /// The same in a Bundle that stands in another.
    pub(super) has_next_inside: bool,
    /// OperationOutcomes that speak of an error, or entries that could not be had: each with the URL that was asked, where the Bundle
    /// tells it.
    pub(super) errors: Vec<Option<String>>,
    /// OperationOutcomes that only warn that not all is there (rules: a withheld or partial answer is a gap).
    pub(super) partial: usize,
    /// Entries that could not be read: place and why.
    pub(super) broken: Vec<(String, String)>,
}

impl Walked<'_> {
    /// Nothing yet, and room for so many resources.
    pub(super) fn at_most(left: usize) -> Self {
        Walked { left, ..Walked::default() }
    }

    /// Whether one more may come; it counts.
    fn take(&mut self) -> bool {
        self.over |= self.left == 0;
        self.left = self.left.saturating_sub(1);
        !self.over
    }
}

/// The JSON values of a body: one, or one a line.
pub(super) fn values<'a>(name: &str, body: &'a [u8]) -> Result<Vec<&'a RawValue>, ReadError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|error| {
        let before = &body[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        ReadError::NotJson { name: name.to_owned(), line, column, problem: "not UTF-8 text" }
    })?;
    let values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>().collect::<Result<Vec<_>, _>>().map_err(|error| {
        let problem = if error.is_eof() { "ends too early" } else { "unexpected character" };
        ReadError::NotJson { name: name.to_owned(), line: error.line(), column: error.column(), problem }
    })?;
    if values.is_empty() { Err(ReadError::Empty { name: name.to_owned() }) } else { Ok(values) }
}

/// The resources of one JSON value.
pub(super) fn walk<'a>(value: &'a RawValue, place: &str, walked: &mut Walked<'a>) -> Result<(), ReadError> {
    let outside = value.get().starts_with('{').then(|| Outside::read(value, &mut Faults::default())).flatten();
    let not_fhir = |found| Err(ReadError::NotFhir { name: place.to_owned(), found });
    match outside {
        Some(outside) if outside.kind.is_some() => {
            resource(value, None, place, 0, walked);
            Ok(())
        }
        Some(outside) if outside.hook.is_some() && outside.context.is_some() => Err(ReadError::HookRequest { name: place.to_owned() }),
        Some(_) => not_fhir("a JSON object without resourceType"),
        None if value.get().starts_with('[') => not_fhir("a JSON array"),
        None => not_fhir("a bare JSON value"),
    }
}

/// One resource, or all of a Bundle.
pub(super) fn resource<'a>(raw: &'a RawValue, full_url: Option<Text<'a>>, place: &str, depth: usize, walked: &mut Walked<'a>) {
    if !walked.take() {
        return;
    }
    let mut faults = Faults::default();
    let Some(head) = Head::read(raw, &mut faults) else {
        return walked.broken.push((place.to_owned(), "not a resource".to_owned()));
    };
    match head.kind.as_deref() {
        Some("Bundle") if depth >= DEEPEST_BUNDLE => walked.broken.push((place.to_owned(), "Bundles nested too deep".to_owned())),
        Some("Bundle") => bundle(raw, place, depth, walked),
        Some("OperationOutcome") => outcome(raw, full_url.as_deref(), walked),
        Some(_) => walked.entries.push(Entry { raw, head, full_url, place: place.to_owned() }),
        None => walked.broken.push((place.to_owned(), "has no resourceType".to_owned())),
    }
}

fn bundle<'a>(raw: &'a RawValue, place: &str, depth: usize, walked: &mut Walked<'a>) {
    let mut faults = Faults::default();
    let Some(bundle) = Bundle::read(raw, &mut faults) else {
        return walked.broken.push((place.to_owned(), "a Bundle that cannot be read".to_owned()));
    };
    let asked_for_all = url_of(&bundle.link).map(str::to_owned);
    let before = walked.errors.len();
    let has_next = bundle.link.iter().any(|link| link.relation.as_deref() == Some("next"));
    *(if depth == 0 { &mut walked.has_next } else { &mut walked.has_next_inside }) |= has_next;
    let (entries, more) = match bundle.entry.map(|entries| elements(entries, walked.left)) {
        Some(Elements::All(entries)) => (entries, false),
        Some(Elements::TooMany(first)) => (first, true),
        Some(Elements::None) => {
            faults.unreadable("entry");
            (Vec::new(), false)
        }
        None => (Vec::new(), false),
    };
    let entries: Vec<(usize, BundleEntry<'a>)> = (1..)
        .zip(entries)
        .filter(|(_, raw)| raw.get() != "null")
        .filter_map(|(index, raw)| Some((index, BundleEntry::read(raw, &mut faults)?)))
        .collect();
    if !faults.paths().is_empty() {
        walked.broken.push((place.to_owned(), "a part of the Bundle has the wrong JSON type".to_owned()));
    }
    for (index, entry) in entries {
        let place = format!("entry {index} of {place}");
        let failed = |status: &str| status.starts_with(['4', '5']);
        if let Some(response) = &entry.response {
            let asked = entry.asked();
            if response.status.as_deref().is_some_and(failed) {
                walked.errors.push(asked.map(str::to_owned));
            }
            if let Some(raw) = response.outcome {
                outcome(raw, asked, walked);
            }
        }
        match entry.resource {
            Some(raw) => resource(raw, entry.full_url, &place, depth + 1, walked),
            None if !walked.take() || entry.response.is_some() => {}
            None => walked.broken.push((place, "an entry without a resource".to_owned())),
        }
    }
    walked.over |= more;
    // an error inside the answer to one search is about that search
    for error in walked.errors.iter_mut().skip(before).filter(|error| error.is_none()) {
        error.clone_from(&asked_for_all);
    }
}

impl BundleEntry<'_> {
    /// What was asked for, as far as the entry tells.
    fn asked(&self) -> Option<&str> {
        let request = self.request.as_ref().and_then(|request| request.url.as_deref());
        let location = || self.response.as_ref().and_then(|response| response.location.as_deref());
        request.or_else(|| url_of(&self.link)).or_else(location).or(self.full_url.as_deref())
    }
}

/// The URL a Bundle or an entry says it answers.
fn url_of<'l>(links: &'l [Link<'_>]) -> Option<&'l str> {
    links.iter().find(|link| link.relation.as_deref() == Some("self")).and_then(|link| link.url.as_deref())
}

fn outcome(raw: &RawValue, asked: Option<&str>, walked: &mut Walked<'_>) {
    let outcome = OperationOutcome::read(raw, &mut Faults::default()).unwrap_or_default();
    let error = |issue: &Issue<'_>| matches!(issue.severity.as_deref(), Some("error" | "fatal"));
    let withheld = |issue: &Issue<'_>| matches!(issue.code.as_deref(), Some("incomplete" | "suppressed" | "too-costly" | "timeout"));
    if outcome.issue.is_empty() || outcome.issue.iter().any(error) {
        walked.errors.push(asked.map(str::to_owned));
    } else if outcome.issue.iter().any(|issue| withheld(issue) || issue.details.as_ref().is_some_and(is_withheld)) {
        walked.partial += 1;
    }
}

fn is_withheld(details: &Concept<'_>) -> bool {
    let code = |coding: &Coding<'_>| matches!(coding.code.as_deref(), Some("4119" | "59204" | "59205"));
    details.coding.iter().any(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(text: &str) -> Result<Walked<'_>, ReadError> {
        let mut walked = Walked::at_most(usize::MAX);
        for value in values("x.json", text.as_bytes())? {
            walk(value, "x.json", &mut walked)?;
        }
        Ok(walked)
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
            let mut walked = Walked::at_most(most);
            let value: &RawValue = serde_json::from_str(text).expect("JSON");
            walk(value, "x.json", &mut walked).expect("read");
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
