//! One drug day by day: the supplies of every source laid over one another (rules.md 3.1).

use crate::clinical::chart::{Evidence, MedicationRecord, RecordState};
use crate::clinical::units::{DailyDose, Day, Days, Span};

use super::supply::{Portion, Supply};

/// One drug, one dose, one span.
#[derive(Debug, Clone)]
pub struct Exposure<'a> {
    /// The days.
    pub span: Span,
    /// The daily dose, summed over what is taken together; `None` where any part of it is unknown.
    pub dose: Option<DailyDose>,
    /// The least effective dose of the forms taken.
    pub minimum: Option<DailyDose>,
    /// What the days are known from.
    pub evidence: Evidence,
    /// The records.
    pub records: Vec<&'a MedicationRecord>,
    /// Whether they rest on an open end.
    pub open_ended: bool,
    /// Whether they rest on a record that was stopped on an unknown day.
    pub stopped_undated: bool,
}

impl Exposure<'_> {
    /// At or above the minimum; `None` where the dose is unknown.
    pub fn at_dose(&self) -> Option<bool> {
        Some(self.dose? >= self.minimum?)
    }
}

/// Every covered day of one drug up to today, and how the record ends it.
#[derive(Debug, Clone, Default)]
pub struct Timeline<'a> {
    /// In order, without overlap.
    pub exposures: Vec<Exposure<'a>>,
    /// The day on which the newest statement or order says that it was stopped (rules.md 3.3.6 b).
    pub stopped_on: Option<Day>,
    /// The last day dispensed (or administered, stated), where an order or statement is still active but fills nothing after it.
    pub standing_since: Option<Day>,
}

/// A supply and the least effective dose of its form.
pub struct Claim<'a> {
    /// What the record claims.
    pub supply: Supply<'a>,
    /// The least effective dose of its form.
    pub minimum: Option<DailyDose>,
}

/// Lays the claims on one drug over one another; a line of stock may be refilled so many days late (`late_refill_days`).
pub fn timeline<'a>(claims: &[Claim<'a>], late_refill: Days, as_of: Day) -> Timeline<'a> {
    let mut exposures: Vec<Exposure<'a>> = Vec::new();
    let mut standing_since = None;
    for evidence in [Evidence::Dispensed, Evidence::Administered, Evidence::Stated, Evidence::Ordered] {
        let of_source: Vec<&Claim<'a>> =
            claims.iter().filter(|claim| claim.supply.record.evidence == evidence && !claim.supply.portions.is_empty()).collect();
        if of_source.is_empty() {
            continue;
        }
        let (Some(first), Some(last)) = (exposures.first().map(|e| e.span.first), exposures.last().map(|e| e.span.last)) else {
            exposures = level(&of_source, late_refill, as_of);
            continue;
        };
        let later: Vec<&Claim<'a>> = of_source.iter().copied().filter(|claim| claim.supply.first() > Some(last)).collect();
        let before = level(&of_source, late_refill, as_of).into_iter().filter_map(|exposure| clip(exposure, None, Some(first - 1)));
        if later.is_empty() && of_source.iter().any(|claim| still_active(claim, as_of)) && last < as_of {
            standing_since = Some(last);
        }
        let after = level(&later, late_refill, as_of);
        exposures = before.chain(std::mem::take(&mut exposures)).chain(after).collect();
    }
    let stopped_on = stopped_on(claims, as_of);
    if let Some(stop) = stopped_on {
        exposures = exposures.into_iter().filter_map(|exposure| clip(exposure, None, Some(stop))).collect();
        standing_since = None;
    }
    Timeline { exposures, stopped_on, standing_since }
}

/// An order or statement that would still cover today if nothing stronger were on file.
fn still_active(claim: &Claim<'_>, as_of: Day) -> bool {
    claim.supply.record.state == RecordState::Active && claim.supply.last().is_some_and(|last| last >= as_of)
}

