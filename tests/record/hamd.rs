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

/// The class by the percentages of the rules: half is a response, a quarter is partial; exact on whole numbers. The scale has no
/// remission of its own here.
fn by_percentages(baseline: i32, end: i32) -> Response {
    if 2 * end <= baseline {
        Response::Response
    } else if 4 * end <= 3 * baseline {
        Response::Partial
    } else {
        Response::NonResponse
    }
}

#[test]
fn real_curves_are_judged_by_the_same_percentages() {
    let Some(curves) = curves() else { return };
    let parameters = Knowledge::builtin().parameters();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for Curve { patient, baseline, end } in &curves {
        let (verdict, expected) = (classify(Instrument::HamD17, *baseline, *end, parameters), by_percentages(*baseline, *end));
        *counts.entry(format!("{verdict:?}")).or_default() += 1;
        if verdict != expected {
            wrong.push(format!("{patient}: {baseline} to {end} is called {verdict:?}, expected {expected:?}"));
        }
    }
    let exactly_half = curves.iter().filter(|curve| 2 * curve.end == curve.baseline).count();
    println!("hamd-trial: {} patients, {exactly_half} at exactly half, {counts:?}", curves.len());
    assert_eq!((curves.len(), exactly_half), (86, 4), "the deck, with its edge");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
