//! An EHR on loopback that misbehaves where it is told to.

pub mod fhir;
