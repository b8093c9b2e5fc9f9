//! How the service is watched: log, traces, audit.

use std::path::PathBuf;

use serde::Deserialize;

use super::value::WebUrl;

/// The log (`[log]`), to standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How its lines look.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Traces (`[traces]`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Traces {
    /// Where they are sent (OTLP over HTTP, `http://collector:4318`); none are made without it.
    pub endpoint: Option<WebUrl>,
}

/// The audit trail (`[audit]`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// A file that gets one FHIR AuditEvent a line; it names patients, so keep it as the record is kept.
    pub file: Option<PathBuf>,
    /// Whether a call whose audit event cannot be written is refused (503) rather than answered.
    pub required: bool,
}
