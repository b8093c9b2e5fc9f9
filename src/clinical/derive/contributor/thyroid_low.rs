//! Too little thyroid hormone (rules.md 8).
//!
//! Present: the newest TSH above 10, or above 4.5 twice at least 6 weeks apart, or above 4.5 with low free T4; a diagnosis without a
//! TSH within the year; a treated disease. Treat first: TSH above 10 with low free T4 and no hormone taken. The newest TSH wins.

use super::super::ground::Ground;
use super::lab::{self, Lab, number};
use super::thyroid::{codes, hormones, low_free_t4, names, records, replaced};
use super::verdict::{Verdict, named, sources};
use super::{Contributor, ContributorWeight};
use crate::clinical::units::{Instrument, SourceRef};

const ID: &str = "thyroid-low";

/// The unit in which a TSH is told.
pub const TSH: (&str, &str) = ("TSH", "mIU/L");

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    match lab::recent(ground, Instrument::Tsh) {
        Some(tsh) => measured(ground, tsh),
        None if lab::all_read(ground, &[Instrument::Tsh]) => not_measured(ground),
        None => Verdict::unknown("thyroid function"),
    }
}

fn measured(ground: &Ground<'_>, tsh: Lab<'_>) -> Verdict {
    let parameters = ground.parameters();
    let hormones = hormones(ground);
    let mild = |value: f64| value > parameters.tsh_mild_flag;
    let series = lab::series(ground, Instrument::Tsh);
    let earlier = lab::repeated(&series, parameters.tsh_repeat_apart_days, mild);
    let t4 = low_free_t4(ground);
    let low_t4 = t4.filter(|(_, low)| *low).map(|(lab, _)| lab);
    let overt = tsh.value > parameters.tsh_high_flag;
    let mut label = tsh.told(TSH.0, TSH.1);
    let mut basis = vec![tsh.source()];
    if !(overt || mild(tsh.value) && (earlier.is_some() || low_t4.is_some())) {
        return not_flagged(ground, tsh, mild(tsh.value));
    }
    if let Some(t4) = low_t4 {
        label += &format!(", low {}", t4.told("free T4", "ng/dL"));
        basis.push(t4.source());
    } else if t4.is_none() {
        label += ", no free T4 on file";
    }
    if let (Some(earlier), false) = (earlier, overt) {
        label += &format!(", {} on {}", number(earlier.value), earlier.on);
        basis.push(earlier.source());
    }
    let weight =
        if overt && low_t4.is_some() && hormones.is_empty() { ContributorWeight::TreatFirst } else { ContributorWeight::Alongside };
    if !hormones.is_empty() {
        label += &format!("; {} taken", names(&hormones));
        basis.extend(records(&hormones));
    }
    let short = Some(format!("thyroid (TSH {})", number(tsh.value)));
    Contributor::present(ID, weight, short, label, basis).treated(!hormones.is_empty()).into()
}

/// A TSH that is not flagged: a treated disease, one mild value to be repeated, or nothing.
fn not_flagged(ground: &Ground<'_>, tsh: Lab<'_>, mild: bool) -> Verdict {
    let (codes, hormones) = (codes(ground, false), hormones(ground));
    let label = tsh.told(TSH.0, TSH.1);
    let treated = !hormones.is_empty() && (!codes.is_empty() || replaced(ground, &hormones));
    let verdict = if treated {
        let basis: Vec<SourceRef> = std::iter::once(tsh.source()).chain(sources(&codes)).chain(records(&hormones)).collect();
        let label = format!("treated ({} taken), {label}", names(&hormones));
        Contributor::present(ID, ContributorWeight::Alongside, None, label, basis).treated(true).into()
    } else if mild {
        Verdict::none()
    } else if !lab::all_read(ground, &[Instrument::Tsh]) {
        Verdict::unknown("thyroid function")
    } else {
        Contributor::clear(ID, label.clone(), vec![tsh.source()]).into()
    };
    if mild { verdict.and_note("tsh-repeat", format!("{label}, once: repeat in 6-12 weeks"), vec![tsh.source()]) } else { verdict }
}

/// No TSH within the look-back, in a record that would hold it.
fn not_measured(ground: &Ground<'_>) -> Verdict {
    let (codes, hormones) = (codes(ground, false), hormones(ground));
    let last = lab::newest(ground, Instrument::Tsh);
    let days = ground.parameters().lab_lookback_days;
    let mut missing = format!("no TSH within {days} days");
    if let Some(last) = last {
        missing += &format!(", last {}", last.told(TSH.0, TSH.1));
    }
    let basis: Vec<SourceRef> = last.iter().map(Lab::source).chain(sources(&codes)).chain(records(&hormones)).collect();
    if codes.is_empty() && !replaced(ground, &hormones) {
        return Contributor::not_checked(ID, missing, last.iter().map(Lab::source).collect()).into();
    }
    let disease = if codes.is_empty() { format!("{} taken", names(&hormones)) } else { named(&codes) };
    let label = format!("TSH due: {disease}, {missing}");
    let short = Some("thyroid (TSH due)".to_owned());
    Contributor::present(ID, ContributorWeight::Alongside, short, label, basis).treated(!hormones.is_empty()).into()
}
