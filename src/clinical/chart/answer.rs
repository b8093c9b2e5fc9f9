//! What prescribers answered to earlier cards: known here, though not in the EHR's record.

/// Answers that still hold on the day of assessment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answers {
    /// The bipolar question was considered and excluded, on the findings that raise it today (rules.md 7).
    pub bipolar_excluded: bool,
}
