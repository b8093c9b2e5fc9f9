use super::super::pregnancy::Breastfeeding;
use super::super::safety::{self, SafetyIndicator};
use super::super::sample::*;
use super::*;
use crate::clinical::chart::{Chart, Measurement, Screening, Sex, Value};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Day, Days, Instrument, Moment, SourceRef, When};

fn today() -> Day {
    day(TODAY)
}

fn judged(chart: &Chart, critical: Option<&SafetyFinding>) -> Circumstances {
    let scores = super::super::score::scores(chart, today());
    let ground = Ground {
        chart,
        knowledge: Knowledge::builtin(),
        as_of: today(),
        age: super::super::scope::age(chart, today()),
        taken: &[],
        scores: &scores,
        episode: None,
        trials: &[],
        current: None,
        counted: &[],
        augmentation: &[],
        courses: &[],
    };
    let findings = safety::safety(&ground);
    circumstances(&ground, critical, safety::overdose_risk(&ground, &findings).as_ref())
}

/// A woman of 34 with these diagnoses, so many days old, and these screenings.
fn with(groups: &[(ConditionGroup, Days)], screenings: Vec<Screening>) -> Chart {
    let mut chart = chart(Vec::new(), screenings);
    for (group, days_ago) in groups {
        let mut condition = condition(*group);
        condition.onset = Some(When::on(today() - *days_ago));
        chart.conditions.push(condition);
    }
    chart
}

fn result(instrument: Instrument, value: Value, days_ago: Days) -> Measurement {
    let at = Moment { day: today() - days_ago, second: None };
    Measurement { instrument, at, source: SourceRef::new("Observation/r"), value, lower_limit: None, upper_limit: None, finished: true }
}

fn answer(text: &str) -> Value {
    Value::Answer { code: None, text: text.to_owned() }
}

fn coded(code: &str) -> Value {
    Value::Answer { code: Some(code.to_owned()), text: String::new() }
}

fn pregnancy_by(results: Vec<Measurement>) -> Pregnancy {
    let mut chart = with(&[], Vec::new());
    chart.measurements = results;
    judged(&chart, None).pregnancy
}

fn item9(item: u8, days_ago: Days) -> Screening {
    let mut screening = phq9("q", 15, &(today() - days_ago).to_string());
    screening.items[8] = Some(item);
    screening
}

// rule 9.3/pregnancy-status: speaks
// rule 9.3/pregnancy-status: silent
#[test]
fn a_positive_status_or_test_counts_for_280_days_and_a_negative_one_for_90() {
    let is_current =
        |value: Value, instrument, days_ago| matches!(pregnancy_by(vec![result(instrument, value, days_ago)]), Pregnancy::Current(_));
    for code in ["77386006", "LA15173-0"] {
        assert!(is_current(coded(code), Instrument::PregnancyStatus, 280), "{code}");
        assert!(!is_current(coded(code), Instrument::PregnancyStatus, 281), "{code}");
    }
    assert!(is_current(answer("Positive"), Instrument::PregnancyTest, 10));
    assert!(is_current(Value::Number(25.0), Instrument::PregnancyTestQuantitative, 10));
    for unknown in [coded("146799005"), coded("LA4489-6"), answer("maybe"), Value::YesNo(false)] {
        assert_eq!(pregnancy_by(vec![result(Instrument::PregnancyStatus, unknown, 10)]), Pregnancy::NotOnFile);
    }
    assert_eq!(pregnancy_by(vec![result(Instrument::PregnancyTestQuantitative, Value::Number(24.0), 10)]), Pregnancy::NotOnFile);
    let excluded =
        |value, days_ago| matches!(pregnancy_by(vec![result(Instrument::PregnancyStatus, value, days_ago)]), Pregnancy::Excluded(_));
    assert!(excluded(coded("60001007"), 90) && excluded(coded("LA26683-5"), 90) && !excluded(coded("60001007"), 91));
    let later = vec![result(Instrument::PregnancyTest, answer("positive"), 40), result(Instrument::PregnancyStatus, coded("60001007"), 10)];
    assert!(matches!(pregnancy_by(later), Pregnancy::Excluded(_)), "a later negative one ends it");
}

#[test]
fn a_code_of_pregnancy_counts_until_a_birth_and_whatever_the_tests_say() {
    let coded = |groups: &[(ConditionGroup, Days)]| judged(&with(groups, Vec::new()), None).pregnancy;
    assert!(matches!(coded(&[(ConditionGroup::PregnancyCurrent, 280)]), Pregnancy::Current(_)));
    assert_eq!(coded(&[(ConditionGroup::PregnancyCurrent, 281)]), Pregnancy::NotOnFile);
    let born = [(ConditionGroup::PregnancyCurrent, 200), (ConditionGroup::PregnancyPostpartum, 20)];
    assert_eq!(coded(&born), Pregnancy::NotOnFile);
    let again = [(ConditionGroup::PregnancyCurrent, 20), (ConditionGroup::PregnancyPostpartum, 300)];
    assert!(matches!(coded(&again), Pregnancy::Current(_)));
    let mut man = with(&[], Vec::new());
    man.patient.as_mut().expect("a patient").sex = Some(Sex::Male);
    assert_eq!(judged(&man, None).pregnancy, Pregnancy::NotAsked);
}

