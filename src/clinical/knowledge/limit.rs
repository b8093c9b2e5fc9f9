//! What removes an option, or is to be said beside it, with the facts of a chart that do so (`option_limits.csv`; rules.md 9.2, 9.3, 10).

use std::collections::HashSet;

use serde::Deserialize;

use super::antidepressant::Antidepressant;
use super::cell::Cells;
use super::drug::Drugs;
use super::fault::{Defects, Fault, Place};
use super::option::{KINDS, OptionKind, OptionRow};
use super::raw::{Row, parts};
use crate::clinical::units::{ConditionGroup, DailyDose, Days, DrugGroup, Ingredient, Instrument};

/// One fact that bears on some options.
#[derive(Debug, Clone)]
pub struct OptionLimit {
    /// Its name.
    pub id: &'static str,
    /// On which options it bears.
    pub targets: Vec<Target>,
    /// What has to stand in the chart.
    pub trigger: Trigger,
    /// What then becomes of the option.
    pub effect: Effect,
    /// Whether it is an absolute contraindication: not tested, the option is not offered without saying so (rules.md 9.3).
    pub absolute: bool,
    /// What it is about, for "not checked: {what}".
    pub what: &'static str,
    /// What the prescriber is told.
    pub text: &'static str,
}

/// Which options a limit bears on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Every option that is a drug, a rise of the present one too.
    Drugs,
    /// One row of the option table.
    Option(&'static str),
    /// The rows of a kind.
    Kind(OptionKind),
    /// The rows of a family.
    Family(&'static str),
    /// A drug.
    Drug(Ingredient),
    /// The drugs of a class of the antidepressant table.
    Class(&'static str),
    /// The drugs of a group.
    Group(DrugGroup),
}

/// What has to stand in the chart.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// A diagnosis of one of these groups.
    Condition(Vec<ConditionGroup>, Period),
    /// The newest result, if it is not too old.
    Measured(Measure),
    /// The age in whole years.
    Age(Limit),
    /// The number of counted failures.
    Failures(Limit),
    /// A state of pregnancy or after birth.
    Pregnancy(PregnancyState),
    /// A drug of one of these groups is being taken.
    Taken(Vec<DrugGroup>),
    /// A risk of overdose (rules.md 9.2).
    OverdoseRisk,
}

/// Which diagnoses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Those that are current.
    Current,
    /// All of them, history too.
    Ever,
    /// Those that began or were recorded within so many days.
    Recent(Days),
    /// Those that are both.
    CurrentRecent(Days),
}

/// A result and the limit that it is held against.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Measure {
    pub instrument: Instrument,
    pub limit: Limit,
    /// How old it may be.
    pub within: Days,
    /// For whom the limit holds: for women, for all others, for everybody.
    pub of_women: Option<bool>,
    /// What the prescriber calls it: `eGFR`.
    pub name: &'static str,
    /// Its unit, as it is printed; empty where none is.
    pub unit: &'static str,
}

/// A limit of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum Limit {
    Below(f64),
    Above(f64),
    AtLeast(f64),
    Exactly(f64),
    /// Systolic or diastolic at or above.
    Pressure {
        systolic: f64,
        diastolic: f64,
    },
    /// Above so many times the result's own upper limit, or the usual one where it has none.
    AboveUpper {
        times: f64,
        usual: f64,
    },
}

impl Limit {
    /// Whether a value reaches the limit; `upper` is the upper limit of the result's own reference range.
    pub fn is_met(self, value: f64, upper: Option<f64>) -> bool {
        match self {
            Limit::Below(limit) => value < limit,
            Limit::Above(limit) => value > limit,
            Limit::AtLeast(limit) => value >= limit,
            Limit::Exactly(limit) => value == limit,
            Limit::AboveUpper { times, usual } => value > times * upper.unwrap_or(usual),
            // a pressure is no single number
            Limit::Pressure { .. } => false,
        }
    }
}

/// A state of pregnancy or after birth (rules.md 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PregnancyState {
    Current,
    NotOnFile,
    Postpartum,
    Breastfeeding,
    BreastfeedingNotOnFile,
}

