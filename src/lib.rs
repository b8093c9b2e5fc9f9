//! Trialwise: decision support for difficult-to-treat depression.
//!
//! A call runs straight down and back: caller, call, gathered, chart, assessment, cards, response.
#![warn(missing_docs)]

pub mod clinical;
pub mod fhir;
