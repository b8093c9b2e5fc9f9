//! Where a fact stands in the record.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// A record that a conclusion rests on: `MedicationRequest/m1`, or where it stands (`entry 12`) if it has no id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceRef(Arc<str>);

impl SourceRef {
    /// The record with this reference.
    pub fn new(reference: impl Into<Arc<str>>) -> SourceRef {
        SourceRef(reference.into())
    }

    /// `Type/id`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for SourceRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
