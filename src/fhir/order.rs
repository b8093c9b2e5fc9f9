//! Medicines being ordered now (`context.draftOrders`), read as if each were taken from today at the ordered dose (rules.md 1).
//!
//! They come unsaved: without a type of the Bundle, without ids, before a drug is chosen, without subject, status or intent. What the
//! hook is about is a MedicationRequest; other orders are let be. The dates of a draft are not asked: it counts from today.

use std::collections::BTreeSet;

use crate::clinical::chart::{Evidence, MedicationRecord, RecordState, Step, Unread};
use crate::clinical::units::{SourceRef, When};

use super::answer::{Answer, Entry, element};
use super::dosage::Directions;
use super::medication_record::{told, view};
use super::reading::{Reading, modified};
use super::record::{Item, Owner, draft_items, target};
use super::shape::{Shape, shape};
use super::view::Concept;

/// The draft orders of one context.
#[derive(Debug, Default)]
pub(super) struct Drafts<'a> {
    /// What they came in.
    name: String,
    answer: Answer<'a>,
    /// Those of its entries that are meant.
    meant: Vec<usize>,
    /// What could not be used, and why.
    pub(super) unread: Vec<(String, String)>,
}

/// Whether it is an order of a medicine, in any version of FHIR.
fn is_medicine(entry: &Entry<'_>) -> bool {
    matches!(&*entry.kind, "MedicationRequest" | "MedicationOrder")
}

impl<'a> Drafts<'a> {
    /// The orders of medicines that are meant: all, or those that a selection names by reference, bare id, `urn:uuid` or URL.
    ///
    /// An order without any name is meant where it is the only one and a selection is left that names no other.
    pub(super) fn of(name: &str, answer: Answer<'a>, selections: Option<&[String]>) -> Drafts<'a> {
        let entries = &answer.entries;
        let medicines = (0..entries.len()).filter(|index| is_medicine(&entries[*index]));
        let (mut meant, mut unread) = (Vec::new(), Vec::new());
        match selections {
            None => meant.extend(medicines),
            Some(selections) => {
                let (named, nameless): (Vec<usize>, Vec<usize>) = medicines.partition(|index| has_name(&entries[*index]));
                let is_named = |selection: &str| named.iter().any(|index| names(selection, &entries[*index]));
                let left = selections.iter().any(|selection| may_be_a_medicine(selection) && !is_named(selection));
                let is_selected = |index: &usize| selections.iter().any(|selection| names(selection, &entries[*index]));
                meant.extend(named.iter().copied().filter(is_selected));
                match nameless.len() {
                    1 if left => meant.extend(nameless),
                    _ if left => unread.extend(nameless.into_iter().map(|index| {
                        let place = answer.place(entries[index].place, name);
                        (place, "a draft order without an id: nothing says whether it is selected".to_owned())
                    })),
                    _ => {}
                }
            }
        }
        Drafts { name: name.to_owned(), answer, meant, unread }
    }

    /// Those that are meant, each to be read.
    fn items(&self) -> Vec<Item<'_>> {
        let entries: Vec<&Entry<'_>> = self.meant.iter().map(|index| &self.answer.entries[*index]).collect();
        draft_items(&self.name, &self.answer, &entries)
    }
}

fn has_name(entry: &Entry<'_>) -> bool {
    entry.id.is_some() || entry.full_url.is_some()
}

/// Whether a selection does not say that it is something else than a medicine.
fn may_be_a_medicine(selection: &str) -> bool {
    target(selection).is_some_and(|(kind, _)| matches!(kind, "" | "MedicationRequest" | "MedicationOrder"))
}

/// Whether a selection names this order.
fn names(selection: &str, entry: &Entry<'_>) -> bool {
    let url = entry.full_url.as_deref();
    let Some((kind, id)) = target(selection) else { return false };
    let right_kind = kind.is_empty() || entry.kind == kind;
    let by_id = entry.id.as_deref() == Some(id) || url.and_then(target).is_some_and(|(_, of_url)| of_url == id);
    url == Some(selection) || right_kind && by_id
}

