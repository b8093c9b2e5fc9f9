//! HTML and SVG: the demo page, and the timeline of antidepressant trials, drawn from an assessment.
//!
//! ```text
//! start: choose a story or paste a record -> hook_request -> (judged elsewhere) -> outcome: cards | timeline | findings | the wire
//! ```
//! Every text goes through maud, which escapes it, and every text of the record through `visible_text` before that. No page asks for
//! anything from anywhere but here: [`CONTENT_SECURITY_POLICY`].

mod card;
mod finding;
mod outcome;
mod request;
mod shell;
mod start;
mod story;
#[cfg(test)]
mod tests;
mod timeline;
mod wire;
mod words;

pub use outcome::{HookCall, Origin, Outcome, outcome};
pub use request::{hook_request, visible_json};
pub use start::{Entry, start};
pub use story::{Case, Story, stories, story};

/// The one style sheet; its colours are checked for contrast by a test.
pub const STYLE: &str = include_str!("style.css");

/// Where [`STYLE`] is to be found.
pub const STYLE_PATH: &str = "/demo.css";

/// Takes a chosen file into the text field, on the page alone. Without it a record is pasted.
pub const SCRIPT: &str = include_str!("file.js");

/// Where [`SCRIPT`] is to be found.
pub const SCRIPT_PATH: &str = "/demo.js";

/// What a browser may load for a page: our own style and script, and nothing else from anywhere.
pub const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
