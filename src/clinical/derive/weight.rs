//! Body weight over time.

use super::Note;
use super::ground::Ground;
use crate::clinical::chart::{Measurement, Value};
use crate::clinical::units::{Day, Days, Instrument, SourceRef};

/// One weighing. Held in grams, so that a change of exactly 5 % compares exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighing {
    /// When.
    pub day: Day,
    /// How much.
    pub grams: i64,
    /// Where it stands.
    pub source: SourceRef,
}

impl Weighing {
    fn of(result: &Measurement) -> Option<Weighing> {
        let Value::Number(kg) = result.value else { return None };
        Some(Weighing { day: result.at.day, grams: (kg * 1000.0).round() as i64, source: result.source.clone() })
    }

    /// Whether the other weighing is so many percent above this one, or more.
    pub fn is_gain(&self, later: &Weighing, percent: i32) -> bool {
        later.grams * 100 >= self.grams * i64::from(100 + percent)
    }

    /// Whether the other weighing is so many percent below this one, or more.
    pub fn is_loss(&self, later: &Weighing, percent: i32) -> bool {
        later.grams * 100 <= self.grams * i64::from(100 - percent)
    }
}

/// Every weighing up to today, the oldest first.
pub fn weighings(ground: &Ground<'_>) -> Vec<Weighing> {
    let mut results: Vec<&Measurement> = ground.results(Instrument::Weight).collect();
    results.sort_by(|a, b| (a.at, &a.source).cmp(&(b.at, &b.source)));
    results.into_iter().filter_map(Weighing::of).collect()
}

/// The newest weighing and the one before it that shows its trend: the oldest at most so many days before it.
pub fn trend(weighings: &[Weighing], longest: Days) -> Option<(&Weighing, &Weighing)> {
    let newest = weighings.last()?;
    let before = weighings.iter().find(|weighing| newest.day - weighing.day <= longest && weighing.day < newest.day)?;
    Some((before, newest))
}

/// A weight gain of 5 % or more since an antipsychotic was added: consider a switch (rules.md 13).
pub fn gains_since_augmentation(ground: &Ground<'_>) -> Vec<Note> {
    let parameters = ground.parameters();
    let weighings = weighings(ground);
    let antipsychotics = ground.augmentation.iter().filter(|added| added.ongoing && is_antipsychotic(ground, added.drug));
    let gain = |added: &super::Augmentation| {
        let (first, last) =
            (added.start - parameters.monitoring_baseline_before_days, added.start + parameters.monitoring_baseline_after_days);
        let in_window = weighings.iter().filter(|weighing| first <= weighing.day && weighing.day <= last);
        let baseline = in_window.min_by_key(|weighing| ((weighing.day - added.start).abs(), weighing.day))?;
        let newest = weighings.last().filter(|newest| newest.day > baseline.day)?;
        baseline.is_gain(newest, parameters.monitoring_weight_gain_pct).then(|| Note {
            id: "weight-gain",
            text: format!(
                "Weight {} kg on {}, {} kg on {}: {} % or more gained since {} was added on {}; worth asking: is a switch better",
                kg(baseline),
                baseline.day,
                kg(newest),
                newest.day,
                parameters.monitoring_weight_gain_pct,
                added.drug,
                added.start
            ),
            basis: vec![baseline.source.clone(), newest.source.clone()],
        })
    };
    antipsychotics.filter_map(gain).collect()
}

/// Whether the schedule watches the drug's weight as an antipsychotic's: the rows that hold for augmentation alone.
fn is_antipsychotic(ground: &Ground<'_>, drug: crate::clinical::units::Ingredient) -> bool {
    ground.knowledge.monitoring().iter().any(|row| row.only_as_augmentation && row.drugs.contains(&drug))
}

fn kg(weighing: &Weighing) -> f64 {
    weighing.grams as f64 / 1000.0
}
