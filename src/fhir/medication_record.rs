//! Orders, dispenses, statements and administrations as records of one medicine; statuses by the table of rules.md 1.

use serde_json::value::RawValue;

use crate::clinical::chart::{Amount, Evidence, Instruction, MedicationRecord, Medicine, RecordState, Step};
use crate::clinical::units::{Day, Days, When};

use super::adherence;
use super::answer::member;
use super::date::{self, Dated};
use super::dosage::{self, Counted, Directions, Dosage};
use super::medication;
use super::reading::{Reading, modified};
use super::record::Item;
use super::stop;
use super::view::{Concept, Extension, Faults, Leaf, Meta, Period, Quantity, Reference, Text, View, view};

view! {
    /// The four kinds of record share most of their elements.
    RecordView<'a> {
        meta: Option<Meta<'a>> = "meta",
        contained: Vec<&'a RawValue> = "contained",
        status: Option<Text<'a>> = "status",
        status_reason: Option<&'a RawValue> = "statusReason",
        status_reason_concept: Option<Concept<'a>> = "statusReasonCodeableConcept",
        intent: Option<Text<'a>> = "intent",
        do_not_perform: Option<bool> = "doNotPerform",
        reported: Option<bool> = "reportedBoolean",
        reported_by: Option<Reference<'a>> = "reportedReference",
        medication_reference: Option<Reference<'a>> = "medicationReference",
        authored: Option<Text<'a>> = "authoredOn",
        dispense_request: Option<DispenseRequest<'a>> = "dispenseRequest",
        prepared: Option<Text<'a>> = "whenPrepared",
        handed_over: Option<Text<'a>> = "whenHandedOver",
        days_supply: Option<Quantity<'a>> = "daysSupply",
        quantity: Option<Quantity<'a>> = "quantity",
        effective: Option<Text<'a>> = "effectiveDateTime",
        effective_period: Option<Period<'a>> = "effectivePeriod",
        asserted: Option<Text<'a>> = "dateAsserted",
        extensions: Vec<Extension<'a>> = "extension",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

view! {
    DispenseRequest<'a> {
        validity: Option<Period<'a>> = "validityPeriod",
        repeats: Option<f64> = "numberOfRepeatsAllowed",
        quantity: Option<Quantity<'a>> = "quantity",
        expected: Option<Quantity<'a>> = "expectedSupplyDuration",
    }
}

view! {
    /// The dosage of an administration.
    Given<'a> {
        dose: Option<Quantity<'a>> = "dose",
        text: Option<Text<'a>> = "text",
    }
}

/// What one kind of record adds to what all have.
struct Own {
    evidence: Evidence,
    state: RecordState,
    start: Option<When>,
    end: Option<When>,
    asserted: Option<Day>,
    authored: Option<Day>,
    supply: Option<Days>,
    quantity: Option<Counted>,
    refills: u32,
    instruction: Instruction,
}

/// The reason where a record was entered in error.
const ENTERED_IN_ERROR: &str = "entered in error";

pub(super) fn view<'a>(item: &Item<'a>) -> (RecordView<'a>, Faults) {
    let mut faults = Faults::default();
    let view = RecordView::of(item.members, &mut faults);
    (view, faults)
}

/// Reads an order; with `intent` plan and `reported[x]` what the patient reports (rules.md 1).
pub(super) fn request<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let (view, mut faults) = view(item);
    let reported = view.reported == Some(true) || view.reported_by.is_some();
    let directions = Directions::of("dosageInstruction", reading, item, &mut faults);
    let own = ordered(reading, &view, &directions, reported, &mut faults);
    let span = own.as_ref().ok().and_then(|own| own.start).map(|start| start.first);
    keep(reading, item, &view, &directions.dosages, own, &mut faults);
    adherence::extension(reading, item, &view, span);
}

