//! What is wrong with settings, told by file, line and key, or by the variable.

use std::fmt;

use regex_lite::Regex;

/// Why there are no settings. Its text has one line for each defect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .defects.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError {
    /// All that were found, in the order of the settings' types.
    pub defects: Vec<Defect>,
}

impl From<Defect> for ConfigError {
    fn from(defect: Defect) -> ConfigError {
        ConfigError { defects: vec![defect] }
    }
}

/// One thing that is wrong. It never quotes a value: that may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// Where it stands.
    pub place: Place,
    /// Which key: `limits.deadline_ms`; empty where it is no key's fault.
    pub key: String,
    /// What is wrong.
    pub what: String,
}

/// Where a setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File {
        /// Which.
        file: String,
        /// From 1; 0 where it is the file as a whole.
        line: usize,
    },
    /// In a variable of the environment.
    Variable(String),
    /// Nowhere: it is the default.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File { file, line: 0 } => formatter.write_str(file),
            Place::File { file, line } => write!(formatter, "{file}:{line}"),
            Place::Variable(name) => formatter.write_str(name),
            Place::Default => formatter.write_str("default"),
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.place)?;
        if !self.key.is_empty() {
            write!(formatter, "{}: ", self.key)?;
        }
        formatter.write_str(&self.what)
    }
}

/// A setting that does not fit what else is known: found beside the types, for instance by who knows the services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Which key: `clients.north.services`.
    pub key: String,
    /// What is wrong, without the value of anything that could be secret.
    pub what: String,
}

impl Misfit {
    /// A misfit of this key.
    pub fn new(key: impl Into<String>, what: impl Into<String>) -> Misfit {
        Misfit { key: key.into(), what: what.into() }
    }

    /// What an error tells whose words begin with the key: `store.url: expected ..`.
    pub fn of(error: &impl fmt::Display) -> Misfit {
        let text = error.to_string();
        let (key, what) = text.split_once(": ").unwrap_or(("", &text));
        Misfit::new(key, what)
    }

    /// A name that nobody knows, with the nearest that is known.
    pub fn unknown<'a>(key: impl Into<String>, name: &str, known: impl IntoIterator<Item = &'a str>) -> Misfit {
        Misfit::new(key, format!("`{name}` is not known; {}", nearest(name, &known.into_iter().collect::<Vec<_>>())))
    }
}

/// What may have been meant.
fn nearest(name: &str, known: &[&str]) -> String {
    const ALIKE: f64 = 0.55;
    let alike = |other: &str| strsim::normalized_damerau_levenshtein(&name.to_ascii_lowercase(), other);
    let best = known.iter().map(|other| (alike(other), *other)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((score, other)) if score >= ALIKE => format!("did you mean `{other}`?"),
        _ => format!("known here: {}", known.join(", ")),
    }
}

/// What serde says of a value, in the words of a settings file and without the value.
pub(super) fn plain(message: &str) -> String {
    let message = message.lines().collect::<Vec<_>>().join(" ");
    let parts = |pattern: &str| {
        Regex::new(pattern).expect("a pattern that is tested").captures(&message).map(|found| {
            (found.get(1).map_or("", |part| part.as_str()).to_owned(), found.get(2).map_or("", |part| part.as_str()).to_owned())
        })
    };
    if let Some((name, expected)) = parts("^unknown field `([^`]*)`(.*)$") {
        // "expected one of `a`, `b`"
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return format!("there is no such key; {}", nearest(&name, &known));
    }
    if let Some((name, _)) = parts("^missing field `([^`]*)`()$") {
        return format!("`{name}` is missing");
    }
    if let Some((_, expected)) = parts("^unknown variant (`.*`), expected (.*)$") {
        return format!("expected {}", expected.replace('`', "\""));
    }
    if let Some((found, expected)) =
        parts("^invalid (?:type|value|length): (string|integer|floating point|boolean|map|sequence|unit)?.*, expected (.*)$")
    {
        return mismatch(&found, &expected);
    }
    message
}

/// A value of one kind in the place of another.
fn mismatch(found: &str, expected: &str) -> String {
    let expected = match expected {
        "u64" | "u8" | "u16" | "u32" | "usize" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        "socket address" => "an address with its port, for example \"127.0.0.1:8080\"",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    let found = match found {
        "string" => "a text",
        "integer" => "a number",
        "floating point" => "a number with a point",
        "boolean" => "true or false",
        "map" => "a table",
        "sequence" => "a list",
        _ => "this",
    };
    format!("expected {expected}, not {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_quoted() {
        for (message, told) in [
            ("invalid type: string \"hunter2, expected\", expected u64", "expected a whole number, not a text"),
            ("invalid type: string \"hunter2\", expected struct Store", "expected a table, not a text"),
            ("invalid type: integer `4711`, expected a string", "expected a string, not a number"),
            ("unknown variant `hunter2`, expected one of `off`, `silent`", "expected one of \"off\", \"silent\""),
            ("invalid value: integer `-4711`, expected u64", "expected a whole number, not a number"),
            ("missing field `issuer`", "`issuer` is missing"),
        ] {
            assert_eq!(plain(message), told);
        }
    }

    #[test]
    fn an_unknown_key_gets_the_nearest_name_or_all_of_them() {
        let message = |name: &str| plain(&format!("unknown field `{name}`, expected one of `bind`, `public_url`, `limits`"));
        assert_eq!(message("bnid"), "there is no such key; did you mean `bind`?");
        assert_eq!(message("PUBLIC_URI"), "there is no such key; did you mean `public_url`?");
        assert_eq!(message("zzz"), "there is no such key; known here: bind, public_url, limits");
    }
}
