//! Assessments made by hand, for the tests of the cards.

use super::{Allowance, Memory, Occasion, Situation};
use crate::clinical::derive::sample::{dose_limits_of, no_circumstances, options_of};
use crate::clinical::derive::{
    Adequacy, Assessment, Augmentation, Bipolar, BipolarIndicator, BipolarState, Certainty, Contributor, ContributorStatus,
    ContributorWeight, CoverageSummary, DoseLimits, DoseSpan, IndicatorWeight, Interaction, KnowledgeStamp, Marker, PatientSummary,
    Quality, Reason, Response, SafetyFinding, SafetyIndicator, Scope, ScopeStatus, Score, Severity, Staging, Trial,
};
use crate::clinical::derive::{Evidence, Extent};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{DailyDose, Day, Days, Form, Ingredient, Instrument, SourceRef, Span};

/// The day of every sample.
pub(super) fn today() -> Day {
    "2026-03-02".parse().expect("a day")
}

pub(super) fn drug(name: &'static str) -> Ingredient {
    Ingredient::named(name)
}

pub(super) fn dose(mg: f64) -> Option<DailyDose> {
    DailyDose::from_mg(mg)
}

pub(super) fn phq9(score: i32, days_ago: Days) -> Score {
    Score { instrument: Instrument::Phq9, score, date: today() - days_ago, source: SourceRef::new("Observation/o1") }
}

/// An ongoing trial that began so many days ago (its first day is day 1), supplied at this dose all along.
pub(super) fn trial(name: &'static str, mg: f64, days: Days) -> Trial {
    let row = Knowledge::builtin().antidepressant(drug(name)).expect("an antidepressant of the tables");
    let start = today() - (days - 1);
    let at_dose = if dose(mg) >= row.minimum { days } else { 0 };
    let (adequacy, reasons) = verdict(at_dose);
    let required = Knowledge::builtin().parameters().adequate_min_days;
    Trial {
        drug: drug(name),
        rxnorm: row.rxnorm,
        class: row.class,
        start: Some(start),
        end: None,
        ongoing: true,
        doses: vec![DoseSpan { start, end: None, mg_per_day: dose(mg) }],
        minimum_dose: row.minimum,
        days,
        at_dose_days: at_dose,
        window: (at_dose > 0).then_some(days),
        pdc: (at_dose > 0).then_some(1.0),
        adequacy,
        reasons,
        markers: Vec::new(),
        evidence: Evidence::Dispensed,
        quality: Quality::High,
        response: Response::NonResponse,
        baseline: Some(phq9(18, days)),
        latest: Some(phq9(16, 2)),
        ended_because: None,
        in_episode: true,
        failed: adequacy == Adequacy::Adequate,
        probable_failure: false,
        basis: Vec::new(),
        run: (at_dose > 0).then_some(Span { first: start, last: today() }),
        last_covered: Some(today()),
        current_dose: dose(mg),
        last_increase: None,
        adequate_since: (at_dose >= required).then_some(start + (required - 1)),
        at_dose_days_now: at_dose,
        gaps: Vec::new(),
        all_at_dose_days: at_dose,
        ended_by_record: false,
        nothing_dispensed_since: None,
        current_form: Form::Unknown,
        interaction_cap: None,
        loss_confirmed: false,
        dose_limits: DoseLimits::default(),
        notes: Vec::new(),
    }
}

fn verdict(at_dose: Days) -> (Adequacy, Vec<Reason>) {
    match at_dose {
        0 => (Adequacy::Inadequate, vec![Reason::DoseBelowMinimum]),
        short if short < Knowledge::builtin().parameters().adequate_min_days => (Adequacy::InProgress, vec![Reason::DurationInProgress]),
        _ => (Adequacy::Adequate, Vec::new()),
    }
}

/// A trial of these many days that ended so many days ago.
pub(super) fn ended(name: &'static str, mg: f64, days: Days, days_ago: Days) -> Trial {
    let mut trial = trial(name, mg, days);
    let back = |day: Day| day - days_ago;
    trial.ongoing = false;
    trial.start = trial.start.map(back);
    trial.end = Some(back(today()));
    trial.last_covered = trial.end;
    trial
}

/// A drug added to the current trial so many days ago, at dose all along.
pub(super) fn added(name: &'static str, days: Days) -> Augmentation {
    let start = today() - (days - 1);
    Augmentation {
        drug: drug(name),
        rxnorm: None,
        start,
        end: None,
        ongoing: true,
        at_dose_days: days,
        basis: Vec::new(),
        highest_dose: None,
        level: None,
        base: 0,
        days,
        adequate_on: start + 27,
    }
}

