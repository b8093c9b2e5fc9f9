//! How long charts took: the only part of a report that is another each time.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// How exactly times are kept, in digits.
const DIGITS: u8 = 3;

/// The upper ends of the classes that are shown, in microseconds; the last class has none.
const CLASSES: [u64; 9] = [250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

/// How long charts took, each on its thread, without waiting for the disk.
#[derive(Debug, Clone)]
pub struct Pace(Histogram<u64>);

/// The same in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaceTold {
    /// From the first byte to the last chart.
    pub seconds: f64,
    /// By how many threads.
    pub threads: usize,
    /// Charts a second, all threads together.
    pub charts_per_second: f64,
    /// Microseconds that half of the charts took at most.
    pub median: u64,
    /// Nine of ten.
    pub p90: u64,
    /// Ninety-nine of a hundred.
    pub p99: u64,
    /// All.
    pub longest: u64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace(Histogram::new(DIGITS).expect("so many digits can be kept"))
    }
}

impl Pace {
    /// One chart more.
    pub fn add(&mut self, took: Duration) {
        self.0 += u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    }

    /// What was measured elsewhere too.
    pub fn merge(&mut self, other: &Pace) {
        self.0 += &other.0;
    }

    /// How many charts took how long: upper end of the class in microseconds (`None`: longer than all others), and charts.
    pub fn classes(&self) -> Vec<(Option<u64>, u64)> {
        let mut low = 0;
        let mut classes: Vec<(Option<u64>, u64)> = Vec::new();
        for high in CLASSES {
            classes.push((Some(high), self.0.count_between(low, high)));
            low = high + 1;
        }
        let counted: u64 = classes.iter().map(|(_, count)| count).sum();
        classes.push((None, self.0.len().saturating_sub(counted)));
        classes
    }

    /// In numbers.
    pub fn told(&self, whole: Duration, threads: usize) -> PaceTold {
        let seconds = whole.as_secs_f64();
        let at = |quantile| self.0.value_at_quantile(quantile);
        PaceTold {
            seconds: (seconds * 1000.0).round() / 1000.0,
            threads,
            charts_per_second: (self.0.len() as f64 / seconds.max(f64::MIN_POSITIVE) * 10.0).round() / 10.0,
            median: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            longest: self.0.max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chart_is_in_one_class() {
        let mut pace = Pace::default();
        [0, 250, 251, 100_000, 200_000].into_iter().for_each(|micros| pace.add(Duration::from_micros(micros)));
        let mut other = Pace::default();
        other.add(Duration::from_secs(3));
        pace.merge(&other);
        let classes = pace.classes();
        assert_eq!(classes.iter().map(|(_, count)| count).sum::<u64>(), 6);
        assert_eq!((classes[0], classes[1].1), ((Some(250), 2), 1));
        assert_eq!(classes.last().map(|(end, count)| (*end, *count)), Some((None, 2)));
        let told = pace.told(Duration::from_secs(2), 1);
        assert!((told.charts_per_second - 3.0).abs() < 1e-9 && told.longest >= 2_900_000, "{told:?}");
    }
}
