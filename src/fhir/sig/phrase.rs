//! The phrases of an instruction, taken one by one: each is understood, or all of it is refused.

use super::Dose;
use super::token::{Token, tokens};
use crate::clinical::units::Days;

/// Days in a month of a length, as in an expected supply.
const MONTH: f64 = 30.4375;

/// Words after "for" that are no mere reason: they change the dose, its length or its course.
const CHANGES: [&str; 28] = [
    "then",
    "taper",
    "until",
    "stop",
    "increase",
    "decrease",
    "or",
    "first",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "max",
    "may",
    "repeat",
    "directed",
    "titrate",
    "except",
    "skip",
    "a",
    "last",
    "next",
    "total",
    "instructions",
    "instr",
    "only",
];

/// What the phrases have said so far.
#[derive(Default)]
pub(super) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    pub(super) dose: Option<Dose>,
    rate: Option<f64>,
    times: Vec<&'static str>,
    pub(super) as_needed: bool,
    pub(super) days: Option<Days>,
}

impl Parser {
    /// Takes every phrase of the text; `None` where one of them is not understood.
    pub(super) fn of(text: &str) -> Option<Parser> {
        let mut parser = Parser { tokens: tokens(text)?, ..Parser::default() };
        while parser.at < parser.tokens.len() {
            parser.phrase()?;
        }
        Some(parser)
    }

