//! The clinical judgement: what the record says, what follows from it, what to say.
//!
//! Nothing in here reads a file, a clock or a socket, or knows FHIR or CDS Hooks: `cards -> derive -> chart`, with `knowledge` and
//! `units` below. A test over `src/` holds that line.

pub mod cards;
pub mod chart;
pub mod derive;
pub mod knowledge;
pub mod units;
