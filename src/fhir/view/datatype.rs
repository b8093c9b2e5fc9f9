//! The datatypes of FHIR that many resources share, as far as they are read.

use super::Text;
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Code, Meaning, System};

view! {
    /// A code with its words.
    Coding<'a> {
        system: Option<Text<'a>> = "system",
        code: Option<Text<'a>> = "code",
        display: Option<Text<'a>> = "display",
    }
}

view! {
    /// Several codes for one thing.
    Concept<'a> {
        coding: Vec<Coding<'a>> = "coding",
        text: Option<Text<'a>> = "text",
    }
}

view! {
    /// A pointer to another resource.
    Reference<'a> {
        reference: Option<Text<'a>> = "reference",
        display: Option<Text<'a>> = "display",
    }
}

view! {
    /// A number with a unit; also Duration and Age.
    Quantity<'a> {
        value: Option<f64> = "value",
        unit: Option<Text<'a>> = "unit",
        code: Option<Text<'a>> = "code",
    }
}

view! {
    /// From one quantity to another.
    Range<'a> {
        low: Option<Quantity<'a>> = "low",
        high: Option<Quantity<'a>> = "high",
    }
}

view! {
    /// From one time to another.
    Period<'a> {
        start: Option<Text<'a>> = "start",
        end: Option<Text<'a>> = "end",
    }
}

view! {
    /// What goes beyond the standard elements.
    Extension<'a> {
        url: Option<Text<'a>> = "url",
        concept: Option<Concept<'a>> = "valueCodeableConcept",
        code: Option<Text<'a>> = "valueCode",
        text: Option<Text<'a>> = "valueString",
        date_time: Option<Text<'a>> = "valueDateTime",
        decimal: Option<f64> = "valueDecimal",
        inner: Vec<Extension<'a>> = "extension",
    }
}

view! {
    /// About the resource itself.
    Meta<'a> {
        version: Option<Text<'a>> = "versionId",
        updated: Option<Text<'a>> = "lastUpdated",
    }
}

impl Concept<'_> {
    /// Its words: the text, else the first display, else the first code; empty where it has none.
    pub(in crate::fhir) fn label(&self) -> &str {
        let display = self.coding.iter().find_map(|coding| coding.display.as_deref());
        let code = self.coding.iter().find_map(|coding| coding.code.as_deref());
        self.text.as_deref().filter(|text| !text.trim().is_empty()).or(display).or(code).unwrap_or_default()
    }

    /// Its codes in the terminologies of the tables.
    pub(in crate::fhir) fn codes(&self) -> impl Iterator<Item = Code<'_>> {
        self.coding.iter().filter_map(Coding::known)
    }

    /// Whether one of its codes, in whatever system, is one of these words of FHIR.
    pub(in crate::fhir) fn is_any(&self, codes: &[&str]) -> bool {
        self.coding.iter().filter_map(|coding| coding.code.as_deref()).any(|code| codes.contains(&code))
    }

    /// What its codes say, by the table of meanings.
    pub(in crate::fhir) fn meanings(&self, knowledge: &'static Knowledge) -> impl Iterator<Item = Meaning> {
        self.coding.iter().filter_map(|coding| coding.code.as_deref()).filter_map(|code| knowledge.meaning(code))
    }

    /// What its words say, by the rows of the tables that have no verified code.
    pub(in crate::fhir) fn meanings_by_text(&self, knowledge: &'static Knowledge) -> impl Iterator<Item = Meaning> {
        self.wordings().flat_map(|words| knowledge.meanings_in(words))
    }

    /// Whether one of its codes says this, or its words where the tables have no verified code.
    pub(in crate::fhir) fn says(&self, meaning: Meaning, knowledge: &'static Knowledge) -> bool {
        self.meanings(knowledge).chain(self.meanings_by_text(knowledge)).any(|said| said == meaning)
    }

    /// Every wording it has: displays, then the text.
    pub(in crate::fhir) fn wordings(&self) -> impl Iterator<Item = &str> {
        self.coding.iter().filter_map(|coding| coding.display.as_deref()).chain(self.text.as_deref())
    }
}

impl Coding<'_> {
    /// The code with its system; `None` without a code.
    pub(in crate::fhir) fn known(&self) -> Option<Code<'_>> {
        let code = self.code.as_deref()?.trim();
        Some(Code { system: self.system.as_deref().map_or(System::Other, System::of), code })
    }
}
