//! A client that the settings trust, with its keys and its share of calls.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use jsonwebtoken::Algorithm;
use tokio::time::Instant;

use super::caller::Caller;
use super::key::{Key, KeySet, Unfit};
use super::refusal::{Refusal, quoted};
use super::seen::Seen;
use super::source::{Source, Sources, reach};
use super::token::Token;
use crate::config::{self, Client, WebUrl};

/// The issuer of the public sandbox, whose private key is public.
const SANDBOX: &str = "https://sandbox.cds-hooks.org";

/// Why callers cannot be told apart with these settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Tokens cannot be set against a URL that is not known.
    #[error(
        "public_url is missing: the URL under which clients call (`aud` of their tokens begins with it), for example \"https://cds.example.org\""
    )]
    NoPublicUrl,
    /// A URL that no path can be added to.
    #[error("public_url: it has a query; paths are added to it, so it has to end before `?`")]
    PublicUrl,
    /// Nobody could be let in.
    #[error(
        "no trusted client is configured, and without one nobody could be let in: set public_url and name one as [clients.NAME], with its issuer and its jku or keys_file (or try it out with --dev)"
    )]
    NoClient,
    /// A client that cannot be trusted, or not told from another.
    #[error("clients.{client}: {what}")]
    Client {
        /// Its name.
        client: String,
        /// What is wrong.
        what: String,
    },
}

/// A client that is trusted.
pub(super) struct Trusted {
    pub(super) caller: Caller,
    algorithms: Vec<Algorithm>,
    /// From the client's file.
    keys: Vec<Key>,
    sources: Vec<Arc<Source>>,
    calls: DefaultDirectRateLimiter,
    /// Its own, so that no other client can fill it.
    pub(super) seen: Arc<Seen>,
}

impl Trusted {
    /// A client of the settings, or what is wrong with it.
    pub(super) fn new(name: &str, client: &Client, sources: &mut Sources) -> Result<Trusted, String> {
        if client.issuer.trim_end_matches('/').eq_ignore_ascii_case(SANDBOX) {
            return Err(format!(
                "issuer {SANDBOX} is the public sandbox: its private key is public, so anybody could call. Use it with --dev only"
            ));
        }
        if client.issuer.is_empty() {
            return Err("issuer is empty".to_owned());
        }
        if client.algorithms.is_empty() {
            return Err("algorithms is empty: ES384 and RS384 are the usual ones".to_owned());
        }
        let keys = client.keys_file.as_deref().map(keys_of).transpose()?.unwrap_or_default();
        if keys.is_empty() && client.jku.is_empty() {
            return Err("it has no keys: name the URL of its key set (jku) or a file that holds it (keys_file)".to_owned());
        }
        client.jku.iter().try_for_each(|url| permitted(url, client.private_network))?;
        let sources = client.jku.iter().map(|url| sources.source(url, client.private_network)).collect::<Result<_, _>>();
        let calls = u32::try_from(client.calls_per_second.get()).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
        Ok(Trusted {
            caller: Caller { name: name.into(), client: Some(Arc::new(client.clone())) },
            algorithms: client.algorithms.iter().map(|algorithm| known(*algorithm)).collect(),
            keys,
            sources: sources.map_err(|error| format!("jku cannot be fetched from this machine: {error}"))?,
            calls: RateLimiter::direct(Quota::per_second(calls)),
            seen: Arc::default(),
        })
    }

    /// Whether the token asks for an algorithm and a key set that are the client's. Without `jku` in the settings nothing is fetched
    /// for it, and so the token's is not looked at.
    pub(super) fn check_header(&self, token: &Token<'_>) -> Result<(), Refusal> {
        if !self.algorithms.contains(&token.algorithm) {
            return Err(Refusal::Algorithm);
        }
        match &token.key_set {
            Some(url) if !self.sources.is_empty() && self.sources.iter().all(|source| source.url().url().as_str() != url) => {
                Err(Refusal::ForeignKeySet)
            }
            _ => Ok(()),
        }
    }

