//! The words of a card: its `card.toml`, read once and checked as a whole.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::card::{Indicator, OverrideReason};
use super::markdown::inline;

/// The terminology of our own override reasons.
const OWN_REASONS: &str = "https://trialwise.org/override-reasons";

/// What `card.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wording {
    /// The name of the card.
    pub(super) title: String,
    /// On which hooks it may be shown.
    pub(super) hooks: Vec<String>,
    /// What it rests on, with years.
    pub(super) sources: Vec<String>,
    /// Paragraphs that stand below the lists, whatever the variant.
    #[serde(default)]
    pub(super) closing: Vec<String>,
    #[serde(rename = "override")]
    overrides: Vec<Reason>,
    #[serde(rename = "text")]
    texts: BTreeMap<String, Text>,
}

/// The words of one variant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    /// How loud.
    pub(super) indicator: Loudness,
    /// One sentence.
    pub(super) summary: String,
    /// The one thing to do; each a paragraph.
    pub(super) advice: Vec<String>,
    /// In the place of the card's own closing paragraphs, where they would not fit.
    pub(super) closing: Option<Vec<String>>,
}

/// The words of CDS Hooks for [`Indicator`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Loudness {
    Info,
    Warning,
    Critical,
}

impl From<Loudness> for Indicator {
    fn from(loudness: Loudness) -> Indicator {
        match loudness {
            Loudness::Info => Indicator::Info,
            Loudness::Warning => Indicator::Warning,
            Loudness::Critical => Indicator::Critical,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    system: Option<String>,
    code: String,
    display: String,
}

/// The values that fill the `{names}` of a text.
pub(super) type Values = BTreeMap<&'static str, String>;

impl Wording {
    /// Reads a `card.toml`; reports every text that is missing, that no variant has, or that asks for a name nobody fills.
    pub(super) fn read(toml: &str, texts: &[&str], names: &[&str]) -> Result<Wording, Vec<String>> {
        let wording: Wording = toml::from_str(toml).map_err(|error| vec![error.to_string()])?;
        let mut defects: Vec<String> =
            texts.iter().filter(|text| !wording.texts.contains_key(**text)).map(|text| format!("no text `{text}`")).collect();
        for (key, text) in &wording.texts {
            if !texts.contains(&key.as_str()) {
                defects.push(format!("text `{key}` belongs to no variant"));
            }
            for template in text.advice.iter().chain([&text.summary]) {
                defects.extend(
                    placeholders(template)
                        .filter(|name| !names.contains(name))
                        .map(|name| format!("text `{key}`: nobody fills {{{name}}}")),
                );
            }
        }
        if defects.is_empty() { Ok(wording) } else { Err(defects) }
    }

    /// The text of this key.
    pub(super) fn text(&self, key: &str) -> &Text {
        self.texts.get(key).expect("reading checks that every variant has its text")
    }

    /// Why the card may be set aside.
    pub(super) fn override_reasons(&'static self) -> Vec<OverrideReason> {
        let reason = |reason: &'static Reason| OverrideReason {
            system: reason.system.as_deref().unwrap_or(OWN_REASONS),
            code: &reason.code,
            display: &reason.display,
        };
        self.overrides.iter().map(reason).collect()
    }
}

/// The template with its names filled in as plain text.
pub(super) fn filled(template: &str, values: &Values) -> String {
    fill(template, values, |value| Cow::Borrowed(value), |_| false)
}

/// The template with its names filled in as text of Markdown; a name that begins a sentence has a capital.
pub(super) fn filled_markdown(template: &str, values: &Values) -> String {
    fill(template, values, inline, begins_sentence)
}

/// Whether what follows this text begins a sentence: the name of a drug is written small elsewhere.
fn begins_sentence(before: &str) -> bool {
    let before = before.trim_end_matches('*');
    before.is_empty() || [". ", ".** ", "? "].iter().any(|end| before.ends_with(end))
}

/// The text with a capital at its head.
pub(super) fn capitalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_capitalised(&mut out, text);
    out
}

/// The same at the end of a text.
pub(super) fn push_capitalised(out: &mut String, text: &str) {
    let mut chars = text.chars();
    if let Some(first) = chars.next() {
        out.extend(first.to_uppercase());
        out.push_str(chars.as_str());
    }
}

fn fill(template: &str, values: &Values, written: impl Fn(&str) -> Cow<'_, str>, begins: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, name, after)) = next_placeholder(rest) {
        out.push_str(before);
        let value = values.get(name).map_or(Cow::Borrowed("not known"), |value| written(value));
        if begins(&out) {
            push_capitalised(&mut out, &value);
        } else {
            out.push_str(&value);
        }
        rest = after;
    }
    out + rest
}

fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (_, name, after) = next_placeholder(rest)?;
        rest = after;
        Some(name)
    })
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = r#"
        title = "T"
        hooks = ["patient-view"]
        sources = ["S 2026"]
        override = [{ code = "already-done", display = "already done" }]
        [text.one]
        indicator = "info"
        summary = "{drug} on {date}"
        advice = ["{drug}"]
    "#;

    #[test]
    fn every_defect_of_a_card_is_reported() {
        let defects = Wording::read(CARD, &["two"], &["drug"]).expect_err("three defects");
        assert_eq!(defects, ["no text `two`", "text `one` belongs to no variant", "text `one`: nobody fills {date}"]);
        assert!(Wording::read(CARD, &["one"], &["drug", "date"]).is_ok());
    }

    #[test]
    fn names_are_filled() {
        let values = Values::from([("drug", "a_b".to_owned())]);
        assert_eq!(filled("x {drug} y", &values), "x a_b y");
        assert_eq!(filled_markdown("x {drug} y", &values), r"x a\_b y");
        assert_eq!(filled_markdown("{drug} y", &values), r"A\_b y");
        assert_eq!(filled_markdown("**{drug} y.** {drug} z. {drug}: {drug}", &values), r"**A\_b y.** A\_b z. A\_b: a\_b");
        assert_eq!(filled("{date}", &values), "not known");
    }
}
