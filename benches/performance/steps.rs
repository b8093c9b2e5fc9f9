//! The stages of a call by themselves, in the time of a clock.

use std::time::Duration;

use divan::{Bencher, Divan};
use trialwise::clinical::units::Day;

use crate::bodies::{Record, SIZES, Size};
use crate::stage::Stages;

/// The day of these bodies: no figure hangs on it.
fn day() -> Day {
    Day::new(2026, 3, 2).expect("a day of the calendar")
}

fn prepared(bytes: usize) -> (Stages, String) {
    let of_bytes = |size: &Size| size.bytes == bytes;
    let size = SIZES.into_iter().find(of_bytes).expect("one of the sizes");
    (Stages::on(day()), Record::of(day(), 0, size).request())
}

const BYTES: [usize; 4] = [SIZES[0].bytes, SIZES[1].bytes, SIZES[2].bytes, SIZES[3].bytes];

#[divan::bench(args = BYTES)]
fn reading(bencher: Bencher<'_, '_>, bytes: usize) {
    let (stages, body) = prepared(bytes);
    bencher.bench(|| stages.chart(body.as_bytes()));
}

#[divan::bench(args = BYTES)]
fn deriving(bencher: Bencher<'_, '_>, bytes: usize) {
    let (stages, body) = prepared(bytes);
    let chart = stages.chart(body.as_bytes());
    bencher.bench(|| stages.assessment(&chart));
}

#[divan::bench(args = BYTES)]
fn writing(bencher: Bencher<'_, '_>, bytes: usize) {
    let (stages, body) = prepared(bytes);
    let mut judged = stages.judged(stages.chart(body.as_bytes()));
    bencher.bench_local(|| stages.response(&mut judged));
}

/// Prints the times of all of them.
pub fn run() {
    Divan::default().max_time(Duration::from_secs(5)).run_benches();
}
