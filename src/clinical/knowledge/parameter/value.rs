//! The values of parameters: as text in a cell or in a site's file, held against their range, read.

use std::collections::HashMap;

use super::{DoseProfile, ParameterRow, PdcScope, Percent};
use crate::clinical::knowledge::country::Country;
use crate::clinical::knowledge::fault::{Defects, Fault, Place};
use crate::clinical::knowledge::load::SiteChange;
use crate::clinical::knowledge::raw::Row;
use crate::clinical::knowledge::site::SiteParameter;
use crate::clinical::units::ConditionGroup;

/// The value of each parameter as text, until it is asked for.
pub(super) struct Values<'a> {
    values: HashMap<String, Value>,
    defects: &'a mut Defects,
}

#[derive(Clone)]
struct Value {
    at: Place,
    name: &'static str,
    text: String,
    allowed: &'static str,
}

impl<'a> Values<'a> {
    pub fn new(rows: &[Row<ParameterRow>], site: &[SiteParameter], changes: &mut Vec<SiteChange>, defects: &'a mut Defects) -> Values<'a> {
        let mut values: HashMap<String, Value> = HashMap::new();
        for Row { at, cells: row } in rows {
            let value = Value { at: *at, name: row.name, text: row.default.to_owned(), allowed: row.allowed };
            if let Some(first) = values.insert(row.name.replace('.', "_"), value) {
                defects.add(*at, Fault::Twice { what: row.name.to_owned(), first: first.at.to_string() });
            }
        }
        for SiteParameter { at, name, value } in site {
            match values.get_mut(&name.replace('.', "_")) {
                Some(known) => {
                    if known.text != *value {
                        changes.push(SiteChange { what: format!("{}: {} -> {value}", known.name, known.text) });
                    }
                    known.at = *at;
                    known.text.clone_from(value);
                }
                None => defects.add(*at, Fault::UnknownParameter(name.clone())),
            }
        }
        Values { values, defects }
    }

    /// The value of a parameter; a missing one and one outside its range are defects.
    pub fn take<T: FromText>(&mut self, name: &'static str) -> Option<T> {
        let Some(value) = self.values.remove(name) else {
            self.defects.add_for_file("parameters.csv", Fault::MissingParameter(name));
            return None;
        };
        let read = T::from_text(&value.text).filter(|_| is_allowed(&value.text, value.allowed));
        if read.is_none() {
            let Value { at, name, text, allowed } = value;
            self.defects.add(at, Fault::NotAllowed { name: name.to_owned(), value: text, allowed: allowed.to_owned() });
        }
        read
    }

    pub fn report_unknown(self) {
        for value in self.values.into_values() {
            self.defects.add(value.at, Fault::UnknownParameter(value.name.to_owned()));
        }
    }
}

/// The longest text that a site may set, in characters: it stands in a side bar.
const LONGEST_TEXT: usize = 300;

/// The value of a link that leads nowhere.
const NO_LINK: &str = "none";

/// Whether a value is among those allowed: `18`, `28-84`, `run/trial`, any of `mdd_active+persistent`, `text`, one line without HTML,
/// or `link`, an https address or `none`.
fn is_allowed(value: &str, allowed: &str) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    if allowed == "text" {
        !value.trim().is_empty()
            && value.chars().count() <= LONGEST_TEXT
            && !value.contains(['<', '>'])
            && !value.contains(char::is_control)
    } else if allowed == "link" {
        let plain = |c: char| c.is_ascii_graphic() && !"<>\"'`()[]{}\\|^".contains(c);
        value == NO_LINK || value.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain))
    } else if allowed.contains('+') {
        let known: Vec<_> = allowed.split('+').collect();
        value.split('+').all(|part| known.contains(&part.trim()))
    } else if allowed.contains('/') {
        allowed.split('/').any(|word| word == value)
    } else if let Some((least, greatest)) = allowed.split_once('-').and_then(|(least, greatest)| number(least).zip(number(greatest))) {
        number(value).is_some_and(|value| least <= value && value <= greatest)
    } else {
        number(allowed).is_some_and(|only| number(value) == Some(only))
    }
}

/// A value of a parameter, read from its cell.
pub(super) trait FromText: Sized {
    fn from_text(text: &str) -> Option<Self>;
}

impl FromText for i32 {
    fn from_text(text: &str) -> Option<i32> {
        text.parse().ok()
    }
}

impl FromText for f64 {
    fn from_text(text: &str) -> Option<f64> {
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl FromText for Option<String> {
    fn from_text(text: &str) -> Option<Option<String>> {
        Some((text != NO_LINK).then(|| text.to_owned()))
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Option<bool> {
        text.parse().ok()
    }
}

impl FromText for String {
    fn from_text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}

impl FromText for Percent {
    /// A fraction with at most two decimals.
    fn from_text(text: &str) -> Option<Percent> {
        let share = f64::from_text(text)?;
        let percent = (share * 100.0).round();
        (percent / 100.0 == share).then_some(Percent(percent as i32))
    }
}

impl FromText for DoseProfile {
    fn from_text(text: &str) -> Option<DoseProfile> {
        match text {
            "default" => Some(DoseProfile::Default),
            "label" => Some(DoseProfile::Label),
            "athf_legacy" => Some(DoseProfile::AthfLegacy),
            _ => None,
        }
    }
}

impl FromText for PdcScope {
    fn from_text(text: &str) -> Option<PdcScope> {
        match text {
            "run" => Some(PdcScope::Run),
            "trial" => Some(PdcScope::Trial),
            _ => None,
        }
    }
}

impl FromText for Country {
    fn from_text(text: &str) -> Option<Country> {
        text.parse().ok()
    }
}

impl FromText for Vec<ConditionGroup> {
    /// Groups of depression by the last part of their names, joined by `+`.
    fn from_text(text: &str) -> Option<Vec<ConditionGroup>> {
        text.split('+').map(|word| format!("depression.{}", word.trim()).parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_held_against_both_ends_of_its_range() {
        assert!(is_allowed("28", "28-84") && is_allowed("84", "28-84"));
        assert!(!is_allowed("27", "28-84") && !is_allowed("85", "28-84") && !is_allowed("many", "28-84"));
        assert!(is_allowed("18", "18") && !is_allowed("17", "18"));
        assert!(is_allowed("label", "default/label/athf_legacy") && !is_allowed("atrq", "default/label/athf_legacy"));
        assert!(is_allowed("a+b", "a+b+c") && !is_allowed("a+d", "a+b+c"));
    }

    #[test]
    fn a_text_is_one_line_without_html() {
        assert!(is_allowed("Call [the team](https://intranet.example/risk), ext. 12-34/5+6", "text"));
        assert!(!is_allowed(" ", "text") && !is_allowed("a <b>", "text") && !is_allowed("a\nb", "text"));
        assert!(is_allowed(&"x".repeat(300), "text") && !is_allowed(&"x".repeat(301), "text"));
    }

    #[test]
    fn a_link_is_https_or_none() {
        assert!(is_allowed("https://forms.example/phq9?site=a&v=2", "link") && is_allowed("none", "link"));
        for text in ["", "http://forms.example", "https://", "javascript:alert(1)", "https://a b", "https://a/)[x](https://evil.example)"] {
            assert!(!is_allowed(text, "link"), "{text}");
        }
    }

    #[test]
    fn a_share_is_a_whole_percent() {
        assert_eq!(Percent::from_text("0.80"), Some(Percent(80)));
        assert_eq!(Percent::from_text("0.57"), Some(Percent(57)));
        assert_eq!(Percent::from_text("0.805"), None);
    }
}
