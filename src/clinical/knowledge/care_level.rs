//! Who can do what (`care_levels.csv`).

use serde::Deserialize;

use super::cell::Cells;
use super::fault::Defects;
use super::raw::Row;

/// Who can do what (`care_levels.csv`).
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "one text per column of the table, named as there")]
pub struct CareLevel {
    pub id: &'static str,
    pub name: &'static str,
    pub setting: &'static str,
    pub can_do: &'static str,
    pub cannot_do: &'static str,
    pub when_to_choose: &'static str,
}

/// A row of the table of care levels.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct CareLevelRow {
    id: &'static str,
    name: &'static str,
    setting: &'static str,
    can_do: &'static str,
    cannot_do: &'static str,
    when_to_choose: &'static str,
    order: &'static str,
}

/// Every care level, in its order.
pub(super) fn care_levels(rows: &[Row<CareLevelRow>], defects: &mut Defects) -> Vec<CareLevel> {
    let mut levels = Vec::with_capacity(rows.len());
    for Row { at, cells: row } in rows {
        let mut cells = Cells { at: *at, defects };
        cells.filled("order", row.order);
        let order = cells.whole("order", row.order);
        let level = CareLevel {
            id: row.id,
            name: row.name,
            setting: row.setting,
            can_do: row.can_do,
            cannot_do: row.cannot_do,
            when_to_choose: row.when_to_choose,
        };
        levels.push((order, level));
    }
    levels.sort_by_key(|(order, level)| (*order, level.id));
    levels.into_iter().map(|(_, level)| level).collect()
}
