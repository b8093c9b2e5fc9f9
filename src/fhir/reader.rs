//! One patient's record out of any number of bodies.

use std::cell::Cell;
use std::collections::BTreeSet;

use serde_json::value::RawValue;

use crate::clinical::chart::{Chart, Kind};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Day, SourceRef};

use super::answer::{Answer, Held};
use super::coverage::{Had, kind_asked, kind_of};
use super::error::ReadError;
use super::order::{self, Drafts};
use super::reading::Reading;
use super::record::{Item, Owner, Record, Single};
use super::shape::{Shape, shape};
use super::walk;
use super::{condition, event, family, intolerance, medication_record, observation, patient, screening};

/// Reads one patient's record from any number of bodies, which it borrows.
pub struct Reader<'a> {
    knowledge: &'static Knowledge,
    as_of: Day,
    expected: Option<String>,
    /// What was read, each with what it is called.
    answers: Vec<(String, Held<'a>)>,
    had: Had,
    broken: Vec<(String, String)>,
    drafts: Drafts<'a>,
    limit: usize,
    left: usize,
    over: bool,
}

/// How an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    /// With the call. What it holds beyond the limit is too much of a call.
    Sent,
    /// With the call, and its further pages were fetched.
    SentInPart,
    /// From the FHIR server. What it holds beyond the limit is left out: the caller can do nothing about it.
    Fetched,
}

impl<'a> Reader<'a> {
    /// A reader of nothing yet, on this day.
    pub fn new(knowledge: &'static Knowledge, as_of: Day) -> Reader<'a> {
        Reader {
            knowledge,
            as_of,
            expected: None,
            answers: Vec::new(),
            had: Had::default(),
            broken: Vec::new(),
            drafts: Drafts::default(),
            limit: usize::MAX,
            left: usize::MAX,
            over: false,
        }
    }

    /// The same reader, which takes no more resources than this; entries that are none count too.
    pub fn at_most(mut self, resources: usize) -> Reader<'a> {
        (self.limit, self.left) = (resources, resources);
        self
    }

