//! AllergyIntolerance and AdverseEvent.

use crate::clinical::chart::Intolerance;

use super::date::{self, Dated};
use super::medication;
use super::reading::{Reading, modified};
use super::record::Item;
use super::view::{Concept, Extension, Faults, Period, Reference, Text, View, view};

view! {
    AllergyView<'a> {
        verification: Option<Concept<'a>> = "verificationStatus",
        code: Option<Concept<'a>> = "code",
        onset: Option<Text<'a>> = "onsetDateTime",
        onset_period: Option<Period<'a>> = "onsetPeriod",
        recorded: Option<Text<'a>> = "recordedDate",
        last: Option<Text<'a>> = "lastOccurrence",
        reaction: Vec<Reaction<'a>> = "reaction",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

view! {
    Reaction<'a> {
        substance: Option<Concept<'a>> = "substance",
        manifestation: Vec<Concept<'a>> = "manifestation",
        onset: Option<Text<'a>> = "onset",
    }
}

view! {
    AdverseEventView<'a> {
        actuality: Option<Text<'a>> = "actuality",
        event: Option<Concept<'a>> = "event",
        date: Option<Text<'a>> = "date",
        detected: Option<Text<'a>> = "detected",
        recorded: Option<Text<'a>> = "recordedDate",
        suspect: Vec<Suspect<'a>> = "suspectEntity",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

view! {
    Suspect<'a> {
        instance: Option<Reference<'a>> = "instance",
    }
}

view! {
    Named<'a> {
        code: Option<Concept<'a>> = "code",
        medication: Option<Concept<'a>> = "medicationCodeableConcept",
        reference: Option<Reference<'a>> = "medicationReference",
    }
}

/// Reads an allergy or intolerance to a drug that the tables know.
pub(super) fn allergy<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let mut faults = Faults::default();
    let view = AllergyView::of(item.members, &mut faults);
    let substances = view.code.iter().chain(view.reaction.iter().filter_map(|reaction| reaction.substance.as_ref()));
    let Some(code) = substances.into_iter().find(|code| !medication::ingredients(reading.knowledge, code).is_empty()) else { return };
    let status = |word: &str| view.verification.as_ref().is_some_and(|concept| concept.is_any(&[word]));
    let first = view.reaction.iter().find_map(|reaction| reaction.onset.as_ref());
    let (from, _) = date::ends("onsetPeriod", view.onset_period.as_ref(), &mut faults);
    let when = date::of("reaction.onset", first, &mut faults)
        .or_else(|| date::of("lastOccurrence", view.last.as_ref(), &mut faults))
        .or_else(|| date::of("onsetDateTime", view.onset.as_ref(), &mut faults))
        .or(from)
        .or_else(|| date::of("recordedDate", view.recorded.as_ref(), &mut faults));
    let why = if status("entered-in-error") {
        Some("entered in error".to_owned())
    } else if status("refuted") {
        Some("refuted".to_owned())
    } else {
        modified(&view.modifiers)
    };
    let said = view.reaction.iter().flat_map(|reaction| &reaction.manifestation).map(Concept::label).find(|label| !label.is_empty());
    let label = said.map_or_else(|| code.label().to_owned(), |said| format!("{}: {said}", code.label()));
    keep(reading, item, code, when, label, why);
    reading.faults(&item.source, &faults);
}

/// Reads an actual event with a suspected drug.
pub(super) fn adverse_event<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let mut faults = Faults::default();
    let view = AdverseEventView::of(item.members, &mut faults);
    let when = date::of("date", view.date.as_ref(), &mut faults)
        .or_else(|| date::of("detected", view.detected.as_ref(), &mut faults))
        .or_else(|| date::of("recordedDate", view.recorded.as_ref(), &mut faults));
    let why = (view.actuality.as_deref() != Some("actual")).then(|| "a potential event, not one that happened".to_owned());
    let why = why.or_else(|| modified(&view.modifiers));
    let label = view.event.as_ref().map(|event| event.label().to_owned()).unwrap_or_default();
    for suspect in &view.suspect {
        let Some(code) = suspect.instance.as_ref().and_then(|instance| suspected(reading, instance)) else { continue };
        keep(reading, item, &code, when, label.clone(), why.clone());
    }
    reading.faults(&item.source, &faults);
}

/// The drug of a Medication or of a record of one, else what the reference is called.
fn suspected<'a>(reading: &Reading<'_, 'a>, instance: &Reference<'a>) -> Option<Concept<'a>> {
    let target = instance.reference.as_deref().unwrap_or_default();
    let kinds = ["Medication", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense"];
    let kind = kinds.into_iter().find(|kind| target.contains(&format!("{kind}/"))).unwrap_or("Medication");
    let found = reading.find(kind, target, &[]).and_then(|found| found.view::<Named<'a>>());
    let by_reference = |named: &Named<'a>| {
        let medication = reading.find("Medication", named.reference.as_ref()?.reference.as_deref()?, &[])?;
        medication.view::<Named<'a>>()?.code
    };
    let code = found.and_then(|named| by_reference(&named).or(named.medication).or(named.code));
    code.or_else(|| Some(Concept { coding: Vec::new(), text: Some(instance.display.clone()?) }))
}

fn keep(reading: &mut Reading<'_, '_>, item: &Item<'_>, code: &Concept<'_>, when: Option<Dated>, label: String, why: Option<String>) {
    let ingredients = medication::ingredients(reading.knowledge, code);
    if ingredients.is_empty() {
        return;
    }
    let why = why.or_else(|| reading.is_future(when).then(|| reading.dated_after()));
    if let Some(why) = why {
        return reading.unread(&item.source, why);
    }
    for ingredient in ingredients {
        let (source, when) = (item.source.clone(), when.map(|at| at.when.first));
        reading.chart.intolerances.push(Intolerance { source, ingredient, when, label: label.clone() });
    }
}
