//! Observation codes.

use std::collections::HashMap;

use serde::Deserialize;

use super::cell::Cells;
use super::fault::{Defects, Fault, Place};
use super::index::Index;
use super::raw::{Row, parts};
use super::unverified::is_by_text;
use super::words::Words;
use crate::clinical::units::{Code, Instrument, System};

/// What an observation code means.
#[derive(Debug, Clone)]
pub struct Observation {
    /// What is measured or asked.
    pub instrument: Instrument,
    /// LOINC; empty for a site's own code and for instruments without a verified code.
    pub loinc: &'static str,
    /// What it is called.
    pub display: &'static str,
    /// The unit of the table in UCUM; empty for answers and panels.
    pub unit: &'static str,
    /// Units that are read, with the factor that turns a value into the unit of the table (rules.md 16).
    pub conversions: Vec<(&'static str, f64)>,
    /// The least and the greatest plausible value, in the unit of the table. Outside: unread.
    pub plausible: Option<(f64, f64)>,
    /// Whether a value without a unit may be taken (a score; never a laboratory value).
    pub unit_optional: bool,
}

impl Observation {
    /// A value in the unit of the table; `None` where the unit is not known or the value is implausible.
    pub fn in_table_unit(&self, value: f64, unit: Option<&str>) -> Option<f64> {
        let factor = match unit.map(str::trim).filter(|unit| !unit.is_empty()) {
            None if self.unit_optional => 1.0,
            None => return None,
            Some(unit) if unit.eq_ignore_ascii_case(self.unit) => 1.0,
            Some(unit) => self.conversions.iter().find_map(|(known, factor)| known.eq_ignore_ascii_case(unit).then_some(*factor))?,
        };
        let value = value * factor;
        let plausible = self.plausible.is_none_or(|(least, greatest)| least <= value && value <= greatest);
        (value.is_finite() && plausible).then_some(value)
    }
}

/// A row of the observation table.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ObservationRow {
    id: &'static str,
    system: &'static str,
    code: &'static str,
    display: &'static str,
    names: &'static str,
    unit: &'static str,
    conversions: &'static str,
    plausible_from: &'static str,
    plausible_to: &'static str,
    unit_optional: &'static str,
    confidence: &'static str,
}

const SYSTEMS: &[(&str, Option<System>)] = &[("loinc", Some(System::Loinc)), ("other", Some(System::Other)), ("", None)];

/// Every observation, by code and by name.
pub(super) struct Observations {
    rows: Vec<Observation>,
    by_code: Index<(System, &'static str), usize>,
    words: Words<usize>,
}

impl Observations {
    pub fn new(rows: &[Row<ObservationRow>], defects: &mut Defects) -> Observations {
        let mut all = Observations { rows: Vec::with_capacity(rows.len()), by_code: Index::default(), words: Words::new([]) };
        let mut names = Vec::new();
        let mut places: HashMap<(System, &str), Place> = HashMap::new();
        for Row { at, cells: row } in rows {
            let mut cells = Cells { at: *at, defects };
            let system = cells.one_of("system", row.system, SYSTEMS).flatten();
            let Some(observation) = observation(row, &mut cells) else { continue };
            let index = all.rows.len();
            all.rows.push(observation);
            names.extend(parts(row.names).map(|name| (name, index)));
            match system {
                Some(_) if is_by_text(row.confidence) => cells.filled("names", row.names),
                Some(system) => {
                    cells.filled("code", row.code);
                    all.by_code.insert((system, row.code), index);
                    if let Some(first) = places.insert((system, row.code), *at) {
                        cells.fault(Fault::Twice { what: format!("code {}", row.code), first: first.to_string() });
                    }
                }
                None => cells.filled("names", row.names),
            }
        }
        all.words = Words::new(names);
        all
    }

    pub fn of_code(&self, code: Code<'_>) -> Option<&Observation> {
        let by_code: &Index<(System, &str), usize> = &self.by_code;
        by_code.get(&(code.system, code.code.trim())).map(|index| &self.rows[*index])
    }

    pub fn unit(&self, instrument: Instrument) -> &'static str {
        self.rows.iter().find(|row| row.instrument == instrument).map_or("", |row| row.unit)
    }

    pub fn loinc_of(&self, instrument: Instrument) -> Option<&Observation> {
        self.rows.iter().find(|row| row.instrument == instrument && !row.loinc.is_empty())
    }