/// Reads the drafts into the chart, after the record. A draft of another patient is never used.
pub(super) fn read<'a>(reading: &mut Reading<'_, 'a>, drafts: &'a Drafts<'a>, patient: Option<&str>) {
    let of_the_record = std::mem::take(&mut reading.chart.unread);
    for (place, why) in &drafts.unread {
        reading.unread(&SourceRef::new(place.as_str()), why.as_str());
    }
    for item in drafts.items() {
        let whose = match (&item.owner, patient) {
            (Owner::Patient(id), Some(patient)) if id != patient => Err("a draft order for another patient: not used"),
            (Owner::NoPatient, _) => Err("a draft order that is not for a patient: not used"),
            (Owner::Patient(_) | Owner::Unsaid, _) => Ok(()),
        };
        match whose.map_err(str::to_owned).and_then(|()| draft(reading, &item)) {
            Ok(record) => reading.chart.drafts.push(record),
            Err(why) => reading.unread(&item.source, why),
        }
    }
    let drafts = &mut reading.chart.drafts;
    drafts.sort_by(|a, b| (&a.source, &a.medicine.label).cmp(&(&b.source, &b.medicine.label)));
    drafts.dedup();
    forget_saved_copies(reading, of_the_record);
}

/// Some clients save a draft before they ask: the same order among the records of today is the draft, and no exposure yet; nor is it
/// told that the saved copy counts for nothing.
fn forget_saved_copies(reading: &mut Reading<'_, '_>, mut of_the_record: Vec<Unread>) {
    let chart = &mut reading.chart;
    let drafted: BTreeSet<SourceRef> = chart.drafts.iter().map(|draft| draft.source.clone()).collect();
    let today = reading.as_of;
    let is_copy = |record: &MedicationRecord| drafted.contains(&record.source) && record.start.is_some_and(|start| start.first == today);
    chart.medications.retain(|record| !is_copy(record));
    let counts = |source: &SourceRef| chart.medications.iter().any(|record| record.source == *source);
    of_the_record.retain(|unread| !drafted.contains(&unread.source) || counts(&unread.source));
    chart.unread.extend(of_the_record);
}