fn ordered(
    reading: &Reading<'_, '_>,
    view: &RecordView<'_>,
    directions: &Directions<'_>,
    reported: bool,
    faults: &mut Faults,
) -> Result<Own, String> {
    let evidence = match view.intent.as_deref() {
        Some("order" | "original-order" | "reflex-order" | "filler-order" | "instance-order") => Evidence::Ordered,
        Some("plan") if reported => Evidence::Stated,
        Some(intent @ ("proposal" | "plan" | "option")) => return Err(format!("intent {intent}")),
        _ => return Err("has no intent that is known".to_owned()),
    };
    let none = DispenseRequest::default();
    let dispense = view.dispense_request.as_ref().unwrap_or(&none);
    let bounds = bounds(&directions.dosages);
    let authored = date::of("authoredOn", view.authored.as_ref(), faults);
    // The end of its validity is the last day to hand it over, not to take it.
    let (valid_from, _) = date::ends("dispenseRequest.validityPeriod", dispense.validity.as_ref(), faults);
    let start = bounds.0.or(authored.map(|at| at.when)).or(valid_from.map(|at| at.when));
    let state = match view.status.as_deref() {
        Some("active") => RecordState::Active,
        Some("completed") => RecordState::Completed,
        Some("stopped") => RecordState::Stopped,
        Some("on-hold") => RecordState::OnHold,
        Some("unknown") => RecordState::Unknown,
        Some("cancelled") if start.is_some_and(|start| start.first <= reading.as_of) && bounds.1.is_some() => RecordState::Stopped,
        Some("cancelled") => return Err("cancelled before it began".to_owned()),
        Some("draft") => return Err("draft".to_owned()),
        Some("entered-in-error") => return Err(ENTERED_IN_ERROR.to_owned()),
        _ => return Err("has no status that is known".to_owned()),
    };
    let expected = dispense.expected.as_ref().and_then(dosage::days);
    let (supply, bounded) = supply(expected, directions);
    let refills = dispense.repeats.filter(|repeats| (0.0..=99.0).contains(repeats)).unwrap_or_default() as u32;
    Ok(Own {
        evidence,
        state,
        start,
        end: bounds.1,
        asserted: None,
        authored: authored.map(|at| at.when.first),
        supply,
        quantity: dispense.quantity.as_ref().and_then(dosage::supplied),
        refills: if bounded || evidence == Evidence::Stated { 0 } else { refills },
        instruction: directions.instruction.clone(),
    })
}

/// The earliest start and the latest end of the periods that the dosages state; an end only where every dosage has one.
fn bounds(dosages: &[Dosage<'_>]) -> (Option<When>, Option<When>) {
    let ends: Vec<Option<When>> = dosages.iter().map(|dosage| period(dosage).1).collect();
    let starts = dosages.iter().filter_map(|dosage| period(dosage).0);
    let end = if ends.iter().all(Option::is_some) { ends.into_iter().flatten().max_by_key(|when| when.last) } else { None };
    (starts.min_by_key(|when| when.first), end)
}

/// The start and the end that one dosage states.
fn period(dosage: &Dosage<'_>) -> (Option<When>, Option<When>) {
    let day = |text: &Option<Text<'_>>| text.as_deref().and_then(date::date).map(|at| at.when);
    let bounds = dosage.timing.as_ref().and_then(|timing| timing.repeat.as_ref()?.bounds.as_ref());
    bounds.map_or((None, None), |bounds| (day(&bounds.start), day(&bounds.end)))
}

/// The days of supply: as stated, else the length of the dosages where each has one; and whether it is the latter.
fn supply(stated: Option<Days>, directions: &Directions<'_>) -> (Option<Days>, bool) {
    if stated.is_some() {
        return (stated, false);
    }
    let written = |dosage: &Dosage<'_>| dosage::days(dosage.timing.as_ref()?.repeat.as_ref()?.duration.as_ref()?);
    let lengths: Option<Days> = match directions.instruction.steps.as_slice() {
        [] => directions
            .dosages
            .iter()
            .map(written)
            .collect::<Option<Vec<_>>>()
            .filter(|all| !all.is_empty())
            .map(|all| all.into_iter().sum()),
        steps => steps.iter().map(|step| step.length).sum(),
    };
    (lengths, lengths.is_some())
}

/// Reads a supply that was handed over.
pub(super) fn dispense<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let (view, mut faults) = view(item);
    let directions = Directions::of("dosageInstruction", reading, item, &mut faults);
    let own = dispensed(&view, &directions, &mut faults);
    keep(reading, item, &view, &directions.dosages, own, &mut faults);
}

