//! Dates of FHIR: a year, a month, a day, or a moment. The day is the one written, in its own offset (rules.md 16).

use crate::clinical::units::{Day, Moment, When};

use super::view::{Faults, Period, Text};

/// A `date`, `dateTime` or `instant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    /// As precisely as written.
    pub(super) when: When,
    /// Seconds since midnight, where a time is written.
    pub(super) second: Option<u32>,
}

impl Dated {
    /// The first day it may have been, with the time.
    pub(super) fn moment(self) -> Moment {
        Moment { day: self.when.first, second: self.second }
    }
}

/// The date that a text states; `None` where it states none.
pub(super) fn date(text: &str) -> Option<Dated> {
    let text = text.trim();
    if let Some((day, time)) = text.split_once(['T', ' ']) {
        return Some(Dated { when: When::on(day.parse().ok()?), second: second(time) });
    }
    let when = match text.len() {
        4 => When { first: format!("{text}-01-01").parse().ok()?, last: format!("{text}-12-31").parse().ok()? },
        7 => {
            let first: Day = format!("{text}-01").parse().ok()?;
            let (year, month, _) = first.ymd();
            let next = if month == 12 { Day::new(year.checked_add(1)?, 1, 1) } else { Day::new(year, month + 1, 1) };
            When { first, last: next? - 1 }
        }
        _ => When::on(text.parse().ok()?),
    };
    Some(Dated { when, second: None })
}

fn second(time: &str) -> Option<u32> {
    let mut parts = time.get(..8).or(time.get(..5))?.split(':');
    let mut part = |limit: u32| parts.next()?.parse::<u32>().ok().filter(|part| *part < limit);
    let (hour, minute) = (part(24)?, part(60)?);
    Some(hour * 3600 + minute * 60 + part(61).unwrap_or_default())
}

/// The date of a member; a note where it is there and cannot be read.
pub(super) fn of(member: &'static str, text: Option<&Text<'_>>, faults: &mut Faults) -> Option<Dated> {
    let text = text?;
    let dated = date(text);
    if dated.is_none() {
        faults.unreadable(member);
    }
    dated
}

/// The two ends of a period.
pub(super) fn ends(member: &'static str, period: Option<&Period<'_>>, faults: &mut Faults) -> (Option<Dated>, Option<Dated>) {
    let Some(period) = period else { return (None, None) };
    (of(member, period.start.as_ref(), faults), of(member, period.end.as_ref(), faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> (String, String) {
        let when = date(text).expect("a date").when;
        (when.first.to_string(), when.last.to_string())
    }

    #[test]
    fn a_year_or_a_month_is_its_first_day_to_its_last() {
        assert_eq!(days("2024"), ("2024-01-01".into(), "2024-12-31".into()));
        assert_eq!(days("2024-02"), ("2024-02-01".into(), "2024-02-29".into()));
        assert_eq!(days("2025-12"), ("2025-12-01".into(), "2025-12-31".into()));
    }

    #[test]
    fn the_day_of_a_moment_is_the_one_written() {
        let late = date("2026-03-01T23:30:00-05:00").expect("a date");
        assert_eq!(late.moment().day.to_string(), "2026-03-01");
        assert_eq!(late.second, Some(23 * 3600 + 1800));
        assert_eq!(date("2026-03-01T00:00:00.000Z").expect("a date").second, Some(0));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "soon", "2026-02-30", "2026-13", "03/01/2026", "2026-3-1", "20260301", "éé20"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
