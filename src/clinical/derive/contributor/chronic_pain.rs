//! Chronic pain (rules.md 8): a current diagnosis, low back pain only after 90 days, or an opioid for 90 days.

use super::super::ground::Ground;
use super::super::taken::{Lane, Taken};
use super::verdict::{Verdict, named, sources, written};
use super::{Contributor, ContributorWeight};
use crate::clinical::chart::Condition;
use crate::clinical::units::{ConditionGroup, Days, DrugGroup, SourceRef};

const ID: &str = "chronic-pain";

const NAME: &str = "chronic pain";

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    let parameters = ground.parameters();
    let (mut lasting, mut undated) = (Vec::new(), Vec::new());
    for condition in ground.current_conditions(ConditionGroup::ContributorChronicPain) {
        let began = condition.onset.map(|onset| onset.first).or(written(condition));
        match began {
            _ if !condition.groups.has(ConditionGroup::ContributorChronicPainLasting) => lasting.push(condition),
            Some(began) if ground.as_of - began >= parameters.chronic_pain_lasting_days => lasting.push(condition),
            Some(_) => {}
            None => undated.push(condition),
        }
    }
    let opioids: Vec<(&Taken<'_>, Days)> = opioids(ground);
    let verdict = if lasting.is_empty() && opioids.is_empty() { Verdict::none() } else { present(&lasting, &opioids) };
    if undated.is_empty() {
        verdict
    } else {
        let text = format!("{}: not judged, since its begin is not on file", named(&undated));
        verdict.and_note("pain-undated", text, sources(&undated))
    }
}

/// The opioids that are being taken and have been for long enough.
fn opioids<'a>(ground: &Ground<'a>) -> Vec<(&'a Taken<'a>, Days)> {
    let parameters = ground.parameters();
    let coded = ground.being_taken_of(DrugGroup::OpioidChronic).filter(|drug| drug.lane != Lane::Uncoded);
    let days = |drug: &Taken<'_>| -> Days {
        let last = drug.spells(parameters.max_gap_same_trial_days).last().unwrap_or_default();
        last.iter().map(|exposure| exposure.span.days()).sum()
    };
    coded.map(|drug| (drug, days(drug))).filter(|(_, days)| *days >= parameters.chronic_sedative_opioid_days).collect()
}

fn present(codes: &[&Condition], opioids: &[(&Taken<'_>, Days)]) -> Verdict {
    let mut label: Vec<String> = Vec::new();
    if !codes.is_empty() {
        label.push(named(codes));
    }
    label.extend(opioids.iter().map(|(drug, days)| format!("{} for {days} days", drug.ingredient)));
    let records = opioids.iter().filter_map(|(drug, _)| drug.timeline.exposures.last());
    let records: Vec<SourceRef> = records.flat_map(|exposure| exposure.records.iter().map(|record| record.source.clone())).collect();
    let basis = sources(codes).into_iter().chain(records).collect();
    Contributor::present(ID, ContributorWeight::Alongside, Some(NAME.to_owned()), label.join("; "), basis).into()
}
