//! Lithium: its level and the kidney (rules.md 9.2).

use super::Scene;
use super::finding::{Finding, Rows};
use super::present::{Present, told};
use crate::clinical::knowledge::Grade;
use crate::clinical::units::{DrugGroup, Instrument};

const LITHIUM: &str = "lithium";
const LEVEL: &str = "lithium-level";
const KIDNEY: &str = "lithium-kidney";

/// A level that may be toxic, and a kidney that does not keep up.
pub fn lithium<'s>(scene: &'s Scene<'_>, rows: &mut Rows<'s>) {
    level(scene, rows);
    for present in scene.active().filter(|present| present.drug.name() == LITHIUM) {
        kidney(present, scene, rows);
    }
}

/// The newest level, if it is fresh; raised for whoever has one, since the drug may be missing from the list.
fn level<'s>(scene: &'s Scene<'_>, rows: &mut Rows<'s>) {
    let parameters = scene.parameters();
    let Some((level, result)) = scene.newest(Instrument::LithiumLevel, parameters.lithium_toxic_fresh_days) else { return };
    let of: Vec<&Present<'_>> = scene.present.iter().map(|present| &**present).filter(|present| present.drug.name() == LITHIUM).collect();
    let beside = scene.active_in(DrugGroup::LithiumInteraction).next();
    let elderly = scene.age.map(|age| age >= parameters.lithium_elderly_from_age);
    let lower = level >= parameters.lithium_toxic_from_elderly;
    let why = match (elderly, beside) {
        _ if level >= parameters.lithium_toxic_from => String::new(),
        (Some(true), _) if lower => format!(" at age {}", scene.age.unwrap_or_default()),
        (_, Some(other)) if lower => format!(" beside {}", other.name()),
        (None, None) if lower => {
            rows.unknown(LEVEL, &of, "age");
            return;
        }
        _ => return,
    };
    let on_list = if of.iter().any(|present| present.active) { "" } else { "; lithium is not on the list" };
    rows.add(Finding {
        advice: "Look for tremor, unsteadiness, vomiting, confusion; a repeat level, kidney function and electrolytes today, per local protocol.",
        about: scene.knowledge.ingredient_named(LITHIUM),
        facts: vec![result.source.clone()],
        since: Some(result.at.day),
        ..Finding::new(
            LEVEL,
            Grade::Critical,
            of,
            format!("Lithium {level} mmol/L on {}: possible toxicity{why}{on_list}", result.at.day),
        )
    });
}

/// eGFR below 30, or fallen by a quarter since lithium was begun.
fn kidney<'s>(present: &'s Present<'s>, scene: &Scene<'_>, rows: &mut Rows<'s>) {
    let parameters = scene.parameters();
    let Some((newest, result)) = scene.newest(Instrument::Egfr, parameters.lab_lookback_days) else {
        rows.unknown(KIDNEY, &[present], "eGFR");
        return;
    };
    let finding = |reason: String, facts| Finding {
        advice: "Review the dose with the specialist: a level, creatinine and electrolytes; look for drugs that harm the kidney.",
        facts,
        since: Some(result.at.day),
        ..Finding::new(KIDNEY, Grade::Warning, vec![present], format!("{reason}; {}", told(&[present])))
    };
    if newest < parameters.lithium_egfr_below {
        rows.add(finding(format!("eGFR {newest} on {}", result.at.day), vec![result.source.clone()]));
        return;
    }
    let near = present.spell_since.and_then(|start| {
        let window = start - parameters.lab_baseline_before_days..=start + parameters.lab_baseline_after_days;
        let results = scene.numbers(Instrument::Egfr).filter(|(_, result)| window.contains(&result.at.day));
        results.min_by_key(|(_, result)| ((result.at.day - start).abs(), result.at))
    });
    let Some((before, baseline)) = near else {
        if !present.is_option() {
            rows.unknown(KIDNEY, &[present], "eGFR at the start of lithium");
        }
        return;
    };
    let fallen = (before - newest) * 100.0 >= f64::from(parameters.lithium_egfr_fall_pct) * before;
    if fallen {
        let reason = format!("eGFR {newest} on {}, {before} at the start ({})", result.at.day, baseline.at.day);
        rows.add(finding(reason, vec![baseline.source.clone(), result.source.clone()]));
    }
}
