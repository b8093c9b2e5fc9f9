//! Scores, laboratory values and vital signs.

use crate::clinical::units::{Instrument, Moment, SourceRef};

/// One filled-in PHQ-9, whatever form it came in: a total, a panel with items, items alone, a QuestionnaireResponse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Screening {
    /// When it was filled in.
    pub at: Moment,
    /// Where it stands: the total if there is one, else the panel or the response.
    pub source: SourceRef,
    /// The total, 0 to 27: the sum of nine answered items where there are nine (rules.md 1), else the total as recorded.
    pub total: Option<u8>,
    /// The total as recorded, where it differs from the sum of the items.
    pub recorded_total: Option<u8>,
    /// The nine items, 0 to 3 each.
    pub items: [Option<u8>; 9],
    /// Final, amended, corrected, completed. A preliminary or unfinished one counts only for the safety card.
    pub finished: bool,
}

/// One result of the observation table other than the PHQ-9 and its items.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// What was measured or asked.
    pub instrument: Instrument,
    /// When.
    pub at: Moment,
    /// Where it stands.
    pub source: SourceRef,
    /// The value, already in the unit of the table.
    pub value: Value,
    /// The lower limit of the result's own reference range, in the same unit.
    pub lower_limit: Option<f64>,
    /// The upper limit of the result's own reference range, in the same unit.
    pub upper_limit: Option<f64>,
    /// Final, amended, corrected.
    pub finished: bool,
}

/// A result whose value could not be read: it is on file, and what it says is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// What was measured or asked.
    pub instrument: Instrument,
    /// When.
    pub at: Moment,
    /// Where it stands; it is in `unread` too.
    pub source: SourceRef,
}

/// The value of a measurement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// In the unit of the table; a score without a unit.
    Number(f64),
    /// Systolic and diastolic, in mmHg.
    Pressure {
        /// Systolic.
        systolic: Option<f64>,
        /// Diastolic.
        diastolic: Option<f64>,
    },
    /// A yes or a no, coded or written.
    YesNo(bool),
    /// A coded or written answer: the code (if any) and the text. Chart text, to be escaped.
    Answer {
        /// The code of the answer.
        code: Option<String>,
        /// The words of the answer.
        text: String,
    },
    /// Done, without a value of its own (a panel, a report).
    Done,
}
