//! Whether a service speaks, and how much.

use serde::Deserialize;

/// Whether a service speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Nothing is read: the answer is empty.
    Off,
    /// Everything is computed and recorded, and the answer is empty.
    Silent,
    /// Cards are shown.
    #[default]
    Visible,
}

/// What a service shows. What a client sets for a service stands above what it sets for all, and that above what is set for everybody;
/// of two modes the quieter one holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Showing {
    /// Whether it speaks; visible where nothing is said.
    pub mode: Option<Mode>,
    /// How many cards at most (`safety` and critical `interaction` are not counted); else the knowledge's own number holds.
    pub max_cards: Option<super::value::Within<0, 8>>,
    /// Which cards may be shown, by their codes; all where nothing is said.
    pub cards: Option<Vec<String>>,
}
