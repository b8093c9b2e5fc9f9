//! AuditEvent: who had whose record judged, and what came of it.
//!
//! After IHE Basic Audit Log Patterns 1.1.4 (<https://profiles.ihe.net/ITI/BALP/1.1.4/>, read as published in the repository
//! IHE/publications), profile PatientQuery: a system (the EHR) asks another (us) about a patient, on behalf of a user where the hook names
//! one. It names the patient, since that is its purpose; nothing else of the record stands in it.
//!
//! The profiles are for what succeeded, so an event of a call that was refused follows the same pattern and claims none of them.

use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fhirbolt::model::r4::{resources, types};
use jiff::Timestamp;

const PATIENT_QUERY: &str = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientQuery";
const QUERY: &str = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.Query";
const BALP_ENTITY: &str = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";
const EVENT_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const INTERACTION: &str = "http://hl7.org/fhir/restful-interaction";
const SERVICES: &str = "https://trialwise.org/cds-services";
const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const SOURCE_TYPE: &str = "http://terminology.hl7.org/CodeSystem/security-source-type";
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const OBJECT_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";

/// Kinds of address, of the code system `http://hl7.org/fhir/network-type`.
const IP_ADDRESS: &str = "2";
const URI: &str = "5";

/// How many characters of an id are written: more than any EHR has, and no way to fill a disk.
const ID_CHARACTERS: usize = 512;

/// One call about one patient.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// When it was answered.
    pub recorded: Timestamp,
    /// The id that the answer carries too.
    pub request_id: &'a str,
    /// The service or route.
    pub service: &'a str,
    /// What was called: method and path, as we know them.
    pub query: &'a str,
    /// The client, by its name in the settings.
    pub client: &'a str,
    /// Where it called from; `None` where the connection does not tell.
    pub from: Option<IpAddr>,
    /// The URL under which this service is called.
    pub at: &'a str,
    /// The user, as the hook names them: `Practitioner/u1`.
    pub user: Option<&'a str>,
    /// The patient's bare id; `None` where a record without a Patient was sent.
    pub patient: Option<&'a str>,
    /// The server that the ids belong to.
    pub fhir_server: Option<&'a str>,
    /// How it ended.
    pub end: End,
    /// What came of it, in words of ours: `cards: complete-trial`, or why there was no answer.
    pub what: &'a str,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It was answered.
    Success,
    /// It was refused for what the caller sent or did not send.
    Refused,
    /// We failed.
    Failed,
}

impl End {
    /// The code of R4's value set `audit-event-outcome`.
    const fn code(self) -> &'static str {
        match self {
            End::Success => "0",
            End::Refused => "4",
            End::Failed => "8",
        }
    }
}

