//! QuestionnaireResponse: the PHQ-9 by its item codes, the MDQ by its name, every other item that the table has a code for.

use super::observation::yes_or_no;
use crate::clinical::knowledge::Knowledge;
use std::borrow::Cow;

use crate::clinical::chart::{Measurement, Value};
use crate::clinical::knowledge::Observation;
use crate::clinical::units::{Code, Instrument, System};

use super::date;
use super::observation::{self, Given, Occasion, Results};
use super::reading::{Reading, modified};
use super::record::Item;
use super::screening::{Part, Role};
use super::view::{Coding, Concept, Extension, Faults, Quantity, Text, View, view};

view! {
    ResponseView<'a> {
        status: Option<Text<'a>> = "status",
        authored: Option<Text<'a>> = "authored",
        questionnaire: Option<Text<'a>> = "questionnaire",
        about_questionnaire: Option<Annotated<'a>> = "_questionnaire",
        item: Vec<ItemView<'a>> = "item",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

view! {
    Annotated<'a> {
        extensions: Vec<Extension<'a>> = "extension",
    }
}

view! {
    ItemView<'a> {
        link: Option<Text<'a>> = "linkId",
        definition: Option<Text<'a>> = "definition",
        text: Option<Text<'a>> = "text",
        answer: Vec<AnswerView<'a>> = "answer",
        item: Vec<ItemView<'a>> = "item",
    }
}

view! {
    AnswerView<'a> {
        integer: Option<f64> = "valueInteger",
        decimal: Option<f64> = "valueDecimal",
        coding: Option<Scored<'a>> = "valueCoding",
        string: Option<Text<'a>> = "valueString",
        boolean: Option<bool> = "valueBoolean",
        quantity: Option<Quantity<'a>> = "valueQuantity",
        item: Vec<ItemView<'a>> = "item",
    }
}

view! {
    /// A coded answer, with the score that an extension gives it.
    Scored<'a> {
        system: Option<Text<'a>> = "system",
        code: Option<Text<'a>> = "code",
        display: Option<Text<'a>> = "display",
        extensions: Vec<Extension<'a>> = "extension",
    }
}

/// Reads one filled-in questionnaire.
pub(super) fn read<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>, results: &mut Results<'_>) {
    let mut faults = Faults::default();
    let view = ResponseView::of(item.members, &mut faults);
    let mut items = Vec::new();
    flatten(&view.item, &mut items);
    let named = |name: &dyn Fn(&str) -> bool| {
        let label = view.about_questionnaire.iter().flat_map(|about| &about.extensions).find_map(|extension| extension.text.as_deref());
        [view.questionnaire.as_deref(), label].into_iter().flatten().any(|text| name(&text.to_ascii_lowercase()))
    };
    let mdq =
        named(&|text| text.contains("mood disorder questionnaire") || text.contains("mood-disorder-questionnaire") || is_word(text, "mdq"));
    let rms = named(&|text| text.contains("rapid mood screener") || text.contains("rapid-mood-screener"));
    let rows: Vec<_> = items.iter().filter_map(|item| Some((row(reading, item)?, *item))).collect();
    if rows.is_empty() && !mdq && !rms {
        return;
    }
    match occasion(reading, item, &view, &mut faults) {
        Err(why) => reading.unread(&item.source, why),
        Ok(occasion) if mdq => mood_disorder(reading, &items, &occasion),
        Ok(occasion) if rms => rapid_mood(reading, &items, &occasion),
        Ok(occasion) => answers(reading, &rows, &occasion, results),
    }
    reading.faults(&item.source, &faults);
}

fn is_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word)
}

fn flatten<'v, 'a>(items: &'v [ItemView<'a>], flat: &mut Vec<&'v ItemView<'a>>) {
    for item in items {
        flat.push(item);
        flatten(&item.item, flat);
        for answer in &item.answer {
            flatten(&answer.item, flat);
        }
    }
}

