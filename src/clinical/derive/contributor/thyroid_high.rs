//! Too much thyroid hormone (rules.md 8).
//!
//! Present, treat first: the newest TSH below 0.4 with high free T4 or T3, or below 0.1. A mildly low TSH while a thyroid hormone is
//! taken is a line about its dose. A diagnosis without a TSH within the year is there alongside. The newest TSH wins.

use super::super::ground::Ground;
use super::lab::{self, Lab, number};
use super::thyroid::{codes, high_free_t3, high_free_t4, hormones, names, records};
use super::thyroid_low::TSH;
use super::verdict::{Verdict, named, sources};
use super::{Contributor, ContributorWeight};
use crate::clinical::units::{Instrument, SourceRef};

const ID: &str = "thyroid-high";

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    match lab::recent(ground, Instrument::Tsh) {
        Some(tsh) if tsh.value < ground.parameters().tsh_low_flag => low_tsh(ground, tsh),
        Some(_) => Verdict::none(),
        // that TSH was not had is said once, with thyroid-low
        None if lab::all_read(ground, &[Instrument::Tsh]) => not_measured(ground),
        None => Verdict::none(),
    }
}

fn low_tsh(ground: &Ground<'_>, tsh: Lab<'_>) -> Verdict {
    let hormones = hormones(ground);
    let suppressed = tsh.value < ground.parameters().tsh_suppressed_flag;
    let mut label = tsh.told(TSH.0, TSH.1);
    let mut basis = vec![tsh.source()];
    if !hormones.is_empty() {
        label += &format!(" while {} is taken: look at its dose", names(&hormones));
        basis.extend(records(&hormones));
    }
    let short = Some(format!("thyroid (TSH {})", number(tsh.value)));
    if !hormones.is_empty() && !suppressed {
        return Contributor::present(ID, ContributorWeight::Line, short, label, basis).into();
    }
    let (t4, t3) = (high_free_t4(ground), high_free_t3(ground));
    let high: Vec<(Lab<'_>, &str, &str)> = [(t4, "free T4", "ng/dL"), (t3, "free T3", "pg/mL")]
        .into_iter()
        .filter_map(|(found, name, unit)| found.filter(|(_, high)| *high).map(|(lab, _)| (lab, name, unit)))
        .collect();
    for (lab, name, unit) in &high {
        label += &format!(", high {}", lab.told(name, unit));
        basis.push(lab.source());
    }
    if suppressed || !high.is_empty() {
        return Contributor::present(ID, ContributorWeight::TreatFirst, short, label, basis).into();
    }
    let missing: Vec<&str> =
        [(t4.is_none(), "free T4"), (t3.is_none(), "free T3")].into_iter().filter_map(|(none, name)| none.then_some(name)).collect();
    if missing.is_empty() {
        return Verdict::none();
    }
    Verdict::none().and_note("tsh-low", format!("{label}: not judged without {}", missing.join(" and ")), basis)
}

fn not_measured(ground: &Ground<'_>) -> Verdict {
    let codes = codes(ground, true);
    if codes.is_empty() {
        return Verdict::none();
    }
    let hormones = hormones(ground);
    let days = ground.parameters().lab_lookback_days;
    let label = format!("TSH due: {}, no TSH within {days} days", named(&codes));
    let basis: Vec<SourceRef> = sources(&codes).into_iter().chain(records(&hormones)).collect();
    let short = Some("thyroid (TSH due)".to_owned());
    Contributor::present(ID, ContributorWeight::Alongside, short, label, basis).treated(!hormones.is_empty()).into()
}
