//! Calendar days, without a clock and without a time zone.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

/// A number of days.
pub type Days = i32;

/// A calendar day, counted from 1970-01-01.
///
/// The day of a time stamp is the one written in it, in its own offset (rules.md 16; medication-shapes.md, pitfall 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

const EPOCH: Date = Date::constant(1970, 1, 1);

impl Day {
    /// The day of a date of the proleptic Gregorian calendar; `None` where there is no such date.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().map(Day::from)
    }

    /// The calendar date; beyond the calendar's ends its last or first date.
    fn date(self) -> Date {
        let reached = jiff::Span::new().try_days(self.0).and_then(|days| EPOCH.checked_add(days));
        reached.unwrap_or(if self.0.is_negative() { Date::MIN } else { Date::MAX })
    }

    /// The year, month and day of the month.
    pub fn ymd(self) -> (i16, i8, i8) {
        let date = self.date();
        (date.year(), date.month(), date.day())
    }

    /// The same day so many years later; 29 February becomes the 28th where there is none.
    pub fn plus_years(self, years: i32) -> Day {
        self.date().checked_add(jiff::Span::new().years(years)).map(Day::from).unwrap_or(self)
    }

    /// The whole years from this day to a later one: an age, if this is a day of birth.
    pub fn years_until(self, later: Day) -> i32 {
        let (born, at) = (self.ymd(), later.ymd());
        let reached = (at.1, at.2) >= (born.1, born.2);
        i32::from(at.0) - i32::from(born.0) - i32::from(!reached)
    }

    /// The begun months from this day to a later one: the first day opens the first month.
    pub fn begun_months_until(self, later: Day) -> i32 {
        let (from, to) = (self.ymd(), later.ymd());
        let months = (i32::from(to.0) - i32::from(from.0)) * 12 + i32::from(to.1) - i32::from(from.1);
        months + i32::from(to.2 >= from.2)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Day {
        Day(date.since(EPOCH).map(|span| span.get_days()).unwrap_or_default())
    }
}

impl Add<Days> for Day {
    type Output = Day;
    /// Saturates: a supply of two billion days ends on the last day there is.
    fn add(self, days: Days) -> Day {
        Day(self.0.saturating_add(days))
    }
}

impl Sub<Days> for Day {
    type Output = Day;
    fn sub(self, days: Days) -> Day {
        Day(self.0.saturating_sub(days))
    }
}

impl Sub for Day {
    type Output = Days;
    fn sub(self, earlier: Day) -> Days {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

/// Text that is not a calendar day of the form `2026-03-02`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a calendar day (expected YYYY-MM-DD)")]
pub struct NotADay;

impl FromStr for Day {
    type Err = NotADay;
    fn from_str(text: &str) -> Result<Day, NotADay> {
        let part = |range: std::ops::Range<usize>| text.get(range).filter(|p| p.bytes().all(|b| b.is_ascii_digit()));
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(NotADay);
        }
        let number = |range| part(range).and_then(|p: &str| p.parse::<i16>().ok()).ok_or(NotADay);
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        Day::new(year, month as i8, day as i8).ok_or(NotADay)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Consecutive days, the first and the last counted both (rules.md: all days are counted inclusively).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first day.
    pub first: Day,
    /// The last day, never before the first.
    pub last: Day,
}

impl Span {
    /// The days from `first` to `last`; `None` if they are the wrong way round.
    pub fn new(first: Day, last: Day) -> Option<Span> {
        (first <= last).then_some(Span { first, last })
    }

    /// One day.
    pub fn of(day: Day) -> Span {
        Span { first: day, last: day }
    }

    /// How many days, at least 1.
    pub fn days(self) -> Days {
        (self.last - self.first).saturating_add(1)
    }

    /// Whether the day is one of them.
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }

    /// The days that both have.
    pub fn intersection(self, other: Span) -> Option<Span> {
        Span::new(self.first.max(other.first), self.last.min(other.last))
    }
}

/// When something was, as precisely as the record says: a year is its first day to its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct When {
    /// The first day it may have been. Rules that need one day take this one (rules.md 17).
    pub first: Day,
    /// The last day it may have been; an end date of only a month or year means this one.
    pub last: Day,
}

