//! One thing to ask a server for: the query of the service, in the words of the server.

use url::{Url, form_urlencoded};

use super::failure::Failure;
use super::server::Base;
use crate::config::Dialect;
use crate::fhir::is_id;

/// The token that queries hold.
const PATIENT: &str = "{{context.patientId}}";

/// One request to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// Where.
    pub(super) url: Url,
    /// What is posted there, where it is a search by POST.
    pub(super) form: Option<String>,
    /// The type of resource that it asks for.
    pub(super) resource_type: String,
    /// Whether it asks for all that there are, rather than for one.
    pub(super) is_search: bool,
}

impl Query {
    /// What a service asks for under a key, as this server wants to be asked.
    pub(super) fn of(base: &Base, key: &str, query: &str, patient: &str, dialect: &Dialect) -> Result<Query, Failure> {
        let query = dialect.queries.get(key).map_or(query, String::as_str);
        if query.is_empty() {
            return Err(Failure::NotOffered);
        }
        if !is_id(patient) {
            return Err(Failure::PatientId);
        }
        Query::plain(base, &query.replace(PATIENT, patient), dialect).ok_or(Failure::Elsewhere)
    }

    /// A read or search relative to the base, without tokens.
    pub(super) fn plain(base: &Base, query: &str, dialect: &Dialect) -> Option<Query> {
        let (path, parameters) = query.split_once('?').map_or((query, None), |(path, parameters)| (path, Some(parameters)));
        let resource_type = path.split('/').next().unwrap_or_default().to_owned();
        let Some(parameters) = parameters else {
            return Some(Query { url: base.below(path)?, form: None, resource_type, is_search: false });
        };
        let page_size = (dialect.page_size.get() > 0).then(|| format!("_count={}", dialect.page_size.get()));
        let kept = parameters.split('&').filter(|parameter| !parameter.starts_with("_count=")).map(str::to_owned);
        let parameters = kept.chain(page_size).collect::<Vec<_>>().join("&");
        let (url, form) = match dialect.post_search {
            true => (base.below(&format!("{path}/_search"))?, Some(parameters)),
            false => (base.below(&format!("{path}?{parameters}"))?, None),
        };
        Some(Query { url, form, resource_type, is_search: true })
    }

    /// These Medications, in one search.
    pub(super) fn medications(base: &Base, ids: &[&str], dialect: &Dialect) -> Option<Query> {
        let ids: String = form_urlencoded::byte_serialize(ids.join(",").as_bytes()).collect();
        Query::plain(base, &format!("Medication?_id={ids}"), dialect)
    }

    /// This Medication.
    pub(super) fn medication(base: &Base, id: &str, dialect: &Dialect) -> Option<Query> {
        Query::plain(base, &format!("Medication/{id}"), dialect)
    }

    /// The page after this one.
    pub(super) fn next(&self, url: Url) -> Query {
        Query { url, form: None, resource_type: self.resource_type.clone(), is_search: self.is_search }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(toml: &str) -> Dialect {
        let settings = format!("[clients.c]\nissuer = \"https://ehr.example.org\"\n[clients.c.dialect]\n{toml}");
        crate::config::Config::parse("test", &settings).expect("settings").clients["c"].dialect.clone()
    }

    fn asked(key: &str, query: &str, patient: &str, toml: &str) -> Result<(String, Option<String>), Failure> {
        let base = Base::parse("https://fhir.example.org/r4").expect("a base");
        Query::of(&base, key, query, patient, &dialect(toml)).map(|query| (query.url.to_string(), query.form))
    }

    const CONDITIONS: &str = "Condition?patient={{context.patientId}}&_count=1000";

    #[test]
    fn the_page_size_is_the_one_of_the_dialect() {
        let url = |toml| asked("conditions", CONDITIONS, "p1", toml).expect("a query").0;
        assert_eq!(url(""), "https://fhir.example.org/r4/Condition?patient=p1&_count=1000");
        assert_eq!(url("page_size = 50"), "https://fhir.example.org/r4/Condition?patient=p1&_count=50");
        assert_eq!(url("page_size = 0"), "https://fhir.example.org/r4/Condition?patient=p1");
        let patient = asked("patient", "Patient/{{context.patientId}}", "p1", "page_size = 50").expect("a query").0;
        assert_eq!(patient, "https://fhir.example.org/r4/Patient/p1");
    }

    #[test]
    fn a_search_by_post_has_no_patient_in_its_url() {
        let (url, form) = asked("conditions", CONDITIONS, "p1", "post_search = true").expect("a query");
        assert_eq!(url, "https://fhir.example.org/r4/Condition/_search");
        assert_eq!(form.as_deref(), Some("patient=p1&_count=1000"));
    }

    #[test]
    fn a_query_can_be_replaced_or_left_out() {
        let toml = "[clients.c.dialect.queries]\nconditions = \"Condition?patient={{context.patientId}}&category=problem-list-item\"\nsurveys = \"\"";
        let (url, _) = asked("conditions", CONDITIONS, "p1", toml).expect("a query");
        assert_eq!(url, "https://fhir.example.org/r4/Condition?patient=p1&category=problem-list-item&_count=1000");
        assert_eq!(asked("surveys", CONDITIONS, "p1", toml), Err(Failure::NotOffered));
    }

    #[test]
    fn a_patient_cannot_lead_elsewhere() {
        for patient in ["../admin", "..", "p1&_include=*", "p1?x", "p1/$everything", "p 1", "p%2f1", ""] {
            assert_eq!(asked("patient", "Patient/{{context.patientId}}", patient, ""), Err(Failure::PatientId), "{patient}");
        }
        let long = "e".repeat(194);
        assert!(asked("patient", "Patient/{{context.patientId}}", &long, "").is_ok());
    }
}