    /// What it reads by.
    pub fn knowledge(&self) -> &'static Knowledge {
        self.knowledge
    }

    /// Adds a Bundle of any type, one resource, or NDJSON. `name` says what it is in errors.
    pub fn add(&mut self, name: &str, body: &'a [u8]) -> Result<(), ReadError> {
        let answer = walk::values(name, body, &Cell::new(self.left))?;
        if let Some(refusal) = answer.refusal(name) {
            return Err(refusal);
        }
        self.count(&answer);
        if self.over {
            return Err(ReadError::TooMany { limit: self.limit });
        }
        foreign(name, &answer)?;
        let kinds: BTreeSet<Kind> = answer.entries.iter().filter_map(|entry| kind_of(&entry.kind)).collect();
        let has_next = answer.has_next;
        self.keep(name, Held::Own(answer), kinds, has_next);
        Ok(())
    }

    /// Adds one prefetch value, which answers for these kinds.
    pub fn add_prefetch(&mut self, key: &str, kinds: &[Kind], value: &'a Answer<'a>) {
        self.add_answer(key, kinds, Held::Sent(value), Came::Sent);
    }

    /// Adds the first page of an answer whose further pages were fetched, which answers for these kinds.
    pub fn add_page(&mut self, key: &str, kinds: &[Kind], page: &'a Answer<'a>) {
        self.add_answer(key, kinds, Held::Sent(page), Came::SentInPart);
    }

    /// Adds one page that was fetched, which answers for these kinds; what it holds beyond the limit is left out.
    pub fn add_fetched(&mut self, key: &str, kinds: &[Kind], page: &'a [u8]) {
        // What came was looked at when it came, and was JSON.
        let answer = walk::values(key, page, &Cell::new(self.left)).unwrap_or_default();
        self.add_answer(key, kinds, Held::Own(answer), Came::Fetched);
    }

    fn add_answer(&mut self, key: &str, kinds: &[Kind], answer: Held<'a>, came: Came) {
        let kinds: BTreeSet<Kind> = kinds.iter().copied().collect();
        if answer.is_null() {
            return self.had.answered(&kinds);
        }
        if came == Came::Fetched {
            self.leave_out(key, &kinds, &answer);
        } else {
            self.count(&answer);
        }
        if answer.refusal(key).is_some() || (answer.entries.is_empty() && !answer.broken.is_empty()) {
            return self.had.gap(&kinds, &format!("the answer to `{key}` is no FHIR"));
        }
        if came != Came::Sent {
            // The pages after it were asked for.
            return self.keep_answer(key, answer, kinds, false);
        }
        let has_next = answer.has_next;
        self.keep_answer(key, answer, kinds, has_next);
    }

    fn keep_answer(&mut self, key: &str, answer: Held<'a>, kinds: BTreeSet<Kind>, has_next: bool) {
        if !answer.entries.is_empty() || (answer.errors.is_empty() && !answer.over) {
            self.had.answered(&kinds);
        }
        self.keep(key, answer, kinds, has_next);
    }

    /// Notes a prefetch key that was not sent, which asks for resources of this type.
    ///
    /// The client may not have them, or may not have got them: nobody knows, so the kind is not had in full. What another key of the
    /// kind answered was had all the same, and all that was not sent of it is one gap.
    pub fn missing_prefetch(&mut self, key: &str, resource_type: &str, kinds: &[Kind]) {
        self.had.not_had(key, resource_type, kinds, None);
    }

    /// Notes a prefetch key that was not sent and could not be fetched either, and why.
    pub fn not_fetched(&mut self, key: &str, resource_type: &str, kinds: &[Kind], why: &str) {
        self.had.not_had(key, resource_type, kinds, Some(why));
    }

    /// Notes that not every page of an answer could be had, and why.
    pub fn not_every_page(&mut self, key: &str, kinds: &[Kind], why: &str) {
        self.had.gap(&kinds.iter().copied().collect(), &format!("`{key}` is not complete: {why}"));
    }

    /// Adds Medications that records refer to. Whatever else the answer holds is left out.
    pub fn add_medications(&mut self, page: &'a [u8]) {
        // An answer that cannot be read holds no Medication; what is then missing has been counted.
        let answer = walk::values("Medication", page, &Cell::new(self.left)).unwrap_or_default();
        self.leave_out("Medication", &BTreeSet::from([Kind::Medications]), &answer);
        self.keep_medications("Medication", answer);
    }

    fn keep_medications(&mut self, name: &str, mut answer: Answer<'a>) {
        answer.entries.retain(|entry| entry.kind == "Medication");
        self.answers.push((name.to_owned(), Held::Own(answer)));
    }

    /// Notes Medications that records refer to without naming them, and that could not be had.
    pub fn medications_not_had(&mut self, count: usize, why: &str) {
        let what =
            if count == 1 { "1 drug that records refer to is".to_owned() } else { format!("{count} drugs that records refer to are") };
        self.had.gap(&BTreeSet::from([Kind::Medications]), &format!("{what} not known: {why}"));
    }

    /// Adds orders being chosen or signed (`context.draftOrders`): those that the selections name, all where there are none to name them.
    ///
    /// What cannot be read is listed and costs nothing else. The Medications that come along may be referred to.
    pub fn add_drafts(&mut self, name: &str, value: &'a RawValue, selections: Option<&[String]>) {
        let Ok(answer) = walk::values(name, value.get().as_bytes(), &Cell::new(self.left)) else { return };
        self.count(&answer);
        if answer.refusal(name).is_some() {
            return self.broken.push((name.to_owned(), "the draft orders are no FHIR".to_owned()));
        }
        self.tell_broken(name, &answer);
        self.keep_medications(name, answer.clone());
        self.drafts = Drafts::of(name, answer, selections);
    }

    /// Whose record it must be (`context.patientId`).
    pub fn expect_patient(&mut self, id: &str) {
        self.expected = Some(id.to_owned());
    }

    fn count(&mut self, answer: &Answer<'_>) {
        self.over |= answer.over || answer.taken > self.left;
        self.left = self.left.saturating_sub(answer.taken);
    }

    /// Counts what was fetched, and notes what had no room.
    fn leave_out(&mut self, name: &str, kinds: &BTreeSet<Kind>, answer: &Answer<'_>) {
        self.left = self.left.saturating_sub(answer.taken);
        if answer.over {
            self.had.gap(kinds, &format!("`{name}` is not complete: the record holds more than {} resources", self.limit));
        }
    }

    fn keep(&mut self, name: &str, answer: Held<'a>, kinds: BTreeSet<Kind>, has_next: bool) {
        if has_next || answer.has_next_inside {
            self.had.gap(&kinds, &format!("`{name}` is only the first page"));
        }
        for asked in &answer.errors {
            // an error is about what was asked; where the Bundle does not tell, about everything the answer could hold
            let about = asked.as_deref().and_then(kind_asked).map_or_else(|| kinds.clone(), |kind| BTreeSet::from([kind]));
            self.had.gap(&about, &format!("could not be loaded: `{name}` holds an error"));
        }
        if answer.partial > 0 {
            self.had.gap(&kinds, &format!("`{name}` says that records are withheld or left out"));
        }
        if !answer.broken.is_empty() {
            self.had.gap(&kinds, &format!("`{name}` has entries that cannot be read"));
        }
        self.tell_broken(name, &answer);
        self.answers.push((name.to_owned(), answer));
    }

    fn tell_broken(&mut self, name: &str, answer: &Answer<'_>) {
        self.broken.extend(answer.broken.iter().map(|(place, why)| (answer.place(*place, name), (*why).to_owned())));
    }

    /// The chart, or why there is none.
    pub fn finish(mut self) -> Result<Chart, ReadError> {
        if self.over {
            return Err(ReadError::TooMany { limit: self.limit });
        }
        let (answers, drafts) = (std::mem::take(&mut self.answers), std::mem::take(&mut self.drafts));
        let record = Record::of(&answers);
        let patient = record.patient(self.expected.as_deref())?;
        let mut reading = Reading::new(self.knowledge, self.as_of, &record);
        tell_broken(&mut reading, &self.broken);
        let mut results = observation::Results::default();
        for single in self.sift(&mut reading, patient.as_deref(), &mut results) {
            read(&mut reading, &single.item(), &mut results);
        }
        order::read(&mut reading, &drafts, patient.as_deref());
        screening::assemble(&mut reading, results);
        self.had.cover(&mut reading.chart);
        sort(&mut reading.chart);
        Ok(reading.chart)
    }

    /// What is the patient's and can matter, in the order of type and name: the patient first, since what the record dates by age needs
    /// the birth date. The rest is told of, as far as it has to be.
    fn sift<'r>(
        &mut self,
        reading: &mut Reading<'r, 'r>,
        patient: Option<&str>,
        results: &mut observation::Results<'r>,
    ) -> Vec<&'r Single<'r>> {
        let record = reading.record;
        let several = record.has_several_patients();
        let (mut theirs, mut of_others) = (BTreeSet::new(), BTreeSet::new());
        let mut to_be_read: Vec<&Single<'_>> = Vec::new();
        for single in &record.items {
            let Some(kind) = kind_of(single.kind()).or((single.kind() == "ServiceRequest").then_some(Kind::Procedures)) else { continue };
            if let Some(why) = not_theirs(single, patient, several) {
                reading.unread(&single.source(), why);
                if matches!(single.owner, Owner::Patient(_)) && kind != Kind::Patient {
                    of_others.insert(kind);
                }
                continue;
            }
            theirs.insert(kind);
            if let Shape::Foreign(version, _) = shape(single.kind(), single.members()) {
                reading.unread(&single.source(), format!("FHIR {version} shape, only R4 is read"));
                self.had.gap(&BTreeSet::from([kind]), &format!("records in {version} shape cannot be read"));
                continue;
            }
            if single.kind() != "ServiceRequest" {
                self.had.came(kind);
            }
            if single.kind() != "Observation" || results.rows.row(reading.knowledge, single.members()).is_some() {
                to_be_read.push(single);
            }
        }
        // Whoever sends another patient's records has not said that there are none of this one's.
        self.had.retain(|kind| theirs.contains(&kind) || !of_others.contains(&kind));
        self.had.gap(&of_others, "records of another patient came and were left out");
        to_be_read.sort_by_key(|single| (single.kind() != "Patient", single.kind(), &*single.name));
        to_be_read
    }
}

