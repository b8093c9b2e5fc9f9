//! The QT interval (rules.md 9.2).

use super::Scene;
use super::finding::{Finding, Rows};
use super::present::{Present, told};
use super::scene::Answer;
use crate::clinical::chart::Sex;
use crate::clinical::knowledge::Grade;
use crate::clinical::units::{ConditionGroup, DailyDose, Day, DrugGroup, Instrument};

const VERY_LONG: &str = "qtc-very-long";
const LONG: &str = "qtc-long";
const WITHOUT_ECG: &str = "qt-without-ecg";

/// A long QTc with drugs that lengthen it, and two such drugs without an ECG.
pub fn qt<'s>(scene: &'s Scene<'_>, rows: &mut Rows<'s>) {
    let drugs = qt_drugs(scene);
    if drugs.is_empty() {
        return;
    }
    measured(&drugs, scene, rows);
    without_ecg(&drugs, scene, rows);
}

/// The drugs that count, each once; those of a small effect never do.
fn qt_drugs<'s>(scene: &'s Scene<'_>) -> Vec<&'s Present<'s>> {
    let counts = |group| move |present: &&Present<'_>| present.in_group(group, scene.parameters());
    let mut drugs: Vec<&Present<'_>> = Vec::new();
    for present in scene.active().filter(|drug| counts(DrugGroup::QtProlonging)(drug) || counts(DrugGroup::QtProlongingMajor)(drug)) {
        match drugs.iter_mut().find(|known| known.drug == present.drug) {
            Some(known) if known.text && !present.text => *known = present,
            Some(_) => {}
            None => drugs.push(present),
        }
    }
    drugs
}

fn measured<'s>(drugs: &[&'s Present<'s>], scene: &Scene<'_>, rows: &mut Rows<'s>) {
    let parameters = scene.parameters();
    let Some((qtc, result)) = scene.qtc() else {
        rows.unknown(VERY_LONG, drugs, "QTc");
        return;
    };
    let told = told(drugs);
    let finding = |id, grade, advice| Finding {
        advice,
        facts: vec![result.source.clone()],
        since: Some(result.at.day),
        ..Finding::new(id, grade, drugs.to_vec(), format!("QTc {qtc} ms on {}; {}", result.at.day, told))
    };
    if qtc >= parameters.qtc_very_long_from {
        let advice = "An ECG and potassium, magnesium today; review every drug that lengthens the QT before the next dose.";
        rows.add(finding(VERY_LONG, Grade::Critical, advice));
        return;
    }
    let limit = match scene.chart.patient.as_ref().and_then(|patient| patient.sex) {
        Some(Sex::Male) => Some(parameters.qtc_long_from_male),
        Some(Sex::Female) => Some(parameters.qtc_long_from_female),
        Some(Sex::Other) | None => None,
    };
    let (lowest, highest) = (
        limit.unwrap_or(parameters.qtc_long_from_male.min(parameters.qtc_long_from_female)),
        limit.unwrap_or(parameters.qtc_long_from_male.max(parameters.qtc_long_from_female)),
    );
    if drugs.len() >= 2 && qtc >= highest {
        let advice = "Another ECG and potassium, magnesium; one drug that leaves the QT alone in place of one of them is an alternative.";
        rows.add(finding(LONG, Grade::Warning, advice));
    } else if drugs.len() >= 2 && qtc >= lowest {
        rows.unknown(LONG, drugs, "sex");
    }
}

/// Two QT drugs of which one is a major one, and no normal QTc since both are taken or no ECG in a year.
fn without_ecg<'s>(drugs: &[&'s Present<'s>], scene: &Scene<'_>, rows: &mut Rows<'s>) {
    for (place, a) in drugs.iter().enumerate() {
        for b in drugs.iter().skip(place + 1) {
            let (a, b) = (*a, *b);
            let since = a.since.zip(b.since).map(|(a, b)| a.max(b));
            match (is_major(a, scene).or_also(is_major(b, scene)), missing_ecg(since, scene)) {
                (Major::No, _) | (_, None) => {}
                (Major::Unknown, Some(_)) => rows.unknown(WITHOUT_ECG, &[a, b], "dose"),
                (Major::Yes, Some(_)) if !scene.results_had() => rows.unknown(WITHOUT_ECG, &[a, b], "ECG"),
                (Major::Yes, Some(missing)) => rows.add(Finding {
                    advice: "Suggested while both are taken: an ECG with QTc, potassium and magnesium.",
                    ..Finding::new(
                        WITHOUT_ECG,
                        Grade::Warning,
                        vec![a, b],
                        format!("two QT-prolonging drugs, {missing}; {}, {}", a.told(), b.told()),
                    )
                }),
            }
        }
    }
}

/// Whether a drug is one of the major ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Major {
    Yes,
    No,
    Unknown,
}

impl Major {
    fn or_also(self, other: Major) -> Major {
        match (self, other) {
            (Major::Yes, _) | (_, Major::Yes) => Major::Yes,
            (Major::Unknown, _) | (_, Major::Unknown) => Major::Unknown,
            (Major::No, Major::No) => Major::No,
        }
    }
}

/// One of the major drugs; escitalopram only above 10 mg.
fn is_major(present: &Present<'_>, scene: &Scene<'_>) -> Major {
    if !present.in_group(DrugGroup::QtProlongingMajor, scene.parameters()) {
        return Major::No;
    }
    if present.drug.name() != "escitalopram" {
        return Major::Yes;
    }
    // an option has no dose yet, and starts at the lowest
    if present.is_option() {
        return Major::No;
    }
    match scene.total_dose(present.drug) {
        (Some(dose), _) if Some(dose) > DailyDose::from_mg(scene.parameters().escitalopram_qt_major_above_mg) => Major::Yes,
        (_, true) => Major::Unknown,
        (Some(_) | None, false) => Major::No,
    }
}

/// What is missing of the ECG; `None` where there is a normal QTc since that day and an ECG in a year.
fn missing_ecg(since: Option<Day>, scene: &Scene<'_>) -> Option<String> {
    let parameters = scene.parameters();
    let normal = |day: Day| scene.numbers(Instrument::Qtc).any(|(qtc, result)| qtc < parameters.qtc_normal_below && result.at.day >= day);
    match (scene.qtc(), since) {
        (None, _) => Some(format!("no QTc in {} days", parameters.qtc_fresh_days)),
        (Some(_), Some(day)) if normal(day) => None,
        // one of them is only ordered, or thought of
        (Some(_), Some(day)) if day == scene.as_of => Some("no QTc with both yet".to_owned()),
        (Some(_), Some(day)) => Some(format!("no QTc below {} ms since {day}", parameters.qtc_normal_below)),
        (Some(_), None) => Some("no QTc that is surely newer than both".to_owned()),
    }
}

/// A current long-QT diagnosis, and no ECG that says it is well.
pub fn long_qt_without_ecg(holding: &[&Present<'_>], scene: &Scene<'_>) -> Answer {
    let long_qt = scene.conditions(&[ConditionGroup::ContraindicationLongQt]).filter(|condition| condition.current).collect();
    let Answer::Yes(recorded, facts) = scene.diagnosed(long_qt, "long-QT diagnosis") else {
        return scene.diagnosed(Vec::new(), "long-QT diagnosis");
    };
    let since = holding.iter().filter_map(|present| present.since).max();
    match missing_ecg(since, scene) {
        None => Answer::No,
        Some(_) if !scene.results_had() => Answer::Unknown("ECG"),
        Some(missing) => Answer::Yes(if recorded.is_empty() { missing } else { format!("{recorded}, {missing}") }, facts),
    }
}
