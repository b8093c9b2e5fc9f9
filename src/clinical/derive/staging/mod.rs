//! Staging by the models of rules.md 6: shown on request, never as a diagnosis.

mod maudsley;
mod thase_rush;

use serde::Serialize;

use super::ground::Ground;

pub use maudsley::{Maudsley, MaudsleyItems};

/// Staging by the models of rules.md 6.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Staging {
    pub thase_rush: Option<u8>,
    pub maudsley: Option<Maudsley>,
}

/// The stage by every model.
pub fn staging(ground: &Ground<'_>) -> Staging {
    Staging { thase_rush: thase_rush::stage(ground), maudsley: maudsley::maudsley(ground) }
}

#[cfg(test)]
mod tests;
