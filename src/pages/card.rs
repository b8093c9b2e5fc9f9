//! The cards as the side bar of an EHR shows them.

use maud::{Markup, PreEscaped, html};

use super::words::set_cells;
use crate::clinical::cards::{Card, Indicator, visible_text};
use crate::hooks::{DetailFormat, HookResponse, WireCard};

/// The side bar. `response` is the answer that these cards went into, one for each.
pub(super) fn side_bar(cards: &[Card], response: &HookResponse<'_>) -> Markup {
    html! {
        section.side-bar aria-labelledby="cards" {
            h2 #cards { "Cards" }
            @if cards.is_empty() {
                p.empty { "No card: Trialwise has nothing to say, and the prescriber is not interrupted." }
            }
            @for (card, wire) in cards.iter().zip(&response.cards) {
                (drawn(card, wire))
            }
        }
    }
}

const fn class(indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::Info => "card info",
        Indicator::Warning => "card warning",
        Indicator::Critical => "card critical",
    }
}

fn drawn(card: &Card, wire: &WireCard<'_>) -> Markup {
    html! {
        article class=(class(card.indicator)) {
            p.indicator { (card.indicator.word()) }
            h3 { (visible_text(&wire.summary)) }
            div.detail { (markdown(card.lead())) }
            @if !card.rest().is_empty() {
                details { summary { "Details" } div.detail { (markdown(card.rest())) } }
            }
            @if !wire.suggestions.is_empty() {
                h4 { "Offered" }
                ul.offers { @for suggestion in &wire.suggestions { li { (visible_text(suggestion.label)) } } }
            }
            @if !wire.links.is_empty() {
                ul.links { @for link in &wire.links { li { (link.label) ": " (link.url) } } }
            }
            @if !wire.override_reasons.is_empty() {
                details {
                    summary { "Reasons to set it aside" }
                    ul { @for reason in &wire.override_reasons { li { (reason.display) } } }
                }
            }
            p.source { "Source: " (wire.source.label) ", " (wire.source.topic.display) }
        }
    }
}

/// As a client draws it: without raw HTML.
fn markdown(text: &str) -> PreEscaped<String> {
    set_cells(&DetailFormat::Html.of(text))
}
