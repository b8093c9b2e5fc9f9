//! What a code says apart from diagnoses, drugs and results: a procedure, a relationship, a reason, an answer, a part of a result.

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
        ProcedurePap = "procedure.positive-airway-pressure",
        RelativeFirstDegree = "relative.first-degree",
        StopSideEffect = "stop.side-effect",
        StopPregnancy = "stop.pregnancy",
        AdherencePoor = "adherence.poor",
        RouteTransdermal = "route.transdermal",
        AnswerYes = "answer.yes",
        AnswerNo = "answer.no",
        AnswerScore0 = "answer.score-0",
        AnswerScore1 = "answer.score-1",
        AnswerScore2 = "answer.score-2",
        AnswerScore3 = "answer.score-3",
        PressureSystolic = "pressure.systolic",
        PressureDiastolic = "pressure.diastolic",
        AnswerPositive = "answer.positive",
        AnswerNegative = "answer.negative",
        AnswerRiskHigh = "answer.risk-high",
        AnswerRiskModerate = "answer.risk-moderate",
        AnswerRiskLow = "answer.risk-low",
        AnswerPregnant = "answer.pregnant",
        AnswerNotPregnant = "answer.not-pregnant",
        ReactionActivation = "reaction.activation",
    }
}
