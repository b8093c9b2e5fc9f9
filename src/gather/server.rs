//! A FHIR server: where it is, how it is asked, how it has been doing.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::Certificate;
use reqwest::redirect::Policy;
use url::Url;

use super::breaker::{Breaker, Change};
use super::failure::Failure;
use crate::config::address::{Reach, Resolver};
use crate::config::{Dialect, FhirServer};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(1);

/// How many connections are kept open to one server, and for how long.
const KEPT: usize = 64;
const KEPT_FOR: Duration = Duration::from_secs(30);

/// The base of a FHIR server: nothing outside of it is ever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base(Url);

impl Base {
    /// The base that a URL names; `None` where it cannot be one.
    pub(super) fn of(url: &Url) -> Option<Base> {
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
        if !plain || !url.has_host() || !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let mut url = url.clone();
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Some(Base(url))
    }

    /// The base that a text names.
    pub(super) fn parse(text: &str) -> Option<Base> {
        Base::of(&Url::parse(text).ok()?)
    }

    fn path(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// A path below it, as `Observation?code=1-8`.
    pub(super) fn below(&self, path: &str) -> Option<Url> {
        let url = Url::parse(&format!("{self}/{path}")).ok()?;
        self.covers(&url).then_some(url)
    }

    /// Whether a URL lies here: the same origin, and the same path or one below.
    pub(super) fn covers(&self, url: &Url) -> bool {
        let same_origin = url.scheme() == self.0.scheme() && url.host() == self.0.host() && url.port() == self.0.port();
        let below = url.path().strip_prefix(self.path()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        same_origin && below && url.username().is_empty() && url.password().is_none()
    }

    /// Whether an address may be asked, as far as its host tells.
    pub(super) fn is_within(&self, reach: Reach) -> bool {
        self.0.host().is_some_and(|host| reach.permits_host(host))
    }
}

impl fmt::Display for Base {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Why there can be no such server. One line that names the setting.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The base has a query.
    #[error("{place}: `url` has to be the base of a FHIR server, without a query")]
    Base {
        /// Which server.
        place: String,
    },
    /// A token would go over the wire for everybody to read.
    #[error("{place}: `url` has to begin with https:// (or set `private_network`, where it lies in the house)")]
    Plain {
        /// Which server.
        place: String,
    },
    /// Its address is no public one.
    #[error("{place}: `url` leads to this machine or a private network; set `private_network` if that is meant")]
    Address {
        /// Which server.
        place: String,
    },
    /// The authorities could not be read.
    #[error("{place}: `authorities_file`: {source}")]
    Unreadable {
        /// Which server.
        place: String,
        /// Why.
        source: std::io::Error,
    },
    /// The authorities are no certificates, or those of the system cannot be had.
    #[error("{place}: certificates of authorities: {source}")]
    Certificates {
        /// Which server.
        place: String,
        /// Why.
        source: reqwest::Error,
    },
}

/// A FHIR server, shared by all calls.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) base: Base,
    pub(super) http: reqwest::Client,
    pub(super) dialect: Dialect,
    /// Whether it may be asked without a token.
    pub(super) open: bool,
    client: String,
    breaker: Breaker,
}

impl Server {
    /// A server of the settings. `place` says where in the settings it stands.
    pub(super) fn configured(client: &str, place: String, server: &FhirServer, dialect: &Dialect) -> Result<Server, ServerError> {
        let Some(base) = Base::of(server.url.url()) else { return Err(ServerError::Base { place }) };
        let reach = if server.private_network { Reach::Private } else { Reach::Public };
        if server.url.url().scheme() != "https" && !server.private_network {
            return Err(ServerError::Plain { place });
        }
        if !base.is_within(reach) {
            return Err(ServerError::Address { place });
        }
        let authorities = match server.authorities_file.as_deref().map(certificates).transpose() {
            Ok(read) => read.unwrap_or_default(),
            Err(source) => return Err(ServerError::Unreadable { place, source }),
        };
        let http = Certificate::from_pem_bundle(&authorities).and_then(|authorities| http(reach, authorities));
        let http = http.map_err(|source| ServerError::Certificates { place, source })?;
        Ok(Server::new(client, base, http, dialect.clone(), server.open))
    }

    pub(super) fn new(client: &str, base: Base, http: reqwest::Client, dialect: Dialect, open: bool) -> Server {
        Server { base, http, dialect, open, client: client.to_owned(), breaker: Breaker::default() }
    }