/// Notes what is no resource, and what contradicts itself.
fn tell_broken(reading: &mut Reading<'_, '_>, broken: &[(String, String)]) {
    for (place, why) in broken {
        reading.unread(&SourceRef::new(place.as_str()), why.as_str());
    }
    for source in &reading.record.undecided {
        reading.unread(source, "stands there twice, different, and nothing says which is later: one of them was used");
    }
}

/// Why a resource is not used, if it is not the patient's.
fn not_theirs(item: &Single<'_>, patient: Option<&str>, several: bool) -> Option<&'static str> {
    match (&item.owner, patient) {
        (Owner::Patient(id), Some(patient)) if *id == patient => None,
        (Owner::Patient(_), _) => Some("belongs to another patient"),
        (Owner::NoPatient, _) => Some("is not about one patient"),
        (Owner::Unsaid, _) if several => Some("does not say whose it is, and the record holds more than one patient"),
        (Owner::Unsaid, _) => None,
    }
}

/// Refuses a body in which everything that tells its version is of another one.
fn foreign(name: &str, answer: &Answer<'_>) -> Result<(), ReadError> {
    let mut first = None;
    for entry in &answer.entries {
        if kind_of(&entry.kind).is_none() {
            continue;
        }
        match shape(&entry.kind, answer.members(entry)) {
            Shape::R4 => return Ok(()),
            Shape::Any => {}
            Shape::Foreign(version, hint) => {
                first.get_or_insert((entry, version, hint));
            }
        }
    }
    let Some((entry, version, hint)) = first else { return Ok(()) };
    let (kind, id) = (&entry.kind, entry.id.as_deref());
    let place = id.map_or_else(|| format!("{} ({kind})", answer.place(entry.place, name)), |id| format!("{kind}/{id}"));
    Err(ReadError::OtherVersion { name: name.to_owned(), place, version, hint })
}

fn read<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>, results: &mut observation::Results<'a>) {
    match item.kind {
        "Patient" => patient::read(reading, item),
        "Condition" => condition::read(reading, item),
        "MedicationRequest" => medication_record::request(reading, item),
        "MedicationDispense" => medication_record::dispense(reading, item),
        "MedicationStatement" => medication_record::statement(reading, item),
        "MedicationAdministration" => medication_record::administration(reading, item),
        "Observation" => observation::read(reading, item, results),
        "QuestionnaireResponse" => super::questionnaire::read(reading, item, results),
        "Procedure" => event::procedure(reading, item),
        "ServiceRequest" => event::service_request(reading, item),
        "Encounter" => event::encounter(reading, item),
        "FamilyMemberHistory" => family::read(reading, item),
        "AllergyIntolerance" => intolerance::allergy(reading, item),
        "AdverseEvent" => intolerance::adverse_event(reading, item),
        _ => {}
    }
}

