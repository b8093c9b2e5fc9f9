//! Procedure, ServiceRequest and Encounter.

use crate::clinical::chart::{Encounter, Procedure, ProcedureKind};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Meaning;
use crate::clinical::units::{ConditionGroup, GroupSet, Span};

use super::date::{self, Dated};
use super::reading::{Reading, by_text, modified};
use super::record::Item;
use super::view::{Concept, Extension, Faults, Leaf, Member, Period, Reference, Slot, Text, View, view};

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
        period: Option<Period<'a>> = "period",
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
fn kind_by_code(knowledge: &'static Knowledge, code: &Concept<'_>) -> Option<ProcedureKind> {
    use ProcedureKind::*;
    if knowledge.condition_groups(code.codes()).has(ConditionGroup::Hospice) {
        return Some(Hospice);
    }
    code.meanings(knowledge).find_map(kind_of)
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
fn kind_by_words(knowledge: &'static Knowledge, code: &Concept<'_>) -> Option<ProcedureKind> {
    use ProcedureKind::*;
    if let Some(kind) = code.meanings_by_text(knowledge).find_map(kind_of) {
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
    let knowledge = reading.knowledge;
    let kind = reading.procedures.read("code", item.members, &mut Faults::default(), |from, faults| {
        let code = Concept::take(from, faults)?;
        let by_code = kind_by_code(knowledge, &code);
        by_code.or_else(|| kind_by_words(knowledge, &code)).map(|kind| (kind, by_code.is_some()))
    });
    let Some((kind, is_coded)) = kind.flatten().filter(|(kind, _)| !only_hospice || *kind == ProcedureKind::Hospice) else { return };
    let mut faults = Faults::default();
    let view = ProcedureView::of(item.members, &mut faults);
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
    let label = view.code.as_ref().map(Concept::label).unwrap_or_default();
    let label = if is_coded { label.to_owned() } else { by_text(label) };
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
    let own =
        ["type", "reasonCode"].map(|name| own_groups(reading, name, item, &mut faults)).into_iter().fold(GroupSet::EMPTY, GroupSet::union);
    let says_more = |member: &Member<'_>| matches!(&*member.name, "diagnosis" | "reasonReference" | "hospitalization");
    if own.is_empty() && !item.members.iter().any(says_more) {
        return;
    }
    let view = EncounterView::of(item.members, &mut faults);
    let groups = encounter_groups(reading, &view).union(own);
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

/// The groups of the concepts of one member.
fn own_groups<'a>(reading: &mut Reading<'_, 'a>, name: &'static str, item: &Item<'a>, faults: &mut Faults) -> GroupSet {
    let knowledge = reading.knowledge;
    let groups = reading.visits.read(name, item.members, faults, |from, faults| {
        let mut concepts: Vec<Concept<'a>> = Vec::new();
        concepts.put(name, from, faults);
        concepts.iter().map(|concept| knowledge.condition_groups(concept.codes())).fold(GroupSet::EMPTY, GroupSet::union)
    });
    groups.unwrap_or(GroupSet::EMPTY)
}

/// The groups of diagnoses and discharge disposition.
fn encounter_groups(reading: &Reading<'_, '_>, view: &EncounterView<'_>) -> GroupSet {
    let groups = |concept: &Concept<'_>| reading.knowledge.condition_groups(concept.codes());
    let disposition = view.hospitalization.as_ref().and_then(|stay| stay.disposition.as_ref());
    let own = disposition.map_or(GroupSet::EMPTY, groups);
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
