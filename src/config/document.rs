//! Settings as they are written: a tree of keys, each with its place, from one file and the environment.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::Config;
use super::defect::{ConfigError, Defect, Misfit, Place, plain};
use super::tree::{Node, Steps, Value};

/// One file and the environment, the environment above it. Holds secrets, so it is never printed as a whole.
#[derive(Clone)]
pub struct Document {
    file: String,
    root: Node,
}

/// One setting, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `limits.deadline_ms`.
    pub key: String,
    /// As TOML has it; a secret is not shown.
    pub value: String,
    /// Where it stands.
    pub place: Place,
}

impl Document {
    /// A text in TOML. `name` is what to call it in an error; paths in it are relative to `directory`.
    pub fn parse(name: &str, content: &str, directory: Option<&Path>) -> Result<Document, ConfigError> {
        let line = |offset: usize| 1 + content.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
        let place = |offset| Place::File { file: name.to_owned(), line: line(offset) };
        let table = DeTable::parse(content).map_err(|error| Defect {
            place: place(error.span().map_or(0, |span| span.start)),
            key: String::new(),
            what: error.message().lines().collect::<Vec<_>>().join(" "),
        })?;
        let mut root = Node::new(place(0), Value::of(DeValue::Table(table.into_inner()), &place));
        if let Some(directory) = directory {
            root.resolve("", directory);
        }
        Ok(Document { file: name.to_owned(), root })
    }

    /// A document with nothing in it.
    pub fn empty() -> Document {
        Document { file: String::new(), root: Node::table(Place::Default) }
    }

    /// Sets what a variable of the environment says, above what stands there. `name` is the whole name, `key` what follows the prefix.
    pub(super) fn set(&mut self, name: &str, key: &str, text: &str) -> Result<(), Defect> {
        let place = Place::Variable(name.to_owned());
        let wrong = |what: &str| Defect { place: place.clone(), key: String::new(), what: what.to_owned() };
        let mut node = &mut self.root;
        let mut above = "root".to_owned();
        for segment in key.split("__") {
            if segment.is_empty() {
                return Err(wrong("no key has such a name: names are nested by two underscores"));
            }
            let Value::Table(entries) = &mut node.value else { return Err(wrong("what stands above this key is no table")) };
            let same = |key: &str| key.replace('-', "_").eq_ignore_ascii_case(segment);
            let known = entries.keys().find(|key| same(key)).cloned();
            // Names of clients and services have hyphens, which a variable cannot.
            let named = matches!(above.as_str(), "clients" | "services");
            let new = || if named { segment.to_ascii_lowercase().replace('_', "-") } else { segment.to_ascii_lowercase() };
            above = known.unwrap_or_else(new);
            node = entries.entry(above.clone()).or_insert_with(|| Node::table(place.clone()));
        }
        *node = Node::of_variable(&place, text);
        Ok(())
    }

    /// The settings, or every defect that was found: by the types, and then by `fits`, which is asked where the types found none.
    pub fn config(&self, fits: impl Fn(&Config) -> Vec<Misfit>) -> Result<Config, ConfigError> {
        let mut found = self.secrets_in_file();
        match self.read() {
            Ok(config) => {
                found.extend(self.placed(fits(&config)));
                if found.is_empty() { Ok(config) } else { Err(ConfigError { defects: found }) }
            }
            Err(defects) => Err(ConfigError { defects: defects.into_iter().chain(found).collect() }),
        }
    }

    /// Misfits with where they stand.
    pub(super) fn placed(&self, misfits: Vec<Misfit>) -> impl Iterator<Item = Defect> {
        misfits.into_iter().map(|Misfit { key, what }| Defect { place: self.place(&key), key, what })
    }

    /// Reads the tree by the types. What is at fault is noted and left out, and the rest is read again.
    fn read(&self) -> Result<Config, Vec<Defect>> {
        let mut root = self.root.clone();
        let mut defects: Vec<(Steps, Defect)> = Vec::new();
        let mut first_reading: BTreeMap<Steps, (Steps, String)> = BTreeMap::new();
        loop {
            let mut numbered = Vec::new();
            let value = root.numbered(&mut Vec::new(), &mut numbered);
            let error = match Config::deserialize(toml::de::ValueDeserializer::from(value)) {
                Ok(config) if defects.is_empty() => return Ok(config),
                Ok(_) => return Err(defects.into_iter().map(|(_, defect)| defect).collect()),
                Err(error) => error,
            };
            let steps = error.span().and_then(|span| numbered.get(span.start)).cloned().unwrap_or_default();
            // A variable that reads like a number may be meant as text.
            if let Some(at) = root.retell(&steps) {
                first_reading.insert(at, (steps, error.message().to_owned()));
                continue;
            }
            let (steps, message) = first_reading.remove(&steps).unwrap_or_else(|| (steps, error.message().to_owned()));
            let follows = message.starts_with("missing field") && defects.iter().any(|(other, _)| other.starts_with(&steps));
            if !follows {
                let key = key(&steps);
                let place = root.at(&steps).map_or_else(|| self.place(&key), |node| node.place.clone());
                defects.push((steps.clone(), Defect { place, key, what: plain(&message) }));
            }
            if !root.remove(&steps) {
                return Err(defects.into_iter().map(|(_, defect)| defect).collect());
            }
        }
    }

    /// A password has no place in a file that is read by many and kept in version control.
    fn secrets_in_file(&self) -> Vec<Defect> {
        let Some(node) = self.root.at(&["store".to_owned(), "url".to_owned()]) else { return Vec::new() };
        let (Place::File { .. }, Value::Text(text)) = (&node.place, &node.value) else { return Vec::new() };
        let secret = match url::Url::parse(text) {
            Ok(url) => url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password"),
            Err(_) => text.contains('@'),
        };
        let what = "a password may not stand in this file: give the URL by store.url_file or TRIALWISE_STORE__URL".to_owned();
        secret.then(|| Defect { place: node.place.clone(), key: "store.url".to_owned(), what }).into_iter().collect()
    }

    /// Where a key stands, or the nearest above it that does.
    fn place(&self, key: &str) -> Place {
        let steps: Steps = key.replace('[', ".[").split('.').map(str::to_owned).collect();
        let nearest = (0..=steps.len()).rev().find_map(|length| self.root.at(&steps[..length]).filter(|_| length > 0));
        nearest.map_or_else(|| Place::File { file: self.file.clone(), line: 0 }, |node| node.place.clone())
    }

    /// Every setting that stands there, sorted by key. Secrets are not shown.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.root.list("", &mut entries);
        entries
    }
}

/// `clients.north.fhir[0].url`.
fn key(steps: &[String]) -> String {
    steps.iter().fold(String::new(), |key, step| match (key.is_empty(), step.starts_with('[')) {
        (true, _) => step.clone(),
        (false, true) => key + step,
        (false, false) => key + "." + step,
    })
}
