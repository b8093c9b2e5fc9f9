//! The CDS Hooks wire, version 2.0.1: service definitions, requests, responses.
//!
//! What a 2.0 client ignores harmlessly is taken over from 3.0 (`version`, `hookVersion`, OperationOutcome bodies), the rest is not.

mod definition;
mod request;
mod response;

pub use definition::{Definition, DefinitionError, Discovery, Need, Services};
pub use request::{HookRequest, RequestError, is_hook_request};
pub use response::{HookResponse, WireCard, response};
