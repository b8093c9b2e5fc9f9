//! Who calls.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::refusal::{Refusal, quoted};
use super::seen::{Seen, SharedMemory, Unavailable};
use super::source::Sources;
use super::token::Token;
use super::trusted::{SettingsError, Trusted};
use crate::config::{Client, Config};

/// Who calls, proved.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Its name in the settings, which logs and metrics use.
    pub name: Arc<str>,
    /// What the settings say of it; nothing while callers are not told apart (`--dev`).
    pub client: Option<Arc<Client>>,
}

impl Caller {
    /// Whoever it is: for `--dev`, where callers are not told apart.
    pub fn anybody() -> Caller {
        Caller { name: "anybody".into(), client: None }
    }
}

/// Everybody who may call.
pub struct Callers {
    /// By issuer and tenant.
    clients: HashMap<String, HashMap<Option<String>, Trusted>>,
    /// The URL under which clients call, without a slash at the end.
    public_url: String,
    /// In seconds.
    skew: i64,
    /// How long a call waits for keys that have to be fetched, and again for the shared memory of used tokens.
    wait: Duration,
    sources: Sources,
    shared: Option<Arc<dyn SharedMemory>>,
}

impl Callers {
    /// The clients of the settings, or the first thing that is wrong with them.
    pub fn new(config: &Config) -> Result<Callers, SettingsError> {
        Callers::read(config, Sources::default())
    }

    /// The clients of other settings. Which tokens were used stays remembered, and so do keys that were fetched.
    pub fn renewed(&self, config: &Config) -> Result<Callers, SettingsError> {
        let mut callers = Callers::read(config, Sources::after(&self.sources))?;
        for (issuer, tenants) in &mut callers.clients {
            for (tenant, trusted) in tenants {
                if let Some(before) = self.clients.get(issuer).and_then(|tenants| tenants.get(tenant)) {
                    trusted.seen = before.seen.clone();
                }
            }
        }
        Ok(Callers { shared: self.shared.clone(), ..callers })
    }

    fn read(config: &Config, mut sources: Sources) -> Result<Callers, SettingsError> {
        if config.clients.is_empty() {
            return Err(SettingsError::NoClient);
        }
        let public_url = config.public_url.as_ref().ok_or(SettingsError::NoPublicUrl)?;
        if public_url.url().query().is_some() {
            return Err(SettingsError::PublicUrl);
        }
        let wrong = |client: &str, what: String| SettingsError::Client { client: client.to_owned(), what };
        let mut clients: HashMap<String, HashMap<Option<String>, Trusted>> = HashMap::new();
        for (name, client) in &config.clients {
            let trusted = Trusted::new(name, client, &mut sources).map_err(|what| wrong(name, what))?;
            let replaced = clients.entry(client.issuer.clone()).or_default().insert(client.tenant.clone(), trusted);
            if let Some(other) = replaced {
                return Err(wrong(name, format!("issuer and tenant are those of clients.{} too", other.caller.name)));
            }
        }
        Ok(Callers {
            clients,
            public_url: public_url.base().to_owned(),
            skew: config.clock_skew_seconds.get().try_into().unwrap_or(i64::MAX),
            // The other half of the deadline is for the answer.
            wait: config.limits.deadline_ms.milliseconds() / 2,
            sources,
            shared: None,
        })
    }

    /// The same with a memory of used tokens that several instances share. Each keeps its own beside it, for when that cannot be asked.
    #[must_use]
    pub fn sharing(self, memory: Arc<dyn SharedMemory>) -> Callers {
        Callers { shared: Some(memory), ..self }
    }

    /// Fetches the keys of every client, so that the first call of each does not wait. What cannot be fetched is tried again when it is
    /// needed. `now` is in seconds since 1970.
    pub async fn prepare(&self, now: i64) {
        futures_util::future::join_all(self.sources.all().map(|source| source.clone().prepare(now))).await;
    }

    /// Gives every client, with how often its key sets were fetched since this was asked last and how that went (a word of ours), to
    /// `count`. A set that several clients have was fetched for each of them.
    pub fn take_fetches(&self, mut count: impl FnMut(&str, &'static str, u64)) {
        for source in self.sources.all() {
            let fetches = source.take_fetches();
            for trusted in self.clients.values().flat_map(HashMap::values).filter(|trusted| trusted.is_of(source)) {
                fetches.iter().for_each(|(outcome, times)| count(&trusted.caller.name, outcome, *times));
            }
        }
    }

    /// Who calls this path with this header `Authorization`. `now` is in seconds since 1970.
    pub async fn caller(&self, authorization: Option<&str>, path: &str, now: i64) -> Result<Caller, Refusal> {
        let token = Token::read(bearer(authorization.ok_or(Refusal::NoToken)?).ok_or(Refusal::NoToken)?)?;
        let claims = &token.claims;
        let tenants = self.clients.get(&claims.iss).ok_or_else(|| Refusal::UnknownIssuer(quoted(&claims.iss)))?;
        let tenant = || Refusal::UnknownTenant(claims.tenant.as_deref().map_or_else(|| "(none)".to_owned(), quoted));
        let trusted = tenants.get(&claims.tenant).ok_or_else(tenant)?;
        trusted.check_header(&token)?;
        claims.check_times(now, self.skew)?;
        let audiences = trusted.caller.client.as_ref().map_or(&[][..], |client| &client.audiences);
        claims.check_audience(&self.public_url, path, audiences)?;
        trusted.check_signature(&token, now, self.wait).await?;
        trusted.take_call()?;
        self.check_first_use(&token, &trusted.seen, now).await?;
        Ok(trusted.caller.clone())
    }

    /// A token is used once, here and wherever the memory is shared. When that cannot be asked, this instance's own memory decides, so
    /// that hooks are still answered.
    async fn check_first_use(&self, token: &Token<'_>, seen: &Seen, now: i64) -> Result<(), Refusal> {
        let (id, until) = (&token.claims.jti, token.claims.usable_until(self.skew));
        if !seen.first(id, until, now).map_err(|_| Refusal::Crowded)? {
            return Err(Refusal::Replayed);
        }
        let Some(shared) = &self.shared else { return Ok(()) };
        // A memory that hangs must not keep a call beyond its deadline.
        let told = tokio::time::timeout(self.wait, shared.first(&token.claims.sender(), id, until)).await;
        match told.unwrap_or(Err(Unavailable)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refusal::Replayed),
            Err(error) => {
                tracing::error!(%error, "used tokens are known to this instance alone");
                Ok(())
            }
        }
    }
}

/// The token of a header `Authorization: Bearer ..`.
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
}
