//! What reading a deck came to: resources, trials, and the cards that would have been shown.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use trialwise::clinical::cards::Card;
use trialwise::clinical::units::{Day, Days};

use crate::account::{Accounts, Fate, reference};
use crate::common::{Outcome, day, read};
use crate::spoken::faults;

/// The day on which the decks are read, after everything that they record.
pub const AS_OF: &str = "2028-01-01";

/// On how many of its own days a record is asked again, unless `TRIALWISE_DECK_DAYS` says more (then no figures are compared).
const OWN_DAYS: usize = 10;

const A_MONTH: Days = 30;

/// How many cards of each kind the record of a deck gives, in the order of their names.
pub type Figures = &'static [(&'static str, usize)];

/// What reading one deck came to.
#[derive(Default)]
pub struct Tally {
    deck: &'static str,
    pub records: usize,
    refused: usize,
    resources: usize,
    askings: usize,
    accounts: Accounts,
    trials: usize,
    unread: usize,
    cards: BTreeMap<String, usize>,
    /// Every card, in words.
    pub shown: Vec<String>,
    pub complaints: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { deck, records, refused, resources, askings, accounts, trials, unread, cards, .. } = self;
        write!(
            f,
            "{deck}: {records} records ({refused} refused), {resources} resources: {accounts}; {trials} trials, {unread} unread; asked {askings} times, cards {cards:?}"
        )
    }
}

impl Tally {
    pub fn of(deck: &'static str) -> Tally {
        Tally { deck, ..Tally::default() }
    }

    /// Reads one record and keeps account of it. A refusal is an answer; a panic, a different answer or a lost record is not.
    ///
    /// The record is asked again on days of its own, since on a day long after all of it nearly everything is out of date.
    pub fn take(&mut self, label: &str, body: &str, resources: &[&Value]) -> Option<Outcome> {
        self.records += 1;
        self.resources += resources.len();
        let twice = catch_unwind(AssertUnwindSafe(|| (read(body.as_bytes(), day(AS_OF)), read(body.as_bytes(), day(AS_OF)))));
        let outcome = match twice {
            Err(_) => {
                self.complaints.push(format!("{label}: panics"));
                return None;
            }
            Ok((Err(error), Err(_))) => {
                self.refused += 1;
                if error.to_string().trim().is_empty() {
                    self.complaints.push(format!("{label}: refused without a word"));
                }
                return None;
            }
            Ok((Ok(first), Ok(second))) if first.said() == second.said() => first,
            Ok(_) => {
                self.complaints.push(format!("{label}: says something else the second time"));
                return None;
            }
        };
        self.trials += outcome.assessment.trials.len();
        self.unread += outcome.assessment.unread.len();
        self.note(label, day(AS_OF), &outcome.cards);
        for own in own_days(resources) {
            match catch_unwind(AssertUnwindSafe(|| read(body.as_bytes(), own))) {
                Ok(Ok(then)) => self.note(label, own, &then.cards),
                Ok(Err(_)) => self.complaints.push(format!("{label}: read on one day and refused on {own}")),
                Err(_) => self.complaints.push(format!("{label}: panics on {own}")),
            }
        }
        for resource in resources {
            if self.accounts.enter(resource, &outcome) == Some(Fate::Lost) {
                self.complaints.push(format!("{label}: {} is neither in the chart nor among what was not read", reference(resource)));
            }
        }
        Some(outcome)
    }

    /// Counts the cards of one day and looks at each.
    pub fn note(&mut self, label: &str, on: Day, cards: &[Card]) {
        self.askings += 1;
        for card in cards {
            let kind = card.variant.map_or_else(|| card.code.word().to_owned(), |variant| format!("{}/{variant}", card.code.word()));
            self.shown.push(format!("{label} on {on}: {kind}, {}: {}", card.indicator.word(), card.summary));
            *self.cards.entry(kind).or_default() += 1;
            self.complaints.extend(faults(card).into_iter().map(|fault| format!("{label} on {on}: {fault}: {card:#?}")));
        }
    }

    /// Prints the cards, and holds their number against what was looked at.
    pub fn done(self, figures: Figures) {
        for line in &self.shown {
            println!("  {line}");
        }
        println!("{self}");
        assert!(self.records > 0, "{}: nothing in the deck", self.deck);
        assert!(self.complaints.is_empty(), "{self}\n{} complaints:\n  {}", self.complaints.len(), self.complaints.join("\n  "));
        let counted: Vec<(&str, usize)> = self.cards.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
        if more_days().is_none() {
            assert_eq!(counted, figures, "{}: other cards than were looked at; look at them again", self.deck);
        }
    }
}

fn more_days() -> Option<usize> {
    std::env::var("TRIALWISE_DECK_DAYS").ok().and_then(|days| days.parse().ok())
}

/// Days on which the record was written in, and as many a month later, when a trial is past its quiet first days: evenly chosen, the last
/// one among them.
pub fn own_days(resources: &[&Value]) -> Vec<Day> {
    let mut days = Vec::new();
    for resource in resources {
        dates(resource, &mut days);
    }
    let later: Vec<Day> = days.iter().map(|own| *own + A_MONTH).collect();
    days.extend(later);
    days.retain(|own| *own < day(AS_OF));
    days.sort();
    days.dedup();
    let wanted = more_days().unwrap_or(OWN_DAYS).min(days.len());
    (1..=wanted).map(|number| days[number * days.len() / wanted - 1]).collect()
}

fn dates(value: &Value, into: &mut Vec<Day>) {
    match value {
        Value::Object(members) => {
            let of_no_event = ["birthDate", "deceasedDateTime", "meta", "extension"];
            members.iter().filter(|(key, _)| !of_no_event.contains(&key.as_str())).for_each(|(_, inner)| dates(inner, into));
        }
        Value::Array(items) => items.iter().for_each(|inner| dates(inner, into)),
        Value::String(text) => into.extend(text.get(..10).and_then(|date| date.parse::<Day>().ok())),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
