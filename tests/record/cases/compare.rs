//! An assessment laid beside what is expected of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Mismatch;
use super::expected::{Expected, ExpectedCard, ExpectedContributor, ExpectedTrial, MustNot};

/// Collects the mismatches of one record.
pub struct Report<'a> {
    pub case: &'a str,
    pub form: &'static str,
    pub found: BTreeSet<Mismatch>,
}

impl Report<'_> {
    pub fn note(&mut self, member: impl Into<String>, expected: impl ToString, found: impl ToString) {
        self.found.insert(Mismatch {
            case: self.case.to_owned(),
            form: self.form,
            member: member.into(),
            expected: expected.to_string(),
            found: found.to_string(),
        });
    }

    /// Exactly this; an absent expectation is open.
    fn same<T: Into<Value>>(&mut self, member: impl Into<String>, expected: Option<T>, found: &Value) {
        let Some(expected) = expected.map(Into::into) else { return };
        let equal = match (expected.as_i64(), found.as_f64()) {
            (Some(expected), Some(found)) => expected as f64 == found,
            _ => expected == *found,
        };
        if !equal {
            self.note(member, expected, found);
        }
    }

    fn holds(&mut self, member: impl Into<String>, holds: bool, expected: impl ToString, found: impl ToString) {
        if !holds {
            self.note(member, expected, found);
        }
    }
}

/// Lays an assessment beside what is expected of it.
pub fn compare(expected: &Expected, evidence: Option<&str>, found: &Value, report: &mut Report<'_>) {
    report.same("patient.ageYears", Some(expected.patient.age_years), &found["patient"]["ageYears"]);
    report.same("patient.sex", Some(expected.patient.sex.clone()), &found["patient"]["sex"]);
    report.same("scope.status", Some(expected.scope.status.clone()), &found["scope"]["status"]);
    contains("scope.reasons", &expected.scope.reasons, &found["scope"]["reasons"], report);
    report.same("currentScore", expected.current_score, &found["currentScore"]["score"]);
    report.same("adequateFailedTrials", expected.adequate_failed_trials, &found["adequateFailedTrials"]);
    report.same("twoAdequateFailures", expected.two_adequate_failures.clone(), &found["twoAdequateFailures"]);
    report.same("staging", expected.staging.clone(), &found["staging"]);
    compare_trials(&expected.trials, evidence, list(&found["trials"]), report);
    compare_findings(expected, found, report);
    compare_cards(&expected.cards, list(&found["cards"]), report);
    compare_must_not(&expected.must_not, found, report);
}

