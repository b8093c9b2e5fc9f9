//! `trialwise assess`.

use std::io::Read;

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;

use super::knowledge::Site;
use super::{Stop, history, print, text};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::Day;
use crate::hooks::{CardDialect, Services};
use crate::server::{self, DayOf, Judged};

/// Reads one patient's record and says what it comes to.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  trialwise assess patient.json\n  trialwise assess patient.json medications.ndjson --as-of 2026-03-02\n  \
    trialwise assess --format cards < request.json -\n  trialwise assess patient.json --site site-knowledge.toml\n\nA record says nothing of a kind that is not in it: what was not had is listed."
)]
pub struct Assess {
    /// Bundles of any type, single resources, NDJSON or CDS Hooks requests, together one patient's record; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The day of assessment [default: the day a CDS Hooks request names, else today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Day>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    site: Site,
}

/// A way of printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// The assessment
    Json,
    /// The CDS Hooks response
    Cards,
    /// The treatment history as Markdown, as a prior authorisation asks for it
    History,
}

impl Assess {
    pub fn run(self) -> Result<(), Stop> {
        let mut bodies = Vec::new();
        for file in &self.files {
            let (name, body) = read(file).map_err(Stop::new)?;
            bodies.push((name, body));
        }
        let bodies: Vec<(&str, &[u8])> = bodies.iter().map(|(name, body)| (*name, body.as_slice())).collect();
        let services = Services::builtin().map_err(Stop::new)?;
        let day = DayOf { today: server::today(&TimeZone::system()), by_request: true };
        let knowledge = self.site.knowledge()?;
        let judged = server::record(&bodies, &services, knowledge, day, self.as_of).map_err(Stop::new)?;
        print(&shown(&judged, knowledge, self.format))
    }
}

/// What was judged, as it is printed.
pub(super) fn shown(judged: &Judged, knowledge: &Knowledge, format: Format) -> String {
    match format {
        Format::Text => text::text(judged),
        Format::Json => json(&judged.assessment),
        Format::Cards => json(&server::wire(judged, knowledge, CardDialect::default())),
        Format::History => history::history(judged, knowledge),
    }
}

fn json(content: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(content).expect("assessment and cards have text keys only") + "\n"
}

fn read(file: &str) -> Result<(&str, Vec<u8>), String> {
    if file == "-" {
        let mut body = Vec::new();
        let name = "standard input";
        return std::io::stdin().lock().read_to_end(&mut body).map(|_| (name, body)).map_err(|error| format!("{name}: {error}"));
    }
    std::fs::read(file).map(|body| (file, body)).map_err(|error| format!("{file}: {error}"))
}
