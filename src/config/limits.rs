//! What one call, one client and all calls together may cost.

use serde::Deserialize;

use super::value::Within;

/// What calls may cost. Every limit has a default that is safe.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest request body that is read, after decompression, in bytes.
    pub max_body_bytes: Within<65_536, 1_073_741_824>,
    /// How many resources one call may hold.
    pub max_resources: Within<100, 1_000_000>,
    /// How many calls are read and judged at once.
    pub concurrent_calls: Within<1, 10_000>,
    /// How many more may wait for their turn; the next is refused at once (503).
    pub queued_calls: Within<0, 100_000>,
    /// How long a call may wait for its turn, in milliseconds; then it is refused (503).
    pub queue_ms: Within<0, 60_000>,
    /// How long a call may take, in milliseconds: from its head to the answer, but for the time that its body takes to arrive.
    pub deadline_ms: Within<100, 60_000>,
    /// How long the head of a request may take to arrive, in milliseconds.
    pub head_ms: Within<100, 60_000>,
    /// How long a body may take to arrive, in milliseconds. The clock of the deadline stands meanwhile.
    pub body_ms: Within<100, 300_000>,
    /// How many connections may be open at once.
    pub connections: Within<1, 1_000_000>,
    /// How long calls under way may take to end when the service is told to, in seconds.
    pub drain_seconds: Within<0, 600>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_body_bytes: Within::new(8 * 1024 * 1024),
            max_resources: Within::new(20_000),
            concurrent_calls: Within::new(64),
            queued_calls: Within::new(256),
            queue_ms: Within::new(500),
            deadline_ms: Within::new(2_000),
            head_ms: Within::new(5_000),
            body_ms: Within::new(10_000),
            connections: Within::new(10_000),
            drain_seconds: Within::new(25),
        }
    }
}
