//! A key set that is fetched: cached, renewed, fetched by one call for all.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use super::key::{Key, KeySet, NoKeySet};
use crate::config::WebUrl;
use crate::config::address::{Reach, Resolver};

/// After which age keys are renewed, in seconds. Calls do not wait for it.
const RENEWED_AFTER: i64 = 600;

/// For how long keys hold when they cannot be renewed, in seconds.
const HELD_FOR: i64 = 24 * 3600;

/// How often a set is fetched for the sake of an unknown key, and how often it is tried to renew it, in seconds.
const UNKNOWN_EVERY: i64 = 60;

/// How often it is tried to get a set that was never had, in seconds.
const MISSING_EVERY: i64 = 10;

/// The largest set, in bytes.
const MOST_BYTES: usize = 256 * 1024;

/// How long a set may take to arrive.
const FETCH_TIME: Duration = Duration::from_secs(5);

/// A key set somewhere on the network.
pub(super) struct Source {
    url: WebUrl,
    http: reqwest::Client,
    held: ArcSwap<Held>,
    /// Whoever holds it fetches; the others wait and find what was fetched.
    attempts: Arc<Mutex<Attempts>>,
    /// How fetches went that nobody has counted yet.
    uncounted: std::sync::Mutex<BTreeMap<&'static str, u64>>,
}

/// Every key set, each once, however many clients have it. The flag says whether it may lie in a private network.
#[derive(Default)]
pub(super) struct Sources {
    all: HashMap<(WebUrl, bool), Arc<Source>>,
    /// Those of the settings before, which keep what they have fetched.
    before: HashMap<(WebUrl, bool), Arc<Source>>,
    public: Option<reqwest::Client>,
    private: Option<reqwest::Client>,
}

/// What was fetched last.
#[derive(Default)]
pub(super) struct Held {
    /// The keys that can be used.
    pub(super) keys: Vec<Key>,
    /// When, in seconds since 1970; never, if not.
    fetched: Option<i64>,
}

/// When it was tried last, in seconds since 1970.
#[derive(Default)]
struct Attempts {
    last: Option<i64>,
    for_unknown: Option<i64>,
}

/// Why a set is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// There are no keys, or none that hold any longer.
    Missing,
    /// A token names a key that is not among them.
    Unknown,
    /// They are old.
    Old,
}

/// Why a set could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum FetchError {
    #[error("its server could not be reached or did not answer in time: {0}")]
    Unreachable(String),
    #[error("its server answered {0}")]
    Status(u16),
    #[error("it is larger than {MOST_BYTES} bytes")]
    TooLarge,
    #[error(transparent)]
    NoKeySet(#[from] NoKeySet),
}

impl FetchError {
    /// One word for metrics.
    const fn word(&self) -> &'static str {
        match self {
            FetchError::Unreachable(_) => "unreachable",
            FetchError::Status(_) => "status",
            FetchError::TooLarge => "too-large",
            FetchError::NoKeySet(_) => "no-key-set",
        }
    }
}

impl From<reqwest::Error> for FetchError {
    /// The last cause says what happened; the URL stands in the settings.
    fn from(error: reqwest::Error) -> FetchError {
        let error = error.without_url();
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        FetchError::Unreachable(causes.last().map(ToString::to_string).unwrap_or_default())
    }
}

impl Sources {
    /// No key sets yet; those of before are taken over where they are named again.
    pub(super) fn after(before: &Sources) -> Sources {
        Sources { before: before.all.clone(), ..Sources::default() }
    }

    /// The key set at this URL.
    pub(super) fn source(&mut self, url: &WebUrl, private_network: bool) -> reqwest::Result<Arc<Source>> {
        let place = (url.clone(), private_network);
        let source = match self.all.get(&place).or_else(|| self.before.get(&place)) {
            Some(known) => known.clone(),
            None => {
                let (url, http) = (url.clone(), self.http(private_network)?);
                Arc::new(Source { url, http, held: ArcSwap::default(), attempts: Arc::default(), uncounted: Default::default() })
            }
        };
        self.all.insert(place, source.clone());
        Ok(source)
    }

    /// All of them, once the settings are read.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.all.values()
    }

    fn http(&mut self, private_network: bool) -> reqwest::Result<reqwest::Client> {
        let http = if private_network { &mut self.private } else { &mut self.public };
        match http {
            Some(http) => Ok(http.clone()),
            None => Ok(http.insert(client(private_network)?).clone()),
        }
    }
}