// rule 9.3/postpartum-window: speaks
// rule 9.3/postpartum-window: silent
#[test]
fn a_birth_counts_for_a_year_and_says_whether_she_breastfeeds() {
    let of = |days_ago| judged(&with(&[(ConditionGroup::PregnancyPostpartum, days_ago)], Vec::new()), None).postpartum;
    assert_eq!(of(365).expect("within a year").breastfeeding, Breastfeeding::NotOnFile);
    assert!(of(366).is_none());
    let both = with(&[(ConditionGroup::PregnancyPostpartum, 60), (ConditionGroup::PregnancyBreastfeeding, 50)], Vec::new());
    assert!(matches!(judged(&both, None).postpartum.expect("a birth").breastfeeding, Breastfeeding::Yes(_)));
}

// rule 10/urgent: speaks
// rule 10/urgent: silent
#[test]
fn psychotic_features_and_catatonia_are_urgent_unless_a_recent_score_is_low() {
    let of = |group, screenings| judged(&with(&[(group, 10)], screenings), None).is_urgent();
    let scored = |total, days_ago: Days| vec![phq9("q", total, &(today() - days_ago).to_string())];
    for group in [ConditionGroup::DepressionPsychotic, ConditionGroup::Catatonia] {
        assert!(of(group, Vec::new()), "no score is needed");
        assert!(of(group, scored(10, 60)) && !of(group, scored(9, 60)));
        assert!(!of(group, scored(9, 10)), "within the days");
        assert!(of(group, scored(9, 61)), "too old to count");
    }
    assert!(!of(ConditionGroup::Dementia, scored(24, 1)));
    let mut past = with(&[(ConditionGroup::DepressionPsychotic, 10)], Vec::new());
    past.conditions.last_mut().expect("the code").current = false;
    assert!(!judged(&past, None).is_urgent());
}

// rule 10/urgent-danger: speaks
// rule 10/urgent-danger: silent
#[test]
fn critical_danger_is_urgent_with_a_severe_recent_score() {
    let danger = SafetyFinding {
        id: "phq9-item9",
        label: "item 9".to_owned(),
        basis: Vec::new(),
        indicator: SafetyIndicator::Critical,
        date: today(),
    };
    let of =
        |total, days_ago: Days, danger| judged(&with(&[], vec![phq9("q", total, &(today() - days_ago).to_string())]), danger).is_urgent();
    assert!(of(20, 30, Some(&danger)) && of(27, 1, Some(&danger)));
    assert!(!of(19, 30, Some(&danger)) && !of(20, 31, Some(&danger)) && !of(27, 1, None));
}

// rule 9.2/overdose-risk: speaks
// rule 9.2/overdose-risk: silent
#[test]
fn an_overdose_risk_is_item_9_of_two_or_an_attempt_within_a_year() {
    let by_item = |screenings| judged(&with(&[], screenings), None).overdose_risk.len();
    assert_eq!(by_item(vec![item9(2, 30)]), 1);
    assert_eq!((by_item(vec![item9(1, 30)]), by_item(vec![item9(2, 31)])), (0, 0));
    assert_eq!(by_item(vec![item9(2, 20), item9(1, 10)]), 1, "the highest of the 30 days");
    assert_eq!(by_item(vec![item9(2, 20), item9(0, 10)]), 0, "a later 0 ends it");
    let unfinished = Screening { finished: false, ..item9(0, 10) };
    assert_eq!(by_item(vec![item9(2, 20), unfinished]), 1, "an unfinished one ends nothing");
    let by_code = |days_ago| judged(&with(&[(ConditionGroup::SuicideAttempt, days_ago)], Vec::new()), None).overdose_risk.len();
    assert_eq!((by_code(365), by_code(366)), (1, 0));
    let mut history = with(&[(ConditionGroup::SuicideAttempt, 10)], Vec::new());
    let last = history.conditions.last_mut().expect("the code");
    last.groups = last.groups.with(ConditionGroup::SuicideHistory);
    assert_eq!(judged(&history, None).overdose_risk.len(), 1, "a history code counts by its date (rules.md 11)");
}

#[test]
fn the_age_bands_begin_at_60_and_65() {
    let of = |birth: &str| {
        let mut chart = with(&[], Vec::new());
        chart.patient.as_mut().expect("a patient").birth = Some(When::on(day(birth)));
        judged(&chart, None).age_band
    };
    assert_eq!((of("1966-03-03"), of("1966-03-02")), (AgeBand::Adult, AgeBand::Older));
    assert_eq!((of("1961-03-03"), of("1961-03-02")), (AgeBand::Older, AgeBand::Elderly));
    assert_eq!((of("1964-01-01"), of("1940-01-01")), (AgeBand::Older, AgeBand::Elderly));
    let mut unknown = with(&[], Vec::new());
    unknown.patient = None;
    assert_eq!(judged(&unknown, None).age_band, AgeBand::Unknown);
}
