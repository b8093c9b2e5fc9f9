use super::super::sample::*;
use super::super::{Assessment, StepKind, TreatmentOption, Verdict, assess};
use crate::clinical::chart::{Chart, Intolerance, Measurement, Screening, Stop, StopReason, Value};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Days, Instrument, Moment, SourceRef};

/// One failed trial of sertraline, the newest PHQ-9 two days old with these items at 2 or more.
fn failed(items: &[usize]) -> Chart {
    let mut newest = phq9("b", 17, "2026-02-28");
    answered(&mut newest, items, 2);
    chart(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 120)], vec![phq9("a", 18, "2025-12-01"), newest])
}

fn answered(screening: &mut Screening, items: &[usize], answer: u8) {
    screening.items = std::array::from_fn(|index| Some(if items.contains(&(index + 1)) { answer } else { 1 }));
}

fn measured(instrument: Instrument, days: Days, value: f64) -> Measurement {
    Measurement {
        instrument,
        at: Moment { day: day(TODAY) - days, second: None },
        source: SourceRef::new(format!("Observation/{instrument}-{days}")),
        value: Value::Number(value),
        lower_limit: None,
        upper_limit: None,
        finished: true,
    }
}

fn judged(record: &Chart) -> Assessment {
    assess(record, Knowledge::builtin(), day(TODAY))
}

/// What is said of switching to a drug, for it or against it.
fn hint(record: &Chart, id: &str) -> Option<String> {
    let options = judged(record).options;
    let option: &TreatmentOption = options.iter().find(|option| option.kind == StepKind::Switch && option.id == id).expect("an option");
    assert_ne!(option.verdict, Verdict::LeftOut, "{id}");
    option.reasons.iter().find(|reason| reason.starts_with("symptom hint")).cloned()
}

fn speaks_for(record: &Chart, id: &str) -> bool {
    hint(record, id).is_some_and(|reason| reason.contains("speaks for it"))
}

fn speaks_against(record: &Chart, id: &str) -> bool {
    let options = judged(record).options;
    let of_drug = options.iter().filter(|option| option.id == id);
    of_drug.flat_map(|option| &option.reasons).any(|reason| reason.contains("speaks against it"))
}

// rule 12/little-evidence: speaks
// rule 12/little-evidence: silent
// rule 12/anhedonia-fatigue: speaks
// rule 12/anhedonia-fatigue: silent
#[test]
fn loss_of_pleasure_with_fatigue_speaks_for_bupropion() {
    assert_eq!(
        hint(&failed(&[1, 4]), "bupropion").as_deref(),
        Some("symptom hint, little evidence: loss of pleasure with fatigue speaks for it (PHQ-9 items 1 and 4 at 2 or more on 2026-02-28)")
    );
    assert_eq!((hint(&failed(&[1]), "bupropion"), hint(&failed(&[4]), "bupropion")), (None, None));
}

// rule 12/newest-score: speaks
// rule 12/newest-score: silent
#[test]
fn only_the_items_of_the_newest_score_of_thirty_days_count() {
    let on = |date: &str, answer: u8| {
        let mut record = failed(&[]);
        record.screenings[1] = phq9("b", 17, date);
        answered(&mut record.screenings[1], &[1, 4], answer);
        hint(&record, "bupropion").is_some()
    };
    assert_eq!((on("2026-01-31", 2), on("2026-01-30", 2)), (true, false), "30 and 31 days");
    assert!(on("2026-02-28", 3) && !on("2026-02-28", 1));
    let mut later = failed(&[1, 4]);
    later.screenings.push(phq9("c", 16, "2026-03-01"));
    assert_eq!(hint(&later, "bupropion"), None, "the newest has no items");
    let mut unfinished = failed(&[1, 4]);
    unfinished.screenings[1].finished = false;
    assert!(judged(&unfinished).options.iter().flat_map(|option| &option.reasons).all(|reason| !reason.starts_with("symptom hint")));
}

#[test]
fn a_score_of_today_counts_and_one_of_tomorrow_or_unfinished_does_not() {
    let with = |date: &str, finished| {
        let mut record = failed(&[]);
        let mut other = phq9("c", 17, date);
        answered(&mut other, &[1, 4], 2);
        other.finished = finished;
        record.screenings.push(other);
        hint(&record, "bupropion").is_some()
    };
    assert_eq!((with(TODAY, true), with("2026-03-03", true), with("2026-03-01", false)), (true, false, false));
}

