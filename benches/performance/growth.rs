//! How the cost of an answer grows with the record.

use std::fmt::Write;
use std::time::Duration;

use jiff::tz::TimeZone;
use trialwise::server::today;

use crate::bodies::{More, Record};
use crate::process::own_time;
use crate::stage::Stages;

/// What there is more and more of.
pub struct Curve {
    /// What it is called in the name of its plot.
    pub name: &'static str,
    /// What is counted.
    pub what: &'static str,
    /// How many, and the processor time from body to answer in milliseconds.
    pub points: Vec<(usize, f64)>,
}

/// What there is more of, its name, what is counted, and how many there are.
type Kind = (More, &'static str, &'static str, &'static [usize]);

const KINDS: [Kind; 3] = [
    (More::Resources, "resources", "resources", &[10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000]),
    (More::Medications, "medications", "orders for medicines that interact", &[1, 3, 10, 30, 100, 300, 1_000, 2_000]),
    (More::Scores, "scores", "PHQ-9s", &[1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000]),
];

/// For how much processor time a body is answered again and again, and how often that is done. The kernel tells a thread's time in steps of
/// some milliseconds.
const LONG_ENOUGH: (Duration, usize) = (Duration::from_millis(200), 3);

/// Measures all curves, by the library alone: no limit holds.
pub fn measure() -> Vec<Curve> {
    let today = today(&TimeZone::UTC);
    let stages = Stages::on(today);
    let curve = |(more, name, what, counts): Kind| {
        let points = counts.iter().map(|count| (*count, least(&stages, &Record::new(today, 0, more, *count).request()))).collect();
        Curve { name, what, points }
    };
    KINDS.into_iter().map(curve).collect()
}

/// The processor time that an answer to this body takes, in milliseconds: the least of some rounds.
fn least(stages: &Stages, body: &str) -> f64 {
    let (long_enough, rounds) = LONG_ENOUGH;
    let round = || {
        let (begun, mut answers) = (own_time(), 0);
        while own_time() - begun < long_enough {
            assert!(!stages.answer(body.as_bytes()).is_empty(), "an answer");
            answers += 1;
        }
        (own_time() - begun).as_secs_f64() * 1000.0 / f64::from(answers)
    };
    (0..rounds).map(|_| round()).fold(f64::INFINITY, f64::min)
}

/// One table a curve: how long, and how long each.
pub fn tables(curves: &[Curve]) -> String {
    let mut text = String::new();
    for Curve { name, what, points } in curves {
        writeln!(text, "![{what}](performance/{name}.svg)\n\n| {what} | processor ms | microseconds each |\n|---|---|---|").expect("text");
        for (count, milliseconds) in points {
            writeln!(text, "| {count} | {milliseconds:.2} | {:.1} |", milliseconds * 1000.0 / *count as f64).expect("text");
        }
        text.push('\n');
    }
    text
}