/// The row of an item: a LOINC code as (the end of) its linkId or definition.
fn row(reading: &Reading<'_, '_>, item: &ItemView<'_>) -> Option<&'static Observation> {
    let places = [item.link.as_deref(), item.definition.as_deref()];
    places.into_iter().flatten().find_map(|place| {
        let code = place.rsplit(['/', '#', '|']).next()?;
        reading.knowledge.observation(Code { system: System::Loinc, code })
    })
}

fn occasion(reading: &Reading<'_, '_>, item: &Item<'_>, view: &ResponseView<'_>, faults: &mut Faults) -> Result<Occasion, String> {
    let finished = match view.status.as_deref() {
        Some("completed" | "amended") => true,
        Some("in-progress" | "stopped") => false,
        Some("entered-in-error") => return Err("entered in error".to_owned()),
        _ => return Err("has no status that is known".to_owned()),
    };
    if let Some(why) = modified(&view.modifiers) {
        return Err(why);
    }
    let Some(dated) = date::of("authored", view.authored.as_ref(), faults) else { return Err("has no date".to_owned()) };
    if reading.is_future(Some(dated)) {
        return Err(reading.dated_after());
    }
    Ok(Occasion { source: item.source.clone(), at: dated.moment(), finished })
}

fn value<'v>(answer: &'v AnswerView<'v>) -> Option<Given<'v>> {
    let Some(coding) = &answer.coding else {
        let number = answer.integer.or(answer.decimal);
        return observation::given(answer.quantity.as_ref(), number, answer.string.as_deref(), None, answer.boolean);
    };
    let weighed = |extension: &Extension<'_>| {
        let url = extension.url.as_deref()?;
        (url.ends_with("/ordinalValue") || url.ends_with("/itemWeight")).then_some(extension.decimal?)
    };
    if let Some(weight) = coding.extensions.iter().find_map(weighed) {
        return Some(Given::Quantity(weight, Vec::new()));
    }
    let coding = Coding { system: coding.system.clone(), code: coding.code.clone(), display: coding.display.clone() };
    Some(Given::Concept(Cow::Owned(Concept { coding: vec![coding], text: None })))
}

fn answers(reading: &mut Reading<'_, '_>, rows: &[(&'static Observation, &ItemView<'_>)], occasion: &Occasion, results: &mut Results<'_>) {
    let mut part = Part::new(Role::Response, occasion.clone());
    let mut of_phq9 = false;
    let mut answered = false;
    for (row, item) in rows {
        let value = item.answer.first().and_then(value);
        answered |= value.is_some();
        if row.instrument == Instrument::Phq9 || observation::item_index(row.instrument).is_some() {
            of_phq9 = true;
            if value.is_some() {
                observation::phq9(reading, &mut part, row, value);
            }
        } else if value.is_some() {
            observation::measurement(reading, row, value, observation::NO_LIMITS, false, occasion);
        }
    }
    if of_phq9 {
        results.parts.push(part);
    } else if !answered {
        reading.unread(&occasion.source, "a questionnaire without an answer that could be read");
    }
}

/// The yes-or-no answers, in the order of the form.
fn said(items: &[&ItemView<'_>], knowledge: &'static Knowledge) -> Vec<bool> {
    let yes = |answer: &AnswerView<'_>| match (answer.boolean, value(answer)) {
        (Some(yes), _) => Some(yes),
        (None, Some(Given::Concept(concept))) => yes_or_no(&concept, knowledge),
        _ => None,
    };
    items.iter().filter_map(|item| item.answer.first().and_then(yes)).collect()
}

/// The Mood Disorder Questionnaire: positive with enough of 13 symptoms, together, and a moderate or serious problem (rules.md 7).
fn mood_disorder(reading: &mut Reading<'_, '_>, items: &[&ItemView<'_>], occasion: &Occasion) {
    let said = said(items, reading.knowledge);
    let answers = items.iter().flat_map(|item| &item.answer);
    let words = answers.filter_map(|answer| answer.string.as_deref().or_else(|| answer.coding.as_ref()?.display.as_deref()));
    answered(reading, &said, words, occasion);
}

/// The same, from its answers in the order of the form and the words among them, whatever they were written in.
pub(super) fn answered<'w>(reading: &mut Reading<'_, '_>, said: &[bool], words: impl Iterator<Item = &'w str>, occasion: &Occasion) {
    let mut words = words.map(str::to_ascii_lowercase);
    let problem = words.find(|words| ["no problem", "minor", "moderate", "serious"].iter().any(|word| words.contains(word)));
    let (Some(symptoms), Some(together), Some(problem)) = (said.get(..13), said.get(13), problem) else {
        return reading.unread(&occasion.source, "a Mood Disorder Questionnaire that is not answered in full");
    };
    let enough = symptoms.iter().filter(|yes| **yes).count() as i32 >= reading.knowledge.parameters().mdq_min_yes;
    let positive = enough && *together && (problem.contains("moderate") || problem.contains("serious"));
    note(reading, Instrument::Mdq, Value::YesNo(positive), occasion);
}

/// The Rapid Mood Screener: how many of its six answers are yes.
fn rapid_mood(reading: &mut Reading<'_, '_>, items: &[&ItemView<'_>], occasion: &Occasion) {
    let said = said(items, reading.knowledge);
    if said.len() != 6 {
        return reading.unread(&occasion.source, "a Rapid Mood Screener that is not answered in full");
    }
    let yes = said.iter().filter(|yes| **yes).count();
    note(reading, Instrument::Rms, Value::Number(yes as f64), occasion);
}

fn note(reading: &mut Reading<'_, '_>, instrument: Instrument, value: Value, occasion: &Occasion) {
    let Occasion { source, at, finished } = occasion.clone();
    reading.chart.measurements.push(Measurement { instrument, at, source, value, lower_limit: None, upper_limit: None, finished });
}
