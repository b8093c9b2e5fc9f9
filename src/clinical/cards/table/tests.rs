use super::super::sample::*;
use super::*;
use crate::clinical::derive::DoseSpan;

fn added_rows(change: impl FnOnce(&mut crate::clinical::derive::Assessment)) -> Vec<String> {
    let mut assessment = assessment(vec![ended("citalopram", 20.0, 60, 70), trial("venlafaxine", 150.0, 60)]);
    assessment.augmentation = vec![added("aripiprazole", 10)];
    change(&mut assessment);
    let situation = situation(&assessment);
    assessment.trials.iter().enumerate().map(|(index, trial)| rows(index, trial, situation).join("\n")).collect()
}

#[test]
fn what_was_added_stands_below_its_own_trial() {
    let rows = added_rows(|assessment| assessment.augmentation[0].base = 1);
    assert!(!rows[0].contains("| + ") && rows[1].contains("| + aripiprazole"), "{rows:?}");
}

#[test]
fn a_score_is_told_of_what_was_added_from_the_day_after_it_began() {
    // added on 2026-02-21
    let told = |days_ago| added_rows(|assessment| assessment.current_score = Some(phq9(16, days_ago)))[0].contains("since then");
    assert_eq!((told(10), told(9), told(8), told(0)), (false, false, true, true));
    let ended = added_rows(|assessment| assessment.augmentation[0].ongoing = false);
    assert!(!ended[0].contains("since then"), "{ended:?}");
}

#[test]
fn the_last_three_doses_are_told() {
    let doses = |steps: &[f64]| {
        let spans = steps.iter().map(|mg| DoseSpan { start: today(), end: None, mg_per_day: dose(*mg) }).collect();
        super::doses(&Trial { doses: spans, minimum_dose: None, ..trial("sertraline", 50.0, 60) }, Knowledge::builtin())
    };
    assert_eq!(doses(&[50.0, 100.0, 150.0]), "50 then 100 then 150 mg");
    assert_eq!(doses(&[25.0, 50.0, 100.0, 150.0]), "… 50 then 100 then 150 mg");
    assert_eq!((doses(&[50.0, 50.0]), doses(&[])), ("50 mg".to_owned(), "dose unknown".to_owned()));
}

#[test]
fn an_adequate_trial_below_fifty_six_days_is_told_to_be_at_the_short_end() {
    let with = |markers| verdict(&Trial { markers, ..trial("sertraline", 50.0, 60) });
    assert_eq!((with(vec![]), with(vec![Marker::Short])), ("adequate".to_owned(), "adequate, at the short end".to_owned()));
}

#[test]
fn the_response_is_told_of_an_adequate_trial_and_a_lost_one_as_lost() {
    let with = |adequacy, response, markers| {
        let trial = Trial { adequacy, response, markers, baseline: None, latest: None, ..trial("sertraline", 50.0, 60) };
        response_words(&trial).to_owned()
    };
    use Response::{Partial, Remission};
    assert_eq!(with(Adequacy::InProgress, Remission, vec![]), "not judged");
    assert_eq!(with(Adequacy::Inadequate, Response::Response, vec![Marker::LossOfResponse]), "not judged");
    assert_eq!(with(Adequacy::Adequate, Remission, vec![]), "remission");
    assert_eq!(with(Adequacy::Adequate, Remission, vec![Marker::LossOfResponse]), "remission reached, then lost");
    assert_eq!(with(Adequacy::Adequate, Response::Response, vec![]), "response");
    assert_eq!(with(Adequacy::Adequate, Response::Response, vec![Marker::LossOfResponse]), "response reached, then lost");
    assert_eq!(with(Adequacy::Adequate, Partial, vec![]), "without sufficient response (partial)");
}

#[test]
fn a_share_is_never_rounded_up() {
    assert_eq!((percent(0.799), percent(0.8), percent(84.0 / 105.0), percent(1.0)), tuple(["79 %", "80 %", "80 %", "100 %"]));
}

fn tuple(texts: [&str; 4]) -> (String, String, String, String) {
    let [a, b, c, d] = texts.map(str::to_owned);
    (a, b, c, d)
}
