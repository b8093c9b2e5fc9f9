//! The points of the Maudsley Staging Method (rules.md 6), and what a PHQ-9 total is called.

use std::ops::RangeInclusive;

use serde::Deserialize;

use super::cell::Cells;
use super::fault::{Defects, Fault};
use super::raw::Row;

/// A row of the table: a range of one item, and what it scores or is called.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct StagingRow {
    item: &'static str,
    from: &'static str,
    to: &'static str,
    score: &'static str,
    word: &'static str,
}

/// What a row of the table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Duration,
    Severity,
    CodeSeverity,
    Failures,
    Band,
    Phq9Band,
}

const ITEMS: &[(&str, Item)] = &[
    ("duration", Item::Duration),
    ("severity", Item::Severity),
    ("code-severity", Item::CodeSeverity),
    ("failures", Item::Failures),
    ("band", Item::Band),
    ("phq-9-band", Item::Phq9Band),
];

/// How severe a diagnosis code says that the depression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum CodeSeverity {
    Mild,
    Moderate,
    Severe,
    Psychotic,
}

impl CodeSeverity {
    const fn word(self) -> &'static str {
        match self {
            CodeSeverity::Mild => "mild",
            CodeSeverity::Moderate => "moderate",
            CodeSeverity::Severe => "severe",
            CodeSeverity::Psychotic => "psychotic",
        }
    }
}

/// The points of the Maudsley Staging Method. What no row has scores nothing that could be told.
#[derive(Debug)]
pub struct StagingPoints(Vec<Scored>);

#[derive(Debug)]
struct Scored {
    item: Item,
    range: RangeInclusive<i32>,
    points: u8,
    word: &'static str,
}

impl StagingPoints {
    /// Of an episode of so many begun months.
    pub fn duration(&self, begun_months: i32) -> Option<u8> {
        self.points(Item::Duration, begun_months)
    }

    /// Of a PHQ-9 total.
    pub fn severity(&self, phq9: i32) -> Option<u8> {
        self.points(Item::Severity, phq9)
    }

    /// Of the severity that a diagnosis code states.
    pub fn code_severity(&self, severity: CodeSeverity) -> Option<u8> {
        let row = self.0.iter().find(|row| row.item == Item::CodeSeverity && row.word == severity.word())?;
        Some(row.points)
    }

    /// Of so many counted failures.
    pub fn failures(&self, counted: usize) -> Option<u8> {
        self.points(Item::Failures, i32::try_from(counted).unwrap_or(i32::MAX))
    }

    /// What a total is called.
    pub fn band(&self, total: u8) -> Option<&'static str> {
        self.row(Item::Band, i32::from(total)).map(|row| row.word)
    }

    /// What the totals of a PHQ-9 are called, the lowest first: each range with its word.
    pub fn phq9_bands(&self) -> impl Iterator<Item = (RangeInclusive<i32>, &'static str)> {
        self.0.iter().filter(|row| row.item == Item::Phq9Band).map(|row| (row.range.clone(), row.word))
    }

    fn points(&self, item: Item, value: i32) -> Option<u8> {
        self.row(item, value).map(|row| row.points)
    }

    fn row(&self, item: Item, value: i32) -> Option<&Scored> {
        self.0.iter().find(|row| row.item == item && row.range.contains(&value))
    }

    /// Reads the rows; ranges of one item that overlap are a defect.
    pub(super) fn new(rows: &[Row<StagingRow>], defects: &mut Defects) -> StagingPoints {
        let mut all = StagingPoints(Vec::with_capacity(rows.len()));
        for Row { at, cells: row } in rows {
            let mut cells = Cells { at: *at, defects };
            let Some(item) = cells.one_of("item", row.item, ITEMS) else { continue };
            let (from, to) = (cells.whole("from", row.from), cells.whole("to", row.to));
            let points = if matches!(item, Item::Band | Item::Phq9Band) { Some(0) } else { cells.whole("score", row.score) };
            if matches!(item, Item::Band | Item::CodeSeverity | Item::Phq9Band) {
                cells.filled("word", row.word);
            }
            // a code has no range of numbers: its row is found by its word
            let range = from.unwrap_or(i32::MIN)..=to.unwrap_or(i32::MAX);
            let overlaps = |other: &Scored| other.item == item && other.range.start() <= range.end() && range.start() <= other.range.end();
            if item != Item::CodeSeverity && all.0.iter().any(overlaps) {
                cells.fault(Fault::Twice { what: format!("{} {}", row.item, row.from), first: "an earlier row".to_owned() });
            }
            match points.and_then(|points| u8::try_from(points).ok()) {
                Some(points) => all.0.push(Scored { item, range, points, word: row.word }),
                None => cells.fault(Fault::NotANumber { column: "score", text: row.score.to_owned() }),
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    #[test]
    fn each_item_scores_on_both_sides_of_its_limits() {
        let points = Knowledge::builtin().staging_points();
        assert_eq!([12, 13, 24, 25].map(|months| points.duration(months)), [1, 2, 2, 3].map(Some));
        assert_eq!([5, 9, 10, 14, 15, 19, 20, 27].map(|score| points.severity(score)), [1, 1, 2, 2, 3, 3, 4, 4].map(Some));
        assert_eq!(points.severity(4), None, "below the mildest there is no point to give");
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 10, 11].map(|count| points.failures(count)), [1, 1, 2, 2, 3, 3, 4, 4, 5].map(Some));
        assert_eq!(points.failures(0), None);
        assert_eq!([6, 7, 10, 11].map(|total| points.band(total)), ["mild", "moderate", "moderate", "severe"].map(Some));
        assert_eq!(points.code_severity(CodeSeverity::Psychotic), Some(5));
    }

    #[test]
    fn every_total_of_a_phq_9_has_one_name() {
        let bands: Vec<_> = Knowledge::builtin().staging_points().phq9_bands().collect();
        let next = bands.iter().fold(0, |next, (range, word)| {
            assert_eq!(*range.start(), next, "{word}");
            range.end() + 1
        });
        assert_eq!((next, bands.len()), (28, 5));
    }
}