/// The dated stop of the newest statement or order, unless a supply of any source starts after it.
fn stopped_on(claims: &[Claim<'_>], as_of: Day) -> Option<Day> {
    let newest =
        claims.iter().filter(|claim| matches!(claim.supply.record.evidence, Evidence::Stated | Evidence::Ordered)).max_by_key(|claim| {
            let record = claim.supply.record;
            (record.start.map(|start| start.first), record.asserted.max(record.authored), &record.source)
        })?;
    let record = newest.supply.record;
    let stop = super::supply::stop_day(record)?;
    let by_status = match (record.state, record.evidence) {
        (RecordState::Stopped, _) => true,
        (RecordState::Completed, Evidence::Stated) => true,
        _ => record.stop.as_ref().is_some_and(|reason| reason.day.is_some()),
    };
    let resumed = claims.iter().any(|claim| claim.supply.first().is_some_and(|first| first > stop));
    (by_status && stop <= as_of && !resumed).then_some(stop)
}

/// One source by itself: supplies roll over, change the dose, or add to one another.
fn level<'a>(claims: &[&Claim<'a>], late_refill: Days, as_of: Day) -> Vec<Exposure<'a>> {
    let mut sorted: Vec<&Claim<'a>> = claims.to_vec();
    sorted.sort_by_key(|claim| (claim.supply.first(), claim.supply.portions.first().map(|p| p.dose), &claim.supply.record.source));
    let mut lines: Vec<Line<'a>> = Vec::new();
    for day in sorted.chunk_by(|a, b| a.supply.first() == b.supply.first()) {
        hand_over(&mut lines, day, late_refill);
    }
    sum(&lines, as_of)
}

/// What is taken of one strength: supplies of the same dose, one after the other.
struct Line<'a> {
    pieces: Vec<(Portion, &'a MedicationRecord)>,
    /// Another dose took its place.
    replaced: bool,
    minimum: Option<DailyDose>,
    open_ended: bool,
    stopped_undated: bool,
}

impl<'a> Line<'a> {
    fn new(claim: &Claim<'a>) -> Line<'a> {
        Line {
            pieces: claim.supply.portions.iter().map(|portion| (*portion, claim.supply.record)).collect(),
            replaced: false,
            minimum: claim.minimum,
            open_ended: claim.supply.open_ended,
            stopped_undated: claim.supply.stopped_undated,
        }
    }

    fn first(&self) -> Option<Day> {
        self.pieces.first().map(|(portion, _)| portion.span.first)
    }

    fn last(&self) -> Option<Day> {
        self.pieces.last().map(|(portion, _)| portion.span.last)
    }

    /// The dose it ends with.
    fn dose(&self) -> Option<Option<DailyDose>> {
        self.pieces.last().map(|(portion, _)| portion.dose)
    }

    /// Goes on with another supply: stock that was dispensed waits for its turn, a plan counts its overlapping days once.
    fn append(&mut self, claim: &Claim<'a>) {
        let (Some(last), Some(first)) = (self.last(), claim.supply.first()) else { return };
        let shift = if claim.supply.record.evidence == Evidence::Dispensed { (last - first + 1).max(0) } else { 0 };
        let shifted = claim.supply.portions.iter().filter_map(|portion| {
            let first = (portion.span.first + shift).max(last + 1);
            Some((Portion { span: Span::new(first, portion.span.last + shift)?, dose: portion.dose }, claim.supply.record))
        });
        let before = self.pieces.len();
        self.pieces.extend(shifted);
        self.open_ended |= claim.supply.open_ended;
        if self.pieces.len() > before {
            self.stopped_undated = claim.supply.stopped_undated;
        }
    }

    /// Another dose takes its place after this day.
    fn replace(&mut self, last: Day) {
        self.replaced = true;
        self.pieces.retain_mut(|(portion, _)| match portion.span.intersection(Span { first: portion.span.first, last }) {
            Some(span) => {
                portion.span = span;
                true
            }
            None => false,
        });
    }
}

/// What is handed over on one day: the dose of a running line continues it, another dose replaces every line that this day leaves alone.
fn hand_over<'a>(lines: &mut Vec<Line<'a>>, day: &[&Claim<'a>], late_refill: Days) {
    let Some(first) = day.first().and_then(|claim| claim.supply.first()) else { return };
    let mut touched = Vec::new();
    let mut replaces = false;
    let running = lines.len();
    for claim in day {
        let dose = claim.supply.portions.first().map(|portion| portion.dose);
        let added = claim.supply.record.evidence == Evidence::Administered || claim.supply.record.instruction.in_addition;
        let same = lines.iter().position(|line| line.dose() == dose && continues(line, lines, first, late_refill));
        match same.filter(|_| !added) {
            Some(line) => {
                lines[line].append(claim);
                touched.push(line);
            }
            None => {
                replaces |= !added;
                lines.push(Line::new(claim));
            }
        }
    }
    if replaces {
        for (index, line) in lines.iter_mut().enumerate().take(running) {
            if !touched.contains(&index) {
                line.replace(first - 1);
            }
        }
    }
}

/// Whether a line is running on a day, or ran out shortly before it beside another that still runs.
fn continues(line: &Line<'_>, lines: &[Line<'_>], day: Day, late_refill: Days) -> bool {
    let running = |line: &Line<'_>| line.last() >= Some(day);
    let beside = |other: &Line<'_>| running(other) && other.first() <= line.last();
    running(line) || !line.replaced && line.last() >= Some(day - late_refill) && lines.iter().any(beside)
}

