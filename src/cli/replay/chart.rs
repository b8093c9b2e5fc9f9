//! One chart of a replay: what it is, and what the service would have said.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::refused::Why;
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::fhir::{Answer, Inventory, inventory, is_read};
use crate::hooks::{HookRequest, Services, is_hook_request};
use crate::server::{self, DayOf, Judged};

/// What a chart is called where the reader has to call it something.
const NAME: &str = "chart";

/// What a JSON value is to a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A captured hook request.
    Request,
    /// A Bundle.
    Bundle,
    /// One resource of this patient.
    Of(String),
    /// A Medication, of nobody, with its id.
    Medication(String),
    /// A resource that nothing is read from, whoever's it is.
    Other,
}

/// What one chart came to.
#[derive(Debug)]
pub struct Outcome {
    /// What was said.
    pub judged: Judged,
    /// What it holds.
    pub inventory: Inventory,
    /// How long reading and judging took.
    pub took: Duration,
}

/// By what all charts are judged.
pub struct Bench {
    /// The services that requests were for.
    pub services: Services,
    /// The tables.
    pub knowledge: &'static Knowledge,
    /// The day, where neither the command line nor a request says one.
    pub day: DayOf,
    /// The day of all charts.
    pub as_of: Option<Day>,
}

#[derive(Deserialize)]
struct Outside<'a> {
    #[serde(borrow, rename = "resourceType")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    subject: Option<&'a RawValue>,
    #[serde(borrow)]
    patient: Option<&'a RawValue>,
}

/// What this JSON value is, and the chart in it.
pub fn told_apart(body: &[u8]) -> Result<(Shape, &[u8]), Why> {
    match shape(body) {
        Err(Why::NotFhir) => {
            let inner = enveloped(body).ok_or(Why::NotFhir)?;
            Ok((shape(inner)?, inner))
        }
        told => Ok((told?, body)),
    }
}

fn shape(body: &[u8]) -> Result<Shape, Why> {
    if is_hook_request(body) {
        return Ok(Shape::Request);
    }
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let outside: Outside<'_> = serde_json::from_slice(body).map_err(|error| if error.is_data() { Why::NotFhir } else { Why::NotJson })?;
    let text = |raw: Option<&RawValue>| serde_json::from_str::<String>(raw?.get()).ok();
    let kind = text(outside.kind).ok_or(Why::NotFhir)?;
    let id = || text(outside.id).ok_or(Why::NoPatient);
    Ok(match kind.as_str() {
        "Bundle" => Shape::Bundle,
        "Patient" => Shape::Of(id()?),
        "Medication" => Shape::Medication(id()?),
        kind if !is_read(kind) => Shape::Other,
        _ => Shape::Of([outside.subject, outside.patient].into_iter().find_map(of_patient).ok_or(Why::NoPatient)?),
    })
}

/// The hook request or Bundle in an object that is neither itself, as a log or a test deck wraps it: the one member that is such.
fn enveloped(body: &[u8]) -> Option<&[u8]> {
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)).ok()?;
    let is_chart = |inner: &&[u8]| matches!(shape(inner), Ok(Shape::Request | Shape::Bundle));
    let mut charts = members.values().map(|value| value.get().as_bytes()).filter(is_chart);
    charts.next().filter(|_| charts.next().is_none())
}

/// The id of the patient that a reference leads to.
fn of_patient(raw: Option<&RawValue>) -> Option<String> {
    #[derive(Deserialize)]
    struct Reference {
        reference: String,
    }
    let Reference { reference } = serde_json::from_str(raw?.get()).ok()?;
    let reference = reference.split("/_history/").next()?;
    let id = match reference.rsplit_once('/') {
        Some((before, id)) => (before == "Patient" || before.ends_with("/Patient")).then_some(id)?,
        None => reference.strip_prefix("urn:uuid:")?,
    };
    (!id.is_empty()).then(|| id.to_owned())
}

