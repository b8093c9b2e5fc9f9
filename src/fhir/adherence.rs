//! What records of medicines say of taking them: `not-taken`, the adherence extension of US Core. Never exposure.

use crate::clinical::chart::AdherenceFact;
use crate::clinical::units::Meaning;
use crate::clinical::units::{Day, Ingredient, SourceRef, Span};

use super::date::{self, Dated};
use super::medication_record::{RecordView, told};
use super::reading::Reading;
use super::record::Item;
use super::view::Faults;

/// A statement that a drug is not taken: kept for that drug, within its period.
pub(super) fn not_taken<'a>(
    reading: &mut Reading<'_, 'a>,
    item: &Item<'a>,
    view: &RecordView<'a>,
    (start, end): (Option<Dated>, Option<Dated>),
) {
    let medicine = told(reading, item, view, &[], false, &mut Faults::default()).map(|medicine| (medicine.components, medicine.label));
    let Ok((components, label)) = medicine else { return };
    let as_of = reading.as_of;
    let last = end.map_or(start.map(|start| start.when.last), |end| Some(end.when.last)).map(|last| last.min(as_of));
    let span = start.zip(last).and_then(|(start, last)| Span::new(start.when.first, last));
    for component in &components {
        match span {
            Some(span) => fact(reading, &item.source, Some(component.ingredient), span, true, format!("not taken: {label}")),
            None => reading.unread(&item.source, "said to be not taken, without a day that counts"),
        }
    }
    if !components.is_empty() {
        reading.unread(&item.source, "not taken: never exposure");
    }
}

fn fact(reading: &mut Reading<'_, '_>, source: &SourceRef, ingredient: Option<Ingredient>, span: Span, non_adherent: bool, label: String) {
    reading.chart.adherence.push(AdherenceFact { source: source.clone(), ingredient, span, non_adherent, label });
}

/// The adherence extension of US Core: what is said of taking the drug, on the day it was said.
pub(super) fn extension<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>, view: &RecordView<'a>, start: Option<Day>) {
    for extension in &view.extensions {
        if !extension.url.as_deref().is_some_and(|url| url.ends_with("/us-core-medication-adherence")) {
            continue;
        }
        let part = |name: &str| extension.inner.iter().find(|inner| inner.url.as_deref() == Some(name));
        let Some(said) = part("medicationAdherence").and_then(|inner| inner.concept.as_ref()) else { continue };
        let day = part("dateAsserted").and_then(|inner| inner.date_time.as_deref()).and_then(date::date).map(|at| at.when.first).or(start);
        let Some(day) = day.filter(|day| *day <= reading.as_of) else { continue };
        let words = said.wordings().map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" ");
        // Codes that the table does not know are told by their words.
        let words_of = ["non-compl", "noncompl", "non-adher", "nonadher", "partial", "not take", "not taking", "poor"];
        let non_adherent = said.says(Meaning::AdherencePoor, reading.knowledge) || words_of.iter().any(|part| words.contains(part));
        let Ok(medicine) = told(reading, item, view, &[], false, &mut Faults::default()) else { continue };
        for component in &medicine.components {
            fact(reading, &item.source, Some(component.ingredient), Span::of(day), non_adherent, said.label().to_owned());
        }
    }
}
