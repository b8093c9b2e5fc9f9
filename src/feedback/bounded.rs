//! A map that forgets its oldest keys.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// At most so many entries: the key that came first goes first.
#[derive(Debug)]
pub(super) struct Bounded<K, V> {
    most: usize,
    entries: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K: Eq + Hash + Copy, V> Bounded<K, V> {
    /// An empty map for at most so many entries.
    pub(super) fn new(most: usize) -> Bounded<K, V> {
        Bounded { most, entries: HashMap::new(), order: VecDeque::new() }
    }

    /// What stands under the key.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// What stands under the key, put there if nothing does.
    pub(super) fn entry(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        if !self.entries.contains_key(&key) {
            if self.order.len() >= self.most
                && let Some(oldest) = self.order.pop_front()
            {
                self.entries.remove(&oldest);
            }
            self.order.push_back(key);
        }
        self.entries.entry(key).or_insert_with(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_key_is_forgotten_first() {
        let mut map = Bounded::new(2);
        for key in [1, 2, 1, 3] {
            *map.entry(key, || 0) += key;
        }
        assert_eq!((map.get(&1), map.get(&2), map.get(&3)), (None, Some(&2), Some(&3)));
        assert_eq!(map.entries.len(), map.order.len());
    }
}
