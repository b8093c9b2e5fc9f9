//! Service definitions: `hooks/<service-id>.toml`, compiled in, checked at start.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clinical::chart::Kind;

/// The version of CDS Hooks that is implemented.
const VERSION: &str = "2.0.1";

/// A file of the folder `hooks`, by its name.
macro_rules! file {
    ($name:literal) => {
        (concat!("hooks/", $name), include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/hooks/", $name)))
    };
}

const FILES: [(&str, &str); 3] =
    [file!("trialwise-patient-view.toml"), file!("trialwise-order-select.toml"), file!("trialwise-order-sign.toml")];

/// The hooks that are known, with the version of their definition.
const HOOKS: [(&str, &str); 3] = [("patient-view", "1.0"), ("order-select", "1.0"), ("order-sign", "1.0")];

/// What a query may hold: a token that every client resolves, and parameters of the common subset.
const TOKENS: [&str; 1] = ["context.patientId"];
const PARAMETERS: [&str; 5] = ["patient", "subject", "code", "category", "_count"];

/// One service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The segment of its URL.
    pub id: String,
    /// The hook it answers.
    pub hook: String,
    /// The version of the hook's definition.
    pub hook_version: &'static str,
    /// A short name for people.
    pub title: String,
    /// What it does, in plain text.
    pub description: String,
    /// What it asks for, by the key of the prefetch.
    pub needs: BTreeMap<String, Need>,
}

/// One thing that a service asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// A FHIR read or search relative to the base, with tokens.
    pub query: String,
    /// The kinds of fact that it can answer for.
    pub answers: Vec<Kind>,
}

impl Need {
    /// The type of resource that the query asks for.
    pub fn resource_type(&self) -> &str {
        self.query.split(['?', '/']).next().unwrap_or(&self.query)
    }
}

/// A service definition that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {what}")]
pub struct DefinitionError {
    file: String,
    what: String,
}

/// Every service, by id.
#[derive(Debug, Clone)]
pub struct Services(BTreeMap<String, Definition>);

impl Services {
    /// The project's own services. Fails only where a definition compiled in is wrong.
    pub fn builtin() -> Result<Services, DefinitionError> {
        let definitions = FILES.map(|(file, content)| Definition::parse(file, content));
        let services = definitions.into_iter().map(|definition| definition.map(|d| (d.id.clone(), d))).collect::<Result<_, _>>()?;
        Ok(Services(services))
    }

    /// The service of this id.
    pub fn get(&self, id: &str) -> Option<&Definition> {
        self.0.get(id)
    }

    /// The id of every service, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The service that answers this hook.
    pub fn for_hook(&self, hook: &str) -> Option<&Definition> {
        self.0.values().find(|definition| definition.hook == hook)
    }

    /// What discovery answers.
    pub fn discovery(&self) -> Discovery<'_> {
        let services = self.0.values().map(|definition| DiscoveredService {
            hook: &definition.hook,
            id: &definition.id,
            title: &definition.title,
            description: &definition.description,
            prefetch: definition.needs.iter().map(|(key, need)| (key.as_str(), need.query.as_str())).collect(),
            version: VERSION,
            hook_version: definition.hook_version,
        });
        Discovery { services: services.collect() }
    }
}

