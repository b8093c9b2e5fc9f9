//! Instructions in words, read only where they state one dose and one frequency plainly (rules.md 3.1).
//!
//! Every word must be understood. A taper, a choice, a range in words, "as directed", another language: refused, never guessed.

use crate::clinical::units::Days;

/// A plain instruction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sig {
    /// How much at a time.
    pub(super) dose: Dose,
    /// How often a day.
    pub(super) times: f64,
    /// As needed.
    pub(super) as_needed: bool,
    /// For how long.
    pub(super) days: Option<Days>,
}

/// How much at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Dose {
    /// Tablets, capsules, mL.
    Units(f64),
    Milligrams(f64),
}

/// A word or a number of the text.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Word(String),
}

/// Days in a month of a length, as in an expected supply.
const MONTH: f64 = 30.4375;

/// The instruction, if it is plain.
pub(super) fn read(text: &str) -> Option<Sig> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, dose: None, rate: None, times: Vec::new(), as_needed: false, days: None };
    while parser.at < parser.tokens.len() {
        parser.phrase()?;
    }
    Some(Sig { dose: parser.dose?, times: parser.frequency()?, as_needed: parser.as_needed, days: parser.days })
}

/// How often a day, of a text that says only this: "Daily", "twice a day", "BID".
pub(super) fn frequency(text: &str) -> Option<f64> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, dose: None, rate: None, times: Vec::new(), as_needed: false, days: None };
    while parser.at < parser.tokens.len() {
        parser.phrase()?;
    }
    if parser.dose.is_some() { None } else { parser.frequency() }
}

/// The words and numbers of a text; `None` where a sign stands that a plain instruction does not have.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let text = text.to_lowercase();
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let from = at;
        match chars[at] {
            c if c.is_ascii_digit() => {
                while at < chars.len()
                    && (chars[at].is_ascii_digit()
                        || (matches!(chars[at], '.' | '/') && chars.get(at + 1).is_some_and(char::is_ascii_digit)))
                {
                    at += 1;
                }
                tokens.push(Token::Number(number(&chars[from..at].iter().collect::<String>())?));
            }
            c if c.is_ascii_alphabetic() => {
                let mut word = String::new();
                while at < chars.len() && (chars[at].is_ascii_alphabetic() || (chars[at] == '.' && at - from < 6)) {
                    if chars[at] != '.' {
                        word.push(chars[at]);
                    } else if !chars.get(at + 1).is_some_and(char::is_ascii_alphabetic) || word.len() > 3 {
                        break;
                    }
                    at += 1;
                }
                tokens.push(Token::Word(word));
                if at == from {
                    at += 1;
                }
            }
            c if c.is_whitespace() || matches!(c, ',' | '.' | '(' | ')' | ';') => at += 1,
            _ => return None,
        }
    }
    Some(collapsed(tokens))
}

fn number(text: &str) -> Option<f64> {
    let number = match text.split_once('/') {
        Some((above, below)) => above.parse::<f64>().ok()? / below.parse::<f64>().ok()?,
        None => text.parse().ok()?,
    };
    (number.is_finite() && number > 0.0).then_some(number)
}

/// Number words as numbers; "3 three" and "one (1)" as one number; "1 1/2", "one and a half" as one and a half.
fn collapsed(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    for token in tokens {
        let token = match &token {
            Token::Word(word) => number_word(word).map_or(token.clone(), Token::Number),
            Token::Number(_) => token,
        };
        match (&token, out.last_mut()) {
            (Token::Number(new), Some(Token::Number(last))) if new == last => {}
            (Token::Number(0.5), Some(Token::Number(last))) if last.fract() == 0.0 => *last += 0.5,
            (Token::Number(0.5), Some(Token::Word(word))) if matches!(word.as_str(), "and" | "a") => {
                let mut kept = out.len();
                while kept > 0 && matches!(&out[kept - 1], Token::Word(word) if matches!(word.as_str(), "and" | "a")) {
                    kept -= 1;
                }
                match kept.checked_sub(1).and_then(|last| out.get_mut(last)) {
                    Some(Token::Number(last)) if last.fract() == 0.0 => {
                        *last += 0.5;
                        out.truncate(kept);
                    }
                    _ => out.push(token),
                }
            }
            _ => out.push(token),
        }
    }
    out
}

fn number_word(word: &str) -> Option<f64> {
    const WORDS: [&str; 12] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    if word == "half" {
        return Some(0.5);
    }
    WORDS.iter().position(|known| *known == word).map(|index| index as f64 + 1.0)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    dose: Option<Dose>,
    rate: Option<f64>,
    times: Vec<&'static str>,
    as_needed: bool,
    days: Option<Days>,
}

impl Parser {
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
        let changes = [
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
        let mut ahead = 1;
        while !self.word(ahead).is_empty() && self.word(ahead) != "for" {
            if changes.contains(&self.word(ahead)) {
                return None;
            }
            ahead += 1;
        }
        if ahead == 1 || self.number(ahead).is_some() { None } else { self.take(ahead) }
    }