    /// Whether it may be asked now.
    pub(super) fn admits(&self) -> bool {
        self.breaker.admits(Instant::now())
    }

    /// Whether it is left alone, since it failed, or has not answered since.
    pub(super) fn is_left_alone(&self) -> bool {
        self.breaker.is_open()
    }

    /// Notes how a request ended.
    pub(super) fn note(&self, failure: Option<Failure>) {
        let answered = !failure.is_some_and(Failure::is_outage);
        let client = self.client.as_str();
        match self.breaker.note(answered, Instant::now()) {
            Some(Change::Opened) => tracing::warn!(client, reason = failure.map(Failure::word), "FHIR server left alone"),
            Some(Change::Closed) => tracing::info!(client, "FHIR server answers again"),
            None => {}
        }
    }
}

fn certificates(file: &Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(file)
}

/// A client that goes nowhere by itself: no redirects, no proxy, no addresses beyond its reach.
pub(super) fn http(reach: Reach, authorities: Vec<Certificate>) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent(concat!("trialwise/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(Resolver(reach))
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(KEPT)
        .pool_idle_timeout(KEPT_FOR)
        .tls_certs_merge(authorities)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str) -> Base {
        Base::parse(url).expect("a base")
    }

    #[test]
    fn a_base_is_the_same_however_it_is_written() {
        for same in ["https://FHIR.example.org/r4", "https://fhir.example.org/r4/", "https://fhir.example.org:443/x/../r4//"] {
            assert_eq!(base(same), base("https://fhir.example.org/r4"), "{same}");
        }
        for other in
            ["http://fhir.example.org/r4", "https://fhir.example.org:444/r4", "https://fhir.example.org/R4", "https://fhir.example.org./r4"]
        {
            assert_ne!(base(other), base("https://fhir.example.org/r4"), "{other}");
        }
        for none in ["https://good@evil.example/r4", "https://fhir.example.org/r4?x=1", "file:///r4", "r4", "https://fhir.example.org/#r4"]
        {
            assert_eq!(Base::parse(none), None, "{none}");
        }
    }

    #[test]
    fn nothing_outside_of_the_base_is_below_it() {
        let r4 = base("https://fhir.example.org/r4");
        for below in ["https://fhir.example.org/r4", "https://fhir.example.org/r4?page=2", "https://fhir.example.org:443/r4/Patient/1"] {
            assert!(r4.covers(&Url::parse(below).expect("a URL")), "{below}");
        }
        for outside in [
            "http://fhir.example.org/r4/Patient/1",
            "https://fhir.example.org:8443/r4/Patient/1",
            "https://evil.example/r4/Patient/1",
            "https://fhir.example.org.evil.example/r4",
            "https://fhir.example.org/r4x/Patient/1",
            "https://fhir.example.org/r4/../admin",
            "https://fhir.example.org/r4/%2e%2e/admin",
            "https://fhir.example.org@evil.example/r4/Patient",
            "https://u:p@fhir.example.org/r4/Patient",
            "https://fhir.example.org/",
        ] {
            assert!(!r4.covers(&Url::parse(outside).expect("a URL")), "{outside}");
        }
        assert_eq!(r4.below("Patient/1").expect("a URL").as_str(), "https://fhir.example.org/r4/Patient/1");
        assert_eq!(r4.below("../admin"), None);
        assert!(base("https://fhir.example.org").below("Patient/1").is_some());
    }

    #[test]
    fn a_server_of_the_settings_has_to_be_one_that_may_be_asked() {
        let server = |url: &str, private_network| {
            let server = FhirServer { url: url.parse().expect("a URL"), open: false, private_network, authorities_file: None };
            Server::configured("c", "clients.c.fhir[0]".to_owned(), &server, &Dialect::default())
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        assert_eq!(server("https://fhir.example.org/r4", false), Ok(()));
        assert_eq!(server("http://10.0.0.1/r4", true), Ok(()));
        for (url, private_network, word) in [
            ("https://fhir.example.org/r4?x", false, "without a query"),
            ("http://fhir.example.org/r4", false, "https://"),
            ("https://10.0.0.1/r4", false, "private_network"),
            ("https://[::1]/r4", false, "private_network"),
            ("https://169.254.169.254/", true, "private network"),
        ] {
            let refusal = server(url, private_network).expect_err("refused");
            assert!(refusal.starts_with("clients.c.fhir[0]: ") && refusal.contains(word), "{refusal}");
        }
    }
}
