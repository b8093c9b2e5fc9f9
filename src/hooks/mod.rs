//! The CDS Hooks wire, version 2.0.1: service definitions, requests, responses, feedback.
//!
//! What a 2.0 client ignores harmlessly is taken over from 3.0 (`version`, `hookVersion`, OperationOutcome bodies), the rest is not.

mod authorization;
mod card_dialect;
mod definition;
mod feedback;
mod parts;
mod request;
mod response;

pub use authorization::FhirAuthorization;
pub use card_dialect::{CardDialect, DetailFormat};
pub use definition::{Definition, DefinitionError, Discovery, Need, Services};
pub use feedback::{Comment, FeedbackItem, FeedbackOutcome, PickedReason, feedback};
pub use parts::is_hook_request;
pub use request::{Context, HookRequest, Orders, RequestError};
pub use response::{HookResponse, WireCard, WireSuggestion, response};
