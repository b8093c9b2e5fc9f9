//! Every row of `option_limits.csv` speaks of every option that it means, and is silent one step away: a day, a unit, a year, a status.

use super::*;
use crate::clinical::knowledge::{Effect, Limit, Measure, OptionLimit, Period, PregnancyState, Trigger};
use crate::clinical::units::DrugGroup;

/// The smallest charts that a trigger asks for, and charts one step away from them.
struct Sides {
    speaks: Vec<Scene>,
    silent: Vec<Scene>,
}

#[test]
fn every_limit_speaks_at_its_trigger_and_not_one_step_away() {
    let knowledge = Knowledge::builtin();
    for limit in knowledge.option_limits() {
        let sides = sides(limit);
        assert!(!sides.speaks.is_empty() && !sides.silent.is_empty(), "{}", limit.id);
        for scene in &sides.speaks {
            assert_said(limit, scene, true);
        }
        for scene in &sides.silent {
            assert_said(limit, scene, false);
        }
        if limit.effect == Effect::Remove {
            // another row may leave out another option in the same words
            let meant = meant_options(limit);
            let left_out = |scene| left_out_by(limit, scene).into_iter().filter(|name| meant.contains(name)).collect::<Vec<String>>();
            assert_eq!(left_out(&sides.silent[0]), [""; 0], "{}", limit.id);
            assert_eq!(left_out(&sides.speaks[0]), meant, "{}", limit.id);
        }
    }
}

/// A row of the option table and a drug of it; without a row a rise of a drug.
type Subject<'a> = (Option<&'a OptionRow>, Option<Ingredient>);

/// What a row is looked at for: each option of the tables, and a rise of each drug.
fn subjects(knowledge: &Knowledge) -> Vec<Subject<'_>> {
    let of_rows = knowledge.options().iter().flat_map(|row| {
        let drugs = row.ingredients.iter().map(|drug| Some(*drug));
        let drugs: Vec<Option<Ingredient>> = if row.ingredients.is_empty() { vec![None] } else { drugs.collect() };
        drugs.into_iter().map(move |drug| (Some(row), drug))
    });
    let rises = knowledge.ingredients().into_iter().map(|drug| (None, Some(drug)));
    of_rows.chain(rises).collect()
}

fn is_meant((row, drug): Subject<'_>, limit: &OptionLimit) -> bool {
    Knowledge::builtin().limits_on(row, drug).any(|(_, bearing)| bearing.id == limit.id)
}

/// The row is among the reasons of every option that it means, in the place that its effect asks for; or in none.
fn assert_said(limit: &OptionLimit, scene: &Scene, expected: bool) {
    let knowledge = Knowledge::builtin();
    let meant = scene.judged_by(knowledge, |ground, circumstances| {
        let subjects: Vec<Subject<'_>> = subjects(knowledge).into_iter().filter(|subject| is_meant(*subject, limit)).collect();
        let limits = Limits::new(ground, circumstances);
        for (row, drug) in subjects.iter().copied() {
            let weighed = limits.weighed(row, drug);
            let row = row.map(|row| row.id);
            let said = match limit.effect {
                Effect::NoRise => {
                    let limits = dose_limits(ground, circumstances, drug.expect("a rise is of a drug"));
                    limits.no_rise.iter().any(|fact| fact.text.ends_with(limit.text))
                }
                Effect::Cap(cap) if row.is_none() => {
                    let lowest = dose_limits(ground, circumstances, drug.expect("a dose is of a drug")).cap;
                    assert_eq!(lowest == Some(cap), says(&weighed.cautions, limit), "{}: {drug:?} {lowest:?}", limit.id);
                    lowest == Some(cap)
                }
                Effect::Remove => says(&weighed.removed, limit),
                Effect::Caution | Effect::Cap(_) => says(&weighed.cautions, limit),
                Effect::Line => says(&weighed.lines, limit),
                Effect::Last => {
                    assert_eq!(weighed.last, says(&weighed.cautions, limit), "{}", limit.id);
                    weighed.last
                }
            };
            assert_eq!(said, expected, "{}: {row:?} {drug:?} with {:?} {:?}", limit.id, scene.chart.conditions, scene.chart.measurements);
        }
        subjects.len()
    });
    assert!(meant > 0, "{} means no option", limit.id);
}

