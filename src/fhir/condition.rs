//! Condition.

use crate::clinical::chart::{AdherenceFact, Certainty, Condition};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Day, GroupSet, Span, System, When};

use super::answer::element;
use super::date::{self, Dated};
use super::reading::{Reading, by_text, modified};
use super::record::Item;
use super::view::{Concept, Extension, Faults, Leaf, Meta, Period, Quantity, Range, Reference, Text, View, view};

view! {
    ConditionView<'a> {
        meta: Option<Meta<'a>> = "meta",
        clinical: Option<Concept<'a>> = "clinicalStatus",
        verification: Option<Concept<'a>> = "verificationStatus",
        category: Vec<Concept<'a>> = "category",
        code: Option<Concept<'a>> = "code",
        onset: Option<Text<'a>> = "onsetDateTime",
        onset_age: Option<Quantity<'a>> = "onsetAge",
        onset_period: Option<Period<'a>> = "onsetPeriod",
        onset_range: Option<Range<'a>> = "onsetRange",
        abatement: Option<Text<'a>> = "abatementDateTime",
        abatement_age: Option<Quantity<'a>> = "abatementAge",
        abatement_period: Option<Period<'a>> = "abatementPeriod",
        abatement_text: Option<Text<'a>> = "abatementString",
        abatement_boolean: Option<bool> = "abatementBoolean",
        recorded: Option<Text<'a>> = "recordedDate",
        encounter: Option<Reference<'a>> = "encounter",
        modifiers: Vec<Extension<'a>> = "modifierExtension",
        extensions: Vec<Extension<'a>> = "extension",
    }
}

/// When a diagnosis began, ended and was written down.
struct Times {
    onset: Option<When>,
    abatement: Option<When>,
    /// Said to have ended, without a date.
    ended: bool,
    recorded: Option<Day>,
    /// The day of the encounter it was made in.
    encountered: Option<Day>,
}

/// Reads one diagnosis: accepted, refuted, or none of the groups of the tables.
pub(super) fn read<'a>(reading: &mut Reading<'_, 'a>, item: &Item<'a>) {
    let knowledge = reading.knowledge;
    let told = reading.diagnoses.read("code", item.members, &mut Faults::default(), |from, faults| {
        let code = Concept::take(from, faults).unwrap_or_default();
        (groups(knowledge, &code), is_in_words_only(knowledge, &code))
    });
    let (groups, is_in_words_only) = told.unwrap_or((GroupSet::EMPTY, false));
    if groups.is_empty() {
        if is_in_words_only {
            reading.unread(&item.source, "a diagnosis in words only, without a code the tables know");
        }
        return;
    }
    let code: Concept<'a> = element(item.members, "code").unwrap_or_default();
    let mut faults = Faults::default();
    let view = ConditionView::of(item.members, &mut faults);
    let birth = reading.birth();
    let mut times = times(&view, birth, &mut faults);
    times.encountered = encountered(reading, &view);
    match accepted(reading, &view, &times) {
        Err(why) => reading.unread(&item.source, why),
        Ok(certainty) => {
            let condition = condition(reading, item, &view, &code, groups, certainty, times);
            adherence(reading, &condition);
            match certainty {
                Certainty::Refuted => reading.chart.refuted.push(condition),
                Certainty::Confirmed | Certainty::Provisional => reading.chart.conditions.push(condition),
            }
        }
    }
    reading.faults(&item.source, &faults);
}

/// The groups of its codes; where the tables know none of them, those of rows without a verified code that its words name. A diagnosis
/// in words only is never matched (rules.md 17).
fn groups(knowledge: &Knowledge, code: &Concept<'_>) -> GroupSet {
    let groups = knowledge.condition_groups(code.codes());
    let is_coded = code.codes().next().is_some();
    if groups.is_empty() && is_coded { knowledge.condition_groups_in(code.wordings()) } else { groups }
}

/// Whether its words might matter, and no code says more.
fn is_in_words_only(knowledge: &Knowledge, code: &Concept<'_>) -> bool {
    let is_coded = code.codes().any(|code| matches!(code.system, System::Icd10 | System::Snomed));
    !is_coded && code.wordings().any(|words| knowledge.looks_relevant(words))
}

fn accepted(reading: &Reading<'_, '_>, view: &ConditionView<'_>, times: &Times) -> Result<Certainty, String> {
    let status = |code: &str| view.verification.as_ref().is_some_and(|concept| concept.is_any(&[code]));
    if status("entered-in-error") {
        return Err("entered in error".to_owned());
    }
    if let Some(why) = modified(&view.modifiers) {
        return Err(why);
    }
    let after = |day: Option<Day>| day.is_some_and(|day| day > reading.as_of);
    if after(times.onset.map(|onset| onset.first)) || after(times.recorded) {
        return Err(reading.dated_after());
    }
    if status("refuted") {
        return Ok(Certainty::Refuted);
    }
    let unsure = ["unconfirmed", "provisional", "differential"].iter().any(|code| status(code));
    Ok(if unsure { Certainty::Provisional } else { Certainty::Confirmed })
}

