//! Codes of the terminologies that the tables speak.

/// A terminology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// RxNorm concept identifiers.
    RxNorm,
    /// WHO anatomical therapeutic chemical classes.
    Atc,
    /// LOINC.
    Loinc,
    /// SNOMED CT.
    Snomed,
    /// ICD-10-CM, and ICD-10 of the WHO and its national editions, which match alike (rules.md 16).
    Icd10,
    /// US national drug codes.
    Ndc,
    /// CPT and HCPCS.
    Cpt,
    /// Any other system.
    Other,
}

impl System {
    /// The system of a FHIR `Coding.system`. Trailing white space, case of the scheme and `urn:oid` forms are taken too.
    pub fn of(uri: &str) -> System {
        match uri.trim().trim_end_matches('/') {
            "http://www.nlm.nih.gov/research/umls/rxnorm" | "urn:oid:2.16.840.1.113883.6.88" => System::RxNorm,
            "http://www.whocc.no/atc" | "urn:oid:2.16.840.1.113883.6.73" => System::Atc,
            "http://loinc.org" | "https://loinc.org" | "urn:oid:2.16.840.1.113883.6.1" => System::Loinc,
            "http://snomed.info/sct" | "urn:oid:2.16.840.1.113883.6.96" => System::Snomed,
            "http://hl7.org/fhir/sid/icd-10-cm"
            | "urn:oid:2.16.840.1.113883.6.90"
            | "http://hl7.org/fhir/sid/icd-10"
            | "urn:oid:2.16.840.1.113883.6.3" => System::Icd10,
            "http://hl7.org/fhir/sid/ndc" | "urn:oid:2.16.840.1.113883.6.69" => System::Ndc,
            "http://www.ama-assn.org/go/cpt" | "urn:oid:2.16.840.1.113883.6.12" => System::Cpt,
            other if other.starts_with("http://snomed.info/sct/") => System::Snomed,
            other if other.starts_with("http://hl7.org/fhir/sid/icd-10-") => System::Icd10,
            other if other.starts_with("http://fhir.de/CodeSystem/bfarm/icd-10-gm") => System::Icd10,
            _ => System::Other,
        }
    }
}

/// One code of one terminology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<'a> {
    /// The terminology.
    pub system: System,
    /// The code as written there.
    pub code: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_and_variants_of_a_system_are_the_system() {
        for (uri, system) in [
            ("http://snomed.info/sct/731000124108", System::Snomed),
            ("http://hl7.org/fhir/sid/icd-10-gm", System::Icd10),
            ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", System::Icd10),
            (" http://loinc.org/ ", System::Loinc),
            ("http://hl7.org/fhir/sid/icd-9-cm", System::Other),
            ("http://fhir.de/CodeSystem/bfarm/atc", System::Other),
            ("http://snomed.info/other", System::Other),
            ("", System::Other),
        ] {
            assert_eq!(System::of(uri), system, "{uri}");
        }
    }

    #[test]
    fn every_uri_and_oid_of_a_system_is_the_system() {
        for (system, uris) in [
            (System::RxNorm, ["http://www.nlm.nih.gov/research/umls/rxnorm", "urn:oid:2.16.840.1.113883.6.88"]),
            (System::Atc, ["http://www.whocc.no/atc", "urn:oid:2.16.840.1.113883.6.73"]),
            (System::Loinc, ["https://loinc.org", "urn:oid:2.16.840.1.113883.6.1"]),
            (System::Snomed, ["http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96"]),
            (System::Icd10, ["http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"]),
            (System::Icd10, ["http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.3"]),
            (System::Ndc, ["http://hl7.org/fhir/sid/ndc", "urn:oid:2.16.840.1.113883.6.69"]),
            (System::Cpt, ["http://www.ama-assn.org/go/cpt", "urn:oid:2.16.840.1.113883.6.12"]),
        ] {
            assert_eq!(uris.map(System::of), [system; 2], "{uris:?}");
        }
    }
}
