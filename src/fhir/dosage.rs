//! Dosage: how much a day, in steps or taken together (rules.md 3.1).

use std::rc::Rc;

use crate::clinical::chart::{Amount, Instruction, Step};
use crate::clinical::units::{Day, Days};

use super::date;
use super::reading::Reading;
use super::record::Item;
use super::sig::{self, Sigs};
use super::view::{Concept, Extension, Faults, Period, Quantity, Range, Slot, Text, view};

view! {
    Dosage<'a> {
        sequence: Option<f64> = "sequence",
        text: Option<Text<'a>> = "text",
        patient_instruction: Option<Text<'a>> = "patientInstruction",
        additional: Vec<Concept<'a>> = "additionalInstruction",
        timing: Option<Timing<'a>> = "timing",
        as_needed: Option<bool> = "asNeededBoolean",
        as_needed_for: Option<Concept<'a>> = "asNeededCodeableConcept",
        route: Option<Concept<'a>> = "route",
        dose_and_rate: Vec<DoseAndRate<'a>> = "doseAndRate",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

view! {
    DoseAndRate<'a> {
        kind: Option<Concept<'a>> = "type",
        quantity: Option<Quantity<'a>> = "doseQuantity",
        range: Option<Range<'a>> = "doseRange",
    }
}

view! {
    Timing<'a> {
        repeat: Option<Repeat<'a>> = "repeat",
        code: Option<Concept<'a>> = "code",
    }
}

view! {
    Repeat<'a> {
        duration: Option<Quantity<'a>> = "boundsDuration",
        range: Option<Range<'a>> = "boundsRange",
        bounds: Option<Period<'a>> = "boundsPeriod",
        frequency: Option<f64> = "frequency",
        frequency_max: Option<f64> = "frequencyMax",
        period: Option<f64> = "period",
        period_max: Option<f64> = "periodMax",
        period_unit: Option<Text<'a>> = "periodUnit",
        day_of_week: Vec<Text<'a>> = "dayOfWeek",
        time_of_day: Vec<Text<'a>> = "timeOfDay",
        when: Vec<Text<'a>> = "when",
    }
}

/// A number without a unit is so many tablets up to here; beyond, it is more likely milligrams and is not read.
const MOST_BARE_UNITS: f64 = 10.0;

/// The length of a duration in days, part days dropped.
pub(super) fn days(duration: &Quantity<'_>) -> Option<Days> {
    let unit = duration.code.as_deref().or(duration.unit.as_deref()).unwrap_or("d").to_ascii_lowercase();
    let factor = match unit.trim() {
        "d" | "day" | "days" => 1.0,
        "wk" | "week" | "weeks" => 7.0,
        "mo" | "month" | "months" => 30.4375,
        "a" | "yr" | "year" | "years" => 365.25,
        "h" | "hr" | "hour" | "hours" => 1.0 / 24.0,
        _ => return None,
    };
    let days = duration.value? * factor;
    // A value such as 0.999999 of a product of fractions is the whole day it was meant to be.
    (0.0..=36_525.0).contains(&days).then_some((days + 1e-9) as Days)
}

/// What a quantity counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Counted {
    /// Tablets, capsules, mL, patches.
    Units(f64),
    Milligrams(f64),
}

/// What is handed over: a bare number is so many units, however many.
pub(super) fn supplied(quantity: &Quantity<'_>) -> Option<Counted> {
    match (quantity.code.as_deref(), quantity.unit.as_deref()) {
        (None, None) => quantity.value.filter(|value| *value > 0.0).map(Counted::Units),
        _ => counted(quantity),
    }
}

