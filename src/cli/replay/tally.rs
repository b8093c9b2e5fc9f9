//! What all charts of a replay came to, in numbers: counts of words of ours, nothing of any record.
//!
//! Adding is all that is ever done, so neither the order of the charts nor the number of threads shows.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::text::word;
use super::chart::Outcome;
use super::counts::Counts;
use super::quality::{Quality, Unrecognised};
use super::refused::Why;
use crate::clinical::cards::Card;
use crate::clinical::chart::Kind;
use crate::clinical::derive::{Assessment, BipolarState, Certainty, Trial};
use crate::clinical::knowledge::Knowledge;

/// What kind of input a chart was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A captured hook request.
    Request,
    /// A Bundle.
    Bundle,
    /// Single resources, brought together by patient.
    Export,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InputTally {
    /// Charts that were hook requests.
    pub hook_requests: u64,
    /// Charts that were Bundles.
    pub bundles: u64,
    /// Charts put together from single resources.
    pub patients_of_exports: u64,
    /// Single resources of types that nothing is read from.
    pub other_resources: u64,
    /// What was no chart, by reason.
    pub refused: Counts,
}

/// The cards of one code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CardTally {
    /// How many cards.
    pub cards: u64,
    /// How many charts have one.
    pub charts: u64,
    /// By variant, where the card has any.
    #[serde(skip_serializing_if = "Counts::is_empty")]
    pub variants: Counts,
    /// How loud.
    pub indicators: Counts,
}

/// What all trials came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each counts the word that the member of a trial has")]
pub struct TrialTally {
    pub drugs: Counts,
    pub adequacy: Counts,
    pub reasons: Counts,
    pub markers: Counts,
    pub response: Counts,
    pub evidence: Counts,
    pub quality: Counts,
}

/// What all charts came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// What was read.
    pub input: InputTally,
    /// How many charts were judged.
    pub charts: u64,
    /// How many of them have a card.
    pub charts_with_a_card: u64,
    /// The cards by code.
    pub cards: BTreeMap<&'static str, CardTally>,
    /// How many charts have so many cards.
    pub cards_per_chart: Counts,
    /// In scope, out of it, undetermined.
    pub scope: Counts,
    /// Why not in scope.
    pub scope_reasons: Counts,
    /// The trials.
    pub trials: TrialTally,
    /// `twoAdequateFailures`.
    pub two_adequate_failures: Counts,
    /// How much was had, by kind.
    pub coverage: BTreeMap<&'static str, Counts>,
    /// What was not had, as it is told to the prescriber: charts.
    pub gaps: Counts,
    /// Why resources counted for nothing: resources.
    pub unread: Counts,
    /// What could not be told of a chart: charts.
    pub unknown: Counts,
    /// Contributors by status.
    pub contributors: BTreeMap<&'static str, Counts>,
    /// What else was noticed, by the id of the note: charts.
    pub notes: Counts,
    /// How well records are filled in.
    pub quality: Quality,
    /// Codes that were not recognised.
    pub unrecognised: Unrecognised,
}

impl Tally {
    /// What was no chart.
    pub fn refuse(&mut self, why: &Why) {
        self.input.refused.add(why.to_string());
    }

    /// One chart more.
    pub fn add(&mut self, outcome: &Outcome, origin: Origin, knowledge: &Knowledge) {
        let assessment = &outcome.judged.assessment;
        self.charts += 1;
        *match origin {
            Origin::Request => &mut self.input.hook_requests,
            Origin::Bundle => &mut self.input.bundles,
            Origin::Export => &mut self.input.patients_of_exports,
        } += 1;
        self.add_cards(&outcome.judged.cards);
        self.scope.add(word(&assessment.scope.status));
        assessment.scope.reasons.iter().for_each(|reason| self.scope_reasons.add(word(reason)));
        assessment.trials.iter().for_each(|trial| self.trials.add(trial));
        self.two_adequate_failures.add(word(&assessment.two_adequate_failures));
        for kind in Kind::ALL {
            self.coverage.entry(kind.word()).or_default().add(word(&outcome.judged.chart.coverage.of(kind)));
        }
        assessment.coverage.gaps.iter().for_each(|gap| self.gaps.add(gap.why.as_str()));
        assessment.unread.iter().for_each(|unread| self.unread.add(unread.why.as_str()));
        for contributor in &assessment.contributors {
            self.contributors.entry(contributor.id).or_default().add(word(&contributor.status));
        }
        let notes = assessment.notes.iter().chain(assessment.trials.iter().flat_map(|trial| &trial.notes));
        notes.map(|note| note.id).collect::<BTreeSet<_>>().into_iter().for_each(|id| self.notes.add(id));
        unknown(assessment).for_each(|what| self.unknown.add(what));
        self.quality.add(outcome, knowledge);
        self.unrecognised.add(outcome);
    }

