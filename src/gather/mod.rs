//! Brings what a service asks for: prefetch first, the FHIR server of the call for what is missing, within the time of the call.
//!
//! What cannot be had becomes a [`Failure`], never an empty answer. The token of the call goes to URLs below the configured base and
//! nowhere else (see ask.rs), is never logged and is gone when the call is.

mod ask;
mod breaker;
mod doctor;
mod failure;
mod gathered;
mod medication;
mod query;
mod server;

pub use ask::Exchange;
pub use doctor::{Offer, Probed, Survey, survey};
pub use failure::Failure;
pub use gathered::{Fetched, Gather, Gathered, Medications, Request};
pub use server::ServerError;
