//! One patient's record out of any number of bodies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use crate::clinical::chart::{Chart, Extent, Gap, Kind};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Day, SourceRef};

use super::bundle::{self, Entry, Walked};
use super::error::ReadError;
use super::order::{self, Drafts};
use super::reading::Reading;
use super::record::{Item, Owner, Record};
use super::shape::{Shape, shape};
use super::{condition, event, family, intolerance, medication_record, observation, patient, screening};

/// Reads one patient's record from any number of bodies, which it borrows.
pub struct Reader<'a> {
    knowledge: &'static Knowledge,
    as_of: Day,
    expected: Option<String>,
    entries: Vec<Entry<'a>>,
    had: BTreeSet<Kind>,
    gaps: BTreeSet<Gap>,
    /// What was not sent of each kind, or not fetched and why, in words.
    not_had: BTreeMap<(Kind, Option<String>), BTreeSet<String>>,
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

/// The kind of fact that resources of a type are.
pub(super) fn kind_of(resource_type: &str) -> Option<Kind> {
    Some(match resource_type {
        "Patient" => Kind::Patient,
        "MedicationRequest" | "MedicationDispense" | "MedicationStatement" | "MedicationAdministration" | "MedicationOrder" => {
            Kind::Medications
        }
        "Condition" => Kind::Conditions,
        "Observation" | "QuestionnaireResponse" => Kind::Observations,
        "Procedure" => Kind::Procedures,
        "Encounter" => Kind::Encounters,
        "FamilyMemberHistory" => Kind::FamilyHistory,
        "AllergyIntolerance" => Kind::Allergies,
        "AdverseEvent" => Kind::AdverseEvents,
        _ => return None,
    })
}

/// The kind that a URL asks for, where it asks for one only.
fn kind_asked(url: &str) -> Option<Kind> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let several = path.contains("$everything") || query.contains("include=");
    // of `Patient/1/Condition` the last
    path.split('/').rev().find_map(kind_of).filter(|_| !several)
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Patient => "patient data",
        Kind::Medications => "medicines",
        Kind::Conditions => "diagnoses",
        Kind::Observations => "scores and results",
        Kind::Procedures => "procedures",
        Kind::Encounters => "encounters",
        Kind::FamilyHistory => "family history",
        Kind::Allergies => "allergies and intolerances",
        Kind::AdverseEvents => "adverse events",
    }
}

/// What the prescriber calls the records of a type, where more than one type is of its kind.
fn records_of(resource_type: &str) -> Option<&'static str> {
    Some(match resource_type {
        "MedicationRequest" => "orders",
        "MedicationDispense" => "dispenses",
        "MedicationStatement" => "statements",
        "MedicationAdministration" => "administrations",
        "QuestionnaireResponse" => "filled-in questionnaires",
        _ => return None,
    })
}

