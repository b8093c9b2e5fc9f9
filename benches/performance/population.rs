//! Many patients offline: the library over NDJSON with one Bundle a line.

use std::time::Duration;

use jiff::tz::TimeZone;
use trialwise::clinical::knowledge::Knowledge;
use trialwise::hooks::Services;
use trialwise::server::{DayOf, record, today};

use crate::bodies::{PATIENT_OF_MANY, Record};
use crate::process::own_time;

/// What the assessment of many patients costs.
pub struct Population {
    pub patients_per_second: f64,
    pub nanoseconds_per_byte: f64,
}

/// How many patients there are.
const PATIENTS: usize = 50;

/// For how much processor time they are assessed again and again.
const LONG_ENOUGH: Duration = Duration::from_secs(3);

/// Assesses each of them, on one core.
pub fn measure() -> Population {
    let today = today(&TimeZone::UTC);
    let lines: Vec<String> = (1..=PATIENTS).map(|number| Record::of(today, number, PATIENT_OF_MANY).bundle()).collect();
    let file = lines.join("\n");
    let services = Services::builtin().expect("the services are sound");
    let knowledge = Knowledge::builtin();
    let day = DayOf { today, by_request: false };
    let begun = own_time();
    let mut times = 0;
    while own_time() - begun < LONG_ENOUGH {
        for line in file.lines() {
            let judged = record(&[("line", line.as_bytes())], &services, knowledge, day, None).expect("a record");
            assert!(!judged.cards.is_empty(), "a patient who gets cards");
        }
        times += 1;
    }
    let taken = (own_time() - begun).as_secs_f64();
    Population { patients_per_second: (times * PATIENTS) as f64 / taken, nanoseconds_per_byte: taken * 1e9 / (times * file.len()) as f64 }
}

/// What it comes to.
pub fn sentence(population: &Population) -> String {
    let Population { patients_per_second, nanoseconds_per_byte } = population;
    format!(
        "The library over NDJSON with one Bundle a line ({} resources, {} KB): {patients_per_second:.0} patients a second and core, \
         {nanoseconds_per_byte:.2} ns a byte.\n",
        PATIENT_OF_MANY.resources,
        PATIENT_OF_MANY.bytes / 1000
    )
}
