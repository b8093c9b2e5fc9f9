//! Procedure, ServiceRequest and Encounter.

use crate::clinical::chart::{Encounter, Procedure, ProcedureKind};
use crate::clinical::units::Meaning;
use crate::clinical::units::{ConditionGroup, GroupSet, Span};

use super::date::{self, Dated};
use super::reading::{Reading, by_text, modified};
use super::record::Item;
use super::view::{Concept, Extension, Faults, Period, Reference, Text, View, view};

view! {
    ProcedureView<'a> {
        status: Option<Text<'a>> = "status",
        code: Option<Concept<'a>> = "code",
        performed: Option<Text<'a>> = "performedDateTime",
        performed_period: Option<Period<'a>> = "performedPeriod",
        occurrence: Option<Text<'a>> = "occurrenceDateTime",
        occurrence_period: Option<Period<'a>> = "occurrencePeriod",
        authored: Option<Text<'a>> = "authoredOn",
        do_not_perform: Option<bool> = "doNotPerform",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

view! {
    EncounterView<'a> {
        status: Option<Text<'a>> = "status",
        kind: Vec<Concept<'a>> = "type",
        period: Option<Period<'a>> = "period",
        reason: Vec<Concept<'a>> = "reasonCode",
        reason_reference: Vec<Reference<'a>> = "reasonReference",
        diagnosis: Vec<Diagnosis<'a>> = "diagnosis",
        hospitalization: Option<Hospitalization<'a>> = "hospitalization",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

view! {
    Diagnosis<'a> {
        condition: Option<Reference<'a>> = "condition",
    }
}

view! {
    Hospitalization<'a> {
        disposition: Option<Concept<'a>> = "dischargeDisposition",
    }
}

view! {
    Coded<'a> {
        code: Option<Concept<'a>> = "code",
        verification: Option<Concept<'a>> = "verificationStatus",
    }
}

/// What a procedure is by its codes.
fn kind_by_code(reading: &Reading<'_, '_>, code: &Concept<'_>) -> Option<ProcedureKind> {
    use ProcedureKind::*;
    if reading.knowledge.condition_groups(code.codes()).has(ConditionGroup::Hospice) {
        return Some(Hospice);
    }
    code.meanings(reading.knowledge).find_map(kind_of)
}

fn kind_of(meaning: Meaning) -> Option<ProcedureKind> {
    use ProcedureKind::*;
    match meaning {
        Meaning::ProcedureEct => Some(Ect),
        Meaning::ProcedureTms => Some(Tms),
        Meaning::ProcedureEsketamine => Some(Esketamine),
        Meaning::ProcedureVns => Some(Vns),
        Meaning::ProcedurePsychotherapy => Some(Psychotherapy),
        Meaning::ProcedurePap => Some(Pap),
        _ => None,
    }
}

/// What a procedure is by its words: those of rows without a verified code, and plain ones.
fn kind_by_words(reading: &Reading<'_, '_>, code: &Concept<'_>) -> Option<ProcedureKind> {
    use ProcedureKind::*;
    if let Some(kind) = code.meanings_by_text(reading.knowledge).find_map(kind_of) {
        return Some(kind);
    }
    let words = code.wordings().map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" ");
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if says(&["electroconvulsive"]) {
        Some(Ect)
    } else if says(&["transcranial magnetic", "theta burst"]) {
        Some(Tms)
    } else if says(&["esketamine"]) {
        Some(Esketamine)
    } else if says(&["ketamine"]) {
        Some(Ketamine)
    } else if says(&["vagus nerve stimulat", "vagal nerve stimulat"]) {
        Some(Vns)
    } else if says(&["psychotherapy", "cognitive behavioral therapy", "cognitive behavioural therapy", "interpersonal therapy"]) {
        Some(Psychotherapy)
    } else if says(&["positive airway pressure", "cpap", "bipap"]) {
        Some(Pap)
    } else {
        None
    }
}

/// Reads what was done.
pub(super) fn procedure<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    done(reading, item, &["completed", "in-progress"], false);
}

/// Reads an order for hospice or palliative care; other orders are no procedures.
pub(super) fn service_request<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    done(reading, item, &["active", "completed", "on-hold", "unknown"], true);
}

