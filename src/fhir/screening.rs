//! PHQ-9s put together: a total, a panel with items, items alone, a filled-in questionnaire are one occasion where they belong together.

use std::collections::{BTreeMap, HashMap};

use crate::clinical::chart::{Measurement, Screening, Value};
use crate::clinical::units::{Day, Instrument};

use super::observation::{Occasion, Results};
use super::reading::Reading;

/// What a part of a PHQ-9 is; the first is the best to cite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Total,
    Panel,
    Response,
    Item,
}

/// One resource that says something of a PHQ-9.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) role: Role,
    pub(super) occasion: Occasion,
    pub(super) total: Option<u8>,
    pub(super) items: [Option<u8>; 9],
    /// What it is linked to: `hasMember`, `derivedFrom`.
    pub(super) links: Vec<String>,
    /// A questionnaire that was answered only in part: it has no total (rules.md 1).
    incomplete: bool,
    /// That something of it could not be read was told.
    pub(super) told: bool,
}

/// How many groups of one day are looked back at: keeps a record of ten thousand screenings of one day linear.
const LOOK_BACK: usize = 16;

impl Part {
    pub(super) fn new(role: Role, occasion: Occasion) -> Part {
        Part { role, occasion, total: None, items: [None; 9], links: Vec::new(), incomplete: false, told: false }
    }

    fn sum(&self) -> Option<u8> {
        self.items.iter().copied().sum()
    }

    fn score(&self) -> Option<u8> {
        self.sum().or(self.total)
    }

    fn is_empty(&self) -> bool {
        self.total.is_none() && self.items.iter().all(Option::is_none)
    }

    /// Only the first two items: a PHQ-2, which is no PHQ-9.
    fn is_phq2(&self) -> bool {
        self.total.is_none() && self.role != Role::Panel && !self.is_empty() && self.items[2..].iter().all(Option::is_none)
    }

    /// Whether nothing in the one contradicts the other.
    fn agrees(&self, other: &Part) -> bool {
        let same = |one: Option<u8>, other: Option<u8>| one.is_none() || other.is_none() || one == other;
        self.occasion.finished == other.occasion.finished
            && same(self.total, other.total)
            && self.items.iter().zip(&other.items).all(|(one, other)| same(*one, *other))
    }

    /// Whether both were filled in at one time.
    fn is_with(&self, other: &Part) -> bool {
        let (one, two) = (self.occasion.at, other.occasion.at);
        let same_time = one.second == two.second || one.second.is_none() || two.second.is_none();
        let same_score = self.score().is_some() && self.score() == other.score();
        one.day == two.day && (same_time || same_score) && self.agrees(other)
    }

    fn join(&mut self, other: Part) {
        let better = (other.role, &other.occasion.source) < (self.role, &self.occasion.source);
        if better {
            self.role = other.role;
            self.occasion = other.occasion;
        }
        self.total = self.total.or(other.total);
        for (mine, theirs) in self.items.iter_mut().zip(other.items) {
            *mine = mine.or(theirs);
        }
        self.links.extend(other.links);
        self.incomplete |= other.incomplete;
        self.told |= other.told;
    }

    fn screening(self) -> Screening {
        let (sum, recorded) = (self.sum(), self.total);
        Screening {
            at: self.occasion.at,
            source: self.occasion.source,
            total: sum.or(recorded.filter(|_| !self.incomplete)),
            recorded_total: recorded.filter(|recorded| sum.is_some_and(|sum| sum != *recorded)),
            items: self.items,
            finished: self.occasion.finished,
        }
    }
}

/// Puts the parts together: what refers to each other, then what was filled in on one day at one time and does not contradict.
pub(super) fn assemble(reading: &mut Reading<'_, '_>, results: Results<'_>) {
    let mut parts = results.parts;
    for part in &mut parts {
        let answered = part.items.iter().flatten().count();
        part.incomplete = part.role == Role::Response && answered > 0 && answered < 9;
    }
    let mut days: BTreeMap<Day, Vec<Part>> = BTreeMap::new();
    for part in linked(parts) {
        if part.is_empty() {
            if !part.told {
                reading.unread(&part.occasion.source, "a PHQ-9 without a total or an item that could be read");
            }
            continue;
        }
        days.entry(part.occasion.at.day).or_default().push(part);
    }
    for (_, mut parts) in days {
        parts.sort_by(|a, b| (a.occasion.at, a.role, &a.occasion.source).cmp(&(b.occasion.at, b.role, &b.occasion.source)));
        let mut groups: Vec<Part> = Vec::new();
        for part in parts {
            match groups.iter_mut().rev().take(LOOK_BACK).find(|group| group.is_with(&part)) {
                Some(group) => group.join(part),
                None => groups.push(part),
            }
        }
        let (short, whole): (Vec<Part>, Vec<Part>) = groups.into_iter().partition(Part::is_phq2);
        reading.chart.screenings.extend(whole.into_iter().map(Part::screening));
        short.into_iter().for_each(|part| phq2(reading, part));
    }
}

