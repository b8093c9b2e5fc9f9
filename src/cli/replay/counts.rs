//! How often each word occurs, in a bound.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many different words are counted. Of more the first by name are kept, so that neither order nor number of threads matters.
const MOST: usize = 10_000;

/// How often each word occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Once more.
    pub fn add(&mut self, word: impl Into<String>) {
        self.add_times(word.into(), 1);
    }

    fn add_times(&mut self, word: String, times: u64) {
        *self.0.entry(word).or_default() += times;
        if self.0.len() > MOST {
            self.0.pop_last();
        }
    }

    /// What was counted elsewhere too.
    pub fn merge(&mut self, other: Counts) {
        other.0.into_iter().for_each(|(word, times)| self.add_times(word, times));
    }

    /// How often this one.
    pub fn of(&self, word: &str) -> u64 {
        self.0.get(word).copied().unwrap_or_default()
    }

    /// All of them, the most frequent first.
    pub fn by_frequency(&self) -> Vec<(&str, u64)> {
        let mut all: Vec<(&str, u64)> = self.0.iter().map(|(word, times)| (word.as_str(), *times)).collect();
        all.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
        all
    }

    /// All together.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// How many of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// So many have it.
    pub have: u64,
    /// Of so many that could.
    pub of: u64,
}

impl Share {
    /// One more that could have it.
    pub fn add(&mut self, has: bool) {
        self.have += u64::from(has);
        self.of += 1;
    }

    /// What was counted elsewhere too.
    pub fn merge(&mut self, other: Share) {
        self.have += other.have;
        self.of += other.of;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_bound_the_same_words_are_kept_in_whatever_order_they_come() {
        let words: Vec<String> = (0..MOST + 5).map(|n| format!("{n:06}")).collect();
        let of = |words: &[String]| {
            let mut counts = Counts::default();
            words.iter().for_each(|word| counts.add(word));
            counts
        };
        let backwards: Vec<String> = words.iter().rev().cloned().collect();
        assert_eq!(of(&words), of(&backwards));
        let (mut first, last) = (of(&words[..MOST / 2]), of(&words[MOST / 2..]));
        first.merge(last);
        assert_eq!(first, of(&words));
        assert_eq!((first.of("000000"), first.of(&words[MOST])), (1, 0));
    }

    #[test]
    fn the_most_frequent_come_first_and_then_by_name() {
        let mut counts = Counts::default();
        ["b", "c", "a", "c"].into_iter().for_each(|word| counts.add(word));
        assert_eq!(counts.by_frequency(), [("c", 2), ("a", 1), ("b", 1)]);
        assert_eq!(counts.total(), 4);
    }
}
