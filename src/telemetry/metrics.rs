//! Metrics, as Prometheus reads them. Labels come from sets of our own: clients of the settings, services, card codes, words.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::account::{Account, Part, Story};
use super::exposition::{self, Exposition};

/// From a millisecond to a minute; what a hook should keep to (500 ms) and what ends it (2 s) are edges.
const SECONDS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0];
/// From a kilobyte to a quarter of a gigabyte.
const BYTES: [f64; 10] = [1e3, 4e3, 16e3, 64e3, 256e3, 1e6, 4e6, 16e6, 64e6, 256e6];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    client: String,
    service: String,
    status: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Shown {
    client: String,
    service: String,
    code: &'static str,
    variant: &'static str,
    mode: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reported {
    client: String,
    outcome: &'static str,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Taken {
    service: String,
    part: &'static str,
}

/// Something of a client, told by one word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    client: String,
    what: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfClient {
    client: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct What {
    what: &'static str,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Everything that is counted. Shared by all calls; nothing in it is of one patient.
pub struct Metrics {
    registry: Registry,
    requests: Family<Call, Counter>,
    durations: Histograms<Taken>,
    body_bytes: Histogram,
    cards: Family<Shown, Counter>,
    gaps: Family<Of, Counter>,
    unresolved: Family<Of, Counter>,
    charts: Family<Of, Counter>,
    feedback: Family<Reported, Counter>,
    reloads: Family<What, Counter>,
    settings_current: Gauge,
    store_readable: Gauge,
    store_writable: Gauge,
    store_waiting: Gauge,
    store_failures: Family<What, Counter>,
    audit_failures: Counter,
    log_lost: Counter,
    jwks_fetches: Family<Of, Counter>,
    fhir_requests: Family<Of, Counter>,
    circuit_open: Family<OfClient, Gauge>,
    /// Calls that are being served.
    pub in_flight: Gauge,
    /// Calls that wait for their turn.
    queued: Gauge,
}

/// How the store does, as it says itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreTold {
    /// Whether what was shown before is known.
    pub readable: bool,
    /// Whether feedback is taken.
    pub writable: bool,
    /// Cards that wait to be written.
    pub waiting: usize,
    /// Cards that were forgotten.
    pub lost: u64,
    /// Calls that were answered without memory.
    pub forgone: u64,
    /// Feedback calls that were refused.
    pub refused: u64,
}

/// A call that waits for its turn.
pub struct Waiting(Gauge);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// Nothing counted yet. `knowledge`: version and hash of the tables.
    pub fn new(version: &'static str, knowledge: (String, String)) -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("trialwise"),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            body_bytes: Histogram::new(BYTES),
            cards: Family::default(),
            gaps: Family::default(),
            unresolved: Family::default(),
            charts: Family::default(),
            feedback: Family::default(),
            reloads: Family::default(),
            settings_current: Gauge::default(),
            store_readable: Gauge::default(),
            store_writable: Gauge::default(),
            store_waiting: Gauge::default(),
            store_failures: Family::default(),
            audit_failures: Counter::default(),
            log_lost: Counter::default(),
            jwks_fetches: Family::default(),
            fhir_requests: Family::default(),
            circuit_open: Family::default(),
            in_flight: Gauge::default(),
            queued: Gauge::default(),
        };
        metrics.settings_current.set(1);
        let build = vec![("version", version.to_owned()), ("knowledge", knowledge.0), ("knowledge_sha256", knowledge.1)];
        metrics.registry.register("build", "The program and its knowledge", Info::new(build));
        metrics.register_calls();
        metrics.register_surroundings();
        metrics
    }

    /// What is told of calls.
    fn register_calls(&mut self) {
        let Metrics { registry, .. } = self;
        registry.register(
            "requests",
            "Calls by client, service, class of status and outcome (ok, or the word of the error)",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "How long calls took: in all, and waiting for keys, turn, body and FHIR server; own is the rest",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register_with_unit("request_body", "Size of bodies", Unit::Bytes, self.body_bytes.clone());
        registry.register("cards", "Cards found, by client, service, code, variant and whether they were shown (mode)", self.cards.clone());
        registry.register("gaps", "Kinds of record that were not had in full", self.gaps.clone());
        registry.register("unresolved_medicines", "Medicines that the tables could not tell by a code, and why", self.unresolved.clone());
        registry.register("charts", "Charts judged, with and without a PHQ-9", self.charts.clone());
        registry.register("feedback", "What became of cards", self.feedback.clone());
        registry.register("requests_in_flight", "Calls being served", self.in_flight.clone());
        registry.register("requests_queued", "Calls waiting for their turn", self.queued.clone());
    }

    /// What is told of settings, store, audit, and servers of others.
    fn register_surroundings(&mut self) {
        let Metrics { registry, .. } = self;
        registry.register("settings_reloads", "Settings read again: taken or refused", self.reloads.clone());
        registry.register(
            "settings_current",
            "1 where the settings in use are those of the file, 0 where the file was refused",
            self.settings_current.clone(),
        );
        registry.register("store_readable", "1 where it is known what was shown before", self.store_readable.clone());
        registry.register("store_writable", "1 where feedback is taken", self.store_writable.clone());
        registry.register("store_cards_waiting", "Cards that wait to be written", self.store_waiting.clone());
        registry.register(
            "store_failures",
            "Cards that were lost, calls answered without memory, feedback that was refused",
            self.store_failures.clone(),
        );
        registry.register("audit_failures", "Audit events that could not be written", self.audit_failures.clone());
        registry.register("log_lines_lost", "Lines of the log that were let go since nobody took them in time", self.log_lost.clone());
        registry.register("jwks_fetches", "Key sets fetched, by how it went", self.jwks_fetches.clone());
        registry.register("fhir_requests", "Requests to FHIR servers, by how they went", self.fhir_requests.clone());
        registry.register(
            "fhir_circuit_open",
            "How many FHIR servers of a client are left alone since they failed, until one request finds them answering",
            self.circuit_open.clone(),
        );
    }

    /// Counts one call. `service` is a service or route of ours; `error` a word of ours.
    pub fn count(&self, account: &Account, service: &str, status: u16, error: Option<&'static str>, total: Duration) {
        let service = service.to_owned();
        {
            let story = account.story();
            let client = story.client.clone().unwrap_or_else(|| "none".to_owned());
            let outcome = error.unwrap_or("ok");
            self.requests.get_or_create(&Call { client: client.clone(), service: service.clone(), status: class(status), outcome }).inc();
            for card in &story.cards {
                let (code, variant, mode) = (card.code, card.variant, story.mode.unwrap_or("none"));
                self.cards.get_or_create(&Shown { client: client.clone(), service: service.clone(), code, variant, mode }).inc();
            }
            self.count_records(&story, &client);
        }
        let observe = |part, time: Duration| {
            self.durations.get_or_create(&Taken { service: service.clone(), part }).observe(time.as_secs_f64());
        };
        observe("total", total);
        observe("own", account.own(total));
        // What did not happen is no short time.
        for part in Part::ALL {
            let time = account.time(part);
            if time > Duration::ZERO {
                observe(part.word(), time);
            }
        }
    }

    /// Counts what a call brought, what was fetched for it, and what was told by it.
    fn count_records(&self, story: &Story, client: &str) {
        let of = |what| Of { client: client.to_owned(), what };
        if let Some(chart) = &story.chart {
            for gap in &chart.gaps {
                self.gaps.get_or_create(&of(gap)).inc();
            }
            for why in &chart.unresolved {
                self.unresolved.get_or_create(&of(why)).inc();
            }
            self.charts.get_or_create(&of(if chart.scored { "with-phq9" } else { "without-phq9" })).inc();
        }
        for (outcome, count) in &story.fhir {
            self.fhir_requests.get_or_create(&of(outcome)).inc_by(*count as u64);
        }
        for told in &story.feedback {
            self.feedback.get_or_create(&Reported { client: client.to_owned(), outcome: told.outcome, reason: told.reason }).inc();
        }
        if let Some(bytes) = story.body_bytes {
            self.body_bytes.observe(bytes as f64);
        }
    }

    /// Counts that settings were read again.
    pub fn reloaded(&self, taken: bool) {
        self.reloads.get_or_create(&What { what: if taken { "taken" } else { "refused" } }).inc();
        self.settings_current.set(i64::from(taken));
    }

    /// Whether the settings in use are those of the file.
    pub fn settings_are_current(&self) -> bool {
        self.settings_current.get() == 1
    }

    /// Brings what is counted of the store up to date.
    pub fn store(&self, told: &StoreTold) {
        self.store_readable.set(i64::from(told.readable));
        self.store_writable.set(i64::from(told.writable));
        self.store_waiting.set(i64::try_from(told.waiting).unwrap_or(i64::MAX));
        for (what, total) in [("cards-lost", told.lost), ("memory-forgone", told.forgone), ("feedback-refused", told.refused)] {
            let counter = self.store_failures.get_or_create(&What { what });
            counter.inc_by(total.saturating_sub(counter.get()));
        }
    }

    /// Notes that a call waits for its turn, until this is dropped.
    pub fn waiting(&self) -> Waiting {
        self.queued.inc();
        Waiting(self.queued.clone())
    }

    /// Counts an audit event that could not be written.
    pub fn audit_failed(&self) {
        self.audit_failures.inc();
    }

    /// Brings the count of lines of the log that were let go up to date.
    pub fn log_lost(&self, total: u64) {
        self.log_lost.inc_by(total.saturating_sub(self.log_lost.get()));
    }

    /// Counts so many key sets that were fetched for a client, by how it went (a word of ours).
    pub fn jwks_fetched(&self, client: &str, outcome: &'static str, times: u64) {
        self.jwks_fetches.get_or_create(&Of { client: client.to_owned(), what: outcome }).inc_by(times);
    }

    /// Forgets what is noted of FHIR servers, where there may be others from now on.
    pub fn forget_circuits(&self) {
        self.circuit_open.clear();
    }

    /// Notes how many FHIR servers of a client are left alone.
    pub fn circuits_open(&self, client: &str, count: usize) {
        self.circuit_open.get_or_create(&OfClient { client: client.to_owned() }).set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// All of it as text.
    pub fn text(&self, exposition: Exposition) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes whatever is written");
        match exposition {
            Exposition::OpenMetrics => text,
            Exposition::Text => exposition::text(&text),
        }
    }
}

const fn class(status: u16) -> &'static str {
    match status {
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::super::account::{CardTold, ChartTold, FeedbackTold};
    use super::*;

    /// A call of which there is something of everything to tell.
    fn account() -> Account {
        let account = Account::default();
        let mut story = account.story();
        story.client = Some("north".to_owned());
        story.mode = Some("silent");
        story.cards = vec![CardTold { code: "measure", variant: "none" }];
        story.chart = Some(ChartTold { gaps: vec!["procedures"], unresolved: vec!["by-text"], scored: false });
        story.feedback = vec![FeedbackTold { outcome: "overridden", reason: "other" }];
        story.body_bytes = Some(2_000);
        drop(story);
        account.add(Part::Fhir, Duration::from_millis(400));
        account
    }

    #[test]
    fn a_call_is_counted_by_client_service_outcome_and_what_was_found() {
        let metrics = Metrics::new("1.2.3", ("k".to_owned(), "h".to_owned()));
        metrics.count(&account(), "trialwise-patient-view", 200, None, Duration::from_millis(450));
        metrics.count(&Account::default(), "none", 404, Some("no-such-path"), Duration::from_millis(1));
        metrics.reloaded(false);
        metrics.store(&StoreTold { readable: true, lost: 2, ..StoreTold::default() });
        metrics.store(&StoreTold { readable: true, lost: 3, ..StoreTold::default() });
        let text = metrics.text(Exposition::OpenMetrics);
        for line in [
            "trialwise_build_info{version=\"1.2.3\",knowledge=\"k\",knowledge_sha256=\"h\"} 1",
            "trialwise_requests_total{client=\"north\",service=\"trialwise-patient-view\",status=\"2xx\",outcome=\"ok\"} 1",
            "trialwise_requests_total{client=\"none\",service=\"none\",status=\"4xx\",outcome=\"no-such-path\"} 1",
            "trialwise_cards_total{client=\"north\",service=\"trialwise-patient-view\",code=\"measure\",variant=\"none\",mode=\"silent\"} 1",
            "trialwise_gaps_total{client=\"north\",what=\"procedures\"} 1",
            "trialwise_unresolved_medicines_total{client=\"north\",what=\"by-text\"} 1",
            "trialwise_charts_total{client=\"north\",what=\"without-phq9\"} 1",
            "trialwise_feedback_total{client=\"north\",outcome=\"overridden\",reason=\"other\"} 1",
            "trialwise_request_duration_seconds_bucket{le=\"0.25\",service=\"trialwise-patient-view\",part=\"fhir\"} 0",
            "trialwise_request_duration_seconds_bucket{le=\"0.5\",service=\"trialwise-patient-view\",part=\"fhir\"} 1",
            "trialwise_request_duration_seconds_bucket{le=\"0.05\",service=\"trialwise-patient-view\",part=\"own\"} 1",
            "trialwise_request_body_bytes_bucket{le=\"4000.0\"} 1",
            "trialwise_settings_reloads_total{what=\"refused\"} 1",
            "trialwise_settings_current 0",
            "trialwise_store_failures_total{what=\"cards-lost\"} 3",
            "trialwise_store_readable 1",
            "trialwise_store_writable 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("part=\"jwt\""), "what did not happen is not measured");
        assert!(text.ends_with("# EOF\n"));
    }
}