/// A patient of 34 with these trials, PHQ-9 16 two days ago; the current trial is the last that is ongoing or has lapsed.
pub(super) fn assessment(trials: Vec<Trial>) -> Assessment {
    let counted: Vec<Ingredient> = trials.iter().filter(|trial| trial.failed).map(|trial| trial.drug).collect();
    Assessment {
        as_of: today(),
        knowledge: KnowledgeStamp { version: "2026.11.0".to_owned(), sha256: String::new(), site_changes: Vec::new() },
        patient: PatientSummary { id: Some("p1".to_owned()), age_years: Some(34), sex: None },
        scope: Scope { status: ScopeStatus::InScope, reasons: Vec::new() },
        coverage: CoverageSummary { medications: Extent::Full, conditions: Extent::Full, observations: Extent::Full, gaps: Vec::new() },
        episode: None,
        current_trial: trials.iter().rposition(|trial| trial.ongoing || trial.has_marker(Marker::Lapsed)),
        adequate_failed_trials: counted.len(),
        counted_failures: counted,
        trials,
        current_score: Some(phq9(16, 2)),
        phq9_scores: vec![phq9(16, 2)],
        two_adequate_failures: Certainty::No,
        staging: Staging::default(),
        bipolar: Bipolar { state: BipolarState::None, indicators: Vec::new(), current_mania: None },
        contributors: Vec::new(),
        workup: Vec::new(),
        safety: Vec::new(),
        overdose_risk: None,
        options: Vec::new(),
        circumstances: no_circumstances(),
        monitoring_due: Vec::new(),
        monitoring_not_known: Vec::new(),
        interactions: Vec::new(),
        interaction_lines: Vec::new(),
        interactions_not_checked: Vec::new(),
        augmentation: Vec::new(),
        courses: Vec::new(),
        drafts: Vec::new(),
        notes: Vec::new(),
        unread: Vec::new(),
        cards: Vec::new(),
    }
}

pub(super) fn with_strong_bipolar_indicator(mut assessment: Assessment) -> Assessment {
    let indicator = BipolarIndicator { id: "provisional", weight: IndicatorWeight::Strong, label: String::new(), basis: Vec::new() };
    assessment.bipolar = Bipolar { state: BipolarState::Open, indicators: vec![indicator], current_mania: None };
    assessment
}

/// An answer of 2 to item 9 of the PHQ-9, three days ago.
pub(super) fn with_suicidal_finding(mut assessment: Assessment) -> Assessment {
    let date = today() - 3;
    let finding = SafetyFinding {
        id: "phq9-item9",
        indicator: SafetyIndicator::Critical,
        label: format!("PHQ-9 item 9 answered with 2 on {date}"),
        date,
        basis: vec![SourceRef::new("Observation/o9")],
    };
    assessment.safety = vec![finding];
    assessment
}

pub(super) fn with_treat_first(mut assessment: Assessment, treated: bool) -> Assessment {
    let found = Contributor {
        id: "thyroid-low",
        status: ContributorStatus::Present,
        treated,
        weight: ContributorWeight::TreatFirst,
        label: "TSH 12.4 mIU/L on 2026-02-01".to_owned(),
        basis: Vec::new(),
        short: Some("thyroid (TSH 12.4)".to_owned()),
    };
    assessment.contributors = vec![found];
    assessment
}

pub(super) fn with_critical_interaction(mut assessment: Assessment, names: &[&str]) -> Assessment {
    let drugs = names.iter().map(|name| (*name).to_owned()).collect();
    assessment.interactions = vec![Interaction { drugs, ..interaction("maoi-to-antidepressant", Severity::Critical) }];
    assessment
}

/// An interaction of two drugs that has stood for thirty days.
pub(super) fn interaction(id: &'static str, severity: Severity) -> Interaction {
    Interaction {
        id,
        severity,
        drugs: vec!["sertraline".to_owned(), "phenelzine".to_owned()],
        basis: Vec::new(),
        reason: "at the same time since 2026-02-01".to_owned(),
        advice: "Review.".to_owned(),
        since: Some(today() - 29),
        until: None,
        draft: false,
        text_entry: false,
        contraindicated: false,
    }
}

pub(super) fn situation(assessment: &Assessment) -> Situation<'_> {
    Situation {
        assessment,
        knowledge: Knowledge::builtin(),
        occasion: Occasion::ChartOpened,
        memory: Memory::NONE,
        allowance: Allowance::default(),
    }
}

/// The same chart while orders are being signed.
pub(super) fn signing(assessment: &Assessment) -> Situation<'_> {
    Situation { occasion: Occasion::OrderSigned, ..situation(assessment) }
}

/// The options of the assessment as `derive` fills them in, over a chart that holds nothing else.
pub(super) fn with_options(mut assessment: Assessment) -> Assessment {
    assessment.options = options_of(&assessment);
    assessment
}

/// The same patient at another age, with what that says of each dose.
pub(super) fn at_age(mut assessment: Assessment, age: i32) -> Assessment {
    assessment.patient.age_years = Some(age);
    let limits = dose_limits_of(&assessment);
    for (trial, limits) in assessment.trials.iter_mut().zip(limits) {
        trial.dose_limits = limits;
    }
    assessment
}

/// What every card must keep to, whatever it says.
pub(super) fn assert_well_formed(card: &super::Card) {
    assert!(card.summary.chars().count() < 140, "{}", card.summary);
    for text in [&card.summary, &card.detail] {
        assert!(!text.contains('{') && !text.contains("not known to"), "{text}");
        assert!(!text.contains("effective dose") && !text.contains("is treatment-resistant"), "{text}");
    }
    assert!(!card.summary.contains("not known"), "{}", card.summary);
    let advice = card.detail.split("| Trial |").next().unwrap_or_default();
    assert!(!advice.contains("not known"), "{advice}");
    assert!(card.detail.contains("Knowledge 2026.11.0"), "{}", card.detail);
    assert!(card.override_reasons.len() >= 5);
}
