//! Sleep apnoea (rules.md 8).
//!
//! Present: a current diagnosis, an apnoea-hypopnoea index of 15 or more, or a STOP-BANG of 5 (3 with a body mass index of 35): a
//! sleep study. Treated with positive airway pressure within the year. An index of 5 to 14 counts with symptoms, which no code
//! tells: it is said, not flagged. Of a study and a screen the newer wins.

use super::super::ground::Ground;
use super::lab::{self, Lab, number};
use super::verdict::{Verdict, named, sources};
use super::{Contributor, ContributorWeight};
use crate::clinical::chart::{Condition, Extent, Kind, Procedure, ProcedureKind};
use crate::clinical::units::{ConditionGroup, Instrument, Span};

const ID: &str = "sleep-apnea";

/// What tells of it.
const STUDIES: [Instrument; 2] = [Instrument::Ahi, Instrument::StopBang];

const NAME: &str = "sleep apnoea";

/// The verdict.
pub fn verdict(ground: &Ground<'_>) -> Verdict {
    let codes: Vec<&Condition> = ground.current_conditions(ConditionGroup::ContributorSleepApnoea).collect();
    let study = lab::newest(ground, Instrument::Ahi);
    let screen = lab::recent(ground, Instrument::StopBang);
    if !codes.is_empty() {
        let label = match study {
            Some(study) => format!("{}, {}", named(&codes), told(study)),
            None => named(&codes),
        };
        let basis = sources(&codes).into_iter().chain(study.iter().map(Lab::source)).collect();
        return treated(ground, Contributor::present(ID, ContributorWeight::Alongside, Some(NAME.to_owned()), label, basis));
    }
    match (study, screen) {
        (Some(study), screen) if screen.is_none_or(|screen| screen.on <= study.on) => by_study(ground, study),
        (_, Some(screen)) => by_screen(ground, screen),
        (Some(study), None) => by_study(ground, study),
        (None, None) if lab::all_read_with_diagnoses(ground, &STUDIES) => {
            let days = ground.parameters().lab_lookback_days;
            Contributor::not_checked(ID, format!("no sleep study on file and no STOP-BANG within {days} days"), Vec::new()).into()
        }
        (None, None) => Verdict::unknown("sleep apnoea"),
    }
}

fn told(study: Lab<'_>) -> String {
    study.told("apnoea-hypopnoea index", "per hour")
}

fn by_study(ground: &Ground<'_>, study: Lab<'_>) -> Verdict {
    let parameters = ground.parameters();
    let (label, basis) = (told(study), vec![study.source()]);
    if study.value >= parameters.ahi_flag {
        let short = Some(format!("{NAME} (AHI {})", number(study.value)));
        treated(ground, Contributor::present(ID, ContributorWeight::Alongside, short, label, basis))
    } else if study.value >= parameters.ahi_flag_with_symptoms {
        let text = format!("{label}: counts if there are symptoms (snoring, pauses, sleepiness by day): ask");
        Verdict::none().and_note("apnea-symptoms", text, basis)
    } else if lab::all_read(ground, &STUDIES) {
        Contributor::clear(ID, label, basis).into()
    } else {
        Verdict::unknown("sleep apnoea")
    }
}

fn by_screen(ground: &Ground<'_>, screen: Lab<'_>) -> Verdict {
    let parameters = ground.parameters();
    let mut label = screen.told("STOP-BANG", "");
    let mut basis = vec![screen.source()];
    let bmi = lab::recent(ground, Instrument::Bmi);
    let middle = screen.value >= parameters.stop_bang_flag_obese && screen.value < parameters.stop_bang_flag;
    if let (true, Some(bmi)) = (middle, bmi) {
        label += &format!(", {}", bmi.told("body mass index", "kg/m2"));
        basis.push(bmi.source());
    }
    let flagged = screen.value >= parameters.stop_bang_flag || middle && bmi.is_some_and(|bmi| bmi.value >= parameters.stop_bang_bmi);
    if flagged {
        let short = Some(format!("possible {NAME} (STOP-BANG {})", number(screen.value)));
        let label = format!("{label}: sleep study");
        treated(ground, Contributor::present(ID, ContributorWeight::Alongside, short, label, basis))
    } else if middle && bmi.is_none() {
        let text = format!("{label}: not judged without a body mass index");
        Verdict::none().and_note("stop-bang-without-bmi", text, basis)
    } else if lab::all_read(ground, &STUDIES) {
        Contributor::clear(ID, label, basis).into()
    } else {
        Verdict::unknown("sleep apnoea")
    }
}

/// With what the record says of positive airway pressure: "none on file" only where procedures were had in full.
fn treated(ground: &Ground<'_>, mut found: Contributor) -> Verdict {
    let days = ground.parameters().pap_recent_days;
    let recent = |procedure: &&Procedure| {
        let in_time = |when: Span| when.first <= ground.as_of && ground.as_of - when.last <= days;
        procedure.kind == ProcedureKind::Pap && procedure.when.is_some_and(in_time)
    };
    let newest = ground.chart.procedures.iter().filter(recent).max_by_key(|procedure| (procedure.when, &procedure.source));
    match newest {
        Some(procedure) => {
            let day = procedure.when.map(|when| when.last.min(ground.as_of).to_string()).unwrap_or_default();
            found.label += &format!("; positive airway pressure documented {day}");
            found.basis.push(procedure.source.clone());
            found.basis.sort();
            found.treated(true).into()
        }
        None if ground.chart.coverage.of(Kind::Procedures) == Extent::Full => {
            found.label += &format!("; no positive airway pressure on file within {days} days");
            found.into()
        }
        None => {
            found.label += "; to be asked: whether positive airway pressure is used";
            found.into()
        }
    }
}