/// The lines summed day by day.
fn sum<'a>(lines: &[Line<'a>], as_of: Day) -> Vec<Exposure<'a>> {
    let mut cuts: Vec<Day> = Vec::new();
    for (portion, _) in lines.iter().flat_map(|line| &line.pieces) {
        cuts.extend([portion.span.first, portion.span.last + 1]);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces: Vec<(&Line<'a>, Portion, &'a MedicationRecord)> =
        lines.iter().flat_map(|line| line.pieces.iter().map(move |(portion, record)| (line, *portion, *record))).collect();
    pieces.sort_by_key(|(_, portion, _)| portion.span.first);
    let mut exposures: Vec<Exposure<'a>> = Vec::new();
    let mut open: Vec<(&Line<'a>, Portion, &'a MedicationRecord)> = Vec::new();
    let mut next = 0;
    for (index, first) in cuts.iter().copied().enumerate() {
        if first > as_of {
            break;
        }
        open.retain(|(_, portion, _)| portion.span.last >= first);
        while let Some(piece) = pieces.get(next).filter(|(_, portion, _)| portion.span.first == first) {
            open.push(*piece);
            next += 1;
        }
        let Some((line, _, record)) = open.first() else { continue };
        let last = cuts.get(index + 1).map_or(as_of, |cut| (*cut - 1).min(as_of));
        let Some(span) = Span::new(first, last) else { continue };
        let mut records: Vec<&MedicationRecord> = open.iter().map(|(_, _, record)| *record).collect();
        records.sort_by(|a, b| a.source.cmp(&b.source));
        records.dedup_by(|a, b| a.source == b.source);
        exposures.push(Exposure {
            span,
            dose: open.iter().map(|(_, portion, _)| portion.dose).sum(),
            minimum: open.iter().map(|(line, _, _)| line.minimum).max().unwrap_or(line.minimum),
            evidence: record.evidence,
            records,
            open_ended: open.iter().any(|(line, _, _)| line.open_ended),
            stopped_undated: open.iter().all(|(line, _, _)| line.stopped_undated),
        });
    }
    exposures
}

/// The days of an exposure from one day to another.
pub fn clip(exposure: Exposure<'_>, first: Option<Day>, last: Option<Day>) -> Option<Exposure<'_>> {
    let span = Span::new(
        first.map_or(exposure.span.first, |first| first.max(exposure.span.first)),
        last.map_or(exposure.span.last, |last| last.min(exposure.span.last)),
    )?;
    Some(Exposure { span, ..exposure })
}

#[cfg(test)]
mod tests;