/// The same record in another order is the same chart.
fn sort(chart: &mut Chart) {
    chart.conditions.sort_by(|a, b| a.source.cmp(&b.source));
    chart.refuted.sort_by(|a, b| a.source.cmp(&b.source));
    chart.medications.sort_by(|a, b| (a.start, &a.source).cmp(&(b.start, &b.source)));
    chart.unresolved.sort();
    chart.unresolved.dedup();
    chart.adherence.sort_by(|a, b| (a.span, &a.source, &a.label).cmp(&(b.span, &b.source, &b.label)));
    chart.screenings.sort();
    chart.measurements.sort_by(|a, b| (a.at, a.instrument, &a.source).cmp(&(b.at, b.instrument, &b.source)));
    chart.unreadable.sort();
    chart.intolerances.sort_by(|a, b| (&a.source, a.ingredient).cmp(&(&b.source, b.ingredient)));
    chart.family.sort_by(|a, b| (&a.source, &a.label).cmp(&(&b.source, &b.label)));
    chart.procedures.sort_by(|a, b| (a.when, &a.source).cmp(&(b.when, &b.source)));
    chart.encounters.sort_by(|a, b| (a.span, &a.source).cmp(&(b.span, &b.source)));
    chart.unread.sort();
    chart.unread.dedup();
}
