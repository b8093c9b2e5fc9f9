//! What the service costs, against what it costs to read the bytes: see docs/performance.md.

mod beside;
#[path = "../bodies/mod.rs"]
mod bodies;
mod calls;
mod goals;
mod growth;
mod limit;
mod load;
mod plot;
mod population;
mod process;
mod report;
mod serving;
mod signed;
#[path = "../stage.rs"]
mod stage;
mod start;
mod steps;
#[path = "../../tests/service/token.rs"]
#[allow(dead_code, reason = "the tests forge tokens too")]
mod token;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use clap::{Parser, Subcommand};

use load::Effort;
use report::{CALLERS, Run};

/// Measures the service against the limit server; without a command everything, and writes it to docs/performance.md.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Option<What>,
    /// For how many seconds each load is measured
    #[arg(long, global = true, default_value_t = 3)]
    seconds: u64,
    /// How often each load is measured; the median counts
    #[arg(long, global = true, default_value_t = 3)]
    rounds: usize,
    /// What cargo adds
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum What {
    /// Runs the limit server on this address
    Limit { address: SocketAddr },
    /// Prints a request of this size (`9 KB`, `80 KB`, `800 KB`, `4 MB`), for today
    Body { size: String },
    /// Requests a second, latency, processor time and memory of every size
    Load {
        /// Of these sizes only
        #[arg(long, value_delimiter = ',')]
        sizes: Vec<String>,
        /// From so many callers only
        #[arg(long, value_delimiter = ',', default_values_t = CALLERS)]
        callers: Vec<usize>,
    },
    /// The same for 9 KB with tokens
    Signed {
        /// From so many callers only
        #[arg(long, value_delimiter = ',', default_values_t = CALLERS)]
        callers: Vec<usize>,
    },
    /// Latency of 9 KB while 800 KB run beside it
    Beside,
    /// Start to first answer, and memory at rest
    Start,
    /// Patients a second and core, offline
    Population,
    /// Reading, deriving and card writing apart
    Steps,
    /// How the cost grows with the record
    Growth,
}

fn main() {
    let options = Options::parse();
    let effort = Effort { window: Duration::from_secs(options.seconds), rounds: options.rounds };
    match options.command {
        Some(What::Limit { address }) => limit::serve(address).expect("the address is free"),
        Some(What::Body { size }) => println!("{}", calls::request(calls::size(&size))),
        Some(What::Load { sizes, callers }) => {
            let sizes: Vec<bodies::Size> = match sizes.as_slice() {
                [] => bodies::SIZES.to_vec(),
                names => names.iter().map(|name| calls::size(name)).collect(),
            };
            print!("{}", calls::table(&calls::measure(&sizes, &callers, effort)));
        }
        Some(What::Signed { callers }) => print!("{}", signed::table(&signed::measure(&callers, effort))),
        Some(What::Beside) => print!("{}", beside::table(&beside::measure(effort))),
        Some(What::Start) => print!("{}", start::table(&start::measure())),
        Some(What::Population) => print!("{}", population::sentence(&population::measure())),
        Some(What::Steps) => steps::run(),
        Some(What::Growth) => print!("{}", growth::tables(&growth::measure())),
        None => Run::whole(effort).write(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).expect("docs/performance.md is there"),
    }
}