/// What becomes of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is left out.
    Remove,
    /// It is offered with caution.
    Caution,
    /// It is offered with caution, after all others of its kind.
    Last,
    /// Something is said beside it.
    Line,
    /// The dose of the present drug is not raised; nothing is said of a new one.
    NoRise,
    /// The dose has a maximum.
    Cap(DailyDose),
}

/// A row of the table.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct LimitRow {
    id: &'static str,
    applies_to: &'static str,
    trigger: &'static str,
    of: &'static str,
    limit: &'static str,
    within_days: &'static str,
    sex: &'static str,
    effect: &'static str,
    absolute: &'static str,
    what: &'static str,
    measure: &'static str,
    unit: &'static str,
    cap_mg: &'static str,
    text: &'static str,
    grade: &'static str,
    confidence: &'static str,
}

const PREGNANCY: &[(&str, PregnancyState)] = &[
    ("current", PregnancyState::Current),
    ("not-on-file", PregnancyState::NotOnFile),
    ("postpartum", PregnancyState::Postpartum),
    ("breastfeeding", PregnancyState::Breastfeeding),
    ("breastfeeding-not-on-file", PregnancyState::BreastfeedingNotOnFile),
];

const SEXES: &[(&str, Option<bool>)] = &[("", None), ("female", Some(true)), ("not female", Some(false))];

/// What the rows are checked against.
pub(super) struct Known<'a> {
    pub options: &'a [OptionRow],
    pub antidepressants: &'a [Antidepressant],
    pub drugs: &'a Drugs,
}

/// Every limit, in the order of the table.
pub(super) fn limits(rows: &[Row<LimitRow>], known: &Known<'_>, defects: &mut Defects) -> Vec<OptionLimit> {
    let mut ids = HashSet::new();
    let mut limits = Vec::with_capacity(rows.len());
    for Row { at, cells: row } in rows {
        let targets = parts(row.applies_to).filter_map(|word| target(*at, word, known, defects)).collect();
        let mut cells = Cells { at: *at, defects };
        for (column, text) in
            [("applies_to", row.applies_to), ("what", row.what), ("text", row.text), ("grade", row.grade), ("confidence", row.confidence)]
        {
            cells.filled(column, text);
        }
        let trigger = trigger(&mut cells, row);
        let effect = effect(&mut cells, row);
        let absolute = cells.one_of("absolute", row.absolute, &[("yes", true), ("no", false)]);
        if !ids.insert(row.id) {
            cells.fault(Fault::Twice { what: row.id.to_owned(), first: "an earlier row".to_owned() });
        }
        if let (Some(trigger), Some(effect), Some(absolute)) = (trigger, effect, absolute) {
            limits.push(OptionLimit { id: row.id, targets, trigger, effect, absolute, what: row.what, text: row.text });
        }
    }
    limits
}

fn target(at: Place, word: &'static str, known: &Known<'_>, defects: &mut Defects) -> Option<Target> {
    let (sort, name) = word.split_once(' ').map_or((word, ""), |(sort, name)| (sort, name.trim()));
    let found = match sort {
        "drugs" if name.is_empty() => Some(Target::Drugs),
        "drug" => return known.drugs.known(at, name, defects).map(Target::Drug),
        "option" => known.options.iter().any(|row| row.id == name).then_some(Target::Option(name)),
        "family" => known.options.iter().any(|row| row.family == name).then_some(Target::Family(name)),
        "class" => known.antidepressants.iter().any(|row| row.class == name).then_some(Target::Class(name)),
        "group" => name.parse().ok().map(Target::Group),
        "kind" => KINDS.iter().find(|(kind, _)| *kind == name).map(|(_, kind)| Target::Kind(*kind)),
        _ => None,
    };
    if found.is_none() {
        defects.add(at, Fault::UnknownWord { column: "applies_to", word: word.to_owned() });
    }
    found
}

