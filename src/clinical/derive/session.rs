//! Courses of sessions: ECT, TMS, esketamine, ketamine (rules.md 10, next-step).

use crate::clinical::chart::{Chart, Component, Evidence, ProcedureKind};
use crate::clinical::knowledge::{Antidepressant, Knowledge, TrialUse};
use crate::clinical::units::{Day, SourceRef};

use super::{Course, CourseKind};

/// The courses on file, by first session. Two sessions too far apart belong to two courses (rules.md 17).
pub fn courses(chart: &Chart, knowledge: &Knowledge, as_of: Day) -> Vec<Course> {
    let procedures = chart.procedures.iter().filter_map(|procedure| {
        let kind = match procedure.kind {
            ProcedureKind::Ect => CourseKind::Ect,
            ProcedureKind::Tms => CourseKind::Tms,
            ProcedureKind::Esketamine => CourseKind::Esketamine,
            ProcedureKind::Ketamine => CourseKind::Ketamine,
            ProcedureKind::Vns | ProcedureKind::Psychotherapy | ProcedureKind::Pap | ProcedureKind::Hospice => return None,
        };
        Some((kind, procedure.when?.first, procedure.source.clone()))
    });
    let given = chart.medications.iter().filter(|record| matches!(record.evidence, Evidence::Administered | Evidence::Dispensed));
    let doses = given.filter_map(|record| {
        let by_session = |row: &Antidepressant| row.trial_use == TrialUse::Course;
        let is_course = |component: &Component| knowledge.antidepressant(component.ingredient).is_some_and(by_session);
        record.medicine.components.iter().any(is_course).then_some(())?;
        Some((CourseKind::Esketamine, record.start?.first, record.source.clone()))
    });
    let mut sessions: Vec<(CourseKind, Day, SourceRef)> = procedures.chain(doses).filter(|(_, day, _)| *day <= as_of).collect();
    sessions.sort();
    let apart = knowledge.parameters().course_same_max_days;
    let same = |a: &(CourseKind, Day, SourceRef), b: &(CourseKind, Day, SourceRef)| a.0 == b.0 && b.1 - a.1 <= apart;
    let mut courses: Vec<Course> = sessions.chunk_by(same).filter_map(one).collect();
    courses.sort_by_key(|course| (course.first, course.kind));
    courses
}

fn one(sessions: &[(CourseKind, Day, SourceRef)]) -> Option<Course> {
    let (kind, first, _) = *sessions.first().map(|(kind, first, source)| (kind, first, source)).as_ref()?;
    let mut days: Vec<Day> = sessions.iter().map(|(_, day, _)| *day).collect();
    days.dedup();
    let basis = sessions.iter().map(|(_, _, source)| source.clone()).collect();
    Some(Course { kind: *kind, first: *first, last: *days.last()?, sessions: days.len(), basis })
}