// rule 12/sleep: speaks
// rule 12/sleep: silent
#[test]
fn poor_sleep_speaks_for_mirtazapine_and_says_what_it_does_not_tell() {
    let reason = hint(&failed(&[3]), "mirtazapine").expect("a hint");
    assert!(reason.contains("poor sleep (item 3 does not tell insomnia from sleeping too much: ask) speaks for it"), "{reason}");
    assert!(reason.ends_with("(PHQ-9 item 3 at 2 or more on 2026-02-28)"), "{reason}");
    assert_eq!(hint(&failed(&[2]), "mirtazapine"), None);
}

// rule 12/appetite-loss: speaks
// rule 12/appetite-loss: silent
#[test]
fn appetite_speaks_for_mirtazapine_only_with_weight_lost() {
    let weighed = |before: f64, after: f64, apart: Days| {
        let mut record = failed(&[5]);
        record.measurements = vec![measured(Instrument::Weight, 1 + apart, before), measured(Instrument::Weight, 1, after)];
        record
    };
    assert!(speaks_for(&weighed(80.0, 76.0, 100), "mirtazapine"));
    assert_eq!(hint(&weighed(80.0, 76.01, 100), "mirtazapine"), None);
    assert!(speaks_for(&weighed(80.0, 76.0, 182), "mirtazapine") && speaks_for(&weighed(80.0, 65.0, 100), "mirtazapine"));
    assert_eq!(hint(&weighed(80.0, 76.0, 183), "mirtazapine"), None);
    assert_eq!(hint(&failed(&[5]), "mirtazapine"), None, "item 5 alone does not tell loss from overeating");
    let mut obese = weighed(80.0, 76.0, 100);
    obese.measurements.push(measured(Instrument::Bmi, 5, 31.0));
    assert!(!speaks_for(&obese, "mirtazapine"));
}

#[test]
fn a_weight_trend_needs_two_days_the_later_not_older_than_a_year() {
    let weighed = |before: Days, now: Days| {
        let mut record = failed(&[5]);
        let newest = Measurement { source: SourceRef::new("Observation/weight-newest"), ..measured(Instrument::Weight, now, 76.0) };
        record.measurements = vec![measured(Instrument::Weight, before, 80.0), newest];
        hint(&record, "mirtazapine").is_some()
    };
    assert_eq!((weighed(400, 365), weighed(400, 366)), (true, false));
    assert_eq!((weighed(2, 1), weighed(1, 1)), (true, false), "one day is no trend");
}

// rule 12/weight-avoid: speaks
// rule 12/weight-avoid: silent
// rule 12/weight-favours: speaks
// rule 12/weight-favours: silent
#[test]
fn appetite_with_a_high_weight_speaks_against_what_raises_it() {
    let with = |results: Vec<Measurement>, items: &[usize]| {
        let mut record = failed(items);
        record.measurements = results;
        record
    };
    let obese = with(vec![measured(Instrument::Bmi, 20, 30.0)], &[5]);
    assert!(speaks_against(&obese, "mirtazapine") && speaks_against(&obese, "quetiapine-xr") && speaks_for(&obese, "bupropion"));
    let slim = with(vec![measured(Instrument::Bmi, 20, 29.9)], &[5]);
    assert!(!speaks_against(&slim, "mirtazapine") && hint(&slim, "bupropion").is_none());
    let other_item = with(vec![measured(Instrument::Bmi, 20, 34.0)], &[2]);
    assert!(!speaks_against(&other_item, "mirtazapine"));
    let old = with(vec![measured(Instrument::Bmi, 366, 34.0)], &[5]);
    assert!(!speaks_against(&old, "mirtazapine"));
    let gained = |now| with(vec![measured(Instrument::Weight, 100, 80.0), measured(Instrument::Weight, 1, now)], &[5]);
    assert!(speaks_against(&gained(84.0), "mirtazapine") && speaks_for(&gained(84.0), "bupropion"));
    assert!(speaks_against(&gained(95.0), "mirtazapine") && !speaks_against(&gained(83.9), "mirtazapine"));
}

// rule 12/concentration: speaks
// rule 12/concentration: silent
#[test]
fn poor_concentration_speaks_for_vortioxetine() {
    assert!(speaks_for(&failed(&[7]), "vortioxetine"));
    assert_eq!(hint(&failed(&[8]), "vortioxetine"), None);
}

