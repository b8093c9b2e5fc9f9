//! Who calls: the signed token that comes with every call, set against the clients that the settings trust.
//!
//! `Callers::caller` is the place to start reading. What is cheap is looked at first; the signature is checked before anything of the
//! body is read, with a key and an algorithm that the settings and the key itself fix, never the token.

mod caller;
mod claims;
mod key;
mod refusal;
mod seen;
mod source;
mod token;
mod trusted;

pub use caller::{Caller, Callers};
pub use refusal::Refusal;
pub use seen::{SharedMemory, Unavailable};
pub use trusted::SettingsError;