    /// A rate, or the number of times of the day; both only where they agree.
    fn frequency(&self) -> Option<f64> {
        let times = self.times.len() as f64;
        match self.rate {
            None => (times > 0.0).then_some(times),
            Some(rate) if times == 0.0 || times == rate || (times == 1.0 && rate <= 1.0) => Some(rate),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Option<(f64, f64)> {
        match read(text)?.dose {
            Dose::Units(units) => Some((units, read(text)?.times)),
            Dose::Milligrams(_) => None,
        }
    }

    #[test]
    fn one_dose_and_one_frequency_are_read() {
        for (text, expected) in [
            ("Take 1 tablet by mouth every morning", (1.0, 1.0)),
            ("take 2 capsules (40 mg) daily", (2.0, 1.0)),
            ("1 tab po bid", (1.0, 2.0)),
            ("one tablet twice daily", (1.0, 2.0)),
            ("Take 1/2 tablet by mouth at bedtime", (0.5, 1.0)),
            ("take one and a half tablets daily", (1.5, 1.0)),
            ("Take 1 tablet by mouth 1 (one) time each day.", (1.0, 1.0)),
            ("Take 1 tablet every morning and at bedtime", (1.0, 2.0)),
            ("take 1 tablet q.o.d.", (1.0, 0.5)),
            ("take 1 capsule by mouth every day for depression", (1.0, 1.0)),
        ] {
            assert_eq!(units(text), Some(expected), "{text}");
        }
        assert_eq!(read("100 mg by mouth once daily").map(|sig| (sig.dose, sig.times)), Some((Dose::Milligrams(100.0), 1.0)));
        assert_eq!(read("take 1 tablet by mouth daily for 7 days").and_then(|sig| sig.days), Some(7));
        assert!(read("1 tablet daily as needed").is_some_and(|sig| sig.as_needed));
    }

    #[test]
    fn what_is_not_plain_is_refused() {
        for text in [
            "",
            "1-2 tablets daily",
            "1 or 2 tablets daily",
            "take 1 to 2 tablets daily",
            "as directed",
            "take 1 tablet daily as directed",
            "take 1 tablet by mouth",
            "take daily",
            "take 1 tablet daily for 7 days then 2 tablets daily",
            "take 1 tablet daily for 1 week, increase to 2 tablets",
            "1 tablet in the morning and 2 tablets at bedtime",
            "tome una tableta diaria",
            "take 1 tablet once",
            "take 1 tablet daily for the first week",
            "take 1 tablet twice daily every morning",
            "take 1 tablet daily twice daily",
            "½ tablet daily",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_frequency_alone_is_read_as_one() {
        assert_eq!(frequency("Daily"), Some(1.0));
        assert_eq!(frequency("2 times a day"), Some(2.0));
        assert_eq!(frequency("0900"), None);
    }

    fn lines(path: &str) -> Option<Vec<serde_json::Value>> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/sig-text").join(path);
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("SKIPPED: {} is not there", path.display());
            return None;
        };
        Some(text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
    }

    /// What the published parse says a day, where it is one dose and one frequency.
    fn expected(parse: &serde_json::Value) -> Option<f64> {
        let number = |key: &str| parse[key].as_f64();
        let days = match parse["frequencyType"].as_str()? {
            "Hour" => 1.0 / 24.0,
            "Day" => 1.0,
            "Week" => 7.0,
            "Month" => 30.0,
            _ => return None,
        };
        match number("dosageMin") {
            Some(dose) => Some(dose * number("frequencyMin")? / days),
            None => Some(number("singleDosageAmount")? * number("times").unwrap_or(1.0) / (number("interval")? * days)),
        }
    }

    #[test]
    fn a_published_parse_is_met_or_the_text_is_refused() {
        let Some(lines) = lines("expected.ndjson") else { return };
        let mut read_count = 0;
        for line in &lines {
            let (text, parses) = (line["text"].as_str().expect("text"), line["expected"].as_array().expect("parses"));
            let Some(sig) = read(text) else { continue };
            read_count += 1;
            assert_eq!(parses.len(), 1, "{text}");
            let amount = match sig.dose {
                Dose::Units(amount) | Dose::Milligrams(amount) => amount,
            };
            let day = expected(&parses[0]).unwrap_or_else(|| panic!("read though it has no frequency: {text}"));
            assert!((amount * sig.times - day).abs() < 1e-9, "{text}: {} against {day}", amount * sig.times);
            let needed = parses[0]["takeAsNeeded"].as_bool().or(parses[0]["asRequired"].as_bool());
            assert_eq!(Some(sig.as_needed), needed, "{text}");
        }
        eprintln!("{read_count} of {} published instructions read, the rest refused", lines.len());
        assert!(read_count >= 15);
    }

    #[test]
    fn real_instructions_that_are_not_plain_are_refused() {
        let Some(lines) = lines("real-world-sigs.ndjson") else { return };
        let mut read_count = 0;
        for line in &lines {
            let text = line["text"].as_str().expect("text");
            let unclear = ["directed", "taper", "then", " or ", "instruction", "day 1", "up to", "tome", "increase", "1-2"];
            if let Some(sig) = read(text) {
                read_count += 1;
                eprintln!("{:?} x {} {} <- {text}", sig.dose, sig.times, if sig.as_needed { "as needed" } else { "" });
                assert!(!unclear.iter().any(|word| text.contains(word)), "{text}");
            }
        }
        eprintln!("{read_count} of {} real instructions read, the rest refused", lines.len());
    }
}
