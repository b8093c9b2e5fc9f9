//! Observation: scores, items of scales, laboratory values, vital signs.

use foldhash::HashMap;
use std::borrow::Cow;

use crate::clinical::chart::{Measurement, Unreadable, Value};
use crate::clinical::knowledge::{Knowledge, Observation};
use crate::clinical::units::{Instrument, Meaning, Moment, SourceRef};

use super::answer::member;
use super::date;
use super::reading::{Reading, modified};
use super::record::Item;
use super::screening::{Part, Role};
use super::view::{Concept, Extension, Faults, Leaf, Member, Period, Quantity, Reference, Text, View, view};

view! {
    ObservationView<'a> {
        status: Option<Text<'a>> = "status",
        effective: Option<Text<'a>> = "effectiveDateTime",
        effective_period: Option<Period<'a>> = "effectivePeriod",
        effective_instant: Option<Text<'a>> = "effectiveInstant",
        issued: Option<Text<'a>> = "issued",
        quantity: Option<Quantity<'a>> = "valueQuantity",
        integer: Option<f64> = "valueInteger",
        string: Option<Text<'a>> = "valueString",
        concept: Option<Concept<'a>> = "valueCodeableConcept",
        boolean: Option<bool> = "valueBoolean",
        absent: Option<Concept<'a>> = "dataAbsentReason",
        component: Vec<Component<'a>> = "component",
        member: Vec<Reference<'a>> = "hasMember",
        derived_from: Vec<Reference<'a>> = "derivedFrom",
        reference_range: Vec<ReferenceRange<'a>> = "referenceRange",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

view! {
    Component<'a> {
        code: Option<Concept<'a>> = "code",
        quantity: Option<Quantity<'a>> = "valueQuantity",
        integer: Option<f64> = "valueInteger",
        string: Option<Text<'a>> = "valueString",
        concept: Option<Concept<'a>> = "valueCodeableConcept",
        boolean: Option<bool> = "valueBoolean",
        absent: Option<Concept<'a>> = "dataAbsentReason",
    }
}

view! {
    ReferenceRange<'a> {
        low: Option<Quantity<'a>> = "low",
        high: Option<Quantity<'a>> = "high",
    }
}

/// A value as written.
#[derive(Debug, Clone)]
pub(super) enum Given<'v> {
    Quantity(f64, Vec<&'v str>),
    Concept(Cow<'v, Concept<'v>>),
    Text(&'v str),
    YesNo(bool),
}

/// What is put together only when all of it is known: the parts of PHQ-9s.
#[derive(Debug, Default)]
pub(super) struct Results<'a> {
    pub(super) parts: Vec<Part>,
    pub(super) rows: Rows<'a>,
}

/// When, from where and how sure a result is.
#[derive(Debug, Clone)]
pub(super) struct Occasion {
    pub(super) source: SourceRef,
    pub(super) at: Moment,
    pub(super) finished: bool,
}

/// The items of the PHQ-9, in their order.
const ITEMS: [Instrument; 9] = {
    use Instrument::*;
    [Phq9Item1, Phq9Item2, Phq9Item3, Phq9Item4, Phq9Item5, Phq9Item6, Phq9Item7, Phq9Item8, Phq9Item9]
};

/// Which item of the PHQ-9 an instrument is, from 0.
pub(super) fn item_index(instrument: Instrument) -> Option<usize> {
    ITEMS.iter().position(|item| *item == instrument)
}

/// Reads one result, if the table has a row for it.
pub(super) fn read<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>, results: &mut Results<'a>) {
    let Some(row) = results.rows.row(reading.knowledge, item.members) else { return };
    let mut faults = Faults::default();
    let view = ObservationView::of(item.members, &mut faults);
    match occasion(reading, item, &view, &mut faults) {
        Err(why) => reading.unread(&item.source, why),
        Ok(occasion) => result(reading, &view, row, &occasion, results),
    }
    reading.faults(&item.source, &faults);
}

/// The rows of the codes that were met: most of a record has few codes, each written in the same words again and again.
#[derive(Debug, Default)]
pub(super) struct Rows<'a> {
    met: HashMap<&'a str, Option<&'static Observation>>,
}

