//! TLS, with certificates that may be exchanged while the service runs.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};

use crate::config::Tls;

/// How often it is looked whether the files have changed, at most.
const LOOKED_EVERY: Duration = Duration::from_secs(2);

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that holds no PEM of its kind.
    #[error("tls.{key}: {file}: {source}")]
    File {
        /// The key of the setting.
        key: &'static str,
        /// Its value.
        file: String,
        /// What is wrong.
        source: rustls::pki_types::pem::Error,
    },
    /// Files that do not go together, or that cannot be used.
    #[error("tls: {0}")]
    Unusable(String),
}

/// TLS 1.2 and 1.3 as the settings say. Certificate and key are read again when their files change; the authorities of clients are not.
pub fn tls(settings: &Tls) -> Result<ServerConfig, TlsError> {
    let unusable = |error: &dyn fmt::Display| TlsError::Unusable(error.to_string());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let certificates = Certificates::read(settings, provider.clone())?;
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().map_err(|e| unusable(&e))?;
    let builder = match &settings.client_authorities_file {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for authority in chain("client_authorities_file", file)? {
                roots.add(authority).map_err(|error| unusable(&error))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build();
            builder.with_client_cert_verifier(verifier.map_err(|error| unusable(&error))?)
        }
    };
    Ok(builder.with_cert_resolver(Arc::new(certificates)))
}

/// The certificate that is shown, and the files that it comes from.
struct Certificates {
    chain: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    shown: ArcSwap<CertifiedKey>,
    looked: Mutex<Look>,
}

/// When the files were looked at last, and what they were then.
struct Look {
    at: Instant,
    stamp: Stamp,
}

/// When the files were written and how long they are; nothing for one that is not there.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Certificates {
    fn read(settings: &Tls, provider: Arc<CryptoProvider>) -> Result<Certificates, TlsError> {
        let (chain, key) = (settings.certificate_file.clone(), settings.key_file.clone());
        let look = Look { at: Instant::now(), stamp: stamp(&chain, &key) };
        let shown = certified(&chain, &key, &provider)?.into();
        Ok(Certificates { chain, key, provider, shown: ArcSwap::new(shown), looked: Mutex::new(look) })
    }

    /// Reads the files again if they have changed. Files that do not hold a certificate and its key change nothing.
    fn look(&self) {
        // One handshake looks; the others go on.
        let Ok(mut looked) = self.looked.try_lock() else { return };
        if looked.at.elapsed() < LOOKED_EVERY {
            return;
        }
        looked.at = Instant::now();
        let stamp = stamp(&self.chain, &self.key);
        if stamp == looked.stamp {
            return;
        }
        looked.stamp = stamp;
        match certified(&self.chain, &self.key, &self.provider) {
            Ok(certified) => {
                self.shown.store(certified.into());
                tracing::info!("certificate exchanged");
            }
            Err(error) => tracing::error!(%error, "the certificate was not exchanged; the one before is still shown"),
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.look();
        Some(self.shown.load_full())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Certificates").field("chain", &self.chain).field("key", &self.key).finish_non_exhaustive()
    }
}

fn stamp(chain: &Path, key: &Path) -> Stamp {
    [chain, key].map(|file| fs::metadata(file).and_then(|data| Ok((data.modified()?, data.len()))).ok())
}

/// The certificate with its key; they have to go together.
fn certified(chain_file: &Path, key_file: &Path, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let chain = chain("certificate_file", chain_file)?;
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|source| wrong("key_file", key_file, source))?;
    CertifiedKey::from_der(chain, key, provider)
        .map_err(|error| TlsError::Unusable(format!("{} and {}: {error}", chain_file.display(), key_file.display())))
}

/// The certificates of a file; there has to be one.
fn chain(key: &'static str, file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read.map_err(|source| wrong(key, file, source))? {
        none if none.is_empty() => Err(TlsError::Unusable(format!("{}: there is no certificate", file.display()))),
        chain => Ok(chain),
    }
}

fn wrong(key: &'static str, file: &Path, source: rustls::pki_types::pem::Error) -> TlsError {
    TlsError::File { key, file: file.display().to_string(), source }
}