    fn add_cards(&mut self, cards: &[Card]) {
        self.charts_with_a_card += u64::from(!cards.is_empty());
        self.cards_per_chart.add(cards.len().to_string());
        let codes: BTreeSet<&'static str> = cards.iter().map(|card| card.code.word()).collect();
        codes.into_iter().for_each(|code| self.cards.entry(code).or_default().charts += 1);
        for card in cards {
            let tally = self.cards.entry(card.code.word()).or_default();
            tally.cards += 1;
            tally.indicators.add(card.indicator.word());
            card.variant.into_iter().for_each(|variant| tally.variants.add(variant));
        }
    }

    /// What was counted elsewhere too.
    pub fn merge(&mut self, other: Tally) {
        self.input.merge(other.input);
        self.charts += other.charts;
        self.charts_with_a_card += other.charts_with_a_card;
        other.cards.into_iter().for_each(|(code, tally)| self.cards.entry(code).or_default().merge(tally));
        self.cards_per_chart.merge(other.cards_per_chart);
        self.scope.merge(other.scope);
        self.scope_reasons.merge(other.scope_reasons);
        self.trials.merge(other.trials);
        self.two_adequate_failures.merge(other.two_adequate_failures);
        other.coverage.into_iter().for_each(|(kind, counts)| self.coverage.entry(kind).or_default().merge(counts));
        self.gaps.merge(other.gaps);
        self.unread.merge(other.unread);
        self.unknown.merge(other.unknown);
        other.contributors.into_iter().for_each(|(id, counts)| self.contributors.entry(id).or_default().merge(counts));
        self.notes.merge(other.notes);
        self.quality.merge(other.quality);
        self.unrecognised.merge(other.unrecognised);
    }
}

/// What could not be told of a chart.
fn unknown(assessment: &Assessment) -> impl Iterator<Item = &'static str> {
    let facts = [
        (assessment.patient.age_years.is_none(), "age"),
        (assessment.patient.sex.is_none(), "sex"),
        (assessment.episode.is_none(), "episode"),
        (assessment.current_score.is_none(), "current score"),
        (assessment.two_adequate_failures == Certainty::Undetermined, "two adequate failures"),
        (assessment.bipolar.state == BipolarState::Open, "bipolar question open"),
        (assessment.staging.thase_rush.is_none(), "Thase-Rush stage"),
        (assessment.staging.maudsley.is_none(), "Maudsley stage"),
        (!assessment.interactions_not_checked.is_empty(), "an interaction not checked"),
        (!assessment.monitoring_not_known.is_empty(), "monitoring not known"),
        (!assessment.unread.is_empty(), "a resource not read"),
    ];
    facts.into_iter().filter_map(|(is_unknown, what)| is_unknown.then_some(what))
}

impl InputTally {
    fn merge(&mut self, other: InputTally) {
        self.hook_requests += other.hook_requests;
        self.bundles += other.bundles;
        self.patients_of_exports += other.patients_of_exports;
        self.other_resources += other.other_resources;
        self.refused.merge(other.refused);
    }
}

impl CardTally {
    fn merge(&mut self, other: CardTally) {
        self.cards += other.cards;
        self.charts += other.charts;
        self.variants.merge(other.variants);
        self.indicators.merge(other.indicators);
    }
}

impl TrialTally {
    fn add(&mut self, trial: &Trial) {
        self.drugs.add(trial.drug.name());
        self.adequacy.add(word(&trial.adequacy));
        trial.reasons.iter().for_each(|reason| self.reasons.add(word(reason)));
        trial.markers.iter().for_each(|marker| self.markers.add(word(marker)));
        self.response.add(word(&trial.response));
        self.evidence.add(word(&trial.evidence));
        self.quality.add(word(&trial.quality));
    }

    fn merge(&mut self, other: TrialTally) {
        self.drugs.merge(other.drugs);
        self.adequacy.merge(other.adequacy);
        self.reasons.merge(other.reasons);
        self.markers.merge(other.markers);
        self.response.merge(other.response);
        self.evidence.merge(other.evidence);
        self.quality.merge(other.quality);
    }
}
