//! Single resources, made up as servers make them: profile, narrative, identifiers, who and when.

use serde_json::{Value, json};
use trialwise::clinical::units::{Day, Days};

use super::chance::Chance;
use super::vocabulary::{
    ALLERGIES, CONDITIONS, DIRECTIONS, ENCOUNTERS, INTERACTING, LABORATORY, MEDICINES, Named, PROCEDURES, Result, SURVEYS, VITALS,
};

/// The id of the patient whose record it is.
pub const PATIENT: &str = "e2f1c0d47b1";

/// What every resource of a record is made with.
pub struct Maker {
    /// The day of assessment, from which all days are counted back.
    pub as_of: Day,
    /// Who the patient is.
    pub patient: String,
    /// What differs between resources.
    pub chance: Chance,
}

const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const SNOMED: &str = "http://snomed.info/sct";
const LOINC: &str = "http://loinc.org";

fn concept(system: &str, (code, display): Named) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }], "text": display })
}

fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code }] })
}

fn quantity(value: Value, unit: &str) -> Value {
    json!({ "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit })
}

impl Maker {
    /// What stands at the head of a resource; its narrative is filled in once it is known how long it may be.
    fn head(&mut self, kind: &str, profile: &str) -> Value {
        let id = self.chance.id();
        let updated = format!("{}T{:02}:{:02}:07.000Z", self.as_of - 3, self.chance.below(24), self.chance.below(60));
        json!({
            "resourceType": kind,
            "id": id,
            "meta": {
                "lastUpdated": updated,
                "profile": [format!("http://hl7.org/fhir/us/core/StructureDefinition/us-core-{profile}")]
            },
            "text": { "status": "generated", "div": "" }
        })
    }

    fn resource(&mut self, kind: &str, profile: &str, members: Value) -> Value {
        let mut resource = self.head(kind, profile);
        if let (Value::Object(resource), Value::Object(members)) = (&mut resource, members) {
            resource.extend(members);
        }
        resource
    }

    fn subject(&self) -> Value {
        json!({ "reference": format!("Patient/{}", self.patient) })
    }

    fn encounter(&mut self) -> Value {
        json!({ "reference": format!("Encounter/{}", self.chance.id()) })
    }

    fn day(&self, ago: Days) -> String {
        (self.as_of - ago).to_string()
    }

    fn at(&mut self, ago: Days) -> String {
        format!("{}T{:02}:{:02}:00-05:00", self.day(ago), 8 + self.chance.below(9), self.chance.below(60))
    }

    /// A day of the last twenty years.
    fn ago(&mut self) -> Days {
        Days::try_from(self.chance.below(7_000)).expect("some thousand days") + 3
    }

    /// A woman of some forty years.
    pub fn patient(&mut self) -> Value {
        let (id, born) = (self.patient.clone(), self.as_of.plus_years(-44) - 100);
        let mut patient = self.resource(
            "Patient",
            "patient",
            json!({
                "extension": [{
                    "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
                    "extension": [
                        { "url": "ombCategory", "valueCoding": { "system": "urn:oid:2.16.840.1.113883.6.238", "code": "2106-3", "display": "White" } },
                        { "url": "text", "valueString": "White" }
                    ]
                }],
                "identifier": [{ "use": "usual", "system": "urn:oid:2.16.840.1.113883.19.5", "value": "MRN-0044871" }],
                "active": true,
                "name": [{ "use": "official", "family": "Example", "given": ["Joan", "M."] }],
                "telecom": [{ "system": "phone", "value": "555-954-6427", "use": "home" }],
                "gender": "female",
                "birthDate": born.to_string(),
                "address": [{ "line": ["690 Kuhlman Key"], "city": "Dracut", "state": "MA", "postalCode": "01826", "country": "US" }]
            }),
        );
        patient["id"] = json!(id);
        patient
    }

    /// The depression, a year old.
    pub fn depression(&mut self) -> Value {
        let (onset, recorded) = (self.day(400), self.day(400));
        let code: Named = ("F33.1", "Major depressive disorder, recurrent, moderate");
        self.diagnosis(concept("http://hl7.org/fhir/sid/icd-10-cm", code), "active", (onset, recorded))
    }

    /// A diagnosis that has nothing to do with it.
    pub fn condition(&mut self) -> Value {
        let code = concept(SNOMED, *self.chance.one(&CONDITIONS));
        let status = *self.chance.one(&["resolved", "resolved", "active"]);
        let ago = self.ago();
        let (onset, recorded) = (self.at(ago), self.at(ago));
        self.diagnosis(code, status, (onset, recorded))
    }

    fn diagnosis(&mut self, code: Value, status: &str, (onset, recorded): (String, String)) -> Value {
        let (subject, encounter) = (self.subject(), self.encounter());
        self.resource(
            "Condition",
            "condition-problems-health-concerns",
            json!({
                "clinicalStatus": coded("condition-clinical", status),
                "verificationStatus": coded("condition-ver-status", "confirmed"),
                "category": [coded("condition-category", "problem-list-item")],
                "code": code,
                "subject": subject,
                "encounter": encounter,
                "onsetDateTime": onset,
                "recordedDate": recorded
            }),
        )
    }

    /// Ninety days of one tablet a day, handed over so long ago.
    pub fn ninety_tablets(&mut self, product: Named, ago: Days) -> Value {
        let handed = self.at(ago);
        self.dispense(product, 90, handed)
    }

    /// A dispense of another medicine.
    pub fn other_dispense(&mut self) -> Value {
        let (product, ago) = (*self.chance.one(&MEDICINES), self.ago());
        let handed = self.at(ago);
        self.dispense(product, 30, handed)
    }

    fn dispense(&mut self, product: Named, tablets: u32, handed: String) -> Value {
        let subject = self.subject();
        let dosage = dosage(product, None);
        self.resource(
            "MedicationDispense",
            "medicationdispense",
            json!({
                "status": "completed",
                "medicationCodeableConcept": concept(RXNORM, product),
                "subject": subject,
                "quantity": { "value": tablets, "unit": "tablet" },
                "daysSupply": { "value": tablets, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d" },
                "whenHandedOver": handed,
                "dosageInstruction": dosage
            }),
        )
    }

    /// An order for another medicine.
    pub fn other_order(&mut self) -> Value {
        let (product, ago) = (*self.chance.one(&MEDICINES), self.ago());
        let status = *self.chance.one(&["completed", "stopped", "active"]);
        self.order(product, status, ago)
    }

    /// An order for the medicine of this number that interacts, contributes or is monitored, of the last year.
    pub fn interacting_order(&mut self, number: usize) -> Value {
        let ago = Days::try_from(number * 7 % 360).expect("within a year") + 3;
        self.order(INTERACTING[number % INTERACTING.len()], "active", ago)
    }

    fn order(&mut self, product: Named, status: &str, ago: Days) -> Value {
        let (subject, encounter, written) = (self.subject(), self.encounter(), self.at(ago));
        let (requester, dosage) = (self.chance.id(), dosage(product, Some(&written)));
        self.resource(
            "MedicationRequest",
            "medicationrequest",
            json!({
                "status": status,
                "intent": "order",
                "category": [coded("medicationrequest-category", "community")],
                "medicationCodeableConcept": concept(RXNORM, product),
                "subject": subject,
                "encounter": encounter,
                "authoredOn": written,
                "requester": { "reference": format!("Practitioner/{requester}"), "display": "Physician Family Medicine, MD" },
                "dosageInstruction": dosage,
                "dispenseRequest": {
                    "numberOfRepeatsAllowed": 2,
                    "quantity": { "value": 30, "unit": "tablet" },
                    "expectedSupplyDuration": { "value": 30, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d" }
                }
            }),
        )
    }

    /// The total of a PHQ-9.
    pub fn phq9(&mut self, total: usize, ago: Days) -> Value {
        let code: Named = ("44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]");
        let at = self.at(ago);
        self.observation("survey", code, at, quantity(json!(total), "{score}"))
    }

    /// A vital sign.
    pub fn vital_sign(&mut self) -> Value {
        let result = *self.chance.one(&VITALS);
        self.result("vital-signs", result)
    }

    /// A laboratory result.
    pub fn laboratory(&mut self) -> Value {
        let result = *self.chance.one(&LABORATORY);
        self.result("laboratory", result)
    }

    /// The total of another survey.
    pub fn survey(&mut self) -> Value {
        let (code, ago) = (*self.chance.one(&SURVEYS), self.ago());
        let (at, total) = (self.at(ago), self.chance.below(4));
        self.observation("survey", code, at, quantity(json!(total), "{score}"))
    }

    fn result(&mut self, category: &str, (code, display, unit, low, high): Result) -> Value {
        let (tenths, ago) = (low + self.chance.below(high - low + 1), self.ago());
        let at = self.at(ago);
        self.observation(category, (code, display), at, quantity(json!(tenths as f64 / 10.0), unit))
    }

    fn observation(&mut self, category: &str, code: Named, at: String, value: Value) -> Value {
        let (subject, encounter) = (self.subject(), self.encounter());
        self.resource(
            "Observation",
            "observation-clinical-result",
            json!({
                "status": "final",
                "category": [coded("observation-category", category)],
                "code": concept(LOINC, code),
                "subject": subject,
                "encounter": encounter,
                "effectiveDateTime": at,
                "valueQuantity": value
            }),
        )
    }

    /// A visit.
    pub fn visit(&mut self) -> Value {
        let (subject, reason, ago) = (self.subject(), *self.chance.one(&ENCOUNTERS), self.ago());
        let (start, end, doctor) = (self.at(ago), self.at(ago), self.chance.id());
        self.resource(
            "Encounter",
            "encounter",
            json!({
                "status": "finished",
                "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB" },
                "type": [concept(SNOMED, reason)],
                "subject": subject,
                "participant": [{
                    "type": [coded("v3-ParticipationType", "PPRF")],
                    "individual": { "reference": format!("Practitioner/{doctor}"), "display": "Dr. Jeffry142 Mraz590" }
                }],
                "period": { "start": start, "end": end },
                "serviceProvider": { "reference": "Organization/1bb7b497", "display": "MERRIMACK VALLEY PRIMARY CARE PC" }
            }),
        )
    }

    /// Something that was done.
    pub fn procedure(&mut self) -> Value {
        let (subject, encounter, code, ago) = (self.subject(), self.encounter(), *self.chance.one(&PROCEDURES), self.ago());
        let (start, end) = (self.at(ago), self.at(ago));
        self.resource(
            "Procedure",
            "procedure",
            json!({
                "status": "completed",
                "code": concept(SNOMED, code),
                "subject": subject,
                "encounter": encounter,
                "performedPeriod": { "start": start, "end": end }
            }),
        )
    }

    /// An allergy, to no medicine.
    pub fn allergy(&mut self) -> Value {
        let (patient, code, ago) = (self.subject(), *self.chance.one(&ALLERGIES), self.ago());
        let recorded = self.at(ago);
        self.resource(
            "AllergyIntolerance",
            "allergyintolerance",
            json!({
                "clinicalStatus": coded("allergyintolerance-clinical", "active"),
                "verificationStatus": coded("allergyintolerance-verification", "confirmed"),
                "type": "allergy",
                "category": ["environment"],
                "criticality": "low",
                "code": concept(SNOMED, code),
                "patient": patient,
                "recordedDate": recorded
            }),
        )
    }
}

/// The directions of a medicine, the same each time; an order says from when on they hold, so that no two orders say the same.
fn dosage(product: Named, from: Option<&str>) -> Value {
    let number = MEDICINES.iter().position(|medicine| *medicine == product).unwrap_or_default();
    let (text, times) = DIRECTIONS[number % DIRECTIONS.len()];
    let mut repeat = json!({ "frequency": times, "period": 1, "periodUnit": "d" });
    if let Some(from) = from {
        repeat["boundsPeriod"] = json!({ "start": from });
    }
    json!([{
        "sequence": 1,
        "text": text,
        "timing": { "repeat": repeat },
        "route": { "coding": [{ "system": SNOMED, "code": "26643006", "display": "Oral route" }], "text": "Oral route" },
        "doseAndRate": [{ "type": coded("dose-rate-type", "ordered"), "doseQuantity": { "value": 1, "unit": "tablet" } }]
    }])
}
