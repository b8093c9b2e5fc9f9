//! What log and metrics are told of a call: words from closed sets of ours, nothing of the record itself.

use crate::clinical::cards::{Card, CardCode, override_reasons};
use crate::clinical::chart::{Chart, Kind, Recognition};
use crate::hooks::{FeedbackItem, FeedbackOutcome};
use crate::telemetry::{CardTold, ChartTold, FeedbackTold};

/// A card by code and variant.
pub fn card(card: &Card) -> CardTold {
    CardTold { code: card.code.word(), variant: card.variant.unwrap_or("none") }
}

/// What a chart lacked, and which of its medicines could not be told.
pub fn chart(chart: &Chart) -> ChartTold {
    let lacking = |kind: &Kind| chart.coverage.gaps.iter().any(|gap| gap.kind == *kind);
    let text_only =
        chart.unresolved.iter().map(|unresolved| if unresolved.candidate.is_some() { "name-resembles-a-drug" } else { "not-known" });
    let recognised = chart.medications.iter().filter(|record| !record.medicine.components.is_empty()).filter_map(|record| {
        match record.medicine.recognition {
            Recognition::Coded => None,
            Recognition::Display => Some("code-not-known-name-is"),
            Recognition::Text => Some("no-code-name-known"),
        }
    });
    ChartTold {
        gaps: Kind::ALL.iter().filter(|kind| lacking(kind)).map(|kind| kind.word()).collect(),
        unresolved: text_only.chain(recognised).collect(),
        scored: !chart.screenings.is_empty(),
    }
}

/// What became of a card; a reason only if it is one that we offer.
pub fn feedback(item: &FeedbackItem) -> FeedbackTold {
    match &item.outcome {
        FeedbackOutcome::Accepted(_) => FeedbackTold { outcome: "accepted", reason: "none" },
        FeedbackOutcome::Overridden(None) => FeedbackTold { outcome: "overridden", reason: "none" },
        FeedbackOutcome::Overridden(Some(picked)) => {
            let mut ours = CardCode::ALL.into_iter().flat_map(override_reasons);
            let reason = ours.find(|reason| reason.code == picked.code).map_or("other", |reason| reason.code);
            FeedbackTold { outcome: "overridden", reason }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::PickedReason;

    #[test]
    fn a_reason_is_told_only_if_it_is_ours() {
        let told = |code: &str| {
            let reason = PickedReason { system: None, code: code.to_owned() };
            let at = "2026-03-02T10:00:00Z".parse().expect("a time");
            feedback(&FeedbackItem { card: String::new(), outcome: FeedbackOutcome::Overridden(Some(reason)), at, comment: None }).reason
        };
        assert_eq!(told("considered-and-excluded"), "considered-and-excluded");
        assert_eq!(told("Smith, John"), "other");
    }
}
