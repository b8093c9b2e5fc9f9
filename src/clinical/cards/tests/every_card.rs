//! What rules.md 10 asks of every card, and of the last lines of the next step.

use super::*;
use crate::clinical::derive::{Augmentation, EndReason, Ended, Fact, Pregnancy, Response, StepKind, Verdict};

fn two_failures() -> Assessment {
    with_options(assessment(vec![ended("citalopram", 20.0, 60, 70), trial("venlafaxine", 150.0, 60)]))
}

fn one_failure() -> Assessment {
    with_options(assessment(vec![trial("sertraline", 50.0, 60)]))
}

/// One assessment for each card.
fn each() -> Vec<Assessment> {
    let mut unmeasured = assessment(vec![trial("sertraline", 50.0, 30)]);
    unmeasured.current_score = None;
    let mut monitored = assessment(vec![trial("sertraline", 50.0, 60)]);
    monitored.monitoring_due = vec![blood_pressure()];
    vec![
        with_suicidal_finding(one_failure()),
        with_critical_interaction(one_failure(), &["sertraline", "phenelzine"]),
        with_strong_bipolar_indicator(one_failure()),
        assessment(vec![trial("sertraline", 50.0, 30)]),
        one_failure(),
        with_treat_first(one_failure(), false),
        unmeasured,
        monitored,
    ]
}

fn all(assessments: &[Assessment]) -> Vec<Card> {
    assessments.iter().flat_map(|assessment| cards(situation(assessment))).collect()
}

fn next_step(assessment: &Assessment) -> Card {
    cards(situation(assessment)).into_iter().find(|card| card.code == CardCode::NextStep).expect("speaks")
}

// rule 10/every-card-shows: speaks
// rule 10/every-card-shows: silent
#[test]
fn every_card_shows_the_trials_what_was_not_known_the_sources_and_the_version() {
    let gap = |mut assessment: Assessment| {
        assessment.coverage.gaps = vec![Gap { kind: Kind::Procedures, why: "procedures: none in the record".to_owned() }];
        assessment
    };
    let found = all(&each().into_iter().map(gap).collect::<Vec<_>>());
    let shown: std::collections::BTreeSet<CardCode> = found.iter().map(|card| card.code).collect();
    assert_eq!(shown.len(), 8, "every card: {shown:?}");
    for card in &found {
        for part in ["| Trial |", "Not known", "procedures: none in the record", "Sources: ", "Knowledge 2026.11.0"] {
            assert!(card.detail.contains(part), "{:?} lacks {part}: {}", card.code, card.detail);
        }
        let dated = card.detail.split("Sources: ").nth(1).is_some_and(|sources| sources.contains("20"));
        assert!(dated, "a year in the sources of {:?}", card.code);
    }
    assert!(all(&each()).iter().all(|card| !card.detail.contains("procedures: none")), "only what was not known is told");
}

// rule 10/reasons-of-the-site: speaks
// rule 10/reasons-of-the-site: silent
#[test]
fn reasons_of_the_site_stand_on_every_card_after_ours() {
    let reason = |system: &str, code: &str| {
        format!("[[override_reason]]\nsystem = \"{system}\"\ncode = \"{code}\"\ndisplay = \"said so\"\nsource = \"our committee\"\n")
    };
    let content = reason("urn:site", "case-conference") + &reason("https://trialwise.org/override-reasons", "already-done");
    let site = Knowledge::with_site(&crate::clinical::knowledge::SiteFile { name: "site.toml".to_owned(), content }).expect("sound");
    for assessment in each() {
        let codes = |knowledge| {
            let shown = cards(Situation { knowledge, ..situation(&assessment) });
            shown.iter().map(|card| card.override_reasons.iter().map(|reason| reason.code).collect()).collect::<Vec<Vec<&str>>>()
        };
        for (with, without) in codes(site).into_iter().zip(codes(Knowledge::builtin())) {
            assert_eq!(with, [without, vec!["case-conference"]].concat(), "ours once only");
        }
    }
}