/// A dose in units of the product or in milligrams; `None` for any other unit.
pub(super) fn counted(quantity: &Quantity<'_>) -> Option<Counted> {
    let value = quantity.value.filter(|value| *value > 0.0)?;
    let told = |unit: &str| {
        Some(match unit.trim().trim_matches(['{', '}', '.']).to_ascii_lowercase().as_str() {
            "mg" | "milligram" | "milligrams" | "milligram(s)" => Counted::Milligrams(value),
            "g" | "gram" | "grams" => Counted::Milligrams(value * 1000.0),
            "ug" | "mcg" | "µg" | "microgram" | "micrograms" => Counted::Milligrams(value / 1000.0),
            "tablet" | "tablets" | "tablet(s)" | "tab" | "tabs" | "tbl" | "capsule" | "capsules" | "capsule(s)" | "cap" | "caps"
            | "pill" | "pills" | "patch" | "patches" | "patch(es)" | "each" | "ea" | "unit" | "dose" | "doseform" | "count" | "1"
            | "ml" | "milliliter" | "milliliters" | "millilitre" | "film" | "lozenge" | "tbmp" | "erec" | "erecap" | "ercap" | "ertab" => {
                Counted::Units(value)
            }
            "tsp" | "tsp_us" | "teaspoon" => Counted::Units(value * 5.0),
            _ => return None,
        })
    };
    match (quantity.code.as_deref(), quantity.unit.as_deref()) {
        (None, None) => (value <= MOST_BARE_UNITS).then_some(Counted::Units(value)),
        (code, unit) => code.filter(|code| *code != "1").and_then(told).or_else(|| unit.and_then(told)).or_else(|| code.and_then(told)),
    }
}

/// The directions of a record: its dosages, and what they say together.
#[derive(Debug)]
pub(super) struct Directions<'a> {
    pub(super) dosages: Vec<Dosage<'a>>,
    pub(super) instruction: Instruction,
}

impl<'a> Directions<'a> {
    /// Those that stand in the member of this name. A record whose directions are not given has none.
    pub(super) fn of(name: &'static str, reading: &mut Reading<'_, 'a>, item: &Item<'a>, faults: &mut Faults) -> Rc<Directions<'a>> {
        let Reading { directions, sigs, .. } = reading;
        let directions = directions.read(name, item.members, faults, |from, faults| {
            let mut dosages: Vec<Dosage<'a>> = Vec::new();
            dosages.put(name, from, faults);
            let instruction = instruction(&dosages, sigs);
            Rc::new(Directions { dosages, instruction })
        });
        directions.unwrap_or_else(|| Rc::new(Directions { dosages: Vec::new(), instruction: Instruction::default() }))
    }
}

/// One dosage, read.
struct Part {
    amount: Amount,
    length: Option<Days>,
    first: Option<Day>,
    last: Option<Day>,
    as_needed: bool,
}

/// All dosages of a record as one instruction: steps where any has a length or period of its own, else added.
fn instruction<'a>(dosages: &[Dosage<'a>], sigs: &mut Sigs<'a>) -> Instruction {
    let mut dosages: Vec<&Dosage<'a>> = dosages.iter().filter(|dosage| says_something(dosage)).collect();
    dosages.sort_by(|a, b| a.sequence.unwrap_or_default().total_cmp(&b.sequence.unwrap_or_default()));
    let mut instruction = Instruction { in_addition: dosages.iter().any(|dosage| in_addition(dosage)), ..Instruction::default() };
    let needed = |dosage: &Dosage<'_>| dosage.as_needed == Some(true) || dosage.as_needed_for.is_some();
    instruction.as_needed = dosages.iter().any(|dosage| needed(dosage));
    let Some(parts) = dosages.iter().map(|dosage| part(dosage, sigs)).collect::<Option<Vec<Part>>>() else {
        instruction.not_understood = true;
        return instruction;
    };
    instruction.as_needed |= parts.iter().any(|part| part.as_needed);
    let step = |part: &Part| Step { amount: part.amount, length: part.length, first: part.first, last: part.last };
    match parts.as_slice() {
        [] => {}
        [one] => instruction.steps = vec![step(one)],
        several if are_steps(several) => instruction.steps = several.iter().map(step).collect(),
        several => match several[1..].iter().try_fold(several[0].amount, |sum, part| plus(sum, part.amount)) {
            Some(amount) => instruction.steps = vec![Step { amount, ..step(&several[0]) }],
            None => instruction.not_understood = true,
        },
    }
    instruction
}

/// Steps differ in their length or period; entries of one and the same period are taken together.
fn are_steps(parts: &[Part]) -> bool {
    let period = |part: &Part| (part.first, part.last);
    let lengths = parts.iter().any(|part| part.length.is_some());
    lengths || parts.iter().any(|part| period(part) != period(&parts[0]))
}

