//! Names found in a text as whole words.

use aho_corasick::{AhoCorasick, MatchKind};

/// Names, each standing for a value, looked for as whole words whatever the case.
pub(super) struct Words<T> {
    automaton: AhoCorasick,
    values: Vec<T>,
}

/// A name that stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found<T> {
    pub value: T,
    pub at: usize,
    pub length: usize,
}

impl<T: Copy> Words<T> {
    pub fn new<'a>(names: impl IntoIterator<Item = (&'a str, T)>) -> Words<T> {
        let (names, values): (Vec<&str>, Vec<T>) = names.into_iter().unzip();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(names)
            .expect("a few thousand short names are no more than an automaton holds");
        Words { automaton, values }
    }

    /// The names in the order of their place. Where whole words overlap, the first and then the longest name counts;
    /// a name of two values is found twice.
    pub fn in_text(&self, text: &str) -> Vec<Found<T>> {
        let mut whole: Vec<_> = self
            .automaton
            .find_overlapping_iter(text)
            .filter(|found| begins_word(text, found.start()) && ends_word(text, found.end()))
            .collect();
        whole.sort_by_key(|found| (found.start(), std::cmp::Reverse(found.end()), found.pattern()));
        let mut counted: Vec<Found<T>> = Vec::new();
        for found in whole {
            let (at, length) = (found.start(), found.len());
            let free = counted.last().is_none_or(|last| last.at + last.length <= at || (last.at, last.length) == (at, length));
            if free {
                counted.push(Found { value: self.values[found.pattern()], at, length });
            }
        }
        counted
    }
}

/// Whether a place in a text is not inside a word.
pub(super) fn begins_word(text: &str, at: usize) -> bool {
    !text[..at].chars().next_back().is_some_and(char::is_alphanumeric)
}

fn ends_word(text: &str, at: usize) -> bool {
    !text[at..].chars().next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&'static str], text: &str) -> Vec<&'static str> {
        Words::new(names.iter().map(|name| (*name, *name))).in_text(text).into_iter().map(|found| found.value).collect()
    }

    #[test]
    fn a_name_is_found_as_a_whole_word_only() {
        assert_eq!(found(&["Zoloft"], "ZOLOFT 50mg daily"), ["Zoloft"]);
        assert_eq!(found(&["sertraline"], "notsertraline, sertralines, xsertraline"), [""; 0]);
        assert_eq!(found(&["sertraline"], "ärsertraline sertraliné (sertraline)"), ["sertraline"]);
    }

    #[test]
    fn the_longest_name_wins() {
        assert_eq!(found(&["bupropion", "bupropion xl"], "Bupropion XL 150"), ["bupropion xl"]);
        assert_eq!(found(&["bupropion", "bupropion xl"], "Bupropion XLS"), ["bupropion"]);
    }

    #[test]
    fn a_hyphen_joins_only_a_known_longer_name() {
        assert_eq!(found(&["a", "b", "a-b"], "a-b b-a"), ["a-b", "b", "a"]);
        assert_eq!(found(&["a.", "(b)"], "a.(b)"), ["a.", "(b)"], "nothing stands between the two");
    }

    #[test]
    fn a_name_of_two_values_is_found_twice() {
        let words = Words::new([("symbyax", 1), ("symbyax", 2)]);
        assert_eq!(words.in_text("Symbyax").into_iter().map(|found| found.value).collect::<Vec<_>>(), [1, 2]);
    }
}
