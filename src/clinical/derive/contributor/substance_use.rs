//! Substance use (rules.md 8).
//!
//! Present: a current diagnosis that is not in remission (tobacco is none, nor is caffeine), a positive AUDIT-C, AUDIT or DAST-10 of the last 180
//! days. A positive AUDIT-C below 5 alone is a line. A code of withdrawal or intoxication is to be treated first while it is recent.
//! Of the alcohol screens the newest wins. Never in a summary: screens are seen by others.

use super::super::ground::Ground;
use super::super::taken::{Lane, Taken};
use super::lab::{self, Lab};
use super::verdict::{Verdict, named, sources, written};
use super::{Contributor, ContributorWeight};
use crate::clinical::chart::{Condition, Sex};
use crate::clinical::units::{ConditionGroup, Day, Days, DrugGroup, Instrument, SourceRef};

const ID: &str = "substance-use";

/// The items of the AUDIT-C, summed where no total stands.
const AUDIT_C_ITEMS: [Instrument; 3] = [Instrument::AuditCItem1, Instrument::AuditCItem2, Instrument::AuditCItem3];

/// What tells of it.
const SCREENS: [Instrument; 3] = [Instrument::AuditC, Instrument::Audit, Instrument::Dast10];

/// A screen with its verdict.
#[derive(Debug, Clone)]
pub struct Screen {
    /// The day.
    pub on: Day,
    /// The records.
    pub basis: Vec<SourceRef>,
    told: String,
    result: ScreenResult,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ScreenResult {
    Negative,
    /// It hangs on a sex that is not on file.
    NotTold,
    Line,
    Alongside,
}

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    let codes: Vec<&Condition> =
        ground.current_conditions(ConditionGroup::ContributorSubstanceUse).filter(|code| !is_caffeine(code)).collect();
    let urgent = urgent(ground);
    let (alcohol, drugs) = (alcohol(ground), dast(ground));
    let screens: Vec<&Screen> = alcohol.iter().chain(&drugs).collect();
    let positive: Vec<&Screen> = screens.iter().copied().filter(|screen| screen.result >= ScreenResult::Line).collect();
    let weight = if !urgent.is_empty() {
        ContributorWeight::TreatFirst
    } else if !codes.is_empty() || positive.iter().any(|screen| screen.result == ScreenResult::Alongside) {
        ContributorWeight::Alongside
    } else if !positive.is_empty() {
        ContributorWeight::Line
    } else {
        return not_positive(ground, alcohol, drugs);
    };
    let mut conditions = urgent;
    conditions.extend(codes.iter().filter(|code| !conditions.iter().any(|other| other.source == code.source)).collect::<Vec<_>>());
    let mut label: Vec<String> = Vec::new();
    if !conditions.is_empty() {
        label.push(named(&conditions));
    }
    label.extend(positive.iter().map(|screen| format!("{}: screen positive", screen.told)));
    let mut basis: Vec<SourceRef> = sources(&conditions);
    basis.extend(positive.iter().flat_map(|screen| screen.basis.iter().cloned()));
    let treatment: Vec<&Taken<'_>> =
        ground.being_taken_of(DrugGroup::SubstanceUseTreatment).filter(|drug| drug.lane == Lane::Ordinary).collect();
    if !treatment.is_empty() {
        label.push(format!("{} taken", treatment.iter().map(|drug| drug.ingredient.name()).collect::<Vec<_>>().join(", ")));
        let last = treatment.iter().filter_map(|drug| drug.timeline.exposures.last());
        basis.extend(last.flat_map(|exposure| exposure.records.iter().map(|record| record.source.clone())));
    }
    Contributor::present(ID, weight, None, label.join("; "), basis).treated(!treatment.is_empty()).into()
}

/// Caffeine shares the codes of stimulants (F15) and is no substance use here: only the words tell it (rules.md 8).
fn is_caffeine(condition: &Condition) -> bool {
    condition.label.to_ascii_lowercase().contains("caffeine")
}

/// Current codes of withdrawal and intoxication that are recent enough.
fn urgent<'a>(ground: &Ground<'a>) -> Vec<&'a Condition> {
    let parameters = ground.parameters();
    let within = |group, days: Days| {
        let recent = move |condition: &&Condition| written(condition).is_some_and(|written| ground.as_of - written <= days);
        ground.current_conditions(group).filter(recent).filter(|code| !is_caffeine(code))
    };
    let mut found: Vec<&Condition> = within(ConditionGroup::SubstanceWithdrawalSedative, parameters.substance_withdrawal_days)
        .chain(within(ConditionGroup::SubstanceWithdrawalOther, parameters.substance_withdrawal_days))
        .chain(within(ConditionGroup::SubstanceIntoxication, parameters.substance_intoxication_days))
        .collect();
    found.sort_by(|a, b| a.source.cmp(&b.source));
    found.dedup_by(|a, b| a.source == b.source);
    found
}