// rule 12/pain: speaks
// rule 12/pain: silent
#[test]
fn a_code_of_pain_speaks_for_duloxetine() {
    let mut record = failed(&[]);
    record.conditions.push(condition(ConditionGroup::ContributorChronicPain));
    assert!(speaks_for(&record, "duloxetine") && hint(&record, "venlafaxine").is_none());
    record.conditions[1].current = false;
    assert_eq!(hint(&record, "duloxetine"), None);
}

// rule 12/sexual-side-effects: speaks
// rule 12/sexual-side-effects: silent
#[test]
fn recorded_sexual_side_effects_speak_for_what_spares_them() {
    let reaction = |label: &str, name: &str| {
        let mut record = failed(&[]);
        let source = SourceRef::new("AllergyIntolerance/a");
        record.intolerances = vec![Intolerance { source, ingredient: drug(name), when: Some(day("2024-01-01")), label: label.to_owned() }];
        record
    };
    let found = reaction("Sexual dysfunction", "escitalopram");
    for id in ["bupropion", "mirtazapine", "vilazodone", "vortioxetine"] {
        assert!(speaks_for(&found, id), "{id}");
    }
    assert_eq!(hint(&found, "venlafaxine"), None);
    assert_eq!(hint(&reaction("Nausea", "escitalopram"), "bupropion"), None);
    assert_eq!(hint(&reaction("asexual", "escitalopram"), "bupropion"), None, "a whole word");
    assert_eq!(hint(&reaction("Sexual dysfunction", "lisinopril"), "bupropion"), None);
    let stopped = |reason| {
        let mut record = failed(&[]);
        let mut old = dispensed("9", "paroxetine", 20.0, "2024-01-01", 20);
        old.stop = Some(Stop { day: None, reason, label: "loss of libido".to_owned() });
        record.medications.push(old);
        hint(&record, "bupropion").is_some()
    };
    assert!(stopped(StopReason::SideEffect) && !stopped(StopReason::Other));
}

// rule 12/tie-break: speaks
// rule 12/tie-break: silent
#[test]
fn a_hint_orders_within_a_guideline_line_and_never_across() {
    let order = |record: &Chart| -> Vec<String> {
        let options = judged(record).options;
        let open = options.iter().filter(|option| option.kind == StepKind::Switch && option.verdict != Verdict::LeftOut);
        open.map(|option| option.id.to_owned()).collect()
    };
    let place = |order: &[String], id: &str| order.iter().position(|known| known == id).unwrap_or_else(|| panic!("no {id}"));
    let plain = order(&failed(&[]));
    let tired = order(&failed(&[1, 4]));
    assert!(place(&plain, "bupropion") > place(&plain, "venlafaxine"), "the order of the table: {plain:?}");
    assert_eq!(place(&tired, "bupropion"), 0);
    // vilazodone is second line: a hint for it does not carry it over the first
    let mut spared = failed(&[]);
    let source = SourceRef::new("AllergyIntolerance/a");
    let label = "Anorgasmia".to_owned();
    spared.intolerances = vec![Intolerance { source, ingredient: drug("escitalopram"), when: Some(day("2024-01-01")), label }];
    let spared = order(&spared);
    assert!(place(&spared, "vilazodone") > place(&spared, "venlafaxine"), "{spared:?}");
    assert!(place(&spared, "mirtazapine") < place(&spared, "venlafaxine"), "{spared:?}");
    let mut heavy = failed(&[5]);
    heavy.measurements = vec![measured(Instrument::Bmi, 20, 33.0)];
    let heavy = order(&heavy);
    assert!(place(&heavy, "mirtazapine") > place(&heavy, "vortioxetine"), "{heavy:?}");
}

// rule 12/left-in: speaks
// rule 12/left-in: silent
#[test]
fn a_hint_is_given_only_for_an_option_that_is_left_in() {
    let told = |record: &Chart| {
        let options = judged(record).options;
        let bupropion = options.into_iter().find(|option| option.kind == StepKind::Switch && option.id == "bupropion").expect("an option");
        (bupropion.verdict == Verdict::LeftOut, bupropion.reasons.iter().any(|reason| reason.contains("item")))
    };
    let mut record = failed(&[1, 4]);
    assert_eq!(told(&record), (false, true));
    record.conditions.push(condition(ConditionGroup::ContraindicationSeizure));
    assert_eq!(told(&record), (true, false));
}
