//! What was shown before, and what became of it: the ground of silence (rules.md 7, 10).
//!
//! A plain value that the caller brings; nothing is remembered here.
//!
//! Only a dismissal silences. A card that was shown and not answered is shown again when the chart is opened again: ignored cards are
//! never reported (CDS Hooks), a card may have gone to another user, to a chart opened for a second, or been dropped by a client that
//! would not wait, and the answer of a later call takes the earlier cards off the screen. So "nothing new since last shown" is not
//! taken to make a card vanish that nobody has set aside.

use sha2::{Digest, Sha256};

use super::card::{Card, CardCode, Indicator};
use crate::clinical::knowledge::Parameters;
use crate::clinical::units::{Day, Days};

/// A fact that a card rests on, as a hash: equal where the fact is, and no drug, date or record can be read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactHash([u8; 16]);

impl FactHash {
    /// The hash of a fact in words.
    pub fn of(fact: &str) -> FactHash {
        let digest = Sha256::digest(fact.as_bytes());
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        FactHash(first)
    }

    /// The hash as it was written down.
    pub const fn from_bytes(bytes: [u8; 16]) -> FactHash {
        FactHash(bytes)
    }

    /// The hash, to write down.
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

/// What is remembered of one patient, as the user who asks now has to see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    /// In no order that matters.
    pub past: Vec<Past>,
}

/// A card that was shown, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Which card.
    pub code: CardCode,
    /// The hash of its ground.
    pub ground: FactHash,
    /// The hashes of its single facts.
    pub facts: Vec<FactHash>,
    /// The day on which it was last shown, or dismissed.
    pub day: Day,
    /// What became of it.
    pub fate: Fate,
    /// Whether it was the user who asks now.
    pub by_this_user: bool,
    /// Whether it was in the encounter of now. Where the client names none, it was not.
    pub in_this_encounter: bool,
}

/// What became of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Shown; no answer is known.
    Shown,
    /// Set aside with "considered and excluded".
    Excluded,
    /// Set aside for another reason, or none.
    Dismissed,
}

impl Memory {
    /// The memory of one who has never shown anything: offline, and in the first call.
    pub const NONE: &'static Memory = &Memory { past: Vec::new() };

    /// Whether a card has to stay silent because it was dismissed.
    ///
    /// The same card on the same ground for `snooze_days`; the bipolar card that was considered and excluded for
    /// `bipolar_suppress_after_override_days`, unless it has new strong evidence. Safety and critical cards are exempt: their
    /// dismissal holds for that user and that encounter only.
    pub fn silences(&self, card: &Card, as_of: Day, parameters: &Parameters) -> bool {
        let ground = FactHash::of(&card.ground);
        let within = |past: &Past, days: Days| (0..=days).contains(&(as_of - past.day));
        self.past.iter().filter(|past| past.code == card.code && past.fate != Fate::Shown).any(|past| {
            let same = past.ground == ground;
            if is_exempt(card) {
                return same && past.by_this_user && past.in_this_encounter;
            }
            same && within(past, parameters.snooze_days)
        }) || self.excludes(card, as_of, parameters)
    }

    /// Whether the bipolar question was considered and excluded within `bipolar_suppress_after_override_days`, on facts that include all
    /// those of this card. A critical card asks again.
    pub fn excludes(&self, card: &Card, as_of: Day, parameters: &Parameters) -> bool {
        let lasting = |past: &&Past| (0..=parameters.bipolar_suppress_after_override_days).contains(&(as_of - past.day));
        let excluded = |past: &&Past| past.code == CardCode::Bipolar && past.fate == Fate::Excluded;
        card.code == CardCode::Bipolar
            && !is_exempt(card)
            && self.past.iter().filter(excluded).filter(lasting).any(|past| !has_new_fact(card, past))
    }

    /// The day on which a card with this fact was last shown: a warning that has stood for long is shown again only after
    /// `standing_warning_repeat_days` (rules.md 10, interaction).
    pub fn last_shown(&self, code: CardCode, fact: &str) -> Option<Day> {
        self.with_fact(code, fact).map(|past| past.day).max()
    }

    /// Whether a card with this fact was ever shown to the user who asks now (rules.md 9.1: a MAO-B inhibitor is told once).
    pub fn was_shown_to_this_user(&self, code: CardCode, fact: &str) -> bool {
        self.with_fact(code, fact).any(|past| past.by_this_user)
    }

    fn with_fact(&self, code: CardCode, fact: &str) -> impl Iterator<Item = &Past> {
        let fact = FactHash::of(fact);
        self.past.iter().filter(move |past| past.code == code && past.facts.contains(&fact))
    }
}

/// Safety and critical cards keep to no rule against alert fatigue.
fn is_exempt(card: &Card) -> bool {
    card.code == CardCode::Safety || card.indicator == Indicator::Critical
}

fn has_new_fact(card: &Card, past: &Past) -> bool {
    card.facts.iter().any(|fact| !past.facts.contains(&FactHash::of(fact)))
}

#[cfg(test)]
mod tests {
    use super::super::sample::today;
    use super::*;
    use crate::clinical::knowledge::Knowledge;

