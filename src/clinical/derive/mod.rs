//! What follows from the record: the assessment.

mod assessment;

pub use assessment::*;
