//! The name of a drug's active ingredient.

use std::fmt;

use serde::Serialize;

/// An active ingredient by its name in the knowledge tables, for example `sertraline`.
///
/// Only the tables make one, so an `Ingredient` is always a drug they know, and two are the same drug exactly when they are equal.
/// The text lives as long as the program, as the tables do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Ingredient(&'static str);

impl Ingredient {
    /// Only for the knowledge tables, which own the names.
    pub(in crate::clinical) const fn named(name: &'static str) -> Ingredient {
        Ingredient(name)
    }

    /// The name in lower case.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Ingredient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
