//! `trialwise feedback`.

use std::io::{BufWriter, ErrorKind, IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Stop, print};
use crate::clinical::units::Day;
use crate::config::Config;
use crate::feedback::{Address, Database, Line};

/// How many connections a command needs.
const CONNECTIONS: u32 = 2;

/// Takes out or deletes what the store holds of cards and what became of them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  trialwise feedback export --config trialwise.toml --since 2026-01-01 --format csv > feedback.csv\n  \
    trialwise feedback purge --config trialwise.toml --before 2025-01-01\n\nBoth may be run while the service runs.")]
pub struct Feedback {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Prints every card and what became of it: intervention, action, feedback, user (as a pseudonym), date, client
    Export(Export),
    /// Deletes cards and feedback from before a day, and says how many
    Purge(Purge),
}

#[derive(Debug, Args)]
struct Export {
    /// The settings of the service (TOML); of them [store] and time_zone count
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The first day [default: all]
    #[arg(long, value_name = "DATE")]
    since: Option<Day>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
}

#[derive(Debug, Args)]
struct Purge {
    /// The settings of the service (TOML); of them [store] and time_zone count
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The first day that is kept
    #[arg(long, value_name = "DATE")]
    before: Day,
    /// Does not ask
    #[arg(long)]
    yes: bool,
}

/// A way of printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a line
    Ndjson,
    /// With a line of names; made safe for spreadsheets
    Csv,
}

impl Feedback {
    pub fn run(self) -> Result<(), Stop> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Stop::new)?;
        match self.what {
            What::Export(export) => runtime.block_on(export.run()),
            What::Purge(purge) => runtime.block_on(purge.run()),
        }
    }
}

impl Export {
    async fn run(self) -> Result<(), Stop> {
        let (database, time_zone) = opened(self.config).await?;
        let since = self.since.map_or(Ok(Timestamp::UNIX_EPOCH), |day| start_of(day, &time_zone))?;
        let mut out = BufWriter::new(std::io::stdout().lock());
        let mut written = if self.format == Format::Csv { write_csv(&mut out, &COLUMNS.map(str::to_owned)) } else { Ok(()) };
        if written.is_ok() {
            let lines = database.export(since, |line| match self.format {
                Format::Ndjson => serde_json::to_writer(&mut out, &line).map_err(Into::into).and_then(|()| writeln!(out)),
                Format::Csv => write_csv(&mut out, &columns(line)),
            });
            written = lines.await.map_err(|error| Stop::new(format_args!("the store: {error}")))?;
        }
        database.close().await;
        match written.and_then(|()| out.flush()) {
            // A reader that has gone away (`| head`) is no error.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Stop::new(format_args!("standard output: {error}"))),
            _ => Ok(()),
        }
    }
}

impl Purge {
    async fn run(self) -> Result<(), Stop> {
        let (database, time_zone) = opened(self.config).await?;
        let failed = |error| Stop::new(format_args!("the store: {error}"));
        let before = start_of(self.before, &time_zone)?;
        if !self.yes {
            let rows = database.count(before).await.map_err(failed)?;
            confirmed(&format!("delete {} cards and {} rows of feedback from before {}", rows.cards, rows.feedback, self.before))?;
        }
        let rows = database.purge(before).await.map_err(failed)?;
        database.close().await;
        print(&format!("deleted {} cards and {} rows of feedback from before {}\n", rows.cards, rows.feedback, self.before))
    }
}

/// Asks on a terminal; without one nobody could answer.
fn confirmed(what: &str) -> Result<(), Stop> {
    if !std::io::stdin().is_terminal() {
        return Err(Stop::new(format_args!("nothing is deleted: this would {what}; say --yes")));
    }
    eprint!("{what}? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| Stop::new(format_args!("standard input: {error}")))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(Stop::new("nothing is deleted")) }
}

/// The store of the settings; it has to be there already.
async fn opened(config: Option<PathBuf>) -> Result<(Database, TimeZone), Stop> {
    let config = config.as_deref().map_or_else(|| Ok(Config::default()), Config::read).map_err(Stop::new)?;
    let address = Address::of(&config.store).map_err(Stop::new)?;
    let nothing = match &address {
        Address::Memory => true,
        Address::File(file) => !file.exists(),
        Address::Postgres(_) => false,
    };
    if nothing {
        return Err(Stop::new(format_args!("{}: there is no store (setting store.url)", address.place())));
    }
    let opened = Database::open(&address, CONNECTIONS).await;
    let database = opened.map_err(|error| Stop::new(format_args!("{}: {error}", address.place())))?;
    Ok((database, config.time_zone.0))
}

fn start_of(day: Day, time_zone: &TimeZone) -> Result<Timestamp, Stop> {
    let (year, month, day) = day.ymd();
    let start = Date::new(year, month, day).and_then(|date| date.to_zoned(time_zone.clone()));
    start.map(|start| start.timestamp()).map_err(Stop::new)
}

const COLUMNS: [&str; 15] = [
    "date",
    "time",
    "client",
    "service",
    "card",
    "code",
    "variant",
    "knowledge",
    "display",
    "user",
    "action",
    "acceptedSuggestions",
    "reasonCode",
    "reasonSystem",
    "comment",
];

fn columns(line: Line) -> [String; 15] {
    let accepted = line.accepted_suggestions.join(" ");
    let text = Option::unwrap_or_default;
    let columns = [
        line.date,
        line.time,
        line.client,
        line.service,
        line.card,
        text(line.code),
        text(line.variant),
        text(line.knowledge),
        text(line.display),
        text(line.user),
        line.action,
        accepted,
        text(line.reason_code),
        text(line.reason_system),
        text(line.comment),
    ];
    columns.map(harmless)
}

/// A spreadsheet takes a text that begins like this for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

fn write_csv(out: &mut impl Write, columns: &[String]) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns).map_err(std::io::Error::from)?;
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_no_formula_in_a_spreadsheet() {
        for (text, written) in [("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("@x", "'@x"), ("a=b", "a=b"), ("", "")] {
            assert_eq!(harmless(text.to_owned()), written);
        }
        let mut out = Vec::new();
        write_csv(&mut out, &["a,\"b\"".to_owned(), "c\nd".to_owned()]).expect("written");
        assert_eq!(out, b"\"a,\"\"b\"\"\",\"c\nd\"\n");
    }

    #[test]
    fn a_day_begins_in_the_time_zone_of_the_settings() {
        let zone = TimeZone::get("America/New_York").expect("a zone");
        let start = start_of("2026-03-02".parse().expect("a day"), &zone).map_err(|stop| stop.0);
        assert_eq!(start.map(|start| start.to_string()).as_deref(), Ok("2026-03-02T05:00:00Z"));
    }
}
