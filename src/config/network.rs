//! The way in: TLS, proxies, browsers.

use std::path::PathBuf;

use ipnet::IpNet;
use serde::Deserialize;

use super::value::Origin;

/// TLS (`[tls]`); certificate and key are read again when their files change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate chain (PEM).
    pub certificate_file: PathBuf,
    /// Its private key (PEM).
    pub key_file: PathBuf,
    /// Authorities whose certificates a client has to show (PEM); none is asked for without it.
    #[serde(default)]
    pub client_authorities_file: Option<PathBuf>,
}

/// What stands in front (`[proxy]`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proxy {
    /// Networks whose `X-Forwarded-For` is believed; nobody's is without them.
    pub trusted: Vec<IpNet>,
}

/// Which browser applications may call (`[cors]`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cors {
    /// Their origins.
    pub origins: Vec<Origin>,
}
