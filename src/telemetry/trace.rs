//! Traces, sent as OTLP over HTTP by a thread of their own. An exporter that cannot be reached costs a call nothing: what finds no room is
//! dropped.
//!
//! Names and attributes of spans are words of ours. Of what a caller sends only `traceparent` is taken up, which holds nothing but two
//! random numbers; `tracestate` and baggage are text, so they are let be.

use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

/// How long one delivery may take, on the thread that does it.
const DELIVERY: Duration = Duration::from_secs(5);

/// Where traces go. Dropped, it delivers what is left.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Traces to a collector (`http://collector:4318`). Not to be called where futures run.
    ///
    /// # Errors
    /// Where the endpoint cannot be used, in words.
    pub(super) fn to(endpoint: &str) -> Result<Traces, String> {
        const PATH: &str = "/v1/traces";
        let endpoint = endpoint.trim_end_matches('/');
        let endpoint = if endpoint.ends_with(PATH) { endpoint.to_owned() } else { format!("{endpoint}{PATH}") };
        let exporter =
            SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).with_endpoint(endpoint).with_timeout(DELIVERY);
        let exporter = exporter.build().map_err(|error| format!("traces.endpoint: {error}"))?;
        let resource = Resource::builder().with_service_name("trialwise").build();
        Ok(Traces(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        // Nobody is left to tell of traces that were not taken.
        drop(self.0.shutdown_with_timeout(DELIVERY));
    }
}

/// What sends our spans, and nobody else's: those of libraries quote URLs.
pub(super) fn layer<S>(traces: &Traces) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let ours = Targets::new().with_target("trialwise", Level::INFO);
    let tracer = traces.0.tracer("trialwise");
    tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false).with_target(false).with_filter(ours)
}

/// The span of one call, below the caller's own if it names one.
pub fn call(traceparent: Option<&str>, request_id: &str) -> Span {
    let span =
        tracing::info_span!("call", otel.kind = "server", request_id, service = tracing::field::Empty, status = tracing::field::Empty);
    let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &Traceparent(traceparent));
    if parent.span().span_context().is_valid() {
        // Fails only where there are no traces.
        drop(span.set_parent(parent));
    }
    span
}

/// The one header that is taken up.
struct Traceparent<'a>(Option<&'a str>);

impl Extractor for Traceparent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.filter(|_| key == "traceparent")
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}
