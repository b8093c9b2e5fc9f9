//! What to say: one folder per card.
//!
//! A rule sees the assessment, not the raw chart. Early returns are silence; speech is one expression.

mod background;
mod bipolar;
mod card;
mod complete_trial;
mod contributors;
mod finding;
mod gate;
mod interaction;
mod link;
mod markdown;
mod measure;
mod memory;
mod monitoring;
mod next_step;
mod occasion;
mod order;
mod safety;
#[cfg(test)]
mod sample;
mod suggestion;
mod table;
#[cfg(test)]
mod tests;
mod wording;

pub use card::{Card, CardCode, Indicator, OverrideReason};
pub use link::Link;
pub use markdown::{escape_markdown, visible_text};
pub use memory::{FactHash, Fate, Memory, Past};
pub use occasion::Occasion;
pub use suggestion::{Proposal, Suggestion};
pub use table::{dates as trial_dates, response_words as trial_response, verdict as trial_verdict};

use crate::clinical::derive::Assessment;
use crate::clinical::knowledge::Knowledge;

/// What a card rule looks at.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// What the record comes to.
    pub assessment: &'a Assessment,
    /// The tables.
    pub knowledge: &'a Knowledge,
    /// What the prescriber is doing.
    pub occasion: Occasion,
    /// What was shown before.
    pub memory: &'a Memory,
    /// What the site allows here.
    pub allowance: Allowance<'a>,
}

/// Which cards the site allows, and how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowance<'a> {
    /// At most so many (safety and critical interactions not counted); `None` leaves it to the parameters.
    pub max_cards: Option<usize>,
    /// These codes only; `None` for all. A critical card is exempt (rules.md 10).
    pub codes: Option<&'a [CardCode]>,
}

impl Allowance<'_> {
    fn permits(self, card: &Card) -> bool {
        card.indicator == Indicator::Critical || self.codes.is_none_or(|codes| codes.contains(&card.code))
    }
}

/// The cards of an assessment, in the order of rules.md 10, at most `max_cards` (safety and critical interactions not counted), without
/// those that were set aside or that the site does not allow.
pub fn cards(situation: Situation<'_>) -> Vec<Card> {
    // rules.md 10: the urgent pathway replaces complete-trial; its card carries the contributors as lines
    let urgent = next_step::urgent_card(situation);
    let contributors = if urgent.is_some() { None } else { contributors::card(situation) };
    let trial = urgent.or_else(|| complete_trial::card(situation)).or_else(|| next_step::card(situation));
    let first = safety::card(situation).into_iter().chain(interaction::cards(situation)).chain(bipolar::card(situation));
    let others = [contributors, monitoring::card(situation), measure::card(situation)];
    let mut found: Vec<Card> = first.chain(trial).chain(others.into_iter().flatten()).collect();
    found.retain(|card| hooks(card.code).iter().any(|hook| hook == situation.occasion.hook()));
    let orders = order::cards(situation, &found);
    found.extend(orders);
    let Situation { assessment, knowledge, memory, allowance, .. } = situation;
    found.retain(|card| allowance.permits(card) && !memory.silences(card, assessment.as_of, knowledge.parameters()));
    let mut shown = capped(found, situation);
    suggestion::attach(&mut shown, situation);
    link::attach(&mut shown, situation);
    shown
}

/// Whether a prescriber has considered and excluded the bipolar question on the findings that raise it now (rules.md 7).
///
/// The assessment that this situation holds does not know it yet: with the answer in the chart another one has to be made.
pub fn bipolar_excluded(situation: Situation<'_>) -> bool {
    let Situation { assessment, knowledge, memory, .. } = situation;
    bipolar::card(situation).is_some_and(|card| memory.excludes(&card, assessment.as_of, knowledge.parameters()))
}

/// The cards in order, without those for which there is no room.
fn capped(mut cards: Vec<Card>, situation: Situation<'_>) -> Vec<Card> {
    cards.sort_by_key(|card| card.code);
    let of_the_tables = || usize::try_from(situation.knowledge.parameters().max_cards).unwrap_or_default();
    let mut room = situation.allowance.max_cards.unwrap_or_else(of_the_tables);
    cards.retain(|card| {
        let exempt = card.code == CardCode::Safety || (card.code == CardCode::Interaction && card.indicator == Indicator::Critical);
        let fits = exempt || room > 0;
        room = if exempt { room } else { room.saturating_sub(1) };
        fits
    });
    cards
}

/// On which hooks a card may be shown, by the names of CDS Hooks. What speaks of an order alone (`order`) has hooks of its own.
pub fn hooks(code: CardCode) -> &'static [String] {
    &wording(code).hooks
}

/// Why a card may be set aside. What speaks of an order alone offers no other reasons than these.
pub fn override_reasons(code: CardCode) -> Vec<OverrideReason> {
    wording(code).override_reasons()
}

fn wording(code: CardCode) -> &'static wording::Wording {
    match code {
        CardCode::Safety => &safety::WORDING,
        CardCode::Bipolar => &bipolar::WORDING,
        CardCode::CompleteTrial => &complete_trial::WORDING,
        CardCode::NextStep => &next_step::WORDING,
        CardCode::Contributors => &contributors::WORDING,
        CardCode::Measure => &measure::WORDING,
        CardCode::Monitoring => &monitoring::WORDING,
        CardCode::Interaction => &interaction::WORDING,
    }
}