impl When {
    /// A day that is fully known.
    pub fn on(day: Day) -> When {
        When { first: day, last: day }
    }

    /// Whether the record gave only a month or a year.
    pub fn is_approximate(self) -> bool {
        self.first != self.last
    }
}

/// A day and, where the record has it, the second of that day: enough to order two scores of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The day as written.
    pub day: Day,
    /// Seconds since midnight as written; `None` for a date without a time.
    pub second: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn days_are_counted_inclusively() {
        let span = Span::new(day("2026-01-20"), day("2026-03-02")).expect("in order");
        assert_eq!(span.days(), 42);
    }

    #[test]
    fn a_day_prints_as_it_is_read() {
        for text in ["1970-01-01", "1967-12-31", "2024-02-29", "9999-12-31", "0001-01-01"] {
            assert_eq!(day(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["2026-02-30", "2026-2-3", "2026", "", "2026-03-02T", "20260302", "2026-13-01", "２026-1-01"] {
            assert_eq!(text.parse::<Day>(), Err(NotADay), "{text}");
        }
    }

    #[test]
    fn an_age_changes_on_the_birthday() {
        assert_eq!(day("1992-03-03").years_until(day("2026-03-02")), 33);
        assert_eq!(day("1992-03-02").years_until(day("2026-03-02")), 34);
        assert_eq!(day("1992-03-02").years_until(day("2026-03-03")), 34);
        assert_eq!(day("1992-03-02").years_until(day("2026-12-01")), 34);
    }

    #[test]
    fn a_month_is_begun_on_its_first_day() {
        assert_eq!(day("2025-05-01").begun_months_until(day("2025-05-01")), 1);
        assert_eq!(day("2025-05-01").begun_months_until(day("2026-04-30")), 12);
        assert_eq!(day("2025-05-01").begun_months_until(day("2026-05-01")), 13);
    }

    #[test]
    fn absurd_lengths_saturate() {
        assert!(day("2026-03-02") + Days::MAX > day("9999-12-31"));
        assert_eq!((day("2026-03-02") + Days::MAX).to_string(), "9999-12-31");
    }

    #[test]
    fn a_span_holds_its_first_and_its_last_day_and_no_other() {
        let span = Span::new(day("2026-01-20"), day("2026-01-22")).expect("in order");
        let held = ["2026-01-19", "2026-01-20", "2026-01-21", "2026-01-22", "2026-01-23"].map(|text| span.contains(day(text)));
        assert_eq!(held, [false, true, true, true, false]);
        assert!(Span::new(day("2026-01-20"), day("2026-01-19")).is_none());
        assert_eq!(Span::new(day("2026-01-20"), day("2026-01-20")), Some(Span::of(day("2026-01-20"))));
    }

    #[test]
    fn spans_meet_on_a_shared_day() {
        let span = |first, last| Span::new(day(first), day(last)).expect("in order");
        let january = span("2026-01-01", "2026-01-31");
        assert_eq!(january.intersection(span("2026-01-31", "2026-02-10")), Some(Span::of(day("2026-01-31"))));
        assert_eq!(january.intersection(span("2026-02-01", "2026-02-10")), None);
        assert_eq!(january.intersection(span("2026-01-10", "2026-01-12")), Some(span("2026-01-10", "2026-01-12")));
    }

    #[test]
    fn a_date_is_approximate_where_its_ends_differ() {
        assert!(!When::on(day("2026-01-01")).is_approximate());
        assert!(When { first: day("2026-01-01"), last: day("2026-12-31") }.is_approximate());
    }

    #[test]
    fn days_before_the_epoch_saturate_at_the_first_date() {
        assert_eq!((day("1970-01-01") - Days::MAX).to_string(), Date::MIN.to_string());
        assert_eq!(day("1970-01-01").ymd(), (1970, 1, 1));
        assert_eq!((day("1970-01-01") - 1).ymd(), (1969, 12, 31));
    }
}