/// Each trial exactly, and no other save one that is not a trial or not coded.
fn compare_trials(expected: &[ExpectedTrial], evidence: Option<&str>, found: &[Value], report: &mut Report<'_>) {
    let mut matched = Vec::new();
    for (number, trial) in expected.iter().enumerate() {
        let member = |name: &str| format!("trials[{number}].{name}");
        let place = found.iter().position(|found| found["drug"] == trial.drug && found["start"] == trial.start);
        let Some(place) = place else {
            let listed: Vec<String> = found.iter().map(|found| format!("{} from {}", found["drug"], found["start"])).collect();
            report.note(format!("trials[{number}]"), format!("{} from {}", trial.drug, trial.start), listed.join(", "));
            continue;
        };
        matched.push(place);
        let found = &found[place];
        report.same(member("end"), Some(trial.end.clone()), &found["end"]);
        report.same(member("ongoing"), Some(trial.ongoing), &found["ongoing"]);
        report.same(member("days"), trial.days, &found["days"]);
        report.same(member("atDoseDays"), trial.at_dose_days, &found["atDoseDays"]);
        report.same(member("window"), trial.window, &found["window"]);
        report.same(member("reasons"), Some(trial.reasons.clone()), &found["reasons"]);
        contains(member("markers"), &trial.markers, &found["markers"], report);
        report.same(member("evidence"), evidence.map(ToOwned::to_owned).or(trial.evidence.clone()), &found["evidence"]);
        report.same(member("response"), trial.response.clone(), &found["response"]);
        report.same(member("baseline"), trial.baseline, &found["baseline"]["score"]);
        report.same(member("latest"), trial.latest, &found["latest"]["score"]);
        report.same(member("failed"), trial.failed, &found["failed"]);
        report.same(member("inEpisode"), trial.in_episode, &found["inEpisode"]);
        if let Some(pdc) = trial.pdc {
            let close = found["pdc"].as_f64().is_some_and(|found| (found - pdc).abs() <= 0.01);
            report.holds(member("pdc"), close, pdc, &found["pdc"]);
        }
        match trial.adequacy.as_str() {
            "not-adequate" => report.holds(member("adequacy"), found["adequacy"] != "adequate", "not adequate", &found["adequacy"]),
            verdict => report.same(member("adequacy"), Some(verdict), &found["adequacy"]),
        }
    }
    report.holds("trials", matched.is_sorted(), "in order of start, then drug", format!("{matched:?}"));
    for (place, other) in found.iter().enumerate().filter(|(place, _)| !matched.contains(place)) {
        let exempt = list(&other["reasons"]).iter().any(|reason| reason == "not-a-trial" || reason == "uncoded-drug");
        report.holds(format!("trials[{place}]"), exempt, "no other trial", format!("{} from {}", other["drug"], other["start"]));
    }
}

/// What else the record comes to.
fn compare_findings(expected: &Expected, found: &Value, report: &mut Report<'_>) {
    if let Some(bipolar) = &expected.bipolar {
        report.same("bipolar.state", Some(bipolar.state.clone()), &found["bipolar"]["state"]);
        contains("bipolar.weights", &bipolar.weights, &each(&found["bipolar"]["indicators"], "weight"), report);
    }
    if let Some(contributors) = &expected.contributors {
        let present: Vec<&Value> = list(&found["contributors"]).iter().filter(|found| found["status"] == "present").collect();
        for ExpectedContributor { id, weight } in &contributors.present {
            let there = present.iter().any(|found| found["id"] == *id && found["weight"] == *weight);
            report.holds("contributors", there, format!("{id}, {weight}"), &found["contributors"]);
        }
        for id in &contributors.not_present {
            report.holds("contributors", !present.iter().any(|found| found["id"] == *id), format!("no {id}"), "present");
        }
    }
    if let Some(safety) = expected.safety {
        report.holds("safety", list(&found["safety"]).is_empty() != safety, safety, &found["safety"]);
    }
    if let Some(severities) = &expected.interactions {
        let found = each(&found["interactions"], "severity");
        contains("interactions", severities, &found, report);
        for other in list(&found).iter().filter_map(Value::as_str).filter(|severity| matches!(*severity, "critical" | "warning")) {
            report.holds("interactions", severities.iter().any(|severity| severity == other), "no other critical or warning", other);
        }
    }
    contains("monitoringDue", &expected.monitoring_due, &each(&found["monitoringDue"], "drug"), report);
    contains("augmentation", &expected.augmentation, &each(&found["augmentation"], "drug"), report);
    for id in &expected.options {
        let offered = offered(found).iter().any(|option| starts(&option["id"], id));
        report.holds("options", offered, format!("{id} among them"), each(&found["options"], "id"));
    }
}