impl Access<'_> {
    /// The event as FHIR JSON, on one line.
    pub fn to_json(&self) -> Vec<u8> {
        let profile = |profile: &str| Box::new(types::Meta { profile: vec![profile.into()], ..Default::default() });
        let event = resources::AuditEvent {
            meta: self.profile().map(profile),
            r#type: Box::new(coding(EVENT_TYPE, "rest")),
            subtype: vec![coding(INTERACTION, "search"), coding(SERVICES, self.service)],
            action: Some("E".into()),
            recorded: self.recorded.to_string().as_str().into(),
            outcome: Some(self.end.code().into()),
            outcome_desc: Some(self.what.into()),
            agent: self.agents(),
            source: resources::AuditEventSource {
                observer: Box::new(named("Trialwise")),
                r#type: vec![coding(SOURCE_TYPE, "4")],
                ..Default::default()
            },
            entity: self.entities(),
            ..Default::default()
        };
        fhirbolt::json::to_vec(&event, None).expect("a resource made of text alone can be written as JSON")
    }

    /// The profile that the event conforms to: a success, both addresses, and of PatientQuery the patient are what they require.
    fn profile(&self) -> Option<&'static str> {
        match (self.end, self.from, self.patient) {
            (End::Success, Some(_), Some(_)) => Some(PATIENT_QUERY),
            (End::Success, Some(_), None) => Some(QUERY),
            (End::Success, None, _) | (End::Refused | End::Failed, _, _) => None,
        }
    }

    /// One of them asks (`requestor`): the user where there is one, else the client.
    fn agents(&self) -> Vec<resources::AuditEventAgent> {
        let agent = |system, code, who, requestor: bool, network| resources::AuditEventAgent {
            r#type: Some(Box::new(types::CodeableConcept { coding: vec![coding(system, code)], ..Default::default() })),
            who: Some(Box::new(who)),
            requestor: requestor.into(),
            network,
            ..Default::default()
        };
        let network = |address: &str, kind: &str| {
            Some(resources::AuditEventAgentNetwork { address: Some(address.into()), r#type: Some(kind.into()), ..Default::default() })
        };
        // Of a query the one who asks is the source. People are no network devices.
        let from = self.from.and_then(|from| network(&from.to_string(), IP_ADDRESS));
        let client = agent(DICOM, "110153", named(self.client), self.user.is_none(), from);
        let ours = agent(DICOM, "110152", named("Trialwise"), false, network(self.at, URI));
        let user = self.user.map(|user| agent(PARTICIPATION, "IRCP", self.reference(user), true, None));
        [client, ours].into_iter().chain(user).collect()
    }

    fn entities(&self) -> Vec<resources::AuditEventEntity> {
        let object = |code| Some(Box::new(coding(ENTITY_TYPE, code)));
        let role = |code| Some(Box::new(coding(OBJECT_ROLE, code)));
        let patient = self.patient.map(|id| resources::AuditEventEntity {
            what: Some(Box::new(self.reference(&format!("Patient/{id}")))),
            r#type: object("1"),
            role: role("1"),
            ..Default::default()
        });
        let query = resources::AuditEventEntity {
            r#type: object("2"),
            role: role("24"),
            query: Some(BASE64_STANDARD.encode(self.query).as_str().into()),
            ..Default::default()
        };
        let id = types::Identifier { value: Some(self.request_id.into()), ..Default::default() };
        let transaction = resources::AuditEventEntity {
            what: Some(Box::new(types::Reference { identifier: Some(Box::new(id)), ..Default::default() })),
            r#type: Some(Box::new(coding(BALP_ENTITY, "XrequestId"))),
            ..Default::default()
        };
        patient.into_iter().chain([query, transaction]).collect()
    }

    /// A reference of the request: absolute where its server is known.
    fn reference(&self, relative: &str) -> types::Reference {
        let reference = match self.fhir_server {
            Some(server) => format!("{}/{relative}", server.trim_end_matches('/')),
            None => relative.to_owned(),
        };
        let short: String = reference.chars().take(ID_CHARACTERS).collect();
        types::Reference { reference: Some(short.as_str().into()), ..Default::default() }
    }
}

fn coding(system: &str, code: &str) -> types::Coding {
    types::Coding { system: Some(system.into()), code: Some(code.into()), ..Default::default() }
}

fn named(display: &str) -> types::Reference {
    types::Reference { display: Some(display.into()), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access<'a>(user: Option<&'a str>, fhir_server: Option<&'a str>) -> Access<'a> {
        Access {
            recorded: "2026-03-02T10:00:00Z".parse().expect("a time"),
            request_id: "r1",
            service: "trialwise-patient-view",
            query: "POST /cds-services/trialwise-patient-view",
            client: "north",
            from: Some(IpAddr::from([192, 0, 2, 7])),
            at: "https://cds.example.org",
            user,
            patient: Some("p\n1"),
            fhir_server,
            end: End::Success,
            what: "cards: measure",
        }
    }

    fn json(access: Access<'_>) -> serde_json::Value {
        let json = access.to_json();
        assert!(!json.contains(&b'\n'), "one line");
        serde_json::from_slice(&json).expect("JSON")
    }

    #[test]
    fn one_agent_asks_and_the_patient_is_named() {
        let requestors = |event: &serde_json::Value| -> Vec<bool> {
            event["agent"].as_array().expect("agents").iter().map(|agent| agent["requestor"].as_bool().expect("a truth value")).collect()
        };
        let with_user = json(access(Some("Practitioner/u1"), Some("https://fhir.example.org/r4/")));
        assert_eq!(requestors(&with_user), [false, false, true]);
        assert_eq!(with_user["agent"][2]["who"]["reference"], "https://fhir.example.org/r4/Practitioner/u1");
        assert_eq!(with_user["entity"][0]["what"]["reference"], "https://fhir.example.org/r4/Patient/p\n1");
        let without = json(access(None, None));
        assert_eq!(requestors(&without), [true, false]);
        assert_eq!(without["agent"][0]["who"]["display"], "north");
        assert_eq!(without["outcome"], "0");
    }

    /// What the profiles ask for (differentials of IHE.BasicAudit.Query and PatientQuery, 1.1.4).
    #[test]
    fn a_success_conforms_to_the_profile_that_it_names() {
        for (user, patient, profile) in [(Some("Practitioner/u1"), Some("p1"), PATIENT_QUERY), (None, None, QUERY)] {
            let event = json(Access { patient, ..access(user, None) });
            let at = |pointer: &str| event.pointer(pointer).unwrap_or_else(|| panic!("{pointer}: {event}")).as_str().expect("text");
            assert_eq!(at("/meta/profile/0"), profile);
            assert_eq!((at("/type/code"), at("/subtype/0/code"), at("/action"), at("/outcome")), ("rest", "search", "E", "0"));
            let [client, ours] = ["/agent/0", "/agent/1"].map(|agent| {
                let [system, code] = ["system", "code"].map(|member| at(&format!("{agent}/type/coding/0/{member}")));
                assert_eq!(system, "http://dicom.nema.org/resources/ontology/DCM");
                (code, at(&format!("{agent}/network/address")), at(&format!("{agent}/network/type")))
            });
            assert_eq!((client, ours), (("110153", "192.0.2.7", "2"), ("110152", "https://cds.example.org", "5")));
            if user.is_some() {
                assert_eq!(at("/agent/2/type/coding/0/code"), "IRCP");
                assert!(event["agent"][2].get("network").is_none(), "people are no network devices");
            }
            let kinds: Vec<_> = (0..).map_while(|index| event.pointer(&format!("/entity/{index}/type/code"))).collect();
            assert_eq!(kinds, if patient.is_some() { vec!["1", "2", "XrequestId"] } else { vec!["2", "XrequestId"] });
            let query = &event["entity"][kinds.len() - 2];
            assert!(query["role"]["code"] == "24" && query["query"].is_string() && query.get("what").is_none(), "{query}");
        }
    }

    #[test]
    fn what_does_not_conform_claims_no_profile() {
        for end in [End::Refused, End::Failed] {
            assert!(json(Access { end, ..access(None, None) }).get("meta").is_none(), "{end:?}");
        }
        assert!(json(Access { from: None, ..access(None, None) }).get("meta").is_none());
    }
}
