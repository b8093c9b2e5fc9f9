//! Staging by the models of rules.md 6: shown on request, never as a diagnosis.

use serde::Serialize;

use super::ground::Ground;

/// Staging by the models of rules.md 6.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Staging {
    pub thase_rush: Option<u8>,
    pub maudsley: Option<Maudsley>,
}

/// The Maudsley Staging Method, estimated from the PHQ-9.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Maudsley {
    pub total: u8,
    pub band: &'static str,
    pub items: MaudsleyItems,
}

/// The items of [`Maudsley`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct MaudsleyItems {
    pub duration: u8,
    pub severity: u8,
    pub failures: u8,
    pub augmentation: u8,
    pub ect: u8,
}

/// The stage by every model.
pub fn staging(_ground: &Ground<'_>) -> Staging {
    Staging::default()
}
