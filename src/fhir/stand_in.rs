//! Stands in for the reader: the same signatures, but it only notes which kinds of resource were there.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::clinical::chart::{Chart, Extent, Gap, Kind, Patient};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;

/// Why there is no chart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {what}")]
pub struct ReadError {
    name: String,
    what: &'static str,
}

/// Reads one patient's record.
pub struct Reader<'a> {
    chart: Chart,
    had: Vec<Kind>,
    missing: Vec<Kind>,
    expected: Option<String>,
    body: std::marker::PhantomData<&'a ()>,
}

#[derive(Deserialize)]
struct Peek<'a> {
    #[serde(rename = "resourceType")]
    resource_type: String,
    id: Option<String>,
    #[serde(borrow, default)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
}

impl<'a> Reader<'a> {
    /// A reader for one patient on one day.
    pub fn new(_knowledge: &'static Knowledge, _as_of: Day) -> Reader<'a> {
        Reader { chart: Chart::default(), had: Vec::new(), missing: Vec::new(), expected: None, body: std::marker::PhantomData }
    }

    /// Reads a body.
    pub fn add(&mut self, name: &str, body: &'a [u8]) -> Result<(), ReadError> {
        let peek: Peek<'_> = serde_json::from_slice(body).map_err(|_| ReadError { name: name.to_owned(), what: "no FHIR resource" })?;
        self.resource(&peek);
        Ok(())
    }

    /// Reads a prefetch value.
    pub fn add_prefetch(&mut self, key: &str, kinds: &[Kind], value: &'a RawValue) {
        match serde_json::from_str::<Option<Peek<'_>>>(value.get()) {
            Ok(Some(peek)) if peek.resource_type != "OperationOutcome" => {
                self.had.extend(kinds.iter().filter(|kind| **kind != Kind::Patient));
                self.resource(&peek);
            }
            Ok(None) => self.had.extend(kinds.iter().filter(|kind| **kind != Kind::Patient)),
            _ => self.missing_prefetch(key, kinds),
        }
    }

    /// Notes a prefetch key that was not sent.
    pub fn missing_prefetch(&mut self, _key: &str, kinds: &[Kind]) {
        self.missing.extend(kinds);
    }

    /// Says whose record it has to be.
    pub fn expect_patient(&mut self, id: &str) {
        self.expected = Some(id.to_owned());
    }

    /// The chart.
    pub fn finish(mut self) -> Result<Chart, ReadError> {
        for kind in Kind::ALL {
            let extent = match (self.had.contains(&kind), self.missing.contains(&kind)) {
                (true, false) => Extent::Full,
                (true, true) => Extent::Partial,
                (false, _) => Extent::None,
            };
            self.chart.coverage.set(kind, extent);
            if extent != Extent::Full {
                self.chart.coverage.gaps.push(Gap { kind, why: "not sent".into() });
            }
        }
        Ok(self.chart)
    }

    fn resource(&mut self, peek: &Peek<'_>) {
        match peek.resource_type.as_str() {
            "Bundle" => {
                let inner: Vec<Peek<'_>> = peek.entry.iter().filter_map(|entry| serde_json::from_str(entry.resource?.get()).ok()).collect();
                inner.iter().for_each(|resource| self.resource(resource));
            }
            "Patient" => {
                self.had.push(Kind::Patient);
                let id = peek.id.clone().unwrap_or_default();
                self.chart.patient = Some(Patient { id, birth: None, sex: None, deceased: None });
            }
            "Condition" => self.had.push(Kind::Conditions),
            "Observation" | "QuestionnaireResponse" => self.had.push(Kind::Observations),
            other if other.starts_with("Medication") => self.had.push(Kind::Medications),
            _ => (),
        }
    }
}
