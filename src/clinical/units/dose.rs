//! Doses.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use serde::{Serialize, Serializer};

/// A daily amount of drug, held in thousandths of the drug's unit (micrograms for mg) so that it compares exactly.
///
/// The unit is milligrams a day for every drug but dextromethorphan-bupropion, which is counted in tablets a day, as its row
/// in the dose table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DailyDose(u64);

impl DailyDose {
    /// The dose of so many milligrams (tablets) a day; `None` for nothing, a negative or an absurd amount.
    pub fn from_mg(mg: f64) -> Option<DailyDose> {
        let thousandths = (mg * 1000.0).round();
        (1.0..=1e12).contains(&thousandths).then_some(DailyDose(thousandths as u64))
    }

    /// Milligrams (tablets) a day.
    pub fn mg(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Add for DailyDose {
    type Output = DailyDose;
    fn add(self, other: DailyDose) -> DailyDose {
        DailyDose(self.0.saturating_add(other.0))
    }
}

impl Sum for DailyDose {
    fn sum<I: Iterator<Item = DailyDose>>(doses: I) -> DailyDose {
        doses.fold(DailyDose(0), Add::add)
    }
}

impl fmt::Display for DailyDose {
    /// The number alone, without trailing zeros: `37.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mg().fmt(f)
    }
}

impl Serialize for DailyDose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.mg())
    }
}

/// How much of one ingredient one unit of a product holds (one tablet, one mL), in thousandths of a milligram
/// already converted to what the dose table counts in: hydrochloride for bupropion hydrobromide, mg per 24 h for a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Strength(u64);

impl Strength {
    /// The strength of so many milligrams (tablets) a unit; `None` for nothing, a negative or an absurd amount.
    pub fn from_mg(mg: f64) -> Option<Strength> {
        DailyDose::from_mg(mg).map(|dose| Strength(dose.0))
    }

    /// Milligrams (tablets) in one unit.
    pub fn mg(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// The daily dose that so many units a day make.
    pub fn times(self, units_per_day: f64) -> Option<DailyDose> {
        DailyDose::from_mg(self.mg() * units_per_day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doses_compare_exactly() {
        assert_eq!(DailyDose::from_mg(0.025), DailyDose::from_mg(0.0250000001));
        assert_eq!(DailyDose::from_mg(37.5).map(|d| d.to_string()).as_deref(), Some("37.5"));
        assert_eq!(DailyDose::from_mg(50.0).map(|d| d.to_string()).as_deref(), Some("50"));
    }

    #[test]
    fn no_dose_is_nothing_negative_or_absurd() {
        for mg in [0.0, -5.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(DailyDose::from_mg(mg), None, "{mg}");
        }
    }
}
