//! What the record says of one patient, and what of the record was not had.
//!
//! Facts as written, with statuses already sorted by rules.md section 1 (what is to be ignored is not here), codes already
//! resolved to ingredients, groups and instruments. No judgement: whether 50 mg is enough is asked in `derive`.

mod answer;
mod coverage;
mod diagnosis;
mod event;
mod measurement;
mod medication;
mod patient;

pub use answer::Answers;
pub use coverage::{Coverage, Extent, Gap, Kind, Unread};
pub use diagnosis::{Certainty, Condition, FamilyHistory, Relative};
pub use event::{Encounter, Intolerance, Procedure, ProcedureKind};
pub use measurement::{Measurement, Screening, Unreadable, Value};
pub use medication::{
    AdherenceFact, Amount, Component, Evidence, Instruction, MedicationRecord, Medicine, Recognition, RecordState, Step, Stop, StopReason,
    Unresolved,
};
pub use patient::{Patient, Sex};

/// One patient's record, read.
///
/// Every list is sorted, so that the same record in another order is the same chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// The patient; `None` where no Patient resource was had.
    pub patient: Option<Patient>,
    /// Diagnoses that stand in at least one group of the tables. Refuted and entered-in-error ones are in `refuted`.
    pub conditions: Vec<Condition>,
    /// Refuted diagnoses (not entered-in-error ones): somebody has asked the question.
    pub refuted: Vec<Condition>,
    /// Every supply, administration, statement and order of a medicine that counts as evidence of taking it; medicines that the
    /// tables do not know too (with no component), since "the only long-term medicine" is asked.
    pub medications: Vec<MedicationRecord>,
    /// Medicines being ordered now (`context.draftOrders`; of order-select those selected), each from today on at the ordered dose.
    /// They never count as exposure: only the bipolar question, interactions and cautions look at them (rules.md 1).
    pub drafts: Vec<MedicationRecord>,
    /// Drugs of an antidepressant or augmenter class that could not be told: "not understood: {text}".
    pub unresolved: Vec<Unresolved>,
    /// Adherence statements, `not-taken` statements, codes such as Z91.14: never exposure.
    pub adherence: Vec<AdherenceFact>,
    /// Filled-in PHQ-9s, one per occasion, whatever form they came in.
    pub screenings: Vec<Screening>,
    /// Every other result of the observation table.
    pub measurements: Vec<Measurement>,
    /// Results of the observation table whose value could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Reactions to drugs: allergies, intolerances, adverse events.
    pub intolerances: Vec<Intolerance>,
    /// Diagnoses of relatives.
    pub family: Vec<FamilyHistory>,
    /// Procedures that a rule asks for.
    pub procedures: Vec<Procedure>,
    /// Encounters that a rule asks for.
    pub encounters: Vec<Encounter>,
    /// What prescribers answered to earlier cards.
    pub answers: Answers,
    /// What of each kind was had.
    pub coverage: Coverage,
    /// Each resource that counted for nothing though it might have mattered, with the reason.
    pub unread: Vec<Unread>,
}
