//! How the FHIR servers of a client are asked.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::value::Within;

/// How a client's FHIR servers are asked. The defaults ask for nothing that a server may refuse.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dialect {
    /// The page size that is asked for; none where it is 0.
    pub page_size: Within<0, 10_000>,
    /// How many pages of one search are followed.
    pub max_pages: Within<1, 1_000>,
    /// How many requests run at once for one call.
    pub parallel: Within<1, 64>,
    /// How long one request may take, in milliseconds.
    pub request_ms: Within<50, 60_000>,
    /// The largest answer that is read, after decompression, in bytes.
    pub max_answer_bytes: Within<65_536, 1_073_741_824>,
    /// How many Medications are fetched that others refer to.
    pub max_medications: Within<0, 1_000>,
    /// How many of them are asked for in one search (`_id=a,b,c`); one by one where it is 1.
    pub medications_per_request: Within<1, 100>,
    /// Whether searches are sent as POST to `_search`, so that no patient's id stands in a URL.
    pub post_search: bool,
    /// Queries that are replaced for this client, by the key of the prefetch; empty where the server cannot answer.
    pub queries: BTreeMap<String, String>,
}

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect {
            page_size: Within::new(1_000),
            max_pages: Within::new(20),
            parallel: Within::new(6),
            request_ms: Within::new(1_200),
            max_answer_bytes: Within::new(8 * 1024 * 1024),
            max_medications: Within::new(50),
            medications_per_request: Within::new(20),
            post_search: false,
            queries: BTreeMap::new(),
        }
    }
}
