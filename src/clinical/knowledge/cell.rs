//! One cell read as the value it stands for; what cannot be read is a defect.

use std::str::FromStr;

use super::fault::{Defects, Fault, Place};
use crate::clinical::units::DailyDose;

/// The cells of one row, as far as they are not plain text.
pub(super) struct Cells<'a> {
    pub at: Place,
    pub defects: &'a mut Defects,
}

impl Cells<'_> {
    /// A number; `None` for an empty cell.
    pub fn number(&mut self, column: &'static str, text: &str) -> Option<f64> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.fault(Fault::NotANumber { column, text: text.to_owned() });
        }
        number
    }

    /// A whole number; `None` for an empty cell.
    pub fn whole(&mut self, column: &'static str, text: &str) -> Option<i32> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            self.fault(Fault::NotANumber { column, text: text.to_owned() });
        }
        number
    }

    /// A daily dose; `None` for an empty cell.
    pub fn dose(&mut self, column: &'static str, text: &str) -> Option<DailyDose> {
        let dose = self.number(column, text).map(DailyDose::from_mg)?;
        if dose.is_none() {
            self.fault(Fault::NotANumber { column, text: text.to_owned() });
        }
        dose
    }

    /// A word of a vocabulary.
    pub fn word<T: FromStr>(&mut self, column: &'static str, text: &str) -> Option<T> {
        let word = text.trim().parse().ok();
        if word.is_none() {
            self.fault(Fault::UnknownWord { column, word: text.trim().to_owned() });
        }
        word
    }

    /// One of a few words, each with what it stands for.
    pub fn one_of<T: Copy>(&mut self, column: &'static str, text: &str, words: &[(&str, T)]) -> Option<T> {
        let word = words.iter().find_map(|(word, value)| (*word == text.trim()).then_some(*value));
        if word.is_none() {
            self.fault(Fault::UnknownWord { column, word: text.trim().to_owned() });
        }
        word
    }

    /// A text that has to be there.
    pub fn filled(&mut self, column: &'static str, text: &str) {
        if text.trim().is_empty() {
            self.fault(Fault::Empty(column));
        }
    }

    /// That one dose of the row is not above another.
    pub fn in_order(&mut self, (low, low_dose): (&'static str, Option<DailyDose>), (high, high_dose): (&'static str, Option<DailyDose>)) {
        if let (Some(low_dose), Some(high_dose)) = (low_dose, high_dose)
            && low_dose > high_dose
        {
            self.fault(Fault::Above { low, low_value: low_dose.mg(), high, high_value: high_dose.mg() });
        }
    }

    pub fn fault(&mut self, fault: Fault) {
        self.defects.add(self.at, fault);
    }
}
