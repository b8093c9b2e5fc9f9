//! The limit server: the floor that no service of this kind gets below.
//!
//! It takes the bytes as the service does (actix-web with the same settings), reads of every entry what anybody needs to say anything
//! about it, into structs that borrow from the body, and answers one card that stands there already. No token, no middleware, no store,
//! no log, no thought.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::web::{self, Bytes, Data, PayloadConfig};
use actix_web::{App, HttpResponse, HttpServer};
use serde::Deserialize;
use trialwise::config::Limits;

/// Text that is copied only where it has escapes. (Within an `Option` serde would copy a bare `Cow` always.)
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    hook: Text<'a>,
    #[serde(borrow, rename = "hookInstance")]
    hook_instance: Text<'a>,
    #[serde(borrow)]
    context: Context<'a>,
    #[serde(borrow)]
    prefetch: HashMap<&'a str, Resource<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    #[serde(borrow)]
    user_id: Text<'a>,
    #[serde(borrow)]
    patient_id: Text<'a>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    resource: Resource<'a>,
}

/// A resource of any type, a Bundle too: what all of them together need.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    subject: Option<Reference<'a>>,
    #[serde(borrow)]
    patient: Option<Reference<'a>>,
    #[serde(borrow)]
    code: Option<Concept<'a>>,
    #[serde(borrow)]
    medication_codeable_concept: Option<Concept<'a>>,
    #[serde(borrow)]
    clinical_status: Option<Concept<'a>>,
    #[serde(borrow)]
    verification_status: Option<Concept<'a>>,
    #[serde(borrow)]
    gender: Option<Text<'a>>,
    #[serde(borrow)]
    birth_date: Option<Text<'a>>,
    #[serde(borrow)]
    effective_date_time: Option<Text<'a>>,
    #[serde(borrow)]
    authored_on: Option<Text<'a>>,
    #[serde(borrow)]
    when_handed_over: Option<Text<'a>>,
    #[serde(borrow)]
    onset_date_time: Option<Text<'a>>,
    #[serde(borrow)]
    recorded_date: Option<Text<'a>>,
    #[serde(borrow)]
    performed_period: Option<Period<'a>>,
    #[serde(borrow)]
    period: Option<Period<'a>>,
    #[serde(borrow)]
    value_quantity: Option<Quantity<'a>>,
    #[serde(borrow)]
    days_supply: Option<Quantity<'a>>,
    #[serde(borrow, default)]
    dosage_instruction: Vec<Dosage<'a>>,
    #[serde(borrow, default)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    reference: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Concept<'a> {
    #[serde(borrow, default)]
    coding: Vec<Coding<'a>>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Coding<'a> {
    #[serde(borrow)]
    system: Option<Text<'a>>,
    #[serde(borrow)]
    code: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Period<'a> {
    #[serde(borrow)]
    start: Option<Text<'a>>,
    #[serde(borrow)]
    end: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Quantity<'a> {
    value: Option<f64>,
    #[serde(borrow)]
    unit: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dosage<'a> {
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    dose_and_rate: Vec<DoseAndRate<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DoseAndRate<'a> {
    #[serde(borrow)]
    dose_quantity: Option<Quantity<'a>>,
}

impl Text<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }
}

/// Adds up what was read, so that none of it is optimised away: the letters of all texts, and every number.
trait Weigh {
    fn weight(&self) -> usize;
}

impl<T: Weigh> Weigh for Option<T> {
    fn weight(&self) -> usize {
        self.as_ref().map_or(0, Weigh::weight)
    }
}

impl<T: Weigh> Weigh for Vec<T> {
    fn weight(&self) -> usize {
        self.iter().map(Weigh::weight).sum()
    }
}

impl Weigh for Text<'_> {
    fn weight(&self) -> usize {
        self.len()
    }
}

/// Says which members of a struct are weighed: all of them.
macro_rules! weigh {
    ($($kind:ident { $($member:ident),* })*) => {
        $(impl Weigh for $kind<'_> {
            fn weight(&self) -> usize {
                let $kind { $($member),* } = self;
                0 $(+ $member.weight())*
            }
        })*
    };
}

weigh! {
    Entry { resource }
    Resource {
        resource_type, id, status, subject, patient, code, medication_codeable_concept, clinical_status, verification_status, gender,
        birth_date, effective_date_time, authored_on, when_handed_over, onset_date_time, recorded_date, performed_period, period,
        value_quantity, days_supply, dosage_instruction, entry
    }
    Reference { reference }
    Concept { coding, text }
    Coding { system, code }
    Period { start, end }
    Dosage { text, dose_and_rate }
    DoseAndRate { dose_quantity }
    Context { user_id, patient_id }
}

impl Weigh for Quantity<'_> {
    fn weight(&self) -> usize {
        self.unit.weight() + usize::from(self.value.is_some_and(|value| value > 0.0))
    }
}

/// What was read of a request, as one number; `None` where it is none.
fn read(body: &[u8]) -> Option<usize> {
    let Request { hook, hook_instance, context, prefetch } = serde_json::from_str(std::str::from_utf8(body).ok()?).ok()?;
    Some(hook.weight() + hook_instance.weight() + context.weight() + prefetch.values().map(Weigh::weight).sum::<usize>())
}

/// The largest body, in bytes.
const LARGEST: usize = 64 * 1024 * 1024;

const CARD: &str = r#"{"cards":[{"uuid":"9b2f8a4e-5d0c-5b77-9f4e-0d6c0f1f2a3b","summary":"2 adequate trials without sufficient response: next-line options","indicator":"info","detail":"To decide with the patient and psychiatry.","source":{"label":"limit"}}]}"#;

async fn hook(body: Bytes, answered: Data<AtomicU64>) -> HttpResponse {
    if read(&body).is_none_or(|weight| weight == 0) {
        return HttpResponse::BadRequest().finish();
    }
    answered.fetch_add(1, Ordering::Relaxed);
    HttpResponse::Ok().content_type("application/json").body(CARD)
}

/// As the service tells it.
async fn metrics(answered: Data<AtomicU64>) -> String {
    format!("trialwise_requests_total{{outcome=\"ok\"}} {}\n", answered.load(Ordering::Relaxed))
}

/// Serves until the process is ended. The settings of the server are those of `trialwise::server::service`.
pub fn serve(address: SocketAddr) -> io::Result<()> {
    let answered = Data::new(AtomicU64::new(0));
    let limits = Limits::default();
    let app = move || {
        App::new()
            .app_data(answered.clone())
            .app_data(PayloadConfig::new(LARGEST))
            .route("/cds-services/trialwise-patient-view", web::post().to(hook))
            .route("/metrics", web::get().to(metrics))
    };
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(app)
        .workers(workers)
        .max_connections(limits.connections.size().div_ceil(workers))
        .client_request_timeout(limits.head_ms.milliseconds())
        .worker_max_blocking_threads(limits.concurrent_calls.size())
        .disable_signals();
    actix_web::rt::System::new().block_on(server.bind(address)?.run())
}
