//! Drafts that a card offers to prepare: tests that are due or were never done.
//!
//! Only laboratory tests. No medicine is ever proposed, and nothing is chosen beforehand (rules.md 10).

use super::Situation;
use super::card::{Card, CardCode};
use crate::clinical::derive::{ContributorStatus, Extent};
use crate::clinical::units::Instrument;

/// One draft that the prescriber may take over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What the button says.
    pub label: String,
    /// What would be drafted.
    pub proposal: Proposal,
}

/// What would be drafted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proposal {
    /// An order for a laboratory test.
    Lab(Instrument),
}

impl Proposal {
    /// What tells it from other proposals of the same card, the same for ever.
    pub fn word(self) -> String {
        match self {
            Proposal::Lab(test) => format!("lab {}", test.word()),
        }
    }
}

/// The tests that are offered when their monitoring is due.
const MONITORED: [Instrument; 1] = [Instrument::LithiumLevel];

/// The contributors whose test is offered when it was never done.
const LOOKED_FOR: [(&str, Instrument); 1] = [("thyroid-low", Instrument::Tsh)];

/// Gives the cards their suggestions: each test once, on the first card that speaks of it.
pub(super) fn attach(cards: &mut [Card], situation: Situation<'_>) {
    for test in due(situation) {
        offer(cards, &[CardCode::Monitoring], test);
    }
    for test in not_looked_for(situation) {
        // The workup stands in the contributors card, else in next-step (rules.md 8).
        offer(cards, &[CardCode::Contributors, CardCode::NextStep], test);
    }
}

fn offer(cards: &mut [Card], speaking: &[CardCode], test: Instrument) {
    let card = speaking.iter().find_map(|code| cards.iter().position(|card| card.code == *code));
    if let Some(index) = card {
        let label = format!("Draft an order: {}", name(test));
        cards[index].suggestions.push(Suggestion { label, proposal: Proposal::Lab(test) });
    }
}

fn due(situation: Situation<'_>) -> impl Iterator<Item = Instrument> {
    let items = &situation.assessment.monitoring_due;
    MONITORED.into_iter().filter(|test| items.iter().any(|due| due.id == test.word()))
}

fn not_looked_for(situation: Situation<'_>) -> impl Iterator<Item = Instrument> {
    let assessment = situation.assessment;
    // A result that could not be had is no test that was not done.
    let had = assessment.coverage.observations == Extent::Full;
    let open = move |id: &str| assessment.contributors.iter().any(|one| one.id == id && one.status == ContributorStatus::NotChecked);
    LOOKED_FOR.into_iter().filter(move |(id, _)| had && open(id)).map(|(_, test)| test)
}

/// The test as a prescriber calls it.
fn name(test: Instrument) -> String {
    match test {
        Instrument::Tsh => "TSH".to_owned(),
        other => other.word().replace('-', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::super::card::Indicator;
    use super::super::sample::*;
    use super::*;
    use crate::clinical::derive::{Assessment, Contributor, ContributorWeight, MonitoringItem, Urgency};

    fn card(code: CardCode) -> Card {
        Card {
            code,
            variant: None,
            indicator: Indicator::Info,
            summary: String::new(),
            detail: String::new(),
            title: "",
            override_reasons: Vec::new(),
            suggestions: Vec::new(),
            links: Vec::new(),
            ground: String::new(),
            facts: Vec::new(),
        }
    }

    /// What the cards of these codes offer.
    fn offered(codes: &[CardCode], assessment: &Assessment) -> Vec<Vec<Proposal>> {
        let mut cards: Vec<Card> = codes.iter().map(|code| card(*code)).collect();
        attach(&mut cards, situation(assessment));
        cards.iter().map(|card| card.suggestions.iter().map(|suggestion| suggestion.proposal).collect()).collect()
    }

    fn with_thyroid(status: ContributorStatus) -> Assessment {
        let mut assessment = assessment(Vec::new());
        assessment.contributors = vec![Contributor {
            id: "thyroid-low",
            status,
            treated: false,
            weight: ContributorWeight::Alongside,
            label: String::new(),
            basis: Vec::new(),
            short: None,
        }];
        assessment
    }

    // rule 10/suggest-tsh: speaks
    // rule 10/suggest-tsh: silent
    #[test]
    fn a_tsh_is_offered_once_where_none_was_looked_for() {
        let unchecked = with_thyroid(ContributorStatus::NotChecked);
        let tsh = vec![Proposal::Lab(Instrument::Tsh)];
        assert_eq!(offered(&[CardCode::NextStep, CardCode::Contributors], &unchecked), [vec![], tsh.clone()]);
        assert_eq!(offered(&[CardCode::NextStep], &unchecked), [tsh]);
        assert_eq!(offered(&[CardCode::CompleteTrial, CardCode::Measure], &unchecked), [vec![], vec![]]);
        for status in [ContributorStatus::Clear, ContributorStatus::Present] {
            assert_eq!(offered(&[CardCode::NextStep], &with_thyroid(status)), [vec![]]);
        }
        let mut in_part = unchecked;
        in_part.coverage.observations = Extent::Partial;
        assert_eq!(offered(&[CardCode::NextStep], &in_part), [vec![]]);
    }

    // rule 10/suggest-lithium-level: speaks
    // rule 10/suggest-lithium-level: silent
    #[test]
    fn a_lithium_level_is_offered_when_it_is_due() {
        let due = |id: &'static str| {
            let mut assessment = assessment(Vec::new());
            assessment.monitoring_due = vec![MonitoringItem {
                drug: drug("lithium"),
                item: String::new(),
                due: today(),
                basis: Vec::new(),
                id,
                last: None,
                baseline_missed: false,
                urgency: Urgency::Due,
                makes_card: true,
            }];
            assessment
        };
        assert_eq!(offered(&[CardCode::Monitoring], &due("lithium-level")), [vec![Proposal::Lab(Instrument::LithiumLevel)]]);
        assert_eq!(offered(&[CardCode::Monitoring], &due("lithium-creatinine")), [vec![]]);
        assert_eq!(offered(&[CardCode::NextStep], &due("lithium-level")), [vec![]]);
        assert_eq!(offered(&[CardCode::Monitoring], &assessment(Vec::new())), [vec![]]);
    }
}
