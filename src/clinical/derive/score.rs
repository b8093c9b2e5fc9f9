//! Scores of depression scales, one a day.

use crate::clinical::chart::{Chart, Value};
use crate::clinical::units::{Day, Days, Instrument, Moment};

use super::ground::Ground;
use super::{Note, Score};

/// Scales of depression that may judge a response, the PHQ-9 first (rules.md 4: never two in one comparison).
const SCALES: [Instrument; 5] = [Instrument::Phq9, Instrument::QidsSr16, Instrument::Madrs, Instrument::HamD17, Instrument::BdiIi];

/// The final scores on file, by scale, in order of their day, one a day: of two on one day the later, without a time the higher.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    by_scale: Vec<(Instrument, Vec<Score>)>,
}

/// Reads the scores of a chart.
pub fn scores(chart: &Chart, as_of: Day) -> Scores {
    let phq9 = chart
        .screenings
        .iter()
        .filter(|screening| screening.finished)
        .filter_map(|screening| Some((Instrument::Phq9, screening.at, i32::from(screening.total?), &screening.source)));
    let others = chart.measurements.iter().filter(|measurement| measurement.finished).filter_map(|measurement| {
        let Value::Number(value) = measurement.value else { return None };
        let scale = SCALES.iter().skip(1).find(|scale| **scale == measurement.instrument)?;
        Some((*scale, measurement.at, value.round() as i32, &measurement.source))
    });
    let mut all: Vec<(Instrument, Moment, i32, Score)> = phq9
        .chain(others)
        .filter(|(_, at, _, _)| at.day <= as_of)
        .map(|(instrument, at, score, source)| (instrument, at, score, Score { instrument, score, date: at.day, source: source.clone() }))
        .collect();
    all.sort();
    let by_scale = SCALES.iter().filter_map(|scale| {
        let mut of_scale: Vec<Score> = Vec::new();
        for (_, at, _, score) in all.iter().filter(|(instrument, ..)| instrument == scale) {
            // Sorted by time, then score: the last of a day is the one that counts.
            if of_scale.last().is_some_and(|before| before.date == at.day) {
                of_scale.pop();
            }
            of_scale.push(score.clone());
        }
        (!of_scale.is_empty()).then_some((*scale, of_scale))
    });
    Scores { by_scale: by_scale.collect() }
}

impl Scores {
    /// The scales on file, the preferred one first.
    pub fn scales(&self) -> impl Iterator<Item = &[Score]> {
        self.by_scale.iter().map(|(_, scores)| scores.as_slice())
    }

    /// The PHQ-9 scores.
    pub fn phq9(&self) -> &[Score] {
        self.by_scale.iter().find(|(scale, _)| *scale == Instrument::Phq9).map_or(&[], |(_, scores)| scores)
    }

    /// The newest PHQ-9.
    pub fn latest_phq9(&self) -> Option<&Score> {
        self.phq9().last()
    }

    /// The newest score: a PHQ-9, else of another scale (rules.md 17).
    pub fn current(&self) -> Option<&Score> {
        self.scales().next().and_then(<[Score]>::last)
    }
}

/// A recent PHQ-2 that asks for a PHQ-9, where none was filled in since: it never judges a response itself.
pub fn phq2_note(ground: &Ground<'_>) -> Option<Note> {
    let parameters = ground.parameters();
    let short = ground.chart.measurements.iter().filter(|found| found.instrument == Instrument::Phq2 && found.finished);
    let newest = short.filter(|found| found.at.day <= ground.as_of).max_by_key(|found| (found.at, &found.source))?;
    let Value::Number(score) = newest.value else { return None };
    let recent = ground.as_of - newest.at.day <= parameters.phq2_recent_days;
    let answered = ground.scores.latest_phq9().is_some_and(|whole| whole.date >= newest.at.day);
    (recent && score >= f64::from(parameters.phq2_positive_from) && !answered).then(|| Note {
        id: "phq-2",
        text: format!("PHQ-2 of {}: {score}; a PHQ-9 is needed to judge the response", newest.at.day),
        basis: vec![newest.source.clone()],
    })
}

/// The score nearest to a day, from so many days before to so many after; of two equally near the earlier.
pub fn nearest(scores: &[Score], day: Day, before: Days, after: Days) -> Option<&Score> {
    scores
        .iter()
        .filter(|score| (day - before..=day + after).contains(&score.date))
        .min_by_key(|score| ((score.date - day).abs(), score.date))
}

/// The last score from one day to another.
pub fn last_between(scores: &[Score], first: Day, last: Day) -> Option<&Score> {
    scores.iter().rev().find(|score| (first..=last).contains(&score.date))
}

#[cfg(test)]
mod tests {
    use super::super::assess;
    use super::super::sample::*;
    use super::*;
    use crate::clinical::chart::Measurement;
    use crate::clinical::knowledge::Knowledge;
    use crate::clinical::units::SourceRef;

    // rule 4/phq-2: speaks
    // rule 4/phq-2: silent
    #[test]
    fn a_recent_phq_2_of_three_asks_for_a_phq_9() {
        let told = |score: f64, days_ago: Days, whole: Option<Days>| {
            let screenings = whole.map(|days_ago| phq9("a", 12, &(day(TODAY) - days_ago).to_string()));
            let mut chart = chart(Vec::new(), screenings.into_iter().collect());
            chart.measurements.push(Measurement {
                instrument: Instrument::Phq2,
                at: Moment { day: day(TODAY) - days_ago, second: None },
                source: SourceRef::new("Observation/short"),
                value: Value::Number(score),
                lower_limit: None,
                upper_limit: None,
                finished: true,
            });
            assess(&chart, Knowledge::builtin(), day(TODAY)).notes.iter().any(|note| note.id == "phq-2")
        };
        assert!(told(3.0, 90, None) && !told(2.0, 90, None) && !told(3.0, 91, None));
        assert!(told(5.0, 0, None) && !told(3.0, -1, None), "of today, of tomorrow");
        assert!(told(3.0, 20, Some(21)) && !told(3.0, 20, Some(20)) && !told(3.0, 20, Some(10)));
    }
}
