//! One antidepressant taken through: its days, and whether it is still taken (rules.md 3.2, 3.3).

use crate::clinical::chart::{MedicationRecord, RecordState};
use crate::clinical::knowledge::{Antidepressant, Knowledge, Parameters, TrialUse};
use crate::clinical::units::{DailyDose, Day, Days, Ingredient, Span};

use super::Note;
use super::exposure::Exposure;
use super::taken::{Lane, Taken};

/// An uninterrupted spell of one antidepressant, before it is judged.
#[derive(Debug, Clone)]
pub struct Spell<'a> {
    /// Which drug.
    pub ingredient: Ingredient,
    /// Its row.
    pub row: &'a Antidepressant,
    /// What its records may count as.
    pub lane: Lane,
    /// Its days, in order; empty where the dates cannot be told.
    pub exposures: Vec<Exposure<'a>>,
    /// The records behind it.
    pub records: Vec<&'a MedicationRecord>,
    /// Low dose or other use: never a trial (rules.md 3.2).
    pub not_a_trial: bool,
    /// The first day; for an undated spell the day its record was written, if any.
    pub start: Option<Day>,
    /// The last covered day.
    pub last: Option<Day>,
    /// The day on which the record itself ended it.
    pub stopped_on: Option<Day>,
    /// Since when nothing stronger is on file, though an order or statement is still active.
    pub standing_since: Option<Day>,
    /// Still taken (rules.md 3.3.6).
    pub ongoing: bool,
    /// Ended because a later antidepressant took its place.
    pub switched: bool,
    /// What is told about how its days were reckoned.
    pub notes: Vec<Note>,
}

impl Spell<'_> {
    /// Whether it may end another trial, be current, carry an augmentation or cover days of the episode.
    pub fn counts(&self) -> bool {
        !self.not_a_trial && self.lane == Lane::Ordinary
    }

    /// All covered days.
    pub fn days(&self) -> Days {
        self.exposures.iter().map(|exposure| exposure.span.days()).sum()
    }

    /// From its first to its last covered day.
    pub fn span(&self) -> Option<Span> {
        Span::new(self.exposures.first()?.span.first, self.exposures.last()?.span.last)
    }

    /// Whether a day is covered.
    pub fn covers(&self, day: Day) -> bool {
        self.exposures.iter().any(|exposure| exposure.span.contains(day))
    }

    /// The longest break that does not restart the clock.
    pub fn longest_break(&self, parameters: &Parameters) -> Days {
        self.row.clock_reset_gap.unwrap_or(parameters.clock_reset_gap_days)
    }

    /// The uncovered days from its last covered day to today.
    pub fn uncovered(&self, as_of: Day) -> Option<Days> {
        self.last.map(|last| as_of - last)
    }

    /// The highest known dose that it reached.
    fn highest(&self) -> Option<DailyDose> {
        self.exposures.iter().filter_map(|exposure| exposure.dose).max()
    }
}

/// The spells of every antidepressant of the record, by start, then drug.
pub fn spells<'a>(taken: &'a [Taken<'a>], knowledge: &'a Knowledge, as_of: Day) -> Vec<Spell<'a>> {
    let mut spells: Vec<Spell<'a>> = taken.iter().flat_map(|drug| of_drug(drug, knowledge, as_of)).collect();
    drop_repeated_text(&mut spells);
    for index in 0..spells.len() {
        spells[index].switched = is_switched(&spells[index], &spells, as_of);
    }
    for spell in &mut spells {
        spell.ongoing &= !spell.switched;
    }
    spells.sort_by_key(|spell| (spell.start, spell.ingredient, spell.lane));
    spells
}

fn of_drug<'a>(drug: &'a Taken<'a>, knowledge: &'a Knowledge, as_of: Day) -> Vec<Spell<'a>> {
    let Some(row) = knowledge.antidepressant(drug.ingredient) else { return Vec::new() };
    if matches!(row.trial_use, TrialUse::Course | TrialUse::Augmentation) {
        return Vec::new();
    }
    let parameters = knowledge.parameters();
    let stretches: Vec<&[Exposure<'a>]> = drug.spells(parameters.max_gap_same_trial_days).collect();
    let newest = stretches.len().saturating_sub(1);
    let mut spells: Vec<Spell<'a>> = stretches
        .into_iter()
        .enumerate()
        .map(|(index, exposures)| dated(drug, row, exposures, index == newest, parameters, as_of))
        .collect();
    spells.extend(undated(drug, row, &spells, parameters));
    spells
}

