//! Who calls, and about whom.

use super::key::{Keys, Pseudonyms};

/// Who calls, and about whom, as the request says it.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Caller<'a> {
    pub client: &'a str,
    /// Ids are unique within a server only.
    pub fhir_server: Option<&'a str>,
    pub patient: &'a str,
    pub user: Option<&'a str>,
    pub encounter: Option<&'a str>,
}

/// Who calls, and about whom, with nothing that could be read but the name of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub(super) client: String,
    pub(super) patient: Pseudonyms,
    pub(super) user: Option<Pseudonyms>,
    pub(super) encounter: Option<Pseudonyms>,
}

impl Who {
    pub(super) fn of(caller: Caller<'_>, keys: &Keys) -> Who {
        let Caller { client, fhir_server, patient, user, encounter } = caller;
        let server = fhir_server.map_or("", |url| url.trim_end_matches('/'));
        let named = |kind: &str, id: &str| keys.pseudonyms(&[kind, client, server, id]);
        Who {
            client: client.to_owned(),
            patient: named("patient", patient),
            user: user.map(|id| named("user", id)),
            encounter: encounter.map(|id| named("encounter", id)),
        }
    }
}