fn says(reasons: &[Reasoned], limit: &OptionLimit) -> bool {
    reasons.iter().any(|reason| reason.text.ends_with(limit.text))
}

/// The options that a row leaves out, by kind and name.
fn left_out_by(limit: &OptionLimit, scene: &Scene) -> Vec<String> {
    let by_row = |option: &TreatmentOption| option.verdict == LeftOut && option.reasons.iter().any(|reason| reason.ends_with(limit.text));
    named(scene.options().into_iter().filter(by_row))
}

/// The options that it ought to leave out.
fn meant_options(limit: &OptionLimit) -> Vec<String> {
    let knowledge = Knowledge::builtin();
    let row = |option: &TreatmentOption| knowledge.options().iter().find(|row| Some(row.id) == option.row);
    let is_meant = |option: &TreatmentOption| row(option).is_some_and(|row| is_meant((Some(row), option.drug), limit));
    named(scene().options().into_iter().filter(is_meant))
}

fn named(options: impl Iterator<Item = TreatmentOption>) -> Vec<String> {
    let mut names: Vec<String> = options.map(|option| format!("{:?} {}", option.kind, option.id)).collect();
    names.sort();
    names
}

fn sides(limit: &OptionLimit) -> Sides {
    match &limit.trigger {
        Trigger::Condition(groups, period) => {
            let each = groups.iter().map(|group| condition_sides(*group, *period));
            each.reduce(|mut all, one| {
                all.speaks.extend(one.speaks);
                all.silent.extend(one.silent);
                all
            })
            .expect("a group")
        }
        Trigger::Measured(measure) => measured_sides(measure),
        Trigger::Age(age) => {
            let (met, not) = numbers(*age, 1.0);
            Sides { speaks: vec![scene().aged(met as i32)], silent: vec![scene().aged(not as i32)] }
        }
        Trigger::Failures(count) => {
            let (met, _) = numbers(*count, 1.0);
            let after = |count: f64| scene().after(count as usize);
            Sides { speaks: vec![after(met)], silent: vec![after(met - 1.0), after(met + 1.0)] }
        }
        Trigger::Pregnancy(state) => pregnancy_sides(*state),
        Trigger::Taken(groups) => {
            let names: Vec<&str> = groups.iter().map(|group| taken_of(*group)).collect();
            Sides { speaks: names.iter().map(|name| ended(name, 14)).collect(), silent: names.iter().map(|name| ended(name, 15)).collect() }
        }
        Trigger::OverdoseRisk => Sides { speaks: vec![item_nine(2, 30)], silent: vec![item_nine(1, 30), item_nine(2, 31)] },
    }
}

fn condition_sides(group: ConditionGroup, period: Period) -> Sides {
    match period {
        Period::Current => Sides { speaks: vec![scene().code(group, 10)], silent: vec![scene().past_code(group, 10)] },
        Period::Ever => Sides { speaks: vec![scene().past_code(group, 5000), scene().code(group, 10)], silent: vec![scene()] },
        Period::Recent(days) => Sides {
            speaks: vec![scene().code(group, days), scene().past_code(group, days)],
            silent: vec![scene().code(group, days + 1), scene().past_code(group, days + 1)],
        },
        Period::CurrentRecent(days) => {
            Sides { speaks: vec![scene().code(group, days)], silent: vec![scene().code(group, days + 1), scene().past_code(group, days)] }
        }
    }
}

/// A number that meets a limit, and the nearest that does not.
fn numbers(limit: Limit, step: f64) -> (f64, f64) {
    match limit {
        Limit::Below(limit) => (limit - step, limit),
        Limit::Above(limit) => (limit + step, limit),
        Limit::AtLeast(limit) => (limit, limit - step),
        Limit::Exactly(limit) => (limit, limit + step),
        Limit::AboveUpper { times, usual } => (times * usual + step, times * usual),
        Limit::Pressure { .. } => unreachable!("a pressure is two numbers"),
    }
}

