//! Where a day stands across the width. Long stretches in which nothing is on record are cut out, and the cut is marked.

use maud::{Markup, html};

use super::across;
use crate::clinical::units::{Day, Days, Span};

/// From so many days without anything on, a stretch is cut out.
const IDLE: Days = 400;

/// Days that are shown on either side of what is on record.
const MARGIN: Days = 14;

/// How much of the width a cut takes.
const CUT: f64 = 5.0;

/// How many cuts there may be: the longest stretches are cut out.
const MOST_CUTS: usize = 5;

/// What is left free behind the day of assessment.
const AFTER: f64 = 2.0;

/// The least distance between two marks, for their words; in a narrow window every other one has none.
const BETWEEN_MARKS: f64 = 14.0;

/// Where a day stands across the width: a share of it, 0 to 100.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pieces: Vec<Piece>,
    /// The day of assessment.
    pub(super) as_of: Day,
}

/// Days that are shown one by one.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    days: Span,
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis on which each of these spans can be drawn.
    pub(super) fn new(spans: &[Span], as_of: Day) -> Axis {
        let busy = busy(spans, as_of);
        let days: f64 = busy.iter().map(|span| f64::from(span.days())).sum();
        let room = 100.0 - AFTER - CUT * (busy.len() - 1) as f64;
        let mut from = 0.0;
        let piece = |days_of: &Span| {
            let to = from + room * f64::from(days_of.days()) / days;
            let piece = Piece { days: *days_of, from, to };
            from = to + CUT;
            piece
        };
        Axis { pieces: busy.iter().map(piece).collect(), as_of }
    }

    /// Where a day begins. A day that was cut out stands at the nearest one that was not.
    pub(super) fn start_of(&self, day: Day) -> f64 {
        self.at(day, 0)
    }

    /// Where a day ends.
    pub(super) fn end_of(&self, day: Day) -> f64 {
        self.at(day, 1)
    }

    fn at(&self, day: Day, offset: Days) -> f64 {
        let piece = self.pieces.iter().find(|piece| day <= piece.days.last).or(self.pieces.last());
        piece.map_or(0.0, |piece| {
            let days = (day - piece.days.first).saturating_add(offset).clamp(0, piece.days.days());
            piece.from + (piece.to - piece.from) * f64::from(days) / f64::from(piece.days.days())
        })
    }

    /// From where to where something cut out stands, and how many days it is.
    fn cuts(&self) -> impl Iterator<Item = (f64, f64, Days)> {
        self.pieces.windows(2).filter_map(|pair| match pair {
            [before, after] => Some((before.to, after.from, after.days.first - before.days.last - 1)),
            _ => None,
        })
    }

    /// First days of months, as many as there is room for the words of; where months are wide, their middles too.
    fn marks(&self) -> Vec<(f64, Day)> {
        let mut marks: Vec<(f64, Day)> = Vec::new();
        for piece in &self.pieces {
            let every = piece.months_between_marks();
            let halves: &[Days] = if piece.month() >= 2.0 * BETWEEN_MARKS { &[0, 14] } else { &[0] };
            let firsts = firsts_of_months(piece.days).filter(|day| months(*day) % every == 0);
            let days = firsts.flat_map(|first| halves.iter().map(move |half| first + *half));
            for day in days.filter(|day| piece.days.contains(*day)) {
                let at = self.start_of(day);
                let free = marks.last().is_none_or(|(before, _)| at - before >= BETWEEN_MARKS);
                if free && at <= 100.0 - BETWEEN_MARKS {
                    marks.push((at, day));
                }
            }
        }
        marks
    }
}

impl Piece {
    /// How much of the width a month takes.
    fn month(&self) -> f64 {
        (self.to - self.from) / f64::from(self.days.days()) * 30.4
    }

    fn months_between_marks(&self) -> i32 {
        let enough = |every: &&i32| self.month() * f64::from(**every) >= BETWEEN_MARKS;
        *[1, 2, 3, 6, 12, 24, 60, 120].iter().find(enough).unwrap_or(&240)
    }
}

/// The stretches to show, in order, never empty.
fn busy(spans: &[Span], as_of: Day) -> Vec<Span> {
    let shown = |span: &Span| Span::new((span.first - MARGIN).min(as_of), (span.last + MARGIN).min(as_of));
    let mut wide: Vec<Span> = spans.iter().filter_map(shown).chain([Span::of(as_of)]).collect();
    wide.sort();
    let mut idle: Vec<Days> = Vec::new();
    let mut reached = wide[0].last;
    for span in &wide {
        idle.push(span.first - reached - 1);
        reached = reached.max(span.last);
    }
    idle.sort_unstable_by(|a, b| b.cmp(a));
    // the longest are cut out; of several of one length all or none
    let least = idle.get(MOST_CUTS).map_or(IDLE, |next| IDLE.max(next + 1));
    let mut busy: Vec<Span> = Vec::new();
    for span in wide {
        match busy.last_mut().filter(|last| span.first - last.last - 1 < least) {
            Some(last) => last.last = last.last.max(span.last),
            None => busy.push(span),
        }
    }
    busy
}