/// No diagnosis, no positive screen: clear needs an alcohol and a drug screen.
fn not_positive(ground: &Ground<'_>, alcohol: Option<Screen>, drugs: Option<Screen>) -> Verdict {
    let days = ground.parameters().substance_screen_days;
    let basis: Vec<SourceRef> = alcohol.iter().chain(&drugs).flat_map(|screen| screen.basis.clone()).collect();
    if let Some(screen) = alcohol.as_ref().filter(|screen| screen.result == ScreenResult::NotTold) {
        let text = format!("{}: not judged, since the limit hangs on sex, which is not on file", screen.told);
        return Verdict::none().and_note("audit-c-limit", text, basis);
    }
    if !lab::all_read_with_diagnoses(ground, &SCREENS) {
        return Verdict::unknown("substance use");
    }
    match (alcohol, drugs) {
        (Some(alcohol), Some(drugs)) => Contributor::clear(ID, format!("{}, {}: negative", alcohol.told, drugs.told), basis).into(),
        (Some(alcohol), None) => {
            Contributor::not_checked(ID, format!("{}: negative; no drug screen within {days} days", alcohol.told), basis).into()
        }
        (None, Some(drugs)) => {
            Contributor::not_checked(ID, format!("{}: negative; no alcohol screen within {days} days", drugs.told), basis).into()
        }
        (None, None) => Contributor::not_checked(ID, format!("no alcohol or drug screen within {days} days"), basis).into(),
    }
}

/// The newest alcohol screen; of two on one day the one that says more.
pub fn alcohol(ground: &Ground<'_>) -> Option<Screen> {
    let audit = recent(ground, Instrument::Audit).map(|lab| {
        let positive = lab.value >= f64::from(ground.parameters().audit_positive_from);
        let result = if positive { ScreenResult::Alongside } else { ScreenResult::Negative };
        Screen { on: lab.on, basis: vec![lab.source()], told: lab.told("AUDIT", ""), result }
    });
    [audit, audit_c(ground)].into_iter().flatten().max_by_key(|screen| (screen.on, screen.result))
}

/// The newest drug screen.
pub fn dast(ground: &Ground<'_>) -> Option<Screen> {
    let lab = recent(ground, Instrument::Dast10)?;
    let positive = lab.value >= f64::from(ground.parameters().dast_10_positive_from);
    let result = if positive { ScreenResult::Alongside } else { ScreenResult::Negative };
    Some(Screen { on: lab.on, basis: vec![lab.source()], told: lab.told("DAST-10", ""), result })
}

fn recent<'a>(ground: &Ground<'a>, instrument: Instrument) -> Option<Lab<'a>> {
    lab::newest_within(ground, instrument, ground.parameters().substance_screen_days)
}

fn audit_c(ground: &Ground<'_>) -> Option<Screen> {
    let total = recent(ground, Instrument::AuditC);
    let summed = audit_c_of_items(ground).filter(|(on, ..)| total.is_none_or(|total| *on > total.on));
    let (on, value, basis) = summed.or_else(|| total.map(|total| (total.on, total.value, vec![total.source()])))?;
    Some(Screen { on, basis, told: format!("AUDIT-C {} on {on}", lab::number(value)), result: audit_c_result(ground, value) })
}

/// The sum of the three items of one day, where all three are there.
fn audit_c_of_items(ground: &Ground<'_>) -> Option<(Day, f64, Vec<SourceRef>)> {
    let items: Vec<Lab<'_>> = AUDIT_C_ITEMS.iter().map(|item| recent(ground, *item)).collect::<Option<_>>()?;
    let on = items.first()?.on;
    let together = items.iter().all(|item| item.on == on);
    together.then(|| (on, items.iter().map(|item| item.value).sum(), items.iter().map(Lab::source).collect()))
}

fn audit_c_result(ground: &Ground<'_>, value: f64) -> ScreenResult {
    let parameters = ground.parameters();
    let (men, women) = (f64::from(parameters.audit_c_positive_men), f64::from(parameters.audit_c_positive_women));
    let (low, high) = match ground.chart.patient.as_ref().and_then(|patient| patient.sex) {
        Some(Sex::Male) => (men, men),
        Some(Sex::Female) => (women, women),
        Some(Sex::Other) | None => (women.min(men), women.max(men)),
    };
    if value < low {
        ScreenResult::Negative
    } else if value < high {
        ScreenResult::NotTold
    } else if value < f64::from(parameters.audit_c_alongside_from) {
        ScreenResult::Line
    } else {
        ScreenResult::Alongside
    }
}
