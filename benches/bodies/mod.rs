//! The bodies that are measured: records of a woman with a recurrent depression and two adequate trials that failed, and of everything
//! else that a record is full of. A body is a function of its day and size, the same in every run.

mod chance;
mod resource;
mod vocabulary;

use serde_json::{Map, Value, json};
use trialwise::clinical::units::Day;

use chance::Chance;
use resource::{Maker, PATIENT};
use vocabulary::WORDS;

/// How large a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// What it is called.
    pub name: &'static str,
    /// How many resources the Bundles hold; the Patient stands beside them.
    pub resources: usize,
    /// How many bytes.
    pub bytes: usize,
}

/// The sizes of requests.
pub const SIZES: [Size; 4] = [
    Size { name: "9 KB", resources: 6, bytes: 9_000 },
    Size { name: "80 KB", resources: 72, bytes: 80_000 },
    Size { name: "800 KB", resources: 720, bytes: 800_000 },
    Size { name: "4 MB", resources: 3_600, bytes: 4_000_000 },
];

/// The size of one patient of a population.
pub const PATIENT_OF_MANY: Size = Size { name: "a patient of many", resources: 200, bytes: 220_000 };

/// How many of a hundred resources are of a kind, the key of the prefetch that it comes under, and how it is made.
type Share = (usize, &'static str, fn(&mut Maker) -> Value);

/// What the resources are that do not matter.
const MAKE_UP: [Share; 9] = [
    (24, "observations", Maker::laboratory),
    (20, "observations", Maker::vital_sign),
    (16, "encounters", Maker::visit),
    (9, "conditions", Maker::condition),
    (9, "medicationRequests", Maker::other_order),
    (12, "medicationDispenses", Maker::other_dispense),
    (6, "procedures", Maker::procedure),
    (3, "surveys", Maker::survey),
    (1, "allergies", Maker::allergy),
];

/// The keys of the prefetch that hold Bundles, with the type that each asks for.
const KEYS: [(&str, &str); 13] = [
    ("conditions", "Condition"),
    ("medicationRequests", "MedicationRequest"),
    ("medicationDispenses", "MedicationDispense"),
    ("medicationStatements", "MedicationStatement"),
    ("medicationAdministrations", "MedicationAdministration"),
    ("observations", "Observation"),
    ("surveys", "Observation"),
    ("questionnaireResponses", "QuestionnaireResponse"),
    ("familyHistory", "FamilyMemberHistory"),
    ("allergies", "AllergyIntolerance"),
    ("adverseEvents", "AdverseEvent"),
    ("procedures", "Procedure"),
    ("encounters", "Encounter"),
];

/// What a record has more of than of anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// Whatever a record is full of.
    Resources,
    /// Orders for medicines that interact, contribute or are monitored.
    Medications,
    /// PHQ-9s.
    Scores,
}

/// A record before it is written.
pub struct Record {
    as_of: Day,
    patient: Value,
    resources: Vec<(&'static str, Value)>,
}

impl Record {
    /// The record of the patient of this number, who is assessed on this day: the six resources that matter, and so many more.
    pub fn new(as_of: Day, number: usize, more: More, count: usize) -> Record {
        let patient = if number == 0 { PATIENT.to_owned() } else { format!("{PATIENT}-{number}") };
        let seed = u64::try_from(number).expect("a number of patients");
        let mut maker = Maker { as_of, patient, chance: Chance::new(seed) };
        let patient = maker.patient();
        let mut resources = vec![
            ("conditions", maker.depression()),
            ("medicationDispenses", maker.ninety_tablets(("312938", "sertraline 100 MG Oral Tablet"), 190)),
            ("medicationDispenses", maker.ninety_tablets(("314111", "mirtazapine 30 MG Oral Tablet"), 88)),
            ("observations", maker.phq9(19, 192)),
            ("observations", maker.phq9(17, 95)),
            ("observations", maker.phq9(18, 5)),
        ];
        resources.extend((0..count).map(|number| match more {
            More::Resources => one_of_many(&mut maker),
            More::Medications => ("medicationRequests", maker.interacting_order(number)),
            // Every score after the last of the six would be a newer last one: these are all older.
            More::Scores => ("observations", maker.phq9(16 + number % 4, 200 + i32::try_from(number).expect("some thousand"))),
        }));
        Record { as_of, patient, resources }
    }