fn condition<'a>(
    reading: &Reading<'_, 'a>,
    item: &Item<'a>,
    view: &ConditionView<'a>,
    code: &Concept<'a>,
    groups: GroupSet,
    certainty: Certainty,
    times: Times,
) -> Condition {
    let status = |codes: &[&str]| view.clinical.as_ref().is_some_and(|concept| concept.is_any(codes));
    let known = ["active", "recurrence", "relapse", "remission", "inactive", "resolved"];
    let status_given = status(&known);
    let category = |word: &str| view.category.iter().any(|concept| concept.is_any(&[word]));
    let listed = view.category.is_empty() || category("problem-list-item") || category("health-concern");
    let encounter_diagnosis = category("encounter-diagnosis");
    let fresh_days = reading.knowledge.parameters().encounter_diagnosis_days;
    let fresh = times.recorded.or(times.encountered).is_some_and(|day| reading.as_of - day <= fresh_days);
    let current = if status_given {
        status(&["active", "recurrence", "relapse"])
    } else {
        !times.abated(reading.as_of) && (listed || !encounter_diagnosis || fresh)
    };
    let recognised = code.codes().find(|code| !reading.knowledge.condition_groups([*code]).is_empty());
    Condition {
        source: item.source.clone(),
        groups,
        code: recognised.map(|code| code.code.to_owned()).unwrap_or_default(),
        label: if recognised.is_some() { code.label().to_owned() } else { by_text(code.label()) },
        certainty,
        current,
        in_remission: status(&["remission"]),
        status_given,
        encounter_diagnosis: encounter_diagnosis && !(category("problem-list-item") || category("health-concern")),
        onset: times.onset,
        abatement: times.abatement.filter(|abatement| abatement.first <= reading.as_of),
        recorded: times.recorded,
        updated: view.meta.as_ref().and_then(|meta| meta.updated.as_deref()).and_then(date::date).map(|at| at.when.first),
    }
}

fn times(view: &ConditionView<'_>, birth: Option<When>, faults: &mut Faults) -> Times {
    let when = |dated: Option<Dated>| dated.map(|dated| dated.when);
    let at_age = |age: &Quantity<'_>| at_age(birth?, age);
    let (onset_start, _) = date::ends("onsetPeriod", view.onset_period.as_ref(), faults);
    let lowest = view.onset_range.as_ref().and_then(|range| range.low.as_ref());
    let onset = when(date::of("onsetDateTime", view.onset.as_ref(), faults))
        .or(when(onset_start))
        .or_else(|| view.onset_age.as_ref().or(lowest).and_then(at_age));
    let (abated_from, abated_to) = date::ends("abatementPeriod", view.abatement_period.as_ref(), faults);
    let abatement = when(date::of("abatementDateTime", view.abatement.as_ref(), faults))
        .or(when(abated_to.or(abated_from)))
        .or_else(|| view.abatement_age.as_ref().and_then(at_age));
    let asserted = |extension: &Extension<'_>| {
        let url = extension.url.as_deref()?;
        url.ends_with("/condition-assertedDate").then(|| date::date(extension.date_time.as_deref()?)).flatten()
    };
    let recorded = date::of("recordedDate", view.recorded.as_ref(), faults).or_else(|| view.extensions.iter().find_map(asserted));
    let untimed = view.abatement_text.is_some() || view.abatement_boolean == Some(true);
    Times { onset, abatement, ended: untimed, recorded: recorded.map(|at| at.when.first), encountered: None }
}

impl Times {
    /// Whether it had ended by this day.
    fn abated(&self, as_of: Day) -> bool {
        self.ended || self.abatement.is_some_and(|abatement| abatement.first <= as_of)
    }
}

view! {
    /// The encounter a diagnosis was made in.
    Made<'a> {
        period: Option<Period<'a>> = "period",
    }
}

fn encountered(reading: &Reading<'_, '_>, view: &ConditionView<'_>) -> Option<Day> {
    let encounter = reading.find("Encounter", view.encounter.as_ref()?.reference.as_deref()?, &[])?;
    let start = encounter.view::<Made<'_>>()?.period?.start?;
    date::date(&start).map(|at| at.when.first)
}

/// The birthday of an age, known as well as the birth date is.
fn at_age(birth: When, age: &Quantity<'_>) -> Option<When> {
    let value = age.value.filter(|value| (0.0..130.0).contains(value))?;
    let unit = age.code.as_deref().or(age.unit.as_deref()).unwrap_or("a");
    let after = |day: Day| match unit {
        "a" | "yr" | "year" | "years" => Some(day.plus_years(value as i32)),
        "mo" | "month" | "months" => Some(day + (value * 30.4375) as i32),
        "wk" | "week" | "weeks" => Some(day + (value * 7.0) as i32),
        "d" | "day" | "days" => Some(day + value as i32),
        _ => None,
    };
    Some(When { first: after(birth.first)?, last: after(birth.last)? })
}

/// A coded fact about adherence that names no drug (Z91.14-, Z91.12-).
fn adherence(reading: &mut Reading<'_, '_>, condition: &Condition) {
    let day = condition.recorded.or(condition.onset.map(|onset| onset.first)).or(condition.updated);
    let counts = condition.groups.has(ConditionGroup::CautionAdherence) && condition.certainty != Certainty::Refuted;
    if let (true, Some(day)) = (counts, day) {
        reading.chart.adherence.push(AdherenceFact {
            source: condition.source.clone(),
            ingredient: None,
            span: Span::of(day),
            non_adherent: true,
            label: condition.label.clone(),
        });
    }
}
