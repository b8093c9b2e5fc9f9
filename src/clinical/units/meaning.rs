//! What a code says apart from diagnoses, drugs and results: a procedure, a relationship, a reason, an answer.

use std::fmt;
use std::str::FromStr;

use super::group::{UnknownWord, vocabulary};

vocabulary! {
    /// What a code says (`meanings.csv`).
    Meaning {
        ProcedureEct = "procedure.ect",
        ProcedureTms = "procedure.tms",
        ProcedureEsketamine = "procedure.esketamine",
        ProcedureVns = "procedure.vns",
        ProcedurePsychotherapy = "procedure.psychotherapy",
        RelativeFirstDegree = "relative.first-degree",
        StopSideEffect = "stop.side-effect",
        StopPregnancy = "stop.pregnancy",
        AdherencePoor = "adherence.poor",
        RouteTransdermal = "route.transdermal",
        AnswerYes = "answer.yes",
        AnswerNo = "answer.no",
        AnswerPregnant = "answer.pregnant",
        AnswerNotPregnant = "answer.not-pregnant",
        AnswerPositive = "answer.positive",
        AnswerNegative = "answer.negative",
    }
}
