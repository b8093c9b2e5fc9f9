//! The charts of an EHR, and what its FHIR server answers to a template.

use serde_json::{Value, json};

/// One patient's resources.
#[derive(Clone)]
pub struct Chart {
    patient: String,
    resources: Vec<Value>,
}

impl Chart {
    /// The resources of this patient.
    pub fn of(patient: &str, resources: Vec<Value>) -> Chart {
        Chart { patient: patient.to_owned(), resources }
    }

    /// The resources that stand in a prefetch.
    pub fn of_prefetch(patient: &str, prefetch: &Value) -> Chart {
        let mut resources = vec![prefetch["patient"].clone()];
        for bundle in prefetch.as_object().expect("an object").values() {
            resources.extend(bundle["entry"].as_array().into_iter().flatten().map(|entry| entry["resource"].clone()));
        }
        Chart::of(patient, resources)
    }

    pub fn patient(&self) -> &str {
        &self.patient
    }

    /// The answer to a read or a search; null for a read of what is not there.
    pub fn answer(&self, query: &str) -> Value {
        let Some((kind, parameters)) = query.split_once('?') else {
            let (kind, id) = query.split_once('/').expect("a read");
            let found = self.resources.iter().find(|resource| resource["resourceType"] == kind && resource["id"] == id);
            return found.cloned().unwrap_or(Value::Null);
        };
        let entries: Vec<Value> = self
            .resources
            .iter()
            .filter(|resource| resource["resourceType"] == kind && parameters.split('&').all(|parameter| self.answers(resource, parameter)))
            .map(|resource| json!({ "resource": resource, "search": { "mode": "match" } }))
            .collect();
        json!({ "resourceType": "Bundle", "type": "searchset", "total": entries.len(), "entry": entries })
    }

    fn answers(&self, resource: &Value, parameter: &str) -> bool {
        let (name, values) = parameter.split_once('=').expect("a value");
        let any = |codings: &Value| {
            let codes = codings.as_array().into_iter().flatten().filter_map(|coding| coding["code"].as_str());
            codes.into_iter().any(|code| values.split(',').any(|value| value == code))
        };
        match name {
            "patient" | "subject" => values.trim_start_matches("Patient/") == self.patient,
            "code" => any(&resource["code"]["coding"]),
            "category" => resource["category"].as_array().into_iter().flatten().any(|category| any(&category["coding"])),
            _ => name.starts_with('_'),
        }
    }
}
