//! Where settings come from: one file, the environment above it, the command line above both.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::Config;
use super::check::misfits;
use super::defect::{ConfigError, Defect, Misfit, Place};
use super::document::Document;

/// What the names of our variables begin with.
const PREFIX: &str = "TRIALWISE_";

/// Where settings come from. The environment is taken once, at start; the file is read again whenever it is asked for.
#[derive(Clone)]
pub struct Sources {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// Where to listen, from the command line.
    pub bind: Option<SocketAddr>,
    environment: Vec<(OsString, OsString)>,
}

/// What was read, and what follows.
pub struct Settings {
    /// The settings.
    pub config: Config,
    /// As they are written.
    pub document: Document,
}

impl Settings {
    /// Says where in the settings these stand, if there are any.
    ///
    /// # Errors
    /// All of them.
    pub fn refuse(&self, misfits: Vec<Misfit>) -> Result<(), ConfigError> {
        let defects: Vec<Defect> = self.document.placed(misfits).collect();
        if defects.is_empty() { Ok(()) } else { Err(ConfigError { defects }) }
    }
}

impl Sources {
    /// This file, and the environment of the process.
    pub fn new(file: Option<PathBuf>) -> Sources {
        Sources::with_environment(file, std::env::vars_os())
    }

    /// This file, and these variables.
    pub fn with_environment(file: Option<PathBuf>, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Sources {
        let ours = |(name, value): &(OsString, OsString)| !value.is_empty() && name.to_str().is_some_and(is_ours);
        let mut environment: Vec<(OsString, OsString)> = variables.into_iter().filter(ours).collect();
        // What sets a whole table comes before what sets a key in it.
        environment.sort();
        Sources { file, bind: None, environment }
    }

    /// Reads all of it. `fits` adds what does not fit and cannot be seen from the settings alone.
    ///
    /// # Errors
    /// Every defect that was found.
    pub fn read(&self, fits: impl Fn(&Config) -> Vec<Misfit>) -> Result<Settings, ConfigError> {
        let mut document = match &self.file {
            Some(file) => read_file(file)?,
            None => Document::empty(),
        };
        let mut defects = Vec::new();
        for (name, value) in &self.environment {
            let name = name.to_string_lossy();
            let key = name.strip_prefix(PREFIX).unwrap_or(&name);
            let set = match value.to_str() {
                Some(text) => document.set(&name, key, text),
                None => Err(Defect { place: Place::Variable(name.to_string()), key: String::new(), what: "not UTF-8".to_owned() }),
            };
            defects.extend(set.err());
        }
        match document.config(|config| misfits(config).into_iter().chain(fits(config)).collect()) {
            Ok(mut config) if defects.is_empty() => {
                config.bind = self.bind.unwrap_or(config.bind);
                Ok(Settings { config, document })
            }
            Ok(_) => Err(ConfigError { defects }),
            Err(more) => Err(ConfigError { defects: defects.into_iter().chain(more.defects).collect() }),
        }
    }
}

fn read_file(file: &Path) -> Result<Document, ConfigError> {
    let name = file.display().to_string();
    let content = std::fs::read_to_string(file).map_err(|error| Defect {
        place: Place::File { file: name.clone(), line: 0 },
        key: String::new(),
        what: error.to_string(),
    })?;
    Document::parse(&name, &content, file.parent())
}

/// Kubernetes sets variables for every service in the namespace, one called `trialwise` among them: those are not meant for us.
fn is_ours(name: &str) -> bool {
    let Some(key) = name.strip_prefix(PREFIX) else { return false };
    let of_a_service = key.ends_with("SERVICE_HOST") || key.contains("SERVICE_PORT");
    let of_a_port = key == "PORT"
        || key.ends_with("_PORT")
        || key.split("PORT_").nth(1).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    key.contains("__") || !(of_a_service || of_a_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let folder = std::env::temp_dir().join(format!("trialwise-sources-{}-{:?}", std::process::id(), std::thread::current().id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("site.toml");
        std::fs::write(&file, content).expect("written");
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let read = Sources::with_environment(Some(file), variables).read(|_| Vec::new());
        std::fs::remove_dir_all(&folder).expect("removed");
        read
    }

    fn refusal(content: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let error = read(content, variables).err().expect("refused");
        error.to_string().lines().map(|line| line.find("site.toml").map_or(line, |at| &line[at..]).to_owned()).collect()
    }

    const NORTH: &str = "[clients.north-1]\nissuer = \"https://ehr\"\nkeys_file = \"keys.json\"\n";

    #[test]
    fn the_environment_stands_above_the_file() {
        let variables = [
            ("TRIALWISE_LIMITS__DEADLINE_MS", "700"),
            ("TRIALWISE_CLIENTS__NORTH_1__ISSUER", "4711"),
            ("TRIALWISE_CLIENTS__NORTH_1__ALGORITHMS", "[\"ES256\"]"),
            ("TRIALWISE_CLIENTS__SOUTH__ISSUER", "https://south"),
            ("TRIALWISE_CLIENTS__SOUTH__JKU", "[\"https://south/keys\"]"),
            ("TRIALWISE_SERVICES__TRIALWISE_PATIENT_VIEW__MODE", "silent"),
            ("TRIALWISE_OFF", "true"),
            ("TRIALWISE_PUBLIC_URL", ""),
            ("TRIALWISE_PORT", "tcp://10.0.0.1:80"),
            ("TRIALWISE_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("TRIALWISE_SERVICE_HOST", "10.0.0.1"),
            ("TRIALWISE_WEB_SERVICE_PORT_HTTP", "80"),
        ];
        let config = read(&format!("limits.deadline_ms = 600\n{NORTH}"), &variables).expect("settings").config;
        assert_eq!(config.limits.deadline_ms.get(), 700);
        assert_eq!(config.clients["north-1"].issuer, "4711", "text, where text is asked for");
        assert_eq!(config.clients["north-1"].algorithms, [crate::config::Algorithm::ES256]);
        assert_eq!(config.clients["south"].jku[0].base(), "https://south/keys");
        assert_eq!(config.services["trialwise-patient-view"].mode, Some(crate::config::Mode::Silent));
        assert!(config.off);
    }

    #[test]
    fn an_error_names_the_variable() {
        let wrong = [("TRIALWISE_LIMITS__DEADLINE_MS", "5"), ("TRIALWISE_LIMTS__QUEUE_MS", "5"), ("TRIALWISE_LOG", "hunter2")];
        assert_eq!(
            refusal("bind = 5\n", &wrong),
            [
                "site.toml:1: bind: expected an address with its port, for example \"127.0.0.1:8080\", not a number",
                "TRIALWISE_LIMITS__DEADLINE_MS: limits.deadline_ms: expected a whole number from 100 to 60000",
                "TRIALWISE_LIMTS__QUEUE_MS: limts: there is no such key; did you mean `limits`?",
                "TRIALWISE_LOG: log: expected a table, not a text",
            ]
        );
        assert!(refusal("", &[("TRIALWISE_A____B", "1")])[0].starts_with("TRIALWISE_A____B: "));
    }

    #[test]
    fn every_defect_is_told() {
        let content = format!(
            "bnid = 1\n[limits]\ndeadline_ms = 5\nqueue_ms = true\n{NORTH}jku = [\"https://a\", \"ftp://b\"]\n[clients.south]\nissuer = 5\n[services.x]\nmode = \"loud\"\n"
        );
        assert_eq!(
            refusal(&content, &[]),
            [
                "site.toml:1: bnid: there is no such key; did you mean `bind`?",
                "site.toml:8: clients.north-1.jku: expected a URL that begins with https:// or http://",
                "site.toml:10: clients.south.issuer: expected a string, not a number",
                "site.toml:3: limits.deadline_ms: expected a whole number from 100 to 60000",
                "site.toml:4: limits.queue_ms: expected a whole number, not true or false",
                "site.toml:12: services.x.mode: expected one of \"off\", \"silent\", \"visible\"",
            ]
        );
    }

    #[test]
    fn paths_in_the_file_are_relative_to_it_and_those_of_variables_are_not() {
        let content = format!(
            "{NORTH}[audit]\nfile = \"/var/audit\"\n[knowledge]\nsite_file = \"site/k.toml\"\n[store]\nurl = \"sqlite:data/t.db?mode=rwc\"\nurl_file = \"u\"\nkey_file = \"../k\"\n\
             [[clients.north-1.fhir]]\nurl = \"https://ehr/r4\"\nauthorities_file = \"pki/ca.pem\"\n[tls]\nclient_authorities_file = \"ca.pem\"\n"
        );
        let settings =
            read(&content, &[("TRIALWISE_TLS__CERTIFICATE_FILE", "c.pem"), ("TRIALWISE_TLS__KEY_FILE", "k.pem")]).expect("settings");
        let config = settings.config;
        let site = config.knowledge.site_file.expect("a file");
        assert!(site.is_absolute() && site.ends_with("site/k.toml"), "{site:?}");
        let folder = site.parent().and_then(Path::parent).expect("a folder");
        let within = |file: Option<&PathBuf>, name: &str| assert_eq!(file.expect("a file"), &folder.join(name));
        within(config.clients["north-1"].keys_file.as_ref(), "keys.json");
        within(config.clients["north-1"].fhir[0].authorities_file.as_ref(), "pki/ca.pem");
        within(config.store.url_file.as_ref(), "u");
        within(config.store.key_file.as_ref(), "../k");
        within(config.tls.as_ref().and_then(|tls| tls.client_authorities_file.as_ref()), "ca.pem");
        assert_eq!(config.audit.file.expect("a file"), Path::new("/var/audit"));
        assert_eq!(config.tls.expect("TLS").key_file, Path::new("k.pem"));
        let url = config.store.url.as_ref().map(secrecy::ExposeSecret::expose_secret).unwrap_or_default().to_owned();
        assert!(url.starts_with("sqlite:/") && url.ends_with("/data/t.db?mode=rwc"), "{url}");
    }

    #[test]
    fn a_password_stands_in_no_file() {
        for url in ["postgres://u:hunter2@db/t", "postgres://u@db/t?password=hunter2", "postgres://u:hunter2@[db/t"] {
            let told = refusal(&format!("[store]\nurl = \"{url}\"\n"), &[]);
            assert!(told[0].starts_with("site.toml:2: store.url: a password") && !told[0].contains("hunter2"), "{told:?}");
            let settings = read("", &[("TRIALWISE_STORE__URL", url)]).expect("settings");
            assert!(!format!("{:?}", settings.document.entries()).contains("hunter2"));
            assert!(!format!("{:?}", settings.config).contains("hunter2"));
        }
        assert!(read("store.url = \"postgres://u@db/t\"", &[]).is_ok());
    }
}