#[test]
fn every_card_says_what_would_change_it() {
    let found = all(&each());
    let named = "**What would change this:** ";
    let said = [
        (CardCode::Safety, named),
        (CardCode::Interaction, named),
        (CardCode::Bipolar, named),
        (CardCode::CompleteTrial, "a PHQ-9 and a decision on "),
        (CardCode::NextStep, "a PHQ-9 in 4 weeks"),
        (CardCode::Contributors, named),
        (CardCode::Monitoring, "these tests, unless done elsewhere"),
        (CardCode::Measure, "a PHQ-9 today"),
    ];
    for (code, said) in said {
        let of_code: Vec<&Card> = found.iter().filter(|card| card.code == code).collect();
        assert!(!of_code.is_empty(), "{code:?}");
        assert!(of_code.iter().all(|card| card.detail.contains(said)), "{code:?} lacks: {said}");
    }
}

// rule 10/no-order: speaks
// rule 10/no-order: silent
#[test]
fn no_card_proposes_a_medicine() {
    let mut unchecked = one_failure();
    unchecked.contributors = with_treat_first(one_failure(), false).contributors;
    unchecked.contributors[0].status = crate::clinical::derive::ContributorStatus::NotChecked;
    let proposed = |found: &[Card]| found.iter().flat_map(|card| card.suggestions.clone()).map(|found| found.proposal).collect::<Vec<_>>();
    assert_eq!(proposed(&all(&[unchecked])), [Proposal::Lab(crate::clinical::units::Instrument::Tsh)], "a test alone");
    assert_eq!(proposed(&all(&each())), []);
}

// rule 10/pregnancy-stop: speaks
// rule 10/pregnancy-stop: silent
#[test]
fn a_stop_for_pregnancy_is_told_and_blames_nobody() {
    let stopped = |reason| {
        let ended_because = Some(Ended { reason, label: String::new(), basis: Vec::new() });
        let earlier = Trial { ended_because, ..ended("citalopram", 20.0, 20, 100) };
        cards(situation(&assessment(vec![earlier, trial("sertraline", 50.0, 30)]))).remove(0).detail
    };
    let told = stopped(EndReason::Pregnancy);
    assert!(told.contains("stopped for pregnancy"), "{told}");
    for blame in ["not tolerated", "without sufficient response", "days missed"] {
        assert!(!told.contains(blame), "{blame}: {told}");
    }
    assert!(!stopped(EndReason::Other).contains("pregnancy"));
}

// rule 10/last-lines: speaks
// rule 10/last-lines: silent
#[test]
fn the_last_lines_say_who_can_do_it_and_that_the_path_is_not_straight() {
    let detail = next_step(&two_failures()).detail;
    for part in [
        "Who can do this:",
        "in person, in a centre, by referral",
        "academic programme",
        "the path is often not straight",
        "cost, travel, time and the patient's preference decide",
    ] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    let maintenance = |response| {
        let mut assessment = two_failures();
        assessment.trials.last_mut().expect("a trial").response = response;
        next_step(&assessment).detail.contains("Partial but stable: maintenance with regular scores")
    };
    assert!(maintenance(Response::Partial) && !maintenance(Response::NonResponse), "said where it is partial");
    let urgent = next_step(&urgent(two_failures())).detail;
    assert!(
        !urgent.contains("maintenance with regular scores") && urgent.contains("emergency care"),
        "danger has last lines of its own: {urgent}"
    );
}

// rule 10/no-percentages: speaks
// rule 10/no-percentages: silent
#[test]
fn no_share_of_success_is_told_of_a_patient() {
    for assessment in [one_failure(), two_failures(), with_options(at_age(two_failures(), 70)), urgent(two_failures())] {
        let detail = next_step(&assessment).detail;
        assert!(detail.lines().all(|line| line.starts_with('|') || !line.contains('%')), "{detail}");
    }
    let mut gaps = two_failures();
    gaps.trials[0].pdc = Some(0.85);
    gaps.trials[0].window = gaps.trials[0].window.map(|window| window + 10);
    assert!(next_step(&gaps).detail.contains("85 %"), "the share of days supplied stands in the trial table");
}

// rule 10/optimum: speaks
// rule 10/optimum: silent
#[test]
fn the_figures_of_the_trial_in_older_adults_are_told_from_60_after_two_failures() {
    let told = |assessment: Assessment, age| next_step(&at_age(assessment, age)).detail.contains("OPTIMUM");
    assert!(told(two_failures(), 60) && !told(two_failures(), 59) && !told(one_failure(), 60));
}

