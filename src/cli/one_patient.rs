//! `trialwise try`.

use std::cell::Cell;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::assess::{Format, shown};
use super::captured::captured;
use super::doctor::{given, token};
use super::layout::COLUMNS;
use super::{Stop, print, say};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::config::{Config, FhirServer, WebUrl, Within};
use crate::fhir::Answer;
use crate::gather::{Failure, Fetched, Gather, Gathered, Request};
use crate::hooks::{Context, Definition, HookRequest, Services};
use crate::pages::visible_json;
use crate::server;

/// What the client that asks is called.
const CLIENT: &str = "try";

/// Who looks.
const USER: &str = "Practitioner/trialwise-try";

/// How long all of it may take: public servers are slow.
const TIME: Duration = Duration::from_secs(120);

/// How long one request may take, in milliseconds.
const REQUEST_MS: u64 = 30_000;

/// Asks a FHIR server for one patient as the service would, and says what cards the prescriber would see.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  trialwise try --fhir http://127.0.0.1:8080/fhir --patient p-c19 --as-of 2026-03-02\n  \
    trialwise try --fhir https://launch.smarthealthit.org/v/r4/fhir --patient ID --format cards\n  \
    trialwise try --fhir URL --patient ID --service trialwise-order-sign --orders drafts.json\n  \
    trialwise try --fhir URL --patient ID --save-request request.json\n\n\
    A hook request without prefetch is made for this patient and answered here: what the service asks for is fetched from the server. \
    What the server gave stands on standard error.\n\nExit 0: the service would answer with cards, or with none; 1: it would refuse, since \
    patient, conditions or medicines could not be had; 2: a wrong argument.")]
pub struct Try {
    /// The base of the FHIR server
    #[arg(long, value_name = "URL")]
    fhir: WebUrl,
    /// The id of the patient there
    #[arg(long, value_name = "ID")]
    patient: String,
    /// The service that is called
    #[arg(long, value_name = "ID", default_value = "trialwise-patient-view")]
    service: String,
    /// The orders being chosen or signed (a Bundle), for the services that are about orders
    #[arg(long, value_name = "FILE")]
    orders: Option<PathBuf>,
    /// The day of assessment [default: today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Day>,
    /// A file that holds an access token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Writes the hook request with all that the server gave as its prefetch, to be replayed, pasted into the demo page or sent to a
    /// service. It is the patient's record: keep it as such
    #[arg(long, value_name = "FILE")]
    save_request: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Try {
    pub fn run(self) -> Result<ExitCode, Stop> {
        let services = Services::builtin().map_err(Stop::new)?;
        let definition = services.get(&self.service).ok_or_else(|| {
            let ids: Vec<&str> = services.ids().collect();
            Stop::new(format_args!("no service is called {}: there are {}", self.service, ids.join(", ")))
        })?;
        let made = self.request(definition)?;
        let body = made.to_string();
        let left = Cell::new(usize::MAX);
        let request = HookRequest::parse(body.as_bytes(), Answer::within(&left)).map_err(Stop::new)?;
        let context = request.context().map_err(Stop::new)?;
        let gathered = self.gathered(&request, &context, definition)?;
        say(told(definition, &gathered));
        if let Some(refused) = gathered.refused {
            return Err(Stop::new(format_args!("{}: {refused}", self.fhir.base())));
        }
        let as_of = self.as_of.unwrap_or_else(|| server::today(&TimeZone::system()));
        if let Some(file) = &self.save_request {
            save(file, &visible_json(&captured(made, definition, &gathered, as_of)))?;
        }
        match server::fetched(&request, &context, definition, Knowledge::builtin(), as_of, &gathered) {
            Ok(judged) => print(&shown(&judged, Knowledge::builtin(), self.format)).map(|()| ExitCode::SUCCESS),
            Err(refusal) => {
                say(format_args!("the service would refuse the call: {refusal}"));
                Ok(ExitCode::from(1))
            }
        }
    }

    /// What an EHR sends that sends nothing along.
    fn request(&self, definition: &Definition) -> Result<Value, Stop> {
        let mut request = json!({
            "hook": definition.hook,
            "hookInstance": Uuid::new_v4().to_string(),
            "fhirServer": self.fhir.base(),
            "context": { "userId": USER, "patientId": self.patient },
        });
        let about_orders = definition.hook.starts_with("order-");
        match &self.orders {
            Some(file) if about_orders => {
                let drafts = orders(file)?;
                request["context"]["selections"] = references(&drafts);
                request["context"]["draftOrders"] = drafts;
            }
            Some(_) => return Err(Stop::new(format_args!("{} is not about orders: leave --orders out", self.service))),
            None if about_orders => {
                return Err(Stop::new(format_args!("{} is about orders: name a Bundle with --orders FILE", self.service)));
            }
            None => {}
        }
        if let Some(token) = self.token()? {
            request["fhirAuthorization"] = json!({ "access_token": token.expose_secret(), "token_type": "Bearer" });
        }
        Ok(request)
    }

    fn token(&self) -> Result<Option<SecretString>, Stop> {
        self.token_file.as_deref().map(token).transpose()
    }

    /// What the service asks for, fetched as it fetches it for a client that trusts this server.
    fn gathered(&self, request: &Request<'_>, context: &Context<'_>, definition: &Definition) -> Result<Gathered, Stop> {
        let settings = format!("clients.{CLIENT}.issuer = \"https://localhost\"");
        let mut config = Config::parse(CLIENT, &settings).map_err(Stop::new)?;
        for client in config.clients.values_mut() {
            client.dialect.request_ms = Within::new(REQUEST_MS);
            // Whoever names it on the command line may reach it anyway.
            client.fhir.push(FhirServer { url: self.fhir.clone(), open: true, private_network: true, authorities_file: None });
        }
        let gather = Gather::new(&config, false).map_err(Stop::new)?;
        let drafts: Option<&RawValue> = context.orders.as_ref().map(|orders| orders.drafts);
        let asking = gather.gather(CLIENT, request, drafts, definition, Instant::now() + TIME);
        Ok(actix_web::rt::System::new().block_on(asking))
    }
}

/// Writes what is a patient's record for its owner alone. A file that is there is not written over.
fn save(file: &Path, content: &str) -> Result<(), Stop> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut out| out.write_all(format!("{content}\n").as_bytes()));
    written.map_err(|error| Stop::new(format_args!("{}: {error}", file.display())))
}