fn dispensed(view: &RecordView<'_>, directions: &Directions<'_>, faults: &mut Faults) -> Result<Own, String> {
    let handed_over = date::of("whenHandedOver", view.handed_over.as_ref(), faults);
    let state = match view.status.as_deref() {
        Some("completed") => RecordState::Completed,
        Some("in-progress") => RecordState::Active,
        Some("on-hold") => RecordState::OnHold,
        Some("unknown") => RecordState::Unknown,
        Some("stopped") if handed_over.is_some() => RecordState::Stopped,
        Some("stopped") => return Err("stopped before it was handed over".to_owned()),
        Some("entered-in-error") => return Err(ENTERED_IN_ERROR.to_owned()),
        Some(status @ ("declined" | "cancelled" | "preparation")) => return Err(format!("status {status}: not handed over")),
        _ => return Err("has no status that is known".to_owned()),
    };
    let start = handed_over.or_else(|| date::of("whenPrepared", view.prepared.as_ref(), faults));
    let stated = view.days_supply.as_ref().and_then(dosage::days);
    Ok(Own {
        evidence: Evidence::Dispensed,
        state,
        start: start.map(|at| at.when),
        end: None,
        asserted: None,
        authored: None,
        supply: supply(stated, directions).0,
        quantity: view.quantity.as_ref().and_then(dosage::supplied),
        refills: 0,
        instruction: directions.instruction.clone(),
    })
}

/// Reads what somebody says is taken; `not-taken` is a fact about adherence, never exposure.
pub(super) fn statement<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let (view, mut faults) = view(item);
    let directions = Directions::of("dosage", reading, item, &mut faults);
    let (from, to) = date::ends("effectivePeriod", view.effective_period.as_ref(), &mut faults);
    let start = from.or_else(|| date::of("effectiveDateTime", view.effective.as_ref(), &mut faults));
    let asserted = date::of("dateAsserted", view.asserted.as_ref(), &mut faults);
    if view.status.as_deref() == Some("not-taken") {
        return adherence::not_taken(reading, item, &view, (start.or(asserted), to));
    }
    let own = stated(&directions, view.status.as_deref(), (start, to, asserted));
    keep(reading, item, &view, &directions.dosages, own, &mut faults);
    adherence::extension(reading, item, &view, start.map(|at| at.when.first));
}

fn stated(
    directions: &Directions<'_>,
    status: Option<&str>,
    (start, end, asserted): (Option<Dated>, Option<Dated>, Option<Dated>),
) -> Result<Own, String> {
    let state = match status {
        Some("active") => RecordState::Active,
        Some("completed") => RecordState::Completed,
        Some("stopped") => RecordState::Stopped,
        Some("on-hold") => RecordState::OnHold,
        Some("unknown") => RecordState::Unknown,
        Some("intended") => return Err("intended, not taken yet".to_owned()),
        Some("entered-in-error") => return Err(ENTERED_IN_ERROR.to_owned()),
        _ => return Err("has no status that is known".to_owned()),
    };
    let bounds = bounds(&directions.dosages);
    Ok(Own {
        evidence: Evidence::Stated,
        state,
        start: start.map(|at| at.when).or(bounds.0),
        end: end.map(|at| at.when).or(bounds.1),
        asserted: asserted.map(|at| at.when.first),
        authored: None,
        supply: supply(None, directions).0,
        quantity: None,
        refills: 0,
        instruction: directions.instruction.clone(),
    })
}

/// Reads what was given; it covers the days of its `effective[x]` only.
pub(super) fn administration<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let (view, mut faults) = view(item);
    let own = administered(item, &view, &mut faults);
    keep(reading, item, &view, &[], own, &mut faults);
}

