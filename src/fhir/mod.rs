//! FHIR R4, in and out.

pub mod outcome;

// STAND-IN until the reader lands: notes which kinds were had, reads nothing else. `stand_in.rs` goes away with it.
mod stand_in;
pub use stand_in::{ReadError, Reader};