// rule 10/monitoring-line: speaks
// rule 10/monitoring-line: silent
#[test]
fn what_to_measure_for_an_option_is_a_line_and_no_card() {
    let mut assessment = two_failures();
    let found = cards(situation(&assessment));
    assert_eq!(found.iter().map(|card| card.code).collect::<Vec<_>>(), [CardCode::NextStep]);
    assert!(found[0].detail.contains("- to measure: "), "{}", found[0].detail);
    assessment.options.iter_mut().for_each(|option| option.monitoring.clear());
    assert!(!next_step(&assessment).detail.contains("to measure"));
}

fn fact(text: &str) -> Fact {
    Fact::plain(text.to_owned())
}

fn urgent(mut assessment: Assessment) -> Assessment {
    let features = fact("Severe depression with psychotic features, since 2026-02-01");
    assessment.circumstances.psychotic_features = Some(features.clone());
    assessment.circumstances.urgent = vec![features];
    assessment
}

// rule 10/next-step-urgent: speaks
// rule 10/next-step-urgent: silent
#[test]
fn the_urgent_pathway_speaks_first_at_any_number_of_failures() {
    let started = assessment(vec![trial("sertraline", 50.0, 30)]);
    assert_eq!(codes(&started), [CardCode::CompleteTrial]);
    let urgent_now = urgent(with_treat_first(started.clone(), false));
    assert_eq!(codes(&urgent_now), [CardCode::NextStep], "neither a trial under way nor a contributor holds it back");
    let card = next_step(&urgent_now);
    assert_eq!((card.variant, card.indicator), (Some("urgent"), Indicator::Warning));
    assert!(card.detail.contains("antidepressant plus an antipsychotic, or ECT") && card.detail.contains("TSH 12.4"), "{}", card.detail);
    let asked = next_step(&with_strong_bipolar_indicator(urgent(started))).detail;
    assert!(asked.contains("no drug is named here") && !asked.contains("plus an antipsychotic"), "{asked}");
    let mut known = urgent(one_failure());
    known.bipolar.state = BipolarState::Known;
    assert_eq!(codes(&known), []);
}

fn pregnant(mut assessment: Assessment) -> Assessment {
    assessment.circumstances.pregnancy = Pregnancy::Current(fact("Pregnant state, since 2026-01-10"));
    assessment
}

// rule 10/next-step-pregnancy: speaks
// rule 10/next-step-pregnancy: silent
#[test]
fn in_pregnancy_no_new_drug_is_listed() {
    let assessment = with_options(pregnant(two_failures()));
    let card = next_step(&assessment);
    assert_eq!(card.variant, Some("pregnancy"));
    for part in [
        "perinatal psychiatry",
        "A drug that helps is usually kept",
        "ECT is possible",
        "Lithium only with a specialist",
        "esketamine is not recommended",
    ] {
        assert!(card.detail.contains(part), "{part}: {}", card.detail);
    }
    let open = |kind| assessment.options.iter().any(|option| option.kind == kind && option.verdict != Verdict::LeftOut);
    assert!(!open(StepKind::Switch) && !open(StepKind::Augment) && !open(StepKind::RapidActing));
    assert_eq!(next_step(&two_failures()).variant, Some("tier-2"));
    assert_eq!(codes(&pregnant(assessment_without_failure())), [CardCode::CompleteTrial], "the same conditions");
}

fn assessment_without_failure() -> Assessment {
    assessment(vec![trial("sertraline", 50.0, 30)])
}

// rule 10/next-step-dementia: speaks
// rule 10/next-step-dementia: silent
#[test]
fn in_dementia_no_antipsychotic_is_suggested() {
    let with = |mut assessment: Assessment| {
        assessment.circumstances.dementia = Some(fact("Alzheimer's disease, since 2025-03-01"));
        assessment
    };
    let card = next_step(&with_options(with(two_failures())));
    assert_eq!(card.variant, Some("dementia"));
    for part in ["geriatric psychiatry", "is the PHQ-9 valid here", "capacity to decide", "boxed warning in dementia", "ECT when severe"] {
        assert!(card.detail.contains(part), "{part}: {}", card.detail);
    }
    assert_eq!(next_step(&with(pregnant(two_failures()))).variant, Some("pregnancy"), "pregnancy comes first");
    assert_eq!(codes(&with(assessment_without_failure())), [CardCode::CompleteTrial]);
}