fn plus(one: Amount, other: Amount) -> Option<Amount> {
    match (one, other) {
        (Amount::Units { low, high }, Amount::Units { low: more, high: most }) => {
            Some(Amount::Units { low: low + more, high: high + most })
        }
        (Amount::Milligrams { low, high }, Amount::Milligrams { low: more, high: most }) => {
            Some(Amount::Milligrams { low: low + more, high: high + most })
        }
        _ => None,
    }
}

fn says_something(dosage: &Dosage<'_>) -> bool {
    let text = |text: &Option<Text<'_>>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    text(&dosage.text)
        || text(&dosage.patient_instruction)
        || dosage.timing.is_some()
        || !dosage.dose_and_rate.is_empty()
        || dosage.as_needed == Some(true)
}

fn in_addition(dosage: &Dosage<'_>) -> bool {
    let texts = [dosage.text.as_deref(), dosage.patient_instruction.as_deref()];
    let more = dosage.additional.iter().flat_map(Concept::wordings);
    texts.into_iter().flatten().chain(more).any(|text| text.to_ascii_lowercase().contains("in addition to"))
}

/// One dosage: from its elements, what they lack from its text. `None` where it cannot be understood.
fn part<'a>(dosage: &Dosage<'a>, sigs: &mut Sigs<'a>) -> Option<Part> {
    if !dosage.modifiers.is_empty() {
        return None;
    }
    let sig = [&dosage.text, &dosage.patient_instruction].into_iter().flatten().find_map(|text| sigs.read(text));
    let repeat = dosage.timing.as_ref().and_then(|timing| timing.repeat.as_ref());
    let times = dosage.timing.as_ref().and_then(times).or(sig.map(|sig| (sig.times, sig.times)));
    let dose = if dosage.dose_and_rate.is_empty() { sig.map(|sig| of_text(sig.dose)) } else { dose(&dosage.dose_and_rate) };
    let day = |text: &Option<Text<'_>>| text.as_deref().and_then(date::date);
    let bounds = repeat.and_then(|repeat| repeat.bounds.as_ref());
    let stated = repeat.and_then(|repeat| repeat.duration.as_ref().or(repeat.range.as_ref().and_then(|range| range.low.as_ref())));
    Some(Part {
        amount: daily(dose?, times?),
        length: stated.and_then(days).or(sig.and_then(|sig| sig.days)),
        first: bounds.and_then(|bounds| day(&bounds.start)).map(|start| start.when.first),
        last: bounds.and_then(|bounds| day(&bounds.end)).map(|end| end.when.last),
        as_needed: sig.is_some_and(|sig| sig.as_needed),
    })
}

fn of_text(dose: sig::Dose) -> (Counted, Counted) {
    let counted = match dose {
        sig::Dose::Units(units) => Counted::Units(units),
        sig::Dose::Milligrams(mg) => Counted::Milligrams(mg),
    };
    (counted, counted)
}

fn daily((low, high): (Counted, Counted), (least, most): (f64, f64)) -> Amount {
    match (low, high) {
        (Counted::Units(low), Counted::Units(high)) => Amount::Units { low: low * least, high: high * most },
        (Counted::Milligrams(low), Counted::Milligrams(high)) => Amount::Milligrams { low: low * least, high: high * most },
        _ => Amount::Unknown,
    }
}

