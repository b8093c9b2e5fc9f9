//! FamilyMemberHistory.

use crate::clinical::chart::{FamilyHistory, Relative};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Meaning, System};

use super::date;
use super::reading::Reading;
use super::record::Item;
use super::view::{Concept, Extension, Faults, Text, View, view};

view! {
    FamilyView<'a> {
        status: Option<Text<'a>> = "status",
        date: Option<Text<'a>> = "date",
        relationship: Option<Concept<'a>> = "relationship",
        condition: Vec<FamilyCondition<'a>> = "condition",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

view! {
    FamilyCondition<'a> {
        code: Option<Concept<'a>> = "code",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
    }
}

/// Parents, siblings and children by word.
const FIRST_DEGREE_WORDS: [&str; 14] = [
    "mother",
    "father",
    "parent",
    "brother",
    "sister",
    "sibling",
    "son",
    "daughter",
    "child",
    "twin",
    "natural mother",
    "natural father",
    "biological mother",
    "biological father",
];

/// How words for bipolar disorder begin: of a relative no other diagnosis is asked for (rules.md 7).
const BIPOLAR_BEGINS: [&str; 5] = ["bipolar", "manic", "mania", "hypoman", "cyclothym"];

/// Reads the diagnoses of a relative. A modifier extension that may deny them (a negative result) leaves them out.
pub(super) fn read<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let mut faults = Faults::default();
    let view = FamilyView::of(item.members, &mut faults);
    let relevant = |condition: &&FamilyCondition<'_>| {
        condition.code.as_ref().is_some_and(|code| !reading.knowledge.condition_groups(code.codes()).is_empty())
    };
    let conditions: Vec<&FamilyCondition<'_>> = view.condition.iter().filter(relevant).collect();
    if conditions.is_empty() {
        return in_words_only(reading, item, &view);
    }
    let recorded = date::of("date", view.date.as_ref(), &mut faults);
    let why = match view.status.as_deref() {
        Some("completed" | "partial") if reading.is_future(recorded) => Some(reading.dated_after()),
        Some("completed" | "partial") if !view.modifiers.is_empty() => Some("has a modifier extension that may deny it".to_owned()),
        Some("completed" | "partial") => None,
        Some("health-unknown") => return,
        Some("entered-in-error") => Some("entered in error".to_owned()),
        _ => Some("has no status that is known".to_owned()),
    };
    if let Some(why) = why {
        return reading.unread(&item.source, why);
    }
    let relative = view.relationship.as_ref().map_or(Relative::Other, |relationship| relative(relationship, reading.knowledge));
    let relationship = view.relationship.as_ref().map(|relationship| relationship.label().to_owned()).unwrap_or_default();
    for condition in conditions {
        if !condition.modifiers.is_empty() {
            reading.unread(&item.source, "a diagnosis with a modifier extension that may deny it");
            continue;
        }
        let code = condition.code.clone().unwrap_or_default();
        let groups = reading.knowledge.condition_groups(code.codes());
        let recorded = recorded.map(|at| at.when.first);
        let label = code.label().to_owned();
        let (source, relationship) = (item.source.clone(), relationship.clone());
        reading.chart.family.push(FamilyHistory { source, relative, relationship, groups, label, recorded });
    }
    reading.faults(&item.source, &faults);
}

/// A diagnosis in words is never matched (rules.md 17); one that would bear on the bipolar question is told.
fn in_words_only<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>, view: &FamilyView<'a>) {
    let counts = matches!(view.status.as_deref(), Some("completed" | "partial"));
    let near = view.relationship.as_ref().is_some_and(|of| relative(of, reading.knowledge) == Relative::FirstDegree);
    let coded = |code: &Concept<'_>| code.codes().any(|code| matches!(code.system, System::Icd10 | System::Snomed));
    let mut codes = view.condition.iter().filter_map(|condition| condition.code.as_ref());
    if counts && near && codes.any(|code| !coded(code) && code.wordings().any(names_bipolar)) {
        reading.unread(&item.source, "a diagnosis of a relative in words only, without a code the tables know");
    }
}

fn names_bipolar(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).any(|word| BIPOLAR_BEGINS.iter().any(|begins| word.starts_with(begins)))
}

fn relative(relationship: &Concept<'_>, knowledge: &'static Knowledge) -> Relative {
    let word = relationship.wordings().any(|text| FIRST_DEGREE_WORDS.contains(&text.trim().to_ascii_lowercase().as_str()));
    let code = relationship.says(Meaning::RelativeFirstDegree, knowledge);
    if code || word { Relative::FirstDegree } else { Relative::Other }
}