fn administered(item: &Item<'_>, view: &RecordView<'_>, faults: &mut Faults) -> Result<Own, String> {
    let state = match view.status.as_deref() {
        Some("completed") => RecordState::Completed,
        Some("in-progress") => RecordState::Active,
        Some("on-hold") => RecordState::OnHold,
        Some("stopped") => RecordState::Stopped,
        Some("unknown") => RecordState::Unknown,
        Some("not-done") => return Err("not given".to_owned()),
        Some("entered-in-error") => return Err(ENTERED_IN_ERROR.to_owned()),
        _ => return Err("has no status that is known".to_owned()),
    };
    let (from, to) = date::ends("effectivePeriod", view.effective_period.as_ref(), faults);
    let at = date::of("effectiveDateTime", view.effective.as_ref(), faults);
    let dose = member(item.members, "dosage").and_then(|raw| Given::read(raw, faults)).and_then(|given| given.dose);
    let (start, end) = (from.or(at).map(|at| at.when), to.or(at).map(|at| at.when));
    // One administration is one dose; spread over several days it is not known how much a day.
    let one_day = start.zip(end).is_none_or(|(start, end)| start.first == end.last);
    let amount = match dose.as_ref().and_then(dosage::supplied).filter(|_| one_day) {
        Some(Counted::Units(units)) => Amount::Units { low: units, high: units },
        Some(Counted::Milligrams(mg)) => Amount::Milligrams { low: mg, high: mg },
        None => Amount::Unknown,
    };
    let steps = vec![Step { amount, length: None, first: None, last: None }];
    Ok(Own {
        evidence: Evidence::Administered,
        state,
        start,
        end,
        asserted: None,
        authored: None,
        supply: None,
        quantity: None,
        refills: 0,
        instruction: Instruction { steps, ..Instruction::default() },
    })
}

/// Puts a record into the chart, or tells why it counts for nothing, if its drug might have mattered.
fn keep<'a>(
    reading: &mut Reading<'_, 'a>,
    item: &Item<'a>,
    view: &RecordView<'a>,
    dosages: &[Dosage<'a>],
    own: Result<Own, String>,
    faults: &mut Faults,
) {
    let own = own.and_then(|own| match modified(&view.modifiers) {
        _ if view.do_not_perform == Some(true) => Err("an order not to give it".to_owned()),
        Some(why) => Err(why),
        None if own.start.is_some_and(|start| start.first > reading.as_of) => Err(reading.dated_after()),
        None => Ok(own),
    });
    let medicine = told(reading, item, view, dosages, own.is_ok(), faults);
    match (own, medicine) {
        (Ok(own), Ok(medicine)) => {
            let record = record(reading, item, view, own, medicine);
            reading.chart.medications.push(record);
            reading.faults(&item.source, faults);
        }
        (Err(why), Ok(medicine)) if !medicine.components.is_empty() => reading.unread(&item.source, why),
        (Err(_), Ok(_)) => {}
        (_, Err(why)) => reading.unread(&item.source, why),
    }
}

/// The medicine. Of a record that counts for nothing nothing is noted as unresolved.
pub(super) fn told<'a>(
    reading: &mut Reading<'_, 'a>,
    item: &Item<'a>,
    view: &RecordView<'a>,
    dosages: &[Dosage<'a>],
    counts: bool,
    faults: &mut Faults,
) -> Result<Medicine, String> {
    let route = dosages.iter().find_map(|dosage| dosage.route.as_ref());
    let (unresolved, unread) = (reading.chart.unresolved.len(), reading.chart.unread.len());
    let reference = view.medication_reference.as_ref();
    let medicine = medication::medicine(reading, item, reference, &view.contained, route, faults);
    if !counts {
        reading.chart.unresolved.truncate(unresolved);
        reading.chart.unread.truncate(unread);
    }
    medicine
}

fn record(reading: &Reading<'_, '_>, item: &Item<'_>, view: &RecordView<'_>, own: Own, medicine: Medicine) -> MedicationRecord {
    let (quantity, quantity_in_mg) = match own.quantity {
        Some(Counted::Units(units)) => (Some(units), false),
        Some(Counted::Milligrams(mg)) => (Some(mg), true),
        None => (None, false),
    };
    MedicationRecord {
        source: item.source.clone(),
        evidence: own.evidence,
        medicine,
        state: own.state,
        start: own.start,
        end: own.end,
        asserted: own.asserted.filter(|day| *day <= reading.as_of),
        authored: own.authored,
        supply_days: own.supply,
        quantity,
        quantity_in_mg,
        refills: own.refills,
        instruction: own.instruction,
        stop: stop::stop(reading, view, own.state, own.end),
        updated: view.meta.as_ref().and_then(|meta| meta.updated.as_deref()).and_then(date::date).map(|at| at.when.first),
    }
}
