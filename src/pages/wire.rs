//! What went over the wire: the hook request and its answer, as they are.

use maud::{Markup, html};

use super::outcome::HookCall;

/// The longest text that is shown whole, in bytes: a browser is to stay quick.
const LONGEST: usize = 1_000_000;

/// Request and answer, folded away.
pub(super) fn wire(call: Option<HookCall<'_>>, answer: &str) -> Markup {
    html! {
        section.wire aria-labelledby="wire" {
            h2 #wire { "On the wire" }
            @match call {
                Some(call) => {
                    details {
                        summary { "The hook request, as an EHR would send it" }
                        p { code { "POST /cds-services/" (call.service) } }
                        (text("The hook request", call.request))
                    }
                }
                None => p.empty {
                    "This record is not a plain list of one patient's resources, so it was read as it stands and there is no hook request to show."
                }
            }
            details { summary { "The answer" } (text("The answer", answer)) }
        }
    }
}

fn text(name: &str, text: &str) -> Markup {
    html! {
        @if text.len() > LONGEST {
            p.empty { "It has " (text.len()) " bytes, which is too long to be shown here." }
        } @else {
            pre tabindex="0" role="region" aria-label=(name) { code { (text) } }
        }
    }
}