    /// Whether one of the client's keys signed the token.
    pub(super) async fn check_signature(&self, token: &Token<'_>, now: i64, wait: Duration) -> Result<(), Refusal> {
        let mut named = Named::default();
        if named.signed(&self.keys, token) {
            return Ok(());
        }
        let mut had = !self.keys.is_empty();
        let until = Instant::now() + wait;
        let meant = |source: &&Arc<Source>| token.key_set.as_deref().is_none_or(|url| source.url().url().as_str() == url);
        for source in self.sources.iter().filter(meant) {
            // Who waits longer finds the keys at the next call: they are fetched all the same.
            let Ok(Some(held)) = tokio::time::timeout_at(until, source.keys(&token.key_id, now)).await else { continue };
            had = true;
            if named.signed(&held.keys, token) {
                return Ok(());
            }
        }
        Err(match named {
            Named { fitting: true, .. } => Refusal::Signature,
            Named { any: true, .. } => Refusal::Algorithm,
            _ if had => Refusal::UnknownKey(quoted(&token.key_id)),
            _ => Refusal::NoKeys,
        })
    }

    /// Whether it has its keys from there.
    pub(super) fn is_of(&self, source: &Arc<Source>) -> bool {
        self.sources.iter().any(|own| Arc::ptr_eq(own, source))
    }

    /// Takes one from the client's share of calls.
    pub(super) fn take_call(&self) -> Result<(), Refusal> {
        self.calls.check().map_err(|until| Refusal::TooMany { wait: until.wait_time_from(DefaultClock::default().now()) })
    }
}

/// What was found under the id of the key that a token names.
#[derive(Default)]
struct Named {
    /// A key.
    any: bool,
    /// A key that the algorithm fits.
    fitting: bool,
}

impl Named {
    /// Whether one of these keys signed the token. Where two bear one id, each is tried.
    fn signed(&mut self, keys: &[Key], token: &Token<'_>) -> bool {
        keys.iter().filter(|key| key.id == token.key_id).any(|key| {
            self.any = true;
            self.fitting |= key.fits(token.algorithm);
            key.signed(token.message, token.signature, token.algorithm)
        })
    }
}

fn permitted(url: &WebUrl, private_network: bool) -> Result<(), String> {
    if !private_network && url.url().scheme() != "https" {
        return Err(format!("jku {url:?} has to begin with https:// (or, in your own network, private_network = true be set)"));
    }
    if url.url().host().is_some_and(|host| reach(private_network).permits_host(host)) {
        return Ok(());
    }
    Err(match private_network {
        false => format!("jku {url:?} lies in a private network: set private_network = true if it is meant"),
        true => format!("jku {url:?} lies at an address that may not be asked"),
    })
}

fn keys_of(file: &Path) -> Result<Vec<Key>, String> {
    let name = file.display();
    let json = std::fs::read(file).map_err(|error| format!("keys_file {name}: {error}"))?;
    let set = KeySet::read(&json).map_err(|error| format!("keys_file {name}: {error}"))?;
    // Sets hold keys for encryption too, and kinds that others use.
    match set.unfit.iter().find(|why| !matches!(why, Unfit::Purpose | Unfit::Kind)) {
        Some(why) => Err(format!("keys_file {name}: a key cannot be used: {why}")),
        None if set.keys.is_empty() => Err(format!("keys_file {name}: there is no key for signatures that can be used")),
        None => Ok(set.keys),
    }
}

fn known(algorithm: config::Algorithm) -> Algorithm {
    match algorithm {
        config::Algorithm::ES256 => Algorithm::ES256,
        config::Algorithm::ES384 => Algorithm::ES384,
        config::Algorithm::RS256 => Algorithm::RS256,
        config::Algorithm::RS384 => Algorithm::RS384,
        config::Algorithm::RS512 => Algorithm::RS512,
        config::Algorithm::PS256 => Algorithm::PS256,
        config::Algorithm::PS384 => Algorithm::PS384,
        config::Algorithm::PS512 => Algorithm::PS512,
        config::Algorithm::EdDSA => Algorithm::EdDSA,
    }
}
