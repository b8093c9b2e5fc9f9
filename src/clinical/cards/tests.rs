mod beside;
mod every_card;

use super::sample::*;
use super::*;
use crate::clinical::chart::Kind;
use crate::clinical::derive::{Adequacy, Assessment, Extent, Gap, MonitoringItem, Note, Severity, Trial, Unread, Urgency};
use crate::clinical::derive::{Bipolar, BipolarIndicator, BipolarState, ContributorWeight, IndicatorWeight};
use crate::clinical::knowledge::SiteFile;
use crate::clinical::units::SourceRef;

fn codes(assessment: &Assessment) -> Vec<CardCode> {
    cards(situation(assessment)).iter().map(|card| card.code).collect()
}

#[test]
fn measure_stands_beside_complete_trial() {
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 30)]);
    assessment.current_score = None;
    assert_eq!(codes(&assessment), [CardCode::CompleteTrial, CardCode::Measure]);
}

// rule 10/one-of-two: speaks
#[test]
fn complete_trial_and_next_step_never_speak_together() {
    for days in 1..80 {
        let found = codes(&assessment(vec![ended("citalopram", 20.0, 60, 80), trial("sertraline", 50.0, days)]));
        assert!(found.len() <= 1, "day {days}: {found:?}");
    }
}

#[test]
fn text_of_the_record_is_escaped_in_every_list() {
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 30)]);
    let evil = "<script>|[x](y)**";
    assessment.notes = vec![Note { id: "supply-differs", text: evil.to_owned(), basis: Vec::new() }];
    assessment.unread = vec![Unread { source: SourceRef::new("MedicationRequest/m9"), why: evil.to_owned() }];
    let detail = cards(situation(&assessment)).remove(0).detail;
    assert!(!detail.replace(r"\<", "").contains('<') && !detail.replace(r"\]", "").contains("]("), "{detail}");
    assert_eq!(detail.matches(r"\<script\>\|\[x\](y)\*\*").count(), 2, "{detail}");
}

#[test]
fn blocks_are_a_blank_line_apart() {
    let assessment = with_options(assessment(vec![trial("sertraline", 50.0, 60)]));
    let detail = cards(situation(&assessment)).remove(0).detail;
    for (line, next) in detail.lines().zip(detail.lines().skip(1)) {
        let apart = line.is_empty() || next.is_empty();
        let (line, next) = (line.trim_start(), next.trim_start());
        let same = (line.starts_with("- ") && next.starts_with("- ")) || (line.starts_with('|') && next.starts_with('|'));
        assert!(apart || same, "{line}\n{next}");
    }
}

#[test]
fn three_trials_stand_before_the_fold_those_of_the_episode_first() {
    let names = ["citalopram", "fluoxetine", "escitalopram", "venlafaxine", "duloxetine", "mirtazapine", "sertraline"];
    let mut trials: Vec<Trial> = names.iter().zip((0..7).rev()).map(|(name, ago)| ended(name, 300.0, 60, 70 * ago)).collect();
    trials[5].in_episode = false;
    trials[1].adequacy = Adequacy::Unknown;
    let tables = table::trial_tables(situation(&assessment(trials)));
    let rows = |table: &str| table.lines().skip(2).map(|row| row.split(' ').nth(1).unwrap_or_default().to_owned()).collect::<Vec<_>>();
    assert_eq!(rows(&tables.first), ["venlafaxine", "duloxetine", "sertraline"]);
    assert_eq!(rows(&tables.others), ["citalopram", "fluoxetine", "escitalopram", "mirtazapine"]);
}

#[test]
fn what_holds_for_older_adults_is_told_to_those_alone() {
    let steps = |age, text| {
        let mut assessment = assessment(Vec::new());
        assessment.patient.age_years = age;
        situation(&assessment).for_age(text)
    };
    let text = "by 25-50 a week; older adults start 25";
    assert_eq!(steps(Some(59), text), "by 25-50 a week");
    assert_eq!(steps(Some(60), text), "older adults start 25", "in the place of the usual");
    assert_eq!(steps(Some(81), text), "older adults start 25");
    assert_eq!(steps(None, text), text);
    let from = "to 20 mg; older adults stay at 10 mg (from 65 years)";
    assert_eq!(
        (steps(Some(64), from).as_ref(), steps(Some(65), from).as_ref()),
        ("to 20 mg", "older adults stay at 10 mg (from 65 years)")
    );
    let above = "to 40 mg; older adults have at most 20 mg (above 60 years)";
    assert_eq!(
        (steps(Some(60), above).as_ref(), steps(Some(61), above).as_ref()),
        ("to 40 mg", "older adults have at most 20 mg (above 60 years)")
    );
}

