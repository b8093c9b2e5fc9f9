//! The stories that the demo page offers: worked patients of `fixtures/cases`, compiled in.
//!
//! Not all of them: those that show one thing each and read well, by the question that they answer. The others are files like these,
//! to be pasted.

use std::fmt;

use serde::Deserialize;

use crate::clinical::units::Day;

/// Words of a name that are written in capitals.
const ABBREVIATIONS: [&str; 4] = ["mdq", "ptsd", "tms", "tsh"];

/// A worked patient.
#[derive(Debug, PartialEq, Eq)]
pub struct Story {
    /// The name of its folder.
    pub name: &'static str,
    /// The record: a FHIR Bundle.
    pub bundle: &'static str,
    case: &'static str,
}

/// What is told of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Who this is, in a sentence.
    pub who: String,
    /// What should happen.
    pub expect: String,
    /// The day of assessment.
    pub as_of: Day,
}

/// Stories that answer one question.
pub(super) struct Group {
    pub(super) question: &'static str,
    pub(super) stories: &'static [Story],
}

/// `case.toml`, as far as it is told here.
#[derive(Deserialize)]
struct RawCase {
    who: String,
    expect: String,
    as_of: String,
}

impl Story {
    /// What is told of it.
    pub fn case(&self) -> Case {
        let raw: RawCase = toml::from_str(self.case).expect("a test reads every case that is compiled in");
        let as_of = raw.as_of.parse().expect("a test reads every case that is compiled in");
        Case { who: raw.who, expect: raw.expect, as_of }
    }

    /// Its name in words.
    pub fn title(&self) -> String {
        let word = |(index, word): (usize, &str)| match word {
            _ if ABBREVIATIONS.contains(&word) => word.to_uppercase(),
            _ if index == 0 => word[..1].to_uppercase() + &word[1..],
            _ => word.to_owned(),
        };
        self.name.split('-').enumerate().map(word).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every story that is compiled in.
pub fn stories() -> impl Iterator<Item = &'static Story> {
    GROUPS.iter().flat_map(|group| group.stories)
}

/// The story of this name.
pub fn story(name: &str) -> Option<&'static Story> {
    stories().find(|story| story.name == name)
}

macro_rules! told {
    ($($name:literal),* $(,)?) => {
        &[$(Story {
            name: $name,
            bundle: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cases/", $name, "/bundle.json")),
            case: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cases/", $name, "/case.toml")),
        }),*]
    };
}

pub(super) static GROUPS: [Group; 5] = [
    Group {
        question: "Was it really tried?",
        stories: told![
            "ten-weeks-below-the-minimum",
            "bupropion-never-raised",
            "one-day-short-of-settling-after-an-increase",
            "sixty-good-days-after-a-gap-of-thirty",
            "ordered-but-never-dispensed",
            "trazodone-at-night-is-no-trial",
            "two-trials-of-one-drug-count-once",
            "aripiprazole-added-after-two-weeks",
        ],
    },
    Group {
        question: "It was tried: what next?",
        stories: told![
            "cross-taper-with-two-adequate-failures",
            "three-failures-the-last-on-nortriptyline",
            "third-trial-on-day-14-after-two-failures",
            "three-adequate-trials-and-one-score",
            "response-lost-on-venlafaxine",
            "tms-course-interrupted-six-days-ago",
            "pregnant-18-weeks-by-status-after-one-failure",
        ],
    },
    Group {
        question: "Is it something else?",
        stories: told![
            "mdq-positive-beside-two-failures",
            "mania-recorded-on-venlafaxine",
            "tsh-14-beside-two-failures",
            "untreated-sleep-apnoea-beside-one-failure",
            "prednisone-two-weeks-before-the-trial",
            "oxycodone-for-120-days-and-back-pain",
        ],
    },
    Group {
        question: "Does anything endanger?",
        stories: told![
            "positive-suicide-item-on-day-20",
            "psychotic-depression-on-day-10",
            "lithium-with-ibuprofen-and-two-scores-on-a-day",
            "citalopram-with-donepezil-in-alzheimers-disease",
            "tranylcypromine-ten-days-after-phenelzine",
            "no-sodium-since-escitalopram-at-68",
        ],
    },
    Group {
        question: "When does it stay silent, or say that it does not know?",
        stories: told![
            "a-year-in-remission-on-escitalopram",
            "response-without-remission",
            "everything-in-plain-text",
            "medication-list-that-failed-to-load",
            "sertraline-for-ptsd-without-depression",
            "seventeen-years-old-with-a-positive-suicide-item",
        ],
    },
];
