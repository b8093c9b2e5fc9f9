//! Drafts that a card offers, as R4 resources. The only medicine-free way: nothing here writes a MedicationRequest.

use fhirbolt::model::r4::{resources, types};

use crate::clinical::cards::Proposal;
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Instrument;

const LOINC: &str = "http://loinc.org";

/// The draft for this patient as FHIR JSON; `None` where the tables have no code for it.
pub fn draft(proposal: Proposal, patient: &str, knowledge: &Knowledge) -> Option<Vec<u8>> {
    match proposal {
        Proposal::Lab(test) => laboratory(test, patient, knowledge),
    }
}

/// A draft order for a laboratory test: no date, no requester, nothing that the prescriber has not decided.
fn laboratory(test: Instrument, patient: &str, knowledge: &Knowledge) -> Option<Vec<u8>> {
    let row = knowledge.loinc_of(test)?;
    let coding =
        types::Coding { system: Some(LOINC.into()), code: Some(row.loinc.into()), display: Some(row.display.into()), ..Default::default() };
    let request = resources::ServiceRequest {
        status: "draft".into(),
        intent: "order".into(),
        code: Some(Box::new(types::CodeableConcept { coding: vec![coding], text: Some(row.display.into()), ..Default::default() })),
        subject: Box::new(types::Reference { reference: Some(format!("Patient/{patient}").into()), ..Default::default() }),
        ..Default::default()
    };
    Some(fhirbolt::json::to_vec(&request, None).expect("a resource made of text alone can be written as JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_laboratory_draft_is_a_service_request_with_the_code_of_the_table() {
        for (test, code) in [(Instrument::Tsh, "3016-3"), (Instrument::LithiumLevel, "14334-7")] {
            let json = draft(Proposal::Lab(test), "p1", Knowledge::builtin()).expect("a draft");
            let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
            assert_eq!(json["resourceType"], "ServiceRequest");
            assert_eq!((json["status"].as_str(), json["intent"].as_str()), (Some("draft"), Some("order")));
            assert_eq!(json["subject"]["reference"], "Patient/p1");
            assert_eq!(
                (json["code"]["coding"][0]["system"].as_str(), json["code"]["coding"][0]["code"].as_str()),
                (Some(LOINC), Some(code))
            );
            let members: Vec<&String> = json.as_object().expect("an object").keys().collect();
            assert_eq!(members.len(), 5, "{members:?}");
        }
    }

    #[test]
    fn what_has_no_code_is_not_drafted() {
        assert_eq!(draft(Proposal::Lab(Instrument::Madrs), "p1", Knowledge::builtin()), None);
    }
}
