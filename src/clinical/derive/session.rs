//! Courses of sessions: ECT, TMS, esketamine, ketamine.

use crate::clinical::chart::{Chart, Evidence, ProcedureKind};
use crate::clinical::knowledge::{Knowledge, TrialUse};
use crate::clinical::units::{Day, Days, SourceRef};

use super::{Course, CourseKind};

/// Two sessions further apart than this belong to two courses (rules.md 17).
const SAME_COURSE_DAYS: Days = 56;

/// The courses on file, by first session.
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
        let by_session = |row: &crate::clinical::knowledge::Antidepressant| row.trial_use == TrialUse::Course;
        let is_course =
            |component: &crate::clinical::chart::Component| knowledge.antidepressant(component.ingredient).is_some_and(by_session);
        record.medicine.components.iter().any(is_course).then_some(())?;
        Some((CourseKind::Esketamine, record.start?.first, record.source.clone()))
    });
    let mut sessions: Vec<(CourseKind, Day, SourceRef)> = procedures.chain(doses).filter(|(_, day, _)| *day <= as_of).collect();
    sessions.sort();
    let same = |a: &(CourseKind, Day, SourceRef), b: &(CourseKind, Day, SourceRef)| a.0 == b.0 && b.1 - a.1 <= SAME_COURSE_DAYS;
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