fn measured_sides(measure: &Measure) -> Sides {
    let (of, within) = (measure.instrument, measure.within);
    let patient = || if measure.of_women == Some(true) { scene().woman() } else { scene() };
    if let Limit::Pressure { systolic, diastolic } = measure.limit {
        return Sides {
            speaks: vec![scene().pressure(systolic, diastolic - 1.0, within), scene().pressure(systolic - 1.0, diastolic, within)],
            silent: vec![scene().pressure(systolic - 1.0, diastolic - 1.0, within), scene().pressure(systolic, diastolic, within + 1)],
        };
    }
    let (met, not) = numbers(measure.limit, 0.1);
    let mut sides = Sides {
        speaks: vec![patient().result(of, met, within)],
        silent: vec![patient().result(of, not, within), patient().result(of, met, within + 1)],
    };
    if measure.of_women == Some(false) {
        sides.silent.push(scene().woman().result(of, met, within));
    }
    sides
}

fn pregnancy_sides(state: PregnancyState) -> Sides {
    use ConditionGroup::{PregnancyBreastfeeding, PregnancyCurrent, PregnancyPostpartum};
    let parameters = Knowledge::builtin().parameters();
    let birth = |days| scene().woman().code(PregnancyPostpartum, days);
    let year = parameters.postpartum_days;
    match state {
        PregnancyState::Current => Sides {
            speaks: vec![scene().woman().code(PregnancyCurrent, parameters.pregnancy_counts_days)],
            silent: vec![
                scene().woman().code(PregnancyCurrent, parameters.pregnancy_counts_days + 1),
                scene().woman().past_code(PregnancyCurrent, 100),
            ],
        },
        PregnancyState::NotOnFile => Sides {
            speaks: vec![
                scene().woman().aged(parameters.pregnancy_unknown_max_age),
                scene().woman().value(Instrument::PregnancyTest, no(), parameters.pregnancy_status_fresh_days + 1),
            ],
            silent: vec![
                scene().woman().aged(parameters.pregnancy_unknown_max_age + 1),
                scene().woman().value(Instrument::PregnancyTest, no(), parameters.pregnancy_status_fresh_days),
                scene(),
            ],
        },
        PregnancyState::Postpartum => Sides { speaks: vec![birth(year)], silent: vec![birth(year + 1)] },
        PregnancyState::Breastfeeding => Sides {
            speaks: vec![birth(year).code(PregnancyBreastfeeding, year)],
            silent: vec![birth(year), birth(year).code(PregnancyBreastfeeding, year + 1)],
        },
        PregnancyState::BreastfeedingNotOnFile => {
            Sides { speaks: vec![birth(year)], silent: vec![birth(year + 1), birth(year).code(PregnancyBreastfeeding, year)] }
        }
    }
}

/// A test that says "not pregnant".
fn no() -> Value {
    Value::Answer { code: None, text: "negative".to_owned() }
}

/// The first drug of a group that is no antidepressant, if there is one: the days after its last supply are counted alike for all groups.
fn taken_of(group: DrugGroup) -> &'static str {
    let knowledge = Knowledge::builtin();
    let of_group: Vec<Ingredient> = knowledge.ingredients().into_iter().filter(|drug| knowledge.in_group(*drug, group)).collect();
    let other = of_group.iter().find(|drug| knowledge.antidepressant(**drug).is_none());
    other.or(of_group.first()).expect("a drug of the group").name()
}

/// Sixty days of a drug, the last of them so many days ago.
fn ended(name: &str, days_ago: Days) -> Scene {
    let mut scene = scene();
    scene.chart.medications.push(dispensed(name, name, 10.0, &(today() - days_ago - 59).to_string(), 60));
    scene
}

/// A PHQ-9 of 12 with this answer to its item 9, so many days ago.
fn item_nine(answer: u8, days_ago: Days) -> Scene {
    let mut scene = scene();
    let mut screening = phq9("item-9", 12, &(today() - days_ago).to_string());
    screening.items[8] = Some(answer);
    scene.chart.screenings.push(screening);
    scene
}