impl<'a> Reader<'a> {
    /// A reader of nothing yet, on this day.
    pub fn new(knowledge: &'static Knowledge, as_of: Day) -> Reader<'a> {
        Reader {
            knowledge,
            as_of,
            expected: None,
            entries: Vec::new(),
            had: BTreeSet::new(),
            gaps: BTreeSet::new(),
            not_had: BTreeMap::new(),
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
        let values = bundle::values(name, body)?;
        let several = values.len() > 1;
        let mut walked = Walked::at_most(self.left);
        for (index, value) in values.into_iter().enumerate() {
            let place = if several { format!("value {} of {name}", index + 1) } else { name.to_owned() };
            bundle::walk(value, &place, &mut walked)?;
        }
        self.count(&walked);
        if self.over {
            return Err(ReadError::TooMany { limit: self.limit });
        }
        foreign(name, &walked.entries)?;
        let kinds: BTreeSet<Kind> = walked.entries.iter().filter_map(|entry| kind_of(entry.head.kind.as_deref()?)).collect();
        self.keep(name, walked, kinds);
        Ok(())
    }

    /// Adds one prefetch value, which answers for these kinds.
    pub fn add_prefetch(&mut self, key: &str, kinds: &[Kind], value: &'a RawValue) {
        self.add_answer(key, kinds, value, Came::Sent);
    }

    /// Adds the first page of an answer whose further pages were fetched, which answers for these kinds.
    pub fn add_page(&mut self, key: &str, kinds: &[Kind], page: &'a RawValue) {
        self.add_answer(key, kinds, page, Came::SentInPart);
    }

    /// Adds one page that was fetched, which answers for these kinds; what it holds beyond the limit is left out.
    pub fn add_fetched(&mut self, key: &str, kinds: &[Kind], page: &'a RawValue) {
        self.add_answer(key, kinds, page, Came::Fetched);
    }

    fn add_answer(&mut self, key: &str, kinds: &[Kind], value: &'a RawValue, came: Came) {
        let kinds: BTreeSet<Kind> = kinds.iter().copied().collect();
        if value.get() == "null" {
            return self.had.extend(kinds);
        }
        let mut walked = Walked::at_most(self.left);
        let fhir = bundle::walk(value, key, &mut walked).is_ok();
        if came == Came::Fetched {
            self.leave_out(key, &kinds, &walked);
        } else {
            self.count(&walked);
        }
        if !fhir || (walked.entries.is_empty() && !walked.broken.is_empty()) {
            return self.gap(&kinds, &format!("the answer to `{key}` is no FHIR"));
        }
        walked.has_next &= came == Came::Sent;
        if !walked.entries.is_empty() || (walked.errors.is_empty() && !walked.over) {
            self.had.extend(kinds.iter().copied());
        }
        self.keep(key, walked, kinds);
    }

    /// Notes a prefetch key that was not sent, which asks for resources of this type.
    ///
    /// The client may not have them, or may not have got them: nobody knows, so the kind is not had in full. What another key of the
    /// kind answered was had all the same, and all that was not sent of it is one gap.
    pub fn missing_prefetch(&mut self, key: &str, resource_type: &str, kinds: &[Kind]) {
        self.note_not_had(key, resource_type, kinds, None);
    }

    /// Notes a prefetch key that was not sent and could not be fetched either, and why.
    pub fn not_fetched(&mut self, key: &str, resource_type: &str, kinds: &[Kind], why: &str) {
        self.note_not_had(key, resource_type, kinds, Some(why));
    }

    fn note_not_had(&mut self, key: &str, resource_type: &str, kinds: &[Kind], why: Option<&str>) {
        for kind in kinds {
            let what = records_of(resource_type).map_or_else(|| format!("`{key}`"), str::to_owned);
            self.not_had.entry((*kind, why.map(str::to_owned))).or_default().insert(what);
        }
    }

    /// Notes that not every page of an answer could be had, and why.
    pub fn not_every_page(&mut self, key: &str, kinds: &[Kind], why: &str) {
        self.gap(&kinds.iter().copied().collect(), &format!("`{key}` is not complete: {why}"));
    }

    /// Adds Medications that records refer to. Whatever else the answer holds is left out.
    pub fn add_medications(&mut self, answer: &'a RawValue) {
        let mut walked = Walked::at_most(self.left);
        // An answer that cannot be read holds no Medication; what is then missing has been counted.
        drop(bundle::walk(answer, "Medication", &mut walked));
        self.leave_out("Medication", &BTreeSet::from([Kind::Medications]), &walked);
        self.entries.extend(walked.entries.into_iter().filter(|entry| entry.head.kind.as_deref() == Some("Medication")));
    }

    /// Notes Medications that records refer to without naming them, and that could not be had.
    pub fn medications_not_had(&mut self, count: usize, why: &str) {
        let what =
            if count == 1 { "1 drug that records refer to is".to_owned() } else { format!("{count} drugs that records refer to are") };
        self.gap(&BTreeSet::from([Kind::Medications]), &format!("{what} not known: {why}"));
    }

    /// Adds orders being chosen or signed (`context.draftOrders`): those that the selections name, all where there are none to name them.
    ///
    /// What cannot be read is listed and costs nothing else. The Medications that come along may be referred to.
    pub fn add_drafts(&mut self, name: &str, value: &'a RawValue, selections: Option<&[String]>) {
        let mut walked = Walked::at_most(self.left);
        let fhir = bundle::walk(value, name, &mut walked).is_ok();
        self.count(&walked);
        if !fhir {
            return self.broken.push((name.to_owned(), "the draft orders are no FHIR".to_owned()));
        }
        self.broken.extend(walked.broken);
        let (medications, orders): (Vec<_>, Vec<_>) =
            walked.entries.into_iter().partition(|entry| entry.head.kind.as_deref() == Some("Medication"));
        self.entries.extend(medications);
        let drafts = Drafts::of(orders, selections);
        self.drafts.entries.extend(drafts.entries);
        self.drafts.unread.extend(drafts.unread);
    }

    /// Whose record it must be (`context.patientId`).
    pub fn expect_patient(&mut self, id: &str) {
        self.expected = Some(id.to_owned());
    }

    fn count(&mut self, walked: &Walked<'a>) {
        self.left = walked.left;
        self.over |= walked.over;
    }

    /// Counts what was fetched, and notes what had no room.
    fn leave_out(&mut self, name: &str, kinds: &BTreeSet<Kind>, walked: &Walked<'a>) {
        self.left = walked.left;
        if walked.over {
            self.gap(kinds, &format!("`{name}` is not complete: the record holds more than {} resources", self.limit));
        }
    }

    fn keep(&mut self, name: &str, walked: Walked<'a>, kinds: BTreeSet<Kind>) {
        if walked.has_next || walked.has_next_inside {
            self.gap(&kinds, &format!("`{name}` is only the first page"));
        }
        for asked in &walked.errors {
            // an error is about what was asked; where the Bundle does not tell, about everything the answer could hold
            let about = asked.as_deref().and_then(kind_asked).map_or_else(|| kinds.clone(), |kind| BTreeSet::from([kind]));
            self.gap(&about, &format!("could not be loaded: `{name}` holds an error"));
        }
        if walked.partial > 0 {
            self.gap(&kinds, &format!("`{name}` says that records are withheld or left out"));
        }
        if !walked.broken.is_empty() {
            self.gap(&kinds, &format!("`{name}` has entries that cannot be read"));
        }
        self.broken.extend(walked.broken);
        self.entries.extend(walked.entries);
    }

    fn gap(&mut self, kinds: &BTreeSet<Kind>, why: &str) {
        self.gaps.extend(kinds.iter().map(|kind| Gap { kind: *kind, why: format!("{}: {why}", word(*kind)) }));
    }

    /// The chart, or why there is none.
    pub fn finish(mut self) -> Result<Chart, ReadError> {
        if self.over {
            return Err(ReadError::TooMany { limit: self.limit });
        }
        let record = Record::of(std::mem::take(&mut self.entries));
        let patient = record.patient(self.expected.as_deref())?;
        let mut reading = Reading { knowledge: self.knowledge, as_of: self.as_of, record: &record, chart: Chart::default() };
        tell_broken(&mut reading, &self.broken);
        let mut results = observation::Results::default();
        let (mut theirs, mut of_others) = (BTreeSet::new(), BTreeSet::new());
        let several = record.has_several_patients();
        // The patient first: what the record dates by age needs the birth date.
        let (patients, others): (Vec<_>, Vec<_>) = record.items.iter().partition(|item| item.kind == "Patient");
        for item in patients.into_iter().chain(others) {
            let Some(kind) = kind_of(&item.kind).or((item.kind == "ServiceRequest").then_some(Kind::Procedures)) else { continue };
            if let Some(why) = not_theirs(item, patient.as_deref(), several) {
                reading.unread(&item.source, why);
                if matches!(item.owner, Owner::Patient(_)) && kind != Kind::Patient {
                    of_others.insert(kind);
                }
                continue;
            }
            theirs.insert(kind);
            if let Shape::Foreign(version, _) = shape(&item.kind, item.raw) {
                reading.unread(&item.source, format!("FHIR {version} shape, only R4 is read"));
                self.gap(&BTreeSet::from([kind]), &format!("records in {version} shape cannot be read"));
                continue;
            }
            if item.kind != "ServiceRequest" {
                self.had.insert(kind);
            }
            read(&mut reading, item, &mut results);
        }
        order::read(&mut reading, std::mem::take(&mut self.drafts), patient.as_deref());
        screening::assemble(&mut reading, results);
        // Whoever sends another patient's records has not said that there are none of this one's.
        self.had.retain(|kind| theirs.contains(kind) || !of_others.contains(kind));
        self.gap(&of_others, "records of another patient came and were left out");
        self.cover(&mut reading.chart);
        sort(&mut reading.chart);
        Ok(reading.chart)
    }

    fn cover(&mut self, chart: &mut Chart) {
        for ((kind, why), what) in std::mem::take(&mut self.not_had) {
            let what: Vec<String> = what.into_iter().collect();
            let listed = match what.as_slice() {
                [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
                _ => what.concat(),
            };
            let gap = match why {
                None => format!("no {listed} sent"),
                // Of these kinds there are several queries, and it matters which of them failed.
                Some(why) if matches!(kind, Kind::Medications | Kind::Observations) => format!("no {listed}: {why}"),
                Some(why) => why,
            };
            self.gap(&BTreeSet::from([kind]), &gap);
        }
        if chart.patient.is_none() {
            self.had.remove(&Kind::Patient);
        }
        for kind in Kind::ALL {
            let lost = self.gaps.iter().any(|gap| gap.kind == kind);
            let extent = match (self.had.contains(&kind), lost) {
                (true, false) => Extent::Full,
                (true, true) => Extent::Partial,
                (false, _) => Extent::None,
            };
            chart.coverage.set(kind, extent);
            if extent == Extent::None && !lost {
                self.gap(&BTreeSet::from([kind]), "none in the record");
            }
        }
        chart.coverage.gaps = self.gaps.iter().cloned().collect();
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
fn not_theirs(item: &Item<'_>, patient: Option<&str>, several: bool) -> Option<&'static str> {
    match (&item.owner, patient) {
        (Owner::Patient(id), Some(patient)) if id == patient => None,
        (Owner::Patient(_), _) => Some("belongs to another patient"),
        (Owner::NoPatient, _) => Some("is not about one patient"),
        (Owner::Unsaid, _) if several => Some("does not say whose it is, and the record holds more than one patient"),
        (Owner::Unsaid, _) => None,
    }
}

/// Refuses a body in which everything that tells its version is of another one.
fn foreign(name: &str, entries: &[Entry<'_>]) -> Result<(), ReadError> {
    let mut first = None;
    for entry in entries {
        let kind = entry.head.kind.as_deref().unwrap_or_default();
        if kind_of(kind).is_none() {
            continue;
        }
        match shape(kind, entry.raw) {
            Shape::R4 => return Ok(()),
            Shape::Any => {}
            Shape::Foreign(version, hint) => {
                first.get_or_insert((entry, version, hint));
            }
        }
    }
    let Some((entry, version, hint)) = first else { return Ok(()) };
    let kind = entry.head.kind.as_deref().unwrap_or_default();
    let place = entry.head.id.as_deref().map_or_else(|| format!("{} ({kind})", entry.place), |id| format!("{kind}/{id}"));
    Err(ReadError::OtherVersion { name: name.to_owned(), place, version, hint })
}

fn read<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>, results: &mut observation::Results) {
    match &*item.kind {
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