    /// The record of this number in this size.
    pub fn of(as_of: Day, number: usize, size: Size) -> Record {
        let mut record = Record::new(as_of, number, More::Resources, size.resources - 6);
        let written = if number == 0 { record.request().len() } else { record.bundle().len() };
        record.tell(size.bytes.saturating_sub(written));
        record
    }

    /// Fills the narratives with so many bytes.
    fn tell(&mut self, bytes: usize) {
        let each = bytes / (self.resources.len() + 1);
        for (number, resource) in
            std::iter::once(&mut self.patient).chain(self.resources.iter_mut().map(|(_, resource)| resource)).enumerate()
        {
            resource["text"]["div"] = json!(narrative(number, each));
        }
    }

    /// The request of an EHR that sent everything along, under the keys that were asked for.
    pub fn request(&self) -> String {
        let mut prefetch = Map::new();
        prefetch.insert("patient".to_owned(), self.patient.clone());
        for (key, kind) in KEYS {
            let found = self.resources.iter().filter(|(of, _)| *of == key).map(|(_, resource)| resource);
            prefetch.insert(key.to_owned(), searchset(kind, found.collect()));
        }
        let patient = self.patient["id"].clone();
        let request = json!({
            "hook": "patient-view",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": { "userId": "Practitioner/655fc811", "patientId": patient, "encounterId": "89284" },
            "extension": { "org.trialwise.as-of": self.as_of.to_string() },
            "prefetch": prefetch
        });
        request.to_string()
    }

    /// The same as one Bundle.
    pub fn bundle(&self) -> String {
        let all = std::iter::once(&self.patient).chain(self.resources.iter().map(|(_, resource)| resource));
        searchset("Patient", all.collect()).to_string()
    }
}

/// One resource of those that do not matter.
fn one_of_many(maker: &mut Maker) -> (&'static str, Value) {
    let mut at = maker.chance.below(MAKE_UP.iter().map(|(share, ..)| share).sum());
    for (share, key, make) in MAKE_UP {
        if at < share {
            return (key, make(maker));
        }
        at -= share;
    }
    unreachable!("less than the sum of the shares")
}

fn searchset(kind: &str, resources: Vec<&Value>) -> Value {
    let mut bundle = json!({ "resourceType": "Bundle", "type": "searchset", "total": resources.len() });
    if !resources.is_empty() {
        let entry = |resource: &Value| {
            let url = format!("https://fhir.example.org/r4/{}/{}", text(&resource["resourceType"]), text(&resource["id"]));
            json!({ "fullUrl": url, "resource": resource })
        };
        bundle["link"] = json!([{ "relation": "self", "url": format!("https://fhir.example.org/r4/{kind}?patient={PATIENT}") }]);
        bundle["entry"] = resources.into_iter().map(entry).collect();
    }
    bundle
}

fn text(value: &Value) -> &str {
    value.as_str().expect("ids and types are text")
}

/// So many bytes of narrative, of which the two quotes take one more each once they are written.
fn narrative(number: usize, bytes: usize) -> String {
    const BEFORE: &str = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>";
    const AFTER: &str = "</p></div>";
    let words = (number..).map(|at| WORDS[at % WORDS.len()]);
    let room = bytes.saturating_sub(BEFORE.len() + AFTER.len() + 2);
    let mut told = String::with_capacity(bytes);
    for word in words {
        if told.len() + word.len() + 1 > room {
            break;
        }
        told.push_str(word);
        told.push(' ');
    }
    // The rest of the room, so that the size holds to the byte.
    told.extend(std::iter::repeat_n('.', room.saturating_sub(told.len())));
    format!("{BEFORE}{told}{AFTER}")
}