/// The first two items alone: a result of its own, which never judges a response.
fn phq2(reading: &mut Reading<'_, '_>, part: Part) {
    let [Some(first), Some(second), ..] = part.items else {
        return reading.unread(&part.occasion.source, "one item of a PHQ-9 alone, which has no total");
    };
    reading.chart.measurements.push(Measurement {
        instrument: Instrument::Phq2,
        at: part.occasion.at,
        source: part.occasion.source,
        value: Value::Number(f64::from(first + second)),
        lower_limit: None,
        upper_limit: None,
        finished: part.occasion.finished,
    });
}

/// Joins a part with those it refers to, unless they contradict it.
fn linked(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by(|a, b| (a.role, &a.occasion.source).cmp(&(b.role, &b.occasion.source)));
    let place: HashMap<String, usize> =
        parts.iter().enumerate().map(|(index, part)| (part.occasion.source.as_str().to_owned(), index)).collect();
    let mut into: Vec<usize> = (0..parts.len()).collect();
    for (index, part) in parts.iter().enumerate() {
        for link in &part.links {
            let Some(&other) = place.get(plain(link)) else { continue };
            let (one, two) = (root(&mut into, index), root(&mut into, other));
            into[one.max(two)] = one.min(two);
        }
    }
    let mut joined: BTreeMap<usize, Part> = BTreeMap::new();
    let mut apart = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        match joined.entry(root(&mut into, index)) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(part);
            }
            std::collections::btree_map::Entry::Occupied(mut place) if place.get().agrees(&part) => place.get_mut().join(part),
            std::collections::btree_map::Entry::Occupied(_) => apart.push(part),
        }
    }
    joined.into_values().chain(apart).collect()
}

/// The first of those that an entry is joined with; the way there is halved, so that long chains stay cheap.
fn root(into: &mut [usize], mut index: usize) -> usize {
    while into[index] != index {
        into[index] = into[into[index]];
        index = into[index];
    }
    index
}

/// `Type/id` of a reference.
fn plain(reference: &str) -> &str {
    let reference = reference.split("/_history/").next().unwrap_or(reference);
    let cut = reference.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    &reference[cut..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinical::units::{Moment, SourceRef};

    fn part(role: Role, source: &str, second: Option<u32>) -> Part {
        let at = Moment { day: "2026-03-02".parse().expect("a day"), second };
        Part::new(role, Occasion { source: SourceRef::new(source), at, finished: true })
    }

    // rule 1/sum-of-items: speaks
    #[test]
    fn the_sum_of_nine_items_stands_and_the_difference_is_told() {
        let mut one = part(Role::Total, "Observation/t", None);
        one.total = Some(14);
        one.items = [Some(2); 9];
        let screening = one.screening();
        assert_eq!((screening.total, screening.recorded_total), (Some(18), Some(14)));
    }

    // rule 1/sum-of-items: silent
    #[test]
    fn a_total_without_all_items_stands_as_recorded() {
        let mut one = part(Role::Total, "Observation/t", None);
        one.total = Some(14);
        one.items[8] = Some(1);
        assert_eq!(one.screening().total, Some(14));
    }

    // rule 1/answered-in-part: speaks
    #[test]
    fn a_questionnaire_answered_in_part_has_no_total() {
        let mut one = part(Role::Response, "QuestionnaireResponse/q", None);
        (one.total, one.items[0], one.incomplete) = (Some(14), Some(2), true);
        assert_eq!(one.screening().total, None);
    }

    #[test]
    fn two_scores_of_one_day_at_two_times_stay_two() {
        let (mut one, mut two) = (part(Role::Total, "Observation/a", Some(60)), part(Role::Total, "Observation/b", Some(120)));
        (one.total, two.total) = (Some(14), Some(15));
        assert!(!one.is_with(&two));
        two.total = Some(14);
        assert!(one.is_with(&two));
    }

    #[test]
    fn items_join_the_panel_that_names_them() {
        let mut panel = part(Role::Panel, "Observation/p", Some(60));
        panel.links = vec!["https://x.example/fhir/Observation/i".to_owned()];
        let mut item = part(Role::Item, "Observation/i", Some(600));
        item.items[0] = Some(3);
        let joined = linked(vec![item, panel]);
        assert_eq!((joined.len(), joined[0].items[0]), (1, Some(3)));
        assert_eq!(joined[0].occasion.source.as_str(), "Observation/p");
    }
}
