//! What is on record of an option: taken now, tried without success, not tolerated, helped before (rules.md 5, 9.3).

use super::super::ground::Ground;
use super::super::{Adequacy, CourseKind, Marker, Response, StepKind, Trial};
use super::Reasoned;
use crate::clinical::chart::{Extent, Kind, ProcedureKind};
use crate::clinical::knowledge::OptionRow;
use crate::clinical::units::{Ingredient, SourceRef};

/// What is on record of one option.
pub(super) struct History {
    /// What removes it.
    pub against: Vec<Reasoned>,
    /// What is told, and puts it behind what was not tried.
    pub told: Vec<Reasoned>,
}

impl History {
    pub(super) fn of(ground: &Ground<'_>, row: &OptionRow, drug: Option<Ingredient>, kind: StepKind) -> History {
        let mut history = History { against: Vec::new(), told: Vec::new() };
        if let Some(drug) = drug {
            history.against.extend(against(ground, drug, kind));
            history.told.extend(earlier(ground, drug));
        }
        history.sessions(ground, row);
        history
    }

    /// Courses of sessions, an implanted stimulator, psychotherapy on record.
    fn sessions(&mut self, ground: &Ground<'_>, row: &OptionRow) {
        let grace = ground.parameters().course_end_grace_days;
        for course in ground.courses.iter().filter(|course| course_row(course.kind) == row.id) {
            let (under_way, sessions) = (ground.as_of - course.last <= grace, course.sessions);
            let told = format!("{sessions} sessions from {} to {}", course.first, course.last);
            let text = if under_way { format!("already under way: {told}") } else { told };
            let reason = Reasoned { text, basis: course.basis.clone() };
            if under_way { self.against.push(reason) } else { self.told.push(reason) }
        }
        for procedure in ground.chart.procedures.iter().filter(|procedure| procedure_row(procedure.kind) == Some(row.id)) {
            let when = procedure.when.map_or_else(|| "no date".to_owned(), |span| span.last.min(ground.as_of).to_string());
            let reason = Reasoned { text: format!("on record: {when}"), basis: vec![procedure.source.clone()] };
            if procedure.kind == ProcedureKind::Vns { self.against.push(reason) } else { self.told.push(reason) }
        }
    }
}

/// The row of the option table that a course belongs to.
const fn course_row(kind: CourseKind) -> &'static str {
    match kind {
        CourseKind::Ect => "ect",
        CourseKind::Tms => "tms",
        CourseKind::Esketamine => "esketamine",
        CourseKind::Ketamine => "ketamine_iv",
    }
}

const fn procedure_row(kind: ProcedureKind) -> Option<&'static str> {
    match kind {
        ProcedureKind::Vns => Some("vns"),
        ProcedureKind::Psychotherapy => Some("psychotherapy"),
        // told as courses, or no step at all
        ProcedureKind::Ect
        | ProcedureKind::Tms
        | ProcedureKind::Esketamine
        | ProcedureKind::Ketamine
        | ProcedureKind::Hospice
        | ProcedureKind::Pap => None,
    }
}

fn against(ground: &Ground<'_>, drug: Ingredient, kind: StepKind) -> Vec<Reasoned> {
    let mut reasons: Vec<Reasoned> = Vec::new();
    reasons.extend(taken(ground, drug));
    let of_drug = || ground.trials.iter().filter(move |trial| trial.drug == drug);
    reasons.extend(of_drug().filter(|trial| trial.failed && trial.in_episode).map(|trial| {
        let text = format!("adequate trial in this episode without sufficient response{}", span(trial));
        Reasoned { text, basis: trial.basis.clone() }
    }));
    reasons.extend(
        of_drug()
            .filter(|trial| trial.has_marker(Marker::Intolerance))
            .map(|trial| Reasoned { text: format!("not tolerated{}", span(trial)), basis: trial.basis.clone() }),
    );
    reasons.extend(ground.chart.intolerances.iter().filter(|reaction| reaction.ingredient == drug).map(|reaction| {
        let day = reaction.when.map_or_else(|| "no date".to_owned(), |day| day.to_string());
        Reasoned { text: format!("reaction on file, {day}"), basis: vec![reaction.source.clone()] }
    }));
    if let Some(class) = ground.knowledge.antidepressant(drug).map(|row| row.class).filter(|_| kind == StepKind::Switch)
        && i32::try_from(failures_in(ground, class)).is_ok_and(|count| count >= ground.parameters().class_closed_after_failures)
    {
        reasons.push(Reasoned::plain(format!("two adequate failures in its class, {}", class_word(class))));
    }
    reasons
}

