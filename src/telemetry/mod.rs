//! What the service tells of itself: log, metrics, traces, audit. Of patients only the audit tells.

mod account;
mod audit;
mod exposition;
mod log;
mod metrics;
mod trace;

pub use account::{Account, CardTold, ChartTold, FeedbackTold, HookInstance, Lap, Part, Story, Subject};
pub use audit::AuditFile;
pub use exposition::Exposition;
pub use log::{Log, LostLines, Served, start_to};
pub use metrics::{Metrics, StoreTold, Waiting};
pub use trace::{Traces, call as call_span};
