//! A map that forgets what was not used for longest.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// At most so many entries: the key that was written to longest ago goes first.
#[derive(Debug)]
pub(super) struct Bounded<K, V> {
    most: usize,
    entries: HashMap<K, (u64, V)>,
    /// Every writing in order; only the last one of a key counts.
    order: VecDeque<(K, u64)>,
    writings: u64,
}

impl<K: Eq + Hash + Copy, V> Bounded<K, V> {
    /// An empty map for at most so many entries.
    pub(super) fn new(most: usize) -> Bounded<K, V> {
        Bounded { most, entries: HashMap::new(), order: VecDeque::new(), writings: 0 }
    }

    /// What stands under the key.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    /// What stands under the key, put there if nothing does.
    pub(super) fn entry(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        while self.entries.len() >= self.most && !self.entries.contains_key(&key) {
            self.forget_oldest();
        }
        self.writings += 1;
        let writing = self.writings;
        self.order.push_back((key, writing));
        if self.order.len() > 2 * self.most {
            let entries = &self.entries;
            self.order.retain(|(key, at)| *at == writing || is_last(entries, key, *at));
        }
        let (at, value) = self.entries.entry(key).or_insert_with(|| (writing, new()));
        *at = writing;
        value
    }

    fn forget_oldest(&mut self) {
        while let Some((key, at)) = self.order.pop_front() {
            if is_last(&self.entries, &key, at) {
                self.entries.remove(&key);
                return;
            }
        }
    }
}

/// Whether the key was not written to after this.
fn is_last<K: Eq + Hash, V>(entries: &HashMap<K, (u64, V)>, key: &K, at: u64) -> bool {
    entries.get(key).is_some_and(|(last, _)| *last == at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_written_to_for_longest_is_forgotten_first() {
        let mut map = Bounded::new(2);
        for key in [1, 2, 1, 3] {
            *map.entry(key, || 0) += key;
        }
        assert_eq!((map.get(&1), map.get(&2), map.get(&3)), (Some(&2), None, Some(&3)));
    }

    #[test]
    fn it_grows_no_further_whatever_is_written() {
        let mut map = Bounded::new(3);
        for step in 0..1000_u32 {
            map.entry(step * step % 7, || ());
            map.entry(0, || ());
            assert!(map.entries.len() <= 3 && map.order.len() <= 7, "{step}");
            assert!(map.get(&0).is_some(), "{step}");
        }
    }
}
