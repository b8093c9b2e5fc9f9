//! Diagnosis codes by group.
