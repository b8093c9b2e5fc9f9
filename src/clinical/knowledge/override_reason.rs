//! Reasons to set a card aside that a site adds to those of the cards (`override_reasons.csv`, which has no row of its own).

use serde::Deserialize;

use super::cell::Cells;
use super::fault::{Defects, Fault};
use super::raw::Row;

/// A reason to set a card aside that a site adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteReason {
    /// The site's terminology.
    pub system: &'static str,
    /// The code.
    pub code: &'static str,
    /// In words.
    pub display: &'static str,
}

/// A row of the table of reasons.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct SiteReasonRow {
    system: &'static str,
    code: &'static str,
    display: &'static str,
}

/// Every reason, in the order of the file.
pub(super) fn site_reasons(rows: &[Row<SiteReasonRow>], defects: &mut Defects) -> Vec<SiteReason> {
    let mut reasons: Vec<SiteReason> = Vec::with_capacity(rows.len());
    for Row { at, cells: SiteReasonRow { system, code, display } } in rows {
        for (column, text) in [("system", *system), ("code", *code), ("display", *display)] {
            Cells { at: *at, defects }.filled(column, text);
        }
        let first = reasons.iter().position(|known| (known.system, known.code) == (*system, *code));
        if let Some(first) = first {
            defects.add(*at, Fault::Twice { what: format!("{system} {code}"), first: rows[first].at.to_string() });
        }
        reasons.push(SiteReason { system, code, display });
    }
    reasons
}