/// The dose at a time. Of several entries the one of type `ordered`, else `calculated`; they are one dose, never added.
fn dose(entries: &[DoseAndRate<'_>]) -> Option<(Counted, Counted)> {
    let typed = |word: &str| {
        let is = |kind: &Concept<'_>| kind.is_any(&[word]) || kind.wordings().any(|text| text.eq_ignore_ascii_case(word));
        entries.iter().filter(|entry| entry.kind.as_ref().is_some_and(is)).find_map(dose_of)
    };
    typed("ordered").or_else(|| typed("calculated")).or_else(|| {
        let mut doses = entries.iter().filter_map(dose_of);
        let first = doses.next()?;
        doses.all(|other| other == first).then_some(first)
    })
}

fn dose_of(entry: &DoseAndRate<'_>) -> Option<(Counted, Counted)> {
    if let Some(quantity) = &entry.quantity {
        return counted(quantity).map(|dose| (dose, dose));
    }
    let range = entry.range.as_ref()?;
    let low = range.low.as_ref().and_then(counted)?;
    let high = range.high.as_ref().map_or(Some(low), counted)?;
    Some((low, high))
}

/// How often a day, at least and at most: frequency and period, else times of the day, else the code.
fn times(timing: &Timing<'_>) -> Option<(f64, f64)> {
    let coded = || timing.code.as_ref().and_then(coded_times).map(|times| (times, times));
    let Some(repeat) = &timing.repeat else { return coded() };
    let listed = repeat.time_of_day.len().max(repeat.when.len());
    let listed = if repeat.time_of_day.is_empty() { listed } else { repeat.time_of_day.len() } as f64;
    let week = |rate: f64| if repeat.day_of_week.is_empty() { rate } else { rate * repeat.day_of_week.len() as f64 / 7.0 };
    if repeat.frequency.is_some() || (repeat.period.is_some() && listed == 0.0) {
        let unit = match repeat.period_unit.as_deref() {
            Some("s") => 1.0 / 86_400.0,
            Some("min") => 1.0 / 1_440.0,
            Some("h") => 1.0 / 24.0,
            Some("d") => 1.0,
            Some("wk") => 7.0,
            Some("mo") => 30.0,
            Some("a") => 365.0,
            _ => return None,
        };
        let period = repeat.period? * unit;
        let longest = repeat.period_max.map_or(period, |most| most * unit);
        let least = repeat.frequency.unwrap_or(1.0);
        let most = repeat.frequency_max.unwrap_or(least);
        let within = |rate: f64| if unit <= 1.0 { week(rate) } else { rate };
        let sound = period > 0.0 && longest >= period && least > 0.0 && most >= least;
        return sound.then(|| (within(least / longest), within(most / period)));
    }
    match listed {
        0.0 if !repeat.day_of_week.is_empty() => Some((week(1.0), week(1.0))),
        0.0 => coded(),
        listed => Some((week(listed), week(listed))),
    }
}

/// Codes of GTSAbbreviation and TimingAbbreviation, by code or by text.
fn coded_times(code: &Concept<'_>) -> Option<f64> {
    let abbreviations = code.coding.iter().filter_map(|coding| coding.code.as_deref()).chain(code.wordings());
    abbreviations.into_iter().find_map(|word| {
        Some(match word.trim().to_ascii_uppercase().as_str() {
            "QD" | "AM" | "PM" | "QHS" | "HS" | "BED" | "DAILY" | "Q24H" => 1.0,
            "BID" => 2.0,
            "TID" => 3.0,
            "QID" => 4.0,
            "QOD" => 0.5,
            "WK" => 1.0 / 7.0,
            "Q1H" => 24.0,
            "Q2H" => 12.0,
            "Q3H" => 8.0,
            "Q4H" => 6.0,
            "Q6H" => 4.0,
            "Q8H" => 3.0,
            "Q12H" => 2.0,
            _ => return sig::frequency(word),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::view::{Faults, Leaf};

    fn of(text: &str) -> Instruction {
        let raws: Vec<&serde_json::value::RawValue> = serde_json::from_str(text).expect("JSON");
        let dosages: Vec<Dosage<'_>> = raws.into_iter().filter_map(|raw| Dosage::read(raw, &mut Faults::default())).collect();
        instruction(&dosages, &mut Sigs::default())
    }

    fn amount(text: &str) -> Option<Amount> {
        of(text).steps.first().map(|step| step.amount)
    }

    fn units(low: f64, high: f64) -> Option<Amount> {
        Some(Amount::Units { low, high })
    }

    fn mg(low: f64, high: f64) -> Option<Amount> {
        Some(Amount::Milligrams { low, high })
    }

    #[test]
    fn three_entries_on_one_dosage_are_one_dose() {
        let text = r#"[{"timing":{"repeat":{"timeOfDay":["09:00:00"]}},"doseAndRate":[
            {"type":{"text":"calculated"},"doseQuantity":{"value":20,"unit":"mg"}},
            {"type":{"text":"admin-amount"},"doseQuantity":{"value":2,"unit":"tablet"}},
            {"type":{"text":"ordered"},"doseQuantity":{"value":30,"unit":"mg"}}]}]"#;
        assert_eq!(amount(text), mg(30.0, 30.0));
    }

    #[test]
    fn a_range_has_its_lower_and_its_upper_end() {
        let text = r#"[{"timing":{"repeat":{"frequency":1,"frequencyMax":2,"period":1,"periodUnit":"d"}},
            "doseAndRate":[{"doseRange":{"low":{"value":1,"unit":"tablet"},"high":{"value":2,"unit":"tablet"}}}]}]"#;
        assert_eq!(amount(text), units(1.0, 4.0));
    }

    #[test]
    fn entries_without_a_length_are_added_and_with_one_are_steps() {
        let one = |dose: u8, bounds: &str| {
            format!(
                r#"{{"timing":{{"repeat":{{{bounds}"frequency":1,"period":1,"periodUnit":"d"}}}},"doseAndRate":[{{"doseQuantity":{{"value":{dose},"unit":"TAB"}}}}]}}"#
            )
        };
        assert_eq!(amount(&format!("[{},{}]", one(1, ""), one(2, ""))), units(3.0, 3.0));
        let steps = of(&format!("[{},{}]", one(1, r#""boundsDuration":{"value":1,"unit":"week","code":"wk"},"#), one(2, ""))).steps;
        assert_eq!(steps.len(), 2);
        assert_eq!((steps[0].length, steps[1].amount), (Some(7), Amount::Units { low: 2.0, high: 2.0 }));
        let same = r#""boundsPeriod":{"start":"2026-01-01"},"#;
        assert_eq!(amount(&format!("[{},{}]", one(1, same), one(2, same))), units(3.0, 3.0));
    }

    #[test]
    fn a_code_or_its_text_says_how_often() {
        for (code, times) in [(r#"{"coding":[{"code":"BID"}]}"#, 2.0), (r#"{"text":"Daily"}"#, 1.0), (r#"{"text":"QOD"}"#, 0.5)] {
            let text = format!(r#"[{{"timing":{{"code":{code}}},"doseAndRate":[{{"doseQuantity":{{"value":50,"code":"mg"}}}}]}}]"#);
            assert_eq!(amount(&text), mg(50.0 * times, 50.0 * times));
        }
    }

    #[test]
    fn a_dose_without_a_frequency_is_not_understood() {
        let read = of(r#"[{"doseAndRate":[{"doseQuantity":{"value":1,"unit":"tablet"}}]}]"#);
        assert!(read.steps.is_empty() && read.not_understood);
        assert_eq!(of("[]"), Instruction::default());
    }

    #[test]
    fn a_bare_number_is_so_many_tablets_unless_it_is_a_strength() {
        let text = |dose: u8| format!(r#"[{{"timing":{{"code":{{"text":"QD"}}}},"doseAndRate":[{{"doseQuantity":{{"value":{dose}}}}}]}}]"#);
        assert_eq!(amount(&text(10)), units(10.0, 10.0));
        assert_eq!(amount(&text(11)), None);
    }

    #[test]
    fn what_is_as_needed_says_so() {
        assert!(of(r#"[{"asNeededBoolean":true}]"#).as_needed);
        assert!(of(r#"[{"text":"1 tablet daily as needed"}]"#).as_needed);
        assert!(!of(r#"[{"text":"1 tablet daily","asNeededBoolean":false}]"#).as_needed);
    }

    #[test]
    fn part_days_are_dropped() {
        let days = |value: f64, unit: &'static str| days(&Quantity { value: Some(value), unit: Some(unit.into()), code: None });
        assert_eq!((days(12.5, "days"), days(1.0, "mo"), days(2.0, "wk"), days(3.0, "Day")), (Some(12), Some(30), Some(14), Some(3)));
        assert_eq!(days(1.0, "tablet"), None);
    }
}