/// The client that sets are fetched with: no redirects, no proxies of the environment, no addresses beyond its reach.
fn client(private_network: bool) -> reqwest::Result<reqwest::Client> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .timeout(FETCH_TIME)
        .pool_max_idle_per_host(0)
        .user_agent(concat!("trialwise/", env!("CARGO_PKG_VERSION")));
    client.https_only(!private_network).dns_resolver(Resolver(reach(private_network))).build()
}

/// How far the request for a set may reach.
pub(super) const fn reach(private_network: bool) -> Reach {
    if private_network { Reach::Private } else { Reach::Public }
}

impl Held {
    fn age(&self, now: i64) -> Option<i64> {
        self.fetched.map(|fetched| now.saturating_sub(fetched))
    }

    fn has(&self, key_id: &str) -> bool {
        self.keys.iter().any(|key| key.id == key_id)
    }
}

impl Attempts {
    /// Whether it may be tried now; if so, that is remembered.
    fn permit(&mut self, reason: Reason, now: i64) -> bool {
        // A clock that was put back must not stop it.
        let rested = |last: Option<i64>, seconds| last.is_none_or(|last| now < last || now - last >= seconds);
        let permitted = match reason {
            Reason::Missing => rested(self.last, MISSING_EVERY),
            Reason::Unknown => rested(self.for_unknown, UNKNOWN_EVERY),
            Reason::Old => rested(self.last, UNKNOWN_EVERY),
        };
        if permitted {
            self.last = Some(now);
            if reason == Reason::Unknown {
                self.for_unknown = Some(now);
            }
        }
        permitted
    }
}

impl Source {
    /// Where it is fetched from.
    pub(super) fn url(&self) -> &WebUrl {
        &self.url
    }

    fn uncounted(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.uncounted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How fetches went since this was asked last: how often each.
    pub(super) fn take_fetches(&self) -> BTreeMap<&'static str, u64> {
        std::mem::take(&mut *self.uncounted())
    }

    /// The keys as they are held, with this one if it is to be had; `None` where none hold. `now` is in seconds since 1970.
    pub(super) async fn keys(self: &Arc<Source>, key_id: &str, now: i64) -> Option<Arc<Held>> {
        let held = self.held.load_full();
        let reason = match held.age(now) {
            Some(age) if age <= HELD_FOR && held.has(key_id) => {
                // Fetched in the future: the clock has been put back, and how old they are is not known.
                if !(0..=RENEWED_AFTER).contains(&age) {
                    tokio::spawn(self.clone().renew(held.clone(), Reason::Old, now));
                }
                return Some(held);
            }
            Some(age) if age <= HELD_FOR => Reason::Unknown,
            _ => Reason::Missing,
        };
        let held = self.clone().renew(held, reason, now).await;
        held.age(now).is_some_and(|age| age <= HELD_FOR).then_some(held)
    }

    /// Has the keys ready before they are asked for.
    pub(super) async fn prepare(self: Arc<Source>, now: i64) {
        let held = self.held.load_full();
        self.renew(held, Reason::Missing, now).await;
    }

    /// What is held after somebody, perhaps this call, has fetched the set, if it may be fetched now.
    async fn renew(self: Arc<Source>, before: Arc<Held>, reason: Reason, now: i64) -> Arc<Held> {
        let mut attempts = self.attempts.clone().lock_owned().await;
        let held = self.held.load_full();
        if !Arc::ptr_eq(&held, &before) || !attempts.permit(reason, now) {
            return held;
        }
        // A task of its own: a caller that goes away does not take it along.
        let fetching = tokio::spawn(async move {
            let fetched = self.fetch(now).await;
            *self.uncounted().entry(fetched.as_ref().map_or_else(FetchError::word, |_| "fetched")).or_default() += 1;
            match fetched {
                Ok(held) => self.held.store(Arc::new(held)),
                Err(error) => {
                    let held_since = self.held.load().fetched;
                    tracing::warn!(key_set = %self.url.base(), %error, held_since, "keys could not be fetched");
                }
            }
            drop(attempts);
            self.held.load_full()
        });
        fetching.await.unwrap_or(before)
    }

    async fn fetch(&self, now: i64) -> Result<Held, FetchError> {
        let mut response = self.http.get(self.url.url().clone()).header("accept", "application/json").send().await?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(FetchError::Status(status));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let set = KeySet::read(&body)?;
        for why in &set.unfit {
            tracing::warn!(key_set = %self.url.base(), %why, "a key is left out");
        }
        tracing::info!(key_set = %self.url.base(), keys = set.keys.len(), "keys fetched");
        Ok(Held { keys: set.keys, fetched: Some(now) })
    }
}
