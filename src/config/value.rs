//! Values of settings that cannot be wrong: read once, with an error that says what was expected.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// A whole number between two others, both allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Within<const LEAST: u64, const MOST: u64>(u64);

impl<const LEAST: u64, const MOST: u64> Within<LEAST, MOST> {
    /// A number that is known to lie between the two when the program is compiled.
    ///
    /// # Panics
    /// Where it does not, which a constant shows at once.
    pub const fn new(value: u64) -> Self {
        assert!(LEAST <= value && value <= MOST);
        Within(value)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number as a size in memory.
    pub fn size(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Within<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = u64::deserialize(deserializer)?;
        let within = (LEAST..=MOST).contains(&value).then_some(Within(value));
        within.ok_or_else(|| serde::de::Error::custom(format_args!("expected a whole number from {LEAST} to {MOST}")))
    }
}

impl<const LEAST: u64, const MOST: u64> Within<LEAST, MOST> {
    /// The number taken as milliseconds.
    pub const fn milliseconds(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0)
    }

    /// The number taken as seconds.
    pub const fn seconds(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.0)
    }
}

/// The origin of a browser application: scheme and host, no path (`https://ehr.example.org`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// As it stands in the header of the same name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
        if host.is_some_and(|host| !host.is_empty() && host.bytes().all(allowed)) {
            return Ok(Origin(text));
        }
        Err(serde::de::Error::custom("expected an origin, for example \"https://ehr.example.org\" (scheme and host, no path)"))
    }
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(pub jiff::tz::TimeZone);

impl Default for Zone {
    fn default() -> Zone {
        Zone(jiff::tz::TimeZone::system())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let expected = "expected a name of the IANA database, for example \"America/New_York\"";
        jiff::tz::TimeZone::get(&name).map(Zone).map_err(|_| serde::de::Error::custom(expected))
    }
}

/// An absolute URL of the web, without user name, password and fragment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebUrl(url::Url);

impl WebUrl {
    /// The URL, parsed.
    pub fn url(&self) -> &url::Url {
        &self.0
    }

    /// Its text without a slash at the end, to which paths are added.
    pub fn base(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl fmt::Debug for WebUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl std::str::FromStr for WebUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<WebUrl, Self::Err> {
        let url = url::Url::parse(text).map_err(|_| "expected an absolute URL, for example \"https://fhir.example.org/r4\"")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("expected a URL that begins with https:// or http://");
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err("expected a URL without user name, password and fragment");
        }
        Ok(WebUrl(url))
    }
}

impl<'de> Deserialize<'de> for WebUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