/// The answer to `GET /cds-services`.
#[derive(Debug, Serialize)]
pub struct Discovery<'a> {
    services: Vec<DiscoveredService<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DiscoveredService<'a> {
    hook: &'a str,
    id: &'a str,
    title: &'a str,
    description: &'a str,
    prefetch: BTreeMap<&'a str, &'a str>,
    version: &'static str,
    hook_version: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDefinition {
    id: String,
    hook: String,
    title: String,
    description: String,
    prefetch: BTreeMap<String, RawNeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNeed {
    query: String,
    answers: Vec<String>,
}

impl Definition {
    fn parse(file: &str, content: &str) -> Result<Definition, DefinitionError> {
        let wrong = |what: String| DefinitionError { file: file.to_owned(), what };
        let raw: RawDefinition = toml::from_str(content).map_err(|error| wrong(error.message().to_owned()))?;
        let hook_version = HOOKS.iter().find(|(hook, _)| *hook == raw.hook).map(|(_, version)| *version);
        let mut needs = BTreeMap::new();
        for (key, need) in raw.prefetch {
            check_query(&need.query).map_err(|what| wrong(format!("prefetch.{key}: {what}")))?;
            let known = |word: &String| kind(word).ok_or_else(|| wrong(format!("prefetch.{key}: unknown kind `{word}`")));
            let answers = need.answers.iter().map(known).collect::<Result<_, _>>()?;
            needs.insert(key, Need { answers, query: need.query });
        }
        Ok(Definition {
            hook_version: hook_version.ok_or_else(|| wrong(format!("unknown hook `{}`", raw.hook)))?,
            id: raw.id,
            hook: raw.hook,
            title: raw.title,
            description: raw.description,
            needs,
        })
    }
}

/// Refuses what not every client can answer: tokens beyond the common ones, `_include`, `_sort`, modifiers, chains, prefixes.
fn check_query(query: &str) -> Result<(), String> {
    let mut rest = query;
    while let Some((_, after)) = rest.split_once("{{") {
        let (token, after) = after.split_once("}}").ok_or("a token is not closed")?;
        if !TOKENS.contains(&token) {
            return Err(format!("token `{token}` is not in the common subset"));
        }
        rest = after;
    }
    let Some((_, parameters)) = query.split_once('?') else { return Ok(()) };
    let mut seen = Vec::new();
    for parameter in parameters.split('&') {
        let name = parameter.split_once('=').map_or(parameter, |(name, _)| name);
        if !PARAMETERS.contains(&name) {
            return Err(format!("parameter `{name}` is not in the common subset"));
        }
        if seen.contains(&name) {
            return Err(format!("parameter `{name}` stands twice, which clients merge into one list"));
        }
        seen.push(name);
    }
    Ok(())
}

fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "patient" => Kind::Patient,
        "medications" => Kind::Medications,
        "conditions" => Kind::Conditions,
        "observations" => Kind::Observations,
        "procedures" => Kind::Procedures,
        "encounters" => Kind::Encounters,
        "family-history" => Kind::FamilyHistory,
        "allergies" => Kind::Allergies,
        "adverse-events" => Kind::AdverseEvents,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_services_compiled_in_are_sound() {
        let services = Services::builtin().expect("sound");
        for (file, _) in FILES {
            let id = file.trim_start_matches("hooks/").trim_end_matches(".toml");
            assert!(services.get(id).is_some(), "{file} holds the service of its name");
        }
    }

    #[test]
    fn every_kind_of_fact_is_asked_for() {
        let services = Services::builtin().expect("sound");
        for definition in services.0.values() {
            let asked: Vec<Kind> = definition.needs.values().flat_map(|need| need.answers.clone()).collect();
            for kind in Kind::ALL {
                assert!(asked.contains(&kind), "{}: {kind:?}", definition.id);
            }
        }
    }

    #[test]
    fn every_result_of_the_table_is_asked_for_and_no_other() {
        const TABLE: &str = include_str!("../clinical/knowledge/data/observations.csv");
        let mut table = csv::Reader::from_reader(TABLE.as_bytes());
        let columns = table.headers().expect("a header").clone();
        let column = |name: &str| columns.iter().position(|column| column == name).expect("a column");
        let (system, code) = (column("system"), column("code"));
        let rows = table.records().map(|row| row.expect("a row"));
        let known: BTreeSet<String> = rows.filter(|row| &row[system] == "loinc").map(|row| row[code].to_owned()).collect();
        for definition in Services::builtin().expect("sound").0.values() {
            let query = &definition.needs["observations"].query;
            let (_, codes) = query.split_once("&code=").expect("codes");
            let codes: Vec<&str> = codes.split('&').next().expect("codes").split(',').collect();
            let asked: BTreeSet<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            assert_eq!(asked.len(), codes.len(), "{}: a code stands twice", definition.id);
            assert_eq!(asked, known, "{}", definition.id);
        }
    }

    #[test]
    fn queries_beyond_the_common_subset_are_refused() {
        for query in [
            "Condition?patient={{context.patientId}}&onset-date=ge{{today()}}",
            "Condition?patient={{context.encounterId}}",
            "Patient/{{Patient.id}}",
            "MedicationRequest?patient={{context.patientId}}&_include=MedicationRequest:medication",
            "Observation?patient={{context.patientId}}&_sort=-date",
            "Observation?patient={{context.patientId}}&code:not=1-8",
            "Observation?patient.identifier=1",
            "Observation?patient={{context.patientId",
            "Observation?code=1-8&code=2-6",
        ] {
            assert!(check_query(query).is_err(), "{query}");
        }
    }

    /// The same chart is judged at every hook, so a client may answer all three from one set of queries.
    #[test]
    fn every_service_asks_for_the_same_and_each_hook_has_one() {
        let services = Services::builtin().expect("sound");
        let first = services.0.values().next().expect("a service");
        for definition in services.0.values() {
            assert_eq!(definition.needs, first.needs, "{}", definition.id);
        }
        for (hook, _) in HOOKS {
            assert_eq!(services.0.values().filter(|definition| definition.hook == hook).count(), 1, "{hook}");
        }
    }

    #[test]
    fn the_description_is_plain_text() {
        for definition in Services::builtin().expect("sound").0.values() {
            assert!(!definition.description.contains(['*', '_', '`', '<', '[', '#']), "{}", definition.id);
        }
    }

    #[test]
    fn discovery_leaves_nothing_empty() {
        let services = Services::builtin().expect("sound");
        let json = serde_json::to_value(services.discovery()).expect("JSON");
        assert_eq!(json["services"].as_array().map(Vec::len), Some(3));
        let service = &json["services"][2];
        assert_eq!(service["id"], "trialwise-patient-view");
        assert_eq!(service["version"], "2.0.1");
        assert_eq!(service["hookVersion"], "1.0");
        assert_eq!(service["prefetch"]["patient"], "Patient/{{context.patientId}}");
    }
}