impl Bench {
    /// What a chart comes to: a Bundle, a request, or one patient's resources one a line. A panic costs this chart.
    pub fn judge(&self, body: &[u8]) -> Result<Outcome, Why> {
        catch_unwind(AssertUnwindSafe(|| {
            let begun = Instant::now();
            let judged = server::record(&[(NAME, body)], &self.services, self.knowledge, self.day, self.as_of)?;
            Ok(Outcome { judged, took: begun.elapsed(), inventory: self.inventory(body) })
        }))
        .unwrap_or(Err(Why::Defect))
    }

    fn inventory(&self, body: &[u8]) -> Inventory {
        if is_hook_request(body) {
            let left = Cell::new(usize::MAX);
            let Ok(request) = HookRequest::captured(body, Answer::within(&left)) else { return Inventory::default() };
            let sent: Vec<(&str, &Answer<'_>)> = request.prefetch.iter().map(|(key, answer)| (&**key, answer)).collect();
            return inventory(self.knowledge, &sent);
        }
        // Named as the reader names it, so that what has no id is known by the same name.
        Answer::of(body).map(|answer| inventory(self.knowledge, &[(NAME, &answer)])).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_told_from_outside() {
        let of = |text: &str| shape(text.as_bytes());
        assert_eq!(of(r#"{"hook":"patient-view","context":{}}"#), Ok(Shape::Request));
        assert_eq!(of("\u{feff}{\"resourceType\":\"Bundle\"}"), Ok(Shape::Bundle));
        assert_eq!(of(r#"{"resourceType":"Patient","id":"p"}"#), Ok(Shape::Of("p".into())));
        assert_eq!(of(r#"{"resourceType":"Medication","id":"m"}"#), Ok(Shape::Medication("m".into())));
        assert_eq!(of(r#"{"resourceType":"Claim","patient":{"reference":"Patient/p"}}"#), Ok(Shape::Other));
        assert_eq!(of(r#"{"resourceType":"Patient"}"#), Err(Why::NoPatient));
        for (text, why) in [
            ("", Why::NotJson),
            ("{", Why::NotJson),
            ("{} {}", Why::NotJson),
            ("7", Why::NotFhir),
            ("[]", Why::NotFhir),
            ("{}", Why::NotFhir),
        ] {
            assert_eq!(of(text), Err(why), "{text}");
        }
    }

    #[test]
    fn the_one_chart_of_an_envelope_is_taken_out() {
        let of = |text: &str| enveloped(text.as_bytes()).map(|inner| String::from_utf8_lossy(inner).into_owned());
        let bundle = r#"{"resourceType":"Bundle"}"#;
        assert_eq!(of(&format!(r#"{{"time":7,"body": {bundle} }}"#)).as_deref(), Some(bundle));
        assert_eq!(of(r#"{"request":{"hook":"h","context":{}}}"#).as_deref(), Some(r#"{"hook":"h","context":{}}"#));
        assert_eq!(of(&format!(r#"{{"a":{bundle},"b":{bundle}}}"#)), None, "which of them?");
        assert_eq!(of(r#"{"resource":{"resourceType":"Patient","id":"p"}}"#), None);
        assert_eq!(of("[]"), None);
    }

    #[test]
    fn a_resource_is_of_the_patient_whom_it_names() {
        let of = |member: &str, reference: &str| {
            shape(format!(r#"{{"resourceType":"Condition","{member}":{{"reference":"{reference}"}}}}"#).as_bytes())
        };
        for reference in ["Patient/p", "https://a.example/r4/Patient/p", "Patient/p/_history/2", "urn:uuid:p"] {
            assert_eq!(of("subject", reference), Ok(Shape::Of("p".into())), "{reference}");
            assert_eq!(of("patient", reference), Ok(Shape::Of("p".into())), "{reference}");
        }
        for reference in ["Group/p", "#p", "", "Patient/"] {
            assert_eq!(of("subject", reference), Err(Why::NoPatient), "{reference}");
        }
        assert_eq!(shape(br#"{"resourceType":"Condition"}"#), Err(Why::NoPatient));
    }
}
