//! What follows from the record: the assessment.

mod assessment;
mod option;

pub use assessment::*;
pub use option::{DoseRoom, OptionGround, dose_room, dose_text, options};