/// Months since year 0.
fn months(day: Day) -> i32 {
    let (year, month, _) = day.ymd();
    i32::from(year) * 12 + i32::from(month) - 1
}

fn firsts_of_months(span: Span) -> impl Iterator<Item = Day> {
    let first_of = |months: i32| Day::new(i16::try_from(months.div_euclid(12)).ok()?, months.rem_euclid(12) as i8 + 1, 1);
    (months(span.first)..=months(span.last)).filter_map(first_of)
}

/// The months and the day of assessment above the strips.
pub(super) fn strip(axis: &Axis) -> Markup {
    let today = across(axis.end_of(axis.as_of));
    html! {
        div.strip.axis aria-hidden="true" {
            svg.gutter width="58" height="40" {}
            svg.plot height="40" {
                text.today x=(today) y="12" text-anchor="end" { "day of assessment " (axis.as_of) }
                @for (index, (at, day)) in axis.marks().into_iter().enumerate() {
                    line.grid x1=(across(at)) x2=(across(at)) y1="22" y2="40" {}
                    text class=(if index % 2 == 0 { "mark" } else { "mark wide" }) x=(across(at)) y="34" dx="3" { (words(day)) }
                }
                @for (from, to, days) in axis.cuts() {
                    text.mark x=(across((from + to) / 2.0)) y="34" text-anchor="middle" { (length(days)) }
                }
                line.today x1=(today) x2=(today) y1="16" y2="40" {}
            }
        }
    }
}

/// `2026-03` for its first day, `03-15` for another.
fn words(day: Day) -> String {
    match day.ymd() {
        (year, month, 1) => format!("{year:04}-{month:02}"),
        (_, month, day) => format!("{month:02}-{day:02}"),
    }
}

/// How long a cut is, in few letters.
fn length(days: Days) -> String {
    format!("{} y", days.div_euclid(365).max(1))
}

/// What stands behind every strip of this height: months, cuts, today.
pub(super) fn ground(axis: &Axis, height: u32) -> Markup {
    let today = across(axis.end_of(axis.as_of));
    html! {
        @for (at, _) in axis.marks() {
            line.grid x1=(across(at)) x2=(across(at)) y1="0" y2=(height) {}
        }
        @for (from, to, _) in axis.cuts() {
            rect.cut x=(across(from)) width=(across(to - from)) y="0" height=(height) {}
        }
        line.today x1=(today) x2=(today) y1="0" y2=(height) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn span(first: &str, last: &str) -> Span {
        Span::new(day(first), day(last)).expect("in order")
    }

    #[test]
    fn days_stand_in_order_between_the_edges_and_the_day_of_assessment_is_last() {
        let axis = Axis::new(&[span("2025-10-01", "2026-01-03"), span("2014-01-01", "2014-06-30")], day("2026-03-02"));
        let days = ["2014-01-01", "2014-06-30", "2025-10-01", "2026-01-03", "2026-03-02"].map(day);
        let places = days.map(|day| axis.start_of(day));
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
        assert!(places[0] >= 0.0 && axis.end_of(days[4]) <= 100.0 - AFTER + 1e-9);
        assert!(days.iter().all(|day| axis.start_of(*day) < axis.end_of(*day)));
    }

    #[test]
    fn only_a_long_stretch_without_anything_is_cut_out() {
        let cuts = |first: &str| Axis::new(&[span(first, first)], day("2026-03-02")).cuts().count();
        let limit = day("2026-03-02") - MARGIN - IDLE;
        assert_eq!((cuts(&limit.to_string()), cuts(&(limit - 1).to_string())), (0, 1));
    }

    #[test]
    fn however_many_pauses_there_are_few_are_cut_out() {
        let days = (0..40).map(|n| Span::of(day("1960-01-01") + n * (500 + n)));
        let axis = Axis::new(&days.collect::<Vec<_>>(), day("2026-03-02"));
        assert!(axis.cuts().count() <= MOST_CUTS, "{}", axis.cuts().count());
    }

    #[test]
    fn marks_leave_room_for_their_words() {
        for first in ["2026-02-20", "2025-06-01", "1990-01-01"] {
            let axis = Axis::new(&[span(first, "2026-03-02")], day("2026-03-02"));
            let marks = axis.marks();
            assert!(!marks.is_empty(), "{first}");
            assert!(marks.windows(2).all(|pair| pair[1].0 - pair[0].0 >= BETWEEN_MARKS), "{first}: {marks:?}");
            assert!(marks.iter().all(|(at, day)| (0.0..=100.0).contains(at) && [1, 15].contains(&day.ymd().2)));
        }
    }

    #[test]
    fn nothing_on_record_is_no_fault() {
        let axis = Axis::new(&[], day("2026-03-02"));
        assert_eq!(axis.start_of(day("2026-03-02")), 0.0);
        assert!(Axis::new(&[span("2027-01-01", "2027-02-01")], day("2026-03-02")).start_of(day("2027-01-15")) <= 100.0);
    }
}
