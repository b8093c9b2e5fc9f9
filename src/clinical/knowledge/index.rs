//! How a table is looked up by a code or a name.

/// Rows by their keys. Strangers choose what is looked up, but never what stands in it, so a quick hash does.
pub(super) type Index<K, V> = foldhash::HashMap<K, V>;
