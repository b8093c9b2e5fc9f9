//! Where the site is: what is not available there is no option, and the label is that of the country (rules.md 15).

use std::str::FromStr;

/// A country whose labels and availability the option table knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Country {
    UnitedStates,
    Canada,
    UnitedKingdom,
}

/// A word that names no country of the tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown country `{0}`")]
pub struct UnknownCountry(String);

impl FromStr for Country {
    type Err = UnknownCountry;
    fn from_str(word: &str) -> Result<Country, UnknownCountry> {
        match word.trim() {
            "us" => Ok(Country::UnitedStates),
            "ca" => Ok(Country::Canada),
            "uk" => Ok(Country::UnitedKingdom),
            other => Err(UnknownCountry(other.to_owned())),
        }
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Country::UnitedStates => "the United States",
            Country::Canada => "Canada",
            Country::UnitedKingdom => "the United Kingdom",
        })
    }
}
