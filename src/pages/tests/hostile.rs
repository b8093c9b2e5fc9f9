//! Text of the record, whatever stands in it, changes the words of a page and never its markup.

use proptest::prelude::*;
use serde_json::json;

use super::super::*;
use crate::clinical::cards::{Card, CardCode, Indicator, Proposal, Suggestion, escape_markdown};
use crate::clinical::derive::sample::{TODAY, chart, day, dispensed, phq9};
use crate::clinical::derive::{
    Assessment, BipolarIndicator, BipolarState, Contributor, ContributorStatus, ContributorWeight, IndicatorWeight, Note, Unread, assess,
};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Instrument, SourceRef};
use crate::hooks::{CardDialect, response};

/// An assessment with a trial, whose every text of the record is this one.
fn assessment(text: &str) -> Assessment {
    let record = chart(vec![dispensed("m1", "sertraline", 50.0, "2025-12-01", 90)], vec![phq9("o1", 18, "2025-11-28")]);
    let mut assessment = assess(&record, Knowledge::builtin(), day(TODAY));
    let (label, basis) = (text.to_owned(), vec![SourceRef::new(text)]);
    let note = Note { id: "not-understood", text: label.clone(), basis: basis.clone() };
    assessment.patient.id = Some(label.clone());
    assessment.notes.push(note.clone());
    assessment.trials[0].notes.push(note);
    assessment.trials[0].basis = basis.clone();
    assessment.phq9_scores[0].source = SourceRef::new(text);
    assessment.unread.push(Unread { source: SourceRef::new(text), why: label.clone() });
    assessment.bipolar.state = BipolarState::Open;
    assessment.bipolar.indicators.push(BipolarIndicator {
        id: "x",
        weight: IndicatorWeight::Strong,
        label: label.clone(),
        basis: basis.clone(),
    });
    let (status, weight) = (ContributorStatus::Present, ContributorWeight::Alongside);
    assessment.contributors.push(Contributor { id: "x", status, treated: false, weight, label, basis, short: None });
    assessment
}

/// A card as a rule makes it: what comes from the record is escaped in its detail.
fn card(text: &str) -> Card {
    Card {
        code: CardCode::Measure,
        variant: None,
        indicator: Indicator::Warning,
        summary: format!("x {text}"),
        detail: format!("**{0}**\n\n- {0}\n\n| a |\n|---|\n| {0} |\n\n### Details\n\n{0}", escape_markdown(text)),
        title: "Response cannot be judged",
        override_reasons: Vec::new(),
        suggestions: vec![Suggestion { label: format!("x {text}"), proposal: Proposal::Lab(Instrument::Tsh) }],
        links: Vec::new(),
        ground: String::new(),
        facts: Vec::new(),
    }
}

fn page(text: &str) -> String {
    let assessment = assessment(text);
    let cards = [card(text)];
    let draft = |_| serde_json::value::RawValue::from_string("{}".to_owned()).ok();
    let call = HookCall { service: "trialwise-patient-view", request: &visible_json(&json!({ "text": text })) };
    outcome(&Outcome {
        assessment: &assessment,
        cards: &cards,
        response: &response(&cards, None, CardDialect::default(), draft),
        call: Some(call),
        knowledge: Knowledge::builtin(),
        origin: Origin::Pasted(Entry { record: text, as_of: text }),
    })
}

/// The markup of a page without its words: elements and the names of their attributes, in order.
fn skeleton(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let mut element = String::new();
        let mut quoted = false;
        let mut end = after.len();
        for (at, c) in after.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    end = at;
                    break;
                }
                _ if quoted => {}
                _ => element.push(c),
            }
        }
        found.push(element);
        rest = &after[end..];
    }
    found
}

const HOSTILE: [&str; 14] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onload='alert(1)",
    "</textarea></pre></title></svg><script>alert(1)</script>",
    "]]><!-- --><![CDATA[",
    "&lt;script&gt;&#60;script&#62;",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example>",
    "a\u{0}b\u{1b}[31m\u{8}\u{7f}\u{85}",
    "a\u{202e}b\u{2066}c\u{200f}d\u{feff}",
    "| a | b |\n|---|---|\n# head\n- item\n```\ncode\n```",
    "\u{1F600} 漢字 ß é",
    "${7*7} {{7*7}} <%= 7 %> (value)",
    "</style><link rel=stylesheet href=//evil.example>",
];

#[test]
fn hostile_text_is_words_and_no_markup() {
    let plain = skeleton(&page("x"));
    assert!(plain.len() > 200, "{} elements", plain.len());
    for text in HOSTILE {
        assert_eq!(skeleton(&page(&format!("x {text} x"))), plain, "{text}");
    }
}

#[test]
fn a_skeleton_shows_markup_that_came_in() {
    let page = page("x");
    let broken = page.replacen("x</", "<b>x</b></", 1);
    assert!(page != broken && skeleton(&page) != skeleton(&broken));
}

/// But for what was put in, which is given back as it is.
fn without_record(page: &str) -> String {
    let (before, after) = page.split_once("<textarea").expect("the record");
    before.to_owned() + after.split_once("</textarea>").expect("closed").1
}

fn is_harmless(c: char) -> bool {
    c == '\n' || !c.is_control() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_text_of_the_record_changes_the_markup(text in any::<String>(), hostile in prop::sample::select(&HOSTILE[..])) {
        let page = page(&format!("x {text}{hostile} x"));
        prop_assert_eq!(skeleton(&page), skeleton(&self::page("x")));
    }

    #[test]
    fn nothing_that_steers_or_hides_gets_onto_a_page(text in any::<String>(), hostile in prop::sample::select(&HOSTILE[..])) {
        let page = without_record(&page(&format!("x {text}{hostile} x")));
        let steering: Vec<char> = page.chars().filter(|c| !is_harmless(*c)).collect();
        prop_assert!(steering.is_empty(), "{:?}", steering);
    }

    #[test]
    fn json_for_people_means_the_same(text in any::<String>(), hostile in prop::sample::select(&HOSTILE[..])) {
        let value = json!({ "text": format!("{text}{hostile}"), "list": [1.50, null] });
        let shown = visible_json(&value);
        prop_assert!(shown.chars().all(is_harmless));
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("JSON"), value);
    }
}