    fn word(&self, ahead: usize) -> &str {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Word(word)) => word,
            _ => "",
        }
    }

    fn number(&self, ahead: usize) -> Option<f64> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Takes one phrase, or gives up.
    fn phrase(&mut self) -> Option<()> {
        if let Some(number) = self.number(0) {
            return self.counted(number);
        }
        let word = self.word(0).to_owned();
        match word.as_str() {
            "take" | "swallow" | "give" | "by" | "mouth" | "po" | "oral" | "orally" | "route" | "food" | "water" | "total" | "please"
            | "and" | "the" => self.take(1),
            "with" | "before" | "after" => self.meal(),
            "of" if !self.word(1).is_empty() => self.take(2),
            "every" | "each" | "q" => self.every(),
            "once" => self.per(1.0, 1),
            "twice" => self.per(2.0, 1),
            "thrice" => self.per(3.0, 1),
            "daily" | "qd" | "qday" => self.rate(1.0, 1),
            "bid" | "bd" => self.rate(2.0, 1),
            "tid" | "tds" => self.rate(3.0, 1),
            "qid" | "qds" => self.rate(4.0, 1),
            "qod" => self.rate(0.5, 1),
            "weekly" => self.rate(1.0 / 7.0, 1),
            "qam" => self.time("morning", 1),
            "qpm" => self.time("evening", 1),
            "qhs" | "nightly" => self.time("bedtime", 1),
            "in" if self.word(1) == "the" => self.time_named(2),
            "at" => self.time_named(1),
            "morning" | "evening" | "night" => self.time_named(0),
            "prn" => self.needed(1),
            "as" | "if" | "when" if matches!(self.word(1), "needed" | "required") => self.needed(2),
            "for" => self.length_or_reason(),
            "x" | "times" => self.length(1),
            _ => None,
        }
    }

    fn take(&mut self, count: usize) -> Option<()> {
        self.at += count;
        Some(())
    }

    fn needed(&mut self, count: usize) -> Option<()> {
        self.as_needed = true;
        self.take(count)
    }

    /// A number: a dose, a count of times, a length.
    fn counted(&mut self, number: f64) -> Option<()> {
        let unit = self.word(1).to_owned();
        match unit.as_str() {
            "tablet" | "tablets" | "tab" | "tabs" | "capsule" | "capsules" | "cap" | "caps" | "pill" | "pills" | "ml" | "mls" => {
                self.dose(Dose::Units(number), 2)
            }
            "a" if number == 0.5 && matches!(self.word(2), "tablet" | "tab" | "pill") => self.dose(Dose::Units(number), 3),
            "mg" | "milligram" | "milligrams" => self.milligrams(number),
            "mcg" => self.milligrams(number / 1000.0),
            "g" => self.milligrams(number * 1000.0),
            "time" | "times" | "x" => self.per(number, 2),
            "day" | "days" | "week" | "weeks" | "month" | "months"
                if self.dose.is_some() && (self.rate.is_some() || !self.times.is_empty()) =>
            {
                self.length(0)
            }
            "po" | "by" | "oral" | "orally" | "daily" | "qd" | "bid" | "bd" | "tid" | "tds" | "qid" | "qds" | "qhs" | "qam" | "once"
            | "twice" | "every" | "q" | "at" | "in" | "each" => self.dose(Dose::Units(number), 1),
            _ => None,
        }
    }

    fn dose(&mut self, dose: Dose, count: usize) -> Option<()> {
        if self.dose.is_some() {
            return None;
        }
        self.dose = Some(dose);
        self.take(count)
    }

    /// Milligrams are the dose, or say again what so many tablets are.
    fn milligrams(&mut self, number: f64) -> Option<()> {
        match self.dose {
            Some(Dose::Units(_)) => self.take(2),
            Some(Dose::Milligrams(_)) => None,
            None if matches!(self.word(2), "tablet" | "tablets" | "tab" | "capsule" | "capsules" | "cap") => None,
            None => self.dose(Dose::Milligrams(number), 2),
        }
    }

    /// So many times a day or a week.
    fn per(&mut self, number: f64, mut ahead: usize) -> Option<()> {
        if matches!(self.word(ahead), "a" | "per" | "each" | "every") {
            ahead += 1;
        }
        match self.word(ahead) {
            "day" | "daily" => self.rate(number, ahead + 1),
            "week" | "weekly" => self.rate(number / 7.0, ahead + 1),
            "at" | "in" | "nightly" if number == 1.0 => self.take(ahead),
            _ => None,
        }
    }

    /// Every day, every other day, every so many hours, every morning.
    fn every(&mut self) -> Option<()> {
        let hours = |word: &str| matches!(word, "h" | "hr" | "hrs" | "hour" | "hours");
        if let Some(number) = self.number(1) {
            return match self.word(2) {
                unit if hours(unit) => self.rate(24.0 / number, 3),
                "d" | "day" | "days" => self.rate(1.0 / number, 3),
                "week" | "weeks" => self.rate(1.0 / (7.0 * number), 3),
                _ => None,
            };
        }
        match self.word(1) {
            "day" => self.rate(1.0, 2),
            "week" => self.rate(1.0 / 7.0, 2),
            "other" if self.word(2) == "day" => self.rate(0.5, 3),
            _ => self.time_named(1),
        }
    }

    fn rate(&mut self, rate: f64, count: usize) -> Option<()> {
        match self.rate {
            Some(known) if (known - rate).abs() > 1e-9 => None,
            _ => {
                self.rate = Some(rate);
                self.take(count)
            }
        }
    }

    fn time_named(&mut self, ahead: usize) -> Option<()> {
        let time = match self.word(ahead) {
            "morning" | "breakfast" => "morning",
            "noon" | "midday" | "lunch" => "noon",
            "afternoon" => "afternoon",
            "evening" | "dinner" | "supper" => "evening",
            "bedtime" | "night" => "bedtime",
            _ => return None,
        };
        self.time(time, ahead + 1)
    }

    fn time(&mut self, time: &'static str, count: usize) -> Option<()> {
        if !self.times.contains(&time) {
            self.times.push(time);
        }
        self.take(count)
    }

    fn meal(&mut self) -> Option<()> {
        let ahead = if matches!(self.word(1), "a" | "the") { 2 } else { 1 };
        match self.word(ahead) {
            "food" | "water" | "meal" | "meals" | "milk" => self.take(ahead + 1),
            "bed" => self.time("bedtime", ahead + 1),
            _ => self.time_named(ahead),
        }
    }

    fn length(&mut self, ahead: usize) -> Option<()> {
        let ahead = if self.word(ahead) == "for" { ahead + 1 } else { ahead };
        let days = match self.word(ahead + 1) {
            "day" | "days" => 1.0,
            "week" | "weeks" => 7.0,
            "month" | "months" => MONTH,
            "year" | "years" => 365.0,
            _ => return None,
        };
        let days = (self.number(ahead)? * days) as Days;
        if self.days.is_some_and(|known| known != days) {
            return None;
        }
        self.days = Some(days);
        self.take(ahead + 2)
    }

    /// "for 7 days", or "for pain": then words that change nothing.
    fn length_or_reason(&mut self) -> Option<()> {
        if self.number(1).is_some() {
            return self.length(1);
        }
        let mut ahead = 1;
        while !self.word(ahead).is_empty() && self.word(ahead) != "for" {
            if CHANGES.contains(&self.word(ahead)) {
                return None;
            }
            ahead += 1;
        }
        if ahead == 1 || self.number(ahead).is_some() { None } else { self.take(ahead) }
    }

    /// A rate, or the number of times of the day; both only where they agree.
    pub(super) fn frequency(&self) -> Option<f64> {
        let times = self.times.len() as f64;
        match self.rate {
            None => (times > 0.0).then_some(times),
            Some(rate) if times == 0.0 || times == rate || (times == 1.0 && rate <= 1.0) => Some(rate),
            Some(_) => None,
        }
    }
}