impl<'a> Rows<'a> {
    /// The row of a result, if the table has one.
    pub(super) fn row(&mut self, knowledge: &'static Knowledge, members: &[Member<'a>]) -> Option<&'static Observation> {
        let code = member(members, "code")?;
        *self.met.entry(code.get()).or_insert_with(|| row(knowledge, &Concept::read(code, &mut Faults::default())?))
    }
}

fn row(knowledge: &'static Knowledge, code: &Concept<'_>) -> Option<&'static Observation> {
    code.codes().find_map(|code| knowledge.observation(code)).or_else(|| code.wordings().find_map(|text| knowledge.observation_named(text)))
}

fn occasion(reading: &Reading<'_, '_>, item: &Item<'_>, view: &ObservationView<'_>, faults: &mut Faults) -> Result<Occasion, String> {
    let finished = match view.status.as_deref() {
        Some("final" | "amended" | "corrected") => true,
        Some("preliminary") => false,
        Some("entered-in-error") => return Err("entered in error".to_owned()),
        Some("registered" | "cancelled" | "unknown") => return Err("its status is registered, cancelled or unknown".to_owned()),
        _ => return Err("has no status that is known".to_owned()),
    };
    if let Some(why) = modified(&view.modifiers) {
        return Err(why);
    }
    if view.absent.is_some() && view.component.is_empty() && view.member.is_empty() {
        return Err("its value is said to be absent".to_owned());
    }
    let (start, end) = date::ends("effectivePeriod", view.effective_period.as_ref(), faults);
    let dated = date::of("effectiveDateTime", view.effective.as_ref(), faults)
        .or_else(|| date::of("effectiveInstant", view.effective_instant.as_ref(), faults))
        .or(end.filter(|end| end.when.first <= reading.as_of).or(start))
        .or_else(|| date::of("issued", view.issued.as_ref(), faults));
    let Some(dated) = dated else { return Err("has no date".to_owned()) };
    if reading.is_future(Some(dated)) {
        return Err(reading.dated_after());
    }
    Ok(Occasion { source: item.source.clone(), at: dated.moment(), finished })
}

fn result(
    reading: &mut Reading<'_, '_>,
    view: &ObservationView<'_>,
    row: &'static Observation,
    occasion: &Occasion,
    results: &mut Results<'_>,
) {
    let value = given(view.quantity.as_ref(), view.integer, view.string.as_deref(), view.concept.as_ref(), view.boolean);
    let references = |list: &[Reference<'_>]| -> Vec<String> {
        list.iter().filter_map(|reference| reference.reference.as_deref().map(str::to_owned)).collect()
    };
    if row.instrument == Instrument::BloodPressure {
        return pressure(reading, view, occasion);
    }
    if row.instrument == Instrument::Mdq && value.is_none() && !view.component.is_empty() {
        return mood_disorder(reading, &view.component, occasion);
    }
    if matches!(row.instrument, Instrument::Phq9 | Instrument::Phq9Panel) || item_index(row.instrument).is_some() {
        let role = match row.instrument {
            Instrument::Phq9 => Role::Total,
            Instrument::Phq9Panel => Role::Panel,
            _ => Role::Item,
        };
        let mut part = Part::new(role, occasion.clone());
        part.links = references(&view.member);
        part.links.extend(references(&view.derived_from));
        phq9(reading, &mut part, row, value);
        for component in &view.component {
            answer(reading, component, occasion, Some(&mut part));
        }
        results.parts.push(part);
        return;
    }
    let done = !view.member.is_empty() || !view.component.is_empty();
    measurement(reading, row, value, limits(view, row), done, occasion);
    for component in &view.component {
        answer(reading, component, occasion, None);
    }
}

