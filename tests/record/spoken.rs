//! What no card may be, whatever the record.

use trialwise::clinical::cards::Card;

/// A summary is shorter than 140 characters.
const LONGEST_SUMMARY: usize = 139;

/// What is wrong with a card as text.
pub fn faults(card: &Card) -> Vec<String> {
    let length = card.summary.chars().count();
    let mut faults = Vec::new();
    if length > LONGEST_SUMMARY || card.summary.trim().is_empty() {
        faults.push(format!("a summary of {length} characters"));
    }
    if card.summary.chars().any(char::is_control) {
        faults.push("a summary of several lines".to_owned());
    }
    if let Some(at) = unescaped(&card.detail) {
        faults.push(format!("unescaped markup: `{at}`"));
    }
    let unfilled = |text: &str| text.split('{').skip(1).any(|rest| rest.split_once('}').is_some_and(|(name, _)| !name.contains(' ')));
    if unfilled(&card.summary) || unfilled(&card.detail) {
        faults.push("a name that was not filled in".to_owned());
    }
    if card.detail.chars().any(|c| c.is_control() && c != '\n') {
        faults.push("a control character".to_owned());
    }
    faults
}

/// The first HTML or link that is live; our own texts have neither.
fn unescaped(detail: &str) -> Option<String> {
    let before = |at: usize| detail[..at].chars().rev().take_while(|c| *c == '\\').count();
    let live = |at: &usize| before(*at) % 2 == 0;
    let mut places = detail.match_indices(['<', '[']).map(|(at, _)| at);
    let at = places.find(live)?;
    Some(detail[at..].chars().take(40).collect())
}
