//! `trialwise check-config`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::knowledge::site_knowledge;
use super::{Stop, print};
use crate::auth::{Callers, SettingsError};
use crate::config::{Client, Config, Document, EXAMPLE, Entry, Misfit, Place, Settings, Sources};
use crate::feedback::Store;
use crate::gather::Gather;
use crate::hooks::Services;
use crate::server;

/// Says whether the settings can be meant and `serve` would start with them, and which hold.
///
/// Nothing is made, and no other machine is asked. Lists every defect with file, line and key, or the variable, and exits 2; else prints
/// the settings that hold, each with where it comes from. Secrets are not shown. Without a client nobody could call, so that is a defect,
/// unless the settings are for `serve --dev`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  trialwise check-config --config trialwise.toml\n  TRIALWISE_LIMITS__DEADLINE_MS=1500 trialwise check-config"
)]
pub struct CheckConfig {
    /// Settings (TOML); variables TRIALWISE_.. stand above it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Whether `serve --dev` would start with them, which knows no callers
    #[arg(long)]
    dev: bool,
}

impl CheckConfig {
    pub fn run(self) -> Result<(), Stop> {
        let services = Services::builtin().map_err(Stop::new)?;
        let fits = |config: &Config| {
            let alone = server::misfits(config, &services).into_iter().chain(unreadable(config));
            if self.dev { alone.collect() } else { alone.chain(without_url(config)).collect() }
        };
        let settings = Sources::new(self.config).read(fits).map_err(Stop::new)?;
        settings.refuse(refused(&settings.config, self.dev)).map_err(Stop::new)?;
        let Settings { config, document } = settings;
        print(&(found(&config) + &effective(&config, &document)))
    }
}

/// What `serve` would refuse though every file is there. Nothing is made, asked or listened on.
fn refused(config: &Config, dev: bool) -> Vec<Misfit> {
    let nobody = (config.clients.is_empty() && !dev).then(|| Misfit::new("clients", SettingsError::NoClient.to_string()));
    // Each client by itself, so that the first one's defect does not hide the next one's.
    let alone = |(name, client): (&String, &Client)| Config { clients: [(name.clone(), client.clone())].into(), ..config.clone() };
    let of_clients = config.clients.iter().map(alone).flat_map(|config| {
        let callers = if dev { None } else { Callers::new(&config).err().map(|error| Misfit::of(&error)) };
        callers.into_iter().chain(Gather::new(&config, dev).err().map(|error| Misfit::of(&error)))
    });
    let tls = config.tls.as_ref().and_then(|tls| server::tls(tls).err()).map(|error| Misfit::of(&error));
    let store = Store::check(&config.store).err().map(|error| Misfit::of(&error));
    let audit = config.audit.file.as_ref().filter(|file| file.exists()).and_then(|file| {
        let error = std::fs::OpenOptions::new().append(true).open(file).err()?;
        Some(Misfit::new("audit.file", format!("{}: {error}", file.display())))
    });
    let knowledge = site_knowledge(config.knowledge.site_file.as_deref()).err().unwrap_or_default();
    let knowledge = knowledge.into_iter().map(|defect| Misfit::new("knowledge.site_file", defect));
    let mut all: Vec<Misfit> = nobody.into_iter().chain(of_clients).chain(tls).chain(store).chain(audit).chain(knowledge).collect();
    // What is wrong for every client is told once.
    all.dedup();
    all
}

/// Files that cannot be read, and an audit file that has no folder.
fn unreadable(config: &Config) -> Vec<Misfit> {
    let tls = config.tls.iter().flat_map(|tls| {
        let authorities = tls.client_authorities_file.as_ref().map(|file| ("tls.client_authorities_file".to_owned(), file));
        [("tls.certificate_file".to_owned(), &tls.certificate_file), ("tls.key_file".to_owned(), &tls.key_file)]
            .into_iter()
            .chain(authorities)
    });
    let store = [("store.url_file", &config.store.url_file), ("store.key_file", &config.store.key_file)];
    let store = store.into_iter().filter_map(|(key, file)| file.as_ref().map(|file| (key.to_owned(), file)));
    let clients = config.clients.iter().flat_map(|(name, client)| {
        let keys = client.keys_file.iter().map(move |file| (format!("clients.{name}.keys_file"), file));
        let authorities = client.fhir.iter().enumerate().filter_map(move |(index, server)| {
            server.authorities_file.as_ref().map(|file| (format!("clients.{name}.fhir[{index}].authorities_file"), file))
        });
        keys.chain(authorities)
    });
    let files = tls.chain(store).chain(clients).filter_map(|(key, file)| {
        let error = std::fs::read(file).err()?;
        Some(Misfit::new(key, format!("{}: {error}", file.display())))
    });
    let folder =
        config.audit.file.as_ref().and_then(|file| file.parent()).filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    files.chain(folder.map(|folder| Misfit::new("audit.file", format!("there is no folder {}", folder.display())))).collect()
}

/// Clients could not be let in without it.
fn without_url(config: &Config) -> Option<Misfit> {
    let missing = !config.clients.is_empty() && config.public_url.is_none();
    missing.then(|| Misfit::new("public_url", "is missing: `aud` of clients' tokens is compared with it"))
}

/// What the settings come to, in a few lines.
fn found(config: &Config) -> String {
    let mut lines = String::from("ok\n");
    if config.clients.is_empty() {
        lines += "    no client: the service runs with --dev only\n";
    }
    for (name, Client { issuer, tenant, fhir, .. }) in &config.clients {
        let tenant = tenant.as_ref().map(|tenant| format!(", tenant {tenant}")).unwrap_or_default();
        lines += &format!("    client {name}: issuer {issuer}{tenant}, {} FHIR servers\n", fhir.len());
    }
    if config.off {
        lines += "    off: every hook is answered empty\n";
    }
    lines
}

/// Every setting that has a value, with where it comes from.
fn effective(config: &Config, document: &Document) -> String {
    let defaults = Document::parse("default", EXAMPLE, None).expect("the example is tested").entries();
    let mut all: BTreeMap<String, Entry> = BTreeMap::new();
    for entry in defaults {
        match entry.key.strip_prefix("clients.example.") {
            None => drop(all.insert(entry.key.clone(), Entry { place: Place::Default, ..entry })),
            // What makes the client is its own.
            Some("issuer" | "jku" | "fhir") => {}
            Some(key) => {
                for name in config.clients.keys() {
                    let key = format!("clients.{name}.{key}");
                    all.insert(key.clone(), Entry { key, place: Place::Default, value: entry.value.clone() });
                }
            }
        }
    }
    for entry in document.entries() {
        // A table that is filled takes the place of an empty one.
        all.retain(|key, known| known.value != "{}" || !entry.key.starts_with(&format!("{key}.")));
        all.insert(entry.key.clone(), entry);
    }
    all.into_values().map(|Entry { key, value, place }| format!("{key} = {value}    # {place}\n")).collect()
}