/// A Mood Disorder Questionnaire whose answers are the components of its panel, in the order of the form: their codes are not told apart.
fn mood_disorder(reading: &mut Reading<'_, '_>, components: &[Component<'_>], occasion: &Occasion) {
    let knowledge = reading.knowledge;
    let yes = |component: &Component<'_>| component.boolean.or_else(|| yes_or_no(component.concept.as_ref()?, knowledge));
    let said: Vec<bool> = components.iter().filter_map(yes).collect();
    let words = components.iter().filter_map(|component| component.string.as_deref().or_else(|| Some(component.concept.as_ref()?.label())));
    super::questionnaire::answered(reading, &said, words, occasion);
}

/// The lower and the upper limit of the result's own reference range.
type Limits = (Option<f64>, Option<f64>);

/// No reference range.
pub(super) const NO_LIMITS: Limits = (None, None);

/// The reference range, in the unit of the table; the unit of the value holds where the range has none.
///
/// Each limit is that of the first range which has it.
fn limits(view: &ObservationView<'_>, row: &Observation) -> Limits {
    let own = view.quantity.as_ref().and_then(|quantity| quantity.code.as_deref().or(quantity.unit.as_deref()));
    let limit = |quantity: &Option<Quantity<'_>>| {
        let quantity = quantity.as_ref()?;
        row.in_table_unit(quantity.value?, quantity.code.as_deref().or(quantity.unit.as_deref()).or(own))
    };
    let low = view.reference_range.iter().find_map(|range| limit(&range.low));
    let high = view.reference_range.iter().find_map(|range| limit(&range.high));
    (low, high)
}

/// A component is a result of its own, or an item of the PHQ-9 it stands in.
fn answer(reading: &mut Reading<'_, '_>, component: &Component<'_>, occasion: &Occasion, part: Option<&mut Part>) {
    let code = component.code.clone().unwrap_or_default();
    let Some(row) = row(reading.knowledge, &code) else { return };
    if component.absent.is_some() {
        return;
    }
    let value =
        given(component.quantity.as_ref(), component.integer, component.string.as_deref(), component.concept.as_ref(), component.boolean);
    let of_phq9 = row.instrument == Instrument::Phq9 || item_index(row.instrument).is_some();
    match part {
        Some(part) if of_phq9 => phq9(reading, part, row, value),
        _ if value.is_some() && !of_phq9 => measurement(reading, row, value, NO_LIMITS, false, occasion),
        _ => {}
    }
}

/// The value of an element that may be written in several ways.
pub(super) fn given<'v>(
    quantity: Option<&'v Quantity<'_>>,
    number: Option<f64>,
    text: Option<&'v str>,
    concept: Option<&'v Concept<'v>>,
    yes_no: Option<bool>,
) -> Option<Given<'v>> {
    let units = |quantity: &'v Quantity<'_>| [quantity.code.as_deref(), quantity.unit.as_deref()].into_iter().flatten().collect();
    if let Some(quantity) = quantity {
        return Some(Given::Quantity(quantity.value?, units(quantity)));
    }
    let written = text.and_then(|text| text.trim().parse::<f64>().ok()).filter(|number| number.is_finite());
    if let Some(number) = number.or(written) {
        return Some(Given::Quantity(number, Vec::new()));
    }
    concept.map(|concept| Given::Concept(Cow::Borrowed(concept))).or(yes_no.map(Given::YesNo)).or(text.map(Given::Text))
}

/// Puts a total or an item of the PHQ-9 where it belongs, or says why not.
pub(super) fn phq9(reading: &mut Reading<'_, '_>, part: &mut Part, row: &Observation, value: Option<Given<'_>>) {
    if let Err(why) = phq9_value(part, row, value, reading.knowledge) {
        reading.unread(&part.occasion.source, why);
        part.told = true;
    }
}

fn phq9_value(part: &mut Part, row: &Observation, value: Option<Given<'_>>, knowledge: &'static Knowledge) -> Result<(), String> {
    let whole = |number: f64, most: f64| (number.fract() == 0.0 && (0.0..=most).contains(&number)).then_some(number as u8);
    match (value, item_index(row.instrument)) {
        (None, _) if part.role == Role::Item => Err("an item of the PHQ-9 without a value that can be read".to_owned()),
        (None, _) => Ok(()),
        (Some(value), Some(index)) => {
            let score = match &value {
                Given::Quantity(number, _) => whole(*number, 3.0),
                Given::Concept(concept) => answer_score(concept, knowledge),
                Given::Text(_) | Given::YesNo(_) => None,
            };
            part.items[index] = Some(score.ok_or_else(|| format!("item {} of the PHQ-9 is no answer of 0 to 3", index + 1))?);
            Ok(())
        }
        (Some(Given::Quantity(number, _)), None) if row.instrument == Instrument::Phq9 => {
            part.total = Some(whole(number, 27.0).ok_or("a PHQ-9 total outside of 0 to 27")?);
            Ok(())
        }
        (Some(_), None) if row.instrument == Instrument::Phq9 => Err("a PHQ-9 total that is no number".to_owned()),
        (Some(_), None) => Err("a value under the code of the PHQ-9 panel is not read as its total".to_owned()),
    }
}

