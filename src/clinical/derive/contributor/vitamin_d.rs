//! Vitamin D (rules.md 8): below 12 ng/mL alongside, 12 to 19 a line, 20 to 29 a note. The newest value wins.

use super::super::ground::Ground;
use super::lab::{self, Lab, number};
use super::verdict::Verdict;
use super::{Contributor, ContributorWeight};
use crate::clinical::units::Instrument;

const ID: &str = "vitamin-d";

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    let verdict = match lab::recent(ground, Instrument::VitaminD) {
        Some(level) => measured(ground, level),
        None if lab::all_read(ground, &[Instrument::VitaminD]) => {
            let days = ground.parameters().lab_lookback_days;
            Contributor::not_checked(ID, format!("no vitamin D within {days} days"), Vec::new()).into()
        }
        None => Verdict::unknown("vitamin D"),
    };
    with_b12(ground, verdict)
}

fn measured(ground: &Ground<'_>, level: Lab<'_>) -> Verdict {
    let parameters = ground.parameters();
    let (label, basis) = (level.told("vitamin D", "ng/mL"), vec![level.source()]);
    if level.value < parameters.vitamin_d_flag {
        let severe = level.value < parameters.vitamin_d_alongside_below;
        let weight = if severe { ContributorWeight::Alongside } else { ContributorWeight::Line };
        let short = Some(format!("vitamin D ({})", number(level.value)));
        return Contributor::present(ID, weight, short, label, basis).into();
    }
    let verdict = if lab::all_read(ground, &[Instrument::VitaminD]) {
        Contributor::clear(ID, label.clone(), basis.clone()).into()
    } else {
        Verdict::unknown("vitamin D")
    };
    if level.value < parameters.vitamin_d_note_below {
        verdict.and_note("vitamin-d-borderline", format!("{label}: low, not deficient"), basis)
    } else {
        verdict
    }
}

/// A low vitamin B12 is a line, never a contributor by itself.
fn with_b12(ground: &Ground<'_>, verdict: Verdict) -> Verdict {
    let low = |level: &Lab<'_>| level.value < ground.parameters().vitamin_b12_low_below;
    match lab::recent(ground, Instrument::VitaminB12).filter(low) {
        Some(level) => verdict.and_note("vitamin-b12-low", format!("low {}", level.told("vitamin B12", "pg/mL")), vec![level.source()]),
        None => verdict,
    }
}