fn done<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>, accepted: &[&str], only_hospice: bool) {
    let mut faults = Faults::default();
    let view = ProcedureView::of(item.members, &mut faults);
    let code = view.code.clone().unwrap_or_default();
    let by_code = kind_by_code(reading, &code);
    let kind = by_code.or_else(|| kind_by_words(reading, &code));
    let Some(kind) = kind.filter(|kind| !only_hospice || *kind == ProcedureKind::Hospice) else { return };
    let status = view.status.as_deref().unwrap_or_default();
    if !accepted.contains(&status) {
        let why = if status == "entered-in-error" { "entered in error" } else { "not done, or not known to be done" };
        return reading.unread(&item.source, why);
    }
    if let Some(why) = modified(&view.modifiers) {
        return reading.unread(&item.source, why);
    }
    if view.do_not_perform == Some(true) {
        return reading.unread(&item.source, "an order not to do it");
    }
    let (from, to) = date::ends("performedPeriod", view.performed_period.as_ref().or(view.occurrence_period.as_ref()), &mut faults);
    let at = date::of("performedDateTime", view.performed.as_ref().or(view.occurrence.as_ref()).or(view.authored.as_ref()), &mut faults);
    let start = from.or(at);
    if reading.is_future(start) {
        let why = reading.dated_after();
        return reading.unread(&item.source, why);
    }
    let when = start.and_then(|start| span(reading, start, to));
    let label = if by_code.is_some() { code.label().to_owned() } else { by_text(code.label()) };
    reading.chart.procedures.push(Procedure { source: item.source.clone(), kind, when, label });
    reading.faults(&item.source, &faults);
}

/// From a start to an end, today at the latest.
fn span(reading: &Reading<'_, '_>, start: Dated, end: Option<Dated>) -> Option<Span> {
    let last = end.map_or(start.when.first, |end| end.when.last).min(reading.as_of);
    Span::new(start.when.first, last.max(start.when.first))
}

/// Reads a contact: what it was for.
pub(super) fn encounter<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let mut faults = Faults::default();
    let view = EncounterView::of(item.members, &mut faults);
    let groups = encounter_groups(reading, &view);
    if groups.is_empty() {
        return;
    }
    let why = match view.status.as_deref() {
        Some("finished" | "in-progress" | "arrived" | "onleave") => modified(&view.modifiers),
        Some("entered-in-error") => Some("entered in error".to_owned()),
        _ => Some("planned, cancelled, or of unknown status".to_owned()),
    };
    if let Some(why) = why {
        return reading.unread(&item.source, why);
    }
    let (start, end) = date::ends("period", view.period.as_ref(), &mut faults);
    let Some(start) = start.or(end) else { return reading.unread(&item.source, "has no date") };
    if reading.is_future(Some(start)) {
        let why = reading.dated_after();
        return reading.unread(&item.source, why);
    }
    if let Some(span) = span(reading, start, end) {
        reading.chart.encounters.push(Encounter { source: item.source.clone(), span, groups });
    }
    reading.faults(&item.source, &faults);
}

/// The groups of types, reasons, diagnoses and discharge disposition.
fn encounter_groups(reading: &Reading<'_, '_>, view: &EncounterView<'_>) -> GroupSet {
    let groups = |concept: &Concept<'_>| reading.knowledge.condition_groups(concept.codes());
    let disposition = view.hospitalization.as_ref().and_then(|stay| stay.disposition.as_ref());
    let own = view.kind.iter().chain(&view.reason).chain(disposition).map(groups).fold(GroupSet::EMPTY, GroupSet::union);
    // http://terminology.hl7.org/CodeSystem/discharge-disposition: hosp is hospice.
    let hospice = disposition.is_some_and(|concept| concept.is_any(&["hosp"]));
    let own = if hospice { own.with(ConditionGroup::Hospice) } else { own };
    let conditions = view.diagnosis.iter().filter_map(|diagnosis| diagnosis.condition.as_ref()).chain(&view.reason_reference);
    let accepted = |view: &Coded<'_>| !view.verification.as_ref().is_some_and(|status| status.is_any(&["refuted", "entered-in-error"]));
    conditions
        .filter_map(|reference| reading.find("Condition", reference.reference.as_deref()?, &[]))
        .filter_map(|condition| condition.view::<Coded<'_>>())
        .filter(accepted)
        .filter_map(|view| view.code.map(|code| groups(&code)))
        .fold(own, GroupSet::union)
}
