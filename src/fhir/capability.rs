//! What a FHIR server says of itself (`/metadata`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::view::{Faults, Leaf, Text, view};

view! {
    CapabilityStatement<'a> {
        kind: Option<Text<'a>> = "resourceType",
        version: Option<Text<'a>> = "fhirVersion",
        software: Option<Software<'a>> = "software",
        rest: Vec<Rest<'a>> = "rest",
    }
}

view! {
    Software<'a> {
        name: Option<Text<'a>> = "name",
        version: Option<Text<'a>> = "version",
    }
}

view! {
    Rest<'a> {
        resource: Vec<Offered<'a>> = "resource",
    }
}

view! {
    Offered<'a> {
        kind: Option<Text<'a>> = "type",
        parameter: Vec<Parameter<'a>> = "searchParam",
    }
}

view! {
    Parameter<'a> {
        name: Option<Text<'a>> = "name",
    }
}

/// What a FHIR server says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capability {
    /// `fhirVersion`, as `4.0.1`.
    pub version: Option<String>,
    /// Name and version of the software.
    pub software: Option<String>,
    /// The search parameters of each type of resource.
    pub types: BTreeMap<String, BTreeSet<String>>,
}

impl Capability {
    /// What a body says; `None` where it is no CapabilityStatement (DSTU2 calls it Conformance).
    pub fn of(body: &RawValue) -> Option<Capability> {
        let statement = CapabilityStatement::read(body, &mut Faults::default())?;
        if !matches!(statement.kind.as_deref(), Some("CapabilityStatement" | "Conformance")) {
            return None;
        }
        let mut types: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for offered in statement.rest.into_iter().flat_map(|rest| rest.resource) {
            let Some(kind) = offered.kind else { continue };
            let parameters = offered.parameter.into_iter().filter_map(|parameter| parameter.name.map(Text::into_owned));
            types.entry(kind.into_owned()).or_default().extend(parameters);
        }
        let software = statement.software.map(|software| {
            let words: Vec<&str> = [software.name.as_deref(), software.version.as_deref()].into_iter().flatten().collect();
            words.join(" ")
        });
        Some(Capability { version: statement.version.map(Text::into_owned), software, types })
    }

    /// Whether it is the version that is read here.
    pub fn is_r4(&self) -> bool {
        self.version.as_deref().is_some_and(|version| version.starts_with("4.0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_tells_its_version_and_what_it_can_be_asked_for() {
        let text = r#"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","software":{"name":"HAPI","version":"7"},
            "rest":[{"resource":[{"type":"Condition","searchParam":[{"name":"patient"},{"name":"code"}]},{"type":"Patient"}]}]}"#;
        let capability = Capability::of(serde_json::from_str(text).expect("JSON")).expect("a statement");
        assert!(capability.is_r4());
        assert_eq!(capability.software.as_deref(), Some("HAPI 7"));
        assert_eq!(capability.types.keys().collect::<Vec<_>>(), ["Condition", "Patient"]);
        assert!(capability.types["Condition"].contains("patient"));
        assert_eq!(Capability::of(serde_json::from_str(r#"{"resourceType":"Patient"}"#).expect("JSON")), None);
        let older = r#"{"resourceType":"Conformance","fhirVersion":"1.0.2"}"#;
        assert!(!Capability::of(serde_json::from_str(older).expect("JSON")).expect("a statement").is_r4());
    }
}
