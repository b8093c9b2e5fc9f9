//! What is due of the monitoring of drugs being taken (rules.md 13).

use serde::Serialize;

use super::ground::Ground;
use crate::clinical::units::{Day, Ingredient, SourceRef};

/// A test that is due (rules.md 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct MonitoringItem {
    pub drug: Ingredient,
    pub item: String,
    pub due: Day,
    pub basis: Vec<SourceRef>,
}

/// Every item that is due, by day.
pub fn monitoring_due(_ground: &Ground<'_>) -> Vec<MonitoringItem> {
    Vec::new()
}