fn dated<'a>(
    drug: &'a Taken<'a>,
    row: &'a Antidepressant,
    exposures: &[Exposure<'a>],
    newest: bool,
    parameters: &Parameters,
    as_of: Day,
) -> Spell<'a> {
    let start = exposures.first().map(|exposure| exposure.span.first);
    let last = exposures.last().map(|exposure| exposure.span.last);
    let mut records: Vec<&MedicationRecord> = exposures.iter().flat_map(|exposure| exposure.records.iter().copied()).collect();
    records.sort_by(|a, b| a.source.cmp(&b.source));
    records.dedup_by(|a, b| a.source == b.source);
    let notes = drug.notes.iter().filter(|note| records.iter().any(|record| note.basis.contains(&record.source))).cloned().collect();
    let mut spell = Spell {
        ingredient: drug.ingredient,
        row,
        lane: drug.lane,
        exposures: exposures.to_vec(),
        records,
        not_a_trial: false,
        start,
        last,
        stopped_on: drug.timeline.stopped_on.filter(|_| newest),
        standing_since: drug.timeline.standing_since.filter(|_| newest),
        ongoing: false,
        switched: false,
        notes,
    };
    spell.not_a_trial = is_not_a_trial(&spell);
    let within_grace = spell.uncovered(as_of).is_some_and(|days| days <= parameters.ongoing_grace_days);
    let undated_stop = exposures.last().is_some_and(|exposure| exposure.stopped_undated);
    spell.ongoing = (within_grace || spell.standing_since.is_some()) && spell.stopped_on.is_none() && !undated_stop;
    spell
}

/// Records of the drug whose dates cannot be told, unless they fall into a spell that is dated.
fn undated<'a>(drug: &'a Taken<'a>, row: &'a Antidepressant, dated: &[Spell<'a>], parameters: &Parameters) -> Option<Spell<'a>> {
    let near = |record: &MedicationRecord| {
        let Some(start) = record.start else { return !dated.is_empty() };
        let margin = parameters.max_gap_same_trial_days;
        dated.iter().filter_map(Spell::span).any(|span| span.first - margin <= start.first && start.first <= span.last + margin)
    };
    let records: Vec<&MedicationRecord> = drug.undated.iter().copied().filter(|record| !near(record)).collect();
    let active = records.iter().any(|record| record.state == RecordState::Active);
    let mut spell = Spell {
        ingredient: drug.ingredient,
        row,
        lane: drug.lane,
        exposures: Vec::new(),
        start: records.iter().filter_map(|record| record.start.map(|start| start.first)).min(),
        records,
        not_a_trial: false,
        last: None,
        stopped_on: None,
        standing_since: None,
        ongoing: active,
        switched: false,
        notes: Vec::new(),
    };
    spell.not_a_trial = is_not_a_trial(&spell);
    (!spell.records.is_empty()).then_some(spell)
}

/// Low dose or other use. A dose that is not known may have reached the floor, so only known ones decide.
fn is_not_a_trial(spell: &Spell<'_>) -> bool {
    let below_floor = spell.row.floor.is_some_and(|floor| {
        let unknown = spell.exposures.iter().any(|exposure| exposure.dose.is_none());
        !unknown && spell.highest().is_some_and(|highest| highest < floor)
    });
    spell.lane == Lane::NeverATrial || spell.row.trial_use == TrialUse::Never || below_floor
}

/// A later-started antidepressant covers today and this one does not (rules.md 3.3.6 a).
fn is_switched(spell: &Spell<'_>, all: &[Spell<'_>], as_of: Day) -> bool {
    let later = |other: &&Spell<'_>| other.counts() && other.ingredient != spell.ingredient && other.start > spell.start;
    !spell.exposures.is_empty() && !spell.covers(as_of) && all.iter().filter(later).any(|other| other.covers(as_of))
}

/// A drug entered both with a code and as text is told once: the text is a note of the coded spell it overlaps.
fn drop_repeated_text(spells: &mut Vec<Spell<'_>>) {
    let texts: Vec<usize> = (0..spells.len()).filter(|index| spells[*index].lane == Lane::Uncoded).collect();
    let mut dropped = Vec::new();
    for text in texts {
        let (ingredient, span) = (spells[text].ingredient, spells[text].span());
        let twin = (0..spells.len()).find(|index| {
            let coded = &spells[*index];
            let overlaps = coded.span().zip(span).is_some_and(|(a, b)| a.intersection(b).is_some());
            coded.lane == Lane::Ordinary && coded.ingredient == ingredient && (overlaps || span.is_none())
        });
        let Some(twin) = twin else { continue };
        let basis = spells[text].records.iter().map(|record| record.source.clone()).collect();
        spells[twin].notes.push(Note { id: "also-as-text", text: format!("{ingredient} also stands in the record as text only"), basis });
        dropped.push(text);
    }
    let mut index = 0;
    spells.retain(|_| {
        index += 1;
        !dropped.contains(&(index - 1))
    });
}
