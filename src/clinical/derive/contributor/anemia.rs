//! Anaemia (rules.md 8).
//!
//! Present: haemoglobin below 11, or below the limit for sex and pregnancy with a low MCV, a low ferritin or a second low value at
//! least 14 days before; a current diagnosis that no newer normal haemoglobin answers. Below 8: treat first. The newest value wins.

use super::super::ground::Ground;
use super::lab::{self, Lab, number};
use super::pregnancy::{Pregnancy, pregnancy};
use super::verdict::{Verdict, named, sources, written};
use super::{Contributor, ContributorWeight};
use crate::clinical::chart::{Condition, Sex};
use crate::clinical::units::{ConditionGroup, Instrument, SourceRef};

const ID: &str = "anemia";

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    let codes: Vec<&Condition> = ground.current_conditions(ConditionGroup::ContributorAnaemia).collect();
    match lab::recent(ground, Instrument::Hemoglobin) {
        Some(hemoglobin) => measured(ground, hemoglobin, &codes),
        None if !codes.is_empty() => by_code(&codes, None),
        None if lab::all_read(ground, &[Instrument::Hemoglobin]) => {
            let days = ground.parameters().lab_lookback_days;
            Contributor::not_checked(ID, format!("no haemoglobin within {days} days"), Vec::new()).into()
        }
        None => Verdict::unknown("anaemia"),
    }
}

fn measured(ground: &Ground<'_>, hemoglobin: Lab<'_>, codes: &[&Condition]) -> Verdict {
    let parameters = ground.parameters();
    let (low, sure) = limits(ground);
    let is_low = |value: f64| value < low;
    let support = if is_low(hemoglobin.value) { support(ground, low) } else { Vec::new() };
    let alone = hemoglobin.value < parameters.hb_flag_alone;
    if alone || !support.is_empty() {
        let weight =
            if hemoglobin.value < parameters.hb_treat_first_below { ContributorWeight::TreatFirst } else { ContributorWeight::Alongside };
        let (words, mut basis): (Vec<String>, Vec<SourceRef>) = support.into_iter().unzip();
        basis.push(hemoglobin.source());
        basis.extend(sources(codes));
        let label = std::iter::once(hemoglobin.told("haemoglobin", "g/dL")).chain(words).collect::<Vec<_>>().join(", ");
        let short = Some(format!("anaemia (Hb {})", number(hemoglobin.value)));
        return Contributor::present(ID, weight, short, label, basis).into();
    }
    let normal = hemoglobin.value >= sure;
    let answered = |code: &&Condition| normal && written(code).is_some_and(|written| written <= hemoglobin.on);
    let open: Vec<&Condition> = codes.iter().copied().filter(|code| !answered(code)).collect();
    let (label, basis) = (hemoglobin.told("haemoglobin", "g/dL"), vec![hemoglobin.source()]);
    if !open.is_empty() {
        by_code(&open, Some(hemoglobin))
    } else if is_low(hemoglobin.value) {
        let missing = missing_indices(ground);
        let tail = if missing.is_empty() { String::new() } else { format!("; not on file: {}", missing.join(", ")) };
        Verdict::none().and_note("hemoglobin-mild", format!("{label}, mildly low once{tail}"), basis)
    } else if !normal {
        let text = format!("{label}: not judged, since the limit hangs on sex or pregnancy, which are not on file");
        Verdict::none().and_note("hemoglobin-limit", text, basis)
    } else if lab::all_read(ground, &[Instrument::Hemoglobin]) {
        Contributor::clear(ID, label, basis).into()
    } else {
        Verdict::unknown("anaemia")
    }
}

fn by_code(codes: &[&Condition], hemoglobin: Option<Lab<'_>>) -> Verdict {
    let label = match hemoglobin {
        Some(hemoglobin) => format!("{}, {}", named(codes), hemoglobin.told("haemoglobin", "g/dL")),
        None => named(codes),
    };
    let basis = sources(codes).into_iter().chain(hemoglobin.iter().map(Lab::source)).collect();
    Contributor::present(ID, ContributorWeight::Alongside, Some("anaemia".to_owned()), label, basis).into()
}

/// Below the first a haemoglobin is low whoever it is; at or above the second it is normal. They differ where sex or pregnancy is
/// not known.
fn limits(ground: &Ground<'_>) -> (f64, f64) {
    let parameters = ground.parameters();
    let (female, male, pregnant) = (parameters.hb_flag_female, parameters.hb_flag_male, parameters.hb_flag_pregnant);
    let of_woman = || match pregnancy(ground) {
        Pregnancy::Yes => (pregnant, pregnant),
        Pregnancy::No => (female, female),
        Pregnancy::NotTold => (pregnant.min(female), female),
    };
    match ground.chart.patient.as_ref().and_then(|patient| patient.sex) {
        Some(Sex::Female) => of_woman(),
        Some(Sex::Male) => (male, male),
        Some(Sex::Other) | None => (of_woman().0.min(male), male.max(female)),
    }
}

/// What makes a mildly low haemoglobin count, in words.
fn support(ground: &Ground<'_>, low: f64) -> Vec<(String, SourceRef)> {
    let parameters = ground.parameters();
    let mcv = lab::recent(ground, Instrument::Mcv).filter(|mcv| mcv.value < parameters.mcv_low_below);
    let ferritin = lab::recent(ground, Instrument::Ferritin).filter(|ferritin| ferritin.value < parameters.ferritin_low_below);
    let series = lab::series(ground, Instrument::Hemoglobin);
    let earlier = lab::repeated(&series, parameters.hb_repeat_apart_days, |value| value < low);
    [(mcv, "MCV", "fL"), (ferritin, "ferritin", "ng/mL"), (earlier, "earlier", "g/dL")]
        .into_iter()
        .filter_map(|(lab, name, unit)| lab.map(|lab| (lab.told(name, unit), lab.source())))
        .collect()
}

fn missing_indices(ground: &Ground<'_>) -> Vec<&'static str> {
    [(Instrument::Mcv, "MCV"), (Instrument::Ferritin, "ferritin")]
        .into_iter()
        .filter_map(|(instrument, name)| lab::recent(ground, instrument).is_none().then_some(name))
        .collect()
}
