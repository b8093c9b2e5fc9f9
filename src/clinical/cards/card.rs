//! A card, before it becomes CDS Hooks wire.

use super::finding::FOLD;
use super::link::Link;
use super::suggestion::Suggestion;
use crate::clinical::derive::CardSummary;

/// One card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Which card: stable for ever, since EHRs remember overrides by it.
    pub code: CardCode,
    /// Which variant of it (rules.md 10), where it has any.
    pub variant: Option<&'static str>,
    /// How loud.
    pub indicator: Indicator,
    /// One sentence of plain text, under 140 characters, nothing from the chart in it that was not checked.
    pub summary: String,
    /// GitHub-flavoured Markdown without HTML; whatever comes from the chart is escaped.
    pub detail: String,
    /// The name of the card in words, for `source.topic.display`.
    pub title: &'static str,
    /// Why a prescriber may set it aside.
    pub override_reasons: Vec<OverrideReason>,
    /// Drafts that the prescriber may take over.
    pub suggestions: Vec<Suggestion>,
    /// Forms of the site that the prescriber may open.
    pub links: Vec<Link>,
    /// What the card rests on, without day counters: the same ground on the next day is the same card (rules.md 10).
    /// Codes, dates and record references joined; hashed before it leaves.
    pub ground: String,
    /// The single facts among it that are remembered each for itself; of the bipolar card its strong evidence, since only
    /// that breaks the silence after it was considered and excluded (rules.md 7). Hashed before they leave.
    pub facts: Vec<String>,
}

impl Card {
    /// The few lines that a side bar shows at once: the detail before its fold.
    pub fn lead(&self) -> &str {
        self.detail.split_once(FOLD).map_or(&*self.detail, |(lead, _)| lead.trim_end())
    }

    /// What stands behind the fold; empty where there is none.
    pub fn rest(&self) -> &str {
        self.detail.split_once(FOLD).map_or("", |(_, rest)| rest.trim())
    }

    /// The card in short, for the assessment.
    pub fn summary(&self) -> CardSummary {
        CardSummary { code: self.code.word(), variant: self.variant, indicator: self.indicator.word(), summary: self.summary.clone() }
    }
}

/// The cards there are, in the order they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum CardCode {
    Safety,
    Interaction,
    Bipolar,
    CompleteTrial,
    NextStep,
    Contributors,
    Monitoring,
    Measure,
}

impl CardCode {
    /// All of them, in the order they are shown.
    pub const ALL: [CardCode; 8] = [
        CardCode::Safety,
        CardCode::Interaction,
        CardCode::Bipolar,
        CardCode::CompleteTrial,
        CardCode::NextStep,
        CardCode::Contributors,
        CardCode::Monitoring,
        CardCode::Measure,
    ];

    /// The card with this code.
    pub fn of_word(word: &str) -> Option<CardCode> {
        CardCode::ALL.into_iter().find(|code| code.word() == word)
    }

    /// The code in `source.topic`.
    pub const fn word(self) -> &'static str {
        match self {
            CardCode::Safety => "safety",
            CardCode::Interaction => "interaction",
            CardCode::Bipolar => "bipolar",
            CardCode::CompleteTrial => "complete-trial",
            CardCode::NextStep => "next-step",
            CardCode::Contributors => "contributors",
            CardCode::Monitoring => "monitoring",
            CardCode::Measure => "measure",
        }
    }
}

/// How loud a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Indicator {
    Info,
    Warning,
    Critical,
}

impl Indicator {
    /// The word of CDS Hooks.
    pub const fn word(self) -> &'static str {
        match self {
            Indicator::Info => "info",
            Indicator::Warning => "warning",
            Indicator::Critical => "critical",
        }
    }
}

/// A reason to set a card aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideReason {
    /// The terminology.
    pub system: &'static str,
    /// The code.
    pub code: &'static str,
    /// In words.
    pub display: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_found_by_its_own_word() {
        assert!(CardCode::ALL.into_iter().all(|code| CardCode::of_word(code.word()) == Some(code)));
        assert_eq!(CardCode::of_word("another"), None);
    }
}
