//! The stages of a call by themselves, in the time of a clock.

use divan::{Bencher, Divan};
use trialwise::clinical::units::Day;

use crate::bodies::{Record, SIZES, Size};
use crate::stage::Stages;

/// The day of these bodies: no figure hangs on it.
fn day() -> Day {
    Day::new(2026, 3, 2).expect("a day of the calendar")
}

fn prepared(name: &str) -> (Stages, String) {
    let of_name = |size: &Size| size.name == name;
    let size = SIZES.into_iter().find(of_name).expect("one of the sizes");
    (Stages::on(day()), Record::of(day(), 0, size).request())
}

const NAMES: [&str; 4] = [SIZES[0].name, SIZES[1].name, SIZES[2].name, SIZES[3].name];

#[divan::bench(args = NAMES)]
fn reading(bencher: Bencher<'_, '_>, size: &str) {
    let (stages, body) = prepared(size);
    bencher.bench(|| stages.chart(body.as_bytes()));
}

#[divan::bench(args = NAMES)]
fn deriving(bencher: Bencher<'_, '_>, size: &str) {
    let (stages, body) = prepared(size);
    let chart = stages.chart(body.as_bytes());
    bencher.bench(|| stages.assessment(&chart));
}

#[divan::bench(args = NAMES)]
fn writing(bencher: Bencher<'_, '_>, size: &str) {
    let (stages, body) = prepared(size);
    let mut judged = stages.judged(stages.chart(body.as_bytes()));
    bencher.bench_local(|| stages.response(&mut judged));
}

/// Prints the times of all of them.
pub fn run() {
    Divan::default().run_benches();
}
