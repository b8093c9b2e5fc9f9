//! Patient.

use crate::clinical::chart::{Patient, Sex};

use super::date;
use super::reading::Reading;
use super::record::{Item, Owner};
use super::view::{Faults, Text, View, view};

view! {
    PatientView<'a> {
        gender: Option<Text<'a>> = "gender",
        birth: Option<Text<'a>> = "birthDate",
        deceased: Option<bool> = "deceasedBoolean",
        deceased_on: Option<Text<'a>> = "deceasedDateTime",
        links: Vec<Link<'a>> = "link",
    }
}

view! {
    Link<'a> {
        kind: Option<Text<'a>> = "type",
    }
}

/// The link of a Patient that was merged into another and must no longer be used (R4, Patient.link.type).
const REPLACED: &str = "replaced-by";

/// Reads the patient, unless it was merged into another: then the record goes on elsewhere, and what is here is not all of it. A death
/// dated after the day of assessment does not count.
pub(super) fn read<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let mut faults = Faults::default();
    let view = PatientView::of(item.members, &mut faults);
    if view.links.iter().any(|link| link.kind.as_deref() == Some(REPLACED)) {
        return reading.unread(&item.source, "the patient was merged into another (`link` of type `replaced-by`)");
    }
    let birth = date::of("birthDate", view.birth.as_ref(), &mut faults);
    let died = date::of("deceasedDateTime", view.deceased_on.as_ref(), &mut faults);
    let deceased = match died {
        Some(died) => (died.when.first <= reading.as_of).then_some(Some(died.when.first)),
        None => (view.deceased == Some(true) || view.deceased_on.is_some()).then_some(None),
    };
    if reading.is_future(died) {
        let why = reading.dated_after();
        reading.unread(&item.source, format!("`deceasedDateTime` {why}"));
    }
    let birth = birth.filter(|birth| birth.when.first <= reading.as_of).map(|birth| birth.when);
    if birth.is_none() && view.birth.is_some() && faults.paths().is_empty() {
        reading.unread(&item.source, "`birthDate` lies in the future");
    }
    let sex = match view.gender.as_deref() {
        Some("female") => Some(Sex::Female),
        Some("male") => Some(Sex::Male),
        Some("other") => Some(Sex::Other),
        _ => None,
    };
    let Owner::Patient(id) = &item.owner else { return };
    reading.chart.patient = Some(Patient { id: id.clone().into_owned(), birth, sex, deceased });
    reading.faults(&item.source, &faults);
}
