//! Observation codes.

use crate::clinical::units::Instrument;

/// What an observation code means.
#[derive(Debug, Clone)]
pub struct Observation {
    /// What is measured or asked.
    pub instrument: Instrument,
    /// LOINC; empty for instruments without a verified code.
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
