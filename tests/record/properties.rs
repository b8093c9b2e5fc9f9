//! What holds for every chart, over generated records.
//!
//! 64 records a property; `PROPTEST_CASES` asks for more.

use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use trialwise::clinical::derive::{Adequacy, Trial};
use trialwise::clinical::units::{Day, Days};

use crate::common::{Outcome, bundle, day, read, signing};
use crate::generated::{DRUGS, Entry, entries, resources};
use crate::spoken::faults;

/// The day that generated records look back from.
const AS_OF: &str = "2026-03-02";

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn outcome(resources: &[String], as_of: Day) -> Outcome {
    let body = bundle(resources);
    read(body.as_bytes(), as_of).unwrap_or_else(|error| panic!("{error}\n{body}"))
}

/// The same record asked for on opening the chart, and while these drugs are being ordered.
fn asked(resources: &[String], ordered: &[(usize, usize)], as_of: Day) -> [Outcome; 2] {
    let drafts: Vec<String> = ordered.iter().enumerate().map(|(number, order)| draft(number, *order).to_string()).collect();
    let drafts = RawValue::from_string(bundle(&drafts)).expect("JSON");
    let body = bundle(resources);
    let signing = signing(body.as_bytes(), &drafts, as_of).unwrap_or_else(|error| panic!("{error}\n{body}"));
    [outcome(resources, as_of), signing]
}

fn draft(number: usize, (drug, strength): (usize, usize)) -> Value {
    let order = Entry::Order { drug, strength, ago: 0, days: 30, refills: 0, status: "draft" };
    let mut order = order.resource(number, day(AS_OF));
    let members = order.as_object_mut().expect("an object");
    members.remove("authoredOn");
    members.insert("id".to_owned(), json!(format!("draft{number}")));
    order
}

fn ordered() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..DRUGS.len(), 0..3_usize), 1..3)
}

/// All that was said on both occasions.
fn said(asked: &[Outcome; 2]) -> String {
    asked.each_ref().map(Outcome::said).join("\n")
}