/// A Bundle of draft orders.
fn orders(file: &Path) -> Result<Value, Stop> {
    let name = file.display();
    let content = std::fs::read(file).map_err(|error| Stop::new(format_args!("{name}: {error}")))?;
    let orders: Value = serde_json::from_slice(&content)
        .map_err(|error| Stop::new(format_args!("{name}: not JSON at line {}, column {}", error.line(), error.column())))?;
    if orders["resourceType"] != "Bundle" {
        return Err(Stop::new(format_args!("{name}: expected a Bundle of draft orders")));
    }
    Ok(orders)
}

/// All of them are chosen.
fn references(orders: &Value) -> Value {
    let resources = orders["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]);
    let reference = |resource: &Value| Some(format!("{}/{}", resource["resourceType"].as_str()?, resource["id"].as_str()?));
    resources.filter_map(reference).collect()
}

/// What the server gave, a row for each thing that was asked for.
fn told(definition: &Definition, gathered: &Gathered) -> String {
    let mut table = Table::new();
    let width = u16::try_from(COLUMNS).unwrap_or(u16::MAX);
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(["Asked for", "Given"]);
    for key in definition.needs.keys() {
        let offer = gathered.fetched.get(key).map_or(Err(Failure::NoTime), Fetched::offer);
        table.add_row([key.as_str(), &given(&offer)]);
    }
    let medications = &gathered.medications;
    if !medications.pages.is_empty() || medications.failure.is_some() {
        let pages = Fetched { pages: medications.pages.clone(), failure: medications.failure };
        table.add_row(["medications referred to", &given(&pages.offer())]);
    }
    table.lines().map(|line| line.trim().to_owned() + "\n").collect()
}