    pub fn named(&self, text: &str) -> Option<&Observation> {
        self.words.in_text(text).first().map(|found| &self.rows[found.value])
    }
}

fn observation(row: &ObservationRow, cells: &mut Cells<'_>) -> Option<Observation> {
    let instrument = cells.word("id", row.id);
    let conversions = parts(row.conversions).map(|part| conversion(part, cells)).collect::<Option<Vec<_>>>();
    let from = cells.number("plausible_from", row.plausible_from);
    let to = cells.number("plausible_to", row.plausible_to);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        cells.fault(Fault::Above { low: "plausible_from", low_value: from, high: "plausible_to", high_value: to });
    }
    let unit_optional = cells.one_of("unit_optional", row.unit_optional, &[("yes", true), ("no", false)])?;
    Some(Observation {
        instrument: instrument?,
        loinc: if row.system == "loinc" && !is_by_text(row.confidence) { row.code } else { "" },
        display: row.display,
        unit: row.unit,
        conversions: conversions?,
        plausible: from.zip(to),
        unit_optional,
    })
}

/// `nmol/L=1/2.496`: so many units of the table in one of this unit, as a number or as a fraction.
fn conversion(part: &'static str, cells: &mut Cells<'_>) -> Option<(&'static str, f64)> {
    let read = |text: &str| text.trim().parse::<f64>().ok();
    let parsed = part.split_once('=').and_then(|(unit, factor)| {
        let factor = match factor.split_once('/') {
            Some((over, under)) => read(over)? / read(under)?,
            None => read(factor)?,
        };
        (factor.is_finite() && factor > 0.0).then_some((unit.trim(), factor))
    });
    if parsed.is_none() {
        cells.fault(Fault::NotANumber { column: "conversions", text: part.to_owned() });
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    fn row(loinc: &str) -> &'static Observation {
        Knowledge::builtin().observation(Code { system: System::Loinc, code: loinc }).expect("a row")
    }

    #[test]
    fn a_value_is_turned_into_the_unit_of_the_table() {
        let vitamin_d = row("68438-1");
        assert_eq!(vitamin_d.instrument, Instrument::VitaminD);
        assert_eq!(vitamin_d.in_table_unit(49.92, Some("nmol/L")).map(f64::round), Some(20.0));
        assert_eq!(row("718-7").in_table_unit(120.0, Some("g/l")), Some(12.0));
        assert_eq!(row("14334-7").in_table_unit(0.8, Some("mEq/L")), Some(0.8));
    }

    #[test]
    fn a_laboratory_value_needs_its_unit_and_a_score_does_not() {
        assert_eq!(row("718-7").in_table_unit(12.0, None), None);
        assert_eq!(row("44261-6").in_table_unit(19.0, None), Some(19.0));
        assert_eq!(row("44261-6").in_table_unit(28.0, None), None);
    }

    #[test]
    fn the_unit_of_the_table_needs_no_conversion_and_another_one_is_refused() {
        let haemoglobin = row("718-7");
        assert_eq!(haemoglobin.in_table_unit(12.0, Some("g/dL")), Some(12.0));
        assert_eq!(haemoglobin.in_table_unit(12.0, Some(" G/DL ")), Some(12.0));
        assert_eq!(haemoglobin.in_table_unit(12.0, Some("furlongs")), None);
    }

    #[test]
    fn the_ends_of_what_is_plausible_are_plausible() {
        let score = row("44261-6");
        let (least, greatest) = score.plausible.expect("the range of a score");
        let read = |value| score.in_table_unit(value, None);
        assert_eq!((read(least), read(greatest)), (Some(least), Some(greatest)));
        assert_eq!((read(least - 1.0), read(greatest + 1.0), read(f64::NAN)), (None, None, None));
    }

    #[test]
    fn an_instrument_without_a_code_is_found_by_its_name() {
        let named = |text| Knowledge::builtin().observation_named(text).map(|row| row.instrument);
        assert_eq!(named("MADRS total score"), Some(Instrument::Madrs));
        assert_eq!(named("HAMD-17"), Some(Instrument::HamD17));
        assert_eq!(named("Abnormal Involuntary Movement Scale"), Some(Instrument::Aims));
        assert_eq!(named("claims"), None);
    }
}
