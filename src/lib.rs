//! Trialwise: decision support for difficult-to-treat depression.
//!
//! A call runs straight down and back: caller, call, gathered, chart, assessment, cards, response.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod auth;
pub mod cli;
pub mod clinical;
pub mod config;
pub mod feedback;
pub mod fhir;
pub mod gather;
pub mod hooks;
pub mod pages;
pub mod server;
pub mod telemetry;