/// One draft as a record of its medicine, or why it cannot be used.
fn draft<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) -> Result<MedicationRecord, String> {
    if let Shape::Foreign(version, _) = shape(item.kind, item.members) {
        return Err(format!("a draft order in FHIR {version} shape, only R4 is read"));
    }
    let (view, mut faults) = view(item);
    match view.status.as_deref() {
        Some(status @ ("cancelled" | "stopped" | "entered-in-error")) => return Err(format!("a draft order with status {status}")),
        _ if view.do_not_perform == Some(true) => return Err("an order not to give it".to_owned()),
        _ => {}
    }
    if let Some(why) = modified(&view.modifiers) {
        return Err(why);
    }
    if element::<Concept<'_>>(item.members, "medicationCodeableConcept").is_none() && view.medication_reference.is_none() {
        return Err("a draft order for which no medicine is chosen yet".to_owned());
    }
    // What cannot be told of a draft is no gap in the list of what is taken.
    let unresolved = reading.chart.unresolved.len();
    let directions = Directions::of("dosageInstruction", reading, item, &mut faults);
    let medicine = told(reading, item, &view, &directions.dosages, true, &mut faults);
    reading.chart.unresolved.truncate(unresolved);
    let medicine = medicine?;
    reading.faults(&item.source, &faults);
    let mut instruction = directions.instruction.clone();
    for step in &mut instruction.steps {
        *step = Step { first: None, last: None, ..*step };
    }
    Ok(MedicationRecord {
        source: item.source.clone(),
        evidence: Evidence::Ordered,
        medicine,
        state: RecordState::Active,
        start: Some(When::on(reading.as_of)),
        end: None,
        asserted: None,
        authored: None,
        supply_days: None,
        quantity: None,
        quantity_in_mg: false,
        refills: 0,
        instruction,
        stop: None,
        updated: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json, value::RawValue};

    use crate::clinical::chart::{Amount, Chart};
    use crate::clinical::knowledge::Knowledge;
    use crate::clinical::units::Day;
    use crate::fhir::Reader;

    fn today() -> Day {
        "2026-03-02".parse().expect("a day")
    }

    /// The chart of a patient p with these drafts and these records.
    fn charted(drafts: &Value, selections: Option<&[&str]>, records: &[Value]) -> Chart {
        let raw = RawValue::from_string(drafts.to_string()).expect("JSON");
        let entries: Vec<Value> = records.iter().map(|resource| json!({ "resource": resource })).collect();
        let body = json!({ "resourceType": "Bundle", "entry": entries }).to_string();
        let selections: Option<Vec<String>> = selections.map(|all| all.iter().map(ToString::to_string).collect());
        let mut reader = Reader::new(Knowledge::builtin(), today());
        reader.expect_patient("p");
        reader.add("record", body.as_bytes()).expect("a record");
        reader.add_drafts("context.draftOrders", &raw, selections.as_deref());
        reader.finish().expect("a chart")
    }

    fn bundle(drafts: &[Value]) -> Value {
        let entries: Vec<Value> = drafts.iter().map(|resource| json!({ "resource": resource })).collect();
        json!({ "resourceType": "Bundle", "entry": entries })
    }

    fn patient() -> Value {
        json!({ "resourceType": "Patient", "id": "p", "birthDate": "1980-01-01" })
    }

    /// Sertraline 50 mg, one a day, as the public sandbox drafts it.
    fn draft(id: Option<&str>) -> Value {
        let mut draft = json!({
            "resourceType": "MedicationRequest",
            "status": "draft",
            "category": { "coding": [] },
            "reasonCode": { "coding": [{ "code": "35489007" }], "text": "Depression" },
            "subject": { "reference": "Patient/p" },
            "medicationCodeableConcept": {
                "text": "Sertraline 50 MG Oral Tablet",
                "coding": [{ "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "312941", "display": "Sertraline 50 MG Oral Tablet" }]
            },
            "dosageInstruction": [{
                "doseAndRate": [{ "doseQuantity": { "value": 1, "system": "http://unitsofmeasure.org", "code": "{pill}" } }],
                "timing": { "repeat": { "frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": { "start": "2026-03-20", "end": "2026-04-20" } } }
            }]
        });
        if let Some(id) = id {
            draft["id"] = json!(id);
        }
        draft
    }

    fn sources(chart: &Chart) -> Vec<&str> {
        chart.drafts.iter().map(|draft| draft.source.as_str()).collect()
    }

    fn whys(chart: &Chart) -> Vec<&str> {
        chart.unread.iter().map(|unread| unread.why.as_str()).collect()
    }

    // rule 1/draft-from-today: speaks
    // rule 10/order-is-no-exposure: silent
    #[test]
    fn what_the_sandbox_drafts_counts_from_today_at_its_dose() {
        let chart = charted(&bundle(&[draft(Some("request-123"))]), None, &[patient()]);
        assert_eq!((sources(&chart), whys(&chart)), (vec!["MedicationRequest/request-123"], vec![]));
        let record = &chart.drafts[0];
        assert_eq!((record.start.map(|start| start.first), record.end, record.instruction.steps[0].first), (Some(today()), None, None));
        assert_eq!(record.instruction.steps[0].amount, Amount::Units { low: 1.0, high: 1.0 });
        assert_eq!(record.medicine.components[0].ingredient.name(), "sertraline");
        assert!(chart.medications.is_empty());
    }

    // rule 1/draft-selections: speaks
    // rule 1/draft-selections: silent
    #[test]
    fn only_what_is_selected_is_read_by_whatever_name() {
        let mut bundle = bundle(&[draft(Some("a")), draft(Some("b"))]);
        bundle["entry"][0]["fullUrl"] = json!("urn:uuid:0001");
        for selection in ["MedicationRequest/a", "a", "urn:uuid:0001", "https://x.example/fhir/MedicationRequest/a"] {
            assert_eq!(sources(&charted(&bundle, Some(&[selection]), &[patient()])), ["MedicationRequest/a"], "{selection}");
        }
        assert_eq!(sources(&charted(&bundle, Some(&["MedicationRequest/a", "b"]), &[patient()])).len(), 2);
        for selections in [&[][..], &["ServiceRequest/a"], &["MedicationRequest/c"]] {
            assert!(charted(&bundle, Some(selections), &[patient()]).drafts.is_empty(), "{selections:?}");
        }
        assert_eq!(charted(&bundle, None, &[patient()]).drafts.len(), 2);
    }

    #[test]
    fn an_order_without_a_name_is_meant_only_where_it_is_the_only_one() {
        let one = charted(&bundle(&[draft(None), draft(Some("b"))]), Some(&["MedicationRequest/x"]), &[patient()]);
        assert_eq!(sources(&one), ["entry 1 of context.draftOrders"]);
        let none = charted(&bundle(&[draft(None), draft(Some("b"))]), Some(&["MedicationRequest/b"]), &[patient()]);
        assert_eq!(sources(&none), ["MedicationRequest/b"]);
        let two = charted(&bundle(&[draft(None), draft(None)]), Some(&["MedicationRequest/x"]), &[patient()]);
        assert_eq!((two.drafts.len(), two.unread.len()), (0, 2));
        assert_eq!(charted(&bundle(&[draft(None), draft(None)]), None, &[patient()]).drafts.len(), 2);
    }

    // rule 1/draft-of-another-patient: silent
    // rule 1/draft-of-another-patient: speaks
    #[test]
    fn a_draft_of_another_patient_is_never_used_and_one_without_subject_is() {
        let mut other = draft(Some("a"));
        other["subject"]["reference"] = json!("Patient/q");
        let chart = charted(&bundle(&[other]), None, &[patient()]);
        assert_eq!((chart.drafts.len(), whys(&chart)), (0, vec!["a draft order for another patient: not used"]));
        let mut unsaid = draft(Some("a"));
        unsaid["subject"] = Value::Null;
        assert_eq!(charted(&bundle(&[unsaid]), None, &[patient()]).drafts.len(), 1);
    }

    // rule 1/draft-from-today: silent
    #[test]
    fn whatever_status_an_order_has_it_is_being_ordered_unless_it_is_called_off() {
        for (status, used) in [
            (json!("draft"), true),
            (json!("active"), true),
            (json!("on-hold"), true),
            (Value::Null, true),
            (json!("cancelled"), false),
            (json!("stopped"), false),
            (json!("entered-in-error"), false),
        ] {
            let mut order = draft(Some("a"));
            order["status"] = status.clone();
            let chart = charted(&bundle(&[order]), None, &[patient()]);
            assert_eq!((chart.drafts.len() == 1, chart.unread.is_empty()), (used, used), "{status}");
        }
        let mut never = draft(Some("a"));
        never["doNotPerform"] = json!(true);
        assert!(charted(&bundle(&[never]), None, &[patient()]).drafts.is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_told_and_is_no_error() {
        let mut no_drug = draft(Some("a"));
        no_drug.as_object_mut().expect("an object").remove("medicationCodeableConcept");
        let stu3 = json!({ "resourceType": "MedicationRequest", "id": "a", "dosageInstruction": [{ "doseQuantity": { "value": 1 } }] });
        let dstu2 = json!({ "resourceType": "MedicationOrder", "id": "a" });
        for drafts in [
            bundle(&[no_drug]),
            bundle(&[stu3]),
            bundle(&[dstu2]),
            bundle(&[json!(7)]),
            json!({}),
            json!({ "resourceType": "Bundle", "entry": 5 }),
        ] {
            let chart = charted(&drafts, None, &[patient()]);
            assert!(chart.drafts.is_empty() && chart.unread.len() == 1, "{drafts}: {:?}", chart.unread);
        }
        let nutrition = json!({ "resourceType": "NutritionOrder", "id": "n" });
        let chart = charted(&bundle(&[nutrition]), None, &[patient()]);
        assert!(chart.drafts.is_empty() && chart.unread.is_empty());
    }

    #[test]
    fn a_drug_by_reference_is_found_among_the_drafts_or_called_by_its_display() {
        let mut order = draft(Some("a"));
        order.as_object_mut().expect("an object").remove("medicationCodeableConcept");
        order["medicationReference"] = json!({ "reference": "Medication/m" });
        let medication = json!({ "resourceType": "Medication", "id": "m", "code": draft(None)["medicationCodeableConcept"] });
        assert_eq!(charted(&bundle(&[order.clone(), medication]), None, &[patient()]).drafts.len(), 1);
        order["medicationReference"] = json!({ "reference": "Medication/elsewhere", "display": "sertraline (ZOLOFT) tablet 50 mg" });
        let chart = charted(&bundle(&[order]), None, &[patient()]);
        assert_eq!(chart.drafts[0].medicine.components[0].ingredient.name(), "sertraline");
    }

    #[test]
    fn a_draft_that_was_saved_before_the_call_is_not_taken_for_a_record() {
        let mut saved = draft(Some("a"));
        assert_eq!(charted(&bundle(&[draft(Some("a"))]), None, &[patient(), saved.clone()]).unread, []);
        saved["intent"] = json!("order");
        saved["status"] = json!("active");
        saved["dosageInstruction"] = json!([]);
        for (authored, kept) in [("2026-03-02", 0), ("2026-03-01", 1)] {
            saved["authoredOn"] = json!(authored);
            let chart = charted(&bundle(&[draft(Some("a"))]), None, &[patient(), saved.clone()]);
            assert_eq!((chart.drafts.len(), chart.medications.len()), (1, kept), "{authored}");
        }
    }
}