/// The score of a coded answer.
fn answer_score(concept: &Concept<'_>, knowledge: &'static Knowledge) -> Option<u8> {
    concept.meanings(knowledge).find_map(|meaning| match meaning {
        Meaning::AnswerScore0 => Some(0),
        Meaning::AnswerScore1 => Some(1),
        Meaning::AnswerScore2 => Some(2),
        Meaning::AnswerScore3 => Some(3),
        _ => None,
    })
}

/// Adds a measurement, or says why it counts for nothing.
pub(super) fn measurement(
    reading: &mut Reading<'_, '_>,
    row: &Observation,
    value: Option<Given<'_>>,
    (lower_limit, upper_limit): Limits,
    done: bool,
    occasion: &Occasion,
) {
    let value = match value {
        None if done || row.unit.is_empty() => Some(Value::Done),
        None => None,
        Some(Given::Quantity(number, units)) if !row.unit.is_empty() => in_unit(row, number, &units).map(Value::Number),
        Some(Given::Quantity(number, _)) => Some(Value::Number(number)),
        Some(Given::YesNo(yes)) => Some(Value::YesNo(yes)),
        Some(Given::Concept(concept)) => Some(coded(row, &concept, reading.knowledge)),
        Some(Given::Text(text)) => Some(yes_no(text).map_or_else(|| Value::Answer { code: None, text: text.to_owned() }, Value::YesNo)),
    };
    match value {
        Some(value) => reading.chart.measurements.push(Measurement {
            instrument: row.instrument,
            at: occasion.at,
            source: occasion.source.clone(),
            value,
            lower_limit,
            upper_limit,
            finished: occasion.finished,
        }),
        None => {
            let (at, source) = (occasion.at, occasion.source.clone());
            reading.chart.unreadable.push(Unreadable { instrument: row.instrument, at, source });
            reading.unread(&occasion.source, format!("{}: no value, or one that is implausible in its unit", row.display));
        }
    }
}

fn in_unit(row: &Observation, number: f64, units: &[&str]) -> Option<f64> {
    match units {
        [] => row.in_table_unit(number, None),
        units => units.iter().find_map(|unit| row.in_table_unit(number, Some(unit))),
    }
}

/// A yes or a no by its code.
pub(super) fn yes_or_no(concept: &Concept<'_>, knowledge: &'static Knowledge) -> Option<bool> {
    concept.meanings(knowledge).find_map(|meaning| match meaning {
        Meaning::AnswerYes => Some(true),
        Meaning::AnswerNo => Some(false),
        _ => None,
    })
}

fn coded(row: &Observation, concept: &Concept<'_>, knowledge: &'static Knowledge) -> Value {
    if let (false, Some(score)) = (row.unit.is_empty(), answer_score(concept, knowledge)) {
        return Value::Number(f64::from(score));
    }
    let known = yes_or_no(concept, knowledge).or_else(|| yes_no(concept.label()));
    let code = concept.codes().next().map(|code| code.code.to_owned());
    known.map_or_else(|| Value::Answer { code, text: concept.label().to_owned() }, Value::YesNo)
}

fn yes_no(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Blood pressure from its two components.
fn pressure(reading: &mut Reading<'_, '_>, view: &ObservationView<'_>, occasion: &Occasion) {
    let of = |part: Meaning| {
        let is = |component: &&Component<'_>| component.code.as_ref().is_some_and(|code| code.says(part, reading.knowledge));
        let component = view.component.iter().find(is)?;
        component.quantity.as_ref()?.value.filter(|value| (20.0..=350.0).contains(value))
    };
    let (systolic, diastolic) = (of(Meaning::PressureSystolic), of(Meaning::PressureDiastolic));
    if systolic.is_none() && diastolic.is_none() {
        return reading.unread(&occasion.source, "a blood pressure without a value that can be read");
    }
    reading.chart.measurements.push(Measurement {
        instrument: Instrument::BloodPressure,
        at: occasion.at,
        source: occasion.source.clone(),
        value: Value::Pressure { systolic, diastolic },
        lower_limit: None,
        upper_limit: None,
        finished: occasion.finished,
    });
}
