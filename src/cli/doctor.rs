//! `trialwise doctor`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use secrecy::SecretString;

use super::layout::{COLUMNS, clean};
use super::{Stop, print};
use crate::config::{Client, Config, Dialect, FhirServer, WebUrl};
use crate::gather::{Failure, Offer, Survey, survey};
use crate::hooks::Services;

/// Asks a client's FHIR server everything once, and says what it can give and how it wants to be asked.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  trialwise doctor --client mercy --config trialwise.toml --patient TEST-PATIENT --token-file token.txt\n  \
    trialwise doctor --client trial --fhir http://127.0.0.1:8080/fhir --patient p1\n\nWithout --patient only the server's own statement is \
    read. Exit 0: patient, conditions and medicines can be had; 1: they cannot; 2: it could not be asked."
)]
pub struct Doctor {
    /// The client, as the settings call it
    #[arg(long, value_name = "NAME")]
    client: String,
    /// Settings (TOML) that hold the client
    #[arg(long, value_name = "FILE", required_unless_present = "fhir")]
    config: Option<PathBuf>,
    /// The base of the FHIR server [default: the one of the client]
    #[arg(long, value_name = "URL")]
    fhir: Option<WebUrl>,
    /// The id of a test patient, with whom every query is asked once
    #[arg(long, value_name = "ID")]
    patient: Option<String>,
    /// A file that holds an access token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Writes the dialect to a file rather than to standard output
    #[arg(long, value_name = "FILE", requires = "patient")]
    write: Option<PathBuf>,
}

