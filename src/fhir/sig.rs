//! Instructions in words, read only where they state one dose and one frequency plainly (rules.md 3.1).
//!
//! Every word must be understood. A taper, a choice, a range in words, "as directed", another language: refused, never guessed.

mod phrase;
mod token;

use foldhash::HashMap;

use super::view::Text;
use crate::clinical::units::Days;
use phrase::Parser;

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

/// Instructions that were met: a record says "1 tablet daily" of many a medicine.
#[derive(Debug, Default)]
pub(super) struct Sigs<'a> {
    met: HashMap<Text<'a>, Option<Sig>>,
}

impl<'a> Sigs<'a> {
    /// The instruction, if it is plain.
    pub(super) fn read(&mut self, text: &Text<'a>) -> Option<Sig> {
        *self.met.entry(text.clone()).or_insert_with(|| read(text))
    }
}

/// The instruction, if it is plain.
fn read(text: &str) -> Option<Sig> {
    let parser = Parser::of(text)?;
    Some(Sig { dose: parser.dose?, times: parser.frequency()?, as_needed: parser.as_needed, days: parser.days })
}

/// How often a day, of a text that says only this: "Daily", "twice a day", "BID".
pub(super) fn frequency(text: &str) -> Option<f64> {
    let parser = Parser::of(text)?;
    if parser.dose.is_some() { None } else { parser.frequency() }
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

    // rule 3.1/plain-text: speaks
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

    // rule 3.1/plain-text: silent
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