/// Exactly these cards in this order; of each code the same number, with the same indicator and variant.
fn compare_cards(expected: &[ExpectedCard], found: &[Value], report: &mut Report<'_>) {
    let codes: BTreeSet<&str> =
        expected.iter().map(|card| card.code.as_str()).chain(found.iter().filter_map(|card| card["code"].as_str())).collect();
    for code in &codes {
        let wanted: Vec<&ExpectedCard> = expected.iter().filter(|card| card.code == *code).collect();
        let shown: Vec<&Value> = found.iter().filter(|card| card["code"] == *code).collect();
        let same = wanted.len() == shown.len()
            && wanted.iter().zip(&shown).all(|(wanted, shown)| {
                shown["indicator"] == wanted.indicator && wanted.variant.as_ref().is_none_or(|variant| shown["variant"] == *variant)
            });
        let in_words = |indicator: &str, variant: &str| format!("{indicator} {variant}").trim().to_owned();
        let wanted: Vec<String> =
            wanted.iter().map(|card| in_words(&card.indicator, card.variant.as_deref().unwrap_or_default())).collect();
        let shown: Vec<String> = shown
            .iter()
            .map(|card| in_words(card["indicator"].as_str().unwrap_or_default(), card["variant"].as_str().unwrap_or_default()))
            .collect();
        report.holds(format!("cards.{code}"), same, format!("{wanted:?}"), format!("{shown:?}"));
    }
    let wanted: Vec<&str> = expected.iter().map(|card| card.code.as_str()).collect();
    let shown: Vec<&str> = found.iter().filter_map(|card| card["code"].as_str()).collect();
    let both = |codes: &[&str], others: &[&str]| -> Vec<String> {
        codes.iter().filter(|code| others.contains(code)).map(ToString::to_string).collect()
    };
    let (wanted, shown) = (both(&wanted, &shown), both(&shown, &wanted));
    report.holds("cards.order", wanted == shown, format!("{wanted:?}"), format!("{shown:?}"));
}

/// What must not be said or offered.
fn compare_must_not(must_not: &MustNot, found: &Value, report: &mut Report<'_>) {
    let cards = list(&found["cards"]);
    for card in cards {
        let code = card["code"].as_str().unwrap_or_default();
        let member = format!("cards.{code}");
        report.holds(&member, !must_not.any_card, "no card at all", card);
        report.holds(&member, !must_not.cards.iter().any(|forbidden| forbidden == code), format!("no {code} card"), card);
        let loud = must_not.card_indicators.iter().any(|(forbidden, indicator)| forbidden == code && card["indicator"] == *indicator);
        report.holds(&member, !loud, "another indicator", card);
        let summary = card["summary"].as_str().unwrap_or_default().to_lowercase();
        let worded = must_not.summaries.iter().any(|words| summary.contains(&words.to_lowercase()));
        report.holds(&member, !worded, "a summary without these words", &card["summary"]);
        let raises = must_not.raise_dose && card["variant"] == "dose";
        report.holds(&member, !raises, "no increase of the dose", card);
    }
    for option in offered(found) {
        let forbidden = must_not.options.iter().any(|id| starts(&option["id"], id))
            || must_not.option_kinds.iter().any(|kind| option["kind"] == *kind)
            || (must_not.raise_dose && option["kind"] == "optimise");
        report.holds("mustNot.options", !forbidden, "left out", format!("{} {}", option["kind"], option["id"]));
    }
    if let Some(value) = &must_not.two_adequate_failures {
        report.holds("twoAdequateFailures", found["twoAdequateFailures"] != *value, format!("not {value}"), value);
    }
}

/// Each of these must be among those.
fn contains(member: impl Into<String>, expected: &[String], found: &Value, report: &mut Report<'_>) {
    let missing: Vec<&String> = expected.iter().filter(|expected| !list(found).iter().any(|found| found == *expected)).collect();
    report.holds(member, missing.is_empty(), format!("{missing:?} among them"), found);
}

/// The options that are not left out.
fn offered(found: &Value) -> Vec<&Value> {
    list(&found["options"]).iter().filter(|option| option["verdict"] != "left-out").collect()
}

fn starts(value: &Value, beginning: &str) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(beginning))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// One member of each.
fn each(value: &Value, member: &str) -> Value {
    list(value).iter().map(|item| item[member].clone()).collect()
}
