//! `trialwise health`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use reqwest::{ClientBuilder, Identity};
use url::Host;

use super::layout::clean;
use super::{Stop, print};
use crate::config::WebUrl;

/// How long the answer may take; less than what asks for it should wait.
const PATIENCE: Duration = Duration::from_secs(3);
/// How much of an answer is shown.
const CHARACTERS: usize = 1000;

/// Asks a running service whether it takes calls, and prints what it says.
///
/// For health checks where there is neither a shell nor curl. Exit 0: it takes calls; 1: it does not, or is not reached.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  trialwise health\n  trialwise health --url https://127.0.0.1:8443/health/ready\n  \
    trialwise health --url https://127.0.0.1:8443/health/ready --identity probe.pem\n\n\
    Of a service on this machine the certificate is not checked, since it is for the name that callers use.")]
pub struct Health {
    /// What is asked
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080/health/ready")]
    url: WebUrl,
    /// A certificate and its key (PEM, both in this file) to show, where the service lets nobody in without one
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

impl Health {
    pub fn run(self) -> Result<ExitCode, Stop> {
        let identity = self.identity.as_deref().map(identity).transpose()?;
        let (healthy, said) = actix_web::rt::System::new().block_on(asked(&self.url, identity)).map_err(Stop::new)?;
        print(&format!("{said}\n"))?;
        Ok(ExitCode::from(u8::from(!healthy)))
    }
}

/// The certificate of a file, with its key. What stands in the file is not told.
fn identity(file: &Path) -> Result<Identity, Stop> {
    let content = std::fs::read(file).map_err(|error| Stop::new(format_args!("{}: {error}", file.display())))?;
    Identity::from_pem(&content).map_err(|_| Stop::new(format_args!("{}: expected a certificate and its key (PEM)", file.display())))
}

/// Whether the answer was a good one, and what it was.
async fn asked(url: &WebUrl, identity: Option<Identity>) -> reqwest::Result<(bool, String)> {
    let http = reqwest::Client::builder();
    let http = identity
        .into_iter()
        .fold(http, ClientBuilder::identity)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .tls_danger_accept_invalid_certs(is_here(url))
        .build()?;
    Ok(match http.get(url.url().clone()).send().await {
        // Why, without the URL, which whoever asks has given.
        Err(error) => (false, format!("not reached: {}", cause(&error.without_url()))),
        Ok(response) => {
            let (healthy, status) = (response.status().is_success(), response.status());
            let body = response.text().await.unwrap_or_default();
            let body: String = clean(body.trim()).chars().take(CHARACTERS).collect();
            (healthy, if healthy { body } else { format!("{status}: {body}") })
        }
    })
}

/// The last reason of an error, which is the one that says most.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

fn is_here(url: &WebUrl) -> bool {
    match url.url().host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_here() {
        for (url, here) in [
            ("https://127.0.0.1:8443/health/ready", true),
            ("https://[::1]/health/ready", true),
            ("https://192.0.2.1/health/ready", false),
            ("https://localhost/health/ready", false),
            ("https://127.0.0.1.example.org/health/ready", false),
        ] {
            assert_eq!(is_here(&url.parse().expect("a URL")), here, "{url}");
        }
    }
}
