//! Real response curves: the course of 86 patients on the HAM-D17 in an antidepressant trial (`../shared/data/hamd-trial`).
//!
//! The expectation is reckoned here from the file itself, in whole numbers, beside the verdict that the service gives.

use std::collections::BTreeMap;

use trialwise::clinical::derive::{Response, classify};
use trialwise::clinical::knowledge::Knowledge;
use trialwise::clinical::units::Instrument;

use crate::common::{outside, text};

/// A patient's score at the start and at the last visit.
struct Curve {
    patient: String,
    baseline: i32,
    end: i32,
}

fn curves() -> Option<Vec<Curve>> {
    let table = text(&outside("hamd-trial")?.join("antidepressant_hamd17.csv"));
    let mut rows = table.lines();
    let header: Vec<&str> = rows.next().expect("a header").split(',').collect();
    let column = |name: &str| header.iter().position(|found| *found == name).unwrap_or_else(|| panic!("a column {name}"));
    let (patient, days, baseline, end) = (column("PATIENT"), column("RELDAYS"), column("BASVAL"), column("HAMDTL17"));
    let whole = |cell: &str| cell.trim_end_matches(".0").parse::<i32>().unwrap_or_else(|_| panic!("`{cell}` is a whole number"));
    let mut last: BTreeMap<String, (i32, Curve)> = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        let name = cells[patient].to_owned();
        let visit = (whole(cells[days]), Curve { patient: name.clone(), baseline: whole(cells[baseline]), end: whole(cells[end]) });
        if last.get(&name).is_none_or(|(day, _)| *day <= visit.0) {
            last.insert(name, visit);
        }
    }
    Some(last.into_values().map(|(_, curve)| curve).collect())
}

#[test]
fn real_curves_are_judged_by_the_same_percentages() {
    let Some(curves) = curves() else { return };
    let parameters = Knowledge::builtin().parameters();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut exactly_half = 0;
    for Curve { patient, baseline, end } in &curves {
        let verdict = classify(Instrument::HamD17, *baseline, *end, parameters);
        *counts.entry(format!("{verdict:?}")).or_default() += 1;
        exactly_half += usize::from(2 * end == *baseline);
        let right = match verdict {
            Response::Remission => *end <= 7,
            Response::CannotJudge => *baseline < parameters.phq9_active_at_least,
            Response::Response => 2 * end <= *baseline,
            Response::Partial => 2 * end > *baseline && 4 * end <= 3 * baseline,
            Response::NonResponse => 4 * end > 3 * baseline,
            Response::NotDocumented => false,
        };
        if !right {
            wrong.push(format!("{patient}: {baseline} to {end} is called {verdict:?}"));
        }
    }
    println!("hamd-trial: {} patients, {exactly_half} at exactly half, {counts:?}", curves.len());
    assert_eq!(curves.len(), 86);
    assert_eq!(exactly_half, 4, "the edge is there to be tried");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
