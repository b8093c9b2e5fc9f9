//! What belongs to judging a poor response (rules.md 8, last paragraph): done, with the day, or not on file.

use serde::Serialize;

use super::super::ground::Ground;
use super::pregnancy;
use super::{lab, substance_use};
use crate::clinical::chart::{Measurement, Sex};
use crate::clinical::units::{Day, Days, Instrument, SourceRef};

/// One test or screen of the workup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkupItem {
    /// Which.
    pub id: &'static str,
    /// Whether it was done.
    pub status: WorkupStatus,
    /// The day of the newest result.
    pub done: Option<Day>,
    /// The newest result.
    pub basis: Vec<SourceRef>,
    /// What it is called.
    #[serde(skip)]
    pub name: &'static str,
}

/// See [`WorkupItem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkupStatus {
    /// Within its look-back.
    Done,
    /// On file, but older than that.
    Outdated,
    /// Not there, in a record that would hold it.
    NotOnFile,
    /// Not there, in a record that was not had in full; or there, and it could not be read.
    NotKnown,
}

/// A laboratory part of the workup: done on the day on which the last of its parts was there.
struct Test {
    id: &'static str,
    name: &'static str,
    /// Each part is one of several results.
    parts: &'static [&'static [Instrument]],
}

const TESTS: &[Test] = &[
    Test { id: "tsh", name: "TSH", parts: &[&[Instrument::Tsh]] },
    Test { id: "blood-count", name: "blood count", parts: &[&[Instrument::Hemoglobin]] },
    Test { id: "vitamin-b12", name: "vitamin B12", parts: &[&[Instrument::VitaminB12]] },
    Test { id: "vitamin-d", name: "vitamin D", parts: &[&[Instrument::VitaminD]] },
    Test { id: "metabolic-panel", name: "metabolic panel", parts: &[&[Instrument::Creatinine, Instrument::Egfr], &[Instrument::Sodium]] },
    Test { id: "sleep-apnea-screen", name: "sleep-apnoea screen", parts: &[&[Instrument::StopBang, Instrument::Ahi]] },
];

const SUBSTANCE_SCREEN: Test = Test {
    id: "substance-use-screen",
    name: "substance-use screen",
    parts: &[&[Instrument::AuditC, Instrument::Audit, Instrument::Dast10]],
};

const PREGNANCY_STATUS: Test = Test { id: "pregnancy-status", name: "pregnancy status", parts: &[&pregnancy::RESULTS] };

/// Every item that applies to this patient, in the order of the rules.
pub fn workup(ground: &Ground<'_>) -> Vec<WorkupItem> {
    let parameters = ground.parameters();
    let tests = TESTS.iter().map(|test| item(ground, test, newest(ground, test.parts), parameters.lab_lookback_days));
    let screen = item(ground, &SUBSTANCE_SCREEN, substance_screen(ground), parameters.substance_screen_days);
    tests.chain([screen]).chain(pregnancy_status(ground)).collect()
}

fn item(ground: &Ground<'_>, test: &Test, newest: Option<(Day, Vec<SourceRef>)>, look_back: Days) -> WorkupItem {
    let status = match &newest {
        Some((day, _)) if ground.as_of - *day <= look_back => WorkupStatus::Done,
        Some(_) => WorkupStatus::Outdated,
        None if lab::all_read(ground, &test.parts.concat()) => WorkupStatus::NotOnFile,
        None => WorkupStatus::NotKnown,
    };
    let (done, basis) = newest.map_or((None, Vec::new()), |(day, basis)| (Some(day), basis));
    WorkupItem { id: test.id, status, done, basis, name: test.name }
}

/// The newest result of each part; the day is that of the oldest of them.
fn newest(ground: &Ground<'_>, parts: &[&[Instrument]]) -> Option<(Day, Vec<SourceRef>)> {
    let of_part = |part: &&[Instrument]| {
        part.iter().filter_map(|instrument| ground.newest(*instrument)).max_by_key(|result| (result.at, &result.source))
    };
    let results: Vec<&Measurement> = parts.iter().map(of_part).collect::<Option<_>>()?;
    let day = results.iter().map(|result| result.at.day).min()?;
    Some((day, results.iter().map(|result| result.source.clone()).collect()))
}

/// The newest alcohol or drug screen, of whatever age.
fn substance_screen(ground: &Ground<'_>) -> Option<(Day, Vec<SourceRef>)> {
    let recent = [substance_use::alcohol(ground), substance_use::dast(ground)].into_iter().flatten().max_by_key(|screen| screen.on);
    let old = newest(ground, SUBSTANCE_SCREEN.parts);
    recent.map(|screen| (screen.on, screen.basis)).or(old)
}

/// For a woman of an age at which it matters. A code or a result; a negative one is out of date sooner.
fn pregnancy_status(ground: &Ground<'_>) -> Option<WorkupItem> {
    let parameters = ground.parameters();
    let female = ground.chart.patient.as_ref().and_then(|patient| patient.sex) == Some(Sex::Female);
    let ages = parameters.pregnancy_unknown_min_age..=parameters.pregnancy_unknown_max_age;
    if !female || !ground.age.is_some_and(|age| ages.contains(&age)) {
        return None;
    }
    let result = pregnancy::newest_result(ground).map(|result| (result.at.day, vec![result.source.clone()]));
    let codes = pregnancy::codes(ground);
    if codes.is_empty() {
        return Some(item(ground, &PREGNANCY_STATUS, result, parameters.pregnancy_status_fresh_days));
    }
    let day = pregnancy::coded_on(ground).or(result.as_ref().map(|(day, _)| *day));
    let Test { id, name, .. } = PREGNANCY_STATUS;
    Some(WorkupItem { id, status: WorkupStatus::Done, done: day, basis: codes, name })
}
