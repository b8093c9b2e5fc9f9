//! Procedures, encounters, reactions to drugs.

use crate::clinical::units::{Day, GroupSet, Ingredient, SourceRef, Span};

/// A procedure that a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    /// Where it stands.
    pub source: SourceRef,
    /// What was done.
    pub kind: ProcedureKind,
    /// When; `None` where no date is given.
    pub when: Option<Span>,
    /// What the record calls it: chart text, to be escaped.
    pub label: String,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum ProcedureKind {
    Ect,
    Tms,
    Esketamine,
    Ketamine,
    Vns,
    Psychotherapy,
    /// Positive airway pressure: the treatment of sleep apnoea.
    Pap,
    Hospice,
}

/// An encounter that a rule asks for: for depression, or in hospice or palliative care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encounter {
    /// Where it stands.
    pub source: SourceRef,
    /// From its first to its last day.
    pub span: Span,
    /// The groups of its types, reasons, diagnoses and discharge disposition.
    pub groups: GroupSet,
}

/// A reaction to a drug: an AllergyIntolerance or an AdverseEvent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intolerance {
    /// Where it stands.
    pub source: SourceRef,
    /// To which drug.
    pub ingredient: Ingredient,
    /// When it happened, began or was recorded, in this order of preference.
    pub when: Option<Day>,
    /// What the record says of it: chart text, to be escaped.
    pub label: String,
}
