//! What the cards of all stories have in common: room in a side bar, and what every card shows (rules.md 10).

use std::fs;
use std::path::Path;

use serde::Deserialize;
use trialwise::clinical::cards::{Card, CardCode};
use trialwise::hooks::is_hook_request;

use crate::common::{day, fixtures, name, read, read_request, text};

/// The longest lead, in characters: what a side bar shows at once, beside a summary of fewer than 140.
const LONGEST_LEAD: usize = 1000;

/// The longest summary, in characters.
const LONGEST_SUMMARY: usize = 139;

/// The forms that a record comes in.
const FORMS: [&str; 4] = ["bundle.json", "bundle-statement.json", "bundle-request.json", "request.json"];

#[derive(Deserialize)]
struct Story {
    as_of: String,
}

/// Every card of every story in every form, with the name of its story.
pub fn cards_of_stories() -> Vec<(String, Card)> {
    let mut folders: Vec<_> = fs::read_dir(fixtures()).expect("the cases").map(|entry| entry.expect("a case").path()).collect();
    folders.sort();
    let cards = folders.iter().flat_map(|folder| {
        let story: Story = toml::from_str(&text(&folder.join("case.toml"))).expect("a case");
        let paths = FORMS.iter().map(|form| folder.join(form)).filter(|path| path.exists()).collect::<Vec<_>>();
        paths.into_iter().flat_map(move |path| cards(&path, &story.as_of).into_iter().map(|card| (name(folder), card)).collect::<Vec<_>>())
    });
    cards.collect()
}

fn cards(path: &Path, as_of: &str) -> Vec<Card> {
    let (body, as_of) = (text(path), day(as_of));
    let outcome = match is_hook_request(body.as_bytes()) {
        true => read_request(body.as_bytes(), as_of).map_err(|error| error.to_string()),
        false => read(body.as_bytes(), as_of).map_err(|error| error.to_string()),
    };
    outcome.unwrap_or_else(|error| panic!("{}: {error}", path.display())).cards
}

#[test]
fn every_card_of_a_story_fits_a_side_bar() {
    let cards = cards_of_stories();
    assert!(cards.len() > 80, "{} cards", cards.len());
    let long = |(story, card): &(String, Card)| {
        let (summary, lead) = (card.summary.chars().count(), card.lead().chars().count());
        (summary > LONGEST_SUMMARY || lead > LONGEST_LEAD)
            .then(|| format!("{story}, {}: {summary} and {lead} characters", card.code.word()))
    };
    let long: Vec<String> = cards.iter().filter_map(long).collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_card_of_a_story_names_its_trials_what_was_not_known_its_sources_and_its_version() {
    for (story, card) in cards_of_stories() {
        let shows = |texts: &[&str]| texts.iter().any(|text| card.detail.contains(text));
        let of = format!("{story}, {}", card.code.word());
        assert!(shows(&["| Trial | Dates |", "No antidepressant trial"]), "{of}: no trials");
        assert!(shows(&["**Not known**"]), "{of}: no unknowns");
        assert!(shows(&["Sources: "]) && shows(&[". Knowledge "]), "{of}: no sources");
    }
}

#[test]
fn every_next_step_ends_with_the_workup_who_can_do_it_and_the_outlook_without_a_percentage() {
    let cards: Vec<(String, Card)> = cards_of_stories().into_iter().filter(|(_, card)| card.code == CardCode::NextStep).collect();
    let variants: std::collections::BTreeSet<_> = cards.iter().filter_map(|(_, card)| card.variant).collect();
    assert!(variants.len() >= 6, "{variants:?}");
    for (story, card) in cards {
        let shows = |text: &str| card.detail.contains(text);
        assert!(shows("**Workup of a poor response.**"), "{story}: no workup");
        assert!(shows("**Who can do this:**") && shows("by referral"), "{story}: nobody who can do it");
        assert!(shows("most people who keep working through the sequence do get better") || shows("Most people who keep"), "{story}");
        let chance = card.detail.lines().find(|line| line.contains("remi") && line.contains('%'));
        assert_eq!(chance, None, "{story}");
    }
}
