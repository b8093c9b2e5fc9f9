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
pub use markdown::escape_markdown;
pub use memory::{FactHash, Fate, Memory, Past};
pub use occasion::Occasion;
pub use suggestion::{Proposal, Suggestion};

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
}

/// The cards of an assessment, in the order of rules.md 10, at most `max_cards` (safety and critical interactions not counted), without
/// those that were set aside.
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
    let Situation { assessment, knowledge, memory, .. } = situation;
    found.retain(|card| !memory.silences(card, assessment.as_of, knowledge.parameters()));
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
    let mut room = usize::try_from(situation.knowledge.parameters().max_cards).unwrap_or_default();
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
    match code {
        CardCode::Safety => &safety::WORDING.hooks,
        CardCode::Bipolar => &bipolar::WORDING.hooks,
        CardCode::CompleteTrial => &complete_trial::WORDING.hooks,
        CardCode::NextStep => &next_step::WORDING.hooks,
        CardCode::Contributors => &contributors::WORDING.hooks,
        CardCode::Measure => &measure::WORDING.hooks,
        CardCode::Monitoring => &monitoring::WORDING.hooks,
        CardCode::Interaction => &interaction::WORDING.hooks,
    }
}