// rule 10/complete-trial-pregnant: speaks
// rule 10/complete-trial-pregnant: silent
#[test]
fn in_pregnancy_a_rise_is_left_to_obstetrics_or_perinatal_psychiatry() {
    let low = || assessment(vec![trial("venlafaxine", 75.0, 70)]);
    let detail = |assessment: Assessment| cards(situation(&assessment)).remove(0).detail;
    assert!(detail(pregnant(low())).contains("In pregnancy a rise only with obstetrics or perinatal psychiatry"));
    assert!(!detail(low()).contains("obstetrics"));
}

// rule 6/maudsley-name: speaks
// rule 6/maudsley-name: silent
#[test]
fn the_staging_is_printed_by_its_name_and_as_no_diagnosis() {
    use crate::clinical::derive::{Maudsley, MaudsleyItems};
    let mut staged = one_failure();
    let items = MaudsleyItems { duration: 1, severity: 3, failures: 1, augmentation: 0, ect: 0 };
    staged.staging.maudsley = Some(Maudsley { name: "MSM (PHQ-9 based estimate)", total: 5, band: "mild", items });
    let told = next_step(&staged).detail;
    assert!(told.contains("Staging, no diagnosis: MSM (PHQ-9 based estimate): 5 of 15, mild."), "{told}");
    assert!(!next_step(&one_failure()).detail.contains("MSM"));
    let card = cards(situation(&assessment_without_failure())).remove(0);
    assert!(!card.detail.contains("Staging"), "only where next steps are weighed");
}

// rule 10/never-resistant: speaks
// rule 10/never-resistant: silent
#[test]
fn the_record_shows_trials_and_nobody_is_called_resistant() {
    let card = next_step(&two_failures());
    assert!(card.summary.starts_with("2 adequate trials without sufficient response"), "{}", card.summary);
    let added = Augmentation { ongoing: false, ..added("aripiprazole", 60) };
    let mut augmented = two_failures();
    augmented.augmentation = vec![added];
    for card in all(&[two_failures(), augmented, one_failure()]).iter().chain(&all(&each())) {
        assert!(!card.detail.contains("is treatment-resistant") && !card.summary.contains("resistan"), "{}", card.detail);
    }
}

// rule 10/switching-not-proved: speaks
// rule 10/switching-not-proved: silent
#[test]
fn switching_is_said_not_to_be_proved_better_where_a_failure_is_weighed() {
    assert!([one_failure(), two_failures()].iter().all(|found| next_step(found).detail.contains("not proved better than continuing")));
    assert!(!next_step(&urgent(one_failure())).detail.contains("not proved better"));
}

// rule 10/never-options: speaks
// rule 10/never-options: silent
#[test]
fn psilocybin_clozapine_and_zuranolone_are_never_listed_and_zuranolone_is_a_line_after_birth() {
    let named = |detail: &str| ["psilocybin", "clozapine"].iter().any(|name| detail.to_lowercase().contains(name));
    assert!(!named(&next_step(&two_failures()).detail));
    let options = two_failures().options;
    assert!(options.iter().all(|option| !named(option.id) && option.id != "zuranolone") && options.len() > 20, "{}", options.len());
    let mut born = two_failures();
    let (fact, breastfeeding) = (fact("Delivery, since 2026-01-01"), crate::clinical::derive::Breastfeeding::NotOnFile);
    born.circumstances.postpartum = Some(crate::clinical::derive::Postpartum { fact, breastfeeding });
    assert!(next_step(&born).detail.contains("Zuranolone has its label for this year alone"));
    assert!(!next_step(&two_failures()).detail.contains("Zuranolone"));
}

// rule 4/still-improving: speaks
// rule 4/still-improving: silent
#[test]
fn a_partial_response_under_way_is_told_until_day_56_on_every_card_with_the_table() {
    use crate::clinical::derive::Response;
    let told = |response, days| {
        let mut partial = assessment(vec![Trial { response, failed: false, ..trial("sertraline", 50.0, days) }]);
        partial.monitoring_due = vec![blood_pressure()];
        cards(situation(&partial)).iter().any(|card| card.detail.contains("still improving: going on to week 8 is an option"))
    };
    assert!(told(Response::Partial, 55) && !told(Response::Partial, 56) && !told(Response::NonResponse, 55));
}