/// That it is being taken, whatever for.
fn taken(ground: &Ground<'_>, drug: Ingredient) -> Option<Reasoned> {
    let records = ground.being_taken().filter(|taken| taken.ingredient == drug);
    let last = records.filter_map(|taken| taken.timeline.exposures.last()).max_by_key(|exposure| exposure.span.last);
    let basis: Vec<SourceRef> = last.map(|last| last.records.iter().map(|record| record.source.clone()).collect()).unwrap_or_default();
    let in_trial = ground.trials.iter().any(|trial| trial.drug == drug && trial.ongoing);
    (last.is_some() || in_trial).then(|| Reasoned { text: "already being taken".to_owned(), basis })
}

/// The class as it is spoken of: `SSRI`, `tricyclic`.
fn class_word(class: &str) -> String {
    match class {
        "tca" => "tricyclic".to_owned(),
        "maoi" => "MAO inhibitor".to_owned(),
        class => class.to_uppercase(),
    }
}

fn failures_in(ground: &Ground<'_>, class: &str) -> usize {
    let of_class = |drug: &&Ingredient| ground.knowledge.antidepressant(**drug).is_some_and(|row| row.class == class);
    ground.counted.iter().filter(of_class).count()
}

fn span(trial: &Trial) -> String {
    match (trial.start, trial.end.or(trial.last_covered)) {
        (Some(start), Some(end)) => format!(", {start} to {end}"),
        (Some(start), None) => format!(", from {start}"),
        (None, _) => String::new(),
    }
}

/// What is on record of this drug that removes nothing: an earlier episode, an augmentation that ended.
fn earlier(ground: &Ground<'_>, drug: Ingredient) -> Vec<Reasoned> {
    let before = ground.trials.iter().filter(|trial| trial.drug == drug && !trial.in_episode && trial.adequacy == Adequacy::Adequate);
    let trials = before.filter_map(|trial| {
        let text = match trial.response {
            Response::Remission | Response::Response => format!("{drug} helped in an earlier episode{}", span(trial)),
            Response::Partial | Response::NonResponse => {
                format!("{drug}: without sufficient response in an earlier episode{}", span(trial))
            }
            Response::CannotJudge | Response::NotDocumented => return None,
        };
        Some(Reasoned { text, basis: trial.basis.clone() })
    });
    let ended = ground.augmentation.iter().filter(|added| added.drug == drug && !added.ongoing);
    let added = ended.map(|added| Reasoned {
        text: format!("{drug} was added before, from {}: {} days at dose", added.start, added.at_dose_days),
        basis: added.basis.clone(),
    });
    trials.chain(added).collect()
}

/// What was not had of the record that would remove a drug: reactions, present medicines (rules.md 9.3).
pub(super) fn untested(ground: &Ground<'_>) -> Vec<Reasoned> {
    let kinds = [
        (Kind::Allergies, "not checked: reactions to drugs (allergy list not sent)"),
        (Kind::Medications, "not checked: present medicines (not had in full)"),
    ];
    let missing = kinds.into_iter().filter(|(kind, _)| ground.chart.coverage.of(*kind) != Extent::Full);
    missing.map(|(_, text)| Reasoned::plain(text)).collect()
}