fn trigger(cells: &mut Cells<'_>, row: &LimitRow) -> Option<Trigger> {
    let groups = |cells: &mut Cells<'_>| {
        cells.filled("of", row.of);
        parts(row.of).map(|word| cells.word("of", word)).collect::<Option<Vec<ConditionGroup>>>()
    };
    match row.trigger {
        "condition-current" => Some(Trigger::Condition(groups(cells)?, Period::Current)),
        "condition-ever" => Some(Trigger::Condition(groups(cells)?, Period::Ever)),
        "condition-recent" => Some(Trigger::Condition(groups(cells)?, Period::Recent(within(cells, row)?))),
        "condition-current-recent" => Some(Trigger::Condition(groups(cells)?, Period::CurrentRecent(within(cells, row)?))),
        "measured" => measure(cells, row).map(Trigger::Measured),
        "age" => limit(cells, row.limit).map(Trigger::Age),
        "failures" => limit(cells, row.limit).map(Trigger::Failures),
        "pregnancy" => cells.one_of("of", row.of, PREGNANCY).map(Trigger::Pregnancy),
        "taken" => parts(row.of).map(|word| cells.word("of", word)).collect::<Option<Vec<DrugGroup>>>().map(Trigger::Taken),
        "overdose-risk" => Some(Trigger::OverdoseRisk),
        other => {
            cells.fault(Fault::UnknownWord { column: "trigger", word: other.to_owned() });
            None
        }
    }
}

fn within(cells: &mut Cells<'_>, row: &LimitRow) -> Option<Days> {
    cells.filled("within_days", row.within_days);
    cells.whole("within_days", row.within_days)
}

fn measure(cells: &mut Cells<'_>, row: &LimitRow) -> Option<Measure> {
    cells.filled("measure", row.measure);
    let instrument = cells.word("of", row.of);
    let of_women = cells.one_of("sex", row.sex, SEXES);
    let limit = limit(cells, row.limit);
    let within = within(cells, row);
    Some(Measure { instrument: instrument?, limit: limit?, within: within?, of_women: of_women?, name: row.measure, unit: row.unit })
}

fn effect(cells: &mut Cells<'_>, row: &LimitRow) -> Option<Effect> {
    match row.effect {
        "remove" => Some(Effect::Remove),
        "caution" => Some(Effect::Caution),
        "last" => Some(Effect::Last),
        "line" => Some(Effect::Line),
        "no-rise" => Some(Effect::NoRise),
        "cap" => {
            cells.filled("cap_mg", row.cap_mg);
            cells.dose("cap_mg", row.cap_mg).map(Effect::Cap)
        }
        other => {
            cells.fault(Fault::UnknownWord { column: "effect", word: other.to_owned() });
            None
        }
    }
}

/// `< 30`, `> 60`, `>= 65`, `= 1`, `>= 140/90`, `> 3 x ULN 40`.
fn limit(cells: &mut Cells<'_>, text: &str) -> Option<Limit> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let read = match text.trim().split_once(' ') {
        Some(("<", rest)) => number(rest).map(Limit::Below),
        Some(("=", rest)) => number(rest).map(Limit::Exactly),
        Some((">=", rest)) => match rest.split_once('/') {
            Some((systolic, diastolic)) => {
                number(systolic).zip(number(diastolic)).map(|(systolic, diastolic)| Limit::Pressure { systolic, diastolic })
            }
            None => number(rest).map(Limit::AtLeast),
        },
        Some((">", rest)) => match rest.split_once("x ULN") {
            Some((times, usual)) => number(times).zip(number(usual)).map(|(times, usual)| Limit::AboveUpper { times, usual }),
            None => number(rest).map(Limit::Above),
        },
        _ => None,
    };
    if read.is_none() {
        cells.fault(Fault::NotALimit { column: "limit", text: text.to_owned() });
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_met_on_its_own_side_only() {
        assert!(Limit::Below(30.0).is_met(29.9, None) && !Limit::Below(30.0).is_met(30.0, None));
        assert!(Limit::AtLeast(65.0).is_met(65.0, None) && !Limit::AtLeast(65.0).is_met(64.0, None));
        assert!(Limit::Above(60.0).is_met(61.0, None) && !Limit::Above(60.0).is_met(60.0, None));
        let upper = Limit::AboveUpper { times: 3.0, usual: 40.0 };
        assert!(upper.is_met(121.0, None) && !upper.is_met(120.0, None));
        assert!(upper.is_met(91.0, Some(30.0)) && !upper.is_met(150.0, Some(50.0)));
    }
}