/// What was said, with every day written as its distance from the day of assessment. Staging counts calendar months and is left out.
fn said_from(outcome: &Outcome, as_of: Day) -> String {
    let mut json = outcome.json();
    json["staging"] = Value::Null;
    let cards: Vec<String> = outcome.cards.iter().map(|card| format!("{card:#?}")).collect();
    let text = format!("{json:#}\n{}", cards.join("\n"));
    let mut relative = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        match rest.get(..10).and_then(|word| word.parse::<Day>().ok()) {
            Some(day) => {
                relative.push_str(&format!("day {}", day - as_of));
                rest = &rest[10..];
            }
            None => {
                relative.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    relative
}

/// Supplies of one product one after the other, with these gaps between them, up to the day of assessment.
fn course(drug: usize, strength: usize, supplies: &[(Days, Days)]) -> Vec<Entry> {
    let mut ago = 0;
    let mut course: Vec<Entry> = Vec::new();
    for (days, gap) in supplies.iter().rev() {
        ago += days;
        course.push(Entry::Dispense { drug, strength, ago: ago - 1, days: *days, units: 1 });
        ago += gap;
    }
    course.push(Entry::Depression { code: "F33.1", onset: 1500, status: "active" });
    course
}

fn supplies(gaps: std::ops::Range<Days>) -> impl Strategy<Value = Vec<(Days, Days)>> {
    prop::collection::vec((1..60_i32, gaps), 1..6)
}

/// How far a verdict goes towards an adequate trial.
fn rank(trial: &Trial) -> u8 {
    match trial.adequacy {
        Adequacy::Inadequate => 0,
        Adequacy::Unknown => 1,
        Adequacy::InProgress => 2,
        Adequacy::Adequate => 3,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn moving_all_days_moves_only_the_dates(
        entries in entries(),
        ordered in ordered(),
        by in prop_oneof![1..800_i32, Just(146_097), -9000..-1_i32],
    ) {
        let on = |day| asked(&resources(&entries, day), &ordered, day).map(|outcome| said_from(&outcome, day));
        let before = on(day(AS_OF));
        let after = on(day(AS_OF) + by);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn the_order_of_a_record_is_nothing(
        (entries, shuffled) in entries().prop_flat_map(|entries| {
            let resources = resources(&entries, day(AS_OF));
            (Just(resources.clone()), Just(resources).prop_shuffle())
        }),
        ordered in ordered(),
    ) {
        let as_of = day(AS_OF);
        prop_assert_eq!(said(&asked(&entries, &ordered, as_of)), said(&asked(&shuffled, &ordered, as_of)));
        let turned: Vec<_> = ordered.iter().rev().copied().collect();
        let codes = |orders: &[(usize, usize)]| asked(&entries, orders, as_of)[1].assessment.interactions.clone();
        let names = |orders| codes(orders).into_iter().map(|interaction| (interaction.id, interaction.drugs)).collect::<Vec<_>>();
        prop_assert_eq!(names(&ordered), names(&turned));
    }

    #[test]
    fn saying_a_thing_twice_says_no_more(entries in entries(), ordered in ordered(), which in any::<prop::sample::Index>()) {
        let as_of = day(AS_OF);
        let once = resources(&entries, as_of);
        let mut twice = once.clone();
        twice.push(once[which.index(once.len())].clone());
        prop_assert_eq!(said(&asked(&once, &ordered, as_of)), said(&asked(&twice, &ordered, as_of)));
    }

    #[test]
    fn what_is_unrelated_changes_nothing(entries in entries(), ordered in ordered(), place in any::<prop::sample::Index>()) {
        let as_of = day(AS_OF);
        let alone = resources(&entries, as_of);
        let mut beside = alone.clone();
        let unrelated = json!({ "resourceType": "Immunization", "id": "i", "status": "completed", "patient": { "reference": "Patient/p" } });
        beside.insert(place.index(alone.len() + 1), unrelated.to_string());
        prop_assert_eq!(said(&asked(&alone, &ordered, as_of)), said(&asked(&beside, &ordered, as_of)));
    }

    /// Of one dose throughout. Where doses are mixed, a higher one may join an early, thin stretch to a full run and lower its share.
    #[test]
    fn more_dose_is_never_less_adequate(drug in 0..3_usize, supplies in supplies(0..40)) {
        let as_of = day(AS_OF);
        let ranks: Vec<Vec<(Option<Day>, u8)>> = (0..3)
            .map(|strength| outcome(&resources(&course(drug, strength, &supplies), as_of), as_of))
            .map(|outcome| outcome.assessment.trials.iter().map(|trial| (trial.start, rank(trial))).collect())
            .collect();
        for pair in ranks.windows(2) {
            prop_assert_eq!(pair[0].len(), pair[1].len());
            for (less, more) in pair[0].iter().zip(&pair[1]) {
                prop_assert_eq!(less.0, more.0);
                prop_assert!(less.1 <= more.1, "{:?}", ranks);
            }
        }
    }

    /// Gaps within one run: a second run may qualify with fewer days where the first one did not.
    #[test]
    fn later_days_of_a_supply_never_shorten_its_trial(drug in 0..3_usize, supplies in supplies(0..14), later in 1..60_i32) {
        let (today, later) = (day(AS_OF), day(AS_OF) + later);
        let mut extended = supplies.clone();
        extended.last_mut().expect("a supply").0 += later - today;
        let before = outcome(&resources(&course(drug, 2, &supplies), today), today).assessment.trials;
        let after = outcome(&resources(&course(drug, 2, &extended), later), later).assessment.trials;
        prop_assert_eq!((before.len(), after.len()), (1, 1));
        prop_assert_eq!(before[0].start, after[0].start);
        prop_assert!(before[0].days <= after[0].days);
        prop_assert!(before[0].at_dose_days <= after[0].at_dose_days);
    }

    #[test]
    fn no_record_gives_a_card_that_is_none(entries in entries(), ordered in ordered()) {
        for outcome in asked(&resources(&entries, day(AS_OF)), &ordered, day(AS_OF)) {
            let faults: Vec<String> = outcome.cards.iter().flat_map(faults).collect();
            prop_assert!(faults.is_empty(), "{:?}", faults);
        }
    }

    #[test]
    fn a_trial_keeps_its_own_sums(entries in entries()) {
        let as_of = day(AS_OF);
        for trial in outcome(&resources(&entries, as_of), as_of).assessment.trials {
            prop_assert!(trial.at_dose_days <= trial.days, "{:?}", trial);
            prop_assert!(trial.window.is_none_or(|window| trial.at_dose_days <= window), "{:?}", trial);
            prop_assert_eq!(trial.adequacy == Adequacy::Adequate, trial.reasons.is_empty(), "{:?}", trial);
            prop_assert!(trial.reasons.is_sorted() && trial.markers.is_sorted(), "{:?}", trial);
            prop_assert!(trial.start.is_none_or(|start| start <= as_of) && trial.end.is_none_or(|end| end <= as_of), "{:?}", trial);
            prop_assert!(!trial.failed || trial.adequacy == Adequacy::Adequate, "{:?}", trial);
            prop_assert!(!trial.basis.is_empty(), "{:?}", trial);
        }
    }
}