    fn card(code: CardCode, indicator: Indicator) -> Card {
        Card {
            code,
            variant: None,
            indicator,
            summary: String::new(),
            detail: String::new(),
            title: "",
            override_reasons: Vec::new(),
            suggestions: Vec::new(),
            links: Vec::new(),
            ground: "a|b".into(),
            facts: vec!["b".into()],
        }
    }

    fn past(card: &Card, days_ago: Days, fate: Fate) -> Past {
        Past {
            code: card.code,
            ground: FactHash::of(&card.ground),
            facts: card.facts.iter().map(|fact| FactHash::of(fact)).collect(),
            day: today() - days_ago,
            fate,
            by_this_user: true,
            in_this_encounter: false,
        }
    }

    fn silent(card: &Card, past: Past) -> bool {
        Memory { past: vec![past] }.silences(card, today(), Knowledge::builtin().parameters())
    }

    // rule 10/snooze: silent
    // rule 10/snooze: speaks
    #[test]
    fn a_dismissed_card_is_silent_for_thirty_days() {
        let card = card(CardCode::CompleteTrial, Indicator::Info);
        for (days, quiet) in [(-1, false), (0, true), (30, true), (31, false)] {
            assert_eq!(silent(&card, past(&card, days, Fate::Dismissed)), quiet, "{days}");
            assert_eq!(silent(&card, past(&card, days, Fate::Excluded)), quiet, "{days}");
        }
    }

    // rule 10/snooze-new-facts: speaks
    // rule 10/snooze-new-facts: silent
    #[test]
    fn new_facts_and_other_cards_speak() {
        let dismissed = card(CardCode::CompleteTrial, Indicator::Info);
        let aside = past(&dismissed, 1, Fate::Dismissed);
        assert!(silent(&dismissed, aside.clone()));
        assert!(!silent(&Card { ground: "a|c".into(), ..dismissed.clone() }, aside.clone()));
        assert!(!silent(&card(CardCode::Measure, Indicator::Info), aside));
    }

    // rule 10/shown-only: speaks
    // rule 10/shown-only: silent
    #[test]
    fn what_was_only_shown_is_shown_again() {
        let card = card(CardCode::CompleteTrial, Indicator::Info);
        assert!(!silent(&card, past(&card, 0, Fate::Shown)));
        assert!(silent(&card, past(&card, 0, Fate::Dismissed)));
    }

    // rule 10/snooze-exempt: speaks
    // rule 10/snooze-exempt: silent
    #[test]
    fn safety_and_critical_cards_are_silent_for_that_user_in_that_encounter_only() {
        for card in [card(CardCode::Safety, Indicator::Warning), card(CardCode::Interaction, Indicator::Critical)] {
            let aside = |user, encounter| Past { by_this_user: user, in_this_encounter: encounter, ..past(&card, 0, Fate::Dismissed) };
            assert!(silent(&card, aside(true, true)));
            assert!(!silent(&card, aside(true, false)));
            assert!(!silent(&card, aside(false, true)));
        }
        let warning = card(CardCode::Interaction, Indicator::Warning);
        assert!(silent(&warning, past(&warning, 0, Fate::Dismissed)));
    }

    // rule 7/override-180: silent
    // rule 7/override-180: speaks
    #[test]
    fn an_excluded_bipolar_question_rests_for_180_days_without_new_strong_evidence() {
        let asked = card(CardCode::Bipolar, Indicator::Warning);
        let other_ground = Card { ground: "a|b|moderate".into(), ..asked.clone() };
        for (days, quiet) in [(180, true), (181, false)] {
            assert_eq!(silent(&other_ground, past(&asked, days, Fate::Excluded)), quiet, "{days}");
        }
        assert!(!silent(&other_ground, past(&asked, 1, Fate::Dismissed)), "another reason is a snooze of the same ground only");
        let new_evidence = Card { ground: "a|b|c".into(), facts: vec!["b".into(), "c".into()], ..asked.clone() };
        assert!(!silent(&new_evidence, past(&asked, 1, Fate::Excluded)));
        let critical = Card { indicator: Indicator::Critical, ..asked.clone() };
        assert!(!silent(&critical, past(&asked, 1, Fate::Excluded)));
    }

    #[test]
    fn what_was_shown_is_known_by_its_facts() {
        let card = card(CardCode::Interaction, Indicator::Warning);
        let memory = Memory { past: vec![past(&card, 400, Fate::Shown), Past { by_this_user: false, ..past(&card, 20, Fate::Dismissed) }] };
        assert_eq!(memory.last_shown(CardCode::Interaction, "b"), Some(today() - 20));
        assert_eq!(memory.last_shown(CardCode::Interaction, "c"), None);
        assert_eq!(memory.last_shown(CardCode::Measure, "b"), None);
        assert!(memory.was_shown_to_this_user(CardCode::Interaction, "b"));
        let others = Memory { past: vec![Past { by_this_user: false, ..past(&card, 20, Fate::Shown) }] };
        assert!(!others.was_shown_to_this_user(CardCode::Interaction, "b"));
    }
}