impl Doctor {
    pub fn run(self) -> Result<ExitCode, Stop> {
        let client = self.known_client()?;
        let server = self.server(&client)?;
        let token = self.token_file.as_deref().map(token).transpose()?;
        let services = Services::builtin().map_err(Stop::new)?;
        let definition = services.for_hook("patient-view").ok_or_else(|| Stop::new("there is no service for patient-view"))?;
        let asking = survey(&self.client, &client, &server, definition, self.patient.as_deref(), token.as_ref());
        let survey = actix_web::rt::System::new().block_on(asking).map_err(Stop::new)?;
        if let Err(failure @ (Failure::Unreachable | Failure::TimedOut | Failure::AddressRefused)) = survey.capability {
            return Err(Stop::new(format_args!("{}: {failure}", server.url.base())));
        }
        let dialect = snippet(&self.client, &survey.dialect);
        print(&told(&server, &survey))?;
        match &self.write {
            None if survey.probed.is_empty() => {}
            None => print(&format!("\n{dialect}"))?,
            Some(file) => std::fs::write(file, dialect).map_err(|error| Stop::new(format_args!("{}: {error}", file.display())))?,
        }
        Ok(if suffices(&survey) { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    /// The client of the settings; without settings one that has nothing but defaults.
    fn known_client(&self) -> Result<Client, Stop> {
        let Some(file) = self.config.as_deref() else {
            let settings = Config::parse("default", "clients.default.issuer = \"https://localhost\"").map_err(Stop::new)?;
            return settings.clients.into_values().next().ok_or_else(|| Stop::new("no client"));
        };
        let mut clients = Config::read(file).map_err(Stop::new)?.clients;
        let names = clients.keys().cloned().collect::<Vec<_>>().join(", ");
        clients.remove(&self.client).ok_or_else(|| {
            let known = if names.is_empty() { "there are none".to_owned() } else { format!("there are {names}") };
            Stop::new(format_args!("{}: no client is called {}: {known}", file.display(), self.client))
        })
    }

    fn server(&self, client: &Client) -> Result<FhirServer, Stop> {
        let base = |url: &WebUrl| url.base().to_owned();
        match (&self.fhir, client.fhir.as_slice()) {
            (Some(named), servers) => {
                let known = servers.iter().find(|server| base(&server.url) == base(named)).cloned();
                // Whoever names it on the command line may reach it anyway.
                Ok(known.unwrap_or(FhirServer { url: named.clone(), open: true, private_network: true, authorities_file: None }))
            }
            (None, [only]) => Ok(only.clone()),
            (None, []) => Err(Stop::new(format_args!("client {} has no FHIR server: name one with --fhir URL", self.client))),
            (None, several) => {
                let urls = several.iter().map(|server| base(&server.url)).collect::<Vec<_>>().join(", ");
                Err(Stop::new(format_args!("client {} has several FHIR servers: name one with --fhir URL: {urls}", self.client)))
            }
        }
    }
}

/// The access token that a file holds.
pub(super) fn token(file: &Path) -> Result<SecretString, Stop> {
    let content = std::fs::read_to_string(file).map_err(|error| Stop::new(format_args!("{}: {error}", file.display())))?;
    let token = content.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Stop::new(format_args!("{}: expected one access token and nothing else", file.display())));
    }
    Ok(token.into())
}

/// Whether what no card can do without can be had; without a patient as far as the server says.
fn suffices(survey: &Survey) -> bool {
    let had = |kind: &str| match survey.probed.is_empty() {
        true => survey.states(kind) == Some(true),
        false => survey.probed.values().any(|probed| probed.resource_type == kind && probed.offer.is_ok()),
    };
    let medicines = ["MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration"];
    let is_r4 = survey.capability.as_ref().map_or(!survey.probed.is_empty(), |capability| capability.is_r4());
    is_r4 && had("Patient") && had("Condition") && medicines.into_iter().any(had)
}

fn told(server: &FhirServer, survey: &Survey) -> String {
    let mut text = format!("{}\n", server.url.base());
    match &survey.capability {
        Ok(capability) => {
            let version = capability.version.as_deref().map_or("of an unknown version".to_owned(), clean);
            let software =
                capability.software.as_deref().map(clean).filter(|name| !name.is_empty()).unwrap_or("unnamed software".to_owned());
            let read = if capability.is_r4() { "" } else { "; only R4 (4.0) can be read" };
            let _ = writeln!(text, "FHIR {version}, {software}{read}");
        }
        Err(failure) => {
            let _ = writeln!(text, "/metadata: {failure}");
        }
    }
    if survey.probed.is_empty() {
        text += "Nothing was asked for: name a test patient with --patient.\n";
    }
    text + &table(survey).lines().map(|line| line.trim().to_owned() + "\n").collect::<String>()
}

fn table(survey: &Survey) -> Table {
    let mut table = Table::new();
    let width = u16::try_from(COLUMNS).unwrap_or(u16::MAX);
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    let stated = |kind: &str| match survey.states(kind) {
        Some(true) => "yes",
        Some(false) => "no",
        None => "-",
    };
    if survey.probed.is_empty() {
        table.set_header(["Resource", "Stated"]);
        for kind in ["Patient", "Condition", "MedicationRequest", "MedicationDispense", "MedicationStatement", "Observation"] {
            table.add_row([kind, stated(kind)]);
        }
        return table;
    }
    table.set_header(["Key", "Stated", "Milliseconds", "Given"]);
    for (key, probed) in &survey.probed {
        let took = probed.took.as_millis().to_string();
        table.add_row([key, stated(&probed.resource_type), &took, &given(&probed.offer)]);
    }
    table
}

/// What was had by one query, in words.
pub(super) fn given(offer: &Result<Offer, Failure>) -> String {
    let count = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    match offer {
        Ok(Offer { entries, pages, partly: None }) => format!("{}, {}", count(*entries, "resource"), count(*pages, "page")),
        Ok(Offer { entries, pages, partly: Some(failure) }) => {
            format!("in part: {}, {}; {failure}", count(*entries, "resource"), count(*pages, "page"))
        }
        Err(failure) => format!("no: {failure}"),
    }
}

/// The dialect as it stands in the settings: what differs from the defaults.
fn snippet(client: &str, dialect: &Dialect) -> String {
    let plain = Dialect::default();
    // A JSON string is a TOML string.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let is_bare = !client.is_empty() && client.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let table = format!("clients.{}.dialect", if is_bare { client.to_owned() } else { quoted(client) });
    let numbers = [
        ("page_size", dialect.page_size.get(), plain.page_size.get()),
        ("max_pages", dialect.max_pages.get(), plain.max_pages.get()),
        ("parallel", dialect.parallel.get(), plain.parallel.get()),
        ("request_ms", dialect.request_ms.get(), plain.request_ms.get()),
        ("max_answer_bytes", dialect.max_answer_bytes.get(), plain.max_answer_bytes.get()),
        ("max_medications", dialect.max_medications.get(), plain.max_medications.get()),
        ("medications_per_request", dialect.medications_per_request.get(), plain.medications_per_request.get()),
    ];
    let mut lines: Vec<String> =
        numbers.iter().filter(|(_, value, default)| value != default).map(|(key, value, _)| format!("{key} = {value}\n")).collect();
    if dialect.post_search {
        lines.push("post_search = true\n".to_owned());
    }
    if !dialect.queries.is_empty() {
        lines.push(format!("\n[{table}.queries]\n"));
        lines.extend(dialect.queries.iter().map(|(key, query)| format!("{key} = {}\n", quoted(query))));
    }
    if lines.is_empty() {
        lines.push("# The defaults do.\n".to_owned());
    }
    format!("[{table}]\n{}", lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialect_is_written_as_it_is_read() {
        let written = "page_size = 50\nrequest_ms = 3000\npost_search = true\n[clients.\"st. mary\".dialect.queries]\nsurveys = \"Observation?x=\\\"1\\\"\"\nallergies = \"\"\n";
        let issuer = "[clients.\"st. mary\"]\nissuer = \"https://ehr.example.org\"\n";
        let read = |text: &str| Config::parse("test", text).expect("settings").clients["st. mary"].dialect.clone();
        let dialect = read(&format!("{issuer}[clients.\"st. mary\".dialect]\n{written}"));
        assert_eq!(read(&format!("{issuer}{}", snippet("st. mary", &dialect))), dialect);
        let plain = snippet("st. mary", &Dialect::default());
        assert!(plain.contains("defaults"), "{plain}");
        assert_eq!(read(&format!("{issuer}{plain}")), Dialect::default());
    }

    #[test]
    fn a_token_file_holds_one_token() {
        let file = std::env::temp_dir().join(format!("trialwise-token-{}", std::process::id()));
        for (content, good) in [("abc.def\n", true), ("", false), ("two words", false)] {
            std::fs::write(&file, content).expect("written");
            assert_eq!(token(&file).is_ok(), good, "{content}");
        }
        std::fs::remove_file(&file).expect("removed");
        let Stop(line) = token(Path::new("/nowhere/token")).expect_err("refused");
        assert!(line.starts_with("/nowhere/token: "), "{line}");
    }
}