#[test]
fn trials_that_are_not_shown_are_counted() {
    let table = |count: usize| {
        let trials = (0..count).map(|ago| ended("sertraline", 50.0, 60, 70 * i32::try_from(ago).expect("few"))).collect();
        table::trial_tables(situation(&assessment(trials))).others
    };
    assert_eq!(table(3), "");
    assert!(!table(9).contains("not shown"));
    assert!(table(10).ends_with("1 further trial is not shown."));
    assert!(table(11).ends_with("2 further trials are not shown."));
}

#[test]
fn kinds_that_were_not_had_for_one_reason_share_a_line() {
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 30)]);
    let gap = |kind, why: &str| Gap { kind, why: why.to_owned() };
    assessment.coverage.gaps =
        vec![gap(Kind::Procedures, "procedures: none in the record"), gap(Kind::Encounters, "encounters: none in the record")];
    let detail = cards(situation(&assessment)).remove(0).detail;
    assert!(detail.contains("- procedures, encounters: none in the record"), "{detail}");
}

/// What a side bar shows at once: the advice, the options by name, three trials, three lines (issue: about 900 characters).
#[test]
fn the_part_before_the_fold_is_short() {
    let assessment = with_options(assessment(vec![ended("citalopram", 20.0, 60, 70), trial("venlafaxine", 150.0, 60)]));
    for card in cards(situation(&assessment)) {
        let (before, _) = card.detail.split_once(finding::FOLD).expect("a fold");
        assert!(before.chars().count() <= 1_000, "{} characters: {before}", before.chars().count());
    }
}

#[test]
fn no_share_is_rounded_up() {
    assert_eq!(table::percent(0.7999), "79 %");
    assert_eq!(table::percent(84.0 / 105.0), "80 %");
    assert_eq!(table::percent(1.0), "100 %");
}

#[test]
fn every_card_carries_the_common_override_reasons() {
    let wordings = [
        &safety::WORDING,
        &interaction::WORDING,
        &bipolar::WORDING,
        &complete_trial::WORDING,
        &next_step::WORDING,
        &contributors::WORDING,
        &monitoring::WORDING,
        &measure::WORDING,
        &order::BIPOLAR,
        &order::FAILED,
    ];
    for wording in wordings {
        let reasons = wording.override_reasons();
        for code in ["already-done", "considered-and-excluded", "patient-declines", "not-clinically-relevant", "data-wrong"] {
            assert!(
                reasons.iter().any(|reason| reason.code == code && reason.system == "https://trialwise.org/override-reasons"),
                "{code}"
            );
        }
    }
}

/// Every antidepressant, low and high, short and long, young and old: whatever is said is well formed.
#[test]
fn every_card_of_every_antidepressant_is_well_formed() {
    let knowledge = Knowledge::builtin();
    let rows = knowledge.antidepressants().iter().filter_map(|row| Some((row.ingredient.name(), row.minimum?.mg())));
    for (name, minimum) in rows {
        for (share, days, age) in [(0.5, 10, 34), (0.5, 60, 34), (0.5, 60, 80), (1.0, 30, 34), (1.0, 90, 70), (9.0, 90, 70)] {
            let mut assessment = assessment(vec![ended("citalopram", 20.0, 60, 100), trial(name, minimum * share, days)]);
            assessment.patient.age_years = Some(age);
            for card in cards(situation(&with_options(assessment))) {
                assert_well_formed(&card);
            }
        }
    }
}

/// One code has one name, on whatever hook it speaks.
#[test]
fn a_code_has_one_title() {
    assert_eq!(order::FAILED.title, next_step::WORDING.title);
}

// rule 10/summary-length: speaks
#[test]
fn a_summary_is_cut_whatever_the_names() {
    let names = ["venlafaxine", "sertraline", "mirtazapine", "bupropion", "duloxetine", "nortriptyline", "desvenlafaxine"];
    let trials = names.iter().zip(1..).map(|(name, ago)| ended(name, 500.0, 60, 70 * ago)).collect();
    let mut assessment = assessment(trials);
    assessment.adequate_failed_trials = 1;
    let card = cards(situation(&assessment)).remove(0);
    assert_well_formed(&card);
    assert!(card.summary.chars().count() > 100);
}

/// Something for every card but measure, which is silent beside a score.
fn everything_at_once() -> Assessment {
    let mut assessment = with_treat_first(with_options(assessment(vec![trial("sertraline", 50.0, 60)])), false);
    assessment.contributors[0].weight = ContributorWeight::Alongside;
    let mut assessment = with_critical_interaction(with_suicidal_finding(assessment), &["tranylcypromine", "tramadol"]);
    assessment.interactions.push(interaction("cyp2d6-with-tca", Severity::Warning));
    assessment.monitoring_due = vec![blood_pressure()];
    let moderate = |id| BipolarIndicator { id, weight: IndicatorWeight::Moderate, label: id.to_owned(), basis: Vec::new() };
    let indicators = vec![moderate("family-history"), moderate("early-onset")];
    assessment.bipolar = Bipolar { state: BipolarState::Open, indicators, current_mania: None };
    assessment
}

