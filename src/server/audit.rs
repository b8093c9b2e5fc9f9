//! The audit trail of calls about a patient.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use actix_web::{HttpRequest, ResponseError};
use jiff::Timestamp;

use super::call::Answer;
use super::error::CallError;
use super::log::RequestId;
use super::{State, caller};
use crate::config::Config;
use crate::fhir::audit::{Access, End};
use crate::telemetry::Account;

/// For how long a call waits for its event to be written, where the settings ask for it.
const WAIT: Duration = Duration::from_secs(1);

/// Which call it was, and between whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    id: RequestId,
    from: Option<IpAddr>,
    at: SocketAddr,
    over_tls: bool,
}

impl Arrival {
    pub(super) fn of(request: &HttpRequest, id: RequestId, state: &State) -> Arrival {
        let here = request.app_config();
        Arrival { id, from: caller::address(request, state), at: here.local_addr(), over_tls: here.secure() }
    }

    /// The URL under which the service was called: the one of the settings, since what the caller says of the host proves nothing.
    fn url(&self, settings: &Config) -> String {
        let listening = || format!("{}://{}", if self.over_tls { "https" } else { "http" }, self.at);
        settings.public_url.as_ref().map_or_else(listening, |url| url.base().to_owned())
    }
}

impl State {
    /// Writes down who had whose record judged, and what came of it. A call that was refused before it named a patient has none.
    ///
    /// # Errors
    /// Where the event has to be written (`audit.required`) and is not.
    pub(super) async fn audit(
        &self,
        arrival: Arrival,
        service: &str,
        account: &Account,
        end: &Result<Answer, CallError>,
    ) -> Result<(), CallError> {
        let settings = self.settings();
        let required = settings.audit.required;
        if self.audit.is_none() && !required {
            return Ok(());
        }
        let Some(event) = event(arrival, &arrival.url(&settings), service, account, end) else { return Ok(()) };
        let Some(file) = &self.audit else {
            // A file that was named while the service ran is opened at the next start; until then nothing can be written down.
            return Err(CallError::NoAudit);
        };
        let written = file.put(event);
        if !required {
            return Ok(());
        }
        match actix_web::rt::time::timeout(WAIT, written).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false) | Err(_)) | Err(_) => Err(CallError::NoAudit),
        }
    }
}

fn event(arrival: Arrival, at: &str, service: &str, account: &Account, end: &Result<Answer, CallError>) -> Option<Vec<u8>> {
    let story = account.story();
    let subject = story.subject.as_ref()?;
    let codes = story.cards.iter().map(|card| card.code).collect::<Vec<_>>().join(", ");
    let (ended, what) = match end {
        Ok(_) if story.mode == Some("silent") => (End::Success, format!("silent; cards not shown: {codes}")),
        Ok(_) => (End::Success, format!("cards: {codes}")),
        Err(error) if error.status_code().is_server_error() => (End::Failed, error.word().to_owned()),
        Err(error) => (End::Refused, error.word().to_owned()),
    };
    let route = if service.starts_with('/') { service.to_owned() } else { format!("/cds-services/{service}") };
    let access = Access {
        recorded: Timestamp::now(),
        request_id: &arrival.id.0.to_string(),
        service,
        query: &format!("POST {route}"),
        client: story.client.as_deref().unwrap_or("none"),
        from: arrival.from,
        at,
        user: subject.user.as_deref(),
        patient: subject.patient.as_deref(),
        fhir_server: subject.fhir_server.as_deref(),
        end: ended,
        what: what.trim_end_matches([' ', ':']),
    };
    Some(access.to_json())
}