fn blood_pressure() -> MonitoringItem {
    MonitoringItem {
        drug: drug("sertraline"),
        item: "blood pressure".to_owned(),
        due: today() - 3,
        basis: Vec::new(),
        id: "blood-pressure",
        last: None,
        baseline_missed: false,
        urgency: Urgency::Due,
        makes_card: true,
    }
}

// rule 10/order-of-cards: speaks
// rule 10/max-cards: speaks
#[test]
fn the_cards_stand_in_their_order_and_three_of_them_at_most() {
    use CardCode::*;
    let mut assessment = everything_at_once();
    let found = cards(situation(&assessment));
    let told: Vec<CardCode> = found.iter().map(|card| card.code).collect();
    assert_eq!(told, [Safety, Interaction, Interaction, Bipolar, NextStep], "two are not counted, two have no room");
    assert_eq!((found[1].indicator, found[2].indicator), (Indicator::Critical, Indicator::Warning));
    assessment.interactions.clear();
    assert_eq!(codes(&assessment), [Safety, Bipolar, NextStep, Contributors], "monitoring has no room");
    assessment.safety.clear();
    assert_eq!(codes(&assessment), [Bipolar, NextStep, Contributors], "the place of safety is not counted");
}

// rule 10/order-of-cards: silent
// rule 10/max-cards: silent
#[test]
fn with_room_for_all_none_is_left_out() {
    use CardCode::*;
    let mut assessment = everything_at_once();
    let site = SiteFile { name: "site.toml".to_owned(), content: "[parameters]\nmax_cards = 4\n".to_owned() };
    let knowledge = Knowledge::with_site(&site).expect("a sound site");
    let told: Vec<CardCode> = cards(Situation { knowledge, ..situation(&assessment) }).iter().map(|card| card.code).collect();
    assert_eq!(told, [Safety, Interaction, Interaction, Bipolar, NextStep, Contributors]);
    assessment.interactions.truncate(1);
    assessment.bipolar.state = BipolarState::None;
    assert_eq!(codes(&assessment), [Safety, Interaction, NextStep, Contributors, Monitoring]);
    assessment.current_score = None;
    assert_eq!(codes(&assessment), [Safety, Interaction, Monitoring, Measure], "without a score others are silent, and none moves");
}

#[test]
fn a_response_is_told_as_of_now_only_while_a_score_is_recent() {
    let detail = |days_ago| {
        let mut assessment = assessment(vec![Trial { latest: Some(phq9(16, days_ago)), ..trial("sertraline", 50.0, 150) }]);
        assessment.current_score = Some(phq9(16, days_ago));
        cards(situation(&assessment)).remove(0).detail
    };
    assert!(detail(60).contains("adequate; without sufficient response: PHQ-9 18 to 16"), "{}", detail(60));
    assert!(
        detail(61).contains("adequate; cannot be judged now, last without sufficient response: PHQ-9 18 to 16 on 2025-12-31"),
        "{}",
        detail(61)
    );
}

#[test]
fn without_a_trial_the_card_says_so() {
    let mut assessment = with_suicidal_finding(assessment(Vec::new()));
    let detail = |assessment: &Assessment| cards(situation(assessment)).remove(0).detail;
    assert!(detail(&assessment).contains("No antidepressant trial is on file."));
    assert!(detail(&assessment).contains("- Nothing that was asked for is missing."));
    assessment.coverage.medications = Extent::Partial;
    assert!(detail(&assessment).contains("the medicines were not had in full"));
    assert!(!detail(&assessment).contains("Nothing that was asked for"));
}

#[test]
fn a_site_chooses_cards_and_their_number_but_hides_nothing_critical() {
    use CardCode::*;
    let assessment = everything_at_once();
    let told = |codes: Option<&[CardCode]>, max_cards| -> Vec<CardCode> {
        let allowance = Allowance { max_cards, codes };
        cards(Situation { allowance, ..situation(&assessment) }).iter().map(|card| card.code).collect()
    };
    let all = codes(&assessment);
    assert_eq!(told(None, None), all);
    let critical: Vec<CardCode> =
        cards(situation(&assessment)).iter().filter(|card| card.indicator == Indicator::Critical).map(|card| card.code).collect();
    assert!(critical.contains(&Interaction), "{critical:?}");
    assert_eq!(told(Some(&[]), None), critical);
    let chosen = told(Some(&[Contributors]), None);
    assert_eq!(chosen, [&critical[..], &[Contributors]].concat(), "what is left out takes no room");
    let exempt = |found: &[CardCode]| found.iter().filter(|code| !matches!(code, Safety | Interaction)).count();
    for most in [0, 1, 2] {
        let found = told(None, Some(most));
        assert!(exempt(&found) <= most && found.contains(&Safety) && found.contains(&Interaction), "{most}: {found:?}");
    }
}
